"""A worker is killed with -9 in the middle of its work: the next finds the job again, and does it once more only."""

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

_SETTINGS = """
SECRET_KEY = "x"
INSTALLED_APPS = ["django_tasks", "django_tasks_db", "fairground.jobs", "slow_work"]
DATABASES = {{"default": {{"ENGINE": "django.db.backends.sqlite3", "NAME": {database!r},
    "OPTIONS": {{"transaction_mode": "IMMEDIATE", "timeout": 20, "init_command": "PRAGMA journal_mode=WAL;"}}}}}}
TASKS = {{"default": {{"BACKEND": "django_tasks_db.DatabaseBackend"}}}}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
WORK_FOLDER = {folder!r}
USE_TZ = True
"""

_WORK = """
import os, time
from datetime import timedelta
from django.apps import AppConfig

def work(context):
    with open(os.path.join(context.folder, "attempts"), "a") as file:
        file.write("x")
    for step in range(600):
        context.progress(step, 600)
        time.sleep(0.05)
        if os.path.exists(os.path.join(context.folder.parent, "go")):
            return {"attempt": context.attempt}

class Work(AppConfig):
    name = "slow_work"
    def ready(self):
        from fairground.jobs import queue, running
        from fairground.language.local_text import LocalText
        running.BEAT_EVERY_S = 0.2
        queue.STALE_AFTER = timedelta(seconds=1.5)
        from fairground.jobs.services import register_job_kind
        register_job_kind("slow", work, label=LocalText("慢", "slow"))
"""

_ENQUEUE = """
import django; django.setup()
from django.core.management import call_command
call_command("migrate", verbosity=0)
from django.utils import timezone
from fairground.jobs.holders import Holder
from fairground.jobs.services import enqueue_job
enqueue_job("slow", holder=Holder(1, user_id=1), now=timezone.now())
"""


class _Hub:
    """A hub of its own in a folder, with workers that can be killed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.database = folder / "jobs.sqlite3"
        (folder / "work").mkdir()
        (folder / "slow_work").mkdir()
        (folder / "slow_work" / "__init__.py").touch()
        (folder / "slow_work" / "apps.py").write_text(_WORK)
        (folder / "slow_settings.py").write_text(
            _SETTINGS.format(database=str(self.database), folder=str(folder / "work"))
        )
        self.environment = {
            **{name: value for name, value in os.environ.items() if name != "DATABASE_URL"},
            "DJANGO_SETTINGS_MODULE": "slow_settings",
            "PYTHONPATH": str(folder),
        }
        self.workers: list[subprocess.Popen[bytes]] = []
        subprocess.run([sys.executable, "-c", _ENQUEUE], env=self.environment, check=True, timeout=120)

    def start_worker(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-m", "django", "db_worker", "--interval", "0.1", "--no-startup-delay"]
        worker = subprocess.Popen(
            command, env=self.environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self.workers.append(worker)
        return worker

    def job(self) -> tuple[Any, ...]:
        with sqlite3.connect(self.database, timeout=20) as connection:
            row: tuple[Any, ...] = connection.execute(
                "SELECT state, attempts, result FROM jobs_job"
            ).fetchone()
        connection.close()
        return row

    def begun(self) -> str:
        """One letter for each attempt that the work itself noted."""
        return "".join(path.read_text() for path in (self.folder / "work").glob("*/attempts"))

    def wait_for(self, is_reached: Callable[[], bool]) -> None:
        until = time.monotonic() + 60
        while not is_reached():
            assert time.monotonic() < until, self.job()
            time.sleep(0.05)


@pytest.fixture
def killable(tmp_path: Path) -> Iterator[_Hub]:
    hub = _Hub(tmp_path)
    yield hub
    for worker in hub.workers:
        worker.kill()
        worker.wait()


def test_job_of_a_killed_worker_is_done_by_the_next(killable: _Hub) -> None:
    first = killable.start_worker()
    killable.wait_for(lambda: killable.job()[:2] == ("running", 1))
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert killable.job()[0] == "running"  # nobody is left to say otherwise

    (killable.folder / "work" / "go").touch()
    killable.start_worker()
    killable.wait_for(lambda: killable.job()[0] == "done")
    assert killable.job() == ("done", 2, '{"attempt": 2}')


def test_job_that_kills_two_workers_fails_and_is_not_tried_a_third_time(killable: _Hub) -> None:
    for begun in ("x", "xx"):
        worker = killable.start_worker()
        killable.wait_for(lambda wanted=begun: killable.begun() == wanted)  # type: ignore[misc]
        worker.kill()
        worker.wait()
    killable.start_worker()
    killable.wait_for(lambda: killable.job()[0] == "failed")
    assert (killable.job()[:2], killable.begun()) == (("failed", 2), "xx")
