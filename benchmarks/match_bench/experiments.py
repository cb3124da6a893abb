"""Two experiments beside the table: few needs in the list, and lists without the true offers."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from match_bench.collections import Collection, Trial, only_needs, trial, without_offers
from match_bench.measure import measure
from match_bench.metrics import area_under_curve, mean_of
from match_bench.task import Method, in_withheld_half

DRAWS = 20


@dataclass(frozen=True)
class SmallList:
    """Mean nDCG@10 over the draws of ``size`` needs, and its standard error."""

    collection: str
    protocol: str
    method: str
    size: int
    draws: int
    ndcg10: float
    standard_error: float

    def as_json(self) -> dict[str, float | int]:
        """Figures without the names."""
        return {"draws": self.draws, "ndcg10": round(self.ndcg10, 6), "se": round(self.standard_error, 6)}


def draws_of(one: Trial, size: int, *, n_draws: int = DRAWS, seed: int = 0) -> list[list[int]]:
    """Draw queries without putting back, positions in ``task.queries``; the same for every method.

    Only queries with a relevant offer are drawn. A size beyond what there is means all of them.
    """
    usable = [number for number, grades in enumerate(one.grades[0]) if any(g > 0 for g in grades.values())]
    random = np.random.default_rng([seed, size])
    return [
        sorted(int(n) for n in random.choice(usable, min(size, len(usable)), replace=False))
        for _ in range(n_draws)
    ]


def small_lists(
    method: Method, one: Trial, sizes: Sequence[int], *, n_draws: int = DRAWS, seed: int = 0
) -> list[SmallList] | None:
    """Repeat a need-to-offer protocol with only some needs in the list; None when it does not apply.

    Each draw is given to the method as a list of its own. A method whose answers do not depend on the other
    needs is run once with all of them: drawing cannot change what it answers.
    """
    if len(one.tasks) != 1 or one.tasks[0].direction != "need_to_offer":
        return None
    whole = None
    if not method.uses_list:
        whole = measure(method, one)
        if whole is None:
            return None
    found = []
    for size in sizes:
        means = []
        for drawn in draws_of(one, size, n_draws=n_draws, seed=seed):
            if whole is not None:
                means.append(mean_of(whole.figures.ndcg10[drawn]))
                continue
            outcome = measure(method, only_needs(one, drawn))
            if outcome is None:
                return None
            means.append(mean_of(outcome.figures.ndcg10))
        error = float(np.std(means, ddof=1) / np.sqrt(len(means))) if len(means) > 1 else 0.0
        found.append(
            SmallList(
                one.collection, one.protocol, method.name, size, len(means), float(np.mean(means)), error
            )
        )
    return found


@dataclass(frozen=True)
class Abstention:
    """How well a method's evidence tells needs with a true offer in the list from those without."""

    method: str
    auc: float
    needs_with: int
    needs_without: int
    seconds: float

    def as_json(self) -> dict[str, float | int]:
        """Figures without the name."""
        return {
            "auc": round(self.auc, 6),
            "needs_with": self.needs_with,
            "needs_without": self.needs_without,
            "seconds": round(self.seconds, 3),
        }


def withheld(collection: Collection, protocol: str, *, shipped_only: bool) -> tuple[Trial, tuple[bool, ...]]:
    """Take the true offers of about half the labelled needs out of the list.

    Returns the trial, whose queries are still all labelled needs, and for each query whether the list still
    has a true offer. An offer that answers needs of both halves goes too, so a need of the other half that
    had no other counts as one without.
    """
    gone = frozenset(label.offer_id for label in collection.labels if in_withheld_half(label.need_id))
    full = trial(collection, protocol, shipped_only=shipped_only)
    left = trial(without_offers(collection, gone), protocol, shipped_only=shipped_only)
    asked = full.tasks[0].queries
    grades = dict(zip(left.tasks[0].queries, left.grades[0], strict=True))
    folds = left.tasks[0].need_folds
    task = replace(left.tasks[0], queries=asked, query_folds=tuple(folds[q] for q in asked))
    kept: Sequence[Mapping[int, int]] = [grades.get(q, {}) for q in asked]
    return replace(left, tasks=(task,), grades=(tuple(kept),)), tuple(bool(g) for g in kept)


def abstention(method: Method, one: Trial, has_offer: Sequence[bool]) -> Abstention | None:
    """Measure a method's ``evidence`` on the lists :func:`withheld` made; None when it has none."""
    task = one.tasks[0]
    evidence = getattr(method, "evidence", None)
    if evidence is None or not method.applies(task):
        return None
    started = time.perf_counter()
    fit = getattr(method, "fit", None)
    if fit is not None:
        fit(task)
    values = [float(value) for value in evidence(task)]
    seconds = time.perf_counter() - started
    if len(values) != len(has_offer):
        raise ValueError(f"{method.name}: {len(values)} evidence values for {len(has_offer)} queries")
    with_offer = sum(has_offer)
    auc = area_under_curve(values, has_offer)
    return Abstention(method.name, auc, with_offer, len(has_offer) - with_offer, seconds)
