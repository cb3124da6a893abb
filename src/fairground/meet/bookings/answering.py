"""What becomes of a booking: confirmed, declined, moved, cancelled, noted as used. Each locks the resource first."""

from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.kernel.intervals import Interval
from fairground.meet.bookings import notices
from fairground.meet.bookings.holding import (
    BookingRefusedError,
    lock_reservation,
    taken,
    write_step,
)
from fairground.meet.bookings.terms import terms_now
from fairground.meet.bookings.words import REASONS
from fairground.meet.core import reservations as core
from fairground.meet.core.reservations import has_room
from fairground.meet.core.rules import is_open
from fairground.meet.models import Reservation
from fairground.meet.policies import answered, is_holder, read_by

LONGEST_NOTE = 1_000
HOLDER, FACILITY, SYSTEM = "holder", "facility", "system"


@transaction.atomic
def confirm_booking(*, actor: Actor, key: str, now: datetime, note: str = "") -> Reservation:
    """Say yes to a request, as the facility's people. The holder is told, with a calendar file.

    A second call changes nothing. Raises NotFoundError, BookingRefusedError.
    """
    reservation = _lock_for_answer(actor, key)
    if reservation.state in core.AGREED:
        return reservation
    if reservation.expires_at is not None and reservation.expires_at <= now:
        raise BookingRefusedError(
            "答复期限已过，时段已经放开。", "The time to answer is over, and the slot is free again."
        )
    _set_note(reservation, note)
    write_step(reservation, actor=actor, event=core.CONFIRM, now=now)
    notices.tell_holder(reservation, core.CONFIRM, now=now, but=actor.user_id)
    return reservation


@transaction.atomic
def decline_booking(
    *, actor: Actor, key: str, reason_code: str, now: datetime, note: str = ""
) -> Reservation:
    """Say no to a request, with a reason that the holder reads in kind words. The time is free at once.

    A second call changes nothing. Raises NotFoundError, BookingRefusedError.
    """
    reservation = _lock_for_answer(actor, key)
    if reservation.state == core.DECLINED:
        return reservation
    _set_reason(reservation, reason_code)
    _set_note(reservation, note)
    write_step(reservation, actor=actor, event=core.DECLINE, now=now, told={"reason": reason_code})
    notices.tell_holder(reservation, core.DECLINE, now=now, but=actor.user_id)
    return reservation


@transaction.atomic
def move_booking(*, actor: Actor, key: str, to: Interval, now: datetime, note: str = "") -> Reservation:
    """Put a booking at another time, as the facility's people; the holder is told, with a new calendar file.

    Hours and capacity hold, but not lead time, horizon or the grid of slots: both sides may have talked. A second call
    changes nothing. Raises NotFoundError, BookingRefusedError.
    """
    reservation = _lock_for_answer(actor, key)
    if (reservation.begins, reservation.ends) == (to.begins, to.ends) and reservation.state in core.AGREED:
        return reservation
    put_elsewhere(reservation, to, actor=actor, now=now, note=note)
    return reservation


def put_elsewhere(
    reservation: Reservation, to: Interval, *, actor: Actor, now: datetime, note: str = ""
) -> None:
    """Move a booking whose resource is locked, and tell its holder. Raises BookingRefusedError."""
    terms = terms_now(reservation.resource)
    if to.begins <= now:
        raise BookingRefusedError("新的时间已经过去。", "The new time is over.")
    if not is_open(terms, to):
        raise BookingRefusedError("新的时间不开放。", "It is not open at the new time.")
    others = taken(reservation.resource, to.widened(terms.buffer, terms.buffer), but=reservation.pk)
    if not has_room(to, others, capacity=terms.capacity, buffer=terms.buffer):
        raise BookingRefusedError("新的时间已被约走。", "The new time is taken.")
    _set_note(reservation, note)
    write_step(reservation, actor=actor, event=core.MOVE, now=now, to=to)
    notices.tell_holder(reservation, core.MOVE, now=now, but=actor.user_id)


@transaction.atomic
def cancel_booking(
    *, actor: Actor, key: str, now: datetime, reason_code: str = "", note: str = ""
) -> Reservation:
    """Cancel a booking, as its holder or as the facility's people, who give a reason. The other side is told.

    A second call changes nothing. Raises NotFoundError, BookingRefusedError.
    """
    reservation = _lock(actor, key)
    if reservation.state == core.CANCELLED:
        return reservation
    if is_holder(actor, reservation):
        reservation.cancelled_by = HOLDER
        write_step(reservation, actor=actor, event=core.CANCEL, now=now)
        notices.tell_keepers(reservation, core.CANCEL, now=now, but=actor.user_id)
        notices.tell_holder(reservation, core.CANCEL, now=now, but=actor.user_id)
    else:
        cancel_for_facility(reservation, actor=actor, reason_code=reason_code, now=now, note=note)
    return reservation


def cancel_for_facility(
    reservation: Reservation, *, actor: Actor, reason_code: str, now: datetime, note: str = ""
) -> None:
    """Cancel a booking whose resource is locked, and tell its holder. Raises BookingRefusedError."""
    _set_reason(reservation, reason_code)
    _set_note(reservation, note)
    reservation.cancelled_by = FACILITY
    write_step(reservation, actor=actor, event=core.CANCEL, now=now, told={"reason": reason_code})
    notices.tell_holder(reservation, core.CANCEL, now=now, but=actor.user_id)


@transaction.atomic
def mark_booking(*, actor: Actor, key: str, came: bool, now: datetime) -> Reservation:
    """Note, as the facility's people, whether somebody came. Nobody is told; the holder reads it on the page.

    A second call with the same changes nothing. Raises NotFoundError, BookingRefusedError.
    """
    reservation = _lock_for_answer(actor, key)
    if reservation.state == (core.HELD if came else core.NO_SHOW):
        return reservation
    write_step(reservation, actor=actor, event=core.MARK_HELD if came else core.MARK_NO_SHOW, now=now)
    return reservation


def _lock(actor: Actor, key: str) -> Reservation:
    number = Reservation.objects.filter(read_by(actor), key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    return lock_reservation(number)


def _lock_for_answer(actor: Actor, key: str) -> Reservation:
    number = Reservation.objects.filter(answered(actor), key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    return lock_reservation(number)


def _set_reason(reservation: Reservation, code: str) -> None:
    if code not in REASONS:
        raise BookingRefusedError("请选择一个理由。", "Choose a reason.")
    reservation.reason_code = code


def _set_note(reservation: Reservation, note: str) -> None:
    if text := note.replace("\x00", "").strip()[:LONGEST_NOTE]:
        reservation.note = text
