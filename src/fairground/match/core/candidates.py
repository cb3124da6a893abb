"""For each asking text the searched texts worth a closer look, with what was measured about each pair."""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.match.core.population import Population, Standing
from fairground.match.core.signals import KINDS, PUTTINGS, SIGNALS, Asking, Floats

MEASURED = (*SIGNALS, "together")  # what is kept of a pair: every signal, and their fixed sum

Progress = Callable[[int, int], None]  # askers done, askers in all; may raise to stop

_MOST_POOL, _LEAST_POOL = 400, 40  # kept of each asker before the correction for hubs
_POOL_NUMBERS = 120_000_000  # kept of all askers together: half a gigabyte
_HUB_WEIGHT = 1.0
_BLOCK_BYTES = 48_000_000
_PUTTING_WEIGHTS = {"title": 1.0, "opening": 0.5, "whole": 1.0}
_KIND_WEIGHTS = {"words": 1.0, "cosine": 0.7, "phrases": 0.4, "meaning": 1.0}
_TITLE_WEIGHTS = (0.3, 0.3)
FIXED_SUM = np.array(
    [_PUTTING_WEIGHTS[p] * _KIND_WEIGHTS[k] for p in PUTTINGS for k in KINDS] + list(_TITLE_WEIGHTS),
    np.float32,
)
FIXED_SUM /= FIXED_SUM.sum()


@dataclass(frozen=True)
class Candidates:
    """Pairs worth a closer look.

    Attributes
    ----------
    texts : int32[n_asker, depth], searched texts, best fixed sum first; -1 where there are fewer
    measured : float32[n_asker, depth, len(MEASURED)], in standard deviations of the asker's own scores
    middle, spread : float32[n_asker, len(MEASURED)], the mean and deviation taken out: measured * spread + middle
        is the raw signal (texts of the first language group, where there are two)
    standing : how each searched text stands with all askers
    """

    texts: NDArray[np.int32]
    measured: Floats
    middle: Floats
    spread: Floats
    standing: Standing


def find_candidates(
    asking: Asking,
    n_searched: int,
    *,
    depth: int,
    eligible: int | None = None,
    answered: Sequence[int] | None = None,
    allowed: Sequence[NDArray[np.int64]] | None = None,
    reference: Asking | None = None,
    groups: NDArray[np.int64] | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> Candidates:
    """Measure every pair once and keep the best of each asker.

    Parameters
    ----------
    asking : n_asker asking texts
    n_searched : number of searched texts
    depth : ≥ 1, candidates kept of each asker
    eligible : only the first so many searched texts may be candidates; the others give the scale. None: all
    answered : the askers that want candidates; the others count for the standing only. None: all
    allowed : for each entry of `answered` the searched texts that may be candidates (all of them are kept then)
    reference : askers of a reference population, who count for the standing as well
    groups : int64[n_searched], the language group of each searched text, counted from 0: scores of one group are
        normalised among themselves, so that an asker's own language does not win by its larger numbers
    threads : ≥ 1
    progress : told after each block

    Returns
    -------
    Candidates, a row for each entry of `answered`.

    Cost: O(n_asker · n_searched) time; memory for one block of askers and the pool.
    """
    eligible = n_searched if eligible is None else eligible
    wanted = np.arange(asking.n_texts) if answered is None else np.asarray(answered)
    if groups is None:
        groups = np.zeros(n_searched, np.int64)
    population = Population(len(MEASURED), n_searched)
    if reference is not None:
        for block in _blocks(reference, n_searched, groups, threads):
            population.observe(block.normalised)
    if allowed is not None:
        kept = max((len(row) for row in allowed), default=1)
    else:
        pool = _POOL_NUMBERS // (len(MEASURED) * max(1, len(wanted)))
        kept = min(max(_LEAST_POOL, min(_MOST_POOL, pool)), eligible)
    texts = np.full((len(wanted), kept), -1, np.int32)
    measured = np.zeros((len(wanted), kept, len(MEASURED)), np.float32)
    middle = np.zeros((len(wanted), len(MEASURED)), np.float32)
    spread = np.ones((len(wanted), len(MEASURED)), np.float32)
    for block in _blocks(asking, n_searched, groups, threads):
        population.observe(block.normalised)
        for row in np.flatnonzero((wanted >= block.first) & (wanted < block.last)):
            place = wanted[row] - block.first
            together = block.normalised[-1, place, :eligible]
            chosen = best_places(together, kept) if allowed is None else np.asarray(allowed[int(row)])
            texts[row, : len(chosen)] = chosen
            measured[row, : len(chosen)] = block.normalised[:, place, chosen].T
            middle[row], spread[row] = block.middle[:, place], block.spread[:, place]
        if progress is not None:
            progress(block.last, asking.n_texts)
    standing = population.standing()
    if allowed is None:
        texts, measured = corrected(texts, measured, standing, depth)
    return Candidates(texts, measured, middle, spread, standing)


@dataclass(frozen=True)
class _Block:
    first: int
    last: int
    normalised: Floats
    middle: Floats
    spread: Floats


def _blocks(asking: Asking, n_searched: int, groups: NDArray[np.int64], threads: int) -> Iterator[_Block]:
    """Yield blocks of askers in order, made by `threads` workers a few ahead."""
    n_groups = int(groups.max(initial=0)) + 1
    size = max(1, min(256, _BLOCK_BYTES // (4 * len(MEASURED) * max(1, n_searched))))

    def make(first: int) -> _Block:
        last = min(first + size, asking.n_texts)
        normalised = np.empty((len(MEASURED), last - first, n_searched), np.float32)
        normalised[:-1] = asking.signals(first, last)
        middle = np.zeros(normalised.shape[:2], np.float32)
        spread = np.ones(normalised.shape[:2], np.float32)
        _normalise(normalised[:-1], groups, n_groups, middle, spread)
        np.einsum("s,sqn->qn", FIXED_SUM, normalised[:-1], out=normalised[-1])
        return _Block(first, last, normalised, middle, spread)

    starts = iter(range(0, asking.n_texts, size))
    with ThreadPoolExecutor(threads) as workers:
        ahead: deque[Future[_Block]] = deque(
            workers.submit(make, first) for first in islice(starts, threads + 1)
        )
        while ahead:
            done = ahead.popleft().result()
            ahead.extend(workers.submit(make, first) for first in islice(starts, 1))
            yield done


def best_places(scores: Floats, n: int) -> NDArray[np.int64]:
    """Return the `n` best places, best first, equal ones by place."""
    if n < len(scores):
        threshold = np.partition(scores, len(scores) - n)[len(scores) - n]
        places = np.flatnonzero(scores >= threshold)
    else:
        places = np.arange(len(scores))
    return places[np.argsort(-scores[places], kind="stable")][:n]


def corrected(
    texts: NDArray[np.int32], measured: Floats, standing: Standing, depth: int
) -> tuple[NDArray[np.int32], Floats]:
    """Order the pool anew, hubs set back, and keep `depth`."""
    value = measured[:, :, -1] - _HUB_WEIGHT * standing.hub[-1][texts]
    order = np.argsort(-value, axis=1, kind="stable")[:, :depth]
    return np.take_along_axis(texts, order, 1), np.take_along_axis(measured, order[:, :, None], 1)


@numba.njit(cache=True, nogil=True)
def _normalise(
    values: Floats, groups: NDArray[np.int64], n_groups: int, middle: Floats, spread: Floats
) -> None:
    """Take each row to mean 0 and deviation 1 within each group; a row of equal values becomes zeros."""
    n_signals, n_askers, n_searched = values.shape
    for signal in range(n_signals):
        for asker in range(n_askers):
            row = values[signal, asker]
            sums, squares = np.zeros(n_groups), np.zeros(n_groups)
            members = np.zeros(n_groups)
            for text in range(n_searched):
                group, value = groups[text], np.float64(row[text])
                members[group] += 1
                sums[group] += value
                squares[group] += value * value
            for group in range(n_groups):
                if members[group] > 0:
                    sums[group] /= members[group]
                    variance = squares[group] / members[group] - sums[group] ** 2
                    squares[group] = np.sqrt(variance) if variance > 1e-12 else np.inf
            middle[signal, asker] = sums[0]
            spread[signal, asker] = squares[0] if squares[0] < np.inf else 1.0
            for text in range(n_searched):
                group = groups[text]
                row[text] = (np.float64(row[text]) - sums[group]) / squares[group]
