"""Every main page of the portal in a browser: both languages, phone and desk, light and dark, axe, without scripts."""

import json
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
    "--use-angle=swiftshader",
    "--enable-unsafe-swiftshader",
    "--ignore-gpu-blocklist",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PASSWORD = "fairground-demo"
_LIMIT_S = 90  # for one page on a machine on which much else runs

# Each page meets axe twice, once in either language, once on a phone, once in the dark.
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
    "map": ("", "map/"),
    "map nothing": ("", "map/?q=xyzzyplugh"),
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
    "withdraw": ("organiser", "need/{need}/withdraw/"),
    "delete": ("offerer", "offer/{draft}/delete/"),
    "me": ("organiser", "me/"),
    "privacy": ("organiser", "me/privacy/"),
    "second factor": ("organiser", "account/2fa/"),
    "change password": ("member", "account/password/change/"),
    "erase": ("member", "me/privacy/erase/"),
    "people": ("administrator", "people/"),
    "merge": ("administrator", "organisations/merge/"),
    "join": ("member", "organisations/{organisation}/join/"),
    "people of an organisation": ("park.manager", "organisations/{managed}/people/"),
    "matches": ("", "matches/need/{need}/"),
    "match quality": ("", "matches/quality/"),
    "introductions": ("need.owner", "introductions/"),
    "introduction asked for": ("offerer", "introductions/{asked}/"),
    "introduction agreed": ("need.owner", "introductions/{agreed}/"),
    "introduction declined": ("need.owner", "introductions/{declined}/"),
    "introduction ended": ("need.owner", "introductions/{ended}/"),
    "ask for an introduction": ("need.owner", "introductions/ask/offer/{offer}/"),
    "decline": ("offerer", "introductions/{asked}/decline/"),
    "take back": ("need.owner", "introductions/{agreed}/take-back/"),
    "block": ("need.owner", "introductions/{agreed}/block/"),
    "blocks": ("need.owner", "introductions/blocks/?q=Example"),
    "propose": ("broker", "introductions/propose/offer/{offer}/"),
    "broker's desk": ("broker", "broker/"),
    "broker's desk filtered": ("broker", "broker/?field=agriculture-food&older=14"),
    "broker's introduction": ("broker", "broker/{asked}/"),
    "pairs": ("broker", "broker/pairs/"),
    "funnel": ("broker", "broker/funnel/?by=field&days=0"),
    "learning": ("administrator", "learning/"),
    "landing": ("", "landing/"),
    "landing filled": ("", "landing/?must=space:3000+m%C2%B2&should=policy:rent+subsidy&unused=weather"),
    "landing answered": (
        "",
        "landing/answer/?must=space:3000+m%C2%B2&must=pilot:pilot+line&should=region:Hebei",
    ),
    "landing without evidence": ("", "landing/answer/?must=equipment:xyzzyplugh"),
    "landing compared": (
        "",
        "landing/compare/?must=space:3000+m%C2%B2&must=pilot:pilot+line&pick=zone:baoding&pick=zone:tangshan",
    ),
    "lists": ("", "lists/"),
    "new list": ("organiser", "lists/new/"),
    "list": ("organiser", "lists/{list}/"),
    "version of a list": ("organiser", "lists/{list}/1/"),
    "version of a list with changes": ("", "lists/{changed}/2/"),
    "notices": ("need.owner", "me/notices/"),
    "notice settings": ("need.owner", "me/notices/settings/"),
    "stop notices": ("", "notices/stop/{stop}/"),
    "stop notices with a dead link": ("", "notices/stop/x/"),
}
NOT_FOUND = {"no such page", "stop notices with a dead link"}

# A version of a list, made as a worker makes it, and the token of a mail's stop address.
MAKE = """
import json, time
import django; django.setup()
from django.utils import timezone
from fairground.accounts.actors import actor_for
from fairground.accounts.models import Hub, User
from fairground.accounts.notices.wishes import ALL, stop_token
from fairground.jobs.holders import Holder
from fairground.language.local_text import LocalText
from fairground.match.models import ListIssue
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.services import set_up_list
from fairground.match.results_list.tasks import start_issue
now, hub = timezone.now(), Hub.objects.get()
user = User.objects.get(email="organiser@example.org")
actor = actor_for(user, hub.pk, now=now)
choice = Choice(("110000",), ("130000",), ("new-materials",), ("offer", "need"))
made = set_up_list(actor=actor, title=LocalText("示例清单", "Example list"), choice=choice, now=now)
start_issue(holder=Holder(hub.pk, user.pk), actor=actor, key=made.key, editions=("zh",), once="pages", now=now)
until = time.monotonic() + 100
while not ListIssue.objects.filter(results_list=made).exists() and time.monotonic() < until:
    time.sleep(0.2)
owner = User.objects.get(email="need.owner@example.org")
print(json.dumps({"list": made.key, "stop": stop_token(owner.pk, [ALL])}))
"""


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
            "SELECT need.key, offer.key FROM match_match JOIN accounts_record need ON need.id = asking_id"
            " JOIN accounts_record offer ON offer.id = answering_id"
            " WHERE kinds = 'need offer' AND evidence = 'enough' AND rank_for_asking = 1"
            " ORDER BY score DESC LIMIT 1"
        ).fetchone()
        # The demonstration's own introductions of its need owner, one in each state.
        found |= database.execute(
            "SELECT state, key FROM match_introduction JOIN accounts_user ON accounts_user.id = asker_id"
            " WHERE email = 'need.owner@example.org' AND by_broker = 0 ORDER BY match_introduction.id DESC"
        ).fetchall()
        # The demonstration's own list, in two versions.
        found["changed"] = database.execute(
            "SELECT some.key FROM match_resultslist AS some"
            " JOIN match_listissue AS issue ON issue.results_list_id = some.id WHERE issue.number = 2"
        ).fetchone()[0]
        found["managed"] = database.execute(
            "SELECT key FROM accounts_record"
            " JOIN accounts_organisationmembership acts ON acts.organisation_id = accounts_record.id"
            " JOIN accounts_user ON accounts_user.id = user_id WHERE email = 'park.manager@example.org'"
        ).fetchone()[0]
    database.close()
    made = portal.run("-c", MAKE)
    assert made.returncode == 0, made.stderr
    return found | json.loads(made.stdout)


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
        context.set_default_timeout(_LIMIT_S * 1000)
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
            context.set_default_timeout(_LIMIT_S * 1000)
            opened[key] = context.new_page()
        return opened[key]

    yield tab
    for page in opened.values():
        page.context.close()


@pytest.fixture(scope="module")
def axe() -> str:
    carrier = pytest.importorskip("axe_playwright_python", reason="axe-playwright-python is not installed")
    return Path(carrier.__file__).with_name("axe.min.js").read_text(encoding="utf-8")


class Look:
    """One page before one reader. Axe of one reader works while the next one's page loads: it takes seconds."""

    def __init__(self, page: Any, address: str, width: int, other_width: int, *, is_there: bool) -> None:
        self.page, self.width, self.other_width, self.is_there = page, width, other_width, is_there
        self.told: list[str] = []
        page.on("console", self._listen)
        page.on("pageerror", self._fail)
        self.status = page.goto(address).status
        self.url = page.url

    def _listen(self, message: Any) -> None:
        # The browser itself notes that the page which does not exist does not exist.
        if self.is_there or "404" not in message.text:
            self.told.append(message.text)

    def _fail(self, error: Any) -> None:
        self.told.append(str(error))

    def begin(self, axe: str) -> None:
        """Let axe begin, by the browser's own tools: the page's policy stays in force, and what it refuses is told."""
        self.page.evaluate(axe)
        self.page.evaluate(
            "void (window.looked = axe.run(document,"
            " {resultTypes: ['violations'], iframes: false, preload: false}))"
        )

    def violations(self) -> list[tuple[str, list[str]]]:
        """Wait for axe; return the rules that do not hold, with the places."""
        found = self.page.evaluate("window.looked")
        return [
            (rule["id"], [node["html"][:160] for node in rule["nodes"][:3]]) for rule in found["violations"]
        ]

    def fits(self) -> tuple[bool, bool]:
        """Tell whether nothing runs off the side, at this reader's width and at the other one."""
        wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": self.other_width, "height": 900})
        other_wide = self.page.evaluate("document.documentElement.scrollWidth")
        self.page.set_viewport_size({"width": self.width, "height": 900})
        return wide <= self.width, other_wide <= self.other_width

    def end(self) -> None:
        """Listen no longer: the tab is used again."""
        self.page.remove_listener("console", self._listen)
        self.page.remove_listener("pageerror", self._fail)


@pytest.mark.parametrize("name", PAGES)
def test_page_is_sound(name: str, portal: Any, keys: dict[str, str], tabs: Any, axe: str) -> None:
    role, address = PAGES[name]
    is_there = name not in NOT_FOUND
    looks: dict[str, Look] = {}
    try:
        for language, width, scheme, other_width in (READERS, OTHERS)[list(PAGES).index(name) % 2]:
            whole = f"{portal.address}/{language}/{address.format(**keys)}"
            look = Look(tabs(width, scheme, role), whole, width, other_width, is_there=is_there)
            looks[language] = look
            assert look.status == (200 if is_there else 404)
            assert look.url.startswith(whole)
            look.begin(axe)
        found = {language: look.violations() for language, look in looks.items()}
        fits = {language: look.fits() for language, look in looks.items()}
    finally:
        for look in looks.values():
            look.end()
    assert found == {"zh": [], "en": []}
    assert {language: look.told for language, look in looks.items()} == {"zh": [], "en": []}
    assert fits == {"zh": (True, True), "en": (True, True)}


@pytest.mark.parametrize("name", PAGES)
def test_page_can_be_read_without_scripts(name: str, portal: Any, keys: dict[str, str], tabs: Any) -> None:
    role, address = PAGES[name]
    page = tabs(390, "light", role, scripts=False)
    page.goto(f"{portal.address}/en/{address.format(**keys)}")
    assert page.locator("h1").count() == 1
    assert len(page.locator("main").inner_text()) > 80
