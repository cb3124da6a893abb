"""The one mechanism of reservations: lock the resource, look who is there, write.

Two bookings of the same time in the same second come one after the other: each locks the resource's row before it
looks. PostgreSQL locks the row (`FOR UPDATE`); on SQLite the transaction itself holds the one right to write from its
first statement (`transaction_mode: IMMEDIATE`). Whoever locks a person's row too, locks it before the resource's.

Everything here runs in the caller's transaction: killed in the middle, nothing of it happened.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.errors import MoveRefusedError
from fairground.audit.services import record_change
from fairground.kernel.intervals import Interval
from fairground.meet.core import reservations as core
from fairground.meet.core.reservations import StepRefusedError
from fairground.meet.models import Reservation, ReservationStep, Resource

LOG_KIND = "reservation"


class BookingRefusedError(MoveRefusedError):
    """The step does not fit where the booking, the calendar or the rule stands; carries words that say what to do."""

    @classmethod
    def because(cls, error: StepRefusedError) -> "BookingRefusedError":
        """Return what the pure rules refused, as an error of the services."""
        return cls(error.message.zh or "", error.message.en or "")


def lock_resource(number: int) -> Resource:
    """Return a resource as it stands now, locked until the transaction ends."""
    return Resource.objects.select_for_update(of=("self",)).get(pk=number)


def lock_reservation(number: int) -> Reservation:
    """Return a reservation as it stands now; its resource is locked until the transaction ends."""
    resource = lock_resource(Reservation.objects.values_list("resource_id", flat=True).get(pk=number))
    found: Reservation = Reservation.objects.select_related("holder", "organisation").get(pk=number)
    found.resource = resource
    return found


def interval_of(reservation: Reservation) -> Interval:
    """Return the time a reservation stands for."""
    return Interval(reservation.begins, reservation.ends)


def standing(resource: Resource, *, after: datetime, but: int | None = None) -> QuerySet[Reservation]:
    """Return what takes room and ends after an instant, in the order it was asked for."""
    found = Reservation.objects.filter(resource=resource, state__in=core.LIVE, ends__gt=after)
    return found.exclude(pk=but).order_by("created_at", "pk") if but else found.order_by("created_at", "pk")


def taken(resource: Resource, within: Interval, *, but: int | None = None) -> list[Interval]:
    """Return the intervals that take room within some time."""
    found = Reservation.objects.filter(
        ~Q(pk=but), resource=resource, state__in=core.LIVE, ends__gt=within.begins, begins__lt=within.ends
    )
    return [Interval(begins, ends) for begins, ends in found.values_list("begins", "ends")]


def write_step(
    reservation: Reservation,
    *,
    actor: Actor,
    event: str,
    now: datetime,
    to: Interval | None = None,
    told: Mapping[str, Any] | None = None,
) -> None:
    """Take a reservation to where an event leads, save it, append the step, and add the row of the log.

    The resource is locked, or the reservation is new and asked for. `to` is the new time of a move. `told` goes into
    the log beside state and time: nothing a person wrote. Raises BookingRefusedError.
    """
    before: dict[str, Any] | None = None
    if reservation.pk:
        before = _facts(reservation)
        try:
            state = core.after(reservation.state, event, when=interval_of(reservation), now=now)
        except StepRefusedError as error:
            raise BookingRefusedError.because(error) from None
        # What a calendar program must take in anew: another time, or none any more.
        reservation.sequence += state in (core.MOVED, core.CANCELLED, core.DECLINED, core.EXPIRED)
        reservation.state = state
        reservation.version += 1
    if to is not None:
        reservation.begins, reservation.ends = to.begins, to.ends
    if reservation.state != core.ASKED:
        reservation.expires_at = None
    reservation.changed_at = now
    reservation.save()
    ReservationStep.objects.create(
        reservation=reservation,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        event=event,
        to_state=reservation.state,
        begins=reservation.begins,
        ends=reservation.ends,
    )
    record_change(
        hub_id=reservation.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=LOG_KIND,
        key=reservation.key,
        version=reservation.version,
        action=event,
        before=before,
        after={**_facts(reservation), **(told or {})},
    )


def _facts(reservation: Reservation) -> dict[str, Any]:
    when = interval_of(reservation)
    return {"state": reservation.state, "begins": when.begins.isoformat(), "ends": when.ends.isoformat()}
