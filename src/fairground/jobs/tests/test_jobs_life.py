"""Jobs: asked for once, done once, stopped, lost and found, seen by their holder alone, swept."""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from django_tasks_db.models import DBTaskResult

from fairground.jobs import queue, running
from fairground.jobs.context import JobContext
from fairground.jobs.errors import JobCancelledError, JobFailedError
from fairground.jobs.folders import folder_of
from fairground.jobs.holders import Holder, held_by
from fairground.jobs.kinds import _KINDS
from fairground.jobs.models import Job
from fairground.jobs.queue import revive_jobs, sweep_jobs
from fairground.jobs.running import run_job
from fairground.jobs.selectors import find_job
from fairground.jobs.services import cancel_job, enqueue_job, forget_work, keep_work, register_job_kind
from fairground.kernel.tables import TableEmptyError
from fairground.language.local_text import LocalText

pytestmark = pytest.mark.django_db
ANNA = Holder(1, user_id=7)
VISITOR = Holder(1, mark="a-browser")
STAGE = LocalText("读取", "reading")


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path) -> None:
    settings.WORK_FOLDER = tmp_path / "work"


@pytest.fixture
def kind() -> Iterator[Callable[..., str]]:
    """Return a maker of kinds of work that are forgotten after the test."""
    made: list[str] = []

    def make(run: Callable[[JobContext], Mapping[str, Any] | None], **values: Any) -> str:
        name = f"test.{len(made)}"
        made.append(name)
        register_job_kind(name, run, label=LocalText("试", "Trial"), **values)
        return name

    yield make
    for name in made:
        del _KINDS[name]


def test_job_runs_once_and_keeps_its_result(kind: Callable[..., str]) -> None:
    runs = []

    def work(context: JobContext) -> Mapping[str, Any]:
        runs.append(context.arguments)
        context.progress(1, 3, STAGE)
        return {"sum": 3}

    job = enqueue_job(kind(work), holder=ANNA, now=timezone.now(), arguments={"a": 1})
    assert (job.state, DBTaskResult.objects.filter(pk=job.task_id).count()) == ("waiting", 1)

    run_job(job.key)
    run_job(job.key)

    job.refresh_from_db()
    assert (job.state, job.result, job.done, job.total, job.stage) == ("done", {"sum": 3}, 1, 3, STAGE)
    assert runs == [{"a": 1}]


def test_same_run_key_returns_the_first_job(kind: Callable[..., str], now: datetime) -> None:
    name = kind(lambda context: None)
    first = enqueue_job(name, holder=ANNA, now=now, run_key="once")
    again = enqueue_job(name, holder=ANNA, now=now, run_key="once")
    other = enqueue_job(name, holder=ANNA, now=now, run_key="twice")
    assert (again.pk, other.pk == first.pk) == (first.pk, False)
    assert Job.objects.count() == 2


def test_two_requests_at_the_same_moment_make_one_job(
    kind: Callable[..., str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    name = kind(lambda context: None)

    def other_request(job: Job) -> None:
        folder_of(job.key).mkdir(parents=True)
        Job.objects.create(kind=name, hub_id=1, owner_id=7, run_key="once", expires_at=now)

    job = enqueue_job(name, holder=ANNA, now=now, run_key="once", prepare=other_request)
    assert Job.objects.get().pk == job.pk
    assert list(folder_of(job.key).parent.iterdir()) == []


def test_too_many_unfinished_jobs_of_one_holder_are_refused(kind: Callable[..., str], now: datetime) -> None:
    name = kind(lambda context: None)
    for _ in range(4):
        enqueue_job(name, holder=VISITOR, now=now)
    with pytest.raises(JobFailedError) as refused:
        enqueue_job(name, holder=VISITOR, now=now)
    assert "4" in refused.value.message.both()
    enqueue_job(name, holder=ANNA, now=now)
    assert Job.objects.count() == 5


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        (JobFailedError("太大", "too large"), LocalText("太大", "too large")),
        (TableEmptyError("空", "empty"), LocalText("空", "empty")),
    ],
)
def test_expected_failure_tells_why(
    kind: Callable[..., str], now: datetime, fault: Exception, says: LocalText
) -> None:
    def work(context: JobContext) -> None:
        raise fault

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert (job.state, job.error) == ("failed", says)


def test_fault_of_the_program_is_logged_and_names_the_job(
    kind: Callable[..., str], now: datetime, caplog: pytest.LogCaptureFixture
) -> None:
    def work(context: JobContext) -> None:
        raise ZeroDivisionError

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert (job.state, job.error.both().count(job.key)) == ("failed", 2)
    assert "ZeroDivisionError" in caplog.text


def test_cancel_stops_work_at_its_next_step(kind: Callable[..., str], now: datetime) -> None:
    steps = []

    def work(context: JobContext) -> None:
        for step in range(3):
            steps.append(step)
            cancel_job(holder=ANNA, key=context.key, now=now)
            context.progress(step, 3, STAGE)

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert (job.state, steps) == ("cancelled", [0])


def test_heartbeat_brings_the_wish_to_stop_between_written_steps(
    kind: Callable[..., str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def work(context: JobContext) -> None:
        context.progress(0, 9, STAGE)
        cancel_job(holder=ANNA, key=context.key, now=now)
        context.beat()
        seen.append("beat")
        context.progress(1, 9, STAGE)
        seen.append("not reached")

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert (job.state, seen) == ("cancelled", ["beat"])


def test_cancel_before_the_start_never_runs(kind: Callable[..., str], now: datetime) -> None:
    runs: list[str] = []
    job = enqueue_job(kind(lambda context: runs.append(context.key)), holder=ANNA, now=now)
    cancel_job(holder=ANNA, key=job.key, now=now)
    assert run_job(job.key) is None
    job.refresh_from_db()
    assert (job.state, runs) == ("cancelled", [])


def test_progress_is_written_at_most_twice_a_second(
    kind: Callable[..., str], now: datetime, django_assert_num_queries: Any
) -> None:
    def work(context: JobContext) -> None:
        context.progress(0, 1000, STAGE)
        with django_assert_num_queries(0):
            for step in range(1000):
                context.progress(step, 1000, STAGE)

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert job.state == "done"


def test_worker_told_to_end_leaves_the_job_waiting(kind: Callable[..., str], now: datetime) -> None:
    def work(context: JobContext) -> None:
        raise SystemExit(1)

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    with pytest.raises(SystemExit):
        run_job(job.key)
    job.refresh_from_db()
    assert job.state == "waiting"


def test_lost_job_runs_once_more_then_fails_loudly(kind: Callable[..., str], now: datetime) -> None:
    name = kind(lambda context: None)
    job = enqueue_job(name, holder=ANNA, now=now)
    lost = {"state": "running", "heartbeat_at": now - timedelta(seconds=31)}
    Job.objects.filter(pk=job.pk).update(attempts=1, **lost)

    assert revive_jobs(now) == 1
    job.refresh_from_db()
    assert (job.state, DBTaskResult.objects.ready().filter(pk=job.task_id).exists()) == ("waiting", True)

    Job.objects.filter(pk=job.pk).update(attempts=2, **lost)
    assert revive_jobs(now) == 1
    job.refresh_from_db()
    assert (job.state, [word in job.error.both() for word in ("memory", "内存")]) == ("failed", [True, True])
    assert revive_jobs(now) == 0


def test_job_whose_worker_died_before_it_began_is_queued_again(
    kind: Callable[..., str], now: datetime
) -> None:
    job = enqueue_job(kind(lambda context: None), holder=ANNA, now=now - timedelta(minutes=5))
    assert revive_jobs(now) == 0  # still in the queue: only slow
    DBTaskResult.objects.filter(pk=job.task_id).update(status="RUNNING")
    assert revive_jobs(now) == 1
    first = job.task_id
    job.refresh_from_db()
    assert (job.state, job.task_id == first) == ("waiting", False)


def test_attempt_that_was_taken_away_writes_nothing(kind: Callable[..., str], now: datetime) -> None:
    def work(context: JobContext) -> Mapping[str, Any]:
        Job.objects.filter(key=context.key).update(attempts=2)  # another worker has it
        with pytest.raises(JobCancelledError):
            context.progress(5, 5, STAGE)
        return {"late": True}

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    job.refresh_from_db()
    assert (job.state, job.result, job.done) == ("running", {}, 0)


def test_only_the_holder_finds_a_job(kind: Callable[..., str], now: datetime) -> None:
    name = kind(lambda context: None)
    of_anna = enqueue_job(name, holder=ANNA, now=now)
    of_visitor = enqueue_job(name, holder=VISITOR, now=now)
    of_hub = enqueue_job(name, holder=Holder(1), now=now)
    table = {
        who: [find_job(holder, job.key, now=now) is not None for job in (of_anna, of_visitor, of_hub)]
        for who, holder in {
            "anna": ANNA,
            "visitor": VISITOR,
            "visitor signed in": Holder(1, user_id=9, mark="a-browser"),
            "other account": Holder(1, user_id=8),
            "other browser": Holder(1, mark="another"),
            "nobody": Holder(1),
            "anna in another hub": Holder(2, user_id=7),
        }.items()
    }
    assert table == {
        "anna": [True, False, False],
        "visitor": [False, True, False],
        "visitor signed in": [False, True, False],
        "other account": [False, False, False],
        "other browser": [False, False, False],
        "nobody": [False, False, False],
        "anna in another hub": [False, False, False],
    }


def test_sweep_removes_row_and_folder_after_their_time(kind: Callable[..., str], now: datetime) -> None:
    def work(context: JobContext) -> None:
        (context.folder / "made.txt").write_text("x")

    name = kind(work)
    job = enqueue_job(name, holder=ANNA, now=now)
    run_job(job.key)
    waiting = enqueue_job(name, holder=ANNA, now=timezone.now())
    over = Job.objects.get(pk=job.pk).expires_at
    assert folder_of(job.key).stat().st_mode & 0o777 == 0o700
    assert sweep_jobs(over - timedelta(seconds=1)) == 0
    assert find_job(ANNA, job.key, now=over) is None  # already before the sweep
    assert (sweep_jobs(over), folder_of(job.key).exists()) == (1, False)
    assert Job.objects.get().pk == waiting.pk


def test_kept_work_stays_and_goes_as_one(kind: Callable[..., str], now: datetime) -> None:
    name = kind(lambda context: {"folder": str(context.folder)})
    first = enqueue_job(name, holder=VISITOR, now=now)
    second = enqueue_job(name, holder=VISITOR, now=now, part_of=first.key)
    run_job(first.key)
    run_job(second.key)
    signed_in = Holder(1, user_id=9, mark="a-browser")
    with pytest.raises(Job.DoesNotExist):
        keep_work(holder=VISITOR, key=second.key, until=now + timedelta(days=30))
    keep_work(holder=signed_in, key=second.key, until=now + timedelta(days=30))
    assert set(Job.objects.values_list("owner_id", "visitor_mark", "is_kept")) == {(9, "", True)}
    assert sweep_jobs(now + timedelta(days=29)) == 0
    with pytest.raises(Job.DoesNotExist):
        forget_work(holder=ANNA, key=second.key)
    forget_work(holder=signed_in, key=second.key)
    assert (Job.objects.count(), folder_of(first.key).exists(), folder_of(second.key).exists()) == (
        0,
        False,
        False,
    )


def test_work_forgotten_while_it_runs_leaves_nothing(kind: Callable[..., str], now: datetime) -> None:
    def work(context: JobContext) -> None:
        forget_work(holder=ANNA, key=context.key)
        (context.folder / "late.txt").write_text("x")
        context.progress(1, 1, STAGE)

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    assert run_job(job.key) is None
    assert (Job.objects.count(), folder_of(job.key).exists()) == (0, False)


def test_files_laid_down_for_a_job_that_could_not_start_are_removed(
    kind: Callable[..., str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(job: Job) -> None:
        folder_of(job.key).mkdir(parents=True)
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space"):
        enqueue_job(kind(lambda context: None), holder=ANNA, now=now, prepare=full)
    assert (Job.objects.count(), list(folder_of("x").parent.iterdir())) == (0, [])


def test_time_of_a_job_counts_from_its_end_and_carries_the_work_it_belongs_to(
    kind: Callable[..., str], monkeypatch: pytest.MonkeyPatch
) -> None:
    long_ago = timezone.now() - timedelta(minutes=50)
    name = kind(lambda context: None)
    first = enqueue_job(name, holder=ANNA, now=long_ago)
    second = enqueue_job(name, holder=ANNA, now=long_ago, part_of=first.key)
    run_job(second.key)
    ends = set(Job.objects.values_list("expires_at", flat=True))
    assert all(timedelta(minutes=59) < end - timezone.now() < timedelta(minutes=61) for end in ends)


def test_the_queue_looks_after_what_it_started(kind: Callable[..., str]) -> None:
    now = timezone.now()
    job = enqueue_job(kind(lambda context: None), holder=ANNA, now=now)
    paths = sorted(DBTaskResult.objects.values_list("task_path", flat=True))
    assert paths == ["fairground.jobs.queue.carry_out", "fairground.jobs.queue.look_after"]
    run_job(job.key)
    queue.look_after.call(job.key)
    assert DBTaskResult.objects.filter(task_path="fairground.jobs.queue.sweep").count() == 1
    assert queue.STALE_AFTER.total_seconds() > running.BEAT_EVERY_S * 3


def test_heartbeat_goes_on_while_the_work_says_nothing(
    kind: Callable[..., str], now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    beats = []
    monkeypatch.setattr(running, "BEAT_EVERY_S", 0.01)

    def work(context: JobContext) -> None:
        monkeypatch.setattr(context, "beat", lambda: beats.append(context.stopped.wait(0)))
        for _ in range(500):
            if len(beats) >= 2:
                break
            context.stopped.wait(0.01)

    job = enqueue_job(kind(work), holder=ANNA, now=now)
    run_job(job.key)
    assert len(beats) >= 2
    assert Job.objects.filter(held_by(ANNA)).get().state == "done"
