"""Candidates against brute force over the whole table of pairs."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from fairground.language.vectors import StaticVectors
from fairground.match.core import candidates
from fairground.match.core.candidates import MEASURED, Candidates, find_candidates
from fairground.match.core.signals import SIGNALS, Asking, SignalIndex, TextSpace
from fairground.match.core.texts import FieldTexts

Table = NDArray[np.float32]


class Given(Asking):
    """Askers whose signals are known beforehand."""

    def __init__(self, values: Table) -> None:
        self.values = values
        self.n_texts = values.shape[1]

    def signals(self, first: int, last: int) -> Table:
        return self.values[:, first:last].copy()


def table(n_askers: int, n_searched: int, seed: int = 0) -> Table:
    values = np.random.default_rng(seed).gamma(2.0, size=(len(SIGNALS), n_askers, n_searched))
    return values.astype(np.float32)


class Wanted(NamedTuple):
    texts: NDArray[np.int64]
    normalised: NDArray[np.float64]
    hub: NDArray[np.float64]


def normal(values: Table, groups: NDArray[np.int64]) -> NDArray[np.float64]:
    """Every signal and the fixed sum, in deviations within each group."""
    found = values.astype(np.float64)
    for group in np.unique(groups):
        part = found[:, :, groups == group]
        middle, spread = part.mean(axis=2, keepdims=True), part.std(axis=2, keepdims=True)
        flat = spread < 1e-6
        found[:, :, groups == group] = np.where(flat, 0, (part - middle) / np.where(flat, 1, spread))
    weights = np.array([*[1, 0.7, 0.4, 1], *[0.5, 0.35, 0.2, 0.5], *[1, 0.7, 0.4, 1], 0.3, 0.3])
    together = np.tensordot(weights / weights.sum(), found, axes=1)
    return np.concatenate([found, together[None]])


def brute_force(values: Table, depth: int, groups: NDArray[np.int64], pool: int = 400) -> Wanted:
    normalised = normal(values, groups)
    n_best = max(1, round(values.shape[1] / 70))
    hub = -np.sort(-normalised, axis=1)[:, :n_best].mean(axis=1)
    pooled = np.argsort(-normalised[-1], axis=1, kind="stable")[:, :pool]
    corrected = np.take_along_axis(normalised[-1], pooled, 1) - hub[-1][pooled]
    order = np.argsort(-corrected, axis=1, kind="stable")[:, :depth]
    return Wanted(np.take_along_axis(pooled, order, 1), normalised, hub)


def one_group(n: int) -> NDArray[np.int64]:
    return np.zeros(n, np.int64)


def assert_same(first: Candidates, second: Candidates, tolerance: float) -> None:
    assert np.array_equal(first.texts, second.texts)
    arrays = [(one.measured, one.middle, one.spread, *one.standing) for one in (first, second)]
    for one, other in zip(*arrays, strict=True):
        np.testing.assert_allclose(one, other, rtol=0, atol=tolerance)


@pytest.mark.parametrize("groups", [one_group(30), np.arange(30) % 2, np.repeat([1, 0], [8, 22])])
@pytest.mark.parametrize("depth", [1, 10, 30])
def test_candidates_equal_brute_force(groups: NDArray[np.int64], depth: int) -> None:
    values = table(150, 30)
    found = find_candidates(Given(values), 30, depth=depth, groups=groups)
    wanted = brute_force(values, depth, groups)
    assert np.array_equal(found.texts, wanted.texts)
    measured = np.take_along_axis(wanted.normalised.transpose(1, 2, 0), wanted.texts[:, :, None], 1)
    np.testing.assert_allclose(found.measured, measured, atol=1e-4)
    np.testing.assert_allclose(found.standing.hub, wanted.hub, atol=1e-4)
    np.testing.assert_allclose(found.standing.mean, wanted.normalised.mean(axis=1), atol=1e-5)


def test_only_the_pool_is_corrected_for_hubs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_MOST_POOL", 6)
    monkeypatch.setattr(candidates, "_LEAST_POOL", 6)
    values = table(80, 25)
    found = find_candidates(Given(values), 25, depth=4)
    assert np.array_equal(found.texts, brute_force(values, 4, one_group(25), pool=6).texts)


def test_many_askers_keep_a_smaller_pool_each(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_LEAST_POOL", 3)
    monkeypatch.setattr(candidates, "_POOL_NUMBERS", 80 * 5 * len(MEASURED))
    values = table(80, 25)
    assert np.array_equal(
        find_candidates(Given(values), 25, depth=25).texts,
        brute_force(values, 5, one_group(25), pool=5).texts,
    )
    monkeypatch.setattr(candidates, "_POOL_NUMBERS", 0)
    assert find_candidates(Given(values), 25, depth=25).texts.shape == (80, 3)


def test_a_hub_yields_to_the_text_that_fits() -> None:
    values = np.zeros((len(SIGNALS), 2, 4), np.float32)
    values[:, 0] = [5.0, 4.5, 0.0, 0.0]  # text 0 suits both askers, the second far better
    values[:, 1] = [9.0, 0.0, 0.0, 0.0]
    found = find_candidates(Given(values), 4, depth=2)
    assert found.texts[:, 0].tolist() == [1, 0]


@pytest.mark.parametrize("groups", [one_group(40), np.arange(40) % 3])
def test_rows_have_mean_zero_and_deviation_one_within_each_group(groups: NDArray[np.int64]) -> None:
    values = table(9, 40)
    values[:, :, groups == 0] *= 100  # one group's numbers are far larger
    found = find_candidates(Given(values), 40, depth=40, groups=groups)
    rows = np.take_along_axis(found.measured, np.argsort(found.texts, axis=1)[:, :, None], 1)[:, :, :-1]
    for group in np.unique(groups):
        np.testing.assert_allclose(rows[:, groups == group].mean(axis=1), 0, atol=1e-5)
        np.testing.assert_allclose(rows[:, groups == group].std(axis=1), 1, atol=1e-4)


def test_middle_and_spread_bring_the_raw_signal_back() -> None:
    values = table(12, 20)
    found = find_candidates(Given(values), 20, depth=5)
    raw = found.measured[:, :, :-1] * found.spread[:, None, :-1] + found.middle[:, None, :-1]
    there = np.take_along_axis(values.transpose(1, 2, 0), found.texts[:, :, None].astype(np.int64), 1)
    np.testing.assert_allclose(raw, there, rtol=1e-4, atol=1e-5)


def test_a_signal_that_says_the_same_of_all_becomes_zeros() -> None:
    values = table(3, 10)
    values[4] = 2.5
    found = find_candidates(Given(values), 10, depth=10)
    assert not found.measured[:, :, 4].any()
    assert (found.middle[:, 4] == 2.5).all()
    assert (found.spread[:, 4] == 1).all()


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("askers_at_once", [1, 3, 7, 256])
def test_blocks_and_threads_do_not_change_the_answer(
    monkeypatch: pytest.MonkeyPatch, threads: int, askers_at_once: int
) -> None:
    values = table(50, 12)
    wanted = find_candidates(Given(values), 12, depth=5, threads=1)
    monkeypatch.setattr(candidates, "_BLOCK_BYTES", 4 * len(MEASURED) * 12 * askers_at_once)
    found = find_candidates(Given(values), 12, depth=5, threads=threads)
    assert_same(found, wanted, 1e-6)  # sums are taken block by block, so the last digit may differ
    assert_same(found, find_candidates(Given(values), 12, depth=5, threads=1), 0)


@pytest.mark.parametrize("n_askers", [1, 2, 6, 7, 23])
@pytest.mark.parametrize("threads", [1, 3])
def test_every_asker_is_answered(monkeypatch: pytest.MonkeyPatch, n_askers: int, threads: int) -> None:
    monkeypatch.setattr(candidates, "_BLOCK_BYTES", 4 * len(MEASURED) * 9 * 2)
    found = find_candidates(Given(table(n_askers, 9)), 9, depth=9, threads=threads)
    assert [sorted(row) for row in found.texts.tolist()] == [list(range(9))] * n_askers
    assert found.middle[:, :-1].all()
    assert found.measured.any(axis=(1, 2)).all()


def test_only_the_answered_are_answered_and_all_count() -> None:
    values = table(20, 8)
    whole = find_candidates(Given(values), 8, depth=3)
    some = find_candidates(Given(values), 8, depth=3, answered=[13, 2, 7])
    assert np.array_equal(some.texts, whole.texts[[13, 2, 7]])
    assert np.array_equal(some.measured, whole.measured[[13, 2, 7]])
    assert np.array_equal(some.middle, whole.middle[[13, 2, 7]])
    assert all(np.array_equal(one, other) for one, other in zip(some.standing, whole.standing, strict=True))
    assert find_candidates(Given(values), 8, depth=3, answered=[]).texts.shape == (0, 3)


def test_allowed_texts_are_kept_all_and_no_other() -> None:
    values = table(6, 10)
    allowed: Sequence[NDArray[np.int64]] = [np.array([7, 1, 4]), np.array([9]), np.zeros(0, np.int64)]
    found = find_candidates(Given(values), 10, depth=2, answered=[5, 0, 3], allowed=allowed)
    assert found.texts.tolist() == [[7, 1, 4], [9, -1, -1], [-1, -1, -1]]
    wanted = normal(values, one_group(10))
    np.testing.assert_allclose(found.measured[0], wanted[:, 5][:, [7, 1, 4]].T, atol=1e-4)
    np.testing.assert_allclose(found.measured[1, 0], wanted[:, 0, 9], atol=1e-4)


def test_a_reference_population_counts_for_the_standing_alone() -> None:
    values, reference = table(4, 10), table(75, 10, seed=3)
    found = find_candidates(Given(values), 10, depth=10, reference=Given(reference))
    together = find_candidates(Given(np.concatenate([reference, values], axis=1)), 10, depth=10)
    for one, other in zip(found.standing, together.standing, strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)
    assert np.array_equal(found.texts, together.texts[75:])
    np.testing.assert_allclose(found.measured, together.measured[75:], atol=1e-6)


def test_fewer_texts_than_depth() -> None:
    found = find_candidates(Given(table(3, 4)), 4, depth=200)
    assert found.texts.shape == (3, 4)
    assert (found.texts >= 0).all()


def test_one_asker_and_one_text() -> None:
    found = find_candidates(Given(table(1, 1)), 1, depth=10)
    assert found.texts.tolist() == [[0]]
    assert not found.measured.any()


def test_equal_texts_stand_in_the_order_of_the_list() -> None:
    values = np.ones((len(SIGNALS), 2, 5), np.float32)
    assert find_candidates(Given(values), 5, depth=5).texts.tolist() == [[0, 1, 2, 3, 4]] * 2


def test_progress_rises_to_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(candidates, "_BLOCK_BYTES", 4 * len(MEASURED) * 6 * 4)
    told: list[tuple[int, int]] = []
    find_candidates(
        Given(table(10, 6)), 6, depth=2, reference=Given(table(5, 6)), progress=lambda *at: told.append(at)
    )
    assert told == [(4, 10), (8, 10), (10, 10)]


def test_progress_may_stop_the_work() -> None:
    def stop(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        find_candidates(Given(table(600, 6)), 6, depth=2, progress=stop)


def test_real_texts_some_without_a_body() -> None:
    vectors = StaticVectors(("pump", "zinc"), np.eye(2, dtype=np.float32))
    searched = [
        FieldTexts("zinc pump", ""),
        FieldTexts("", "steel"),
        FieldTexts("lens", "zinc"),
        FieldTexts("", ""),
    ]
    asking = [FieldTexts("steel", ""), FieldTexts("lens", "zinc"), FieldTexts("pump", "")]
    space = TextSpace(vectors, bridged=False)
    read, asked = space.read(searched), space.read(asking)
    found = find_candidates(SignalIndex(space, read).ask(asked), 4, depth=4)
    assert found.texts[:, 0].tolist() == [1, 2, 0]
    assert np.isfinite(found.measured).all()
