"""The map as a still picture: for readers without JavaScript, and until the map itself is there."""

from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub
from fairground.places.core.coordinates import mercator
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.core.map.base import outline_path
from fairground.publish.core.map.tiles import tile_maker
from fairground.publish.index import search_index
from fairground.publish.map.page import asked_of_tiles, shown_provinces, view_of

_WIDTH = 640
_ZOOM = 6  # of the clusters that are marked: some thirty kilometres a cell
_LEAST, _MOST = 3.0, 22.0  # radius of a mark


def picture(query: CatalogueQuery, actor: Actor, hub: Hub, language: str) -> dict[str, Any]:
    """Return outlines as paths and clusters as circles of a picture, all of it inside the hub's first view."""
    west, south, east, north = view_of(hub)
    left, top = mercator(west, north)
    right, bottom = mercator(min(east, 179.999999), south)
    paths, height = outline_path(shown_provinces(hub), _WIDTH, (left, top, right, bottom))
    reader = search_index().reader()
    asked = asked_of_tiles(query).request(actor, language)
    scale = _WIDTH / (right - left)
    marks = [
        {
            "x": round((x - left) * scale),
            "y": round((y - top) * scale),
            "radius": round(min(_LEAST + count**0.5, _MOST), 1),
            "count": count,
        }
        for x, y, count in tile_maker(reader).middles(reader, asked, (left, top, right, bottom), _ZOOM)
    ]
    return {"width": _WIDTH, "height": height, "paths": paths, "marks": marks}
