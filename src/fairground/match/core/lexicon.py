"""What the words of a sentence stand for: concepts shared by Chinese and English, stems, and their denial."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files

import rjieba
import Stemmer

from fairground.language import dictionary
from fairground.language.normalise import fold

# A rarer rendering of a word is more often wrong than right.
_LEAST_RENDERING = 0.08

Translate = Callable[[str], Sequence[str]]


_EXCLUSIVE = (
    (
        ("input", "输入", "进水", "进口处", "inlet", "influent", "入口"),
        ("output", "输出", "出水", "outlet", "effluent", "出口"),
    ),
    (("charge", "充电", "charging"), ("discharge", "放电", "discharging")),
    (
        ("storage", "储存", "存储", "贮存", "stored"),
        ("operating", "工作", "运行", "使用", "service", "working"),
    ),
    (("inner", "内"), ("outer", "外")),
    (("horizontal", "水平"), ("vertical", "垂直", "竖直")),
    (("static", "静态"), ("dynamic", "动态")),
    (("peak", "峰值", "最大"), ("continuous", "连续", "平均")),
    # What is paid once for the thing, what its use costs, and what a whole plant takes.
    (
        ("price", "售价", "单价", "价格", "报价", "priced", "sells"),
        (
            "运行费用",
            "运行成本",
            "运营成本",
            "运费",
            "运维",
            "维护",
            "maintenance",
            "年运行",
            "electricity",
            "服务费",
            "年费",
            "维护费",
        ),
        (
            "投资",
            "总投资",
            "投入",
            "总投入",
            "预算",
            "capital",
            "capex",
            "investment",
            "invested",
            "outlay",
            "budget",
        ),
        ("转让费", "许可费", "转让", "许可", "royalty", "licence", "license"),
        ("单次", "每次"),
    ),
)

MONEY_GROUP = len(_EXCLUSIVE) - 1

_WORD = re.compile(r"[A-Za-z][A-Za-z0-9]*|[\u3400-\u9fff]+|\d+[A-Za-z]+\d*")
_NEXT_WORD = re.compile(r"[ \-'/]{1,3}([A-Za-z][A-Za-z0-9]*|\d+[A-Za-z]+\d*)")
_FIRST_HAN = "\u2e80"
_STEMMER = Stemmer.Stemmer("english")

_NEGATOR_EN = re.compile(
    r"\b(?:without(?:\s(?:the\s)?(?:need|use|requirement|addition|aid|help)\s(?:for|"
    r"of))?|free\s(?:of|from)|no\slonger|no\sneed\s(?:for|of|to)|not\syet|not|no|never|"
    r"neither|nor|"
    r"cannot|can't|n't|lacks?|lacking|absence\sof|eliminat(?:e|es|ed|"
    r"ing)(?:\sthe\s(?:need\sfor|use\sof))?|avoid(?:s|ed|ing)?|instead\sof|rather\sthan|"
    r"excluding|"
    r"exclud(?:es?|ed)|unable\sto|fails?\sto|failed\sto|zero|replac(?:es|ed|ing)|"
    r"dispens(?:es|ing)\swith|obviates?|prohibit(?:s|ed)?|forbid(?:s|den)?)\b"
    r"|(?<=[a-z])n't\b",
    re.IGNORECASE,
)
_NEGATOR_SKIP_EN = re.compile(
    r"\s(?:only|limited\sto|just|(?:be\s)?(?:less|more|lower|higher|greater|fewer|later|"
    r"exceed\w*|below|above)|necessarily|least)\b",
    re.IGNORECASE,
)
_NEGATION_STOP_EN = re.compile(
    r"[,;:()]|\.(?=\s|$)|\b(?:but|yet|while|whereas|although|and\s(?:is|are|has|have|can|"
    r"offers?|provides?|runs?|works?|uses?|needs?|requires?|contains?|will|was|the|it)|"
    r"because|so\sthat|which|only|at\s(?=\d))\b",
    re.IGNORECASE,
)
_NEGATOR_ZH = re.compile(
    r"(?:不(?:需要?|必|用|再|会|能|得|可|应|允许|使用|采用|含有?|添加|依赖|涉及|产生|"
    r"存在|支持|具备|适用于?|借助|接受|要|作|进行|加|含|带|设|具|包含|包括|配|耐|导|"
    r"可以)?"
    r"|无(?:需|须|法|任何|添加)?|未(?:能|经|曾|使用|添加|检出|见|采用)?|没有|没|尚未|"
    r"尚不|非(?!常|接触|线性|晶|均|标|织|金属|独)|免(?!疫|费)|避免(?:了|使用)?|"
    r"杜绝(?:了)?|禁止(?:使用)?|禁用|严禁|勿|"
    r"缺乏|缺少|难以|取代(?:了)?|替代(?:了)?|代替(?:了)?|零|省去(?:了)?|摆脱(?:了)?|"
    r"消除(?:了)?|拒绝|排除)"
)
_NEGATOR_SKIP_ZH = re.compile(
    r"不(?:低于|少于|小于|短于|高于|超过|大于|多于|超出|得(?:低于|少于|小于|高于|超过|"
    r"大于|多于)|应(?:低于|小于|高于|超过|大于|少于)|能(?:低于|高于|超过|小于|大于)|锈|"
    r"同|仅|但|断|足|到|等|变|及|良|错|久|管|论|止|少于|燃)"
    r"|无(?:人|线|损|机|纺|锡|限|论|创|毒|源|缝|刷|极)|未(?:来|知)|零(?:件|部件|下|售|"
    r"点)"
)
_NEGATION_STOP_ZH = re.compile(
    r"[,，;；。:：()（）!！?？\n]|但|而(?!且)|即可|就能|就可|仍|也能|也可|便可|同时|却|"
    r"因此|从而|来|即能|(?<=[\u4e00-\u9fff])可(?=[\u4e00-\u9fff])|情况下|的(?:前提|条件|"
    r"情况)下?"
)
_TOTAL = re.compile("总(?:体|量|重|计|共|数|额|长|高|成|价|成本|重量|功率|质量)")
# 'halogenated solvents are not used': what is denied stands before.
_DENIED_BEFORE = re.compile(
    r"\b(?:is|are|was|were)\s(?:(?:not|no\slonger|never)\s(?:used|needed|required|necessary|added|"
    r"present|involved|contained|applied|employed|supported|possible|available|included|allowed|"
    r"permitted|provided|offered)|avoided|eliminated|unnecessary|superfluous|omitted|"
    r"absent|dispensed\swith)\b",
    re.IGNORECASE,
)
_CLAUSE_START = re.compile(r"[,;:()]\s|\b(?:and|but|so|while|which|that)\s")
_FREE = re.compile(r"([A-Za-z]+)(?:\s?-\s?|\s)free\b(?!\s(?:of|from))", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Concept:
    """One idea with its words in both languages. `dimensions` is empty for what is not measured."""

    id: str
    measured: bool
    dimensions: frozenset[str]
    better: str  # '+', '-', 'r' or '0', see data/terms.tsv
    sign: int = 1  # -1: the word stands for the denial of the concept (offline for online)


@dataclass(slots=True)
class Token:
    """One word or term of a sentence: where it stands, what it may stand for, and whether it is denied."""

    start: int
    end: int
    keys: tuple[str, ...]  # concept ids first, then the stem or word itself
    sign: int
    generic: bool
    measured: tuple[Concept, ...] = ()


Phrase = tuple[tuple[str, ...], tuple[Concept, ...]]  # stems of a term, and what it may stand for


@dataclass(frozen=True, slots=True)
class _Tables:
    by_han: Mapping[str, tuple[Concept, ...]]
    by_stems: Mapping[str, tuple[Phrase, ...]]
    concepts: Mapping[str, Concept]
    longest_han: int


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the English stem of one word, lower case."""
    return str(_STEMMER.stemWord(word.lower()))


def _rows(name: str) -> list[list[str]]:
    text = files("fairground.match.core").joinpath("data", name).read_text("utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _phrase(text: str) -> tuple[str, ...]:
    return tuple(stem(word) for word in re.findall(r"[A-Za-z0-9]+", text))


def _plain_words(kind: str) -> frozenset[str]:
    return frozenset(
        word for name, words in _rows("plain_words.tsv") if name == kind for word in words.split()
    )


@lru_cache(maxsize=1)
def _empty_words() -> frozenset[str]:
    return _plain_words("empty")


@lru_cache(maxsize=1)
def _generic_words() -> frozenset[str]:
    return _plain_words("generic")


@lru_cache(maxsize=1)
def filler_keys() -> frozenset[str]:
    """Return the keys of words that say how a value is stated ('measured', 公称) but not of what."""
    return frozenset(stem(word) if word.isascii() else word for word in _plain_words("filler"))


@lru_cache(maxsize=1)
def _tables() -> _Tables:
    han: dict[str, list[Concept]] = {}
    english: dict[tuple[str, ...], list[Concept]] = {}
    concepts: dict[str, Concept] = {}

    def add(concept: Concept, words: Sequence[str]) -> None:
        for word in words:
            if not word:
                continue
            place = english.setdefault(_phrase(word), []) if word.isascii() else han.setdefault(word, [])
            if all(known.id != concept.id for known in place):
                place.append(concept)

    for row, (first, second) in enumerate(_rows("antonyms.tsv")):
        identifier = f"a{row}"
        concepts[identifier] = Concept(identifier, False, frozenset(), "0")
        add(concepts[identifier], first.split("|"))
        add(Concept(identifier, False, frozenset(), "0", sign=-1), second.split("|"))
    for row, (kind, dimensions, better, chinese, foreign) in enumerate(_rows("terms.tsv")):
        identifier = f"{kind}{row}"
        measured = kind == "m"
        concept = Concept(
            identifier, measured, frozenset(dimensions.split(",")) if measured else frozenset(), better
        )
        concepts[identifier] = concept
        add(concept, chinese.split("|"))
        add(concept, foreign.split("|"))
    starts: dict[str, list[Phrase]] = {}
    for phrase, found in english.items():
        starts.setdefault(phrase[0], []).append((phrase, tuple(found)))
    return _Tables(
        {word: tuple(found) for word, found in han.items()},
        {first: tuple(sorted(found, key=lambda item: -len(item[0]))) for first, found in starts.items()},
        concepts,
        max(map(len, han)),
    )


def _negated_spans(text: str) -> list[tuple[int, int, int]]:
    """Return the stretches of folded `text` under a negation: earliest start, end of the negator, end.

    A Chinese word may begin inside the negator (不 + 含铅 read as 不含 + 铅), so the two differ.
    """
    spans: list[tuple[int, int, int]] = []
    for match in _NEGATOR_EN.finditer(text):
        if _NEGATOR_SKIP_EN.match(text, match.end()):
            continue
        stop = _NEGATION_STOP_EN.search(text, match.end())
        spans.append((match.end(), match.end(), min(stop.start() if stop else len(text), match.end() + 60)))
    for match in _NEGATOR_ZH.finditer(text):
        if _NEGATOR_SKIP_ZH.match(text, match.start()):
            continue
        stop = _NEGATION_STOP_ZH.search(text, match.end())
        end = min(stop.start() if stop else len(text), match.end() + 14)
        spans.append((match.start() + 1, match.end(), end))
    for match in _DENIED_BEFORE.finditer(text):
        starts = [mark.end() for mark in _CLAUSE_START.finditer(text, 0, match.start())]
        first = starts[-1] if starts else 0
        spans.append((first, first, match.start()))
    spans.extend((match.start(1), match.start(1), match.end(1)) for match in _FREE.finditer(text))
    return spans


_MAYBE_NEGATED = re.compile(
    r"[不无未没非免禁勿缺难取替代零省摆消拒排杜避尚]|\b(?:without|free|no|not|never|nor|"
    r"neither|cannot|lack|absence|eliminat|avoid|instead|rather|exclud|unable|fail|zero|"
    r"replac|dispens|obviat|unnecessary|superfluous|omitted|absent|prohibit|forbid)|n't",
    re.IGNORECASE,
)


@lru_cache(maxsize=1)
def _exclusive_sides() -> dict[str, tuple[int, int]]:
    sides: dict[str, tuple[int, int]] = {}
    for group, names in enumerate(_EXCLUSIVE):
        for side, words in enumerate(names):
            for word in words:
                sides[stem(word) if word.isascii() else word] = (group, side)
    return sides


@lru_cache(maxsize=32768)
def _cut(run: str) -> tuple[str, ...]:
    return tuple(rjieba.cut(run))


@lru_cache(maxsize=65536)
def _word_facts(word: str) -> tuple[str, bool, bool, tuple[Phrase, ...]]:
    """Return key, whether the word says nothing, whether it is generic, and the terms it may begin."""
    lower = word.lower()
    key = stem(lower)
    dropped = lower in _empty_words() or (len(lower) == 1 and not word.isupper())
    return key, dropped, lower in _generic_words(), _tables().by_stems.get(key, ())


@dataclass(slots=True)
class Lexicon:
    """Reads sentences into tokens. `translate` gives further renderings of a word in the other language."""

    translate: Translate | None = None
    _renderings: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def renderings(self, key: str) -> tuple[str, ...]:
        """Return keys in the other language that may stand for `key`; single words only."""
        if self.translate is None or not key or key[0] == "@":
            return ()
        known = self._renderings.get(key)
        if known is None:
            words = [word for word in self.translate(key) if " " not in word]
            # Stems pass as they are, plain words as their stems: a stem stemmed again may be another.
            known = self._renderings[key] = tuple(dict.fromkeys([*words, *map(self.key_of, words)]))
        return known

    @staticmethod
    def key_of(word: str) -> str:
        """Return the key a single word has as a token: stem for English, the word itself for Chinese."""
        return stem(word) if word.isascii() else word

    def tokens(self, sentence: str) -> list[Token]:
        """Read `sentence` (any width and script) into tokens in order; offsets are those of `sentence`."""
        text = fold(sentence)
        tables = _tables()
        found: list[Token] = []
        resume = 0
        for match in _WORD.finditer(text):
            start = match.start()
            if start < resume:
                continue
            word = match.group()
            if word > _FIRST_HAN:
                _read_han(text, start, match.end(), tables, found)
                continue
            key, dropped, generic, phrases = _word_facts(word)
            if phrases:
                end = _read_phrase(text, match, key, phrases, found)
                if end:
                    resume = end
                    continue
            if not dropped:
                found.append(Token(start, match.end(), (key,), 1, generic))
        if _MAYBE_NEGATED.search(text):
            for first, beyond, last in _negated_spans(text):
                for token in found:
                    # 'lead-free' and 非接触 spell out their own denial: they reach past or begin before.
                    spelled = token.end > last and text[last] in "- "
                    if first <= token.start < last and token.end > beyond and not spelled:
                        token.sign = -token.sign
        return found


def _read_phrase(
    text: str, match: re.Match[str], key: str, phrases: tuple[Phrase, ...], found: list[Token]
) -> int:
    """Read the longest term that begins with this word; return where it ends, 0 where none fits."""
    second: re.Match[str] | None = None
    second_stem: str | None = None
    for phrase, concepts in phrases:
        if len(phrase) == 1:
            _append_concept(found, match.start(), match.end(), concepts, key)
            return match.end()
        if second_stem is None:
            second = _NEXT_WORD.match(text, match.end())
            second_stem = stem(second.group(1)) if second else ""
        if second is None or phrase[1] != second_stem:
            continue
        last: re.Match[str] | None = second
        for part in phrase[2:]:
            last = _NEXT_WORD.match(text, last.end()) if last else None
            if last is None or stem(last.group(1)) != part:
                last = None
                break
        if last is not None:
            _append_concept(found, match.start(), last.end(), concepts, " ".join(phrase))
            return last.end()
    return 0


def _read_han(text: str, start: int, end: int, tables: _Tables, found: list[Token]) -> None:
    place = start
    resume = start
    for word in _cut(text[start:end]):
        word_end = place + len(word)
        first = max(place, resume)
        if first < word_end:
            length = _longest(text, first, end, tables)
            offset = first
            if not length and (
                word_end - first >= 3 or (word_end - first == 2 and text[first] in "无含非不")
            ):
                for offset in range(first + 1, word_end):
                    length = _longest(text, offset, end, tables)
                    if length and offset + length >= word_end:
                        break
                    length = 0
            if length:
                if offset > first:
                    _append_han(found, text[first:offset], first)
                name = text[offset : offset + length]
                _append_concept(found, offset, offset + length, tables.by_han[name], name)
                resume = offset + length
            else:
                _append_han(found, text[first:word_end], first)
        place = word_end


def _longest(text: str, start: int, end: int, tables: _Tables) -> int:
    for length in range(min(tables.longest_han, end - start), 0, -1):
        if text[start : start + length] in tables.by_han and (
            length > 1 or text[start] in "铅汞镉铜钛氢氧氮磷铝钢铂钴氨氟硅锂酸碱水煤泵阀"
        ):
            return length
    return 0


def _append_han(found: list[Token], word: str, start: int) -> None:
    if word not in _empty_words() and (len(word) > 1 or word in "铁锌镍铬砷碳硫氯糖盐油"):
        found.append(
            Token(
                start,
                start + len(word),
                (word,),
                1,
                word in _generic_words() or word[0] == "整" or _TOTAL.match(word) is not None,
            )
        )


def _append_concept(
    found: list[Token], start: int, end: int, concepts: tuple[Concept, ...], key: str
) -> None:
    sign = 1
    keys: list[str] = []
    for concept in concepts:
        keys.append("@" + concept.id)
        if concept.sign < 0:
            sign = -1
    generic = key in _generic_words() or key in _generic_stems()
    found.append(Token(start, end, (*keys, key), sign, generic, tuple(c for c in concepts if c.measured)))


def _dictionary_renderings(key: str) -> tuple[str, ...]:
    found = dictionary.translations_en(key, 8) if key.isascii() else dictionary.translations(key)
    return tuple(word for word, weight in found if weight >= _LEAST_RENDERING)


def dictionary_lexicon() -> Lexicon:
    """Return a lexicon that also knows the house's Chinese–English dictionary."""
    return Lexicon(_dictionary_renderings)


@lru_cache(maxsize=1)
def _generic_stems() -> frozenset[str]:
    return frozenset(stem(word) for word in _generic_words() if word.isascii())


def sides_of(keys: Sequence[str]) -> dict[int, int]:
    """Return, for each group of exclusive qualifiers (input/output, price/running cost), the side named."""
    sides = _exclusive_sides()
    return {sides[key][0]: sides[key][1] for key in keys if key in sides}
