"""What pages of earlier stages show of introductions: the way to ask on a record's page, what waits on the desk."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.core import states
from fairground.accounts.policies import is_owner
from fairground.language.local_text import LocalText
from fairground.match.introductions.asking import FACING
from fairground.match.introductions.reading import count_waiting, open_one_about
from fairground.match.policies import is_broker
from fairground.web.panels import Panel


def ask_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The way to ask for an introduction, or to the one that is open. One query, for members only."""
    actor = request.actor
    if record.kind not in FACING or record.state != states.PUBLISHED or is_owner(actor, record):
        return None
    context = {
        "kind": record.kind,
        "is_signed_in": actor.user_id is not None,
        "is_member": actor.is_member,
        "open_one": open_one_about(actor, record) if actor.user_id is not None else None,
        "ask_url": reverse("match:ask", args=[record.kind, record.key]),
        "propose_url": reverse("match:propose", args=[record.kind, record.key]) if is_broker(actor) else "",
    }
    return Panel(LocalText("引荐", "Introduction"), "match/introductions/panel_ask.html", context)


def waiting_panel(request: HttpRequest, subject: object) -> Panel | None:
    """How many introductions wait for the reader, on their desk. One query."""
    waiting = count_waiting(request.actor, now=timezone.now())
    return Panel(
        LocalText("引荐", "Introductions"),
        "match/introductions/panel_waiting.html",
        {"waiting": waiting, "url": reverse("match:introductions")},
    )
