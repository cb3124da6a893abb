"""Notices by mail: written when they are sent, from what may be read then; one digest, however long the clock slept."""

import re
import smtplib
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core.rhythms import DAILY, WEEKLY
from fairground.accounts.models import Hub, Notice, Record, User
from fairground.accounts.notices import kinds
from fairground.accounts.notices.mails import address_of, queue_notices
from fairground.accounts.notices.services import mark_read, notify
from fairground.accounts.notices.wishes import ALL, set_wishes, stop_mail, stop_of, stop_token
from fairground.accounts.services import add_record, move_record
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox
from fairground.mail.services import SendingResult, send_due

MONDAY = "2026-06-01T00:00:00+00:00"  # eight in Shanghai


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds_here: dict[str, dict[str, Any]] = {
        "letter": {},
        "talk": {"pause": timedelta(hours=1)},
        "alarm": {"mandatory": True},
    }
    for code, values in kinds_here.items():
        kinds.register_notice_kind(
            code, LocalText(f"类{code}", f"Kind {code}"), LocalText("…", "…"), **values
        )


@pytest.fixture
def tell(hub: Hub, now: datetime) -> Callable[..., int]:
    def tell(*people: User, kind: str = "letter", at: datetime = now, **values: Any) -> int:
        subject = values.pop("subject", LocalText("题目", "Subject"))
        return notify(
            hub_id=hub.pk,
            user_ids=[person.pk for person in people],
            kind=kind,
            subject=subject,
            now=at,
            **values,
        )

    return tell


def _sent(now: datetime) -> list[EmailMessage]:
    """Let the clock do its duties once; return what was sent in them."""
    before = len(django_mail.outbox)
    queue_notices(now=now)
    send_due(now=now)
    return django_mail.outbox[before:]


@pytest.mark.django_db
def test_a_notice_at_once_is_one_mail_in_the_reader_s_language(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna, ben = make_user(), make_user()
    User.objects.filter(pk=ben.pk).update(language="en")
    tell(anna, ben, text=LocalText("正文", "Body"), path="/zh/desk/")
    mails = {mail.to[0]: mail for mail in _sent(now)}

    assert {to: mail.subject for to, mail in mails.items()} == {anna.email: "题目", ben.email: "Subject"}
    chinese, english = mails[anna.email].body, mails[ben.email].body
    numbers = {row.user_id: row.pk for row in Notice.objects.all()}
    assert chinese.splitlines()[:3] == [
        "题目",
        "正文",
        f"查看：http://127.0.0.1:8000/zh/me/notices/{numbers[anna.pk]}/",
    ]
    assert english.splitlines()[:3] == [
        "Subject",
        "Body",
        f"See: http://127.0.0.1:8000/en/me/notices/{numbers[ben.pk]}/",
    ]
    assert ("Kind letter" in english, "类" in english, "类letter" in chinese) == (True, False, True)
    assert mails[ben.email].extra_headers["Content-Language"] == "en"
    assert _sent(now + timedelta(days=30)) == []


@pytest.mark.django_db
def test_the_stop_headers_are_those_of_rfc_8058_and_stop_only_what_the_mail_tells_of(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    tell(anna, kind="letter")
    (mail,) = _sent(now)
    headers = mail.message()
    assert headers["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    found = re.fullmatch(
        r"<http://127\.0\.0\.1:8000/zh/notices/stop/([^/]+)/>", headers["List-Unsubscribe"].replace("\n ", "")
    )
    assert found
    assert [kind.code for kind in stop_of(found[1]).kinds] == ["letter"]
    everything = re.findall(r"/notices/stop/([^/]+)/", mail.body)[1]
    assert [kind.code for kind in stop_of(everything).kinds] == ["letter", "talk"]


@pytest.mark.django_db
def test_what_nobody_may_miss_comes_without_a_way_to_stop_it(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    stop_mail(stop=stop_of(stop_token(anna.pk, [ALL])), now=now)
    tell(anna, kind="alarm")
    tell(anna, kind="letter")
    (mail,) = _sent(now)
    assert mail.message()["List-Unsubscribe"] is None
    assert "/notices/stop/" not in mail.body


@pytest.mark.django_db
def test_one_digest_holds_all_that_is_due_and_a_clock_that_slept_sends_one(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    set_wishes(user_id=anna.pk, rhythms={"letter": DAILY, "talk": WEEKLY}, now=now)
    for day in range(7):
        tell(anna, at=now + timedelta(days=day), subject=LocalText(f"第{day}天", f"Day {day}"))
    tell(anna, kind="talk", subject=LocalText("谈话", "Talk"))
    monday = datetime.fromisoformat(MONDAY)
    assert _sent(monday - timedelta(seconds=1)) == []
    late = monday + timedelta(days=7)
    (mail,) = _sent(late)

    assert mail.subject == "8 条通知"
    assert re.findall(r"■ (\S+)", mail.body) == ["第0天", "谈话", *(f"第{day}天" for day in range(1, 7))]
    stop = re.findall(r"/notices/stop/([^/]+)/", mail.body)[0]
    assert [kind.code for kind in stop_of(stop).kinds] == ["letter", "talk"]
    assert _sent(late) == _sent(late + timedelta(days=30)) == []


@pytest.mark.django_db
def test_a_digest_leaves_out_what_may_no_longer_be_read_at_the_time_of_sending(
    tell: Callable[..., int],
    make_user: Callable[..., User],
    hub: Hub,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    anna, clock = make_user("member"), Actor(hub.pk, is_system=True)
    records = [
        add_record(
            actor=clock, kind_code="offer", now=now, publish=True,
            values={"title": {"zh": f"题{place}"}, "visibility": "members"},
        )
        for place in range(3)
    ]  # fmt: skip
    set_wishes(user_id=anna.pk, rhythms={"letter": DAILY}, now=now)
    for record in records:
        tell(anna, subject=LocalText("有变：{title}", "News: {title}"), about_key=record.key)
    tell(anna, subject=LocalText("列出", "Listed"), named=[record.key for record in records])
    due = datetime.fromisoformat(MONDAY)
    queue_notices(now=due)
    queued = Outbox.objects.get()
    assert (queued.subject, queued.text) == ("", "")
    assert "题" not in str(queued.content)

    def refuse(self: object, messages: object) -> int:
        raise smtplib.SMTPServerDisconnected("gone")

    with monkeypatch.context() as broken:
        broken.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", refuse)
        assert send_due(now=due) == SendingResult(put_off=1)
    # Between the first try and the second one record is withdrawn, and another opened to its parties alone.
    move_record(actor=clock, key=records[0].key, move="withdraw", version=1, now=due, reason="不再提供")
    Record.objects.filter(pk=records[1].pk).update(visibility="parties")
    assert send_due(now=due + timedelta(minutes=1)) == SendingResult(sent=1)
    (mail,) = django_mail.outbox

    assert ("题0" in mail.body, "题1" in mail.body) == (False, False)
    assert mail.body.count("题2") == 2
    assert mail.subject == "2 条通知"


@pytest.mark.django_db
def test_nothing_is_sent_where_nothing_is_left_to_tell(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    reader, stopped, gone, without = (make_user() for _ in range(4))
    tell(reader, stopped, gone)
    hidden = add_record(
        actor=Actor(hub.pk, is_system=True), kind_code="offer", now=now, values={"title": {"zh": "草稿"}}
    )
    tell(without, about_key=hidden.key)
    assert queue_notices(now=now) == 4
    mark_read(hub_id=hub.pk, user_id=reader.pk, notice_id=Notice.objects.get(user=reader).pk, now=now)
    stop_mail(stop=stop_of(stop_token(stopped.pk, ["letter"])), now=now)
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert send_due(now=now) == SendingResult(left_out=4)
    assert (Outbox.objects.count(), django_mail.outbox) == (0, [])


@pytest.mark.django_db
def test_only_what_is_new_in_a_list_is_told_again(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna, clock = make_user("member"), Actor(hub.pk, is_system=True)
    keys = [
        add_record(
            actor=clock, kind_code="offer", now=now, publish=True, values={"title": {"zh": f"题{place}"}}
        ).key
        for place in range(3)
    ]
    tell(anna, kind="talk", named=keys[:2])
    (first,) = _sent(now)
    tell(anna, kind="talk", named=keys[1:], at=now + timedelta(minutes=1))
    assert _sent(now + timedelta(minutes=59)) == []
    (second,) = _sent(now + timedelta(hours=1))
    assert [(f"题{place}" in first.body, f"题{place}" in second.body) for place in range(3)] == [
        (True, False),
        (True, False),
        (False, True),
    ]
    assert first.subject == "题目（2）"


@pytest.mark.django_db
def test_a_clock_that_is_killed_in_the_middle_tells_nobody_twice(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = [make_user() for _ in range(3)]
    for person in people:
        set_wishes(user_id=person.pk, rhythms={"letter": DAILY}, now=now)
    tell(*people)
    due, calls = datetime.fromisoformat(MONDAY), []

    def dies_at_the_second(**values: object) -> None:
        from fairground.mail.services import queue_written

        calls.append(values["to"])
        queue_written(**values)  # type: ignore[arg-type]
        if len(calls) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as killed:
        killed.setattr("fairground.accounts.notices.mails.queue_written", dies_at_the_second)
        with pytest.raises(KeyboardInterrupt):
            queue_notices(now=due)
    assert Outbox.objects.count() == 1
    assert queue_notices(now=due) == 2
    send_due(now=due)
    assert sorted(mail.to[0] for mail in django_mail.outbox) == sorted(person.email for person in people)


@pytest.mark.django_db
def test_what_is_rolled_back_is_never_told(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()

    def tell_and_fail() -> None:
        with transaction.atomic():
            tell(anna)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        tell_and_fail()
    assert (Notice.objects.count(), queue_notices(now=now)) == (0, 0)


@pytest.mark.django_db
def test_nothing_typed_becomes_a_header_or_markup(
    tell: Callable[..., int], make_actor: Callable[..., Actor], now: datetime
) -> None:
    owner = make_actor("member")
    title = "<b>A & B</b> {title} %s"
    record = add_record(actor=owner, kind_code="offer", now=now, values={"title": {"zh": title}})
    subject = LocalText("新：{title}\r\nBcc: all@example.org", "")
    tell(User.objects.get(pk=owner.user_id), subject=subject, about_key=record.key)
    (mail,) = _sent(now)
    assert mail.subject == f"新：{title} Bcc: all@example.org"
    assert mail.message()["Bcc"] is None
    assert title in mail.body


@pytest.mark.django_db
def test_a_hub_with_a_name_of_its_own_is_reached_by_it(hub: Hub) -> None:
    assert address_of(hub) == "http://127.0.0.1:8000"
    hub.domain = "hub.example"
    assert address_of(hub) == "http://hub.example"
