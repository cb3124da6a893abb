"""Values as a reader sees them: a layout and a record become groups of labelled items, closed fields left out.

Record page, review page and history read the same items; `web/components/facts.html` writes them.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.kinds import OPEN, FieldSpec, Kind, kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.accounts.values import plain
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.places.models import Park, Zone
from fairground.taxonomy import code_list
from fairground.taxonomy.errors import UnknownCodeError
from fairground.web import figures

GROUPS: Mapping[str, LocalText] = {
    "lead": LocalText("概要", "In short"),
    "facts": LocalText("基本信息", "Facts"),
    "texts": LocalText("详细说明", "In detail"),
    "evidence": LocalText("证据", "Evidence"),
    "protected": LocalText("保密内容", "Protected detail"),
    "contact": LocalText("联系方式", "Contact"),
    "source": LocalText("来源与有效期", "Source and validity"),
}

LANGUAGE_NAMES: Mapping[str, LocalText] = {
    "zh": LocalText("中文", "Chinese"),
    "en": LocalText("英语", "English"),
    "fr": LocalText("法语", "French"),
    "de": LocalText("德语", "German"),
    "es": LocalText("西班牙语", "Spanish"),
    "pt": LocalText("葡萄牙语", "Portuguese"),
    "it": LocalText("意大利语", "Italian"),
    "ru": LocalText("俄语", "Russian"),
    "ja": LocalText("日语", "Japanese"),
    "ko": LocalText("韩语", "Korean"),
    "ar": LocalText("阿拉伯语", "Arabic"),
}

_YES_NO = {True: LocalText("是", "Yes"), False: LocalText("否", "No")}
_YEARS = frozenset({"founded", "year", "publication_year", "issued_year"})  # 1998 is not 1,998
_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())


@dataclass(frozen=True, slots=True)
class Link:
    """Another record: its title and address."""

    label: LocalText
    url: str


@dataclass(frozen=True, slots=True)
class Item:
    """One value and how to write it.

    `shape` and `value` are those of `web/components/facts.html`.
    """

    name: str
    label: LocalText
    shape: str
    value: Any
    quote: str = ""  # what the source printed
    access: str = OPEN


@dataclass(frozen=True, slots=True)
class Group:
    """One part of a record's page. `closed` names the fields that hold something this reader may not see."""

    code: str
    label: LocalText
    items: tuple[Item, ...]
    closed: tuple[LocalText, ...] = ()


@dataclass(frozen=True, slots=True)
class References:
    """What plain values point to, read beforehand: records and parks by key, zones by code.

    A record that is missing is not shown; a place that is missing stands as its code.
    """

    records: Mapping[str, Link]
    zones: Mapping[str, Link]
    parks: Mapping[str, Link]


NO_REFERENCES = References({}, {}, {})


def present(
    record: Record,
    *,
    language: str,
    opened: frozenset[str] = frozenset(),
    actor: Actor | None = None,
    without: Collection[str] = (),
) -> tuple[Group, ...]:
    """Return a record's values in groups, in the order of its layout; empty values and groups are left out.

    Parameters
    ----------
    language : 'zh' or 'en', for the addresses of linked records
    opened : the scopes ('protected', 'contact') that this reader may see; ask `policies.opened`
    actor : who reads: a linked record they may not see is left out; None for a visitor
    without : names of fields that the page shows elsewhere; what they point to is not read

    At most three queries, whatever the record holds, and one for the park of a platform.
    """
    kind = kind_of(record.kind)
    layout = [spec for spec in kind.layout if spec.name not in without]
    references_of = {
        spec.name: getattr(record, record._meta.get_field(spec.name).attname)
        for spec in layout
        if spec.shape == "record"
    }
    ids = {value for value in references_of.values() if value is not None}
    many = {
        spec.name: list(getattr(record, spec.name).values_list("key", flat=True))
        for spec in layout
        if spec.shape == "records"
    }
    keys = {key for several in many.values() for key in several}
    heads = _heads(Q(pk__in=ids) | Q(key__in=keys), actor or visitor(record.hub_id)) if ids or keys else []
    key_by_id = {pk: key for pk, key, _, _ in heads}
    values: dict[str, Any] = {**many}
    for spec in layout:
        if spec.shape == "record":
            values[spec.name] = key_by_id.get(references_of[spec.name])
        elif spec.shape != "records":
            values[spec.name] = plain(record, spec)
    found = References(
        {key: Link(title, record_address(language, code, key)) for _, key, code, title in heads},
        _zone_links([(record.zone.code, record.zone.name)] if record.zone_id else (), language),
        _park_links([(park.key, park.name)] if (park := _listed_park(record)) else (), language),
    )
    return present_values(kind, values, found, opened=opened)


def present_values(
    kind: Kind, values: Mapping[str, Any], found: References, *, opened: frozenset[str] = frozenset()
) -> tuple[Group, ...]:
    """Return plain values in groups, as `present` does: of a revision, or of a form that is not saved yet."""
    groups: list[Group] = []
    for code, label in GROUPS.items():
        specs = [spec for spec in kind.layout if spec.group == code and values.get(spec.name) not in _EMPTY]
        seen = [spec for spec in specs if spec.access == OPEN or spec.access in opened]
        items = [present_value(spec, values[spec.name], found) for spec in seen]
        closed = tuple(spec.label for spec in specs if spec not in seen)
        shown = tuple(item for item in items if item is not None)
        if shown or closed:
            groups.append(Group(code, label, shown, closed))
    return tuple(groups)


def present_value(spec: FieldSpec, value: Any, found: References = NO_REFERENCES) -> Item | None:
    """Return one plain value as an item, or None where there is nothing to show."""
    if value in _EMPTY:
        return None
    shape, shown = _shown(spec, value, found)
    if shown in _EMPTY:
        return None
    quote = value.get("quote", "") if spec.shape == "money" and isinstance(value, Mapping) else ""
    return Item(spec.name, spec.label, shape, shown, str(quote), spec.access)


def references(*valued: tuple[Kind, Mapping[str, Any]], actor: Actor, language: str) -> References:
    """Read what several sets of plain values point to, in three queries at most."""
    keys: set[str] = set()
    zones: set[str] = set()
    parks: set[str] = set()
    for kind, values in valued:
        for spec in kind.layout:
            value = values.get(spec.name)
            if not value:
                continue
            if spec.shape == "record":
                keys.add(value)
            elif spec.shape == "records":
                keys.update(value)
            elif spec.shape == "zone":
                zones.add(value)
            elif spec.shape == "park":
                parks.add(value)
    heads = _heads(Q(key__in=keys), actor) if keys else []
    return References(
        {key: Link(title, record_address(language, code, key)) for _, key, code, title in heads},
        _zone_links(Zone.objects.filter(code__in=zones).values_list("code", "name"), language)
        if zones
        else {},
        _park_links(Park.objects.filter(key__in=parks).values_list("key", "name"), language) if parks else {},
    )


def _zone_links(zones: Iterable[tuple[str, LocalText]], language: str) -> dict[str, Link]:
    return {code: Link(name, f"/{language}/zones/{code}/") for code, name in zones}


def _park_links(parks: Iterable[tuple[str, LocalText]], language: str) -> dict[str, Link]:
    return {key: Link(name, f"/{language}/parks/{key}/") for key, name in parks}


def _listed_park(record: Record) -> Park | None:
    return getattr(record, "listed_park", None)


def record_address(language: str, kind: str, key: str) -> str:
    """Return the address of a record's page."""
    return f"/{language}/{kind}/{key}/"


def text_of(item: Item | None, language: str) -> str:
    """Return an item as plain text, one line an entry: for differences, mail and export."""
    if item is None:
        return ""
    write = _AS_TEXT.get(item.shape)
    return write(item.value, language) if write else _words(item.value, language)


def _heads(which: Q, actor: Actor) -> list[tuple[int, str, str, LocalText]]:
    return list(Record.objects.filter(which, readable(actor)).values_list("pk", "key", "kind", "title"))


def _shown(spec: FieldSpec, value: Any, found: References) -> tuple[str, Any]:
    """Return the shape and value of an item. What does not fit its field, as in an old log row, stands as text."""
    try:
        return _by_shape(spec, value, found)
    except (KeyError, TypeError, ValueError, AttributeError):
        return "text", str(value)


def _by_shape(spec: FieldSpec, value: Any, found: References) -> tuple[str, Any]:
    match spec.shape:
        case "local_line":
            return "local_line", _local(value)
        case "local_text":
            return "local_text", _local(value)
        case "code":
            return "local_line", _term(spec.code_list, value)
        case "codes":
            return "terms", tuple(_term(spec.code_list, code) for code in value)
        case "region" | "country":
            return "local_line", _region(value)
        case "zone":
            return "links", (found.zones.get(value, Link(LocalText(str(value), str(value)), "")),)
        case "park":
            return "links", (found.parks.get(value, Link(LocalText(str(value), str(value)), "")),)
        case "languages":
            return "terms", tuple(LANGUAGE_NAMES.get(code, LocalText(code, code)) for code in value)
        case "lines":
            return "terms", tuple(value)
        case "date":
            return "date", date.fromisoformat(value)
        case "datetime":
            return "datetime", datetime.fromisoformat(value)
        case "integer" if spec.name in _YEARS or spec.name == "level":
            return "text", str(value)
        case "integer":
            return "number", value
        case "readiness":
            return "local_line", _level(value)
        case "longitude" | "latitude":
            return "text", f"{value:.5f}°"
        case "boolean":
            return "boolean", bool(value)
        case "money":
            return "money", dict(value)
        case "record":
            return "links", tuple(filter(None, (found.records.get(value),)))
        case "records":
            return "links", tuple(found.records[key] for key in value if key in found.records)
        case "structure":
            return "structure", _parts(spec, value, found)
        case "structures":
            return _structures(spec, value, found)
    if spec.name in ("website", "address") and str(value).startswith(("http://", "https://")):
        return "address", str(value)
    return "text", str(value)


def _structures(spec: FieldSpec, entries: Sequence[Any], found: References) -> tuple[str, Any]:
    if spec.name == "maturity":
        return "maturity", tuple({**entry, "date": entry.get("assessed_on")} for entry in entries)
    if spec.name == "rights":
        return "rights", tuple(
            {**entry, "kind": _term("rights_type", entry.get("right", ""))} for entry in entries
        )
    return "structures", tuple(_parts(spec, entry, found) for entry in entries)


def _parts(spec: FieldSpec, entry: Any, found: References) -> tuple[Item, ...]:
    # A part without a name is the entry itself: a list of texts.
    values = ((part, entry.get(part.name) if part.name else entry) for part in spec.parts)
    items = (present_value(part, value, found) for part, value in values)
    return tuple(item for item in items if item is not None)


def _local(value: Any) -> LocalText:
    if isinstance(value, LocalText):
        return value
    if isinstance(value, str):
        return LocalText(value, value)
    return LocalText(value.get("zh") or None, value.get("en") or None, tuple(value.get("machine") or ()))


def _term(code_list_name: str, code: str) -> LocalText:
    try:
        term = code_list(code_list_name).term(code)
    except UnknownCodeError:
        return LocalText(code, code)
    return LocalText(term.zh, term.en)


def _level(value: int) -> LocalText:
    term = _term("readiness", str(value))
    if term.zh == str(value):
        return LocalText(f"TRL {value}", f"TRL {value}")
    return LocalText(f"TRL {value} · {term.zh}", f"TRL {value} · {term.en}")


def _region(code: str) -> LocalText:
    region = region_of(code)
    return LocalText(region.zh, region.en) if region else LocalText(code, code)


def _words(value: Any, language: str) -> str:
    if isinstance(value, LocalText):
        return value.in_language(language)
    if isinstance(value, Mapping) and ({"zh", "en"} & set(value)):
        return _local(value).in_language(language)
    return str(value)


def _joined(values: Iterable[Any], language: str) -> str:
    return ("、" if language == "zh" else ", ").join(_words(value, language) for value in values)


def _entry_text(parts: tuple[Item, ...], language: str) -> str:
    return " · ".join(text_of(part, language) for part in parts)


def _labelled(parts: tuple[Item, ...], language: str) -> str:
    colon = "：" if language == "zh" else ": "
    return "\n".join(f"{part.label.in_language(language)}{colon}{text_of(part, language)}" for part in parts)


def _level_text(level: Mapping[str, Any], language: str) -> str:
    parts = [
        _words(level[name], language) for name in ("element", "use", "date", "evidence") if level.get(name)
    ]
    return " · ".join([f"TRL {level.get('level')}", *parts])


def _right_text(right: Mapping[str, Any], language: str) -> str:
    names = ("kind", "number", "office", "status", "owner")
    return " · ".join(_words(right[name], language) for name in names if right.get(name))


_AS_TEXT: Mapping[str, Any] = {
    "number": lambda value, language: figures.grouped(value),
    "money": lambda value, language: figures.money(
        value.get("low_minor"),
        value.get("high_minor"),
        value.get("currency") or "CNY",
        language,
        value.get("qualifier") or "",
    ),
    "date": lambda value, language: figures.day(value, language),
    "datetime": lambda value, language: figures.moment(timezone.localtime(value), language),
    "boolean": lambda value, language: _YES_NO[value].in_language(language),
    "terms": _joined,
    "links": lambda value, language: _joined((link.label for link in value), language),
    "structure": _labelled,
    "structures": lambda value, language: "\n".join(_entry_text(entry, language) for entry in value),
    "maturity": lambda value, language: "\n".join(_level_text(level, language) for level in value),
    "rights": lambda value, language: "\n".join(_right_text(right, language) for right in value),
}
