"""Reading what became of pairs: words and grades, reasons, and rows that may not be used."""

from pathlib import Path
from typing import Any

import pytest

from fairground.kernel.tables import StrictTableError, TableError, write_table
from fairground.match.core.labels import REASONS, LabelledPair, PairList, read_pairs, reason_of

_COLUMNS = ["need_id", "offer_id", "outcome", "reason", "confidential"]
_NEEDS, _OFFERS = ("N1", "N2", "12"), ("O1", "O2", "7")


def _read(tmp_path: Path, rows: list[list[Any]], columns: list[str] = _COLUMNS, **options: Any) -> PairList:
    path = tmp_path / "pairs.csv"
    write_table(path, columns, rows)
    return read_pairs(path, _NEEDS, _OFFERS, **options)


@pytest.mark.parametrize(
    ("outcome", "grade"),
    [
        ("accepted", 3), ("Declined", 0), ("接受", 3), ("拒绝", 0), ("不接受", 0), ("婉拒", 0),
        ("2", 2), (3, 3), (1.0, 1),
    ],
)  # fmt: skip
def test_outcomes_in_words_and_grades(tmp_path: Path, outcome: object, grade: int) -> None:
    found = _read(tmp_path, [["N1", "O1", outcome, None, None], ["N2", "O2", "同意", None, None]])

    assert found.pairs[0] == LabelledPair("N1", "O1", grade, None, True)


def test_chinese_columns_and_numbers_as_ids(tmp_path: Path) -> None:
    path = tmp_path / "对接.xlsx"
    write_table(
        path,
        ["需求编号", "成果编号", "对接结果", "拒绝原因", "是否保密"],
        [[12, 7.0, "谢绝", "时间或预算", "否"]],
    )

    found = read_pairs(path, _NEEDS, _OFFERS)

    assert found.pairs == (LabelledPair("12", "7", 0, "timing_or_budget", False),)


@pytest.mark.parametrize("mark", ["yes", "是", "保密", "confidential", "1", "?"])
def test_confidential_rows_are_counted_and_nothing_else(tmp_path: Path, mark: str) -> None:
    """Whatever is not a plain no is confidential; even the ids of such a row are not looked at."""
    found = _read(
        tmp_path, [["N1", "O1", "accepted", None, "no"], ["secret", "O2", "declined", "secret", mark]]
    )

    assert found.confidential == 1
    assert [pair.need_id for pair in found.pairs] == ["N1"]
    assert found.warnings == ()


def test_rows_that_cannot_be_used_are_listed(tmp_path: Path) -> None:
    rows = [
        ["N1", "O1", "accepted", None, None],
        ["N9", "O1", "accepted", None, None],
        ["N1", "O9", "declined", None, None],
        ["N2", "O1", "perhaps", None, None],
        ["N2", "O2", None, None, None],
        ["N1", "O2", "declined", "bad weather", None],
    ]

    found = _read(tmp_path, rows)

    assert [(pair.need_id, pair.offer_id) for pair in found.pairs] == [("N1", "O1"), ("N1", "O2")]
    assert found.undecided == 1
    assert dict(found.warning_counts) == {
        "unknown_need": 1, "unknown_offer": 1, "unreadable_outcome": 1, "unknown_reason": 1,
    }  # fmt: skip
    assert [warning.row for warning in found.warnings] == [3, 4, 5, 7]
    with pytest.raises(StrictTableError, match="N9"):
        _read(tmp_path, rows, strict=True)


def test_contradictory_pairs_are_left_out_and_repeated_ones_count_once(tmp_path: Path) -> None:
    found = _read(
        tmp_path,
        [
            ["N1", "O1", "accepted", None, None],
            ["N1", "O1", "declined", None, None],
            ["N2", "O2", "accepted", None, None],
            ["N2", "O2", "accepted", None, None],
        ],
    )

    assert found.pairs == (LabelledPair("N2", "O2", 3, None, True),)
    assert dict(found.warning_counts) == {"contradictory_pair": 1}


def test_noughts_and_ones_mean_declined_and_accepted(tmp_path: Path) -> None:
    found = _read(tmp_path, [["N1", "O1", 1, None, None], ["N1", "O2", 0, None, None]])

    assert [pair.grade for pair in found.pairs] == [3, 0]
    assert dict(found.warning_counts) == {"zero_one_outcomes": 1}


def test_a_column_called_grade_holds_grades(tmp_path: Path) -> None:
    found = _read(tmp_path, [["N1", "O1", 1], ["N1", "O2", 0]], ["need_id", "offer_id", "grade"])

    assert [pair.grade for pair in found.pairs] == [1, 0]
    assert dict(found.warning_counts) == {}


def test_wrong_columns_say_what_was_found_and_expected(tmp_path: Path) -> None:
    with pytest.raises(TableError) as raised:
        _read(tmp_path, [["N1", "x"]], ["need_id", "remark"])

    assert "offer, outcome" in raised.value.message_en
    assert "remark" in raised.value.message_en
    assert "成果编号" in raised.value.message_zh


def test_ids_of_other_lists_are_an_error(tmp_path: Path) -> None:
    with pytest.raises(TableError, match="No row"):
        _read(tmp_path, [["O1", "N1", "accepted", None, None]])


def test_every_reason_is_found_by_its_code_and_both_names() -> None:
    for reason in REASONS:
        assert [reason_of(text) for text in (reason.code, reason.zh, reason.en, reason.en.upper())] == [
            reason
        ] * 4
    assert reason_of("") is None
    assert reason_of("weather") is None


def test_reasons_that_say_nothing_about_fit_do_not_teach() -> None:
    assert {reason.code for reason in REASONS if not reason.teaches} == {
        "already_have", "price_or_terms", "ipr_problem", "region_or_export", "timing_or_budget", "no_answer",
    }  # fmt: skip
    found = reason_of("不属本领域；另外报价太高")
    assert found is not None
    assert found.code == "price_or_terms"
