"""From texts to ranked pairs, with rankers simple enough to be followed by hand."""

import dataclasses
from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from fairground.match.core import ranking
from fairground.match.core.candidates import MEASURED
from fairground.match.core.features import FEATURES
from fairground.match.core.ranker import Ranker
from fairground.match.core.ranking import (
    MeasuredPairs,
    RankedList,
    measure_pairs,
    rank_lists,
    ranked,
    two_sided,
)
from fairground.match.core.reference import reference_needs
from fairground.match.core.sureness import SIGNS, Sureness
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import RANKERS, Weights

ENGLISH = (
    FieldTexts("Lithium battery with solid electrolyte", "A solid state battery cell for electric vehicles."),
    FieldTexts("Drought resistant rice", "Rice breeding for dry fields."),
    FieldTexts("Wastewater membrane", "A membrane bioreactor cleans industrial wastewater."),
    FieldTexts("Surgical robot", "A robot with force feedback for surgery."),
)
CHINESE = (
    FieldTexts("固态锂电池", "用于电动汽车的固态电池电芯。"),
    FieldTexts("抗旱水稻", "旱地水稻育种。"),
    FieldTexts("废水处理膜", "膜生物反应器处理工业废水。"),
    FieldTexts("手术机器人", "带力反馈的手术机器人。"),
)


def reading(feature: str, factor: float = 1.0) -> Ranker:
    """A ranker that reads one feature alone."""
    n = len(FEATURES)
    linear = np.zeros((1, n), np.float32)
    linear[0, FEATURES.index(feature)] = factor
    nothing = np.zeros((1, 1), np.float32)
    return Ranker(
        FEATURES,
        np.zeros(n, np.float32),
        np.ones(n, np.float32),
        np.zeros((1, n, 1), np.float32),
        nothing,
        nothing,
        linear,
    )


def weights_of(**rankers: Ranker) -> Weights:
    n = len(SIGNS)
    sure = Sureness(np.zeros(n, np.float32), np.ones(n, np.float32), np.zeros(n, np.float32), 0.5, 2.0)
    plain = {name: reading("together.alone") for name in RANKERS}
    return Weights("test", {**plain, **rankers}, {"needs": sure, "offers": sure})


def measure(asking: Sequence[FieldTexts], searched: Sequence[FieldTexts], **options: Any) -> MeasuredPairs:
    return measure_pairs(asking, searched, **options)


def rank(measured: MeasuredPairs, weights: Weights, name: str = "needs") -> RankedList:
    rankers = [weights.rankers[name]] * len(measured.found.texts)
    return ranked(measured, rankers, weights, "needs")


def together(measured: MeasuredPairs) -> NDArray[np.float32]:
    """The fixed sum of every pair: [asker, text]."""
    values = np.full((len(measured.found.texts), len(measured.searched_lengths)), -np.inf, np.float32)
    for asker, texts in enumerate(measured.found.texts):
        values[asker, texts] = measured.found.measured[asker, :, MEASURED.index("together")]
    return values


# --- measuring ---


def test_features_are_those_of_any_cut_of_the_askers() -> None:
    measured = measure(ENGLISH, ENGLISH)
    whole = measured.features()
    assert whole.shape == (4, 4, len(FEATURES))
    for first in range(4):
        np.testing.assert_array_equal(measured.features(slice(first, first + 1))[0], whole[first])


def test_without_list_statistics_an_asker_is_measured_as_if_alone() -> None:
    measured = measure(ENGLISH, ENGLISH, list_statistics=False)
    for asker in range(4):
        alone = measure(ENGLISH[asker : asker + 1], ENGLISH, list_statistics=False)
        order, order_alone = np.argsort(measured.found.texts[asker]), np.argsort(alone.found.texts[0])
        np.testing.assert_allclose(
            alone.features()[0][order_alone], measured.features()[asker][order], atol=1e-4
        )


def test_a_reference_population_takes_part_until_there_are_enough_askers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reference = reference_needs("en")[:30]
    plain = measure_pairs(ENGLISH, ENGLISH).found.standing
    helped = measure_pairs(ENGLISH, ENGLISH, reference=reference).found.standing
    assert not np.allclose(helped.mean, plain.mean)
    ignored = measure_pairs(ENGLISH, ENGLISH, reference=reference, list_statistics=False).found.standing
    np.testing.assert_allclose(ignored.mean, plain.mean, atol=1e-6)
    monkeypatch.setattr(ranking, "ENOUGH_ASKERS", 10)
    some = measure_pairs(ENGLISH, ENGLISH, reference=reference).found.standing
    six = measure_pairs(ENGLISH, ENGLISH, reference=reference[:6]).found.standing
    np.testing.assert_allclose(some.mean, six.mean, atol=1e-6)
    monkeypatch.setattr(ranking, "ENOUGH_ASKERS", 4)
    enough = measure_pairs(ENGLISH, ENGLISH, reference=reference).found.standing
    np.testing.assert_allclose(enough.mean, plain.mean, atol=1e-6)


def test_only_the_answered_and_the_allowed() -> None:
    allowed = [np.array([3, 1]), np.array([2])]
    measured = measure_pairs(ENGLISH, ENGLISH, answered=[2, 0], allowed=allowed)
    assert measured.found.texts.tolist() == [[3, 1], [2, -1]]
    whole = measure(ENGLISH, ENGLISH)
    assert measured.asking_lengths.tolist() == whole.asking_lengths[[2, 0]].tolist()


def test_crossing_marks_pairs_of_two_languages() -> None:
    mixed = (*ENGLISH[:2], *CHINESE[2:])
    measured = measure(mixed, (*ENGLISH, *CHINESE))
    for asker in range(4):
        for text, crossing in zip(measured.found.texts[asker], measured.crossing[asker], strict=True):
            assert crossing == ((asker >= 2) != (text >= 4))
    assert not measure(ENGLISH, ENGLISH).crossing.any()


# --- ordering ---


def test_the_ranker_orders_and_logits_follow() -> None:
    measured = measure(ENGLISH, ENGLISH)
    answer = rank(measured, weights_of())
    values = together(measured)
    for asker in range(4):
        assert answer.texts[asker].tolist() == np.argsort(-values[asker], kind="stable").tolist()
        assert answer.texts[asker, 0] == asker
        np.testing.assert_allclose(answer.scores[asker], -np.sort(-values[asker]), atol=1e-5)
        below = answer.scores[asker] - answer.scores[asker, 0]
        np.testing.assert_allclose(answer.logits[asker], 0.5 - 2.0 * np.log1p(-below), atol=1e-4)
    np.testing.assert_allclose(answer.measured[:, :, MEASURED.index("together")], answer.scores, atol=1e-5)


def test_each_ranker_scores_its_own_askers(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = measure(ENGLISH, ENGLISH)
    up, down = reading("together.alone"), reading("together.alone", -1.0)
    rankers = [up, down, up, down]
    weights = weights_of()
    answer = ranked(measured, rankers, weights, "needs")
    plain = rank(measured, weights)
    for asker in range(4):
        step = 1 if rankers[asker] is up else -1
        assert answer.texts[asker].tolist() == plain.texts[asker, ::step].tolist()
    monkeypatch.setattr(ranking, "_ASKERS_AT_ONCE", 3)
    in_parts = ranked(measured, rankers, weights, "needs")
    for field in dataclasses.fields(RankedList):
        np.testing.assert_array_equal(getattr(in_parts, field.name), getattr(answer, field.name))


def test_texts_that_only_give_the_scale_are_never_found() -> None:
    measured = measure(ENGLISH, (*ENGLISH, *reference_needs("en")[:5]), eligible=4)
    answer = ranked(measured, [reading("together.alone")] * 4, weights_of(), "offers")
    for asker in range(4):
        assert sorted(answer.texts[asker].tolist()) == [0, 1, 2, 3]
        assert np.isfinite(answer.scores[asker]).all()


def test_at_most_depth_candidates_are_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "DEPTH", 2)
    assert rank(measure(ENGLISH, ENGLISH), weights_of()).texts.shape == (4, 2)


def test_both_languages_are_merged_and_each_keeps_its_order() -> None:
    searched = (*ENGLISH, *CHINESE)
    measured = measure(ENGLISH, searched)
    # Rankers that turn the order round, so that it cannot come from the sums.
    weights = weights_of(
        needs=reading("words.title.alone", -1.0), crossing=reading("cosine.title.alone", -1.0)
    )
    answer = rank(measured, weights)
    values = together(measured)
    columns = {name: FEATURES.index(f"{name}.alone") for name in ("words.title", "cosine.title")}
    for asker in range(4):
        places = {int(text): place for place, text in enumerate(measured.found.texts[asker])}
        features = measured.features()[asker]
        found: list[tuple[float, int]] = []
        for kind, column in ((range(4), "words.title"), (range(4, 8), "cosine.title")):
            own = {text: float(features[places[text], columns[column]]) for text in kind}
            best_first = sorted(kind, key=lambda text: (own[text], places[text]))
            sums = sorted((float(values[asker, text]) for text in kind), reverse=True)
            found += zip(sums, best_first, strict=True)
        found.sort(key=lambda pair: (-pair[0], pair[1]))
        assert answer.texts[asker].tolist() == [text for _, text in found]
        np.testing.assert_allclose(answer.scores[asker], [2.5 * value for value, _ in found], rtol=1e-4)


# --- whole lists ---


def test_chinese_askers_have_a_ranker_of_their_own() -> None:
    weights = weights_of(untaught=reading("together.alone", -1.0))
    for asking, best_first in ((ENGLISH, True), (CHINESE, False)):
        answer = rank_lists(asking, asking, side="needs", weights=weights)
        for asker in range(4):
            assert (answer.texts[asker, 0] == asker) == best_first
            assert (answer.texts[asker, -1] == asker) == (not best_first)


@pytest.mark.parametrize("n_needs", [1, 2, 4])
def test_a_short_list_of_needs_keeps_every_need_for_every_offer(n_needs: int) -> None:
    answer = rank_lists(ENGLISH, ENGLISH[:n_needs], side="offers", weights=weights_of())
    for texts in answer.texts.tolist():
        assert sorted(text for text in texts if text >= 0) == list(range(n_needs))


def test_few_offers_ask_each_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    weights = weights_of(offers=reading("together.alone", -1.0))  # the ranker that reads the whole list
    answer = rank_lists(ENGLISH, ENGLISH, side="offers", weights=weights)
    assert answer.texts[:, 0].tolist() == [0, 1, 2, 3]
    monkeypatch.setattr(ranking, "FEW_ASKING_OFFERS", 4)
    assert rank_lists(ENGLISH, ENGLISH, side="offers", weights=weights).texts[:, 0].tolist() != [0, 1, 2, 3]


def test_without_list_statistics_the_other_ranker_reads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "ENOUGH_ASKERS", 4)
    weights = weights_of(needs_alone=reading("together.alone", -1.0))
    plain = rank_lists(ENGLISH, ENGLISH, side="needs", weights=weights)
    alone = rank_lists(ENGLISH, ENGLISH, side="needs", weights=weights, list_statistics=False)
    assert plain.texts[:, 0].tolist() == [0, 1, 2, 3]
    assert alone.texts[:, -1].tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(("asking", "searched"), [(CHINESE, ENGLISH), (ENGLISH, CHINESE)])
@pytest.mark.parametrize("side", ["needs", "offers"])
def test_lists_of_two_languages_find_each_other(
    asking: tuple[FieldTexts, ...], searched: tuple[FieldTexts, ...], side: str
) -> None:
    answer = rank_lists(asking, searched, side=side, weights=weights_of())
    assert answer.texts[:, 0].tolist() == [0, 1, 2, 3]


def test_two_sided_lies_between_the_sides_and_near_the_weaker() -> None:
    first, second = np.array([0.9, 0.1, 0.5, 0.0]), np.array([0.1, 0.9, 0.5, 1.0])
    score = two_sided(first, second)
    assert score.tolist() == two_sided(second, first).tolist()
    assert (score >= np.minimum(first, second)).all()
    assert (score <= np.sqrt(first * second) + 1e-12).all()  # nearer to the weaker than the plain mean
    assert score[3] == 0  # a side that says no sinks the pair
    assert two_sided(0.1, 0.8) > two_sided(0.1, 0.2)


def test_few_askers_half_trust_the_list() -> None:
    measured = measure(ENGLISH, ENGLISH, reference=reference_needs("en"))
    assert measured.few_askers
    for listening, silent, own_first in ((1.0, -0.5, True), (0.5, -1.0, False)):
        weights = weights_of(
            needs=reading("together.alone", listening), needs_alone=reading("together.alone", silent)
        )
        answer = ranked(measured, [weights.rankers["needs"]] * 4, weights, "needs")
        assert (answer.texts[:, 0].tolist() == [0, 1, 2, 3]) == own_first
    untaught = ranked(measured, [weights.rankers["untaught"]] * 4, weights, "needs")
    assert untaught.texts[:, 0].tolist() == [0, 1, 2, 3]  # the fixed weights are used as they are
