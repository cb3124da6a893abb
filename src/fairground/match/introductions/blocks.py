"""Blocks: somebody does not want to hear from somebody. The one who is blocked learns nothing of it, ever.

What they send is taken in like any other: it counts against the same quota, answers with the same words, waits the same
days and expires unanswered. Only the side that blocked never hears of it.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Organisation, OrganisationMembership, Record, User
from fairground.audit.services import record_change
from fairground.match.core import introductions as core
from fairground.match.core.introductions import ANSWERING, ASKING, SIDES
from fairground.match.introductions.ending import take_back_for
from fairground.match.introductions.standing import find_mine, lock, standing_of
from fairground.match.models import Block, Introduction
from fairground.match.policies import HELD_FOR_BOTH, is_held, organisation_of, side_of, speaker_of

MOST_BLOCKS = 500  # of one organisation or person


@dataclass(frozen=True, slots=True)
class Party:
    """A side as blocks see it: an organisation, who speaks for it, or a person alone."""

    organisation_id: int | None
    user_id: int | None

    @property
    def made(self) -> Q:
        """The blocks this party made: the organisation's, or those of a person alone."""
        if self.organisation_id is not None:
            return Q(by_organisation_id=self.organisation_id)
        return Q(by_user_id=self.user_id) if self.user_id is not None else Q(pk__in=[])


def party_of(introduction: Introduction, side: str) -> Party:
    """Return a side of an introduction."""
    return Party(organisation_of(introduction, side), speaker_of(introduction, side))


def blocks(by: Party, against: Party) -> bool:
    """Tell whether `by` blocks `against`: its organisation, its person, or one that its person acts or asked for.

    So who was blocked with one organisation is caught when they try again under another.
    """
    return Block.objects.filter(by.made & _names(against)).exists()


def _names(party: Party) -> Q:
    named = Q(organisation_id=party.organisation_id) if party.organisation_id is not None else Q(pk__in=[])
    if party.user_id is None:
        return named
    acts_for = OrganisationMembership.objects.filter(user_id=party.user_id).values("organisation_id")
    asked_for = Introduction.objects.filter(
        asker_id=party.user_id, asking_organisation_id__isnull=False
    ).values("asking_organisation_id")
    return (
        named | Q(user_id=party.user_id) | Q(organisation_id__in=acts_for) | Q(organisation_id__in=asked_for)
    )


def held_for(asking: Party, answering: Party) -> str:
    """Return which side must not hear of an introduction between two: '', a side, or 'both'."""
    by_asking, by_answering = blocks(asking, answering), blocks(answering, asking)
    if by_asking and by_answering:
        return HELD_FOR_BOTH
    return ASKING if by_asking else ANSWERING if by_answering else ""


def hidden_partners(actor: Actor) -> Q:
    """The records of those whom the actor, or an organisation they act for, blocked: a Q on Record.

    For lists of possible partners. Not for the catalogue: everybody reads that, and it proposes nobody.
    """
    if actor.user_id is None:
        return Q(pk__in=[])
    mine = Block.objects.filter(_made_by(actor), hub_id=actor.hub_id)
    organisations = mine.filter(organisation__isnull=False).values("organisation_id")
    users = mine.filter(user__isnull=False).values("user_id")
    return Q(organisation_id__in=organisations) | Q(organisation__isnull=True, created_by_id__in=users)


def blocks_of(actor: Actor) -> list[Block]:
    """Return the blocks of the actor and of the organisations they act for, newest first. One query."""
    found = Block.objects.filter(_made_by(actor), hub_id=actor.hub_id)
    return list(
        found.select_related("by_organisation", "organisation", "user", "made_by").order_by("-made_at", "-pk")
    )


def _made_by(actor: Actor) -> Q:
    return Q(by_user_id=actor.user_id) | Q(by_organisation_id__in=actor.organisations)


@transaction.atomic
def block_organisation(
    *, actor: Actor, organisation_key: str, for_organisation_id: int | None, now: datetime
) -> Block:
    """Block an organisation, for oneself or for an organisation one acts for. A second call changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    organisation = Organisation.objects.filter(hub_id=actor.hub_id, key=organisation_key).first()
    if actor.user_id is None or organisation is None:
        raise NotFoundError
    if organisation.pk in actor.organisations:
        raise NotAllowedError("这是您自己的单位。", "This is your own organisation.")
    by = _identity(actor, for_organisation_id)
    made = _add(actor, by, organisation_id=organisation.pk, user_id=None, now=now)
    _hold_open_ones(actor, by, now=now)
    return made


@transaction.atomic
def block_other_side(*, actor: Actor, key: str, now: datetime) -> None:
    """Block the other side of an introduction: its organisation and who speaks for it.

    What waits for the actor's side is kept from it from now on and expires like anything unanswered; what the actor's
    side asked or agreed to is taken back. A second call changes nothing. Raises NotFoundError.
    """
    introduction = find_mine(actor, key)
    side = side_of(actor, introduction)
    party = party_of(introduction, side)
    by = Party(party.organisation_id, None if party.organisation_id else actor.user_id)
    against = party_of(introduction, core.other(side))
    if against.organisation_id is not None:
        _add(actor, by, organisation_id=against.organisation_id, user_id=None, now=now)
    if against.user_id is not None:
        _add(actor, by, organisation_id=None, user_id=against.user_id, now=now)
    _hold_open_ones(actor, by, now=now)


@transaction.atomic
def lift_block(*, actor: Actor, block_id: int, now: datetime) -> None:
    """Lift a block of one's own; what it held back and still waits is shown again. Raises NotFoundError."""
    block = Block.objects.filter(_made_by(actor), pk=block_id, hub_id=actor.hub_id).first()
    if actor.user_id is None or block is None:
        raise NotFoundError
    by = Party(block.by_organisation_id, block.by_user_id)
    block.delete()
    _log(actor, by, "unblock", now)
    for number in _between(by).exclude(held_for="").values_list("pk", flat=True):
        introduction = lock(number)
        introduction.held_for = held_for(party_of(introduction, ASKING), party_of(introduction, ANSWERING))
        introduction.save(update_fields=["held_for"])


def _identity(actor: Actor, organisation_id: int | None) -> Party:
    if organisation_id is None:
        return Party(None, actor.user_id)
    if organisation_id not in actor.organisations:
        raise NotAllowedError(
            "您不是该单位的成员。", "You do not act for this organisation, so you cannot block for it."
        )
    return Party(organisation_id, None)


def _add(
    actor: Actor, by: Party, *, organisation_id: int | None, user_id: int | None, now: datetime
) -> Block:
    # Two of one organisation at once: the second waits here and finds the first one's block.
    if by.organisation_id is not None:
        Record.objects.select_for_update().get(pk=by.organisation_id)
    else:
        User.objects.select_for_update().get(pk=by.user_id)
    mine = Block.objects.filter(by.made, hub_id=actor.hub_id)
    if standing := mine.filter(organisation_id=organisation_id, user_id=user_id).first():
        return standing
    if mine.count() >= MOST_BLOCKS:
        raise NotAllowedError(
            f"最多屏蔽{MOST_BLOCKS}个。请先取消一些。", f"At most {MOST_BLOCKS} are kept. Lift some first."
        )
    made: Block = Block.objects.create(
        hub_id=actor.hub_id,
        by_organisation_id=by.organisation_id,
        by_user_id=None if by.organisation_id else by.user_id,
        organisation_id=organisation_id,
        user_id=user_id,
        made_by_id=actor.user_id,
        made_at=now,
    )
    _log(actor, by, "block", now)
    return made


def _between(by: Party) -> QuerySet[Introduction]:
    """Return the open introductions that a party is a side of, whatever is held back."""
    if by.organisation_id is not None:
        mine = Q(asking_organisation_id=by.organisation_id) | Q(answering_organisation_id=by.organisation_id)
    else:
        mine = Q(asking_organisation__isnull=True, asker_id=by.user_id) | Q(
            answering_organisation__isnull=True, answerer_id=by.user_id
        )
    return Introduction.objects.filter(mine, state__in=core.OPEN).order_by("pk")


def _hold_open_ones(actor: Actor, by: Party, *, now: datetime) -> None:
    """Keep from a party what waits for it and it blocks now; take back what it said yes to."""
    for number in list(_between(by).values_list("pk", flat=True)):
        introduction = lock(number)
        standing = standing_of(introduction)
        side = next(side for side in SIDES if _is(by, party_of(introduction, side)))
        if standing.state not in core.OPEN or not blocks(by, party_of(introduction, core.other(side))):
            continue
        if side in standing.yes:
            take_back_for(introduction, side, actor=actor, now=now)
        elif not is_held(introduction, side):
            introduction.held_for = HELD_FOR_BOTH if introduction.held_for else side
            introduction.save(update_fields=["held_for"])


def _is(by: Party, side: Party) -> bool:
    if by.organisation_id is not None:
        return side.organisation_id == by.organisation_id
    return side.organisation_id is None and side.user_id == by.user_id


def _log(actor: Actor, by: Party, action: str, now: datetime) -> None:
    # Whom it names stands nowhere but in the block itself: the log is read by more people.
    key = Record.objects.get(pk=by.organisation_id).key if by.organisation_id else f"user-{by.user_id}"
    record_change(
        hub_id=actor.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="block",
        key=key,
        version=0,
        action=action,
    )
