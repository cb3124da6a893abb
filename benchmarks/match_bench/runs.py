"""Run files: what every method answered, in the form trec_eval's users know."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from match_bench.collections import Trial
from match_bench.measure import DEPTH, Outcome
from match_bench.task import Ranking


@contextmanager
def whole_file(path: Path) -> Iterator[TextIO]:
    """Open a file that appears under its name only when the block ends well."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8", newline="\n") as out:
            yield out
        os.chmod(name, 0o644)
        os.replace(name, path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def run_path(folder: Path, outcome: Outcome) -> Path:
    """``COLLECTION.PROTOCOL.METHOD.run`` in the folder."""
    return folder / f"{outcome.collection}.{outcome.protocol}.{outcome.method}.run"


def write_run(path: Path, outcome: Outcome, trial: Trial) -> None:
    """Write ``query_id 0 found_id rank score method``, 100 ranks a query.

    Scores are written in full, so sorting by falling score and, where they tie, by rising id gives the same
    ranks again.
    """
    with whole_file(path) as out:
        for task, rankings in zip(trial.tasks, outcome.rankings, strict=True):
            for query, ranking in zip(task.queries, rankings, strict=True):
                asked = task.asking_ids[query]
                for rank, (position, score) in enumerate(ranking[:DEPTH], start=1):
                    found = task.searched_ids[position]
                    out.write(f"{asked} 0 {found} {rank} {score!r} {outcome.method}\n")


def read_run(path: Path, trial: Trial) -> tuple[tuple[Ranking, ...], ...]:
    """Read a run file back as rankings by position, one tuple of them for each task of the trial."""
    found: dict[str, list[tuple[str, float]]] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        asked, _, answer, _, score, _ = line.split(" ")
        found.setdefault(asked, []).append((answer, float(score)))
    return tuple(_positions(found, task.asking_ids, task.queries, task.searched_ids) for task in trial.tasks)


def _positions(
    found: dict[str, list[tuple[str, float]]],
    asking_ids: Sequence[str],
    queries: Sequence[int],
    searched_ids: Sequence[str],
) -> tuple[Ranking, ...]:
    at = {key: position for position, key in enumerate(searched_ids)}
    return tuple([(at[key], score) for key, score in found.get(asking_ids[query], [])] for query in queries)
