"""One introduction between its row and the pure rules: read, locked, written with its step and its row of the log."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.errors import MoveRefusedError, NotFoundError
from fairground.audit.services import record_change
from fairground.match.core.introductions import ANSWERING, ASKING, Standing, StepRefusedError
from fairground.match.models import Introduction, IntroductionStep
from fairground.match.policies import taking_part

LOG_KIND = "introduction"


@dataclass(frozen=True, slots=True)
class Limits:
    """How long a side may think, and how many askings a person may send within seven days."""

    answer_days: int
    per_week: int


class IntroductionRefusedError(MoveRefusedError):
    """The step does not fit where the introduction stands; carries words that say what to do."""

    @classmethod
    def because(cls, error: StepRefusedError) -> "IntroductionRefusedError":
        """Return what the pure rules refused, as an error of the services."""
        return cls(error.message.zh or "", error.message.en or "")


def standing_of(introduction: Introduction) -> Standing:
    """Return what the rules look at."""
    row = introduction
    answers = ((ASKING, row.asking_answer), (ANSWERING, row.answering_answer))
    confirmed = ((ASKING, row.asking_confirmed), (ANSWERING, row.answering_confirmed))
    return Standing(
        state=row.state,
        yes=frozenset(side for side, answer in answers if answer == Introduction.Answer.YES),
        by_broker=row.by_broker,
        expires_at=row.expires_at,
        declined_by=row.declined_side,
        cause=row.cause,
        asking_agreement=row.asking_agreement,
        answering_agreement=row.answering_agreement,
        confirmed=frozenset(side for side, ticked in confirmed if ticked),
    )


def find_mine(actor: Actor, key: str) -> Introduction:
    """Return an introduction the actor is a side of. Raises NotFoundError."""
    found: Introduction | None = Introduction.objects.filter(taking_part(actor), key=key).first()
    if found is None:
        raise NotFoundError
    return found


def lock_mine(actor: Actor, key: str) -> Introduction:
    """Return an introduction the actor is a side of, locked until the transaction ends. Raises NotFoundError."""
    return lock(find_mine(actor, key).pk)


def lock(number: int) -> Introduction:
    """Return an introduction as it stands now, locked until the transaction ends."""
    return Introduction.objects.select_for_update().get(pk=number)


def take_over(introduction: Introduction, standing: Standing) -> None:
    """Lay what the rules decided into the row, unsaved."""
    row = introduction
    row.state, row.expires_at, row.cause = standing.state, standing.expires_at, standing.cause
    row.declined_side = standing.declined_by
    row.asking_agreement, row.answering_agreement = standing.asking_agreement, standing.answering_agreement
    row.asking_confirmed = ASKING in standing.confirmed
    row.answering_confirmed = ANSWERING in standing.confirmed


def write_step(
    introduction: Introduction,
    standing: Standing,
    *,
    actor: Actor,
    event: str,
    now: datetime,
    side: str = "",
    told: dict[str, Any] | None = None,
) -> None:
    """Save where it stands now, append the step, and add the row of the log. The row is locked, or new.

    `told` goes into the log beside the states: nothing a person wrote, nothing confidential.
    """
    from_state = introduction.state if introduction.pk else ""
    if standing.state != from_state:
        introduction.since = now
    take_over(introduction, standing)
    introduction.version = introduction.version + 1 if introduction.pk else 1
    introduction.changed_at = now
    introduction.save()
    IntroductionStep.objects.create(
        introduction=introduction,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        event=event,
        side=side,
        from_state=from_state,
        to_state=standing.state,
        reason_code="" if introduction.is_confidential else introduction.reason_code,
    )
    log_change(
        introduction,
        event,
        actor=actor,
        now=now,
        before={"state": from_state} if from_state else None,
        after={"state": standing.state, **(told or {})},
    )


def log_change(
    introduction: Introduction,
    action: str,
    *,
    actor: Actor,
    now: datetime,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add a row to the change log: what was done, never the words of a side or of a broker."""
    record_change(
        hub_id=introduction.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=LOG_KIND,
        key=introduction.key,
        version=introduction.version,
        action=action,
        before=before,
        after=after,
    )
