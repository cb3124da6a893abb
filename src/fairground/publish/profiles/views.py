"""Pages of places: the profile, several side by side, the records behind a number."""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlencode

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairground.accounts.errors import UnknownKindError
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.language.local_text import LocalText
from fairground.publish import catalogue
from fairground.publish.profiles.addresses import records_url
from fairground.publish.profiles.comparing import MOST_COMPARED, behind, comparison, others_to_compare
from fairground.publish.profiles.counting import COUNTED, counted_for
from fairground.publish.profiles.history import period_label
from fairground.publish.profiles.page import profile
from fairground.publish.profiles.places import KINDS, PARK, REGION, ZONE, Place, find_place, find_places
from fairground.web.panels import panels_for
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language


@require_safe
@limit("search")
def show_zone(request: HttpRequest, code: str) -> HttpResponse:
    """A zone; with `?with=` others beside it."""
    return _show(request, ZONE, code)


@require_safe
@limit("search")
def show_park(request: HttpRequest, code: str) -> HttpResponse:
    """A park; with `?with=` others beside it."""
    return _show(request, PARK, code)


@require_safe
@limit("search")
def show_region(request: HttpRequest, code: str) -> HttpResponse:
    """A province, a city or a district; with `?with=` others beside it."""
    return _show(request, REGION, code)


def _show(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    asked = [value[:40] for value in request.GET.getlist("with")[:MOST_COMPARED] if value]
    if "with" in request.GET:
        return _compare(request, kind, [code, *asked])
    place = find_or_404(kind, code)
    context = profile(place, request.actor, by=request.GET.get("by", ""))
    context["panels"] = panels_for("place", request, place)
    context["kind_label"] = KINDS[kind]
    return render(request, "publish/profiles/profile.html", context)


def _compare(request: HttpRequest, kind: str, codes: Sequence[str]) -> HttpResponse:
    places = find_places(kind, codes)[:MOST_COMPARED]
    # What a profile's own address does not name is no page; a wrong one to compare with is left out.
    if not places or places[0].code != codes[0]:
        raise Http404
    context = comparison(places, request.actor)
    context["kind_label"] = KINDS[kind]
    context["without"] = [
        {"place": place, "url": _without(places, place)} for place in places[1:]
    ]  # fmt: skip
    chosen = {place.code for place in places}
    context["others"] = [other for other in others_to_compare(places[0]) if other.code not in chosen]
    context["is_full"] = len(places) >= MOST_COMPARED
    return render(request, "publish/profiles/compare.html", context)


def _without(places: Sequence[Place], out: Place) -> str:
    kept = [("with", place.code) for place in places[1:] if place is not out]
    return f"{places[0].url}?{urlencode(kept)}" if kept else places[0].url


def find_or_404(kind: str, code: str) -> Place:
    """Return a place, or answer that there is none."""
    place = find_place(kind, code)
    if place is None:
        raise Http404
    return place


@require_safe
@limit("search")
def show_zone_records(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind a number of a zone's profile."""
    return _show_records(request, ZONE, code)


@require_safe
@limit("search")
def show_park_records(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind a number of a park's profile."""
    return _show_records(request, PARK, code)


@require_safe
@limit("search")
def show_region_records(request: HttpRequest, code: str) -> HttpResponse:
    """The records behind a number of a region's profile."""
    return _show_records(request, REGION, code)


def _show_records(request: HttpRequest, kind: str, code: str) -> HttpResponse:
    place = find_or_404(kind, code)
    chosen = request.GET.get("kind", "")
    published = request.GET.get("published", "")[:7]
    is_open = "open" in request.GET
    page = catalogue.CatalogueQuery.from_parameters(request.GET).page
    size = catalogue.PAGE_SIZE
    try:
        label = kind_of(chosen).plural if chosen in COUNTED else None
        keys, total = behind(
            place, request.actor, kind=chosen, published=published, is_open=is_open, page=page, size=size
        )
    except (UnknownKindError, ValueError):
        raise Http404 from None
    return render(
        request,
        "publish/profiles/records.html",
        {
            "place": place,
            "kind_label": label,
            "chips": _chips(place, chosen, label, published, is_open=is_open),
            "total": total,
            "rows": _rows(request, keys),
            "pager": catalogue.pager(
                page, total, lambda number: _page_url(request, number), size=size
            ),
        },
    )  # fmt: skip


def _rows(request: HttpRequest, keys: Sequence[str]) -> list[dict[str, Any]]:
    """Return the rows of a page. One query; what no longer counts for the reader is left out."""
    actor, language = request.actor, readers_language()
    found = {
        row["key"]: row
        for row in Record.objects.filter(counted_for(actor), key__in=keys).values(
            *catalogue.ROW_COLUMNS, "summary"
        )
    }
    return [
        catalogue.row(
            found[key], parts=catalogue.first_line(found[key]["summary"].in_language(language)), actor=actor
        )
        for key in keys
        if key in found
    ]


def _page_url(request: HttpRequest, number: int) -> str:
    kept = [(name, value) for name, value in request.GET.items() if name != "page"]
    return f"{request.path}?{urlencode([*kept, ('page', number)])}"


def _chips(
    place: Place, kind: str, label: LocalText | None, published: str, *, is_open: bool
) -> list[dict[str, Any]]:
    found = []
    if label is not None:
        found.append({"label": label, "url": records_url(place, "", published, is_open=is_open)})
    if published:
        found.append(
            {
                "of": LocalText("发布于", "published"),
                "label": period_label(published),
                "url": records_url(place, kind, "", is_open=is_open),
            }
        )
    if is_open:
        found.append(
            {"label": LocalText("尚未截止", "still open"), "url": records_url(place, kind, published)}
        )
    return found
