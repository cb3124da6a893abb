"""The editor's queue: what waits, what changes, what to look at, and the decision with its mail."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

import pytest
from django.core import mail as django_mail
from django.core.mail import EmailMessage
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Notice, Record, Revision, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.services import add_record, move_record, propose_revision
from fairground.audit.models import Change
from fairground.mail.services import send_due

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
VALUES = {
    "title": {"zh": "示例·检测 <b>设备</b>"},
    "summary": {"zh": "显著领先。联系 13800138000。"},
    "protected_detail": {"zh": "保密的配方"},
    "contact": {"email": "owner@example.org"},
}
MaxQueries = Callable[[int], AbstractContextManager[Any]]


@pytest.fixture
def author(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("member")


@pytest.fixture
def editor(sign_in: Callable[..., Client]) -> Client:
    return sign_in("organiser")


def _submitted(author: Actor, **values: Any) -> Record:
    record = add_record(actor=author, kind_code="offer", values={**VALUES, **values}, now=NOW)
    return move_record(actor=author, key=record.key, move="submit", version=1, now=NOW)


def _publish(editor: Client, record: Record) -> None:
    answer = editor.post(
        f"/en/queue/{record.key}/decide/", {"decision": "publish", "version": record.version}
    )
    assert answer.status_code == 302


def _mails() -> list[EmailMessage]:
    """Let the clock send what is due."""
    queue_notices(now=timezone.now())
    send_due(now=timezone.now())
    return django_mail.outbox


def test_empty_queue_says_what_would_fill_it(editor: Client) -> None:
    assert "Nothing waits for review" in editor.get("/en/queue/").content.decode()


@pytest.mark.parametrize("rows", [1, 3])
def test_queue_asks_as_often_for_three_as_for_one(
    rows: int, author: Actor, editor: Client, django_assert_max_num_queries: MaxQueries
) -> None:
    for _ in range(rows):
        _submitted(author)
    editor.get("/en/queue/")
    with django_assert_max_num_queries(9):
        page = editor.get("/en/queue/")
    assert [row.by for row in page.context["rows"]] == [author.name] * rows


def test_review_shows_what_a_glance_would_miss(
    author: Actor, editor: Client, django_assert_max_num_queries: MaxQueries
) -> None:
    _publish(editor, _submitted(author))
    record = _submitted(author)
    editor.get("/en/queue/")
    with django_assert_max_num_queries(12):
        answer = editor.get(f"/zh/queue/{record.key}/")
    page = answer.content.decode()

    wrong = [check.text.en for check in answer.context["checks"] if not check.is_fine]
    assert wrong == [
        "A telephone number or e-mail address stands in the public text: it belongs under 'Contact'.",
        "Title or summary lacks English.",
        "Neither an organisation nor a source is named.",
        wrong[3],
        "Praise without a figure:",
        "Very like what is published already:",
    ]
    assert wrong[3].startswith("Completeness ")
    assert "13800138000" not in str(answer.context["checks"])
    for secret in ("保密的配方", "owner@example.org", "<b>设备"):
        assert secret not in page


def test_publishing_tells_the_author_and_leads_to_the_next(author: Actor, editor: Client) -> None:
    first, second = _submitted(author), _submitted(author)
    answer = editor.post(f"/en/queue/{first.key}/decide/", {"decision": "publish", "version": first.version})

    assert answer.headers["Location"] == f"/en/queue/{second.key}/"
    assert Record.objects.get(pk=first.pk).state == "published"
    (mail,) = _mails()
    assert mail.subject == "已发布：示例·检测 <b>设备</b>"
    notice = Notice.objects.get()
    assert (notice.user_id, notice.path) == (author.user_id, f"/offer/{first.key}/")
    assert f"/zh/me/notices/{notice.pk}/" in mail.body


def test_returning_takes_a_reason_and_the_usual_ones_are_at_hand(author: Actor, editor: Client) -> None:
    record = _submitted(author)
    decide = f"/en/queue/{record.key}/decide/"
    assert editor.post(decide, {"decision": "return", "version": record.version}).status_code == 422
    assert Record.objects.get(pk=record.pk).state == "in_review"
    assert Notice.objects.count() == 0

    editor.post(
        decide,
        {"decision": "return", "version": record.version, "usual": ["target"], "reason": "And a photo."},
    )
    assert Record.objects.get(pk=record.pk).state == "draft"
    (mail,) = _mails()
    assert "that can be tested.\nAnd a photo." in mail.body


def test_nobody_decides_on_their_own(sign_in: Callable[..., Client], hub: Any) -> None:
    client = sign_in("organiser")
    own = Actor(hub.pk, client.user.pk, "Own", frozenset({"organiser"}))
    record = _submitted(own)
    (row,) = client.get("/en/queue/").context["rows"]
    assert row.is_own
    assert "another editor must decide" in client.get(f"/en/queue/{record.key}/").content.decode()

    answer = client.post(
        f"/en/queue/{record.key}/decide/", {"decision": "publish", "version": record.version}
    )
    assert answer.status_code == 403
    assert Record.objects.get(pk=record.pk).state == "in_review"


def test_a_decision_on_what_changed_meanwhile_is_refused(author: Actor, editor: Client) -> None:
    record = _submitted(author)
    answer = editor.post(f"/en/queue/{record.key}/decide/", {"decision": "publish", "version": 1})

    assert answer.status_code == 409
    assert Record.objects.get(pk=record.pk).state == "in_review"
    assert Notice.objects.count() == 0


def test_a_revision_shows_its_differences_and_hides_what_is_closed(author: Actor, editor: Client) -> None:
    record = _submitted(author)
    _publish(editor, record)
    revision = propose_revision(
        actor=author,
        key=record.key,
        values={
            "summary": {"zh": "领先三年。"},
            "protected_detail": {"zh": "新的配方"},
            "contact": {"email": "new@example.org"},
        },
        version=record.version + 1,
        now=NOW,
        note="clearer",
    )
    answer = editor.get(f"/en/queue/{record.key}/")
    page = answer.content.decode()

    assert [(change.label.en, change.after) for change in answer.context["changes"]] == [
        ("Summary (Chinese)", "领先三年。")
    ]
    assert "clearer" in page
    for secret in ("新的配方", "new@example.org", "保密的配方", "owner@example.org"):
        assert secret not in page
    editor.post(f"/en/queue/{record.key}/decide/", {"decision": "publish", "revision": revision.pk})
    assert Record.objects.get(pk=record.pk).summary.zh == "领先三年。"
    assert Revision.objects.get().state == "accepted"
    assert editor.get(f"/en/queue/{record.key}/").status_code == 404


def test_queue_answers_alike_for_those_who_are_no_editors(
    author: Actor, sign_in: Callable[..., Client], client: Client
) -> None:
    record = _submitted(author)
    member = sign_in("member")
    for page in ("queue/", f"queue/{record.key}/", "queue/nothinghere0/"):
        assert member.get(f"/en/{page}").status_code == 404
        assert client.get(f"/en/{page}").status_code == 302
    for key in (record.key, "nothinghere0"):
        assert member.post(f"/en/queue/{key}/decide/", {"decision": "publish"}).status_code == 404
    assert Record.objects.get(pk=record.pk).state == "in_review"


@pytest.mark.parametrize("decision", ["", "delete", "PUBLISH", "\x00"])
def test_a_decision_nobody_offers_is_none(decision: str, author: Actor, editor: Client) -> None:
    record = _submitted(author)

    assert editor.post(f"/en/queue/{record.key}/decide/", {"decision": decision}).status_code == 404


def test_an_editor_withdraws_a_record_of_others_and_its_author_reads_why(
    author: Actor, editor: Client
) -> None:
    record = _submitted(author, contact=None)
    _publish(editor, record)
    Notice.objects.all().delete()
    page, address = f"/en/offer/{record.key}/", f"/en/offer/{record.key}/withdraw/"
    assert f'href="{address}"' in editor.get(page).content.decode()

    asked = editor.get(address)
    assert asked.status_code == 200
    assert editor.post(address, {"version": 3}).status_code == 422
    assert editor.post(address, {"version": 2, "reason": "过时"}).status_code == 409
    record.refresh_from_db()
    assert (record.state, record.version, Notice.objects.count()) == ("published", 3, 0)

    assert editor.post(address, {"version": 3, "reason": "内容已过时"}).headers["Location"] == page
    record.refresh_from_db()
    assert (record.state, Change.objects.latest("id").reason) == ("withdrawn", "内容已过时")
    notice = Notice.objects.get()
    assert (notice.user_id, notice.subject.zh) == (author.user_id, "已撤下：{title}")
    assert "内容已过时" in notice.text.in_language("zh")
    assert f'href="{address}"' not in editor.get(page).content.decode()
    assert editor.post(address, {"version": 4, "reason": "x"}).status_code == 409


def test_only_an_editor_withdraws_what_others_published(
    author: Actor, editor: Client, sign_in: Callable[..., Client], client: Client
) -> None:
    record = _submitted(author)
    _publish(editor, record)
    page, address = f"/en/offer/{record.key}/", f"/en/offer/{record.key}/withdraw/"
    owner = Client()
    owner.force_login(User.objects.get(pk=author.user_id))
    for other in (sign_in("member"), owner):
        assert f'href="{address}"' not in other.get(page).content.decode()
        assert other.post(address, {"version": 3, "reason": "x"}).status_code == 404
    assert client.post(address, {"version": 3, "reason": "x"}).status_code == 302
    record.refresh_from_db()
    assert record.state == "published"


def test_an_organisations_page_leads_to_its_people(
    hub: Hub, clock_actor: Actor, sign_in: Callable[..., Client], client: Client
) -> None:
    firm = add_record(
        actor=clock_actor, kind_code="organisation", values={"title": {"zh": "示例"}}, now=NOW, publish=True
    )
    page, people, join = (
        f"/en/organisation{part}"
        for part in (f"/{firm.key}/", f"s/{firm.key}/people/", f"s/{firm.key}/join/")
    )
    for reader, led in (
        (client, (False, False)),
        (sign_in("member"), (False, True)),
        (sign_in("member", organisations=(firm.pk,)), (True, False)),
    ):
        body = reader.get(page).content.decode()
        assert (f'href="{people}"' in body, f'href="{join}"' in body) == led
        for address, is_there in zip((people, join), led, strict=True):
            assert not is_there or reader.get(address).status_code == 200
