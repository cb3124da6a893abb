"""That a need's last day is over is logged once, by however many clocks, and stands in its history."""

from collections.abc import Callable
from datetime import date, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.accounts.services import add_record
from fairground.audit.models import Change
from fairground.collect.deadlines import log_passed_deadlines
from fairground.database.tests.two_sessions import at_once

LAST_DAY = date(2026, 6, 3)


def _need(clock: Actor, now: datetime, *, publish: bool = True) -> Record:
    values = {"title": {"zh": "示例需求", "en": "Example need"}, "deadline": LAST_DAY.isoformat()}
    return add_record(actor=clock, kind_code="need", values=values, now=now, publish=publish)


def _logged() -> list[tuple[str, str]]:
    return list(Change.objects.filter(action="close").values_list("key", "actor_name"))


def test_only_what_is_published_and_over_is_logged(clock_actor: Actor, now: datetime, client: Client) -> None:
    need = _need(clock_actor, now)
    _need(clock_actor, now, publish=False)
    noon = timezone.make_aware(datetime(LAST_DAY.year, LAST_DAY.month, LAST_DAY.day, 12))
    assert log_passed_deadlines(actor=clock_actor, now=noon) == 0
    assert log_passed_deadlines(actor=clock_actor, now=noon + timedelta(days=1)) == 1
    assert log_passed_deadlines(actor=clock_actor, now=noon + timedelta(days=2)) == 0
    assert _logged() == [(need.key, clock_actor.name)]
    assert "已过截止日期" in client.get(f"/zh/need/{need.key}/history/").content.decode()
    assert "Deadline passed" in client.get(f"/en/need/{need.key}/history/").content.decode()


@pytest.mark.parametrize("_again", range(3))
def test_two_clocks_at_once_log_it_once(
    shared_database: Callable[[], None], clock_actor: Actor, now: datetime, _again: int
) -> None:
    for _ in range(5):
        _need(clock_actor, now)
    shared_database()
    later = now + timedelta(days=30)
    outcomes = at_once(*[lambda: log_passed_deadlines(actor=clock_actor, now=later)] * 4)
    assert sorted(outcomes) == [0, 0, 0, 5]
    (logged,) = at_once(_logged)
    assert len(logged) == len(set(logged)) == 5
