"""Answers to an introduction: yes, no, taken back, and the agreement that opens protected detail.

Each locks the row first, so that two answers in the same second come one after the other: both yeses make one set of
grants; a yes and a taking back end in an introduction that is not open, whichever was first.
"""

from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.errors import NotFoundError
from fairground.match.core import introductions as core
from fairground.match.core.introductions import ASKING, SIDES, Standing, StepRefusedError
from fairground.match.introductions import notices
from fairground.match.introductions.agreement import AGREEMENTS, IN_FORCE
from fairground.match.introductions.blocks import blocks, party_of
from fairground.match.introductions.borders import confirmation_needed
from fairground.match.introductions.ending import take_back_for
from fairground.match.introductions.opening import sync_grants
from fairground.match.introductions.standing import (
    IntroductionRefusedError,
    Limits,
    lock,
    lock_mine,
    standing_of,
    write_step,
)
from fairground.match.introductions.words import REASON_CODES
from fairground.match.models import Introduction
from fairground.match.policies import kept, side_of, speaker_of

LONGEST_REMARK = 2_000


@transaction.atomic
def agree_to_introduction(
    *,
    actor: Actor,
    key: str,
    limits: Limits,
    now: datetime,
    confirmed: bool = False,
    accepts_agreement: bool = False,
) -> Introduction:
    """Say yes for one's side. The second side's yes opens contacts to both, and both are told.

    Parameters
    ----------
    confirmed : the rules of a border or an export restriction were checked
    accepts_agreement : the confidentiality agreement, which opens the other side's protected detail

    A second call changes nothing. Raises NotFoundError, IntroductionRefusedError.
    """
    introduction = lock_mine(actor, key)
    side, before = side_of(actor, introduction), standing_of(introduction)
    if before.state in core.OPEN and side in before.yes:
        return introduction
    _check_records_stand(introduction)
    _check_not_both(introduction, before, side, actor)
    try:
        after = core.agree(
            before,
            side,
            now=now,
            answer_days=limits.answer_days,
            needs_confirmation=confirmation_needed(
                introduction.target, introduction.own, introduction.asking_organisation
            ),
            confirmed=confirmed,
        )
        if accepts_agreement:
            after = core.accept_agreement(after, side, version=IN_FORCE)
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    _speak(introduction, side, actor, now)
    _keep_from_blocker(introduction, after, side)
    write_step(introduction, after, actor=actor, event=core.AGREE, side=side, now=now)
    if after.state == core.AGREED:
        sync_grants(introduction, now=now)
        for told in SIDES:
            notices.tell(introduction, told, notices.AGREED, now=now, but=actor.user_id)
    else:
        notices.tell(introduction, core.other(side), notices.OTHER_YES, now=now)
    return introduction


@transaction.atomic
def decline_introduction(
    *, actor: Actor, key: str, reason_code: str, is_confidential: bool, now: datetime, remark: str = ""
) -> Introduction:
    """Say no for one's side, with a reason of list E. The other side reads it in kind words.

    Parameters
    ----------
    is_confidential : the other side reads 'not now' and no more; nothing is learned from the reason either
    remark : for one's own side only

    A second call changes nothing. Raises NotFoundError, IntroductionRefusedError.
    """
    introduction = lock_mine(actor, key)
    side, before = side_of(actor, introduction), standing_of(introduction)
    if before.state == core.DECLINED and before.declined_by == side:
        return introduction
    if reason_code not in REASON_CODES:
        raise IntroductionRefusedError(
            "请选择一个理由：对方读到的是一句客气的话。",
            "Choose a reason: the other side reads it in kind words.",
        )
    try:
        after = core.decline(before, side, now=now)
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    _speak(introduction, side, actor, now, answer=Introduction.Answer.NO)
    introduction.declined_by_id = actor.user_id
    introduction.reason_code, introduction.is_confidential = reason_code, is_confidential
    introduction.remark = remark.strip()[:LONGEST_REMARK]
    write_step(
        introduction,
        after,
        actor=actor,
        event=core.DECLINE,
        side=side,
        now=now,
        told={} if is_confidential else {"reason": reason_code},
    )
    notices.tell(introduction, core.other(side), notices.DECLINED, now=now)
    return introduction


@transaction.atomic
def take_back_introduction(*, actor: Actor, key: str, now: datetime) -> Introduction:
    """Take one's side's yes back, before or after the other side's. What was open is closed at once; both are told.

    A second call changes nothing. Raises NotFoundError, IntroductionRefusedError.
    """
    introduction = lock_mine(actor, key)
    side = side_of(actor, introduction)
    if introduction.state in (core.WITHDRAWN, core.ENDED):
        return introduction
    try:
        take_back_for(introduction, side, actor=actor, now=now)
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    return introduction


@transaction.atomic
def take_back_proposal(*, actor: Actor, key: str, now: datetime) -> Introduction:
    """Take a broker's proposal back while nobody has answered. A second call changes nothing.

    Raises NotFoundError, IntroductionRefusedError.
    """
    found = (
        Introduction.objects.filter(kept(actor), key=key, by_broker=True).values_list("pk", flat=True).first()
    )
    if found is None:
        raise NotFoundError
    introduction = lock(found)
    if introduction.state == core.WITHDRAWN:
        return introduction
    try:
        after = core.take_back(standing_of(introduction), core.BROKER, now=now)
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    write_step(introduction, after, actor=actor, event=core.TAKE_BACK, now=now)
    for side in SIDES:
        notices.tell(introduction, side, notices.TAKEN_BACK, now=now)
    return introduction


@transaction.atomic
def accept_agreement(*, actor: Actor, key: str, version: int, now: datetime) -> Introduction:
    """Accept the confidentiality agreement for one's side; opens the other's protected detail once both said yes.

    `version` is the one that was read. A second call changes nothing. Raises NotFoundError, IntroductionRefusedError.
    """
    introduction = lock_mine(actor, key)
    side, before = side_of(actor, introduction), standing_of(introduction)
    if before.agreement_of(side) == version:
        return introduction
    if version != IN_FORCE or version not in AGREEMENTS:
        raise IntroductionRefusedError(
            "保密约定已有新版本，请重新阅读。", "There is a new version of the agreement. Read it again."
        )
    try:
        after = core.accept_agreement(before, side, version=version)
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    write_step(
        introduction,
        after,
        actor=actor,
        event=core.ACCEPT_AGREEMENT,
        side=side,
        now=now,
        told={"version": version},
    )
    sync_grants(introduction, now=now)
    return introduction


def _speak(
    introduction: Introduction,
    side: str,
    actor: Actor,
    now: datetime,
    answer: str = Introduction.Answer.YES,
) -> None:
    if side == ASKING:
        introduction.asker_id = actor.user_id
        introduction.asking_answer, introduction.asking_answered_at = answer, now
    else:
        introduction.answerer_id = actor.user_id
        introduction.answering_answer, introduction.answering_answered_at = answer, now


def _keep_from_blocker(introduction: Introduction, after: Standing, side: str) -> None:
    """Whom the other side blocks may turn up only now, as the one who speaks for a proposed organisation."""
    other = core.other(side)
    if other in after.yes or introduction.held_for:
        return
    if blocks(party_of(introduction, other), party_of(introduction, side)):
        introduction.held_for = other


def _check_records_stand(introduction: Introduction) -> None:
    for record in (introduction.target, introduction.own):
        if record is not None and record.state != states.PUBLISHED:
            raise IntroductionRefusedError(
                "有一条记录已不再发布。请等它续期或重新发布后再答复。",
                "One of the records is not published any more. Answer once it was renewed or published again.",
            )


def _check_not_both(introduction: Introduction, before: Standing, side: str, actor: Actor) -> None:
    other = core.other(side)
    if other in before.yes and speaker_of(introduction, other) == actor.user_id:
        raise IntroductionRefusedError(
            "您已代表一方同意，另一方须由别人答复。",
            "You said yes for one side already; somebody else has to answer for the other.",
        )
