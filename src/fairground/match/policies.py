"""Who takes part in an introduction, who keeps it, and who must not hear of it. One rule for page, desk and mail."""

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import KEEP_INTRODUCTIONS
from fairground.match.core.introductions import ANSWERING, ASKING
from fairground.match.models import Introduction

HELD_FOR_BOTH = "both"


def is_broker(actor: Actor) -> bool:
    """Tell whether the actor proposes introductions and sees how far each one in the hub is.

    Never the words of a thread, contacts, remarks, or a reason that is confidential: those are the sides'.
    """
    return actor.may(KEEP_INTRODUCTIONS)


def kept(actor: Actor) -> Q:
    """The introductions whose standing a broker may see: all of the hub, also those that a block holds back.

    What a block holds back looks there as to the one who asked: unanswered.
    """
    return Q(hub_id=actor.hub_id) if is_broker(actor) else Q(pk__in=[])


def on_side(actor: Actor, side: str) -> Q:
    """The introductions in which the actor speaks for `side` and which no block keeps from that side.

    For an organisation speak those who act for it now; for a person alone only they themselves.
    """
    if actor.user_id is None:
        return Q(pk__in=[])
    person, organisation = (
        ("asker_id", "asking_organisation_id")
        if side == ASKING
        else ("answerer_id", "answering_organisation_id")
    )
    speaks = Q(**{f"{organisation}__isnull": True, person: actor.user_id})
    if actor.organisations:
        speaks |= Q(**{f"{organisation}__in": actor.organisations})
    return Q(hub_id=actor.hub_id) & speaks & ~Q(held_for__in=(side, HELD_FOR_BOTH))


def taking_part(actor: Actor) -> Q:
    """The introductions that the actor is a side of."""
    return on_side(actor, ASKING) | on_side(actor, ANSWERING)


def side_of(actor: Actor, introduction: Introduction) -> str:
    """Return the side that the actor speaks for: the same as `on_side`, on an object at hand; '' for neither.

    Who acts for both sides' organisations speaks for the one they spoke for already, else for the one asked.
    """
    if actor.user_id is None or introduction.hub_id != actor.hub_id:
        return ""
    found = [
        side
        for side, person, organisation in (
            (ANSWERING, introduction.answerer_id, introduction.answering_organisation_id),
            (ASKING, introduction.asker_id, introduction.asking_organisation_id),
        )
        if not is_held(introduction, side)
        and (organisation in actor.organisations if organisation else person == actor.user_id)
    ]
    spoke = [side for side in found if speaker_of(introduction, side) == actor.user_id]
    return (spoke or found or [""])[0]


def speaker_of(introduction: Introduction, side: str) -> int | None:
    """Return the number of who speaks for a side; None while nobody of an organisation has."""
    return introduction.asker_id if side == ASKING else introduction.answerer_id


def organisation_of(introduction: Introduction, side: str) -> int | None:
    """Return the number of a side's organisation; None for a person alone."""
    return introduction.asking_organisation_id if side == ASKING else introduction.answering_organisation_id


def is_held(introduction: Introduction, side: str) -> bool:
    """Tell whether a block keeps this introduction from a side. Nobody but that side's services may ask."""
    return introduction.held_for in (side, HELD_FOR_BOTH)
