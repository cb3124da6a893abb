"""Ends: a yes taken back, a time that is over, ground that is gone. Each frees both sides and closes what was open."""

from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from fairground.accounts.actors import Actor, system
from fairground.accounts.core import states
from fairground.accounts.models import Hub, OrganisationMembership, User
from fairground.match.core import introductions as core
from fairground.match.core.introductions import SIDES, Standing
from fairground.match.introductions import notices
from fairground.match.introductions.opening import sync_grants
from fairground.match.introductions.standing import lock, standing_of, write_step
from fairground.match.models import Introduction
from fairground.match.policies import organisation_of, speaker_of

# A talk goes on while an expired record waits for its renewal; policies keep its contacts closed meanwhile.
RENEWAL_GRACE = timedelta(days=30)
_MOST_AT_ONCE = 1_000


def take_back_for(introduction: Introduction, side: str, *, actor: Actor, now: datetime) -> None:
    """Take a side's yes back; what was open closes at once and the other side is told. The row is locked.

    Raises StepRefusedError.
    """
    before = standing_of(introduction)
    after = core.take_back(before, side, now=now)
    write_step(introduction, after, actor=actor, event=core.TAKE_BACK, side=side, now=now)
    sync_grants(introduction, now=now)
    told = notices.ENDED if after.state == core.ENDED else notices.TAKEN_BACK
    notices.tell(introduction, core.other(side), told, now=now)
    if after.state == core.ENDED:
        notices.tell(introduction, side, told, now=now, but=actor.user_id)


def close_for(
    introduction: Introduction, *, cause: str, actor: Actor, now: datetime, but: int | None = None
) -> None:
    """End an introduction whose ground is gone, and tell both sides but for one person. The row is locked.

    Raises StepRefusedError.
    """
    _end(introduction, core.close(standing_of(introduction), cause=cause), core.CLOSE, actor, now, but)


def end_due_introductions(*, now: datetime) -> int:
    """End what nobody answered in time and what lost its ground; return how many. Called by the clock.

    A second call finds none.
    """
    ended = 0
    for hub_id in Hub.objects.values_list("pk", flat=True):
        for number in list(_due(hub_id, now).values_list("pk", flat=True)[:_MOST_AT_ONCE]):
            ended += _end_one(number, hub_id, now)
    return ended


def _due(hub_id: int, now: datetime) -> QuerySet[Introduction]:
    waiting, agreed = Q(state__in=core.WAITING), Q(state=core.AGREED)
    gone = Q(target__state__in=_GONE) | Q(own__state__in=_GONE)
    lapsed = Q(target__state=states.EXPIRED) | Q(own__state=states.EXPIRED)
    long_lapsed = Q(target__state=states.EXPIRED, target__changed_at__lte=now - RENEWAL_GRACE) | Q(
        own__state=states.EXPIRED, own__changed_at__lte=now - RENEWAL_GRACE
    )
    one = Q(asking_organisation__isnull=False, asking_organisation=F("answering_organisation"))
    passed_on = _passed_on("target__organisation", "answering_organisation") | (
        Q(own__isnull=False) & _passed_on("own__organisation", "asking_organisation")
    )
    return Introduction.objects.filter(
        (waiting & (Q(expires_at__lte=now) | lapsed)) | (agreed & long_lapsed) | gone | one | passed_on,
        hub_id=hub_id,
        state__in=core.OPEN,
    ).order_by("pk")


_GONE = (states.WITHDRAWN, states.DRAFT, states.IN_REVIEW)


def _passed_on(of_record: str, of_side: str) -> Q:
    return (
        (~Q(**{of_record: F(of_side)}) & Q(**{f"{of_record}__isnull": False, f"{of_side}__isnull": False}))
        | Q(**{f"{of_record}__isnull": True, f"{of_side}__isnull": False})
        | Q(**{f"{of_record}__isnull": False, f"{of_side}__isnull": True})
    )


@transaction.atomic
def _end_one(number: int, hub_id: int, now: datetime) -> int:
    introduction = lock(number)
    standing = standing_of(introduction)
    cause = _cause(introduction, now)
    if standing.state not in core.OPEN or (not cause and not core.is_due(standing, now=now)):
        return 0
    if cause:
        close_for(introduction, cause=cause, actor=system(hub_id), now=now)
    else:
        introduction.reason_code = core.NO_ANSWER
        _end(introduction, core.expire(standing, now=now), core.EXPIRE, system(hub_id), now)
    return 1


def _cause(introduction: Introduction, now: datetime) -> str:
    """Return which ground is gone, or '' for none."""
    asking, answering = introduction.asking_organisation_id, introduction.answering_organisation_id
    if asking is not None and asking == answering:
        return core.MERGED
    held = ((introduction.target, answering), (introduction.own, asking))
    for record, organisation in held:
        if record is None:
            continue
        if record.state in _GONE or record.organisation_id != organisation:
            return core.RECORD_WITHDRAWN
        if record.state == states.EXPIRED and (
            introduction.state != core.AGREED or record.changed_at <= now - RENEWAL_GRACE
        ):
            return core.RECORD_EXPIRED
    return ""


def end_for_person(user: User, *, now: datetime) -> None:
    """End the open introductions of somebody who is being erased; those of an organisation with others go on.

    The other side is told either way. To be called in the transaction of the erasure, after the memberships went.
    """
    spoken = Introduction.objects.filter(Q(asker=user) | Q(answerer=user), state__in=core.OPEN)
    for number in list(spoken.order_by("pk").values_list("pk", flat=True)):
        introduction = lock(number)
        side = next(side for side in SIDES if speaker_of(introduction, side) == user.pk)
        organisation = organisation_of(introduction, side)
        others = OrganisationMembership.objects.filter(organisation_id=organisation).exclude(user=user)
        if organisation is not None and others.exists():
            notices.tell(introduction, core.other(side), notices.PERSON_LEFT, now=now)
            continue
        house = system(introduction.hub_id)
        close_for(introduction, cause=core.PERSON_GONE, actor=house, now=now, but=user.pk)


def _end(
    introduction: Introduction,
    after: Standing,
    event: str,
    actor: Actor,
    now: datetime,
    but: int | None = None,
) -> None:
    write_step(introduction, after, actor=actor, event=event, now=now, told={"cause": after.cause})
    sync_grants(introduction, now=now)
    told = notices.ENDED if after.state == core.ENDED else notices.EXPIRED
    for side in SIDES:
        notices.tell(introduction, side, told, now=now, but=but)
