"""How each text stands with all askers, against numpy on the whole table at once."""

import numpy as np
import pytest
from numpy.typing import NDArray

from fairground.match.core.population import Population, Standing

N_SIGNALS, N_SEARCHED = 3, 7


def standing_of(values: NDArray[np.float32], cuts: list[int]) -> Standing:
    population = Population(values.shape[0], values.shape[2])
    for block in np.split(values, cuts, axis=1):
        population.observe(np.ascontiguousarray(block))
    return population.standing()


def table(n_askers: int, seed: int = 0) -> NDArray[np.float32]:
    values = np.random.default_rng(seed).normal(size=(N_SIGNALS, n_askers, N_SEARCHED))
    return values.astype(np.float32)


# The best seventieth of the askers, at least one and at most twenty.
@pytest.mark.parametrize(("n_askers", "n_best"), [(1, 1), (2, 1), (70, 1), (140, 2), (700, 10), (2100, 20)])
def test_standing_equals_the_whole_table_at_once(n_askers: int, n_best: int) -> None:
    values = table(n_askers)
    standing = standing_of(values, [n_askers // 3])
    falling = -np.sort(-values, axis=1)
    np.testing.assert_allclose(standing.mean, values.mean(axis=1), atol=1e-5)
    np.testing.assert_allclose(standing.spread, np.maximum(values.std(axis=1), 0.01), rtol=1e-4)
    np.testing.assert_allclose(standing.hub, falling[:, :n_best].mean(axis=1), rtol=1e-5)
    assert np.array_equal(standing.best, falling[:, 0])
    assert np.array_equal(standing.second, falling[:, min(1, n_askers - 1)])


def test_standing_does_not_depend_on_how_askers_come() -> None:
    values = table(150)
    whole = standing_of(values, [])
    for cuts in ([1, 2, 3], [149], [75]):
        for one, other in zip(whole, standing_of(values, cuts), strict=True):
            np.testing.assert_allclose(one, other, atol=1e-6)
    shuffled = values[:, np.random.default_rng(1).permutation(150)]
    for one, other in zip(whole, standing_of(shuffled, [40]), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


def test_equal_askers_share_best_and_second() -> None:
    standing = standing_of(np.ones((N_SIGNALS, 3, N_SEARCHED), np.float32), [])
    assert (standing.best == 1).all()
    assert (standing.second == 1).all()
    assert (standing.hub == 1).all()


def test_nobody_asked() -> None:
    standing = Population(N_SIGNALS, N_SEARCHED).standing()
    assert (standing.spread == 1).all()
    for numbers in (standing.mean, standing.hub, standing.best, standing.second):
        assert numbers.shape == (N_SIGNALS, N_SEARCHED)
        assert not numbers.any()
