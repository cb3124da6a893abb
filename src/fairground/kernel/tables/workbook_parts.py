"""The parts of an xlsx file: checked against bombs first, then sheets, shared texts and date formats.

openpyxl's memory-saving mode says nothing of merged cells, hidden rows and formulas without a value, and its
other mode needs some fifty times the file's size, so the few parts needed are read here with expat.
"""

import lzma
import posixpath
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import IO
from xml.parsers import expat

from fairground.kernel.tables.errors import TableFormatError, TableLimitError
from fairground.kernel.tables.model import Limits
from fairground.kernel.tables.source import unpacks_too_large

_CHUNK = 1 << 16
_UNPACK_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    OSError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OverflowError,
)
_UNIVERSAL_ESCAPE = re.compile(r"_x([0-9A-Fa-f]{4})_")


@dataclass(frozen=True, slots=True)
class SheetPart:
    """One sheet of a workbook: its name, the zip member it is in, and whether the reader can see it."""

    name: str
    member: str
    hidden: bool


class Package:
    """The zip file of a workbook, every part of it within `limits`.

    Raises
    ------
    TableLimitError : the directory promises, or a part gives, more than the limits allow
    TableFormatError : not a zip file, damaged, encrypted, or with a document type (entity bombs)
    """

    def __init__(self, stream: IO[bytes], name: str, limits: Limits) -> None:
        self.name = name
        try:
            self._zip = zipfile.ZipFile(stream)
        except _UNPACK_ERRORS as error:
            raise self.broken() from error
        infos = self._zip.infolist()
        if len(infos) > limits.max_members:
            raise TableLimitError(
                f"“{name}”内含 {len(infos)} 个部分，超过上限 {limits.max_members}，已停止读取。请重新导出。",
                f"{name} has {len(infos)} parts, more than the {limits.max_members} allowed. Export it "
                "again.",
            )
        packed = sum(info.compress_size for info in infos)
        self._most = min(limits.max_unpacked_bytes, max(limits.ratio_floor_bytes, packed * limits.max_ratio))
        if sum(info.file_size for info in infos) > self._most:
            raise unpacks_too_large(name, self._most)
        self.members = {info.filename: info for info in infos}

    def broken(self, detail: str = "") -> TableFormatError:
        """Return the error for a workbook that cannot be read."""
        more = f"（{detail}）" if detail else ""
        tail = f" ({detail})" if detail else ""
        return TableFormatError(
            f"“{self.name}”不是完整的 xlsx 文件{more}。请用表格软件打开并另存为 xlsx，再试一次。",
            f"{self.name} is no complete xlsx file{tail}. Open it in a spreadsheet, save it as xlsx, "
            "try again.",
        )

    def chunks(self, member: str) -> Iterator[bytes]:
        """Yield the unpacked bytes of one part, counted: a directory may lie about sizes."""
        if member not in self.members:
            raise self.broken(member)
        count = 0
        try:
            with self._zip.open(member) as part:
                while chunk := part.read(_CHUNK):
                    count += len(chunk)
                    if count > self._most:
                        raise unpacks_too_large(self.name, self._most)
                    yield chunk
        except _UNPACK_ERRORS as error:
            raise self.broken(member) from error

    def parse(self, member: str, start: "StartElement", end: "EndElement", text: "Text") -> Iterator[None]:
        """Feed one XML part to the handlers, pausing after each chunk so that rows can be taken away."""
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = start
        parser.EndElementHandler = end
        parser.CharacterDataHandler = text
        parser.StartDoctypeDeclHandler = self._refuse_doctype
        try:
            for chunk in self.chunks(member):
                parser.Parse(chunk, False)
                yield
            parser.Parse(b"", True)
            yield
        except expat.ExpatError as error:
            raise self.broken(f"{member}: {error}") from error

    def _refuse_doctype(self, *_: object) -> None:
        # No spreadsheet writes one; entities inside could blow a few bytes up to gigabytes or name files.
        raise TableFormatError(
            f"“{self.name}”的 XML 含有文档类型声明（DOCTYPE），可能是实体炸弹，已拒绝读取。"
            "请用表格软件另存为 xlsx。",
            f"The XML in {self.name} declares a document type, as entity bombs do; it was refused. "
            "Save it again "
            "as xlsx with a spreadsheet.",
        )


StartElement = Callable[[str, dict[str, str]], None]
EndElement = Callable[[str], None]
Text = Callable[[str], None]


def local_name(name: str) -> str:
    """Return an element's name without its namespace (the strict and the usual form differ only there)."""
    return name.rpartition(" ")[2]


def unescape(text: str) -> str:
    """Undo the _x000D_ escapes by which workbooks carry characters XML cannot.

    >>> unescape("a_x000D_b_x005F_x000D_")
    'a\\rb_x000D_'
    """
    if "_x" not in text:
        return text
    return _UNIVERSAL_ESCAPE.sub(lambda found: chr(int(found[1], 16)), text)


def _elements(package: Package, member: str) -> list[tuple[str, dict[str, str]]]:
    found: list[tuple[str, dict[str, str]]] = []

    def start(name: str, attributes: dict[str, str]) -> None:
        found.append((local_name(name), {local_name(key): value for key, value in attributes.items()}))

    for _ in package.parse(member, start, lambda name: None, lambda text: None):
        pass
    return found


def workbook_sheets(package: Package) -> tuple[list[SheetPart], bool]:
    """Return the sheets in tab order and whether dates count from 1904."""
    workbook = "xl/workbook.xml"
    for tag, attributes in _elements(package, "_rels/.rels"):
        if tag == "Relationship" and attributes.get("Type", "").endswith("/officeDocument"):
            workbook = attributes.get("Target", workbook).lstrip("/")
    folder, base = posixpath.split(workbook)
    targets: dict[str, str] = {}
    for tag, attributes in _elements(package, f"{folder}/_rels/{base}.rels".lstrip("/")):
        if tag == "Relationship":
            target = attributes.get("Target", "")
            joined = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
            targets[attributes.get("Id", "")] = posixpath.normpath(joined)
    sheets, from_1904 = [], False
    for tag, attributes in _elements(package, workbook):
        if tag == "workbookPr":
            from_1904 = attributes.get("date1904", "0") in ("1", "true")
        elif tag == "sheet":
            member = targets.get(attributes.get("id", ""), "")
            if member in package.members and "chartsheet" not in member:
                hidden = attributes.get("state", "visible") != "visible"
                sheets.append(SheetPart(attributes.get("name", "?"), member, hidden))
    if not sheets:
        raise package.broken("no sheet")
    return sheets, from_1904


def shared_texts(package: Package) -> list[str]:
    """Return the shared texts in order; phonetic readings above Chinese or Japanese text are left out."""
    member = next((name for name in package.members if name.lower() == "xl/sharedstrings.xml"), None)
    texts: list[str] = []
    if member is None:
        return texts
    parts: list[str] = []
    taking = phonetic = False

    def start(name: str, _: dict[str, str]) -> None:
        nonlocal taking, phonetic
        tag = local_name(name)
        if tag == "si":
            parts.clear()
        elif tag == "rPh":
            phonetic = True
        elif tag == "t":
            taking = not phonetic

    def end(name: str) -> None:
        nonlocal taking, phonetic
        tag = local_name(name)
        if tag == "si":
            texts.append(unescape("".join(parts)))
        elif tag == "rPh":
            phonetic = False
        elif tag == "t":
            taking = False

    def text(data: str) -> None:
        if taking:
            parts.append(data)

    for _ in package.parse(member, start, end, text):
        pass
    return texts


# Built-in formats that show a date (ECMA-376 part 1, 18.8.30, with those of the Chinese locale).
_BUILT_IN_DATES = frozenset({14, 15, 16, 17, 22, *range(27, 32), 36, *range(50, 59)})
_BUILT_IN_TIMES = frozenset({18, 19, 20, 21, *range(32, 36), 45, 47})


def date_styles(package: Package) -> dict[int, str]:
    """Return which cell styles show a number as 'date' or as 'time'; elapsed times stay numbers."""
    member = next((name for name in package.members if name.lower() == "xl/styles.xml"), None)
    if member is None:
        return {}
    formats: dict[int, str] = {}
    styles: dict[int, str] = {}
    inside, count = False, 0
    for tag, attributes in _elements(package, member):
        if tag == "numFmt" and (code := attributes.get("numFmtId", "")).isdecimal():
            formats.setdefault(int(code), attributes.get("formatCode", ""))
        elif tag in ("cellStyleXfs", "cellXfs", "cellStyles", "dxfs"):
            inside = tag == "cellXfs"
        elif tag == "xf" and inside:
            identifier = attributes.get("numFmtId", "0")
            kind = _format_kind(int(identifier) if identifier.isdecimal() else 0, formats)
            if kind:
                styles[count] = kind
            count += 1
    return styles


def _format_kind(identifier: int, formats: dict[int, str]) -> str | None:
    if identifier in formats:
        code = re.sub(r'"[^"]*"|\\.|\[(?![hms])[^\]]*\]|_.|\*.', "", formats[identifier].lower())
        if "[" in code or "general" in code:
            return None
        if re.search(r"[yd年月日]", code) or re.fullmatch(r"\W*m[m\W]*", code.split(";")[0]):
            return "date"
        return "time" if re.search(r"[hs]", code) else None
    if identifier in _BUILT_IN_DATES:
        return "date"
    return "time" if identifier in _BUILT_IN_TIMES else None
