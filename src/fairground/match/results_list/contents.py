"""What one version of a list holds, as its workbook, its booklets and its page read it. Plain values, no database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListChanges, ListedEntry
from fairground.places.core.regions import region_of
from fairground.taxonomy import code_list

OTHER_FIELD = ""  # the heading of entries without a field of the list's own
OTHER = LocalText("其他领域", "Other fields")


@dataclass(frozen=True, slots=True)
class HintReason:
    """One requirement of the need beside the offer's own sentence; `sentence` is '' where nothing was found."""

    verdict: str  # 'met' | 'missing' | 'contradicted'
    asks: str = ""
    says: str = ""
    excluded: bool = False  # the need refuses what it names


@dataclass(frozen=True, slots=True)
class Hint:
    """A pair of two entries that the matching of the hub kept."""

    need: str  # key
    offer: str  # key
    score: float = 0.0  # 0–1; it orders, it is no probability
    evidence: str = ""  # 'enough' | 'thin'
    reasons: tuple[HintReason, ...] = ()
    flags: tuple[LocalText, ...] = ()


@dataclass(frozen=True, slots=True)
class ListContent:
    """One version: the head, the entries that may still be shown, the hints between them, what changed."""

    hub: LocalText
    address: str  # of the portal, without a slash at the end
    title: LocalText
    supply: tuple[str, ...]
    demand: tuple[str, ...]
    fields: tuple[str, ...]
    number: int
    issued_on: date
    entries: tuple[ListedEntry, ...]
    hints: tuple[Hint, ...] = ()
    method: str = ""  # name and version of the matching
    changes: ListChanges = field(default_factory=ListChanges)
    previous: tuple[int, date] | None = None
    left_out: tuple[str, ...] = ()  # numbers of entries withdrawn since this version was made

    def of_side(self, side: str) -> list[ListedEntry]:
        """Return the entries of one side in the order of their numbers."""
        return sorted((entry for entry in self.entries if entry.side == side), key=lambda each: each.number)

    def by_field(self) -> list[tuple[LocalText, list[ListedEntry], list[ListedEntry]]]:
        """Return (field, offers, needs) in the order of the code list; each entry once, under its first field."""
        headings = self.fields or tuple(term.code for term in code_list("fields") if not term.parent)
        groups: dict[str, tuple[list[ListedEntry], list[ListedEntry]]] = {}
        for side in ("offer", "need"):
            for entry in self.of_side(side):
                heading = _heading(entry.facts.get("fields") or (), headings)
                groups.setdefault(heading, ([], []))[side == "need"].append(entry)
        order = [*headings, OTHER_FIELD]
        return [(field_name(code), *groups[code]) for code in order if code in groups]

    def names_demonstration(self) -> bool:
        """Tell whether any entry is demonstration data."""
        return any(entry.facts.get("demonstration") for entry in self.entries)


def _heading(codes: Sequence[str], headings: Sequence[str]) -> str:
    terms = code_list("fields").terms
    for code in codes:
        while code:
            if code in headings:
                return code
            code = terms[code].parent if code in terms else ""
    return OTHER_FIELD


def text_of(value: Mapping[str, Any] | None) -> LocalText:
    """Return a text from its plain value."""
    return (
        LocalText(value.get("zh"), value.get("en"), tuple(value.get("machine") or ()))
        if value
        else LocalText()
    )


def field_name(code: str) -> LocalText:
    """Return a field's name; the entries without a field stand under 'other fields'."""
    term = code_list("fields").terms.get(code)
    return LocalText(term.zh, term.en) if term else OTHER


def region_name(code: str) -> LocalText:
    """Return the name of a province or country; a city's code gives its province."""
    found = region_of(code) or region_of(f"{code[:2]}0000")
    return LocalText(found.zh, found.en) if found else LocalText(code, code)


def place_of(entry: ListedEntry) -> LocalText:
    """Return the name of where an entry is, or nothing."""
    code = entry.facts.get("region") or entry.facts.get("country") or ""
    return region_name(code) if code else LocalText()


def organisation_of(entry: ListedEntry) -> LocalText:
    """Return the name of the organisation that may be named, or nothing."""
    return text_of(entry.facts.get("organisation"))


def partnership_of(entry: ListedEntry) -> LocalText:
    """Return the kinds of partnership wanted, in one line."""
    terms = code_list("partnership").terms
    found = [terms[code] for code in entry.facts.get("partnership") or () if code in terms]
    return LocalText(
        "、".join(term.zh for term in found) or None, ", ".join(term.en.lower() for term in found) or None
    )


def amount_of(entry: ListedEntry) -> MoneyRange | None:
    """Return what an offer costs or a need may spend, None where nothing is stated."""
    value = entry.facts.get("price") or entry.facts.get("budget")
    if not value:
        return None
    return MoneyRange(
        value.get("low_minor"),
        value.get("high_minor"),
        value.get("currency") or "CNY",
        value.get("qualifier") or "",
        value.get("quote") or "",
    )


def address_of(content: ListContent, entry: ListedEntry, language: str) -> str:
    """Return the address of an entry's page."""
    return f"{content.address}/{'en' if language == 'en' else 'zh'}/{entry.side}/{entry.key}/"
