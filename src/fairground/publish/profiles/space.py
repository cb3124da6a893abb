"""Free space: what platforms and parks of a place state, and the day they stated it."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db.models import Count, Max, Min, Q, Sum

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.collect.models import Platform
from fairground.places.models import Park
from fairground.publish.profiles.addresses import records_url
from fairground.publish.profiles.counting import PlaceRecords, counted_for
from fairground.publish.profiles.places import PARK, REGION, ZONE, Place

_SUMS = {
    "space": Sum("free_space_m2"),
    "platforms": Count("pk"),
    "oldest": Min("checked_on"),
    "latest": Max("checked_on"),
}


def spaces(
    places: Sequence[Place], records: Sequence[PlaceRecords], actor: Actor
) -> list[dict[str, Any] | None]:
    """Return the free space that platforms of each place state, with how many do and when they were checked.

    None where none does. One query for all zones, one for each region, none for parks.
    """
    stated = Platform.objects.filter(counted_for(actor), free_space_m2__isnull=False)
    numbers = [place.pk for place in places if place.kind == ZONE]
    summed = (
        stated.filter(zone_id__in=numbers).values("zone_id").annotate(**_SUMS).order_by() if numbers else ()
    )
    of_zone = {row["zone_id"]: row for row in summed}
    found = []
    for place, own in zip(places, records, strict=True):
        if place.kind == ZONE:
            row = of_zone.get(place.pk)
        elif place.kind == REGION:
            row = stated.filter(_in_region(place)).aggregate(**_SUMS)
        else:
            row = _of_park(own)
        found.append(_space(place, row) if row and row["platforms"] else None)
    return found


def _of_park(records: PlaceRecords) -> dict[str, Any]:
    days = [day for _, day in records.stated if day is not None]
    return {
        "space": sum(space for space, _ in records.stated),
        "platforms": len(records.stated),
        "oldest": min(days, default=None),
        "latest": max(days, default=None),
    }


def _space(place: Place, row: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "m2": row["space"],
        "platforms": row["platforms"],
        "oldest": row["oldest"],
        "latest": row["latest"],
        "url": records_url(place, "platform"),
    }


def _in_region(place: Place) -> Q:
    """The same records as in the index: by their own region, that of an organisation all may know, or their zone's."""
    public = Q(organisation__state=states.PUBLISHED, organisation__visibility=Record.Visibility.PUBLIC)
    return (
        Q(region__startswith=place.prefix)
        | Q(zone__region__startswith=place.prefix)
        | (Q(region="", organisation__region__startswith=place.prefix) & public)
    )


def parks_of(place: Place) -> list[Park]:
    """Return the parks in a zone or a region; of a park itself alone. One query; none for a park."""
    if place.kind == PARK:
        return [place.park] if place.park else []
    inside = Q(zone_id=place.pk) if place.kind == ZONE else Q(region__startswith=place.prefix)
    return list(Park.objects.filter(inside).select_related("zone").order_by("region", "pk")[:50])
