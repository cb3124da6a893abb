"""From two lists of texts to ranked pairs: measure, describe, score, and say how sure that is."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import ArrayLike, NDArray

from fairground.language.bridge import has_han
from fairground.language.encoders import Encoder
from fairground.language.vectors import StaticVectors, shipped_vectors
from fairground.match.core.candidates import Candidates, Progress, find_candidates
from fairground.match.core.features import FEATURES, pair_features
from fairground.match.core.ranker import Ranker
from fairground.match.core.reference import reference_needs
from fairground.match.core.signals import Floats, SignalIndex, Streams, TextSpace
from fairground.match.core.sureness import signs_of
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import Weights

DEPTH = 200  # candidates of an asker that the ranker looks at
ONE_SIDED = 0.1  # of a pair's probability is left where the other side does not even consider it
_WEAKER_SHARE = 6 / 7  # of the two-sided score; measured against the minimum in docs/measurements/match.md
ENOUGH_ASKERS = 500  # with this many in the list no reference population stands in
GROUP_AT_LEAST = 20  # texts of a language before their scores are normalised apart
_SCALE = 2.5  # of the fixed sum, so that it spreads candidates about as much as a ranker does
_LOWEST = np.float32(-1e9)  # finite, so that an asker without any candidate gives no difference of infinities
_ASKERS_AT_ONCE = 1_000  # described to the ranker together; bounds memory
FEW_ASKING_OFFERS = 100  # fewer offers than this cannot tell which needs suit everything


@dataclass(frozen=True)
class MeasuredPairs:
    """Candidates of each answered asker, and what it takes to describe them to the ranker.

    `asking_lengths` float32[n_answered], `searched_lengths` float32[n_searched], in tokens.
    """

    found: Candidates
    asking_lengths: Floats
    searched_lengths: Floats
    list_statistics: bool
    few_askers: bool  # the reference population had to stand in
    crossing: NDArray[np.bool_]  # bool[n_answered, depth]: asker and text are of two languages

    def features(self, rows: slice = slice(None), *, alone: bool = False) -> Floats:
        """Return float32[n_row, depth, len(FEATURES)] for some of the answered askers.

        With `alone` everything that depends on other askers is left out, whatever was measured.
        """
        found = self.found
        part = Candidates(
            found.texts[rows], found.measured[rows], found.middle[rows], found.spread[rows], found.standing
        )
        return pair_features(
            part,
            self.asking_lengths[rows],
            self.searched_lengths,
            list_statistics=self.list_statistics and not alone,
        )


def measure_pairs(
    asking: Sequence[FieldTexts],
    searched: Sequence[FieldTexts],
    *,
    answered: Sequence[int] | None = None,
    allowed: Sequence[NDArray[np.int64]] | None = None,
    reference: Sequence[FieldTexts] = (),
    list_statistics: bool = True,
    vectors: StaticVectors | None = None,
    encoder: Encoder | None = None,
    eligible: int | None = None,
    depth: int = DEPTH,
    threads: int = 2,
    progress: Progress | None = None,
) -> MeasuredPairs:
    """Measure askers against searched texts.

    Parameters
    ----------
    asking, searched : the two lists
    answered : the askers that want candidates, None for all
    allowed : for each answered asker the only searched texts to look at, None for all
    reference : texts that ask as well where the asking list is too short to tell hubs; as many are taken from
        the front as bring the list to `ENOUGH_ASKERS`
    eligible : only the first so many searched texts may be found; the others give the scale. None: all
    list_statistics : False ranks each asker as if it came alone
    vectors : None for the shipped ones
    encoder : a neural encoder to read meaning as well, or None
    """
    reference = reference[: max(0, ENOUGH_ASKERS - len(asking))] if list_statistics else ()
    languages = _languages(asking) | _languages(searched)
    space = TextSpace(vectors or shipped_vectors(), bridged=languages == {"zh", "en"}, encoder=encoder)
    searched_streams, asking_streams = space.read(searched), space.read(asking)
    reference_streams = space.read(reference) if reference else None
    index = SignalIndex(space, searched_streams)
    found = find_candidates(
        index.ask(asking_streams),
        len(searched),
        depth=depth,
        eligible=eligible,
        answered=answered,
        allowed=allowed,
        reference=index.ask(reference_streams) if reference_streams else None,
        groups=_language_groups(searched) if space.bridged else None,
        threads=threads,
        progress=progress,
    )
    asking_lengths = _lengths(asking_streams)
    if answered is not None:
        asking_lengths = asking_lengths[np.asarray(answered, np.int64)]
    return MeasuredPairs(
        found,
        asking_lengths,
        _lengths(searched_streams),
        list_statistics,
        bool(reference),
        _crossing(asking_streams, searched_streams, answered, found),
    )


@dataclass(frozen=True)
class RankedList:
    """For each answered asker its candidates, best first.

    Attributes
    ----------
    texts : int32[n_answered, depth], searched texts, -1 where there are fewer
    scores : float32[n_answered, depth], the ranker's, comparable within a row; -inf at -1
    logits : float32[n_answered, depth], log odds that the pair is right, falling within a row
    measured : float32[n_answered, depth, len(MEASURED)], in deviations of the asker's own scores
    """

    texts: NDArray[np.int32]
    scores: Floats
    logits: Floats
    measured: Floats


def rank_lists(
    asking: Sequence[FieldTexts],
    searched: Sequence[FieldTexts],
    *,
    side: str,
    weights: Weights,
    encoder: Encoder | None = None,
    list_statistics: bool = True,
    threads: int = 2,
    progress: Progress | None = None,
) -> RankedList:
    """Rank the searched list for every asker.

    Parameters
    ----------
    side : 'needs' where needs ask for offers, 'offers' where offers ask for needs
    encoder : a neural encoder to read meaning as well, or None
    list_statistics : False ranks each asker as if it came alone

    Returns
    -------
    RankedList of at most `DEPTH` candidates an asker; same input, same output.

    Raises
    ------
    Whatever `progress` raises, to stop.
    """
    measured, names = measure_side(
        asking,
        searched,
        side=side,
        encoder=encoder,
        list_statistics=list_statistics,
        threads=threads,
        progress=progress,
    )
    return ranked(measured, [weights.rankers[name] for name in names], weights, side)


def two_sided(first: ArrayLike, second: ArrayLike) -> NDArray[np.float64]:
    """Return the score of pairs from both sides' probabilities: near the weaker side's.

    A geometric mean in which the weaker side counts six times the stronger: a low side sinks the pair, and of two
    pairs with equal weaker sides the one with the better stronger side wins, which a plain minimum leaves to noise.
    """
    one, other = np.asarray(first, np.float64), np.asarray(second, np.float64)
    score: NDArray[np.float64] = np.minimum(one, other) ** _WEAKER_SHARE * np.maximum(one, other) ** (
        1 - _WEAKER_SHARE
    )
    return score


def measure_side(
    asking: Sequence[FieldTexts],
    searched: Sequence[FieldTexts],
    *,
    side: str,
    answered: Sequence[int] | None = None,
    encoder: Encoder | None = None,
    list_statistics: bool = True,
    threads: int = 2,
    progress: Progress | None = None,
) -> tuple[MeasuredPairs, tuple[str, ...]]:
    """Measure pairs for `rank_lists`, with the reference population in its place.

    Returns
    -------
    What was measured, and for each answered asker the name of the ranker for texts of its own language.
    """
    languages = sorted(_languages(asking) | _languages(searched))
    # Turn about, so that a list of both languages meets needs of both.
    reference = list(chain.from_iterable(zip(*map(reference_needs, languages), strict=True)))
    n_searched = len(searched)
    if side == "offers":
        # Needs of the reference population stand among the searched, so that few needs have a scale.
        searched = [*searched, *reference[: max(0, ENOUGH_ASKERS - n_searched)]]
        list_statistics = list_statistics and len(asking) >= FEW_ASKING_OFFERS
        reference = []
    measured = measure_pairs(
        asking,
        searched,
        answered=answered,
        reference=reference,
        encoder=encoder,
        list_statistics=list_statistics,
        eligible=n_searched,
        threads=threads,
        progress=progress,
    )
    taught = f"{side}_neural" if encoder is not None else side if list_statistics else f"{side}_alone"
    askers = asking if answered is None else [asking[number] for number in answered]
    return measured, tuple("untaught" if is_chinese(text) else taught for text in askers)


def ranked(
    measured: MeasuredPairs,
    rankers: Sequence[Ranker],
    weights: Weights,
    side: str,
    alone: Sequence[Ranker] | None = None,
) -> RankedList:
    """Score measured pairs and order them.

    Where few ask, what the list says is half trusted: each score is the mean of the asker's ranker and of its
    `alone` ranker, which sees nothing of the list (the shipped one where None).

    Each asker has a ranker for texts of its own language; texts of the other language are scored by fixed weights.
    Where an asker has both, each kind keeps its own order and the two are merged by the fixed sum of all signals,
    which is in the same units for both.
    """
    found = measured.found
    n_asker, depth = found.texts.shape
    answer = RankedList(
        found.texts.copy(),
        np.full((n_asker, depth), -np.inf, np.float32),
        np.full((n_asker, depth), -np.inf, np.float32),
        found.measured.copy(),
    )
    for first in range(0, n_asker, _ASKERS_AT_ONCE):
        rows = slice(first, first + _ASKERS_AT_ONCE)
        scores = _scores(measured, rows, rankers[rows], alone[rows] if alone else None, weights, side)
        _rank_rows(answer, rows, measured, scores, weights, side)
    return RankedList(
        answer.texts[:, :DEPTH],
        answer.scores[:, :DEPTH],
        answer.logits[:, :DEPTH],
        answer.measured[:, :DEPTH],
    )


def _scores(
    measured: MeasuredPairs,
    rows: slice,
    rankers: Sequence[Ranker],
    alone: Sequence[Ranker] | None,
    weights: Weights,
    side: str,
) -> Floats:
    """Return the rankers' scores float32[n_row, depth] for some of the answered askers."""
    scores = _by_ranker(rankers, measured.features(rows))
    listening = np.array([_reads_list(ranker, weights, side) for ranker in rankers])
    if measured.few_askers and listening.any():
        silent = alone or [weights.rankers[f"{side}_alone"]] * len(rankers)
        without = _by_ranker(silent, measured.features(rows, alone=True))
        scores[listening] = (scores[listening] + without[listening]) / 2
    return scores


def _by_ranker(rankers: Sequence[Ranker], features: Floats) -> Floats:
    scores = np.zeros(features.shape[:2], np.float32)
    for ranker in dict.fromkeys(rankers):
        own = np.array([one is ranker for one in rankers])
        scores[own] = ranker.scores(features[own])
    return scores


def _reads_list(ranker: Ranker, weights: Weights, side: str) -> bool:
    """Say whether a ranker was taught with list statistics: not the fixed ones, the lone or the neural."""
    others = ("untaught", "crossing", f"{side}_alone", f"{side}_neural")
    return all(ranker is not weights.rankers[name] for name in others)


def _rank_rows(
    answer: RankedList, rows: slice, measured: MeasuredPairs, scores: Floats, weights: Weights, side: str
) -> None:
    """Order some askers' candidates, in place; texts of the other language get their own scores first."""
    texts, features = answer.texts[rows], measured.features(rows)
    crossing = measured.crossing[rows] & (texts >= 0)
    if crossing.any():
        scores[crossing] = weights.rankers["crossing"].scores(features[crossing])
        _merge(scores, crossing, texts >= 0, features[:, :, FEATURES.index("together.alone")])
    scores[texts < 0] = -np.inf
    signs = signs_of(features, scores)
    order = np.lexsort((texts, -scores), axis=1)
    ordered = np.take_along_axis(scores, order, 1)
    below = np.where(np.isfinite(ordered), ordered - np.maximum(ordered[:, :1], _LOWEST), -np.inf)
    answer.texts[rows] = np.take_along_axis(texts, order, 1)
    answer.scores[rows] = ordered
    answer.logits[rows] = weights.sureness[side].logits(signs, below)
    answer.measured[rows] = np.take_along_axis(answer.measured[rows], order[:, :, None], 1)


def _merge(scores: Floats, crossing: NDArray[np.bool_], there: NDArray[np.bool_], together: Floats) -> None:
    """Where an asker has texts of both languages, give each kind's k-th best the kind's k-th largest fixed sum."""
    for row in np.flatnonzero(crossing.any(axis=1) & (there & ~crossing).any(axis=1)):
        for kind in (crossing[row], there[row] & ~crossing[row]):
            places = np.flatnonzero(kind)
            best_first = places[np.argsort(-scores[row, places], kind="stable")]
            scores[row, best_first] = _SCALE * -np.sort(-together[row, places])


def _crossing(
    asking: Streams, searched: Streams, answered: Sequence[int] | None, found: Candidates
) -> NDArray[np.bool_]:
    if not asking.languages:
        return np.zeros(found.texts.shape, bool)
    askers = range(len(asking)) if answered is None else answered
    there = np.array(searched.languages)[np.maximum(found.texts, 0)]
    here = np.array([asking.languages[asker] for asker in askers])[:, None]
    crossing: NDArray[np.bool_] = (here != there) & (here != "mixed") & (there != "mixed")
    return crossing


def _lengths(streams: Streams) -> Floats:
    return (np.diff(streams.title.offsets) + np.diff(streams.body.offsets)).astype(np.float32)


def is_chinese(text: FieldTexts) -> bool:
    return has_han(text.title) or has_han(text.body)


def _languages(texts: Sequence[FieldTexts]) -> set[str]:
    return {"zh" if is_chinese(text) else "en" for text in texts}


def _language_groups(texts: Sequence[FieldTexts]) -> NDArray[np.int64] | None:
    """Return 0 for texts without Chinese and 1 for those with it, or None where one group is too small."""
    groups = np.array([is_chinese(text) for text in texts], np.int64)
    return groups if min(groups.sum(), len(groups) - groups.sum()) >= GROUP_AT_LEAST else None
