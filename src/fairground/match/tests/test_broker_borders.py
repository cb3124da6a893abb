"""The desk asks for the confirmation of a border or an export restriction where the records need it, not before."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fairground.accounts.models import Hub, Record, User
from fairground.collect.models import Offer
from fairground.match.broker.desk import DeskRow, desk_rows
from fairground.match.introductions.answering import agree_to_introduction
from fairground.match.introductions.asking import propose_introduction
from fairground.match.models import Introduction
from fairground.match.tests.introduction_parts import LIMITS, Sides, make_sides

LATER = timedelta(days=5)


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User]) -> Sides:
    return make_sides(hub.pk, make_user, timezone.now())


@pytest.fixture
def row(sides: Sides, make_user: Callable[..., User]) -> Callable[[Introduction], DeskRow]:
    """Return how the desk shows an introduction when it has waited for some days."""
    broker = sides.actor(make_user("broker"))
    return lambda one: desk_rows(broker, [one.pk], now=sides.now + LATER)[0]


def _change(sides: Sides, change: str) -> None:
    match change:
        case "border":
            Record.objects.filter(pk=sides.need.pk).update(country="DE")
            Record.objects.filter(pk=sides.offer.pk).update(country="CN")
        case "border of the organisations":
            Record.objects.filter(pk=sides.firm.pk).update(country="DE")
            Record.objects.filter(pk=sides.institute.pk).update(region="110000")
        case "restriction":
            Offer.objects.filter(pk=sides.offer.pk).update(export_restriction="列入限制出口技术目录")
        case "none stated":
            Offer.objects.filter(pk=sides.offer.pk).update(export_restriction="无")


@pytest.mark.parametrize(
    ("change", "action"),
    [
        ("", "remind"),
        ("none stated", "remind"),
        ("border", "confirm"),
        ("border of the organisations", "confirm"),
        ("restriction", "confirm"),
    ],
)
@pytest.mark.parametrize("is_ticked", [True, False])
def test_a_tick_that_nobody_needed_is_not_asked_of_the_other_side(
    change: str, action: str, is_ticked: bool, sides: Sides, row: Callable[[Introduction], DeskRow]
) -> None:
    asked = sides.ask(confirmed=is_ticked)
    _change(sides, change)  # perhaps after the first side said yes
    assert row(asked).step.action == action


def test_whoever_is_waited_for_is_looked_at(
    sides: Sides, row: Callable[[Introduction], DeskRow], make_user: Callable[..., User]
) -> None:
    _change(sides, "border")
    made = propose_introduction(
        actor=sides.actor(make_user("broker")),
        target_key=sides.offer.key,
        own_key=sides.need.key,
        limits=LIMITS,
        now=sides.now,
    ).introduction
    assert row(made).step.action == "confirm"

    agree_to_introduction(actor=sides.buying, key=made.key, confirmed=True, limits=LIMITS, now=sides.now)
    assert row(made).step.action == "confirm"
    Introduction.objects.update(answering_confirmed=True)
    assert row(made).step.action == "remind"


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_queries_for_three_as_for_one(
    number: int,
    sides: Sides,
    make_user: Callable[..., User],
    django_assert_num_queries: Callable[[int], AbstractContextManager[Any]],
) -> None:
    broker, now = sides.actor(make_user("broker")), sides.now
    made = [_another(sides, now) for _ in range(number)]
    with django_assert_num_queries(2):
        rows = desk_rows(broker, made, now=now + LATER)
    assert [each.step.action for each in rows] == ["remind"] * number


def _another(sides: Sides, now: datetime) -> int:
    """A row as the services write it; they allow one open introduction of two records."""
    return Introduction.objects.create(
        hub_id=sides.hub_id, state="asked", since=now, expires_at=now + 2 * LATER, target_id=sides.offer.pk,
        own_id=sides.need.pk, asking_answer="yes", asking_organisation_id=sides.firm.pk,
        answering_organisation_id=sides.institute.pk,
    ).pk  # fmt: skip
