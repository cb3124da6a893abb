"""A reservation as pure rules: an interval of a resource that somebody holds, from asking to its end.

    asked ──confirm──▶ confirmed ──move──▶ moved ──▶ …
      │ └── move ─────────────────────────▲ │
      │                    └───────────────┴──▶ cancelled · held · no_show
      └──▶ declined · expired · cancelled

It takes room while it is asked, confirmed or moved. The same states serve whatever is reserved: a facility today,
a table for a meeting or a room for a session later.

Invariants, tested over every path: nothing follows an end; what was asked ends by the clock alone; only what was agreed
can have taken place.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from fairground.kernel.intervals import Interval, most_at_once
from fairground.language.local_text import LocalText

ASKED, CONFIRMED, MOVED = "asked", "confirmed", "moved"
DECLINED, EXPIRED, CANCELLED, HELD, NO_SHOW = "declined", "expired", "cancelled", "held", "no_show"
AGREED = (CONFIRMED, MOVED)
LIVE = (ASKED, *AGREED)  # takes room
ENDS = (DECLINED, EXPIRED, CANCELLED, HELD, NO_SHOW)
STATES = (*LIVE, *ENDS)

ASK, CONFIRM, DECLINE, MOVE, CANCEL, EXPIRE = "ask", "confirm", "decline", "move", "cancel", "expire"
MARK_HELD, MARK_NO_SHOW = "mark_held", "mark_no_show"

_NEXT: dict[str, dict[str, str]] = {
    ASKED: {CONFIRM: CONFIRMED, DECLINE: DECLINED, MOVE: MOVED, CANCEL: CANCELLED, EXPIRE: EXPIRED},
    CONFIRMED: {MOVE: MOVED, CANCEL: CANCELLED, MARK_HELD: HELD, MARK_NO_SHOW: NO_SHOW},
    MOVED: {MOVE: MOVED, CANCEL: CANCELLED, MARK_HELD: HELD, MARK_NO_SHOW: NO_SHOW},
}
_BEFORE_IT_BEGINS = (CONFIRM, MOVE)
_BEFORE_IT_ENDS = (CANCEL,)
_ONCE_IT_BEGAN = (MARK_HELD, MARK_NO_SHOW)

WEEK = timedelta(days=7)


class StepRefusedError(Exception):
    """The step does not fit. `message` says what stands and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.message = LocalText(zh, en)
        super().__init__(en)


def after(state: str, event: str, *, when: Interval, now: datetime) -> str:
    """Return the state an event leads to. Raises StepRefusedError where it does not fit state or time."""
    if event not in _NEXT.get(state, {}):
        raise StepRefusedError(
            "这次预约已有结果，不能再这样操作。请刷新页面查看。",
            "This booking has come to another end meanwhile. Load the page again to see where it stands.",
        )
    if event in _BEFORE_IT_BEGINS and now >= when.begins:
        raise StepRefusedError("预约时段已经开始。", "The booked time has begun.")
    if event in _BEFORE_IT_ENDS and now >= when.ends:
        raise StepRefusedError("预约时段已经结束。", "The booked time is over.")
    if event in _ONCE_IT_BEGAN and now < when.begins:
        raise StepRefusedError("预约时段还没有开始。", "The booked time has not begun yet.")
    return _NEXT[state][event]


def events_open(state: str, *, when: Interval, now: datetime) -> frozenset[str]:
    """Return the events that fit now."""

    def fits(event: str) -> bool:
        try:
            after(state, event, when=when, now=now)
        except StepRefusedError:
            return False
        return True

    return frozenset(event for event in _NEXT.get(state, {}) if fits(event))


def answer_by(asked_at: datetime, *, answer_hours: int, begins: datetime) -> datetime:
    """Return when an unanswered request ends: after the hours of the rule, and never later than it would begin."""
    return min(asked_at + timedelta(hours=answer_hours), begins)


def has_room(
    wanted: Interval, taken: Iterable[Interval], *, capacity: int, buffer: timedelta = timedelta()
) -> bool:
    """Tell whether one more fits: at no instant are `capacity` others there, each with a buffer after it.

    Two are far enough apart where one ends a buffer before the other begins, whichever is first.
    """
    wide = [each.widened(timedelta(), buffer) for each in taken]
    return most_at_once(wide, wanted.widened(timedelta(), buffer)) < capacity


def asking_left(sent: Iterable[datetime], *, now: datetime, per_week: int) -> int:
    """Return how many more requests one person may send, of `per_week` within seven days."""
    return max(per_week - sum(now - at < WEEK for at in sent), 0)
