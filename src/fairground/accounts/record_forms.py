"""Forms made from a kind's layout: what a person types becomes the plain values that services take, and back.

Everything typed is kept as typed: a form that is shown again shows the same text, with what to change beside it.
An input is named by its field and part: `title.zh`, `budget`, `maturity.0.level`, `contact.email`.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache, cached_property
from typing import Any

from django.db.models import Q
from django.db.models.fields.json import KT
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import REVIEW_RECORDS
from fairground.accounts.errors import InvalidRecordError
from fairground.accounts.kinds import FieldSpec, Kind, kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.accounts.presentation import GROUPS, LANGUAGE_NAMES
from fairground.accounts.values import ENTRIES, apply, plain
from fairground.kernel.money import parse_money
from fairground.language.local_text import LANGUAGES, LocalText
from fairground.places.core.regions import Region, region_names, region_of
from fairground.places.models import Park, Zone
from fairground.taxonomy import code_list
from fairground.web import figures

# The five short steps of a form and the groups of the layout that stand in each.
STEPS: Mapping[str, tuple[LocalText, tuple[str, ...]]] = {
    "lead": (LocalText("说清楚", "The point"), ("lead",)),
    "facts": (LocalText("基本信息", "Facts"), ("facts",)),
    "texts": (LocalText("详细说明", "In detail"), ("texts",)),
    "evidence": (LocalText("证据", "Evidence"), ("evidence",)),
    "end": (LocalText("保密、联系与来源", "Protected, contact, source"), ("protected", "contact", "source")),
}

LISTED_RECORDS = 30  # so many can be chosen from a list; of more, one is found by typing
_ZERO = re.compile(r"[\s¥$€£]*0+(?:[.,]0+)?\s*(?:元|万元|yuan|CNY|RMB|USD|EUR)?\s*", re.IGNORECASE)
_KEY_AT_END = re.compile(r"(?:^|[\s·])([0-9a-hjkmnp-tv-z]{12})\s*$")
_EMPTY: tuple[Any, ...] = (None, "", [], {}, ())
_TIME = "%Y-%m-%dT%H:%M"

Typed = dict[str, list[str]]


class _FaultError(Exception):
    def __init__(self, zh: str, en: str, options: tuple["Option", ...] = ()) -> None:
        super().__init__(en)
        self.message = LocalText(zh, en)
        self.options = options


@dataclass(frozen=True, slots=True)
class Option:
    """One choice. `parent` is the heading it stands under, where the list has some."""

    value: str
    label: LocalText
    parent: LocalText = LocalText()
    chosen: bool = False


@dataclass(slots=True)
class Entry:
    """One control of the form, as `accounts/form_entry.html` writes it.

    control: pair | lines | line | select | radios | checks | number | date | datetime-local | money | boolean |
    record | records | parts | rows | told (no input, its help alone)
    """

    name: str
    label: LocalText
    control: str
    help: LocalText = LocalText()
    required: bool = False
    typed: str = ""
    sides: tuple[tuple[str, str, bool], ...] = ()  # language, text, machine-translated
    several_lines: bool = False
    options: tuple[Option, ...] = ()
    kind: str = ""  # of the records to be found
    understood: str = ""  # how an amount was read
    texts: tuple[str, ...] = ()  # the records chosen
    parts: tuple["Entry", ...] = ()
    rows: tuple["Row", ...] = ()
    faults: tuple[LocalText, ...] = ()
    advice: tuple[LocalText, ...] = ()

    @property
    def id(self) -> str:
        return f"f-{self.name.replace('.', '-')}"

    @property
    def grouped_options(self) -> list[tuple[LocalText, list[Option]]]:
        groups: dict[LocalText, list[Option]] = {}
        for option in self.options:
            groups.setdefault(option.parent, []).append(option)
        return list(groups.items())


@dataclass(slots=True)
class Row:
    """One entry of a list of structures. `kept` carries, as JSON, what has no input of its own."""

    number: int
    prefix: str
    parts: tuple[Entry, ...]
    kept: str
    is_new: bool


@dataclass(slots=True)
class Step:
    """One step of the form."""

    code: str
    label: LocalText
    sections: list[tuple[LocalText, list[Entry]]] = field(default_factory=list)

    @property
    def has_faults(self) -> bool:
        return any(entry.faults for _, entries in self.sections for entry in entries)


class RecordForm:
    """The form of one record.

    Parameters
    ----------
    stored : the record's plain values as they stand, {} for a new one
    start : what the form shows at first, where that is not what is stored: an open revision, a copy
    data : what was posted (name → texts), None where nothing was typed yet
    more_rows : the field of which one more row is wanted
    """

    def __init__(
        self,
        kind: Kind,
        *,
        actor: Actor,
        language: str,
        stored: Mapping[str, Any],
        start: Mapping[str, Any] | None = None,
        data: Mapping[str, Iterable[str]] | None = None,
        more_rows: str = "",
    ) -> None:
        self.kind = kind
        self.actor = actor
        self.language = language
        self.stored = stored
        self.more_rows = more_rows
        # No database takes a null character; nobody types one.
        self.typed: Typed = (
            self._written(stored if start is None else start)
            if data is None
            else {name: [text.replace("\x00", "") for text in texts] for name, texts in data.items()}
        )
        self.draft: Record | None = None  # what `read` made of it, never saved
        self.faults: dict[str, LocalText] = {}
        self.advice: dict[str, list[LocalText]] = {}
        self.extra: dict[str, list[Entry]] = {}  # controls of a stage, shown after the field of that name
        self.score: int | None = None  # completeness, where a clinic looked
        self._candidates: dict[str, tuple[Option, ...]] = {}

    def read(self) -> dict[str, Any]:
        """Return every value that fits its field, in the form services store; fill `faults` with the others.

        An emptied field is None. Nothing is written.
        """
        self.faults = {}
        values: dict[str, Any] = {}
        for spec in self.kind.layout:
            try:
                values[spec.name] = self._value(spec, spec.name, self.stored.get(spec.name))
            except _FaultError as fault:
                self.faults[spec.name] = fault.message
                self._candidates[spec.name] = fault.options
        scratch = self.draft = self.kind.model(hub_id=self.actor.hub_id, kind=self.kind.code)
        try:
            many = apply(scratch, values, find_record=self._find)
        except InvalidRecordError as error:
            # A field that could not even be read was left out, so that its being required is no second fault.
            self.faults = {**error.faults, **self.faults}
            many = {}
        read: dict[str, Any] = {}
        for spec in self.kind.layout:
            if spec.name in self.faults:
                continue
            if spec.shape == "records":
                value = sorted(record.key for record in many.get(spec.name, ()))
            else:
                value = plain(scratch, spec)
            read[spec.name] = None if value in _EMPTY else value
        return read

    def changes(self) -> dict[str, Any]:
        """Return the values of `read` that differ from what is stored."""
        return {
            name: value for name, value in self.read().items() if value != (self.stored.get(name) or None)
        }

    def steps(self) -> list[Step]:
        """Return the steps with their controls; a step without fields is left out."""
        steps = []
        for code, (label, groups) in STEPS.items():
            step = Step(code, label)
            for group in groups:
                entries = [
                    entry
                    for spec in self.kind.layout
                    if spec.group == group
                    for entry in (self._field(spec), *self.extra.get(spec.name, ()))
                ]
                if entries:
                    step.sections.append((GROUPS[group], entries))
            if step.sections:
                steps.append(step)
        return steps

    def entries(self) -> list[Entry]:
        """Return all controls in the order of the page."""
        return [entry for step in self.steps() for _, entries in step.sections for entry in entries]

    # Reading.

    def _text(self, name: str) -> str:
        texts = self.typed.get(name) or [""]
        return texts[-1].strip()

    def _value(self, spec: FieldSpec, name: str, stored: Any) -> Any:
        match spec.shape:
            case "local_line" | "local_text":
                return self._local(name, stored)
            case "lines":
                return [line for line in (one.strip() for one in self._text(name).splitlines()) if line]
            case "codes" | "languages":
                return [code for code in self.typed.get(name, ()) if code]
            case "boolean":
                return self._text(name) == "on"
            case "money":
                return self._money(name, stored)
            case "integer" | "readiness":
                return self._integer(name)
            case "longitude" | "latitude":
                return self._degrees(name)
            case "datetime":
                return self._moment(name)
            case "record":
                return self._reference(spec, self._text(name))
            case "records":
                texts = [text.strip() for text in self.typed.get(name, ()) if text.strip()]
                return [self._reference(spec, text) for text in texts[:ENTRIES]]
            case "structure":
                return self._structure(spec, name, stored if isinstance(stored, Mapping) else {}) or None
            case "structures":
                return self._structures(spec, name)
        return self._text(name) or None

    def _local(self, name: str, stored: Any) -> dict[str, Any]:
        sides: dict[str, Any] = {}
        before = stored if isinstance(stored, Mapping) else {}
        machine = []
        for language in LANGUAGES:
            text = self._text(f"{name}.{language}").replace("\r\n", "\n")
            if not text:
                continue
            sides[language] = text
            # A mark goes when a person confirms the text, or writes another one.
            unchecked = language in self.typed.get(f"{name}.machine", ())
            if unchecked and (not before or before.get(language) == text):
                machine.append(language)
        return {**sides, "machine": machine} if machine else sides

    def _money(self, name: str, stored: Any) -> dict[str, Any] | None:
        text = self._text(name)
        if not text:
            return None
        if isinstance(stored, Mapping) and text == self._money_text(stored):
            return dict(stored)
        if _ZERO.fullmatch(text):
            raise _FaultError(
                "金额不能为0。面议请留空。", "An amount is above 0. Leave it empty if it is to be negotiated."
            )
        found = parse_money(text)
        if found is None:
            raise _FaultError(
                "没有读出金额。请写作“200万元以内”或“50–100万元”；面议请留空。",
                "No amount could be read. Write 'up to 2 million yuan' or '500,000–1,000,000 yuan'; "
                "leave it empty if it is to be negotiated.",
            )
        parts = {
            "low_minor": found.low_minor,
            "high_minor": found.high_minor,
            "currency": found.currency,
            "qualifier": found.qualifier,
            "quote": text,
        }
        return {part: value for part, value in parts.items() if value not in (None, "")}

    def _money_text(self, value: Mapping[str, Any]) -> str:
        return str(value.get("quote") or self._amount(value))

    def _amount(self, value: Mapping[str, Any]) -> str:
        return figures.money(
            value.get("low_minor"),
            value.get("high_minor"),
            value.get("currency") or "CNY",
            self.language,
            value.get("qualifier") or "",
        )

    def _integer(self, name: str) -> int | None:
        text = self._text(name).replace(",", "").replace("，", "")
        if not text:
            return None
        if not re.fullmatch(r"\d{1,10}", text):
            raise _FaultError("请填写整数，例如 2024。", "Write a whole number, such as 2024.")
        return int(text)

    def _degrees(self, name: str) -> float | None:
        text = self._text(name).rstrip("°")
        if not text:
            return None
        if not re.fullmatch(r"[-+]?\d{1,3}(?:\.\d{1,12})?", text):
            raise _FaultError("请填写度数，例如 114.51。", "Write degrees, such as 114.51.")
        return float(text)

    def _moment(self, name: str) -> str | None:
        text = self._text(name)
        if not text:
            return None
        try:
            moment = datetime.fromisoformat(text)
            if timezone.is_naive(moment):
                moment = timezone.make_aware(moment)
            return moment.astimezone(UTC).isoformat()
        except (ValueError, OverflowError):
            raise _FaultError("时间应写作 2026-11-22T09:30。", "Write a time as 2026-11-22T09:30.") from None

    def _reference(self, spec: FieldSpec, text: str) -> str | None:
        if not text:
            return None
        if found := _KEY_AT_END.search(text):
            return found[1]
        named = list(
            Record.objects.filter(readable(self.actor), kind=spec.kind)
            .annotate(zh=KT("title__zh"), en=KT("title__en"))
            .filter(Q(zh__iexact=text) | Q(en__iexact=text))
            .order_by("pk")
            .values_list("key", "title")[: LISTED_RECORDS + 1]
        )
        if len(named) == 1:
            return str(named[0][0])
        if named:
            raise _FaultError(
                "有多条同名记录，请选择其中一条。",
                "Several records carry this name: choose one of them.",
                tuple(Option(key, _with_key(title, key)) for key, title in named),
            )
        raise _FaultError(
            "没有找到这个名称的记录。请检查名称，或留空。",
            "No record of this name was found. Check the name, or leave it empty.",
        )

    def _find(self, kind_code: str, key: str) -> Record | None:
        found: Record | None = kind_of(kind_code).model.objects.filter(readable(self.actor), key=key).first()
        return found

    def _structure(self, spec: FieldSpec, prefix: str, stored: Mapping[str, Any]) -> dict[str, Any]:
        values = {
            part.name: self._value(part, _input(prefix, part), stored.get(part.name)) for part in spec.parts
        }
        return {name: value for name, value in values.items() if value not in _EMPTY and value is not False}

    def _structures(self, spec: FieldSpec, name: str) -> list[Any]:
        entries: list[Any] = []
        for number in self._row_numbers(name):
            prefix = f"{name}.{number}"
            if self._text(f"{prefix}.remove") == "on":
                continue
            entry: Any
            if spec.parts[0].name == "":
                entry = self._value(spec.parts[0], prefix, None)
            else:
                entry = self._structure(spec, prefix, {})
            if entry in _EMPTY:
                continue
            for part in spec.parts:
                if part.required and part.name not in entry:
                    raise _FaultError(
                        f"第{len(entries) + 1}条缺少“{part.label.zh}”。请填写，或删去这一条。",
                        f"Entry {len(entries) + 1} lacks '{part.label.en}'. Fill it in, or take the entry out.",
                    )
            if isinstance(entry, dict):
                entry |= _kept(self._text(f"{prefix}.kept"), spec)
            entries.append(entry)
        return entries

    def _row_numbers(self, name: str) -> list[int]:
        prefix = f"{name}."
        found = {
            int(number)
            for typed in self.typed
            if typed.startswith(prefix)
            for number in (typed[len(prefix) :].partition(".")[0],)
            if re.fullmatch(r"[0-9]{1,4}", number)
        }
        return sorted(found)[: ENTRIES + 1]

    # Writing.

    def _written(self, values: Mapping[str, Any]) -> Typed:
        typed: Typed = {}
        for spec in self.kind.layout:
            if (value := values.get(spec.name)) not in _EMPTY:
                self._write(spec, spec.name, value, typed)
        return typed

    def _write(self, spec: FieldSpec, name: str, value: Any, typed: Typed) -> None:
        match spec.shape:
            case "local_line" | "local_text":
                for language in LANGUAGES:
                    typed[f"{name}.{language}"] = [value.get(language) or ""]
                typed[f"{name}.machine"] = list(value.get("machine") or ())
            case "lines":
                typed[name] = ["\n".join(value)]
            case "codes" | "languages" | "records":
                typed[name] = list(value)
            case "boolean":
                typed[name] = ["on"] if value else []
            case "money":
                typed[name] = [self._money_text(value)]
            case "datetime":
                typed[name] = [timezone.localtime(datetime.fromisoformat(value)).strftime(_TIME)]
            case "structure":
                for part in spec.parts:
                    if (inner := value.get(part.name)) not in _EMPTY:
                        self._write(part, _input(name, part), inner, typed)
            case "structures":
                for number, entry in enumerate(value):
                    self._write_row(spec, f"{name}.{number}", entry, typed)
            case _:
                typed[name] = [str(value)]

    def _write_row(self, spec: FieldSpec, prefix: str, entry: Any, typed: Typed) -> None:
        for part in spec.parts:
            inner = entry.get(part.name) if part.name else entry
            if inner not in _EMPTY:
                self._write(part, _input(prefix, part), inner, typed)
        shown = {part.name for part in spec.parts}
        if "" not in shown and (rest := {name: value for name, value in entry.items() if name not in shown}):
            typed[f"{prefix}.kept"] = [json.dumps(rest, ensure_ascii=False)]

    def _field(self, spec: FieldSpec) -> Entry:
        entry = self._entry(spec, spec.name)
        entry.faults = (self.faults[spec.name],) if spec.name in self.faults else ()
        entry.advice = tuple(self.advice.get(spec.name, ()))
        if candidates := self._candidates.get(spec.name):
            entry.control, entry.options = "select", candidates
        return entry

    def _entry(self, spec: FieldSpec, name: str, of: str = "") -> Entry:
        entry = Entry(name, spec.label, "line", spec.help, spec.required, self._text(name))
        match spec.shape:
            case "local_line" | "local_text":
                entry.control, entry.several_lines = "pair", spec.shape == "local_text"
                machine = self.typed.get(f"{name}.machine", ())
                entry.sides = tuple(
                    (language, (self.typed.get(f"{name}.{language}") or [""])[-1], language in machine)
                    for language in LANGUAGES
                )
            case "lines" | "text":
                entry.control = "lines"
            case "date" | "boolean":
                entry.control = spec.shape
            case "datetime":
                entry.control = "datetime-local"
            case "integer" if of == "maturity":
                entry.control, entry.options = "select", self._chosen(_levels(), [entry.typed])
            case "integer" | "longitude" | "latitude":
                entry.control = "number"
            case "money":
                entry.control, entry.understood = "money", self._understood(name)
            case "readiness":
                entry.control, entry.options = "select", self._chosen(_levels(), [entry.typed])
            case "code":
                entry.control = "radios" if spec.name == "visibility" else "select"
                typed = entry.typed or ("public" if spec.name == "visibility" else "")
                entry.options = self._chosen(_terms(spec.code_list), [typed])
            case "codes":
                entry.control = "checks"
                entry.options = self._chosen(_terms(spec.code_list), self.typed.get(name, []))
            case "languages":
                entry.control = "checks"
                entry.options = self._chosen(_languages(), self.typed.get(name, []))
            case "region" | "country":
                entry.control = "select"
                entry.options = self._chosen(_places(spec.shape), [entry.typed])
            case "zone":
                entry.control, entry.options = "select", self._chosen(self._zones, [entry.typed])
            case "park":
                entry.control, entry.options = "select", self._chosen(self._parks, [entry.typed])
            case "record":
                self._choose_record(spec, entry)
            case "records":
                entry.control, entry.kind = "records", spec.kind
                entry.texts = (*self._named(spec, self.typed.get(name, ())), "", "")
            case "structure":
                entry.control = "parts"
                entry.parts = tuple(self._entry(part, _input(name, part)) for part in spec.parts)
            case "structures":
                entry.control, entry.rows = "rows", self._rows(spec, name)
        return entry

    def _rows(self, spec: FieldSpec, name: str) -> tuple[Row, ...]:
        numbers = self._row_numbers(name)
        following = numbers[-1] + 1 if numbers else 0
        new = [following] if spec.name != self.more_rows else [following, following + 1]
        # A row that is still empty is as good as a new one.
        if numbers and spec.name != self.more_rows and self._is_blank(spec, f"{name}.{numbers[-1]}"):
            new = []
        return tuple(
            Row(
                place,
                f"{name}.{number}",
                tuple(self._entry(part, _input(f"{name}.{number}", part), spec.name) for part in spec.parts),
                self._text(f"{name}.{number}.kept"),
                number in new,
            )
            for place, number in enumerate([*numbers, *new], start=1)
        )

    def _is_blank(self, spec: FieldSpec, prefix: str) -> bool:
        return not any(
            text.strip()
            for typed, texts in self.typed.items()
            if typed == prefix or typed.startswith(f"{prefix}.")
            for text in texts
        )

    def _understood(self, name: str) -> str:
        text = self._text(name)
        found = parse_money(text) if text else None
        if found is None:
            return ""
        return figures.money(
            found.low_minor, found.high_minor, found.currency, self.language, found.qualifier
        )

    def _chosen(self, options: Iterable[Option], typed: list[str]) -> tuple[Option, ...]:
        chosen = set(typed)
        found = tuple(
            Option(option.value, option.label, option.parent, option.value in chosen) for option in options
        )
        # What the record holds stays choosable, even where the list no longer offers it.
        others = chosen - {option.value for option in found} - {""}
        return found + tuple(Option(code, LocalText(code, code), chosen=True) for code in sorted(others))

    @cached_property
    def _zones(self) -> tuple[Option, ...]:
        zones = Zone.objects.order_by("region", "code").values_list("code", "name", "region")
        return tuple(Option(code, name, _region_name(region)) for code, name, region in zones)

    @cached_property
    def _parks(self) -> tuple[Option, ...]:
        parks = Park.objects.order_by("region", "pk").values_list("key", "name", "region")
        return tuple(Option(key, name, _region_name(region)) for key, name, region in parks)

    def _choose_record(self, spec: FieldSpec, entry: Entry) -> None:
        """A short list is a list to choose from; else a text box that finds by name or key."""
        records = Record.objects.filter(readable(self.actor), kind=spec.kind)
        if spec.name == "organisation" and not self.actor.may(REVIEW_RECORDS):
            records = records.filter(pk__in=self.actor.organisations)
        heads = list(records.order_by("pk").values_list("key", "title")[: LISTED_RECORDS + 1])
        entry.kind = spec.kind
        if len(heads) <= LISTED_RECORDS:
            entry.control = "select"
            options = [Option(key, title) for key, title in heads]
            if entry.typed and entry.typed not in {option.value for option in options}:
                (text,) = self._named(spec, [entry.typed])
                options.append(Option(entry.typed, LocalText(text, text)))
            entry.options = self._chosen(options, [entry.typed])
        else:
            entry.control = "record"
            (entry.typed,) = self._named(spec, [entry.typed])

    def _named(self, spec: FieldSpec, texts: Iterable[str]) -> list[str]:
        """Return keys as 'name · key'; other texts as they were typed."""
        typed = [text for text in texts if text.strip()] or []
        keys = [text for text in typed if _KEY_AT_END.fullmatch(text)]
        titles: dict[str, LocalText] = {}
        if keys:
            titles = dict(
                Record.objects.filter(readable(self.actor), kind=spec.kind, key__in=keys).values_list(
                    "key", "title"
                )
            )
        named = [
            _with_key(titles[text], text).in_language(self.language) if text in titles else text
            for text in typed
        ]
        return named if spec.shape == "records" else (named or [""])


def find_records(actor: Actor, kind_code: str, text: str, *, limit: int = 10) -> list[tuple[str, LocalText]]:
    """Return the (key, title) of records whose title holds `text`, for a box that finds while one types."""
    found = (
        Record.objects.filter(readable(actor), kind=kind_code)
        .annotate(zh=KT("title__zh"), en=KT("title__en"))
        .filter(Q(zh__icontains=text) | Q(en__icontains=text))
        .order_by("pk")
        .values_list("key", "title")[:limit]
    )
    return list(found)


def shown_with_key(title: LocalText, key: str, language: str) -> str:
    """Return a record as the box that finds it writes it: 'name · key'."""
    return _with_key(title, key).in_language(language)


def _with_key(title: LocalText, key: str) -> LocalText:
    return LocalText(f"{title.in_language('zh')} · {key}", f"{title.in_language('en')} · {key}")


def _input(prefix: str, part: FieldSpec) -> str:
    return f"{prefix}.{part.name}" if part.name else prefix


def _kept(text: str, spec: FieldSpec) -> dict[str, str]:
    """Read what a row carries along: short texts under names that have no input. Anything else was not ours."""
    try:
        carried = json.loads(text) if text else {}
    except ValueError:
        return {}
    if not isinstance(carried, dict):
        return {}
    shown = {part.name for part in spec.parts}
    return {
        name: value
        for name, value in carried.items()
        if name not in shown and isinstance(value, str) and len(value) <= 100
    }


@cache
def _terms(name: str) -> tuple[Option, ...]:
    terms = code_list(name)
    parents = {term.parent for term in terms.terms.values() if term.parent}

    def heading(code: str, parent: str) -> LocalText:
        head = parent or (code if code in parents else "")
        return LocalText(terms.terms[head].zh, terms.terms[head].en) if head else LocalText()

    return tuple(
        Option(term.code, LocalText(term.zh, term.en), heading(term.code, term.parent)) for term in terms
    )


@cache
def _levels() -> tuple[Option, ...]:
    return tuple(
        Option(term.code, LocalText(f"{term.code} · {term.zh}", f"{term.code} · {term.en}"))
        for term in code_list("readiness")
    )


@cache
def _languages() -> tuple[Option, ...]:
    return tuple(Option(code, name) for code, name in LANGUAGE_NAMES.items())


@cache
def _regions() -> tuple[Region, ...]:
    codes = dict.fromkeys(code for several in region_names().values() for code in several)
    found = [region for region in map(region_of, codes) if region is not None]
    # China's provinces by their code, then countries, China first.
    return tuple(
        sorted(found, key=lambda region: (region.kind != "province", region.code != "CN", region.code))
    )


@cache
def _places(shape: str) -> tuple[Option, ...]:
    provinces, countries = (
        LocalText("中国", "China"),
        LocalText("其他国家和地区", "Other countries and regions"),
    )
    if shape == "country":
        return tuple(
            Option(region.code, LocalText(region.zh, region.en))
            for region in _regions()
            if region.kind == "country"
        )
    return tuple(
        Option(
            region.code,
            LocalText(region.zh, region.en),
            provinces if region.kind == "province" or region.code == "CN" else countries,
        )
        for region in _regions()
    )


def _region_name(code: str) -> LocalText:
    region = region_of(code)
    return LocalText(region.zh, region.en) if region else LocalText(code, code)
