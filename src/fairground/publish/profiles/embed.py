"""A place on somebody else's page: a frame without scripts, cookies or a reader; what a visitor may see, and no more.

`?size=` small, medium or large says how much is shown. Only the sites that the operator names may frame it
(FAIRGROUND_EMBED_IN); every other page of the portal stays out of frames.
"""

from typing import Any

from csp.constants import NONE, SELF
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import escape
from django.views.decorators.http import require_safe

from fairground.accounts.actors import visitor
from fairground.accounts.kinds import kind_of
from fairground.publish import catalogue
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.profiles.page import profile
from fairground.publish.profiles.places import KINDS, find_place
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

LIST = "list"
# How many rows of a list, how many lists of a profile, and the frame that fits them, in pixels.
SIZES = {"small": (3, 0, 320, 260), "medium": (6, 2, 480, 520), "large": (12, 5, 720, 900)}
_LISTS = {"offers": "offer", "needs": "need", "platforms": "platform", "facilities": "facility"}


def framed(response: HttpResponse) -> HttpResponse:
    """Let the sites that the operator named frame this answer, which runs nothing and sets no cookie."""
    response.xframe_options_exempt = True
    response.sets_no_cookie = True
    # What `csp.decorators.csp_replace` sets; the decorator itself cannot know the setting before it is called.
    response._csp_replace = {
        "script-src": [NONE],
        "connect-src": [NONE],
        "form-action": [NONE],
        "style-src": [SELF],
        "frame-ancestors": list(settings.EMBED_IN) or [NONE],
    }
    return response


@require_safe
@limit("search")
def show_embed(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    """A zone, a park, a region, or a list of records, to be framed; `?how` says how to write it into a page."""
    size = request.GET.get("size", "")
    size = size if size in SIZES else "medium"
    if "how" in request.GET:
        return _show_how(request, kind, code, size)
    request.actor = visitor(request.hub.pk)
    context = _list(request, code, size) if kind == LIST else _place(request, kind, code, size)
    context["size"] = size
    context["home"] = request.build_absolute_uri(reverse("publish:home"))
    return framed(render(request, "publish/profiles/embed.html", context))


def _place(request: HttpRequest, kind: str, code: str, size: str) -> dict[str, Any]:
    place = find_place(kind, code) if kind in KINDS else None
    if place is None:
        raise Http404
    rows, lists, _, _ = SIZES[size]
    context = profile(place, request.actor)
    return {
        "title": place.name,
        "level": place.level,
        "demonstration": place.demonstration,
        "address": request.build_absolute_uri(place.url),
        "figures": context["figures"][: 3 if size == "small" else 8],
        "park": place.park,
        "space": context["space"],
        "groups": [{**group, "entries": group["entries"][:rows]} for group in context["lists"][:lists]],
    }


def _list(request: HttpRequest, code: str, size: str) -> dict[str, Any]:
    """Return the newest offers, needs, platforms or facilities, with the catalogue's filters and words."""
    kind = _LISTS.get(code)
    if kind is None:
        raise Http404
    asked = CatalogueQuery.from_parameters(request.GET)
    query = CatalogueQuery(
        text=asked.text,
        filters={**asked.filters, "kind": (kind,)},
        excluded=asked.excluded,
        limits=asked.limits,
    )
    page = catalogue.find(query, request.actor, readers_language())
    rows = catalogue.rows_for(page.hits[: SIZES[size][0]], request.actor, readers_language())
    return {
        "title": kind_of(kind).plural,
        "level": None,
        "address": request.build_absolute_uri(catalogue.address(query)),
        "total": page.total,
        "rows": [
            {**row, "place": row["organisation"] or row["place"]} for row in rows
        ],
    }  # fmt: skip


def _show_how(request: HttpRequest, kind: str, code: str, size: str) -> HttpResponse:
    """The line to copy, and what the frame looks like. The page itself stays out of frames."""
    place = find_place(kind, code) if kind in KINDS else None
    if place is None:
        raise Http404
    address = request.build_absolute_uri(reverse("publish:embed", args=[kind, code]))
    title = place.name.in_language(readers_language())
    return render(
        request,
        "publish/profiles/embedding.html",
        {
            "place": place,
            "lines": [{"size": name, "line": _line(f"{address}?size={name}", title, name)} for name in SIZES],
            "is_allowed": bool(settings.EMBED_IN),
            "features_url": request.build_absolute_uri(reverse("publish:features")),
            "frame_url": address,
        },
    )


def _line(address: str, title: str, size: str) -> str:
    _, _, width, height = SIZES[size]
    return (
        f'<iframe src="{escape(address)}" title="{escape(title)}" width="{width}" height="{height}" '
        'loading="lazy" sandbox="allow-popups allow-popups-to-escape-sandbox"></iframe>'
    )
