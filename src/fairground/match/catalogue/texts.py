"""Records of the catalogue as the two sides of a match: what asks, and what answers.

Only what everybody may read takes part, so that a stored reason never quotes more than a page would show.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import asdict, replace
from datetime import date
from typing import Any

from django.db.models import QuerySet

from fairground.accounts.actors import visitor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.collect.models import Facility, Platform
from fairground.collect.models import Need as NeedRow
from fairground.collect.models import Offer as OfferRow
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.language.local_text import LocalText
from fairground.match.core.texts import FieldTexts, texts_of_need, texts_of_offer
from fairground.places.core.regions import region_of
from fairground.publish.records import named_organisation

KINDS = ("need", "offer", "platform")
# What asks and what answers. An offer asks platforms for a place to be tried out and made.
MARKETS = (("need", "offer"), ("need", "platform"), ("offer", "platform"))
_MODELS: dict[str, type[Record]] = {"need": NeedRow, "offer": OfferRow, "platform": Platform}
# What a platform must show of an offer that is to be tried out on it, with how the page names it.
_TRIED = {"material": ("材料", "Material"), "method": ("方法", "Method"), "product": ("产品", "Product")}
_READ_OF_FACILITIES = ("hub_id", "state", "visibility", "platform_id", "title", "capability")

Plain = Need | Offer


def public_records(hub_id: int, kind: str) -> QuerySet[Any]:
    """Return the records of a kind that everybody may read."""
    return _MODELS[kind].objects.filter(
        hub_id=hub_id, state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC
    )


def _is_public(row: Record, hub_id: int) -> bool:
    """Tell of a row what `public_records` asks of all."""
    return (row.hub_id, row.state, row.visibility) == (hub_id, states.PUBLISHED, Record.Visibility.PUBLIC)


def load_records(hub_id: int, kind: str, keys: Sequence[str] | None = None) -> dict[str, Any]:
    """Return the public records of a kind by key, ready for `as_asking` and `as_answering`; of `keys`, or all."""
    if keys is None:
        rows = list(public_records(hub_id, kind).select_related("organisation").order_by("pk"))
    else:
        # By key alone: with more conditions a database may read the whole hub to find a hundred records.
        some = _MODELS[kind].objects.filter(key__in=keys).select_related("organisation").order_by("pk")
        rows = [row for row in some if _is_public(row, hub_id)]
    facilities: dict[int, list[LocalText]] = defaultdict(list)
    if kind == "platform" and rows:
        own = Facility.objects.filter(platform_id__in=[row.pk for row in rows])
        for facility in own.order_by("pk").only(*_READ_OF_FACILITIES):
            if _is_public(facility, hub_id):
                facilities[facility.platform_id] += [facility.title, facility.capability]
    for row in rows:
        row.organisation = named_organisation(visitor(hub_id), row)
        row.facility_texts = facilities[row.pk]
    return {row.key: row for row in rows}


def as_asking(row: Any) -> Need:
    """Return a need as it stands, or an offer as one that asks for a place to be tried out."""
    return plain_need(row) if row.kind == "need" else _offer_that_asks(row)


def as_answering(row: Any) -> Offer:
    """Return an offer as it stands, or a platform as one that offers its services and equipment."""
    return plain_offer(row) if row.kind == "offer" else _platform_that_offers(row)


def _offer_that_asks(row: Any) -> Need:
    """An offer asks of a platform what it is made of, how, and as what: those it states, each a wish.

    Its own sentences are claims, no requirements: they stand where no requirement is looked for.
    """
    offer = plain_offer(row)
    texts = {name: offer.texts[name] for name in ("title", "keywords", "field") if name in offer.texts}
    said = [text for name, text in offer.texts.items() if name not in texts]
    if said:
        texts["method"] = _lines(said)
    wishes = tuple(
        Requirement(text.in_language("zh"), "should") for name in _TRIED if (text := offer.texts.get(name))
    )
    return Need(
        offer.id, offer.origin, texts, wishes, regions=offer.regions, demonstration=offer.demonstration
    )


def _platform_that_offers(row: Any) -> Offer:
    equipment = [text for item in row.equipment for text in (item.name, LocalText(item.model, item.model))]
    texts = {
        "title": row.title,
        "summary": row.summary,
        "description": _lines([row.services, *equipment, *row.facility_texts]),
    }
    place = next(
        (found for code in (row.region, f"{row.region[:2]}0000") if code and (found := region_of(code))), None
    )
    return Offer(
        row.key,
        Origin("", None, 0),
        {name: text for name, text in texts.items() if text},
        organisation=" ".join(filter(None, (row.organisation.title.zh, row.organisation.title.en)))
        if row.organisation
        else None,
        regions=(f"{place.zh} {place.en}",) if place else (),
        demonstration=row.demonstration,
    )


def _lines(texts: Iterable[LocalText]) -> LocalText:
    kept = [text for text in texts if text]
    return LocalText(
        "\n".join(text.zh for text in kept if text.zh) or None,
        "\n".join(text.en for text in kept if text.en) or None,
    )


def ranking_texts(row: Any) -> FieldTexts:
    """Return what ranking reads of a record, whichever side it stands on."""
    return texts_of_need(plain_need(row)) if row.kind == "need" else texts_of_offer(as_answering(row))


def digest_of(row: Any, today: date) -> str:
    """Return a digest of everything of a record that matching reads; `today` decides whether a need is closed."""
    sides: list[Plain] = []
    if row.kind in ("need", "offer"):
        sides.append(as_asking(row))
    if row.kind in ("offer", "platform"):
        sides.append(as_answering(row))
    said = json.dumps([asdict(replace(side, origin=Origin("", None, 0))) for side in sides], default=str)
    if any(isinstance(side, Need) and side.deadline and side.deadline < today for side in sides):
        said += "closed"
    return hashlib.blake2b(said.encode(), digest_size=16).hexdigest()
