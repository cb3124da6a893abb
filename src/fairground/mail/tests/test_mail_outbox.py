import smtplib
from datetime import datetime, timedelta
from email.utils import parseaddr

import pytest
from django.core import mail as django_mail
from django.db import transaction

from fairground.mail.models import Outbox
from fairground.mail.services import (
    WAITS,
    SendingResult,
    WrongMailAddressError,
    erase_mail,
    forget_sent,
    queue_mail,
    send_due,
)

pytestmark = pytest.mark.django_db


def _queue(now: datetime, to: str = "reader@example.org", **values: str) -> Outbox | None:
    return queue_mail(
        to=to, language="en", subject=values.pop("subject", "Hello"), text="Text\n", now=now, **values
    )


@pytest.fixture
def broken_server(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: object, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)


def test_a_mail_is_sent_once_and_its_text_forgotten(now: datetime) -> None:
    _queue(now)

    assert send_due(now=now) == SendingResult(sent=1)
    assert send_due(now=now + timedelta(days=1)) == SendingResult()
    assert [message.body for message in django_mail.outbox] == ["Text\n"]
    row = Outbox.objects.get()
    assert (row.sent_at, row.due_at, row.text) == (now, None, "")


def test_what_is_rolled_back_is_never_told(now: datetime) -> None:
    def queue_and_fail() -> None:
        with transaction.atomic():
            _queue(now)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        queue_and_fail()
    assert Outbox.objects.count() == 0


def test_a_failing_server_is_tried_again_ever_more_rarely_then_given_up(
    now: datetime, broken_server: None
) -> None:
    _queue(now)
    at = now
    for wait in WAITS:
        assert send_due(now=at) == SendingResult(put_off=1)
        assert send_due(now=at + wait - timedelta(seconds=1)) == SendingResult()
        at += wait
    assert send_due(now=at) == SendingResult(given_up=1)
    row = Outbox.objects.get()
    assert (row.due_at, row.sent_at, row.tries) == (None, None, len(WAITS) + 1)
    assert row.text == "Text\n"


def test_a_mail_taken_by_one_sender_is_left_alone_by_another(now: datetime) -> None:
    row = _queue(now)
    assert row is not None
    Outbox.objects.filter(pk=row.pk).update(
        due_at=now + timedelta(minutes=10)
    )  # as a running sender leaves it

    assert send_due(now=now) == SendingResult()
    assert send_due(now=now + timedelta(minutes=10)) == SendingResult(sent=1)


@pytest.mark.parametrize(
    "to",
    ["", "nobody", "a@example.org\nBcc: all@example.org", "a@example.org, b@example.org", "a b@example.org"],
)
def test_an_address_that_is_none_is_refused(to: str, now: datetime) -> None:
    with pytest.raises(WrongMailAddressError):
        _queue(now, to=to)


def test_nothing_in_a_subject_becomes_a_header(now: datetime) -> None:
    _queue(now, subject="Hello\r\nBcc: all@example.org\x0b\u2028X-Other: 1")
    send_due(now=now)

    message = django_mail.outbox[0].message()
    assert message["Bcc"] is None
    assert message["X-Other"] is None
    assert parseaddr(message["To"])[1] == "reader@example.org"


def test_a_mail_of_the_same_word_is_queued_once(now: datetime) -> None:
    assert _queue(now, once="digest:1:2026-11-22") is not None
    assert _queue(now, once="digest:1:2026-11-22") is None
    assert Outbox.objects.count() == 1


def test_mails_to_an_address_can_be_erased_and_old_ones_forgotten(now: datetime) -> None:
    _queue(now, to="Someone@example.org")
    _queue(now)
    assert erase_mail(["someone@example.org"]) == 1
    assert erase_mail([]) == 0
    send_due(now=now)
    assert forget_sent(before=now) == 0
    assert forget_sent(before=now + timedelta(seconds=1)) == 1
