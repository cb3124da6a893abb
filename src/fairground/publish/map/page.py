"""What the map's page shows: the list of what is in view, and what its script needs to draw."""

from dataclasses import replace
from functools import cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.urls import NoReverseMatch, get_script_prefix, reverse

from fairground.accounts.actors import Actor
from fairground.accounts.kinds import kinds
from fairground.accounts.models import Hub
from fairground.language.local_text import LocalText
from fairground.places.core.outlines import bounds_of, neighbourhood, provinces
from fairground.places.models import Zone
from fairground.publish.addresses import catalogue_address
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.core.map.base import BASE_VERSION, DEEPEST_BASE_ZOOM
from fairground.publish.core.map.grid import DEEPEST_ZOOM
from fairground.publish.core.search.search import SearchPage, search
from fairground.publish.index import search_index
from fairground.publish.labels import label_of
from fairground.taxonomy import code_list
from fairground.web.reader import readers_language

WORLD = (0.0, 0.0, 1.0, 1.0)
View = tuple[float, float, float, float]
SOURCES = LocalText(
    "底图：Natural Earth（公有领域）；省界轮廓：superset country-map（Apache-2.0）",
    "Base: Natural Earth (public domain); provinces: superset country-map (Apache-2.0)",
)
_NUMBERS = (90001, 90002, 90003)  # stand for {z}, {x} and {y} in an address


def map_address(query: CatalogueQuery) -> str:
    """Return the map's address for a query, in the reader's language."""
    parameters = query.parameters()
    path = _address("publish:map")
    return f"{path}?{urlencode(parameters)}" if parameters else path


def asked_of_tiles(query: CatalogueQuery) -> CatalogueQuery:
    """Return what tiles are asked: the words and filters, without what belongs to the list or to the view."""
    return replace(query.without_limit("bbox"), sort="relevance", page=1)


def find_placed(query: CatalogueQuery, actor: Actor, language: str) -> SearchPage:
    """Ask the index for what has a place: in the box of the query, or wherever. Raises SearchIndexError."""
    request = query.request(actor, language)
    return search(search_index().reader(), replace(request, bounds=request.bounds or WORLD))


def count_unplaced(query: CatalogueQuery, actor: Actor, language: str) -> int:
    """Return how many records the query finds that stand nowhere."""
    request = replace(query.without_limit("bbox").request(actor, language, 0), facets=())
    reader = search_index().reader()
    return search(reader, request).total - search(reader, replace(request, bounds=WORLD)).total


def view_of(hub: Hub) -> View:
    """Return what a hub's map shows first: west, south, east, north in degrees."""
    view: View | None = settings.MAP_VIEW
    return view or bounds_of(neighbourhood(hub.region))


def shown_provinces(hub: Hub) -> frozenset[str]:
    """Return the provinces that the hub's map tints and names."""
    return neighbourhood(hub.region) or frozenset(provinces())


def lined_provinces(hub: Hub) -> frozenset[str]:
    """Return the provinces whose lines are drawn, by the operator's setting."""
    if settings.MAP_BORDERS == "none":
        return frozenset()
    return frozenset(provinces()) if settings.MAP_BORDERS == "provinces" else neighbourhood(hub.region)


def drawing(query: CatalogueQuery, hub: Hub) -> dict[str, Any]:
    """Return what the script draws by: addresses of tiles, the view, names and words. Nothing of a record is in it."""
    language = readers_language()
    asked = urlencode(asked_of_tiles(query).parameters())
    box = query.limits.get("bbox")
    given: View = tuple(float(part) for part in box.split(",")) if box else view_of(hub)  # type: ignore[assignment]
    words = {name: text.in_language(language) for name, text in _WORDS.items()}
    return {
        "language": language,
        "view": _on_earth(given),
        "home": view_of(hub),
        "tiles": _tiles("publish:tile") + (f"?{asked}" if asked else ""),
        "deepest": DEEPEST_ZOOM,
        "base": f"{_tiles('publish:base_tile')}?v={BASE_VERSION}-{settings.MAP_BORDERS}",
        "deepest_base": DEEPEST_BASE_ZOOM,
        "operator": {"sources": settings.MAP_BASE.sources, "layers": settings.MAP_BASE.layers}
        if settings.MAP_BASE
        else None,
        "library": staticfiles_storage.url("web/vendor/maplibre-gl.mjs"),
        "worker": staticfiles_storage.url("web/vendor/maplibre-gl-worker.mjs"),
        "record": reverse("publish:record", args=["KIND", "KEY"]),
        "catalogue": catalogue_address(),
        "map": _address("publish:map"),
        "zones": zones(language),
        "kinds": {kind.code: kind.label.in_language(language) for kind in kinds()},
        "types": {term.code: LocalText(term.zh, term.en).in_language(language) for term in _types()},
        "hub": hub.name.in_language(language),
        "credit": credit().in_language(language),
        "review_number": settings.MAP_REVIEW_NUMBER,
        "words": words,
    }


def zones(language: str) -> list[dict[str, Any]]:
    """Return the zones that have a point, with names and the address of each one's page. One query."""
    return [
        {
            "code": zone.code,
            "name": zone.name.in_language(language),
            "point": [zone.longitude, zone.latitude],
            "url": zone_address(zone.code),
        }
        for zone in Zone.objects.filter(longitude__isnull=False, latitude__isnull=False)
    ]


def zone_address(code: str) -> str:
    """Return the address of a zone's page, or of the catalogue filtered by it where zones have no page."""
    try:
        return reverse("publish:zone", args=[code])
    except NoReverseMatch:
        return f"{catalogue_address()}?{urlencode({'zone': code})}"


def areas(query: CatalogueQuery, page: SearchPage, hub_id: int) -> list[dict[str, Any]]:
    """Return zones and regions with how many of what is listed stand in each: the map for who does not see it."""
    found = []
    for facet in ("zone", "region"):
        counted = [pair for pair in page.facets.get(facet, ()) if pair[0] not in query.filters.get(facet, ())]
        found += [
            {
                "facet": facet,
                "label": label_of(facet, value, hub_id),
                "count": count,
                "url": map_address(replace(query, filters={**query.filters, facet: (value,)}, page=1)),
            }
            for value, count in counted[:20]
        ]
    return found


def credit() -> LocalText:
    """Return whose data the base is drawn from."""
    own: str = settings.MAP_ATTRIBUTION
    if settings.MAP_BASE:
        return LocalText(own, own) if own else LocalText("底图由运营单位提供", "Base by the operator")
    return SOURCES


def legend(hub_id: int) -> list[dict[str, Any]]:
    """Return the five types with the name of the mark each is drawn by."""
    return [{"code": term.code, "label": label_of("platform_type", term.code, hub_id)} for term in _types()]


def _types() -> list[Any]:
    return list(code_list("platform_type"))


def _on_earth(view: View) -> View:
    west, south, east, north = view
    if west >= east or south >= north:
        return (-180.0, -85.0, 180.0, 85.0)
    return max(west, -180.0), max(south, -85.0), min(east, 180.0), min(north, 85.0)


def _address(name: str) -> str:
    return _in_language(name, readers_language(), get_script_prefix())


# The language and the prefix are not read below: the answer of `reverse` depends on them.
@cache
def _in_language(name: str, language: str, prefix: str) -> str:
    return reverse(name)


def _tiles(name: str) -> str:
    found = reverse(name, args=_NUMBERS)
    for number, letter in zip(_NUMBERS, "zxy", strict=True):
        found = found.replace(str(number), f"{{{letter}}}")
    return found


_WORDS = {
    "at_zone": LocalText("只知所在园区", "known to be in this zone"),
    "at_region": LocalText("只知所在地区", "known to be in this region"),
    "close": LocalText("关闭", "Close"),
    "demonstration": LocalText("演示数据", "demonstration data"),
    "failed": LocalText(
        "地图未能显示：浏览器没有图形功能，或文件没有载入。右侧的列表内容相同。",
        "The map cannot be drawn here: the browser has no graphics for it, or a file did not arrive. "
        "The list beside it says the same.",
    ),
    "found_here": LocalText("此处共 {n} 条，查看列表", "{n} here: show them in the list"),
    "home": LocalText("回到初始范围", "Back to the first view"),
    "in_zone": LocalText("园区主页", "About this zone"),
    "list_failed": LocalText("列表未能更新，请重试。", "The list could not be brought up; try again."),
    "map_of": LocalText("地图", "Map"),
    "open": LocalText("查看", "Open"),
    "zoom_in": LocalText("放大", "Zoom in"),
    "zoom_out": LocalText("缩小", "Zoom out"),
}
