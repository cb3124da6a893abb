"""The funnel: exact counts at every arrow, and times that open journeys do not make look short."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from itertools import pairwise
from random import Random
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.funnel import (
    STAGES,
    Journey,
    Step,
    funnel_of,
    grouped,
    journey_of,
    month_of,
    stay_of,
)

START = datetime(2026, 3, 1, 8, 0, tzinfo=UTC)
NOW = datetime(2026, 6, 1, 8, 0, tzinfo=UTC)
DAY = timedelta(days=1)


def _steps(*told: tuple[int, str]) -> list[Step]:
    return [Step(START + days * DAY, state) for days, state in told]


@st.composite
def journeys(draw: st.DrawFn) -> Journey:
    furthest = draw(st.integers(0, len(STAGES) - 1))
    seen = [code for code in STAGES[:furthest] if draw(st.booleans())] + [STAGES[furthest]]
    days = sorted(draw(st.lists(st.integers(0, 80), min_size=len(seen), max_size=len(seen))))
    reached = {code: START + day * DAY for code, day in zip(seen, days, strict=True)}
    if draw(st.booleans()):
        return Journey(START, reached)
    end = START + draw(st.integers(days[-1], 90)) * DAY
    return Journey(
        START, reached, end, draw(st.sampled_from(["declined", "expired"])), draw(st.sampled_from(["", "x"]))
    )


lists_of_journeys = st.lists(journeys(), max_size=30)


def test_counts_of_four_journeys_are_those_counted_by_hand() -> None:
    told = [
        journey_of(_steps((0, "proposed"), (2, "asked"), (5, "agreed")), also={"answered": START + 6 * DAY}),
        journey_of(_steps((0, "proposed"), (4, "asked"), (10, "expired"))),
        journey_of(_steps((0, "asked"), (3, "declined"))),
        journey_of(_steps((0, "proposed"))),
    ]
    proposed, asked, agreed, answered = funnel_of(told, now=NOW)

    assert [stage.reached for stage in (proposed, asked, agreed, answered)] == [4, 3, 1, 1]
    assert (proposed.went_on, proposed.still_there, proposed.dropped) == (3, 1, {})
    assert (asked.went_on, asked.still_there, asked.dropped) == (1, 0, {"declined": 1, "expired": 1})
    assert (answered.went_on, answered.still_there) == (0, 1)
    # Proposed: left after 2 and 4 days, one is still there after 92; the one asked for at once is not timed here.
    assert (proposed.stay.entered, proposed.stay.left, proposed.stay.median) == (3, 2, 4 * DAY)
    assert (proposed.stay.p90, proposed.stay.longest) == (None, 92 * DAY)
    # Asked: 3, 3 and 6 days.
    assert (asked.stay.median, asked.stay.p90) == (3 * DAY, 6 * DAY)


def test_a_reason_is_counted_where_the_journey_ended() -> None:
    told = journey_of([Step(START, "asked"), Step(START + DAY, "declined", "price_or_terms")])
    stages = funnel_of([told], now=NOW)
    assert [stage.reasons for stage in stages] == [{}, {"price_or_terms": 1}, {}, {}]


def test_a_later_stage_counts_at_all_before_it() -> None:
    stages = funnel_of([Journey(START, {"signed": NOW})], (*STAGES, "meeting", "signed"), now=NOW)
    assert [stage.reached for stage in stages] == [1] * 6
    assert [stage.stay.entered for stage in stages] == [0, 0, 0, 0, 0, 1]


def test_one_that_went_on_after_an_end_is_open_again() -> None:
    told = journey_of(_steps((0, "asked"), (3, "expired"), (5, "agreed")))
    assert told.stopped_at is None
    assert [stage.still_there for stage in funnel_of([told], now=NOW)] == [0, 0, 1, 0]


def test_no_introduction_is_without_a_step() -> None:
    with pytest.raises(ValueError, match="at least the step"):
        journey_of([])


def test_nothing_is_counted_where_nothing_was_begun() -> None:
    assert [(stage.reached, stage.stay.median) for stage in funnel_of([], now=NOW)] == [(0, None)] * 4


def test_a_clock_set_back_makes_no_negative_wait() -> None:
    told = Journey(START, {"proposed": START + DAY, "asked": START, "agreed": START + 2 * DAY})
    assert [stage.stay.longest for stage in funnel_of([told], now=START)][:3] == [
        timedelta(0),
        DAY,
        timedelta(0),
    ]


@given(lists_of_journeys)
def test_every_arrow_adds_up(told: list[Journey]) -> None:
    stages = funnel_of(told, now=NOW)
    assert stages[0].reached == len(told)
    for stage, following in pairwise(stages):
        assert stage.reached == stage.went_on + stage.dropped_out + stage.still_there
        assert stage.went_on == following.reached
    assert stages[-1].went_on == 0
    assert sum(stage.still_there for stage in stages) == sum(one.stopped_at is None for one in told)
    assert sum(sum(stage.reasons.values()) for stage in stages) == sum(bool(one.why) for one in told)


@given(lists_of_journeys, st.randoms(use_true_random=False))
def test_the_order_of_journeys_changes_nothing(told: list[Journey], random: Random) -> None:
    before = funnel_of(told, now=NOW)
    random.shuffle(told)
    assert funnel_of(told, now=NOW) == before


@given(lists_of_journeys)
def test_groups_that_share_nothing_add_up_to_the_whole(told: list[Journey]) -> None:
    parts = grouped(told, lambda one: [one.stopped_by])
    counted = [funnel_of(part, now=NOW) for part in parts.values()]
    whole = funnel_of(told, now=NOW)
    assert [stage.reached for stage in whole] == [
        sum(part[place].reached for part in counted) for place in range(len(STAGES))
    ]


def _curve(stays: Sequence[tuple[timedelta, bool]], level: Fraction) -> timedelta | None:
    """Return the first time at which the exact curve is at or below a level."""
    share = Fraction(1)
    for length in sorted({length for length, _ in stays}):
        at_risk = sum(other >= length for other, _ in stays)
        share *= 1 - Fraction(sum(left and other == length for other, left in stays), at_risk)
        if share <= level:
            return length
    return None


lengths = st.lists(st.tuples(st.integers(0, 30).map(lambda days: days * DAY), st.booleans()), max_size=60)


@given(lengths)
def test_median_and_p90_are_those_of_the_exact_curve(stays: list[tuple[timedelta, bool]]) -> None:
    found = stay_of(stays)
    assert found.median == _curve(stays, Fraction(1, 2))
    assert found.p90 == _curve(stays, Fraction(1, 10))
    assert (found.entered, found.left) == (len(stays), sum(left for _, left in stays))


@given(lengths, st.integers(0, 30))
def test_one_more_that_is_still_there_never_shortens_a_stage(
    stays: list[tuple[timedelta, bool]], days: int
) -> None:
    before, after = stay_of(stays), stay_of([*stays, (days * DAY, False)])
    forever = timedelta.max
    assert (forever if after.median is None else after.median) >= (
        forever if before.median is None else before.median
    )
    assert (forever if after.p90 is None else after.p90) >= (forever if before.p90 is None else before.p90)
    assert after.longest >= before.longest


def test_without_open_ones_the_median_is_the_plain_one() -> None:
    assert stay_of([(days * DAY, True) for days in (1, 2, 3, 4, 100)]).median == 3 * DAY


def test_a_month_is_the_readers_own() -> None:
    late = Journey(datetime(2026, 3, 31, 20, 0, tzinfo=UTC), {})
    assert month_of(late, ZoneInfo("Asia/Shanghai")) == "2026-04"
    assert month_of(late, ZoneInfo("UTC")) == "2026-03"


def test_one_of_two_fields_counts_under_both_and_once_in_each() -> None:
    one = Journey(START, {}, fields=("materials", "energy", "materials"))
    assert grouped([one], lambda told: told.fields) == {"materials": [one], "energy": [one]}
