"""How many introductions reached each stage, where the others stayed behind, and how long a stage takes.

A journey is one introduction's way. It counts at a stage when it reached that stage or a later one, so that no
stage can have more than the one before it. At every arrow

    reached = went on + dropped out + still there

holds exactly. The time in a stage ends when it is left, either way. Journeys that are still there have waited at
least so long: they enter as such (censored), and the median and the 90th percentile are those of the Kaplan–Meier
curve. Leaving them out would count the quick ones alone; counting them as done would make a slow stage look quick.

Source: Kaplan and Meier, "Nonparametric estimation from incomplete observations" (1958). At equal times those who
leave come before those who are still there.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, tzinfo
from itertools import pairwise
from typing import TypeVar

# States of an introduction that are a stage of the funnel, in order; `ANSWERED` is known from the thread. Later
# stages (a meeting, a signing) add their codes behind these.
PROPOSED, ASKED, AGREED, ANSWERED = "proposed", "asked", "agreed", "answered"
STAGES = (PROPOSED, ASKED, AGREED, ANSWERED)
STOPS = frozenset({"declined", "expired", "withdrawn", "ended"})

# The curve is a product of fractions; a rounding error must not move a quantile to the next time.
_ROUNDING = 1e-9

Group = TypeVar("Group", bound=Hashable)


@dataclass(frozen=True, slots=True)
class Step:
    """An introduction came into `state` at a moment; `why` is a reason code where one was given."""

    at: datetime
    state: str
    why: str = ""


@dataclass(frozen=True, slots=True)
class Journey:
    """One introduction's way.

    Attributes
    ----------
    reached : stage code → when, for the stages that were seen to begin; an introduction that was asked for at once
        has no 'proposed': it counts there, and takes no part in that stage's time
    stopped_at, stopped_by : when and how it came to an end ('declined', 'expired' …); None while it is open
    why : reason code of the end, or ''
    fields : codes of the field's list; it counts under each
    """

    began: datetime
    reached: Mapping[str, datetime]
    stopped_at: datetime | None = None
    stopped_by: str = ""
    why: str = ""
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Stay:
    """How long a stage takes.

    Attributes
    ----------
    entered, left : journeys that were seen to enter the stage; those of them that left it
    median, p90 : of the Kaplan–Meier curve; None where too many are still there to say
    longest : of all that entered, those still there included: a quantile that is None is at least this long
    """

    entered: int = 0
    left: int = 0
    median: timedelta | None = None
    p90: timedelta | None = None
    longest: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class StageCount:
    """One stage: `reached` = `went_on` + the sum of `dropped` + `still_there`."""

    code: str
    reached: int
    went_on: int
    still_there: int
    dropped: Mapping[str, int]  # by how it ended
    reasons: Mapping[str, int]  # of those that dropped out, by reason code, where one was given
    stay: Stay = field(default_factory=Stay)

    @property
    def dropped_out(self) -> int:
        return sum(self.dropped.values())


def journey_of(
    steps: Sequence[Step], *, also: Mapping[str, datetime] | None = None, fields: tuple[str, ...] = ()
) -> Journey:
    """Return the journey that an introduction's steps tell of.

    Parameters
    ----------
    steps : at least one, in the order they were written; a stage begins with its first step
    also : stage code → when, for the stages that no step knows: the thread's answer, a meeting, a signing
    fields : codes of the field's list

    Returns
    -------
    Journey. It is stopped where its last step is an end: one that went on after an end is open again.

    Raises
    ------
    ValueError: there are no steps.
    """
    if not steps:
        raise ValueError("an introduction has at least the step that began it")
    reached: dict[str, datetime] = {}
    for step in steps:
        if step.state in STAGES:
            reached.setdefault(step.state, step.at)
    reached |= also or {}
    last = steps[-1]
    if last.state not in STOPS:
        return Journey(steps[0].at, reached, fields=fields)
    return Journey(steps[0].at, reached, last.at, last.state, last.why, fields)


def funnel_of(
    journeys: Iterable[Journey], stages: Sequence[str] = STAGES, *, now: datetime
) -> tuple[StageCount, ...]:
    """Count journeys at each stage.

    Parameters
    ----------
    stages : codes in their order, unique; a journey that reached none of them counts at the first alone
    now : how long those that are still there have been there is counted up to this moment

    Returns
    -------
    tuple of StageCount, one a stage. Cost: O(n log n) for n journeys.
    """
    counts = [_Counting() for _ in stages]
    for journey in journeys:
        furthest = max((place for place, code in enumerate(stages) if code in journey.reached), default=0)
        for place in range(furthest):
            counts[place].went_on += 1
        counts[furthest].stop(journey)
        for place, stay in _stays(journey, stages, now):
            counts[place].stays.append(stay)
    return tuple(count.counted(code) for count, code in zip(counts, stages, strict=True))


def grouped(
    journeys: Iterable[Journey], key: Callable[[Journey], Iterable[Group]]
) -> dict[Group, list[Journey]]:
    """Return journeys by what `key` names for each, in the order they came; one under no key is in no group."""
    groups: dict[Group, list[Journey]] = {}
    for journey in journeys:
        for group in dict.fromkeys(key(journey)):
            groups.setdefault(group, []).append(journey)
    return groups


def month_of(journey: Journey, zone: tzinfo) -> str:
    """Return the month in which a journey began, on the clock of `zone`: '2026-11'."""
    return f"{journey.began.astimezone(zone):%Y-%m}"


def stay_of(stays: Iterable[tuple[timedelta, bool]]) -> Stay:
    """Return how long a stage takes, from (time there, whether it was left) of each that entered it.

    >>> day = timedelta(days=1)
    >>> stay_of([(day, True), (2 * day, False), (3 * day, True)]).median.days
    3
    """
    ordered = sorted(((length, not left) for length, left in stays))
    if not ordered:
        return Stay()
    at_risk, share = len(ordered), 1.0
    median = p90 = None
    left_at = Counter(length for length, is_there in ordered if not is_there)
    for length, of_this_length in Counter(length for length, _ in ordered).items():
        share *= 1 - left_at[length] / at_risk
        at_risk -= of_this_length
        if median is None and share <= 0.5 + _ROUNDING:
            median = length
        if p90 is None and share <= 0.1 + _ROUNDING:
            p90 = length
    return Stay(len(ordered), left_at.total(), median, p90, ordered[-1][0])


class _Counting:
    """A stage while it is being counted."""

    def __init__(self) -> None:
        self.went_on = self.still_there = 0
        self.dropped: Counter[str] = Counter()
        self.reasons: Counter[str] = Counter()
        self.stays: list[tuple[timedelta, bool]] = []

    def stop(self, journey: Journey) -> None:
        """Count a journey whose furthest stage this is."""
        if journey.stopped_at is None:
            self.still_there += 1
            return
        self.dropped[journey.stopped_by] += 1
        if journey.why:
            self.reasons[journey.why] += 1

    def counted(self, code: str) -> StageCount:
        return StageCount(
            code,
            self.went_on + self.still_there + self.dropped.total(),
            self.went_on,
            self.still_there,
            dict(sorted(self.dropped.items())),
            dict(sorted(self.reasons.items())),
            stay_of(self.stays),
        )


def _stays(
    journey: Journey, stages: Sequence[str], now: datetime
) -> Iterable[tuple[int, tuple[timedelta, bool]]]:
    """Yield (place of the stage, (time there, whether it was left)) for the stages that were seen to begin."""
    seen: list[tuple[int, datetime]] = []
    latest: datetime | None = None
    for place, code in enumerate(stages):
        if code in journey.reached:
            # A clock that was set back makes no negative wait.
            latest = max(latest, journey.reached[code]) if latest else journey.reached[code]
            seen.append((place, latest))
    for (place, entered), (_, left) in pairwise(seen):
        yield place, (left - entered, True)
    if seen:
        place, entered = seen[-1]
        end = journey.stopped_at if journey.stopped_at is not None else now
        yield place, (max(end - entered, timedelta(0)), journey.stopped_at is not None)
