"""Brokers act in the same second, in real threads, on the database that runs the tests."""

from collections.abc import Callable
from functools import partial

import pytest

from fairground.accounts.models import Hub, Notice, User
from fairground.database.tests.two_sessions import at_once
from fairground.match.broker.services import hand_over, send_reminder
from fairground.match.models import Introduction, IntroductionStep
from fairground.match.tests.introduction_parts import Sides
from fairground.match.tests.test_introduction_races import AGAIN, NOW, kinds, sides

__all__ = ["sides"]


@pytest.mark.parametrize("_again", range(AGAIN))
def test_brokers_who_remind_at_once_send_one_reminder(
    sides: Sides, shared_database: Callable[[], None], make_user: Callable[..., User], _again: int
) -> None:
    key = sides.ask().key
    brokers = [sides.actor(make_user(role)) for role in ("broker", "broker", "organiser")]
    shared_database()

    outcomes = at_once(
        *(partial(send_reminder, actor=broker, key=key, about="remind", now=NOW) for broker in brokers)
    )

    assert sorted(kinds(outcomes)) == ["None", "NotAllowedError", "NotAllowedError"]
    told = partial(Notice.objects.filter(kind="broker_reminder").values_list, "user_id", flat=True)
    steps = IntroductionStep.objects.filter(event="remind").count
    assert at_once(lambda: list(told()), steps) == [[sides.seller.pk], 1]


@pytest.mark.parametrize("_again", range(AGAIN))
def test_brokers_who_take_it_on_at_once_leave_one_who_keeps_it(
    hub: Hub, sides: Sides, shared_database: Callable[[], None], make_user: Callable[..., User], _again: int
) -> None:
    key = sides.ask().key
    users = [make_user("broker"), make_user("broker")]
    shared_database()

    outcomes = at_once(
        *(
            partial(hand_over, actor=sides.actor(user), key=key, to_user_id=user.pk, reason="", now=NOW)
            for user in users
        )
    )

    assert sorted(kinds(outcomes)) == ["None", "NotAllowedError"]
    (keeps,) = at_once(lambda: Introduction.objects.get().broker_id)
    assert keeps == users[kinds(outcomes).index("None")].pk
