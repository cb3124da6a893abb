"""csv and tsv: delimiter found by trial, quotes that never close contained, text guards taken off."""

import csv
from collections.abc import Iterator
from itertools import chain, islice

from fairground.kernel.tables.cells import clean_text, unguard
from fairground.kernel.tables.errors import TableFormatError
from fairground.kernel.tables.model import Cell, RawRow, WarningKind, WarningLog, column_letter
from fairground.kernel.tables.source import ByteSource
from fairground.kernel.tables.text import text_lines

UNCLOSED_QUOTE = WarningKind(
    "unclosed_quote",
    True,
    "引号没有闭合；从本行起改为逐行读取",
    "a quotation mark never closes; from this row on lines were read one by one",
)
OTHER_DELIMITER = WarningKind(
    "other_delimiter",
    False,
    "文件名为 {ending}，但分隔符是“{delimiter}”，已按后者读取",
    "the name says {ending}, but cells are parted by '{delimiter}'; it was read so",
)

_DELIMITERS = {",": ",", ";": ";", "\t": "tab", "|": "|"}
_SAMPLE_LINES = 60
_QUOTED_LINES = 5_000  # a quoted cell may span this many lines before it counts as never closed


class _RunawayQuoteError(Exception):
    """A quoted cell that swallows the rest of the file."""


class _Feed:
    """Gives lines to csv.reader and remembers those of the row being read."""

    def __init__(self, lines: Iterator[str], most_chars: int) -> None:
        self._lines = lines
        self._most = most_chars
        self._chars = 0
        self.pending: list[str] = []
        self.ended = False  # a line was asked for inside a quoted cell and there was none

    def __iter__(self) -> "_Feed":
        return self

    def __next__(self) -> str:
        if self._chars > self._most or len(self.pending) > _QUOTED_LINES:
            raise _RunawayQuoteError
        line = next(self._lines, None)
        if line is None:
            self.ended = True
            raise StopIteration
        self.pending.append(line)
        self._chars += len(line)
        return line

    def row_done(self) -> None:
        self.pending.clear()
        self._chars = 0


def read_delimited(source: ByteSource, log: WarningLog, *, ending: str) -> Iterator[RawRow]:
    """Yield the rows of a csv or tsv file; row numbers count records, as a spreadsheet shows them."""
    lines = text_lines(source, log)
    sample = list(islice(lines, _SAMPLE_LINES))
    if sample and (declared := _declared_delimiter(sample[0])):
        # Excel's own 'sep=;' line; a spreadsheet does not show it as a row.
        delimiter, sample = declared, sample[1:]
    else:
        delimiter = sniff_delimiter(sample, prefer="\t" if ending == "tsv" else ",")
    if delimiter != ("\t" if ending == "tsv" else ","):
        log.add(OTHER_DELIMITER, ending=ending, delimiter=_DELIMITERS[delimiter])
    limits = source.limits
    # The module's limit is one for the process; it is only ever raised here, and cells are checked again.
    csv.field_size_limit(max(csv.field_size_limit(), limits.max_line_bytes))
    records = _records(chain(sample, lines), delimiter, log, limits.max_cell_chars)
    for number, values in enumerate(records, start=1):
        cells: list[Cell] = [
            clean_text(unguard(value), log, limits, sheet=None, row=number, column=column_letter(index))
            if value
            else None
            for index, value in enumerate(values)
        ]
        yield RawRow(number, cells)


def _records(lines: Iterator[str], delimiter: str, log: WarningLog, most_chars: int) -> Iterator[list[str]]:
    count = 0
    while True:
        feed = _Feed(lines, most_chars)
        reader = csv.reader(feed, delimiter=delimiter)
        try:
            for values in reader:
                if feed.ended or (len(feed.pending) > 1 and not _is_sound(feed.pending, delimiter)):
                    raise _RunawayQuoteError
                feed.row_done()
                count += 1
                yield values
            return
        except _RunawayQuoteError:
            log.add(UNCLOSED_QUOTE, row=count + 1)
        except csv.Error as error:
            raise TableFormatError(
                f"“{log.file}”第 {count + 1} 行无法读取：{error}。请用表格软件打开并另存为 csv（UTF-8）。",
                f"{log.file}, row {count + 1} cannot be read: {error}. Open it in a spreadsheet and "
                "save it as "
                "csv (UTF-8).",
            ) from error
        first, *others = feed.pending
        count += 1
        yield next(csv.reader([first], delimiter=delimiter, quoting=csv.QUOTE_NONE), [])
        lines = chain(others, lines)


def _is_sound(lines: list[str], delimiter: str) -> bool:
    """Tell a cell with line breaks from a mark that some later cell's opening mark happened to close."""
    try:
        return len(list(csv.reader(lines, delimiter=delimiter, strict=True))) == 1
    except csv.Error:
        return False


def _declared_delimiter(line: str) -> str | None:
    text = line.strip().strip('"').lower()
    delimiter = text.removeprefix("sep=") if text.startswith("sep=") else line.strip("\r\n")[4:5]
    if text.startswith("sep=") and (delimiter or "\t") in _DELIMITERS:
        return delimiter or "\t"
    return None


def sniff_delimiter(lines: list[str], *, prefer: str) -> str:
    """Return the delimiter that cuts most lines into the same number (above one) of cells.

    Comma, semicolon, tab and bar are tried; the full-width comma is text. Without a clear winner: `prefer`.

    >>> sniff_delimiter(["a;b;c", "1,5;2;3", "1;2,5;3"], prefer=",")
    ';'
    """
    best, best_score = prefer, 0.0
    for delimiter in sorted(_DELIMITERS, key=lambda candidate: candidate != prefer):
        widths = [len(row) for row in _trial(lines, delimiter) if row]
        if not widths:
            continue
        common = max(set(widths), key=lambda width: (width > 1, widths.count(width), width))
        agreeing = widths.count(common) / len(widths)
        score = agreeing * (1 + min(common, 20) / 100) if common > 1 else 0.0
        if score > best_score + 1e-9:
            best, best_score = delimiter, score
    return best


def _trial(lines: list[str], delimiter: str) -> list[list[str]]:
    try:
        return list(csv.reader(lines, delimiter=delimiter))
    except csv.Error:
        return []
