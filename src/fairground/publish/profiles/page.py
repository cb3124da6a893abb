"""What the profile of a place shows."""

import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import may_name
from fairground.collect.models import Platform
from fairground.editions.models import Figure
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone
from fairground.publish.addresses import record_address
from fairground.publish.profiles.addresses import catalogue_url, features_url, records_url
from fairground.publish.profiles.counting import COUNTED, PlaceRecords, counted_for, records_of
from fairground.publish.profiles.history import history
from fairground.publish.profiles.places import REGION, Place, park_place, region_name, zone_place
from fairground.publish.profiles.space import parks_of, spaces

_LISTED = {"platform": 12, "facility": 8, "organisation": 12, "offer": 6, "need": 6, "publication": 6}
_DEVICES = 18  # named


def profile(place: Place, actor: Actor, *, by: str = "") -> dict[str, Any]:
    """Return the context of `publish/profiles/profile.html` but for the panels of later stages.

    Four queries for a zone, five for a park, six for a region, whatever the place holds.
    """
    zones = list(Zone.objects.order_by("region", "code")) if place.kind == REGION else []
    records = records_of([place], actor, zones)[0]
    listed = _listed(records)
    heads = _heads(actor, [key for keys in listed.values() for key in keys])
    platforms = _platforms(actor, listed["platform"])
    parks = parks_of(place)
    return {
        "place": place,
        "inside": _inside(place),
        "figures": _living(place, records),
        "history": history(place, records.rows, by),
        "lists": _lists(place, records, listed, heads),
        "services": [_service(platform) for platform in platforms],
        "facilities": [heads[key] for key in listed["facility"] if key in heads],
        "devices": _devices(platforms),
        "space": spaces([place], [records], actor)[0],
        "parks": [park_line(park) for park in parks],
        "zones": [zone_place(zone) for zone in zones if zone.region.startswith(place.prefix)],
        "policies": _policies(parks, platforms),
        "printed": [_printed(figure) for figure in _figures(place, actor)],
        "catalogue_url": catalogue_url(place),
        "records_url": f"{place.url}records/",
        "source": place.park.source if place.park and (place.park.source.name or place.park.source.quote) else None,
        "checked_on": place.park.checked_on if place.park else None,
        "embed_url": f"{reverse('publish:embed', args=[place.kind, place.code])}?how",
        "features_url": features_url(place),
    }  # fmt: skip


def _inside(place: Place) -> list[dict[str, Any]]:
    """Return what the place lies in, the smallest first."""
    found = [{"name": place.zone.name, "url": place.zone.url}] if place.zone else []
    codes = [] if place.kind == REGION else [place.region]
    if place.region.isdigit() and not place.region.endswith("0000"):
        codes.append(f"{place.region[:2]}0000")
    return found + [
        {"name": name, "url": reverse("publish:region", args=[code])}
        for code in codes
        if (name := region_name(code)) is not None
    ]


def _living(place: Place, records: PlaceRecords) -> list[dict[str, Any]]:
    """Return a large numeral for each kind that is there, with the records behind it."""
    counts = records.rows.counts()
    shown = [code for code in COUNTED if counts.get(code)]
    return [
        {"number": counts[code], "label": kind_of(code).plural, "url": records_url(place, code)}
        for code in shown
    ]


def _listed(records: PlaceRecords) -> dict[str, list[str]]:
    now = int(time.time())
    found = {}
    for code, most in _LISTED.items():
        rows = records.rows.of_kind(code)
        found[code] = records.keys((rows.open_at(now) if code in ("offer", "need") else rows).newest()[:most])
    return found


def _heads(actor: Actor, keys: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Return what lists show of records, by key. One query; what no longer counts is left out."""
    found = Record.objects.filter(counted_for(actor), key__in=list(keys)).values(
        "key", "kind", "title", "trl", "demonstration", "organisation_id", "organisation__title",
        "organisation__state", "organisation__visibility", "zone__name",
    )  # fmt: skip
    return {row["key"]: _head(row, actor) for row in found}


def _head(row: Mapping[str, Any], actor: Actor) -> dict[str, Any]:
    named = row["organisation_id"] is not None and may_name(
        actor, row["organisation_id"], row["organisation__state"], row["organisation__visibility"]
    )
    return {
        "title": row["title"],
        "url": record_address(row["kind"], row["key"]),
        "trl": row["trl"],
        "demonstration": row["demonstration"],
        "place": row["organisation__title"] if named else None,
    }


def _lists(
    place: Place, records: PlaceRecords, listed: Mapping[str, list[str]], heads: Mapping[str, dict[str, Any]]
) -> list[dict[str, Any]]:
    now = int(time.time())
    titles = {
        "organisation": LocalText("入驻单位", "Residents"),
        "need": LocalText("开放中的需求", "Open needs"),
        "offer": LocalText("可对接的成果", "Offers"),
        "publication": LocalText("政策与发布", "Policies and publications"),
    }
    found = []
    for code, label in titles.items():
        rows = records.rows.of_kind(code)
        is_open = code in ("offer", "need")
        count = len(rows.open_at(now) if is_open else rows)
        entries = [heads[key] for key in listed[code] if key in heads]
        if entries:
            found.append(
                {
                    "label": label,
                    "count": count,
                    "all_url": records_url(place, code, is_open=is_open),
                    "entries": entries,
                }
            )
    return found


def _platforms(actor: Actor, keys: Sequence[str]) -> list[Platform]:
    found = {
        platform.key: platform
        for platform in Platform.objects.filter(counted_for(actor), key__in=keys).only(
            "key",
            "title",
            "services",
            "equipment",
            "policies",
            "platform_type",
            "checked_on",
            "demonstration",
        )
    }
    return [found[key] for key in keys if key in found]


def _service(platform: Platform) -> dict[str, Any]:
    return {
        "title": platform.title,
        "url": record_address("platform", platform.key),
        "text": platform.services,
        "checked_on": platform.checked_on,
        "demonstration": platform.demonstration,
    }


def _devices(platforms: Sequence[Platform]) -> list[dict[str, Any]]:
    """Return the devices that the listed platforms name, each with the platform it stands at."""
    found = [
        {"name": device.name, "url": record_address("platform", platform.key)}
        for platform in platforms
        for device in platform.equipment
    ]
    return found[:_DEVICES]


def park_line(park: Park) -> dict[str, Any]:
    """Return a park as one line of a list."""
    place = park_place(park)
    return {
        "name": park.name,
        "url": place.url,
        "free_space_m2": park.free_space_m2,
        "free_space_on": park.free_space_on,
        "source": park.source.name,
        "checked_on": park.checked_on,
        "demonstration": park.demonstration,
    }


def _policies(parks: Sequence[Park], platforms: Sequence[Platform]) -> list[dict[str, Any]]:
    """Return the policies that parks and platforms state, each text once with all who state it."""
    found: dict[tuple[str | None, str | None], dict[str, Any]] = {}
    for text, name, url in (
        *((park.policies, park.name, park_place(park).url) for park in parks),
        *((each.policies, each.title, record_address("platform", each.key)) for each in platforms),
    ):
        if text:
            found.setdefault((text.zh, text.en), {"text": text, "by": []})["by"].append(
                {"name": name, "url": url}
            )
    return list(found.values())


def _figures(place: Place, actor: Actor) -> list[Figure]:
    """Return the figures that a source prints of a region or of what lies in it; of the edition a reader may see."""
    if place.kind != REGION:
        return []
    found = Figure.objects.filter(
        region__startswith=place.prefix,
        edition__hub_id=actor.hub_id,
        edition__state=states.PUBLISHED,
        edition__visibility__in=(
            [Record.Visibility.PUBLIC, Record.Visibility.MEMBERS]
            if actor.is_member
            else [Record.Visibility.PUBLIC]
        ),
    )
    return list(found.exclude(region="").select_related("edition").order_by("region", "place", "code")[:40])


def _printed(figure: Figure) -> dict[str, Any]:
    return {
        "number": figure.value,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "label": figure.subject,
        "printed": figure.printed,
        "period": figure.period,
        "code": figure.code,
        "source": figure.provenance.name,
        "quote": figure.provenance.quote,
        "note": figure.provenance.note,
        "url": f"{reverse('publish:record', args=['edition', figure.edition.key])}#figure-{figure.code}",
    }
