"""Match a list of needs to a list of offers: rank both ways, judge requirements, raise flags, say how sure."""

import functools
import heapq
import math
from collections.abc import Callable, Collection, Container, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from fairground.collect.core.records import Need, Offer
from fairground.language.encoders import Encoder
from fairground.language.tokens import surface_forms
from fairground.match.core.candidates import MEASURED
from fairground.match.core.constraints import flags_for
from fairground.match.core.judgement import judge_pair
from fairground.match.core.lexicon import dictionary_lexicon
from fairground.match.core.prepared import PreparedNeed, PreparedOffer, prepare_need, prepare_offer
from fairground.match.core.ranking import ONE_SIDED, RankedList, rank_lists, two_sided
from fairground.match.core.results import Evidence, Flag, Judgement, Match, MatchRun, Verdict
from fairground.match.core.signals import Floats
from fairground.match.core.sufficiency import text_sufficiency
from fairground.match.core.texts import FieldTexts, texts_of_need, texts_of_offer
from fairground.match.core.weights import Weights, shipped_weights

METHOD = "fairground-two-sided"

DIRECTIONS = ("both", "needs", "offers")

Progress = Callable[[str, int, int], None]  # stage, done, total; may raise to stop

ENOUGH_FROM, THIN_FROM = 0.5, 0.15  # of the score; set by hand
_LITTLE_TEXT = 0.25  # a pair whose texts say less than this is thin at best
_MOST_SHARED_TERMS = 8
_FEW = 5
_ASK_ALL_UP_TO = 50_000  # offers; beyond, `direction='needs'` hears only those that a need considers
_LOOKED_AT_BEYOND = 5  # candidates judged beyond `top`: a blocked pair leaves no hole, a proven one can rise
_MET_ODDS, _MOST_MET, _AGAINST_ODDS = (
    0.5,
    4,
    1.0,
)  # log odds of a requirement met or contradicted; set by hand
_PARTS = {
    "words": ("words.opening", "cosine.whole"),
    "phrases": ("phrases.opening", "phrases.whole"),
    "meaning": ("meaning.opening", "meaning.whole"),
    "titles": ("words.titles", "meaning.titles"),
}


@dataclass(frozen=True, slots=True)
class Fit:
    """One side's view of a pair: how probably the other is right for it, and what was measured."""

    probability: float
    measured: Floats  # float32[len(MEASURED)]


def match_lists(
    needs: Sequence[Need],
    offers: Sequence[Offer],
    *,
    top: int = 10,
    direction: str = "both",
    today: date,
    keep_blocked: bool = False,
    weights: Weights | None = None,
    encoder: Encoder | None = None,
    threads: int = 2,
    progress: Progress | None = None,
) -> MatchRun:
    """Match two lists.

    Parameters
    ----------
    needs, offers : the lists; ids are unique within each
    top : ≥ 1, partners wanted for each record
    direction : 'needs' ranks offers for each need, 'offers' needs for each offer, 'both' both
    today : the date deadlines and validity are read against
    keep_blocked : True keeps pairs that a constraint rules out, at the foot of their list
    weights : None for the shipped ones
    encoder : a neural encoder to read meaning as well, or None
    threads : ≥ 1
    progress : told the stage ('needs', 'offers', 'explain'), steps done and steps in all

    Returns
    -------
    MatchRun. A pair's score fuses the two sides' probabilities, the weaker counting most, and moves by what the
    judged requirements prove; ranks follow it.
    Same input, same output, whatever `threads` is. Above `_ASK_ALL_UP_TO` offers a pair's score may differ a little
    between 'needs' and the other directions, since fewer offers are heard.

    Raises
    ------
    ValueError: `top` or `direction` is off, or an id stands twice.
    """
    _check(needs, offers, top, direction)
    weights = weights or shipped_weights()
    run = _Run(needs, offers, top, today, keep_blocked, encoder, progress)
    need_texts = [texts_of_need(need) for need in needs]
    offer_texts = [texts_of_offer(offer) for offer in offers]
    for_needs: dict[tuple[int, int], Fit] = {}
    for_offers: dict[tuple[int, int], Fit] = {}
    if needs and offers:
        for_needs = run.fits("needs", need_texts, offer_texts, weights, threads)
        asked = _offers_to_ask(for_needs, len(offers), direction)
        places = {offer: place for place, offer in enumerate(asked)}
        swapped = run.fits(
            "offers",
            [offer_texts[number] for number in asked],
            need_texts,
            weights,
            threads,
            at_most=0 if direction == "needs" else top + _LOOKED_AT_BEYOND,
            besides={(need, places[offer]) for need, offer in for_needs},
        )
        for_offers = {(need, asked[place]): fit for (place, need), fit in swapped.items()}
    matches = run.matches(for_needs, for_offers, direction)
    method = METHOD if encoder is None else f"{METHOD}+{encoder.name}"
    return MatchRun(
        tuple(needs), tuple(offers), matches, direction, top, method, weights.version, _notes(needs, offers)
    )


def explain_pairs(
    needs: Sequence[Need],
    offers: Sequence[Offer],
    for_needs: dict[tuple[int, int], Fit],
    for_offers: dict[tuple[int, int], Fit],
    *,
    direction: str,
    today: date,
) -> tuple[Match, ...]:
    """Put both sides' fits of (need, offer) places together, judge requirements, raise flags, rank one way.

    For pairs that were measured elsewhere, see `kept_lists`; every pair that is not ruled out comes back.
    """
    most = max(len(needs), len(offers))
    return _Run(needs, offers, most, today, False, None, None).matches(for_needs, for_offers, direction)


def _offers_to_ask(considered: Collection[tuple[int, int]], n_offers: int, direction: str) -> list[int]:
    """Return the offers whose own side is heard: all, or of a very long list those that some need considers."""
    if direction == "needs" and n_offers > _ASK_ALL_UP_TO:
        return sorted({offer for _, offer in considered})
    return list(range(n_offers))


class _Run:
    """The state of one call."""

    def __init__(
        self,
        needs: Sequence[Need],
        offers: Sequence[Offer],
        top: int,
        today: date,
        keep_blocked: bool,
        encoder: Encoder | None,
        progress: Progress | None,
    ) -> None:
        self._needs, self._offers = needs, offers
        self._top, self._today, self._keep_blocked = top, today, keep_blocked
        self._encoder, self._progress = encoder, progress
        self._lexicon = dictionary_lexicon()
        self._ready_needs: dict[int, PreparedNeed] = {}
        self._ready_offers: dict[int, PreparedOffer] = {}
        self._flags: dict[tuple[int, int], tuple[Flag, ...]] = {}

    def fits(
        self,
        side: str,
        asking: list[FieldTexts],
        searched: list[FieldTexts],
        weights: Weights,
        threads: int,
        *,
        at_most: int | None = None,
        besides: Container[tuple[int, int]] = (),
    ) -> dict[tuple[int, int], Fit]:
        """Rank and return (asker, searched) → fit: of each asker the best `at_most`, and whatever is in `besides`.

        `besides` names pairs the other way round, as the other side does.
        """

        def tell(done: int, total: int) -> None:
            self._tell(side, done, total)

        ranked: RankedList = rank_lists(
            asking,
            searched,
            side=side,
            weights=weights,
            encoder=self._encoder,
            threads=threads,
            progress=tell,
        )
        probabilities = 1 / (1 + np.exp(-np.clip(ranked.logits.astype(np.float64), -60, 60)))
        return {
            (asker, text): Fit(float(probabilities[asker, place]), ranked.measured[asker, place])
            for asker in range(len(asking))
            for place, text in enumerate(ranked.texts[asker].tolist())
            if text >= 0 and (at_most is None or place < at_most or (text, asker) in besides)
        }

    def matches(
        self,
        for_needs: dict[tuple[int, int], Fit],
        for_offers: dict[tuple[int, int], Fit],
        direction: str,
    ) -> tuple[Match, ...]:
        """Put both sides together, cut to the wanted depth, and explain."""
        scores = {pair: self._score(pair, for_needs, for_offers) for pair in {*for_needs, *for_offers}}
        sides = [side for side, name in enumerate(("needs", "offers")) if direction in ("both", name)]
        looked_at = sorted({pair for side in sides for pair in self._shortlist(scores, side)})
        judged: dict[tuple[int, int], tuple[Judgement, ...]] = {}
        for done, pair in enumerate(looked_at):
            self._tell("explain", done, len(looked_at))
            judged[pair] = judge_pair(self._need(pair[0]), self._offer(pair[1]))
            scores[pair] = weighed(scores[pair], judged[pair])
        self._tell("explain", len(looked_at), len(looked_at))
        ranks = [self._ranks(scores, looked_at, side) if side in sides else {} for side in (0, 1)]
        return tuple(
            self._explained(
                pair,
                (ranks[0].get(pair), ranks[1].get(pair)),
                scores[pair],
                judged[pair],
                (for_needs.get(pair), for_offers.get(pair)),
            )
            for pair in looked_at
            if pair in ranks[0] or pair in ranks[1]
        )

    @staticmethod
    def _score(
        pair: tuple[int, int],
        for_needs: dict[tuple[int, int], Fit],
        for_offers: dict[tuple[int, int], Fit],
    ) -> float:
        """Fuse both sides; a side that does not even consider the pair leaves it a tenth of the other's."""
        first, second = for_needs.get(pair), for_offers.get(pair)
        if first is not None and second is not None:
            return float(two_sided(first.probability, second.probability))
        return ONE_SIDED * (first or second).probability  # type: ignore[union-attr]  # one side knows every pair

    def _shortlist(self, scores: dict[tuple[int, int], float], side: int) -> list[tuple[int, int]]:
        """Return the best pairs of each record on `side` (0 the needs, 1 the offers), a few more than asked for."""
        by_record: dict[int, list[tuple[float, int, tuple[int, int]]]] = {}
        for pair, score in scores.items():
            by_record.setdefault(pair[side], []).append((-score, pair[1 - side], pair))
        most = self._top + _LOOKED_AT_BEYOND
        return [pair for pairs in by_record.values() for _, _, pair in heapq.nsmallest(most, pairs)]

    def _ranks(
        self, scores: dict[tuple[int, int], float], looked_at: Sequence[tuple[int, int]], side: int
    ) -> dict[tuple[int, int], int]:
        """Return pair → rank for the record on `side`, the best `top` of each; blocked pairs last or not at all."""
        by_record: dict[int, list[tuple[bool, float, int, tuple[int, int]]]] = {}
        for pair in looked_at:
            blocked = self._is_blocked(pair)
            if self._keep_blocked or not blocked:
                by_record.setdefault(pair[side], []).append((blocked, -scores[pair], pair[1 - side], pair))
        return {
            pair: rank
            for pairs in by_record.values()
            for rank, (*_, pair) in enumerate(sorted(pairs)[: self._top], start=1)
        }

    def _is_blocked(self, pair: tuple[int, int]) -> bool:
        return any(flag.severity == "blocks" for flag in self._flags_of(pair))

    def _flags_of(self, pair: tuple[int, int]) -> tuple[Flag, ...]:
        if pair not in self._flags:
            self._flags[pair] = flags_for(self._need(pair[0]), self._offer(pair[1]), today=self._today)
        return self._flags[pair]

    def _need(self, number: int) -> PreparedNeed:
        if number not in self._ready_needs:
            self._ready_needs[number] = prepare_need(self._needs[number], self._lexicon)
        return self._ready_needs[number]

    def _offer(self, number: int) -> PreparedOffer:
        if number not in self._ready_offers:
            self._ready_offers[number] = prepare_offer(self._offers[number], self._lexicon)
        return self._ready_offers[number]

    def _explained(
        self,
        pair: tuple[int, int],
        ranks: tuple[int | None, int | None],
        score: float,
        judgements: tuple[Judgement, ...],
        sides: tuple[Fit | None, Fit | None],
    ) -> Match:
        need, offer = self._needs[pair[0]], self._offers[pair[1]]
        measured = next(side.measured for side in sides if side is not None)
        parts = {name: _part(measured, columns) for name, columns in _PARTS.items()}
        for name, side in zip(("fits_need", "fits_offer"), sides, strict=True):
            parts[name] = side.probability if side is not None else 0.0
        return Match(
            need.id,
            offer.id,
            *ranks,
            score,
            parts,
            evidence_grade(score, text_sufficiency(need, offer), judgements),
            judgements,
            self._flags_of(pair),
            shared_terms(need, offer),
        )

    def _tell(self, stage: str, done: int, total: int) -> None:
        if self._progress is not None:
            self._progress(stage, done, total)


def weighed(score: float, judgements: Sequence[Judgement]) -> float:
    """Move a pair's score by what its texts prove: up for requirements met, down for those contradicted.

    A requirement that 'should' be met counts half. What is missing does not count: it may only be unsaid.
    """
    odds = 0.0
    for verdict, step, most in (
        (Verdict.MET, _MET_ODDS, _MOST_MET),
        (Verdict.CONTRADICTED, -_AGAINST_ODDS, 9),
    ):
        levels = [judgement.level for judgement in judgements if judgement.verdict is verdict]
        odds += step * min(most, sum(1.0 if level == "must" else 0.5 for level in levels))
    within = min(max(score, 1e-30), 1 - 1e-9)
    return 1 / (1 + (1 - within) / within * math.exp(-odds))


def evidence_grade(score: float, sufficiency: float, judgements: Sequence[Judgement]) -> Evidence:
    """Grade how much of a pair rests on what the texts say.

    Parameters
    ----------
    score : 0–1, the pair's
    sufficiency : 0–1, how much the poorer of the two texts says at all
    judgements : the need's requirements against the offer; a refusal the offer is silent on counts nothing

    Returns
    -------
    NONE below `THIN_FROM`; ENOUGH from `ENOUGH_FROM` on where both texts say something, or from `THIN_FROM` on where
    at least half of the requirements are met and none is contradicted; else THIN.
    """
    judgements = [judgement for judgement in judgements if not judgement.is_open_refusal]
    met = sum(judgement.verdict is Verdict.MET for judgement in judgements)
    against = any(judgement.verdict is Verdict.CONTRADICTED for judgement in judgements)
    if score < THIN_FROM:
        return Evidence.NONE
    if sufficiency < _LITTLE_TEXT:
        return Evidence.THIN
    proven = bool(judgements) and 2 * met >= len(judgements) and not against
    return Evidence.ENOUGH if score >= ENOUGH_FROM or proven else Evidence.THIN


def shared_terms(need: Need, offer: Offer) -> tuple[str, ...]:
    """Return the need's words that the offer says too, as printed in the need, those of its title first."""
    theirs = {token for token, _ in _forms(texts_of_offer(offer))}
    shared: dict[str, str] = {}
    for token, printed in _forms(texts_of_need(need)):
        if token in theirs and len(printed) > 1 and not printed.isdigit():
            shared.setdefault(token, printed)
    return tuple(shared.values())[:_MOST_SHARED_TERMS]


@functools.lru_cache(maxsize=4096)  # a record stands in many pairs
def _forms(texts: FieldTexts) -> list[tuple[str, str]]:
    return surface_forms(texts.title) + surface_forms(texts.body)


def _part(measured: Floats, columns: tuple[str, ...]) -> float:
    """Bring a measure in standard deviations to 0–1: 0 at the mean of the list, 0.5 at four deviations above."""
    value = float(np.mean([measured[MEASURED.index(name)] for name in columns]))
    return value / (value + 4) if value > 0 else 0.0


def _check(needs: Sequence[Need], offers: Sequence[Offer], top: int, direction: str) -> None:
    if top < 1:
        raise ValueError(f"top must be at least 1, not {top}")
    if direction not in DIRECTIONS:
        raise ValueError(f"direction must be one of {', '.join(DIRECTIONS)}, not {direction!r}")
    for name, ids in (("need", [need.id for need in needs]), ("offer", [offer.id for offer in offers])):
        if len(set(ids)) < len(ids):
            raise ValueError(f"a {name} id stands twice in the list")


def _notes(needs: Sequence[Need], offers: Sequence[Offer]) -> tuple[tuple[str, str], ...]:
    """Say what the reader of the whole run should know."""
    notes = []
    for records, zh, en in ((needs, "需求", "needs"), (offers, "成果", "offers")):
        if not records:
            notes.append((f"{zh}清单没有可用的行。", f"The list of {en} has no usable row."))
        elif len(records) < _FEW:
            notes.append(
                (
                    f"{zh}清单只有 {len(records)} 条，打分的参照较少。",
                    f"The list of {en} has only {len(records)} rows: there is little to compare scores with.",
                )
            )
    return tuple(notes)
