"""Method names and the objects behind them."""

from __future__ import annotations

from collections.abc import Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

from match_bench.task import Method

if TYPE_CHECKING:
    from match_bench.baselines import Baseline

BASELINES = ("bm25s", "bm25s-chars", "tantivy", "tfidf", "lsa")
OWN = ("ours", "ours-nostats", "ours+neural")
DEFAULT = ("ours", "bm25s", "bm25s-chars", "tantivy", "tfidf", "lsa")


class MethodMissingError(Exception):
    """A method was asked for that is not there; says what to do."""


def create_method(name: str, data: Path) -> Method:
    """Make a method.

    Own methods come from ``match_bench/ours.py``, which offers ``create_method(name, data) -> Method`` for
    the names in :data:`OWN`; it is imported only when one of them is asked for.

    Raises
    ------
    MethodMissingError
        If the name is unknown or what it needs is not installed.
    """
    if name in OWN:
        if find_spec("match_bench.ours") is None:
            raise MethodMissingError(
                f"{name}: benchmarks/match_bench/ours.py is not there; leave it out of --method"
            )
        own: Method = import_module("match_bench.ours").create_method(name, data)
        return own
    if name not in BASELINES:
        raise MethodMissingError(f"no method {name!r}; known are {', '.join((*OWN, *BASELINES))}")
    try:
        baselines = import_module("match_bench.baselines")
    except ImportError as error:
        raise MethodMissingError(f"{name}: {error}; install the extra [bench]") from error
    kinds: Sequence[type[Baseline]] = (
        baselines.Bm25s,
        baselines.Bm25sChars,
        baselines.Tantivy,
        baselines.Tfidf,
        baselines.Lsa,
    )
    return next(kind for kind in kinds if kind.name == name)(data)
