from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairground.accounts.actors import Actor
from fairground.accounts.errors import (
    EditConflictError,
    InvalidRecordError,
    MoveRefusedError,
    NotAllowedError,
    NotFoundError,
)
from fairground.accounts.models import Record, Revision
from fairground.accounts.services import (
    add_record,
    change_record,
    decide_revision,
    expire_records,
    move_record,
    propose_revision,
    renew_record,
)
from fairground.accounts.values import snapshot
from fairground.audit.selectors import changes_of
from fairground.collect.models import Need

VALUES = {
    "title": {"zh": "大型薄壁件内部缺陷检测", "en": "Finding defects inside large thin-walled parts"},
    "summary": {"zh": "现用方法太慢。"},
    "conditions": [{"text": {"zh": "检出0.1毫米裂纹"}, "level": "must"}],
    "budget": {
        "high_minor": 200_000_000,
        "currency": "CNY",
        "qualifier": "less than",
        "quote": "200万元以内",
    },
    "fields": ["smart-equipment"],
    "contact": {"email": "someone@example.org"},
    "region": "130000",
}


@pytest.fixture
def owner(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("member")


@pytest.fixture
def editor(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("organiser")


@pytest.fixture
def draft(owner: Actor, now: datetime) -> Record:
    return add_record(actor=owner, kind_code="need", values=VALUES, now=now)


def _published(draft: Record, owner: Actor, editor: Actor, now: datetime) -> Record:
    submitted = move_record(actor=owner, key=draft.key, move="submit", version=1, now=now)
    return move_record(actor=editor, key=draft.key, move="publish", version=submitted.version, now=now)


def test_values_come_back_as_they_went_in(draft: Record) -> None:
    assert snapshot(Need.objects.get(pk=draft.pk)) == {**VALUES, "visibility": "public"}


def test_contact_is_logged_only_where_erasure_reaches(draft: Record) -> None:
    change = changes_of("need", draft.key).get()

    assert "contact" not in change.after
    assert change.personal["after"]["contact"] == {"email": "someone@example.org"}


def test_editor_publishes_what_another_submitted(
    draft: Record, owner: Actor, editor: Actor, now: datetime
) -> None:
    published = _published(draft, owner, editor, now)

    assert published.state == "published"
    assert [change.action for change in changes_of("need", draft.key)] == ["publish", "submit", "add"]


def test_nobody_publishes_a_record_of_their_own(editor: Actor, now: datetime) -> None:
    own = add_record(actor=editor, kind_code="need", values=VALUES, now=now)
    move_record(actor=editor, key=own.key, move="submit", version=1, now=now)

    with pytest.raises(NotAllowedError):
        move_record(actor=editor, key=own.key, move="publish", version=2, now=now)


def test_a_return_needs_a_reason(draft: Record, owner: Actor, editor: Actor, now: datetime) -> None:
    move_record(actor=owner, key=draft.key, move="submit", version=1, now=now)

    with pytest.raises(MoveRefusedError):
        move_record(actor=editor, key=draft.key, move="return", version=2, now=now, reason=" ")
    assert Record.objects.get(key=draft.key).state == "in_review"


def test_second_writer_is_told_and_nothing_is_overwritten(draft: Record, owner: Actor, now: datetime) -> None:
    change_record(actor=owner, key=draft.key, values={"summary": {"en": "First"}}, version=1, now=now)

    with pytest.raises(EditConflictError) as conflict:
        change_record(actor=owner, key=draft.key, values={"summary": {"en": "Second"}}, version=1, now=now)
    assert conflict.value.version == 2
    assert Need.objects.get(key=draft.key).summary.en == "First"


def test_a_stranger_cannot_tell_a_draft_from_nothing(
    draft: Record, make_actor: Callable[..., Actor], now: datetime
) -> None:
    stranger = make_actor("member")

    with pytest.raises(NotFoundError):
        change_record(actor=stranger, key=draft.key, values={}, version=1, now=now)
    with pytest.raises(NotFoundError):
        change_record(actor=stranger, key="nothinghere0", values={}, version=1, now=now)


def test_every_fault_is_told_at_once_and_nothing_is_kept(owner: Actor, now: datetime) -> None:
    values = {
        "title": {},
        "fields": ["no-such-field"],
        "budget": {"low_minor": 0},
        "region": "990000",
        "deadline": "soon",
        "contact": {"email": "not an address"},
    }
    with pytest.raises(InvalidRecordError) as refused:
        add_record(actor=owner, kind_code="need", values=values, now=now)

    assert set(refused.value.faults) == {"title", "fields", "budget", "region", "deadline", "contact"}
    assert Record.objects.count() == 0


def test_a_published_record_changes_through_a_revision(
    draft: Record, owner: Actor, editor: Actor, now: datetime
) -> None:
    published = _published(draft, owner, editor, now)
    revision = propose_revision(
        actor=owner, key=draft.key, values={"summary": {"en": "New"}}, version=published.version, now=now
    )
    assert Need.objects.get(key=draft.key).summary.en is None

    decide_revision(actor=editor, revision_id=revision.pk, accept=True, now=now)

    assert Need.objects.get(key=draft.key).summary.en == "New"
    with pytest.raises(MoveRefusedError):
        decide_revision(actor=editor, revision_id=revision.pk, accept=True, now=now)


def test_an_invalid_revision_is_refused_when_proposed(
    draft: Record, owner: Actor, editor: Actor, now: datetime
) -> None:
    published = _published(draft, owner, editor, now)

    with pytest.raises(InvalidRecordError):
        propose_revision(actor=owner, key=draft.key, values={"title": {}}, version=published.version, now=now)
    assert Revision.objects.count() == 0


def test_validity_runs_out_and_is_renewed(
    owner: Actor, editor: Actor, clock_actor: Actor, now: datetime
) -> None:
    yesterday, today, next_year = ((now + timedelta(days=days)).date().isoformat() for days in (-1, 0, 365))
    draft = add_record(actor=owner, kind_code="need", values={**VALUES, "valid_until": yesterday}, now=now)
    _published(draft, owner, editor, now)

    assert expire_records(actor=clock_actor, now=now) == 1
    assert expire_records(actor=clock_actor, now=now) == 0
    with pytest.raises(MoveRefusedError):
        renew_record(actor=owner, key=draft.key, valid_until=today, version=4, now=now)
    renewed = renew_record(actor=owner, key=draft.key, valid_until=next_year, version=4, now=now)
    assert renewed.state == "published"


def test_nobody_speaks_for_an_organisation_of_others(owner: Actor, clock_actor: Actor, now: datetime) -> None:
    organisation = add_record(
        actor=clock_actor,
        kind_code="organisation",
        values={"title": {"en": "Example"}},
        now=now,
        publish=True,
    )
    with pytest.raises(NotAllowedError):
        add_record(
            actor=owner, kind_code="need", values={**VALUES, "organisation": organisation.key}, now=now
        )
