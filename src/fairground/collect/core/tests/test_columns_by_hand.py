"""Columns that a person said what they are: it counts before the name, and nothing else changes."""

from collections.abc import Sequence
from pathlib import Path

import pytest

from fairground.collect.core.columns import (
    AS_PRINTED,
    KINDS,
    LEFT_OUT,
    choices_of,
    essential_fields,
    understand_columns,
)
from fairground.collect.core.errors import WrongColumnsError
from fairground.collect.core.field_words import FIELD_WORDS
from fairground.collect.core.lists import preview_list, read_needs, read_offers
from fairground.kernel.money import MoneyRange
from fairground.kernel.tables import Cell, TableEmptyError, write_table
from fairground.language.local_text import LocalText


def _write(path: Path, columns: Sequence[str], *rows: Sequence[Cell]) -> Path:
    write_table(path, columns, rows)
    return path


def test_a_column_nobody_knows_becomes_what_it_was_said_to_be(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", ["Wunsch", "Geld (万元)", "备注"], ["缺陷检测", "50", "x"])
    with pytest.raises(WrongColumnsError):
        read_needs(path)
    read = read_needs(path, columns={"Wunsch": "title", "Geld (万元)": "budget"})
    (need,) = read.records
    assert need.texts == {"title": LocalText("缺陷检测", None)}
    assert need.budget == MoneyRange(50_000_000, 50_000_000, "CNY", "", "50")
    assert need.extra == {"备注": "x"}
    assert read.mapping.as_chosen() == {"Wunsch": "title", "Geld (万元)": "budget", "备注": AS_PRINTED}


def test_left_out_is_not_read_and_as_printed_is_carried(tmp_path: Path) -> None:
    columns = ["标题", "问题", "技术要求"]
    path = _write(tmp_path / "a.csv", columns, ["甲", "乙", "误差不超过 0.1 mm"])
    read = read_needs(path, columns={"问题": LEFT_OUT, "技术要求": AS_PRINTED})
    (need,) = read.records
    assert (set(need.texts), need.requirements, need.extra) == (
        {"title"},
        (),
        {"技术要求": "误差不超过 0.1 mm"},
    )


def test_two_columns_left_out_are_no_ambiguity(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", ["编号", "标题", "x", "y"], ["1", "甲", "2", "3"])
    read = read_needs(path, columns={"x": LEFT_OUT, "y": LEFT_OUT})
    assert (dict(read.warning_counts), read.records[0].extra) == ({}, {})


def test_a_column_taken_for_a_contact_can_be_read_after_all(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", ["编号", "负责人"], ["1", "膜材料回收，电话 13800138000"])
    (offer,) = read_offers(path, columns={"负责人": "title"}).records
    assert offer.texts == {"title": LocalText("膜材料回收，[…]", None)}


def test_the_mapping_of_a_list_said_back_reads_the_same(tmp_path: Path) -> None:
    columns = ["编号", "标题(英文)", "标题(中文)", "痛点", "价格（万元）", "备注", "联系电话"]
    path = _write(tmp_path / "a.csv", columns, ["1", "Membrane", "膜", "浪费", "20", "x", "13800138000"])
    first = read_offers(path)
    again = read_offers(path, columns=first.mapping.as_chosen())
    assert again.records == first.records


@pytest.mark.parametrize("chosen", [{"不存在": "title"}, {"标题": "title", "nope": LEFT_OUT}])
def test_a_column_that_is_not_there_is_named(chosen: dict[str, str]) -> None:
    with pytest.raises(WrongColumnsError) as refused:
        understand_columns(["标题"], "needs", file="a.csv", chosen=chosen)
    name = next(name for name in chosen if name != "标题")
    assert refused.value.in_language("zh").count(name) == 1
    assert refused.value.in_language("en").count(name) == 1


@pytest.mark.parametrize("field", ["price", "description", "no_such_field", "", "__class__"])
def test_a_field_of_the_other_kind_is_refused(field: str) -> None:
    with pytest.raises(ValueError, match="no field of needs"):
        understand_columns(["标题", "x"], "needs", chosen={"x": field})


def test_leaving_out_the_only_text_is_refused_with_what_is_needed() -> None:
    with pytest.raises(WrongColumnsError):
        understand_columns(["编号", "标题"], "needs", chosen={"标题": LEFT_OUT})
    mapping = understand_columns(["编号", "标题"], "needs", chosen={"标题": LEFT_OUT}, lenient=True)
    assert (mapping.has_essentials(), mapping.missing) == (False, ("title", "problem", "wanted_outcome"))


def test_every_choice_has_its_words() -> None:
    choices = {field for kind in KINDS for field in choices_of(kind)}
    assert choices == set(FIELD_WORDS)
    assert all(text.zh and text.en for text in FIELD_WORDS.values())
    assert all(set(essential_fields(kind)) < set(choices_of(kind)) for kind in KINDS)


def test_preview_shows_different_values_cut_and_without_contacts(tmp_path: Path) -> None:
    rows: list[list[Cell]] = [
        ["甲", "x" * 100, "13800138000", "见 a@example.org"],
        ["甲", None, "13900139000", "丁"],
    ]
    rows += [[f"乙{n}", None, None, None] for n in range(9)]
    path = _write(tmp_path / "a.csv", ["标题", "foo", "联系电话", "备注"], *rows)
    preview = preview_list(path, "needs")
    assert preview.names == ("标题", "foo", "联系电话", "备注")
    assert preview.samples == (("甲", "乙0", "乙1"), ("x" * 59 + "…",), (), ("见 […]", "丁"))
    assert preview.mapping.has_essentials()


def test_preview_of_a_list_without_a_title_shows_it_all_the_same(tmp_path: Path) -> None:
    preview = preview_list(_write(tmp_path / "a.csv", ["foo", "bar"], ["1", "2"]), "offers")
    assert (preview.mapping.has_essentials(), preview.samples) == (False, (("1",), ("2",)))


def test_preview_of_an_empty_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.csv").touch()
    with pytest.raises(TableEmptyError):
        preview_list(tmp_path / "a.csv", "offers")


def test_reading_says_how_far_it_is_and_can_be_stopped(tmp_path: Path) -> None:
    path = _write(tmp_path / "a.csv", ["标题"], *[[f"需求{n}"] for n in range(450)])
    told: list[int] = []
    assert (len(read_needs(path, progress=told.append).records), told) == (450, [200, 400])

    def stop(rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        read_needs(path, progress=stop)
