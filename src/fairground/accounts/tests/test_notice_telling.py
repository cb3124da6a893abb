"""Telling people: who gets a line, what folds into one, what they wish, and what is forgotten."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.core.rhythms import AT_ONCE, DAILY, NEVER, WEEKLY
from fairground.accounts.erasure import erase_person
from fairground.accounts.errors import LinkError
from fairground.accounts.held import everything_held
from fairground.accounts.models import Hub, Notice, NoticeWish, User
from fairground.accounts.notices import kinds
from fairground.accounts.notices.expiring import EXPIRING, tell_expiring
from fairground.accounts.notices.reading import shown_notices, unread_count
from fairground.accounts.notices.services import (
    MOST_NAMED,
    READ_KEPT,
    UNREAD_KEPT,
    UnknownNoticeKindError,
    forget_notices,
    mark_all_read,
    mark_read,
    notify,
)
from fairground.accounts.notices.wishes import (
    ALL,
    rhythms_of,
    set_wishes,
    stop_mail,
    stop_of,
    stop_token,
    undo_stop,
    wants_mail_again,
)
from fairground.accounts.services import add_record, move_record, renew_record
from fairground.language.local_text import LocalText

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    """Four kinds and no other: a letter, a talk that folds, what nobody may miss, and one that is paced elsewhere."""
    monkeypatch.setattr(kinds, "_KINDS", {})
    kinds_here: dict[str, dict[str, Any]] = {
        "letter": {},
        "talk": {"pause": HOUR, "opens": kinds.own_affairs},
        "alarm": {"mandatory": True},
        "search": {"paced_at": "/saved/", "pause": timedelta(0), "opens": kinds.own_affairs},
    }
    for code, values in kinds_here.items():
        kinds.register_notice_kind(code, LocalText(f"类{code}", code), LocalText("…", "…"), **values)


@pytest.fixture
def tell(hub: Hub, now: datetime) -> Callable[..., int]:
    def tell(*people: User | int | None, kind: str = "letter", at: datetime = now, **values: Any) -> int:
        numbers = [person.pk if isinstance(person, User) else person for person in people]
        subject = values.pop("subject", LocalText("题", "Subject"))
        return notify(hub_id=hub.pk, user_ids=numbers, kind=kind, subject=subject, now=at, **values)

    return tell


def test_everybody_is_told_once_and_closed_accounts_are_passed_over(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub
) -> None:
    anna, ben, gone = make_user(), make_user(), make_user()
    User.objects.filter(pk=gone.pk).update(is_active=False)

    assert tell(anna, ben, anna, None, gone, 987_654) == 2
    assert sorted(Notice.objects.values_list("user_id", flat=True)) == [anna.pk, ben.pk]
    assert (unread_count(hub.pk, anna.pk), unread_count(hub.pk + 1, anna.pk)) == (1, 0)


def test_the_same_word_tells_once(tell: Callable[..., int], make_user: Callable[..., User]) -> None:
    anna, ben = make_user(), make_user()
    assert tell(anna, once="x") == 1
    assert tell(anna, ben, once="x") == 1
    assert tell(anna) == 1
    assert Notice.objects.filter(user=anna).count() == 2
    assert Notice.objects.filter(user=ben).count() == 1


def test_ten_messages_in_an_hour_are_one_line_and_two_mails(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    tell(anna, kind="talk", about_key="thread")
    row = Notice.objects.get()
    assert (row.mail_at, row.count) == (now, 1)
    Notice.objects.update(mail_at=None, mailed_at=now)  # as the clock leaves it
    for minute in range(1, 10):
        tell(
            anna, kind="talk", about_key="thread", at=now + timedelta(minutes=minute),
            subject=LocalText(f"第{minute}", str(minute)),
        )  # fmt: skip
    row = Notice.objects.get()

    assert (row.count, row.subject.en, row.changed_at) == (10, "9", now + timedelta(minutes=9))
    assert row.mail_at == now + HOUR


def test_what_was_read_begins_anew_and_other_threads_stand_apart(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna = make_user()
    tell(anna, kind="talk", about_key="one")
    tell(anna, kind="talk", about_key="two")
    Notice.objects.filter(about_key="one").update(mail_at=None, mailed_at=now)
    first = Notice.objects.get(about_key="one")
    assert mark_read(hub_id=hub.pk, user_id=anna.pk, notice_id=first.pk, now=now) == first
    tell(anna, kind="talk", about_key="one", at=now + timedelta(minutes=5))

    fresh = Notice.objects.get(about_key="one", read_at=None)
    assert (fresh.count, fresh.mail_at) == (1, now + HOUR)
    assert Notice.objects.count() == 3


def test_lists_grow_without_repeats_and_not_without_end(
    tell: Callable[..., int], make_user: Callable[..., User]
) -> None:
    anna = make_user()
    tell(anna, kind="talk", about_key="x", named=["a", "b", "a"])
    Notice.objects.update(told=2)
    tell(anna, kind="talk", about_key="x", named=["b", "c"])
    row = Notice.objects.get()
    assert (row.named, row.told) == (["a", "b", "c"], 2)
    tell(anna, kind="talk", about_key="x", named=[f"n{place}" for place in range(MOST_NAMED - 1)])
    row = Notice.objects.get()
    assert (len(row.named), row.named[0], row.told) == (MOST_NAMED, "c", 0)


@pytest.mark.parametrize("path", ["https://evil.example/", "//evil.example/", "/\\evil.example", "me/"])
def test_a_notice_leads_nowhere_else(
    path: str, tell: Callable[..., int], make_user: Callable[..., User]
) -> None:
    with pytest.raises(ValueError, match="a page of this portal"):
        tell(make_user(), path=path)
    assert Notice.objects.count() == 0


def test_a_path_loses_its_language_and_an_unknown_kind_is_an_error(
    tell: Callable[..., int], make_user: Callable[..., User]
) -> None:
    anna = make_user()
    tell(anna, path="/en/offer/x/?q=/zh/")
    assert Notice.objects.get().path == "/offer/x/?q=/zh/"
    with pytest.raises(UnknownNoticeKindError):
        tell(anna, kind="nothing")


def test_wishes_decide_when_mail_is_due(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    due = {}
    for rhythm in (AT_ONCE, DAILY, WEEKLY, NEVER):
        person = make_user()
        set_wishes(user_id=person.pk, rhythms={"letter": rhythm, "alarm": rhythm, "search": rhythm}, now=now)
        for kind in ("letter", "alarm", "search"):
            tell(person, kind=kind)
        due[rhythm] = [
            (row.mail_as, row.mail_at and row.mail_at.isoformat())
            for row in Notice.objects.filter(user=person).order_by("pk")
        ]
    at_once, monday = (AT_ONCE, now.isoformat()), "2026-06-01T00:00:00+00:00"
    searched = (DAILY, now.isoformat())  # the search's own rhythm made it due: it goes into a digest now
    assert due == {
        AT_ONCE: [at_once, at_once, searched],
        DAILY: [(DAILY, monday), at_once, searched],
        WEEKLY: [(WEEKLY, monday), at_once, searched],
        NEVER: [(NEVER, None), at_once, (NEVER, None)],
    }


def test_a_changed_wish_moves_what_waits_and_not_what_was_told(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    set_wishes(user_id=anna.pk, rhythms={"letter": WEEKLY}, now=now)
    tell(anna)
    tell(anna)
    told = Notice.objects.order_by("pk")[0]
    Notice.objects.filter(pk=told.pk).update(mail_at=None, mailed_at=now)
    set_wishes(user_id=anna.pk, rhythms={"letter": AT_ONCE, "alarm": NEVER, "?": DAILY}, now=now)

    assert Notice.objects.get(pk=told.pk).mail_at is None
    assert Notice.objects.exclude(pk=told.pk).get().mail_at == now
    assert list(NoticeWish.objects.values_list("kind", "rhythm")) == [("letter", AT_ONCE)]
    set_wishes(user_id=anna.pk, rhythms={"letter": NEVER}, now=now)
    assert set(Notice.objects.values_list("mail_at", flat=True)) == {None}


def test_a_stop_ends_its_kind_alone_and_can_be_undone(
    tell: Callable[..., int], make_user: Callable[..., User], now: datetime
) -> None:
    anna, ben = make_user(), make_user()
    set_wishes(user_id=anna.pk, rhythms={"letter": DAILY}, now=now)
    before = rhythms_of(anna.pk)
    tell(anna)
    stop = stop_of(stop_token(anna.pk, ["letter"]))
    undo = stop_mail(stop=stop, now=now)

    assert rhythms_of(anna.pk) == {**before, "letter": NEVER}
    assert rhythms_of(ben.pk)["letter"] == AT_ONCE
    assert Notice.objects.get().mail_at is None
    undo_stop(stop=stop, token=undo, now=now)
    assert rhythms_of(anna.pk) == before


def test_stopping_everything_spares_what_nobody_may_miss_and_holds_for_kinds_to_come(
    make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    set_wishes(user_id=anna.pk, rhythms={"letter": WEEKLY}, now=now)
    stop = stop_of(stop_token(anna.pk, [ALL]))
    undo = stop_mail(stop=stop, now=now)
    kinds.register_notice_kind("later", LocalText("以后", "Later"), LocalText("…", "…"))
    off = {"letter": NEVER, "talk": NEVER, "alarm": AT_ONCE, "search": NEVER, "later": NEVER}
    assert rhythms_of(anna.pk) == off

    again = stop_mail(stop=stop, now=now)
    undo_stop(stop=stop, token=again, now=now)
    assert rhythms_of(anna.pk) == off
    undo_stop(stop=stop, token=undo, now=now)
    assert rhythms_of(anna.pk) == {
        "letter": WEEKLY, "talk": AT_ONCE, "alarm": AT_ONCE, "search": AT_ONCE, "later": AT_ONCE
    }  # fmt: skip


def test_asking_for_news_of_a_search_takes_its_stop_back(
    make_user: Callable[..., User], now: datetime
) -> None:
    anna = make_user()
    stop_mail(stop=stop_of(stop_token(anna.pk, ["search", "letter"])), now=now)
    wants_mail_again(user_id=anna.pk, kind="search", now=now)
    assert (rhythms_of(anna.pk)["search"], rhythms_of(anna.pk)["letter"]) == (AT_ONCE, NEVER)


def test_tokens_of_others_and_tampered_ones_are_refused_alike(
    make_user: Callable[..., User], now: datetime
) -> None:
    anna, ben = make_user(), make_user()
    token = stop_token(anna.pk, ["letter"])
    undo = stop_mail(stop=stop_of(token), now=now)
    bens = stop_token(ben.pk, ["letter"])
    body, _, _ = token.rpartition(":")
    _, _, bens_signature = bens.rpartition(":")
    tampered = ["", "x", token[:-1], token + "x", f"{body}:{bens_signature}", undo, token.swapcase()]
    words = set()
    for wrong in tampered:
        with pytest.raises(LinkError) as refused:
            stop_of(wrong)
        words.add(refused.value.message)
    User.objects.filter(pk=anna.pk).update(is_active=False)
    with pytest.raises(LinkError) as refused:
        stop_of(token)
    assert words == {refused.value.message}
    for wrong in (undo, token, undo + "x"):
        with pytest.raises(LinkError):
            undo_stop(stop=stop_of(bens), token=wrong, now=now)
    assert rhythms_of(ben.pk)["letter"] == AT_ONCE


def test_a_title_is_that_of_now_and_goes_with_the_right_to_read(
    tell: Callable[..., int], make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    owner, reader = make_actor("member"), make_actor("member")
    clock = Actor(hub.pk, is_system=True)
    record = add_record(
        actor=owner, kind_code="offer", now=now, values={"title": {"zh": "第一{title}", "en": "First"}}
    )
    about = {"about_key": record.key, "path": f"/zh/offer/{record.key}/"}
    tell(owner.user_id, reader.user_id, subject=LocalText("新：{title}", "New: {title}"), **about)

    def line(actor: Actor) -> tuple[str, str, bool]:
        (shown,) = shown_notices(actor, list(Notice.objects.filter(user_id=actor.user_id)), now=now)
        return shown.subject.in_language("zh"), shown.path, shown.is_open

    assert line(owner) == ("新：第一{title}", f"/offer/{record.key}/", True)
    assert line(reader) == ("类letter", "", False)
    record.title = LocalText("第二", "Second")
    record.state = "published"
    record.save()
    assert line(owner)[0] == line(reader)[0] == "新：第二"
    move_record(
        actor=clock, key=record.key, move="withdraw", version=record.version, now=now, reason="不再提供"
    )
    assert (line(owner)[2], line(reader)) == (True, ("类letter", "", False))


def test_what_a_notice_lists_is_asked_one_by_one(
    tell: Callable[..., int], make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    reader, clock = make_actor("member"), Actor(hub.pk, is_system=True)
    hidden = add_record(
        actor=clock, kind_code="organisation", now=now, publish=True,
        values={"title": {"en": "Hidden firm"}, "visibility": "parties"},
    )  # fmt: skip
    keys = [
        add_record(
            actor=clock, kind_code="offer", now=now, publish=True,
            values={"title": {"en": visibility}, "visibility": visibility, "organisation": hidden.key},
        ).key
        for visibility in ("public", "parties", "members")
    ]  # fmt: skip
    tell(reader.user_id, named=[*keys, "nothing"])
    tell(reader.user_id, named=[keys[1], "nothing"])
    some, none = shown_notices(reader, list(Notice.objects.order_by("pk")), now=now)

    assert [(record.title.en, record.organisation.en) for record in some.named] == [
        ("public", None),
        ("members", None),
    ]
    assert (some.is_open, some.count) == (True, 2)
    assert (none.is_open, none.named, none.subject.en) == (False, (), "letter")


def test_people_are_told_once_before_each_date_of_validity(
    monkeypatch: pytest.MonkeyPatch, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    kinds.register_notice_kind(EXPIRING, LocalText("到期", "Expiry"), LocalText("…", "…"))
    clock = Actor(hub.pk, is_system=True)
    firm = add_record(
        actor=clock, kind_code="organisation", now=now, publish=True, values={"title": {"zh": "示例"}}
    )
    author, manager, _ = (
        make_user("member"),
        make_user(managed=(firm.pk,)),
        make_user(organisations=(firm.pk,)),
    )
    owner = actor_for(author, hub.pk, now=now)
    for days in (-1, 0, 14, 15):
        values = {
            "title": {"zh": f"{days}"},
            "organisation": firm.key,
            "valid_until": str((now + timedelta(days=days)).date()),
        }
        written = add_record(actor=clock, kind_code="offer", now=now, publish=True, values=values)
        if days == 14:
            written.created_by_id = owner.user_id
            written.save()
            ours = written
    assert tell_expiring(hub_id=hub.pk, now=now) == 2
    assert tell_expiring(hub_id=hub.pk, now=now + HOUR) == 0
    assert set(Notice.objects.values_list("user_id", flat=True)) == {author.pk, manager.pk}

    soon = str((now + timedelta(days=20)).date())
    renew_record(actor=owner, key=ours.key, valid_until=soon, version=1, now=now)
    assert (
        tell_expiring(hub_id=hub.pk, now=now + timedelta(days=10)) == 2
    )  # the one renewed, and the one of 15 days
    assert Notice.objects.filter(user=author).count() == 2


def test_old_lines_are_forgotten_unread_ones_later(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna = make_user()
    for _ in range(3):
        tell(anna)
    read, *_ = Notice.objects.order_by("pk")
    mark_read(hub_id=hub.pk, user_id=anna.pk, notice_id=read.pk, now=now)
    assert forget_notices(now=now + READ_KEPT) == 0
    assert forget_notices(now=now + READ_KEPT + timedelta(seconds=1)) == 1
    assert forget_notices(now=now + UNREAD_KEPT) == 0
    assert forget_notices(now=now + UNREAD_KEPT + timedelta(seconds=1)) == 2


def test_reading_everything_leaves_what_came_meanwhile_and_what_is_others(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna, ben = make_user(), make_user()
    tell(anna, ben)
    tell(anna, at=now + timedelta(seconds=1))
    assert mark_all_read(hub_id=hub.pk, user_id=anna.pk, until=now, now=now + HOUR) == 1
    assert (unread_count(hub.pk, anna.pk), unread_count(hub.pk, ben.pk)) == (1, 1)
    annas = Notice.objects.filter(user=anna, read_at=None).get()
    assert mark_read(hub_id=hub.pk, user_id=ben.pk, notice_id=annas.pk, now=now) is None
    assert unread_count(hub.pk, anna.pk) == 1


def test_notices_and_wishes_are_held_exported_and_erased(
    tell: Callable[..., int], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna, ben = make_user(), make_user()
    for person in (anna, ben):
        tell(person, subject=LocalText("特别的题", "Special"))
        set_wishes(user_id=person.pk, rhythms={"letter": WEEKLY}, now=now)
    held = everything_held(anna)["notices"]
    assert [row.get("subject") or row["mail"] for row in held] == [WEEKLY, "特别的题"]

    erase_person(user_id=anna.pk, hub_id=hub.pk, now=now)
    assert set(Notice.objects.values_list("user_id", flat=True)) == {ben.pk}
    assert set(NoticeWish.objects.values_list("user_id", flat=True)) == {ben.pk}
    assert everything_held(User.objects.get(pk=anna.pk))["notices"] == []
