"""Every kind of file, good and bad, that a table reader meets."""

import gzip
import io
import json
import zipfile
from collections.abc import Callable, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pytest
from openpyxl.styles import Alignment

from fairground.kernel.tables import (
    Cell,
    Limits,
    PasswordProtectedError,
    StrictTableError,
    Table,
    TableEmptyError,
    TableError,
    TableFormatError,
    TableLimitError,
    TableNotFoundError,
    TableSheetError,
    UnsupportedFormatError,
    open_table,
    read_table,
    write_table,
)
from fairground.kernel.tables.delimited import sniff_delimiter
from fairground.kernel.tables.header import find_header


def _file(folder: Path, name: str, content: bytes | str) -> Path:
    path = folder / name
    path.write_bytes(content.encode("utf-8") if isinstance(content, str) else content)
    return path


def _codes(table: Table) -> dict[str, int]:
    return dict(table.warning_counts)


def _cells(table: Table) -> list[tuple[Cell, ...]]:
    return [row.cells for row in table.rows]


def _workbook(
    path: Path, rows: Sequence[Sequence[Any]], *, change: Callable[[Any], object] | None = None
) -> Path:
    book = openpyxl.Workbook()
    for row in rows:
        book.active.append(row)
    if change:
        change(book)
    book.save(path)
    return path


def _changed_part(path: Path, member: str, change: Callable[[bytes], bytes]) -> Path:
    """Rewrite one part of a workbook."""
    content = {}
    with zipfile.ZipFile(path) as old:
        for info in old.infolist():
            content[info.filename] = old.read(info)
    content[member] = change(content.get(member, b""))
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as new:
        for name, data in content.items():
            new.writestr(name, data)
    return path


# --- csv, tsv ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "gb18030", "utf-32"]
)
def test_csv_encodings_give_the_same_cells(tmp_path: Path, encoding: Any) -> None:
    text = (
        "编号,题目,note\r\n1,轻质铝合金，耐腐蚀,a plain remark of some length\r\n"
        "2,传感器,another remark in ASCII\r\n"
    )
    table = read_table(_file(tmp_path, "a.csv", text.encode(encoding)))
    assert table.columns == ("编号", "题目", "note")
    assert _cells(table)[0] == ("1", "轻质铝合金，耐腐蚀", "a plain remark of some length")
    assert [row.number for row in table.rows] == [2, 3]
    assert _codes(table) == ({} if encoding.startswith("utf-8") else {"legacy_encoding": 1})


def test_csv_mixed_encodings_are_listed_line_by_line(tmp_path: Path) -> None:
    content = "id,题目\n1,水处理\n".encode() + "2,电池回收\n".encode("gb18030") + "3,光刻胶\n".encode()
    table = read_table(_file(tmp_path, "a.csv", content))
    assert [cells[1] for cells in _cells(table)] == ["水处理", "电池回收", "光刻胶"]
    assert [(warning.code, warning.row) for warning in table.warnings] == [("mixed_encoding", 3)]


def test_csv_undecodable_bytes_are_replaced_and_said(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", b"id,t\n1,\xff\xff\n2,ok\n"))
    assert _cells(table)[1] == ("2", "ok")
    assert table.warnings[-1].code == "undecodable"
    with pytest.raises(StrictTableError):
        read_table(tmp_path / "a.csv", strict=True)


@pytest.mark.parametrize(("lines", "prefer", "expected"), [
    (["a,b,c", "1,2,3"], ",", ","),
    (["a;b;c", "1,5;2;3"], ",", ";"),
    (["a\tb", "1\t2"], ",", "\t"),
    (["a|b|c", "1|2|3"], ",", "|"),
    (["题目，说明", "甲，乙"], ",", ","),
    (["only"], "\t", "\t"),
    ([], ",", ","),
])  # fmt: skip
def test_sniff_delimiter_picks_what_cuts_evenly(lines: Any, prefer: Any, expected: Any) -> None:
    assert sniff_delimiter(lines, prefer=prefer) == expected


def test_csv_excel_separator_line_is_no_row(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", "sep=;\nid;t\n1;a,b\n"))
    assert table.columns == ("id", "t")
    assert [(row.number, row.cells) for row in table.rows] == [(2, ("1", "a,b"))]


def test_csv_old_line_ends_and_quoted_breaks(tmp_path: Path) -> None:
    assert _cells(read_table(_file(tmp_path, "a.csv", b"id,t\r1,a\r2,b\r"))) == [("1", "a"), ("2", "b")]
    assert _cells(read_table(_file(tmp_path, "b.csv", 'id,t\n1,"a\nb ""c"""\n'))) == [("1", 'a\nb "c"')]


def test_csv_unclosed_quote_loses_no_later_row(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", 'id,t\n1,"broken\n2,good\n3,"fine, too"\n4,last\n'))
    assert [cells[0] for cells in _cells(table)] == ["1", "2", "3", "4"]
    assert _cells(table)[2] == ("3", "fine, too")
    assert _codes(table) == {"unclosed_quote": 1}


def test_csv_odd_quote_inside_a_row_of_two_lines_is_no_fault(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", 'id,t,u\n1,"two\nlines",5" pipe\n2,x,y\n'))
    assert _cells(table) == [("1", "two\nlines", '5" pipe'), ("2", "x", "y")]
    assert _codes(table) == {}


def test_csv_control_characters_are_removed_and_counted(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", b"id,t\n1,a\x00b\x07c\n"))
    assert _cells(table) == [("1", "abc")]
    assert [(warning.code, warning.row, warning.column) for warning in table.warnings] == [
        ("control_characters", 2, "B")
    ]


def test_csv_two_megabytes_in_one_cell_are_kept(tmp_path: Path) -> None:
    text = "长" * 700_000
    table = read_table(_file(tmp_path, "a.csv", f'id,t\n1,"{text}"\n2,b\n'))
    assert _cells(table)[0][1] == text
    assert _codes(table) == {"long_cell": 1}


def test_csv_extra_cells_are_quoted_in_the_warning(tmp_path: Path) -> None:
    rows = "".join(f"{n},t\n" for n in range(600))
    table = read_table(_file(tmp_path, "a.csv", f"id,t\n{rows}600,t,lost text\n"))
    assert _codes(table) == {"extra_cells": 1}
    assert "lost text" in table.warnings[0].message_en
    assert table.warnings[0].row == 602


def test_csv_title_rows_blank_and_double_names(tmp_path: Path) -> None:
    text = "2026年需求汇总,,,\n,,,\n编号,题目,,题目\n1,甲,乙,丙\n"
    table = read_table(_file(tmp_path, "a.csv", text))
    assert table.columns == ("编号", "题目", "column C", "题目 (2)")
    assert [row.number for row in table.rows] == [4]
    assert _codes(table) == {"rows_above_header": 1, "blank_column_name": 1, "duplicate_column_name": 1}


def test_header_score_decides_before_shape() -> None:
    rows: list[list[Any]] = [["a", "b", "c"], ["题目", "说明", None], ["1", "2", "3"]]
    assert find_header(rows) == 0
    assert find_header(rows, lambda names: names.count("题目")) == 1


@pytest.mark.parametrize("content", [b"", b"\xef\xbb\xbf", b"\n\n\n", b",,,\n,,\n", b"  \n"])
@pytest.mark.parametrize("name", ["a.csv", "a.tsv", "a.jsonl", "a.xlsx"])
def test_empty_files_say_so(tmp_path: Path, name: Any, content: Any) -> None:
    with pytest.raises((TableEmptyError, TableFormatError)):
        read_table(_file(tmp_path, name, content))


def test_header_only_is_a_table_without_rows(tmp_path: Path) -> None:
    table = read_table(_file(tmp_path, "a.csv", "id,title\n"))
    assert (table.columns, len(table), _codes(table)) == (("id", "title"), 0, {"no_rows": 1})


def test_tsv_keeps_commas(tmp_path: Path) -> None:
    assert _cells(read_table(_file(tmp_path, "a.tsv", "id\tt\n1\ta, b, c\n"))) == [("1", "a, b, c")]


# --- gz ---------------------------------------------------------------------------------------------------


def test_gz_is_unpacked_with_or_without_its_ending(tmp_path: Path) -> None:
    packed = gzip.compress(b"id,t\n1,a\n")
    assert _cells(read_table(_file(tmp_path, "a.csv.gz", packed))) == [("1", "a")]
    assert _cells(read_table(_file(tmp_path, "b.csv", packed))) == [("1", "a")]


def test_gz_bomb_stops_at_the_limit(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv.gz", gzip.compress(b"id,t\n" + b"1,a\n" * 3_000_000))
    with pytest.raises(TableLimitError):
        read_table(path, limits=Limits(ratio_floor_bytes=1_000_000))


@pytest.mark.parametrize("name", ["a.csv.gz", "a.jsonl.gz"])
def test_gz_cut_short_is_said(tmp_path: Path, name: Any) -> None:
    packed = gzip.compress(json.dumps({"t": list(range(5000))}).encode())
    with pytest.raises(TableFormatError):
        read_table(_file(tmp_path, name, packed[: len(packed) // 2]))


# --- jsonl ------------------------------------------------------------------------------------------------


def test_jsonl_bad_lines_are_listed_and_good_rows_kept(tmp_path: Path) -> None:
    lines = [
        '{"id": 1, "t": "甲"}',
        "{broken",
        "[1, 2]",
        "",
        '{"id": 2, "more": true}',
        '{"id": NaN}',
        "[" * 90_000,
    ]
    table = read_table(_file(tmp_path, "a.jsonl", "\n".join(lines)))
    assert table.columns == ("id", "t", "more")
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, (1, "甲", None)),
        (5, (2, None, True)),
        (6, (None, None, None)),
    ]
    assert [(warning.code, warning.row) for warning in table.warnings] == [("bad_line", n) for n in (2, 3, 7)]


def test_jsonl_nested_values_are_laid_flat(tmp_path: Path) -> None:
    record = {
        "title": {"zh": "甲", "en": "A"},
        "tags": ["x", "y"],
        "deep": [{"a": 1}],
        "none": {},
        "lone": "\ud800b",
    }
    table = read_table(_file(tmp_path, "a.jsonl", json.dumps(record)))
    assert next(table.records()) == {
        "title.zh": "甲",
        "title.en": "A",
        "tags": "x\ny",
        "deep": '[{"a": 1}]',
        "none": None,
        "lone": "b",
    }
    assert _codes(table) == {"nested_value": 1, "control_characters": 1}


def test_jsonl_array_says_what_it_is(tmp_path: Path) -> None:
    with pytest.raises(TableFormatError, match="JSON array"):
        read_table(_file(tmp_path, "a.jsonl", '[\n{"id": 1},\n2]'))


# --- xlsx -------------------------------------------------------------------------------------------------


def test_xlsx_cells_dates_and_numbers(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["id", "文字", "n", "d", "moment"],
        ["001", "甲\n乙", 1.5, date(2026, 3, 1), datetime(2026, 3, 1, 8, 30)],
        [2, True, 10**9, None, None],
    ]
    table = read_table(_workbook(tmp_path / "a.xlsx", rows))
    assert table.sheet == "Sheet"
    assert _cells(table) == [tuple(row) for row in rows[1:]]
    assert _codes(table) == {}


def test_xlsx_merged_cells_reach_every_covered_cell(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.active.merge_cells("A2:A4")
        book.active.merge_cells("B3:C3")

    rows: list[list[Any]] = [
        ["region", "a", "b"],
        ["河北", 1, 2],
        [None, 3, None],
        [None, 5, 6],
        ["天津", 7, 8],
    ]
    table = read_table(_workbook(tmp_path / "a.xlsx", rows, change=change))
    assert _cells(table) == [("河北", 1, 2), ("河北", 3, 3), ("河北", 5, 6), ("天津", 7, 8)]
    assert _codes(table) == {"merged_cells": 2}


def test_xlsx_merged_title_is_not_taken_for_the_header(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.active.merge_cells("A1:D1")

    rows: list[list[Any]] = [["需求清单"], ["编号", "题目", "问题", "预算"], [1, "甲", "乙", 3]]
    table = read_table(_workbook(tmp_path / "a.xlsx", rows, change=change))
    assert table.columns == ("编号", "题目", "问题", "预算")
    assert _codes(table) == {"merged_cells": 1, "rows_above_header": 1}


def test_xlsx_formulas_with_and_without_saved_result(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", [["id", "n"], [1, "=1+1"], [2, "=2+2"]])
    saved = b"<f>1+1</f><v>2</v>"
    _changed_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"<f>1+1</f><v></v>", saved).replace(b"<f>1+1</f><v />", saved),
    )
    table = read_table(path)
    assert _cells(table) == [(1, 2), (2, None)]
    assert [(w.code, w.row, w.column) for w in table.warnings] == [
        ("formula", 2, "B"),
        ("formula_without_value", 3, "B"),
    ]


def test_xlsx_hidden_rows_columns_and_sheets(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.active.row_dimensions[2].hidden = True
        book.active.column_dimensions["B"].hidden = True
        other = book.create_sheet("secret")
        other.sheet_state = "hidden"
        other.append(["x"])
        book.create_sheet("empty")
        book.create_sheet("offers").append(["y"])

    path = _workbook(tmp_path / "a.xlsx", [["id", "t"], [1, "a"], [2, "b"]], change=change)
    table = read_table(path)
    assert _cells(table) == [(1, "a"), (2, "b")]
    assert _codes(table) == {"hidden_row": 1, "hidden_column": 1, "hidden_sheet": 1, "skipped_sheet": 1}
    assert "offers" in next(w for w in table.warnings if w.code == "skipped_sheet").message_en
    assert read_table(path, sheet="secret").columns == ("x",)
    with pytest.raises(TableSheetError, match="offers"):
        read_table(path, sheet="nowhere")


def test_xlsx_first_sheet_without_data_is_passed_over(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.create_sheet("data").append(["id"])

    assert read_table(_workbook(tmp_path / "a.xlsx", [], change=change)).sheet == "data"


def test_xlsx_dates_from_1904_and_wild_serials(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.epoch = openpyxl.utils.datetime.CALENDAR_MAC_1904
        book.active["A3"].number_format = "yyyy-mm-dd"

    path = _workbook(tmp_path / "a.xlsx", [["d"], [date(2026, 3, 1)], [99_999_999]], change=change)
    table = read_table(path)
    assert _cells(table) == [(date(2026, 3, 1),), (99_999_999,)]
    assert _codes(table) == {"bad_date_number": 1}


def test_xlsx_error_values_become_blank_and_listed(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["id", "t"], [1, "#N/A"]]
    table = read_table(_workbook(tmp_path / "a.xlsx", rows))
    assert (_cells(table), _codes(table)) == ([(1, None)], {"error_value": 1})


def test_xlsx_agrees_with_openpyxl(tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["a", "b", "c"],
        *([f"t{n}", n / 7, date(2020, 1, 1 + n % 28)] for n in range(300)),
    ]
    path = _workbook(
        tmp_path / "a.xlsx",
        rows,
        change=lambda book: setattr(book.active["A1"], "alignment", Alignment(wrap_text=True)),
    )
    expected = [
        tuple(value.date() if isinstance(value, datetime) else value for value in row)
        for row in openpyxl.load_workbook(path).active.iter_rows(min_row=2, values_only=True)
    ]
    assert _cells(read_table(path)) == expected


def test_xlsx_zip_bomb_is_refused_from_its_directory(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", [["id"], [1]])
    _changed_part(path, "xl/worksheets/sheet1.xml", lambda xml: xml + b" " * 80_000_000)
    assert path.stat().st_size < 200_000
    with pytest.raises(TableLimitError, match="bomb"):
        read_table(path)


def test_xlsx_directory_that_lies_about_sizes_is_refused(tmp_path: Path) -> None:
    path = _workbook(tmp_path / "a.xlsx", [["id"], [1]])
    _changed_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml.replace(b"</worksheet>", b" " * 60_000_000 + b"</worksheet>"),
    )
    data = bytearray(path.read_bytes())
    with zipfile.ZipFile(path) as package:
        size = package.getinfo("xl/worksheets/sheet1.xml").file_size
    lie = data.replace(size.to_bytes(4, "little"), (5_000).to_bytes(4, "little"))
    path.write_bytes(lie)
    with pytest.raises(TableFormatError):
        read_table(path)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_xlsx_entity_bomb_is_refused(tmp_path: Path, encoding: Any) -> None:
    bomb = f"""<?xml version="1.0" encoding="{encoding}"?>
    <!DOCTYPE sst [<!ENTITY a "lol"><!ENTITY b "&a;&a;&a;">]>
    <sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>&b;</t></si></sst>"""
    path = _workbook(tmp_path / "a.xlsx", [["id"], ["text"]])
    _changed_part(path, "xl/sharedStrings.xml", lambda _: bomb.encode(encoding))
    with pytest.raises(TableFormatError, match="document type"):
        read_table(path)


def test_xlsx_shared_texts_without_their_phonetic_readings(tmp_path: Path) -> None:
    shared = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si><t>编号</t></si><si><r>'
        '<t>轻质</t></r><r><t> 合金</t></r><rPh sb="0" eb="1"><t>qingzhi</t></rPh></si></sst>'
    )
    path = _workbook(tmp_path / "a.xlsx", [["id"], ["text"]])
    _changed_part(path, "xl/sharedStrings.xml", lambda _: shared.encode())
    cell = '<row><c t="s"><v>{}</v></c></row>'
    rows = "".join(cell.format(n) for n in (0, 1, 9)).encode()
    _changed_part(
        path,
        "xl/worksheets/sheet1.xml",
        lambda xml: xml[: xml.index(b"<row")] + rows + xml[xml.index(b"</sheetData>") :],
    )
    table = read_table(path)
    assert (table.columns, _cells(table)) == (("编号",), [("轻质 合金",)])


def test_xlsx_that_is_something_else_says_what(tmp_path: Path) -> None:
    assert _codes(read_table(_file(tmp_path, "a.xlsx", "id,t\n1,a\n"))) == {"wrong_ending": 1}
    with pytest.raises(TableFormatError, match="web page"):
        read_table(_file(tmp_path, "b.xlsx", "<html><table><tr><td>1</td></tr></table>"))
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)
    with pytest.raises(TableFormatError, match="old xls"):
        read_table(_file(tmp_path, "c.xlsx", ole + "Workbook".encode("utf-16-le")))
    with pytest.raises(PasswordProtectedError):
        read_table(_file(tmp_path, "d.xlsx", ole + "EncryptedPackage".encode("utf-16-le")))
    with pytest.raises(TableFormatError, match="nor text"):
        read_table(_file(tmp_path, "e.xlsx", bytes(range(256)) * 4))
    book = _workbook(tmp_path / "f.xlsx", [["id"], [1]])
    assert _cells(read_table(_file(tmp_path, "f.csv", book.read_bytes()))) == [(1,)]


def test_xlsx_cut_short_is_said(tmp_path: Path) -> None:
    data = _workbook(tmp_path / "a.xlsx", [["id"], [1]]).read_bytes()
    with pytest.raises(TableFormatError, match="no complete xlsx"):
        read_table(_file(tmp_path, "b.xlsx", data[:-30]))


def test_xlsx_far_column_is_refused_not_held(tmp_path: Path) -> None:
    def change(book: Any) -> None:
        book.active["XFD1"] = "far"

    with pytest.raises(TableLimitError, match="columns"):
        read_table(_workbook(tmp_path / "a.xlsx", [["id"], [1]], change=change))


# --- parquet ----------------------------------------------------------------------------------------------


def test_parquet_types_and_nesting(tmp_path: Path) -> None:
    frame = polars.DataFrame(
        {"id": [1, 2], "t": ["甲", None], "title": [{"zh": "a", "en": "b"}, None], "tags": [["x", "y"], []]}
    )
    frame.write_parquet(tmp_path / "a.parquet")
    table = read_table(tmp_path / "a.parquet")
    assert table.columns == ("id", "t", "title.zh", "title.en", "tags")
    assert _cells(table) == [(1, "甲", "a", "b", "x\ny"), (2, None, None, None, None)]
    data = (tmp_path / "a.parquet").read_bytes()
    with pytest.raises(TableFormatError, match="no complete parquet"):
        read_table(_file(tmp_path, "b.parquet", data[: len(data) // 2]))


# --- names, limits, strict --------------------------------------------------------------------------------


def test_files_that_cannot_be_opened(tmp_path: Path) -> None:
    with pytest.raises(TableNotFoundError):
        read_table(tmp_path / "none.csv")
    (tmp_path / "folder.csv").mkdir()
    with pytest.raises(TableNotFoundError, match="folder"):
        read_table(tmp_path / "folder.csv")
    with pytest.raises(UnsupportedFormatError, match="Save it as xlsx"):
        read_table(tmp_path / "a.xls")
    with pytest.raises(UnsupportedFormatError):
        read_table(tmp_path / "noending")


def test_errors_speak_both_languages(tmp_path: Path) -> None:
    with pytest.raises(TableError) as caught:
        read_table(tmp_path / "none.csv")
    assert "找不到" in caught.value.in_language("zh")
    assert "There is no file" in caught.value.in_language("en")


def test_limits_on_rows_and_size(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "id\n" + "1\n" * 50)
    with pytest.raises(TableLimitError, match="rows"):
        read_table(path, limits=Limits(max_rows=10))
    with pytest.raises(TableLimitError):
        read_table(path, limits=Limits(max_file_bytes=10))


def test_warnings_are_counted_beyond_those_kept(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", b"id,t\n" + b"1,a\x01\n" * 1500)
    table = read_table(path)
    assert (len(table.warnings), _codes(table), len(table)) == (1000, {"control_characters": 1500}, 1500)


def test_open_table_streams(tmp_path: Path) -> None:
    path = _file(tmp_path, "a.csv", "id\n" + "1\n" * 5000)
    with open_table(path) as table:
        assert next(table.rows).cells == ("1",)


def test_reading_leaves_the_file_alone(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    write_table(path, ["id"], [["1"]])
    before = path.read_bytes()
    read_table(path)
    assert path.read_bytes() == before
    assert io.BytesIO(before).read(3) == b"\xef\xbb\xbf"
