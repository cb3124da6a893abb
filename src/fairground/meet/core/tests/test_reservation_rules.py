"""Reservations over every path of their states; booking rules against a count of minutes, where clocks are put."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.kernel.intervals import Interval, WallSpan
from fairground.meet.core import reservations as core
from fairground.meet.core.rules import (
    Terms,
    falling_out,
    fault_of,
    is_open,
    lengths_from,
    next_free,
    openings,
    slots_on,
)

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2026, 3, 20, 8, tzinfo=UTC)
WHEN = Interval(NOW + timedelta(hours=10), NOW + timedelta(hours=12))
TIMES = {"before": NOW, "during": NOW + timedelta(hours=11), "after": NOW + timedelta(hours=13)}
EVENTS = (
    core.CONFIRM, core.DECLINE, core.MOVE, core.CANCEL, core.EXPIRE, core.MARK_HELD, core.MARK_NO_SHOW,
)  # fmt: skip


def reached(state: str, event: str, now: datetime) -> str:
    try:
        return core.after(state, event, when=WHEN, now=now)
    except core.StepRefusedError as error:
        return "" if error.message.zh and error.message.en else "says nothing"


def test_every_step_there_is() -> None:
    table = {
        (state, event, time): found
        for state in core.STATES
        for event in EVENTS
        for time, now in TIMES.items()
        if (found := reached(state, event, now))
    }
    before, during, after = TIMES
    agreed = {
        (state, event, time): to
        for state in core.AGREED
        for event, to, times in (
            (core.MOVE, core.MOVED, (before,)),
            (core.CANCEL, core.CANCELLED, (before, during)),
            (core.MARK_HELD, core.HELD, (during, after)),
            (core.MARK_NO_SHOW, core.NO_SHOW, (during, after)),
        )
        for time in times
    }
    asked = {
        (core.ASKED, event, time): to
        for event, to, times in (
            (core.CONFIRM, core.CONFIRMED, (before,)),
            (core.MOVE, core.MOVED, (before,)),
            (core.CANCEL, core.CANCELLED, (before, during)),
            (core.DECLINE, core.DECLINED, (before, during, after)),
            (core.EXPIRE, core.EXPIRED, (before, during, after)),
        )
        for time in times
    }
    assert table == agreed | asked


def test_nothing_follows_an_end_and_all_that_takes_room_has_one() -> None:
    for state in core.ENDS:
        assert core.events_open(state, when=WHEN, now=NOW) == frozenset()
    for state in core.LIVE:
        ends = {core.after(state, event, when=WHEN, now=TIMES["during"])
                for event in core.events_open(state, when=WHEN, now=TIMES["during"])}  # fmt: skip
        assert ends & set(core.ENDS)


def test_an_answer_is_due_before_it_would_begin() -> None:
    assert core.answer_by(NOW, answer_hours=48, begins=NOW + timedelta(hours=9)) == NOW + timedelta(hours=9)
    assert core.answer_by(NOW, answer_hours=8, begins=NOW + timedelta(hours=9)) == NOW + timedelta(hours=8)


def test_how_many_requests_are_left() -> None:
    sent = [NOW - timedelta(days=8), NOW - timedelta(days=7), NOW - timedelta(days=6), NOW]
    assert [core.asking_left(sent, now=NOW, per_week=most) for most in (1, 2, 3)] == [0, 0, 1]


minutes = st.tuples(st.integers(0, 50), st.integers(1, 15)).map(
    lambda pair: Interval(NOW + timedelta(minutes=pair[0]), NOW + timedelta(minutes=sum(pair)))
)


@given(st.lists(minutes, max_size=6), minutes, st.integers(1, 3), st.integers(0, 5))
def test_room_as_a_count_of_minutes_says(
    taken: list[Interval], wanted: Interval, capacity: int, buffer: int
) -> None:
    gap = timedelta(minutes=buffer)

    def there(at: datetime) -> int:
        return sum(each.begins <= at < each.ends + gap for each in taken)

    length = int((wanted.ends + gap - wanted.begins).total_seconds() // 60)
    most = max(there(wanted.begins + timedelta(minutes=number)) for number in range(length))
    assert core.has_room(wanted, taken, capacity=capacity, buffer=gap) == (most < capacity)


OFFICE = ((WallSpan(540, 720), WallSpan(780, 1020)),) * 5 + ((), ())
ALWAYS = ((WallSpan(0, 1440),),) * 7


def terms(**values: object) -> Terms:
    return Terms(**{"weekly": OFFICE, "zone": "Europe/Berlin", "slot_minutes": 60, **values})  # type: ignore[arg-type]


def at(day: int, hour: int, minute: int = 0, month: int = 3) -> datetime:
    return datetime(2026, month, day, hour, minute, tzinfo=BERLIN)


def test_slots_of_a_day_and_what_stands_in_their_way() -> None:
    taken = [Interval(at(23, 9), at(23, 11))]
    rule = terms(lead_minutes=3 * 24 * 60)
    found = slots_on(rule, date(2026, 3, 23), taken, at(20, 14))
    assert [(slot.when.begins.astimezone(BERLIN).hour, slot.free, slot.bookable) for slot in found] == [
        (9, 0, False), (10, 0, False), (11, 1, False), (13, 1, False), (14, 1, True), (15, 1, True), (16, 1, True),
    ]  # fmt: skip
    assert slots_on(rule, date(2026, 3, 22), taken, at(20, 14)) == ()


def test_a_booking_is_slots_in_a_row_up_to_the_longest() -> None:
    rule = terms(most_slots=3, buffer_minutes=10, slot_minutes=50)
    found = lengths_from(rule, at(23, 13), [Interval(at(23, 16), at(23, 16, 50))], NOW)
    assert [each.length for each in found] == [timedelta(minutes=each) for each in (50, 110, 170)]
    # A break in the hours ends the row, and so does what is taken.
    assert len(lengths_from(rule, at(23, 11), [], NOW)) == 1
    assert len(lengths_from(rule, at(23, 14), [Interval(at(23, 16), at(23, 16, 50))], NOW)) == 2
    assert lengths_from(rule, at(23, 13, 30), [], NOW) == ()


def test_a_row_goes_on_over_midnight() -> None:
    rule = terms(weekly=ALWAYS, slot_minutes=240, most_slots=4)
    assert [each.length / timedelta(hours=1) for each in lengths_from(rule, at(24, 20), [], NOW)] == [
        4,
        8,
        12,
        16,
    ]


@pytest.mark.parametrize(
    ("day", "hours"),
    [(date(2026, 3, 28), 24), (date(2026, 3, 29), 23), (date(2026, 10, 24), 24), (date(2026, 10, 25), 25)],
)
def test_a_day_offers_as_many_hours_as_it_has(day: date, hours: int) -> None:
    now = datetime(day.year, day.month, day.day, tzinfo=UTC) - timedelta(days=3)
    slots = slots_on(terms(weekly=ALWAYS), day, [], now)
    assert len(slots) == hours
    assert len({slot.when for slot in slots}) == hours
    assert all(one.when.ends == other.when.begins for one, other in pairwise(slots))


def test_a_booking_across_the_change_lasts_as_long_as_it_says_both_ways() -> None:
    rule = terms(weekly=ALWAYS, most_slots=6)
    for day, month in ((29, 3), (25, 10)):
        now = at(day, 0, month=month) - timedelta(days=2)
        found = lengths_from(rule, at(day, 0, month=month), [], now)
        assert [each.length / timedelta(hours=1) for each in found] == [1, 2, 3, 4, 5, 6]
        # The second 02:30 of the night is not the first: whoever holds one leaves the other free.
        assert (
            fault_of(rule, found[2], [Interval(found[2].ends, found[2].ends + timedelta(hours=1))], now)
            is None
        )


def test_next_free_slots_skip_what_is_taken_or_too_far() -> None:
    taken = [Interval(at(20, 9), at(20, 17))]
    found = next_free(terms(), taken, NOW, most=2)
    assert [each.begins.astimezone(BERLIN) for each in found] == [at(23, 9), at(23, 10)]
    assert next_free(terms(horizon_days=1), taken, NOW, most=2) == ()


def fault(rule: Terms, begins: datetime, ends: datetime, taken: tuple[Interval, ...] = ()) -> str | None:
    found = fault_of(rule, Interval(begins, ends), taken, NOW)
    return found.en if found else None


def test_each_fault_says_what_to_do() -> None:
    assert fault(terms(), at(23, 9), at(23, 11)) is None
    assert "over" in (fault(terms(), at(20, 9), at(20, 10)) or "")
    assert "too soon" in (fault(terms(lead_minutes=9000), at(23, 9), at(23, 10)) or "")
    assert "5 days ahead" in (fault(terms(horizon_days=5), at(26, 9), at(26, 10)) or "")
    assert fault(terms(horizon_days=5), at(25, 9), at(25, 10)) is None
    assert "not open" in (fault(terms(), at(23, 11), at(23, 14)) or "")
    assert "not open" in (fault(terms(), at(22, 9), at(22, 10)) or "")
    assert "just taken" in (fault(terms(), at(23, 9), at(23, 10), (Interval(at(23, 9), at(23, 12)),)) or "")
    assert "slots" in (fault(terms(), at(23, 9, 30), at(23, 10, 30)) or "")
    assert "slots" in (fault(terms(most_slots=1), at(23, 9), at(23, 11)) or "")


def test_a_capacity_of_three_takes_three() -> None:
    rule = terms(capacity=3)
    one = Interval(at(23, 9), at(23, 10))
    assert [slots_on(rule, date(2026, 3, 23), [one] * held, NOW)[0].free for held in range(5)] == [
        3,
        2,
        1,
        0,
        0,
    ]


def test_what_falls_out_of_another_rule_is_listed_those_that_came_last_first() -> None:
    morning, noon, afternoon = (Interval(at(23, hour), at(23, hour + 2)) for hour in (9, 11, 14))
    standing = [morning, morning, afternoon, morning]
    assert falling_out(terms(capacity=3), standing) == ()
    assert falling_out(terms(capacity=2), standing) == (3,)
    assert falling_out(terms(capacity=1), standing) == (1, 3)
    assert falling_out(terms(special={date(2026, 3, 23): ()}), [morning, afternoon]) == (0, 1)
    assert falling_out(terms(), [noon]) == (0,)
    assert falling_out(terms(special={date(2026, 3, 23): (WallSpan(600, 1020),)}), standing[1:3]) == (0,)


@given(st.integers(0, 6), st.integers(1, 12), st.integers(0, 90), st.integers(5, 120))
def test_every_slot_is_open_and_may_be_asked_for(day: int, most: int, buffer: int, length: int) -> None:
    rule = terms(most_slots=most, buffer_minutes=buffer, slot_minutes=length)
    when = date(2026, 3, 26) + timedelta(days=day)
    for slot in slots_on(rule, when, [], NOW):
        assert is_open(rule, slot.when)
        assert fault_of(rule, slot.when, [], NOW) is None
        assert any(opened.has(slot.when) for opened in openings(rule, when, when))
