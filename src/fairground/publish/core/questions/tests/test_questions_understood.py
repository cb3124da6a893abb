"""Questions of people: what becomes a filter, what stays a word, and that nothing is lost."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from fairground.publish.core.questions import (
    EditionNames,
    Filter,
    OrganisationNames,
    Part,
    Question,
    Vocabulary,
    Zone,
    understand,
)
from fairground.publish.core.questions.pieces import cut, word_role

FILE = Path(__file__).parents[6] / "tests" / "data" / "questions.jsonl"
VOCABULARY = Vocabulary(
    zones=(Zone("zgc", "中关村", "Zhongguancun"), Zone("baoding", "保定高新区", "Baoding High-tech Zone")),
    organisations=(OrganisationNames("pku", ("北京大学", "Peking University")),),
    editions=(
        EditionNames("e23", ("2023中关村论坛", "Zhongguancun Forum 2023"), 2023),
        EditionNames("e24", ("2024中关村论坛年会", "Zhongguancun Forum 2024"), 2024),
    ),
)


def asked(question: str) -> tuple[str, str, str]:
    """Kinds, filters and words on one line each."""
    found = understand(question, VOCABULARY)
    filters = "; ".join(part.written() for part in found.filters)
    return ",".join(found.kinds), filters, found.search_text()


def check_nothing_is_lost(question: str, vocabulary: Vocabulary) -> Question:
    """Every letter with meaning lies in exactly one part, and parts say what stands in the question."""
    found = understand(question, vocabulary)
    covered = [0] * len(question)
    conditions = {(part.start, part.end) for part in (*found.kind_words, *found.filters)}
    parts = [(part.start, part.end) for part in (*found.words, *found.unused)]
    both: tuple[Filter | Part, ...] = (*found.kind_words, *found.filters, *found.words, *found.unused)
    for part in both:
        assert part.text == question[part.start : part.end]
    for start, end in (*conditions, *parts):
        for place in range(start, end):
            covered[place] += 1
    assert max(covered, default=0) <= 1
    passed_over = "".join(
        character if not covered[place] else " " for place, character in enumerate(question)
    )
    known = {(piece.start, piece.end): piece.role for piece in cut(question, vocabulary)}
    for (start, end), role in known.items():
        if passed_over[start:end].strip() and any(character.isalnum() for character in question[start:end]):
            assert role in ("function", "cue", "negator", "mark"), (question, question[start:end], role)
    return found


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("谁能做大型零件的无损检测？", ("offer", "", "大型零件 无损检测")),
        (
            "labs in Hebei with a pilot line for new materials",
            ("platform,facility", "region=130000; field=new-materials", "pilot line"),
        ),
        ("北京大学的成果", ("offer", "organisation=pku", "")),
        ("北京工业大学的成果", ("offer", "", "北京工业大学")),
        ("北京的大学", ("organisation", "region=110000; organisation_kind=university", "")),
        ("Harbin Institute of Technology", ("", "", "Harbin Institute of Technology")),
        ("标准化", ("", "", "标准化")),
        ("standard deviation", ("", "", "standard deviation")),
        ("氢能企业", ("organisation", "field=energy-hydrogen; organisation_kind=firm", "")),
        ("氢能储运", ("", "", "氢能储运")),
        ("三元锂电池", ("", "", "三元锂电池")),
        ("US firms told us", ("organisation", "country=US; organisation_kind=firm", "told")),
        ("2024年会", ("", "edition=e24", "")),
        ("2022年会", ("", "", "2022年会")),
        ("中关村论坛", ("", "", "中关村论坛")),
        ("京津冀平臺", ("platform", "region=110000,120000,130000", "")),
        ("我们是一家医院，需要手术导航", ("", "", "手术导航")),
        ("technologies for hospitals", ("offer", "", "hospitals")),
        ("技术", ("", "", "技术")),
    ],
)
def test_what_is_understood(question: str, expected: tuple[str, str, str]) -> None:
    assert asked(question) == expected


@pytest.mark.parametrize(
    ("said", "written"),
    [
        ("TRL6", "trl=6"),
        ("TRL 6 or higher", "trl>=6"),
        ("TRL≥６", "trl>=6"),
        ("技术成熟度7级以上", "trl>=7"),
        ("就绪度高于五级", "trl>=6"),
        ("at most TRL 3", "trl<=3"),
        ("TRL below 4", "trl<=3"),
        ("TRL 7 to 5", "trl=5..7"),
        ("除北京以外", "region!=110000"),
        ("北京以外", "region!=110000"),
        ("不要上海和江苏的", "region!=310000; region!=320000"),
        ("outside Beijing", "region!=110000"),
        ("non-Chinese", "country!=CN"),
        ("不要国外的", "country=CN"),
        ("except batteries", "words!=batteries"),
        ("不超过50万元", "price<=50000000 CNY"),
        ("budget of 1 to 2 million euros", "price=100000000..200000000 EUR"),
        ("预算30万", "price<=30000000 CNY"),
        ("deadline before 30 June 2025", "deadline<=2025-06-30"),
        ("2025年6月以后截止", "deadline>=2025-06-30"),
        ("尚未截止", "open=now"),
        ("in English", "language=en"),
        ("英文版", "language=en"),
        ("可转让", "partnership=assignment"),
    ],
)
def test_conditions(said: str, written: str) -> None:
    found = check_nothing_is_lost(said, VOCABULARY)
    assert "; ".join(part.written() for part in found.filters) == written


def test_a_bare_budget_of_a_need_is_a_word_and_a_bounded_one_is_its_budget() -> None:
    assert asked("预算100万以上的需求") == ("need", "budget>=100000000 CNY", "")
    assert asked("预算100万的需求") == ("need", "", "预算100万")


def test_filters_are_explained_in_both_languages() -> None:
    found = understand("除北京以外，TRL6以上，不超过50万元的成果，保定高新区", VOCABULARY)
    assert found.explain("en") == (
        "Kind: offers",
        "Region: not Beijing",
        "TRL: ≥ 6",
        "Price: ≤ 500,000 CNY",
        "Zone: Baoding High-tech Zone",
    )
    assert found.explain("zh")[:3] == ("类别：成果", "地区：除外 北京市", "技术就绪度：≥ 6")


def test_every_meaning_can_be_explained() -> None:
    for name in ("成果", "报告", "孵化器", "设备", "高校", "许可", "新材料", "德国", "英文版"):
        found = understand(name, VOCABULARY)
        for line in (*found.explain("zh"), *found.explain("en")):
            assert line.strip(" ：:")


_FRAGMENTS = st.sampled_from(
    """
    谁能做 大型零件的 无损检测 ？ 京津冀 除 北京 以外 不要 上海 和 天津 的 高校 企业 可许可 TRL6以上 成熟度 7级 预算
    50万元 以内 2024年会 中关村 论坛 专家 氢能 领域 储运 技术 最新 非 晶 截止 2025年6月 前 英文 版 平台 、 ， 或
    labs in Hebei outside Beijing not from without mercury non- Chinese new materials AI companies US who needs can
    provide licence TRL ≥ 6 or higher under 500,000 yuan budget by deadline the of technology best Peking University
    I need °C 1200 ½ ㎏ İ ß ﬁ . , ;
    """.split()  # noqa: SIM905 -- a hundred short words are read more easily in lines than in a list of one a line
)


@given(st.lists(_FRAGMENTS, max_size=12), st.sampled_from(["", " "]))
def test_nothing_is_lost_however_the_words_are_put_together(fragments: list[str], joiner: str) -> None:
    check_nothing_is_lost(joiner.join(fragments), VOCABULARY)


@given(st.text(max_size=60))
def test_any_text_is_understood_without_error_and_without_loss(text: str) -> None:
    check_nothing_is_lost(text, VOCABULARY)


@given(st.lists(_FRAGMENTS, max_size=8))
def test_the_same_question_has_the_same_answer(fragments: list[str]) -> None:
    question = " ".join(fragments)
    assert understand(question, VOCABULARY) == understand(question, VOCABULARY)


def test_a_pasted_page_is_read_at_its_beginning_and_says_so() -> None:
    page = "氢气阀门 " * 300
    found = understand(page, VOCABULARY)
    assert (found.unused[-1].start, found.unused[-1].end) == (1000, len(page))
    assert found.words[-1].end <= 1000


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("companies seeking valves", ("need", "organisation_kind=firm", "valves")),
        ("non-destructive testing", ("", "", "non-destructive testing")),
        ("除尘设备", ("facility", "facility_type=equipment", "除尘")),
        ("algae-based plastics", ("", "", "algae-based plastics")),
        ("Beijing-based firms", ("organisation", "region=110000; organisation_kind=firm", "")),
        ("英国伦敦的公司", ("organisation", "country=GB; country=GB; organisation_kind=firm", "")),
        ("五十万元以内的传感器", ("", "price<=50000000 CNY", "传感器")),
        ("new materials for seats", ("", "", "new materials seats")),
        ("污泥干化成果", ("offer", "", "污泥干化")),
        ("工业互联网平台的应用场景", ("scenario", "", "工业互联网平台")),
        ("policy research institutes", ("organisation", "organisation_kind=institute", "policy")),
        ("可以转让，不接受许可", ("", "partnership=assignment; partnership!=licence", "")),
    ],
)
def test_what_was_once_misread(question: str, expected: tuple[str, str, str]) -> None:
    assert asked(question) == expected


def test_words_of_the_answer_are_no_function_words_alone() -> None:
    for question in ("请问有没有关于氢气的成果", "could you please show me something about hydrogen valves"):
        for word in understand(question, VOCABULARY).words:
            assert word_role(word.text) == "content"


def measured() -> tuple[Vocabulary, list[dict[str, Any]]]:
    first, *lines = FILE.read_text("utf-8").splitlines()
    own = json.loads(first)["vocabulary"]
    vocabulary = Vocabulary(
        tuple(Zone(code, zh, en, tuple(aliases)) for code, zh, en, aliases in own["zones"]),
        tuple(OrganisationNames(key, tuple(names)) for key, names in own["organisations"]),
        tuple(EditionNames(code, tuple(names), year) for code, names, year in own["editions"]),
    )
    return vocabulary, [json.loads(line) for line in lines]


def single_values(written: list[str]) -> set[str]:
    """Filters one value each, so that 'A or B' in one filter equals A and B in two."""
    values = set[str]()
    for line in written:
        for sign in (">=", "<=", "!=", "="):
            if sign in line:
                facet, _, rest = line.partition(sign)
                values.update(f"{facet}{sign}{value}" for value in rest.split(","))
                break
    return values


@pytest.mark.parametrize(("split", "floor"), [("dev", 0.97), ("opened", 0.95), ("test", 0.95)])
def test_questions_of_people_are_understood_as_often_as_measured(split: str, floor: float) -> None:
    vocabulary, questions = measured()
    questions = [question for question in questions if question["split"] == split]
    filters = kinds = 0
    for expected in questions:
        found = check_nothing_is_lost(expected["question"], vocabulary)
        filters += single_values([part.written() for part in found.filters]) == single_values(
            expected["filters"]
        )
        kinds += set(found.kinds) == set(expected["kinds"])
    assert filters / len(questions) >= floor
    assert kinds / len(questions) >= floor
