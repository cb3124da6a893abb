"""A table as it was read: columns, rows with their spreadsheet numbers, and counted warnings."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from fairground.kernel.tables.errors import StrictTableError

Cell = str | int | float | bool | date | datetime | None


@dataclass(frozen=True, slots=True)
class Limits:
    """How large a file may be before reading stops. Sizes in bytes unless the name says otherwise."""

    max_file_bytes: int = 2 * 1024**3
    max_unpacked_bytes: int = 2 * 1024**3
    max_ratio: int = 200  # unpacked to packed; deflate reaches 1,032, honest sheets stay below 60
    ratio_floor_bytes: int = 32 * 1024**2  # below this size a high ratio harms nobody
    max_members: int = 10_000  # parts of a workbook
    max_rows: int = 2_000_000
    max_columns: int = 1_000
    max_line_bytes: int = 64 * 1024**2
    max_cell_chars: int = 16 * 1024**2
    long_cell_chars: int = 100_000  # kept, but said


@dataclass(frozen=True, slots=True)
class WarningKind:
    """One sort of warning. `loses`: data is lost or changed, so that strict reading stops here.

    `zh` and `en` are templates; their {names} are filled by `WarningLog.add`.
    """

    code: str
    loses: bool
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class TableWarning:
    """One remark on one place; rows count from 1 as a spreadsheet shows them."""

    code: str
    file: str
    sheet: str | None
    row: int | None
    column: str | None
    message_zh: str
    message_en: str
    loses: bool = False

    def in_language(self, language: str) -> str:
        """Return the text for a reader of `language` ('zh' or 'en')."""
        return self.message_zh if language == "zh" else self.message_en

    def place(self) -> str:
        """Return 'file · sheet · row · column' with the parts that are known."""
        row = None if self.row is None else str(self.row)
        return " · ".join(part for part in (self.file, self.sheet, row, self.column) if part)


class WarningLog:
    """Collects warnings: counts all of them, keeps the first `keep` of each code in full.

    A million-row file with one fault a row must not need memory for a million messages.
    """

    def __init__(self, file: str, *, strict: bool = False, keep: int = 1_000) -> None:
        self.file = file
        self.strict = strict
        self.keep = keep
        self.items: list[TableWarning] = []
        self.counts: Counter[str] = Counter()

    def add(
        self,
        kind: WarningKind,
        *,
        sheet: str | None = None,
        row: int | None = None,
        column: str | None = None,
        **values: object,
    ) -> None:
        """Note one warning.

        Raises
        ------
        StrictTableError : in strict reading, when `kind` loses or changes data
        """
        self.counts[kind.code] += 1
        stops = self.strict and kind.loses
        if not stops and self.counts[kind.code] > self.keep:
            return
        message_zh, message_en = kind.zh.format(**values), kind.en.format(**values)
        warning = TableWarning(kind.code, self.file, sheet, row, column, message_zh, message_en, kind.loses)
        self.items.append(warning)
        if stops:
            raise StrictTableError(
                f"严格模式在此停止：{warning.place()}：{message_zh}。未写出任何结果；请修正后重试，"
                "或去掉 --strict。",
                f"Strict reading stopped at {warning.place()}: {message_en}. Nothing was written; mend the "
                "place and run again, or leave out --strict.",
            )


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `number` is what a spreadsheet shows beside it (line number for jsonl, 1-based in parquet)."""

    number: int
    cells: tuple[Cell, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A whole table in memory. Every row has as many cells as there are columns."""

    file: str
    format: str  # 'xlsx' | 'csv' | 'tsv' | 'jsonl' | 'parquet'
    sheet: str | None
    columns: tuple[str, ...]
    rows: tuple[Row, ...]
    warnings: tuple[TableWarning, ...] = ()
    warning_counts: Counter[str] = field(default_factory=Counter)

    def __len__(self) -> int:
        return len(self.rows)

    def records(self) -> Iterator[dict[str, Cell]]:
        """Yield each row as a mapping from column name to cell."""
        for row in self.rows:
            yield dict(zip(self.columns, row.cells, strict=True))


@dataclass(frozen=True, slots=True)
class RawRow:
    """A row before the header is known; cells may be fewer than the columns."""

    number: int
    cells: list[Cell]


def column_letter(index: int) -> str:
    """Return the spreadsheet letter of a column counted from 0.

    >>> column_letter(0), column_letter(25), column_letter(26)
    ('A', 'Z', 'AA')
    """
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
