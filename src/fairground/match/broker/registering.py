"""What the broker's desk tells the rest of the house when Django starts."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.http import HttpRequest
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.language.local_text import LocalText
from fairground.match.broker.desk import on_desk
from fairground.match.broker.services import HANDOVER, REMINDER
from fairground.match.introductions.naming import title_to_tell, with_what_is_read
from fairground.match.introductions.notices import open_introductions
from fairground.match.models import Introduction
from fairground.match.policies import is_broker
from fairground.web.panels import Panel, register_panel


def register() -> None:
    """Register the kinds of notices, and the way to the desk."""
    register_notice_kind(
        REMINDER,
        LocalText("经理人的提醒", "A broker’s reminder"),
        LocalText(
            "经理人请您答复一次引荐；每次引荐每周至多一次。",
            "A broker asks you to answer; once a week at most.",
        ),
        opens=open_introductions,
    )
    register_notice_kind(
        HANDOVER,
        LocalText("引荐的移交", "Introductions handed over"),
        LocalText(
            "经理人之间移交引荐时告知双方。", "Tells both brokers when one hands an introduction over."
        ),
        opens=_to_a_broker,
    )
    register_panel("desk", _way_to_desk, order=1)


def _to_a_broker(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    found = Introduction.objects.filter(on_desk(actor), key__in=keys)
    return {one.key: title_to_tell(one) for one in with_what_is_read(found, actor)}


def _way_to_desk(request: HttpRequest, subject: Any) -> Panel | None:
    """The way from a broker's own desk to the table of all introductions."""
    if request.actor.user_id is None or not is_broker(request.actor):
        return None
    return Panel(
        LocalText("经理人工作台", "Broker’s desk"),
        "match/broker/panel.html",
        {"url": reverse("match:broker")},
    )
