"""Work that can wait leaves the processors to readers."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from fairground.jobs import spare_time
from fairground.jobs.spare_time import SpareTime, read_processor_times


class _Machine:
    """A machine whose counters and clock a test moves."""

    def __init__(self) -> None:
        self.normal = 1000.0
        self.total = 5000.0
        self.now = 50.0

    def pass_time(self, seconds: float, *, used: float) -> None:
        """Let time pass on two processors, of which `used` (0–1) went to work at normal priority."""
        self.now += seconds
        self.total += 200 * seconds
        self.normal += 200 * seconds * used

    def spare_time(self) -> SpareTime:
        return SpareTime(lambda: (self.normal, self.total), lambda: self.now)


def test_the_first_look_knows_of_nothing() -> None:
    assert not _Machine().spare_time().is_there()


@pytest.mark.parametrize(("used", "there"), [(0.0, True), (0.14, True), (0.2, False), (1.0, False)])
def test_readers_come_first(used: float, there: bool) -> None:
    machine = _Machine()
    spare = machine.spare_time()
    spare.is_there()
    machine.pass_time(5, used=used)
    assert spare.is_there() is there


def test_only_what_happened_since_the_last_look_counts() -> None:
    machine = _Machine()
    spare = machine.spare_time()
    spare.is_there()
    for used, there in ((1.0, False), (0.0, True), (0.5, False)):
        machine.pass_time(1, used=used)
        assert spare.is_there() is there


def test_looks_in_quick_succession_are_one() -> None:
    machine = _Machine()
    spare = machine.spare_time()
    spare.is_there()
    machine.pass_time(1, used=0)
    assert spare.is_there()
    machine.pass_time(0.05, used=1)
    assert spare.is_there()
    machine.pass_time(0.5, used=1)
    assert not spare.is_there()


@pytest.mark.parametrize(("load", "there"), [(0.0, True), (50.0, False)])
def test_without_counters_the_load_decides(
    load: float, there: bool, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(spare_time, "_STAT", tmp_path / "none")
    monkeypatch.setattr(os, "getloadavg", lambda: (load, load, load))
    assert SpareTime().is_there() is there


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="this system keeps no /proc/stat")
def test_the_machines_own_counters_grow_with_work_and_leave_out_what_is_niced() -> None:
    before = read_processor_times()
    burning = subprocess.Popen([sys.executable, "-c", "while True: pass"])
    time.sleep(0.6)
    burning.kill()
    burning.wait()
    after = read_processor_times()
    assert before is not None
    assert after is not None
    assert after[0] - before[0] >= 20  # hundredths of a second of at least one processor
    assert after[1] - before[1] >= after[0] - before[0]
