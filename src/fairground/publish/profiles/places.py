"""The places that have a profile: zones and parks are rows, regions and districts are codes."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.urls import reverse

from fairground.language.local_text import LocalText
from fairground.places.core.gazetteer import gazetteer
from fairground.places.core.regions import region_of
from fairground.places.models import Park, Zone
from fairground.publish.core.places import region_prefix

ZONE, PARK, REGION = "zone", "park", "region"
KINDS = {
    ZONE: LocalText("高新区", "Zone"),
    PARK: LocalText("园区", "Park"),
    REGION: LocalText("地区", "Region"),
}
_LEVELS = {
    Zone.Level.NATIONAL: LocalText("国家级高新区", "national high-tech zone"),
    Zone.Level.PROVINCIAL: LocalText("省级高新区", "provincial high-tech zone"),
    Zone.Level.OTHER: LocalText("高新区", "zone"),
}
_CODE = re.compile(r"[0-9]{6}|[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class Place:
    """A zone, a park or a region as its profile shows it.

    code : of the zone, key of the park, GB/T 2260 or ISO 3166 code of the region
    pk : number of the zone's or park's row; None for a region
    region : code of the region it lies in; its own for a region
    point : longitude and latitude, degrees WGS-84, or None
    """

    kind: str
    code: str
    name: LocalText
    level: LocalText
    region: str
    pk: int | None = None
    point: tuple[float, float] | None = None
    demonstration: bool = False
    zone: "Place | None" = None
    park: Park | None = None

    @property
    def url(self) -> str:
        return reverse(f"publish:{self.kind}", args=[self.code])

    @property
    def prefix(self) -> str:
        """What the codes of all regions inside begin with."""
        return region_prefix(self.region)

    @property
    def reference(self) -> str:
        """How another page names it: 'zone:baoding'."""
        return f"{self.kind}:{self.code}"


def find_place(kind: str, code: str) -> Place | None:
    """Return one place, or None where there is no such one. One query; none for a region."""
    return next(iter(find_places(kind, [code])), None)


def find_places(kind: str, codes: Sequence[str]) -> list[Place]:
    """Return the places of one kind that are there, in the order of their codes. One query; none for regions."""
    if kind == REGION:
        return [place for place in map(region_place, codes) if place is not None]
    if kind == ZONE:
        found = {zone.code: zone_place(zone) for zone in Zone.objects.filter(code__in=codes)}
    else:
        parks = Park.objects.filter(key__in=codes).select_related("zone")
        found = {park.key: park_place(park) for park in parks}
    return [found[code] for code in dict.fromkeys(codes) if code in found]


def zone_place(zone: Zone) -> Place:
    """Return a zone as a place."""
    point = None if zone.longitude is None or zone.latitude is None else (zone.longitude, zone.latitude)
    return Place(
        ZONE, zone.code, zone.name, _LEVELS[Zone.Level(zone.level)], zone.region, zone.pk, point,
        demonstration=zone.demonstration,
    )  # fmt: skip


def park_place(park: Park) -> Place:
    """Return a park, read with its zone, as a place."""
    point = None if park.longitude is None or park.latitude is None else (park.longitude, park.latitude)
    return Place(
        PARK, park.key, park.name, KINDS[PARK], park.region, park.pk, point,
        demonstration=park.demonstration, zone=zone_place(park.zone) if park.zone else None, park=park,
    )  # fmt: skip


def region_place(code: str) -> Place | None:
    """Return a province, a city, a district or a country as a place; None for a code that cannot be one."""
    if not _CODE.fullmatch(code):
        return None
    name = region_name(code)
    return None if name is None else Place(REGION, code, name, _region_level(code), code)


def region_name(code: str) -> LocalText | None:
    """Return what a province, a country, a city or a district is called; None for a code that nobody has."""
    known = region_of(code)
    if known is not None:
        return LocalText(known.zh, known.en)
    place = gazetteer().places.get(code) if code.isdigit() else None
    return None if place is None else LocalText(place.zh, place.en)


def _region_level(code: str) -> LocalText:
    if not code.isdigit():
        return LocalText("国家或地区", "country or region")
    if code.endswith("0000"):
        return LocalText("省级地区", "province")
    return LocalText("地级市", "city") if code.endswith("00") else LocalText("区县", "district")


def in_order(places: Iterable[Place]) -> list[Place]:
    """Return places by region, then by code: the order of every list of them."""
    return sorted(places, key=lambda place: (place.region, place.code))
