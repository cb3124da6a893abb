"""Driving pages with Locust: installing it, handing it the plan, reading what it found."""

import json
import math
import os
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).resolve().parent
REQUIREMENTS = HERE / "load_requirements.txt"
USERS = 64  # connections: at 50 requests a second, answers may take 1.3 s before one begins late


class LoadToolMissingError(Exception):
    """Locust could not be installed; says why."""


@dataclass(frozen=True)
class Page:
    """One page to drive: `paths` in the order they are asked, the first `warm_up` of them not counted."""

    name: str
    paths: Sequence[str]
    holds: str  # a regular expression that every right answer holds
    warm_up: int


@dataclass(frozen=True)
class Figures:
    """What was found for one page. Times in milliseconds, from when a request was due."""

    rps: float
    p50_ms: float
    p95_ms: float
    p99_ms: float
    errors: int
    requests: int
    latest_ms: float  # how late the latest request began
    faults: Mapping[str, int]

    def as_json(self) -> dict[str, object]:
        figures: dict[str, object] = {
            "rps": round(self.rps, 2),
            "p50_ms": round(self.p50_ms, 1),
            "p95_ms": round(self.p95_ms, 1),
            "p99_ms": round(self.p99_ms, 1),
            "errors": self.errors,
            "requests": self.requests,
            "latest_start_ms": round(self.latest_ms, 1),
        }
        return figures | ({"faults": dict(self.faults)} if self.faults else {})


def install_load_tool(kept: Path) -> Path:
    """Return the program, installing it once under `kept`. Raises LoadToolMissingError."""
    folder = kept / "load"
    program = folder / "bin" / "locust"
    stamp = folder / "made-from"
    wanted = REQUIREMENTS.read_text("utf-8") + sys.version
    if program.exists() and stamp.exists() and stamp.read_text("utf-8") == wanted:
        return program
    python = folder / "bin" / "python"
    for command in (
        [sys.executable, "-m", "venv", "--clear", str(folder)],
        [str(python), "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-input",
         "--only-binary", ":all:", "--no-deps", "-r", str(REQUIREMENTS)],
    ):  # fmt: skip
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            raise LoadToolMissingError(
                f"Locust could not be installed into {folder}: {done.stderr.strip()[-600:]}\n"
                "It comes from the Python package index that pip is set to use; check that it can be reached."
            )
    stamp.write_text(wanted, encoding="utf-8")
    return program


def drive(program: Path, host: str, rate: float, pages: Sequence[Page]) -> dict[str, Figures]:
    """Ask each page alone, `rate` times a second; return the figures by page."""
    with tempfile.TemporaryDirectory(prefix="portal-load-") as name:
        folder = Path(name)
        plan = {
            "rate": rate,
            "pages": [
                {"name": page.name, "holds": page.holds, "warm_up": page.warm_up, "paths": list(page.paths)}
                for page in pages
            ],
        }
        (folder / "plan.json").write_text(json.dumps(plan), encoding="utf-8")
        variables = {
            **{
                name: value
                for name, value in os.environ.items()
                if not name.startswith(("PYTHON", "LOCUST_"))
            },
            "PORTAL_PLAN": str(folder / "plan.json"),
            "PORTAL_RESULTS": str(folder / "results.jsonl"),
        }
        command = [
            str(program), "--locustfile", str(HERE / "locustfile.py"), "--headless", "--users", str(USERS),
            "--spawn-rate", str(USERS), "--host", host, "--exit-code-on-error", "0", "--only-summary",
            "--loglevel", "WARNING",
        ]  # fmt: skip
        done = subprocess.run(command, cwd=folder, env=variables, capture_output=True, text=True)
        results = folder / "results.jsonl"
        if done.returncode or not results.exists():
            raise RuntimeError(f"Locust ended with {done.returncode}: {(done.stderr or done.stdout)[-2000:]}")
        rows = [json.loads(line) for line in results.read_text("utf-8").splitlines()]
    return {page.name: figures([row for row in rows if row["page"] == page.name]) for page in pages}


def figures(rows: Sequence[Mapping[str, object]]) -> Figures:
    """Sum up one page. `rps` is of right answers, from the first due request to the last answer."""
    times = sorted(float(str(row["ms"])) for row in rows)
    faults = Counter(str(row["fault"]) for row in rows if row["fault"])
    seconds = max((float(str(row["due_ms"])) + float(str(row["ms"])) for row in rows), default=0) / 1000
    right = len(rows) - sum(faults.values())
    return Figures(
        rps=right / seconds if seconds else 0.0,
        p50_ms=percentile(times, 50),
        p95_ms=percentile(times, 95),
        p99_ms=percentile(times, 99),
        errors=sum(faults.values()),
        requests=len(rows),
        latest_ms=max((float(str(row["late_ms"])) for row in rows), default=0.0),
        faults=faults,
    )


def percentile(ordered: Sequence[float], percent: float) -> float:
    """Return the smallest value that at least `percent` of the values do not exceed; 0 for none."""
    return ordered[max(math.ceil(len(ordered) * percent / 100), 1) - 1] if ordered else 0.0
