"""Write a table as xlsx, csv, tsv, jsonl or parquet, whole or not at all."""

import csv
import gzip
import io
import json
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, TypeGuard

import polars

from fairground.kernel.tables.atomic import atomic_output
from fairground.kernel.tables.cells import guard, strip_invalid
from fairground.kernel.tables.errors import TableWriteError, UnsupportedFormatError
from fairground.kernel.tables.model import Cell, TableWarning, WarningLog
from fairground.kernel.tables.reading import format_of
from fairground.kernel.tables.workbook_out import write_workbook

WRITABLE = (".xlsx", ".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".tsv.gz", ".jsonl.gz")


@dataclass(frozen=True, slots=True)
class SheetToWrite:
    """One more sheet of a workbook."""

    name: str
    columns: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def output_format(path: str | Path) -> str:
    """Return 'xlsx', 'csv', 'tsv', 'jsonl' or 'parquet' for a name to write to.

    Raises
    ------
    UnsupportedFormatError : the ending is none that can be written; call this before long work
    """
    kind, _ = format_of(Path(path))
    if Path(path).suffix.lower() == ".xlsm":
        raise UnsupportedFormatError(
            f"不能写出“{Path(path).name}”。支持：{' '.join(WRITABLE)}。",
            f"Cannot write {Path(path).name}. Supported: {' '.join(WRITABLE)}.",
        )
    return kind


def write_table(
    path: str | Path,
    columns: Sequence[str],
    rows: Iterable[Sequence[Cell]],
    *,
    sheet: str = "Sheet1",
    sheets: Sequence[SheetToWrite] = (),
) -> tuple[TableWarning, ...]:
    """Write rows in the format of the name's ending; the old file stays until the new one is complete.

    Text that a spreadsheet would run as a formula is disarmed (xlsx: text cell with the quote mark; csv and
    tsv: an apostrophe before it, which `read_table` takes off again); numbers stay numbers. Control
    characters and lone surrogates are dropped. csv and tsv begin with a UTF-8 byte order mark, so that
    spreadsheets show Chinese; the same rows give the same bytes.

    Parameters
    ----------
    columns : the names, unique
    rows : as many cells each as there are columns
    sheet : name of the sheet in a workbook
    sheets : further sheets; only for xlsx

    Returns
    -------
    tuple[TableWarning, ...]: cells that had to be shortened (xlsx holds 32,767 characters a cell)

    Raises
    ------
    UnsupportedFormatError : the ending, or further sheets in a format without sheets
    TableWriteError : the file cannot be written, or has more rows than a sheet holds
    ValueError : a row with another number of cells than columns, or a column name twice
    """
    path = Path(path)
    kind = output_format(path)
    if sheets and kind != "xlsx":
        raise UnsupportedFormatError(
            f"只有 xlsx 能容纳多个工作表，“{path.name}”不能。请改用 .xlsx。",
            f"Only xlsx holds several sheets; {path.name} does not. Use .xlsx.",
        )
    if len(set(columns)) != len(columns):
        raise ValueError("a column name stands twice")
    log = WarningLog(path.name)
    checked = _checked(rows, len(columns))
    with atomic_output(path) as stream:
        if kind == "xlsx":
            write_workbook(stream, [SheetToWrite(sheet, columns, checked), *sheets], log)
        elif kind == "parquet":
            _write_parquet(stream, columns, checked)
        elif path.suffix.lower() == ".gz":
            # No name and no time inside, so that the same rows give the same bytes.
            with gzip.GzipFile(filename="", fileobj=stream, mode="wb", mtime=0) as packed:
                _write_text(packed, kind, columns, checked)  # type: ignore[arg-type]  # a BinaryIO in all but name
        else:
            _write_text(stream, kind, columns, checked)
    return tuple(log.items)


def _checked(rows: Iterable[Sequence[Cell]], width: int) -> Iterable[Sequence[Cell]]:
    for number, row in enumerate(rows, start=1):
        if len(row) != width:
            raise ValueError(f"row {number} has {len(row)} cells, not {width}")
        yield row


def _write_text(stream: BinaryIO, kind: str, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    encoding = "utf-8" if kind == "jsonl" else "utf-8-sig"
    text = io.TextIOWrapper(stream, encoding=encoding, newline="")
    if kind == "jsonl":
        for row in rows:
            record = {name: _plain(cell) for name, cell in zip(columns, row, strict=True)}
            text.write(json.dumps(record, ensure_ascii=False) + "\n")
    else:
        writer = csv.writer(text, delimiter="\t" if kind == "tsv" else ",", lineterminator="\r\n")
        writer.writerow([guard(strip_invalid(name)) for name in columns])
        for row in rows:
            writer.writerow([_delimited(cell) for cell in row])
    text.flush()
    text.detach()


def _plain(cell: Cell) -> str | int | float | bool | None:
    if isinstance(cell, str):
        return strip_invalid(cell)
    if isinstance(cell, date | datetime):
        return cell.isoformat()
    if isinstance(cell, float) and not math.isfinite(cell):
        return None
    return cell


def _delimited(cell: Cell) -> str | int | float | None:
    plain = _plain(cell)
    if isinstance(plain, bool):
        return "true" if plain else "false"
    return guard(plain) if isinstance(plain, str) else plain


def _write_parquet(stream: BinaryIO, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    values: list[list[Cell]] = [[] for _ in columns]
    for row in rows:
        for column, cell in zip(values, row, strict=True):
            column.append(strip_invalid(cell) if isinstance(cell, str) else cell)
    try:
        frame = polars.DataFrame(
            [_series(name, column) for name, column in zip(columns, values, strict=True)],
        )
        frame.write_parquet(stream)
    except polars.exceptions.PolarsError as error:
        raise TableWriteError(
            f"无法写成 parquet：{error}。原有文件未改动。请改用 .csv 或 .xlsx。",
            f"Cannot write this as parquet: {error}. What stood there is untouched. Use .csv or .xlsx.",
        ) from error


def _series(name: str, column: list[Cell]) -> polars.Series:
    kinds = {type(cell) for cell in column if cell is not None}
    if kinds == {bool}:
        return polars.Series(name, column, dtype=polars.Boolean)
    if kinds == {int} and all(cell is None or -(2**63) <= cell < 2**63 for cell in column):  # type: ignore[operator]
        return polars.Series(name, column, dtype=polars.Int64)
    if kinds and kinds <= {int, float}:
        floats = [float(cell) for cell in column if _is_float(cell)]
        if len(floats) == sum(cell is not None for cell in column):
            given = iter(floats)
            return polars.Series(name, [None if cell is None else next(given) for cell in column])
    if kinds == {date}:
        return polars.Series(name, column, dtype=polars.Date)
    texts = [None if (plain := _plain(cell)) is None else str(plain) for cell in column]
    return polars.Series(name, texts, dtype=polars.String)


def _is_float(cell: Cell) -> TypeGuard[float]:
    return isinstance(cell, float) or (isinstance(cell, int) and abs(cell) <= 2**53)
