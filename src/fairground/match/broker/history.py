"""One introduction as its broker reads it: how it stands, what happened, and the brokers' notes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.language.local_text import LocalText
from fairground.match.broker.desk import REMINDED, WAITING_FOR, DeskRow, desk_rows, on_desk
from fairground.match.broker.services import HANDED_OVER
from fairground.match.introductions.words import CAUSE_WORDS, EVENT_WORDS, STATE_WORDS, reason_label
from fairground.match.models import BrokerNote, Introduction
from fairground.match.policies import is_broker

_EVENTS = {
    **EVENT_WORDS,
    REMINDED: LocalText("经理人提醒", "The broker reminded"),
    HANDED_OVER: LocalText("移交", "Handed over"),
}


@dataclass(frozen=True, slots=True)
class StepLine:
    """One step, as a line of the history. A confidential reason is in no step."""

    at: datetime
    who: str
    what: LocalText
    side: LocalText | None
    reason: LocalText | None


@dataclass(frozen=True, slots=True)
class OneIntroduction:
    """What the page of one introduction shows."""

    row: DeskRow
    state: LocalText
    is_open: bool
    cause: LocalText | None
    steps: Sequence[StepLine]
    notes: Sequence[BrokerNote]


def one_introduction(actor: Actor, key: str, *, now: datetime) -> OneIntroduction:
    """Return one introduction of the desk, open or over. Raises NotFoundError. Five queries."""
    if not is_broker(actor):
        raise NotFoundError
    introduction = Introduction.objects.filter(on_desk(actor), key=key).first()
    if introduction is None:
        raise NotFoundError
    (row,) = desk_rows(actor, [introduction.pk], now=now)
    return OneIntroduction(
        row,
        STATE_WORDS[introduction.state],
        row.is_open,
        CAUSE_WORDS.get(introduction.cause),
        [
            StepLine(
                step.at,
                step.actor_name,
                _EVENTS.get(step.event, LocalText(step.event, step.event)),
                WAITING_FOR.get(step.side),
                reason_label(step.reason_code) if step.reason_code else None,
            )
            for step in introduction.steps.all()
        ],
        list(introduction.notes.all()),
    )
