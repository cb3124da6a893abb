"""What belongs to a record is on its page: in one query, by policy, and never a draft."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, date, datetime
from types import SimpleNamespace
from typing import Any

import pytest

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record
from fairground.editions.models import Participation
from fairground.places.models import Zone
from fairground.publish import related
from fairground.publish.records import record_for_reader
from fairground.web.panels import Panel

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
Publish = Callable[..., Record]
Queries = Callable[[int], AbstractContextManager[Any]]


def _record(record: Record) -> Any:
    """Return the record as its page reads it: the row of its own kind with what is joined to it."""
    return record_for_reader(visitor(record.hub_id), record.kind, record.key)


def _request(hub: Hub) -> Any:
    return SimpleNamespace(actor=visitor(hub.pk))


def _titles(panel: Panel | None) -> list[tuple[str, int, list[str]]]:
    assert panel is not None
    return [
        (group["label"].en, group["count"], [entry["title"].zh for entry in group["entries"]])
        for group in panel.context["groups"]
    ]


@pytest.mark.parametrize("offers", [1, 3])
def test_organisation_shows_what_it_offers_and_needs_in_three_queries(
    offers: int, hub: Hub, publish: Publish, django_assert_num_queries: Queries
) -> None:
    owner = publish("organisation", "示例·甲")
    publish("organisation", "示例·乙")
    for number in range(offers):
        publish("offer", f"成果{number}", organisation=owner.key)
    publish("need", "需求", organisation=owner.key)
    publish("need", "别家的需求")
    record = _record(owner)
    with django_assert_num_queries(3):
        panel = related.organisation_panel(_request(hub), record)
    assert _titles(panel) == [
        ("Offers", offers, [f"成果{number}" for number in reversed(range(offers))]),
        ("Needs", 1, ["需求"]),
    ]


def test_many_of_a_kind_lead_to_the_catalogue(hub: Hub, publish: Publish) -> None:
    owner = publish("organisation", "示例·甲")
    for number in range(8):
        publish("offer", f"成果{number}", organisation=owner.key)
    panel = related.organisation_panel(_request(hub), _record(owner))
    assert panel is not None
    group = panel.context["groups"][0]
    assert (group["count"], len(group["entries"])) == (8, 6)
    assert group["all_url"].endswith(f"/catalogue/?kind=offer&organisation={owner.key}")


def test_drafts_and_what_is_for_members_do_not_appear(
    hub: Hub, publish: Publish, make_actor: Callable[..., Actor]
) -> None:
    owner = publish("organisation", "示例·甲")
    author = make_actor("organiser", organisations=(owner.pk,))
    values = {"title": {"zh": "草稿"}, "organisation": owner.key}
    add_record(actor=author, kind_code="offer", values=values, now=NOW)
    publish("offer", "仅限会员", organisation=owner.key, visibility="members")
    record = _record(owner)
    assert related.organisation_panel(_request(hub), record) is None
    # Its own author and an editor see the published one, and still no draft.
    panel = related.organisation_panel(SimpleNamespace(actor=author), record)
    assert _titles(panel) == [("Offers", 1, ["仅限会员"])]


def test_sessions_are_found_by_whom_they_name(hub: Hub, publish: Publish) -> None:
    person = publish("person", "示例·张三")
    other = publish("person", "示例·李四")
    host = publish("organisation", "示例·甲")
    publish(
        "session",
        "论坛",
        speakers=[{"name": {"zh": "示例·张三"}, "key": person.key}],
        hosts=[{"name": {"zh": "示例·甲"}, "key": host.key}],
    )
    assert _titles(related.person_panel(_request(hub), _record(person))) == [("Sessions", 1, ["论坛"])]
    assert related.person_panel(_request(hub), _record(other)) is None
    assert _titles(related.organisation_panel(_request(hub), _record(host))) == [("Sessions", 1, ["论坛"])]


def test_platform_shows_its_facilities_then_those_of_its_zone(
    hub: Hub, publish: Publish, django_assert_num_queries: Queries
) -> None:
    Zone.objects.create(code="here", name={"zh": "某区"}, region="110108")
    platform = publish("platform", "示例·平台", zone="here")
    publish("facility", "自有", platform=platform.key)
    publish("facility", "同区", zone="here")
    publish("facility", "他处")
    record = _record(platform)
    with django_assert_num_queries(1):
        panel = related.facilities_panel(_request(hub), record)
    assert _titles(panel) == [("On this platform", 1, ["自有"]), ("In the same zone", 1, ["同区"])]


def test_session_shows_its_edition_and_the_same_day(
    hub: Hub, publish: Publish, django_assert_num_queries: Queries
) -> None:
    edition = publish("edition", "年会", year=2026)
    day, other_day = date(2026, 4, 25).isoformat(), date(2026, 4, 26).isoformat()
    session = publish("session", "开幕式", edition=edition.key, held_on=day)
    publish("session", "平行论坛", edition=edition.key, held_on=day)
    publish("session", "次日论坛", edition=edition.key, held_on=other_day)
    record = _record(session)
    with django_assert_num_queries(1):
        panel = related.sessions_panel(_request(hub), record)
    assert panel is not None
    assert panel.context["edition"]["title"].zh == "年会"
    assert [entry["title"].zh for entry in panel.context["sessions"]] == ["平行论坛"]


def test_session_of_an_edition_not_open_to_all_does_not_name_it(hub: Hub, publish: Publish) -> None:
    edition = publish("edition", "闭门年会", year=2026, visibility="members")
    session = publish("session", "开幕式", edition=edition.key, held_on="2026-04-25")
    assert related.sessions_panel(_request(hub), _record(session)) is None


def test_edition_shows_what_was_released_there(
    hub: Hub, publish: Publish, django_assert_num_queries: Queries
) -> None:
    edition = publish("edition", "年会", year=2026)
    offer = publish("offer", "重大成果")
    Participation.objects.create(edition_id=edition.pk, record_id=offer.pk)
    publish("publication", "宣言", edition=edition.key)
    publish("exhibit", "展品", edition=edition.key)
    record = _record(edition)
    with django_assert_num_queries(1):
        panel = related.taking_part_panel(_request(hub), record)
    assert _titles(panel) == [
        ("Offers", 1, ["重大成果"]),
        ("Publications", 1, ["宣言"]),
        ("Exhibits", 1, ["展品"]),
    ]


def test_other_kinds_have_no_such_panels(hub: Hub, publish: Publish) -> None:
    record = _record(publish("need", "需求"))
    panels = (
        related.organisation_panel,
        related.person_panel,
        related.facilities_panel,
        related.sessions_panel,
        related.taking_part_panel,
    )
    assert [panel(_request(hub), record) for panel in panels] == [None] * 5
