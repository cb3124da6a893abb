"""What pages of earlier stages show of bookings: the rule and the next free times on a record, the desk's own line."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.core import states
from fairground.language.local_text import LocalText
from fairground.meet.bookings.reading import next_slots, resources_on
from fairground.meet.bookings.rule_words import rule_in_words, week_in_words
from fairground.meet.bookings.ruling import BOOKABLE_KINDS
from fairground.meet.bookings.times import spoken
from fairground.meet.policies import keeps
from fairground.meet.waiting import waiting_for
from fairground.web.panels import Panel

_NEXT = 4
_MOST_WITH_SLOTS = 12  # of the devices of one platform


def record_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The booking rule, the next free times and the way to book. Two queries at most."""
    actor = request.actor
    if record.kind not in BOOKABLE_KINDS:
        return None
    now, is_published = timezone.now(), record.state == states.PUBLISHED
    given = resources_on(actor, record, now)
    is_kept = any(each.is_kept for each in given) if given else keeps(actor, record)
    if not given and not is_kept:
        return None
    open_ones = [each for each in given if each.resource.is_open and is_published][:_MOST_WITH_SLOTS]
    free = next_slots(open_ones, now, most=_NEXT)
    context = {
        "resources": [
            {
                "key": each.resource.key,
                "device": each.resource.device,
                "week": week_in_words(each.terms.weekly),
                "rule": rule_in_words(each.terms),
                "price": each.resource.rule.price or record_price(record),
                "advice": each.resource.rule.advice,
                "is_open": each.resource.is_open and is_published,
                "next": [
                    {"words": spoken(when, each.resource.zone), "at": when.begins}
                    for when in free.get(each.resource.pk, ())
                ],
                "is_looked_at": each.resource.pk in free,
                "url": reverse("meet:book", args=[each.resource.key]),
                "desk_url": reverse("meet:resource_desk", args=[each.resource.key]) if is_kept else "",
            }
            for each in given
        ],
        "rule_url": reverse("meet:rule_new", args=[record.kind, record.key])
        if is_kept and (record.kind == "platform" or not given)
        else "",
        "kind": record.kind,
    }
    return Panel(LocalText("预约", "Booking"), "meet/bookings/panel_record.html", context)


def record_price(record: Any) -> LocalText:
    """Return the price as printed on the record itself; empty for a platform, whose devices have their own."""
    return record.price if record.kind == "facility" and hasattr(record, "price") else LocalText()


def bookings_panel(request: HttpRequest, subject: object) -> Panel | None:
    """How many requests wait for the reader, on their desk. One query, shared with the service requests."""
    return Panel(
        LocalText("预约", "Bookings"),
        "meet/bookings/panel_desk.html",
        {
            "waiting": waiting_for(request).bookings,
            "url": reverse("meet:bookings"),
            "desk_url": reverse("meet:desk"),
        },
    )
