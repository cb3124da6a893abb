"""Bookings as calendar files: the one to download and to attach, and a person's private feed."""

import hashlib
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from email.utils import parseaddr

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import override

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Hub, User
from fairground.accounts.notices.mails import address_of
from fairground.audit.services import record_change
from fairground.meet.bookings.holding import interval_of
from fairground.meet.bookings.naming import is_named, name_of, with_what_is_read
from fairground.meet.bookings.words import STATE_WORDS
from fairground.meet.core import reservations as core
from fairground.meet.core.calendar_files import (
    CANCEL,
    CANCELLED,
    CONFIRMED,
    PUBLISH,
    TENTATIVE,
    Entry,
    write_calendar,
)
from fairground.meet.models import CalendarFeed, Reservation
from fairground.meet.policies import held

FEED_PAST = timedelta(days=90)  # of what is over, a feed shows so much
MOST_IN_FEED = 1_000
_TOKEN_BYTES = 24
_STATUS = {
    core.ASKED: TENTATIVE,
    core.CONFIRMED: CONFIRMED,
    core.MOVED: CONFIRMED,
    core.HELD: CONFIRMED,
    core.NO_SHOW: CONFIRMED,
}
_DJANGO_NAMES = {"zh": "zh-hans", "en": "en"}


def was_agreed(reservation: Reservation) -> bool:
    """Tell whether a calendar may know of it: agreed now, or cancelled later on."""
    return reservation.state not in (core.ASKED, core.DECLINED, core.EXPIRED)


def file_of(reservation: Reservation, language: str) -> tuple[bytes, str]:
    """Return the calendar file of one booking, and its method: PUBLISH, or CANCEL once it was cancelled."""
    method = CANCEL if reservation.state == core.CANCELLED else PUBLISH
    entry = entry_of(reservation, language, address_of(reservation.hub))
    return write_calendar([entry], method=method), method


def entry_of(reservation: Reservation, language: str, site: str) -> Entry:
    """Return a booking as a calendar entry. It was read with `naming.with_what_is_read`.

    The holder's words are not in it: calendars are shared, and shown on locked screens.
    """
    resource = reservation.resource
    hub = reservation.hub.name.in_language(language) or "Fairground"
    with override(_DJANGO_NAMES[language]):
        address = site + reverse("meet:booking", args=[reservation.key])
    return Entry(
        uid=f"reservation-{reservation.key}@fairground",
        sequence=reservation.sequence,
        when=interval_of(reservation),
        zone=resource.zone,
        status=_STATUS.get(reservation.state, CANCELLED),
        changed_at=reservation.changed_at,
        summary=name_of(reservation).in_language(language),
        description=STATE_WORDS[reservation.state].in_language(language),
        location=_place(reservation, language),
        address=address,
        organiser=(hub, parseaddr(settings.DEFAULT_FROM_EMAIL)[1] or "fairground@localhost"),
    )


def _place(reservation: Reservation, language: str) -> str:
    record = reservation.resource.record
    if record is None or record.kind not in ("facility", "platform") or not is_named(reservation):
        return ""
    located = record.as_facility if record.kind == "facility" else record.as_platform
    return located.address.in_language(language)


def feed_of(actor: Actor) -> CalendarFeed | None:
    """Return a person's feed, of which only that there is one is known; None where there is none."""
    return CalendarFeed.objects.filter(user_id=actor.user_id, hub_id=actor.hub_id).first()


@transaction.atomic
def make_feed(*, actor: Actor, now: datetime) -> str:
    """Give a person a private address for their calendar program and return its token, which is never shown again.

    The one before stops at once. Raises NotAllowedError.
    """
    if actor.user_id is None:
        raise NotAllowedError("请先登录。", "Sign in first.")
    token = secrets.token_urlsafe(_TOKEN_BYTES)
    User.objects.select_for_update().get(pk=actor.user_id)
    CalendarFeed.objects.filter(user_id=actor.user_id, hub_id=actor.hub_id).delete()
    CalendarFeed.objects.create(
        hub_id=actor.hub_id, user_id=actor.user_id, digest=_digest(token), made_at=now
    )
    _log_feed(actor, "make_feed", now)
    return token


@transaction.atomic
def revoke_feed(*, actor: Actor, now: datetime) -> bool:
    """Stop a person's private address; tell whether there was one. A second call changes nothing."""
    found, _ = CalendarFeed.objects.filter(user_id=actor.user_id, hub_id=actor.hub_id).delete()
    if found:
        _log_feed(actor, "revoke_feed", now)
    return bool(found)


def _log_feed(actor: Actor, action: str, now: datetime) -> None:
    record_change(
        hub_id=actor.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="calendar_feed",
        key=f"user-{actor.user_id}",
        version=1,
        action=action,
    )


def write_feed(*, token: str, hub: Hub, language: str, now: datetime) -> bytes:
    """Return the calendar a private address leads to. What it holds is asked of the policy anew each time.

    Raises NotFoundError for an address that is not in force.
    """
    feed = (
        CalendarFeed.objects.filter(
            digest=_digest(token), hub=hub, user__is_active=True, user__erased_at__isnull=True
        )
        .select_related("user")
        .first()
    )
    if feed is None:
        raise NotFoundError
    actor = actor_for(feed.user, hub.pk, now=now)
    found = Reservation.objects.filter(
        # A manager reads all of their organisation's bookings; their calendar shows their own.
        held(actor) & ~Q(state__in=(core.DECLINED, core.EXPIRED)),
        holder_id=actor.user_id,
        ends__gt=now - FEED_PAST,
    )
    rows = with_what_is_read(found, actor).select_related(
        "resource__record__as_facility", "resource__record__as_platform", "hub", "organisation", "holder"
    )
    name = {
        "zh": f"{hub.name.in_language('zh')} · 我的预约",
        "en": f"{hub.name.in_language('en')} · My bookings",
    }
    return write_calendar(
        _entries(rows.order_by("begins", "pk")[:MOST_IN_FEED], language, hub), name=name[language]
    )


def _entries(rows: Iterable[Reservation], language: str, hub: Hub) -> list[Entry]:
    site = address_of(hub)
    return [entry_of(each, language, site) for each in rows]


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
