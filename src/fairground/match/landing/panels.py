"""The way to landing advice on an offer's page."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from fairground.language.local_text import LocalText
from fairground.match.landing.offers import is_offered
from fairground.web.panels import Panel


def landing_panel(request: HttpRequest, record: Any) -> Panel | None:
    """A link from an offer that everybody may read; no query."""
    if record.kind != "offer" or not is_offered(record):
        return None
    url = f"{reverse('match:landing')}?{urlencode({'offer': record.key})}"
    return Panel(LocalText("落地", "Landing"), "match/landing/panel.html", {"url": url})
