"""The inbox, the table of wishes, the count in the header, and the page a mail's stop address leads to."""

import re
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core.rhythms import AT_ONCE, DAILY, NEVER, RHYTHMS
from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Hub, Notice, NoticeWish, User
from fairground.accounts.notices import kinds
from fairground.accounts.notices.services import notify
from fairground.accounts.notices.wishes import ALL, rhythms_of, stop_token
from fairground.accounts.services import add_record
from fairground.language.local_text import LocalText

pytestmark = pytest.mark.django_db
# session, account, roles with organisations, unread, count, lines, records they are about, records they list
INBOX_QUERIES = 8
Queries = Callable[[int], AbstractContextManager[CaptureQueriesContext]]


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds.register_notice_kind(
        "letter", LocalText("信件", "Letters"), LocalText("信来了。", "A letter came.")
    )
    kinds.register_notice_kind("alarm", LocalText("警报", "Alarms"), LocalText("…", "…"), mandatory=True)
    kinds.register_notice_kind(
        "search",
        LocalText("检索", "Searches"),
        LocalText("…", "…"),
        paced_at="/saved/",
        opens=kinds.own_affairs,
    )


@pytest.fixture
def anna(sign_in: Callable[..., Client]) -> Client:
    return sign_in("member")


@pytest.fixture
def tell(hub: Hub) -> Callable[..., Notice]:
    def tell(user: User, subject: str, *, ago_h: float = 0, kind: str = "letter", **values: Any) -> Notice:
        at = timezone.now() - timedelta(hours=ago_h)
        notify(hub_id=hub.pk, user_ids=[user.pk], kind=kind, subject=LocalText("", subject), now=at, **values)
        return Notice.objects.latest("pk")

    return tell


def _subjects(client: Client, address: str = "/en/me/notices/") -> list[str]:
    lines = client.get(address).context["lines"]
    return [line["notice"].subject.in_language("en") for line in lines]


def test_visitors_are_led_to_signing_in(client: Client, hub: Hub) -> None:
    for address in ("/en/me/notices/", "/en/me/notices/settings/", "/en/me/notices/1/"):
        response = client.get(address)
        assert (response.status_code, "/account/login/" in response.headers["Location"]) == (302, True)
    assert client.post("/en/me/notices/read/").status_code == 302


@pytest.mark.parametrize(("language", "empty"), [("zh", "还没有通知"), ("en", "No notices yet")])
def test_an_empty_inbox_says_what_would_fill_it(language: str, empty: str, anna: Client) -> None:
    page = anna.get(f"/{language}/me/notices/").content.decode()
    assert empty in page
    assert "Mark all as read" not in page


def test_unread_lines_stand_first_then_the_newest(anna: Client, tell: Callable[..., Notice]) -> None:
    old = tell(anna.user, "old", ago_h=5)
    read = tell(anna.user, "read", ago_h=1)
    tell(anna.user, "new", ago_h=3)
    Notice.objects.filter(pk=read.pk).update(read_at=timezone.now())
    assert _subjects(anna) == ["new", "old", "read"]
    assert anna.get(f"/en/me/notices/{old.pk}/").headers["Location"] == "/en/me/notices/"
    assert _subjects(anna) == ["new", "read", "old"]


def test_opening_a_line_marks_it_and_leads_on(anna: Client, hub: Hub, tell: Callable[..., Notice]) -> None:
    record = add_record(
        actor=Actor(hub.pk, is_system=True), kind_code="offer", now=timezone.now(), publish=True,
        values={"title": {"en": "Example"}},
    )  # fmt: skip
    row = tell(anna.user, "{title}", path=f"/zh/offer/{record.key}/", about_key=record.key)
    assert anna.head(f"/en/me/notices/{row.pk}/").status_code == 302
    for language in ("en", "zh"):
        response = anna.get(f"/{language}/me/notices/{row.pk}/")
        assert response.headers["Location"] == f"/{language}/offer/{record.key}/"
    assert Notice.objects.get(pk=row.pk).read_at is not None


def test_notices_of_others_and_of_other_hubs_are_not_there(
    anna: Client, make_user: Callable[..., User], tell: Callable[..., Notice]
) -> None:
    other = tell(make_user("member"), "secret")
    elsewhere = tell(anna.user, "elsewhere")
    Notice.objects.filter(pk=elsewhere.pk).update(
        hub=Hub.objects.create(code="there", domain="there.example")
    )
    Hub.objects.filter(code="test").update(domain="testserver")
    forget_hubs()
    addresses = [f"/en/me/notices/{number}/" for number in (other.pk, elsewhere.pk, other.pk + 99, 10**30)]
    assert {anna.get(address).status_code for address in addresses} == {404}
    assert _subjects(anna) == []
    assert set(Notice.objects.values_list("read_at", flat=True)) == {None}
    forget_hubs()


def test_a_line_about_what_is_closed_shows_no_word_of_it(
    anna: Client, hub: Hub, tell: Callable[..., Notice]
) -> None:
    record = add_record(
        actor=Actor(hub.pk, is_system=True), kind_code="offer", now=timezone.now(),
        values={"title": {"en": "xqsecret"}},
    )  # fmt: skip
    row = tell(
        anna.user, "xqsubject {title}", text=LocalText("", "xqtext"), path=f"/offer/{record.key}/",
        about_key=record.key,
    )  # fmt: skip
    held = anna.get("/en/me/privacy/export.json").content.decode()
    page = anna.get("/en/me/notices/").content.decode()
    assert anna.get(f"/en/me/notices/{row.pk}/").headers["Location"] == "/en/me/notices/"
    for text in (page, held):
        assert re.findall(r"xq(?:secret|subject|text)", text) == []
        assert record.key not in text
    assert "no longer open to you" in page


def test_marking_all_read_spares_what_came_after_the_page(anna: Client, tell: Callable[..., Notice]) -> None:
    tell(anna.user, "seen")
    until = anna.get("/en/me/notices/").context["until"]
    tell(anna.user, "came later")
    assert anna.post("/en/me/notices/read/", {"until": until}).status_code == 302
    assert list(Notice.objects.filter(read_at=None).values_list("subject", flat=True)) == [
        LocalText(None, "came later")
    ]
    for strange in ("", "x", "2026-01-01", "2026-13-45T99:99:99+00:00", "2026-01-01T00:00:00"):
        assert anna.post("/en/me/notices/read/", {"until": strange}).status_code == 302
    assert Notice.objects.filter(read_at=None).count() == 0
    assert anna.get("/en/me/notices/read/").status_code == 405


def test_a_long_inbox_has_pages(anna: Client, tell: Callable[..., Notice]) -> None:
    for number in range(31):
        tell(anna.user, f"n{number}", ago_h=number)
    assert len(_subjects(anna)) == 30
    assert _subjects(anna, "/en/me/notices/?page=2") == _subjects(anna, "/en/me/notices/?page=99") == ["n30"]
    assert len(_subjects(anna, "/en/me/notices/?page=x")) == 30


@pytest.mark.parametrize("count", [1, 3])
def test_the_inbox_asks_the_same_however_many_lines(
    count: int, anna: Client, hub: Hub, tell: Callable[..., Notice], django_assert_num_queries: Queries
) -> None:
    clock = Actor(hub.pk, is_system=True)
    for number in range(count):
        firm = add_record(
            actor=clock, kind_code="organisation", now=timezone.now(), publish=True,
            values={"title": {"en": f"Firm {number}"}},
        )  # fmt: skip
        record = add_record(
            actor=clock, kind_code="offer", now=timezone.now(), publish=True,
            values={"title": {"en": f"Offer {number}"}, "organisation": firm.key},
        )  # fmt: skip
        tell(anna.user, "{title}", about_key=record.key, named=[record.key])
        tell(anna.user, "search", kind="search", about_key=f"search-{number}")
    anna.get("/en/texts/erased/")  # from here on the process knows its hub
    with django_assert_num_queries(INBOX_QUERIES):
        page = anna.get("/en/me/notices/").content.decode()
    assert page.count("<h2>") == 2 * count
    assert f"Firm {count - 1}" in page


def test_the_header_counts_what_is_unread_and_visitors_pay_nothing(
    anna: Client, client: Client, hub: Hub, tell: Callable[..., Notice], django_assert_num_queries: Queries
) -> None:
    client.get("/en/texts/erased/")  # from here on the process knows its hub
    with django_assert_num_queries(0):
        assert "/me/notices/" not in client.get("/en/texts/erased/").content.decode()
    assert "/me/notices/" not in anna.get("/en/texts/erased/").content.decode()
    tell(anna.user, "one")
    tell(anna.user, "two")
    with CaptureQueriesContext(connection) as asked:
        page = anna.get("/en/texts/erased/").content.decode()
    header = page.partition("<main")[0]
    assert re.search(r'href="/en/me/notices/">Notices 2<span class="unseen"> unread</span>', header)
    assert sum("accounts_notice" in query["sql"] for query in asked) == 1


# Wishes


def test_settings_show_each_kind_and_keep_what_was_chosen(anna: Client) -> None:
    page = anna.get("/en/me/notices/settings/").content.decode()
    assert len(re.findall(r'name="rhythm-letter"', page)) == len(RHYTHMS)
    assert len(re.findall(r'name="rhythm-search"', page)) == 2
    assert 'name="rhythm-alarm"' not in page
    assert 'href="/en/saved/"' in page

    values = {"rhythm-letter": "daily", "rhythm-alarm": "never", "rhythm-search": "never", "language": "en"}
    assert anna.post("/en/me/notices/settings/", values).status_code == 302
    assert rhythms_of(anna.user.pk) == {"letter": DAILY, "alarm": AT_ONCE, "search": NEVER}
    assert User.objects.get(pk=anna.user.pk).language == "en"
    page = anna.get("/zh/me/notices/settings/").content.decode()
    assert re.findall(r'value="(\w+)" checked', page) == ["daily", "never"]

    strange = {"rhythm-letter": "hourly", "rhythm-": "never", "rhythm-x": "daily", "language": "fr"}
    assert anna.post("/en/me/notices/settings/", strange).status_code == 302
    assert rhythms_of(anna.user.pk)["letter"] == DAILY
    assert User.objects.get(pk=anna.user.pk).language == "en"
    assert set(NoticeWish.objects.values_list("kind", flat=True)) == {"letter", "search"}


# The stop address


def test_looking_changes_nothing_pressing_stops_and_undo_takes_it_back(
    make_user: Callable[..., User], hub: Hub
) -> None:
    user, strict = make_user("member"), Client(enforce_csrf_checks=True)
    address = f"/en/notices/stop/{stop_token(user.pk, ['letter'])}/"
    for look in (strict.get, strict.head, strict.get):
        response = look(address)
        assert response.status_code == 200
    assert (rhythms_of(user.pk)["letter"], "Letters" in response.content.decode()) == (AT_ONCE, True)
    assert "no-cache" in response.headers["Cache-Control"]
    assert user.email not in response.content.decode()

    # As a mail program posts by itself: no cookie, no token of a form.
    stopped = strict.post(address, {"List-Unsubscribe": "One-Click"})
    assert (stopped.status_code, rhythms_of(user.pk)["letter"], rhythms_of(user.pk)["search"]) == (
        200, NEVER, AT_ONCE
    )  # fmt: skip
    page = stopped.content.decode()
    assert ("No more mail about:" in page, "Letters" in page, "Searches" in page) == (True, True, False)
    undo = re.search(r'name="undo" value="([^"]+)"', page)
    assert undo
    undone = strict.post(address, {"undo": undo[1]})
    assert (undone.status_code, rhythms_of(user.pk)["letter"]) == (200, AT_ONCE)
    assert strict.put(address).status_code == 405


def test_stopping_all_says_what_it_stops(make_user: Callable[..., User], hub: Hub, client: Client) -> None:
    user = make_user("member")
    page = client.get(f"/zh/notices/stop/{stop_token(user.pk, [ALL])}/").content.decode()
    assert ("信件" in page, "检索" in page, "警报" in page) == (True, True, False)


def test_a_wrong_address_says_what_to_do_and_stops_nothing(
    make_user: Callable[..., User], hub: Hub, client: Client
) -> None:
    anna, ben = make_user("member"), make_user("member")
    token = stop_token(anna.pk, ["letter"])
    forged = stop_token(ben.pk, ["letter"]).rpartition(":")[0] + ":" + token.rpartition(":")[2]
    for wrong in ("x", token[:-2], forged, token + "%00", "%E4%B8%AD", "a" * 3000):
        for response in (client.get(f"/en/notices/stop/{wrong}/"), client.post(f"/en/notices/stop/{wrong}/")):
            assert response.status_code == 404, wrong
            assert "Notice settings" in response.content.decode()
    mine = f"/en/notices/stop/{token}/"
    stopped = client.post(mine).content.decode()
    undo = re.search(r'name="undo" value="([^"]+)"', stopped)
    assert undo
    bens = f"/en/notices/stop/{stop_token(ben.pk, ['letter'])}/"
    assert client.post(bens, {"undo": undo[1]}).status_code == 404
    assert (rhythms_of(anna.pk)["letter"], rhythms_of(ben.pk)["letter"]) == (NEVER, AT_ONCE)


def test_a_provider_that_posts_for_many_readers_is_not_held_up(
    make_user: Callable[..., User], hub: Hub, client: Client, settings: Any
) -> None:
    caches["limits"].clear()
    caches["default"].clear()
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "write": (3, 60, ("POST",), "default")}
    address = f"/en/notices/stop/{stop_token(make_user('member').pk, ['letter'])}/"
    assert {client.post(address).status_code for _ in range(10)} == {200}


def test_who_has_a_text_to_agree_to_can_still_stop_mail(anna: Client) -> None:
    session = anna.session
    session["consents_due"] = True
    session.save()
    address = f"/en/notices/stop/{stop_token(anna.user.pk, ['letter'])}/"
    assert (anna.get(address).status_code, anna.post(address).status_code) == (200, 200)
    assert anna.get("/en/me/notices/").status_code == 302
