"""Bare counts in English ('handles 260 parcels per minute'), read only where a requirement counts the same thing."""

import re
from dataclasses import dataclass

from fairground.language.comparators import comparator_before
from fairground.language.quantities import Quantity
from fairground.match.core.lexicon import stem

_COUNT = re.compile(
    r"(?<![\w.,/-])(?P<plain>\d{1,3}(?:,\d{3})+|\d+(?:\.\d+)?)(?P<size>\s(?:thousand|million|billion))?"
    r"\s(?P<first>[a-z]+)(?:[\s-](?P<second>[a-z]+))?",
    re.IGNORECASE,
)
_SIZES = {"": 1.0, "thousand": 1e3, "million": 1e6, "billion": 1e9}
_PERIOD = re.compile(
    r"[^,;:()]{0,24}?(?:\b(?:per|an?|each|every)\s|/\s?)(?P<period>second|minute|hour|day|week|month|year|shift|"
    r"batch|run|charge|time)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Counted:
    """What a requirement counts: the stem of its noun, and per what ('' where a mere number is meant)."""

    noun: str
    period: str


def counted_in(text: str, quantity: Quantity) -> Counted | None:
    """Return what a bare number of the requirement `text` counts; None where no English noun follows it."""
    noun = re.match(r"\s([A-Za-z]{3,})\b", text[quantity.end :])
    if quantity.dimension != "number" or noun is None:
        return None
    return Counted(stem(noun.group(1)), _period(text, quantity.end + noun.end()))


def counts_of(text: str, counted: Counted) -> list[Quantity]:
    """Return the counts of the same thing, per the same time, in the folded sentence `text`."""
    found = []
    for match in _COUNT.finditer(text):
        names = [name for name in ("first", "second") if match.group(name)]
        place = next((name for name in names if stem(match.group(name)) == counted.noun), None)
        if place is None or _period(text, match.end(place)) != counted.period:
            continue
        value = float(match.group("plain").replace(",", "")) * _SIZES[(match.group("size") or "").strip()]
        name, about, begin = comparator_before(text, match.start())
        low, high = {"ge": (value, None), "gt": (value, None), "le": (None, value), "lt": (None, value)}.get(
            name, (value, value)
        )
        if name in ("upto", "downto", "eq", "ge", "gt", "le", "lt"):
            found.append(
                Quantity(
                    low if name != "upto" else None,
                    high if name != "downto" else None,
                    name == "gt",
                    name == "lt",
                    "number",
                    name,
                    about,
                    "",
                    begin,
                    match.end("plain"),
                    text[begin : match.end(place)].strip(),
                    ("", ""),
                    (begin, match.end(place)),
                )
            )
    return found


def _period(text: str, place: int) -> str:
    match = _PERIOD.match(text, place)
    return match.group("period").lower() if match else ""
