"""From interest to both sides' yes: who may do what when, when it ends by itself, and what opens.

Pure: the clock and the limits are arguments. The tables and the log are `match.introductions`' business.

    proposed ──agree──▶ asked ──agree──▶ agreed ──take_back, close──▶ ended
        │                 │
        └── decline ▶ declined · take_back ▶ withdrawn · expire, close ▶ expired

Invariants, tested over every path: nothing opens without both yeses; every state but the ends has a way out that needs
one side alone, and the open ones end by themselves; nothing follows an end.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from fairground.language.local_text import LocalText

PROPOSED, ASKED, AGREED = "proposed", "asked", "agreed"
DECLINED, EXPIRED, WITHDRAWN, ENDED = "declined", "expired", "withdrawn", "ended"
WAITING = (PROPOSED, ASKED)  # for somebody's yes
OPEN = (*WAITING, AGREED)
ENDS = (DECLINED, EXPIRED, WITHDRAWN, ENDED)
STATES = (*OPEN, *ENDS)

ASKING, ANSWERING = "asking", "answering"
SIDES = (ASKING, ANSWERING)
BROKER, CLOCK = "broker", "clock"

PROPOSE, ASK, AGREE, DECLINE, TAKE_BACK = "propose", "ask", "agree", "decline", "take_back"
ACCEPT_AGREEMENT, EXPIRE, CLOSE = "accept_agreement", "expire", "close"

# Why it ended without anybody's no. A record that is withdrawn or expires, organisations that became one, a side that
# nobody speaks for any more.
UNANSWERED, RECORD_EXPIRED, RECORD_WITHDRAWN = "unanswered", "record_expired", "record_withdrawn"
MERGED, PERSON_GONE, CONSENT = "merged", "person_gone", "consent"
CAUSES = (UNANSWERED, RECORD_EXPIRED, RECORD_WITHDRAWN, MERGED, PERSON_GONE, CONSENT)

NO_ANSWER = "no-answer"  # the code of list E that only the system gives
CONTACT, PROTECTED = "contact", "protected"  # scopes of a Grant

WEEK = timedelta(days=7)


class StepRefusedError(Exception):
    """The step does not fit. `message` says what stands and what to do, in both languages."""

    def __init__(self, zh: str, en: str) -> None:
        self.message = LocalText(zh, en)
        super().__init__(en)


@dataclass(frozen=True, slots=True)
class Standing:
    """Where an introduction stands: all that the rules look at.

    agreements : by side, the version of the confidentiality agreement it accepted; None for not yet
    """

    state: str
    yes: frozenset[str] = frozenset()  # of SIDES
    by_broker: bool = False
    expires_at: datetime | None = None
    declined_by: str = ""
    cause: str = ""
    asking_agreement: int | None = None
    answering_agreement: int | None = None
    confirmed: frozenset[str] = (
        frozenset()
    )  # sides that checked the rules of a border or an export restriction

    def agreement_of(self, side: str) -> int | None:
        """Return the version of the agreement that a side accepted."""
        return self.asking_agreement if side == ASKING else self.answering_agreement


def other(side: str) -> str:
    """Return the side that faces this one."""
    return ANSWERING if side == ASKING else ASKING


def begin_asked(*, now: datetime, answer_days: int, needs_confirmation: bool, confirmed: bool) -> Standing:
    """Begin with one side's interest, which is its yes. Raises StepRefusedError without a confirmation it needs."""
    _check_confirmed(needs_confirmation, confirmed)
    return Standing(
        ASKED,
        frozenset({ASKING}),
        expires_at=now + timedelta(days=answer_days),
        confirmed=frozenset({ASKING}) if confirmed else frozenset(),
    )


def begin_proposed(*, now: datetime, answer_days: int) -> Standing:
    """Begin with a broker's proposal to both sides: nobody has said yes."""
    return Standing(PROPOSED, by_broker=True, expires_at=now + timedelta(days=answer_days))


def agree(
    standing: Standing,
    side: str,
    *,
    now: datetime,
    answer_days: int,
    needs_confirmation: bool,
    confirmed: bool,
) -> Standing:
    """Say yes for one side. Said again it changes nothing; the second side's yes opens contacts.

    The first yes to a broker's proposal gives the other side the whole time to answer.
    Raises StepRefusedError: it is over, or the time is, or a confirmation is missing.
    """
    _check_side(side)
    if standing.state in OPEN and side in standing.yes:
        return standing
    _check_waiting(standing, now)
    _check_confirmed(needs_confirmation, confirmed or side in standing.confirmed)
    yes = standing.yes | {side}
    both = yes == frozenset(SIDES)
    return replace(
        standing,
        state=AGREED if both else ASKED,
        yes=yes,
        expires_at=None if both else now + timedelta(days=answer_days),
        confirmed=standing.confirmed | {side} if confirmed else standing.confirmed,
    )


def decline(standing: Standing, side: str, *, now: datetime) -> Standing:
    """Say no for a side that has not said yes. Raises StepRefusedError."""
    _check_side(side)
    _check_waiting(standing, now)
    if side in standing.yes:
        raise StepRefusedError(
            "您已表示同意；如改变主意，请撤回。",
            "You said yes already. If you changed your mind, take it back.",
        )
    return replace(standing, state=DECLINED, declined_by=side, expires_at=None)


def take_back(standing: Standing, who: str, *, now: datetime) -> Standing:
    """Take a yes back, before or after the other side's; a broker takes a proposal back while nobody answered.

    Raises StepRefusedError.
    """
    if who == BROKER:
        if standing.state != PROPOSED or not standing.by_broker:
            raise StepRefusedError(
                "只有尚无人答复的推荐可以由经理人撤回；此后由双方决定。",
                "A broker takes a proposal back while nobody has answered; after that the sides decide.",
            )
        return replace(standing, state=WITHDRAWN, expires_at=None)
    _check_side(who)
    _check_open(standing)
    if who not in standing.yes:
        raise StepRefusedError(
            "您还没有表示同意，没有可撤回的；不合适时请选择“婉拒”。",
            "You have not said yes, so there is nothing to take back. Decline if it does not suit you.",
        )
    if standing.state == AGREED:
        return replace(standing, state=ENDED, cause=CONSENT)
    return replace(standing, state=WITHDRAWN, expires_at=None)


def accept_agreement(standing: Standing, side: str, *, version: int) -> Standing:
    """Accept the confidentiality agreement for a side, at any time while it is open. Raises StepRefusedError."""
    _check_side(side)
    _check_open(standing)
    if side == ASKING:
        return replace(standing, asking_agreement=version)
    return replace(standing, answering_agreement=version)


def expire(standing: Standing, *, now: datetime) -> Standing:
    """End what nobody answered in time; both are free. Raises StepRefusedError before its time."""
    if not is_due(standing, now=now):
        raise StepRefusedError("还没有到期。", "Its time is not over.")
    return replace(standing, state=EXPIRED, cause=UNANSWERED, expires_at=None)


def close(standing: Standing, *, cause: str) -> Standing:
    """End it since what it rested on is gone; `cause` is one of CAUSES. Raises StepRefusedError after an end."""
    if cause not in CAUSES:
        raise ValueError(f"no cause is called {cause!r}")
    _check_open(standing)
    return replace(
        standing, state=ENDED if standing.state == AGREED else EXPIRED, cause=cause, expires_at=None
    )


def is_due(standing: Standing, *, now: datetime) -> bool:
    """Tell whether the time to answer is over, whether or not the clock has come by."""
    return standing.state in WAITING and standing.expires_at is not None and standing.expires_at <= now


def steps_open_to(standing: Standing, who: str, *, now: datetime) -> tuple[str, ...]:
    """Return what `who` (a side, BROKER or CLOCK) may do now, the most likely first."""
    if standing.state in ENDS:
        return ()
    if who == CLOCK:
        return (EXPIRE, CLOSE) if is_due(standing, now=now) else (CLOSE,)
    if who == BROKER:
        return (TAKE_BACK,) if standing.state == PROPOSED and standing.by_broker else ()
    steps: list[str] = []
    if standing.state in WAITING and who not in standing.yes and not is_due(standing, now=now):
        steps += [AGREE, DECLINE]
    if who in standing.yes:
        steps.append(TAKE_BACK)
    return (*steps, ACCEPT_AGREEMENT)


def waits_for(standing: Standing) -> tuple[str, ...]:
    """Return the sides whose answer is missing."""
    return tuple(side for side in SIDES if side not in standing.yes) if standing.state in WAITING else ()


def open_scopes(standing: Standing) -> frozenset[tuple[str, str]]:
    """Return what is open: (the side that reads, the scope of the other side's record). Empty without both yeses."""
    if standing.state != AGREED or standing.yes != frozenset(SIDES):
        return frozenset()
    detail = {(side, PROTECTED) for side in SIDES if standing.agreement_of(side) is not None}
    return frozenset({(side, CONTACT) for side in SIDES} | detail)


def sendings_left(sent: Iterable[datetime], *, now: datetime, per_week: int) -> int:
    """Return how many askings a person may still send within seven days. `sent`: when they sent theirs."""
    return max(per_week - sum(moment > now - WEEK for moment in sent), 0)


def free_again_at(sent: Sequence[datetime], *, now: datetime, per_week: int) -> datetime:
    """Return when the next asking may be sent; `now` where one may."""
    recent = sorted(moment for moment in sent if moment > now - WEEK)
    if len(recent) < per_week or per_week <= 0:
        return now
    return recent[len(recent) - per_week] + WEEK


def needs_confirmation(
    asking_countries: Iterable[str], answering_countries: Iterable[str], *, is_restricted: bool
) -> bool:
    """Tell whether both sides confirm that they checked the rules first.

    Where an export restriction is stated, or a border is known to lie between them. Countries are codes of ISO 3166;
    a side that states none crosses no known border.
    """
    asking, answering = set(asking_countries) - {""}, set(answering_countries) - {""}
    return is_restricted or bool(asking and answering and not asking & answering)


def _check_side(side: str) -> None:
    if side not in SIDES:
        raise ValueError(f"no side is called {side!r}")


def _check_open(standing: Standing) -> None:
    if standing.state in ENDS:
        raise StepRefusedError(
            "这次引荐已经结束，不能再改动。仍有意向时，可以重新发起。",
            "This introduction is over and nothing more can change. If there is still interest, ask anew.",
        )


def _check_waiting(standing: Standing, now: datetime) -> None:
    _check_open(standing)
    if standing.state not in WAITING:
        raise StepRefusedError(
            "双方都已同意。不想继续时，请撤回同意。",
            "Both sides said yes already. Take your consent back if you do not want to go on.",
        )
    if is_due(standing, now=now):
        raise StepRefusedError(
            "答复期限已过，双方都不再受约束。仍有意向时，可以重新发起。",
            "The time to answer is over and both sides are free. If there is still interest, ask anew.",
        )


def _check_confirmed(needed: bool, confirmed: bool) -> None:
    if needed and not confirmed:
        raise StepRefusedError(
            "涉及出口限制或跨境：请先核对有关规定，勾选确认后再继续。",
            "An export restriction or a border is involved: check the rules that apply, tick the box, then go on.",
        )
