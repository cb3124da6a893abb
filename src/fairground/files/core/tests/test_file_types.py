"""What a file is, told by its content; whatever lies about itself is refused."""

import io
import random
import zipfile
from collections.abc import Mapping

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.files.core import types
from fairground.files.core.errors import FileRefusedError
from fairground.files.core.types import ALLOWED, FileType, clean_name, type_of

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\n%%EOF"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40
JPG = b"\xff\xd8\xff\xe0" + b"\0" * 40
GIF = b"GIF89a" + b"\0" * 40
WEBP = b"RIFF\x24\0\0\0WEBPVP8 " + b"\0" * 40


def office(folder: str, *more: str, said: str = "<Types/>") -> bytes:
    """Return the smallest file that passes for an office document."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", said)
        for name in (f"{folder}/document.xml", *more):
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


def archive(content: Mapping[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, part in content.items():
            packed.writestr(name, part)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("name", "content", "ending"),
    [
        ("a.pdf", PDF, "pdf"),
        ("a.PNG", PNG, "png"),
        ("a.jpg", JPG, "jpg"),
        ("a.jpeg", JPG, "jpg"),
        ("a.gif", GIF, "gif"),
        ("a.webp", WEBP, "webp"),
        ("a.docx", office("word"), "docx"),
        ("a.xlsx", office("xl"), "xlsx"),
        ("a.pptx", office("ppt"), "pptx"),
        ("a.txt", "说明 < 5 mm".encode(), "txt"),
        ("a.csv", "编号,名称\n1,甲".encode("gb18030"), "csv"),
        ("a.csv", "编号\n".encode("utf-16"), "csv"),
    ],
)
def test_honest_files_are_known(name: str, content: bytes, ending: str) -> None:
    assert type_of(name, content).ending == ending


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("page.html", b"<html></html>"),
        ("picture.svg", b"<svg xmlns='http://www.w3.org/2000/svg'><script/></svg>"),
        ("feed.xml", b"<?xml version='1.0'?>"),
        ("code.js", b"alert(1)"),
        ("program.exe", b"MZ" + b"\0" * 60),
        ("parts.zip", archive({"a": b"b"})),
        ("macro.docm", office("word")),
        ("noending", PDF),
        ("double.pdf.exe", PDF),
        (".pdf", PDF),
    ],
)
def test_types_that_are_not_taken_in(name: str, content: bytes) -> None:
    with pytest.raises(FileRefusedError) as refused:
        type_of(name if name != ".pdf" else clean_name(name), content)
    assert all(ending in refused.value.message.both() for ending in ALLOWED)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("html.pdf", b"<html><script>alert(1)</script>"),
        ("png.pdf", PNG),
        ("pdf.png", PDF),
        ("exe.jpg", b"MZ" + b"\0" * 60),
        ("late.pdf", b"junk" * 300 + PDF),
        ("html.txt", b"hello <script>alert(1)</script>"),
        ("html.csv", b"\xef\xbb\xbf  <!DOCTYPE html>"),
        ("svg.txt", "<svg onload=alert(1)>".encode("utf-16")),
        ("binary.txt", bytes(range(256))),
        ("nul.csv", b"a,b\0c"),
        ("zip.docx", archive({"word/document.xml": b"x"})),
        ("word.xlsx", office("word")),
        ("macros.docx", office("word", "word/vbaProject.bin")),
        ("macros.xlsx", office("xl", said="application/vnd.ms-excel.sheet.macroEnabled.main+xml")),
        ("broken.docx", office("word")[:60]),
        ("half.docx", office("word")[:-30]),
        ("pdf.docx", PDF),
    ],
)
def test_files_that_lie_are_refused(name: str, content: bytes) -> None:
    with pytest.raises(FileRefusedError) as refused:
        type_of(name, content)
    assert refused.value.message.both().count(name) == 2


def test_empty_and_too_large_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(FileRefusedError, match="empty"):
        type_of("a.pdf", b"")
    monkeypatch.setattr(types, "MOST_BYTES", len(PDF) - 1)
    with pytest.raises(FileRefusedError, match="20 MB"):
        type_of("a.pdf", PDF)


def test_an_archive_that_unpacks_to_very_much_is_not_unpacked() -> None:
    bomb = archive({"[Content_Types].xml": b" " * 60_000_000, "word/document.xml": b"x"})
    assert type_of("a.docx", bomb) == FileType("docx", types._OFFICE["docx"][1])
    many = archive({"[Content_Types].xml": b"", **{f"word/{n}": b"" for n in range(5_001)}})
    with pytest.raises(FileRefusedError):
        type_of("a.docx", many)


@given(st.binary(max_size=400), st.sampled_from(ALLOWED), st.integers(0, 3))
def test_no_content_makes_it_fall_over(noise: bytes, ending: str, start: int) -> None:
    content = (b"", b"PK\x03\x04", b"%PDF-", b"\xff\xfe")[start] + noise
    try:
        found = type_of(f"a.{ending}", content)
    except FileRefusedError:
        return
    assert found.ending == ending


def test_damaged_office_files_are_refused_or_known() -> None:
    whole, chance = office("word"), random.Random(5)
    for _ in range(300):
        damaged = bytearray(whole)
        for _ in range(3):
            damaged[chance.randrange(4, len(damaged))] = chance.randrange(256)
        try:
            assert type_of("a.docx", bytes(damaged)).ending == "docx"
        except FileRefusedError:
            continue


@pytest.mark.parametrize(
    ("name", "clean"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\a\\报告.pdf", "报告.pdf"),
        ("a\r\nSet-Cookie: x=1.pdf", "aSet-Cookie: x=1.pdf"),
        ("\u202efdp.exe", "fdp.exe"),
        ("....", "file"),
        ("", "file"),
        ("x" * 400 + ".pdf", "x" * 80 + ".pdf"),
        ('"><img src=x>.pdf', '"><img src=x>.pdf'),
    ],
)
def test_names_are_cleaned(name: str, clean: str) -> None:
    assert clean_name(name) == clean
