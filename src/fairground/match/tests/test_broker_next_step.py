"""What a broker is told to do next: each rule by itself, and nothing that is not fair to the sides."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.match.core.introductions import AGREED, ASKED, ENDS, PROPOSED, STATES
from fairground.match.core.next_step import (
    MOST_REMINDERS,
    REMINDED_EVERY_DAYS,
    REST,
    WORDS_TO_SIDES,
    Case,
    may_remind,
    next_step,
)

cases = st.builds(
    Case,
    state=st.sampled_from(STATES),
    waited=st.integers(0, 100),
    left=st.none() | st.integers(-5, 30),
    reminders=st.integers(0, 4),
    reminded_ago=st.none() | st.integers(0, 40),
    unconfirmed=st.booleans(),
    both_wrote=st.booleans(),
)


@pytest.mark.parametrize(
    ("case", "action", "why"),
    [
        (Case(ASKED, 0, left=14), "rest", "Less than 3 days: give it time."),
        (Case(ASKED, 3, left=11), "remind", "No answer for 3 days."),
        (Case(PROPOSED, 5, left=9), "remind", "No answer for 5 days."),
        (Case(ASKED, 1, left=1), "remind", "1 day left to answer."),
        (Case(ASKED, 1, left=0), "remind", "The time to answer ends today."),
        (Case(ASKED, 20, left=-1), "propose", "The time to answer is over and both sides are free."),
        (
            Case(ASKED, 6, left=8, reminders=1, reminded_ago=2),
            "rest",
            "Reminded 2 days ago; once a week at most.",
        ),
        (Case(ASKED, 6, reminders=1, reminded_ago=0), "rest", "Reminded today; once a week at most."),
        (
            Case(ASKED, 20, left=4, reminders=2, reminded_ago=7),
            "propose",
            "Reminded 2 times without an answer.",
        ),
        (Case(ASKED, 4, left=10, unconfirmed=True), "confirm", None),
        (Case(AGREED, 2), "rest", "Less than 3 days: give it time."),
        (Case(AGREED, 4), "remind", "Agreed, but no reply for 4 days."),
        (Case(AGREED, 1, both_wrote=True), "meet", "Both sides wrote: it is time to meet."),
        (Case(AGREED, 30, both_wrote=True), "close", "No message for 30 days."),
        (Case("declined", 30), "rest", "It is over."),
    ],
)
def test_each_rule_by_itself(case: Case, action: str, why: str | None) -> None:
    step = next_step(case)
    assert step.action == action
    assert why is None or step.why.en == why
    assert step.why.zh


@given(cases)
def test_nobody_is_written_to_twice_a_week(case: Case) -> None:
    reminded_lately = case.reminded_ago is not None and case.reminded_ago < REMINDED_EVERY_DAYS
    if reminded_lately:
        assert next_step(case).action not in WORDS_TO_SIDES
        assert not may_remind(case)
    if next_step(case).action in WORDS_TO_SIDES:
        assert may_remind(case)


@given(cases)
def test_there_is_nothing_to_do_about_what_is_over(case: Case) -> None:
    if case.state in ENDS:
        assert (next_step(case).action, next_step(case).is_due, may_remind(case)) == (REST, False, False)


@given(cases)
def test_who_did_not_answer_twice_is_not_reminded_a_third_time(case: Case) -> None:
    if case.reminders >= MOST_REMINDERS and case.state in (ASKED, PROPOSED):
        assert next_step(case).action in ("propose", "rest")
