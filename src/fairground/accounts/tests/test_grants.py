from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.grants import end_grants, give_grant, revoke_grant
from fairground.accounts.models import Grant, Organisation, Record
from fairground.accounts.policies import opened, readable
from fairground.accounts.services import add_record, move_record
from fairground.audit.selectors import changes_of


@pytest.fixture
def owner(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("member")


@pytest.fixture
def other(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("member")


@pytest.fixture
def record(owner: Actor, make_actor: Callable[..., Actor], now: datetime) -> Record:
    """A published need that only parties see."""
    draft = add_record(
        actor=owner,
        kind_code="need",
        values={
            "title": {"en": "Example need"},
            "visibility": "parties",
            "contact": {"email": "a@example.org"},
        },
        now=now,
    )
    move_record(actor=owner, key=draft.key, move="submit", version=1, now=now)
    return move_record(actor=make_actor("organiser"), key=draft.key, move="publish", version=2, now=now)


def _may(actor: Actor, record: Record, at: datetime) -> tuple[bool, bool, bool]:
    """Return whether the actor reads the record, its protected detail, its contact."""
    found = Record.objects.filter(pk=record.pk)
    return (
        found.filter(readable(actor, now=at)).exists(),
        found.filter(opened(actor, "protected", now=at)).exists(),
        found.filter(opened(actor, "contact", now=at)).exists(),
    )


@pytest.mark.parametrize(
    ("scope", "expected"),
    [
        ("read", (True, False, False)),
        ("protected", (True, True, False)),
        ("contact", (True, False, True)),
    ],
)
def test_a_grant_opens_its_scope_and_revoking_closes_it(
    scope: str, expected: tuple[bool, bool, bool], owner: Actor, other: Actor, record: Record, now: datetime
) -> None:
    assert _may(other, record, now) == (False, False, False)

    grant = give_grant(
        actor=owner, record_key=record.key, scope=scope, reason="both agreed", now=now, user_id=other.user_id
    )
    assert _may(other, record, now) == expected
    assert _may(visitor(owner.hub_id), record, now) == (False, False, False)

    revoke_grant(actor=owner, grant_id=grant.pk, now=now)
    revoke_grant(actor=owner, grant_id=grant.pk, now=now)
    assert _may(other, record, now) == (False, False, False)
    assert [row.action for row in changes_of("need", record.key)][:2] == ["revoke", "grant"]


def test_a_grant_to_an_organisation_opens_for_its_people_while_they_act_for_it(
    owner: Actor, record: Record, make_actor: Callable[..., Actor], now: datetime
) -> None:
    partner = Organisation.objects.create(hub_id=owner.hub_id, kind="organisation")
    inside, outside = make_actor("member", organisations=(partner.pk,)), make_actor("member")
    give_grant(
        actor=owner, record_key=record.key, scope="contact", reason="x", now=now, organisation_id=partner.pk
    )
    assert _may(inside, record, now) == (True, False, True)
    assert _may(outside, record, now) == (False, False, False)


def test_a_grant_ends_at_its_moment_and_the_log_is_told_once(
    owner: Actor, other: Actor, record: Record, clock_actor: Actor, now: datetime
) -> None:
    until = now + timedelta(days=1)
    give_grant(
        actor=owner, record_key=record.key, scope="contact", reason="x", now=now,
        user_id=other.user_id, until=until,
    )  # fmt: skip
    assert _may(other, record, until - timedelta(seconds=1)) == (True, False, True)
    assert _may(other, record, until) == (False, False, False)

    assert end_grants(actor=clock_actor, now=now) == 0
    assert end_grants(actor=clock_actor, now=until) == 1
    assert end_grants(actor=clock_actor, now=until) == 0
    assert changes_of("need", record.key).first().action == "grant_ended"


def test_a_second_grant_of_the_same_scope_changes_its_end_and_doubles_nothing(
    owner: Actor, other: Actor, record: Record, now: datetime
) -> None:
    def give(until: datetime | None) -> Grant:
        return give_grant(
            actor=owner, record_key=record.key, scope="contact", reason="x", now=now,
            user_id=other.user_id, until=until,
        )  # fmt: skip

    first = give(None)
    assert give(None) == give(now + timedelta(days=2)) == first
    assert Grant.objects.get().until == now + timedelta(days=2)


def test_a_withdrawn_record_is_closed_whatever_was_granted(
    owner: Actor, other: Actor, record: Record, now: datetime
) -> None:
    give_grant(
        actor=owner, record_key=record.key, scope="contact", reason="x", now=now, user_id=other.user_id
    )
    move_record(actor=owner, key=record.key, move="withdraw", version=3, now=now, reason="done")
    assert _may(other, record, now) == (False, False, False)


def test_nobody_grants_what_is_not_theirs(
    other: Actor, record: Record, make_actor: Callable[..., Actor], now: datetime
) -> None:
    def give(actor: Actor, **changes: object) -> Grant:
        values = {"scope": "contact", "reason": "x", "user_id": other.user_id} | changes
        return give_grant(actor=actor, record_key=record.key, now=now, **values)

    with pytest.raises(NotFoundError):
        give(other)
    with pytest.raises(NotAllowedError):
        give(make_actor("administrator"))
    assert Grant.objects.count() == 0


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"reason": " "}, NotAllowedError),
        ({"until": datetime.min}, ValueError),
        ({"scope": "everything"}, ValueError),
        ({"user_id": None}, ValueError),
        ({"organisation_id": 1}, ValueError),
    ],
)
def test_a_grant_that_makes_no_sense_is_refused(
    changes: dict[str, object],
    error: type[Exception],
    owner: Actor,
    other: Actor,
    record: Record,
    now: datetime,
) -> None:
    if "until" in changes:
        changes, error = {"until": now}, NotAllowedError
    values = {"scope": "contact", "reason": "x", "user_id": other.user_id} | changes
    with pytest.raises(error):
        give_grant(actor=owner, record_key=record.key, now=now, **values)
    assert Grant.objects.count() == 0


def test_whom_a_record_is_open_to_is_no_public_history(
    owner: Actor, other: Actor, record: Record, now: datetime
) -> None:
    give_grant(
        actor=owner,
        record_key=record.key,
        scope="contact",
        reason="secret reason",
        now=now,
        user_id=other.user_id,
    )
    row = changes_of("need", record.key).first()
    assert (row.before, row.after, row.reason) == (None, None, "")
    assert row.personal["grant"]["subject"] == f"user:{other.user_id}"
