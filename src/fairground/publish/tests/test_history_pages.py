"""History: who sees which step and which difference, and bringing an earlier version back."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.history import history_of, values_at
from fairground.accounts.models import Grant, Record, Revision
from fairground.accounts.services import (
    add_record,
    change_record,
    decide_revision,
    move_record,
    propose_revision,
)
from fairground.accounts.values import snapshot
from fairground.collect.models import Offer

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def author(sign_in: Callable[..., Client]) -> Client:
    return sign_in("member")


@pytest.fixture
def record(author: Client, hub: Any, clock_actor: Actor) -> Record:
    """Written, changed twice, published, revised: with values that could leak at every step."""
    owner = actor_for(author.user, hub.pk, now=NOW)
    values = {
        "title": {"en": "Example device"},
        "summary": {"en": "Draft words nobody shall read"},
        "protected_detail": {"en": "protected one"},
        "contact": {"email": "one@example.org"},
    }
    made = add_record(actor=owner, kind_code="offer", values=values, now=NOW)
    for number, text in ((1, "Second draft words"), (2, "Published words")):
        change_record(
            actor=owner,
            key=made.key,
            values={"summary": {"en": text}},
            version=number,
            now=NOW + timedelta(minutes=5 * number),
        )
    move_record(actor=owner, key=made.key, move="submit", version=3, now=NOW + timedelta(hours=1))
    move_record(actor=clock_actor, key=made.key, move="publish", version=4, now=NOW + timedelta(hours=2))
    revision = propose_revision(
        actor=owner,
        key=made.key,
        values={
            "summary": {"en": "Revised words"},
            "protected_detail": {"en": "protected two"},
            "contact": {"email": "two@example.org"},
        },
        version=5,
        now=NOW + timedelta(days=1),
        note="inner note",
    )
    decide_revision(
        actor=clock_actor,
        revision_id=revision.pk,
        accept=True,
        now=NOW + timedelta(days=2),
        reason="inner reason",
    )
    return Offer.objects.get(pk=made.pk)


def _actions(client: Client, record: Record) -> list[str]:
    entries = client.get(f"/en/offer/{record.key}/history/").context["entries"]
    return [entry.code for entry in entries]


def _told(client: Client, record: Record) -> str:
    """Everything the page tells, words in one piece: differences are marked word by word."""
    answer = client.get(f"/en/{record.kind}/{record.key}/history/")
    return answer.content.decode() + str(answer.context["entries"])


def test_everybody_sees_publications_and_revisions_and_no_draft(client: Client, record: Record) -> None:
    page = _told(client, record)

    assert _actions(client, record) == ["revise", "publish"]
    assert "Published" in page
    assert "Revised" in page
    for secret in (
        "Draft words",
        "Second draft",
        "protected",
        "one@example",
        "two@example",
        "inner",
        "Person 1",
    ):
        assert secret not in page


def test_members_also_see_by_whom(sign_in: Callable[..., Client], record: Record) -> None:
    page = _told(sign_in("member"), record)

    assert "Fairground" in page
    assert "inner" not in page


def test_owners_see_every_step_and_changes_of_one_sitting_as_one(author: Client, record: Record) -> None:
    page = _told(author, record)

    assert _actions(author, record) == ["revise", "propose", "publish", "submit", "change", "add"]
    for text in (
        "Draft words nobody shall read",
        "protected two",
        "two@example.org",
        "inner reason",
        "inner note",
    ):
        assert text in page


def test_editors_see_every_step_but_nothing_closed(sign_in: Callable[..., Client], record: Record) -> None:
    editor = sign_in("organiser")
    page = _told(editor, record)

    assert _actions(editor, record)[-1] == "add"
    assert "inner reason" in page
    for secret in ("protected one", "protected two", "one@example", "two@example"):
        assert secret not in page


def test_a_grant_opens_what_it_names(sign_in: Callable[..., Client], record: Record) -> None:
    reader = sign_in("member")
    Grant.objects.create(
        record_id=record.pk, user=reader.user, scope="protected", reason="test", given_at=NOW
    )
    page = _told(reader, record)

    assert "protected two" in page
    assert "two@example" not in page


def test_history_of_a_draft_is_nobodys_business(
    sign_in: Callable[..., Client], author: Client, hub: Any
) -> None:
    owner = actor_for(author.user, hub.pk, now=NOW)
    draft = add_record(actor=owner, kind_code="offer", values={"title": {"en": "Example"}}, now=NOW)
    stranger = sign_in("member")

    for key in (draft.key, "nothinghere0"):
        assert stranger.get(f"/en/offer/{key}/history/").status_code == 404
    assert author.get(f"/en/offer/{draft.key}/history/").status_code == 200
    assert author.get(f"/en/need/{draft.key}/history/").status_code == 404


def test_earlier_values_come_back_as_they_were(record: Record) -> None:
    assert values_at(record, 1)["summary"] == {"en": "Draft words nobody shall read"}
    assert values_at(record, 5)["contact"] == {"email": "one@example.org"}
    assert values_at(record, record.version) == snapshot(record)


def test_an_earlier_version_is_brought_back_as_a_revision(author: Client, record: Record) -> None:
    restore = f"/en/offer/{record.key}/restore/"
    answer = author.post(restore, {"wanted": 5, "version": record.version})

    assert answer.status_code == 302
    assert Revision.objects.get(state="open").values == {
        "summary": {"en": "Published words"},
        "protected_detail": {"en": "protected one"},
        "contact": {"email": "one@example.org"},
    }
    assert Offer.objects.get().summary.en == "Revised words"


def test_only_owners_bring_back(sign_in: Callable[..., Client], record: Record) -> None:
    stranger = sign_in("organiser")

    answer = stranger.post(f"/en/offer/{record.key}/restore/", {"wanted": 5, "version": record.version})
    assert answer.status_code == 404
    assert Revision.objects.filter(state="open").count() == 0


def test_history_of_a_person_is_for_those_to_whom_contacts_are_open(
    sign_in: Callable[..., Client], clock_actor: Actor
) -> None:
    person = add_record(
        actor=clock_actor,
        kind_code="person",
        values={"title": {"en": "Example Person"}},
        now=NOW,
        publish=True,
    )
    change_record(
        actor=clock_actor, key=person.key, values={"title": {"en": "Another name"}}, version=1, now=NOW
    )
    page = _told(sign_in("organiser"), person)

    assert "Example Person" not in page


def test_history_takes_few_queries(
    record: Record, author: Client, hub: Any, django_assert_max_num_queries: Any
) -> None:
    actor = actor_for(author.user, hub.pk, now=NOW)
    with django_assert_max_num_queries(5):
        history_of(record, actor=actor, language="zh")
