"""Whole lists: good rows become records, faults are listed, contacts stay out."""

import dataclasses
import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairground.collect.core.errors import WrongColumnsError
from fairground.collect.core.lists import detect_list_kind, read_needs, read_offers
from fairground.collect.core.records import Origin, Requirement
from fairground.kernel.money import MoneyRange
from fairground.kernel.tables import Cell, StrictTableError, TableError, write_table
from fairground.language.local_text import LocalText


def _write(path: Path, columns: Sequence[str], *rows: Sequence[Cell]) -> Path:
    write_table(path, columns, rows)
    return path


def test_a_full_need(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "needs.xlsx",
        [
            "编号",
            "标题(中文)",
            "标题(英文)",
            "问题",
            "现有方法",
            "预期目标",
            "技术要求",
            "排除方案",
            "材料",
            "TRL",
            "预算（万元）",
            "期限",
            "地区",
            "合作方式",
            "知识产权",
            "演示",
            "单位",
            "备注",
            "联系人",
            "联系电话",
        ],
        [
            "N1",
            "带钢检测",
            "Strip inspection",
            "漏检多",
            "人工抽检",
            "准确率 97% 以上",
            "1、速度≥18 m/s；2、最好国产",
            "破坏性取样",
            "带钢",
            "7级",
            "50-80",
            date(2027, 9, 30),
            "河北、天津",
            "技术服务",
            "归我方",
            "是",
            "示例钢厂",
            "急",
            "张某",
            "13800138000",
        ],
    )
    result = read_needs(path)
    need = result.records[0]
    assert (need.id, need.origin) == ("N1", Origin("needs.xlsx", "Sheet1", 2))
    assert need.texts["title"] == LocalText("带钢检测", "Strip inspection")
    assert need.texts["material"] == LocalText("带钢", None)
    assert need.requirements == (
        Requirement("速度≥18 m/s"),
        Requirement("最好国产", "should"),
        Requirement("破坏性取样", "must", True),
    )
    assert need.trl_min == 7
    assert need.budget == MoneyRange(50_000_000, 80_000_000, "CNY", "", "50-80")
    assert (need.deadline, need.regions, need.partnership) == (
        date(2027, 9, 30),
        ("河北", "天津"),
        ("technical_service",),
    )
    assert (need.ipr, need.demonstration) == ("归我方", True)
    assert dict(need.extra) == {"备注": "急", "单位": "示例钢厂"}
    assert dict(result.warning_counts) == {"contact_column": 2, "unknown_column": 1}


def test_a_full_offer(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "offers.csv",
        [
            "id",
            "title",
            "description",
            "advantage",
            "organisation",
            "trl",
            "trl_note",
            "price",
            "valid_until",
            "export_restriction",
        ],
        [
            "O1",
            "Laser",
            "A laser.",
            "20 % faster",
            "Example Ltd",
            "TRL 6 (prototype)",
            "field test 2025",
            "面议",
            "长期有效",
            "列入管制",
        ],
    )
    offer = read_offers(path).records[0]
    assert offer.texts["description"] == LocalText(None, "A laser.")
    assert (offer.trl, offer.trl_note) == (6, "field test 2025\nTRL 6 (prototype)")
    assert (offer.price, offer.valid_until) == (None, None)
    assert (offer.organisation, offer.export_restriction) == ("Example Ltd", "列入管制")


def test_contacts_reach_no_part_of_the_output(tmp_path: Path) -> None:
    secrets = ["王小明", "13900001111", "wang@example.com", "绝密配方"]
    path = _write(
        tmp_path / "needs.csv",
        ["标题", "问题", "联系人", "手机", "备注", "保密内容"],
        ["甲", f"漏检，联系 {secrets[2]}", secrets[0], secrets[1], f"电话 {secrets[1]}", secrets[3]],
    )
    result = read_needs(path)
    everything = repr(dataclasses.asdict(result.records[0])) + repr(result.warnings)
    assert [secret for secret in secrets if secret in everything] == []
    assert dict(result.warning_counts) == {
        "contact_column": 2,
        "protected_column": 1,
        "unknown_column": 1,
        "no_id_column": 1,
        "contact_in_text": 2,
    }


def test_plain_jsonl_collections_work(tmp_path: Path) -> None:
    path = tmp_path / "needs.jsonl"
    lines = [
        {"id": "a", "title": "轻质合金", "text": "需要减重"},
        {"id": "b", "title": "Light alloy", "text": "Less weight"},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines), encoding="utf-8")
    needs, offers = read_needs(path).records, read_offers(path).records
    assert [need.texts["problem"] for need in needs] == [
        LocalText("需要减重", None),
        LocalText(None, "Less weight"),
    ]
    assert offers[1].texts["description"] == LocalText(None, "Less weight")
    assert detect_list_kind(path) == "needs"


def test_nested_languages_and_lists(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    record = {
        "id": "a",
        "title": {"zh": "甲", "en": "A"},
        "problem": "p",
        "requirements": ["≥5 mm", "最好国产"],
        "keywords": ["x", "y"],
    }
    path.write_text(json.dumps(record), encoding="utf-8")
    need = read_needs(path).records[0]
    assert need.texts["title"] == LocalText("甲", "A")
    assert [r.text for r in need.requirements] == ["≥5 mm", "最好国产"]
    assert need.texts["keywords"] == LocalText(None, "x\ny")


def test_faults_are_listed_and_no_good_row_lost(tmp_path: Path) -> None:
    path = _write(
        tmp_path / "needs.csv",
        ["id", "标题", "问题", "TRL", "预算", "期限", "合作方式"],
        ["1", "甲", "a", "12", "很多", "尽快", "随便"],
        ["1", "乙", "b", "6", "0", "长期有效", "许可"],
        ["2", None, None, "6", None, None, None],
        ["3", "丁", None, "中试", "3.5万元", "46082", None],
    )
    result = read_needs(path)
    assert [need.id for need in result.records] == ["1", "1-2", "3"]
    assert [(w.code, w.row, w.column) for w in result.warnings] == [
        ("bad_trl", 2, "TRL"),
        ("bad_amount", 2, "预算"),
        ("bad_date", 2, "期限"),
        ("bad_partnership", 2, "合作方式"),
        ("empty_record", 4, None),
        ("serial_date", 5, "期限"),
        ("duplicate_id", 3, "id"),
    ]
    assert (result.rows_read, result.rows_skipped) == (4, 1)
    assert result.records[2].deadline == date(2026, 3, 1)
    with pytest.raises(StrictTableError):
        read_needs(path, strict=True)


def test_made_ids_follow_the_content_not_the_place(tmp_path: Path) -> None:
    first = read_needs(_write(tmp_path / "a.csv", ["标题", "问题"], ["甲", "a"], ["乙", "b"], ["甲", "a"]))
    second = read_needs(_write(tmp_path / "b.csv", ["标题", "问题"], ["乙", "b"], ["甲", "a"]))
    ids = [need.id for need in first.records]
    assert [need.id for need in second.records] == [ids[1], ids[0]]
    assert ids[2] == f"{ids[0]}-2"


def test_a_running_number_is_an_id_only_where_there_is_no_better(tmp_path: Path) -> None:
    both = read_needs(_write(tmp_path / "a.csv", ["序号", "编号", "标题"], ["1", "XQ-7", "甲"]))
    alone = read_needs(_write(tmp_path / "b.csv", ["序号", "标题"], ["1", "甲"]))
    assert (both.records[0].id, alone.records[0].id) == ("XQ-7", "1")


def test_title_rows_and_merged_regions_of_a_real_looking_workbook(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.append(["2026年度技术需求清单", None, None, None])
    sheet.append(["填报单位：示例", "日期：2026-03-01", None, None])
    sheet.append(["编号", "需求名称", "需求描述", "所在地"])
    sheet.append(["1", "甲", "a", "河北"])
    sheet.append(["2", "乙", "b", None])
    sheet.merge_cells("A1:D1")
    sheet.merge_cells("D4:D5")
    book.save(tmp_path / "a.xlsx")
    result = read_needs(tmp_path / "a.xlsx")
    assert [(need.id, need.regions, need.origin.row) for need in result.records] == [
        ("1", ("河北",), 4),
        ("2", ("河北",), 5),
    ]
    assert dict(result.warning_counts) == {"merged_cells": 2, "rows_above_header": 1}


def test_wrong_columns_are_explained(tmp_path: Path) -> None:
    with pytest.raises(WrongColumnsError, match="price list"):
        read_needs(_write(tmp_path / "price list.csv", ["serial", "when"], ["1", "2"]))


def test_two_megabytes_in_one_row_are_kept(tmp_path: Path) -> None:
    text = "很长的说明。" * 120_000
    result = read_needs(_write(tmp_path / "a.jsonl", ["id", "title", "text"], ["1", "甲", text]))
    assert result.records[0].texts["problem"].zh == text
    assert dict(result.warning_counts) == {"long_cell": 1}


_cells = st.one_of(
    st.none(),
    st.text(max_size=15),
    st.integers(-(10**6), 10**8),
    st.booleans(),
    st.sampled_from(["TRL 6", "50万元", "2026年3月", "许可", "必须≥5 mm；最好轻"]),
)


@pytest.mark.parametrize("read", [read_needs, read_offers])
@given(rows=st.lists(st.lists(_cells, min_size=9, max_size=9), max_size=4))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_cells_give_records_or_listed_faults(tmp_path: Path, read: Any, rows: Any) -> None:
    columns = ["id", "title", "text", "trl", "price", "valid_until", "region", "partnership", "requirements"]
    path = tmp_path / "a.jsonl"
    write_table(path, columns, [["x", "t", "t", None, None, None, None, None, None], *rows])
    try:
        result = read(path)
    except TableError:
        return
    assert result.rows_read == len(result.records) + result.rows_skipped == len(rows) + 1
    assert len({record.id for record in result.records}) == len(result.records)
    for record in result.records:
        assert (record.trl_min if read is read_needs else record.trl) in (None, *range(1, 10))
