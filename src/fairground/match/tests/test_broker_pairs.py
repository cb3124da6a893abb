"""Pairs that a broker may propose: the best first, none that was introduced, none of what they may not read."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fairground.accounts.models import Hub, Record
from fairground.match.introductions.asking import propose_introduction
from fairground.match.models import Match
from fairground.match.tests.introduction_parts import LIMITS, add

MaxQueries = Callable[[int], AbstractContextManager[Any]]


class Catalogue:
    """A need, and offers it was matched with."""

    def __init__(self, hub: Hub) -> None:
        self.hub, self.now = hub, timezone.now()
        self.need = add(hub.pk, "need", self.now, title={"en": "Need"}, **self._firm("Seeker"))

    def _firm(self, name: str) -> dict[str, Any]:
        firm = add(self.hub.pk, "organisation", self.now, title={"en": name})
        return {"organisation": firm.key, "contact": {"email": "c@example.org"}}

    def offer(self, name: str, score: float, *, evidence: str = "enough", **values: Any) -> Record:
        made = add(
            self.hub.pk, "offer", self.now, title={"en": name}, **self._firm(f"Maker of {name}"), **values
        )
        Match.objects.create(
            hub=self.hub, asking_id=self.need.pk, answering_id=made.pk, kinds="need offer", score=score,
            evidence=evidence, reasons={"judgements": [{"verdict": "met"}]}, method="test 1", made_at=self.now,
        )  # fmt: skip
        return made


@pytest.fixture
def catalogue(hub: Hub) -> Catalogue:
    return Catalogue(hub)


@pytest.fixture
def broker(sign_in: Callable[..., Client]) -> Client:
    return sign_in("broker")


def _offered(client: Client, question: str = "") -> list[str]:
    page = client.get(f"/en/broker/pairs/{question}")
    assert page.status_code == 200
    assert page.context["total"] == len(page.context["rows"])
    return [row.answering.title.en for row in page.context["rows"]]


def test_the_best_come_first_and_what_has_no_evidence_never(catalogue: Catalogue, broker: Client) -> None:
    for name, score in (("good", 0.7), ("best", 0.9), ("fair", 0.4)):
        catalogue.offer(name, score)
    catalogue.offer("none", 0.95, evidence="none")
    assert _offered(broker) == ["best", "good", "fair"]


def test_what_was_introduced_already_is_left_out(
    catalogue: Catalogue, broker: Client, make_actor: Callable[..., Any]
) -> None:
    best = catalogue.offer("best", 0.9)
    catalogue.offer("good", 0.7)
    propose_introduction(
        actor=make_actor("broker"),
        target_key=best.key,
        own_key=catalogue.need.key,
        limits=LIMITS,
        now=catalogue.now,
    )
    assert _offered(broker) == ["good"]


@pytest.mark.parametrize(
    ("change", "is_shown"),
    [
        ({"visibility": "members"}, True),
        ({"visibility": "parties"}, False),
        ({"state": "withdrawn"}, False),
        ({"state": "draft"}, False),
    ],
)
def test_only_what_members_may_read_is_proposed(
    change: dict[str, str], is_shown: bool, catalogue: Catalogue, broker: Client
) -> None:
    Record.objects.filter(pk=catalogue.offer("one", 0.9).pk).update(**change)
    assert _offered(broker) == (["one"] if is_shown else [])


def test_those_of_one_record(catalogue: Catalogue, broker: Client) -> None:
    one = catalogue.offer("one", 0.9)
    catalogue.offer("other", 0.8)
    assert _offered(broker, f"?record={one.key}") == ["one"]
    assert _offered(broker, f"?record={catalogue.need.key}") == ["one", "other"]
    assert _offered(broker, "?record=nothinghere") == []


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_asks_as_often_for_three_as_for_one(
    rows: int, catalogue: Catalogue, broker: Client, django_assert_num_queries: MaxQueries
) -> None:
    for number in range(rows):
        catalogue.offer(f"offer {number}", 0.5)
    broker.get("/en/broker/pairs/")
    with django_assert_num_queries(7):
        assert len(_offered(broker)) == rows
