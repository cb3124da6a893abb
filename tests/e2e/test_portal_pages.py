"""Every main page of the portal in a browser: both languages, phone and desk, light and dark, axe, without scripts."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

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
PASSWORD = "fairground-demo"

# Axe takes seconds a page: each meets it twice, once in either language, once on a phone, once in the dark.
READERS = (("zh", 1280, "light", 390), ("en", 390, "dark", 1280))
OTHERS = (("zh", 390, "light", 1280), ("en", 1280, "dark", 390))
KINDS = (
    "offer", "need", "platform", "facility", "dataset", "tool", "scenario", "organisation", "person", "publication",
    "session", "exhibit", "edition",
)  # fmt: skip
# Page name → who reads it ('' a visitor) and its address behind the language; {kind} stands for the key of one.
PAGES: dict[str, tuple[str, str]] = {
    "home": ("", ""),
    "catalogue": ("", "catalogue/"),
    "catalogue found": ("", "catalogue/?q=laser"),
    "catalogue filtered": ("", "catalogue/?kind=platform&zone=zhongguancun&field=new-materials"),
    "catalogue nothing": ("", "catalogue/?q=xyzzyplugh"),
    "catalogue second page": ("", "catalogue/?page=2"),
    "ask first": ("", "ask/"),
    "ask": ("", "ask/?q=Labs+in+Hebei+with+a+pilot+line+for+new+materials"),
    "ask nothing": ("", "ask/?q=xyzzyplugh+in+Hebei"),
    **{kind: ("", f"{kind}/{{{kind}}}/") for kind in KINDS},
    "about": ("", "about/"),
    "two lists": ("", "match/"),
    "sign in": ("", "account/login/"),
    "sign up": ("", "account/signup/"),
    "forgotten password": ("", "account/password/reset/"),
    "no such page": ("", "catalogue/none/here/"),
    "desk": ("organiser", "desk/"),
    "new offer": ("organiser", "new/offer/"),
    "new need": ("offerer", "new/need/"),
    "edit": ("offerer", "offer/{draft}/edit/"),
    "preview": ("offerer", "offer/{draft}/preview/"),
    "saved": ("organiser", "saved/?q=laser&kind=offer"),
    "queue": ("organiser", "queue/"),
    "review": ("organiser", "queue/{waiting}/"),
    "history": ("organiser", "need/{need}/history/"),
    "me": ("organiser", "me/"),
    "privacy": ("organiser", "me/privacy/"),
    "second factor": ("organiser", "account/2fa/"),
    "people": ("administrator", "people/"),
}
NOT_FOUND = {"no such page"}


@pytest.fixture(scope="module")
def keys(portal: Any) -> dict[str, str]:
    """The keys of a public record of each kind (need and offer match), of a draft, and of one that waits for review."""
    with sqlite3.connect(f"file:{portal.home / 'fairground.sqlite3'}?mode=ro", uri=True) as database:
        found = dict(
            database.execute(
                "SELECT kind, max(key) FROM accounts_record WHERE state = 'published' AND visibility = 'public'"
                " GROUP BY kind"
            ).fetchall()
        )
        found["waiting"] = database.execute(
            "SELECT key FROM accounts_record WHERE state = 'in_review'"
        ).fetchone()[0]
        found["draft"] = database.execute(
            "SELECT key FROM accounts_record WHERE state = 'draft' AND kind = 'offer'"
        ).fetchone()[0]
        found["need"], found["offer"] = database.execute(
            "SELECT need.key, offer.key FROM match_match JOIN accounts_record need ON need.id = need_id"
            " JOIN accounts_record offer ON offer.id = offer_id WHERE evidence = 'enough' AND rank_for_need = 1"
            " ORDER BY score DESC LIMIT 1"
        ).fetchone()
    database.close()
    return found


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture(scope="module")
def signed_in(chromium: Any, portal: Any) -> Callable[[str], Any]:
    """Return a maker of storage states for the demonstration's accounts, by role."""

    @cache
    def sign_in(role: str) -> Any:
        context = chromium.new_context()
        page = context.new_page()
        page.goto(f"{portal.address}/en/account/login/")
        page.fill("[name=login]", f"{role}@example.org")
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/account/login/" not in url)
        if "/consent/" in page.url:
            # Nobody consents for somebody else, not even for the demonstration's people.
            for box in page.locator("main input[type=checkbox]").all():
                box.check()
            page.locator("main button.primary").click()
            page.wait_for_url(lambda url: "/consent/" not in url)
        state = context.storage_state()
        context.close()
        return state

    return sign_in


@pytest.fixture(scope="module")
def tabs(chromium: Any, signed_in: Callable[[str], Any]) -> Iterator[Any]:
    """Return a maker of tabs: one for each reader and account, used again and again."""
    opened: dict[tuple[Any, ...], Any] = {}

    def tab(width: int, scheme: str, role: str, *, scripts: bool = True) -> Any:
        key = (width, scheme, role, scripts)
        if key not in opened:
            context = chromium.new_context(
                viewport={"width": width, "height": 900},
                color_scheme=scheme,
                storage_state=signed_in(role) if role else None,
                java_script_enabled=scripts,
                reduced_motion="reduce",
            )
            opened[key] = context.new_page()
        return opened[key]

    yield tab
    for page in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    carrier = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return Path(carrier.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


@pytest.mark.parametrize("which", [0, 1], ids=["zh", "en"])
@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(name: str, which: int, portal: Any, keys: dict[str, str], tabs: Any, axe: str) -> None:
    turn = list(PAGES).index(name) % 2
    language, width, scheme, other_width = (READERS, OTHERS)[turn][which]
    role, address = PAGES[name]
    page = tabs(width, scheme, role)
    told: list[str] = []

    def listen(message: Any) -> None:
        # The browser itself notes that the page which does not exist does not exist.
        if not (name in NOT_FOUND and "404" in message.text):
            told.append(message.text)

    def fail(error: Any) -> None:
        told.append(str(error))

    page.on("console", listen)
    page.on("pageerror", fail)
    answer = page.goto(f"{portal.address}/{language}/{address.format(**keys)}")
    assert answer.status == (404 if name in NOT_FOUND else 200)
    assert page.url.startswith(f"{portal.address}/{language}/{address.format(**keys)}")
    # Run by the browser's own tools: the page's policy stays in force, and what it refuses is told on the console.
    page.evaluate(axe)
    found = page.evaluate("axe.run(document, {resultTypes: ['violations'], iframes: false, preload: false})")
    wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": other_width, "height": 900})
    other_wide = page.evaluate("document.documentElement.scrollWidth")
    page.set_viewport_size({"width": width, "height": 900})
    page.remove_listener("console", listen)
    page.remove_listener("pageerror", fail)
    assert [
        (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found["violations"]
    ] == []
    assert told == []
    assert (wide <= width, other_wide <= other_width) == (True, True)


@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_without_scripts(name: str, portal: Any, keys: dict[str, str], tabs: Any) -> None:
    role, address = PAGES[name]
    page = tabs(390, "light", role, scripts=False)
    page.goto(f"{portal.address}/en/{address.format(**keys)}")
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 80
