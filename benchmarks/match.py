"""Measure matching: how well and how fast a method finds the offers that answer a need.

Every method gets the same two lists (title and text only) and returns ranked entries; the harness sorts ties
by id, measures, prints one table and writes one JSON file. What each protocol shows to a method is written at
the top of benchmarks/match_bench/collections.py, what a method has to offer in match_bench/task.py.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Sequence
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from match_bench import table
from match_bench.collections import PROTOCOLS, DataMissingError, Trial, load_collection, trial
from match_bench.experiments import abstention, small_lists, withheld
from match_bench.measure import Outcome, measure, measure_apart, warm_up
from match_bench.methods import BASELINES, DEFAULT, OWN, MethodMissingError, create_method
from match_bench.runs import run_path, whole_file, write_run

SCALE_METHODS = ("ours", "bm25s", "tantivy")
Figures = dict[str, dict[str, dict[str, object]]]

EXAMPLES = """\
examples
  all protocols on the open half, ours beside the baselines:
    python benchmarks/match.py --data ../shared/data/match --json match.json
  one protocol while tuning:
    python benchmarks/match.py --data DIR --protocols full_to_abstract --method ours bm25s --json x.json
  labels from elsewhere, shipped weights as they are, answers kept for checking:
    python benchmarks/match.py --data DIR --qrels SEALED --runs runs --json sealed.json
  an office with one, ten or a hundred needs; lists without the true offers; a million offers:
    python benchmarks/match.py --data DIR --needs-sample 1 10 100 --method ours ours-nostats --json x.json
    python benchmarks/match.py --data DIR --abstain --json x.json
    python benchmarks/match.py --data DIR --scale 1000000 --method ours bm25s tantivy --json x.json
The last three are run instead of the table, one at a time, and OUT then holds what they found:
  --needs-sample  {collection: {protocol: {method: {needs: {draws, ndcg10, se}}}}}
  --abstain       {method: {auc, needs_with, needs_without, seconds}}; a baseline's evidence is its best score
  --scale         what benchmarks/scale.py describes

exit codes: 0 done, 1 something is missing (said which), 2 wrong arguments
"""


def positive(word: str) -> int:
    """A whole number from 1 up, for argparse."""
    number = int(word)
    if number < 1:
        raise ValueError(word)
    return number


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="match.py",
        description=__doc__,
        epilog=EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    known = tuple(dict.fromkeys(p for names in PROTOCOLS.values() for p in names))
    add = parser.add_argument
    add(
        "--data",
        type=Path,
        required=True,
        metavar="DIR",
        help="folder with en_sbir, eu_horizon, zh_bdci, cranfield",
    )
    add("--split", default="dev", help="which qrels.SPLIT.tsv of --data to measure with (default: dev)")
    add(
        "--qrels",
        type=Path,
        metavar="DIR",
        help="take COLLECTION/qrels.*.tsv from here; shipped weights only",
    )
    add("--method", nargs="+", default=list(DEFAULT), choices=(*OWN, *BASELINES), metavar="NAME",
        help=f"among {', '.join((*OWN, *BASELINES))} (default: {' '.join(DEFAULT)})")  # fmt: skip
    add("--collections", nargs="+", default=list(PROTOCOLS), choices=tuple(PROTOCOLS), metavar="NAME",
        help=f"among {', '.join(PROTOCOLS)} (default: all)")  # fmt: skip
    add("--protocols", nargs="+", default=list(known), choices=known, metavar="NAME",
        help=f"among {', '.join(known)} (default: all)")  # fmt: skip
    add("--json", type=Path, required=True, metavar="OUT", help="figures, written whole or not at all")
    add("--runs", type=Path, metavar="DIR", help="keep the answers as COLLECTION.PROTOCOL.METHOD.run")
    add(
        "--memory",
        action="store_true",
        help="run each method on each protocol in a fresh process: exact peaks, slower",
    )
    instead = parser.add_mutually_exclusive_group().add_argument
    instead(
        "--needs-sample",
        type=positive,
        nargs="+",
        metavar="N",
        help="only N needs in the list, mean of 20 draws",
    )
    instead("--abstain", action="store_true", help="take true offers away: does the method notice? (SBIR)")
    instead(
        "--scale", type=positive, metavar="N", help="N made-up offers and 10,000 needs: speed and memory only"
    )
    return parser.parse_args(arguments)


def trials(options: argparse.Namespace) -> Iterator[Trial]:
    """Arrange the protocols asked for; a collection without labels under --qrels is named and passed over."""
    for name in options.collections:
        wanted = [protocol for protocol in PROTOCOLS[name] if protocol in options.protocols]
        if not wanted:
            continue
        if (
            options.qrels is not None
            and name != "nsfc"
            and not any((options.qrels / name).glob("qrels.*.tsv"))
        ):
            print(f"# {name}: no labels in {options.qrels / name}, passed over", file=sys.stderr)
            continue
        collection = load_collection(name, options.data, split=options.split, qrels=options.qrels)
        for protocol in wanted:
            yield trial(collection, protocol, shipped_only=options.qrels is not None)


def outcomes(options: argparse.Namespace) -> Iterator[tuple[Trial, Outcome]]:
    """Run every method on every protocol asked for."""
    methods = {} if options.memory else {name: create_method(name, options.data) for name in options.method}
    for one in trials(options):
        for name in options.method:
            print(f"# {one.collection} {one.protocol} {name} ...", file=sys.stderr, flush=True)
            if options.memory:
                outcome = measure_apart(name, options.data, one)
            else:
                warm_up(methods[name], one)
                outcome = measure(methods[name], one)
            if outcome is not None:
                yield one, outcome


def write_json(path: Path, content: object) -> None:
    """Write a JSON file whole or not at all."""
    with whole_file(path) as out:
        json.dump(content, out, ensure_ascii=False, indent=1, allow_nan=False)
        out.write("\n")


def run(options: argparse.Namespace) -> None:
    """Do what the command line asks."""
    print(table.heading(table.command_line()))
    if options.needs_sample:
        run_small_lists(options)
    elif options.abstain:
        run_abstention(options)
    elif options.scale:
        run_scale(options)
    else:
        run_protocols(options)


def run_protocols(options: argparse.Namespace) -> None:
    """The table of all protocols."""
    rows: list[tuple[str, ...]] = []
    figures: Figures = {}
    for one, outcome in outcomes(options):
        rows += [table.row(outcome), *table.part_rows(outcome)]
        figures.setdefault(one.collection, {}).setdefault(one.protocol, {})[outcome.method] = (
            outcome.as_json()
        )
        if options.runs is not None:
            write_run(run_path(options.runs, outcome), outcome, one)
    write_json(options.json, figures)
    print(table.layout(rows))


def run_small_lists(options: argparse.Namespace) -> None:
    """The need-to-offer protocols again with few needs in the list."""
    rows: list[tuple[str, ...]] = []
    figures: dict[str, dict[str, dict[str, dict[str, object]]]] = {}
    methods = [create_method(name, options.data) for name in options.method]
    for one in trials(options):
        for method in methods:
            print(
                f"# {one.collection} {one.protocol} {method.name}, few needs ...", file=sys.stderr, flush=True
            )
            for found in small_lists(method, one, options.needs_sample) or ():
                rows.append(
                    (found.collection, found.protocol, found.method, str(found.size), str(found.draws),
                     f"{found.ndcg10:.4f}", f"{found.standard_error:.3f}")
                )  # fmt: skip
                by_method = figures.setdefault(found.collection, {}).setdefault(found.protocol, {})
                by_method.setdefault(found.method, {})[str(found.size)] = found.as_json()
    write_json(options.json, figures)
    print(table.layout(rows, ("collection", "protocol", "method", "needs", "draws", "nDCG@10", "±")))


def run_abstention(options: argparse.Namespace) -> None:
    """SBIR, full need to abstract, without the true offers of half the needs."""
    collection = load_collection("en_sbir", options.data, split=options.split, qrels=options.qrels)
    one, has_offer = withheld(collection, "full_to_abstract", shipped_only=options.qrels is not None)
    rows: list[tuple[str, ...]] = []
    figures: dict[str, object] = {}
    for name in options.method:
        print(f"# abstain {name} ...", file=sys.stderr, flush=True)
        found = abstention(create_method(name, options.data), one, has_offer)
        if found is not None:
            counts = (str(found.needs_with), str(found.needs_without))
            rows.append((name, f"{found.auc:.4f}", *counts, f"{found.seconds:.1f}"))
            figures[name] = found.as_json()
    write_json(options.json, figures)
    print(table.layout(rows, ("method", "AUC", "needs with", "needs without", "seconds"), left=1))


def run_scale(options: argparse.Namespace) -> None:
    """Speed and memory on made-up offers, by ``benchmarks/scale.py``."""
    if find_spec("scale") is None:
        raise MethodMissingError("--scale: benchmarks/scale.py is not there")
    methods = [name for name in options.method if name in SCALE_METHODS]
    try:
        found = import_module("scale").run_scale(options.scale, options.data, methods)
    except FileNotFoundError as error:
        raise DataMissingError(str(error)) from error
    write_json(options.json, found)
    print(json.dumps(found, ensure_ascii=False, indent=1))


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; returns the exit code."""
    options = parse_arguments(arguments)
    try:
        run(options)
    except (DataMissingError, MethodMissingError) as missing:
        print(f"match.py: {missing}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
