"""What ends without anybody's word: a request nobody answered, a facility that was withdrawn, a person who left."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fairground.accounts.actors import Actor, system
from fairground.accounts.core import states
from fairground.accounts.models import User
from fairground.meet.bookings import notices
from fairground.meet.bookings.answering import SYSTEM
from fairground.meet.bookings.holding import interval_of, lock_reservation, write_step
from fairground.meet.bookings.words import WITHDRAWN
from fairground.meet.core import reservations as core
from fairground.meet.models import Reservation

_MOST_AT_ONCE = 1_000


def end_due_bookings(*, now: datetime) -> int:
    """End requests whose time to answer is over, and bookings to come of what was withdrawn; return how many.

    Called by the clock. Each is a transaction of its own: a clock that is killed goes on with the rest, a second one
    beside it finds them done.
    """
    due = Q(state=core.ASKED, expires_at__lte=now)
    gone = Q(state__in=core.LIVE, ends__gt=now, resource__record__state=states.WITHDRAWN)
    numbers = Reservation.objects.filter(due | gone).order_by("pk").values_list("pk", "hub_id")
    return sum(_end(number, system(hub_id), now) for number, hub_id in list(numbers[:_MOST_AT_ONCE]))


@transaction.atomic
def _end(number: int, actor: Actor, now: datetime) -> bool:
    reservation = lock_reservation(number)
    if reservation.state not in core.LIVE:
        return False
    record = reservation.resource.record
    is_due = reservation.state == core.ASKED and reservation.expires_at is not None
    if is_due and reservation.expires_at <= now:
        write_step(reservation, actor=actor, event=core.EXPIRE, now=now)
        notices.tell_holder(reservation, core.EXPIRE, now=now)
        notices.tell_keepers(reservation, core.EXPIRE, now=now)
        return True
    if record is not None and record.state == states.WITHDRAWN and now < reservation.ends:
        reservation.cancelled_by, reservation.reason_code = SYSTEM, WITHDRAWN
        write_step(reservation, actor=actor, event=core.CANCEL, now=now, told={"reason": WITHDRAWN})
        notices.tell_holder(reservation, core.CANCEL, now=now)
        return True
    return False


def end_for_person(user: User, *, now: datetime) -> None:
    """Cancel what an erased person alone held and is to come, and tell the facilities; in the erasure's transaction.

    What they booked for an organisation stands: its managers go on with it.
    """
    # The person first, then resources: everybody who locks both does so in this order.
    User.objects.select_for_update().get(pk=user.pk)
    alone = Reservation.objects.filter(holder=user, organisation__isnull=True, state__in=core.LIVE)
    for number, hub_id in list(alone.order_by("resource_id", "pk").values_list("pk", "hub_id")):
        reservation = lock_reservation(number)
        if core.CANCEL in core.events_open(reservation.state, when=interval_of(reservation), now=now):
            reservation.cancelled_by = SYSTEM
            write_step(reservation, actor=system(hub_id), event=core.CANCEL, now=now)
            notices.tell_keepers(reservation, core.CANCEL, now=now, but=user.pk)
