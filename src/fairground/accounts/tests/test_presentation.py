from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.template.loader import render_to_string

from fairground.accounts.actors import Actor
from fairground.accounts.kinds import Kind, kind_of
from fairground.accounts.models import Record
from fairground.accounts.presentation import NO_REFERENCES as NOTHING
from fairground.accounts.presentation import Group, Link, present, present_value, present_values, text_of
from fairground.accounts.services import add_record
from fairground.collect.models import Need
from fairground.language.local_text import LocalText

VALUES = {
    "title": {"zh": "内部缺陷检测", "en": "Finding inner defects"},
    "summary": {"zh": "第一段。\n\n第二段 <script>alert(1)</script>"},
    "conditions": [{"text": {"zh": "检出0.1毫米裂纹"}, "level": "must"}],
    "budget": {"high_minor": 200_000_000, "currency": "CNY", "quote": "200万元以内"},
    "fields": ["smart-equipment"],
    "protected_detail": {"zh": "保密的尺寸"},
    "contact": {"email": "someone@example.org"},
    "region": "130000",
    "trl": 6,
    "deadline": "2027-03-01",
}


@pytest.fixture
def need(make_actor: Callable[..., Actor], now: datetime) -> Record:
    record = add_record(actor=make_actor("member"), kind_code="need", values=VALUES, now=now)
    return Need.objects.get(pk=record.pk)


def _shown(groups: tuple[Group, ...]) -> dict[str, object]:
    return {item.name: item.value for group in groups for item in group.items}


def test_values_are_shown_in_the_order_of_their_groups(need: Record) -> None:
    groups = present(need, language="zh")

    assert [group.code for group in groups] == ["lead", "facts", "protected", "contact", "source"]
    shown = _shown(groups)
    assert shown["title"] == LocalText("内部缺陷检测", "Finding inner defects")
    assert shown["region"] == LocalText("河北省", "Hebei")
    assert shown["deadline"] == date(2027, 3, 1)


def test_closed_fields_are_named_and_their_values_stay_away(need: Record) -> None:
    closed = {group.code: group.closed for group in present(need, language="zh") if group.closed}

    assert {code: [label.en for label in labels] for code, labels in closed.items()} == {
        "protected": ["Protected detail"],
        "contact": ["Contact"],
    }
    assert "保密的尺寸" not in str(present(need, language="zh"))
    assert "someone@example.org" not in str(present(need, language="zh", opened=frozenset({"protected"})))


def test_a_grant_of_one_scope_opens_that_scope(need: Record) -> None:
    shown = _shown(present(need, language="zh", opened=frozenset({"protected"})))

    assert shown["protected_detail"] == LocalText("保密的尺寸")
    assert "contact" not in shown


def test_an_organisation_the_reader_may_not_see_is_not_named(
    clock_actor: Actor, now: datetime, make_actor: Callable[..., Actor]
) -> None:
    hidden = add_record(
        actor=clock_actor, kind_code="organisation", values={"title": {"en": "Example hidden"}}, now=now
    )
    member = make_actor("member", organisations=(hidden.pk,))
    record = add_record(
        actor=member, kind_code="offer", values={"title": {"en": "A"}, "organisation": hidden.key}, now=now
    )

    assert "organisation" not in _shown(present(record, language="en"))
    shown = _shown(present(record, language="en", actor=member))["organisation"]
    assert shown == (Link(LocalText(en="Example hidden"), f"/en/organisation/{hidden.key}/"),)


def test_every_item_can_be_written_as_text(need: Record) -> None:
    texts = {
        item.name: text_of(item, "zh")
        for group in present(need, language="zh", opened=frozenset({"contact"}))
        for item in group.items
    }
    assert texts["budget"] == "不超过200万元"
    assert texts["deadline"] == "2027年3月1日"
    assert texts["contact"] == "电子邮箱：someone@example.org"
    assert texts["conditions"] == "检出0.1毫米裂纹 · 必须"


def test_years_are_not_grouped() -> None:
    item = present_value(kind_of("organisation").fields["founded"], 1998)

    assert text_of(item, "en") == "1998"


@pytest.mark.parametrize("value", [{"level": "x"}, "text", 12, ["a"], [{"level": None}]])
def test_an_old_value_that_fits_no_longer_is_still_shown(value: object) -> None:
    need_kind: Kind = kind_of("need")
    for spec in need_kind.layout:
        text_of(present_value(spec, value), "en")


def test_markup_is_shown_as_text(need: Record) -> None:
    html = "".join(
        render_to_string("accounts/presented_group.html", {"group": group, "reader": "zh"})
        for group in present(need, language="zh")
    )
    assert "<script>" not in html
    assert "&lt;script&gt;" in html


def test_empty_values_make_no_groups() -> None:
    assert present_values(kind_of("need"), {"title": {}, "summary": None}, NOTHING) == ()


def test_presenting_takes_three_queries_at_most(
    need: Record, django_assert_max_num_queries: Callable[..., object]
) -> None:
    with django_assert_max_num_queries(3):  # type: ignore[attr-defined]
        present(need, language="zh")
