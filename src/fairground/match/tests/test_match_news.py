"""The catalogue is matched anew when an offer or a need was published, changed or withdrawn."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record, move_record
from fairground.match import tasks
from fairground.match.catalogue import match_hub, news_to_match
from fairground.match.models import Match


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    hubs: list[int] = []
    monkeypatch.setattr(tasks, "_started", {})
    monkeypatch.setattr(type(tasks.match_again), "enqueue", lambda _task, hub_id: hubs.append(hub_id))
    return hubs


@pytest.fixture
def publish(clock_actor: Actor) -> Callable[..., Record]:
    def publish(kind: str, at: datetime, **values: Any) -> Record:
        return add_record(actor=clock_actor, kind_code=kind, values=values, now=at, publish=True)

    return publish


def test_what_is_published_is_matched_once(
    hub: Hub, publish: Callable[..., Record], clock_actor: Actor, now: datetime, started: list[int]
) -> None:
    assert tasks.match_news() == 0
    need = publish(
        "need", now, title={"en": "Testing radomes"}, problem={"en": "Tapping radomes by hand misses flaws"}
    )
    publish(
        "offer", now, title={"en": "Terahertz tester"}, summary={"en": "Tests radomes for flaws by terahertz"}
    )
    assert [tasks.match_news(), tasks.match_news(), started] == [1, 0, [hub.pk]]
    later = now + timedelta(minutes=1)
    match_hub(hub.pk, now=later)
    assert Match.objects.get().need_id == need.pk
    assert news_to_match(hub.pk) is None

    move_record(
        actor=clock_actor, key=need.key, move="withdraw", version=need.version, now=later, reason="solved"
    )
    assert [tasks.match_news(), tasks.match_news()] == [1, 0]
    assert started == [hub.pk, hub.pk]


def test_a_draft_is_no_news(hub: Hub, clock_actor: Actor, now: datetime, started: list[int]) -> None:
    add_record(actor=clock_actor, kind_code="need", values={"title": {"en": "A draft"}}, now=now)
    assert [tasks.match_news(), started] == [0, []]
