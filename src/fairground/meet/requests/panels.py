"""What pages of earlier stages show of service requests: the way to ask, and how the place answers, as counts only."""

from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.core import states
from fairground.accounts.core.roles import KEEP_PLACES
from fairground.language.local_text import LocalText
from fairground.meet.core.service_requests import Answering
from fairground.meet.requests.reading import (
    answering_at,
    spoken_length,
)
from fairground.meet.waiting import waiting_for
from fairground.publish.profiles.places import PARK, Place
from fairground.web.figures import percent
from fairground.web.panels import Panel

TITLE = LocalText("一站式服务", "One-stop service")


def place_panel(request: HttpRequest, place: Place) -> Panel:
    """On the profile of a place: ask it, or one of its platforms. One query."""
    now = timezone.now()
    ask_url = f"{reverse('meet:ask_service')}?{urlencode({'park': place.code})}" if place.kind == PARK else ""
    return Panel(
        TITLE,
        "meet/requests/panel.html",
        {
            "ask_url": ask_url,
            "platforms_url": f"{place.url}records/?kind=platform",
            **numbers_of(answering_at(place, request.actor, now), now),
        },
    )


def record_panel(request: HttpRequest, record: Any) -> Panel | None:
    """On the page of a published platform: ask it for a service. How it answers is told there. No query."""
    if record.kind != "platform" or record.state != states.PUBLISHED:
        return None
    ask_url = f"{reverse('meet:ask_service')}?{urlencode({'platform': record.key})}"
    return Panel(TITLE, "meet/requests/panel_record.html", {"ask_url": ask_url})


def desk_panel(request: HttpRequest, subject: object) -> Panel:
    """On everybody's desk: what waits, and the way to the park manager's. One query, shared with the bookings."""
    return Panel(
        LocalText("服务申请", "Service requests"),
        "meet/requests/panel_desk.html",
        {
            "waiting": waiting_for(request).service_requests,
            "url": reverse("meet:service_requests"),
            "park_url": reverse("meet:park_desk") if request.actor.may(KEEP_PLACES) else "",
        },
    )


def numbers_of(answering: Answering, now: datetime) -> dict[str, Any]:
    """Return how requests are answered, in words: share and median, or that there is nothing to tell yet."""
    return {
        "answering": answering,
        "share": percent(answering.share) if answering.share is not None else "",
        "median": spoken_length(answering.stay.median),
        "at_least": spoken_length(answering.stay.longest) if answering.asked else None,
    }
