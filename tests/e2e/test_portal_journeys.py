"""Whole journeys through the portal in a real browser: what a visitor, a member, an owner and an editor do in a row."""

import base64
import contextlib
import hashlib
import hmac
import http.client
import http.cookiejar
import json
import os
import re
import signal
import sqlite3
import struct
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Callable
from http import HTTPStatus
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from tests.e2e.readers import DEMO_PASSWORD, IN_BROWSER, LIMIT_S, PHONE, READERS, Reader, mails_to, wait_until

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = IN_BROWSER

PASSWORD = "a long enough pass phrase"
NEEDS = """名称,难题,要求,怪列
天线罩无损检测,天线罩靠人工敲击检查，漏检多,漏检率不高于2%,人工敲击
低温密封胶,外墙密封胶在零下四十度开裂,使用温度低至-40 °C,聚氨酯胶
"""
OFFERS = """名称,技术说明,优势
太赫兹无损检测仪,对天线罩做太赫兹无损检测,漏检率1.5%
耐寒密封胶,单组分密封胶，-45 °C仍保持弹性,不开裂
"""


def last_link(portal: Any, address: str, part: str) -> str:
    """Wait for a mail with a link that has `part` in it; return the link."""
    links: list[str] = []

    def came() -> bool:
        links[:] = [
            link
            for mail in mails_to(portal, address)
            for link in re.findall(r"https?://\S+", mail.get_content())
            if part in link
        ]
        return bool(links)

    wait_until(came, f"a mail to {address} with a link to {part} came")
    return links[-1]


def new_address() -> str:
    """Return an address that nobody had before."""
    return f"{uuid.uuid4().hex[:10]}@example.org"


def totp(secret: str, at: float) -> str:
    """Return the six digits of RFC 6238 for a moment."""
    key = base64.b32decode(secret + "=" * (-len(secret) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(at) // 30), hashlib.sha1).digest()
    start = digest[-1] & 15
    return f"{(int.from_bytes(digest[start : start + 4]) & 0x7FFFFFFF) % 1_000_000:06d}"


# 1 · a visitor


@READERS
def test_visitor_finds_filters_and_reads(reader: Callable[..., Reader], language: str, width: int) -> None:
    me = reader(language, width)
    page = me.page
    me.goes("")
    box = page.locator("#q")
    box.press_sequentially(me.says("轴承", "bearing"))
    options = page.locator('[role="listbox"] [role="option"]')
    options.first.wait_for()
    assert box.get_attribute("aria-expanded") == "true"
    box.press("ArrowDown")
    chosen = options.first
    assert chosen.get_attribute("aria-selected") == "true"
    assert box.get_attribute("aria-activedescendant") == chosen.get_attribute("id")
    box.press("Enter")
    page.wait_for_url(re.compile(rf"/{language}/(catalogue|[a-z]+/[0-9a-z]{{12}})/"))

    me.goes("")
    page.fill("#q", me.says("轴承", "bearing"))
    page.locator("#q").press("Enter")
    page.wait_for_url("**/catalogue/?**")
    me.fits()
    before = page.locator("ol.rows > li").count()
    assert before > 1
    if width == PHONE:
        page.locator(".facet-open").click()
        page.locator('#facets input[name="region"][value="130000"]').check()
        page.locator("#facets [data-apply]").click()
    else:
        page.locator('#facets input[name="region"][value="130000"]').check()
    page.wait_for_url("**region=130000**")
    page.locator(".chips a.chip").first.wait_for()
    found = page.locator("ol.rows > li").count()
    assert 0 < found < before

    plain = reader(language, width, javascript=False)
    plain.goes("catalogue/?q=" + me.says("轴承", "bearing"))
    if width == PHONE:
        plain.page.locator(".facet-open").click()
    plain.page.locator('#facets input[name="region"][value="130000"]').check()
    plain.page.locator("#facets [data-apply]").click()
    plain.page.wait_for_url("**region=130000**")
    assert plain.page.locator("ol.rows > li").count() == found

    me.goes("catalogue/?kind=need&q=" + me.says("团雾", "fog patches"))
    page.locator("ol.rows > li a").first.click()
    page.wait_for_url(re.compile(rf"/{language}/need/[0-9a-z]{{12}}/$"))
    page.locator("article.match table.reasons td.verdict").first.wait_for()
    me.fits()
    here = page.url
    other = "en" if language == "zh" else "zh"
    page.locator("header.top a[hreflang]").click()
    page.wait_for_url(here.replace(f"/{language}/", f"/{other}/"))
    page.locator("article.match table.reasons td.verdict").first.wait_for()


@READERS
def test_visitor_asks_and_takes_a_part_off(reader: Callable[..., Reader], language: str, width: int) -> None:
    me = reader(language, width)
    page = me.page
    me.goes("")
    page.fill("#q", me.says("河北有中试线的新材料平台", "labs in Hebei with a pilot line for new materials"))
    me.presses("提问", "Ask")
    page.wait_for_url("**/ask/?**")
    chips = page.locator(".understood a.chip")
    region = chips.filter(has_text=me.says("河北", "Hebei"))
    region.wait_for()
    me.fits()
    number, total = chips.count(), page.locator("h2.count").inner_text()
    region.click()
    page.wait_for_url("**off=**")
    assert chips.count() == number - 1
    assert page.locator("h2.count").inner_text() != total


def _drop(page: Any, side: str, name: str, text: str) -> None:
    transfer = page.evaluate_handle(
        """([name, text]) => {
            const transfer = new DataTransfer();
            transfer.items.add(new File([text], name, {type: "text/csv"}));
            return transfer;
        }""",
        [name, text],
    )
    page.dispatch_event(f".drop:has(#id_{side})", "drop", {"dataTransfer": transfer})
    page.locator(f".drop:has(#id_{side}) output").get_by_text(name).wait_for()


@pytest.mark.parametrize(
    ("language", "width", "way"),
    [pytest.param("zh", 1280, "dropped", id="zh"), pytest.param("en", PHONE, "chosen", id="en-phone")],
)
def test_visitor_matches_two_lists_and_forgets_them(
    reader: Callable[..., Reader], language: str, width: int, way: str
) -> None:
    me = reader(language, width)
    page = me.page
    me.goes("match/")
    for side, text in (("needs", NEEDS), ("offers", OFFERS)):
        if way == "dropped":
            _drop(page, side, f"{side}.csv", text)
        else:
            page.set_input_files(
                f"#id_{side}", {"name": f"{side}.csv", "mimeType": "text/csv", "buffer": text.encode()}
            )
    me.presses("读取清单", "Read the lists")
    me.heads("各列是这样理解的", "How the columns were understood")
    row = page.locator("tr", has=page.get_by_role("rowheader", name="怪列"))
    assert row.get_by_role("combobox").input_value() != "current_method"
    row.get_by_role("combobox").select_option("current_method")
    me.presses("按以上各列重新读取", "Read again with these columns")
    me.sees("每一列都按列名读懂了", "Every column was understood by its name")
    assert row.get_by_role("combobox").input_value() == "current_method"
    me.presses("开始对接", "Start the match")
    me.heads("对接结果", "What matches")
    result = page.url
    assert page.locator("dl.match-counts dd").all_inner_texts()[:2] == ["2", "2"]
    page.get_by_text("太赫兹无损检测仪").first.wait_for()
    for name, start in (("csv", b""), ("xlsx", b"pk"), (me.says("报告 html", "Report html"), b"<!doctype")):
        with page.expect_download() as coming:
            page.get_by_role("link", name=name, exact=True).click()
        content = Path(coming.value.path()).read_bytes()
        assert content.lower().startswith(start)
        assert len(content) > 100
    me.follows("打开完整报告", "Open the full report")
    page.get_by_text("太赫兹无损检测仪").first.wait_for()
    stranger = reader(language, width)
    assert stranger.page.goto(result).status == 404
    page.goto(result)
    me.presses("现在就删除", "Delete now")
    me.sees("已删除：两份清单", "Deleted: neither the lists")
    assert page.goto(result).status == 404


@READERS
def test_visitor_matches_one_list_with_the_catalogue(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    me = reader(language, width)
    page = me.page
    me.goes("match/")
    _drop(page, "needs", "needs.csv", NEEDS)
    me.presses("读取清单", "Read the lists")
    me.heads("各列是这样理解的", "How the columns were understood")
    me.presses("开始对接", "Start the match")
    me.heads("对接结果", "What matches")
    assert page.locator("dl.match-counts dd").first.inner_text() == "2"
    found = page.locator(f'.match-answer a[href*="/{language}/offer/"]').first
    found.click()
    page.wait_for_url(re.compile(rf"/{language}/offer/[0-9a-z]{{12}}/"))


# 2 · a new member


def sign_up(me: Reader, portal: Any, address: str, name: str, *, onward: str = "") -> None:
    """Open an account with the consent it takes, and confirm its address by the mail that comes."""
    page = me.page
    me.goes(f"account/signup/{onward}")
    page.fill("#id_email", address)
    page.fill("#id_name", name)
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.check("#id_consent_terms")
    page.check("#id_consent_privacy")
    me.presses("注册", "Sign up")
    me.heads("请查收邮件", "Please check your mail")
    link = last_link(portal, address, "/account/confirm-email/")
    assert link.startswith(f"{portal.address}/{me.language}/")
    page.goto(link)
    me.presses("确认", "Confirm")
    page.wait_for_url(lambda url: "/confirm-email/" not in url)


def give_code(me: Reader, secret: str, button: tuple[str, str]) -> None:
    """Give the digits of this moment, and the next ones where their half minute ended on the way."""
    page, given = me.page, ""
    for _ in range(3):
        wait_until(lambda given=given: totp(secret, time.time()) != given, "there are new digits")
        given = totp(secret, time.time())
        page.fill("#id_code", given)
        page.evaluate("document.body.dataset.before = 'yes'")
        me.presses(*button)
        page.locator("body:not([data-before])").wait_for()
        if not page.locator("#id_code").count():
            return
    raise AssertionError("three codes in a row were refused")


@READERS
def test_somebody_signs_up_and_gets_back_in(
    reader: Callable[..., Reader], portal: Any, language: str, width: int
) -> None:
    me, address = reader(language, width), new_address()
    page = me.page
    me.goes("account/signup/")
    page.fill("#id_email", address)
    page.fill("#id_name", "示例·旅人 Example Traveller")
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    me.presses("注册", "Sign up")
    assert "/account/signup/" in page.url, "no account without consent"
    sign_up(me, portal, address, "示例·旅人 Example Traveller")
    me.goes("desk/")
    me.heads("我的工作台", "My desk")

    me.goes("account/2fa/totp/activate/")
    # The link in the mail signed them in, and this takes the password.
    me.heads("请再次确认身份", "Please confirm it is you")
    page.fill("#id_password", PASSWORD)
    me.presses("确认", "Confirm")
    me.heads("启用两步验证", "Set up a second factor")
    secret = page.locator("main code").inner_text().strip()
    me.fits()
    give_code(me, secret, ("启用", "Start using it"))
    me.heads("备用代码", "Recovery codes")
    recovery = page.locator("main li code").all_inner_texts()
    assert len(recovery) == 10
    me.presses("退出", "Sign out", inside="header.top")
    page.locator("header.top").get_by_role("link", name=me.says("登录", "Sign in")).wait_for()

    me.goes("account/login/")
    page.fill("#id_login", address)
    page.fill("#id_password", "not this one at all")
    me.presses("登录", "Sign in")
    page.locator("main [role=alert]").wait_for()
    assert me.goes("desk/") == 200
    assert "/account/login/" in page.url

    me.signs_in(address, PASSWORD)
    page.fill("#id_code", totp(secret, time.time() - 3600))
    me.presses("登录", "Sign in")
    page.locator("main .error").first.wait_for()
    give_code(me, secret, ("登录", "Sign in"))
    page.wait_for_url("**/desk/")
    me.presses("退出", "Sign out", inside="header.top")
    page.locator("header.top").get_by_role("link", name=me.says("登录", "Sign in")).wait_for()

    me.goes("account/login/")
    page.locator('main a[href*="/password/reset/"]').click()
    page.fill("#id_email", address)
    me.presses("发送链接", "Send the link")
    me.heads("请查收邮件", "Please check your mail")
    page.goto(last_link(portal, address, "/password/reset/key/"))
    page.fill("#id_password1", PASSWORD[::-1])
    page.fill("#id_password2", PASSWORD[::-1])
    me.presses("保存新密码", "Save the new password")
    me.heads("密码已更改", "Your password was changed")
    me.signs_in(address, PASSWORD[::-1])
    page.fill("#id_code", recovery[0])
    me.presses("登录", "Sign in")
    page.wait_for_url("**/desk/")


# 3 · a need, its owner and an editor


def write_need(me: Reader, title: str) -> str:
    """Write a need with the clinic's advice until the draft has saved itself; return its key."""
    page = me.page
    side = me.language
    me.goes("new/need/")
    page.fill(f"#f-title-{side}", title)
    page.fill(f"#f-problem-{side}", me.says("天线罩敲击检查漏检多", "Tapping radomes by hand misses flaws"))
    advice = page.locator(".advices .advice")
    advice.first.wait_for()
    meter = page.locator("#completeness meter")
    meter.wait_for()
    first = int(meter.get_attribute("value"))
    page.fill(
        f"#f-wanted_outcome-{side}",
        me.says("每件十分钟内测完，漏检率不高于2%", "Each tested within 10 minutes, at most 2 % missed"),
    )
    page.fill(f"#f-current_method-{side}", me.says("人工敲击，漏检率约12%", "By hand; about 12 % missed"))
    page.fill(f"#f-conditions-0-text-{side}", me.says("漏检率不高于2%", "At most 2 % missed"))
    page.check("#f-fields-new-materials")
    page.locator("#f-fields-new-materials").blur()
    wait_until(
        lambda: int(page.locator("#completeness meter").get_attribute("value")) > first,
        "the completeness rises",
    )
    page.locator("#saved").get_by_text(me.says("已保存", "Saved")).wait_for()
    key = page.locator('#standing input[name="key"]').get_attribute("value")
    assert re.fullmatch(r"[0-9a-z]{12}", key)
    return str(key)


@READERS
def test_a_need_is_written_returned_mended_published_revised_and_withdrawn(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    owner, editor, visitor = reader(language, width), reader(language), reader(language, width)
    word = f"radome{uuid.uuid4().hex[:8]}"
    title = owner.says(f"天线罩无损检测 {word}", f"Testing antenna radomes {word}")
    owner.signs_in("need.owner@example.org")
    key = write_need(owner, title)
    owner.fits()
    owner.presses("保存并提交审核", "Save and submit")
    owner.sees("已提交，等待编辑审核", "Submitted: an editor will look at it")

    assert visitor.goes(f"need/{key}/") == 404
    hidden = re.sub(key, "", visitor.page.locator("main").inner_text())
    assert visitor.goes("need/000000000000/") == 404
    assert visitor.page.locator("main").inner_text().replace("000000000000", "") == hidden

    editor.signs_in("organiser@example.org")
    editor.goes("queue/")
    editor.page.locator("main").get_by_role("link", name=title, exact=True).click()
    editor.page.wait_for_url(f"**/queue/{key}/")
    reason = owner.says("请写明天线罩的尺寸。", "Say how large the radomes are.")
    editor.presses("退回", "Return")
    editor.sees("退回须写明理由", "Say why: the author reads the reason")
    editor.page.fill("#reason", reason)
    editor.presses("退回", "Return")
    editor.sees("已退回，并通知作者", "Returned; its author is told")

    owner.goes("desk/")
    owner.fits()
    first = owner.page.locator("section tbody tr").first
    assert title in first.inner_text()
    assert reason in first.inner_text()
    first.get_by_role("link", name=owner.says("按意见修改", "Mend it")).click()
    owner.page.wait_for_url("**/edit/")
    side = owner.language
    size = owner.says("直径一点八米", "The radomes are 1.8 m across")
    owner.page.fill(f"#f-summary-{side}", size)
    owner.presses("保存并提交审核", "Save and submit")
    owner.sees("已提交，等待编辑审核", "Submitted: an editor will look at it")

    editor.goes(f"queue/{key}/")
    editor.page.get_by_text(size).first.wait_for()
    editor.presses("发布", "Publish")
    editor.sees("已发布。", "Published.")

    def found() -> bool:
        visitor.goes(f"catalogue/?q={word}")
        return visitor.page.locator(f'ol.rows a[href$="/need/{key}/"]').count() == 1

    wait_until(found, "the need is found")
    visitor.page.locator(f'ol.rows a[href$="/need/{key}/"]').click()
    visitor.heads(title, title)
    visitor.page.get_by_text(size).first.wait_for()

    owner.goes(f"need/{key}/edit/")
    method = owner.says("激光敲击并用，漏检率约9%", "Laser tapping as well; about 9 % missed")
    owner.page.fill(f"#f-current_method-{side}", method)
    note = owner.says("现有做法变了", "The way we do it changed")
    owner.page.fill("#f-note", note)
    owner.presses("提交修订", "Send the revision")
    owner.sees("修订已提交", "The revision was sent to an editor")
    visitor.page.reload()
    assert visitor.page.get_by_text(method).count() == 0
    editor.goes(f"queue/{key}/")
    editor.page.get_by_text(note).wait_for()
    editor.page.locator("ins").first.wait_for()
    editor.presses("采用修订", "Accept the revision")
    editor.sees("已发布。", "Published.")
    visitor.page.reload()
    visitor.page.get_by_text(method).first.wait_for()
    assert visitor.goes(f"need/{key}/history/") == 200
    visitor.fits()
    visitor.page.locator("ins").first.wait_for()
    assert visitor.page.get_by_text(reason).count() == 0

    owner.goes(f"need/{key}/edit/")
    owner.page.locator(f'a[href*="/need/{key}/move/"]').click()
    owner.page.fill("#reason", owner.says("已自行解决", "We solved it ourselves"))
    owner.presses("撤下", "Withdraw")
    owner.page.wait_for_url("**/desk/")
    wait_until(lambda: not found(), "the need is no longer found")
    assert visitor.goes(f"need/{key}/") == 404
    assert re.sub(key, "", visitor.page.locator("main").inner_text()) == hidden
    assert visitor.goes(f"need/{key}/history/") == 404


# 4 · two people, one draft


@READERS
def test_two_people_edit_one_draft(reader: Callable[..., Reader], language: str, width: int) -> None:
    first, second = reader(language, width), reader(language, width)
    first.signs_in("need.owner@example.org")
    second.signs_in("need.owner@example.org")
    side = first.language
    first.goes("new/need/")
    first.page.fill(f"#f-title-{side}", f"Shared {uuid.uuid4().hex[:8]}")
    first.presses("保存草稿", "Save draft")
    first.page.wait_for_url("**/edit/")
    path = first.page.url.partition(f"/{language}/")[2]
    second.goes(path)
    field = f"#f-problem-{side}"
    first.page.fill(field, "What the first one wrote")
    first.presses("保存草稿", "Save draft")
    first.sees("草稿已保存", "The draft was saved")
    second.page.fill(field, "What the second one wrote")
    second.page.locator(field).blur()
    second.page.locator("#saved").get_by_text(
        second.says("他人已修改", "somebody else changed it")
    ).wait_for()
    second.presses("保存草稿", "Save draft")
    second.heads("他人已先保存", "Somebody saved first")
    diff = second.page.locator("main").inner_text()
    assert "first" in diff
    assert "second" in diff
    first.page.reload()
    assert first.page.input_value(field) == "What the first one wrote"
    second.presses("以我的为准", "Keep mine")
    second.sees("草稿已保存", "The draft was saved")
    assert second.page.input_value(field) == "What the second one wrote"
    first.page.reload()
    assert first.page.input_value(field) == "What the second one wrote"


# 5 · news of a search


@READERS
def test_a_saved_search_tells_its_news(
    reader: Callable[..., Reader], portal: Any, language: str, width: int
) -> None:
    me, editor, stranger = reader(language, width), reader(language), reader(language, width)
    address, word = new_address(), f"nacelle{uuid.uuid4().hex[:8]}"
    sign_up(me, portal, address, "Example Follower")
    me.goes("catalogue/?kind=offer")
    me.follows("保存这次检索", "Save this search")
    name = me.says("新的成果", "New offers")
    me.page.fill("#new-name", name)
    me.page.select_option("#new-every", "day")
    me.presses("保存", "Save")
    me.page.get_by_role("link", name=name, exact=True).wait_for()
    me.fits()
    feed = me.page.get_by_role("link", name=me.says("订阅 Atom", "Atom feed")).get_attribute("href")

    editor.signs_in("offerer@example.org")
    editor.goes("new/offer/")
    title = f"Example blade cover {word}"
    editor.page.fill("#f-title-en", title)
    editor.page.fill("#f-summary-en", "A cover.")
    editor.page.check("#f-fields-new-materials")
    editor.presses("保存并提交审核", "Save and submit")
    editor.sees("已提交，等待编辑审核", "Submitted: an editor will look at it")
    editor.presses("退出", "Sign out", inside="header.top")
    editor.page.locator("header.top").get_by_role("link", name=me.says("登录", "Sign in")).wait_for()
    editor.signs_in("organiser@example.org")
    editor.goes("queue/")
    editor.page.locator("main a", has_text=word).first.click()
    editor.presses("发布", "Publish")
    editor.sees("已发布。", "Published.")

    def told() -> bool:
        answer = stranger.context.request.get(str(feed))
        assert answer.headers["content-type"].startswith("application/atom+xml")
        return word in answer.text()

    wait_until(told, "the feed has the new offer")

    moved = portal.run(
        "-c",
        f"import os; os.environ['FAIRGROUND_ADDRESS'] = '{portal.address}'\n"
        "import django; django.setup()\n"
        "from datetime import timedelta\n"
        "from django.utils import timezone\n"
        "from fairground.accounts.notices.mails import queue_notices\n"
        "from fairground.mail.services import send_due\n"
        "from fairground.publish.saved import tell_news\n"
        "tomorrow = timezone.now() + timedelta(days=1, hours=1)\n"
        "tell_news(now=tomorrow)\n"
        "queue_notices(now=tomorrow)\n"
        "send_due(now=tomorrow)",
    )
    assert (moved.returncode, moved.stderr) == (0, "")
    link = last_link(portal, address, "/offer/")
    me.page.goto(link)
    me.heads(title, title)


# 6 · an organisation's people, and one person's data


@READERS
def test_a_colleague_is_invited_and_removed(
    reader: Callable[..., Reader], portal: Any, language: str, width: int
) -> None:
    manager, colleague = reader(language, width), reader(language, width)
    address, name = new_address(), f"Example Colleague {uuid.uuid4().hex[:6]}"
    manager.signs_in("park.manager@example.org")
    manager.goes("me/")
    manager.page.locator('main a[href*="/organisations/"][href$="/people/"]').first.click()
    manager.page.wait_for_url("**/people/")
    people = manager.page.url
    manager.fits()
    manager.page.fill("#id_email", address)
    manager.presses("发出邀请", "Send the invitation")
    manager.page.locator("main").get_by_text(address).first.wait_for()

    title = f"Example yard {uuid.uuid4().hex[:8]}"
    manager.goes("new/platform/")
    manager.page.fill("#f-title-en", title)
    manager.page.select_option("#f-organisation-i", index=1)
    manager.presses("保存草稿", "Save draft")
    manager.page.wait_for_url("**/edit/")
    draft = manager.page.url.partition(f"/{language}/")[2].removesuffix("edit/")

    sign_up(colleague, portal, address, name)
    assert colleague.goes(draft) == 404
    colleague.page.goto(last_link(portal, address, "/invitations/"))
    colleague.presses("接受", "Accept")
    colleague.sees("您现在可以代表该单位", "You now act for this organisation")
    assert colleague.goes(draft) == 200
    colleague.goes("desk/")
    colleague.page.get_by_text(title).first.wait_for()

    manager.page.goto(people)
    row = manager.page.locator("form.line", has_text=name)
    row.get_by_role("button", name=re.compile(manager.says("移除", "Remove"))).click()
    wait_until(lambda: row.count() == 0, "the colleague is off the list")
    assert colleague.goes(draft) == 404
    colleague.goes("desk/")
    assert colleague.page.get_by_text(title).count() == 0


@READERS
def test_somebody_takes_their_data_and_goes(
    reader: Callable[..., Reader], portal: Any, language: str, width: int
) -> None:
    me, editor, member = reader(language, width), reader(language), reader(language, width)
    address, name = new_address(), f"Example Leaver {uuid.uuid4().hex[:6]}"
    sign_up(me, portal, address, name)
    key = write_need(me, f"Example quiet pump {uuid.uuid4().hex[:8]}")
    me.presses("保存并提交审核", "Save and submit")
    me.sees("已提交，等待编辑审核", "Submitted: an editor will look at it")
    editor.signs_in("organiser@example.org")
    editor.goes(f"queue/{key}/")
    editor.presses("发布", "Publish")
    editor.sees("已发布。", "Published.")
    editor.goes(f"need/{key}/history/")
    editor.page.get_by_text(name).first.wait_for()

    me.goes("me/privacy/")
    me.fits()
    with me.page.expect_download() as coming:
        me.follows("导出全部（JSON）", "Export everything (JSON)")
    held = json.loads(Path(coming.value.path()).read_text("utf-8"))
    assert address in json.dumps(held)
    assert key in json.dumps(held)
    me.follows("删除我的账号", "Erase my account")
    me.page.fill("#id_password", PASSWORD)
    me.page.fill("#id_confirmation", "no")
    me.presses("删除我的账号", "Erase my account")
    me.page.locator("main .error").first.wait_for()
    me.page.fill("#id_password", PASSWORD)
    me.page.fill("#id_confirmation", me.says("删除", "erase"))
    me.presses("删除我的账号", "Erase my account")
    me.heads("您的账号已删除", "Your account was erased")
    me.goes("account/login/")
    me.page.fill("#id_login", address)
    me.page.fill("#id_password", PASSWORD)
    me.presses("登录", "Sign in")
    me.page.locator("main [role=alert]").wait_for()

    member.signs_in("analyst@example.org")
    for who in (editor, member):
        assert who.goes(f"need/{key}/history/") == 200
        content = who.page.content()
        assert name not in content
        assert address not in content


# 7 · killed in the middle of it


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_: Any) -> None:
        """A redirect is the answer wanted here."""


class Writer(threading.Thread):
    """Somebody who saves one new draft after the other until told to stop, and notes what was acknowledged."""

    def __init__(self, address: str, name: str) -> None:
        super().__init__(daemon=True)
        self.named, self._address = name, address
        self.tried: list[str] = []
        self.acknowledged: list[str] = []
        self.enough = threading.Event()
        cookies = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self._opener = urllib.request.build_opener(cookies, _NoRedirect)
        self._sign_in()

    def _get(self, path: str) -> str:
        with self._opener.open(self._address + path, timeout=LIMIT_S) as answer:
            return str(answer.read().decode())

    def _post(self, path: str, token: str, **typed: str) -> int:
        body = urlencode({"csrfmiddlewaretoken": token, **typed}).encode()
        request = urllib.request.Request(self._address + path, body, {"Referer": self._address + path})
        try:
            with self._opener.open(request, timeout=LIMIT_S) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as answer:
            return int(answer.code)

    def _token(self, path: str) -> str:
        found = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', self._get(path))
        assert found
        return found.group(1)

    def _sign_in(self) -> None:
        login, consent = "/en/account/login/", "/en/me/consent/"
        typed = {"login": "need.owner@example.org", "password": DEMO_PASSWORD}
        assert self._post(login, self._token(login), **typed) == HTTPStatus.FOUND
        agreed = {"consent_terms": "on", "consent_privacy": "on"}
        with_token = self._token(consent) if "consent_terms" in self._read(consent) else ""
        assert not with_token or self._post(consent, with_token, **agreed) == HTTPStatus.FOUND
        self._form = self._token("/en/new/need/")

    def _read(self, path: str) -> str:
        try:
            return self._get(path)
        except urllib.error.HTTPError:
            return ""

    def run(self) -> None:
        """Save until it is enough; what gets no answer is not tried again."""
        while not self.enough.is_set():
            title = f"{self.named} {len(self.tried):04d}"
            self.tried.append(title)
            try:
                status = self._post("/en/new/need/", self._form, do="save", **{"title.en": title})
            except (OSError, http.client.HTTPException):
                time.sleep(0.05)
                continue
            if status == HTTPStatus.FOUND:
                self.acknowledged.append(title)


def _titles(home: Path, name: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(home / "fairground.sqlite3", timeout=30)) as database:
        rows = database.execute("SELECT title FROM accounts_record WHERE title LIKE ?", [f"%{name} %"])
        return [json.loads(title)["en"] for (title,) in rows]


def _index_equals(served: Any) -> bool:
    return bool(served.run("-m", "fairground", "index", "check").returncode == 0)


def _command_line(number: int) -> str:
    try:
        return Path(f"/proc/{number}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    except OSError:
        return ""


def _parts(served: Any, family_of: Callable[[int], list[int]]) -> dict[str, list[int]]:
    """Return the processes of a portal by what they are."""
    family = family_of(served.process.pid)
    web = [number for number in family if "gunicorn" in _command_line(number)]
    clock = [number for number in family if _command_line(number).rstrip().endswith("fairground work")]
    return {"serve": family[:1], "web": web[:1], "worker": web[1:], "clock": clock, "all": family}


def test_killed_in_the_middle_nothing_is_lost_or_doubled(
    portal_maker: Callable[[], Any], family_of: Callable[[int], list[int]]
) -> None:
    served = portal_maker()
    starts = [served.start()]
    written: list[Writer] = []
    for victim in ("worker", "clock", "serve", "all"):
        writer = Writer(served.address, f"Killed {victim}")
        written.append(writer)
        writer.start()
        wait_until(lambda one=writer: len(one.acknowledged) >= 5, "five drafts are saved")
        parts = _parts(served, family_of)
        for number in parts[victim][:1] if victim == "worker" else reversed(parts[victim]):
            os.kill(number, signal.SIGKILL)
        if victim in ("worker", "clock"):
            before = len(writer.acknowledged)
            wait_until(
                lambda one=writer, before=before: len(one.acknowledged) > before + 10, "saving goes on"
            )
        else:
            served.process.wait(timeout=LIMIT_S)
            wait_until(lambda parts=parts: not any(map(_command_line, parts["all"])), "no part is left")
        writer.enough.set()
        writer.join(LIMIT_S)
        if victim == "clock":
            wait_until(lambda: _parts(served, family_of)["clock"], "there is a clock again")
        elif victim != "worker":
            starts.append(served.start())
        wait_until(lambda: _index_equals(served), "the index equals the database")
        for one in written:
            standing = _titles(served.home, one.named)
            assert sorted(standing) == sorted(set(standing)), "a save was doubled"
            assert set(one.acknowledged) <= set(standing) <= set(one.tried), "a save was lost"
    sys.stdout.write(
        f"first start {starts[0]:.1f} s, later ones {', '.join(f'{s:.1f}' for s in starts[1:])} s\n"
    )
    assert min(starts[1:]) < 30
