"""The map's page, its tiles, and the tiles of what lies under it."""

import hashlib
import json
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from fairground.language.local_text import LocalText
from fairground.publish import catalogue
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.core.map.base import base_tile
from fairground.publish.core.map.tiles import tile_maker
from fairground.publish.index import search_index
from fairground.publish.labels import label_of
from fairground.publish.map import page as map_page
from fairground.publish.map.picture import picture
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_TILE = "application/vnd.mapbox-vector-tile"
_A_DAY_S = 86_400


@require_safe
@limit("search")
def show_map(request: HttpRequest) -> HttpResponse:
    """The map with the list of what is in view; the list alone where a script asks for it."""
    language = readers_language()
    query = CatalogueQuery.from_parameters(request.GET)
    found = map_page.find_placed(query, request.actor, language)
    context = _list(request, query, found, language)
    if request.htmx:
        response = render(request, "publish/map_list.html", context)
    else:
        response = render(request, "publish/map.html", context | _around(request, query, found, language))
        _allow(response)
    patch_vary_headers(response, ("HX-Request",))
    return response


def _list(request: HttpRequest, query: CatalogueQuery, found: Any, language: str) -> dict[str, Any]:
    return {
        "q": query.text,
        "in_view": "bbox" in query.limits,
        "total": found.total,
        "first": (query.page - 1) * catalogue.PAGE_SIZE + 1,
        "rows": catalogue.rows_for(found.hits, request.actor, language),
        "pager": catalogue.pager(
            query.page,
            found.total,
            lambda number: map_page.map_address(replace(query, page=number)),
        ),
        "areas": map_page.areas(query, found, request.hub.pk),
        "unplaced": map_page.count_unplaced(query, request.actor, language),
        "catalogue_url": catalogue.address(query.without_limit("bbox")),
        "whole_url": map_page.map_address(query.without_limit("bbox")),
    }


def _around(request: HttpRequest, query: CatalogueQuery, found: Any, language: str) -> dict[str, Any]:
    """Return what the page has besides the list."""
    # The view is no filter here: it is where the map looks.
    filters = query.without_limit("bbox")
    chips = catalogue.chips(filters, request.hub.pk, map_page.map_address)
    return {
        "nav": "map",
        "kinds": catalogue.tabs(query, found, map_page.map_address),
        "chips": chips,
        "chosen_count": len(chips),
        "clear_url": map_page.map_address(CatalogueQuery(text=query.text)),
        "facets": catalogue.facets(query, found, request.hub.pk),
        "kept": [
            (name, value)
            for name, value in query.parameters()
            if name in ("q", "kind", "bbox") or name.startswith("not_")
        ],
        "search_kept": [
            (name, value) for name, value in query.parameters() if name not in ("q", "page", "sort")
        ],
        "map_url": map_page.map_address(CatalogueQuery()),
        "drawing": json.dumps(map_page.drawing(query, request.hub), ensure_ascii=False),
        "picture": picture(query, request.actor, request.hub, language),
        "legend": map_page.legend(request.hub.pk),
        "credit": map_page.credit(),
        "review_number": settings.MAP_REVIEW_NUMBER,
    }


def _allow(response: HttpResponse) -> None:
    """Open the content policy for the map's worker, and for the hosts of the operator's base alone."""
    hosts = list(settings.MAP_BASE.hosts)
    response._csp_update = {
        "worker-src": ["'self'", "blob:"],
        "img-src": ["blob:", *hosts],
        "connect-src": hosts,
    }


@require_safe
@limit("tile")
def show_tile(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """A vector tile of what the reader finds by the address; 404 where there is no such tile."""
    query = map_page.asked_of_tiles(CatalogueQuery.from_parameters(request.GET))
    reader = search_index().reader()
    hub_id = request.hub.pk
    is_public = request.actor.user_id is None

    def name_of_area(level: str, code: str) -> LocalText:
        return label_of(level, code, hub_id)

    try:
        tile = tile_maker(reader).tile(
            reader,
            query.request(request.actor, readers_language()),
            zoom,
            column,
            row,
            name_of_area=name_of_area,
            keep=is_public and not query.parameters(),
        )
    except ValueError as error:
        raise Http404("no such tile") from error
    # What is withdrawn must be gone at the next look: whoever keeps a tile asks whether it still holds.
    return _answer(request, tile, f"{'public' if is_public else 'private'}, no-cache")


@require_safe
@limit("tile")
def show_base_tile(request: HttpRequest, zoom: int, column: int, row: int) -> HttpResponse:
    """A vector tile of land and provinces, the same for everybody until the program or a setting changes."""
    try:
        tile = base_tile(
            zoom,
            column,
            row,
            shown=map_page.shown_provinces(request.hub),
            lined=map_page.lined_provinces(request.hub),
        )
    except ValueError as error:
        raise Http404("no such tile") from error
    return _answer(request, tile, f"public, max-age={_A_DAY_S}")


def _answer(request: HttpRequest, tile: bytes, caching: str) -> HttpResponse:
    etag = quote_etag(hashlib.blake2b(tile, digest_size=12).hexdigest())
    response = HttpResponse(tile, content_type=_TILE)
    response.headers["ETag"] = etag
    response.headers["Cache-Control"] = caching
    answer = get_conditional_response(request, etag=etag, response=response)
    assert answer is not None
    return answer
