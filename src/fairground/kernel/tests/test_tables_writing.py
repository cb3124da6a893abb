"""What is written comes back the same, whole, and never runs as a formula."""

import csv
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairground.kernel.tables import (
    Cell,
    SheetToWrite,
    TableWriteError,
    UnsupportedFormatError,
    atomic_output,
    read_table,
    write_table,
)
from fairground.kernel.tables.cells import guard, runs_as_formula, strip_invalid, unguard
from fairground.kernel.tables.workbook_out import sheet_names

ENDINGS = ["xlsx", "csv", "tsv", "jsonl", "parquet", "csv.gz", "tsv.gz", "jsonl.gz"]
_calm = settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
_texts = st.one_of(
    st.text(max_size=30),
    st.sampled_from(
        [
            "=1+1",
            "'=1+1",
            "''@a",
            "+8613800000000",
            "-5",
            "\t=x",
            "\r=x",
            "a\r\nb",
            "_x000D_",
            '"',
            "'",
            "＝1",
            " =1",
            "sep=;",
            "<!DOCTYPE x>",
            "&amp;",
            "甲，乙",
            "a;b|c\td",
            "\n-x",
            "'tis",
        ]
    ),
)


def _read_back(path: Path) -> tuple[tuple[str, ...], list[tuple[Cell, ...]], dict[str, int]]:
    if path.suffix == ".parquet":  # our reader starts a process for each file: too slow for a property
        frame = polars.read_parquet(path)
        return (
            tuple(frame.columns),
            [tuple(None if cell == "" else cell for cell in row) for row in frame.rows()],
            {},
        )
    table = read_table(path)
    return table.columns, [row.cells for row in table.rows], dict(table.warning_counts)


def test_parquet_comes_back_through_our_reader(tmp_path: Path) -> None:
    rows = [
        ("=1+1", 1, 0.5, date(2026, 3, 1), True),
        (None, None, None, None, None),
        ("甲", 2, 1.5, None, False),
    ]
    write_table(tmp_path / "a.parquet", ["t", "n", "x", "d", "b"], rows)
    assert [row.cells for row in read_table(tmp_path / "a.parquet").rows] == rows


@given(text=st.text())
def test_guard_comes_off_again(text: Any) -> None:
    assert unguard(guard(text)) == text
    assert not runs_as_formula(guard(text))


@pytest.mark.parametrize("ending", ENDINGS)
@given(rows=st.lists(st.tuples(_texts, _texts), max_size=6))
@_calm
def test_texts_come_back(tmp_path: Path, ending: Any, rows: Any) -> None:
    path = tmp_path / f"t.{ending}"
    rows = [("row", "kept"), *rows]  # a header guess needs something to stand on
    write_table(path, ["编号", "the text"], rows)
    expected = [tuple(strip_invalid(cell) or None for cell in row) for row in rows]
    columns, cells, faults = _read_back(path)
    assert columns == ("编号", "the text")
    blank = [all(cell is None or not cell.strip() for cell in row) for row in expected]
    if ending.startswith(("jsonl", "parquet")):
        assert cells == expected
    else:  # rows that look empty are not rows of a spreadsheet
        assert cells == [row for row, empty in zip(expected, blank, strict=True) if not empty]
    assert faults == {}


_numbers = st.one_of(st.integers(-(10**14), 10**14), st.floats(allow_nan=False, allow_infinity=False))


@pytest.mark.parametrize("ending", ["xlsx", "jsonl", "parquet"])
@given(number=_numbers, day=st.dates(date(1900, 3, 1), date(2999, 1, 1)))
@_calm
def test_numbers_stay_numbers(tmp_path: Path, ending: Any, number: Any, day: Any) -> None:
    path = tmp_path / f"t.{ending}"
    write_table(path, ["n", "day"], [[number, day]])
    _, cells, _ = _read_back(path)
    assert cells[0][0] == number
    assert cells[0][1] == (day.isoformat() if ending == "jsonl" else day)


def test_moments_come_back_from_a_workbook(tmp_path: Path) -> None:
    moments = [
        datetime(2026, 4, 25, 9, 30, 15),
        datetime(2026, 4, 25, 23, 59, 59),
        datetime(1900, 3, 1, 0, 0, 1),
    ]
    write_table(tmp_path / "a.xlsx", ["m"], [[moment] for moment in moments])
    assert [row.cells[0] for row in read_table(tmp_path / "a.xlsx").rows] == moments


def test_xlsx_text_is_text_for_openpyxl_too(tmp_path: Path) -> None:
    texts = ["=1+1", "+1", "-1", "@SUM(A1)", "#N/A", "plain", "<b>&", "a\nb"]
    write_table(tmp_path / "a.xlsx", ["t", "n"], [[text, 1.5] for text in texts])
    sheet = openpyxl.load_workbook(tmp_path / "a.xlsx").active
    cells = [row[0] for row in sheet.iter_rows(min_row=2)]
    assert [cell.value for cell in cells] == texts
    assert {cell.data_type for cell in cells} == {"s"}
    assert [cell.quotePrefix for cell in cells[:4]] == [True] * 4
    assert sheet.freeze_panes == "A2"
    assert sheet["A1"].font.b is True
    assert sheet["B2"].value == 1.5


@pytest.mark.parametrize("ending", ["csv", "tsv"])
def test_delimited_text_never_begins_like_a_formula(tmp_path: Path, ending: Any) -> None:
    path = tmp_path / f"a.{ending}"
    write_table(path, ["=name", "n"], [["=cmd|' /C calc'!A0", -5], ["@x", 2.5], ["\tx", None]])
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.reader(stream, delimiter="\t" if ending == "tsv" else ","))
    assert rows == [["'=name", "n"], ["'=cmd|' /C calc'!A0", "-5"], ["'@x", "2.5"], ["'\tx", ""]]


def test_xlsx_long_cells_are_cut_and_said(tmp_path: Path) -> None:
    warnings = write_table(tmp_path / "a.xlsx", ["t"], [["长" * 40_000]])
    assert [(warning.code, warning.row, warning.column) for warning in warnings] == [("cut_cell", 2, "A")]
    assert len(str(read_table(tmp_path / "a.xlsx").rows[0].cells[0])) == 32_767


def test_several_sheets_only_in_a_workbook(tmp_path: Path) -> None:
    more = [SheetToWrite("说明", ["a"], [["x"]])]
    write_table(tmp_path / "a.xlsx", ["t"], [["y"]], sheet="pairs", sheets=more)
    assert openpyxl.load_workbook(tmp_path / "a.xlsx").sheetnames == ["pairs", "说明"]
    with pytest.raises(UnsupportedFormatError):
        write_table(tmp_path / "a.csv", ["t"], [["y"]], sheets=more)
    assert not (tmp_path / "a.csv").exists()


def test_sheet_names_are_made_acceptable() -> None:
    assert sheet_names(["a:b", "A B", "x" * 40, ""]) == ["a b", "A B 2", "x" * 31, "Sheet"]


@pytest.mark.parametrize("ending", ENDINGS)
def test_same_rows_same_bytes(tmp_path: Path, ending: Any) -> None:
    paths = [tmp_path / f"{name}.{ending}" for name in "ab"]
    for path in paths:
        write_table(path, ["t", "n"], [["甲", 1], ["b", None]])
        time.sleep(0.01)
    assert paths[0].read_bytes() == paths[1].read_bytes()


@pytest.mark.parametrize("ending", ENDINGS)
@pytest.mark.parametrize("failure", [KeyboardInterrupt, RuntimeError, OSError])
def test_interrupted_write_leaves_the_old_file_and_nothing_else(
    tmp_path: Path, ending: Any, failure: Any
) -> None:
    path = tmp_path / f"a.{ending}"
    path.write_bytes(b"old")

    def rows() -> Iterator[list[Cell]]:
        yield ["1"]
        raise failure("stop")

    with pytest.raises((failure, TableWriteError)):
        write_table(path, ["t"], rows())
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs SIGKILL")
def test_killed_write_leaves_the_old_file(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(b"old")
    script = (
        "import sys, time\n"
        "from fairground.kernel.tables import write_table\n"
        "def rows():\n"
        "    for n in range(10**9):\n"
        "        if n == 20000: sys.stderr.write('going\\n'); sys.stderr.flush()\n"
        "        yield [n]\n"
        f"write_table({str(path)!r}, ['n'], rows())\n"
    )
    source = Path(__file__).parents[3]
    process = subprocess.Popen(
        [sys.executable, "-c", script], stderr=subprocess.PIPE, env={**os.environ, "PYTHONPATH": str(source)}
    )
    assert process.stderr is not None
    with process.stderr:
        assert process.stderr.readline() == b"going\n"
        process.kill()
    assert process.wait() == -signal.SIGKILL
    assert path.read_bytes() == b"old"


def test_unwritable_places_are_said(tmp_path: Path) -> None:
    with pytest.raises(TableWriteError, match="untouched"):
        write_table(tmp_path / "none" / "a.csv", ["t"], [])
    (tmp_path / "a.csv").mkdir()
    with pytest.raises(TableWriteError):
        write_table(tmp_path / "a.csv", ["t"], [])
    assert os.listdir(tmp_path) == ["a.csv"]


def test_atomic_output_follows_a_link_and_keeps_the_mode(tmp_path: Path) -> None:
    real = tmp_path / "real.txt"
    real.write_bytes(b"old")
    real.chmod(0o640)
    (tmp_path / "link.txt").symlink_to(real)
    with atomic_output(tmp_path / "link.txt") as stream:
        stream.write(b"new")
    assert (tmp_path / "link.txt").is_symlink()
    assert (real.read_bytes(), real.stat().st_mode & 0o777) == (b"new", 0o640)


def test_wrong_width_is_a_programming_error(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="row 1 has 1 cells"):
        write_table(tmp_path / "a.csv", ["a", "b"], [["x"]])
    with pytest.raises(ValueError, match="twice"):
        write_table(tmp_path / "a.csv", ["a", "a"], [])
