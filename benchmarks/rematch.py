"""How long the pairs of one changed record take, in a hub of N offers and needs with its platforms.

What is made: the hub of the portal's benchmark (`portal_bench/corpus.py`, seeded), kept in benchmarks/.kept and used
again. Its records are changed in a copy, which goes when the figures are there.

What is timed: a record's words change in the database (its summary becomes another record's); then `match_records` runs
as the clock runs it: reading the record, candidates from the search index, both sides' scores, verdicts, flags, writing
pairs and ranks. Needs, offers and platforms in turn. The first few only warm caches and are not counted. Processor
time is told beside the clock's: on a machine that others use it is the figure to compare.

What is compared: with `match_lists` over a hub of OVERLAP offers and as many needs of the same generator, for needs
that were matched by themselves: the share of the full run's five best offers that are among the five best found
(`overlap_top5`), how often both have the same first (`overlap_first`), and the share of what a page would show, pairs
with some evidence, that was found (`overlap_shown`). Made-up texts rarely fit: most of the five best are pairs that
nobody is shown.

OUT, JSON: {records, samples: {s, processor_s} (once a process), first: {ms, processor_ms}, changed: {count, p50_ms,
p95_ms, max_ms, processor_p50_ms, processor_p95_ms, processor_max_ms}, by_kind: {kind: p50_ms}, peak_mb,
overlap_top5, overlap_first, overlap_shown, overlap_shown_pairs, overlap_of, full_run_s, about: {date, processors,
load_average}}
"""

import argparse
import json
import os
import random
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from portal import KEPT, make_hub, positive, say
from portal_bench.serving import set_environment

_WARM = 6
_TURNS = ("need", "offer", "platform")


def parse_arguments(arguments: list[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="rematch.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--records", type=positive, default=100_000, metavar="N", help="offers and needs (default: 100000)")
    add("--changes", type=positive, default=60, help="changed records that are timed (default: 60)")
    add(
        "--overlap", type=positive, default=2_000, help="offers, and needs, of the comparison (default: 2000)"
    )
    add("--compared", type=positive, default=40, help="needs that are compared (default: 40)")
    add("--json", type=Path, required=True, metavar="OUT", help="figures, written whole or not at all")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Make the hub, change records, match them; return the figures."""
    kept = KEPT / f"portal-{options.records}-sqlite"
    # In a process apart: Django knows one database a process, and the records are changed in a copy.
    subprocess.run([sys.executable, __file__, "--make", str(kept), str(options.records)], check=True)
    figures: dict[str, Any] = {"records": options.records}
    with tempfile.TemporaryDirectory(dir=KEPT, prefix="rematch-") as folder:
        home = Path(folder) / "hub"
        say("copying the hub")
        shutil.copytree(kept, home)
        set_environment(home, "")
        make(home, options.records)
        figures |= time_changes(options.changes)
    figures["peak_mb"] = peak_mb()
    figures |= compare(options.overlap, options.compared)
    figures["about"] = {
        "date": datetime.now(UTC).date().isoformat(),
        "processors": os.cpu_count(),
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }
    return figures


def make(home: Path, records: int) -> None:
    """Make a hub where none is kept, and bring its index up to it."""
    make_hub(home, records, anew=False)

    from fairground.publish.index import follow_log

    say("bringing the index up to date")
    follow_log()


def time_changes(count: int) -> dict[str, Any]:
    """Change records one after the other and match each."""
    from django.utils import timezone

    from fairground.accounts.models import Hub
    from fairground.match.catalogue import following
    from fairground.match.catalogue.matcher import HubMatcher
    from fairground.match.catalogue.texts import MARKETS, public_records

    hub_id = Hub.objects.values_list("pk", flat=True).get()
    say("making the samples")
    watch = Watch()
    matcher = HubMatcher(hub_id, now=timezone.now())
    matcher.warm(MARKETS)
    samples = watch.read()
    following._matchers[hub_id] = matcher
    draw = random.Random(20261122)
    keys = {
        kind: list(public_records(hub_id, kind).order_by("reference").values_list("key", flat=True))
        for kind in _TURNS
    }
    say(f"changing {count} records")
    taken: list[tuple[str, float, float]] = []
    for number in range(_WARM + count):
        kind = _TURNS[number % len(_TURNS)]
        record = public_records(hub_id, kind).get(key=draw.choice(keys[kind]))
        other = public_records(hub_id, kind).get(key=draw.choice(keys[kind]))
        record.summary = type(record.summary)(record.summary.zh or other.summary.zh, other.summary.en)
        record.save(update_fields=["summary"])
        watch = Watch()
        following.match_records(hub_id, {kind: [record.key]}, now=timezone.now())
        taken.append((kind, *watch.read()))
    _, *first = taken[0]
    taken = taken[_WARM:]
    changed: dict[str, int] = {"count": len(taken)}
    for place, name in ((1, ""), (2, "processor_")):
        times = sorted(row[place] * 1000 for row in taken)
        changed |= {
            f"{name}p50_ms": round(statistics.median(times)),
            f"{name}p95_ms": round(times[max(0, -(-95 * len(times) // 100) - 1)]),
            f"{name}max_ms": round(times[-1]),
        }
    return {
        "samples": {"s": round(samples[0], 1), "processor_s": round(samples[1], 1)},
        "first": {"ms": round(first[0] * 1000), "processor_ms": round(first[1] * 1000)},
        "changed": changed,
        "by_kind": {
            kind: round(statistics.median(seconds * 1000 for of, seconds, _ in taken if of == kind))
            for kind in _TURNS
            if any(of == kind for of, *_ in taken)
        },
    }


class Watch:
    """Seconds by the clock and of the processors since it was made."""

    def __init__(self) -> None:
        self._clock, self._processor = time.perf_counter(), time.process_time()

    def read(self) -> tuple[float, float]:
        """Return both."""
        return time.perf_counter() - self._clock, time.process_time() - self._processor


def compare(size: int, compared: int) -> dict[str, Any]:
    """Match some needs by themselves and all by a full run, in a process apart: Django knows one database a process."""
    command = [sys.executable, __file__, "--worker", str(KEPT / f"rematch-{size}"), str(size), str(compared)]
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return figures


def work(home: Path, size: int, compared: int) -> None:
    """Compare in a hub of `size` offers and needs each; print the figures."""
    set_environment(home, "")
    make(home, 2 * size)
    from django.utils import timezone

    from fairground.accounts.models import Hub
    from fairground.match.catalogue.matcher import HubMatcher
    from fairground.match.catalogue.texts import as_answering, as_asking, load_records
    from fairground.match.core.engine import match_lists
    from fairground.match.core.results import Evidence

    hub_id = Hub.objects.values_list("pk", flat=True).get()
    now = timezone.now()
    rows = {kind: load_records(hub_id, kind) for kind in ("need", "offer")}
    say("matching everything with everything")
    begin = time.perf_counter()
    whole = match_lists(
        [as_asking(row) for row in rows["need"].values()],
        [as_answering(row) for row in rows["offer"].values()],
        top=5,
        today=timezone.localdate(now),
    )
    full_s = time.perf_counter() - begin
    best: dict[int, list[tuple[int, bool]]] = {}
    for pair in sorted(whole.matches, key=lambda pair: pair.rank_for_need or 99):
        if pair.rank_for_need is not None:
            shown = pair.evidence is not Evidence.NONE
            best.setdefault(rows["need"][pair.need_id].pk, []).append(
                (rows["offer"][pair.offer_id].pk, shown)
            )
    matcher = HubMatcher(hub_id, now=now)
    draw = random.Random(20261122)
    needs = draw.sample(sorted(rows["need"]), min(compared, len(rows["need"])))
    # Needs that have something to show are few among made-up texts: they are compared besides.
    with_some = [row.key for row in rows["need"].values() if any(shown for _, shown in best.get(row.pk, []))]
    needs = [*needs, *draw.sample(sorted(with_some), min(compared, len(with_some)))]
    share, first, shown_found, shown_all = [], [], 0, 0
    for place, key in enumerate(needs):
        row = rows["need"][key]
        found = [judged for judged in matcher.match(row, now=now) if judged.kinds == "need offer"]
        found.sort(key=lambda judged: judged.pair.rank_for_need or 99)
        mine = [judged.answering_id for judged in found[:5]]
        theirs = best.get(row.pk, [])
        if place < compared:
            share.append(len({pk for pk, _ in theirs} & set(mine)) / max(1, len(theirs)))
            first.append(bool(theirs) and bool(mine) and theirs[0][0] == mine[0])
        shown_all += sum(shown for _, shown in theirs)
        shown_found += sum(shown and pk in mine for pk, shown in theirs)
    print(
        json.dumps(
            {
                "overlap_top5": round(statistics.mean(share), 3),
                "overlap_first": round(statistics.mean(first), 3),
                "overlap_shown": round(shown_found / shown_all, 3) if shown_all else None,
                "overlap_shown_pairs": shown_all,
                "overlap_of": size,
                "full_run_s": round(full_s, 1),
            }
        )
    )


def peak_mb() -> int:
    """Return this process's largest resident memory so far."""
    status = Path("/proc/self/status").read_text()
    found = re.search(r"VmHWM:\s+(\d+)", status)
    return int(found[1]) // 1024 if found else 0


def main(arguments: list[str]) -> int:
    """Run the benchmark; returns the exit code."""
    if arguments[:1] == ["--make"]:
        home = Path(arguments[1])
        set_environment(home, "")
        make(home, int(arguments[2]))
        return 0
    if arguments[:1] == ["--worker"]:
        work(Path(arguments[1]), int(arguments[2]), int(arguments[3]))
        return 0
    options = parse_arguments(arguments)
    figures = run(options)
    part = options.json.with_name(f".{options.json.name}.part")
    part.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(options.json)
    print(json.dumps(figures, indent=1))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
