"""The report page: what it says, what it escapes, that it asks nothing of the network."""

import base64
import dataclasses
import hashlib
import re
from datetime import date
from html.parser import HTMLParser

import pytest

from fairground.collect.core.records import Requirement
from fairground.kernel.tables import TableWarning
from fairground.language.local_text import LocalText
from fairground.match.core.results import Flag, Judgement, MatchRun, Verdict
from fairground.match.report import render_report
from fairground.match.report.tests.demonstration_run import demonstration_run
from fairground.web import tokens_css

TODAY = date(2024, 4, 25)
VOID = {"meta", "link", "input", "br"}


class Page(HTMLParser):
    """Collects tags, ids and link targets, and checks that tags nest."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if not self.open or self.open[-1] != "style":
            self.text += data

    def values(self, attribute: str) -> list[str]:
        return [attrs[attribute] or "" for _, attrs in self.tags if attribute in attrs]


def _remark(file: str, zh: str, en: str) -> TableWarning:
    return TableWarning("bad_budget", file, "Sheet1", 7, "budget", zh, en)


def _page(run: MatchRun | None = None, **options: object) -> Page:
    return Page(render_report(run or demonstration_run(), generated=TODAY, **options))  # type: ignore[arg-type]


def test_tags_nest_ids_are_unique_and_every_jump_lands() -> None:
    page = _page(warnings=[_remark("needs.xlsx", "已略过", "left out")])
    ids = page.values("id")
    assert page.open == []
    assert len(ids) == len(set(ids))
    assert {href[1:] for href in page.values("href") if href.startswith("#")} <= set(ids)


def test_nothing_is_loaded_and_nothing_can_run() -> None:
    text = render_report(demonstration_run(), generated=TODAY)
    page = Page(text)
    assert {tag for tag, _ in page.tags} & {
        "script",
        "img",
        "iframe",
        "object",
        "embed",
        "form",
        "base",
    } == set()
    assert page.values("src") == []
    assert [href for href in page.values("href") if not href.startswith("#")] == ["data:,"]
    assert not any(name.startswith("on") or name == "style" for _, attrs in page.tags for name in attrs)
    assert "url(" not in text
    assert "@import" not in text


def test_policy_allows_exactly_the_style_sheet_that_is_there() -> None:
    text = render_report(demonstration_run(), generated=TODAY)
    style = text[text.index("<style>") + 7 : text.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = [a["content"] for t, a in Page(text).tags if a.get("http-equiv") == "Content-Security-Policy"]
    assert policy == (
        f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:; base-uri 'none'; form-action 'none'"
    )


def test_hostile_text_in_every_field_stays_text() -> None:
    evil = "</style></title><script>alert(1)</script>\"'><img src=x onerror=alert(2)>{{ run }}{% now %}\u202e"
    run = demonstration_run()
    need = dataclasses.replace(
        run.needs[0],
        id=evil,
        texts={"title": LocalText(zh=evil, en=evil + "e"), "abstract": LocalText(en=evil)},
        requirements=(Requirement(evil),),
        regions=(evil,),
        ipr=evil,
        partnership=(evil,),
        origin=dataclasses.replace(run.needs[0].origin, file=evil, sheet=evil),
    )
    offer = dataclasses.replace(run.offers[0], id=evil, organisation=evil, trl_note=evil, texts={})
    match = dataclasses.replace(
        run.matches[0],
        need_id=evil,
        offer_id=evil,
        parts={evil: 0.5},
        judgements=(Judgement(evil, "should", Verdict.MET, evil, evil, evil, evil),),
        flags=(Flag(evil, evil, evil, evil),),
        shared_terms=(evil, "alert"),
    )
    nasty = MatchRun((need,), (offer,), (match,), "both", 10, evil, evil, notes=((evil, evil),))
    text = render_report(nasty, generated=TODAY, warnings=[_remark(evil, evil, evil)])
    page = Page(text)
    assert page.open == []
    assert {tag for tag, _ in page.tags} & {"script", "img"} == set()
    assert text.count("</style>") == 1
    assert not any(name.startswith("on") for _, attrs in page.tags for name in attrs)
    assert "\u202e" not in text
    assert "{{ run }}" in page.text


@pytest.mark.parametrize(("language", "checked"), [("zh", "in-zh"), ("en", "in-en")])
def test_language_argument_sets_what_is_shown_first(language: str, checked: str) -> None:
    page = _page(language=language)
    assert [a["id"] for t, a in page.tags if t == "input" and "checked" in a] == [checked]
    assert page.tags[0] == ("html", {"lang": language})


def test_unknown_language_is_refused() -> None:
    with pytest.raises(ValueError, match="language is 'fr'"):
        render_report(demonstration_run(), generated=TODAY, language="fr")


def test_figures_count_what_the_lists_hold() -> None:
    text = render_report(demonstration_run(), generated=TODAY)
    figures = re.findall(r'<li><a href="#([a-z-]+)"><b>(\d+)</b>', text)
    assert figures == [
        ("needs", "5"),
        ("offers", "8"),
        ("grade-enough", "2"),
        ("grade-none", "2"),
        ("contradictions", "2"),
    ]


def test_need_without_evidence_says_so_and_what_to_ask_for() -> None:
    text = _page().text
    assert "依据不足：另一份清单里没有与之相关的条目。" in text
    assert "Not enough evidence: no text supports a pair. What follows only comes nearest." in text
    assert "a measurable target, today's method and its limit, the lowest readiness level accepted" in text


def test_blocked_pairs_alone_leave_a_need_with_nothing_suitable() -> None:
    run = demonstration_run()
    only = tuple(m for m in run.matches if m.need_id != "N-001" or m.offer_id == "O-03")
    text = _page(dataclasses.replace(run, matches=only)).text
    assert "Nothing suitable: a condition rules out whatever comes close in subject." in text


def test_quoted_sentence_marks_the_words_that_prove_it() -> None:
    text = render_report(demonstration_run(), generated=TODAY)
    assert "可检出 <mark>0.3\u00a0mm</mark> 的<mark>气孔</mark>和<mark>裂纹</mark>，读数实时回传。" in text
    assert "<mark>Pores</mark> of <mark>0.5\u00a0mm</mark> and larger" in text


def test_demonstration_rows_are_marked_and_the_forum_is_disclaimed() -> None:
    run = demonstration_run()
    assert "not affiliated with the Zhongguancun Forum" in _page(run).text
    real = dataclasses.replace(
        run,
        needs=tuple(dataclasses.replace(need, demonstration=False) for need in run.needs),
        offers=tuple(dataclasses.replace(offer, demonstration=False) for offer in run.offers),
    )
    page = _page(real)
    assert "affiliated" not in page.text
    assert not any("demo" in (attrs.get("class") or "") for _, attrs in page.tags)


def test_deadline_before_the_report_is_marked_as_passed() -> None:
    assert "31 March 2024 (passed)" in _page().text
    assert "31 December 2024 (passed)" not in _page().text


def test_each_pair_is_told_once_and_reached_from_both_sides() -> None:
    run = demonstration_run()
    text = render_report(run, generated=TODAY)
    for match in run.matches:
        anchor = f"n{int(match.need_id[2:])}-o{int(match.offer_id[2:])}"
        assert len(re.findall(rf"\bid={anchor}\b", text)) == 1


@pytest.mark.parametrize("direction", ["needs", "offers"])
def test_one_direction_ranks_that_side_and_lists_the_other(direction: str) -> None:
    run = demonstration_run()
    ranked = tuple(
        dataclasses.replace(
            match,
            rank_for_need=match.rank_for_need if direction == "needs" else None,
            rank_for_offer=match.rank_for_offer if direction == "offers" else None,
        )
        for match in run.matches
        if (match.rank_for_need if direction == "needs" else match.rank_for_offer) is not None
    )
    page = _page(dataclasses.replace(run, matches=ranked, direction=direction))
    assert page.open == []
    assert {"n1", "n5", "o1", "o8"} <= set(page.values("id"))
    assert "This run ranked one side only" in page.text


def test_empty_run_still_makes_a_page() -> None:
    run = MatchRun((), (), (), "both", 10, "m", "1")
    page = _page(run)
    assert page.open == []
    assert "None of the pairs shown contradicts a requirement." in page.text


def test_one_huge_cell_does_not_swell_the_page() -> None:
    run = demonstration_run()
    huge = dataclasses.replace(
        run.needs[0], texts={"title": LocalText(zh="长" * 2_000_000, en="x " * 1_000_000)}
    )
    normal = len(render_report(run, generated=TODAY))
    assert (
        len(render_report(dataclasses.replace(run, needs=(huge, *run.needs[1:])), generated=TODAY))
        < normal + 20_000
    )


def test_thousand_needs_by_ten_offers_stay_under_25_megabytes() -> None:
    # 320 needs are enough for the form of a long run, and a third of the cost.
    run = demonstration_run()
    needs = tuple(dataclasses.replace(run.needs[i % 4], id=f"N-{i:04d}") for i in range(320))
    offers = tuple(dataclasses.replace(run.offers[i % 8], id=f"O-{i:04d}") for i in range(320))
    judged = [match for match in run.matches if match.judgements]
    matches = tuple(
        dataclasses.replace(
            judged[(3 * i + k) % len(judged)],
            need_id=f"N-{i:04d}",
            offer_id=f"O-{(7 * i + k) % 320:04d}",
            rank_for_need=k + 1,
            rank_for_offer=k + 1,
        )
        for i in range(320)
        for k in range(10)
    )
    page = render_report(MatchRun(needs, offers, matches, "both", 10, "m", "1"), generated=TODAY)
    assert len(page.encode()) < 25_000_000 * 320 / 1000


def test_same_input_gives_the_same_page() -> None:
    assert render_report(demonstration_run(), generated=TODAY) == render_report(
        demonstration_run(), generated=TODAY
    )


def test_warnings_are_counted_and_the_list_is_capped() -> None:
    page = _page(warnings=[_remark(f"file {i}", "略过", "left out") for i in range(501)])
    assert "501" in page.text
    assert "file 499" in page.text
    assert "file 500" not in page.text


def test_warnings_that_were_only_counted_are_told_too() -> None:
    page = _page(warnings=[_remark("needs.xlsx", "略过", "left out")], warning_count=12_000)
    assert "1.2万12,000" in page.text
    assert "needs.xlsx · Sheet1 · 7 · budget" in page.text
    assert "11999" in page.text


def test_completeness_is_shown_where_it_is_known() -> None:
    assert _page(completeness={"N-001": 62}).text.count("62 / 100") == 1
    assert "/ 100" not in _page().text


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize("text", ["ink", "muted", "accent", "met", "missing", "contradicted"])
@pytest.mark.parametrize("ground", ["paper", "raised"])
def test_every_text_colour_reads_on_every_ground(scheme: int, text: str, ground: str) -> None:
    # WCAG 2.2, contrast (minimum): 4.5 : 1
    found = [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", part)) for part in tokens_css().split("@media")]
    lighter, darker = sorted(
        (_luminance(found[scheme][text]), _luminance(found[scheme][ground])), reverse=True
    )
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
