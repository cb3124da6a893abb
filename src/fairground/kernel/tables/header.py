"""Where the header stands, what the columns are called, and rows brought to its width."""

import itertools
import re
from collections.abc import Callable, Iterator, Sequence

from fairground.kernel.tables.cells import is_blank
from fairground.kernel.tables.errors import TableEmptyError, TableLimitError
from fairground.kernel.tables.model import Cell, Limits, RawRow, Row, WarningKind, WarningLog, column_letter

HeaderScore = Callable[[Sequence[str]], float]

ROWS_ABOVE_HEADER = WarningKind(
    "rows_above_header",
    False,
    "表头在第 {header} 行；其上 {count} 行视为标题，未作为数据：{quote}",
    "the header is row {header}; the {count} rows above it were taken as a title, not as data: {quote}",
)
BLANK_COLUMN_NAME = WarningKind(
    "blank_column_name",
    False,
    "第 {letter} 列没有列名，暂称“{name}”",
    "column {letter} has no name; it is called '{name}'",
)
DUPLICATE_COLUMN_NAME = WarningKind(
    "duplicate_column_name",
    False,
    "列名“{first}”重复，后者改称“{name}”",
    "the column name '{first}' stands twice; the later one is called '{name}'",
)
EXTRA_CELLS = WarningKind(
    "extra_cells",
    True,
    "本行比表头多出 {count} 格，多出的内容未读取：{quote}",
    "the row has {count} more cells than the header; they were left out: {quote}",
)
NO_ROWS = WarningKind("no_rows", False, "只有表头，没有数据行", "there is a header but no row of data")

_HEADER_WITHIN = 30  # rows looked at for a header
_WIDTH_WITHIN = 500  # rows looked at for columns the header leaves unnamed


class HeadedRows:
    """Column names and the rows under them, from raw rows of one sheet or file.

    Parameters
    ----------
    header_score : how well a row's texts fit as a header (0: not at all); decides before the shape does
    """

    def __init__(
        self,
        raw: Iterator[RawRow],
        log: WarningLog,
        limits: Limits,
        *,
        sheet: str | None,
        header_score: HeaderScore | None = None,
    ) -> None:
        self._log, self._limits, self._sheet = log, limits, sheet
        first = list(itertools.islice(_with_content(raw), _WIDTH_WITHIN))
        if not first:
            raise TableEmptyError(
                f"“{log.file}”里没有任何内容。第一行应为列名，其下每行一条记录。",
                f"There is nothing in {log.file}. The first row should hold column names, then one "
                "record a row.",
            )
        position = find_header([row.cells for row in first[:_HEADER_WITHIN]], header_score)
        self._note_title(first[:position], first[position].number)
        widest = max(_width(row.cells) for row in first[position:])
        if widest > limits.max_columns:
            raise TableLimitError(
                f"“{log.file}”有 {widest} 列，超过上限 {limits.max_columns} 列。请删去无关的列。",
                f"{log.file} has {widest} columns, more than the {limits.max_columns} allowed. "
                "Delete the ones that do not matter.",
            )
        self.columns = self._names(first[position], widest)
        self._rows = itertools.chain(first[position + 1 :], _with_content(raw))

    def rows(self) -> Iterator[Row]:
        """Yield every row with content, as wide as the header."""
        width, count = len(self.columns), 0
        for raw in self._rows:
            count += 1
            if count > self._limits.max_rows:
                raise TableLimitError(
                    f"“{self._log.file}”超过 {self._limits.max_rows} 行，已停止读取。请拆分后再试。",
                    f"{self._log.file} has more than {self._limits.max_rows} rows; reading stopped. "
                    "Split it.",
                )
            cells = raw.cells
            if len(cells) > width:
                self._note_extra(raw, width)
                cells = cells[:width]
            elif len(cells) < width:
                cells = cells + [None] * (width - len(cells))
            yield Row(raw.number, tuple(cells))
        if not count:
            self._log.add(NO_ROWS, sheet=self._sheet)

    def _note_title(self, above: list[RawRow], header_row: int) -> None:
        if above:
            cells = dict.fromkeys(str(cell) for row in above for cell in row.cells if not is_blank(cell))
            quote = " / ".join(cells)[:120]
            self._log.add(
                ROWS_ABOVE_HEADER,
                sheet=self._sheet,
                row=above[0].number,
                header=header_row,
                count=len(above),
                quote=quote,
            )

    def _note_extra(self, raw: RawRow, width: int) -> None:
        extra = [str(cell) for cell in raw.cells[width:] if not is_blank(cell)]
        if extra:
            quote = " | ".join(extra)[:120]
            self._log.add(EXTRA_CELLS, sheet=self._sheet, row=raw.number, count=len(extra), quote=quote)

    def _names(self, header: RawRow, width: int) -> tuple[str, ...]:
        cells = header.cells[:width] + [None] * (width - len(header.cells))
        names: list[str] = []
        taken: set[str] = set()
        for index, cell in enumerate(cells):
            name = " ".join(str(cell).split()) if not is_blank(cell) else ""
            letter = column_letter(index)
            if not name:
                name = _free(f"column {letter}", taken)
                kind, values = BLANK_COLUMN_NAME, {"letter": letter, "name": name}
                self._log.add(kind, sheet=self._sheet, row=header.number, column=letter, **values)
            elif name in taken:
                first, name = name, _free(name, taken)
                kind, values = DUPLICATE_COLUMN_NAME, {"first": first, "name": name}
                self._log.add(kind, sheet=self._sheet, row=header.number, column=letter, **values)
            taken.add(name)
            names.append(name)
        return tuple(names)


def _free(name: str, taken: set[str]) -> str:
    if name not in taken:
        return name
    return next(free for n in itertools.count(2) if (free := f"{name} ({n})") not in taken)


def unique_names(names: Sequence[str]) -> tuple[str, ...]:
    """Return the names with ' (2)', ' (3)' behind repeated ones.

    >>> unique_names(["a", "b", "a"])
    ('a', 'b', 'a (2)')
    """
    taken: dict[str, None] = {}
    for name in names:
        taken[_free(name, set(taken))] = None
    return tuple(taken)


def _with_content(raw: Iterator[RawRow]) -> Iterator[RawRow]:
    return (row for row in raw if any(not is_blank(cell) for cell in row.cells))


def _width(cells: Sequence[Cell]) -> int:
    return max((index + 1 for index, cell in enumerate(cells) if not is_blank(cell)), default=0)


def find_header(rows: Sequence[Sequence[Cell]], header_score: HeaderScore | None = None) -> int:
    """Return the position of the header among the first rows that have content.

    The row with the highest `header_score` (if above 0; the upper one of equals), otherwise the first row
    that names at least half as many different columns as the widest row has, mostly in words.
    """
    if header_score is not None:
        scores = [header_score([str(cell) for cell in row if not is_blank(cell)]) for row in rows]
        if max(scores) > 0:
            return scores.index(max(scores))
    distinct = [len({str(cell) for cell in row if not is_blank(cell)}) for row in rows]
    wanted = max(distinct) / 2
    for position, row in enumerate(rows):
        words = sum(isinstance(cell, str) and not _is_number(cell) for cell in row if not is_blank(cell))
        if distinct[position] >= max(wanted, min(2, max(distinct))) and words * 2 > distinct[position]:
            return position
    return 0


def _is_number(text: str) -> bool:
    return re.fullmatch(r"[\s\d.,:/%+-]+", text) is not None
