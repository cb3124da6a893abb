"""Tables in files: read with every fault listed, written whole or not at all."""

from fairground.kernel.tables.atomic import atomic_output
from fairground.kernel.tables.errors import (
    PasswordProtectedError,
    StrictTableError,
    TableEmptyError,
    TableError,
    TableFormatError,
    TableLimitError,
    TableNotFoundError,
    TableSheetError,
    TableWriteError,
    UnsupportedFormatError,
)
from fairground.kernel.tables.header import HeaderScore
from fairground.kernel.tables.model import Cell, Limits, Row, Table, TableWarning, WarningKind, WarningLog
from fairground.kernel.tables.reading import READABLE, OpenTable, open_table, read_table
from fairground.kernel.tables.writing import WRITABLE, SheetToWrite, output_format, write_table

__all__ = [
    "READABLE",
    "WRITABLE",
    "Cell",
    "HeaderScore",
    "Limits",
    "OpenTable",
    "PasswordProtectedError",
    "Row",
    "SheetToWrite",
    "StrictTableError",
    "Table",
    "TableEmptyError",
    "TableError",
    "TableFormatError",
    "TableLimitError",
    "TableNotFoundError",
    "TableSheetError",
    "TableWarning",
    "TableWriteError",
    "UnsupportedFormatError",
    "WarningKind",
    "WarningLog",
    "atomic_output",
    "open_table",
    "output_format",
    "read_table",
    "write_table",
]
