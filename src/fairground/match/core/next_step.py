"""What a broker should do next about an introduction, and why: a few rules that can be read.

The first that fits counts:

waiting for a yes : the time is over → another partner; two reminders without an answer → another partner; reminded
    within the week → wait; a border or an export restriction to be confirmed → ask for the confirmation; no answer
    for some days, or few days left → remind; else wait
both said yes : silent for a month → ask whether it is over; reminded within the week → wait; both wrote → a meeting;
    nobody or one side wrote and the other is silent for some days → remind; else wait
"""

from dataclasses import dataclass

from fairground.language.local_text import LocalText
from fairground.match.core.introductions import AGREED, WAITING

REMIND, CONFIRM, MEET, ASK_IF_OVER, PROPOSE, REST = "remind", "confirm", "meet", "close", "propose", "rest"
# What a broker writes to the sides; the others are a page, or nothing to do.
WORDS_TO_SIDES = (REMIND, CONFIRM, MEET, ASK_IF_OVER)

PATIENCE_DAYS = 3  # before a reminder is fair
LAST_DAYS = 3  # before the time to answer is over
SILENCE_DAYS = 30  # in a thread
MOST_REMINDERS = 2  # without an answer; then another partner is the better hope
REMINDED_EVERY_DAYS = 7


@dataclass(frozen=True, slots=True)
class Case:
    """What the rules look at. Days are whole days.

    waited : since the side or sides that are waited for could have answered
    left : until the time to answer is over; None where there is none
    reminders : sent since then; reminded_ago : days since the last one, None where there was none
    unconfirmed : a border or an export restriction is involved, and a side that is waited for has not confirmed
    both_wrote : both sides wrote in the thread
    """

    state: str
    waited: int
    left: int | None = None
    reminders: int = 0
    reminded_ago: int | None = None
    unconfirmed: bool = False
    both_wrote: bool = False


@dataclass(frozen=True, slots=True)
class NextStep:
    """What to do, and why."""

    action: str
    why: LocalText

    @property
    def is_due(self) -> bool:
        """Whether there is something to do now."""
        return self.action != REST


def next_step(case: Case) -> NextStep:
    """Return what to do next; nothing for one that is over."""
    if case.state in WAITING:
        return _while_waiting(case)
    if case.state == AGREED:
        return _in_talks(case)
    return NextStep(REST, LocalText("已经结束。", "It is over."))


def may_remind(case: Case) -> bool:
    """Tell whether the sides may be written to: at most once in `REMINDED_EVERY_DAYS`, and only while it is open."""
    was_long_ago = case.reminded_ago is None or case.reminded_ago >= REMINDED_EVERY_DAYS
    return was_long_ago and case.state in (*WAITING, AGREED)


def _while_waiting(case: Case) -> NextStep:
    if case.left is not None and case.left < 0:
        return NextStep(
            PROPOSE,
            LocalText(
                "答复期限已过，双方都不再受约束。", "The time to answer is over and both sides are free."
            ),
        )
    if not may_remind(case):
        return _reminded(case)
    if case.reminders >= MOST_REMINDERS:
        return NextStep(
            PROPOSE,
            LocalText(
                f"已提醒{case.reminders}次，仍无答复。", f"Reminded {case.reminders} times without an answer."
            ),
        )
    if case.waited < PATIENCE_DAYS and (case.left is None or case.left > LAST_DAYS):
        return NextStep(
            REST,
            LocalText(f"不满{PATIENCE_DAYS}天，先等一等。", f"Less than {PATIENCE_DAYS} days: give it time."),
        )
    if case.unconfirmed:
        return NextStep(
            CONFIRM,
            LocalText(
                "涉及跨境或出口限制，对方还没有确认已核对规定。",
                "A border or an export restriction is involved, and the rules are not confirmed as checked.",
            ),
        )
    if case.left is not None and case.left <= LAST_DAYS:
        return NextStep(
            REMIND,
            LocalText("今天到期。", "The time to answer ends today.")
            if case.left == 0
            else LocalText(f"还剩{case.left}天到期。", f"{_days(case.left)} left to answer."),
        )
    return NextStep(REMIND, LocalText(f"{case.waited}天没有答复。", f"No answer for {_days(case.waited)}."))


def _in_talks(case: Case) -> NextStep:
    if not may_remind(case):
        return _reminded(case)
    if case.waited >= SILENCE_DAYS:
        return NextStep(
            ASK_IF_OVER,
            LocalText(f"已{case.waited}天没有新消息。", f"No message for {_days(case.waited)}."),
        )
    if case.both_wrote:
        return NextStep(
            MEET, LocalText("双方都已来信，可以约见了。", "Both sides wrote: it is time to meet.")
        )
    if case.waited >= PATIENCE_DAYS:
        return NextStep(
            REMIND,
            LocalText(
                f"同意之后{case.waited}天没有回信。", f"Agreed, but no reply for {_days(case.waited)}."
            ),
        )
    return NextStep(
        REST,
        LocalText(f"不满{PATIENCE_DAYS}天，先等一等。", f"Less than {PATIENCE_DAYS} days: give it time."),
    )


def _reminded(case: Case) -> NextStep:
    ago = case.reminded_ago or 0
    when = LocalText("今天", "today") if ago == 0 else LocalText(f"{ago}天前", f"{_days(ago)} ago")
    return NextStep(
        REST,
        LocalText(f"{when.zh}已提醒，每周至多一次。", f"Reminded {when.en}; once a week at most."),
    )


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"
