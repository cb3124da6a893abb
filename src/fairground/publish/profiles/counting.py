"""What is in a place, for one reader: from the columns of the search index, or, for a park, from its platforms.

Counted is what is published and open to everybody, for members of the hub what is open to members too. One's own
drafts and what editors alone see are not: a profile says what the place has, not what its reader has.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, time

import numpy as np
from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.collect.models import Facility, Platform
from fairground.places.models import Zone
from fairground.publish.core.places import PlaceRows, rows_with
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.index import search_index
from fairground.publish.profiles.places import PARK, REGION, ZONE, Place

# What stands in a place, in the order of the page; sessions and editions are not of a place.
COUNTED = (
    "platform", "facility", "organisation", "offer", "need", "scenario", "dataset", "tool", "publication",
)  # fmt: skip


class PlaceRecords:
    """The records of one place that one reader may count, and how to come from a row to a record."""

    def __init__(
        self,
        rows: PlaceRows,
        reader: SearchReader | None = None,
        keys: Sequence[str] = (),
        stated: Sequence[tuple[int, date | None]] = (),
    ) -> None:
        numbers = [place for place, code in enumerate(rows.kinds) if code in COUNTED]
        self.rows = rows.only(np.isin(rows.kind, numbers))
        self._reader = reader
        self._keys = keys
        self.stated = (
            stated  # of a park: the free space of each platform that says it, m², and when it was checked
        )

    def keys(self, ids: Collection[int]) -> list[str]:
        """Return the keys of some rows, in their order. Reads one stored document a row of the index."""
        if self._reader is None:
            return [self._keys[number] for number in ids]
        return [self._reader.source(int(number))["key"] for number in ids]


def visibilities(actor: Actor) -> tuple[str, ...]:
    """Return how far records must be open to count for this reader."""
    public: str = Record.Visibility.PUBLIC
    return (public, Record.Visibility.MEMBERS) if actor.is_member else (public,)


def counted_for(actor: Actor) -> Q:
    """The records that count for this reader, a Q on Record: narrower than `readable`, never wider."""
    return Q(hub_id=actor.hub_id, state=states.PUBLISHED, visibility__in=visibilities(actor))


def records_of(
    places: Sequence[Place], actor: Actor, zones: Sequence[Zone] | None = None
) -> list[PlaceRecords]:
    """Return the records of each place. Three queries a park, none for zones; one for all regions without `zones`.

    `zones` : all of them, where the caller has read them already.
    Raises SearchIndexError where the index is missing and a place needs it.
    """
    if zones is None:
        zones = list(Zone.objects.all()) if any(place.kind == REGION for place in places) else []
    return [
        _of_park(place, actor) if place.kind == PARK else _of_area(place, actor, zones) for place in places
    ]


def _of_area(place: Place, actor: Actor, zones: Sequence[Zone]) -> PlaceRecords:
    """A record stands in a region that it names, and in the region of its zone."""
    reader = search_index().reader()
    visible = reader.visible_to([f"{actor.hub_id}:{name}" for name in visibilities(actor)])
    columns = reader.columns
    if place.kind == ZONE:
        return PlaceRecords(rows_with(columns, visible, zones=[place.code]), reader)
    regions = [code for code in columns.facets["region"].values if code.startswith(place.prefix)]
    inside = [zone.code for zone in zones if zone.region.startswith(place.prefix)]
    return PlaceRecords(rows_with(columns, visible, zones=inside, regions=regions), reader)


_Found = tuple[str, str, datetime | None, date | None]  # kind, key, published at, ends on


def _of_park(place: Place, actor: Actor) -> PlaceRecords:
    """A park has its platforms, what belongs to them, who answers for them, and what those offer and need."""
    shown = counted_for(actor)
    platforms = list(
        Platform.objects.filter(shown, listed_park_id=place.pk).values_list(
            "pk", "key", "published_at", "valid_until", "organisation_id", "free_space_m2", "checked_on"
        )
    )
    found: list[_Found] = [("platform", *row[1:4]) for row in platforms]
    if platforms:
        facilities = Facility.objects.filter(shown, platform_id__in=[row[0] for row in platforms])
        rows = facilities.values_list("key", "published_at", "valid_until")
        found += [("facility", *row) for row in rows]
        found += _of_owners({row[4] for row in platforms if row[4] is not None}, shown)
    kinds = tuple(dict.fromkeys(kind for kind, *_ in found))
    return PlaceRecords(
        PlaceRows(
            kinds,
            np.array([kinds.index(kind) for kind, *_ in found], np.int64),
            np.array([int(at.timestamp()) if at else -1 for _, _, at, _ in found], np.int64),
            np.array([_end(day) for *_, day in found], np.int64),
            np.arange(len(found), dtype=np.int64),
        ),
        keys=[key for _, key, _, _ in found],
        stated=[(row[5], row[6]) for row in platforms if row[5] is not None],
    )


def _of_owners(owners: set[int], shown: Q) -> list[_Found]:
    """Return organisations and what they offer and need. Nobody learns from a count who is behind a record: what
    belongs to an organisation that the reader may not see is not counted as the park's. One query.
    """
    rows = list(
        Record.objects.filter(
            shown,
            Q(pk__in=owners, kind="organisation") | Q(organisation_id__in=owners, kind__in=("offer", "need")),
        ).values_list(
            "kind", "key", "published_at", "valid_until", "as_need__deadline", "pk", "organisation_id"
        )
    )
    residents = {row[5] for row in rows if row[0] == "organisation"}
    return [
        (kind, key, published_at, deadline or ends_on)
        for kind, key, published_at, ends_on, deadline, _, owner in rows
        if kind == "organisation" or owner in residents
    ]


def _end(day: date | None) -> int:
    return -1 if day is None else int(datetime.combine(day, time.max, UTC).timestamp())
