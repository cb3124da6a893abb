"""Who sees what, on every surface: role × visibility × state, with words that stand nowhere else.

What is expected comes from the table below, written by hand; the program's own policies are not asked.
"""

import io
import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client, override_settings
from django.utils import timezone
from pytest_django import DjangoDbBlocker

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.consents import give_consents, keep_texts, texts_in_force
from fairground.accounts.grants import end_grants, give_grant
from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Hub, OrganisationMembership, Record, RoleAssignment, User
from fairground.accounts.notices.mails import queue_notices, write_notice_mail
from fairground.accounts.services import add_record, change_record, move_record
from fairground.collect.attachments import add_attachment, address_of
from fairground.files.models import Attachment
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox
from fairground.match.models import Match
from fairground.publish import asking
from fairground.publish.catalogue import CatalogueQuery
from fairground.publish.index import check_index, rebuild_index
from fairground.publish.labels import forget_names
from fairground.publish.saved import save_search, tell_news

# Each test takes back what it writes; what they read is made once, around them all.
pytestmark = pytest.mark.django_db

VISIBILITIES = ("public", "members", "parties")
STATES = ("draft", "in_review", "published", "expired", "withdrawn")
CASES = tuple(itertools.product(VISIBILITIES, STATES))

# Which published records each role sees, by their visibility, and whether records of the other states too.
SEES = {
    "visitor": ({"public"}, False),
    "member": ({"public", "members"}, False),
    "offerer": ({"public", "members"}, False),
    "need_owner": ({"public", "members"}, False),
    "broker": ({"public", "members"}, False),
    "park_manager": ({"public", "members"}, False),
    "investor": ({"public", "members"}, False),
    "reviewer": ({"public", "members"}, False),
    "registrar": ({"public", "members"}, False),
    "analyst": ({"public", "members"}, False),
    "organiser": ({"public", "members", "parties"}, True),
    "administrator": ({"public", "members", "parties"}, True),
    "author": ({"public", "members", "parties"}, True),
    "colleague": ({"public", "members", "parties"}, True),
    "grantee": ({"public", "members", "parties"}, False),
    "grantee_by_organisation": ({"public", "members", "parties"}, False),
    "grantee_of_detail": ({"public", "members", "parties"}, False),
    "ended_grantee": ({"public"}, False),
    "former_member": ({"public"}, False),
    "elsewhere": ({"public"}, False),  # administrator of another hub
}
OWNERS = {"author", "colleague"}
EDITORS = {"organiser", "administrator"}
WITH_ACCOUNT = tuple(role for role in SEES if role != "visitor")
# A region for each record, so that a facet's value gives away a record that is not shown.
REGIONS = (
    "110000", "120000", "130000", "140000", "150000", "210000", "220000", "230000",
    "310000", "320000", "330000", "340000", "350000", "360000", "370000",
)  # fmt: skip


def sees(role: str, visibility: str, state: str) -> bool:
    visibilities, others = SEES[role]
    return visibility in visibilities if state == "published" else others


def sees_detail(role: str, state: str) -> bool:
    return role in OWNERS or (role == "grantee_of_detail" and state == "published")


def name_of(visibility: str, state: str) -> str:
    return f"xq{visibility}{state.replace('_', '')}"


@dataclass
class Market:
    """The records by case, and a client for each role."""

    hub: Hub
    users: dict[str, User] = field(default_factory=dict)
    keys: dict[tuple[str, str], str] = field(default_factory=dict)
    clients: dict[str, Client] = field(default_factory=dict)
    partner: Record | None = None
    files: dict[tuple[tuple[str, str], str], Attachment] = field(default_factory=dict)
    behind: Record | None = None  # a public offer of an organisation that is open to its own people only
    firm: Record | None = None

    def text(self, role: str, address: str, status: tuple[int, ...] = (200,)) -> str:
        response = self.clients[role].get(address)
        assert response.status_code in status, (role, address, response.status_code)
        body: str = response.content.decode()
        return body

    def keys_in(self, body: str) -> set[tuple[str, str]]:
        return {case for case, key in self.keys.items() if key in body}


def expected(role: str) -> set[tuple[str, str]]:
    return {case for case in CASES if sees(role, *case)}


def _account(hub: Hub, role: str, *roles: str, until_days: int | None = None) -> User:
    now = timezone.now()
    user = User.objects.create_user(f"{role}@leaks.example", name=f"Example {role}", language="en")
    for given in roles:
        RoleAssignment.objects.create(
            user=user, hub=hub, role=given, since=now - timedelta(days=90),
            until=None if until_days is None else now + timedelta(days=until_days),
        )  # fmt: skip
    give_consents(user=user, texts=texts_in_force(now=now), now=now, hub_id=hub.pk)
    return user


def _record(
    owner: Actor, editor: Actor, clock: Actor, case: tuple[str, str], region: str, company: str
) -> Record:
    visibility, state = case
    then, word = timezone.now() - timedelta(days=30), name_of(*case)
    values = {
        "title": {"zh": f"{word}title leakcommon 检测", "en": f"{word}title leakcommon testing"},
        "summary": {"en": f"{word}summary leakcommon"},
        "protected_detail": {"en": f"{word}firstdetail"},
        "contact": {"name": f"{word}person", "email": f"{word}contact@leaks.example", "telephone": "+86 10 5550 1234"},
        "visibility": visibility,
        "region": region,
        "organisation": company,
    }  # fmt: skip
    record = add_record(actor=owner, kind_code="offer", values=values, now=then)
    change = {
        "protected_detail": {"en": f"{word}seconddetail"},
        "contact": {**values["contact"], "telephone": "+86 10 5550 4321"},
    }
    record = change_record(actor=owner, key=record.key, values=change, version=1, now=then, reason="更正")
    steps = {
        "draft": (),
        "in_review": ("submit",),
        "published": ("submit", "publish"),
        "expired": ("submit", "publish", "expire"),
        "withdrawn": ("submit", "publish", "withdraw"),
    }[state]
    for move in steps:
        actor = {"submit": owner, "publish": editor, "expire": clock, "withdraw": owner}[move]
        record = move_record(
            actor=actor, key=record.key, move=move, version=record.version, now=then, reason="测试"
        )
    return record


@pytest.fixture(scope="module")
def market(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Market]:
    """Make everything once; the tests of this file only read, or take back what they write."""
    folder: Path = tmp_path_factory.mktemp("leaks")
    changed = {
        "INDEX_FOLDER": folder / "index",
        "RATE_LIMITS": {},
        "ALLOWED_HOSTS": ["testserver", "elsewhere.example"],
    }
    with django_db_blocker.unblock(), override_settings(**changed), transaction.atomic():
        forget_hubs()
        forget_names()
        asking._kept.clear()
        yield _made()
        transaction.set_rollback(True)
    forget_hubs()
    forget_names()
    asking._kept.clear()


def _made() -> Market:
    now = timezone.now()
    then = now - timedelta(days=30)
    keep_texts()
    hub = Hub.objects.create(code="here", name=LocalText("本枢纽", "Here"), domain="testserver")
    other = Hub.objects.create(code="there", name=LocalText("别处", "There"), domain="elsewhere.example")
    made = Market(hub)
    clock = system(hub.pk)

    def organisation(title: str) -> Record:
        return add_record(
            actor=clock, kind_code="organisation", values={"title": {"zh": title}}, now=then, publish=True
        )

    own, partner = organisation("示例·甲方"), organisation("示例·乙方")
    for role in WITH_ACCOUNT:
        match role:
            case "former_member":
                user = _account(hub, role, "member", until_days=-1)
            case "elsewhere":
                user = _account(other, role, "administrator", "member")
            case "author":
                user = _account(hub, role, "member")
            case "colleague" | "grantee" | "grantee_by_organisation" | "grantee_of_detail" | "ended_grantee":
                user = _account(hub, role)
            case _:
                user = _account(hub, role, role)
        made.users[role] = user
    for role, company in (("author", own), ("colleague", own), ("grantee_by_organisation", partner)):
        OrganisationMembership.objects.create(
            user=made.users[role], organisation_id=company.pk, is_manager=False, since=then
        )
    owner = actor_for(made.users["author"], hub.pk, now=now)
    editor = actor_for(_account(hub, "second_editor", "organiser"), hub.pk, now=now)
    for place, case in enumerate(CASES):
        record = _record(owner, editor, clock, case, REGIONS[place], own.key)
        made.keys[case] = record.key
        for who, scope in (
            ("grantee", "read"),
            ("grantee_of_detail", "protected"),
            ("grantee_of_detail", "contact"),
        ):
            give_grant(
                actor=owner, record_key=record.key, scope=scope, reason="洽谈",
                user_id=made.users[who].pk, now=then,
            )  # fmt: skip
        give_grant(
            actor=owner, record_key=record.key, scope="read", reason="洽谈",
            organisation_id=partner.pk, now=then,
        )  # fmt: skip
        _, state = case
        for visibility in ("open", "protected"):
            made.files[case, visibility] = add_attachment(
                actor=editor if visibility == "open" and state != "draft" else owner,
                key=record.key, name=f"{name_of(*case)}{visibility}file.txt",
                content=io.BytesIO(f"{name_of(*case)} bytesofthefile".encode()), now=then,
                visibility=visibility,
            )  # fmt: skip
        for scope in ("read", "protected", "contact"):
            give_grant(
                actor=owner, record_key=record.key, scope=scope, reason="洽谈",
                user_id=made.users["ended_grantee"].pk, now=then, until=then + timedelta(days=1),
            )  # fmt: skip
    end_grants(actor=clock, now=now)
    made.partner = add_record(
        actor=clock, kind_code="need", now=then, publish=True,
        values={"title": {"zh": "公开需求", "en": "Open need"}},
    )  # fmt: skip
    made.firm = add_record(
        actor=clock, kind_code="organisation", now=then, publish=True,
        values={"title": {"zh": "xqhiddenfirm"}, "aliases": ["xqhiddenalias"], "visibility": "parties"},
    )  # fmt: skip
    OrganisationMembership.objects.create(
        user=made.users["colleague"], organisation_id=made.firm.pk, is_manager=False, since=then
    )
    made.behind = add_record(
        actor=clock, kind_code="offer", now=then, publish=True,
        values={"title": {"zh": "xqbehindtitle"}, "organisation": made.firm.key},
    )  # fmt: skip
    _match_all(made)
    rebuild_index()
    assert check_index().is_equal
    for role in SEES:
        made.clients[role] = Client(raise_request_exception=True)
        if role in made.users:
            made.clients[role].force_login(made.users[role])
    return made


def _match_all(made: Market) -> None:
    assert made.partner is not None
    assert made.behind is not None
    keys = {("behind", ""): made.behind.key, **made.keys}
    for place, (case, key) in enumerate(keys.items(), 1):
        judgement = {
            "verdict": "met", "requirement": "要求", "sentence": f"{name_of(*case)}sentence",
            "level": "must", "field": "summary", "reason_zh": "", "reason_en": "",
        }  # fmt: skip
        Match.objects.create(
            hub=made.hub, asking_id=made.partner.pk, answering_id=Record.objects.get(key=key).pk, score=0.9,
            kinds="need offer", rank_for_asking=place, rank_for_answering=1, evidence="enough", method="test 1",
            made_at=timezone.now(),
            reasons={
                "parts": {"fits_need": 0.9, "fits_offer": 0.8}, "judgements": [judgement],
                "flags": [], "shared_terms": [],
            },
        )  # fmt: skip


@pytest.mark.parametrize("role", SEES)
def test_record_page(market: Market, role: str) -> None:
    for case, key in market.keys.items():
        response = market.clients[role].get(f"/en/offer/{key}/")
        body, word = response.content.decode(), name_of(*case)
        assert response.status_code == (200 if sees(role, *case) else 404), case
        assert (f"{word}title" in body, f"{word}summary" in body) == (sees(role, *case),) * 2
        shown = sees(role, *case) and sees_detail(role, case[1])
        assert (f"{word}seconddetail" in body, f"{word}contact" in body) == (shown, shown), case
        assert f"{word}firstdetail" not in body


@pytest.mark.parametrize("role", SEES)
def test_catalogue(market: Market, role: str) -> None:
    for address in ("/en/catalogue/?q=leakcommon", "/zh/catalogue/?kind=offer", "/en/ask/?q=leakcommon"):
        assert market.keys_in(market.text(role, address)) == expected(role), address


@pytest.mark.parametrize("role", SEES)
def test_a_secret_word_in_a_title_is_found_by_those_who_may(market: Market, role: str) -> None:
    for case, key in market.keys.items():
        word = f"{name_of(*case)}title"
        address = f"/zh/ask/?q={word}" if case[1] == "published" else f"/en/catalogue/?q={word}"
        assert (key in market.text(role, address)) == sees(role, *case), (case, address)


@pytest.mark.parametrize("role", ["visitor", "member", "organiser"])
def test_a_word_one_slip_away_brings_no_secret_word(market: Market, role: str) -> None:
    for case in CASES:
        word = f"{name_of(*case)}title"
        body = market.text(role, f"/en/catalogue/?q={word[:-1]}x")
        assert (word in body) <= sees(role, *case), case
        assert (word in body) or case != ("public", "published")


@pytest.mark.parametrize("role", ["visitor", "organiser", "author", "grantee_of_detail"])
def test_protected_words_and_contacts_find_nothing(market: Market, role: str) -> None:
    for case in CASES:
        for part in ("seconddetail", "firstdetail", "contact"):
            word = f"{name_of(*case)}{part}"
            body = market.text(role, f"/en/catalogue/?q={word}")
            assert market.keys_in(body) == set(), word
            assert json.loads(market.text(role, f"/en/suggest/?q={word}")) == {"suggestions": []}


@pytest.mark.parametrize("role", SEES)
def test_suggestions(market: Market, role: str) -> None:
    for case, key in market.keys.items():
        for typed in (f"{name_of(*case)}ti", f"{name_of(*case)}title"):
            assert (key in market.text(role, f"/en/suggest/?q={typed}")) == sees(role, *case), case


@pytest.mark.parametrize("role", SEES)
def test_an_organisation_that_is_not_open_is_not_named_behind_its_open_records(
    market: Market, role: str
) -> None:
    assert market.behind is not None
    assert market.firm is not None
    assert market.partner is not None
    may = role in EDITORS | {"colleague"}
    for address in ("/en/catalogue/?q=xqbehindtitle", f"/en/offer/{market.behind.key}/"):
        body = market.text(role, address)
        assert "xqbehindtitle" in body
        assert ("xqhiddenfirm" in body, market.firm.key in body, "xqhiddenalias" in body) == (
            may,
            may,
            False,
        ), address
    for word in ("xqhiddenfirm", "xqhiddenalias"):
        body = market.text(role, f"/en/catalogue/?q={word}")
        assert market.behind.key not in body
        assert (market.firm.key in body) == may
        assert (market.firm.key in market.text(role, f"/en/suggest/?q={word}")) == may
    filtered = market.text(role, f"/en/catalogue/?organisation={market.firm.key}&not_organisation=x")
    assert ("xqhiddenfirm" in filtered) == may
    assert ("xqhiddenfirm" in market.text(role, f"/en/need/{market.partner.key}/")) <= may
    feed = market.text(role, "/en/catalogue/feed/?q=xqbehindtitle")
    assert (market.behind.key in feed, "xqhiddenfirm" in feed) == (True, False)
    history = market.text(role, f"/en/offer/{market.behind.key}/history/", status=(200, 404))
    assert ("xqhiddenfirm" in history) <= may


@pytest.mark.parametrize("role", SEES)
def test_facet_counts(market: Market, role: str) -> None:
    body = market.text(role, "/en/catalogue/?kind=offer")
    counted = set(re.findall(r'name="region"[^>]*value="(\d{6})"', body))
    wanted = {REGIONS[CASES.index(case)] for case in expected(role)}
    assert counted == (wanted if len(wanted) > 1 else set())
    hidden = next(case for case in (*CASES, None) if case is None or case not in expected(role))
    if hidden is not None:
        body = market.text(role, f"/en/catalogue/?region={REGIONS[CASES.index(hidden)]}")
        assert market.keys_in(body) == set()


@pytest.mark.parametrize("role", SEES)
def test_first_page(market: Market, role: str) -> None:
    body = market.text(role, "/zh/")
    assert market.keys_in(body) <= expected(role)
    assert market.keys_in(body) <= {case for case in CASES if case[1] == "published"}
    assert "detail" not in re.findall(r"xq\w*?(detail|contact)", body)


@pytest.mark.parametrize("role", SEES)
def test_feed_shows_everybody_the_same(market: Market, role: str) -> None:
    body = market.text(role, "/en/catalogue/feed/?q=leakcommon")
    assert market.keys_in(body) == {("public", "published")}
    assert re.findall(r"xq\w*?(?:detail|contact|person)", body) == []


@pytest.mark.parametrize("role", WITH_ACCOUNT)
def test_feed_of_a_saved_search_and_its_mail(market: Market, role: str) -> None:
    now = timezone.now()
    user = market.users[role]
    actor = actor_for(user, market.hub.pk, now=now)
    saved = save_search(
        actor=actor,
        query=CatalogueQuery(text="leakcommon"),
        name="x",
        every="day",
        now=now - timedelta(days=60),
    )
    body = market.text("visitor", f"/en/feed/{saved.feed_key}/")
    tell_news(now=now)
    queue_notices(now=now)
    queued = Outbox.objects.get(to=user.email)
    assert queued.writer == "notices"
    assert queued.subject + queued.text == ""
    mail = write_notice_mail(queued.content, now)
    assert mail is not None

    assert market.keys_in(body) == {("public", "published")}
    assert market.keys_in(mail.text) == {case for case in expected(role) if case[1] == "published"}
    assert re.findall(r"xq\w*?(?:detail|contact|person)", mail.text) == []


@pytest.mark.parametrize("role", SEES)
def test_attachments(market: Market, role: str) -> None:
    for (case, visibility), attachment in market.files.items():
        may = sees(role, *case) and (visibility == "open" or sees_detail(role, case[1]))
        response = market.clients[role].get(address_of(attachment))
        assert response.status_code == (200 if may else 404), (case, visibility)
        content = b"".join(response.streaming_content) if response.streaming else response.content
        assert (b"bytesofthefile" in content) == may
        if may:
            assert response.headers["Content-Disposition"].startswith("attachment")
            assert response.headers["X-Content-Type-Options"] == "nosniff"
        page = market.clients[role].get(f"/en/offer/{market.keys[case]}/").content.decode()
        assert (f"{name_of(*case)}{visibility}file" in page, attachment.key in page) == (may, may), case
        past = market.clients[role].get(f"/en/offer/{market.keys[case]}/history/").content.decode()
        # The history says that a file came, never which.
        assert f"{name_of(*case)}{visibility}file" not in past, (case, visibility)


@pytest.mark.parametrize("role", SEES)
def test_history(market: Market, role: str) -> None:
    for case, key in market.keys.items():
        response = market.clients[role].get(f"/en/offer/{key}/history/")
        body, word = response.content.decode(), name_of(*case)
        assert (response.status_code == 200) <= sees(role, *case), case
        assert (f"{word}title" in body) <= sees(role, *case)
        for secret in ("firstdetail", "seconddetail", "contact", "person"):
            assert (f"{word}{secret}" in body) <= (sees(role, *case) and sees_detail(role, case[1])), (
                case,
                secret,
            )
        # Whom a record is open to is nobody's business but its owner's.
        assert ("grantee" in body) <= (role in OWNERS | {"grantee"}), case


@pytest.mark.parametrize(
    "role", ["visitor", "member", "organiser", "author", "grantee_of_detail", "ended_grantee"]
)
@pytest.mark.parametrize("page", ["edit", "preview", "move", "renew", "delete"])
def test_pages_of_the_owner(market: Market, role: str, page: str) -> None:
    for case, key in market.keys.items():
        response = market.clients[role].get(f"/en/offer/{key}/{page}/")
        body, word = response.content.decode(), name_of(*case)
        if role not in OWNERS:
            assert (f"{word}title" in body) <= sees(role, *case), case
            for secret in ("firstdetail", "seconddetail", "contact", "person"):
                shown = page == "preview" and sees_detail(role, case[1])
                assert (f"{word}{secret}" in body) <= shown, (case, secret)


@pytest.mark.parametrize("role", SEES)
def test_desk_shows_ones_own(market: Market, role: str) -> None:
    body = market.text(role, "/en/desk/", status=(200, 302))
    assert market.keys_in(body) == (set(CASES) if role in OWNERS else set())


@pytest.mark.parametrize("role", SEES)
def test_queue(market: Market, role: str) -> None:
    body = market.text(role, "/en/queue/", status=(200, 302, 403, 404))
    waiting = {case for case in CASES if case[1] == "in_review"}
    assert market.keys_in(body) == (waiting if role in EDITORS else set())
    assert re.findall(r"xq\w*?(?:detail|contact)", body) == []
    for case, key in market.keys.items():
        body = market.text(role, f"/en/queue/{key}/", status=(200, 302, 403, 404))
        word = name_of(*case)
        assert (f"{word}title" in body) <= (role in EDITORS), case
        for secret in ("firstdetail", "seconddetail", "contact"):
            assert f"{word}{secret}" not in body, (case, secret)


@pytest.mark.parametrize("role", WITH_ACCOUNT)
def test_record_picker(market: Market, role: str) -> None:
    for case, key in market.keys.items():
        body = market.text(role, f"/en/desk/found/?kind=offer&offer={name_of(*case)}title", status=(200, 403))
        assert (key in body) <= sees(role, *case), case


@pytest.mark.parametrize("role", ["member", "organiser", "colleague"])
def test_clinic_names_no_other_record(market: Market, role: str) -> None:
    for case in CASES:
        word = name_of(*case)
        response = market.clients[role].post(
            "/en/desk/clinic/offer/", {"title.zh": f"{word}title leakcommon 检测", "protected_detail.en": "x"}
        )
        body = response.content.decode()
        assert market.keys_in(body) <= expected(role)
        assert re.findall(r"xq\w*?(?:detail|contact|person|summary)", body) == []


@pytest.mark.parametrize("role", SEES)
def test_unknown_and_forbidden_answer_alike(market: Market, role: str) -> None:
    unknown = market.clients[role].get("/en/offer/000000000000/")
    assert unknown.status_code == 404
    for case, key in market.keys.items():
        if not sees(role, *case):
            forbidden = market.clients[role].get(f"/en/offer/{key}/")
            assert _comparable(forbidden, key) == _comparable(unknown, "000000000000"), case


def _comparable(response: object, key: str) -> tuple[object, ...]:
    body = response.content.decode().replace(key, "KEY")  # type: ignore[attr-defined]
    body = re.sub(r'name="csrfmiddlewaretoken" value="\w+"', "", body)
    headers = {name: value for name, value in response.headers.items() if name != "Content-Length"}  # type: ignore[attr-defined]
    return response.status_code, headers, body  # type: ignore[attr-defined]


@pytest.mark.parametrize("role", ["visitor", "elsewhere"])
def test_another_hub_knows_nothing_of_these_records(market: Market, role: str) -> None:
    client = market.clients[role]
    for address in (
        "/en/", "/en/catalogue/?q=leakcommon", "/en/catalogue/", "/en/ask/?q=leakcommon", "/en/catalogue/feed/",
        f"/en/suggest/?q={name_of('public', 'published')}",
        "/en/queue/", "/en/desk/", "/en/desk/found/?kind=offer&o=leak",
        *(f"/en/offer/{key}/" for key in market.keys.values()),
        *(f"/en/offer/{key}/history/" for key in market.keys.values()),
        *(f"/en/queue/{key}/" for key in market.keys.values()),
    ):  # fmt: skip
        body = client.get(address, headers={"host": "elsewhere.example"}).content.decode()
        address_free = body.replace(address, "").replace(address.replace("/en/", "/zh/"), "")
        assert not any(key in address_free for key in market.keys.values()), address
        assert "leakcommon 检测" not in body, address
    counted = client.get("/en/catalogue/", headers={"host": "elsewhere.example"}).content.decode()
    assert not any(f'value="{region}"' in counted for region in REGIONS)


def test_what_is_written_for_robots_names_public_records_only(market: Market) -> None:
    for address in ("/robots.txt", "/sitemap.xml", "/en/sitemap.xml"):
        body = market.clients["visitor"].get(address).content.decode()
        assert market.keys_in(body) <= {("public", "published")}, address
