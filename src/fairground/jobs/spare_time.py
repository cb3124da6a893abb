"""Whether the machine has time to spare for what nobody waits for.

What runs at a lower priority than readers still slows them: two processors may be the halves of one, and memory is
shared in any case. So work that can wait looks first at how much is done at normal priority, and lets readers be.
"""

import os
import time
from collections.abc import Callable
from pathlib import Path

CALM = 0.15  # of all processors, at normal priority: below it nobody is kept waiting by what runs beside
_LEAST_S = 0.2  # between two readings: counters move in hundredths of a second
_STAT = Path("/proc/stat")


def read_processor_times() -> tuple[float, float] | None:
    """Return what all processors did since the machine started: at normal priority, and in all. None off Linux.

    Units are the system's own, the same for both. The fields of the first line are told in proc(5): user, nice, system,
    idle, iowait, irq, softirq, steal; what guests did is in user and nice already.
    """
    try:
        words = _STAT.read_text("ascii").split("\n", 1)[0].split()
    except OSError:
        return None
    user, nice, system, idle, waiting, interrupts, soft, stolen = (float(word) for word in words[1:9])
    normal = user + system + interrupts + soft + stolen
    return normal, normal + nice + idle + waiting


class SpareTime:
    """Looks at the machine from time to time and tells whether it was calm since the last look."""

    def __init__(
        self,
        read: Callable[[], tuple[float, float] | None] = read_processor_times,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._clock = clock
        self._looked_at: float | None = None
        self._before: tuple[float, float] | None = None
        self._was_calm = False

    def is_there(self) -> bool:
        """Tell whether readers left the processors nearly idle since the last call; the first call knows of nothing.

        Calls that follow each other within a fifth of a second get the same answer. Where the system keeps no such
        counts its load of the last minute decides; where it has none either there is always time.
        """
        now = self._clock()
        if self._looked_at is not None and now - self._looked_at < _LEAST_S:
            return self._was_calm
        times = self._read()
        if times is None:
            load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
            self._was_calm = load <= CALM * (os.cpu_count() or 1)
        elif self._before is None:
            self._was_calm = False
        else:
            passed = times[1] - self._before[1]
            self._was_calm = passed > 0 and times[0] - self._before[0] <= CALM * passed
        self._looked_at, self._before = now, times
        return self._was_calm
