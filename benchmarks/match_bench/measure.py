"""Run one method on one protocol and measure quality, seconds and memory."""

from __future__ import annotations

import gc
import multiprocessing
import resource
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from match_bench.collections import Trial
from match_bench.methods import create_method
from match_bench.metrics import FloatArray, QueryFigures, mean_of, ordered, query_figures
from match_bench.task import N_FOLDS, Method, Ranking, Task

DEPTH = 100


@dataclass(frozen=True)
class Outcome:
    """What one method did on one protocol.

    ``seconds`` is tokens, index and search together, ``fit_seconds`` what went before the clock, ``peak_mb``
    the most memory the process held while it ranked (10**6 bytes; None where the system does not tell).
    """

    collection: str
    protocol: str
    method: str
    rankings: tuple[tuple[Ranking, ...], ...]
    figures: QueryFigures
    folds: tuple[int, ...]
    parts: Mapping[str, QueryFigures]
    seconds: float
    fit_seconds: float
    peak_mb: float | None

    def as_json(self) -> dict[str, float | int | None]:
        """The keys of the JSON contract, and ``peak_mb``."""
        means: dict[str, float | int | None] = {k: round(v, 6) for k, v in self.figures.means().items()}
        peak = None if self.peak_mb is None else round(self.peak_mb, 1)
        return {**means, "queries": self.figures.queries, "seconds": round(self.seconds, 3), "peak_mb": peak}

    def standard_error(self) -> float:
        """Standard error of the mean nDCG@10 over queries."""
        finite = self.figures.ndcg10[np.isfinite(self.figures.ndcg10)]
        return float(finite.std(ddof=1) / np.sqrt(finite.size)) if finite.size > 1 else 0.0

    def fold_range(self) -> tuple[float, float]:
        """Lowest and highest mean nDCG@10 of the folds."""
        folds = np.asarray(self.folds)
        means = [mean_of(self.figures.ndcg10[folds == f]) for f in range(N_FOLDS) if np.any(folds == f)]
        return (min(means), max(means)) if means else (0.0, 0.0)


def measure(method: Method, trial: Trial) -> Outcome | None:
    """Run a method on every task of a trial; None when it does not apply."""
    if not all(method.applies(task) for task in trial.tasks):
        return None
    fit_seconds = seconds = 0.0
    rankings, peaks = [], []
    for task in trial.tasks:
        started = time.perf_counter()
        fit = getattr(method, "fit", None)
        if fit is not None:
            fit(task)
        fit_seconds += time.perf_counter() - started
        _forget_peak()
        started = time.perf_counter()
        answer = method.rank(task, depth=DEPTH)
        seconds += time.perf_counter() - started
        peaks.append(_peak_mb())
        rankings.append(checked(answer, task))
    by_task = [
        query_figures(found, grades, recall_grade=trial.recall_grade)
        for found, grades in zip(rankings, trial.grades, strict=True)
    ]
    return Outcome(
        collection=trial.collection,
        protocol=trial.protocol,
        method=method.name,
        rankings=tuple(rankings),
        figures=pooled(by_task),
        folds=tuple(fold for task in trial.tasks for fold in task.query_folds),
        parts=dict(zip(trial.parts, by_task, strict=True)) if len(by_task) > 1 else {},
        seconds=seconds,
        fit_seconds=fit_seconds,
        peak_mb=max((peak for peak in peaks if peak is not None), default=None),
    )


def measure_apart(name: str, data: Path, trial: Trial) -> Outcome | None:
    """Run :func:`measure` in a fresh process, so that its peak memory is its own."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1) as pool:
        return pool.apply(_measure_named, (name, data, trial))


def _measure_named(name: str, data: Path, trial: Trial) -> Outcome | None:
    method = create_method(name, data)
    warm_up(method, trial)
    outcome = measure(method, trial)
    if outcome is None or outcome.peak_mb is not None:
        return outcome
    unit = 1 if sys.platform == "darwin" else 1024
    return replace(outcome, peak_mb=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6)


def warm_up(method: Method, trial: Trial) -> None:
    """Answer one query over a few entries, so that imports and compilers are done before the clock starts."""
    whole = trial.tasks[0]
    needs, offers = min(12, len(whole.needs)), min(40, len(whole.offers))
    task = replace(
        whole,
        direction="need_to_offer",
        need_ids=whole.need_ids[:needs],
        needs=whole.needs[:needs],
        offer_ids=whole.offer_ids[:offers],
        offers=whole.offers[:offers],
        queries=(0,),
        judged=None,
        relevance={},
        need_folds=whole.need_folds[:needs],
        query_folds=whole.need_folds[:1],
        shipped_only=True,
    )
    if method.applies(task):
        method.rank(task, depth=10)


def checked(answer: Sequence[Ranking], task: Task) -> tuple[Ranking, ...]:
    """Sort and cut a method's answer.

    Raises
    ------
    ValueError
        If it does not answer every query, names an entry twice or one that may not be ranked, or leaves out
        a judged one.
    """
    if len(answer) != len(task.queries):
        raise ValueError(f"{len(answer)} rankings for {len(task.queries)} queries")
    rows = tuple(ordered(row, depth=None if task.judged is not None else DEPTH) for row in answer)
    for number, row in enumerate(rows):
        named = {position for position, _ in row}
        if named and not (min(named) >= 0 and max(named) < len(task.searched)):
            raise ValueError(f"query {number}: an entry outside the searched list is ranked")
        if task.judged is not None and named != set(task.judged[number]):
            raise ValueError(f"query {number}: the ranked entries are not the judged ones")
    return rows


def pooled(figures: Sequence[QueryFigures]) -> QueryFigures:
    """Figures of several tasks as those of one."""

    def join(name: str) -> FloatArray:
        return np.concatenate([getattr(one, name) for one in figures])

    return QueryFigures(join("ndcg10"), join("recall10"), join("recall100"), join("mrr10"))


def _forget_peak() -> None:
    """Start the kernel's record of this process's peak memory afresh (Linux only)."""
    gc.collect()
    try:
        Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
    except OSError:
        return


def _peak_mb() -> float | None:
    """Peak resident memory since :func:`_forget_peak`, in 10**6 bytes; None where there is no /proc."""
    try:
        status = Path("/proc/self/status").read_text(encoding="ascii")
    except OSError:
        return None
    line = next((line for line in status.splitlines() if line.startswith("VmHWM:")), None)
    return None if line is None else int(line.split()[1]) * 1024 / 1e6
