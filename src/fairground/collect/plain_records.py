"""Offers and needs of the catalogue as the plain records that matching reads: the same as those read from a list.

Pure functions of loaded rows (with `organisation` joined): they ask the database nothing. Protected detail and
contacts are not carried, so that no match can quote them.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from fairground.accounts.models import Record
from fairground.collect import models
from fairground.collect.core.records import (
    NEED_TEXT_FIELDS,
    OFFER_TEXT_FIELDS,
    Need,
    Offer,
    Origin,
    Requirement,
)
from fairground.collect.core.structures import Maturity, Price, Right
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.taxonomy import code_list


def plain_offer(row: models.Offer, *, source: str = "", position: int = 0) -> Offer:
    """Return an offer of the catalogue; its id is the record's key, `source` and `position` its place in a list."""
    return Offer(
        id=row.key,
        origin=Origin(source, None, position),
        texts=_texts(row, OFFER_TEXT_FIELDS),
        organisation=_organisation(row) or None,
        trl=row.trl,
        trl_note="\n".join(map(_maturity_line, row.maturity)) or None,
        price=_money(row.price),
        valid_until=row.valid_until,
        regions=_regions(row),
        partnership=tuple(row.partnership),
        ipr="\n".join(map(_right_line, row.rights)) or None,
        export_restriction=row.export_restriction or None,
        demonstration=row.demonstration,
        extra=_extra(benefits=row.benefits.both()),
    )


def plain_need(row: models.Need, *, source: str = "", position: int = 0) -> Need:
    """Return a need of the catalogue, see `plain_offer`."""
    return Need(
        id=row.key,
        origin=Origin(source, None, position),
        texts=_texts(row, NEED_TEXT_FIELDS, abstract=row.summary),
        requirements=tuple(
            Requirement(condition.text.in_language("zh"), condition.level, condition.excluded)
            for condition in row.conditions
            if condition.text
        ),
        trl_min=row.trl,
        budget=_money(row.budget),
        deadline=row.deadline,
        regions=_regions(row),
        partnership=tuple(row.partnership),
        ipr=row.rights_expected.both() or None,
        demonstration=row.demonstration,
        extra=_extra(organisation=_organisation(row), eligible=row.eligible.both()),
    )


def _texts(row: Record, fields: Iterable[str], **more: LocalText) -> Mapping[str, LocalText]:
    texts: dict[str, LocalText] = {}
    for field in fields:
        text = _fields_text(row.fields) if field == "field" else more.get(field, getattr(row, field, None))
        if text:
            texts[field] = text
    return texts


def _fields_text(codes: Iterable[str]) -> LocalText:
    terms = [code_list("fields").terms[code] for code in codes if code in code_list("fields")]
    return LocalText(
        "、".join(term.zh for term in terms) or None, ", ".join(term.en for term in terms) or None
    )


def _organisation(row: Record) -> str:
    if row.organisation_id is None:
        return ""
    title = row.organisation.title
    return " ".join(dict.fromkeys(side for side in (title.zh, title.en) if side))


def _regions(row: Record) -> tuple[str, ...]:
    """Name the province of a place; a city's code gives its province, which is what lists are compared by."""
    codes = (row.region, f"{row.region[:2]}0000", row.country)
    place = next((found for code in codes if code and (found := region_of(code))), None)
    return (f"{place.zh} {place.en}",) if place else ()


def _money(price: Price | None) -> MoneyRange | None:
    if price is None:
        return None
    return MoneyRange(price.low_minor, price.high_minor, price.currency, price.qualifier, price.quote)


def _maturity_line(maturity: Maturity) -> str:
    parts: list[Any] = [
        f"TRL {maturity.level}",
        maturity.element.in_language("zh"),
        maturity.use.in_language("zh"),
    ]
    parts += [maturity.assessed_on, maturity.evidence.in_language("zh")]
    return " · ".join(str(part) for part in parts if part)


def _right_line(right: Right) -> str:
    kinds = code_list("rights_type")
    kind = (
        f"{kinds.terms[right.right].zh} {kinds.terms[right.right].en}"
        if right.right in kinds
        else right.right
    )
    return " · ".join(part for part in (kind, right.number, right.office, right.status) if part)


def _extra(**values: str) -> Mapping[str, str]:
    return {name: value for name, value in values.items() if value}
