"""Write xlsx: rows streamed to the zip file, text never run as a formula, the same rows the same bytes.

openpyxl stamps the time of day into every part and silently cuts long cells; both matter here. What is
written is read back with openpyxl in the tests.
"""

import math
import re
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from itertools import chain, islice
from typing import BinaryIO, Protocol
from xml.sax.saxutils import escape, quoteattr

from fairground.kernel.tables.cells import CUT_CELL, runs_as_formula, strip_invalid
from fairground.kernel.tables.errors import TableWriteError
from fairground.kernel.tables.model import Cell, WarningLog, column_letter

MOST_ROWS = 1_048_576
MOST_CELL_CHARS = 32_767
_LARGEST_EXACT = 10**15  # spreadsheets keep fifteen digits; longer numbers are written as text
_WIDTH_SAMPLE = 200
_NARROWEST, _WIDEST = 8, 60
_STYLE = {"plain": 0, "header": 1, "text": 2, "quoted": 3, "date": 4, "moment": 5, "number": 6}
_NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_XML = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
_STYLES = f"""{_XML}<styleSheet xmlns="{_NAMESPACE}">
<numFmts count="2"><numFmt numFmtId="164" formatCode="yyyy\\-mm\\-dd"/>
<numFmt numFmtId="165" formatCode="yyyy\\-mm\\-dd\\ hh:mm:ss"/></numFmts>
<fonts count="2"><font><sz val="11"/><name val="Calibri"/></font>
<font><b/><sz val="11"/><name val="Calibri"/></font></fonts>
<fills count="3"><fill><patternFill patternType="none"/></fill>
<fill><patternFill patternType="gray125"/></fill>
<fill><patternFill patternType="solid"><fgColor rgb="FFF1EFE9"/><bgColor indexed="64"/></patternFill></fill>
</fills>
<borders count="2"><border><left/><right/><top/><bottom/><diagonal/></border>
<border><left/><right/><top/><bottom style="thin"><color rgb="FF5B6167"/></bottom><diagonal/></border>
</borders>
<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>
<cellXfs count="7"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/>
<xf numFmtId="49" fontId="1" fillId="2" borderId="1" xfId="0" quotePrefix="1"
 applyNumberFormat="1" applyFont="1" applyFill="1" applyBorder="1" applyAlignment="1">
<alignment vertical="center" wrapText="1"/></xf>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">
<alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="49" fontId="0" fillId="0" borderId="0" xfId="0" quotePrefix="1"
 applyNumberFormat="1" applyAlignment="1"><alignment vertical="top" wrapText="1"/></xf>
<xf numFmtId="164" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">
<alignment vertical="top"/></xf>
<xf numFmtId="165" fontId="0" fillId="0" borderId="0" xfId="0" applyNumberFormat="1" applyAlignment="1">
<alignment vertical="top"/></xf>
<xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0" applyAlignment="1">
<alignment vertical="top"/></xf>
</cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>"""


class Sheet(Protocol):
    """What a sheet is made of."""

    @property
    def name(self) -> str: ...
    @property
    def columns(self) -> Sequence[str]: ...
    @property
    def rows(self) -> Iterable[Sequence[Cell]]: ...


def write_workbook(stream: BinaryIO, sheets: Sequence[Sheet], log: WarningLog) -> None:
    """Write the sheets in order, each with a frozen bold header, sensible widths and wrapped text.

    Raises
    ------
    TableWriteError : more rows than a sheet holds
    """
    names = sheet_names([sheet.name for sheet in sheets])
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as package:
        for number, (name, sheet) in enumerate(zip(names, sheets, strict=True), start=1):
            with package.open(_entry(f"xl/worksheets/sheet{number}.xml"), "w", force_zip64=True) as part:
                for piece in _sheet_xml(name, sheet, log, selected=number == 1):
                    part.write(piece.encode("utf-8"))
        for member, content in _frame(names).items():
            package.writestr(_entry(member), content.encode("utf-8"))


def _entry(name: str) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
    info.compress_type = zipfile.ZIP_DEFLATED
    info.external_attr = 0o600 << 16
    return info


def sheet_names(names: Sequence[str]) -> list[str]:
    """Return names a workbook accepts: 1–31 characters, none of []:*?/\\, no two the same.

    >>> sheet_names(["a/b", "A b", ""])
    ['a b', 'A b 2', 'Sheet']
    """
    taken: set[str] = set()
    good: list[str] = []
    for name in names:
        stem = re.sub(r"[\[\]:*?/\\\s]+", " ", strip_invalid(name)).strip().strip("'")[:31] or "Sheet"
        candidate, count = stem, 1
        while candidate.lower() in taken:
            count += 1
            candidate = f"{stem[: 30 - len(str(count))]} {count}"
        taken.add(candidate.lower())
        good.append(candidate)
    return good


def _frame(names: Sequence[str]) -> dict[str, str]:
    numbers = range(1, len(names) + 1)
    types = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    overrides = "".join(
        f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{types}.worksheet+xml"/>'
        for n in numbers
    )
    tabs = "".join(
        f'<sheet name={quoteattr(name)} sheetId="{n}" r:id="rId{n}"/>'
        for n, name in zip(numbers, names, strict=True)
    )
    links = "".join(
        f'<Relationship Id="rId{n}" Type="{_RELATIONS}/worksheet" Target="worksheets/sheet{n}.xml"/>'
        for n in numbers
    )
    return {
        "[Content_Types].xml": f'{_XML}<Types xmlns="{_PACKAGE}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Default Extension="xml" ContentType="application/xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{types}.sheet.main+xml"/>'
        f'<Override PartName="/xl/styles.xml" ContentType="{types}.styles+xml"/>{overrides}</Types>',
        "_rels/.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
        f'Type="{_RELATIONS}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'{_XML}<workbook xmlns="{_NAMESPACE}" xmlns:r="{_RELATIONS}"><sheets>'
        f"{tabs}</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'{_XML}<Relationships xmlns="{_PACKAGE}/relationships">{links}'
        f'<Relationship Id="rId{len(names) + 1}" Type="{_RELATIONS}/styles" '
        'Target="styles.xml"/></Relationships>',
        "xl/styles.xml": _STYLES,
    }


def _sheet_xml(name: str, sheet: Sheet, log: WarningLog, *, selected: bool) -> Iterable[str]:
    rows = iter(sheet.rows)
    first = list(islice(rows, _WIDTH_SAMPLE))
    yield f'{_XML}<worksheet xmlns="{_NAMESPACE}"><sheetViews><sheetView workbookViewId="0"'
    yield ' tabSelected="1">' if selected else ">"
    yield '<pane ySplit="1" topLeftCell="A2" activePane="bottomLeft" state="frozen"/>'
    yield "</sheetView></sheetViews>"
    if sheet.columns:
        yield f"<cols>{''.join(_column_widths(sheet.columns, first))}</cols>"
    yield "<sheetData>"
    yield _row_xml(1, sheet.columns, name, log, header=True)
    for number, row in enumerate(chain(first, rows), start=2):
        if number > MOST_ROWS:
            raise TableWriteError(
                f"一个工作表最多 {MOST_ROWS} 行，结果超出。原有文件未改动。请改用 .csv 或 .parquet。",
                f"A sheet holds {MOST_ROWS} rows and the result has more. What stood there is "
                "untouched. Use "
                ".csv or .parquet.",
            )
        yield _row_xml(number, row, name, log)
    yield "</sheetData></worksheet>"


def _column_widths(columns: Sequence[str], rows: Sequence[Sequence[Cell]]) -> Iterable[str]:
    for index, name in enumerate(columns):
        widths = [
            shown_width(name) + 2,
            *(shown_width(str(row[index])) for row in rows if row[index] is not None),
        ]
        width = min(max(_NARROWEST, *widths) + 1, _WIDEST)
        yield f'<col min="{index + 1}" max="{index + 1}" width="{width}" customWidth="1"/>'


def shown_width(text: str) -> int:
    """Return the width of the longest line in Latin letters; characters from U+1100 on count as two.

    >>> shown_width("技术 need")
    9
    """
    return max(
        sum(2 if character >= "\u1100" else 1 for character in line[:80]) for line in text.split("\n")[:50]
    )


def _row_xml(number: int, row: Sequence[Cell], sheet: str, log: WarningLog, *, header: bool = False) -> str:
    cells = "".join(
        _cell_xml(cell, f"{column_letter(index)}{number}", sheet, number, log, header=header)
        for index, cell in enumerate(row)
        if cell is not None
    )
    return f'<row r="{number}">{cells}</row>'


def _cell_xml(cell: Cell, place: str, sheet: str, row: int, log: WarningLog, *, header: bool) -> str:
    if isinstance(cell, bool):
        return f'<c r="{place}" s="{_STYLE["number"]}" t="b"><v>{int(cell)}</v></c>'
    if isinstance(cell, int) and abs(cell) < _LARGEST_EXACT:
        return f'<c r="{place}" s="{_STYLE["number"]}"><v>{cell}</v></c>'
    if isinstance(cell, float):
        return f'<c r="{place}" s="{_STYLE["number"]}"><v>{cell!r}</v></c>' if math.isfinite(cell) else ""
    if isinstance(cell, date) and (serial := _serial(cell)) is not None:
        style = _STYLE["moment" if isinstance(cell, datetime) else "date"]
        return f'<c r="{place}" s="{style}"><v>{serial!r}</v></c>'
    text = strip_invalid(
        cell if isinstance(cell, str) else cell.isoformat() if isinstance(cell, date) else str(cell)
    )
    if len(text) > MOST_CELL_CHARS:
        column = place.rstrip("0123456789")
        log.add(CUT_CELL, sheet=sheet, row=row, column=column, count=len(text), kept=MOST_CELL_CHARS)
        text = text[: MOST_CELL_CHARS - 1] + "…"
    style = _STYLE["header" if header else "quoted" if runs_as_formula(text) else "text"]
    text = re.sub(r"_(?=x[0-9A-Fa-f]{4}_)", "_x005F_", text).replace("\r", "_x000D_")
    return f'<c r="{place}" s="{style}" t="inlineStr"><is><t xml:space="preserve">{escape(text)}</t></is></c>'


def _serial(moment: date) -> int | float | None:
    if isinstance(moment, datetime):
        # A zone, or a fraction of a second, would be lost in a serial number.
        if moment.tzinfo is not None or moment.microsecond or moment < datetime(1900, 3, 1):
            return None
        difference = moment - datetime(1899, 12, 30)
        return difference.days + difference.seconds / 86_400
    return (moment - date(1899, 12, 30)).days if moment >= date(1900, 3, 1) else None
