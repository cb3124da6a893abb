"""The page of a job: in both languages, with and without JavaScript, for its holder alone."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from fairground.accounts.models import Hub, User
from fairground.jobs.holders import Holder
from fairground.jobs.kinds import _KINDS
from fairground.jobs.models import Job
from fairground.jobs.running import run_job
from fairground.jobs.services import enqueue_job, register_job_kind
from fairground.language.local_text import LocalText

HTMX = {"HX-Request": "true"}


@pytest.fixture(autouse=True)
def _kind(settings: Any, tmp_path: Path) -> Iterator[None]:
    settings.WORK_FOLDER = tmp_path / "work"
    register_job_kind(
        "test.page",
        lambda context: None,
        label=LocalText("核对两份清单", "Checking two lists"),
        page=lambda job: f"/zh/result/{job.key}/",
        again=lambda job: "/zh/begin/",
    )
    yield
    del _KINDS["test.page"]


@pytest.fixture
def anna(make_user: Callable[..., User]) -> User:
    return make_user("member")


@pytest.fixture
def annas(anna: User, client: Client) -> Client:
    client.force_login(anna)
    return client


@pytest.fixture
def job(hub: Hub, anna: User) -> Job:
    return enqueue_job("test.page", holder=Holder(hub.pk, user_id=anna.pk), now=timezone.now())


def test_waiting_job_can_be_followed_with_and_without_scripts(annas: Client, job: Job) -> None:
    page = annas.get(f"/zh/jobs/{job.key}/").content.decode()
    assert [
        text in page
        for text in (
            "核对两份清单",
            "排队中",
            '<noscript><meta http-equiv="refresh" content="3"></noscript>',
            f'hx-get="/zh/jobs/{job.key}/" hx-trigger="every 1s"',
            f'action="/zh/jobs/{job.key}/cancel/"',
        )
    ] == [True] * 5
    part = annas.get(f"/en/jobs/{job.key}/", headers=HTMX).content.decode()
    assert ("<html" in part, "Waiting for its turn" in part) == (False, True)


def test_done_leads_on(annas: Client, job: Job) -> None:
    run_job(job.key)
    assert annas.get(f"/zh/jobs/{job.key}/").headers["Location"] == f"/zh/result/{job.key}/"
    assert annas.get(f"/zh/jobs/{job.key}/", headers=HTMX).headers["HX-Redirect"] == f"/zh/result/{job.key}/"


def test_failed_says_why_as_text_and_offers_to_start_again(annas: Client, job: Job) -> None:
    error = LocalText("“<b>表</b>”是空的", "<b>list</b> is empty")
    Job.objects.filter(pk=job.pk).update(state="failed", error=error)
    assert annas.get(f"/zh/jobs/{job.key}/", headers=HTMX).headers["HX-Redirect"] == f"/zh/jobs/{job.key}/"
    page = annas.get(f"/en/jobs/{job.key}/").content.decode()
    assert ("&lt;b&gt;list&lt;/b&gt; is empty" in page, 'href="/zh/begin/"' in page) == (True, True)
    assert "http-equiv" not in page


def test_cancel_by_post_only(annas: Client, job: Job) -> None:
    assert annas.get(f"/zh/jobs/{job.key}/cancel/").status_code == 405
    assert annas.post(f"/zh/jobs/{job.key}/cancel/").headers["Location"] == f"/zh/jobs/{job.key}/"
    assert "已取消" in annas.get(f"/zh/jobs/{job.key}/").content.decode()


def test_unknown_and_foreign_answer_alike(job: Job, make_user: Callable[..., User]) -> None:
    stranger, visitor = Client(), Client()
    stranger.force_login(make_user("administrator"))
    answers = set()
    for client in (stranger, visitor):
        for key in (job.key, "0000000000zz"):
            seen = client.get(f"/en/jobs/{key}/")
            stopped = client.post(f"/en/jobs/{key}/cancel/")
            answers.add((seen.status_code, stopped.status_code, seen.content.replace(key.encode(), b"")))
    assert {answer[:2] for answer in answers} == {(404, 404)}
    job.refresh_from_db()
    assert (job.state, job.cancel_requested) == ("waiting", False)


def test_page_finds_a_job_whose_worker_died(annas: Client, job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(
        state="running", attempts=2, heartbeat_at=timezone.now() - timedelta(minutes=1)
    )
    assert "stopped half-way twice" in annas.get(f"/en/jobs/{job.key}/").content.decode()


def test_page_asks_the_database_little(
    annas: Client, job: Job, django_assert_max_num_queries: Callable[..., Any]
) -> None:
    annas.get(f"/en/jobs/{job.key}/")
    with django_assert_max_num_queries(6):
        annas.get(f"/en/jobs/{job.key}/", headers=HTMX)
