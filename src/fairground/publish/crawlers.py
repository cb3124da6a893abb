"""What machines that read the web are told: where not to go, and which pages there are."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairground.accounts.actors import visitor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.web.reader import NAMES

# A site map may name 50,000 addresses; each record has one in each language.
_MOST_RECORDS = 25_000


@require_safe
def show_robots(request: HttpRequest) -> HttpResponse:
    """The catalogue is open to all; accounts, and filters in endless combination, are not for robots."""
    site_map = request.build_absolute_uri("/sitemap.xml")
    return render(request, "robots.txt", {"site_map": site_map}, content_type="text/plain; charset=utf-8")


@require_safe
def show_site_map(request: HttpRequest) -> HttpResponse:
    """The public records, those changed last first. One query."""
    records = (
        Record.objects.filter(readable(visitor(request.hub.pk)), state=states.PUBLISHED)
        .order_by("-changed_at", "-pk")
        .values_list("kind", "key", "changed_at")[:_MOST_RECORDS]
    )
    pages = [
        {"address": request.build_absolute_uri(f"/{language}/{kind}/{key}/"), "changed": changed.date()}
        for kind, key, changed in records
        for language in NAMES
    ]
    starts = [request.build_absolute_uri(f"/{language}/") for language in NAMES]
    return render(request, "sitemap.xml", {"starts": starts, "pages": pages}, content_type="application/xml")
