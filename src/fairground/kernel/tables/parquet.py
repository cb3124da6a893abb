"""parquet through polars, a slice at a time."""

import subprocess
import sys
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import polars
from polars.exceptions import PanicException, PolarsError

from fairground.kernel.tables.cells import clean_text
from fairground.kernel.tables.errors import TableFormatError, TableLimitError
from fairground.kernel.tables.header import unique_names
from fairground.kernel.tables.jsonlines import flatten, nested_cell
from fairground.kernel.tables.model import Cell, Row, WarningLog
from fairground.kernel.tables.source import ByteSource

_SLICE = 20_000
_PROBE = """
import sys
import polars
frame = polars.scan_parquet(sys.argv[1], glob=False)
height, step = int(frame.select(polars.len()).collect().item()), int(sys.argv[2])
for offset in range(0, height, step):
    frame.slice(offset, step).collect()
"""
# A damaged file makes the library panic, which is no Exception; the file is at fault, not the program.
_READ_ERRORS = (PolarsError, PanicException, OSError, ValueError, OverflowError)


class ParquetRows:
    """The rows of a parquet file; struct columns are laid flat, lists become lines of text."""

    def __init__(self, source: ByteSource, log: WarningLog) -> None:
        self._source, self._log = source, log
        if not self._is_sound():
            raise self._broken()
        try:
            self._frame = polars.scan_parquet(source.path, glob=False)
            schema = self._frame.collect_schema()
            self._height = int(self._frame.select(polars.len()).collect().item())
        except _READ_ERRORS as error:
            raise self._broken() from error
        limits = source.limits
        if self._height > limits.max_rows or len(schema) > limits.max_columns:
            raise TableLimitError(
                f"“{source.name}”有 {self._height} 行 {len(schema)} 列，超过上限。请拆分后再试。",
                f"{source.name} has {self._height} rows and {len(schema)} columns, more than allowed. "
                "Split it.",
            )
        self._keys = tuple(_flat_keys(dict(schema)))
        self.columns = unique_names([" ".join(key.split()) or "column" for key in self._keys])

    def _is_sound(self) -> bool:
        """Read the whole file once in a process of its own.

        A damaged size inside makes the library ask for terabytes and abort the process, which no program can
        catch; so that happens elsewhere.
        """
        with self._source.open_packed() as stream:
            stream.seek(max(0, self._source.size - 4))
            if stream.read() != b"PAR1":
                return False
        command = [sys.executable, "-c", _PROBE, str(self._source.path), str(_SLICE)]
        finished = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return finished.returncode == 0

    def _broken(self) -> TableFormatError:
        return TableFormatError(
            f"“{self._source.name}”不是完整的 parquet 文件。请重新导出，或改用 csv、xlsx。",
            f"{self._source.name} is no complete parquet file. Export it again, or use csv or xlsx.",
        )

    def rows(self) -> Iterator[Row]:
        """Yield the rows, numbered from 1."""
        number = 0
        for offset in range(0, self._height, _SLICE):
            try:
                records = self._frame.slice(offset, _SLICE).collect().to_dicts()
            except _READ_ERRORS as error:
                raise self._broken() from error
            for record in records:
                number += 1
                flat = flatten(record)
                yield Row(number, tuple(self._cell(flat.get(key), number, key) for key in self._keys))

    def _cell(self, value: Any, row: int, column: str) -> Cell:
        if isinstance(value, str):
            return clean_text(value, self._log, self._source.limits, sheet=None, row=row, column=column)
        if value is None or isinstance(value, bool | int | date | datetime):
            return value
        if isinstance(value, float):
            return value if value == value and abs(value) != float("inf") else None
        if isinstance(value, Decimal):
            return int(value) if value == value.to_integral_value() else float(value)
        if isinstance(value, list | dict):
            cell = nested_cell(value, self._log, row=row, column=column)
            return self._cell(cell, row, column)
        text = value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
        return clean_text(text, self._log, self._source.limits, sheet=None, row=row, column=column)


def _flat_keys(schema: dict[str, Any]) -> Iterator[str]:
    for name, kind in schema.items():
        if isinstance(kind, polars.Struct):
            # An empty record of the same shape, laid flat by the same rule as the rows will be.
            yield from flatten({name: _shape(kind)})
        else:
            yield name


def _shape(kind: polars.Struct) -> dict[str, Any]:
    return {
        field.name: _shape(field.dtype) if isinstance(field.dtype, polars.Struct) else None
        for field in kind.fields
    }
