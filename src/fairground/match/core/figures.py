"""How good the shipped method was on the benchmark: the figures of docs/measurements/match.md that a page shows."""

import csv
import functools
import re
from dataclasses import dataclass
from importlib.resources import files

FILE = "figures.tsv"


@dataclass(frozen=True, slots=True)
class Figure:
    """One protocol of the benchmark: ours, and the best of the other methods. All but `queries` in 0–1."""

    protocol: str
    ndcg10: float
    plus_minus: float
    recall10: float
    mrr10: float
    queries: int
    best_other: str
    best_other_ndcg10: float


@dataclass(frozen=True, slots=True)
class Figures:
    """All protocols, and when and at which state of the engine they were measured."""

    measured_on: str
    commit: str
    rows: tuple[Figure, ...]


@functools.cache
def shipped_figures() -> Figures:
    """Return the figures that come with the package."""
    text = (files("fairground.match.core") / "data" / FILE).read_text("utf-8")
    head, *lines = text.splitlines()
    told = re.search(r"Measured (\S+) at (\w+)", head)
    if told is None:
        raise ValueError(f"{FILE} does not say when it was measured")
    rows = tuple(
        Figure(
            row["protocol"],
            float(row["ndcg10"]),
            float(row["plus_minus"]),
            float(row["recall10"]),
            float(row["mrr10"]),
            int(row["queries"]),
            row["best_other"],
            float(row["best_other_ndcg10"]),
        )
        for row in csv.DictReader(lines, delimiter="\t")
    )
    return Figures(told[1], told[2], rows)
