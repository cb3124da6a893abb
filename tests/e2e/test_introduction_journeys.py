"""From a match to both sides' yes in a real browser: two who do not suit, two who do, the broker, a printed list."""

import json
import re
import shutil
import subprocess
from collections.abc import Callable
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from tests.e2e.readers import IN_BROWSER, READERS, Reader, mails_to, wait_until

pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
pytestmark = IN_BROWSER

# Published by a process of the portal, as an import does, and matched by its clock.
PUBLISH = """
import json, sys
import django; django.setup()
from django.utils import timezone
from fairground.accounts.actors import system
from fairground.accounts.models import Hub, OrganisationMembership
from fairground.accounts.services import add_record
keys = {}
for name, owner, kind, values in json.loads(sys.argv[1]):
    # What somebody represents from the start; the demonstration lets a few people stand for more.
    firm = OrganisationMembership.objects.filter(user__email=owner).order_by("pk").first().organisation
    values["organisation"] = firm.key
    hub = Hub.objects.get().pk
    record = add_record(actor=system(hub), kind_code=kind, values=values, now=timezone.now(), publish=True)
    keys[name] = record.key
print(json.dumps(keys))
"""
NEED = {
    "title": {"zh": "天线罩无损检测 {who}", "en": "Testing antenna radomes {who}"},
    "problem": {"zh": "天线罩靠人工敲击检查，漏检多", "en": "Tapping radomes by hand misses flaws"},
    "conditions": [{"text": {"zh": "漏检率不高于2%", "en": "At most 2 % of flaws missed"}}],
}
OFFER = {
    "title": {"zh": "太赫兹天线罩检测仪 {who}", "en": "Terahertz tester for antenna radomes {who}"},
    "summary": {
        "zh": "对天线罩做太赫兹无损检测，漏检率1.5%",
        "en": "Tests antenna radomes with terahertz waves; 1.5 % of flaws missed",
    },
}
SECRETS = {
    "export_restriction": "出口须经许可 / export needs a licence",
    "protected_detail": {"zh": "工艺要点：频率 0.3 THz", "en": "Know-how: a frequency of 0.3 THz"},
    "contact": {"name": "示例·检", "email": "radomes@example.org", "telephone": "+86 10 5550 0188"},
}
SECRET_WORDS = ("0.3 THz", "radomes@example.org", "5550 0188", "第三排", "bench.csv")
TABLE = "sample,missed\nA-1,1.5 %\n"


@pytest.fixture(scope="module")
def pairs(portal: Any) -> dict[str, str]:
    """The keys of a need and an offer for each journey in each language: 'decline zh need' and so on."""
    records = []
    for story, owner, offerer, more in (
        ("decline", "need.owner", "offerer", {}),
        ("agree", "park.manager", "member", SECRETS),
    ):
        for language in ("zh", "en"):
            who = f"{story} {language}"
            need = json.loads(json.dumps(NEED).replace("{who}", who))
            offer = json.loads(json.dumps(OFFER).replace("{who}", who)) | more
            records += [
                (f"{who} need", f"{owner}@example.org", "need", need),
                (f"{who} offer", f"{offerer}@example.org", "offer", offer),
            ]
    published = portal.run("-c", PUBLISH, json.dumps(records))
    assert published.returncode == 0, published.stderr
    keys: dict[str, str] = json.loads(published.stdout)
    return keys


def other_language(language: str) -> str:
    return "en" if language == "zh" else "zh"


def asks_from_a_match(asker: Reader, pairs: dict[str, str], who: str) -> None:
    """Go from the panel on a need's page over all its matches to the page that asks, with that need chosen."""
    page, need, offer = asker.page, pairs[f"{who} need"], pairs[f"{who} offer"]

    def matched() -> bool:
        asker.goes(f"need/{need}/")
        return page.locator(f'article.match a[href$="/offer/{offer}/"]').count() > 0

    wait_until(matched, "the clock has matched the need")
    asker.fits()
    asker.follows("全部对接与理由", "All matches, with reasons")
    page.wait_for_url(f"**/matches/need/{need}/")
    asker.fits()
    pair = page.locator("article.match", has=page.locator(f'a[href$="/offer/{offer}/"]'))
    pair.locator("td.verdict").first.wait_for()
    pair.get_by_role("link", name=asker.says("引荐", "Introduce"), exact=True).click()
    page.wait_for_url(f"**/introductions/ask/offer/{offer}/?with={need}")
    assert page.locator(f'input[name="own"][value="{need}"]').is_checked()
    asker.fits()


def key_of(reader: Reader) -> str:
    """Return the key of the introduction whose page is open."""
    found = re.search(r"/introductions/([0-9a-z]{12})/", reader.page.url)
    assert found
    return found.group(1)


@READERS
def test_one_declines_and_the_other_reads_it_kindly(
    reader: Callable[..., Reader], portal: Any, pairs: dict[str, str], language: str, width: int
) -> None:
    asker, answerer = reader(language, width), reader(other_language(language))
    who, remark = f"decline {language}", "价格虚高，别再理他们 overpriced, ignore them"
    asker.signs_in("need.owner@example.org")
    asks_from_a_match(asker, pairs, who)
    message = asker.says("想请贵方先测两件样品。", "Could you test two samples first?")
    asker.page.fill("#message", message)
    asker.presses("发出申请", "Send")
    asker.sees("已发出。对方同意后", "Sent. Once they say yes")
    asker.fits()
    key = key_of(asker)

    answerer.signs_in("offerer@example.org")
    answerer.goes("desk/")
    answerer.sees("待您答复：", "Waiting for you: ")
    answerer.follows("我的引荐", "My introductions")
    answerer.page.locator(f'main a[href$="/introductions/{key}/"]').click()
    answerer.sees("您愿意谈谈吗？", "Would you like to talk?")
    answerer.page.get_by_text(message).wait_for()
    assert "need.owner@example.org" not in answerer.page.content()
    answerer.follows("婉拒", "Decline")
    answerer.heads("婉拒", "Decline")
    answerer.page.get_by_role("radio", name=answerer.says("时间或预算", "Timing or budget")).check()
    answerer.page.fill("#remark", remark)
    answerer.presses("婉拒", "Decline")
    answerer.sees("已婉拒，对方会收到一句客气的话", "Declined; the other side is told in kind words")
    answerer.goes(f"introductions/{key}/")
    answerer.page.get_by_text(remark).wait_for()

    kindly = ("过一段时间可以再问", "Asking again later is welcome")
    asker.goes("me/notices/")
    asker.sees(*kindly)
    asker.fits()
    read = asker.page.content()
    asker.goes(f"introductions/{key}/")
    asker.heads("这次不合适", "Not this time")
    asker.sees(*kindly)
    read += asker.page.content()
    told: list[str] = []

    def mailed() -> bool:
        # Other mails to them carry calendar files.
        texts = [mail.get_body(("plain",)) for mail in mails_to(portal, "need.owner@example.org")]
        told[:] = [text.get_content() for text in texts if text is not None]
        return any(kindly[0] in text or kindly[1] in text for text in told)

    wait_until(mailed, "the mail came")
    for word in ("价格虚高", "overpriced", "offerer@example.org"):
        assert word not in read
        assert not any(word in text for text in told)


@READERS
def test_two_say_yes_and_a_third_sees_nothing(
    reader: Callable[..., Reader], pairs: dict[str, str], language: str, width: int
) -> None:
    asker, answerer = reader(language, width), reader(other_language(language))
    who = f"agree {language}"
    offer = f"offer/{pairs[f'{who} offer']}/"
    asker.signs_in("park.manager@example.org")
    asks_from_a_match(asker, pairs, who)
    page = asker.page
    page.fill("#message", asker.says("请带上检测数据。", "Please bring test figures."))
    asker.presses("发出申请", "Send")
    asker.sees("请先核对有关规定，勾选确认后再继续", "check the rules that apply, tick the box")
    page.check('input[name="confirmed"]')
    page.get_by_text(asker.says("阅读保密约定", "Read the agreement")).click()
    asker.sees("只供评估这次合作使用", "for judging this co-operation and for nothing else")
    asker.fits()
    page.check('input[name="agreement"]')
    asker.presses("发出申请", "Send")
    asker.sees("已发出。对方同意后", "Sent. Once they say yes")
    key = key_of(asker)
    asker.goes(offer)
    assert not any(word in page.content() for word in SECRET_WORDS)

    answerer.signs_in("member@example.org")
    answerer.goes(f"introductions/{key}/")
    answerer.presses("同意", "Say yes")
    assert answerer.page.locator('input[name="confirmed"]:invalid').count() == 1, (
        "nothing is confirmed unseen"
    )
    answerer.page.check('input[name="confirmed"]')
    answerer.presses("同意", "Say yes")
    answerer.sees("双方都已同意，联系方式在下方", "Both sides said yes: how to reach each other stands below")
    answerer.page.locator("#contacts").get_by_text("park.manager@example.org").wait_for()
    answerer.fits()

    asker.goes(f"introductions/{key}/")
    for contact in ("member@example.org", "radomes@example.org", "+86 10 5550 0188"):
        page.locator("#contacts").get_by_text(contact).wait_for()
    asker.follows("阅读对方的保密内容", "Read their protected detail")
    page.wait_for_url(f"**/{offer}")
    asker.sees("频率 0.3 THz", "a frequency of 0.3 THz")
    asker.fits()

    asker.goes(f"introductions/{key}/")
    page.fill("#text", "样品在第三排货架。The samples are on the third shelf.")
    page.set_input_files("#files", {"name": "bench.csv", "mimeType": "text/csv", "buffer": TABLE.encode()})
    asker.presses("发送", "Send")
    page.locator("#thread").get_by_text("第三排").wait_for()
    asker.fits()
    answerer.page.reload()
    answerer.page.locator("#thread").get_by_text("第三排").wait_for()
    link = answerer.page.locator("#thread").get_by_role("link", name="bench.csv")
    file = str(link.get_attribute("href"))
    with answerer.page.expect_download() as coming:
        link.click()
    assert Path(coming.value.path()).read_text("utf-8") == TABLE

    for account in ("investor@example.org", "broker@example.org", "administrator@example.org"):
        third = reader(language, width)
        third.signs_in(account)
        assert third.goes(f"introductions/{key}/") == 404
        assert third.context.request.get(file).status == 404
        third.goes("introductions/")
        assert key not in third.page.content()
        assert third.goes(offer) == 200
        assert not any(word in third.page.content() for word in SECRET_WORDS)
    visitor = reader(language, width)
    visitor.goes(f"introductions/{key}/")
    assert "/account/login/" in visitor.page.url
    assert visitor.goes(offer) == 200
    assert not any(word in visitor.page.content() for word in SECRET_WORDS)


# What the two of the demonstration wrote, and how they are reached: the broker sees neither.
THREAD_WORDS = ("900公斤", "余高和节拍", "offerer@example.org", "need.owner@example.org")


@READERS
def test_the_broker_sees_it_all_with_the_keyboard(
    reader: Callable[..., Reader], language: str, width: int
) -> None:
    me = reader(language, width)
    page = me.page
    me.signs_in("broker@example.org")
    me.goes("desk/")
    me.follows("进入经理人工作台", "Go to the broker’s desk")
    me.heads("经理人工作台", "Broker’s desk")
    rows = page.locator("table[data-broker] tbody tr")
    assert rows.count() == int(page.locator("header data").inner_text()) >= 5
    agreed = rows.filter(has_text=me.says("铸件免示教打磨机器人", "Teach-free grinding robot for castings"))
    said = agreed.inner_text()
    for words in (
        me.says("示例·砺石轴承厂", "Example Whetstone Bearing Works"),
        me.says("双方已同意", "Both said yes"),
        me.says("建议约见", "Suggest a meeting"),
    ):
        assert words in said
    waiting = rows.filter(
        has_text=me.says("示例·砚磐集成电路验证平台", "Example Yanpan Chip Verification Platform")
    )
    assert me.says("提醒", "Remind") in waiting.inner_text()
    assert me.says("示例·莲池畔园区服务中心", "Example Lotus Bank Park Services") in waiting.inner_text()

    links = [str(link.get_attribute("href")) for link in rows.locator("a.opens").all()]

    def chosen() -> str:
        return str(page.evaluate("document.activeElement.getAttribute('href')"))

    for pressed, wanted in (("j", 0), ("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(pressed)
        assert chosen() == links[wanted], f"after {pressed}"
    page.keyboard.press("Enter")
    page.wait_for_url(f"**{links[1]}")
    me.fits()
    page.go_back()
    agreed.locator("a.opens").click()
    me.heads("经过", "What happened")
    me.sees("双方都已来信，可以约见了", "Both sides wrote: it is time to meet")
    assert not any(word in page.content() for word in THREAD_WORDS)

    me.goes("broker/")
    reached = [int(value.get_attribute("value")) for value in page.locator("ol.funnel data").all()]
    assert reached == sorted(reached, reverse=True)
    assert reached[0] >= 10
    me.follows("按月份和领域", "By month and field")
    me.heads("引荐漏斗", "Funnel of introductions")
    page.select_option('[name="by"]', "field")
    page.wait_for_url("**by=field**")
    me.heads("新材料", "New materials")
    with page.expect_download() as coming:
        me.follows("下载 csv", "Download csv")
    assert coming.value.suggested_filename == "funnel-90-days-field.csv"


@READERS
def test_the_broker_needs_no_scripts(reader: Callable[..., Reader], language: str, width: int) -> None:
    me = reader(language, width, javascript=False)
    page = me.page
    me.signs_in("broker@example.org")
    me.goes("broker/")
    rows = page.locator("table[data-broker] tbody tr")
    before = rows.count()
    assert page.locator(".keys").is_hidden()
    if page.locator('[name="state"]').is_hidden():  # on a phone the filters are folded
        page.locator("details.fold > summary").click()
    page.select_option('[name="state"]', "agreed")
    me.presses("显示", "Show")
    page.wait_for_url("**state=agreed**")
    assert 0 < rows.count() < before
    rows.locator("a.opens").last.click()
    page.fill("#note", note := me.says("下周打电话。", "Ring them next week."))
    me.presses("记下", "Note")
    page.locator("#notes").get_by_text(note).first.wait_for()
    page.locator("#notes li", has_text=note).get_by_role(
        "button", name=me.says("删去", "Delete")
    ).first.click()
    me.sees("已删去。", "Deleted.")
    me.goes("broker/")
    me.follows("按月份和领域", "By month and field")
    page.select_option('[name="days"]', "0")
    me.presses("显示", "Show")
    page.wait_for_url("**days=0**")
    me.sees("互有来信", "Both wrote")


@READERS
def test_a_list_is_made_reviewed_published_and_downloaded(
    reader: Callable[..., Reader], tmp_path: Path, language: str, width: int
) -> None:
    organiser, editor, visitor = (
        reader(language, width),
        reader(other_language(language)),
        reader(language, width),
    )
    page = organiser.page
    titles = {"zh": f"京冀新材料清单·{language}", "en": f"New materials of two regions, {language}"}
    title = titles[language]
    organiser.signs_in("organiser@example.org")
    organiser.goes("lists/")
    organiser.follows("编制清单", "Make a list")
    page.check('[name="supply"][value="110000"]')
    page.check('[name="demand"][value="130000"]')
    page.check('[name="fields_wanted"][value="new-materials"]')
    for side, text in titles.items():
        page.fill(f'[name="title_{side}"]', text)
    organiser.presses("统计条数", "Count the entries")
    counted = page.locator("#counts").inner_text()
    assert title in counted
    organiser.fits()
    organiser.presses("编制", "Make it")
    page.wait_for_url("**/lists/*/1/")
    organiser.fits()
    numbers = page.locator("dl.list-tally dd").all_inner_texts()
    assert re.findall(r"\d+", counted.partition(title)[2])[:2] == numbers[:2]
    address = page.url.partition(f"/{language}/")[2]
    assert visitor.goes(address) == 404
    organiser.follows("查看草稿并提交审核", "Look at the draft and submit it")
    organiser.presses("保存并提交审核", "Save and submit")
    organiser.sees("已提交，等待编辑审核", "Submitted: an editor will look at it")

    editor.signs_in("administrator@example.org")
    editor.goes("queue/")
    editor.page.locator("main").get_by_role("link", name=titles[editor.language]).first.click()
    editor.presses("发布", "Publish")
    editor.sees("已发布。", "Published.")

    visitor.goes("lists/")
    visitor.fits()
    visitor.page.get_by_role("link", name=title, exact=True).click()
    visitor.page.get_by_role("link", name=visitor.says("第 1 版", "Version 1")).click()
    visitor.page.wait_for_url(f"**/{address}")
    visitor.fits()
    visitor.page.goto(f"/zh/{address}")
    rows = visitor.page.locator("table.list-entries tbody tr", has=visitor.page.locator('a[href*="/offer/"]'))
    entry = rows.filter(has_not=visitor.page.locator(".mark-language")).first
    number, name = entry.locator("td").first.inner_text(), entry.locator("a").inner_text()
    assert re.search("[\u4e00-\u9fff]{4}", name)
    visitor.goes(address)

    book = openpyxl.load_workbook(
        BytesIO(downloaded(visitor, "工作簿（中英文）", "Workbook (Chinese and English)"))
    )
    cells = {str(cell) for sheet in book for row in sheet.iter_rows(values_only=True) for cell in row}
    assert {number, name} <= cells
    booklet = tmp_path / "booklet.pdf"
    booklet.write_bytes(downloaded(visitor, "中文版", "Chinese booklet"))
    words = words_in(booklet)
    for text in (titles["zh"], number, name, "北京市", "河北省", "新材料", "对接提示", "示例创新枢纽"):
        assert text.replace(" ", "") in words, text


def downloaded(reader: Reader, zh: str, en: str) -> bytes:
    """Return what a link of this name hands out."""
    with reader.page.expect_download() as coming:
        reader.follows(zh, en)
    return Path(coming.value.path()).read_bytes()


def words_in(booklet: Path) -> str:
    """Return the text of a PDF as a reader's program finds it, without spaces and line breaks."""
    if shutil.which("pdftotext") is None:
        pytest.skip("no pdftotext on this machine (apt-get install poppler-utils)")
    said = subprocess.run(["pdftotext", str(booklet), "-"], capture_output=True, check=True, text=True)
    return "".join(said.stdout.split()).replace("\u200b", "")
