"""Asking a platform or a park for a service, and answering. Each step locks the row first: two answers in the same
second come one after the other, and the second finds that the first was given.
"""

from datetime import date, datetime

from django.db import transaction

from fairground.accounts.actors import Actor, system
from fairground.accounts.core import states
from fairground.accounts.errors import MoveRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.models import Record, User
from fairground.accounts.policies import readable
from fairground.audit.services import ERASED, record_change
from fairground.collect.models import Platform
from fairground.meet.core import service_requests as core
from fairground.meet.models import ServiceRequest, ServiceRequestStep
from fairground.meet.requests import notices
from fairground.meet.requests.policies import answered_by, asked_by, is_asker, read_by
from fairground.meet.requests.words import REASONS
from fairground.places.models import Park

LONGEST_SERVICE, LONGEST_TEXT = 200, 2_000
ASKING, ANSWERING = "asking", "answering"
MESSAGE = "message"
LOG_KIND = "service_request"
_MOST_AT_ONCE = 1_000


class RequestRefusedError(MoveRefusedError):
    """The step does not fit where the request stands; carries words that say what to do."""


@transaction.atomic
def ask_for_service(
    *,
    actor: Actor,
    service: str,
    text: str,
    per_week: int,
    answer_days: int,
    now: datetime,
    platform_key: str = "",
    park_key: str = "",
    wanted_by: date | None = None,
    organisation_id: int | None = None,
    once: str = "",
) -> ServiceRequest:
    """Ask a published platform that the actor may read, or a park, for a service. Its people are told.

    Parameters
    ----------
    service : which, in the asker's words, at most LONGEST_SERVICE characters
    text : for the people of the place, at most LONGEST_TEXT characters
    per_week : how many a person may send within seven days
    answer_days : after so many days without an answer its people are reminded
    organisation_id : for whom; None for oneself
    once : the mark of the form; a second call with it returns what the first one made

    Raises NotFoundError, NotAllowedError, RequestRefusedError.
    """
    if actor.user_id is None:
        raise NotAllowedError("登录后才能申请服务。", "Sign in to ask for a service.")
    if organisation_id is not None and organisation_id not in actor.organisations:
        raise NotAllowedError("您不是该单位的成员。", "You do not act for this organisation.")
    platform, park = _place(actor, platform_key, park_key)
    service = _clean(service, LONGEST_SERVICE)
    if not service:
        raise RequestRefusedError("请写明需要哪项服务。", "Say which service you need.")
    if wanted_by is not None and wanted_by < now.date():
        raise RequestRefusedError("希望办结的日期已经过去。", "The date you want it by is past.")
    # Two of one person at once: the second waits here, then finds the first one's, or the quota used up.
    User.objects.select_for_update().get(pk=actor.user_id)
    if once and (made := ServiceRequest.objects.filter(asker_id=actor.user_id, once=once[:40]).first()):
        return made
    sent = ServiceRequest.objects.filter(
        asker_id=actor.user_id, hub_id=actor.hub_id, asked_at__gt=now - core.WEEK, forwarded_from__isnull=True
    ).values_list("asked_at", flat=True)
    if core.asking_left(sent, now=now, per_week=per_week) == 0:
        raise RequestRefusedError(
            f"七天内最多提出{per_week}份服务申请，请过几天再提。",
            f"At most {per_week} service requests can be sent within seven days. Send the next one in a few days.",
        )
    request = ServiceRequest(
        hub_id=actor.hub_id, platform=platform, park=park, asker_id=actor.user_id,
        organisation_id=organisation_id, service=service, text=_clean(text, LONGEST_TEXT), wanted_by=wanted_by,
        once=once[:40], asked_at=now, remind_at=core.remind_at(now, days=answer_days, reminded=0),
        demonstration=bool((platform and platform.demonstration) or (park and park.demonstration)),
    )  # fmt: skip
    _write(request, actor, core.ASK, core.ASKED, now, side=ASKING)
    notices.tell_keepers(request, core.ASK, now=now)
    return request


@transaction.atomic
def answer_request(
    *, actor: Actor, key: str, step: str, now: datetime, text: str = "", reason_code: str = ""
) -> ServiceRequest:
    """Accept a request, mark it done, or decline it with a reason (`words.REASONS`), with a word to the asker.

    A step that was taken already changes nothing. Raises NotFoundError, RequestRefusedError.
    """
    request = _lock(actor, key)
    if step not in (core.ACCEPT, core.FINISH, core.DECLINE):
        raise NotFoundError
    if step == core.DECLINE and (reason_code not in REASONS or (reason_code == "other" and not text.strip())):
        raise RequestRefusedError(
            "请选择理由；选“其他”时请写明。", "Choose a reason; where it is something else, say what."
        )
    if request.state == _target(step):
        return request
    reached = _after(request, step)
    request.reason_code = reason_code if step == core.DECLINE else request.reason_code
    _write(request, actor, step, reached, now, side=ANSWERING, text=_clean(text, LONGEST_TEXT))
    notices.tell_asker(request, step, now=now, but=actor.user_id)
    return request


@transaction.atomic
def forward_request(
    *, actor: Actor, key: str, platform_key: str, answer_days: int, now: datetime, text: str = ""
) -> ServiceRequest:
    """Pass a request on to another platform; return the one that goes on there. Both sides are told.

    The other platform must be open to members, so that the asker may see where the request went. A second call
    returns what the first one made. Raises NotFoundError, RequestRefusedError.
    """
    request = _lock(actor, key)
    if request.state == core.FORWARDED and (made := request.forwarded_to.first()):
        return made
    found = Platform.objects.filter(
        readable(actor),
        key=platform_key,
        state=states.PUBLISHED,
        visibility__in=(Record.Visibility.PUBLIC, Record.Visibility.MEMBERS),
    ).first()
    if found is None or found.pk == request.platform_id:
        raise RequestRefusedError("请选择另一个已发布的平台。", "Choose another platform that is published.")
    reached = _after(request, core.FORWARD)
    _write(
        request, actor, core.FORWARD, reached, now, side=ANSWERING, text=_clean(text, LONGEST_TEXT),
        told={"to": found.key},
    )  # fmt: skip
    onward = ServiceRequest(
        hub_id=request.hub_id, platform=found, asker_id=request.asker_id, organisation_id=request.organisation_id,
        service=request.service, text=request.text, wanted_by=request.wanted_by, forwarded_from=request,
        asked_at=now, remind_at=core.remind_at(now, days=answer_days, reminded=0),
        demonstration=request.demonstration,
    )  # fmt: skip
    _write(onward, actor, core.ASK, core.ASKED, now, side=ANSWERING)
    notices.tell_asker(onward, core.FORWARD, now=now)
    notices.tell_keepers(onward, core.ASK, now=now, but=actor.user_id)
    return onward


@transaction.atomic
def take_back_request(*, actor: Actor, key: str, now: datetime) -> ServiceRequest:
    """Take one's request back while it is open. A second call changes nothing.

    Raises NotFoundError, RequestRefusedError.
    """
    number = ServiceRequest.objects.filter(asked_by(actor), key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    request = ServiceRequest.objects.select_for_update().get(pk=number)
    if request.state == core.WITHDRAWN:
        return request
    _write(request, actor, core.TAKE_BACK, _after(request, core.TAKE_BACK), now, side=ASKING)
    notices.tell_keepers(request, core.TAKE_BACK, now=now, but=actor.user_id)
    return request


@transaction.atomic
def write_message(*, actor: Actor, key: str, text: str, now: datetime) -> ServiceRequest:
    """Write a word to the other side of an open request. Raises NotFoundError, RequestRefusedError."""
    number = ServiceRequest.objects.filter(read_by(actor), key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    request = ServiceRequest.objects.select_for_update().get(pk=number)
    said = _clean(text, LONGEST_TEXT)
    if not said:
        raise RequestRefusedError("请写几个字再发送。", "Write something before you send it.")
    if request.state not in core.OPEN:
        raise RequestRefusedError(
            "这份申请已结束，不能再留言。", "This request is over; nothing can be added to it."
        )
    side = ASKING if is_asker(actor, request) else ANSWERING
    _write(request, actor, MESSAGE, request.state, now, side=side, text=said)
    tell = notices.tell_keepers if side == ASKING else notices.tell_asker
    tell(request, MESSAGE, now=now, but=actor.user_id)
    return request


def remind_of_requests(*, answer_days: int, now: datetime) -> int:
    """Remind the people of places of what waits, and end what they leave unanswered after the last reminder.

    Returns how many rows were due. Called by the clock; a second call, or a second clock, finds none.
    """
    due = ServiceRequest.objects.filter(remind_at__lte=now, state=core.ASKED).order_by("pk")
    return sum(_remind(pk, answer_days, now) for pk in list(due.values_list("pk", flat=True)[:_MOST_AT_ONCE]))


@transaction.atomic
def _remind(number: int, answer_days: int, now: datetime) -> bool:
    request = ServiceRequest.objects.select_for_update().get(pk=number)
    if request.state != core.ASKED or request.remind_at is None or request.remind_at > now:
        return False
    clock = system(request.hub_id)
    if request.reminded >= core.REMINDERS:
        _write(request, clock, core.EXPIRE, core.EXPIRED, now)
        notices.tell_asker(request, core.EXPIRE, now=now)
        notices.tell_keepers(request, core.EXPIRE, now=now)
        return True
    request.reminded += 1
    # A clock that slept does not send all reminders at once.
    planned = core.remind_at(request.asked_at, days=answer_days, reminded=request.reminded)
    request.remind_at = max(planned, core.remind_at(now, days=answer_days, reminded=0))
    _write(request, clock, core.REMIND, core.ASKED, now)
    notices.tell_keepers(request, core.REMIND, now=now)
    return True


def end_for_person(user: User, *, now: datetime) -> None:
    """Take back what an erased person alone asked for, and blank their words; in the erasure's transaction."""
    for request in ServiceRequest.objects.select_for_update().filter(asker=user).order_by("pk"):
        actor = Actor(request.hub_id, user.pk, ERASED)
        if request.organisation_id is None and request.state in core.OPEN:
            _write(request, actor, core.TAKE_BACK, core.WITHDRAWN, now, side=ASKING)
            notices.tell_keepers(request, core.TAKE_BACK, now=now, but=user.pk)
        if request.organisation_id is None or request.state not in core.OPEN:
            request.service, request.text = ERASED, ""
        request.asker, request.once = None, ""
        request.save(update_fields=["service", "text", "asker", "once"])
    ServiceRequestStep.objects.filter(actor_id=user.pk).update(actor_name=ERASED, text="")


def _place(actor: Actor, platform_key: str, park_key: str) -> tuple[Platform | None, Park | None]:
    platform = (
        Platform.objects.filter(readable(actor), key=platform_key, state=states.PUBLISHED).first()
        if platform_key
        else None
    )
    park = Park.objects.filter(key=park_key).first() if park_key and not platform_key else None
    if platform is None and park is None:
        raise NotFoundError
    return platform, park


def _lock(actor: Actor, key: str) -> ServiceRequest:
    number = ServiceRequest.objects.filter(answered_by(actor), key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    locked: ServiceRequest = ServiceRequest.objects.select_for_update().get(pk=number)
    return locked


def _target(step: str) -> str:
    return {core.ACCEPT: core.ACCEPTED, core.FINISH: core.DONE, core.DECLINE: core.DECLINED}[step]


def _after(request: ServiceRequest, step: str) -> str:
    try:
        return core.after(request.state, step)
    except core.StepRefusedError:
        raise RequestRefusedError(
            "申请的状态已改变，这一步不再适用。请刷新页面。",
            "The request has moved on and this step no longer applies. Load the page again.",
        ) from None


def _write(
    request: ServiceRequest,
    actor: Actor,
    event: str,
    reached: str,
    now: datetime,
    *,
    side: str = "",
    text: str = "",
    told: dict[str, str] | None = None,
) -> None:
    """Save where it stands now, append the step, and add the row of the log, which carries no words of anybody."""
    before = request.state if request.pk else ""
    request.state, request.changed_at = reached, now
    request.version = request.version + 1 if request.pk else 1
    if event in core.ANSWERS and request.answered_at is None:
        request.answered_at = now
    if reached not in core.OPEN:
        request.ended_at = request.ended_at or now
    if reached != core.ASKED:
        request.remind_at = None
    request.save()
    ServiceRequestStep.objects.create(
        request=request, at=now, actor_id=actor.user_id, actor_name=actor.name, side=side, event=event,
        from_state=before, to_state=reached, text=text,
    )  # fmt: skip
    reason = {"reason": request.reason_code} if event == core.DECLINE else {}
    record_change(
        hub_id=request.hub_id, at=now, actor_id=actor.user_id, actor_name=actor.name, kind=LOG_KIND,
        key=request.key, version=request.version, action=event, before={"state": before} if before else None,
        after={"state": reached, **reason, **(told or {})},
    )  # fmt: skip


def _clean(text: str, most: int) -> str:
    return text.replace("\x00", "").strip()[:most]
