import shutil
import subprocess
from datetime import date
from pathlib import Path

import pytest
import typst

from fairground.documents.errors import NoTypefaceError, TypesettingError
from fairground.documents.typefaces import Typefaces, draws, find_typefaces
from fairground.documents.typesetting import MISSING_CHARACTER, typeset, undrawn_characters

DAY = date(2026, 11, 22)
TEMPLATE = """#let data = json(bytes(sys.inputs.data))
#set document(title: "test")
#set text(font: sys.inputs.serif, lang: "zh")
#for said in data.texts { par(said) }
"""

try:
    find_typefaces()
    HAS_TYPEFACE = True
except NoTypefaceError:
    HAS_TYPEFACE = False
needs_typeface = pytest.mark.skipif(not HAS_TYPEFACE, reason="no Chinese typeface is installed here")
needs_poppler = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="there is no pdftotext")


@pytest.fixture
def template(tmp_path: Path) -> Path:
    path = tmp_path / "room" / "test.typ"
    path.parent.mkdir()
    path.write_text(TEMPLATE, encoding="utf-8")
    return path


def text_of(pdf: bytes, tmp_path: Path) -> str:
    path = tmp_path / "made.pdf"
    path.write_bytes(pdf)
    return subprocess.run(
        ["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True, text=True
    ).stdout


@needs_typeface
@needs_poppler
def test_texts_are_data_and_never_markup(template: Path, tmp_path: Path) -> None:
    hostile = [
        '#read("/etc/passwd")', "#panic()", "$x^2$", "*bold* _it_ `raw`", "@label <label>", "= head", "\\ \\u{41} //",
        "#import \"@preview/x:1.0.0\"", "</script>", "- item + item / term: x", "~ -- --- ... \"quote\"",
    ]  # fmt: skip
    said = text_of(typeset(template, {"texts": hostile}, typefaces=find_typefaces(), day=DAY), tmp_path)
    shown = "".join(said.split())
    assert [text for text in hostile if "".join(text.split()) not in shown] == []


@needs_typeface
@needs_poppler
def test_a_character_that_no_typeface_has_is_printed_as_the_geta_mark(template: Path, tmp_path: Path) -> None:
    # A character of the sixteenth plane's private area is in no typeface.
    pdf = typeset(template, {"texts": ["前\U0010fffd后", "平常"]}, typefaces=find_typefaces(), day=DAY)
    assert f"前{MISSING_CHARACTER}后" in text_of(pdf, tmp_path)


@needs_typeface
def test_the_same_input_gives_the_same_bytes(template: Path) -> None:
    made = [
        typeset(template, {"texts": ["成果", "need"]}, typefaces=find_typefaces(), day=DAY) for _ in range(2)
    ]
    assert made[0] == made[1]
    assert made[0].startswith(b"%PDF-")


@needs_typeface
def test_a_template_reads_nothing_outside_its_folder(template: Path) -> None:
    (template.parent.parent / "secret.txt").write_text("xq", encoding="utf-8")
    template.write_text('#read("../secret.txt")', encoding="utf-8")
    with pytest.raises(TypesettingError):
        typeset(template, {}, typefaces=find_typefaces(), day=DAY)


@needs_typeface
def test_a_fault_of_a_template_is_told_as_one_of_the_program(template: Path) -> None:
    template.write_text("#data.nothing", encoding="utf-8")
    with pytest.raises(TypesettingError) as caught:
        typeset(template, {}, typefaces=find_typefaces(), day=DAY)
    assert "没有生成" in (caught.value.message.zh or "")
    assert "no file was made" in (caught.value.message.en or "")


def test_what_typst_could_not_draw_is_read_from_its_message() -> None:
    diagnostic = (
        'PDF/A-2b error: the text `"😀字"` could not be displayed with font `"X"`\n'
        'PDF/A-2b error: the text `"\\u{10fffd}\\"a"` could not be displayed with font `"X"`'
    )
    assert undrawn_characters(diagnostic) == {"😀", "字", "\U0010fffd"}


@needs_typeface
def test_a_typeface_is_found_that_draws_chinese() -> None:
    found = find_typefaces()
    assert draws(found.fonts, found.serif, "汉字，“引号”……")
    assert draws(found.fonts, found.sans, "汉字")


@needs_typeface
def test_the_named_typeface_is_taken_whatever_its_letters_case() -> None:
    named = find_typefaces().sans
    assert find_typefaces(named.upper()).serif == named


@pytest.mark.parametrize("named", ["Libertinus Serif", "No Such Typeface 7"])
def test_a_named_typeface_without_chinese_is_refused_in_words(named: str) -> None:
    with pytest.raises(NoTypefaceError) as caught:
        find_typefaces(named)
    assert named in (caught.value.message.zh or "")
    assert "FAIRGROUND_TYPEFACE" in (caught.value.message.en or "")


def test_a_folder_without_chinese_typefaces_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(NoTypefaceError) as caught:
        find_typefaces(str(tmp_path))
    assert "fonts-noto-cjk" in (caught.value.message.en or "")


@needs_typeface
def test_a_folder_of_the_operators_own_is_enough(tmp_path: Path) -> None:
    installed = next(font for font in find_typefaces().fonts.fonts() if font.family == find_typefaces().serif)
    assert installed.path is not None
    (tmp_path / "own.ttc").symlink_to(installed.path)
    found = find_typefaces(str(tmp_path))
    assert found.serif == find_typefaces().serif
    assert draws(found.fonts, found.serif, "汉字")


def test_a_machine_without_any_chinese_typeface_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    from fairground.documents import typefaces

    embedded = typst.Fonts(include_system_fonts=False)
    monkeypatch.setattr("fairground.documents.typefaces.typst.Fonts", lambda **_: embedded)
    typefaces._find.cache_clear()
    try:
        with pytest.raises(NoTypefaceError) as caught:
            find_typefaces()
    finally:
        typefaces._find.cache_clear()
    assert "方框" in (caught.value.message.zh or "")
    assert "fonts-noto-cjk" in (caught.value.message.zh or "")


@needs_typeface
def test_typefaces_are_looked_for_once() -> None:
    assert isinstance(find_typefaces(), Typefaces)
    assert find_typefaces() is find_typefaces()
