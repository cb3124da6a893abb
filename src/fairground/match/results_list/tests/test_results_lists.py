"""Lists: chosen, numbered, frozen, compared, made once, and kept true when something is no longer public."""

from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fairground.accounts.actors import Actor, visitor
from fairground.accounts.errors import NotAllowedError
from fairground.accounts.models import Hub, Record, User
from fairground.accounts.services import change_record, delete_draft, move_record
from fairground.files.models import Attachment
from fairground.jobs.holders import Holder
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.jobs.services import cancel_job
from fairground.match.core.list_changes import ChangedEntry, GoneEntry
from fairground.match.models import ListEntry, ListIssue, ResultsList
from fairground.match.results_list import tasks
from fairground.match.results_list.choosing import Choice
from fairground.match.results_list.errors import ListRefusedError
from fairground.match.results_list.files import make_files
from fairground.match.results_list.services import count_entries, set_up_list
from fairground.match.results_list.tasks import keep_lists_true
from fairground.match.results_list.tests.list_parts import (
    BEIJING_TO_HEBEI,
    TITLE,
    contents_of,
    issued,
    made_list,
    paired,
    published,
    sheets_in,
    started,
)
from fairground.publish.models import Publication

pytestmark = pytest.mark.django_db
MakeActor = Callable[..., Actor]
MAKE_FILES = "fairground.match.results_list.tasks.make_files"


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.WORK_FOLDER = tmp_path / "work"


@pytest.fixture
def now() -> datetime:
    # Jobs ask the real clock.
    return timezone.now()


@pytest.fixture
def organiser(make_actor: MakeActor) -> Actor:
    return make_actor("organiser")


@pytest.fixture
def editor(make_actor: MakeActor) -> Actor:
    return make_actor("organiser")


@pytest.fixture
def offers(clock_actor: Actor, now: datetime) -> list[Record]:
    return [
        published(clock_actor, "offer", f"Offer {number}", now + timedelta(seconds=number))
        for number in (1, 2, 3)
    ]


@pytest.fixture
def needs(clock_actor: Actor, now: datetime) -> list[Record]:
    return [
        published(clock_actor, "need", f"Need {number}", now + timedelta(seconds=number)) for number in (1, 2)
    ]


def publish(issue: ListIssue, owner: Actor, editor: Actor, now: datetime) -> None:
    for actor, move in ((owner, "submit"), (editor, "publish")):
        record = Publication.objects.get(pk=issue.publication_id)
        move_record(actor=actor, key=record.key, move=move, version=record.version, now=now)


def changed(clock: Actor, record: Record, now: datetime, **values: Any) -> None:
    version = Record.objects.get(pk=record.pk).version
    change_record(actor=clock, key=record.key, values=values, version=version, now=now)


def moved(clock: Actor, record: Record, move: str, now: datetime) -> None:
    version = Record.objects.get(pk=record.pk).version
    move_record(actor=clock, key=record.key, move=move, version=version, now=now, reason="测试")


def numbers_of(issue: ListIssue) -> list[str]:
    return [f"{row.side} {row.number} {row.record_key}" for row in issue.entries.all()]


def run_files_jobs() -> int:
    waiting = list(
        Job.objects.filter(kind=tasks.FILES, state=Job.State.WAITING).values_list("key", flat=True)
    )
    for key in waiting:
        run_job(key)
    return len(waiting)


def test_a_list_holds_public_records_of_its_regions_and_fields(
    hub: Hub, clock_actor: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    published(clock_actor, "offer", "Elsewhere", now, region="310000")
    published(clock_actor, "offer", "Of another field", now, fields=["agriculture-food"])
    published(clock_actor, "offer", "Abroad", now, region="", country="KR")
    assert count_entries(hub.pk, Choice(("110000",), ("130000",), ("new-it",))) == {"offer": 3, "need": 2}
    assert count_entries(hub.pk, BEIJING_TO_HEBEI) == {"offer": 4, "need": 2}
    assert count_entries(hub.pk, Choice(("310000", "KR"), ("130000",), (), ("offer",))) == {
        "offer": 2,
        "need": 0,
    }


def test_a_region_of_the_organisation_counts_where_everybody_may_know_it(
    hub: Hub, clock_actor: Actor, now: datetime
) -> None:
    for visibility in ("public", "members"):
        firm = published(
            clock_actor, "organisation", f"Firm {visibility}", now, region="110000", visibility=visibility
        )
        published(clock_actor, "offer", f"Of {visibility}", now, region="", organisation=firm.key)
    assert count_entries(hub.pk, BEIJING_TO_HEBEI)["offer"] == 1


def test_a_version_is_a_draft_publication_with_its_files(
    organiser: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    paired(needs[0], offers[1], now, sentence="测量误差 0.5 mm")
    paired(needs[1], offers[1], now, evidence="none")
    issue = issued(organiser, made_list(organiser, now), now, "zh", "both")
    publication = issue.publication
    assert (issue.number, publication.state, publication.publication_type) == (1, "draft", "results-list")
    assert publication.title.zh == f"{TITLE.zh}（第 1 版）"
    assert publication.created_by_id == organiser.user_id
    names = sorted(name.rpartition("v1")[2] for name in contents_of(issue))
    assert names == ["-zh-en.pdf", "-zh.pdf", ".xlsx"]
    sheets = sheets_in(next(data for name, data in contents_of(issue).items() if name.endswith("xlsx")))
    assert [(row[0], row[2]) for row in sheets["Results"]] == [
        ("R-001", "Offer 1"), ("R-002", "Offer 2"), ("R-003", "Offer 3"),
    ]  # fmt: skip
    assert [row[0] for row in sheets["Needs"]] == ["N-001", "N-002"]
    assert [(row[0], row[2], row[9]) for row in sheets["Hints"]] == [("N-001", "R-002", "测量误差 0.5 mm")]
    assert {row.record_version for row in issue.entries.all()} == {1}


def test_the_next_version_keeps_the_numbers_and_says_what_changed(
    organiser: Actor,
    editor: Actor,
    clock_actor: Actor,
    offers: list[Record],
    needs: list[Record],
    now: datetime,
) -> None:
    results_list = made_list(organiser, now)
    first = issued(organiser, results_list, now)
    publish(first, organiser, editor, now)
    changed(clock_actor, offers[0], now, maturity=[{"level": 7}], summary={"zh": "更好"})
    moved(clock_actor, offers[1], "withdraw", now)
    changed(clock_actor, offers[2], now, region="310000")
    moved(clock_actor, needs[0], "expire", now)
    new = published(clock_actor, "offer", "Later", now + timedelta(days=1))

    second = issued(organiser, results_list, now)

    assert (second.number, second.previous) == (2, first)
    assert numbers_of(second) == [f"offer 1 {offers[0].key}", f"offer 4 {new.key}", f"need 2 {needs[1].key}"]
    assert second.changes.new == ("R-004",)
    assert second.changes.changed == (ChangedEntry("R-001", ("summary", "trl")),)
    assert second.changes.gone == (
        GoneEntry("R-002", "withdrawn"), GoneEntry("R-003", "moved"), GoneEntry("N-001", "expired"),
    )  # fmt: skip
    assert first.entries.count() == 5
    assert ListEntry.objects.get(issue=first, record_key=offers[0].key).facts.get("trl") is None


def test_hidden_and_erased_are_told_as_withdrawn(
    organiser: Actor,
    editor: Actor,
    clock_actor: Actor,
    offers: list[Record],
    needs: list[Record],
    now: datetime,
) -> None:
    results_list = made_list(organiser, now)
    publish(issued(organiser, results_list, now), organiser, editor, now)
    changed(clock_actor, offers[0], now, visibility="members")
    changed(clock_actor, offers[1], now, visibility="parties")
    Record.objects.filter(pk=offers[2].pk).update(key="gone")
    second = issued(organiser, results_list, now)
    assert [(each.number, each.reason) for each in second.changes.gone] == [
        ("R-001", "withdrawn"), ("R-002", "withdrawn"), ("R-003", "withdrawn"),
    ]  # fmt: skip


def test_a_draft_version_is_made_anew_and_its_number_stays(
    organiser: Actor, clock_actor: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    results_list = made_list(organiser, now)
    first = issued(organiser, results_list, now, "zh")
    moved(clock_actor, offers[2], "withdraw", now)
    again = issued(organiser, results_list, now)
    assert (again.pk, again.number, ListIssue.objects.count(), Publication.objects.count()) == (
        first.pk,
        1,
        1,
        1,
    )
    assert [row.number for row in again.entries.filter(side="offer")] == [1, 2]
    assert len(contents_of(again)) == 1


def test_a_deleted_draft_takes_its_version_along(
    organiser: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    results_list = made_list(organiser, now)
    publication = issued(organiser, results_list, now).publication
    delete_draft(actor=organiser, key=publication.key, version=publication.version, now=now)
    assert ListIssue.objects.count() == 0
    assert issued(organiser, results_list, now).number == 1


def test_while_a_version_waits_for_an_editor_no_other_is_made(
    organiser: Actor, editor: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    results_list = made_list(organiser, now)
    issue = issued(organiser, results_list, now)
    with pytest.raises(ListRefusedError, match="is a draft of Person"):
        started(editor, results_list, now)
    publication = issue.publication
    move_record(actor=organiser, key=publication.key, move="submit", version=publication.version, now=now)
    with pytest.raises(ListRefusedError, match="waiting for an editor"):
        started(organiser, results_list, now)


def test_a_version_that_began_before_it_was_submitted_does_not_replace_it(
    organiser: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    results_list = made_list(organiser, now)
    issue = issued(organiser, results_list, now)
    job = started(organiser, results_list, now)
    publication = issue.publication
    move_record(actor=organiser, key=publication.key, move="submit", version=publication.version, now=now)
    ended = run_job(job.key)
    assert ended is not None
    assert ended.state == Job.State.FAILED
    assert "waiting for an editor" in (ended.error.en or "")
    assert ListIssue.objects.get().made_at == issue.made_at


def test_the_same_page_sent_twice_makes_one_version(
    organiser: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    results_list = made_list(organiser, now)
    jobs = [started(organiser, results_list, now, once="same") for _ in range(2)]
    assert jobs[0].pk == jobs[1].pk
    run_job(jobs[0].key)
    assert run_job(jobs[1].key) is None
    assert ListIssue.objects.count() == 1


def test_the_same_list_set_up_twice_is_one(organiser: Actor, offers: list[Record], now: datetime) -> None:
    assert made_list(organiser, now) == made_list(organiser, now)
    assert ResultsList.objects.count() == 1


def test_a_cancelled_job_leaves_nothing(
    organiser: Actor,
    offers: list[Record],
    needs: list[Record],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    job = started(organiser, made_list(organiser, now), now)

    def cancelled_meanwhile(*args: Any, **values: Any) -> Any:
        cancel_job(holder=Holder(organiser.hub_id, organiser.user_id), key=job.key, now=now)
        return make_files(*args, **values)

    monkeypatch.setattr(MAKE_FILES, cancelled_meanwhile)
    ended = run_job(job.key)
    assert ended is not None
    assert ended.state == Job.State.CANCELLED
    assert (ListIssue.objects.count(), Publication.objects.count(), Attachment.objects.count()) == (0, 0, 0)


def test_without_a_chinese_typeface_the_job_says_what_to_install_and_writes_nothing(
    organiser: Actor, offers: list[Record], needs: list[Record], now: datetime, settings: Any
) -> None:
    from dataclasses import replace

    settings.ENVIRONMENT = replace(settings.ENVIRONMENT, typeface="No Such Typeface")
    results_list = made_list(organiser, now)
    ended = run_job(started(organiser, results_list, now, "zh").key)
    assert ended is not None
    assert ended.state == Job.State.FAILED
    assert "FAIRGROUND_TYPEFACE" in (ended.error.zh or "")
    assert Publication.objects.count() == 0
    assert len(contents_of(issued(organiser, results_list, now))) == 1


@pytest.mark.parametrize("role", ["member", "offerer", "reviewer", "park_manager"])
def test_others_make_no_lists(role: str, make_actor: MakeActor, offers: list[Record], now: datetime) -> None:
    with pytest.raises(NotAllowedError):
        set_up_list(actor=make_actor(role), title=TITLE, choice=BEIJING_TO_HEBEI, now=now)
    assert ResultsList.objects.count() == 0


@pytest.mark.parametrize("role", ["organiser", "broker", "registrar", "administrator"])
def test_organisers_brokers_and_registrars_do(
    role: str, make_actor: MakeActor, offers: list[Record], now: datetime
) -> None:
    actor = make_actor(role)
    assert issued(actor, made_list(actor, now), now).number == 1


def test_a_role_that_ended_while_the_job_waited_makes_nothing(
    make_actor: MakeActor, offers: list[Record], now: datetime
) -> None:
    broker = make_actor("broker")
    job = started(broker, made_list(broker, now), now)
    User.objects.get(pk=broker.user_id).role_assignments.all().delete()
    ended = run_job(job.key)
    assert ended is not None
    assert ended.state == Job.State.FAILED
    assert Publication.objects.count() == 0


def test_an_empty_choice_is_refused_in_words(organiser: Actor, offers: list[Record], now: datetime) -> None:
    with pytest.raises(ListRefusedError, match="no public result or need"):
        made_list(organiser, now, Choice(("440000",), ("440000",)))


def test_what_was_withdrawn_leaves_old_versions_files_facts_and_hints(
    organiser: Actor,
    editor: Actor,
    clock_actor: Actor,
    offers: list[Record],
    needs: list[Record],
    now: datetime,
) -> None:
    paired(needs[0], offers[0], now, sentence="测量误差 0.5 mm")
    issue = issued(organiser, made_list(organiser, now), now)
    publish(issue, organiser, editor, now)
    assert keep_lists_true(now) == 0

    moved(clock_actor, offers[0], "withdraw", now)
    assert keep_lists_true(now) == 1
    assert contents_of(issue) == {}
    assert ListEntry.objects.get(issue=issue, record_key=offers[0].key).facts == {}
    assert run_files_jobs() == 1

    sheets = sheets_in(next(iter(contents_of(issue).values())))
    assert [row[0] for row in sheets["Results"]] == ["R-002", "R-003"]
    assert sheets["Hints"] == []
    assert ("已退出 left out since", "R-001", "R-001") in sheets["About"]
    assert keep_lists_true(now) == 0


def test_what_expired_leaves_and_returns_when_it_is_renewed(
    organiser: Actor, clock_actor: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    issue = issued(organiser, made_list(organiser, now), now)
    moved(clock_actor, needs[0], "expire", now)
    keep_lists_true(now)
    run_files_jobs()
    assert [row[0] for row in sheets_in(next(iter(contents_of(issue).values())))["Needs"]] == ["N-002"]
    moved(clock_actor, needs[0], "renew", now)
    keep_lists_true(now + timedelta(minutes=1))
    run_files_jobs()
    assert [row[0] for row in sheets_in(next(iter(contents_of(issue).values())))["Needs"]] == [
        "N-001",
        "N-002",
    ]


def test_an_organisation_that_is_closed_later_is_named_in_no_file(
    organiser: Actor, clock_actor: Actor, now: datetime
) -> None:
    firm = published(clock_actor, "organisation", "xqfirm", now, region="110000")
    offer = published(clock_actor, "offer", "Offer", now, organisation=firm.key)
    issue = issued(organiser, made_list(organiser, now), now)
    assert "xqfirm" in str(sheets_in(next(iter(contents_of(issue).values()))))
    changed(clock_actor, firm, now, visibility="members")
    keep_lists_true(now)
    run_files_jobs()
    sheets = sheets_in(next(iter(contents_of(issue).values())))
    assert [row[0] for row in sheets["Results"]] == ["R-001"]
    assert "xqfirm" not in str(sheets)
    assert "xqfirm" not in str(ListEntry.objects.get(record_key=offer.key).facts)


def test_files_made_while_something_was_withdrawn_are_not_handed_out(
    organiser: Actor, clock_actor: Actor, offers: list[Record], needs: list[Record], now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    issue = issued(organiser, made_list(organiser, now), now)
    moved(clock_actor, offers[0], "withdraw", now)
    keep_lists_true(now)

    def withdrawn_meanwhile(*args: Any, **values: Any) -> Any:
        moved(clock_actor, offers[1], "withdraw", now)
        return make_files(*args, **values)

    monkeypatch.setattr(MAKE_FILES, withdrawn_meanwhile)
    run_files_jobs()
    assert contents_of(issue) == {}
    monkeypatch.undo()
    keep_lists_true(now + timedelta(seconds=10))
    run_files_jobs()
    assert [row[0] for row in sheets_in(next(iter(contents_of(issue).values())))["Results"]] == ["R-003"]


def test_a_visitor_reads_published_versions_only(
    hub: Hub, organiser: Actor, editor: Actor, offers: list[Record], needs: list[Record], now: datetime
) -> None:
    from fairground.match.results_list.selectors import issues_open_to, lists_open_to

    issue = issued(organiser, made_list(organiser, now), now)
    assert (list(issues_open_to(visitor(hub.pk))), lists_open_to(visitor(hub.pk))) == ([], [])
    publish(issue, organiser, editor, now)
    assert list(issues_open_to(visitor(hub.pk))) == [issue]
    assert [each.open_issues for each in lists_open_to(visitor(hub.pk))] == [[issue]]
