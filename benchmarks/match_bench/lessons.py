"""What the shipped ranker is taught: the open halves of SBIR and Horizon, measured by the engine itself.

A ranker is made for each side that asks. `needs` is taught with the four protocols in which a need asks, `offers` with
the two in which an offer asks; each both with and without list statistics. A *fold* can be left out: then nothing
that belongs to a need of that fold is read.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fairground.language.encoders import Encoder, neural_encoder
from fairground.match.core.features import FEATURES
from fairground.match.core.ranker import Lesson, Ranker, train_ranker
from fairground.match.core.ranking import MeasuredPairs, measure_pairs
from fairground.match.core.signals import Floats
from fairground.match.core.texts import FieldTexts
from match_bench.collections import load_collection, trial
from match_bench.task import Fields, Task

SIDES = {
    "needs": (
        ("en_sbir", "full_to_abstract"),
        ("en_sbir", "title_to_abstract"),
        ("en_sbir", "hard_pairs"),
        ("eu_horizon", "need_to_offer"),
    ),
    "offers": (("en_sbir", "offer_to_need"), ("eu_horizon", "offer_to_need")),
}
# The neural encoder reads 31 texts a second: the protocol whose offers it would have to read once more is left out.
_NOT_NEURAL = ("en_sbir", "hard_pairs")
_DEPENDS_ON = {
    "fairground.language": (
        "tokens.py",
        "ascii_words.py",
        "token_pairs.py",
        "vectors.py",
        "data/vectors.npz",
    ),
    "fairground.match.core": ("candidates.py", "features.py", "population.py", "ranker.py", "signals.py"),
}
_TAUGHT_DEPTH = 100  # the best candidates of an asker, and every relevant one


@dataclass(frozen=True)
class Exercise:
    """One learning protocol, measured: a row for each asker."""

    features: Floats
    relevance: Floats
    folds: NDArray[np.int64]


def field_texts(fields: Sequence[Fields]) -> list[FieldTexts]:
    return [FieldTexts(one.title, one.text) for one in fields]


def measure_task(
    task: Task,
    *,
    list_statistics: bool = True,
    neural: bool = False,
    reference: Sequence[FieldTexts] = (),
) -> MeasuredPairs:
    """Measure a benchmark task as the engine measures two lists."""
    judged = None if task.judged is None else [np.array(places, np.int64) for places in task.judged]
    return measure_pairs(
        field_texts(task.asking),
        field_texts(task.searched),
        answered=task.queries,
        allowed=judged,
        list_statistics=list_statistics,
        encoder=_encoder() if neural else None,
        reference=reference,
    )


def exercise_of(task: Task, *, list_statistics: bool, neural: bool) -> Exercise:
    """Measure a task and keep what teaches: the best candidates and every relevant one among the measured."""
    pairs = measure_task(task, list_statistics=list_statistics, neural=neural)
    relevance = np.zeros(pairs.found.texts.shape, np.float32)
    for row, query in enumerate(task.queries):
        for place, text in enumerate(pairs.found.texts[row].tolist()):
            need, offer = (query, text) if task.direction == "need_to_offer" else (text, query)
            relevance[row, place] = task.relevance.get(need, {}).get(offer, 0) if text >= 0 else 0
    taught = np.sort(np.argsort(relevance == 0, axis=1, kind="stable")[:, :_TAUGHT_DEPTH], axis=1)
    return Exercise(
        np.take_along_axis(pairs.features(), taught[:, :, None], 1),
        np.take_along_axis(relevance, taught, 1),
        np.asarray(task.query_folds),
    )


def protocols_of(side: str, *, neural: bool = False) -> tuple[tuple[str, str], ...]:
    """The learning protocols of a side."""
    return tuple(one for one in SIDES[side] if not (neural and one == _NOT_NEURAL))


@cache
def exercises(
    side: str, data: Path, *, list_statistics: bool = True, neural: bool = False
) -> tuple[Exercise, ...]:
    """Measure every protocol a side learns from."""
    return tuple(
        exercise_of(
            trial(load_collection(collection, data), protocol).tasks[0],
            list_statistics=list_statistics,
            neural=neural,
        )
        for collection, protocol in protocols_of(side, neural=neural)
    )


def taught_ranker(
    side: str,
    data: Path,
    *,
    without_fold: int | None,
    list_statistics: bool = True,
    neural: bool = False,
) -> Ranker:
    """Train the ranker of a side, leaving out one fold; kept on disk for as long as code and data stay the same."""
    key = _fingerprint(data) + f"{side} {without_fold} {list_statistics} {neural}"
    place = _kept(f"ranker-{hashlib.sha256(key.encode()).hexdigest()[:20]}.pickle")
    if place.is_file():
        kept: Ranker = pickle.loads(place.read_bytes())
        return kept
    parts = exercises(side, data, list_statistics=list_statistics, neural=neural)
    rows = [one.folds != without_fold if without_fold is not None else one.folds >= 0 for one in parts]
    lesson = Lesson(
        np.concatenate([one.features[kept] for one, kept in zip(parts, rows, strict=True)]),
        np.concatenate([one.relevance[kept] for one, kept in zip(parts, rows, strict=True)]),
        np.ones(sum(int(kept.sum()) for kept in rows), np.float32),
    )
    ranker = train_ranker(lesson, FEATURES)
    place.write_bytes(pickle.dumps(ranker))
    return ranker


class RememberedEncoder:
    """The neural encoder, with every vector kept on disk: reading a long list takes it many minutes."""

    def __init__(self, place: Path) -> None:
        self._inner = neural_encoder()
        self.name = self._inner.name
        self._place = place
        self._known: dict[str, Floats] = pickle.loads(place.read_bytes()) if place.is_file() else {}

    def encode(self, texts: Sequence[str]) -> Floats:
        """See `Encoder.encode`."""
        unknown = [text for text in dict.fromkeys(texts) if text not in self._known]
        if unknown:
            self._known.update(zip(unknown, self._inner.encode(unknown), strict=True))
            self._place.write_bytes(pickle.dumps(self._known))
        return np.array([self._known[text] for text in texts], np.float32)


@cache
def _encoder() -> Encoder:
    return RememberedEncoder(_kept("neural-vectors.pickle"))


def _kept(name: str) -> Path:
    """A place for what is worth keeping between runs, inside the checkout: nobody else can put a pickle there."""
    folder = Path(__file__).resolve().parents[1] / ".kept"
    folder.mkdir(exist_ok=True)
    return folder / name


@cache
def _fingerprint(data: Path) -> str:
    """A digest of what a trained ranker depends on: the code and data that measure pairs, and the open lists."""
    digest = hashlib.sha256()
    for package, names in _DEPENDS_ON.items():
        for name in names:
            digest.update(files(package).joinpath(name).read_bytes())
    for collection in ("en_sbir", "eu_horizon"):
        for path in sorted((data / collection).glob("*")):
            digest.update(f"{path.name} {path.stat().st_size}".encode())
    return digest.hexdigest()
