"""The rules of an introduction over every path that anybody can walk."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from fairground.match.core import introductions as core
from fairground.match.core.introductions import (
    AGREED,
    ANSWERING,
    ASKED,
    ASKING,
    BROKER,
    CLOCK,
    CONTACT,
    DECLINED,
    ENDED,
    ENDS,
    EXPIRED,
    OPEN,
    PROPOSED,
    PROTECTED,
    SIDES,
    WAITING,
    WITHDRAWN,
    Standing,
    StepRefusedError,
)

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAYS = 14
PLAIN: dict[str, Any] = {"answer_days": DAYS, "needs_confirmation": False, "confirmed": False}


def _asked(now: datetime = NOW) -> Standing:
    return core.begin_asked(now=now, **PLAIN)


def _agreed() -> Standing:
    return core.agree(_asked(), ANSWERING, now=NOW, **PLAIN)


class Introductions(RuleBasedStateMachine):
    """Both sides, a broker and the clock do what they like in any order; what is not allowed must be refused."""

    @initialize(proposed=st.booleans(), border=st.booleans())
    def begin(self, proposed: bool, border: bool) -> None:
        self.now = NOW
        self.border = border
        self.said: dict[str, str] = {}
        self.accepted: set[str] = set()
        if proposed:
            self.standing = core.begin_proposed(now=NOW, answer_days=DAYS)
        else:
            self.standing = core.begin_asked(
                now=NOW, answer_days=DAYS, needs_confirmation=border, confirmed=border
            )
            self.said[ASKING] = "yes"

    def _try(self, step: Callable[[], Standing], offered: bool) -> bool:
        """Take a step; it must work exactly where it is offered, and change nothing where it is refused."""
        before = self.standing
        refusal: StepRefusedError | None = None
        try:
            self.standing = step()
        except StepRefusedError as error:
            refusal = error
        if refusal is not None:
            assert not offered
            assert (bool(refusal.message.zh), bool(refusal.message.en)) == (True, True)
            return False
        assert offered or self.standing == before
        assert before.state not in ENDS
        return offered

    def _offers(self, who: str, step: str) -> bool:
        return step in core.steps_open_to(self.standing, who, now=self.now)

    @rule(side=st.sampled_from(SIDES), confirmed=st.booleans())
    def agree(self, side: str, confirmed: bool) -> None:
        offered = self._offers(side, core.AGREE) and (
            confirmed or not self.border or side in self.standing.confirmed
        )
        if self._try(
            lambda: core.agree(
                self.standing,
                side,
                now=self.now,
                answer_days=DAYS,
                needs_confirmation=self.border,
                confirmed=confirmed,
            ),
            offered,
        ):
            self.said[side] = "yes"

    @rule(side=st.sampled_from(SIDES))
    def decline(self, side: str) -> None:
        if self._try(
            lambda: core.decline(self.standing, side, now=self.now), self._offers(side, core.DECLINE)
        ):
            self.said[side] = "no"

    @rule(who=st.sampled_from((*SIDES, BROKER)))
    def take_back(self, who: str) -> None:
        if self._try(
            lambda: core.take_back(self.standing, who, now=self.now), self._offers(who, core.TAKE_BACK)
        ):
            self.said.pop(who, None)

    @rule(side=st.sampled_from(SIDES))
    def accept(self, side: str) -> None:
        if self._try(
            lambda: core.accept_agreement(self.standing, side, version=1),
            self._offers(side, core.ACCEPT_AGREEMENT),
        ):
            self.accepted.add(side)

    @rule()
    def clock_comes(self) -> None:
        self._try(lambda: core.expire(self.standing, now=self.now), self._offers(CLOCK, core.EXPIRE))

    @rule(cause=st.sampled_from(core.CAUSES))
    def ground_goes(self, cause: str) -> None:
        self._try(lambda: core.close(self.standing, cause=cause), self._offers(CLOCK, core.CLOSE))

    @rule(hours=st.integers(1, 24 * 20))
    def time_passes(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @invariant()
    def nothing_opens_without_both_yeses(self) -> None:
        if not hasattr(self, "standing"):
            return
        scopes = core.open_scopes(self.standing)
        both = self.said == {ASKING: "yes", ANSWERING: "yes"}
        assert (scopes != frozenset()) == (self.standing.state == AGREED)
        assert not scopes or both
        assert {side for side, scope in scopes if scope == PROTECTED} <= self.accepted

    @invariant()
    def no_side_agreed_to_a_border_it_did_not_confirm(self) -> None:
        if hasattr(self, "standing") and self.border:
            assert self.standing.yes <= self.standing.confirmed

    @invariant()
    def every_open_state_has_an_exit_that_needs_one_party(self) -> None:
        if not hasattr(self, "standing") or self.standing.state in ENDS:
            return
        assert any(
            step in core.steps_open_to(self.standing, who, now=self.now)
            for who in (*SIDES, CLOCK)
            for step in (core.DECLINE, core.TAKE_BACK, core.EXPIRE)
        )
        if self.standing.state in WAITING:
            assert self.standing.expires_at is not None
            assert core.waits_for(self.standing) != ()
            later = self.standing.expires_at
            assert core.expire(self.standing, now=later).state == EXPIRED
        else:
            assert core.waits_for(self.standing) == ()

    @precondition(lambda self: hasattr(self, "standing") and self.standing.state in ENDS)
    @rule()
    def nothing_follows_an_end(self) -> None:
        assert self.standing.expires_at is None
        for who in (*SIDES, BROKER, CLOCK):
            assert core.steps_open_to(self.standing, who, now=self.now) == ()


TestIntroductions = Introductions.TestCase
TestIntroductions.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)


def test_states_are_divided_into_open_ones_and_ends() -> None:
    assert set(core.STATES) == {PROPOSED, ASKED, AGREED, DECLINED, EXPIRED, WITHDRAWN, ENDED}
    assert set(OPEN) & set(ENDS) == set()


def test_a_proposal_takes_both_yeses_and_gives_the_second_side_its_whole_time() -> None:
    proposed = core.begin_proposed(now=NOW, answer_days=DAYS)
    later = NOW + timedelta(days=13)
    asked = core.agree(proposed, ANSWERING, now=later, **PLAIN)
    agreed = core.agree(asked, ASKING, now=later, **PLAIN)
    assert (asked.state, asked.expires_at, core.waits_for(asked)) == (
        ASKED,
        later + timedelta(days=DAYS),
        (ASKING,),
    )
    assert (agreed.state, agreed.expires_at) == (AGREED, None)
    assert core.open_scopes(agreed) == {(ASKING, CONTACT), (ANSWERING, CONTACT)}


def test_protected_detail_opens_to_the_side_that_accepted_the_agreement_alone() -> None:
    agreed = core.accept_agreement(_agreed(), ANSWERING, version=3)
    assert core.open_scopes(agreed) == {(ASKING, CONTACT), (ANSWERING, CONTACT), (ANSWERING, PROTECTED)}
    assert agreed.agreement_of(ANSWERING) == 3


def test_a_yes_after_the_deadline_is_refused_even_before_the_clock_came() -> None:
    standing = _asked()
    with pytest.raises(StepRefusedError):
        core.agree(standing, ANSWERING, now=NOW + timedelta(days=DAYS), **PLAIN)
    moment_before = NOW + timedelta(days=DAYS) - timedelta(microseconds=1)
    assert core.agree(standing, ANSWERING, now=moment_before, **PLAIN).state == AGREED
    with pytest.raises(StepRefusedError):
        core.expire(standing, now=moment_before)


def test_taking_back_ends_both_what_waits_and_what_runs() -> None:
    assert core.take_back(_asked(), ASKING, now=NOW).state == WITHDRAWN
    ended = core.take_back(_agreed(), ANSWERING, now=NOW)
    assert (ended.state, ended.cause, core.open_scopes(ended)) == (ENDED, core.CONSENT, frozenset())


def test_ground_that_goes_frees_who_waits_and_ends_what_runs() -> None:
    assert core.close(_asked(), cause=core.RECORD_WITHDRAWN).state == EXPIRED
    assert core.close(_agreed(), cause=core.PERSON_GONE).state == ENDED
    with pytest.raises(ValueError, match="no cause"):
        core.close(_asked(), cause="whim")


def test_a_side_that_is_none_is_an_error_of_the_program() -> None:
    for step in (core.decline, core.take_back):
        with pytest.raises(ValueError, match="no side"):
            step(_asked(), "nobody", now=NOW)


@given(
    st.lists(st.integers(0, 20 * 24 * 60), max_size=40),
    st.integers(1, 12),
)
def test_quota_counts_seven_days_and_says_when_the_next_is_free(minutes: list[int], per_week: int) -> None:
    sent = [NOW - timedelta(minutes=each) for each in minutes]
    left = core.sendings_left(sent, now=NOW, per_week=per_week)
    assert left == max(per_week - len([each for each in minutes if each < 7 * 24 * 60]), 0)
    free = core.free_again_at(sent, now=NOW, per_week=per_week)
    assert core.sendings_left(sent, now=free, per_week=per_week) >= 1
    if left == 0:
        assert free > NOW
        assert core.sendings_left(sent, now=free - timedelta(microseconds=1), per_week=per_week) == 0


@pytest.mark.parametrize(
    ("asking", "answering", "restricted", "needed"),
    [
        (("CN",), ("CN",), False, False),
        (("CN",), ("FR",), False, True),
        (("CN", "FR"), ("FR",), False, False),
        (("CN",), ("",), False, False),
        ((), (), True, True),
        (("CN",), ("CN",), True, True),
    ],
)
def test_confirmation_is_needed_over_a_border_or_with_a_restriction(
    asking: tuple[str, ...], answering: tuple[str, ...], restricted: bool, needed: bool
) -> None:
    assert core.needs_confirmation(asking, answering, is_restricted=restricted) == needed
