"""How well accepted pairs stand in a need's list, and whether a difference is more than chance.

Source: nDCG after Järvelin and Kekäläinen (2002) with gain 2^grade - 1; the interval is Efron's percentile bootstrap
(1979); the test draws random signs, after Fisher (1935).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairground.match.core.labels import ACCEPTED_FROM
from fairground.match.core.signals import Floats

_DRAWS = 10_000
_SURE = 0.05


@dataclass(frozen=True)
class Figures:
    """Of the lists `match` would give needs with an accepted pair.

    Attributes
    ----------
    ndcg10_by_need : float64[n_need], 0–1
    ndcg10_by_fold : the mean of each fold that has needs
    mean_rank : of accepted offers, from 1; one that is no candidate stands last
    auc : share of (accepted, declined) pairs of one need in the right order, mean over needs; None without such needs
    """

    ndcg10_by_need: NDArray[np.float64]
    ndcg10_by_fold: tuple[float, ...]
    mean_rank: float
    auc: float | None

    @property
    def ndcg10(self) -> float:
        """The mean over needs."""
        return float(self.ndcg10_by_need.mean())


@dataclass(frozen=True)
class Difference:
    """Of a figure over the same needs: mean, 95 % bootstrap interval, two-sided p by random signs."""

    mean: float
    low: float
    high: float
    p: float
    better: int
    worse: int

    @property
    def is_gain(self) -> bool:
        """Whether it is above zero beyond doubt; a gain in one need alone never is, whatever the interval says."""
        return self.mean > 0 and self.low >= 0 and self.p <= _SURE


def figures_of(scores: Floats, grades: Sequence[Mapping[int, int]], folds: NDArray[np.int64]) -> Figures:
    """Return the figures of float32[n_need, n_offer] scores; `grades` has offer → grade for each need, one accepted."""
    ndcg, ranks, aucs = [], [], []
    for row, known in zip(scores, grades, strict=True):
        order = np.argsort(-row, kind="stable")
        rank = np.empty(len(row), np.int64)
        rank[order] = np.arange(1, len(row) + 1)
        rank[row < 0] = len(row)
        ndcg.append(_ndcg10(rank, known))
        good = [offer for offer, grade in known.items() if grade >= ACCEPTED_FROM]
        bad = [offer for offer, grade in known.items() if grade == 0]
        ranks += rank[good].tolist()
        if bad:
            lead = row[good][:, None] - row[bad][None, :]
            aucs.append(float((lead > 0).mean() + (lead == 0).mean() / 2))
    values = np.array(ndcg)
    by_fold = tuple(float(values[folds == fold].mean()) for fold in np.unique(folds))
    return Figures(values, by_fold, float(np.mean(ranks)), float(np.mean(aucs)) if aucs else None)


def _ndcg10(rank: NDArray[np.int64], known: Mapping[int, int]) -> float:
    gained = sum(
        (2**grade - 1) / np.log2(rank[offer] + 1) for offer, grade in known.items() if rank[offer] <= 10
    )
    best = sorted((2**grade - 1 for grade in known.values()), reverse=True)[:10]
    return float(gained / sum(gain / np.log2(place + 2) for place, gain in enumerate(best)))


def paired_difference(before: NDArray[np.float64], after: NDArray[np.float64], *, seed: int) -> Difference:
    """Compare two figures need by need; the same seed draws the same samples."""
    change = after - before
    random = np.random.default_rng(seed)
    n = len(change)
    # Widened by n / (n - 1): the plain bootstrap is too narrow where needs are few.
    wide = np.sqrt(n / (n - 1)) if n > 1 else np.inf
    mean = float(change.mean())
    means = np.array([change[random.integers(0, n, n)].mean() for _ in range(_DRAWS)])
    low, high = (mean + wide * (np.quantile(means, q) - mean) if n > 1 else mean for q in (0.025, 0.975))
    moved = change[change != 0]
    signs = random.integers(0, 2, (_DRAWS, len(moved)), dtype=np.int8) * np.int8(2) - np.int8(1)
    extreme = np.abs(signs @ moved) >= abs(moved.sum()) - 1e-12
    p = float((extreme.sum() + 1) / (_DRAWS + 1))
    return Difference(mean, float(low), float(high), p, int((change > 0).sum()), int((change < 0).sum()))
