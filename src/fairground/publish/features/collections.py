"""The collections of the feature service: zones, parks, platforms and facilities, as a visitor may see them.

Everything here is what `policies.readable` opens to a visitor; contacts and protected detail have no column here at
all. A page is found by the key next to it, not by counting, so that a walk of all pages meets each item once, whatever
is published meanwhile.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min, Q, QuerySet
from django.urls import reverse

from fairground.accounts.actors import visitor
from fairground.accounts.policies import may_name, readable
from fairground.collect.models import Facility, Platform
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone
from fairground.publish.addresses import record_address
from fairground.publish.core.features import Box, FeatureRequest
from fairground.publish.labels import label_of

Feature = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Collection:
    """One collection.

    find : hub → what of it a visitor may see
    key : the column that is its items' id, unique and never changed; pages go by it
    time : the column by which `datetime` finds; '' where its items have no time and every time fits
    filters : property → column
    shape : turns a row into a feature
    """

    id: str
    title: LocalText
    description: LocalText
    find: Callable[[int], QuerySet[Any]]
    key: str
    time: str
    filters: Mapping[str, str]
    shape: Callable[[Any, int, str], Feature]


@dataclass(frozen=True, slots=True)
class Page:
    """One page of items: `next_after` and `previous_before` are '' at the ends."""

    features: list[Feature]
    matched: int
    next_after: str
    previous_before: str


def page_of(collection: Collection, asked: FeatureRequest, hub_id: int, language: str) -> Page:
    """Return one page. At most three queries.

    An `after` or `before` that names no item any more still has its place in the order of keys.
    """
    whole = _matching(collection, asked, hub_id)
    matched = whole.count()
    key = collection.key
    backwards = bool(asked.before)
    rows = whole
    if asked.after:
        rows = whole.filter(**{f"{key}__gt": asked.after})
    elif backwards:
        rows = whole.filter(**{f"{key}__lt": asked.before})
    # One more than asked for says whether there is another page.
    found = list(rows.order_by(f"-{key}" if backwards else key)[: asked.limit + 1])
    has_more = len(found) > asked.limit
    shown = found[: asked.limit]
    if backwards:
        shown.reverse()
    first, last = (getattr(shown[0], key), getattr(shown[-1], key)) if shown else ("", "")
    has_next = bool(asked.before) if backwards else has_more
    has_previous = has_more if backwards else bool(asked.after)
    return Page(
        [collection.shape(row, hub_id, language) for row in shown],
        matched,
        last if has_next else "",
        first if has_previous else "",
    )


def feature_of(collection: Collection, key: str, hub_id: int, language: str) -> Feature | None:
    """Return one item, or None where a visitor may not see it or there is none. One query."""
    row = collection.find(hub_id).filter(**{collection.key: key}).first()
    return None if row is None else collection.shape(row, hub_id, language)


def extent_of(collection: Collection, hub_id: int) -> dict[str, Any]:
    """Return the box and the time that hold all items, as the standard writes them. One query."""
    bounds = collection.find(hub_id).aggregate(
        west=Min("longitude"),
        south=Min("latitude"),
        east=Max("longitude"),
        north=Max("latitude"),
        **({"begins": Min(collection.time), "ends": Max(collection.time)} if collection.time else {}),
    )
    found: dict[str, Any] = {}
    if bounds["west"] is not None:
        found["spatial"] = {
            "bbox": [[bounds["west"], bounds["south"], bounds["east"], bounds["north"]]],
            "crs": "http://www.opengis.net/def/crs/OGC/1.3/CRS84",
        }
    if bounds.get("begins") is not None:
        found["temporal"] = {
            "interval": [[bounds["begins"].isoformat(), bounds["ends"].isoformat()]],
            "trs": "http://www.opengis.net/def/uom/ISO-8601/0/Gregorian",
        }
    return found


def _matching(collection: Collection, asked: FeatureRequest, hub_id: int) -> QuerySet[Any]:
    found = collection.find(hub_id)
    if asked.box is not None:
        found = found.filter(_in_box(asked.box))
    if collection.time and asked.begins is not None:
        found = found.filter(**{f"{collection.time}__gte": asked.begins})
    if collection.time and asked.ends is not None:
        found = found.filter(**{f"{collection.time}__lte": asked.ends})
    for name, value in asked.filters.items():
        found = found.filter(**{collection.filters[name]: value})
    return found


def _in_box(box: Box) -> Q:
    inside = Q(latitude__gte=box.south, latitude__lte=box.north)
    if box.west <= box.east:
        return inside & Q(longitude__gte=box.west, longitude__lte=box.east)
    return inside & (Q(longitude__gte=box.west) | Q(longitude__lte=box.east))


def _feature(key: str, row: Any, properties: Mapping[str, Any]) -> Feature:
    point = None
    if row.longitude is not None and row.latitude is not None:
        point = {"type": "Point", "coordinates": [row.longitude, row.latitude]}
    return {
        "type": "Feature",
        "id": key,
        "geometry": point,
        "properties": {name: value for name, value in properties.items() if value not in (None, "", [])},
    }


def _named(name: str, text: LocalText, language: str) -> dict[str, str | None]:
    """Return a text in the reader's language and on both sides: `name`, `name_zh`, `name_en`."""
    return {
        name: text.in_language(language) if text else None,
        f"{name}_zh": text.zh,
        f"{name}_en": text.en,
    }


def _zone(zone: Zone, hub_id: int, language: str) -> Feature:
    return _feature(
        zone.code,
        zone,
        {
            **_named("name", zone.name, language),
            "level": zone.level,
            "region": zone.region,
            "demonstration": zone.demonstration,
            "page": reverse("publish:zone", args=[zone.code]),
        },
    )


def _park(park: Park, hub_id: int, language: str) -> Feature:
    return _feature(
        park.key,
        park,
        {
            **_named("name", park.name, language),
            **_named("address", park.address, language),
            **_named("policies", park.policies, language),
            "zone": park.zone.code if park.zone else None,
            "region": park.region,
            "free_space_m2": park.free_space_m2,
            "free_space_on": park.free_space_on and park.free_space_on.isoformat(),
            "checked_on": park.checked_on and park.checked_on.isoformat(),
            "source": park.source.name.in_language(language) if park.source.name else None,
            "source_address": park.source.address,
            "demonstration": park.demonstration,
            "page": reverse("publish:park", args=[park.key]),
        },
    )


def _record(row: Any, hub_id: int, language: str) -> dict[str, Any]:
    organisation = row.organisation
    if organisation and not may_name(
        visitor(hub_id), organisation.pk, organisation.state, organisation.visibility
    ):
        organisation = None
    return {
        **_named("name", row.title, language),
        **_named("summary", row.summary, language),
        **_named("address", row.address, language),
        **_named("organisation", organisation.title if organisation else LocalText(), language),
        "zone": row.zone.code if row.zone else None,
        "region": row.region,
        "published": row.published_at and row.published_at.isoformat(),
        "licence": row.licence,
        "source": row.provenance.name.in_language(language) if row.provenance.name else None,
        "source_address": row.provenance.address,
        "demonstration": row.demonstration,
        "page": record_address(row.kind, row.key),
    }


def _platform(row: Platform, hub_id: int, language: str) -> Feature:
    label = label_of("platform_type", row.platform_type, hub_id) if row.platform_type else LocalText()
    return _feature(
        row.key,
        row,
        {
            **_record(row, hub_id, language),
            "platform_type": row.platform_type,
            **_named("platform_type_name", label, language),
            "park": row.listed_park.key if row.listed_park else None,
            "free_space_m2": row.free_space_m2,
            "checked_on": row.checked_on and row.checked_on.isoformat(),
        },
    )


def _facility(row: Facility, hub_id: int, language: str) -> Feature:
    label = label_of("facility_type", row.facility_type, hub_id) if row.facility_type else LocalText()
    return _feature(
        row.key,
        row,
        {
            **_record(row, hub_id, language),
            "facility_type": row.facility_type,
            **_named("facility_type_name", label, language),
            **_named("hours", row.hours, language),
            **_named("price", row.price, language),
        },
    )


def _open(model: Any, *links: str) -> Callable[[int], QuerySet[Any]]:
    def find(hub_id: int) -> QuerySet[Any]:
        found: QuerySet[Any] = model.objects.filter(readable(visitor(hub_id))).select_related(
            "organisation", "zone", *links
        )
        return found

    return find


COLLECTIONS = {
    collection.id: collection
    for collection in (
        Collection(
            "zones",
            LocalText("高新区", "Zones"),
            LocalText("高新区及其代表点。", "Development zones, each by a representative point."),
            lambda hub_id: Zone.objects.all(),
            "code",
            "",
            {"region": "region", "level": "level"},
            _zone,
        ),
        Collection(
            "parks",
            LocalText("园区", "Parks"),
            LocalText("园区及其填报的可用面积。", "Parks, with the free space that they state."),
            lambda hub_id: Park.objects.select_related("zone"),
            "key",
            "",
            {"zone": "zone__code", "region": "region"},
            _park,
        ),
        Collection(
            "platforms",
            LocalText("服务平台", "Platforms"),
            LocalText("已发布的服务平台。", "Published service platforms."),
            _open(Platform, "listed_park"),
            "key",
            "published_at",
            {
                "zone": "zone__code",
                "park": "listed_park__key",
                "region": "region",
                "platform_type": "platform_type",
            },
            _platform,
        ),
        Collection(
            "facilities",
            LocalText("设施设备", "Facilities"),
            LocalText("可供他人使用的设施设备。", "Facilities and devices that others may use."),
            _open(Facility),
            "key",
            "published_at",
            {"zone": "zone__code", "region": "region", "facility_type": "facility_type"},
            _facility,
        ),
    )
}
