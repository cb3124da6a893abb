"""The structured parts of offers, needs, platforms and facilities (DOMAIN: records)."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Maturity:
    """A readiness level of one named element in one use at one date, with what shows it: less is marketing."""

    level: int  # 1–9, code list 'readiness'
    element: LocalText = LocalText()
    use: LocalText = LocalText()
    assessed_on: date | None = None
    evidence: LocalText = LocalText()
    attachment: str = ""  # key of the file that shows it

    def __post_init__(self) -> None:
        if not 1 <= self.level <= 9:
            raise ValueError("a readiness level is 1 to 9")


@dataclass(frozen=True, slots=True)
class Right:
    """One intellectual property right: a patent, an application, software … (code list 'rights_type')."""

    right: str
    number: str = ""
    office: str = ""  # 'CN', 'EP', 'US' …, as printed
    status: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Condition:
    """One testable requirement of a need. `excluded` marks an approach that is refused."""

    text: LocalText
    level: Literal["must", "should"] = "must"
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Price:
    """An amount or a range in minor units. Nothing stated, or 'to be negotiated', is no Price at all: never 0."""

    low_minor: int | None = None
    high_minor: int | None = None
    currency: str = "CNY"  # ISO 4217
    qualifier: str = ""
    quote: str = ""

    def __post_init__(self) -> None:
        amounts = [amount for amount in (self.low_minor, self.high_minor) if amount is not None]
        if not amounts or min(amounts) <= 0:
            raise ValueError("a price has an amount above 0; leave it out where it is to be negotiated")
        if len(amounts) == 2 and amounts[0] > amounts[1]:
            raise ValueError("the lower amount comes first")


@dataclass(frozen=True, slots=True)
class Partner:
    """Who is wanted: role, size and region, as the offerer puts it."""

    role: LocalText = LocalText()
    size: str = ""  # code list 'size'
    region: str = ""


@dataclass(frozen=True, slots=True)
class Equipment:
    """One device that a platform lends or runs for others."""

    name: LocalText
    model: str = ""
    hours: LocalText = LocalText()
    price: LocalText = LocalText()  # as printed
    booking: LocalText = LocalText()
