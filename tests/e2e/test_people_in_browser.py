"""A person signs up, confirms, signs in and manages an organisation, in a real browser; axe on every page."""

import os
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import caches

from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Hub, Organisation, RoleAssignment, User
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PASSWORD = "a long enough pass phrase"
SHOTS = os.environ.get("FAIRGROUND_SCREENSHOTS", "")  # a folder: pictures of every page, to be looked at

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"),
]

VISITOR_PAGES = (
    "account/login/",
    "account/signup/",
    "account/password/reset/",
    "texts/privacy/1/",
    "invitations/x/",
)
OWN_PAGES = (
    "me/", "me/privacy/", "me/privacy/?part=organisations", "me/privacy/erase/", "account/password/change/",
    "account/email/", "account/2fa/", "account/2fa/totp/activate/", "account/logout/", "organisations/new/",
    "organisations/merge/", "people/", "people/{person}/", "organisations/{organisation}/people/",
    "organisations/{organisation}/join/",
)  # fmt: skip


@pytest.fixture
def browser(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    # Playwright's loop runs in this thread; the tests' own queries are no part of it.
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
    caches["default"].clear()
    caches["limits"].clear()
    with sync_api.sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture
def portal(live_server: Any) -> str:
    forget_hubs()
    Hub.objects.create(
        code="example", name=LocalText("示例创新枢纽", "Example innovation hub"), demonstration=True
    )
    yield live_server.url
    forget_hubs()


def _page(browser: Any, portal: str, width: int = 1280, state: Any = None) -> Any:
    context = browser.new_context(viewport={"width": width, "height": 900}, storage_state=state)
    page = context.new_page()
    page.faults = []
    page.on("console", lambda message: page.faults.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: page.faults.append(str(error)))
    return page


def _sign_up(page: Any, portal: str) -> User:
    page.goto(f"{portal}/zh/account/signup/")
    page.fill("#id_email", "member@example.org")
    page.fill("#id_name", "示例·陈")
    page.fill("#id_password1", PASSWORD)
    page.fill("#id_password2", PASSWORD)
    page.check("#id_consent_terms")
    page.check("#id_consent_privacy")
    page.get_by_role("button", name="注册").click()
    page.get_by_role("heading", name="请查收邮件").wait_for()
    link = re.search(r"http://\S+", Outbox.objects.get().text)
    assert link
    page.goto(link.group(0))
    page.get_by_role("button", name="确认").click()
    # Who confirms where they signed up is signed in at once; signing in by hand is looked at here too.
    page.get_by_role("button", name="退出").wait_for()
    page.context.clear_cookies()
    return User.objects.get(email="member@example.org")


def _sign_in(page: Any, portal: str, onward: str) -> None:
    page.goto(f"{portal}/zh/account/login/?next={onward}")
    page.fill("#id_login", "member@example.org")
    page.fill("#id_password", PASSWORD)
    page.locator("main").get_by_role("button", name="登录").click()
    page.wait_for_url(f"**{onward}")


def test_a_person_signs_up_and_manages_an_organisation(browser: Any, portal: str) -> None:
    page = _page(browser, portal)
    user = _sign_up(page, portal)
    _sign_in(page, portal, "/zh/organisations/new/")
    page.fill("#id_title_zh", "示例·新材料研究所")
    page.fill("#id_uscc", "123")
    page.get_by_role("button", name="建立草稿").click()
    assert "18位" in page.locator(".field.wrong").inner_text().replace(" ", "")
    assert page.input_value("#id_title_zh") == "示例·新材料研究所"
    page.fill("#id_uscc", "")
    page.get_by_role("button", name="建立草稿").click()
    page.get_by_role("heading", name="示例·新材料研究所").wait_for()
    page.fill("#id_email", "colleague@example.org")
    page.get_by_role("button", name="发出邀请").click()
    page.get_by_text("邀请已发出").wait_for()

    assert Organisation.objects.get().memberships.get().user_id == user.pk
    assert Outbox.objects.filter(to="colleague@example.org").count() == 1
    assert page.faults == []


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_axe_finds_nothing_and_nothing_sticks_out(
    browser: Any, portal: str, language: str, width: int
) -> None:
    carrier = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    axe = Path(carrier.__file__).with_name("axe.min.js").read_text(encoding="utf-8")
    page = _page(browser, portal, width)
    user = _sign_up(page, portal)
    hub = Hub.objects.get()
    RoleAssignment.objects.create(
        user=user, hub=hub, role="administrator", since=datetime(2020, 1, 1, tzinfo=UTC)
    )
    organisation = Organisation.objects.create(
        hub=hub, kind="organisation", state="published",
        title=LocalText("示例·先进材料联合研究院", "Example Joint Institute of Advanced Materials"),
    )  # fmt: skip
    organisation.memberships.create(user=user, is_manager=True, since=datetime(2024, 4, 25, tzinfo=UTC))
    organisation.invitations.create(
        email="colleague@example.org", created_at=datetime(2024, 4, 25, tzinfo=UTC)
    )
    found: dict[str, Any] = {}

    def look_at(path: str) -> None:
        page.goto(f"{portal}/{language}/{path.format(person=user.pk, organisation=organisation.key)}")
        if SHOTS:
            name = re.sub(r"\W+", "-", path).strip("-")
            page.screenshot(path=f"{SHOTS}/{name}-{language}-{width}.png", full_page=True)
        # Given to the debugger and not to the page: its policy runs no script of ours either.
        page.evaluate(axe)
        result = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        faults = [f"{fault['id']}: {fault['nodes'][0]['html'][:200]}" for fault in result["violations"]]
        if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            faults.append("sticks out")
        if faults:
            found[path] = faults

    for path in VISITOR_PAGES:
        look_at(path)
    _sign_in(page, portal, f"/{language}/me/")
    page.goto(f"{portal}/{language}/account/reauthenticate/")
    page.fill("#id_password", PASSWORD)
    page.locator("main").get_by_role("button").first.click()
    for path in OWN_PAGES:
        look_at(path)
    assert found == {}
    assert [fault for fault in page.faults if "410" not in fault] == []
