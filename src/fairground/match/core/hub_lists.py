"""The lists of one office, measured once from both sides, so that many weights can be tried on them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from fairground.match.core.ranking import ONE_SIDED, MeasuredPairs, measure_side, ranked, two_sided
from fairground.match.core.signals import Floats
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import Weights

Progress = Callable[[str, int, int], None]  # stage, done, total; may raise to stop

_ROWS_AT_ONCE = 256


@dataclass(frozen=True)
class MeasuredSide:
    """One asking side.

    Attributes
    ----------
    asking : int64[n_answered], rising, places of the answered askers in their list
    pairs : what was measured, a row for each of them
    rankers : for each of them the name of the ranker for texts of its own language
    """

    asking: NDArray[np.int64]
    pairs: MeasuredPairs
    rankers: tuple[str, ...]

    def candidates(self, row: int) -> NDArray[np.int32]:
        """Return int32[depth], the searched texts of one asker, -1 where there is none."""
        texts: NDArray[np.int32] = self.pairs.found.texts[row]
        return texts


@dataclass(frozen=True)
class MeasuredHub:
    """Needs that ask for offers and offers that ask for needs; `needs` answers those with a label only."""

    needs: MeasuredSide
    offers: MeasuredSide
    n_needs: int
    n_offers: int


def measure_hub(
    needs: Sequence[FieldTexts],
    offers: Sequence[FieldTexts],
    labelled_needs: Sequence[int],
    *,
    threads: int = 2,
    progress: Progress | None = None,
) -> MeasuredHub:
    """Measure both sides as `ranking.rank_lists` does.

    Parameters
    ----------
    needs, offers : the whole lists; neither is empty
    labelled_needs : places of the needs that will be ranked
    threads : ≥ 1
    progress : told the stage ('needs', 'offers'), steps done and steps in all

    Raises
    ------
    Whatever `progress` raises, to stop.
    """
    asked: NDArray[np.int64] = np.unique(np.asarray(labelled_needs, np.int64))
    needs_side = _measure_side("needs", needs, offers, asked, threads, progress)
    considered: NDArray[np.int64] = np.unique(needs_side.pairs.found.texts).astype(np.int64)
    offers_side = _measure_side("offers", offers, needs, considered[considered >= 0], threads, progress)
    return MeasuredHub(needs_side, offers_side, len(needs), len(offers))


def _measure_side(
    side: str,
    asking: Sequence[FieldTexts],
    searched: Sequence[FieldTexts],
    answered: NDArray[np.int64],
    threads: int,
    progress: Progress | None,
) -> MeasuredSide:
    def tell(done: int, total: int) -> None:
        if progress is not None:
            progress(side, done, total)

    pairs, rankers = measure_side(
        asking, searched, side=side, answered=answered.tolist(), threads=threads, progress=tell
    )
    return MeasuredSide(answered, pairs, rankers)


def two_sided_scores(hub: MeasuredHub, weights: Weights, rows: NDArray[np.int64]) -> Floats:
    """Score every offer for some needs as the engine does: both sides' probabilities, the weaker counting most.

    Parameters
    ----------
    rows : int64[n], rows of `hub.needs`

    Returns
    -------
    float32[n, n_offers], -1 for a pair that neither side considers
    """
    for_needs = np.full((len(rows), hub.n_offers), np.nan, np.float32)
    _fill(for_needs, hub.needs, rows, weights, "needs")
    wanted = np.full(hub.n_needs, -1, np.int64)
    wanted[hub.needs.asking[rows]] = np.arange(len(rows))
    for_offers = np.full((hub.n_offers, len(rows)), np.nan, np.float32)
    _fill(for_offers, hub.offers, np.arange(len(hub.offers.asking)), weights, "offers", wanted)
    other = for_offers.T
    one_sided = ONE_SIDED * np.where(np.isnan(for_needs), other, for_needs)
    both = ~np.isnan(for_needs) & ~np.isnan(other)
    scores: Floats = np.nan_to_num(np.where(both, two_sided(for_needs, other), one_sided), nan=-1.0)
    return scores


def _fill(
    scores: Floats,
    side: MeasuredSide,
    rows: NDArray[np.int64],
    weights: Weights,
    name: str,
    column_of: NDArray[np.int64] | None = None,
) -> None:
    """Put the side's probabilities in place; row `asking` for the offers, place in `rows` for the needs."""
    for first in range(0, len(rows), _ROWS_AT_ONCE):
        some = rows[first : first + _ROWS_AT_ONCE]
        part = _rows(side.pairs, some)
        rankers = [weights.rankers[side.rankers[row]] for row in some]
        result = ranked(part, rankers, weights, name)
        probability = 1 / (1 + np.exp(-np.clip(result.logits, -60, 60)))
        columns = np.where(result.texts >= 0, result.texts, 0)
        if column_of is not None:
            columns = column_of[columns]
        there = (result.texts >= 0) & (columns >= 0)
        targets = np.arange(first, first + len(some)) if column_of is None else side.asking[some]
        scores[np.broadcast_to(targets[:, None], columns.shape)[there], columns[there]] = probability[there]


def _rows(pairs: MeasuredPairs, rows: NDArray[np.int64]) -> MeasuredPairs:
    found = pairs.found
    part = replace(
        found,
        texts=found.texts[rows],
        measured=found.measured[rows],
        middle=found.middle[rows],
        spread=found.spread[rows],
    )
    return replace(
        pairs, found=part, asking_lengths=pairs.asking_lengths[rows], crossing=pairs.crossing[rows]
    )
