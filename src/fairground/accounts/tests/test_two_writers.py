"""Two people save the same record at the same moment, in real threads, on the database that runs the tests."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from fairground.accounts.actors import Actor
from fairground.accounts.errors import EditConflictError
from fairground.accounts.models import Record
from fairground.accounts.services import add_record, change_record, move_record, propose_revision
from fairground.audit.models import Change
from fairground.database.tests.two_sessions import at_once

NOW = datetime(2026, 6, 1, 9, 0, tzinfo=UTC)
WRITERS = 4


def _facts(record: Record) -> list[Any]:
    def read() -> tuple[Any, ...]:
        found = Record.objects.get(pk=record.pk)
        versions = Change.objects.filter(key=record.key).order_by("id").values_list("version", flat=True)
        return found.version, found.summary.en, found.state, list(versions)

    (facts,) = at_once(read)
    return list(facts)


@pytest.fixture
def written(shared_database: Callable[[], None], make_actor: Callable[..., Actor]) -> tuple[Actor, Record]:
    owner = make_actor("member")
    record = add_record(actor=owner, kind_code="need", values={"title": {"en": "Example"}}, now=NOW)
    shared_database()
    return owner, record


def test_one_of_several_writers_saves_and_the_others_are_told(written: tuple[Actor, Record]) -> None:
    owner, record = written

    def writer(number: int) -> Callable[[], Any]:
        return lambda: (
            change_record(
                actor=owner,
                key=record.key,
                values={"summary": {"en": f"Writer {number}"}},
                version=1,
                now=NOW,
            ).summary.en
        )

    outcomes = at_once(*(writer(number) for number in range(WRITERS)))

    saved = [outcome for outcome in outcomes if isinstance(outcome, str)]
    told = [outcome for outcome in outcomes if isinstance(outcome, EditConflictError)]
    assert (len(saved), len(told)) == (1, WRITERS - 1), outcomes
    assert {error.version for error in told} == {2}
    assert _facts(record) == [2, saved[0], "draft", [1, 2]]


def test_a_step_pressed_twice_at_once_is_made_once(written: tuple[Actor, Record]) -> None:
    owner, record = written

    def submit() -> Any:
        return move_record(actor=owner, key=record.key, move="submit", version=1, now=NOW).state

    outcomes = at_once(*[submit] * WRITERS)

    kinds = sorted(type(outcome).__name__ for outcome in outcomes)
    assert kinds == ["EditConflictError"] * (WRITERS - 1) + ["str"], outcomes
    assert _facts(record) == [2, None, "in_review", [1, 2]]


def test_two_revisions_proposed_at_once_leave_one_open(
    shared_database: Callable[[], None], make_actor: Callable[..., Actor], clock_actor: Actor
) -> None:
    owner = make_actor("member")
    record = add_record(actor=owner, kind_code="need", values={"title": {"en": "Example"}}, now=NOW)
    move_record(actor=owner, key=record.key, move="submit", version=1, now=NOW)
    move_record(actor=clock_actor, key=record.key, move="publish", version=2, now=NOW)
    shared_database()

    def writer(number: int) -> Callable[[], Any]:
        return lambda: (
            propose_revision(
                actor=owner,
                key=record.key,
                values={"summary": {"en": f"Writer {number}"}},
                version=3,
                now=NOW,
            ).pk
        )

    outcomes = at_once(*(writer(number) for number in range(WRITERS)))

    assert len(set(outcomes)) == 1, outcomes
