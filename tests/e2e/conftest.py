"""The whole product as it is in use: `fairground serve --demo` in a home of its own, on a port that was free."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from tests.e2e.readers import CHROMIUM, FLAGS, Reader, wait_until

_START_S = 240  # a machine on which much else runs
_OURS = ("FAIRGROUND_", "DJANGO_SETTINGS_MODULE", "DATABASE_URL")


@dataclass
class Portal:
    """A portal that runs: where it answers, where its data lie."""

    home: Path
    port: int
    limits: bool = False
    process: "subprocess.Popen[bytes] | None" = None
    log: Path = field(init=False)

    def __post_init__(self) -> None:
        self.log = self.home.parent / f"{self.home.name}.log"

    @property
    def address(self) -> str:
        """Where it answers, without a slash at the end."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables of its processes: none of those the tests themselves run under."""
        own = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
        return own | {
            "FAIRGROUND_HOME": str(self.home),
            "FAIRGROUND_MODE": "demonstration",
            "FAIRGROUND_RATE_LIMITS": "1" if self.limits else "0",
        }

    def start(self) -> float:
        """Start it and wait until it answers; return the seconds that took."""
        started = time.monotonic()
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "fairground", "serve", "--demo", "--port", str(self.port)],
                env=self.environment,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(self._answers, "the portal answers", within_s=_START_S)
        return time.monotonic() - started

    def _answers(self) -> bool:
        assert self.process is not None
        if self.process.poll() is not None:
            raise AssertionError(f"the portal ended by itself:\n{self.log.read_text('utf-8')[-3000:]}")
        try:
            with urllib.request.urlopen(f"{self.address}/en/", timeout=10) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, ConnectionError, TimeoutError):
            return False

    def told(self) -> str:
        """Return the last of what its processes wrote, without the jobs' ordinary news."""
        lines = self.log.read_text("utf-8").splitlines()
        return "\n".join([line for line in lines if " INFO " not in line][-60:])

    def stop(self) -> int:
        """End it as Ctrl-C does; return its exit status."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(timeout=60)

    def run(self, *arguments: str) -> "subprocess.CompletedProcess[str]":
        """Run Python in the portal's own environment: `-m fairground index check`, `-c …`."""
        return subprocess.run(
            [sys.executable, *arguments],
            env=self.environment | {"DJANGO_SETTINGS_MODULE": "fairground.config.settings"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def kill(self) -> None:
        """Kill every process of it at once, with no chance to tidy up."""
        assert self.process is not None
        for number in reversed(_family_of(self.process.pid)):
            with contextlib.suppress(ProcessLookupError):
                os.kill(number, signal.SIGKILL)
        self.process.wait(timeout=30)


def _family_of(root: int) -> list[int]:
    """Return a process and all that descend from it, parents first."""
    family = [root]
    for number in family:
        with contextlib.suppress(OSError):
            for thread in Path(f"/proc/{number}/task").iterdir():
                family += [int(child) for child in (thread / "children").read_text().split()]
    return family


def free_port() -> int:
    """Return a port nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def portal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Portal]:
    """The demonstration portal that the tests of pages and journeys share. What they add stays to the end."""
    served = Portal(tmp_path_factory.mktemp("portal") / "home", free_port())
    try:
        served.start()
        yield served
    finally:
        if served.process is not None and served.process.poll() is None:
            served.stop()


@pytest.fixture
def portal_maker(tmp_path: Path) -> Iterator[Callable[[], Portal]]:
    """Return a maker of portals of one's own, not started yet: to be killed, say."""
    made: list[Portal] = []

    def make() -> Portal:
        made.append(Portal(tmp_path / f"home{len(made)}", free_port()))
        return made[-1]

    yield make
    for served in made:
        if served.process is not None and served.process.poll() is None:
            served.stop()


@pytest.fixture(scope="session")
def family_of() -> Callable[[int], list[int]]:
    """Return what finds a process and all that descend from it, parents first."""
    return _family_of


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """Return a Chromium that runs."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    with sync_api.sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
        yield started
        started.close()


@pytest.fixture
def reader(browser: Any, portal: Any) -> Iterator[Callable[..., Reader]]:
    """Return a maker of readers; when the test is over none of their browsers may have found a fault."""
    readers: list[Reader] = []

    def make(language: str, width: int = 1280, *, javascript: bool = True) -> Reader:
        readers.append(Reader(browser, portal.address, language, width, javascript=javascript))
        return readers[-1]

    yield make
    for one in readers:
        one.context.close()
    assert [fault for one in readers for fault in one.faults] == [], portal.told()
