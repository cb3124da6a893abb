"""What a typed text finds, how it is shown, what is said about it, and what nobody else may learn from it."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.language.local_text import LocalText
from fairground.publish.core.search.documents import SearchDocument
from fairground.publish.core.search.index import SearchIndex
from fairground.publish.core.search.query import LONGEST_QUERY, MOST_WORDS, SearchRequest, read_words
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.core.search.search import SearchPage, search
from fairground.publish.core.search.snippets import Marker, Parts
from fairground.publish.core.search.suggest import Term, Terms, suggest

PUBLIC = ("public",)
SECRET = "zirconblende"


def record(
    key: str, zh: str | None = None, en: str | None = None, text: str = "", audience: Sequence[str] = PUBLIC
) -> SearchDocument:
    return SearchDocument(
        key, "offer", LocalText(zh, en), summary=LocalText(zh=text or None), audience=tuple(audience)
    )


RECORDS = (
    record("ndt-zh", "大型锻件的无损检测装置", text="超声相控阵。適用於航空發動機葉片。"),
    record("ndt-en", en="Nondestructive testing of castings"),
    record("battery", "锂离子电池回收", "Recycling of lithium-ion batteries"),
    record("battery-body", "回收产线", text="本产线处理退役电池。"),
    record("robot", en="Welding robots for shipyards"),
    record("pump", en="Vacuum pump"),
    record("pump-2", en="Vacuum furnace with a pump"),
    record("other", "无线网络与损耗检测"),
    record("secret", f"机密{SECRET}项目", f"{SECRET.title()} project", audience=("org:1", "editors")),
    record("secret-2", f"机密{SECRET}", f"{SECRET.title()} refining", audience=("org:1",)),
    record("nobody", en=f"Forgotten {SECRET}", audience=()),
)


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> SearchReader:
    index = SearchIndex.create(tmp_path_factory.mktemp("words"))
    index.apply(RECORDS)
    return index.refresh()


def ask(reader: SearchReader, text: str, audience: Sequence[str] = PUBLIC) -> SearchPage:
    return search(reader, SearchRequest(text, audience=tuple(audience)))


def keys(page: SearchPage) -> list[str]:
    return [hit.key for hit in page.hits]


def marked(parts: Parts) -> list[str]:
    return [text for text, is_match in parts if is_match]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("无损检测", ["ndt-en", "ndt-zh"]),
        ("無損檢測", ["ndt-en", "ndt-zh"]),  # traditional
        ("ＮＤＴ", ["ndt-en", "ndt-zh"]),  # full width, and another name
        ("Nondestructive Testing", ["ndt-en", "ndt-zh"]),
        ("航空发动机", ["ndt-zh"]),  # the text is traditional
        ("锻件", ["ndt-zh"]),
        ("battery", ["battery", "battery-body"]),  # one document says it in Chinese only
        ("welded robot", ["robot"]),
        ("机器人", ["robot"]),
        ("vacuum pump", ["pump", "pump-2"]),
    ],
)
def test_words_find_documents_in_both_languages_and_scripts(
    reader: SearchReader, text: str, expected: list[str]
) -> None:
    assert sorted(keys(ask(reader, text))) == expected


def test_better_matches_come_first(reader: SearchReader) -> None:
    assert keys(ask(reader, "电池"))[:2] == ["battery", "battery-body"]  # title before text
    assert keys(ask(reader, "无损检测"))[0] == "ndt-zh"  # the word before its other name
    assert keys(ask(reader, "vacuum pump"))[0] == "pump"  # close together


def test_expansions_are_named(reader: SearchReader) -> None:
    expansion = ask(reader, "NDT").expansions[0]
    assert expansion.word == "NDT"
    assert {"无损检测", "nondestructive testing"} <= set(expansion.others)


def test_few_complete_hits_are_followed_by_partial_ones_and_it_is_said(reader: SearchReader) -> None:
    page = ask(reader, "pump vacuum qwertz")
    assert (page.complete, page.relaxed, page.not_found) == (0, True, ("qwertz",))
    assert sorted(keys(page)) == ["pump", "pump-2"]
    page = ask(reader, "vacuum furnace")
    assert keys(page)[0] == "pump-2"
    assert (page.complete, page.total, page.not_found) == (1, 2, ())
    page = ask(reader, "qwertz")
    assert (page.total, page.relaxed, page.not_found) == (0, False, ("qwertz",))


def test_unsearchable_words_are_named_and_everything_is_shown(reader: SearchReader) -> None:
    everything = ask(reader, "").total
    assert everything == 8
    page = ask(reader, "the 的 C")
    assert (page.total, page.left_out) == (everything, ("the", "的", "C"))
    page = ask(reader, "the vacuum")
    assert (page.total, page.left_out) == (2, ("the",))


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "\t\n",
        '+-:"()*~^',
        "!!! ??? ，。",
        "\x00\x01\x1f",
        "🙂",
        "'); DROP TABLE",
        "\ud800",
        "a" * 10_000,
    ]
    + ["pump" + sign for sign in '+-:"()*~^\\/[]{}&|!?']
    + ["title:pump", "pump AND vacuum", "pump OR -vacuum", '"pump vacuum"', "pump~2", "[a TO b]", "/p.mp/"],
)
def test_no_character_is_syntax_or_breaks_a_search(reader: SearchReader, text: str) -> None:
    page = ask(reader, text)
    found = set(keys(page))
    assert found >= ({"pump", "pump-2"} if "pump" in text else set())
    assert {"secret", "nobody"} & found == set()
    assert suggest(reader, text, PUBLIC) is not None


def test_very_long_text_is_shortened_and_it_is_said(reader: SearchReader) -> None:
    page = ask(reader, "vacuum pump " + " ".join(f"word{n}" for n in range(2000)))
    assert (page.shortened, page.complete, sorted(keys(page))) == (True, 0, ["pump", "pump-2"])
    assert len(page.not_found) <= MOST_WORDS
    assert ask(reader, "vacuum " + " " * LONGEST_QUERY).shortened is False


@settings(max_examples=150, deadline=None)
@given(text=st.one_of(st.text(max_size=60), st.text('检测电池pump ()+-*"的损A1', max_size=40)))
def test_any_text_is_answered(reader: SearchReader, text: str) -> None:
    page = ask(reader, text)
    assert page.complete <= page.total
    assert {hit.key for hit in page.hits} <= {each.key for each in RECORDS}
    assert len(suggest(reader, text, PUBLIC)) <= 8


def test_nothing_of_a_hidden_document_is_told(reader: SearchReader) -> None:
    for text in (SECRET, SECRET[:-1], SECRET + "s", "zircnoblende", "机密", f"pump {SECRET}"):
        for audience in (PUBLIC, (), ("org:2", "public"), ("editor",)):
            page = ask(reader, text, audience)
            assert {"secret", "secret-2", "nobody"} & set(keys(page)) == set()
            assert SECRET not in (page.suggestion or "") or SECRET in text
            if SECRET in text:
                assert [word for word in page.not_found if word.startswith(SECRET)]
    assert all(
        SECRET not in line.text.lower()
        for typed in ("z", "zir", SECRET, "机", "机密", "f", "forg")
        for line in suggest(reader, typed, PUBLIC)
    )
    assert keys(ask(reader, SECRET, ("editors",))) == ["secret"]
    assert sum(count for _, count in ask(reader, "").facets["kind"]) == 8
    assert [line.key for line in suggest(reader, "zir", ("org:1",))] == ["secret-2", "secret"]
    # A slip towards a word of hidden documents is not mended even for those who may see some of them.
    assert ask(reader, "zirconblende"[:-2] + "ed", ("org:1",)).suggestion is None


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("vaccum pump", "vacuum pump"),
        ("Recylcing", "recycling"),
        ("pmup", "pump"),
        ("robotss", "robots"),
        ("qwertz", None),
        ("pump", None),
    ],
)
def test_slip_is_mended_where_that_finds_more(reader: SearchReader, typed: str, meant: str | None) -> None:
    assert ask(reader, typed).suggestion == meant


def test_snippet_marks_the_words_as_they_are_printed(reader: SearchReader) -> None:
    hits = {hit.key: hit for hit in ask(reader, "航空 检测 NDT").hits}
    assert marked(hits["ndt-zh"].snippet) == ["航空"]
    assert "".join(text for text, _ in hits["ndt-zh"].snippet) == "適用於航空發動機葉片。"
    hits = {hit.key: hit for hit in ask(reader, "发动机 batteries").hits}
    assert marked(hits["ndt-zh"].snippet) == ["發動機"]
    for typed, text, found in (
        ("NDT", "Nondestructive testing of blades", ["Nondestructive", "testing"]),
        ("机器人", "Welding robots", ["robots"]),
        ("weld", "Welding robots", ["Welding"]),
    ):
        parts = Marker(read_words(typed)).snippet([text])
        assert (marked(parts), "".join(part for part, _ in parts)) == (found, text)


def test_snippet_takes_the_best_sentences_and_keeps_to_its_width() -> None:
    marker = Marker(read_words("pump vacuum"))
    text = "Nothing here. A pump alone. The vacuum pump is here. More."
    assert marker.snippet([text]) == (
        ("The ", False),
        ("vacuum", True),
        (" ", False),
        ("pump", True),
        (" is here.", False),
    )
    two = marker.snippet(["First a pump. Then nothing. Last, a vacuum."])
    assert "".join(text for text, _ in two) == "First a pump. … Last, a vacuum."
    long = marker.snippet(["word " * 100 + "vacuum pump" + " word" * 100])
    assert marked(long) == ["vacuum", "pump"]
    assert sum(len(text) for text, _ in long) <= 202
    chinese = Marker(read_words("检测")).snippet(["前" * 300 + "检测" + "后" * 300])
    assert marked(chinese) == ["检测"]
    assert sum(len(text) for text, _ in chinese) <= 102
    assert marker.snippet([]) == ()
    assert marker.snippet(["None of them."]) == (("None of them.", False),)


def test_markup_stays_text() -> None:
    parts = Marker(read_words("pump")).snippet(['<b onclick="x">pump</b>'])
    assert parts == (('<b onclick="x">', False), ("pump", True), ("</b>", False))


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("v", ["Vacuum furnace with a pump", "Vacuum pump"]),
        ("vacuum p", ["Vacuum pump"]),
        ("pum", ["Vacuum furnace with a pump", "Vacuum pump"]),
        ("ump", []),
        ("无损", ["大型锻件的无损检测装置"]),
        ("無損檢", ["大型锻件的无损检测装置"]),
        ("无", ["大型锻件的无损检测装置", "无线网络与损耗检测"]),
        ("无检", []),
        ("recycling of lith", ["Recycling of lithium-ion batteries"]),
        ("nondestructive test", ["Nondestructive testing of castings"]),
    ],
)
def test_suggestions_begin_with_or_contain_what_is_typed(
    reader: SearchReader, typed: str, expected: list[str]
) -> None:
    assert sorted(line.text for line in suggest(reader, typed, PUBLIC)) == expected


def test_suggestions_that_begin_so_come_first_and_carry_their_kind(reader: SearchReader) -> None:
    lines = suggest(reader, "无", PUBLIC)
    assert [line.text for line in lines] == ["无线网络与损耗检测", "大型锻件的无损检测装置"]
    assert (lines[0].kind, lines[0].key, lines[0].value) == ("offer", "other", "")
    terms = Terms([Term("field", "robotics", LocalText("机器人", "Robotics"), ("automata",))])
    lines = suggest(reader, "auto", PUBLIC, language="en", terms=terms)
    assert [(line.text, line.kind, line.value) for line in lines] == [("Robotics", "field", "robotics")]
    assert suggest(reader, "v", PUBLIC, kinds=("need",)) == ()
    assert len(suggest(reader, "v", PUBLIC, most=1)) == 1


def test_many_threads_get_the_same_answers(reader: SearchReader) -> None:
    texts = ["无损检测", "battery", "", "vacuum pump", "qwertz", "vaccum"] * 20
    alone = [ask(reader, text) for text in texts]
    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda text: ask(reader, text), texts)) == alone
