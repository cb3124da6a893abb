"""Whatever the bytes, a reader gives a table or a TableError, soon."""

import gzip
import io
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import openpyxl
import polars
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from fairground.kernel.tables import Limits, TableError, read_table

_LIMITS = Limits(max_rows=10_000, max_unpacked_bytes=20_000_000, ratio_floor_bytes=5_000_000)
_calm = settings(
    max_examples=120,
    deadline=5_000,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)


def _survives(path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with suppress(TableError):
        table = read_table(path, limits=_LIMITS)
        assert all(len(row.cells) == len(table.columns) for row in table.rows)
        assert len(set(table.columns)) == len(table.columns)


_pieces = st.sampled_from(
    [
        b",",
        b";",
        b"\t",
        b'"',
        b"\n",
        b"\r",
        b"\x00",
        b"'=",
        b"{",
        b"}",
        b'{"a":',
        b"[",
        b"]",
        b'"a":1}',
        b"1e999",
        b"\xef\xbb\xbf",
        b"\xff\xfe",
        "需求".encode(),
        "需求".encode("gb18030"),
        b"\xed\xa0\x80",
        b"sep=",
        b"a,b\n",
        b"PK\x03\x04",
        b"PAR1",
        b"\x1f\x8b",
        b"<",
    ]
)
_content = st.one_of(st.binary(max_size=400), st.lists(_pieces, max_size=40).map(b"".join))


@pytest.mark.parametrize(
    "ending", ["xlsx", "csv", "tsv", "jsonl", "parquet", "csv.gz", "jsonl.gz", "xlsm", "ndjson"]
)
@given(content=_content)
@_calm
def test_any_bytes(tmp_path: Path, ending: Any, content: Any) -> None:
    _survives(tmp_path / f"a.{ending}", content)


@pytest.mark.parametrize("ending", ["csv.gz", "tsv.gz", "jsonl.gz"])
@given(content=_content)
@_calm
def test_any_bytes_gzipped(tmp_path: Path, ending: Any, content: Any) -> None:
    _survives(tmp_path / f"a.{ending}", gzip.compress(content))


def _sample_workbook() -> bytes:
    book = openpyxl.Workbook()
    for row in [["编号", "title", "n"], ["1", "甲", 2.5], ["2", "=A1", 3]]:
        book.active.append(row)
    book.active.merge_cells("A2:B2")
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


_WORKBOOK = _sample_workbook()
_damage = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.integers(0, 255)), min_size=1, max_size=6)


@given(damage=_damage)
@_calm
def test_damaged_workbook(tmp_path: Path, damage: Any) -> None:
    content = bytearray(_WORKBOOK)
    for place, value in damage:
        content[int(place * len(content))] = value
    _survives(tmp_path / "a.xlsx", bytes(content))


_PARTS = [
    "xl/worksheets/sheet1.xml",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/sharedStrings.xml",
    "xl/_rels/workbook.xml.rels",
    "_rels/.rels",
]
_xml = st.sampled_from(
    [
        b"<",
        b">",
        b"</",
        b"<c",
        b' r="ZZZ9999999"',
        b' t="s"',
        b"<v>",
        b"</v>",
        b"&",
        b"&#0;",
        b"999999999999",
        b"<row>",
        b"</row>",
        b"<f/>",
        b"<!--",
        b"-->",
        b"<!DOCTYPE a>",
        b' s="9"',
        b"_x0000_",
        b"NaN",
        b"1e400",
    ]
)


@given(
    part=st.sampled_from(_PARTS), damage=st.lists(st.tuples(st.floats(0, 1), _xml), min_size=1, max_size=4)
)
@_calm
def test_damaged_parts_inside_a_sound_zip(tmp_path: Path, part: Any, damage: Any) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(_WORKBOOK)) as old, zipfile.ZipFile(stream, "w") as new:
        for info in old.infolist():
            data = old.read(info)
            if info.filename == part:
                for place, piece in damage:
                    cut = int(place * len(data))
                    data = data[:cut] + piece + data[cut:]
            new.writestr(info.filename, data)
    _survives(tmp_path / "a.xlsx", stream.getvalue())


def _sample_parquet() -> bytes:
    stream = io.BytesIO()
    polars.DataFrame({"id": [1, 2, 3], "t": ["a", "甲", None]}).write_parquet(stream)
    return stream.getvalue()


_PARQUET = _sample_parquet()


@given(damage=_damage)
@settings(parent=_calm, max_examples=12, deadline=None)  # a process for each
def test_damaged_parquet(tmp_path: Path, damage: Any) -> None:
    content = bytearray(_PARQUET)
    for place, value in damage:
        content[int(place * len(content))] = value
    _survives(tmp_path / "a.parquet", bytes(content))
