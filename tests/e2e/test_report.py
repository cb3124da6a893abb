"""The report in a real browser: languages without JavaScript, no requests, phones, dark, print, axe."""

import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from fairground.kernel.tables import TableWarning
from fairground.match.report import render_report
from fairground.match.report.tests.demonstration_run import demonstration_run

sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
pytestmark = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"),
]

FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
LANGUAGES = ("zh", "en")
SCHEMES = ("light", "dark")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path: Path = tmp_path_factory.mktemp("report") / "report.html"
    remark = TableWarning(
        "bad_budget", "needs.xlsx", "需求清单", 7, None, "预算不是金额", "the budget is not a sum"
    )
    path.write_text(
        render_report(
            demonstration_run(), generated=date(2024, 4, 25), warnings=[remark], completeness={"N-001": 62}
        ),
        "utf-8",
    )
    return path.as_uri()


def _shown(page: Any, text: str) -> bool:
    return bool(page.get_by_text(text, exact=True).first.is_visible())


def test_language_switches_without_javascript(browser: Any, address: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(address)
    assert (_shown(page, "供需匹配报告"), _shown(page, "Needs and offers, side by side")) == (True, False)
    page.get_by_text("English", exact=True).click()
    assert (_shown(page, "供需匹配报告"), _shown(page, "Needs and offers, side by side")) == (False, True)
    page.get_by_label("English").press("ArrowLeft")
    assert _shown(page, "供需匹配报告")
    context.close()


def test_page_asks_for_nothing_and_logs_nothing(browser: Any, address: str) -> None:
    page = browser.new_page()
    requests: list[str] = []
    messages: list[str] = []
    page.on("request", lambda request: requests.append(request.url))
    page.on("console", lambda message: messages.append(message.text))
    page.on("pageerror", lambda error: messages.append(str(error)))
    page.goto(address)
    page.wait_for_timeout(300)
    assert [url for url in requests if not url.startswith("data:")] == [address]
    assert messages == []
    page.close()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_runs_off_the_side(browser: Any, address: str, language: str, width: int) -> None:
    page = browser.new_page(viewport={"width": width, "height": 800})
    page.goto(address)
    page.locator(f"label[for=in-{language}]").click()
    page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    for section in page.locator("article").all():
        section.scroll_into_view_if_needed()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.close()


@pytest.mark.parametrize("scheme", SCHEMES)
def test_colours_follow_the_system(browser: Any, address: str, scheme: str) -> None:
    context = browser.new_context(color_scheme=scheme)
    page = context.new_page()
    page.goto(address)
    ground = page.evaluate("getComputedStyle(document.documentElement).backgroundColor")
    assert ground == {"light": "rgb(252, 251, 248)", "dark": "rgb(18, 20, 22)"}[scheme]
    context.close()


def test_figures_lead_to_their_lists(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    for link in page.locator(".figures a").all():
        link.click()
        target = page.locator(page.evaluate("location.hash"))
        assert target.is_visible()
        assert page.evaluate("document.querySelector(location.hash).getBoundingClientRect().top") < 400
    page.close()


def test_every_judged_pair_shows_its_mark_in_words(browser: Any, address: str) -> None:
    page = browser.new_page()
    page.goto(address)
    page.locator("label[for=in-en]").click()
    words = page.evaluate(
        "[...document.querySelectorAll('#n1-o1 .mark')].map(m => getComputedStyle(m, '::before').content)"
    )
    assert [word.replace('"', "").strip() for word in words] == ["met", "met", "met", "not found"]
    page.close()


def test_print_is_a4_light_and_opens_the_folded_ranks(browser: Any, address: str, tmp_path: Path) -> None:
    context = browser.new_context(color_scheme="dark")
    page = context.new_page()
    page.goto(address)
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).color") == "rgb(20, 23, 26)"
    assert not page.locator(".switch").is_visible()
    assert page.locator("#n1-o8 h4").is_visible()
    printed = page.pdf(path=str(tmp_path / "report.pdf"), prefer_css_page_size=True)
    # 210 × 297 mm in points, as Chromium rounds them
    assert b"/MediaBox [0 0 594.95996 841.91998]" in printed or b"/MediaBox [0 0 595" in printed
    context.close()


@pytest.mark.parametrize("scheme", SCHEMES)
@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing(browser: Any, address: str, scheme: str, width: int) -> None:
    carrier = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = Path(carrier.__file__).with_name("axe.min.js")
    pages = {}
    for language in LANGUAGES:
        context = browser.new_context(
            bypass_csp=True, color_scheme=scheme, viewport={"width": width, "height": 900}
        )
        page = pages[language] = context.new_page()
        page.goto(address)
        page.locator(f"label[for=in-{language}]").click()
        page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
        page.add_style_tag(content="article { content-visibility: visible !important }")
        page.add_script_tag(path=str(axe))
        # Axe of one language works while the other one loads. Of the rules that pass only their names are told.
        page.evaluate("void (window.looked = axe.run(document, {resultTypes: ['violations']}))")
    found = {language: page.evaluate("window.looked") for language, page in pages.items()}
    for page in pages.values():
        page.context.close()
    for language in LANGUAGES:
        assert "color-contrast" in {rule["id"] for rule in found[language]["passes"]}
        violations = [
            (v["id"], [n["html"][:120] for n in v["nodes"][:3]]) for v in found[language]["violations"]
        ]
        assert violations == [], language
