"""How much `fairground learn` gains from few labels, and whether its own judgement can be believed.

    python benchmarks/learning.py --data ../shared/data/match --json learning.json

The open half of a collection plays an office that starts with the untaught ranker (fixed weights, no label seen). It
learns from the pairs of some needs; the result is then measured on all needs it did not see. Each size is drawn
several times, by the hash of the need's id. As a check, the same with labels moved to other needs: nothing is to be
learned from those, so nothing may be written.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent))

from fairground.match.core.hub_lists import MeasuredHub, measure_hub
from fairground.match.core.labels import ACCEPTED_GRADE
from fairground.match.core.learning import Labels, Learned, Settings, judge, learn
from fairground.match.core.weights import Weights, shipped_weights
from match_bench.collections import load_collection, trial
from match_bench.lessons import field_texts
from match_bench.task import Task

PROTOCOLS = {"en_sbir": "full_to_abstract", "eu_horizon": "need_to_offer"}
SIZES = (25, 50, 100, 200)


def untaught_weights() -> Weights:
    """The shipped weights, the untaught ranker in the place of every taught one."""
    shipped = shipped_weights()
    rankers = {
        name: one if name == "crossing" else shipped.rankers["untaught"]
        for name, one in shipped.rankers.items()
    }
    return replace(shipped, version="untaught", rankers=rankers)


def drawn(task: Task, needs: list[int], size: int, draw: int) -> list[int]:
    """`size` of the needs, another choice for each draw."""

    def key(need: int) -> bytes:
        return hashlib.sha256(f"{draw} {task.need_ids[need]}".encode()).digest()

    return sorted(sorted(needs, key=key)[:size])


def labels_of(task: Task, needs: list[int], *, moved: bool = False) -> Labels:
    """Accepted pairs of some needs; `moved` hands each need the offers of the next one."""
    givers = [*needs[1:], needs[0]] if moved else needs
    return Labels(
        {
            (need, offer): ACCEPTED_GRADE
            for need, giver in zip(needs, givers, strict=True)
            for offer in task.relevance[giver]
        }
    )


def learned_row(
    hub: MeasuredHub, task: Task, needs: list[int], base: Weights, size: int, draw: int
) -> dict[str, Any]:
    """Learn from one draw and measure on the needs left."""
    chosen = drawn(task, needs, size, draw)
    others = [need for need in needs if need not in set(chosen)]
    start = time.perf_counter()
    found: Learned = learn(hub, labels_of(task, chosen), task.need_ids, base, settings=Settings())
    seconds = time.perf_counter() - start
    random = learn(hub, labels_of(task, chosen, moved=True), task.need_ids, base, settings=Settings())
    unseen = labels_of(task, others)
    before, after = judge(hub, unseen, base), judge(hub, unseen, found.weights)
    return {
        "needs": size,
        "draw": draw,
        "cv_base": round(found.base.ndcg10, 4),
        "cv_learned": round(found.learned.ndcg10, 4),
        "cv_low": round(found.difference.low, 4),
        "cv_high": round(found.difference.high, 4),
        "helped": found.helped,
        "strengths": dict(found.strengths),
        "unseen_base": round(before.ndcg10, 4),
        "unseen_learned": round(after.ndcg10, 4),
        "unseen_gain": round(after.ndcg10 - before.ndcg10, 4),
        "seconds": round(seconds, 1),
        "moved_labels_helped": random.helped,
        "moved_labels_cv_gain": round(random.difference.mean, 4),
    }


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with en_sbir/ and eu_horizon/")
    parser.add_argument("--json", type=Path, required=True, metavar="OUT", help="where the figures go")
    parser.add_argument("--collections", nargs="+", choices=sorted(PROTOCOLS), default=sorted(PROTOCOLS))
    parser.add_argument("--sizes", nargs="+", type=int, default=list(SIZES), help="needs to learn from")
    parser.add_argument("--draws", type=int, default=3)
    arguments = parser.parse_args()
    base = untaught_weights()
    report: dict[str, Any] = {}
    for collection in arguments.collections:
        task = trial(load_collection(collection, arguments.data), PROTOCOLS[collection]).tasks[0]
        needs = sorted(need for need, found in task.relevance.items() if any(found.values()))
        start = time.perf_counter()
        hub = measure_hub(field_texts(task.needs), field_texts(task.offers), needs)
        measured = round(time.perf_counter() - start, 1)
        everything = labels_of(task, needs)
        rows = []
        print(collection, len(needs), "needs, measured in", measured, "s", flush=True)
        figures = {"untaught": judge(hub, everything, base).ndcg10}
        figures["shipped, which has seen these labels"] = judge(hub, everything, shipped_weights()).ndcg10
        print(figures, flush=True)
        for size in arguments.sizes:
            for draw in range(arguments.draws):
                rows.append(learned_row(hub, task, needs, base, size, draw))
                print(rows[-1], flush=True)
            gains = [row["unseen_gain"] for row in rows if row["needs"] == size]
            print(size, "needs: mean gain on unseen needs", np.mean(gains).round(4), flush=True)
        report[collection] = {
            "protocol": PROTOCOLS[collection], "needs": len(needs), "measured_seconds": measured,
            "all_needs": {name: round(value, 4) for name, value in figures.items()}, "learned": rows,
        }  # fmt: skip
    arguments.json.write_text(json.dumps(report, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
