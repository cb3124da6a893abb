"""Where the numbers of a profile lead."""

from urllib.parse import urlencode

from django.urls import reverse

from fairground.publish.catalogue import CatalogueQuery, address
from fairground.publish.profiles.places import ZONE, Place


def catalogue_url(place: Place) -> str:
    """Return where the catalogue shows the same records; '' where it has no filter that finds the same."""
    if place.kind == ZONE:
        return address(CatalogueQuery(filters={"zone": (place.code,)}))
    return ""


def features_url(place: Place) -> str:
    """Return where programs read the platforms of the place."""
    items = reverse("publish:features_items", args=["platforms"])
    return f"{items}?{urlencode({place.kind: place.code})}"


def records_url(place: Place, kind: str = "", period: str = "", *, is_open: bool = False) -> str:
    """Return the page that lists the records behind a number of the profile."""
    asked = {"kind": kind, "published": period, "open": "now" if is_open else ""}
    named = {name: value for name, value in asked.items() if value}
    return f"{place.url}records/{'?' + urlencode(named) if named else ''}"
