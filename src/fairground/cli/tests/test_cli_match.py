"""`fairground match` from files to files: formats, exit codes, and what must never be written."""

import os
import re
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fairground.cli import match as cli_match
from fairground.cli.console import EXIT_INTERRUPTED, EXIT_OK, EXIT_STRICT, EXIT_UNREADABLE, EXIT_USAGE
from fairground.cli.main import main
from fairground.kernel.tables import Table, read_table, write_table
from fairground.match.report.rows import flat_rows

Rows = Sequence[Sequence[Any]]

NEED_COLUMNS = (
    "id",
    "title_en",
    "problem_en",
    "wanted_outcome_en",
    "requirements",
    "protected_detail",
    "contact_email",
)
NEEDS: Rows = (
    (
        "N1", "Defects on hot rolled steel strip", "Inspectors miss scratches on steel strip.", "Inspect all of it",
        "Recognition accuracy at least 97 %", "Zirconium pilot line 17", "jo.doe@works.example",
    ),
    (
        "N2", "=HYPERLINK(\"x\") Saline dye wastewater", "Effluent holds salt and colour.", "Cleaner effluent",
        "Chemical oxygen demand below 50 mg/L", "Zirconium pilot line 18", "jo.doe@works.example",
    ),
    (
        "N3", "Lighter battery housing", "The aluminium housing of the vehicle battery is heavy.", "A lighter one",
        "Mass at most 20 kg", None, None,
    ),
)  # fmt: skip
OFFER_COLUMNS = ("id", "title_en", "summary_en", "organisation", "phone")
OFFERS: Rows = (
    (
        "O1", "Machine vision for steel strip surfaces",
        "Finds scratches and defects on hot rolled steel strip. Recognition accuracy reaches 98.5 % in two mills.",
        "Example Vision", "+86 22 5550 0101",
    ),
    (
        "O2", "@Nanofiltration for saline dye wastewater",
        "Removes colour and salt from dye effluent. Chemical oxygen demand after treatment is 32 mg/L.",
        "=Example Membranes", "+86 22 5550 0102",
    ),
    (
        "O3", "Fibre composite battery housing", "A housing for vehicle batteries with a mass of 14 kg.",
        "Example Composites", "+86 22 5550 0103",
    ),
    ("O4", "Quantum key terminal", "Exchange of keys over optical fibre.", "Example Keys", "+86 22 5550 0104"),
)  # fmt: skip
RIGHT = [("N1", "O1"), ("N2", "O2"), ("N3", "O3")]
FORBIDDEN = ("Zirconium", "jo.doe", "5550")


@pytest.fixture
def lists(tmp_path: Path) -> tuple[Path, Path]:
    needs, offers = tmp_path / "needs.csv", tmp_path / "offers.csv"
    write_table(needs, NEED_COLUMNS, NEEDS)
    write_table(offers, OFFER_COLUMNS, OFFERS)
    return needs, offers


def match(lists: tuple[Path, Path], output: Path, *options: str | Path) -> int:
    arguments = [*lists, "-o", output, "--today", "2026-03-01", "--lang", "en", *options]
    return main(["match", *map(str, arguments)])


def best(table: Table) -> list[tuple[Any, Any]]:
    place = {name: number for number, name in enumerate(table.columns)}
    return [
        (row.cells[place["need"]], row.cells[place["offer"]])
        for row in table.rows
        if str(row.cells[place["rank"]]) == "1"
        and ("side" not in place or row.cells[place["side"]] == "needs")
    ]


def column(table: Table, name: str) -> list[Any]:
    return [row.cells[table.columns.index(name)] for row in table.rows]


def written_text(path: Path) -> str:
    """Everything a file says, whatever its format."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode("utf-8") for name in archive.namelist())
    if path.suffix in (".csv", ".tsv", ".html"):
        return path.read_text(encoding="utf-8-sig")
    return "\n".join(str(row.cells) for row in read_table(path).rows)


# --- files in, files out ---


@pytest.mark.parametrize(
    ("read", "written"),
    [
        ("csv", "xlsx"),
        ("jsonl.gz", "jsonl"),
        ("parquet", "parquet"),
        ("xlsx", "csv"),
        ("tsv", "tsv"),
        ("csv.gz", "jsonl.gz"),
    ],
)
def test_every_format_gives_the_same_pairs(tmp_path: Path, read: str, written: str) -> None:
    needs, offers = tmp_path / f"needs.{read}", tmp_path / f"offers.{read}"
    write_table(needs, NEED_COLUMNS, NEEDS)
    write_table(offers, OFFER_COLUMNS, OFFERS)
    output = tmp_path / f"out.{written}"
    assert match((needs, offers), output) == EXIT_OK
    table = read_table(output)
    assert best(table) == RIGHT
    assert {"score", "evidence", "met", "missing", "contradicted", "sentences", "part_fits_need"} <= set(
        table.columns
    )
    first = next(row.cells for row in table.rows if row.cells[table.columns.index("offer")] == "O1")
    assert first[table.columns.index("met")] == "Recognition accuracy at least 97 %"
    assert first[table.columns.index("sentences")] == "Recognition accuracy reaches 98.5 % in two mills."
    assert set(column(table, "evidence")) <= {"enough", "thin", "none"}
    for forbidden in FORBIDDEN:
        assert forbidden not in written_text(output)
    assert sorted(os.listdir(tmp_path)) == sorted([needs.name, offers.name, output.name])


def test_a_workbook_has_a_sheet_a_side_and_a_legend(lists: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "out.xlsx"
    assert match(lists, output) == EXIT_OK
    workbook = openpyxl.load_workbook(output)
    assert workbook.sheetnames == ["需求→供给 by need", "供给→需求 by offer", "说明 Legend"]
    for sheet in workbook.worksheets:
        assert not [cell for row in sheet.iter_rows() for cell in row if cell.data_type == "f"]
    assert match(lists, output, "--direction", "needs") == EXIT_OK
    assert openpyxl.load_workbook(output).sheetnames == ["需求→供给 by need", "说明 Legend"]


def test_cells_of_a_csv_cannot_run(lists: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    assert match(lists, output) == EXIT_OK
    text = output.read_text(encoding="utf-8-sig")
    assert "'=HYPERLINK(" in text
    assert "'@Nanofiltration" in text
    assert "'=Example Membranes" in text
    assert not re.search(r'(?:^|[,"\n])[=@]', text)
    # Reading takes the guard away again.
    assert "=Example Membranes" in column(read_table(output), "organisation")


def test_top_direction_and_language(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.csv"
    assert match(lists, output, "--top", "1", "--direction", "needs") == EXIT_OK
    table = read_table(output)
    assert list(zip(column(table, "need"), column(table, "offer"), strict=True)) == RIGHT
    assert "side" not in table.columns
    out, err = capsys.readouterr()
    assert out.startswith("3 needs × 4 offers: 3 pairs;")
    assert "ranking offers for needs" in err
    assert f"wrote {output}" in err
    assert match(lists, output, "--top", "1", "--direction", "offers", "--lang", "zh") == EXIT_OK
    assert column(read_table(output), "offer") == ["O1", "O2", "O3", "O4"]
    out, err = capsys.readouterr()
    assert out.startswith("3 条需求 × 4 项成果：4 对；")
    assert "核对要求" in err


def test_the_report_is_one_page_that_loads_nothing(lists: tuple[Path, Path], tmp_path: Path) -> None:
    report = tmp_path / "report.html"
    assert match(lists, tmp_path / "out.xlsx", "--report", report) == EXIT_OK
    page = report.read_text(encoding="utf-8")
    assert page.lower().startswith("<!doctype html>")
    assert not re.search(
        r"""(?:src|href|action|data|srcset)\s*=\s*["']?\s*(?:https?:)?//""", page, re.IGNORECASE
    )
    assert not re.search(r"@import|url\(\s*[\"']?(?!data:|#)", page, re.IGNORECASE)
    assert not re.search(r"<(?:script|link|iframe|img|object|embed)\b[^>]*https?:", page, re.IGNORECASE)
    for title in ("Machine vision for steel strip surfaces", "Lighter battery housing"):
        assert title in page
    for forbidden in FORBIDDEN:
        assert forbidden not in page


@pytest.mark.parametrize("ending", ["xlsx", "csv", "jsonl", "jsonl.gz", "parquet"])
def test_the_same_again_to_the_byte(lists: tuple[Path, Path], tmp_path: Path, ending: str) -> None:
    outputs = [tmp_path / f"{name}.{ending}" for name in ("one", "two")]
    reports = [tmp_path / f"{name}.html" for name in ("one", "two")]
    for output, report in zip(outputs, reports, strict=True):
        assert match(lists, output, "--report", report) == EXIT_OK
    assert outputs[0].read_bytes() == outputs[1].read_bytes()
    assert reports[0].read_bytes() == reports[1].read_bytes()


def test_an_older_result_is_replaced(lists: tuple[Path, Path], tmp_path: Path) -> None:
    output = tmp_path / "out.csv"
    output.write_text("old", encoding="utf-8")
    assert match(lists, output) == EXIT_OK
    assert best(read_table(output)) == RIGHT


def test_good_rows_are_matched_beside_bad_ones(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(
        lists[0], NEED_COLUMNS, [*NEEDS, (None,) * 7, NEEDS[0], ("N9", None, None, None, None, None, None)]
    )
    output = tmp_path / "out.csv"
    assert match(lists, output) == EXIT_OK
    assert best(read_table(output)) == [*RIGHT, ("N1-2", "O1")]
    assert "N1-2" in capsys.readouterr().err


# --- refusals ---


def failing(error: BaseException) -> Callable[..., None]:
    def fail(*_: object, **__: object) -> None:
        raise error

    return fail


def test_wrong_arguments_are_a_usage_error(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    output = tmp_path / "out.csv"
    for options in (
        ["--top", "0"],
        ["--top", "-3"],
        ["--top", "ten"],
        ["--direction", "up"],
        ["--today", "01/03/2026"],
        ["--bogus"],
    ):
        assert match(lists, output, *options) == EXIT_USAGE, options
        assert "--help" in capsys.readouterr().err
    assert main(["match", str(lists[0]), str(lists[1])]) == EXIT_USAGE
    assert main(["match", str(lists[0]), "-o", str(output)]) == EXIT_USAGE
    assert not output.exists()


def test_unreadable_lists_have_a_code_and_no_output(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    needs, offers = lists
    empty, wrong, bomb = tmp_path / "empty.csv", tmp_path / "wrong.csv", tmp_path / "broken.xlsx"
    empty.touch()
    write_table(wrong, ["when", "who"], [["a", "b"]])
    bomb.write_bytes(b"PK\x03\x04 no workbook")
    output = tmp_path / "out.csv"
    for pair in (
        (tmp_path / "none.csv", offers),
        (needs, empty),
        (wrong, offers),
        (needs, wrong),
        (bomb, offers),
    ):
        assert match(pair, output) == EXIT_UNREADABLE, pair
        out, err = capsys.readouterr()
        assert err.splitlines()[-1].startswith("error: ")
        assert "Traceback" not in err
        assert out == ""
    workbook = tmp_path / "needs.xlsx"
    write_table(workbook, NEED_COLUMNS, NEEDS)
    assert match((workbook, offers), output, "--needs-sheet", "other") == EXIT_UNREADABLE
    assert not output.exists()


def test_outputs_that_cannot_be_are_refused_before_the_work(
    lists: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(cli_match, "match_lists", failing(AssertionError("the work had begun")))
    before = [path.read_bytes() for path in lists]
    linked = tmp_path / "linked.csv"
    linked.hardlink_to(lists[1])
    output = tmp_path / "out.csv"
    assert match(lists, tmp_path / "out.pdf") == EXIT_UNREADABLE
    for same in (*lists, linked, tmp_path / "." / "needs.csv"):
        assert match(lists, same) == EXIT_UNREADABLE
        assert match(lists, output, "--report", same) == EXIT_UNREADABLE
    assert match(lists, output, "--report", output) == EXIT_UNREADABLE
    assert [path.read_bytes() for path in lists] == before
    assert not output.exists()


def test_an_output_folder_that_is_not_there_is_an_expected_failure(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert match(lists, tmp_path / "nowhere" / "out.csv") == EXIT_UNREADABLE
    assert "Traceback" not in capsys.readouterr().err


def test_strict_stops_at_the_first_fault(
    lists: tuple[Path, Path], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_table(lists[0], NEED_COLUMNS, [*NEEDS, NEEDS[0]])
    output = tmp_path / "out.csv"
    assert match(lists, output, "--strict") == EXIT_STRICT
    assert "N1" in capsys.readouterr().err
    assert not output.exists()


@pytest.mark.parametrize("stage", ["match_lists", "render_report"])
def test_an_interrupt_leaves_no_half_written_file(
    lists: tuple[Path, Path],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    stage: str,
) -> None:
    monkeypatch.setattr(cli_match, stage, failing(KeyboardInterrupt()))
    output, report = tmp_path / "out.csv", tmp_path / "report.html"
    report.write_text("old", encoding="utf-8")
    assert match(lists, output, "--report", report) == EXIT_INTERRUPTED
    assert "Interrupted" in capsys.readouterr().err
    assert report.read_text(encoding="utf-8") == "old"
    expected = {"needs.csv", "offers.csv", "report.html"} | (
        {"out.csv"} if stage == "render_report" else set()
    )
    assert set(os.listdir(tmp_path)) == expected


def test_an_interrupt_while_writing_keeps_the_older_result(
    lists: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    output = tmp_path / "out.csv"
    output.write_text("old", encoding="utf-8")

    def stopping(given: Any) -> Any:
        for number, row in enumerate(flat_rows(given)):
            if number == 2:
                raise KeyboardInterrupt
            yield row

    monkeypatch.setattr(cli_match, "flat_rows", stopping)
    assert match(lists, output) == EXIT_INTERRUPTED
    assert output.read_text(encoding="utf-8") == "old"
    assert sorted(os.listdir(tmp_path)) == ["needs.csv", "offers.csv", "out.csv"]


def test_help_explains_the_result(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["match", "--help"]) == EXIT_OK
    text = capsys.readouterr().out
    for word in ("--top", "--direction", "--report", "--keep-blocked", "--strict", "evidence", "依据"):
        assert word in text
