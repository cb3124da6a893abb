"""Where a project could land, in a real browser: plain words, reasons, a comparison, an offer's page; no scripts."""

from collections.abc import Callable

import pytest
from tests.e2e.readers import IN_BROWSER, READERS, Reader

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = IN_BROWSER


@READERS
def test_plain_words_lead_to_places_that_are_compared(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    asker = reader(language, width)
    asker.goes("landing/")
    asker.heads("我的项目落在哪里", "Where could my project land")
    words = asker.says(
        "需要3000平米厂房、中试线，距北京高铁一小时，最好有创新券。今天天气不错",
        "need 3,000 m² of workshop, a pilot line and one hour by rail of Beijing. Ideally innovation vouchers. "
        "What fine weather",
    )
    asker.page.fill("#landing-text", words)
    asker.presses("先填进下面的表", "Fill in the form below")
    asker.sees("今天天气不错", "What fine weather")
    assert asker.page.locator("[name=need]").first.input_value() == asker.says(
        "3000平米厂房", "3,000 m2 of workshop"
    )
    asker.page.locator("form.landing-form button").click()
    asker.heads("园区", "Zones")
    asker.sees("可用空间", "free space")
    asker.sees("不是时刻表", "no timetable")
    assert asker.page.locator(".landing-place .verdict.met").count() > 3
    address = asker.page.url
    for place in range(2):
        asker.page.locator("[name=pick]").nth(place).check()
    asker.page.locator(".landing-go button").click()
    asker.heads("并排比较", "Side by side")
    assert asker.page.locator(".landing-compare thead th").count() == 3
    asker.page.goto(address)
    chips = asker.page.locator(".chips a").count()
    asker.page.locator(".chips a").first.click()
    asker.page.wait_for_url(lambda url: url != address)
    assert asker.page.locator(".chips a").count() == chips - 1
    assert asker.faults == []


def test_answer_is_read_without_scripts(reader: Callable[..., Reader]) -> None:
    asker = reader("zh", 390, javascript=False)
    asker.goes("landing/")
    asker.page.fill("#landing-text", "需要中试线，靠近保定高新区")
    asker.page.locator("form").filter(has=asker.page.locator("#landing-text")).locator(
        "button.primary"
    ).click()
    asker.sees("单个平台", "Single platforms")
    asker.page.locator(".landing-place details summary").first.click()
    assert asker.page.locator(".landing-place .reasons").first.is_visible()


def test_offers_page_leads_here(reader: Callable[..., Reader]) -> None:
    asker = reader("en", 1280)
    asker.goes("catalogue/?kind=offer")
    asker.page.locator("main .rows a, main h3 a, main h2 a").first.click()
    asker.follows("看看落在哪里", "Where could this land")
    asker.sees("从这项成果出发：", "Starting from:")
