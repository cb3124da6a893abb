"""Lines of text from bytes of unknown encoding: UTF-8, UTF-16, GB18030, or a mixture of them."""

import io
from collections.abc import Iterator
from dataclasses import dataclass

from fairground.kernel.tables.errors import TableLimitError
from fairground.kernel.tables.model import WarningKind, WarningLog
from fairground.kernel.tables.source import ByteSource

LEGACY_ENCODING = WarningKind(
    "legacy_encoding",
    False,
    "文件不是 UTF-8，按 {encoding} 读取",
    "the file is not UTF-8; it was read as {encoding}",
)
MIXED_ENCODING = WarningKind(
    "mixed_encoding",
    False,
    "本行的编码（{encoding}）与文件其余部分（{main}）不同，已单独解码",
    "this line is in {encoding}, the rest of the file in {main}; it was decoded by itself",
)
UNDECODABLE = WarningKind(
    "undecodable",
    True,
    "本行有无法识别的字节，已用“�”代替",
    "this line has bytes of no known encoding; they were replaced by '�'",
)

_BOMS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)


@dataclass(frozen=True, slots=True)
class Encoding:
    """How a file is encoded. `wide`: UTF-16 or UTF-32, decoded as one stream; otherwise line by line."""

    name: str
    wide: bool = False


def detect_encoding(source: ByteSource) -> Encoding:
    """Return the encoding most lines of the file agree with; reads the file once."""
    head = source.head()
    for bom, name in _BOMS:
        if head.startswith(bom):
            if name != "utf-8-sig":
                return Encoding(name, wide=True)
            break
    else:
        if wide := _wide_without_bom(head):
            return wide
    as_utf8 = as_other = 0
    for line in byte_lines(source):
        if line.isascii():
            continue
        if _is_utf8(line):
            as_utf8 += 1
        else:
            as_other += 1
    return Encoding("gb18030" if as_other > as_utf8 else "utf-8")


def _wide_without_bom(head: bytes) -> Encoding | None:
    """Tell UTF-16 by its zero bytes: Latin letters and line breaks have one in every pair."""
    if len(head) < 4:
        return None
    even, odd = head[0::2].count(0), head[1::2].count(0)
    if odd > len(head) // 8 and odd > 8 * even:
        return Encoding("utf-16-le", wide=True)
    if even > len(head) // 8 and even > 8 * odd:
        return Encoding("utf-16-be", wide=True)
    return None


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return True


def byte_lines(source: ByteSource) -> Iterator[bytes]:
    r"""Yield the lines with their ends; \n, \r\n and the lone \r of old files all end a line."""
    most = source.limits.max_line_bytes
    rest = b""
    with source.open() as stream:
        while chunk := stream.read(1 << 18):
            lines = (rest + chunk).splitlines(keepends=True)
            # The last piece may go on in the next chunk; a final \r may be the first half of \r\n.
            rest = lines.pop()
            yield from lines
            if len(rest) > most:
                raise _line_too_long(source.name, most)
    if rest:
        yield from rest.splitlines(keepends=True)


def _line_too_long(name: str, most: int) -> TableLimitError:
    return TableLimitError(
        f"“{name}”有一行超过 {most // 1024**2} MB，已停止读取。请检查换行符或文件格式。",
        f"{name} has a line of more than {most // 1024**2} MB; reading stopped. Check its line breaks, or "
        "whether it is a table at all.",
    )


def text_lines(source: ByteSource, log: WarningLog) -> Iterator[str]:
    """Yield the decoded lines with their ends, noting every line that needed another encoding."""
    encoding = detect_encoding(source)
    if encoding.name != "utf-8":
        log.add(LEGACY_ENCODING, encoding=encoding.name.upper())
    if encoding.wide:
        yield from _wide_lines(source, encoding, log)
        return
    for number, line in enumerate(byte_lines(source), start=1):
        if number == 1:
            line = line.removeprefix(b"\xef\xbb\xbf")
        yield line.decode("ascii") if line.isascii() else _decode(line, encoding.name, number, log)


def _decode(line: bytes, main: str, number: int, log: WarningLog) -> str:
    text, encoding = _decoded(line, main)
    if encoding is None:
        log.add(UNDECODABLE, row=number)
    elif encoding != main:
        log.add(MIXED_ENCODING, row=number, encoding=encoding.upper(), main=main.upper())
    return text


def _decoded(line: bytes, main: str) -> tuple[str, str | None]:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        pass
    else:
        # Two GB18030 characters can pass for two-byte UTF-8 (Latin, Greek); Han in UTF-8 is no accident.
        if main == "utf-8" or any("\u3000" <= character <= "\uffef" for character in text):
            return text, "utf-8"
    try:
        return line.decode("gb18030"), "gb18030"
    except UnicodeDecodeError:
        return line.decode(main, errors="replace"), None


def _wide_lines(source: ByteSource, encoding: Encoding, log: WarningLog) -> Iterator[str]:
    most = source.limits.max_line_bytes
    with io.TextIOWrapper(source.open(), encoding=encoding.name, errors="replace", newline="") as stream:
        number = 0
        while line := stream.readline(most):
            number += 1
            if len(line) == most:
                raise _line_too_long(source.name, most)
            if "\ufffd" in line:
                log.add(UNDECODABLE, row=number)
            yield line.removeprefix("\ufeff") if number == 1 else line
