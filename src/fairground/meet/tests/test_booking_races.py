"""Bookings in the same second, in real threads, on the database that runs the tests; and a process that is killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection, connections

from fairground.accounts.models import Hub, User
from fairground.database.tests.two_sessions import at_once
from fairground.meet.bookings.answering import cancel_booking, confirm_booking, move_booking
from fairground.meet.bookings.ending import end_due_bookings
from fairground.meet.bookings.ruling import RuleValues, change_rule
from fairground.meet.core import reservations as core
from fairground.meet.models import Reservation, ReservationStep
from fairground.meet.tests.booking_parts import HOUR, OFFICE, TERMS, Lab, make_lab

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
AGAIN = 4  # times each race is run


def kinds(outcomes: list[Any]) -> list[str]:
    """Return the state each call came back with, or the name of its error."""
    return sorted(
        type(each).__name__ if isinstance(each, Exception) else getattr(each, "state", str(each))
        for each in outcomes
    )


def facts() -> list[tuple[str, int]]:
    """Return state and hour of each reservation, read by a thread of its own."""

    def read() -> list[tuple[str, int]]:
        rows = Reservation.objects.order_by("pk").values_list("state", "begins")
        return [(state, round((begins - NOW) / HOUR)) for state, begins in rows]

    (found,) = at_once(read)
    assert isinstance(found, list), found
    return found


@pytest.fixture
def lab(shared_database: Callable[[], None], hub: Hub, make_user: Callable[..., User]) -> Lab:
    return make_lab(hub.pk, make_user, NOW)


@pytest.mark.parametrize("_again", range(AGAIN))
def test_two_book_the_same_time_in_the_same_second(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    one, other = lab.holding, lab.actor(lab.manager)
    shared_database()
    outcomes = at_once(
        lambda: lab.ask(24, 2, actor=one),
        lambda: lab.ask(25, 2, actor=other),
        lambda: lab.ask(24, 1, actor=other),
        lambda: lab.ask(25, 1, actor=one),
    )
    found = [hour for _, hour in facts()]
    # Whoever was first: no hour is held twice, and each refusal says that it was taken.
    assert set(kinds(outcomes)) == {"asked", "BookingRefusedError"}
    taken = [(each.begins, each.ends) for each in outcomes if not isinstance(each, Exception)]
    assert len(taken) == len(found)
    assert all(one[1] <= two[0] or two[1] <= one[0] for one in taken for two in taken if one is not two)
    assert all("just taken" in str(each) for each in outcomes if isinstance(each, Exception))


@pytest.mark.parametrize("_again", range(AGAIN))
def test_a_capacity_of_two_takes_two_of_six(
    shared_database: Callable[[], None], hub: Hub, make_user: Callable[..., User], _again: int
) -> None:
    lab = make_lab(hub.pk, make_user, NOW, capacity=2)
    actors = [lab.holding, lab.actor(lab.manager)] * 3
    shared_database()
    outcomes = at_once(*(lambda actor=actor: lab.ask(24, actor=actor) for actor in actors))
    assert kinds(outcomes) == ["BookingRefusedError"] * 4 + ["asked"] * 2
    assert len(facts()) == 2


@pytest.mark.parametrize("_again", range(AGAIN))
def test_a_form_sent_four_times_at_once_makes_one(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    actor = lab.holding
    shared_database()
    outcomes = at_once(*(lambda: lab.ask(24, actor=actor, once="form") for _ in range(4)))
    assert kinds(outcomes) == ["asked"] * 4
    assert len({each.pk for each in outcomes}) == 1
    assert len(facts()) == 1


@pytest.mark.parametrize("_again", range(AGAIN))
def test_the_last_one_of_a_quota_is_given_once(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    actor = lab.holding
    shared_database()
    outcomes = at_once(
        *(lambda hours=hours: lab.ask(hours, actor=actor, per_week=1) for hours in (24, 30, 36))
    )
    assert kinds(outcomes) == ["BookingRefusedError", "BookingRefusedError", "asked"]
    assert len(facts()) == 1


@pytest.mark.parametrize("_again", range(AGAIN))
def test_the_clock_comes_by_while_somebody_confirms_and_the_holder_cancels(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    key, keeping, holding = lab.ask(100).key, lab.keeping, lab.holding
    shared_database()
    due = NOW + 48 * HOUR
    outcomes = at_once(
        lambda: end_due_bookings(now=due),
        lambda: confirm_booking(actor=keeping, key=key, now=due - HOUR),
        lambda: cancel_booking(actor=holding, key=key, now=due - HOUR),
        lambda: end_due_bookings(now=due),
    )
    ((state, _),) = facts()

    def steps() -> list[str]:
        return list(ReservationStep.objects.order_by("pk").values_list("event", flat=True))

    (found,) = at_once(steps)
    # Whatever came first: one line of steps, each from where the one before left it.
    assert (found, state) in (
        (["ask", "expire"], core.EXPIRED),
        (["ask", "cancel"], core.CANCELLED),
        (["ask", "confirm", "cancel"], core.CANCELLED),
    ), kinds(outcomes)


@pytest.mark.parametrize("_again", range(AGAIN))
def test_one_is_moved_to_a_time_that_another_asks_for(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    key, keeping, other = lab.ask(24).key, lab.keeping, lab.actor(lab.manager)
    shared_database()
    outcomes = at_once(
        lambda: move_booking(actor=keeping, key=key, to=lab.when(30), now=NOW),
        lambda: lab.ask(30, actor=other),
    )
    assert kinds(outcomes) in (["BookingRefusedError", "moved"], ["BookingRefusedError", "asked"])
    assert [hour for _, hour in facts()].count(round((lab.when(30).begins - NOW) / HOUR)) == 1


@pytest.mark.parametrize("_again", range(AGAIN))
def test_a_rule_changes_while_somebody_books_outside_the_new_hours(
    lab: Lab, shared_database: Callable[[], None], _again: int
) -> None:
    keeping, other = lab.keeping, lab.actor(lab.manager)
    shared_database()
    values = RuleValues(TERMS.__class__(weekly=OFFICE, zone=TERMS.zone, slot_minutes=60))
    # 9:30 UTC is 17:30 in Shanghai: in five hours it is night there.
    outcomes = at_once(
        lambda: change_rule(actor=keeping, resource_key=lab.resource.key, version=1, values=values, now=NOW),
        lambda: lab.ask(5, actor=other),
    )
    # Either the booking came first and the change waits for it to be settled, or there is no such time any more.
    names = [type(each).__name__ for each in outcomes]
    assert names in (["ReplanNeededError", "Reservation"], ["Resource", "BookingRefusedError"])
    assert len(facts()) == (names[1] == "Reservation")


_KILLED = """
import sys, time
import django; django.setup()
from django.db import connections
if sys.argv[1]:
    connections.settings["default"]["NAME"] = sys.argv[1]
from datetime import datetime
from django.db import transaction
from fairground.accounts.actors import actor_for
from fairground.accounts.models import User
from fairground.kernel.intervals import Interval
from fairground.meet.bookings.asking import ask_for_booking
now = datetime.fromisoformat(sys.argv[4])
with transaction.atomic():
    ask_for_booking(
        actor=actor_for(User.objects.get(pk=sys.argv[2]), int(sys.argv[3]), now=now), resource_key=sys.argv[5],
        when=Interval(*(datetime.fromisoformat(each) for each in sys.argv[6:8])), purpose="", per_week=9, now=now,
        once="killed",
    )
    print("written, not committed", flush=True)
    time.sleep(60)
"""


@pytest.mark.database
def test_a_process_killed_in_the_middle_leaves_nothing_and_the_time_free(
    lab: Lab, shared_database: Callable[[], None]
) -> None:
    actor, when, holder = lab.holding, lab.when(24), lab.holder.pk
    shared_database()
    name = connections.settings["default"]["NAME"]
    process = subprocess.Popen(
        [
            sys.executable, "-c", _KILLED, str(name), str(holder), str(lab.hub_id), NOW.isoformat(),
            lab.resource.key, when.begins.isoformat(), when.ends.isoformat(),
        ],
        stdout=subprocess.PIPE,
        env=_environment(),
        text=True,
    )  # fmt: skip
    assert process.stdout is not None
    try:
        assert process.stdout.readline().strip() == "written, not committed"
    finally:
        os.kill(process.pid, signal.SIGKILL)
        process.wait()
        process.stdout.close()
    deadline = time.monotonic() + 20
    while facts() and time.monotonic() < deadline:
        time.sleep(0.1)
    assert facts() == []
    (asked,) = at_once(lambda: lab.ask(24, actor=actor, once="killed"))
    assert asked.state == core.ASKED
    assert len(facts()) == 1


def _environment() -> dict[str, str]:
    environment = {**os.environ, "DJANGO_SETTINGS_MODULE": "tests.portal_settings"}
    if connection.vendor == "postgresql":
        base = os.environ["DATABASE_URL"].rpartition("/")[0]
        environment["DATABASE_URL"] = f"{base}/{connection.settings_dict['NAME']}"
    return environment
