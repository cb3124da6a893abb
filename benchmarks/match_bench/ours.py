"""Fairground's own engine as methods of the benchmark: `ours`, `ours-nostats` and `ours+neural`."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from pathlib import Path

from fairground.language.bridge import has_han
from fairground.language.encoders import EncoderMissingError, neural_encoder
from fairground.match.core.ranker import Ranker
from fairground.match.core.ranking import ENOUGH_ASKERS, RankedList, ranked
from fairground.match.core.reference import reference_needs
from fairground.match.core.texts import FieldTexts
from fairground.match.core.weights import shipped_weights
from match_bench.lessons import field_texts, measure_task, taught_ranker
from match_bench.methods import MethodMissingError
from match_bench.task import N_FOLDS, Ranking, Task


class Ours:
    """The engine's ranking for the side that asks, before both sides are fused and requirements are judged.

    On the open half each query is answered by a ranker that never saw its fold; with `shipped_only`, and for
    protocols nothing is learned from, by the shipped one.
    """

    name = "ours"
    uses_list = True
    list_statistics = True
    neural = False

    def __init__(self, data: Path) -> None:
        self._data = data

    def applies(self, task: Task) -> bool:
        """Every task can be done."""
        return True

    def fit(self, task: Task) -> None:
        """Train the rankers of the folds, where the task is one to learn from."""
        if _is_taught(task):
            for fold in range(N_FOLDS):
                self._ranker(task, fold)
                if self._is_half_trusted(task):
                    self._lone_ranker(task, fold)

    def rank(self, task: Task, *, depth: int = 100) -> Sequence[Ranking]:
        """Rank with the engine."""
        answer = self._answer(task)
        most = answer.texts.shape[1] if task.judged is not None else depth
        return [
            [(text, score) for text, score in zip(texts, scores, strict=True) if text >= 0]
            for texts, scores in zip(
                answer.texts[:, :most].tolist(), answer.scores[:, :most].astype(float).tolist(), strict=True
            )
        ]

    def evidence(self, task: Task) -> Sequence[float]:
        """Log odds that the best pair is right."""
        best: list[float] = self._answer(task).logits[:, 0].astype(float).tolist()
        return best

    def _answer(self, task: Task) -> RankedList:
        measured = measure_task(
            task,
            list_statistics=self.list_statistics,
            neural=self.neural,
            reference=_reference(task) if self.list_statistics else (),
        )
        rankers = [self._ranker_of(task, row) for row in range(len(task.queries))]
        alone = None
        if _is_taught(task) and self._is_half_trusted(task):
            alone = [self._lone_ranker(task, fold) for fold in task.query_folds]
        return ranked(measured, rankers, shipped_weights(), _side(task), alone)

    def _is_half_trusted(self, task: Task) -> bool:
        return self.list_statistics and not self.neural and len(task.asking) < ENOUGH_ASKERS

    def _lone_ranker(self, task: Task, fold: int) -> Ranker:
        return _taught(_side(task), self._data, fold, False, False)

    def _ranker_of(self, task: Task, row: int) -> Ranker:
        asker = task.asking[task.queries[row]]
        if has_han(asker.title) or has_han(asker.text):
            return shipped_weights().rankers["untaught"]
        return self._ranker(task, task.query_folds[row] if _is_taught(task) else None)

    def _ranker(self, task: Task, fold: int | None) -> Ranker:
        if fold is None:
            kind = "_neural" if self.neural else "" if self.list_statistics else "_alone"
            return shipped_weights().rankers[_side(task) + kind]
        return _taught(_side(task), self._data, fold, self.list_statistics, self.neural)


class OursWithoutStatistics(Ours):
    """The same engine, each need ranked as if it came alone."""

    name = "ours-nostats"
    uses_list = False
    list_statistics = False


class OursWithNeural(Ours):
    """The engine with the neural encoder plugged in.

    The seconds leave out what the encoder has read before: its vectors are kept on disk between runs.
    """

    name = "ours+neural"
    neural = True


@cache
def _taught(side: str, data: Path, fold: int, list_statistics: bool, neural: bool) -> Ranker:
    return taught_ranker(side, data, without_fold=fold, list_statistics=list_statistics, neural=neural)


def _is_taught(task: Task) -> bool:
    return bool(task.relevance) and not task.shipped_only


def _side(task: Task) -> str:
    return "needs" if task.direction == "need_to_offer" else "offers"


def _reference(task: Task) -> list[FieldTexts]:
    if task.direction == "offer_to_need":
        return []
    languages = {
        "zh" if has_han(text.title + text.body) else "en" for text in field_texts(task.searched[:200])
    }
    return [text for language in sorted(languages) for text in reference_needs(language)]


def create_method(name: str, data: Path) -> Ours:
    """Make one of the engine's methods.

    Raises
    ------
    MethodMissingError: the extra a method needs is not installed.
    """
    kinds = {kind.name: kind for kind in (Ours, OursWithoutStatistics, OursWithNeural)}
    if name == OursWithNeural.name:
        try:
            neural_encoder()
        except EncoderMissingError as error:
            raise MethodMissingError(f"{name}: {error}") from error
    if name not in kinds:
        raise MethodMissingError(f"{name}: not one of {', '.join(kinds)}")
    return kinds[name](data)
