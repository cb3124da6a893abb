"""The printed table and its heading."""

from __future__ import annotations

import platform
import subprocess
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

from match_bench.measure import Outcome

PACKAGES = (
    "fairground",
    "numpy",
    "scipy",
    "numba",
    "bm25s",
    "tantivy",
    "scikit-learn",
    "rjieba",
    "PyStemmer",
)
HEADINGS = (
    "collection", "protocol", "method", "nDCG@10", "±", "folds", "recall@10", "recall@100", "MRR@10",
    "queries", "seconds", "fit s", "peak MB",
)  # fmt: skip
LEFT = 3


def heading(command: Sequence[str]) -> str:
    """Date, command, machine and versions, each line beginning with '#'."""
    now = datetime.now(tz=UTC).strftime("%Y-%m-%d %H:%M UTC")
    return "\n".join(
        (
            f"# {now}  {' '.join(command)}",
            f"# Python {platform.python_version()}, {platform.system()} {platform.machine()}, {_commit()}",
            "# " + ", ".join(f"{name} {_version(name)}" for name in PACKAGES),
        )
    )


def row(outcome: Outcome) -> tuple[str, ...]:
    """One line of the table; a protocol of several parts has further lines, see :func:`part_rows`."""
    means, (low, high) = outcome.figures.means(), outcome.fold_range()
    return (
        outcome.collection,
        outcome.protocol,
        outcome.method,
        f"{means['ndcg10']:.4f}",
        f"{outcome.standard_error():.3f}",
        f"{low:.3f}-{high:.3f}",
        f"{means['recall10']:.4f}",
        f"{means['recall100']:.4f}",
        f"{means['mrr10']:.4f}",
        str(outcome.figures.queries),
        f"{outcome.seconds:.1f}",
        f"{outcome.fit_seconds:.1f}",
        "-" if outcome.peak_mb is None else f"{outcome.peak_mb:.0f}",
    )


def part_rows(outcome: Outcome) -> list[tuple[str, ...]]:
    """One line for each part of a pooled protocol (zh to en, en to zh)."""
    rows = []
    for name, figures in outcome.parts.items():
        means = figures.means()
        shown = [f"{means[key]:.4f}" for key in ("ndcg10", "recall10", "recall100", "mrr10")]
        rows.append(
            ("", f"  {name}", outcome.method, shown[0], "", "", *shown[1:], str(figures.queries), "", "", "")
        )
    return rows


def layout(rows: Sequence[Sequence[str]], headings: Sequence[str] = HEADINGS, *, left: int = LEFT) -> str:
    """Align rows under their headings, the first ``left`` columns to the left."""
    widths = [max(len(line[column]) for line in (headings, *rows)) for column in range(len(headings))]

    def aligned(line: Sequence[str]) -> str:
        cells = (
            cell.ljust(width) if column < left else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        return "  ".join(cells).rstrip()

    return "\n".join((aligned(headings), "  ".join("-" * width for width in widths), *map(aligned, rows)))


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "not installed"


def _commit() -> str:
    """Short commit of the tree this file is in, with '+' when it has changes; says so outside one."""
    here = Path(__file__).parent
    try:
        done = subprocess.run(
            ["git", "describe", "--always", "--dirty=+"], cwd=here, capture_output=True, text=True, check=True
        )
    except (OSError, subprocess.CalledProcessError):
        return "commit unknown"
    return f"commit {done.stdout.strip()}"


def command_line() -> list[str]:
    """The command as typed."""
    return ["python", *sys.argv]
