"""The invented booking rules and bookings of the demonstration, made through the services that people's own take."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.conf import settings
from django.db import transaction

from fairground.accounts.actors import actor_for
from fairground.accounts.models import Record, User
from fairground.demo.shapes import DemoBookingRule, DemoReservation
from fairground.kernel.intervals import Interval
from fairground.meet.bookings.answering import confirm_booking, decline_booking
from fairground.meet.bookings.asking import ask_for_booking
from fairground.meet.bookings.ruling import RuleValues, make_rule
from fairground.meet.core import reservations as core
from fairground.meet.core.hours_text import read_line
from fairground.meet.core.rules import Terms, lengths_from, next_free
from fairground.meet.models import Reservation, Resource

_NO_QUOTA = 1_000  # a few people stand for many


def load_bookings(
    entries: Sequence[DemoBookingRule],
    *,
    hub_id: int,
    key_of: Callable[[str], str],
    emails: Mapping[str, str],
    now: datetime,
    is_there: Callable[[str, bool], bool],
) -> None:
    """Write what is missing; one rule with its bookings is one transaction. `is_there` counts found and added."""
    for entry in entries:
        record = Record.objects.get(key=key_of(entry.record))
        if not is_there("booking_rule", Resource.objects.filter(record=record).exists()):
            _load_one(entry, record, hub_id, emails, now)


@transaction.atomic
def _load_one(
    entry: DemoBookingRule, record: Record, hub_id: int, emails: Mapping[str, str], now: datetime
) -> None:
    terms = Terms(
        weekly=tuple(read_line(line) for line in entry.hours),
        zone=settings.TIME_ZONE,
        slot_minutes=entry.slot_minutes,
        most_slots=entry.most_slots,
        buffer_minutes=entry.buffer_minutes,
        lead_minutes=entry.lead_hours * 60,
        horizon_days=entry.horizon_days,
        capacity=entry.capacity,
        answer_hours=entry.answer_hours,
        is_automatic=entry.is_automatic,
    )
    resource = make_rule(
        actor=actor_for(User.objects.get(email=emails[entry.keeper]), hub_id, now=now),
        record_key=record.key,
        values=RuleValues(terms, record.as_facility.price, entry.advice),
        now=now,
    )
    for reservation in entry.reservations:
        _book(reservation, entry, resource, terms, emails, now)


def _book(
    given: DemoReservation,
    entry: DemoBookingRule,
    resource: Resource,
    terms: Terms,
    emails: Mapping[str, str],
    now: datetime,
) -> None:
    hub_id = resource.hub_id
    asker = actor_for(User.objects.get(email=emails[given.by]), hub_id, now=now)
    rows = Reservation.objects.filter(resource=resource, state__in=core.LIVE)
    taken = [Interval(begins, ends) for begins, ends in rows.values_list("begins", "ends")]
    # The last of so many free slots from which a booking of that length can begin.
    begins = next_free(terms, taken, now, most=given.skip + 1, days=terms.horizon_days)[-1].begins
    lengths = lengths_from(terms, begins, taken, now)
    reservation = ask_for_booking(
        actor=asker,
        resource_key=resource.key,
        when=lengths[min(given.slots, len(lengths)) - 1],
        purpose=given.purpose,
        per_week=_NO_QUOTA,
        now=now,
        organisation_id=next(iter(sorted(asker.organisations)), None),
    ).reservation
    keeper = actor_for(User.objects.get(email=emails[entry.keeper]), hub_id, now=now)
    if given.answer == "confirm":
        confirm_booking(actor=keeper, key=reservation.key, note=given.note, now=now)
    elif given.answer == "decline":
        decline_booking(actor=keeper, key=reservation.key, reason_code=given.reason, note=given.note, now=now)
