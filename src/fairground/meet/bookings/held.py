"""What bookings hold on a person: shown, exported, and what erasure makes of it."""

from collections.abc import Sequence
from datetime import datetime

from django.db.models import Q

from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.audit.services import ERASED
from fairground.language.local_text import LocalText
from fairground.meet.bookings.ending import end_for_person
from fairground.meet.models import CalendarFeed, Reservation, ReservationStep


def register() -> None:
    """Make bookings known among what is held on a person."""
    register_held(
        "bookings",
        _held,
        _erase,
        label=LocalText("预约与日历地址", "Bookings and the calendar address"),
        models=("meet.Reservation", "meet.ReservationStep", "meet.CalendarFeed"),
        stays=LocalText(
            "何时约了哪个时段会保留，供设施统计使用；您写的用途、对方给您的留言和姓名会清除。"
            "个人名下尚未开始的预约会取消，代表单位的由单位的管理人接手。",
            "That a time was booked stays for the facility’s figures; your purpose, notes to you and your name go. "
            "What you alone had booked is cancelled; what you booked for an organisation goes on with its managers.",
        ),
    )


def _held(user: User) -> Sequence[Row]:
    found = Reservation.objects.filter(holder=user).select_related("resource__record").order_by("pk")
    rows: list[Row] = [
        {
            "booking": each.key,
            "record": each.resource.record.key if each.resource.record else "",
            "from": each.begins.isoformat(),
            "until": each.ends.isoformat(),
            "state": each.state,
            "purpose": each.purpose,
            "note": each.note,
            "asked_at": each.created_at.isoformat(),
        }
        for each in found
    ]
    steps = ReservationStep.objects.filter(actor_id=user.pk).exclude(reservation__holder=user)
    rows += [
        {"answered": each.reservation.key, "event": each.event, "at": each.at.isoformat()}
        for each in steps.select_related("reservation").order_by("pk")
    ]
    rows += [
        {"calendar_address_made_at": feed.made_at.isoformat()}
        for feed in CalendarFeed.objects.filter(user=user).order_by("pk")
    ]
    return rows


def _erase(user: User, now: datetime) -> None:
    end_for_person(user, now=now)
    CalendarFeed.objects.filter(user=user).delete()
    mine = Reservation.objects.filter(holder=user)
    # What is past is of no use to anybody with words in it; what an organisation still holds needs them.
    mine.filter(Q(organisation__isnull=True) | Q(ends__lte=now)).update(purpose="", note="")
    mine.update(holder=None, once="")
    ReservationStep.objects.filter(actor_id=user.pk).update(actor_name=ERASED)
