"""Rows of an xlsx sheet, one after the other: merged cells, formulas, dates and hidden rows told apart."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from fairground.kernel.tables.cells import clean_text, is_blank
from fairground.kernel.tables.errors import TableEmptyError, TableSheetError
from fairground.kernel.tables.model import Cell, Limits, RawRow, WarningKind, WarningLog, column_letter
from fairground.kernel.tables.source import ByteSource
from fairground.kernel.tables.workbook_parts import (
    Package,
    SheetPart,
    date_styles,
    local_name,
    shared_texts,
    unescape,
    workbook_sheets,
)

MERGED_CELLS = WarningKind(
    "merged_cells",
    False,
    "合并单元格 {area}：其值已用于所覆盖的每一格",
    "merged cells {area}: their value was given to every cell they cover",
)
FORMULA = WarningKind(
    "formula",
    False,
    "此格为公式，采用文件中保存的计算结果",
    "the cell is a formula; the result saved in the file was used",
)
FORMULA_WITHOUT_VALUE = WarningKind(
    "formula_without_value",
    True,
    "此格为公式，但文件中没有保存结果，按空白处理。请用表格软件打开、重新计算并保存",
    "the cell is a formula without a saved result and was left blank; open, recalculate and save the "
    "workbook",
)
ERROR_VALUE = WarningKind(
    "error_value",
    True,
    "此格为错误值 {value}，按空白处理",
    "the cell holds the error {value} and was left blank",
)
HIDDEN_ROW = WarningKind(
    "hidden_row", False, "此行在表格中被隐藏，但仍已读取", "the row is hidden in the spreadsheet; it was read"
)
HIDDEN_COLUMN = WarningKind(
    "hidden_column",
    False,
    "第 {letter} 列在表格中被隐藏，但仍已读取",
    "column {letter} is hidden in the spreadsheet; it was read",
)
SKIPPED_SHEET = WarningKind(
    "skipped_sheet",
    True,
    "还有含数据的工作表未读取：{names}。用 --sheet 指定",
    "other sheets with data were not read: {names}. Choose one with --sheet",
)
HIDDEN_SHEET = WarningKind(
    "hidden_sheet",
    False,
    "隐藏的工作表未读取：{names}。如需要，用 --sheet 指定",
    "hidden sheets were not read: {names}. Name one with --sheet if it is wanted",
)
BAD_DATE_NUMBER = WarningKind(
    "bad_date_number",
    False,
    "数字 {value} 的格式为日期，但超出日期范围，按数字保留",
    "the number {value} is formatted as a date but lies outside the calendar; it stays a number",
)

_MERGE = re.compile(rb'<(?:\w+:)?mergeCell\s[^>]{0,80}?ref="([A-Z]{1,3}[0-9]{1,7}:[A-Z]{1,3}[0-9]{1,7})"')
_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_OVERLAP = 200  # bytes kept between chunks, so that no mergeCell element is cut in two
_MOST_MERGES = 100_000


@dataclass(frozen=True, slots=True)
class Area:
    """A merged area; rows count from 1, columns from 0, both ends inside."""

    top: int
    left: int
    bottom: int
    right: int
    name: str


class Workbook:
    """An xlsx file opened for streaming reading of one sheet.

    Parameters
    ----------
    sheet : name of the sheet; None takes the first visible one that has data
    """

    def __init__(self, source: ByteSource, log: WarningLog, *, sheet: str | None) -> None:
        self._log, self._limits = log, source.limits
        self._package = Package(source.open_packed(), source.name, source.limits)
        self._sheets, self._from_1904 = workbook_sheets(self._package)
        self._texts = shared_texts(self._package)
        self._styles = date_styles(self._package)
        self._chosen = self._choose(sheet)
        self.sheet = self._chosen.name

    def rows(self) -> Iterator[RawRow]:
        """Yield the rows that have cells; merged values are given to every covered cell."""
        areas = self._merged_areas()
        for area in areas:
            self._log.add(
                MERGED_CELLS, sheet=self.sheet, row=area.top, column=column_letter(area.left), area=area.name
            )
        return _fill_merged(self._parsed(self._chosen, self._log), areas, self._limits)

    def _choose(self, sheet: str | None) -> SheetPart:
        if sheet is not None:
            for part in self._sheets:
                if part.name.strip() == sheet.strip():
                    return part
            names = "、".join(part.name for part in self._sheets)
            raise TableSheetError(
                f"“{self._log.file}”中没有工作表“{sheet}”。现有：{names}。",
                f"{self._log.file} has no sheet '{sheet}'. It has: {names.replace('、', ', ')}.",
            )
        visible = [part for part in self._sheets if not part.hidden]
        with_data = [part for part in visible if self._has_data(part)]
        hidden = [part.name for part in self._sheets if part.hidden]
        if hidden:
            self._log.add(HIDDEN_SHEET, names=", ".join(hidden))
        if not with_data:
            raise TableEmptyError(
                f"“{self._log.file}”的可见工作表里没有任何内容。第一行应为列名，其下每行一条记录。",
                f"No visible sheet of {self._log.file} has any content. The first row should hold "
                "column names.",
            )
        if len(with_data) > 1:
            self._log.add(SKIPPED_SHEET, names=", ".join(part.name for part in with_data[1:]))
        return with_data[0]

    def _has_data(self, part: SheetPart) -> bool:
        quiet = WarningLog(self._log.file, keep=0)
        return any(any(not is_blank(cell) for cell in row.cells) for row in self._parsed(part, quiet))

    def _merged_areas(self) -> list[Area]:
        areas: list[Area] = []
        tail = b""
        # They stand after the cells they cover, so the part is looked through once before it is read.
        for chunk in self._package.chunks(self._chosen.member):
            block = tail + chunk
            last = 0
            for found in _MERGE.finditer(block):
                last = found.end()
                if len(areas) < _MOST_MERGES and (area := _area(found[1].decode("ascii"))):
                    areas.append(area)
            tail = block[max(last, len(block) - _OVERLAP) :]
        return sorted(areas, key=lambda area: (area.top, area.left))

    def _parsed(self, part: SheetPart, log: WarningLog) -> Iterator[RawRow]:
        parser = _SheetParser(self._texts, self._styles, self._from_1904, part.name, log, self._limits)
        for _ in self._package.parse(part.member, parser.start, parser.end, parser.text):
            yield from parser.take()


def _area(reference: str) -> Area | None:
    corners = _REFERENCE.findall(reference)
    (left, top), (right, bottom) = corners
    area = Area(int(top), column_index(left), int(bottom), column_index(right), reference)
    return area if area.top <= area.bottom and area.left <= area.right else None


def column_index(letters: str) -> int:
    """Return the position, counted from 0, of a column's letters.

    >>> column_index("A"), column_index("AA")
    (0, 26)
    """
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index - 1


def _fill_merged(rows: Iterator[RawRow], areas: list[Area], limits: Limits) -> Iterator[RawRow]:
    waiting = areas[::-1]
    active: list[tuple[Area, Cell]] = []
    for row in rows:
        active = [(area, value) for area, value in active if area.bottom >= row.number]
        while waiting and waiting[-1].top <= row.number:
            area = waiting.pop()
            if area.top == row.number and area.left < len(row.cells):
                active.append((area, row.cells[area.left]))
        for area, value in active:
            if value is None:
                continue
            right = min(area.right, limits.max_columns - 1)
            row.cells.extend([None] * (right + 1 - len(row.cells)))
            for column in range(area.left, right + 1):
                if row.cells[column] is None:
                    row.cells[column] = value
        yield row


class _SheetParser:
    """Handlers for expat that turn one sheet's XML into rows."""

    def __init__(
        self,
        texts: list[str],
        styles: dict[int, str],
        from_1904: bool,
        sheet: str,
        log: WarningLog,
        limits: Limits,
    ) -> None:
        self._texts, self._styles, self._sheet = texts, styles, sheet
        self._log, self._limits = log, limits
        self._epoch = datetime(1904, 1, 1) if from_1904 else datetime(1899, 12, 30)
        self._from_1904 = from_1904
        self._rows: list[RawRow] = []
        self._row = 0
        self._cells: list[Cell] = []
        self._column = -1
        self._kind, self._style = "n", 0
        self._value: list[str] = []
        self._inline: list[str] = []
        self._formula = self._taking_value = self._taking_text = self._phonetic = False
        self._in_row = self._in_cell = False

    def take(self) -> list[RawRow]:
        """Return the rows finished since the last call."""
        rows, self._rows = self._rows, []
        return rows

    def start(self, name: str, attributes: dict[str, str]) -> None:
        tag = local_name(name)
        if tag == "c":
            self._start_cell(attributes)
        elif tag == "v":
            self._taking_value = self._in_cell
        elif tag == "f":
            self._formula = True
        elif tag == "t":
            self._taking_text = self._in_cell and not self._phonetic
        elif tag == "rPh":
            self._phonetic = True
        elif tag == "row":
            self._start_row(attributes)
        elif tag == "col" and attributes.get("hidden") in ("1", "true"):
            self._note_hidden_columns(attributes)

    def end(self, name: str) -> None:
        tag = local_name(name)
        if tag == "c" and self._in_cell:
            self._end_cell()
        elif tag == "v":
            self._taking_value = False
        elif tag == "t":
            self._taking_text = False
        elif tag == "rPh":
            self._phonetic = False
        elif tag == "row" and self._in_row:
            self._rows.append(RawRow(self._row, self._cells))
            self._in_row = False

    def text(self, data: str) -> None:
        if self._taking_value:
            self._value.append(data)
        elif self._taking_text:
            self._inline.append(data)

    def _start_row(self, attributes: dict[str, str]) -> None:
        number = attributes.get("r", "")
        self._row = int(number) if number.isdecimal() and len(number) < 8 else self._row + 1
        self._cells, self._column, self._in_row = [], -1, True
        if attributes.get("hidden") in ("1", "true"):
            self._log.add(HIDDEN_ROW, sheet=self._sheet, row=self._row)

    def _note_hidden_columns(self, attributes: dict[str, str]) -> None:
        low, high = attributes.get("min", ""), attributes.get("max", "")
        # Excel hides 'everything to the right' as one range up to XFD; that hides no data of ours.
        if low.isdecimal() and high.isdecimal() and len(low) < 6 and len(high) < 6 and int(high) < 16_384:
            for index in range(int(low) - 1, min(int(high), self._limits.max_columns)):
                letter = column_letter(max(index, 0))
                self._log.add(HIDDEN_COLUMN, sheet=self._sheet, column=letter, letter=letter)

    def _start_cell(self, attributes: dict[str, str]) -> None:
        found = _REFERENCE.fullmatch(attributes.get("r", ""))
        self._column = column_index(found[1]) if found else self._column + 1
        self._kind = attributes.get("t", "n")
        style = attributes.get("s", "0")
        self._style = int(style) if style.isdecimal() and len(style) < 8 else 0
        self._value.clear()
        self._inline.clear()
        self._formula = False
        self._in_cell = self._in_row

    def _end_cell(self) -> None:
        self._in_cell = self._taking_value = self._taking_text = False
        letter = column_letter(self._column)
        value = self._read(letter)
        if self._formula:
            kind = FORMULA_WITHOUT_VALUE if value is None and not self._value else FORMULA
            self._log.add(kind, sheet=self._sheet, row=self._row, column=letter)
        if value is None:
            return
        # A stray cell far to the right must not make every row wide; one past the limit is enough to refuse.
        column = min(self._column, self._limits.max_columns)
        self._cells.extend([None] * (column + 1 - len(self._cells)))
        self._cells[column] = value

    def _read(self, letter: str) -> Cell:
        data = "".join(self._value)
        if self._kind == "inlineStr":
            return self._clean(unescape("".join(self._inline)), letter)
        if not data:
            return None
        if self._kind == "s":
            index = int(data) if data.isdecimal() and len(data) < 10 else len(self._texts)
            return self._clean(self._texts[index], letter) if index < len(self._texts) else None
        if self._kind == "str":
            return self._clean(unescape(data), letter)
        if self._kind == "b":
            return data.strip() in ("1", "true")
        if self._kind == "e":
            self._log.add(ERROR_VALUE, sheet=self._sheet, row=self._row, column=letter, value=data[:20])
            return None
        if self._kind == "d":
            return _iso(data)
        return self._number(data, letter)

    def _clean(self, text: str, letter: str) -> str | None:
        return clean_text(text, self._log, self._limits, sheet=self._sheet, row=self._row, column=letter)

    def _number(self, data: str, letter: str) -> Cell:
        try:
            number = float(data)
        except ValueError:
            return self._clean(data, letter)
        if number != number or number in (float("inf"), float("-inf")):
            return None
        kind = self._styles.get(self._style)
        if kind:
            shown = serial_date(number, self._epoch, time_only=kind == "time", from_1904=self._from_1904)
            if shown is not None:
                return shown
            self._log.add(BAD_DATE_NUMBER, sheet=self._sheet, row=self._row, column=letter, value=data[:30])
        # Above 2^53 a float no longer holds every integer, so its last digits would be invented.
        return int(number) if number.is_integer() and abs(number) < 2**53 else number


def _iso(data: str) -> Cell:
    try:
        moment = datetime.fromisoformat(data.strip())
    except ValueError:
        return data
    return moment.date() if "T" not in data else moment


def serial_date(
    number: float, epoch: datetime, *, time_only: bool = False, from_1904: bool = False
) -> date | datetime | str | None:
    """Return what a spreadsheet shows for a serial number formatted as a date, or None when it cannot.

    Day 60 of the 1900 system is a 29 February that never was; days before it count from one day later.
    """
    if number < 0 or number >= 2_958_466:  # 31 December 9999
        return None
    if time_only and number < 1:
        return (datetime(2000, 1, 1) + timedelta(seconds=round(number * 86_400))).strftime("%H:%M:%S")
    if not from_1904 and number < 61:
        if number < 1 or number >= 60:
            return None
        epoch += timedelta(days=1)
    try:
        moment = epoch + timedelta(days=int(number), seconds=round((number % 1) * 86_400))
    except OverflowError:
        return None
    return moment.date() if number == int(number) else moment
