"""The pages of introductions: walked by both sides in both languages, refused to everybody else, few queries."""

import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from fairground.accounts.hubs import hub_for_host
from fairground.accounts.models import Hub, OrganisationMembership, RoleAssignment, User
from fairground.match.introductions.answering import agree_to_introduction
from fairground.match.introductions.thread import send_message
from fairground.match.models import Block, Introduction, Match
from fairground.match.tests.introduction_parts import LIMITS, Sides, add, make_sides

QUERIES_OF_LIST = 6
QUERIES_OF_ONE = 9


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User]) -> Sides:
    made = make_sides(hub.pk, make_user, timezone.now())
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    return made


def client_of(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def buyer(sides: Sides) -> Client:
    return client_of(sides.buyer)


@pytest.fixture
def seller(sides: Sides) -> Client:
    return client_of(sides.seller)


@pytest.mark.parametrize("language", ["zh", "en"])
def test_from_a_records_page_to_both_contacts(
    sides: Sides, buyer: Client, seller: Client, language: str
) -> None:
    asked = f"/{language}/introductions/ask/offer/{sides.offer.key}/"
    assert asked in buyer.get(f"/{language}/offer/{sides.offer.key}/").content.decode()
    form = buyer.get(f"{asked}?with={sides.need.key}").content.decode()
    assert f'value="{sides.need.key}" checked' in form
    response = buyer.post(asked, {"own": sides.need.key, "message": "明天谈谈？"}, follow=True)
    introduction = Introduction.objects.get()
    page = f"/{language}/introductions/{introduction.key}/"
    assert response.redirect_chain == [(page, 302)]
    assert page in seller.get(f"/{language}/introductions/").content.decode()
    shown = seller.get(page).content.decode()
    assert ("明天谈谈？" in shown, "needcontact" in shown, sides.buyer.email in shown) == (True, False, False)
    answered = seller.post(f"{page}yes/", follow=True).content.decode()
    assert ("needcontact@example.org" in answered, sides.buyer.email in answered) == (True, True)
    assert "needsecret" not in answered
    shown = buyer.get(page).content.decode()
    assert ("offercontact@example.org" in shown, sides.seller.email in shown) == (True, True)
    buyer.post(f"{page}write/", {"text": "<b>周三</b>", "files": io.BytesIO(b"a,b\n1,2\n")})
    wrong = buyer.post(f"{page}write/", {"text": "看附件", "files": _named(b"<html><script>", "a.pdf")})
    assert (wrong.status_code, "看附件" in wrong.content.decode()) == (409, True)
    buyer.post(f"{page}write/", {"text": "<b>周三</b>", "files": _named(b"a,b\n1,2\n", "表.csv")})
    shown = seller.get(page).content.decode()
    assert ("&lt;b&gt;周三&lt;/b&gt;" in shown, "<b>周三" in shown) == (True, False)
    file = introduction.messages.latest("pk").files.get()
    download = seller.get(f"{page}files/{file.key}/{file.name}")
    assert download.headers["Content-Disposition"].startswith("attachment")
    assert download.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert b"".join(download.streaming_content) == b"a,b\n1,2\n"
    ended = seller.post(f"{page}take-back/", follow=True).content.decode()
    assert ("needcontact" in ended, sides.buyer.email in ended) == (False, False)
    assert seller.get(f"{page}files/{file.key}/{file.name}").status_code == 404
    assert "offercontact" not in buyer.get(f"/{language}/offer/{sides.offer.key}/").content.decode()


def _named(content: bytes, name: str) -> io.BytesIO:
    file = io.BytesIO(content)
    file.name = name
    return file


@pytest.mark.parametrize("language", ["zh", "en"])
def test_declining_without_a_reason_keeps_what_was_typed(
    sides: Sides, buyer: Client, seller: Client, language: str
) -> None:
    introduction = sides.ask(now=timezone.now())
    page = f"/{language}/introductions/{introduction.key}/"
    refused = seller.post(f"{page}decline/", {"remark": "zu teuer", "confidential": "1"})
    assert (refused.status_code, "zu teuer" in refused.content.decode()) == (422, True)
    values = {"reason": "terms", "remark": "zu teuer", "confidential": "1"}
    assert seller.post(f"{page}decline/", values).status_code == 302
    read = buyer.get(page).content.decode()
    wanted = "对方表示暂时不合适" if language == "zh" else "Not now, they say"
    assert (wanted in read, "zu teuer" in read) == (True, False)
    own = seller.get(page).content.decode()
    assert "zu teuer" in own


def test_everybody_else_gets_the_answer_for_one_that_is_not_there(
    sides: Sides, sign_in: Callable[..., Client]
) -> None:
    introduction = sides.agreed(now=timezone.now())
    strangers = [sign_in("member"), sign_in("broker"), sign_in("administrator"), sign_in()]
    for client in strangers:
        for step in ("", "decline/", "take-back/", "block/", "files/000000000000/x.pdf"):
            assert client.get(f"/en/introductions/{introduction.key}/{step}").status_code == 404, step
        for step in ("yes", "decline", "take-back", "agreement", "write", "remove", "block"):
            values = {"reason": "terms", "version": "1", "text": "x", "message": "1"}
            assert client.post(f"/en/introductions/{introduction.key}/{step}/", values).status_code == 404, (
                step
            )
    visitor = Client().get(f"/en/introductions/{introduction.key}/")
    assert (visitor.status_code, "login" in visitor.headers["Location"]) == (302, True)
    introduction.refresh_from_db()
    assert (introduction.state, introduction.messages.count()) == ("agreed", 0)


def test_a_wrong_step_says_why_on_the_page(sides: Sides, buyer: Client, seller: Client) -> None:
    introduction = sides.ask(now=timezone.now())
    page = f"/en/introductions/{introduction.key}/"
    buyer.post(f"{page}take-back/")
    late = seller.post(f"{page}yes/", follow=True)
    assert (late.status_code, "is over and nothing more can change" in late.content.decode()) == (200, True)


def test_a_border_is_confirmed_on_the_page(sides: Sides, hub: Hub, buyer: Client, seller: Client) -> None:
    restricted = add(
        hub.pk, "offer", timezone.now(), title={"zh": "受限"}, organisation=sides.institute.key,
        export_restriction="限制出口",
    )  # fmt: skip
    address = f"/en/introductions/ask/offer/{restricted.key}/"
    refused = buyer.post(address, {"own": sides.need.key, "message": "stays here"})
    assert (refused.status_code, "stays here" in refused.content.decode()) == (409, True)
    buyer.post(address, {"own": sides.need.key, "confirmed": "1"})
    page = f"/en/introductions/{Introduction.objects.get().key}/"
    assert 'name="confirmed"' in seller.get(page).content.decode()
    seller.post(f"{page}yes/", {"confirmed": "1"})
    assert Introduction.objects.get().state == "agreed"


def test_a_broker_proposes_from_a_records_page(
    sides: Sides, sign_in: Callable[..., Client], buyer: Client
) -> None:
    broker = sign_in("broker")
    address = f"/en/introductions/propose/offer/{sides.offer.key}/"
    assert address in broker.get(f"/en/offer/{sides.offer.key}/").content.decode()
    assert "Bearing test wanted" in broker.get(f"{address}?q=Bearing").content.decode()
    assert broker.post(address, {"own": sides.need.key, "message": "why not"}).status_code == 302
    assert broker.post(address, {"own": "nothing"}).status_code == 409
    introduction = Introduction.objects.get()
    assert (introduction.state, introduction.by_broker) == ("proposed", True)
    assert "why not" in buyer.get(f"/en/introductions/{introduction.key}/").content.decode()
    assert buyer.get(address).status_code == 403


def test_a_broker_is_shown_the_best_partners_first_and_none_without_evidence(
    sides: Sides, sign_in: Callable[..., Client]
) -> None:
    judged = (
        ("Good", 0.9, "enough"),
        ("Fair", 0.4, "thin"),
        ("Best", 0.95, "enough"),
        ("Never", 0.01, "none"),
    )
    for title, score, evidence in judged:
        need = add(
            sides.hub_id, "need", timezone.now(), title={"en": f"{title} need"}, organisation=sides.firm.key
        )
        Match.objects.create(
            hub_id=sides.hub_id, asking=need, answering=sides.offer, kinds="need offer", score=score,
            evidence=evidence, reasons={}, method="m", made_at=timezone.now(),
        )  # fmt: skip
    page = sign_in("broker").get(f"/en/introductions/propose/offer/{sides.offer.key}/").content.decode()
    assert re.findall(r"· (\w+) need", page) == ["Best", "Good", "Fair"]


def test_a_pair_leads_each_reader_to_their_own_way(
    sides: Sides, buyer: Client, seller: Client, sign_in: Callable[..., Client]
) -> None:
    pair = f"/en/introductions/between/{sides.need.key}/{sides.offer.key}/"
    assert buyer.get(pair).headers["Location"] == (
        f"/en/introductions/ask/offer/{sides.offer.key}/?with={sides.need.key}"
    )
    assert seller.get(pair).headers["Location"] == (
        f"/en/introductions/ask/need/{sides.need.key}/?with={sides.offer.key}"
    )
    assert sign_in("broker").get(pair).headers["Location"] == (
        f"/en/introductions/propose/offer/{sides.offer.key}/?with={sides.need.key}"
    )


def test_blocking_and_lifting_on_the_pages(sides: Sides, seller: Client, buyer: Client) -> None:
    introduction = sides.ask(now=timezone.now())
    seller.post(f"/en/introductions/{introduction.key}/block/")
    assert seller.get(f"/en/introductions/{introduction.key}/").status_code == 404
    assert buyer.get(f"/en/introductions/{introduction.key}/").status_code == 200
    listed = seller.get("/en/introductions/blocks/").content.decode()
    assert ("Firm A" in listed, sides.buyer.name in listed) == (True, True)
    assert "Firm A" not in buyer.get("/en/introductions/blocks/").content.decode().partition("<main")[2]
    found = seller.get("/zh/introductions/blocks/", {"q": "甲"}).content.decode()
    assert sides.firm.key in found
    for block in Block.objects.all():
        seller.post("/en/introductions/blocks/lift/", {"block": str(block.pk)})
    assert seller.get(f"/en/introductions/{introduction.key}/").status_code == 200
    values = {"organisation": sides.firm.key, "for": str(sides.institute.pk)}
    seller.post("/en/introductions/blocks/add/", values)
    assert Block.objects.get().organisation_id == sides.firm.pk


def test_the_desk_says_how_many_wait(sides: Sides, seller: Client, buyer: Client) -> None:
    sides.ask(now=timezone.now())
    assert "Waiting for you: 1" in seller.get("/en/desk/").content.decode()
    assert "Waiting for you" not in buyer.get("/en/desk/").content.decode()


@pytest.mark.parametrize("count", [1, 3])
def test_a_list_asks_the_database_as_often_for_three_as_for_one(
    sides: Sides, hub: Hub, seller: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    hub_for_host("testserver")
    for number in range(count):
        offer = add(
            hub.pk, "offer", timezone.now(), title={"zh": f"台{number}"}, organisation=sides.institute.key
        )
        sides.ask(target_key=offer.key, now=timezone.now())
    seller.get("/en/introductions/")
    with django_assert_num_queries(QUERIES_OF_LIST):
        assert seller.get("/en/introductions/").content.decode().count('data-mark="◐"') == count


@pytest.mark.parametrize("count", [1, 3])
def test_a_page_asks_the_database_as_often_for_three_messages_as_for_one(
    sides: Sides, seller: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    now = timezone.now()
    introduction = sides.ask(now=now)
    agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    _pair(sides, now)
    for number in range(count):
        file = (f"{number}.csv", io.BytesIO(f"a,{number}\n".encode()))
        send_message(actor=sides.buying, key=introduction.key, text="words", files=[file], now=now)
    seller.get(f"/en/introductions/{introduction.key}/")
    with django_assert_num_queries(QUERIES_OF_ONE):
        body = seller.get(f"/en/introductions/{introduction.key}/").content.decode()
    assert (body.count("words"), "cracks of 0.1 mm" in body) == (count, True)


def _pair(sides: Sides, now: datetime) -> None:
    judgement = {
        "verdict": "met", "requirement": "finds cracks", "sentence": "cracks of 0.1 mm", "level": "must",
        "reason_zh": "满足", "reason_en": "met",
    }  # fmt: skip
    Match.objects.create(
        hub_id=sides.hub_id, asking_id=sides.need.pk, answering_id=sides.offer.pk, kinds="need offer", score=0.8,
        rank_for_asking=1, rank_for_answering=1, evidence="enough", method="test 1", made_at=now,
        reasons={"parts": {}, "judgements": [judgement], "flags": [], "shared_terms": []},
    )  # fmt: skip


def test_an_empty_list_says_what_would_fill_it(sides: Sides, buyer: Client) -> None:
    for language, words in (("zh", "还没有引荐"), ("en", "No introductions yet")):
        assert words in buyer.get(f"/{language}/introductions/").content.decode()


def test_who_left_the_organisation_reads_no_more(sides: Sides, buyer: Client) -> None:
    introduction = sides.agreed(now=timezone.now() - timedelta(days=1))
    OrganisationMembership.objects.filter(user=sides.buyer).delete()
    assert buyer.get(f"/en/introductions/{introduction.key}/").status_code == 404
