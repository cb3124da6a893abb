"""Telling holders and the facility's people what happened to a booking, and the calendar file in the holder's mail.

A notice names the facility, as it may be read then, and the time; never who booked, for what, or a word of either.
"""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.models import OrganisationMembership, User
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText
from fairground.mail.services import MailFile
from fairground.meet.bookings import calendars
from fairground.meet.bookings.holding import interval_of
from fairground.meet.bookings.naming import name_of, with_what_is_read
from fairground.meet.bookings.times import spoken
from fairground.meet.bookings.words import kind_reason
from fairground.meet.core import reservations as core
from fairground.meet.models import Reservation, Resource
from fairground.meet.policies import answered, held, read_by

KIND, KIND_OF_REQUESTS = "booking", "booking_request"
MOST_TOLD = 5  # people of one organisation

_TO_HOLDER: Mapping[str, LocalText] = {
    core.CONFIRM: LocalText("预约已确认：{title}", "Your booking is confirmed: {title}"),
    core.DECLINE: LocalText("这次未能安排：{title}", "It could not be arranged this time: {title}"),
    core.MOVE: LocalText("预约已改期：{title}", "Your booking was moved: {title}"),
    core.CANCEL: LocalText("预约已取消：{title}", "Your booking was cancelled: {title}"),
    core.EXPIRE: LocalText("预约申请已过期：{title}", "Your booking request expired: {title}"),
}
_TO_KEEPERS: Mapping[str, LocalText] = {
    core.ASK: LocalText("有新的预约申请：{title}", "A booking is asked for: {title}"),
    core.CONFIRM: LocalText("有新的预约：{title}", "A new booking: {title}"),
    core.CANCEL: LocalText("预约人取消了预约：{title}", "A holder cancelled a booking: {title}"),
    core.EXPIRE: LocalText("预约申请到期未答复：{title}", "A booking request expired unanswered: {title}"),
}
_WHAT_NEXT: Mapping[str, LocalText] = {
    core.CONFIRM: LocalText("日历文件随信附上。", "A calendar file comes with the mail."),
    core.MOVE: LocalText(
        "新的时间如不合适，可以在页面上取消。", "If the new time does not suit you, cancel it on the page."
    ),
    core.EXPIRE: LocalText(
        "对方没有及时答复，时段已经放开；可以另选时段再约。",
        "There was no answer in time, and the time is free again. You can ask for another one.",
    ),
    core.ASK: LocalText("请确认，或说明为什么不能安排。", "Confirm it, or say why it cannot be arranged."),
}


def register() -> None:
    """Make these kinds of notices known."""
    register_notice_kind(
        KIND,
        LocalText("我的预约", "My bookings"),
        LocalText(
            "预约得到确认、改期、取消或过期；日历文件随信附上。",
            "A booking of yours is confirmed, moved, cancelled or expires; with the calendar file.",
        ),
        mandatory=True,  # who does not hear of it stands before a closed door
        opens=open_held,
        attaches=calendar_files,
    )
    register_notice_kind(
        KIND_OF_REQUESTS,
        LocalText("设施的预约申请", "Requests for a facility"),
        LocalText(
            "有人申请预约您负责的设施，或取消了预约。",
            "Somebody asks to book a facility of yours, or cancels.",
        ),
        opens=open_answered,
    )


def open_held(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return what was booked, by key, for the bookings among `keys` that the actor holds. One query."""
    found = with_what_is_read(Reservation.objects.filter(held(actor), key__in=keys), actor)
    return {each.key: name_of(each) for each in found}


def open_answered(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return the same for the bookings of facilities that the actor keeps. One query."""
    found = with_what_is_read(Reservation.objects.filter(answered(actor), key__in=keys), actor)
    return {each.key: name_of(each) for each in found}


def calendar_files(actor: Actor, keys: Collection[str], language: str, now: datetime) -> Sequence[MailFile]:
    """Return the calendar file of each booking as it stands now; none for one that was never agreed."""
    found = with_what_is_read(
        Reservation.objects.filter(read_by(actor), key__in=keys).exclude(state__in=(core.ASKED,)), actor
    )
    files = []
    for each in found:
        if not calendars.was_agreed(each):
            continue
        content, method = calendars.file_of(each, language)
        files.append(
            MailFile(
                f"booking-{each.key}.ics", content, "text/calendar", {"charset": "utf-8", "method": method}
            )
        )
    return files


def tell_holder(reservation: Reservation, event: str, *, now: datetime, but: int | None = None) -> int:
    """Tell the holder's side, but for who did it; return how many were told. In the transaction of what happened."""
    return _tell(reservation, KIND, _TO_HOLDER[event], event, holders_of(reservation), now, but)


def tell_keepers(reservation: Reservation, event: str, *, now: datetime, but: int | None = None) -> int:
    """Tell the facility's people, but for who did it; return how many were told."""
    people = keepers_of(reservation.resource)
    return _tell(reservation, KIND_OF_REQUESTS, _TO_KEEPERS[event], event, people, now, but)


def _tell(
    reservation: Reservation,
    kind: str,
    subject: LocalText,
    event: str,
    people: Sequence[int],
    now: datetime,
    but: int | None,
) -> int:
    return notify(
        hub_id=reservation.hub_id,
        user_ids=[each for each in people if each != but],
        kind=kind,
        subject=subject,
        text=_text(reservation, event, kind),
        path=reverse("meet:booking", args=[reservation.key]),
        about_key=reservation.key,
        once=f"{reservation.key}:{reservation.version}:{event}",
        now=now,
    )


def _text(reservation: Reservation, event: str, kind: str) -> LocalText:
    when = spoken(interval_of(reservation), reservation.resource.zone)
    said = [when]
    if kind == KIND and reservation.reason_code:
        said.append(kind_reason(reservation.reason_code))
    if event in _WHAT_NEXT and (kind == KIND or event == core.ASK):
        said.append(_WHAT_NEXT[event])
    zh, en = ([each.in_language(language) for each in said] for language in ("zh", "en"))
    return LocalText("。".join(zh[:1]) + "。" + "".join(zh[1:]), ". ".join(en[:1]) + ". " + " ".join(en[1:]))


def holders_of(reservation: Reservation) -> list[int]:
    """Return who is told for the holder: the person while they speak for it, else the organisation's managers."""
    if reservation.organisation_id is None:
        return [reservation.holder_id] if reservation.holder_id else []
    acting = _acting(reservation.organisation_id)
    if any(user == reservation.holder_id for user, _ in acting):
        return [reservation.holder_id] if reservation.holder_id else []
    return [user for user, is_manager in acting if is_manager][:MOST_TOLD]


def keepers_of(resource: Resource) -> list[int]:
    """Return who is told for a facility: managers of its organisation, else its people; else the platform's."""
    record = resource.record
    if record is None:
        return []
    platform = record.as_facility.platform if record.kind == "facility" else None
    for owner in (record, platform):
        if owner is None:
            continue
        if owner.organisation_id is None:
            author = User.objects.filter(pk=owner.created_by_id, is_active=True, erased_at__isnull=True)
            people = list(author.values_list("pk", flat=True))
        else:
            acting = _acting(owner.organisation_id)
            managers = [user for user, is_manager in acting if is_manager]
            people = (managers or [user for user, _ in acting])[:MOST_TOLD]
        if people:
            return people
    return []


def _acting(organisation_id: int) -> list[tuple[int, bool]]:
    return list(
        OrganisationMembership.objects.filter(
            organisation_id=organisation_id, user__is_active=True, user__erased_at__isnull=True
        )
        .order_by("pk")
        .values_list("user_id", "is_manager")
    )
