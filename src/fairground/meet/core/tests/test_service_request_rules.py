"""Steps of a service request, and how its answers are counted: against counting by hand."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.meet.core import service_requests as core
from fairground.meet.core.service_requests import StepRefusedError, Told, answering_of

BEGAN = datetime(2026, 5, 1, tzinfo=UTC)
NOW = BEGAN + timedelta(days=100)


def test_every_state_leads_only_where_it_may() -> None:
    table = {
        step: {state for state in core.STATES if _leads(state, step)}
        for step in (*core.BY_KEEPERS, core.TAKE_BACK, core.EXPIRE)
    }
    assert table == {
        core.ACCEPT: {core.ASKED},
        core.FINISH: {core.ACCEPTED},
        core.DECLINE: {core.ASKED, core.ACCEPTED},
        core.FORWARD: {core.ASKED, core.ACCEPTED},
        core.TAKE_BACK: {core.ASKED, core.ACCEPTED},
        core.EXPIRE: {core.ASKED},
    }
    assert core.steps_from(core.ASKED) == (core.ACCEPT, core.DECLINE, core.FORWARD)
    assert core.steps_from(core.DONE) == ()


def _leads(state: str, step: str) -> bool:
    try:
        core.after(state, step)
    except StepRefusedError:
        return False
    return True


@st.composite
def requests(draw: st.DrawFn) -> Told:
    state = draw(st.sampled_from(core.STATES))
    asked = BEGAN + timedelta(hours=draw(st.integers(0, 1000)))
    answered = asked + timedelta(hours=draw(st.integers(0, 500)))
    was_answered = state in (core.ACCEPTED, core.DONE, core.DECLINED, core.FORWARDED) or (
        state == core.WITHDRAWN and draw(st.booleans())
    )
    is_over = state not in core.OPEN
    return Told(
        state, asked, answered if was_answered else None, answered + timedelta(hours=1) if is_over else None
    )


@given(st.lists(requests(), max_size=30))
def test_what_was_asked_is_answered_waits_or_went_unanswered(several: list[Told]) -> None:
    found = answering_of(several, now=NOW)
    assert found.asked == found.answered + found.waiting + found.unanswered
    assert found.answered == sum(each.answered_at is not None for each in several)
    assert found.waiting == sum(each.state == core.ASKED for each in several)
    assert found.unanswered == sum(each.state == core.EXPIRED for each in several)
    over = found.answered + found.unanswered
    assert found.share == (found.answered / over if over else None)


def test_the_median_is_that_of_all_where_all_are_answered() -> None:
    hours = (1, 5, 9, 30, 100)
    several = [Told(core.DONE, BEGAN, BEGAN + timedelta(hours=each), NOW) for each in hours]
    assert answering_of(several, now=NOW).stay.median == timedelta(hours=9)


def test_waiting_requests_make_an_answer_slower_not_quicker() -> None:
    quick = [Told(core.DONE, BEGAN, BEGAN + timedelta(hours=1), NOW)] * 2
    waiting = [Told(core.ASKED, BEGAN)] * 3
    found = answering_of([*quick, *waiting], now=NOW)
    assert (found.stay.median, found.stay.longest, found.share) == (None, timedelta(days=100), 1.0)
    assert answering_of([], now=NOW).share is None


def test_reminders_come_in_even_steps() -> None:
    due = [core.remind_at(BEGAN, days=5, reminded=number) for number in range(core.REMINDERS + 1)]
    assert [(at - BEGAN).days for at in due] == [5, 10, 15, 20]


@pytest.mark.parametrize(("sent", "left"), [(0, 3), (2, 1), (3, 0), (9, 0)])
def test_asking_is_counted_in_seven_days(sent: int, left: int) -> None:
    moments = [NOW - timedelta(days=1)] * sent + [NOW - timedelta(days=7)]
    assert core.asking_left(moments, now=NOW, per_week=3) == left
