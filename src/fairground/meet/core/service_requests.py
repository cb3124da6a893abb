"""A service request: who may take which step from where, when its people are reminded, and how quickly it is answered.

Answered is a request that its people accepted, declined or forwarded. One that was taken back before is not counted
among the unanswered: nobody could answer it any more. How long an answer takes is the median of the Kaplan–Meier
curve, so that requests that still wait, or ended without an answer, count as having waited at least so long.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from fairground.match.core.funnel import Stay, stay_of

ASKED, ACCEPTED, DONE, DECLINED = "asked", "accepted", "done", "declined"
FORWARDED, WITHDRAWN, EXPIRED = "forwarded", "withdrawn", "expired"
STATES = (ASKED, ACCEPTED, DONE, DECLINED, FORWARDED, WITHDRAWN, EXPIRED)
OPEN = frozenset({ASKED, ACCEPTED})

ASK, ACCEPT, FINISH, DECLINE, FORWARD = "ask", "accept", "finish", "decline", "forward"
TAKE_BACK, EXPIRE, REMIND = "take_back", "expire", "remind"
# step → the states it leaves, and the one it reaches
_STEPS: dict[str, tuple[frozenset[str], str]] = {
    ACCEPT: (frozenset({ASKED}), ACCEPTED),
    FINISH: (frozenset({ACCEPTED}), DONE),
    DECLINE: (OPEN, DECLINED),
    FORWARD: (OPEN, FORWARDED),
    TAKE_BACK: (OPEN, WITHDRAWN),
    EXPIRE: (frozenset({ASKED}), EXPIRED),
}
ANSWERS = frozenset({ACCEPT, DECLINE, FORWARD})
BY_KEEPERS = (ACCEPT, FINISH, DECLINE, FORWARD)
WEEK = timedelta(days=7)
REMINDERS = 3  # after that it expires: who was reminded three times will not answer


class StepRefusedError(ValueError):
    """The request stands where this step does not lead from."""


def after(state: str, step: str) -> str:
    """Return the state that a step reaches. Raises StepRefusedError, KeyError for a step that is none.

    >>> after("asked", "accept")
    'accepted'
    """
    sources, target = _STEPS[step]
    if state not in sources:
        raise StepRefusedError(f"{step} does not lead on from {state}")
    return target


def steps_from(state: str) -> tuple[str, ...]:
    """Return the steps that its people can take from a state, the usual one first."""
    return tuple(step for step in BY_KEEPERS if state in _STEPS[step][0])


def remind_at(asked_at: datetime, *, days: int, reminded: int) -> datetime:
    """Return when the next reminder is due, or, after the last one, when the request expires.

    days : a platform's time to answer, ≥ 1; reminded : how many reminders were sent, 0 to `REMINDERS`
    """
    return asked_at + timedelta(days=days * (reminded + 1))


def asking_left(sent_at: Iterable[datetime], *, now: datetime, per_week: int) -> int:
    """Return how many more a person may send: `per_week` within seven days, never below 0."""
    return max(0, per_week - sum(at > now - WEEK for at in sent_at))


@dataclass(frozen=True, slots=True)
class Told:
    """One request as it is counted: when it began, was answered, and ended; None for what has not happened."""

    state: str
    asked_at: datetime
    answered_at: datetime | None = None
    ended_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answering:
    """How a platform or park answers.

    asked : all that could be answered; answered, waiting, unanswered : so many of them, which add up to `asked`
    share : answered of those that do not wait any more, 0–1; None where there is none
    stay : how long an answer takes, see `match.core.funnel.Stay`
    """

    asked: int
    answered: int
    waiting: int
    unanswered: int
    done: int
    share: float | None
    stay: Stay


def answering_of(requests: Iterable[Told], *, now: datetime) -> Answering:
    """Count requests. Cost: O(n log n)."""
    counted = [each for each in requests if each.state != WITHDRAWN or each.answered_at is not None]
    answered = sum(each.answered_at is not None for each in counted)
    waiting = sum(each.answered_at is None and each.state == ASKED for each in counted)
    over = len(counted) - waiting
    stay = stay_of(
        (
            max((each.answered_at or each.ended_at or now) - each.asked_at, timedelta(0)),
            each.answered_at is not None,
        )
        for each in counted
    )
    return Answering(
        len(counted),
        answered,
        waiting,
        over - answered,
        sum(each.state == DONE for each in counted),
        answered / over if over else None,
        stay,
    )
