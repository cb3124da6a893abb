"""Two sides act in the same second, in real threads, on the database that runs the tests."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from fairground.accounts.models import Grant, Hub, User
from fairground.database.tests.two_sessions import at_once
from fairground.match.introductions.answering import (
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
)
from fairground.match.introductions.asking import propose_introduction
from fairground.match.introductions.ending import end_due_introductions
from fairground.match.introductions.standing import IntroductionRefusedError, Limits
from fairground.match.models import Introduction, IntroductionStep
from fairground.match.tests.introduction_parts import LIMITS, Sides, make_sides

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AGAIN = 4  # times each race is run


def kinds(outcomes: list[Any]) -> list[str]:
    """Return the state each call came back with, or the name of its error."""
    return [
        type(each).__name__ if isinstance(each, Exception) else getattr(each, "state", str(each))
        for each in outcomes
    ]


def facts() -> dict[str, Any]:
    """Return what stands now, read by a thread of its own."""

    def read() -> dict[str, Any]:
        introduction = Introduction.objects.get()
        return {
            "state": introduction.state,
            "grants": sorted(
                Grant.objects.filter(revoked_at=None).values_list(
                    "record__kind", "scope", "organisation__title"
                )
            ),
            "given": Grant.objects.count(),
            "steps": list(
                IntroductionStep.objects.order_by("pk").values_list("event", "from_state", "to_state")
            ),
            "version": introduction.version,
        }

    (found,) = at_once(read)
    assert isinstance(found, dict), found
    return found


@pytest.fixture
def sides(shared_database: Callable[[], None], hub: Hub, make_user: Callable[..., User]) -> Sides:
    return make_sides(hub.pk, make_user, NOW)


@pytest.mark.parametrize("_again", range(AGAIN))
def test_both_say_yes_in_the_same_second(
    sides: Sides, shared_database: Callable[[], None], make_user: Callable[..., User], _again: int
) -> None:
    broker = sides.actor(make_user("broker"))
    key = propose_introduction(
        actor=broker, target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=NOW
    ).introduction.key
    buying, selling = sides.buying, sides.selling
    shared_database()

    def yes(actor: Any) -> Callable[[], Any]:
        return lambda: agree_to_introduction(
            actor=actor, key=key, limits=LIMITS, now=NOW, accepts_agreement=True
        )

    # Each of them pressed twice, too.
    outcomes = at_once(yes(buying), yes(selling), yes(buying), yes(selling))
    found = facts()
    assert set(kinds(outcomes)) <= {"asked", "agreed"}
    assert found["state"] == "agreed"
    assert [(kind, scope) for kind, scope, _ in found["grants"]] == [
        ("need", "contact"), ("need", "protected"), ("offer", "contact"), ("offer", "protected"),
    ]  # fmt: skip
    assert found["given"] == 4
    assert found["steps"] == [
        ("propose", "", "proposed"), ("agree", "proposed", "asked"), ("agree", "asked", "agreed"),
    ]  # fmt: skip
    assert found["version"] == 3


@pytest.mark.parametrize("_again", range(AGAIN))
def test_one_takes_back_while_the_other_says_yes(
    sides: Sides, shared_database: Callable[[], None], _again: int
) -> None:
    key = sides.ask().key
    buying, selling = sides.buying, sides.selling
    shared_database()
    outcomes = at_once(
        lambda: take_back_introduction(actor=buying, key=key, now=NOW),
        lambda: agree_to_introduction(actor=selling, key=key, limits=LIMITS, now=NOW),
    )
    found = facts()
    assert found["grants"] == []
    assert (kinds(outcomes), found["state"], found["given"]) in (
        (["withdrawn", "IntroductionRefusedError"], "withdrawn", 0),
        (["ended", "agreed"], "ended", 2),
    )


@pytest.mark.parametrize("_again", range(AGAIN))
def test_one_declines_while_a_colleague_says_yes(
    sides: Sides, shared_database: Callable[[], None], make_user: Callable[..., User], _again: int
) -> None:
    key = sides.ask().key
    colleague = sides.actor(make_user("member", organisations=(sides.institute.pk,)))
    selling = sides.selling
    shared_database()
    outcomes = at_once(
        lambda: decline_introduction(
            actor=colleague, key=key, reason_code="terms", is_confidential=False, now=NOW
        ),
        lambda: agree_to_introduction(actor=selling, key=key, limits=LIMITS, now=NOW),
    )
    found = facts()
    assert (kinds(outcomes), found["state"], len(found["grants"])) in (
        (["declined", "IntroductionRefusedError"], "declined", 0),
        (["IntroductionRefusedError", "agreed"], "agreed", 2),
    )


@pytest.mark.parametrize("_again", range(AGAIN))
def test_the_clock_comes_by_while_somebody_answers(
    sides: Sides, shared_database: Callable[[], None], _again: int
) -> None:
    key = sides.ask().key
    selling, at_the_end = sides.selling, NOW + timedelta(days=14)
    shared_database()
    outcomes = at_once(
        lambda: end_due_introductions(now=at_the_end),
        lambda: end_due_introductions(now=at_the_end),
        lambda: agree_to_introduction(
            actor=selling, key=key, limits=LIMITS, now=at_the_end - timedelta(seconds=1)
        ),
    )
    found = facts()
    assert (sorted(kinds(outcomes)), found["state"]) in (
        (["0", "0", "agreed"], "agreed"),
        (["0", "1", "IntroductionRefusedError"], "expired"),
    )


@pytest.mark.parametrize("_again", range(AGAIN))
def test_asking_at_once_makes_one_and_never_more_than_the_quota(
    sides: Sides, shared_database: Callable[[], None], _again: int
) -> None:
    sides_buying = sides.buying
    limits = Limits(answer_days=14, per_week=1)
    shared_database()
    outcomes = at_once(*(lambda: sides.ask(actor=sides_buying, limits=limits) for _ in range(4)))
    assert kinds(outcomes) == ["asked"] * 4
    assert len({each.pk for each in outcomes}) == 1
    assert facts()["steps"] == [("ask", "", "asked")]
    assert not any(isinstance(each, IntroductionRefusedError) for each in outcomes)
