"""Columns are understood by their names, in both languages, and wrong ones are explained."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.collect.core.aliases import field_names
from fairground.collect.core.columns import (
    detect_kind,
    field_of,
    header_score,
    plain_name,
    split_language,
    understand_columns,
)
from fairground.collect.core.errors import UnclearKindError, WrongColumnsError
from fairground.collect.core.records import NEED_TEXT_FIELDS, OFFER_TEXT_FIELDS


@pytest.mark.parametrize(
    ("name", "kind", "field"),
    [
        ("标题(英文)", "needs", "title"),
        ("Title (EN)", "needs", "title"),
        ("title_zh", "offers", "title"),
        ("title.zh", "offers", "title"),
        ("*1. 需求名称（必填）", "needs", "title"),
        ("text", "needs", "problem"),
        ("text", "offers", "description"),
        ("预算（万元）", "needs", "budget"),
        ("技术成熟度(TRL)", "offers", "trl"),
        ("主要技术指标", "needs", "requirements"),
        ("主要技术指标", "offers", "advantage"),
        ("现有方法及不足", "needs", "current_method"),
        ("Requirments", "needs", "requirements"),
        ("联系人及电话", "needs", "contact"),
        ("Contact e-mail", "offers", "contact"),
        ("项目负责人", "offers", "contact"),
        ("保密内容", "needs", "protected"),
        ("non-confidential summary", "offers", "summary"),
        ("非保密摘要", "needs", "abstract"),
        ("Confidential remarks", "needs", "protected"),
        ("拟转化方式", "offers", "partnership"),
        ("problem", "offers", "problem_solved"),
    ],
)
def test_field_of(name: Any, kind: Any, field: Any) -> None:
    found = field_of(name, kind)
    assert found is not None
    assert found[0] == field


@pytest.mark.parametrize("name", ["split", "x", "经度", "agency", "登记时间戳"])
def test_unknown_names_stay_unknown(name: Any) -> None:
    assert field_of(name, "needs") is None


@pytest.mark.parametrize("kind", ["needs", "offers"])
def test_every_alias_finds_its_field_first_come(kind: Any) -> None:
    taken: dict[str, str] = {}
    for field, names in field_names(kind).items():
        for name in names:
            expected = taken.setdefault(plain_name(name), field)
            found = field_of(name, kind)
            assert found is not None, name
            assert found[0] == expected, name


def test_every_text_field_of_a_record_has_its_own_name_as_alias() -> None:
    for kind, fields in (("needs", NEED_TEXT_FIELDS), ("offers", OFFER_TEXT_FIELDS)):
        for field in fields:
            assert field_of(field, kind) == (field, 1.0)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("title zh", ("title", "zh")),
        ("中文名称", ("名称", "zh")),
        ("english title", ("title", "en")),
        ("en", ("en", None)),
    ],
)
def test_split_language(name: Any, expected: Any) -> None:
    assert split_language(name) == expected


def test_mapping_keeps_languages_scales_and_unknown_columns() -> None:
    mapping = understand_columns(
        ["编号", "标题(中文)", "标题(英文)", "预算（万元）", "电话", "备注"], "needs"
    )
    assert [(c.field, c.language, c.scale) for c in mapping.columns] == [
        ("id", None, 1),
        ("title", "zh", 1),
        ("title", "en", 1),
        ("budget", None, 10_000),
        ("contact", None, 1),
    ]
    assert mapping.unknown == ((5, "备注"),)
    assert mapping.missing == ("problem", "wanted_outcome")


def test_wrong_columns_say_found_expected_and_nearest() -> None:
    with pytest.raises(WrongColumnsError) as caught:
        understand_columns(["serial", "titel of it", "when"], "needs", file="list.csv")
    message = caught.value.message_en
    assert "serial, titel of it, when" in message
    assert "title" in message
    assert "'titel of it' → 'title'" in message
    assert "标题" in caught.value.message_zh


@pytest.mark.parametrize(
    ("headers", "file", "kind"),
    [
        (["id", "title", "problem", "budget"], "", "needs"),
        (["id", "title", "advantage", "price"], "", "offers"),
        (["需求名称", "需求内容"], "", "needs"),
        (["成果名称", "成果简介"], "", "offers"),
        (["id", "title", "text"], "2026技术需求.csv", "needs"),
        (["id", "title", "text"], "offers.jsonl", "offers"),
    ],
)
def test_detect_kind(headers: Any, file: Any, kind: Any) -> None:
    assert detect_kind(headers, file=file) == kind


def test_unclear_kind_asks() -> None:
    with pytest.raises(UnclearKindError, match="--kind"):
        detect_kind(["id", "title", "text"], file="list.csv")


def test_columns_of_no_list_are_wrong_rather_than_unclear() -> None:
    with pytest.raises(WrongColumnsError):
        detect_kind(["when", "who"], file="list.csv")


def test_header_score_prefers_the_header_to_titles() -> None:
    assert header_score(["2026 需求清单"]) == 0
    assert header_score(["编号", "标题", "需求描述"]) == 3


@given(names=st.lists(st.text(max_size=20), max_size=6))
def test_any_names_are_understood_or_refused(names: Any) -> None:
    try:
        mapping = understand_columns(names, "offers")
    except WrongColumnsError:
        return
    positions = [column.index for column in mapping.columns] + [index for index, _ in mapping.unknown]
    assert sorted(positions) == list(range(len(names)))
