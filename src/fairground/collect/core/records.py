"""Offers and needs as they travel through the house: immutable, bilingual, with their origin kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date

from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText

ELEMENT_FIELDS = ("material", "method", "efficacy", "product", "application")

NEED_TEXT_FIELDS = (
    "title",
    "abstract",
    "problem",
    "current_method",
    "wanted_outcome",
    *ELEMENT_FIELDS,
    "keywords",
    "field",
)

OFFER_TEXT_FIELDS = (
    "title",
    "summary",
    "description",
    "problem_solved",
    "advantage",
    "economics",
    *ELEMENT_FIELDS,
    "evidence",
    "deployed",
    "keywords",
    "field",
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a record was read: rows count from 1 as a spreadsheet shows them; sheet is None outside xlsx."""

    file: str
    sheet: str | None
    row: int


@dataclass(frozen=True, slots=True)
class Requirement:
    """One testable sentence of a need. `level` is 'must' or 'should'; `excluded` marks a refused approach."""

    text: str
    level: str = "must"
    excluded: bool = False


@dataclass(frozen=True, slots=True)
class Need:
    """A problem with a wanted outcome. `texts` keys are NEED_TEXT_FIELDS; protected detail is not carried."""

    id: str
    origin: Origin
    texts: Mapping[str, LocalText]
    requirements: tuple[Requirement, ...] = ()
    trl_min: int | None = None  # 1–9, the lowest readiness the owner accepts
    budget: MoneyRange | None = None  # None: not stated
    deadline: date | None = None
    regions: tuple[str, ...] = ()  # as printed
    partnership: tuple[str, ...] = ()  # codes of list A
    ipr: str | None = None  # what the owner expects, as printed
    demonstration: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)  # columns nobody understood, as printed


@dataclass(frozen=True, slots=True)
class Offer:
    """Something developed and offered. `texts` keys are OFFER_TEXT_FIELDS."""

    id: str
    origin: Origin
    texts: Mapping[str, LocalText]
    organisation: str | None = None
    trl: int | None = None  # 1–9
    trl_note: str | None = None  # element, use, date, evidence of the level, as printed
    price: MoneyRange | None = None  # None: not stated or to be negotiated, never 0
    valid_until: date | None = None
    regions: tuple[str, ...] = ()
    partnership: tuple[str, ...] = ()
    ipr: str | None = None
    export_restriction: str | None = None  # as printed; None: nothing stated
    demonstration: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)
