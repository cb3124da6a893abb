"""Loading the demonstration: complete, repeatable after any stop, and never where it would do harm."""

from datetime import UTC, datetime
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from pytest_django import Settings

from fairground.accounts.models import Hub, PlaceKeeper, Record, RoleAssignment, User
from fairground.accounts.services import add_record
from fairground.audit.models import Change
from fairground.collect.models import Offer, Platform
from fairground.demo.load import DemoRefusedError, load_demo
from fairground.demo.read import read_demonstration
from fairground.editions.models import Figure
from fairground.language.local_text import LocalText
from fairground.meet.models import ServiceRequest
from fairground.places.models import Park, Zone

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
LATER = datetime(2026, 11, 23, 9, 30, tzinfo=UTC)
DEMO = read_demonstration()
COUNTS = {
    "organisation": len(DEMO.organisations),
    "person": 32,
    "edition": 1,
    "session": 19,
    "figure": 75,
    "offer": 60,
    "need": 46,
    "platform": 320,
    "facility": 30,
    "dataset": 8,
    "tool": 8,
    "scenario": 2,
    "publication": 13,
    "exhibit": 14,
    "account": 12,
    "submission": 6,
    "introduction": 10,
    "booking_rule": 5,
    "service_request": 5,
}


@pytest.fixture
def portal(db: None, settings: Settings) -> Settings:
    """Return the settings, with a hasher that is quick enough for tests."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    return settings


def everything() -> dict[str, list[Any]]:
    """Return every row that loading writes."""
    tables = (
        Hub,
        Zone,
        Park,
        PlaceKeeper,
        ServiceRequest,
        Record,
        Offer,
        Platform,
        Change,
        Figure,
        User,
        RoleAssignment,
        EmailAddress,
    )
    return {model.__name__: list(model.objects.order_by("pk").values()) for model in tables}


def test_the_whole_hub_is_loaded_and_a_second_call_changes_nothing(portal: Settings) -> None:
    report = load_demo(now=NOW)
    assert (report.added, report.kept) == (COUNTS, {})
    first = everything()
    again = load_demo(now=LATER)
    assert (again.added, again.kept) == ({}, COUNTS)
    assert everything() == first


def test_a_call_that_was_killed_is_completed_by_the_next(
    portal: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = 0

    def dies_later(**values: Any) -> Record:
        nonlocal made
        made += 1
        if made == 300:
            raise KeyboardInterrupt
        return add_record(**values)

    with monkeypatch.context() as patch:
        patch.setattr("fairground.demo.load.add_record", dies_later)
        with pytest.raises(KeyboardInterrupt):
            load_demo(now=NOW)
    before = Record.objects.count()
    assert 100 < before < 300
    load_demo(now=LATER)
    counts = {kind: Record.objects.filter(kind=kind).count() for kind in COUNTS}
    records = {
        kind: count
        for kind, count in COUNTS.items()
        if kind not in ("figure", "account", "submission", "introduction", "booking_rule", "service_request")
    }
    assert {**counts, "offer": 60, "need": 46, "platform": 320} == {**dict.fromkeys(COUNTS, 0), **records}
    assert Record.objects.values("kind", "reference").distinct().count() == Record.objects.count()
    assert Change.objects.filter(action="add").count() == Record.objects.count()


def test_what_people_changed_stays(portal: Settings) -> None:
    load_demo(now=NOW)
    Record.objects.filter(reference="O-031").update(title=LocalText("改过的名称"))
    User.objects.filter(email="broker@example.org").update(name="another")
    load_demo(now=LATER)
    assert Record.objects.get(reference="O-031").title == LocalText("改过的名称")
    assert User.objects.get(email="broker@example.org").name == "another"


def test_production_refuses(portal: Settings) -> None:
    portal.MODE = "production"
    with pytest.raises(DemoRefusedError, match="FAIRGROUND_MODE"):
        load_demo(now=NOW)
    assert Hub.objects.count() == User.objects.count() == 0
