"""Beginning an introduction: one side's interest in a record, or a broker's proposal to two sides.

Whether somebody blocked somebody changes nothing that the one who asks can see: same checks, same words, same days.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Organisation, Record, User
from fairground.accounts.policies import is_owner, owned, readable
from fairground.match.core import introductions as core
from fairground.match.core.introductions import ANSWERING, ASKING, StepRefusedError
from fairground.match.introductions import notices
from fairground.match.introductions.agreement import IN_FORCE
from fairground.match.introductions.blocks import Party, blocks, held_for
from fairground.match.introductions.borders import confirmation_needed
from fairground.match.introductions.standing import IntroductionRefusedError, Limits, write_step
from fairground.match.models import Introduction, Match
from fairground.match.policies import is_broker

# What a record can be asked about with: the kinds of one's own record that face it.
FACING = {"offer": ("need",), "need": ("offer",), "platform": ("need", "offer")}
LONGEST_MESSAGE = 2_000
# Who was declined does not ask the same again the next day.
ASK_AGAIN_AFTER = timedelta(days=30)
_OPEN_TO_MEMBERS = (Record.Visibility.PUBLIC, Record.Visibility.MEMBERS)


@dataclass(frozen=True, slots=True)
class Begun:
    """What a call made, or found: asking twice makes one."""

    introduction: Introduction
    is_new: bool


@transaction.atomic
def ask_for_introduction(
    *,
    actor: Actor,
    target_key: str,
    limits: Limits,
    now: datetime,
    own_key: str = "",
    organisation_id: int | None = None,
    message: str = "",
    confirmed: bool = False,
    accepts_agreement: bool = False,
) -> Begun:
    """Ask the side of a record for an introduction; asking is one's own yes.

    Parameters
    ----------
    target_key : an offer, a need or a platform that the actor may read
    own_key : the need or offer one asks with; '' for none. Its organisation is then the asking side
    organisation_id : without a record, the organisation one asks for; None for oneself
    confirmed : the rules of a border or an export restriction were checked
    accepts_agreement : the confidentiality agreement, which opens protected detail once both said yes

    Where an introduction between the two is open already, that one is returned and nothing is sent.
    Raises NotFoundError, NotAllowedError, IntroductionRefusedError.
    """
    target = find_target(actor, target_key)
    own = _own(actor, own_key, target) if own_key else None
    asking = _asking_party(actor, own, organisation_id)
    answering = party_of_record(target)
    _check_may_hear(target, answering)
    if blocks(asking, answering):
        raise IntroductionRefusedError(
            "您屏蔽了对方。请先在“屏蔽名单”中取消。", "You block the other side. Lift the block first."
        )
    # Two of one side at once: the second waits here and finds the first one's.
    Record.objects.select_for_update().get(pk=target.pk)
    if standing := _open_between(actor, target, own, asking, answering):
        return Begun(standing, False)
    _check_not_again(target, asking, now)
    _check_quota(actor, limits, now)
    try:
        begun = core.begin_asked(
            now=now,
            answer_days=limits.answer_days,
            needs_confirmation=confirmation_needed(target, own, _organisation(asking)),
            confirmed=confirmed,
        )
    except StepRefusedError as error:
        raise IntroductionRefusedError.because(error) from None
    if accepts_agreement:
        begun = core.accept_agreement(begun, ASKING, version=IN_FORCE)
    introduction = _new(actor, target, own, asking, answering, message, now)
    introduction.asker_id, introduction.asking_answer = actor.user_id, Introduction.Answer.YES
    introduction.asking_answered_at = now
    write_step(introduction, begun, actor=actor, event=core.ASK, side=ASKING, now=now)
    notices.tell(introduction, ANSWERING, notices.ASKED, now=now)
    return Begun(introduction, True)


@transaction.atomic
def propose_introduction(
    *, actor: Actor, target_key: str, own_key: str, limits: Limits, now: datetime, message: str = ""
) -> Begun:
    """Lay two records before both sides, as a broker: neither has said yes. The broker keeps the introduction.

    Where one between the two is open already, that one is returned. Raises NotFoundError, NotAllowedError,
    IntroductionRefusedError.
    """
    if not is_broker(actor):
        raise NotAllowedError("只有技术经理人可以向双方推荐。", "Only a broker proposes to two sides.")
    target, own = find_target(actor, target_key, own_too=True), find_target(actor, own_key, own_too=True)
    if own.kind not in FACING[target.kind]:
        raise IntroductionRefusedError(
            "请选择一个需求和一项成果，或其中之一与一个平台。",
            "Choose a need and an offer, or one of them and a platform.",
        )
    if is_owner(actor, target) or is_owner(actor, own):
        raise NotAllowedError(
            "其中一条是您自己的。请以当事方身份发起。",
            "One of them is your own: ask as a side of it instead.",
        )
    asking, answering = party_of_record(own), party_of_record(target)
    for record, party in ((own, asking), (target, answering)):
        if record.visibility not in _OPEN_TO_MEMBERS:
            raise IntroductionRefusedError(
                "其中一条记录只对指定的人开放，不能向对方推荐。",
                "One of the records is open to named people only, and cannot be laid before the other side.",
            )
        _check_may_hear(record, party)
    if asking == answering:
        raise IntroductionRefusedError("两条记录属于同一方。", "Both records are one side's.")
    Record.objects.select_for_update().get(pk=target.pk)
    if standing := _any_open(target, own):
        return Begun(standing, False)
    introduction = _new(actor, target, own, asking, answering, message, now)
    introduction.by_broker, introduction.broker_id = True, actor.user_id
    begun = core.begin_proposed(now=now, answer_days=limits.answer_days)
    write_step(introduction, begun, actor=actor, event=core.PROPOSE, now=now)
    for side in core.SIDES:
        notices.tell(introduction, side, notices.PROPOSED, now=now)
    return Begun(introduction, True)


def find_target(actor: Actor, key: str, *, own_too: bool = False) -> Record:
    """Return a published record of a kind that can be asked about. Raises NotFoundError, NotAllowedError."""
    found: Record | None = (
        Record.objects.filter(readable(actor), key=key, kind__in=FACING, state=states.PUBLISHED)
        .select_related("organisation")
        .first()
    )
    if found is None:
        raise NotFoundError
    if not own_too and is_owner(actor, found):
        raise NotAllowedError("这是您自己的记录。", "This record is your own.")
    return found


def party_of_record(record: Record) -> Party:
    """Return the side that answers for a record: its organisation, else its author."""
    if record.organisation_id is not None:
        return Party(record.organisation_id, None)
    return Party(None, record.created_by_id)


def own_records(actor: Actor, target: Record) -> QuerySet[Record]:
    """The records one can ask with: one's own, published, open to members, and facing the target."""
    spoken_for = Q(organisation_id__in=actor.organisations) | Q(
        organisation__isnull=True, created_by_id=actor.user_id
    )
    return Record.objects.filter(
        owned(actor),
        spoken_for,
        hub_id=actor.hub_id,
        kind__in=FACING[target.kind],
        state=states.PUBLISHED,
        visibility__in=_OPEN_TO_MEMBERS,
    ).order_by("-changed_at")


def sent_by(user_id: int, hub_id: int, now: datetime) -> list[datetime]:
    """Return when a person sent their askings of the last seven days, also those that were taken back."""
    sent = Introduction.objects.filter(
        proposed_by_id=user_id, by_broker=False, hub_id=hub_id, created_at__gt=now - core.WEEK
    )
    return list(sent.values_list("created_at", flat=True))


def _own(actor: Actor, key: str, target: Record) -> Record:
    found: Record | None = own_records(actor, target).select_related("organisation").filter(key=key).first()
    if found is None:
        raise IntroductionRefusedError(
            "只能用自己已发布、会员可见、且与对方相对的记录发起。",
            "Ask with a record of your own that is published, open to members, and faces the other one.",
        )
    return found


def _asking_party(actor: Actor, own: Record | None, organisation_id: int | None) -> Party:
    if actor.user_id is None or not actor.is_member:
        raise NotAllowedError(
            "请先登录并成为会员，再申请引荐。", "Sign in and become a member to ask for an introduction."
        )
    if own is not None:
        organisation_id = own.organisation_id
    if organisation_id is not None and organisation_id not in actor.organisations:
        raise NotAllowedError("您不是该单位的成员。", "You do not act for this organisation.")
    return Party(organisation_id, actor.user_id)


def _organisation(party: Party) -> Organisation | None:
    return Organisation.objects.filter(pk=party.organisation_id).first() if party.organisation_id else None


def _check_may_hear(record: Record, party: Party) -> None:
    if party.organisation_id is None and party.user_id is None:
        raise IntroductionRefusedError(
            f"“{record.title.in_language('zh')}”没有负责的单位或作者，无人可以答复。请联系枢纽。",
            f"Nobody answers for '{record.title.in_language('en')}' here. Ask the hub.",
        )


def _open_between(
    actor: Actor, target: Record, own: Record | None, asking: Party, answering: Party
) -> Introduction | None:
    """Return the open introduction of two sides over the same records, in either direction, if the actor sees it."""
    mine = _of_party(ASKING, asking)
    there = Q(mine, target_id=target.pk)
    if own is not None:
        theirs = _of_party(ASKING, answering) & ~Q(held_for__in=(ANSWERING, "both"))
        there |= Q(theirs, target_id=own.pk, own_id=target.pk)
    found: Introduction | None = Introduction.objects.filter(
        there, hub_id=actor.hub_id, state__in=core.OPEN
    ).first()
    return found


def _any_open(target: Record, own: Record) -> Introduction | None:
    pair = Q(target_id=target.pk, own_id=own.pk) | Q(target_id=own.pk, own_id=target.pk)
    found: Introduction | None = Introduction.objects.filter(pair, state__in=core.OPEN).first()
    return found


def _of_party(side: str, party: Party) -> Q:
    person, organisation = (
        ("asker_id", "asking_organisation_id")
        if side == ASKING
        else ("answerer_id", "answering_organisation_id")
    )
    if party.organisation_id is not None:
        return Q(**{organisation: party.organisation_id})
    return Q(**{f"{organisation}__isnull": True, person: party.user_id})


def _check_not_again(target: Record, asking: Party, now: datetime) -> None:
    declined = Introduction.objects.filter(
        _of_party(ASKING, asking),
        target_id=target.pk,
        state=core.DECLINED,
        declined_side=ANSWERING,
        since__gt=now - ASK_AGAIN_AFTER,
    )
    if declined.exists():
        raise IntroductionRefusedError(
            f"对方刚婉拒过。{ASK_AGAIN_AFTER.days}天后可以再次发起。",
            f"They declined a short while ago. You can ask again {ASK_AGAIN_AFTER.days} days after that.",
        )


def _check_quota(actor: Actor, limits: Limits, now: datetime) -> None:
    # The person's row is locked, so that two askings at once cannot both be the last one allowed.
    User.objects.select_for_update().get(pk=actor.user_id)
    sent = sent_by(actor.user_id or 0, actor.hub_id, now)
    if core.sendings_left(sent, now=now, per_week=limits.per_week) == 0:
        free = core.free_again_at(sent, now=now, per_week=limits.per_week)
        hours = max(round((free - now).total_seconds() / 3600), 1)
        raise IntroductionRefusedError(
            f"七天内最多发起{limits.per_week}次，约{hours}小时后可以再发起。答复他人不受限制。",
            f"At most {limits.per_week} can be sent within seven days; the next in about {hours} hours. "
            "Answering others is not limited.",
        )


def _new(
    actor: Actor,
    target: Record,
    own: Record | None,
    asking: Party,
    answering: Party,
    message: str,
    now: datetime,
) -> Introduction:
    return Introduction(
        hub_id=actor.hub_id,
        target=target,
        own=own,
        match=_match(target, own),
        asker_id=asking.user_id,
        asking_organisation_id=asking.organisation_id,
        answerer_id=answering.user_id,
        answering_organisation_id=answering.organisation_id,
        proposed_by_id=actor.user_id,
        message=message.replace("\x00", "").strip()[:LONGEST_MESSAGE],
        held_for=held_for(asking, answering),
        demonstration=target.demonstration or bool(own and own.demonstration),
        created_at=now,
    )


def _match(target: Record, own: Record | None) -> Match | None:
    if own is None:
        return None
    pair = Q(asking_id=own.pk, answering_id=target.pk) | Q(asking_id=target.pk, answering_id=own.pk)
    found: Match | None = Match.objects.filter(pair).first()
    return found
