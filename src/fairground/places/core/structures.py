"""Where what is said of a place comes from. Frozen, checked when written."""

from dataclasses import dataclass
from datetime import date

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class PlaceSource:
    """Where a place's facts come from; the same parts as a record's provenance, which lives further up the house.

    `quote` is what the source said, in its own words and language.
    """

    name: LocalText = LocalText()
    address: str = ""
    quote: str = ""
    retrieved_on: date | None = None
    note: LocalText = LocalText()
