"""Really killed: a process that dies in the middle of a merge, or of an erasure, leaves everything as it was."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

# One process that makes a database and sends children into it to be killed at a given row of the log.
_PROGRAM = """
import os, signal
os.environ["DJANGO_SETTINGS_MODULE"] = "fairground.config.settings"
import django
django.setup()
from datetime import datetime, UTC
from django.core.management import call_command
from django.db import connections
from fairground.accounts import erasure, held_parts, organisations
from fairground.accounts.actors import system
from fairground.accounts.models import Hub, Organisation, Record, RoleAssignment, User
from fairground.audit.models import Change
from fairground.language.local_text import LocalText

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)

def counts():
    first, second = Organisation.objects.order_by("pk")
    user = User.objects.get()
    return (
        Record.objects.filter(kind="offer", organisation=second).count(), second.state, second.version,
        first.aliases, user.name, user.organisation_memberships.count(), user.role_assignments.count(),
        Change.objects.count(),
    )

def kill_at(row):
    from fairground.audit import services
    written = services.record_change
    left = [row]
    def counted(**values):
        change = written(**values)
        left[0] -= 1
        if left[0] == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return change
    for module in (erasure, held_parts, organisations):
        module.record_change = counted

def merge():
    first, second = Organisation.objects.order_by("pk")
    organisations.merge_organisations(
        actor=system(first.hub_id), kept_key=first.key, merged_key=second.key, kept_version=1, merged_version=1,
        now=NOW, reason="one",
    )

def erase():
    erasure.erase_person(user_id=User.objects.get().pk, hub_id=Hub.objects.get().pk, now=NOW)

def run(act, row):
    # In a child that is killed at a row of the log; how it ended, and what stands then.
    connections.close_all()
    child = os.fork()
    if child == 0:
        kill_at(row)
        act()
        connections.close_all()
        os._exit(0)
    _, status = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(status), counts()

call_command("migrate", verbosity=0)
hub = Hub.objects.create(code="x")
user = User.objects.create_user("a@example.org", name="Example name")
RoleAssignment.objects.create(user=user, hub=hub, role="member", since=NOW)
pair = [
    Organisation.objects.create(hub=hub, kind="organisation", title=LocalText("", name), state="published")
    for name in ("A", "B")
]
for _ in range(4):
    Record.objects.create(hub=hub, kind="offer", organisation=pair[1])
for organisation in pair:
    organisation.memberships.create(user=user, since=NOW)
before = counts()
# Killed after each row that a merge writes, and halfway through an erasure; then undisturbed.
for row in range(1, 7):
    assert run(merge, row) == (-signal.SIGKILL, before), row
for row in (1, 2):
    assert run(erase, row) == (-signal.SIGKILL, before), row
ended, merged = run(merge, 999)
assert (ended, merged[:2]) == (0, (0, "withdrawn")), merged
ended, erased = run(erase, 999)
assert (ended, erased[4:7]) == (0, ("", 0, 0)), erased
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs processes that can be killed")
def test_a_kill_in_the_middle_leaves_everything_as_it_was(tmp_path: Path) -> None:
    surroundings = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
    done = subprocess.run(
        [sys.executable, "-c", _PROGRAM],
        env={**surroundings, "FAIRGROUND_HOME": str(tmp_path), "FAIRGROUND_MODE": "development"},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
