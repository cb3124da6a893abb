"""From a facility's page to a confirmed booking and its calendar file, in a real browser."""

import re
from collections.abc import Callable
from datetime import UTC
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar
from tests.e2e.readers import IN_BROWSER, READERS, Reader

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = IN_BROWSER

KEY = """
import django; django.setup()
from fairground.meet.models import Resource
print(Resource.objects.get(record__reference="facility:emc-chamber").record.key)
"""


@READERS
def test_a_time_is_asked_for_confirmed_and_opened_as_a_calendar_file(
    reader: Callable[..., Reader], portal: Any, tmp_path: Path, language: str, width: int
) -> None:
    found = portal.run("-c", KEY)
    assert found.returncode == 0, found.stderr
    facility = found.stdout.strip()
    asker, keeper = reader(language, width), reader(language, width)
    asker.signs_in("need.owner@example.org")
    page = asker.page
    asker.goes(f"facility/{facility}/")
    asker.fits()
    asker.follows("预约", "Book")
    page.wait_for_url("**/bookings/book/*/")
    asker.fits()
    asker.follows("下一周 →", "Week after →")
    page.wait_for_url("**?week=*")
    page.locator(".slots a").first.click()
    page.wait_for_url("**?from=*")
    asker.fits()
    purpose = asker.says("控制板辐射预测试", "A first look at a control board")
    page.locator("textarea[name=purpose]").fill(purpose)
    page.get_by_role("button", name=asker.says("申请预约", "Ask for it"), exact=True).click()
    page.wait_for_url(re.compile(r"/bookings/[0-9a-z]{12}/$"))
    asker.fits()
    booking = page.url.rstrip("/").rpartition("/")[2]
    keeper.signs_in("park.manager@example.org")
    keeper.goes("bookings/desk/")
    keeper.fits()
    keeper.page.locator(f'a[href$="/bookings/{booking}/"]').click()
    assert purpose in keeper.page.inner_text("main")
    keeper.fits()
    keeper.page.get_by_role("button", name=keeper.says("确认", "Confirm"), exact=True).click()
    keeper.page.wait_for_load_state()
    asker.goes(f"bookings/{booking}/")
    assert asker.says("已确认", "Confirmed") in page.inner_text("main")
    with page.expect_download() as handed:
        page.get_by_role("link", name=asker.says("加入日历（iCal）", "Add to my calendar (iCal)")).click()
    handed.value.save_as(tmp_path / "booking.ics")
    (event,) = Calendar.from_ical((tmp_path / "booking.ics").read_bytes()).walk("VEVENT")
    assert booking in str(event["uid"])
    assert event.decoded("dtstart").astimezone(UTC) < event.decoded("dtend").astimezone(UTC)
    asker.goes("bookings/")
    asker.fits()
