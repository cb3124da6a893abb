"""Offers and needs of the database as the cores read them: what a list on paper would say.

Protected detail and contacts are never carried over: the cores quote what they read.
"""

from fairground.collect.core.records import (
    NEED_TEXT_FIELDS,
    OFFER_TEXT_FIELDS,
    Need,
    Offer,
    Origin,
    Requirement,
)
from fairground.collect.core.structures import Price
from fairground.collect.models import Need as NeedRow
from fairground.collect.models import Offer as OfferRow
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.taxonomy import code_list

_CATALOGUE = Origin("", None, 0)  # not from a file
# Where the tables call a text otherwise than the lists do.
_OFFER_COLUMNS = {"field": "fields"}
_NEED_COLUMNS = {"abstract": "summary", "field": "fields"}


def plain_offer(row: OfferRow) -> Offer:
    """Return an offer row as the cores read it; `row.organisation` is read if it was not joined."""
    return Offer(
        id=row.key,
        origin=_CATALOGUE,
        texts=_texts(row, OFFER_TEXT_FIELDS, _OFFER_COLUMNS),
        organisation=row.organisation.title.in_language("zh") if row.organisation else None,
        trl=row.trl or max((maturity.level for maturity in row.maturity), default=None),
        trl_note="; ".join(
            note
            for maturity in row.maturity
            if (note := " ".join(filter(None, (maturity.element.both(), maturity.use.both()))))
        )
        or None,
        price=_money(row.price),
        valid_until=row.valid_until,
        regions=_regions(row.region),
        partnership=row.partnership,
        ipr="; ".join(f"{right.right} {right.number}".strip() for right in row.rights) or None,
        export_restriction=row.export_restriction or None,
        demonstration=row.demonstration,
    )


def plain_need(row: NeedRow) -> Need:
    """Return a need row as the cores read it."""
    return Need(
        id=row.key,
        origin=_CATALOGUE,
        texts=_texts(row, NEED_TEXT_FIELDS, _NEED_COLUMNS),
        requirements=tuple(
            Requirement(text, condition.level, condition.excluded)
            for condition in row.conditions
            if (text := condition.text.in_language("zh"))
        ),
        trl_min=row.trl,
        budget=_money(row.budget),
        deadline=row.deadline,
        regions=_regions(row.region),
        partnership=row.partnership,
        ipr=row.rights_expected.both() or None,
        demonstration=row.demonstration,
    )


def _texts(row: OfferRow | NeedRow, names: tuple[str, ...], columns: dict[str, str]) -> dict[str, LocalText]:
    found: dict[str, LocalText] = {}
    for name in names:
        value = getattr(row, columns.get(name, name))
        text = _fields(value) if name == "field" else value
        if text:
            found[name] = text
    return found


def _fields(codes: tuple[str, ...]) -> LocalText:
    terms = [term for code in codes if (term := code_list("fields").terms.get(code))]
    return LocalText(
        "；".join(term.zh for term in terms) or None, "; ".join(term.en for term in terms) or None
    )


def _money(price: Price | None) -> MoneyRange | None:
    if price is None:
        return None
    return MoneyRange(price.low_minor, price.high_minor, price.currency, price.qualifier, price.quote)


def _regions(code: str) -> tuple[str, ...]:
    region = region_of(code) if code else None
    return (region.zh,) if region else ()
