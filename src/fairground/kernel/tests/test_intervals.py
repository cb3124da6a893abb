"""Intervals against an oracle that counts single minutes, and opening hours across every way a clock is put."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.intervals import (
    Interval,
    WallSpan,
    changes_of_clock,
    day_of,
    free_gaps,
    full,
    instant_at,
    intersect,
    most_at_once,
    opening_times,
    slots_in,
    span_on,
    subtract,
    union,
)

START = datetime(2026, 3, 1, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
BERLIN, SHANGHAI = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Shanghai")
# Half-hour jumps (Lord Howe), a jump at midnight (Beirut), one back at midnight (Havana), half-hour offsets (Kolkata).
ZONES = tuple(
    ZoneInfo(name)
    for name in (
        "Europe/Berlin", "America/New_York", "Asia/Shanghai", "Australia/Lord_Howe", "Asia/Beirut",
        "America/Havana", "Asia/Kolkata",
    )
)  # fmt: skip


def minutes(begins: int, ends: int) -> Interval:
    return Interval(START + begins * MINUTE, START + ends * MINUTE)


intervals = st.lists(
    st.tuples(st.integers(0, 60), st.integers(1, 20)).map(lambda pair: minutes(pair[0], sum(pair))),
    max_size=8,
)


def counted(found: "list[Interval] | tuple[Interval, ...]") -> list[int]:
    """How many of the intervals have each minute in them."""
    return [sum(each.begins <= START + at * MINUTE < each.ends for each in found) for at in range(90)]


def apart(found: tuple[Interval, ...]) -> bool:
    return all(one.ends < other.begins for one, other in pairwise(found))


@given(intervals)
def test_union_has_the_same_minutes_in_order_and_apart(given_: list[Interval]) -> None:
    found = union(given_)
    assert counted(found) == [min(count, 1) for count in counted(given_)]
    assert apart(found)
    assert union(reversed(given_)) == found == union(found)


@given(intervals, intervals)
def test_subtract_and_intersect(one: list[Interval], other: list[Interval]) -> None:
    left, both = subtract(one, other), intersect(one, other)
    pairs = list(zip(counted(one), counted(other), strict=True))
    assert counted(left) == [int(bool(mine) and not theirs) for mine, theirs in pairs]
    assert counted(both) == [int(bool(mine) and bool(theirs)) for mine, theirs in pairs]
    assert apart(left)
    assert union((*left, *both)) == union(one)


@given(intervals, intervals, st.integers(1, 4))
def test_overlaps_against_a_capacity(opened: list[Interval], taken: list[Interval], capacity: int) -> None:
    counts = counted(taken)
    assert counted(full(taken, capacity)) == [int(count >= capacity) for count in counts]
    free = free_gaps(opened, taken, capacity=capacity)
    assert counted(free) == [
        int(bool(is_open) and count < capacity)
        for is_open, count in zip(counted(opened), counts, strict=True)
    ]


@given(intervals, st.integers(0, 60), st.integers(1, 20))
def test_the_busiest_instant(taken: list[Interval], begins: int, length: int) -> None:
    expected = max(counted(taken)[begins : begins + length])
    assert most_at_once(taken, minutes(begins, begins + length)) == expected


def test_what_touches_does_not_overlap() -> None:
    assert not minutes(0, 10).overlaps(minutes(10, 20))
    assert most_at_once([minutes(0, 10), minutes(10, 20)], minutes(0, 20)) == 1


@pytest.mark.parametrize(
    ("begins", "ends"),
    [
        (datetime(2026, 3, 1), START),
        (START, datetime(2026, 3, 2)),
        (START, START),
        (START + MINUTE, START),
    ],
)
def test_no_interval_without_zone_or_length(begins: datetime, ends: datetime) -> None:
    with pytest.raises(ValueError, match="interval"):
        Interval(begins, ends)


def test_times_of_one_zone_are_told_apart_in_the_hour_that_is_shown_twice() -> None:
    first = datetime(2026, 10, 25, 2, 30, tzinfo=BERLIN, fold=0)
    second = datetime(2026, 10, 25, 2, 15, tzinfo=BERLIN, fold=1)
    # Python says the second is before the first, by what the clock shows.
    assert second < first
    assert Interval(first, second).length == timedelta(minutes=45)


def seen(day: date, span: WallSpan, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The oracle: look at the clock on the wall at every minute around the day.

    Open from the first minute at which it shows the opening time or later, to the one after the last at which it shows
    less than the closing time.
    """
    midnight = datetime(day.year, day.month, day.day)
    opens, closes = midnight + span.opens * MINUTE, midnight + span.closes * MINUTE
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(hours=16)
    shown = [
        (at, at.astimezone(zone).replace(tzinfo=None))
        for at in (begin + number * MINUTE for number in range(80 * 60))
    ]
    return (
        next(at for at, wall in shown if wall >= opens),
        next(at for at, wall in reversed(shown) if wall < closes) + MINUTE,
    )


def days_of_change(zone: ZoneInfo) -> list[date]:
    year = Interval(datetime(2026, 1, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC))
    return [at.astimezone(zone).date() for at in changes_of_clock(zone, year)] or [date(2026, 3, 29)]


around_a_change = st.sampled_from(ZONES).flatmap(
    lambda zone: st.tuples(
        st.just(zone),
        st.sampled_from(days_of_change(zone)).flatmap(
            lambda day: st.integers(-1, 1).map(lambda away: day + timedelta(days=away))
        ),
    )
)


@given(around_a_change, st.integers(0, 287), st.integers(1, 288))
def test_hours_are_what_the_clock_on_the_wall_shows(
    where: tuple[ZoneInfo, date], opens: int, length: int
) -> None:
    zone, day = where
    span = WallSpan(opens * 5, (opens + length) * 5)
    begins, ends = seen(day, span, zone)
    found = span_on(day, span, zone)
    assert found == (Interval(begins, ends) if begins < ends else None)


@pytest.mark.parametrize(
    ("day", "zone", "hours"),
    [
        (date(2026, 3, 29), BERLIN, 23),
        (date(2026, 10, 25), BERLIN, 25),
        (date(2026, 3, 29), SHANGHAI, 24),
        (date(2026, 4, 5), ZoneInfo("Australia/Lord_Howe"), 24.5),
        (date(2026, 3, 8), ZoneInfo("America/Havana"), 23),
    ],
)
def test_a_day_may_have_23_or_25_hours(day: date, zone: ZoneInfo, hours: float) -> None:
    assert day_of(day, zone).length == timedelta(hours=hours)


def test_a_time_that_does_not_exist_is_the_moment_of_the_jump() -> None:
    jump = datetime(2026, 3, 29, 1, tzinfo=UTC)
    assert instant_at(datetime(2026, 3, 29, 2, 30), BERLIN) == jump
    assert instant_at(datetime(2026, 3, 29, 2, 30), BERLIN, last=True) == jump
    assert span_on(date(2026, 3, 29), WallSpan(125, 175), BERLIN) is None


def test_a_time_that_is_shown_twice_opens_at_the_first_and_closes_at_the_last() -> None:
    twice = datetime(2026, 10, 25, 2, 30)
    assert instant_at(twice, BERLIN) == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    assert instant_at(twice, BERLIN, last=True) == datetime(2026, 10, 25, 1, 30, tzinfo=UTC)
    night = WallSpan(60, 300)
    assert span_on(date(2026, 10, 25), night, BERLIN).length == timedelta(hours=5)  # type: ignore[union-attr]
    assert span_on(date(2026, 3, 29), night, BERLIN).length == timedelta(hours=3)  # type: ignore[union-attr]


WEEK = (((WallSpan(540, 720), WallSpan(780, 1020)),) * 5) + ((), ())


def test_a_week_with_closed_and_extra_days() -> None:
    monday, sunday = date(2026, 5, 4), date(2026, 5, 10)
    found = opening_times(
        WEEK, SHANGHAI, monday, sunday, special={date(2026, 5, 5): (), sunday: (WallSpan(600, 660),)}
    )
    shown = [(each.begins.astimezone(SHANGHAI), each.length) for each in found]
    assert [(at.day, at.hour, length / timedelta(hours=1)) for at, length in shown] == [
        (4, 9, 3), (4, 13, 4), (6, 9, 3), (6, 13, 4), (7, 9, 3), (7, 13, 4), (8, 9, 3), (8, 13, 4), (10, 10, 1),
    ]  # fmt: skip
    assert opening_times(WEEK, SHANGHAI, sunday, monday) == ()


def test_hours_over_midnight_join_those_of_the_next_day() -> None:
    always = ((WallSpan(0, 1440),),) * 7
    found = opening_times(always, BERLIN, date(2026, 3, 28), date(2026, 3, 30))
    assert [each.length for each in found] == [timedelta(hours=71)]


def test_hours_that_are_none() -> None:
    for opens, closes in ((-1, 60), (1440, 1500), (600, 600), (600, 540), (600, 2041)):
        with pytest.raises(ValueError, match="hours"):
            WallSpan(opens, closes)
    with pytest.raises(ValueError, match="seven"):
        opening_times(WEEK[:6], BERLIN, date(2026, 5, 4), date(2026, 5, 4))
    with pytest.raises(ValueError, match="no zone"):
        instant_at(START, BERLIN)
    with pytest.raises(ValueError, match="capacity"):
        full([], 0)


@given(st.integers(1, 300), st.integers(1, 60), st.integers(0, 30))
def test_slots_fit_keep_their_distance_and_leave_no_room_for_another(
    opened: int, length: int, buffer: int
) -> None:
    found = slots_in(minutes(0, opened), length * MINUTE, buffer=buffer * MINUTE)
    assert len(found) == (opened + buffer) // (length + buffer)
    for number, slot in enumerate(found):
        assert slot == minutes(number * (length + buffer), number * (length + buffer) + length)


def test_no_slots_of_no_length() -> None:
    with pytest.raises(ValueError, match="slot"):
        slots_in(minutes(0, 60), timedelta())
    with pytest.raises(ValueError, match="slot"):
        slots_in(minutes(0, 60), MINUTE, buffer=-MINUTE)


@given(around_a_change)
def test_changes_of_the_clock_are_where_the_offset_changes(where: tuple[ZoneInfo, date]) -> None:
    zone, day = where
    within = day_of(day, zone)
    found = changes_of_clock(zone, within)
    for at in found:
        before = (at - timedelta(seconds=1)).astimezone(zone).utcoffset()
        assert before != at.astimezone(zone).utcoffset()
    offsets = {(within.begins + number * MINUTE).astimezone(zone).utcoffset() for number in range(0, 1380, 5)}
    # A change at the day's last instant belongs to the next day.
    assert len(offsets) <= len(found) + 1
