"""Several places side by side, and the records behind a number of one."""

import time
from collections.abc import Mapping, Sequence
from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.kinds import kind_of
from fairground.accounts.notices.services import hub_zone
from fairground.language.local_text import LocalText
from fairground.places.core.regions import CLUSTERS
from fairground.places.models import Park, Zone
from fairground.publish.core.places import rows_in_period
from fairground.publish.profiles.addresses import records_url
from fairground.publish.profiles.counting import COUNTED, records_of
from fairground.publish.profiles.places import (
    PARK,
    ZONE,
    Place,
    in_order,
    park_place,
    region_place,
    zone_place,
)
from fairground.publish.profiles.space import parks_of, spaces
from fairground.web import figures

MOST_COMPARED = 4


def comparison(places: Sequence[Place], actor: Actor) -> dict[str, Any]:
    """Return two to four places side by side: one line a number, one column a place.

    Five queries for any number of zones; three more for each park among them.
    """
    now = int(time.time())
    records = records_of(places, actor)
    counts = [each.rows.counts() for each in records]
    space = spaces(places, records, actor)
    lines = [
        {
            "label": kind_of(code).plural,
            "cells": [
                _count_cell(count.get(code, 0), records_url(place, code))
                for place, count in zip(places, counts, strict=True)
            ],
        }
        for code in COUNTED
        if any(count.get(code) for count in counts)
    ]
    lines.append(
        {
            "label": LocalText("开放中的需求", "Needs still open"),
            "cells": [
                _count_cell(
                    len(each.rows.of_kind("need").open_at(now)), records_url(place, "need", is_open=True)
                )
                for place, each in zip(places, records, strict=True)
            ],
        }
    )
    lines.append(
        {
            "label": LocalText("平台可用面积", "Free space at platforms"),
            "cells": [_space_cell(each) for each in space],
        }
    )
    lines.append(
        {
            "label": LocalText("园区可用面积", "Free space stated by parks"),
            "cells": [_park_cell(place, several) for place, several in zip(places, _parks(places), strict=True)],
        }
    )  # fmt: skip
    return {
        "places": places,
        "lines": lines,
        "level": [place.level for place in places],
    }


def _count_cell(count: int, url: str) -> dict[str, Any]:
    return {"number": figures.grouped(count), "url": url if count else "", "note": None}


def _space_cell(space: Mapping[str, Any] | None) -> dict[str, Any]:
    if space is None:
        return {"number": "", "url": "", "note": None}
    return {
        "number": f"{figures.grouped(space['m2'])} m²",
        "url": space["url"],
        "note": _checked(space["latest"]),
    }


def _park_cell(place: Place, parks: Sequence[Park]) -> dict[str, Any]:
    stated = [park for park in parks if park.free_space_m2 is not None]
    if not stated:
        return {"number": "", "url": "", "note": None}
    days = [park.free_space_on for park in stated if park.free_space_on]
    return {
        "number": f"{figures.grouped(sum(park.free_space_m2 or 0 for park in stated))} m²",
        "url": f"{place.url}#parks",
        "note": _checked(max(days) if days else None),
    }


def _checked(day: Any) -> LocalText | None:
    return LocalText(f"截至{figures.day(day, 'zh')}", f"as of {figures.day(day, 'en')}") if day else None


def _parks(places: Sequence[Place]) -> list[list[Park]]:
    """Return the parks of each place. One query for all zones, one for each region."""
    zones = [place.pk for place in places if place.kind == ZONE]
    of_zone: dict[int | None, list[Park]] = {}
    for park in Park.objects.filter(zone_id__in=zones) if zones else ():
        of_zone.setdefault(park.zone_id, []).append(park)
    return [of_zone.get(place.pk, []) if place.kind == ZONE else parks_of(place) for place in places]


def behind(
    place: Place, actor: Actor, *, kind: str, published: str, is_open: bool, page: int, size: int
) -> tuple[list[str], int]:
    """Return the keys of one page of the records behind a number, newest first, and how many there are.

    `published` is a year '2026' or a month '2026-05'. Raises ValueError for another one.
    """
    records = records_of([place], actor)[0]
    rows = records.rows
    if kind:
        rows = rows.of_kind(kind)
    if published:
        rows = rows_in_period(rows, published, hub_zone())
    if is_open:
        rows = rows.open_at(int(time.time()))
    return records.keys(rows.newest()[(page - 1) * size : page * size]), len(rows)


def others_to_compare(place: Place) -> list[Place]:
    """Return the places of the same kind that can stand beside one. One query; none for regions."""
    if place.kind == ZONE:
        found = [zone_place(zone) for zone in Zone.objects.exclude(pk=place.pk)[:200]]
    elif place.kind == PARK:
        parks = Park.objects.exclude(pk=place.pk).select_related("zone").order_by("region", "pk")[:200]
        found = [park_place(park) for park in parks]
    else:
        near = next(
            (cluster for cluster in CLUSTERS.values() if f"{place.region[:2]}0000" in cluster), frozenset()
        )
        found = [each for code in sorted(near - {place.code}) if (each := region_place(code))]
    return in_order(found)
