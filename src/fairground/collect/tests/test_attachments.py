"""Files of records: who adds, who reads, how they are handed out, and that nobody else learns that they are there."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import transaction
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.core import states
from fairground.accounts.errors import AccountsError, MoveRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.models import Grant, Hub, Record, RoleAssignment, User
from fairground.audit.models import Change
from fairground.collect.attachments import (
    add_attachment,
    address_of,
    attachment_rows,
    attachments_of,
    find_attachment,
    remove_attachment,
    sweep_attachments,
)
from fairground.collect.models import Offer
from fairground.files import services
from fairground.files.core.errors import FileRefusedError, TooManyFilesError
from fairground.files.models import Attachment
from fairground.files.services import sweep_files
from fairground.language.local_text import LocalText

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n%%EOF"


@pytest.fixture(autouse=True)
def _files(settings: Any, tmp_path: Path) -> None:
    settings.STORAGES = {
        **settings.STORAGES,
        "default": {
            "BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path / "files")},
        },
    }


@pytest.fixture
def owner(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("offerer")


@pytest.fixture
def draft(hub: Hub, owner: Actor) -> Offer:
    return Offer.objects.create(hub=hub, kind="offer", title=LocalText("膜"), created_by_id=owner.user_id)


def _publish(record: Record, visibility: str = "public") -> None:
    Record.objects.filter(pk=record.pk).update(state=states.PUBLISHED, visibility=visibility)


def _add(actor: Actor, record: Record, now: datetime, name: str = "报告.pdf", **values: Any) -> Attachment:
    content = io.BytesIO(values.pop("content", PDF))
    return add_attachment(actor=actor, key=record.key, name=name, content=content, now=now, **values)


def _status(client: Client, address: str) -> int:
    answer = client.get(address)
    if answer.streaming:
        assert b"".join(answer)  # read to its end, which closes the file
    return int(answer.status_code)


def _stored(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.rglob("*") if path.is_file())


def test_owner_adds_a_file_to_a_draft_and_it_is_logged(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    added = _add(owner, draft, now, name="C:\\x\\..\\报告.PDF")
    assert (added.name, added.ending, added.media_type, added.size) == (
        "报告.PDF",
        "pdf",
        "application/pdf",
        len(PDF),
    )
    assert _stored(tmp_path / "files") == [added.key]
    change = Change.objects.get()
    assert (change.action, change.kind, change.key, change.actor_id) == (
        "attach",
        "offer",
        draft.key,
        owner.user_id,
    )
    assert change.after["attachment"]["sha256"] == added.sha256
    assert list(attachments_of(owner, draft)) == [added]


def test_the_same_file_twice_is_stored_once(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    assert _add(owner, draft, now).pk == _add(owner, draft, now).pk
    other = _add(owner, draft, now, name="other.pdf")
    assert (Attachment.objects.count(), Change.objects.count()) == (2, 2)
    assert len(_stored(tmp_path / "files")) == 2
    assert other.key != Attachment.objects.first().key


def test_refused_files_leave_nothing(draft: Offer, owner: Actor, now: datetime, tmp_path: Path) -> None:
    for name, content in (("a.html", b"<html>"), ("a.svg", b"<svg/>"), ("a.pdf", b"<html>"), ("a.pdf", b"")):
        with pytest.raises(FileRefusedError):
            _add(owner, draft, now, name=name, content=content)
    assert (Attachment.objects.count(), Change.objects.count(), _stored(tmp_path)) == (0, 0, [])


def test_a_record_has_so_many_files_at_most(
    draft: Offer, owner: Actor, now: datetime, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(services, "MOST_FILES", 2)
    for number in range(2):
        _add(owner, draft, now, name=f"{number}.pdf")
    with pytest.raises(TooManyFilesError):
        _add(owner, draft, now, name="third.pdf")
    assert len(_stored(tmp_path / "files")) == 2


def test_open_files_of_submitted_records_go_past_an_editor(
    draft: Offer, owner: Actor, now: datetime, make_actor: Callable[..., Actor]
) -> None:
    _publish(draft)
    with pytest.raises(MoveRefusedError):
        _add(owner, draft, now)
    assert _add(owner, draft, now, name="secret.pdf", visibility="protected").visibility == "protected"
    assert _add(make_actor("organiser"), draft, now).visibility == "open"


@pytest.mark.parametrize("role", ["member", "offerer", "broker", ""])
def test_nobody_else_adds_or_removes(
    draft: Offer, owner: Actor, now: datetime, make_actor: Callable[..., Actor], hub: Hub, role: str
) -> None:
    other = make_actor(role) if role else visitor(hub.pk)
    added = _add(owner, draft, now)
    for refusal in (NotFoundError, NotAllowedError):
        with pytest.raises(refusal):
            _add(other, draft, now, name="mine.pdf")
        with pytest.raises(refusal):
            remove_attachment(actor=other, key=added.key, now=now)
        _publish(draft)
    assert Attachment.objects.get() == added


@pytest.mark.django_db(transaction=True)
def test_removed_file_is_gone_and_that_is_logged(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    added = _add(owner, draft, now)
    remove_attachment(actor=owner, key=added.key, now=now, reason="outdated")
    assert (_stored(tmp_path / "files"), Attachment.objects.count()) == ([], 0)
    change = Change.objects.get(action="detach")
    assert (change.before["attachment"]["name"], change.reason) == ("报告.pdf", "outdated")


@pytest.mark.django_db(transaction=True)
def test_a_removal_that_fails_loses_nothing(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    added = _add(owner, draft, now)
    with transaction.atomic():
        remove_attachment(actor=owner, key=added.key, now=now)
        transaction.set_rollback(True)
    assert (_stored(tmp_path / "files"), Attachment.objects.count()) == ([added.key], 1)


def test_content_without_a_row_is_swept_after_a_day(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    added = _add(owner, draft, now)
    (tmp_path / "files" / "zz").mkdir()
    (tmp_path / "files" / "zz" / "zz0000000000").write_bytes(b"left by a process that died")
    assert sweep_files(timezone.now()) == 0
    assert (sweep_files(timezone.now() + timedelta(days=2)), _stored(tmp_path / "files")) == (1, [added.key])


@pytest.mark.django_db(transaction=True)
def test_files_of_a_deleted_draft_are_swept(
    draft: Offer, owner: Actor, now: datetime, tmp_path: Path
) -> None:
    _add(owner, draft, now)
    assert sweep_attachments(timezone.now()) == 0
    Record.objects.filter(pk=draft.pk).delete()
    assert (sweep_attachments(timezone.now()), _stored(tmp_path / "files")) == (1, [])
    assert Attachment.objects.count() == 0


_READERS = ("visitor", "member", "owner", "editor", "granted", "elsewhere", "revoked")


@pytest.mark.parametrize(
    ("state", "record", "file", "may_read"),
    [
        ("draft", "public", "open", "owner editor"),
        ("in_review", "public", "open", "owner editor"),
        ("published", "public", "open", " ".join(_READERS)),
        ("published", "members", "open", "member owner editor granted revoked"),
        ("published", "parties", "open", "owner editor granted"),
        ("published", "public", "protected", "owner granted"),
        ("published", "parties", "protected", "owner granted"),
        ("draft", "public", "protected", "owner"),
        ("withdrawn", "public", "open", "owner editor"),
    ],
)
def test_who_reads_what(
    hub: Hub,
    draft: Offer,
    owner: Actor,
    make_user: Callable[..., User],
    client: Client,
    state: str,
    record: str,
    file: str,
    may_read: str,
) -> None:
    now = timezone.now()
    added = _add(owner, draft, now, visibility=file)
    Record.objects.filter(pk=draft.pk).update(state=state, visibility=record)
    other = Offer.objects.create(hub=hub, kind="offer", title=LocalText("乙"))
    users = {
        "visitor": None,
        "member": make_user("member"),
        "owner": User.objects.get(pk=owner.user_id),
        "editor": make_user("organiser"),
        "granted": make_user("member"),
        "elsewhere": make_user(),
        "revoked": make_user("member"),
    }
    RoleAssignment.objects.update(since=now - timedelta(days=1))
    for name, about, revoked in (
        ("granted", draft, None),
        ("elsewhere", other, None),
        ("revoked", draft, now),
    ):
        Grant.objects.create(
            record_id=about.pk,
            user=users[name],
            scope="protected",
            reason="x",
            given_at=now,
            revoked_at=revoked,
        )
    answers: dict[str, int] = {}
    for name, user in users.items():
        client.logout()
        if user is not None:
            client.force_login(user)
        answers[name] = _status(client, address_of(added))
    assert {name for name, code in answers.items() if code == 200} == set(may_read.split())
    assert set(answers.values()) <= {200, 404}


def test_forbidden_and_unknown_answer_alike(
    draft: Offer, owner: Actor, now: datetime, client: Client
) -> None:
    added = _add(owner, draft, now)
    answers = []
    for key in (added.key, "0" * 12):
        answer = client.get(f"/files/{key}/{added.name}")
        answers.append((answer.status_code, answer.content.replace(key.encode(), b"")))
    assert answers[0] == answers[1]
    _publish(draft)
    assert _status(client, address_of(added)) == 200
    assert client.get(f"/files/{added.key}/another.pdf").status_code == 404


def test_handed_out_as_a_download_that_nothing_can_run(
    draft: Offer, owner: Actor, now: datetime, client: Client
) -> None:
    added = _add(owner, draft, now, name='a";x=<b>报告 50%#?.csv', content=b"=1+1,<b>")
    _publish(draft)
    answer = client.get(address_of(added))
    assert b"".join(answer) == b"=1+1,<b>"
    headers = answer.headers
    assert headers["Content-Disposition"].startswith("attachment; filename*=utf-8''a%22%3Bx%3D%3Cb%3E")
    assert (headers["X-Content-Type-Options"], headers["Content-Type"]) == ("nosniff", "text/csv")
    assert headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
    assert client.post(address_of(added)).status_code == 405


def test_path_tricks_reach_nothing(
    draft: Offer, owner: Actor, now: datetime, client: Client, tmp_path: Path
) -> None:
    (tmp_path / "secret").write_text("x")
    added = _add(owner, draft, now)
    _publish(draft)
    for address in (
        "/files/../secret",
        "/files/..%2f..%2fsecret/x",
        f"/files/{added.key}/..%2f..%2fsecret",
        "/files/",
    ):
        assert client.get(address).status_code == 404


def test_content_that_is_missing_is_not_there(
    draft: Offer, owner: Actor, now: datetime, client: Client
) -> None:
    added = _add(owner, draft, now)
    _publish(draft)
    default_storage.delete(added.stored_as)
    assert client.get(address_of(added)).status_code == 404


def test_log_says_little_of_a_protected_file(draft: Offer, owner: Actor, now: datetime) -> None:
    _add(owner, draft, now, name="secret-name.pdf", visibility="protected")
    assert "secret-name" not in str(Change.objects.get().after)


def test_protected_files_are_not_even_named_to_others(
    draft: Offer, owner: Actor, now: datetime, hub: Hub, make_actor: Callable[..., Actor]
) -> None:
    _add(owner, draft, now)
    hidden = _add(owner, draft, now, name="secret.pdf", visibility="protected")
    _publish(draft)
    seen = {
        who: [row["name"] for row in attachment_rows(actor, draft)]
        for who, actor in (
            ("owner", owner),
            ("visitor", visitor(hub.pk)),
            ("editor", make_actor("organiser")),
        )
    }
    assert seen == {
        "owner": ["报告.pdf", "secret.pdf"],
        "visitor": ["报告.pdf"],
        "editor": ["报告.pdf"],
    }
    with pytest.raises(AccountsError):
        find_attachment(make_actor("organiser"), hidden.key)


@pytest.mark.parametrize("count", [1, 3])
def test_listing_asks_as_little_for_many(
    draft: Offer,
    owner: Actor,
    now: datetime,
    make_actor: Callable[..., Actor],
    count: int,
    django_assert_num_queries: Any,
) -> None:
    reader = make_actor("member")
    for number in range(count):
        _add(owner, draft, now, name=f"{number}.pdf")
        _add(owner, draft, now, name=f"{number}.txt", content=b"x", visibility="protected")
    with django_assert_num_queries(2):
        rows = attachment_rows(reader, draft)
    assert len(rows) == count
