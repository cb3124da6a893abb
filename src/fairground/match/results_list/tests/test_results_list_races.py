"""Two jobs make the same list at the same moment, in real threads."""

import threading
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.database.tests.two_sessions import at_once
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.match.models import ListIssue
from fairground.match.results_list.services import gather
from fairground.match.results_list.tests.list_parts import contents_of, made_list, published, started
from fairground.publish.models import Publication


@pytest.fixture
def now() -> datetime:
    # Jobs ask the real clock.
    return timezone.now()


def test_two_jobs_at_once_make_one_version(
    shared_database: Callable[[], None],
    make_actor: Callable[..., Actor],
    clock_actor: Actor,
    now: datetime,
    settings: Any,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.WORK_FOLDER = tmp_path / "work"
    organiser = make_actor("organiser")
    published(clock_actor, "offer", "Offer", now)
    published(clock_actor, "need", "Need", now)
    results_list = made_list(organiser, now)
    keys = [started(organiser, results_list, now).key for _ in range(2)]
    shared_database()
    both_gathered = threading.Barrier(2, timeout=30)

    def gather_and_wait(*args: Any) -> Any:
        draft = gather(*args)
        both_gathered.wait()
        return draft

    monkeypatch.setattr("fairground.match.results_list.tasks.gather", gather_and_wait)
    at_once(*(lambda key=key: run_job(key) for key in keys))

    def facts() -> tuple[Any, ...]:
        issue = ListIssue.objects.get()
        return (
            sorted(Job.objects.filter(key__in=keys).values_list("state", flat=True)),
            issue.number,
            issue.entries.count(),
            Publication.objects.count(),
            len(contents_of(issue)),
            "another piece of work" in str(Job.objects.get(key__in=keys, state="failed").error.en).lower(),
        )

    assert at_once(facts) == [(["done", "failed"], 1, 2, 1, 1, True)]
