"""Booklet and workbook of plain content: hostile text, both languages, the same bytes, everything in its place."""

import io
import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from fairground.documents.errors import NoTypefaceError
from fairground.documents.typefaces import find_typefaces
from fairground.documents.typesetting import MISSING_CHARACTER
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ChangedEntry, GoneEntry, ListChanges, ListedEntry
from fairground.match.results_list.booklet import EDITIONS, booklet_data, index_key, make_booklet
from fairground.match.results_list.contents import Hint, HintReason, ListContent
from fairground.match.results_list.tests.list_parts import sheets_in, words_in
from fairground.match.results_list.workbook import write_workbook_of

try:
    find_typefaces()
    _CAN_PRINT = shutil.which("pdftotext") is not None
except NoTypefaceError:
    _CAN_PRINT = False
needs_print = pytest.mark.skipif(
    not _CAN_PRINT, reason="no Chinese typeface, or no pdftotext, is installed here"
)

HOSTILE = (
    '#read("/etc/passwd") #panic("x")',
    "$x^2$ *bold* _it_ `raw` ~ -- ---",
    "@ref <label> = head / term: x",
    "\\ \\u{41} \\n // comment /* x */",
    '=HYPERLINK("http://x.example","y")',
    "\u202egnp.exe\u2066 عربي עברית",
    "😀👩‍🔬🇨🇳 𓀀 \x00\x07\x1b[31m",
    "W" * 400,
    "长" * 2_000,
    "https://example.org/" + "a/" * 200,
)


def text(zh: str | None, en: str | None = None, *machine: str) -> dict[str, Any]:
    return {"zh": zh, "en": en, "machine": list(machine)}


def entry(key: str, side: Any, number: int, **facts: Any) -> ListedEntry:
    return ListedEntry(key, side, number, 1, facts)


@pytest.fixture
def content() -> ListContent:
    return ListContent(
        hub=LocalText("测试枢纽", "Test hub"),
        address="https://hub.example",
        title=LocalText("京冀清单", "Beijing–Hebei list"),
        supply=("110000",),
        demand=("130000",),
        fields=("new-it", "new-materials"),
        number=2,
        issued_on=date(2026, 4, 25),
        entries=(
            entry(
                "o1", "offer", 1, title=text("视觉检测", "Vision inspection"), fields=["ai"], trl=7, region="110000",
                organisation=text("甲研究所", "Institute A"), organisation_key="a",
                price={"low_minor": 100_000_000, "high_minor": 100_000_000, "currency": "CNY"},
            ),
            entry("o2", "offer", 2, title=text(None, "Only English"), summary=text("译文", "x", "zh")),
            entry(
                "n1", "need", 1, title=text("在线检测", "In-line inspection"), fields=["new-materials"],
                conditions=[{"text": text("误差不大于 1 mm")}], deadline="2027-06-30",
                organisation=text("乙钢厂", "Steel works B"), organisation_key="b",
            ),
        ),
        hints=(
            Hint(
                "n1", "o1", 0.83, "enough",
                (HintReason("met", "误差不大于 1 mm", "误差 0.5 mm"), HintReason("missing", "防爆")),
            ),
            Hint("n1", "o9", 0.9, "enough", (HintReason("met", "x", "xqsecret"),)),
        ),
        method="test 1",
        changes=ListChanges(
            ("R-002",), (ChangedEntry("R-001", ("summary", "trl")),), (GoneEntry("N-004", "withdrawn"),)
        ),
        previous=(1, date(2025, 4, 25)),
    )  # fmt: skip


@needs_print
@pytest.mark.parametrize(
    ("edition", "there", "not_there"),
    [
        ("zh", ("京冀清单", "目录", "新一代信息技术", "其他领域", "视觉检测", "甲研究所", "100万元", "对接提示",
                "误差0.5mm", "原文未见说明",
                "与上一版相比", "已撤下", "单位索引", "编制说明", "第2版", "2026年4月25日", "OnlyEnglish", "机器翻译"),
         ("Visioninspection", "Contents", "xqsecret")),
        ("en", ("Beijing–Hebeilist", "Contents", "Visioninspection", "InstituteA", "1millionyuan",
                "Matchhints", "withdrawn",
                "Indexoforganisations", "Aboutthislist", "Version2", "25April2026"),
         ("视觉检测", "目录", "xqsecret")),
        ("both", ("京冀清单", "Beijing–Hebeilist", "视觉检测", "Visioninspection", "甲研究所", "InstituteA", "已撤下",
                  "withdrawn"),
         ("xqsecret",)),
    ],
)  # fmt: skip
def test_a_booklet_says_everything_in_its_languages(
    content: ListContent, tmp_path: Path, edition: str, there: tuple[str, ...], not_there: tuple[str, ...]
) -> None:
    words = words_in(make_booklet(content, edition, typefaces=find_typefaces()), tmp_path)
    assert [word for word in there if word not in words] == []
    assert [word for word in not_there if word in words] == []


@needs_print
@pytest.mark.parametrize("edition", EDITIONS)
def test_texts_of_strangers_are_printed_and_do_nothing(
    content: ListContent, tmp_path: Path, edition: str
) -> None:
    entries = tuple(
        entry(
            f"h{place}", side, place, title=text(said, said), summary=text(said, said), advantage=text(said),
            wanted_outcome=text(None, said), conditions=[{"text": text(said)}], organisation=text(said, said),
            organisation_key=f"k{place}", fields=["ai"],
        )
        for place, said in enumerate(HOSTILE, 1)
        for side in ("offer", "need")
    )  # fmt: skip
    entries = tuple(replace(each, key=f"{each.side}{each.key}") for each in entries)
    hostile = replace(
        content,
        title=LocalText(HOSTILE[0], HOSTILE[1]),
        hub=LocalText(HOSTILE[2], HOSTILE[3]),
        entries=entries,
        hints=tuple(
            Hint(
                f"needh{place}", f"offerh{place}", 0.5, "thin",
                (HintReason("met", said, said),), (LocalText(said, said),),
            )
            for place, said in enumerate(HOSTILE, 1)
        ),
    )  # fmt: skip
    words = words_in(make_booklet(hostile, edition, typefaces=find_typefaces()), tmp_path)
    shown = [said for said in HOSTILE[:5] if "".join(said.split()) not in words]
    assert shown == []
    assert "root:" not in words
    assert MISSING_CHARACTER in words
    assert "W" * 60 in words.replace("\n", "")


@needs_print
def test_the_same_content_gives_the_same_bytes(content: ListContent, tmp_path: Path) -> None:
    made = [make_booklet(content, "both", typefaces=find_typefaces()) for _ in range(2)]
    assert made[0] == made[1]
    for name in ("a.xlsx", "b.xlsx"):
        write_workbook_of(content, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


@needs_print
def test_an_empty_side_and_a_first_version_are_printed_too(content: ListContent, tmp_path: Path) -> None:
    first = replace(content, entries=content.entries[:1], hints=(), changes=ListChanges(), previous=None)
    words = words_in(make_booklet(first, "zh", typefaces=find_typefaces()), tmp_path)
    assert "这是第一版" in words
    assert "目前没有依据足够的对接提示" in words


def test_a_workbook_holds_both_languages_and_runs_nothing(content: ListContent, tmp_path: Path) -> None:
    hostile = replace(
        content.entries[0], facts={**content.entries[0].facts, "title": text("=1+1", "@SUM(A1)")}
    )
    path = tmp_path / "list.xlsx"
    write_workbook_of(replace(content, entries=(hostile, *content.entries[1:])), path)
    sheets = sheets_in(path.read_bytes())
    assert list(sheets) == ["Results", "Needs", "Hints", "Changes", "About"]
    assert sheets["Results"][0][:5] == ("R-001", "=1+1", "@SUM(A1)", "甲研究所", "Institute A")
    assert [row[:3] for row in sheets["Changes"]] == [
        ("新增 new", "R-002", None), ("修改 changed", "R-001", "=1+1"), ("退出 gone", "N-004", None),
    ]  # fmt: skip
    assert [(row[0], row[2], row[6], row[7]) for row in sheets["Hints"]] == [
        ("N-001", "R-001", "误差不大于 1 mm", "防爆")
    ]
    cells = openpyxl.load_workbook(io.BytesIO(path.read_bytes())).worksheets[0]
    assert {cells["B2"].data_type, cells["C2"].data_type} == {"s"}
    assert cells["B2"].quotePrefix


def test_entries_stand_once_under_the_first_of_the_lists_fields(content: ListContent) -> None:
    parts = [
        (name.en, [each.printed_number for each in (*offers, *needs)])
        for name, offers, needs in content.by_field()
    ]
    assert parts == [
        ("New-generation information technology", ["R-001"]),
        ("New materials", ["N-001"]),
        ("Other fields", ["R-002"]),
    ]


def test_the_index_goes_by_sound_and_letters_come_first() -> None:
    names = ["浙江大学", "北京大学", "ACME", "天津大学", "安徽大学", "beta"]
    assert sorted(names, key=index_key) == ["ACME", "beta", "安徽大学", "北京大学", "天津大学", "浙江大学"]


def test_a_hint_with_an_entry_that_is_gone_is_not_in_the_data(content: ListContent) -> None:
    assert "xqsecret" not in str(booklet_data(content, "both"))
