"""What `serve` does when one of its programs ends."""

import subprocess
import sys
from collections.abc import Callable

from fairground.cli.parts import Parts


class _Program:
    def __init__(self) -> None:
        self.status: int | None = None
        self.heeds = True
        self.was_killed = False

    def poll(self) -> int | None:
        return self.status

    def terminate(self) -> None:
        if self.heeds:
            self.status = -15

    def kill(self) -> None:
        self.was_killed = True

    def wait(self, timeout: float | None = None) -> int:
        if self.status is None:
            raise subprocess.TimeoutExpired("program", timeout or 0)
        return self.status


class _Room:
    """Three programs and a clock that is set by hand."""

    def __init__(self) -> None:
        self.time = 0.0
        self.started: dict[str, list[_Program]] = {"web": [], "jobs": [], "clock": []}
        self.told: list[tuple[str, int, float]] = []
        starters = {name: self._starter(name) for name in self.started}
        self.parts = Parts(
            starters,
            vital="web",
            tell=lambda name, status, wait_s: self.told.append((name, status, wait_s)),
            now=lambda: self.time,
        )

    def _starter(self, name: str) -> Callable[[], _Program]:
        def start() -> _Program:
            self.started[name].append(_Program())
            return self.started[name][-1]

        return start

    def counts(self) -> tuple[int, ...]:
        return tuple(len(programs) for programs in self.started.values())

    def fall(self, name: str, status: int = -9) -> None:
        self.started[name][-1].status = status


def test_a_dead_clock_or_worker_is_started_again_by_itself() -> None:
    room = _Room()
    room.fall("clock")
    assert (room.parts.look(), room.counts()) == (True, (1, 1, 1))
    room.time = 0.9
    assert (room.parts.look(), room.counts()) == (True, (1, 1, 1))
    room.time = 1.0
    assert (room.parts.look(), room.counts()) == (True, (1, 1, 2))
    room.fall("jobs", 1)
    room.parts.look()
    assert room.told == [("clock", -9, 1.0), ("jobs", 1, 1.0)]


def test_what_dies_again_and_again_waits_longer_each_time_and_a_sound_run_begins_anew() -> None:
    room = _Room()
    for _ in range(8):
        room.fall("clock")
        room.parts.look()
        room.time += room.told[-1][2]
        room.parts.look()
    assert [wait_s for _, _, wait_s in room.told] == [1, 2, 4, 8, 16, 32, 60, 60]
    room.time += 60
    room.fall("clock")
    room.parts.look()
    assert room.told[-1] == ("clock", -9, 1.0)


def test_without_the_web_server_all_ends() -> None:
    room = _Room()
    room.fall("web", 3)
    assert room.parts.look() is False
    assert room.parts.watch() == "web"
    assert room.told == []


def test_all_that_runs_is_ended_and_what_does_not_heed_is_killed() -> None:
    room = _Room()
    room.started["jobs"][0].heeds = False
    room.fall("clock", 0)
    room.parts.look()
    room.parts.end()
    assert [programs[0].was_killed for programs in room.started.values()] == [False, True, False]
    assert (room.started["web"][0].status, room.started["clock"][0].status) == (-15, 0)


def test_real_programs_are_started_and_ended() -> None:
    told: list[str] = []
    sleeper = [sys.executable, "-c", "import time; time.sleep(60)"]
    parts = Parts(
        {
            "web": lambda: subprocess.Popen(sleeper),
            "jobs": lambda: subprocess.Popen([sys.executable, "-c", ""]),
        },
        vital="web",
        tell=lambda name, status, wait_s: told.append(name),
    )
    try:
        while not told:
            assert parts.look()
    finally:
        parts.end()
    assert (told, parts.look()) == (["jobs"], False)
