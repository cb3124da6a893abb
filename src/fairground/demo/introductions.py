"""The invented introductions of the demonstration, walked through the services that people's own take."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction

from fairground.accounts.actors import actor_for
from fairground.accounts.models import OrganisationMembership, Record, User
from fairground.demo.shapes import Introduction as Entry
from fairground.demo.shapes import IntroductionStep as Step
from fairground.match.introductions.agreement import IN_FORCE
from fairground.match.introductions.answering import (
    accept_agreement,
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
)
from fairground.match.introductions.asking import ask_for_introduction, propose_introduction
from fairground.match.introductions.ending import end_due_introductions
from fairground.match.introductions.standing import Limits
from fairground.match.introductions.thread import send_message
from fairground.match.models import Introduction

_NO_QUOTA = 1_000  # a few people stand for many


def load_introductions(
    entries: Sequence[Entry],
    *,
    hub_id: int,
    key_of: Callable[[str], str],
    emails: dict[str, str],
    now: datetime,
    is_there: Callable[[str, bool], bool],
) -> None:
    """Write what is missing; one step is one transaction. `is_there` counts what was found and what was added.

    The people of a side act for its organisation: all of them are invented.
    """
    for entry in entries:
        target = Record.objects.get(key=key_of(entry.target))
        asker = User.objects.get(email=emails[entry.asker])
        known = Introduction.objects.filter(hub_id=hub_id, target=target, demonstration=True)
        if is_there("introduction", known.exists()):
            continue
        _load_one(entry, target, asker, hub_id, key_of, emails, now)
    # What lies too long without an answer expires, as the clock would have let it.
    end_due_introductions(now=now)


@transaction.atomic
def _load_one(
    entry: Entry,
    target: Record,
    asker: User,
    hub_id: int,
    key_of: Callable[[str], str],
    emails: dict[str, str],
    now: datetime,
) -> None:
    begun = now - timedelta(days=entry.days_ago)
    people = {"asker": asker, "answerer": User.objects.get(email=emails[entry.answerer])}
    if target.organisation_id is not None:
        OrganisationMembership.objects.get_or_create(
            user=people["answerer"],
            organisation_id=target.organisation_id,
            defaults={"is_manager": True, "since": begun},
        )
    limits = Limits(settings.ENVIRONMENT.introduction_days, per_week=_NO_QUOTA)
    who = User.objects.get(email=emails["account:broker"]) if entry.by_broker else asker
    actor = actor_for(who, hub_id, now=now)
    own_key = key_of(entry.own) if entry.own else ""
    if entry.by_broker:
        introduction = propose_introduction(
            actor=actor,
            target_key=target.key,
            own_key=own_key,
            limits=limits,
            now=begun,
            message=entry.message,
        ).introduction
    else:
        introduction = ask_for_introduction(
            actor=actor,
            target_key=target.key,
            own_key=own_key,
            organisation_id=None if own_key else next(iter(sorted(actor.organisations))),
            limits=limits,
            now=begun,
            message=entry.message,
        ).introduction
    for step in entry.steps:
        _take(step, introduction.key, people[step.by], hub_id, limits, now, begun)


def _take(
    step: Step, key: str, person: User, hub_id: int, limits: Limits, now: datetime, begun: datetime
) -> None:
    actor = actor_for(person, hub_id, now=now)
    at = begun + timedelta(days=step.after_days)
    match step.do:
        case "agree":
            agree_to_introduction(actor=actor, key=key, limits=limits, now=at)
        case "accept_agreement":
            accept_agreement(actor=actor, key=key, version=IN_FORCE, now=at)
        case "decline":
            decline_introduction(
                actor=actor,
                key=key,
                reason_code=step.reason,
                is_confidential=step.is_confidential,
                remark=step.remark,
                now=at,
            )
        case "take_back":
            take_back_introduction(actor=actor, key=key, now=at)
        case "message":
            send_message(actor=actor, key=key, text=step.text, now=at)
