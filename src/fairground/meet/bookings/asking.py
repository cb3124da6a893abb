"""Asking for a booking: the rule, the calendar and the quota decide; what is free is held from this moment on."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import User
from fairground.kernel.intervals import Interval
from fairground.meet.bookings import notices
from fairground.meet.bookings.holding import BookingRefusedError, lock_resource, taken, write_step
from fairground.meet.bookings.terms import terms_now
from fairground.meet.core import reservations as core
from fairground.meet.core.rules import fault_of
from fairground.meet.models import Reservation, Resource
from fairground.meet.models.reservations import ONCE_LENGTH
from fairground.meet.policies import bookable, kept

LONGEST_PURPOSE = 2_000


@dataclass(frozen=True, slots=True)
class Asked:
    """What a call made, or found: a form that is sent twice makes one."""

    reservation: Reservation
    is_new: bool


@transaction.atomic
def ask_for_booking(
    *,
    actor: Actor,
    resource_key: str,
    when: Interval,
    purpose: str,
    per_week: int,
    now: datetime,
    organisation_id: int | None = None,
    once: str = "",
) -> Asked:
    """Ask for a booking; where the rule says so, or the facility's own people ask, it is confirmed at once.

    Parameters
    ----------
    resource_key : of a resource that takes requests, on a published record that the actor may read
    when : one or some slots of its calendar
    purpose : for the facility's people, at most LONGEST_PURPOSE characters
    per_week : how many a person may ask for within seven days; the facility's own people are not counted
    organisation_id : for whom; None for oneself
    once : the mark of the form; a second call with it returns what the first one made

    The facility's people are told. Raises NotFoundError, NotAllowedError, BookingRefusedError.
    """
    if actor.user_id is None or not actor.is_member:
        raise NotAllowedError("成为会员后才能预约。", "Become a member of the hub to book.")
    if organisation_id is not None and organisation_id not in actor.organisations:
        raise NotAllowedError("您不是该单位的成员。", "You do not act for this organisation.")
    number = Resource.objects.filter(bookable(actor), key=resource_key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    # The person first, then the resource: everybody who locks both does so in this order.
    User.objects.select_for_update().get(pk=actor.user_id)
    if once and (found := _made_with(once, actor)):
        return Asked(found, False)
    resource = lock_resource(number)
    is_own = Resource.objects.filter(kept(actor), pk=number).exists()
    # Withdrawn or closed while this call waited for the lock: asked again, now that nothing can move.
    if not Resource.objects.filter(bookable(actor), pk=number).exists():
        raise NotFoundError
    if not is_own:
        _check_quota(actor, per_week, now)
    terms = terms_now(resource)
    if fault := fault_of(terms, when, taken(resource, when.widened(terms.buffer, terms.buffer)), now):
        raise BookingRefusedError(fault.zh or "", fault.en or "")
    reservation = Reservation(
        hub_id=actor.hub_id,
        resource=resource,
        state=core.ASKED,
        begins=when.begins,
        ends=when.ends,
        holder_id=actor.user_id,
        organisation_id=organisation_id,
        purpose=purpose.replace("\x00", "").strip()[:LONGEST_PURPOSE],
        expires_at=core.answer_by(now, answer_hours=terms.answer_hours, begins=when.begins),
        once=once[:ONCE_LENGTH],
        demonstration=bool(resource.record and resource.record.demonstration),
        created_at=now,
    )
    write_step(reservation, actor=actor, event=core.ASK, now=now)
    if terms.is_automatic or is_own:
        write_step(reservation, actor=actor, event=core.CONFIRM, now=now)
        notices.tell_holder(reservation, core.CONFIRM, now=now)
        notices.tell_keepers(reservation, core.CONFIRM, now=now, but=actor.user_id)
    else:
        notices.tell_keepers(reservation, core.ASK, now=now)
    return Asked(reservation, True)


def asked_lately(user_id: int, hub_id: int, now: datetime) -> list[datetime]:
    """Return when a person asked within the last seven days, also for what was cancelled since."""
    sent = Reservation.objects.filter(holder_id=user_id, hub_id=hub_id, created_at__gt=now - core.WEEK)
    return list(sent.values_list("created_at", flat=True))


def _made_with(once: str, actor: Actor) -> Reservation | None:
    found: Reservation | None = (
        Reservation.objects.filter(holder_id=actor.user_id, once=once[:ONCE_LENGTH])
        .select_related("resource")
        .first()
    )
    return found


def _check_quota(actor: Actor, per_week: int, now: datetime) -> None:
    sent = asked_lately(actor.user_id or 0, actor.hub_id, now)
    if core.asking_left(sent, now=now, per_week=per_week) == 0:
        free = sorted(sent)[-per_week] + core.WEEK
        hours = max(round((free - now).total_seconds() / 3600), 1)
        raise BookingRefusedError(
            f"七天内最多申请{per_week}次预约，约{hours}小时后可以再申请。",
            f"At most {per_week} bookings can be asked for within seven days; the next in about {hours} hours.",
        )
