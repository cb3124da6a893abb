"""Open a table file by what it is, not only by what its name says."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from fairground.kernel.tables.delimited import read_delimited
from fairground.kernel.tables.errors import (
    PasswordProtectedError,
    TableFormatError,
    UnsupportedFormatError,
)
from fairground.kernel.tables.header import HeadedRows, HeaderScore
from fairground.kernel.tables.jsonlines import JsonLines
from fairground.kernel.tables.model import Limits, Row, Table, WarningKind, WarningLog
from fairground.kernel.tables.parquet import ParquetRows
from fairground.kernel.tables.source import ByteSource
from fairground.kernel.tables.workbook import Workbook

READABLE = (".xlsx", ".csv", ".tsv", ".jsonl", ".parquet", ".csv.gz", ".tsv.gz", ".jsonl.gz")

_FORMATS = {
    ".xlsx": "xlsx",
    ".xlsm": "xlsx",
    ".csv": "csv",
    ".tsv": "tsv",
    ".jsonl": "jsonl",
    ".ndjson": "jsonl",
    ".parquet": "parquet",
}
_TEXT_FORMATS = ("csv", "tsv", "jsonl")
_OLE_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"

WRONG_ENDING = WarningKind(
    "wrong_ending",
    False,
    "文件名为 {ending}，内容其实是 {real}，已按后者读取",
    "the name says {ending}, the content is {real}; it was read as that",
)


def format_of(path: Path) -> tuple[str, bool]:
    """Return the format a name's ending promises, and whether it promises gzip.

    Raises
    ------
    UnsupportedFormatError : none of the supported endings
    """
    endings = [ending.lower() for ending in path.suffixes]
    gzipped = bool(endings) and endings[-1] == ".gz"
    ending = (endings[-2:-1] if gzipped else endings[-1:]) or [""]
    kind = _FORMATS.get(ending[0])
    if kind is None or (gzipped and kind not in _TEXT_FORMATS):
        known = " ".join(READABLE)
        old = ending[0] in (".xls", ".et", ".ods", ".numbers")
        raise UnsupportedFormatError(
            f"不支持“{path.name}”的格式。{'请用表格软件另存为 xlsx。' if old else ''}支持：{known}。",
            f"The format of {path.name} is not supported. "
            f"{'Save it as xlsx. ' if old else ''}Supported: {known}.",
        )
    return kind, gzipped


class OpenTable:
    """A table being read: `columns` are known, `rows` come one at a time, `log` fills while they do."""

    def __init__(
        self,
        source: ByteSource,
        log: WarningLog,
        kind: str,
        *,
        sheet: str | None,
        header_score: HeaderScore | None,
    ) -> None:
        self.log = log
        self.format = kind
        self.sheet: str | None = None
        self.columns: tuple[str, ...]
        self.rows: Iterator[Row]
        if kind in ("jsonl", "parquet"):
            plain = JsonLines(source, log) if kind == "jsonl" else ParquetRows(source, log)
            self.columns, self.rows = plain.columns, plain.rows()
            return
        if kind == "xlsx":
            workbook = Workbook(source, log, sheet=sheet)
            self.sheet = workbook.sheet
            raw = workbook.rows()
        else:
            raw = read_delimited(source, log, ending=kind)
        headed = HeadedRows(raw, log, source.limits, sheet=self.sheet, header_score=header_score)
        self.columns, self.rows = headed.columns, headed.rows()


@contextmanager
def open_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    strict: bool = False,
    limits: Limits | None = None,
    header_score: HeaderScore | None = None,
) -> Iterator[OpenTable]:
    """Open a table for reading row by row, in memory that does not grow with the number of rows.

    Parameters and errors are those of `read_table`; errors and warnings of single rows come while `rows` is
    being read.
    """
    path = Path(path)
    limits = limits or Limits()
    promised, _ = format_of(path)
    source = ByteSource(path, limits)
    log = WarningLog(path.name, strict=strict)
    with closing(source):
        kind = _real_format(source, promised, log)
        yield OpenTable(source, log, kind, sheet=sheet, header_score=header_score)


def read_table(
    path: str | Path,
    *,
    sheet: str | None = None,
    strict: bool = False,
    limits: Limits | None = None,
    header_score: HeaderScore | None = None,
) -> Table:
    """Read a whole table: xlsx, csv, tsv, jsonl or parquet; the text formats also as .gz.

    Parameters
    ----------
    path : the file
    sheet : sheet of a workbook; None takes the first visible one with data and says which were not read
    strict : stop at the first thing that would lose or change data, instead of listing it
    limits : sizes beyond which reading stops
    header_score : rates a row's texts as a header, for files with titles above it; see `find_header`

    Returns
    -------
    Table: all good rows; what was wrong is in `warnings` (the first 1,000 of each code) and `warning_counts`

    Raises
    ------
    TableNotFoundError, UnsupportedFormatError, TableFormatError, PasswordProtectedError, TableEmptyError,
    TableSheetError, TableLimitError, StrictTableError : all are TableError and say what to do next
    """
    with open_table(path, sheet=sheet, strict=strict, limits=limits, header_score=header_score) as table:
        rows = tuple(table.rows)
        return Table(
            table.log.file,
            table.format,
            table.sheet,
            table.columns,
            rows,
            tuple(table.log.items),
            table.log.counts,
        )


def _real_format(source: ByteSource, promised: str, log: WarningLog) -> str:
    """Return what the first bytes say, refusing what cannot be read."""
    head = source.head()
    if head.startswith(_OLE_MAGIC):
        raise _ole_error(source)
    if head.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        real = "xlsx"
    elif head.startswith(b"PAR1"):
        real = "parquet"
    elif promised in ("xlsx", "parquet"):
        real = _text_or_refuse(source, head, promised)
    else:
        _refuse_markup(source, head)
        real = promised
    if source.gzipped and real not in _TEXT_FORMATS:
        raise TableFormatError(
            f"“{source.name}”是 gzip 压缩的 {real} 文件。请先解压再读取。",
            f"{source.name} is a gzipped {real} file. Unpack it first.",
        )
    if real != promised:
        log.add(WRONG_ENDING, ending=promised, real=real)
    return real


def _ole_error(source: ByteSource) -> TableFormatError:
    with source.open() as stream:
        content = stream.read(1 << 22)
    if "EncryptedPackage".encode("utf-16-le") in content:
        return PasswordProtectedError(
            f"“{source.name}”有密码保护，无法读取。请在表格软件中打开，去掉密码后另存为 xlsx。",
            f"{source.name} is protected by a password. Open it in a spreadsheet and save it without one.",
        )
    return TableFormatError(
        f"“{source.name}”其实是旧式 xls（或其他旧式 Office）文件。请用表格软件打开并另存为 xlsx。",
        f"{source.name} is really an old xls (or other old Office) file. Open it in a spreadsheet and "
        "save it "
        "as xlsx.",
    )


def _refuse_markup(source: ByteSource, head: bytes) -> None:
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n")[:200].lower()
    if start.startswith((b"<!doctype", b"<html", b"<table", b"<?xml", b"<head", b"<body", b"<meta")):
        raise TableFormatError(
            f"“{source.name}”其实是网页（html 或 xml），不是表格文件。请用表格软件打开并另存为 xlsx 或 csv。",
            f"{source.name} is really a web page (html or xml). Open it in a spreadsheet and save it "
            "as xlsx or "
            "csv.",
        )


def _text_or_refuse(source: ByteSource, head: bytes, promised: str) -> str:
    _refuse_markup(source, head)
    wide = head.startswith((b"\xff\xfe", b"\xfe\xff"))
    controls = sum(byte < 9 or 13 < byte < 32 for byte in head)
    if not wide and controls * 100 > len(head):
        raise TableFormatError(
            f"“{source.name}”不是 {promised} 文件，也不是文字。请确认文件，或重新导出。",
            f"{source.name} is neither {promised} nor text. Check the file, or export it again.",
        )
    return "jsonl" if head.lstrip(b"\xef\xbb\xbf \t\r\n").startswith(b"{") else "csv"
