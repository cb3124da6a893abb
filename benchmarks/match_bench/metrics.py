"""nDCG@10, recall and reciprocal rank as the data's README defines them.

Gain 2**grade - 1, discount 1 / log2(rank + 1), ties by id, queries without a relevant entry left out.
Recall and reciprocal rank count an entry from ``recall_grade`` up (1, and 2 for BDCI); the queries that have
none are left out of those two only.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from match_bench.task import Ranking

FloatArray = npt.NDArray[np.float64]
IntArray = npt.NDArray[np.int64]
Grades = Mapping[int, int]
"""Position in the searched list -> grade, one query."""


@dataclass(frozen=True)
class QueryFigures:
    """Figures of every query, NaN where the query does not count."""

    ndcg10: FloatArray
    recall10: FloatArray
    recall100: FloatArray
    mrr10: FloatArray

    @property
    def queries(self) -> int:
        """Queries with at least one relevant entry."""
        return int(np.isfinite(self.ndcg10).sum())

    def means(self) -> dict[str, float]:
        """Mean of each figure over the queries that count, 0 where none does."""
        return {name: mean_of(getattr(self, name)) for name in ("ndcg10", "recall10", "recall100", "mrr10")}


def mean_of(values: FloatArray) -> float:
    """Mean of the finite values, 0.0 when there are none."""
    finite = values[np.isfinite(values)]
    return float(finite.mean()) if finite.size else 0.0


def ordered(ranking: Ranking, *, depth: int | None) -> Ranking:
    """Sort by falling score, ties by position (positions follow ids), and cut at ``depth``.

    Raises
    ------
    ValueError
        If a position comes twice or a score is not a finite number.
    """
    positions = [position for position, _ in ranking]
    if len(set(positions)) != len(positions):
        raise ValueError("a ranking names the same entry twice")
    if not all(np.isfinite(score) for _, score in ranking):
        raise ValueError("a ranking holds a score that is not a finite number")
    best = sorted(((int(p), float(s)) for p, s in ranking), key=lambda pair: (-pair[1], pair[0]))
    return best if depth is None else best[:depth]


def query_figures(
    rankings: Sequence[Ranking], grades: Sequence[Grades], *, recall_grade: int = 1
) -> QueryFigures:
    """Measure rankings that :func:`ordered` has sorted, one per query.

    Parameters
    ----------
    rankings : one per query, best first
    grades : one per query, position -> grade >= 0; positions left out have grade 0
    recall_grade : lowest grade that counts as found, >= 1
    """
    found = _found_grades(rankings, grades, depth=100)
    ideal = np.zeros((len(grades), 10))
    for row, query in enumerate(grades):
        best = sorted(query.values(), reverse=True)[:10]
        ideal[row, : len(best)] = best
    discount = 1.0 / np.log2(np.arange(2, 12))
    with np.errstate(invalid="ignore", divide="ignore"):
        ndcg = ((2.0 ** found[:, :10] - 1) @ discount) / ((2.0**ideal - 1) @ discount)
        hit = found >= recall_grade
        wanted = np.array([sum(g >= recall_grade for g in q.values()) for q in grades], dtype=np.float64)
        recall10 = hit[:, :10].sum(axis=1) / wanted
        recall100 = hit.sum(axis=1) / wanted
    first = np.where(hit[:, :10].any(axis=1), 1.0 / (hit[:, :10].argmax(axis=1) + 1), 0.0)
    return QueryFigures(ndcg, recall10, recall100, np.where(wanted > 0, first, np.nan))


def _found_grades(rankings: Sequence[Ranking], grades: Sequence[Grades], *, depth: int) -> FloatArray:
    """Grade of the entry at each rank, float64[n_query, depth], 0 where the ranking is shorter."""
    found = np.zeros((len(rankings), depth))
    for row, (ranking, query) in enumerate(zip(rankings, grades, strict=True)):
        for column, (position, _) in enumerate(ranking[:depth]):
            found[row, column] = query.get(position, 0)
    return found


def area_under_curve(scores: Sequence[float], labels: Sequence[bool]) -> float:
    """Chance that a random True scores above a random False, ties counting half.

    Raises
    ------
    ValueError
        If all labels are the same.
    """
    values, truth = np.asarray(scores, dtype=np.float64), np.asarray(labels, dtype=bool)
    n_true, n_false = int(truth.sum()), int((~truth).sum())
    if not n_true or not n_false:
        raise ValueError("the area under the curve needs both kinds of queries")
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    mean_rank = np.cumsum(counts) - (counts - 1) / 2
    rank_sum = float(mean_rank[inverse][truth].sum())
    return (rank_sum - n_true * (n_true + 1) / 2) / (n_true * n_false)
