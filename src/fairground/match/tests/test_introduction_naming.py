"""What records are called to the sides and the broker of an introduction: nothing withdrawn and written anew."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail
from django.test import Client
from django.utils import timezone

from fairground.accounts.models import Hub, Notice, Record, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.services import change_record, move_record
from fairground.mail.services import send_due
from fairground.match.broker.services import hand_over
from fairground.match.introductions.ending import end_due_introductions
from fairground.match.models import Introduction
from fairground.match.tests.introduction_parts import Sides, make_sides
from fairground.match.tests.test_introduction_pages import client_of

WAS, NOW, SUMMARY = "Ultrasonic tester", "zqsecretproject", "zqsecretsummary"
CLOSED = "a record that is no longer open"


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User]) -> Sides:
    return make_sides(hub.pk, make_user, timezone.now() - timedelta(days=1))


@pytest.fixture
def keeper(make_user: Callable[..., User]) -> User:
    return make_user("broker")


def _kept(sides: Sides, keeper: User) -> Introduction:
    introduction = sides.agreed()
    hand_over(actor=sides.actor(keeper), key=introduction.key, to_user_id=keeper.pk, reason="", now=sides.now)
    return introduction


def _withdrawn_and_written_anew(sides: Sides, now: datetime) -> None:
    _write_anew(sides, now, in_between=lambda: end_due_introductions(now=now))


def _write_anew(sides: Sides, now: datetime, *, in_between: Callable[[], object] = bool) -> None:
    for move in ("withdraw", "reopen"):
        version = Record.objects.get(pk=sides.offer.pk).version
        move_record(
            actor=sides.selling, key=sides.offer.key, move=move, version=version, now=now, reason="Rewritten"
        )
        in_between()
    values = {"title": {"en": NOW}, "summary": {"en": SUMMARY}}
    version = Record.objects.get(pk=sides.offer.pk).version
    change_record(actor=sides.selling, key=sides.offer.key, values=values, version=version, now=now)


def _read(client: Client, introduction: Introduction) -> str:
    pages = (
        "introductions/",
        f"introductions/{introduction.key}/",
        "me/notices/",
        f"broker/{introduction.key}/",
    )
    return "\n".join(client.get(f"/en/{page}").content.decode() for page in pages)


def test_a_withdrawn_record_is_not_followed_into_its_next_draft(sides: Sides, keeper: User) -> None:
    introduction, now = _kept(sides, keeper), timezone.now()
    _withdrawn_and_written_anew(sides, now)
    assert Introduction.objects.get().state == "ended"

    for person in (sides.buyer, keeper):
        read = _read(client_of(person), introduction)
        assert (NOW in read, SUMMARY in read, CLOSED in read) == (False, False, True), person
    assert NOW in _read(client_of(sides.seller), introduction)


def test_news_of_the_end_go_by_the_readers_own_record(sides: Sides, keeper: User) -> None:
    _kept(sides, keeper)
    now = timezone.now()
    _withdrawn_and_written_anew(sides, now)
    assert Notice.objects.filter(user=sides.buyer, kind="introduction").exists()
    mail.outbox.clear()
    queue_notices(now=now + timedelta(minutes=1))
    send_due(now=now + timedelta(minutes=1))
    said = "\n".join(f"{told.subject}\n{told.body}" for told in mail.outbox if told.to == [sides.buyer.email])
    assert (NOW in said, "超声检测仪" in said, "轴承检测需求" in said) == (False, False, True)


def test_while_it_is_open_both_sides_read_what_it_is_about(sides: Sides, keeper: User) -> None:
    introduction = _kept(sides, keeper)
    Record.objects.filter(pk=sides.offer.pk).update(visibility="parties")
    assert WAS in _read(client_of(sides.buyer), introduction)
    assert CLOSED not in _read(client_of(sides.buyer), introduction)


@pytest.mark.parametrize("form", ["decline", "take-back"])
@pytest.mark.parametrize("is_agreed", [False, True])
def test_the_forms_of_an_introduction_name_no_record_that_was_written_anew(
    sides: Sides, form: str, is_agreed: bool
) -> None:
    introduction = sides.agreed() if is_agreed else sides.ask()
    address = f"/en/introductions/{introduction.key}/{form}/"
    assert WAS in client_of(sides.buyer).get(address).content.decode()
    _write_anew(sides, timezone.now())
    for _ in ("before the clock closes it", "after"):
        read = client_of(sides.buyer).get(address).content.decode()
        assert (NOW in read, WAS in read, CLOSED in read) == (False, False, True)
        assert NOW in client_of(sides.seller).get(address).content.decode()
        end_due_introductions(now=timezone.now())
