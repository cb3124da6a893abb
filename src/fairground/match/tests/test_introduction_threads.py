"""The thread of an introduction, its files, and what an erasure leaves of both."""

import io
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.erasure import erase_person
from fairground.accounts.errors import NotFoundError
from fairground.accounts.held import everything_held
from fairground.accounts.models import Grant, Hub, Notice, OrganisationMembership, User
from fairground.audit.models import Change
from fairground.audit.services import ERASED
from fairground.collect.attachments import find_attachment, sweep_attachments
from fairground.files.core.errors import FileRefusedError
from fairground.files.models import Attachment
from fairground.mail.models import Outbox
from fairground.match.introductions.answering import (
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
)
from fairground.match.introductions.asking import ask_for_introduction
from fairground.match.introductions.standing import IntroductionRefusedError
from fairground.match.introductions.thread import find_file, remove_message, send_message
from fairground.match.models import Block, BrokerNote, Introduction, IntroductionStep, Message
from fairground.match.tests.introduction_parts import LIMITS, Sides, make_sides

PDF = b"%PDF-1.7\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User], now: datetime) -> Sides:
    return make_sides(hub.pk, make_user, now)


def pdf(name: str = "报告.pdf", content: bytes = PDF) -> tuple[str, io.BytesIO]:
    return name, io.BytesIO(content)


def test_both_sides_write_and_read_and_nobody_else_does(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    introduction = sides.agreed()
    message = send_message(
        actor=sides.buying, key=introduction.key, text="周三可以吗？", files=[pdf()], now=now
    )
    attachment = message.files.get()
    assert find_file(sides.selling, introduction.key, attachment.key) == attachment
    assert Notice.objects.filter(user=sides.seller).last().subject.en == "A new message: {title}"
    for actor in (make_actor("member"), make_actor("broker"), make_actor("administrator"), make_actor()):
        with pytest.raises(NotFoundError):
            find_file(actor, introduction.key, attachment.key)
        with pytest.raises(NotFoundError):
            find_attachment(actor, attachment.key)
        with pytest.raises(NotFoundError):
            send_message(actor=actor, key=introduction.key, text="x", now=now)
    assert not Change.objects.filter(after__icontains="周三").exists()


def test_nothing_is_written_before_both_yeses_or_after_the_end(sides: Sides, now: datetime) -> None:
    introduction = sides.ask()
    with pytest.raises(IntroductionRefusedError):
        send_message(actor=sides.buying, key=introduction.key, text="x", now=now)
    agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    message = send_message(actor=sides.buying, key=introduction.key, text="x", files=[pdf()], now=now)
    take_back_introduction(actor=sides.selling, key=introduction.key, now=now)
    with pytest.raises(IntroductionRefusedError):
        send_message(actor=sides.buying, key=introduction.key, text="x", now=now)
    file_key = message.files.get().key
    assert find_file(sides.buying, introduction.key, file_key).key == file_key
    with pytest.raises(NotFoundError):
        find_file(sides.selling, introduction.key, file_key)


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("report.pdf", b"<html><script>alert(1)</script></html>"),
        ("photo.png", PDF),
        ("tool.exe", b"MZ\x90\x00"),
        ("empty.pdf", b""),
    ],
)
def test_a_file_that_lies_about_its_type_is_refused_and_nothing_is_kept(
    sides: Sides, now: datetime, name: str, content: bytes
) -> None:
    introduction = sides.agreed()
    with pytest.raises(FileRefusedError):
        send_message(
            actor=sides.buying, key=introduction.key, text="x", files=[pdf(), pdf(name, content)], now=now
        )
    assert (Message.objects.count(), Attachment.objects.count()) == (0, 0)


def test_too_much_at_once_is_refused(sides: Sides, now: datetime) -> None:
    introduction = sides.agreed()
    refused: list[dict[str, object]] = [
        {"text": ""}, {"text": "x" * 5_001}, {"text": "x", "files": [pdf(f"{n}.pdf") for n in range(6)]},
    ]  # fmt: skip
    for values in refused:
        with pytest.raises(IntroductionRefusedError):
            send_message(actor=sides.buying, key=introduction.key, now=now, **values)
    assert Message.objects.count() == 0


def test_files_of_a_thread_are_not_swept_as_nobodys(sides: Sides, now: datetime) -> None:
    introduction = sides.agreed()
    message = send_message(actor=sides.buying, key=introduction.key, text="", files=[pdf()], now=now)
    sweep_attachments(timezone.now() + timedelta(days=3))
    assert default_storage.exists(message.files.get().stored_as)


def test_a_message_is_taken_back_by_its_author_alone(sides: Sides, now: datetime) -> None:
    introduction = sides.agreed()
    first = send_message(actor=sides.buying, key=introduction.key, text="first", files=[pdf()], now=now)
    second = send_message(actor=sides.buying, key=introduction.key, text="second", files=[pdf()], now=now)
    with pytest.raises(NotFoundError):
        remove_message(actor=sides.selling, key=introduction.key, message_id=first.pk, now=now)
    remove_message(actor=sides.buying, key=introduction.key, message_id=first.pk, now=now)
    remove_message(actor=sides.buying, key=introduction.key, message_id=first.pk, now=now)
    first.refresh_from_db()
    assert (first.text, first.is_removed, second.files.count()) == ("", True, 1)
    remove_message(actor=sides.buying, key=introduction.key, message_id=second.pk, now=now)
    assert Attachment.objects.count() == 0


def test_a_person_alone_who_is_erased_ends_the_talk_and_leaves_no_words(
    sides: Sides, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    person = make_user("member")
    User.objects.filter(pk=person.pk).update(name="Canary Wren")
    actor = actor_for(User.objects.get(pk=person.pk), hub.pk, now=now)
    introduction = ask_for_introduction(
        actor=actor, target_key=sides.offer.key, message="canarywords", limits=LIMITS, now=now
    ).introduction
    agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    send_message(actor=actor, key=introduction.key, text="canarymessage", files=[pdf("canary.pdf")], now=now)
    send_message(actor=sides.selling, key=introduction.key, text="an answer", now=now)
    BrokerNote.objects.create(introduction=introduction, author_name="B", at=now, text="canarynote")
    Block.objects.create(hub=hub, by_organisation_id=sides.firm.pk, user=person, made_at=now)

    held = everything_held(User.objects.get(pk=person.pk))["introductions"]
    assert [row.get("message") or row.get("text") for row in held] == ["canarywords", "canarymessage"]
    erase_person(user_id=person.pk, hub_id=hub.pk, now=now)

    introduction.refresh_from_db()
    assert (introduction.state, introduction.cause, introduction.message) == ("ended", "person_gone", "")
    assert Grant.objects.filter(revoked_at=None).count() == 0
    assert [(row.text, row.author_name, row.is_removed) for row in Message.objects.order_by("pk")] == [
        ("", ERASED, True),
        ("an answer", sides.seller.name, False),
    ]
    assert Notice.objects.filter(user=sides.seller).last().subject.en == "An introduction ended: {title}"
    assert Notice.objects.filter(user=person).count() == 0
    assert Outbox.objects.filter(to=person.email).count() == 0
    assert (Attachment.objects.count(), Block.objects.count()) == (0, 0)
    tables = (Introduction, IntroductionStep, Message, BrokerNote, Change)
    everything = [str(vars(row)) for table in tables for row in table.objects.exclude(pk=None)]
    assert [text for text in everything if "canary" in text.lower()] == []
    everything_held(sides.seller)


def test_an_organisation_with_others_goes_on_when_one_is_erased(
    sides: Sides, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    colleague = make_user("member", managed=(sides.firm.pk,))
    introduction = sides.agreed()
    send_message(actor=sides.buying, key=introduction.key, text="mine", now=now)
    erase_person(user_id=sides.buyer.pk, hub_id=hub.pk, now=now)
    introduction.refresh_from_db()
    assert (introduction.state, introduction.asker_id) == ("agreed", None)
    assert (
        Notice.objects.filter(user=sides.seller).last().subject.en
        == "The other side has another contact now: {title}"
    )
    going_on = actor_for(colleague, hub.pk, now=now)
    send_message(actor=going_on, key=introduction.key, text="I go on", now=now)
    assert [message.text for message in Message.objects.order_by("pk")] == ["", "I go on"]


def test_an_erased_remark_goes_and_the_reason_stays(sides: Sides, hub: Hub, now: datetime) -> None:
    introduction = sides.ask()
    decline_introduction(
        actor=sides.selling, key=introduction.key, reason_code="terms", is_confidential=False,
        remark="too dear", now=now,
    )  # fmt: skip
    OrganisationMembership.objects.filter(user=sides.seller).delete()
    erase_person(user_id=sides.seller.pk, hub_id=hub.pk, now=now)
    introduction.refresh_from_db()
    assert (introduction.remark, introduction.reason_code, introduction.declined_by_id) == ("", "terms", None)
