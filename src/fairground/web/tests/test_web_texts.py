from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.template import Context, Template
from django.utils import translation

from fairground.kernel.money import parse_money
from fairground.language.local_text import LocalText

HOSTILE = '<img src=x onerror="alert(1)">'
HARMLESS = "&lt;img src=x onerror=&quot;alert(1)&quot;&gt;"


def _shown(source: str, language: str = "en", **values: Any) -> str:
    with translation.override(language):
        return Template("{% load texts %}" + source).render(Context(values))


@pytest.mark.parametrize(
    ("language", "shown"), [("zh-hans", "发布"), ("zh", "发布"), ("en", "Publish"), ("en-gb", "Publish")]
)
def test_both_writes_the_readers_side(language: str, shown: str) -> None:
    assert _shown('{% both "发布" "Publish" %}', language) == shown


def test_both_can_be_kept_under_a_name() -> None:
    assert _shown('{% both "发布" "Publish" as label %}<{{ label }}>') == "<Publish>"


def test_both_escapes_what_is_not_written_in_the_template() -> None:
    assert _shown("{% both zh en %}", zh="", en=HOSTILE) == HARMLESS
    assert _shown('{% both "找 {q}" "Find {q}" q=q %}', q=HOSTILE) == f"Find {HARMLESS}"
    assert _shown("{% both en en q=q %}", en="<b>{q}</b>", q=HOSTILE) == f"&lt;b&gt;{HARMLESS}&lt;/b&gt;"
    assert _shown("{% both en en as kept %}{{ kept }}", en=HOSTILE) == HARMLESS


@pytest.mark.parametrize(
    ("number", "language", "shown"),
    [(1, "en", "1 record"), (0, "en", "0 records"), (12_000, "en", "12,000 records"), (1, "zh", "1 条")],
)
def test_counted_writes_the_noun_that_fits(number: int, language: str, shown: str) -> None:
    assert _shown('{% counted n "条" "record" "records" %}', language, n=number) == shown


def test_word_keeps_a_code_it_does_not_know() -> None:
    assert _shown('{% word "state" code %}', "zh", code="in_review") == "待审核"
    assert _shown('{% word "state" code %}', code=HOSTILE) == HARMLESS


@pytest.mark.parametrize("value", [LocalText("标题", "Title"), {"zh": "标题", "en": "Title"}])
def test_local_writes_the_readers_side_without_marks(value: object) -> None:
    assert _shown("{% local t %}|{{ t|local }}", t=value) == "Title|Title"
    assert _shown("{% local t %}|{{ t|local }}", "zh", t=value) == "标题|标题"


def test_local_says_when_only_the_other_side_is_there() -> None:
    shown = _shown("{% local t %}|{{ t|local }}", t=LocalText("标题", None))
    assert shown == '<span lang="zh-Hans">标题</span> <span class="mark-language">only in Chinese</span>|标题'
    shown = _shown("{% local t %}", "zh", t={"en": "Title"})
    assert shown == '<span lang="en">Title</span> <span class="mark-language">仅有英文</span>'


def test_local_marks_what_a_machine_wrote() -> None:
    value = {"zh": "标题", "en": "Title", "machine": ["en"]}
    assert _shown("{% local t %}", t=value) == (
        'Title <span class="mark-language" title="Machine translation, not confirmed">machine</span>'
    )
    assert _shown("{% local t %}", "zh", t=value) == "标题"


@pytest.mark.parametrize(
    "value",
    [LocalText(HOSTILE, HOSTILE), {"zh": HOSTILE}, {"en": HOSTILE, "machine": ["en"]}, HOSTILE],
)
@pytest.mark.parametrize("source", ["{% local t %}", "{{ t|local }}", "{% other_text t %}"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_no_text_becomes_markup(value: object, source: str, language: str) -> None:
    assert "<img" not in _shown(source, language, t=value)


@pytest.mark.parametrize("value", [None, "", {}, LocalText(), {"zh": "", "en": None}])
def test_nothing_stays_nothing(value: object) -> None:
    assert _shown("{% local t %}{{ t|local }}{% other_text t %}{{ t|missing_language }}", t=value) == ""


def test_other_text_is_the_second_line_of_a_title() -> None:
    assert _shown("{% other_text t %}", t=LocalText("标题", "Title")) == '<span lang="zh-Hans">标题</span>'
    assert _shown("{% other_text t %}", t=LocalText("PET/CT", "PET/CT")) == ""
    assert _shown("{% other_text t %}", t=LocalText("标题", None)) == ""


@pytest.mark.parametrize(
    ("value", "code"), [({"zh": "甲"}, "en"), ({"en": "A"}, "zh"), ({"zh": "甲", "en": "A"}, "")]
)
def test_missing_language(value: object, code: str) -> None:
    assert _shown("{{ t|missing_language }}", t=value) == code


@pytest.mark.parametrize(
    ("value", "number", "zh", "en"),
    [
        (12_000, "12,000", "1.2万", "12,000"),
        (12_345, "12,345", "12,345", "12,345"),
        (Decimal("67317000000"), "67,317,000,000", "673.17亿", "67.317 billion"),
        (1_101_000, "1,101,000", "110.1万", "1.101 million"),
        (0, "0", "0", "0"),
        (-49_000, "-49,000", "-4.9万", "-49,000"),
        (0.5, "0.5", "0.5", "0.5"),
        ("nan", "nan", "nan", "nan"),
        ("<b>", "&lt;b&gt;", "&lt;b&gt;", "&lt;b&gt;"),
        (None, "", "", ""),
    ],
)
def test_numbers_are_never_rounded(value: object, number: str, zh: str, en: str) -> None:
    assert _shown("{{ n|number }}", n=value) == number
    assert _shown("{{ n|figure }}", "zh", n=value) == zh
    assert _shown("{{ n|figure }}", "en", n=value) == en


def test_a_large_numeral_stands_apart_from_its_scale() -> None:
    source = "{% split_figure n as f %}{{ f.digits }}|{{ f.short_scale }}"
    assert _shown(source, "en", n=67_317_000_000) == "67.317|bn"
    assert _shown(source, "zh", n=67_317_000_000) == "673.17|亿"
    assert _shown(source, "en", n="n/a") == "n/a|"


@pytest.mark.parametrize(
    ("quote", "zh", "en"),
    [
        ("约673.17亿元", "约673.17亿元", "about 67.317 billion yuan"),
        ("100-200万元", "100万–200万元", "1 million–2 million yuan"),
        ("超3.5万元", "超3.5万元", "over 35,000 yuan"),
        ("不超过50万元", "不超过50万元", "up to 500,000 yuan"),
        ("3000日元", "3,000日元", "3,000 yen"),
        ("面议", "", ""),
    ],
)
def test_money_reads_as_its_source(quote: str, zh: str, en: str) -> None:
    value = parse_money(quote)
    assert _shown("{{ m|money }}", "zh", m=value) == zh
    assert _shown("{{ m|money }}", "en", m=value) == en


def test_money_from_a_mapping_and_an_exact_amount() -> None:
    stored = {"low_minor": 123_45, "high_minor": 123_45, "currency": "XTS"}
    assert _shown("{{ m|money }}", m=stored) == "123.45 XTS"
    assert _shown("{{ n|amount:'CNY' }}", n=200_000_000) == "2 million yuan"
    assert _shown("{{ n|amount:'CNY' }}", n=None) == ""


@pytest.mark.parametrize(("share", "percent", "change"), [(0.298, "29.8%", "+29.8%"), (-0.03, "−3%", "−3%")])
def test_shares(share: float, percent: str, change: str) -> None:
    assert _shown("{{ s|percent }}|{{ s|change }}", s=share) == f"{percent}|{change}"


@pytest.mark.parametrize(
    ("first", "last", "zh", "en"),
    [
        (date(2024, 4, 25), date(2024, 4, 29), "2024年4月25日至29日", "25–29 April 2024"),
        (date(2024, 4, 25), date(2024, 5, 1), "2024年4月25日至5月1日", "25 April – 1 May 2024"),
        (
            date(2024, 12, 31),
            date(2025, 1, 1),
            "2024年12月31日至2025年1月1日",
            "31 December 2024 – 1 January 2025",
        ),
        (date(2024, 4, 25), None, "2024年4月25日", "25 April 2024"),
        ("2024-04-25", "2024-04-25", "2024年4月25日", "25 April 2024"),
        ("spring 2024", None, "spring 2024", "spring 2024"),
    ],
)
def test_spans_of_days(first: object, last: object, zh: str, en: str) -> None:
    assert _shown("{% days a b %}", "zh", a=first, b=last) == zh
    assert _shown("{% days a b %}", "en", a=first, b=last) == en


def test_a_moment_stands_in_the_hubs_time_zone() -> None:
    when = datetime(2024, 4, 24, 23, 30, tzinfo=UTC)
    assert _shown("{{ t|moment }}|{{ t|day }}", t=when) == "25 April 2024 07:30|25 April 2024"
    assert _shown("{{ t|moment }}", "zh", t=when) == "2024年4月25日 07:30"
    assert _shown("{{ t|iso }}|{{ u|iso }}", t=date(2024, 4, 25), u=None) == "2024-04-25|"


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("https://example.org/a?b=1&c=2", "https://example.org/a?b=1&amp;c=2"),
        (" HTTP://example.org", "HTTP://example.org"),
        ("javascript:alert(1)", ""),
        ("\tjavascript:alert(1)", ""),
        ("//example.org", ""),
        (None, ""),
    ],
)
def test_only_addresses_of_the_web_become_links(value: object, shown: str) -> None:
    assert _shown("{{ a|web_address }}", a=value) == shown


def test_at_finds_an_entry_by_a_name_held_in_a_variable() -> None:
    assert _shown("{{ t|at:k }}|{{ nothing|at:k }}", t={"title": "x"}, k="title") == "x|None"


def test_headline_breaks_between_words() -> None:
    joined = _shown("{{ text|whole_words }}", text="把成果与难题放到一起, AI 2024 <b>")
    assert (
        joined
        == "把成\N{WORD JOINER}果与难\N{WORD JOINER}题放\N{WORD JOINER}到一\N{WORD JOINER}起, AI 2024 &lt;b&gt;"
    )


@pytest.mark.parametrize(("language", "shown"), [("zh", "4月25日"), ("en", "25 April")])
def test_day_of_year_leaves_the_year_to_the_page(language: str, shown: str) -> None:
    assert _shown("{{ when|day_of_year }}", language, when=date(2024, 4, 25)) == shown
    assert _shown("{{ when|day_of_year }}", language, when=None) == ""
