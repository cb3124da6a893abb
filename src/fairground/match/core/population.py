"""What a whole list says about one of its texts: who is everyone's second best, who fits one asker only.

An offer near the centre of a field scores well with every need of it and crowds out the one that fits. Its
*hubness* shows only against many needs; where a list has few, needs of a shipped reference population stand in.

Source: the correction by the mean over the nearest askers follows Lample et al., "Word translation without
parallel data" (2018), equation 3 (CSLS).
"""

from typing import NamedTuple

import numba
import numpy as np

from fairground.match.core.signals import Floats

_KEPT = 20
_HUB_SHARE = 1 / 70  # of the population: the askers an offer is best for


class Standing(NamedTuple):
    """How each searched text stands with the whole asking population, a row a signal.

    All float32[n_signal, n_searched], in units of the asker's standard deviations.
    """

    mean: Floats
    spread: Floats
    hub: Floats  # mean over the askers it is best for
    best: Floats
    second: Floats


class Population:
    """Gathers the standing of searched texts, block by block of askers."""

    def __init__(self, n_signals: int, n_searched: int) -> None:
        self._sum = np.zeros((n_signals, n_searched), np.float64)
        self._squares = np.zeros((n_signals, n_searched), np.float64)
        self._top = np.full((n_signals, n_searched, _KEPT), -np.inf, np.float32)
        # The least of each text's best, apart: most values are refused by it, and side by side it is read fast.
        self._floor = np.full((n_signals, n_searched), -np.inf, np.float32)
        self._n_askers = 0

    def observe(self, normalised: Floats) -> None:
        """Add askers: float32[n_signal, n_asker, n_searched]."""
        self._n_askers += normalised.shape[1]
        self._sum += normalised.sum(axis=1)
        self._squares += np.einsum("sat,sat->st", normalised, normalised)
        _keep_best(normalised, self._top, self._floor)

    def standing(self) -> Standing:
        """Return what was gathered. With no asker at all every number is 0 and the spread 1."""
        n = self._n_askers
        if n == 0:
            nothing = np.zeros(self._sum.shape, np.float32)
            return Standing(nothing, nothing + 1, nothing, nothing, nothing)
        mean = self._sum / n
        spread = np.sqrt(np.maximum(self._squares / n - mean**2, 1e-4))
        kept = int(np.clip(round(n * _HUB_SHARE), 1, min(_KEPT, n)))
        hub = self._top[:, :, :kept].mean(axis=2)
        second = self._top[:, :, min(1, n - 1)]
        return Standing(
            mean.astype(np.float32), spread.astype(np.float32), hub, self._top[:, :, 0].copy(), second.copy()
        )


@numba.njit(cache=True, nogil=True)
def _keep_best(normalised: Floats, top: Floats, floor: Floats) -> None:
    """Keep each searched text's best values in falling order."""
    n_signals, n_askers, n_searched = normalised.shape
    n_kept = top.shape[2]
    for signal in range(n_signals):
        for asker in range(n_askers):
            for text in range(n_searched):
                value = normalised[signal, asker, text]
                if value > floor[signal, text]:
                    best = top[signal, text]
                    place = n_kept - 1
                    while place > 0 and best[place - 1] < value:
                        best[place] = best[place - 1]
                        place -= 1
                    best[place] = value
                    floor[signal, text] = best[n_kept - 1]
