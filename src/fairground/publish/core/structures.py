"""The structured parts of publications."""

from dataclasses import dataclass
from datetime import date

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Signatory:
    """Who signed a declaration, as printed. `key` is the record of the organisation or person, where there is one."""

    name: LocalText
    key: str = ""
    signed_on: date | None = None
