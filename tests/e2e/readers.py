"""Somebody at a browser: what the journeys through the portal are walked with."""

import email
import email.policy
import re
import shutil
import time
from collections.abc import Callable
from email.message import EmailMessage
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
# What every module of journeys is marked with.
IN_BROWSER = [
    pytest.mark.e2e,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine (apt-get install chromium)"),
]
# The map is drawn by software: there may be no graphics card here.
FLAGS = [
    *("--no-sandbox", "--no-first-run", "--disable-background-networking"),
    *("--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"),
]
LIMIT_S = 90  # for one thing to happen on a machine on which much else runs
DEMO_PASSWORD = "fairground-demo"
PHONE = 390
# Both languages, one of them on a phone; the pages' own tests look at every width.
READERS = pytest.mark.parametrize(
    ("language", "width"), [pytest.param("zh", 1280, id="zh"), pytest.param("en", PHONE, id="en-phone")]
)


class Reader:
    """Somebody with a browser of their own, who reads in one language."""

    def __init__(self, browser: Any, address: str, language: str, width: int, *, javascript: bool) -> None:
        self.context = browser.new_context(
            viewport={"width": width, "height": 800},
            java_script_enabled=javascript,
            base_url=address,
            accept_downloads=True,
        )
        self.context.set_default_timeout(LIMIT_S * 1000)
        self.page = self.context.new_page()
        self.language, self.width, self.address = language, width, address
        self.faults: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("response", self._look_at)

    def _hear(self, message: Any) -> None:
        # A refused form is told with 4xx, and Chromium writes every such answer down as an error.
        if message.type == "error" and "the server responded with a status of 4" not in message.text:
            self.faults.append(message.text)

    def _look_at(self, response: Any) -> None:
        if response.status >= 500:
            self.faults.append(f"{response.status} {response.url}")

    def says(self, zh: str, en: str) -> str:
        """Return the words in this reader's language."""
        return zh if self.language == "zh" else en

    def goes(self, path: str) -> int:
        """Open a page of the portal, given without its language; return the status."""
        return int(self.page.goto(f"/{self.language}/{path}").status)

    def presses(self, zh: str, en: str, *, inside: str = "main") -> None:
        """Press a button."""
        self.page.locator(inside).get_by_role("button", name=self.says(zh, en), exact=True).first.click()

    def follows(self, zh: str, en: str, *, inside: str = "main") -> None:
        """Follow a link."""
        self.page.locator(inside).get_by_role("link", name=self.says(zh, en), exact=True).first.click()

    def sees(self, zh: str, en: str) -> None:
        """Wait for words on the page."""
        self.page.get_by_text(self.says(zh, en)).first.wait_for()

    def heads(self, zh: str, en: str) -> None:
        """Wait for a heading; nothing on the page runs off its side."""
        self.page.get_by_role("heading", name=self.says(zh, en)).first.wait_for()
        self.fits()

    def fits(self) -> None:
        """Nothing runs off the side of the page."""
        if self.page.context.pages and self.javascript():
            assert self.page.evaluate("document.documentElement.scrollWidth") <= self.width, self.page.url

    def javascript(self) -> bool:
        """Tell whether scripts run here."""
        return bool(self.page.evaluate("1") == 1)

    def signs_in(self, email_address: str, password: str = DEMO_PASSWORD) -> None:
        """Sign in; without a second factor one is then at one's desk."""
        self.goes("account/login/")
        self.page.fill("#id_login", email_address)
        self.page.fill("#id_password", password)
        self.presses("登录", "Sign in")
        self.page.wait_for_url(re.compile(r"/(desk|me/consent|account/2fa/authenticate)/"))
        if "/me/consent/" in self.page.url:
            self.page.check("#id_consent_terms")
            self.page.check("#id_consent_privacy")
            self.presses("同意并继续", "Agree and go on")
            self.page.wait_for_url("**/desk/")


def wait_until(is_so: Callable[[], object], what: str, *, within_s: float = LIMIT_S) -> None:
    until = time.monotonic() + within_s
    while not is_so():
        assert time.monotonic() < until, f"waited {within_s} s in vain until {what}"
        time.sleep(0.1)


def mails_to(portal: Any, address: str) -> list[EmailMessage]:
    """Return what was sent to an address, oldest first."""
    found = []
    for path in sorted((portal.home / "mail").glob("*"), key=lambda one: one.stat().st_mtime_ns):
        for text in re.split(rb"(?m)^-{79}\n", path.read_bytes()):
            mail = email.message_from_bytes(text, policy=email.policy.default)
            if isinstance(mail, EmailMessage) and mail["To"] == address:
                found.append(mail)
    return found
