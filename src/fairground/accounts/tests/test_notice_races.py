"""Two clocks and two writers at the same moment, in real threads, on the database that runs the tests."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from fairground.accounts.core.rhythms import DAILY, NEVER
from fairground.accounts.models import Hub, Notice, User
from fairground.accounts.notices import kinds
from fairground.accounts.notices.mails import queue_notices, write_notice_mail
from fairground.accounts.notices.services import notify
from fairground.accounts.notices.wishes import rhythms_of, set_wishes, stop_mail, stop_of, stop_token
from fairground.database.tests.two_sessions import at_once
from fairground.language.local_text import LocalText
from fairground.mail.models import Outbox

EIGHT = datetime.fromisoformat("2026-06-01T00:00:00+00:00")  # in Shanghai
TIMES = 4


@pytest.fixture(autouse=True)
def known_kinds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kinds, "_KINDS", {})
    for code, pause in (("letter", None), ("talk", timedelta(hours=1))):
        kinds.register_notice_kind(
            code, LocalText(code, code), LocalText("…", "…"), pause=pause, opens=kinds.own_affairs
        )


def _found(read: Callable[[], Any]) -> Any:
    (found,) = at_once(read)
    return found


def _tell(hub: Hub, *people: User, kind: str = "letter", at: datetime, **values: str) -> int:
    return notify(
        hub_id=hub.pk, user_ids=[person.pk for person in people], kind=kind,
        subject=LocalText("题", "Subject"), now=at, **values,
    )  # fmt: skip


def test_two_clocks_send_one_digest_each(
    shared_database: Callable[[], None], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    people = [make_user() for _ in range(5)]
    for person in people:
        set_wishes(user_id=person.pk, rhythms={"letter": DAILY}, now=now)
    for _ in range(2):
        _tell(hub, *people, at=now)
    shared_database()

    assert sum(at_once(*[lambda: queue_notices(now=EIGHT)] * TIMES)) == len(people)
    assert _found(lambda: sorted(Outbox.objects.values_list("to", flat=True))) == sorted(
        person.email for person in people
    )


def test_messages_in_the_same_moment_are_one_line(
    shared_database: Callable[[], None], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna = make_user()
    shared_database()
    one = lambda: _tell(hub, anna, kind="talk", about_key="thread", at=now)  # noqa: E731 - one of several at once

    assert at_once(*[one] * TIMES) == [1] * TIMES
    assert _found(lambda: list(Notice.objects.values_list("count", flat=True))) == [TIMES]


def test_one_thing_told_by_several_at_once_is_told_once(
    shared_database: Callable[[], None], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna = make_user()
    shared_database()
    for kind in ("letter", "talk"):
        one = lambda kind=kind: _tell(hub, anna, kind=kind, about_key="x", once=f"word {kind}", at=now)  # noqa: E731
        assert sorted(at_once(*[one] * TIMES)) == [0] * (TIMES - 1) + [1]
    assert _found(lambda: sorted(Notice.objects.values_list("kind", "count"))) == [("letter", 1), ("talk", 1)]


def test_a_stop_in_the_moment_of_the_clock_leaves_nothing_to_come(
    shared_database: Callable[[], None], make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    anna = make_user()
    for _ in range(3):
        _tell(hub, anna, at=now)
    shared_database()
    stop = stop_of(stop_token(anna.pk, ["letter"]))
    outcomes = at_once(
        lambda: queue_notices(now=now),
        lambda: stop_mail(stop=stop, now=now),
        lambda: stop_mail(stop=stop, now=now),
    )
    assert not [outcome for outcome in outcomes if isinstance(outcome, Exception)]

    def left() -> tuple[str, int, list[object]]:
        written = [write_notice_mail(mail.content, now) for mail in Outbox.objects.all()]
        return rhythms_of(anna.pk)["letter"], queue_notices(now=now), [mail for mail in written if mail]

    assert _found(left) == (NEVER, 0, [])
