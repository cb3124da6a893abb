"""The programs that `serve` runs beside each other: started together, watched, started again, ended together."""

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

_LOOK_S = 0.3
_FIRST_WAIT_S, _LONGEST_WAIT_S = 1.0, 60.0
_SOUND_S = 60.0  # a part that ran this long was no failed start: its waits begin small again
_END_S = 15.0


class Process(Protocol):
    """What is asked of a running program; `subprocess.Popen` is one."""

    def poll(self) -> int | None:
        """Return its exit status, None while it runs."""

    def terminate(self) -> None:
        """Ask it to end."""

    def kill(self) -> None:
        """End it at once."""

    def wait(self, timeout: float | None = None) -> int:
        """Wait until it ended."""


@dataclass
class _Part:
    process: Process
    started_at: float  # seconds of a monotonic clock
    wait_s: float = _FIRST_WAIT_S  # how long the next start is put off
    due_at: float | None = None  # when it is started again, None while it runs


class Parts:
    """Programs by name. The one called `vital` ends all when it ends; each of the others is started again by itself.

    Parameters
    ----------
    starters : starts a program, by its name
    vital : the name of the program without which the others are of no use
    tell : called with name, exit status and the seconds until it is started again
    now : seconds of a clock that only goes forward
    """

    def __init__(
        self,
        starters: Mapping[str, Callable[[], Process]],
        *,
        vital: str,
        tell: Callable[[str, int, float], None],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        self._starters, self._vital, self._tell, self._now = starters, vital, tell, now
        self._parts = {name: _Part(start(), now()) for name, start in starters.items()}

    def watch(self) -> str:
        """Look after the parts until the vital one ends by itself; return its name. Ctrl-C leaves this way too."""
        while self.look():
            time.sleep(_LOOK_S)
        return self._vital

    def look(self) -> bool:
        """Look once: note who ended, start who is due; return whether the vital part runs."""
        now = self._now()
        for name, part in self._parts.items():
            if part.due_at is not None:
                if now >= part.due_at:
                    part.process, part.started_at, part.due_at = self._starters[name](), now, None
                continue
            status = part.process.poll()
            if status is None:
                continue
            if name == self._vital:
                return False
            if now - part.started_at >= _SOUND_S:
                part.wait_s = _FIRST_WAIT_S
            part.due_at = now + part.wait_s
            self._tell(name, status, part.wait_s)
            part.wait_s = min(_LONGEST_WAIT_S, part.wait_s * 2)
        return True

    def end(self) -> None:
        """End all that runs; what does not heed it within seconds is killed."""
        running = [part.process for part in self._parts.values() if part.process.poll() is None]
        for process in running:
            process.terminate()
        until = self._now() + _END_S
        for process in running:
            try:
                process.wait(timeout=max(0.1, until - self._now()))
            except subprocess.TimeoutExpired:
                process.kill()
