"""Which column of a list means which field: by name, in Chinese or English, with a measure of certainty."""

import difflib
import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from fairground.collect.core.aliases import CARRIED, CONTACT, PROTECTED, field_names, split_names
from fairground.collect.core.errors import UnclearKindError, WrongColumnsError

KINDS = ("needs", "offers")
CONTACT_FIELD = "contact"  # not a field of any record: recognised so that it can be left out
PROTECTED_FIELD = "protected"
LEFT_OUT = "left_out"  # said by hand: this column is not read at all
AS_PRINTED = "as_printed"  # said by hand: carried along as `extra`, like a column nobody understood

_ESSENTIAL = {
    "needs": ("title", "abstract", "problem", "wanted_outcome", "requirements"),
    "offers": ("title", "summary", "description", "advantage"),
}
# Fields that only one kind has, or whose own names give the kind away.
_TELLING = {
    "needs": ("problem", "current_method", "wanted_outcome", "requirements", "excluded", "trl_min", "budget"),
    "offers": ("description", "advantage", "economics", "evidence", "deployed", "price", "trl_note"),
}
_EXACT, _INSIDE, _SIMILAR = 1.0, 0.7, 0.6
_LEAST_RATIO = 0.84

_LANGUAGE = {
    "zh": r"中文版?|汉语|chinese|in chinese|zh(?: ?(?:cn|hans|hant|tw))?|cn",
    "en": r"英文版?|英语|english|in english|en(?: ?(?:us|gb))?|eng",
}
_UNIT = re.compile(
    r"[(（\[【]?\s*(?:单位\s*[:：]?\s*)?(万元|亿元|千元|元|万|million|thousand|k)\s*[)）\]】]?\s*$",
    re.IGNORECASE,
)
_SCALES = {
    "万元": 10**4,
    "万": 10**4,
    "亿元": 10**8,
    "千元": 10**3,
    "million": 10**6,
    "thousand": 10**3,
    "k": 10**3,
}


@dataclass(frozen=True, slots=True)
class Column:
    """One column understood: `language` is 'zh', 'en' or None; `scale` of amounts (万元: 10,000)."""

    index: int
    name: str
    field: str
    language: str | None
    confidence: float  # 1.0 the name itself, 0.7 the name inside a longer one, 0.6 a likely misspelling
    scale: int = 1


@dataclass(frozen=True, slots=True)
class ColumnMapping:
    """How the columns of one list were understood."""

    kind: str  # 'needs' | 'offers'
    columns: tuple[Column, ...]
    unknown: tuple[tuple[int, str], ...]  # position and name; carried along as `extra`
    missing: tuple[str, ...]  # recommended fields no column gives

    def fields(self) -> frozenset[str]:
        """Return the fields at least one column gives."""
        return frozenset(column.field for column in self.columns)

    def has_essentials(self) -> bool:
        """Whether any column gives a title or a text, without which no list can be read."""
        return bool(self.fields() & set(_ESSENTIAL[self.kind]))

    def as_chosen(self) -> dict[str, str]:
        """Return column name → field as `understand_columns` takes it back in `chosen`."""
        understood = {column.name: column.field for column in self.columns}
        return understood | dict.fromkeys((name for _, name in self.unknown), AS_PRINTED)


def is_carried(name: str) -> bool:
    """Tell whether a column is known as one that is only carried along, such as the source of a row."""
    return plain_name(name) in set(map(plain_name, split_names(CARRIED)))


def essential_fields(kind: str) -> tuple[str, ...]:
    """Return the fields of which a list of `kind` needs at least one."""
    return _ESSENTIAL[kind]


def choices_of(kind: str) -> tuple[str, ...]:
    """Return what a column of a list of `kind` can be said to be: its fields, then the ways not to match it."""
    return (*field_names(kind), CONTACT_FIELD, PROTECTED_FIELD, AS_PRINTED, LEFT_OUT)


def plain_name(name: str) -> str:
    """Return a column name without case, marks, leading numbers and repeated spaces.

    >>> plain_name("*1. 需求名称（必填）"), plain_name("TRL_min")
    ('需求名称', 'trl min')
    """
    text = unicodedata.normalize("NFKC", name).casefold()
    text = re.sub(r"[(\[【](?:必填|选填|required|optional|必填项)[)\]】]", " ", text)
    text = re.sub(r"^[\s*#]*(?:\d{1,2}|[一二三四五六七八九十]{1,2})[.、)]\s*", "", text)
    return " ".join(re.sub(r"[_\-./:*#?!,;\"“”\\·•|、。]+", " ", text).split())


def split_language(name: str) -> tuple[str, str | None]:
    """Return a plain column name without its language mark, and the language.

    >>> split_language("标题(英文)"), split_language("title zh"), split_language("中文名称")
    (('标题', 'en'), ('title', 'zh'), ('名称', 'zh'))
    """
    for language, words in _LANGUAGE.items():
        for pattern in (
            rf"^(.+?)\s*[(\[【]\s*(?:{words})\s*[)\]】]$",
            rf"^(.+?)\s+(?:{words})$",
            r"^(.*[\u4e00-\u9fff])(?:中文|"
            r"zh)$"
            if language == "zh"
            else r"^(.*[\u4e00-\u9fff])(?:英文|en)$",
            r"^(?:中文|chinese)\s*(.+)$" if language == "zh" else r"^(?:英文|english)\s*(.+)$",
        ):
            if found := re.match(pattern, name):
                return found[1].strip(), language
    return name, None


@cache
def _names(kind: str) -> dict[str, str]:
    """Return every plain name with its field; of one name in two fields the first keeps it."""
    names: dict[str, str] = {}
    for field, aliases in field_names(kind).items():
        for alias in aliases:
            names.setdefault(plain_name(alias), field)
    return names


@cache
def _left_out() -> dict[str, str]:
    contact = dict.fromkeys(map(plain_name, split_names(CONTACT)), CONTACT_FIELD)
    return contact | dict.fromkeys(map(plain_name, split_names(PROTECTED)), PROTECTED_FIELD)


_CONTACT_PART = re.compile(
    r"联系人|联系电话|联系方式|联络|电话|手机|邮箱|电子邮件|传真|微信|e ?mail|\bphone|\bmobile|"
    r"\btel\b|\bfax\b|wechat"
    r"|\bcontact|身份证|负责人|联系地址|通讯地址"
)
_PROTECTED_PART = re.compile(r"(?<!非)(?:保密|涉密|机密)|不公开|(?<!non )(?<!not )confidential|protected")


def field_of(name: str, kind: str) -> tuple[str, float] | None:
    """Return the field a column name means in a list of `kind`, with its confidence, or None."""
    plain = split_language(_UNIT.sub("", plain_name(name)) or plain_name(name))[0]
    compact = plain.replace(" ", "")
    known, left_out = _names(kind), _left_out()
    if plain in known or compact in known:
        return known.get(plain) or known[compact], _EXACT
    if plain in left_out or compact in left_out:
        return left_out.get(plain) or left_out[compact], _EXACT
    if _CONTACT_PART.search(plain):
        return CONTACT_FIELD, _INSIDE
    if _PROTECTED_PART.search(plain):
        return PROTECTED_FIELD, _INSIDE
    inside = [alias for alias in known if _long_enough(alias) and _holds(plain, alias)]
    if inside:
        # '预期目标及指标': the longest name counts, of equals the one that stands last ('项目成熟度').
        best = max(inside, key=lambda alias: (len(alias), plain.rfind(alias)))
        return known[best], _INSIDE
    near = difflib.get_close_matches(plain, list(known), n=1, cutoff=_LEAST_RATIO) if len(plain) >= 4 else []
    return (known[near[0]], _SIMILAR) if near else None


def _long_enough(alias: str) -> bool:
    return len(alias) >= 5 if alias.isascii() else len(alias) >= 2


def _holds(plain: str, alias: str) -> bool:
    if alias.isascii():
        return re.search(rf"\b{re.escape(alias)}\b", plain) is not None
    return alias in plain


def header_score(names: Sequence[str]) -> float:
    """Return how much a row reads like the header of a list: the number of names known to either kind."""
    scores = []
    for kind in KINDS:
        known = _names(kind)
        plain = [split_language(_UNIT.sub("", plain_name(name)))[0] for name in names if len(name) <= 60]
        scores.append(len({known[name] for name in plain if name in known}))
    # One known word alone may stand in any title or text; a single-column list is found by its shape.
    return max(scores) if max(scores) >= 2 else 0


def detect_kind(headers: Sequence[str], *, file: str = "", sheet: str | None = None) -> str:
    """Return 'needs' or 'offers' by the columns, then by words in the sheet's and the file's name.

    Raises
    ------
    UnclearKindError : neither says
    WrongColumnsError : neither kind has a column for a title or a text
    """
    scores = {kind: _telling_score(headers, kind) for kind in KINDS}
    if scores["needs"] != scores["offers"]:
        return max(scores, key=lambda kind: scores[kind])
    for text in (sheet or "", file):
        name = text.casefold()
        needs = re.search(r"需求|难题|榜单|need|request|demand|challenge", name) is not None
        offers = re.search(r"成果|供给|offer|result|suppl|technolog", name) is not None
        if needs != offers:
            return "needs" if needs else "offers"
    if all(_lacks_essentials(headers, kind) for kind in KINDS):
        raise _wrong_columns(headers, "needs", file)
    found = "、".join(headers[:20])
    raise UnclearKindError(
        f"看不出这是需求清单还是成果清单（列名：{found}）。请加 --kind needs 或 --kind offers。",
        f"The columns do not say whether these are needs or offers ({', '.join(headers[:20])}). Add "
        "--kind needs "
        "or --kind offers.",
    )


def _lacks_essentials(headers: Sequence[str], kind: str) -> bool:
    found = [field_of(header, kind) for header in headers]
    return not {field[0] for field in found if field} & set(_ESSENTIAL[kind])


def _telling_score(headers: Sequence[str], kind: str) -> float:
    other = KINDS[1 - KINDS.index(kind)]
    score = 0.0
    for header in headers:
        mine, theirs = field_of(header, kind), field_of(header, other)
        if mine and mine[0] in _TELLING[kind]:
            # A name both kinds know ('text', '技术指标') tells nothing.
            score += mine[1] if not theirs or theirs[1] < mine[1] or theirs[0] == mine[0] else 0.0
        plain = plain_name(header)
        words = r"需求|难题|\bneed" if kind == "needs" else r"成果|供给|\boffer"
        score += 0.5 * bool(re.search(words, plain))
    return score


def understand_columns(
    headers: Sequence[str],
    kind: str,
    *,
    file: str = "",
    chosen: Mapping[str, str] | None = None,
    lenient: bool = False,
) -> ColumnMapping:
    """Say which column gives which field.

    A field may have several columns (both languages, or texts that are joined). Where several names fit one
    single-valued field, all are listed and the first that has a value in a row counts.

    Parameters
    ----------
    headers : column names as printed
    kind : 'needs' or 'offers'
    file : name for the error text
    chosen : column name → one of `choices_of(kind)`, said by hand: it counts before the name, language and unit are
        still read from the name. Columns it does not name are understood by name.
    lenient : return a mapping without a title or a text too, so that it can be mended

    Raises
    ------
    WrongColumnsError : no column gives a title or a text, or `chosen` names a column that is not there
    ValueError : `chosen` names a field that is none of `choices_of(kind)`
    """
    chosen = chosen or {}
    if absent := [name for name in chosen if name not in headers]:
        raise _absent_columns(absent, file)
    if wrong := sorted(set(chosen.values()) - set(choices_of(kind))):
        raise ValueError(f"no field of {kind}: {', '.join(wrong)}")
    columns, unknown = [], []
    for index, header in enumerate(headers):
        found = (chosen[header], _EXACT) if header in chosen else field_of(header, kind)
        if found is None or found[0] == AS_PRINTED:
            unknown.append((index, header))
            continue
        plain = plain_name(header)
        unit = _UNIT.search(plain)
        scale = _SCALES.get(unit[1], 1) if unit else 1
        language = split_language(_UNIT.sub("", plain) or plain)[1]
        columns.append(Column(index, header, found[0], language, found[1], scale))
    given = {column.field for column in columns}
    recommended = ("problem", "wanted_outcome") if kind == "needs" else ("description", "advantage")
    missing = tuple(field for field in ("title", *recommended) if field not in given)
    mapping = ColumnMapping(kind, tuple(columns), tuple(unknown), missing)
    if not lenient and not mapping.has_essentials():
        raise _wrong_columns(headers, kind, file)
    return mapping


def _absent_columns(names: Sequence[str], file: str) -> WrongColumnsError:
    return WrongColumnsError(
        f"“{file}”中没有所指定的列：{'、'.join(names[:10])}。请按文件中的列名指定；文件未被改动。",
        f"{file} has no column called {', '.join(names[:10])}. Name columns as the file prints them; the file was "
        "not changed.",
    )


def nearest_name(header: str, kind: str) -> str | None:
    """Return the known column name most like `header`, if any is at all like it."""
    names = {
        name: field
        for field, aliases in field_names(kind).items()
        if field in _ESSENTIAL[kind]
        for name in aliases
    }
    plain = plain_name(header)
    # The whole name loosely, or one of its words closely: 'titel of it' means 'title'.
    near = difflib.get_close_matches(plain, list(names), n=1, cutoff=0.6)
    for word in plain.split():
        near = near or difflib.get_close_matches(word, list(names), n=1, cutoff=0.75)
    return near[0] if near else None


def _wrong_columns(headers: Sequence[str], kind: str, file: str) -> WrongColumnsError:
    shown = headers[:20]
    names = field_names(kind)
    expected_en = ", ".join(names[field][0] for field in _ESSENTIAL[kind])
    expected_zh = "、".join(
        next(name for name in names[field] if not name.isascii()) for field in _ESSENTIAL[kind]
    )
    near = [(header, name) for header in shown if (name := nearest_name(header, kind))]
    hint_zh = "；最接近的：" + "，".join(f"“{header}”→“{name}”" for header, name in near[:5]) if near else ""
    hint_en = (
        " Nearest: " + ", ".join(f"'{header}' → '{name}'" for header, name in near[:5]) + "." if near else ""
    )
    list_zh, list_en = ("需求", "needs") if kind == "needs" else ("成果", "offers")
    return WrongColumnsError(
        f"“{file}”不像{list_zh}清单：没有标题或正文列。找到的列：{'、'.join(shown)}。需要其中至少一列："
        f"{expected_zh}"
        f"（或 {expected_en}）{hint_zh}。请改列名后重试；文件未被改动。",
        f"{file} does not look like a list of {list_en}: no column gives a title or a text. Found: "
        f"{', '.join(shown)}. At least one of these is needed: {expected_en} (or "
        f"{expected_zh}).{hint_en} Rename a "
        "column and run again; the file was not changed.",
    )
