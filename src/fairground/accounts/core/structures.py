"""The structured parts of records: provenance, contacts, positions. Frozen, checked when written."""

from dataclasses import dataclass
from datetime import date

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where a record's facts come from. `quote` is what the source said, in its own words and language."""

    name: LocalText = LocalText()
    address: str = ""
    quote: str = ""
    retrieved_on: date | None = None
    note: LocalText = LocalText()


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach the people behind a record. Shown only to those whom a grant names."""

    name: str = ""
    email: str = ""
    telephone: str = ""


@dataclass(frozen=True, slots=True)
class Position:
    """What a person is or was somewhere: as printed, with dates where they are known."""

    role: LocalText = LocalText()
    organisation: LocalText = LocalText()
    organisation_key: str = ""
    since: date | None = None
    until: date | None = None
