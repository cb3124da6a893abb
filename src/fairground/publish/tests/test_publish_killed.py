"""kill -9 while records are written, the log is followed or the index is built: nothing is lost, nothing doubled.

The writers are processes of their own on a database that stays, SQLite in a file or PostgreSQL.
"""

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

_START = """
import sys, django
django.setup()
from datetime import UTC, datetime
from fairground.accounts.actors import system
from fairground.accounts.models import Hub, Record
from fairground.audit.models import Change
from fairground.publish.index import check_index, follow_log, rebuild_index
from fairground.publish.core.search.errors import IndexBusyError
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""
_PREPARE = """
from django.core.management import call_command
from fairground.accounts.bulk import NewRecord, add_records
call_command("migrate", verbosity=0)
hub = Hub.objects.create(code="killed")
rows = [NewRecord({"title": {"zh": f"第{n}项", "en": f"Number {n}"}}, reference=f"B{n}") for n in range(300)]
add_records(system(hub.pk), "need", rows, now=NOW)
"""
_WRITE = """
from fairground.accounts.services import add_record, move_record
hub = Hub.objects.get()
print("ready", flush=True)
number = 0
while True:
    number += 1
    record = add_record(actor=system(hub.pk), kind_code="offer", values={"title": {"zh": f"成果{number}"}}, now=NOW)
    move_record(actor=system(hub.pk), key=record.key, move="submit", version=1, now=NOW)
"""
_FOLLOW = """
print("ready", flush=True)
while True:
    try:
        follow_log()
    except IndexBusyError:
        pass
"""
_REBUILD = """
print("ready", flush=True)
while True:
    try:
        rebuild_index()
    except IndexBusyError:
        pass
"""
_JUDGE = """
import json, time
# What another transaction of the server holds back is read when that one is over.
for _ in range(300):
    try:
        follow_log()
    except IndexBusyError:
        pass
    found = check_index()
    if found.is_equal:
        break
    time.sleep(0.1)
logged = list(Change.objects.filter(kind__in=("need", "offer")).values_list("key", "version"))
print(json.dumps({
    "equal": found.is_equal,
    "missing": found.missing, "left_over": found.left_over, "different": found.different,
    "documents": found.documents,
    "records": Record.objects.count(),
    "offers": Record.objects.filter(kind="offer").count(),
    "logged_twice": len(logged) - len(set(logged)),
    "without_a_log": Record.objects.exclude(key__in=[key for key, _ in logged]).count(),
    "log_without_record": len({key for key, _ in logged} - set(Record.objects.values_list("key", flat=True))),
    "version_not_logged": sum((record.key, record.version) not in set(logged) for record in Record.objects.all()),
}))
"""


class Portal:
    """One installation in a folder."""

    def __init__(self, folder: Path, database_url: str) -> None:
        self.environment = {
            **os.environ,
            "DJANGO_SETTINGS_MODULE": "fairground.config.settings",
            "FAIRGROUND_HOME": str(folder),
            "FAIRGROUND_MODE": "development",
        }
        self.environment.pop("DATABASE_URL", None)
        if database_url:
            self.environment["DATABASE_URL"] = database_url

    def run(self, program: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", _START + program],
            env=self.environment, capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout

    def killed(self, *programs: str, after_s: float) -> None:
        """Run programs side by side and kill them, -9, `after_s` seconds after all of them are at work."""
        running = [
            subprocess.Popen(
                [sys.executable, "-c", _START + program], env=self.environment, stdout=subprocess.PIPE
            )
            for program in programs
        ]
        try:
            for process in running:
                assert process.stdout is not None
                assert process.stdout.readline() == b"ready\n"
            time.sleep(after_s)
            assert all(process.poll() is None for process in running), "ended before it was killed"
        finally:
            for process in running:
                process.kill()
                process.communicate()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.database)])
def portal(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Portal]:
    if request.param == "sqlite":
        made = Portal(tmp_path, "")
        made.run(_PREPARE)
        yield made
        return
    server = os.environ.get("DATABASE_URL", "")
    if not server.startswith("postgres"):
        pytest.skip("needs a PostgreSQL server: set DATABASE_URL")
    import psycopg

    name = f"killed_{os.getpid()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        made = Portal(tmp_path, urlunsplit(urlsplit(server)._replace(path=f"/{name}")))
        made.run(_PREPARE)
        yield made
    finally:
        with psycopg.connect(server, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')


def test_killed_writers_followers_and_builders_lose_and_double_nothing(portal: Portal) -> None:
    wait = random.Random(20261122)
    offers = 0
    for programs in (
        (_WRITE, _FOLLOW, _FOLLOW),
        (_WRITE, _REBUILD),
    ):
        portal.killed(*programs, after_s=wait.uniform(0.3, 1.2))
        judged = json.loads(portal.run(_JUDGE))

        assert {name: judged[name] for name in ("missing", "left_over", "different")} == {
            "missing": [], "left_over": [], "different": [],
        }  # fmt: skip
        assert judged["equal"] is True
        assert judged["documents"] == judged["records"] == 300 + judged["offers"]
        assert (judged["logged_twice"], judged["without_a_log"], judged["log_without_record"]) == (0, 0, 0)
        assert judged["version_not_logged"] == 0
        assert judged["offers"] > offers or _WRITE not in programs
        offers = judged["offers"]
