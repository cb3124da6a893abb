"""Rows of the output file: order, sides, flat values, the legend."""

import dataclasses
import itertools

import pytest

from fairground.match.core.results import Match, MatchRun
from fairground.match.report import flat_rows, result_columns, result_rows, result_sheets
from fairground.match.report.tests.demonstration_run import demonstration_run


def _named(run: MatchRun, **where: object) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = [
        dict(zip(result_columns(run), row, strict=True)) for row in result_rows(run)
    ]
    return [row for row in rows if all(row[key] == value for key, value in where.items())]


def test_rows_of_both_sides_name_their_side_and_come_in_list_order_then_rank() -> None:
    run = demonstration_run()
    by_need = [(row["need"], row["rank"]) for row in _named(run, side="needs")]
    by_offer = [(row["offer"], row["rank_for_offer"]) for row in _named(run, side="offers")]
    assert by_need == sorted(by_need)
    assert by_offer == sorted(by_offer)
    assert len(by_need) == sum(match.rank_for_need is not None for match in run.matches)
    assert len(by_offer) == sum(match.rank_for_offer is not None for match in run.matches)


def test_order_of_matches_in_the_run_does_not_matter() -> None:
    run = demonstration_run()
    turned = dataclasses.replace(run, matches=tuple(reversed(run.matches)))
    assert result_rows(turned) == result_rows(run)


def test_one_row_carries_requirements_sentences_and_reasons() -> None:
    (row,) = _named(demonstration_run(), side="needs", need="N-001", offer="O-03")
    assert row["rank"] == 3
    assert row["evidence"] == "enough"
    assert row["part_mutual"] == 0.4
    assert row["met"] == ["检出直径不大于 0.5 mm 的气孔和裂纹"]
    assert row["contradicted"] == ["单件检测时间 ≤ 90 s", "不使用放射源"]
    assert row["sentences"] == [
        "Pores of 0.5 mm and larger are resolved in castings.",
        "A full scan takes 4 minutes per part.",
        "The cell uses an Ir-192 source behind 80 mm of lead.",
    ]
    assert row["flags"] == ["excluded: blocks"]
    assert row["reasons_en"][1] == "✗ 单件检测时间 ≤ 90 s: 240 s > 90 s"  # type: ignore[index]
    assert (row["method"], row["version"]) == ("weaker-side", "1.0")


def test_one_direction_has_no_side_column_and_only_its_rows() -> None:
    run = dataclasses.replace(demonstration_run(), direction="needs")
    assert "side" not in result_columns(run)
    assert len(result_rows(run)) == sum(match.rank_for_need is not None for match in run.matches)


def test_columns_are_the_same_width_as_every_row() -> None:
    run = demonstration_run()
    assert {len(row) for row in result_rows(run)} == {len(result_columns(run))}


def test_missing_part_is_empty_not_zero() -> None:
    run = demonstration_run()
    first, *others = run.matches
    thinner = dataclasses.replace(first, parts={"words": 0.5})
    (row,) = _named(dataclasses.replace(run, matches=(thinner, *others)), side="needs", need="N-001", rank=1)
    assert (row["part_words"], row["part_meaning"]) == (0.5, None)


def test_workbook_has_a_sheet_a_side_and_a_legend_for_every_column() -> None:
    run = demonstration_run()
    by_need, by_offer, legend = result_sheets(run)
    assert by_need.columns == by_offer.columns == result_columns(run)[1:]
    assert [row[0] for row in legend.rows][: len(by_need.columns)] == list(by_need.columns)
    assert all(row[1] and row[2] for row in legend.rows)
    # N-005 found nothing: the legend says so, since no row can.
    assert any("N-005" in str(row[2]) for row in legend.rows)
    assert all(len(sheet.name) <= 31 for sheet in (by_need, by_offer, legend))  # the limit of spreadsheets


def test_flat_rows_join_lists_so_that_splitting_gives_them_back() -> None:
    run = demonstration_run()
    for full, flat in zip(result_rows(run), flat_rows(result_rows(run)), strict=True):
        for cell, text in zip(full, flat, strict=True):
            if isinstance(cell, list):
                assert isinstance(text, str)
                assert [line for line in text.split("\n") if line] == [
                    " ".join(part.split()) for part in cell
                ]
            else:
                assert text == cell


def test_pair_outside_the_lists_is_refused() -> None:
    run = demonstration_run()
    stray: Match = dataclasses.replace(run.matches[0], offer_id="O-99")
    with pytest.raises(ValueError, match="O-99"):
        result_rows(dataclasses.replace(run, matches=(stray,)))


@pytest.mark.parametrize("side", ["need", "both", ""])
def test_unknown_side_is_refused(side: str) -> None:
    with pytest.raises(ValueError, match="side is"):
        result_rows(demonstration_run(), side=side)


def test_empty_run_gives_no_rows_and_keeps_its_columns() -> None:
    run = dataclasses.replace(demonstration_run(), matches=())
    assert result_rows(run) == []
    assert not set(itertools.chain(result_columns(run))) & {"part_words"}
