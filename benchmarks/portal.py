"""How fast the portal answers: each page alone, asked a constant 50 times a second, whatever it does.

What is made: a hub of N offers and needs, N/5 platforms, 0.3 N organisations and what else a hub has, by the generator
that `portal_bench/corpus.py` describes (seeded, the same every time), written through `accounts.bulk.add_records`,
each record with its row in the log, as an import is. It is kept in benchmarks/.kept/portal-N-sqlite and used again
while the generator is the same. With DATABASE_URL set everything is on that PostgreSQL server, in a database of its
own that is made at the start and dropped at the end.

What is run: `fairground serve` in mode production (two worker processes of four threads, its clock and its job worker
beside them), as it runs behind a proxy. Locust (see docs/decisions/load.md) asks each page alone at a constant rate,
thousands of different addresses, none twice where there are enough; what begins late counts from when it was due.
Before each page a tenth as many requests (at least 50) warm the server. The load tool runs on the same machine.

OUT, JSON (times in milliseconds):
  {page: {rps, p50_ms, p95_ms, p99_ms, errors, requests, latest_start_ms}}
      for home, catalogue, search, suggest, record, match_page (the pairs of one record, of some 950 that have
      pairs), tile (of the map, at every zoom, half of them with filters or words), map_page, api_list, bare. errors:
      answers that are not 200 or not the page asked for (a catalogue page without a row, say). api_list is null while
      there is no API. bare answers 'ok' from a Django view: what the machine, Django and the load tool cost by
      themselves.
  import: {rows_per_s, rows, seconds}   index: {rebuild_s, documents}
  first_view: {home, catalogue, map: kB compressed, with everything the page loads; of the map without the worker's
      script and the tiles, which its script asks for}
  about: {records, seconds, rate, database, processors, date, load_average}
"""

import argparse
import hashlib
import json
import os
import shutil
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from portal_bench.first_view import first_view_kb
from portal_bench.load import LoadToolMissingError, drive, install_load_tool
from portal_bench.serving import serving, set_environment

KEPT = Path(__file__).resolve().parent / ".kept"
PAGES = (
    "home",
    "catalogue",
    "search",
    "suggest",
    "record",
    "match_page",
    "tile",
    "map_page",
    "api_list",
    "bare",
)
RATE = 50  # requests a second


def positive(word: str) -> int:
    """A whole number from 1 up, for argparse."""
    number = int(word)
    if number < 1:
        raise ValueError(word)
    return number


def parse_arguments(arguments: Sequence[str]) -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(
        prog="portal.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    add = parser.add_argument
    add("--records", type=positive, default=100_000, metavar="N", help="offers and needs (default: 100000)")
    add("--seconds", type=positive, default=30, help="how long each page is asked (default: 30)")
    add("--json", type=Path, required=True, metavar="OUT", help="figures, written whole or not at all")
    add("--pages", nargs="+", choices=PAGES, default=list(PAGES), metavar="PAGE", help="only these pages")
    add("--fresh", action="store_true", help="make the hub anew though one is kept")
    return parser.parse_args(arguments)


def run(options: argparse.Namespace) -> dict[str, Any]:
    """Make the hub, serve it, drive it; return the figures."""
    program = install_load_tool(KEPT)
    given = os.environ.get("DATABASE_URL", "")
    home = KEPT / f"portal-{options.records}-{'postgresql' if given else 'sqlite'}"
    with database_of_its_own(given, options.records) as database_url:
        set_environment(home, database_url)
        figures: dict[str, Any] = dict.fromkeys(PAGES)
        figures |= prepare(home, options.records, anew=options.fresh or bool(given))

        from portal_bench.addresses import matched_records, pages, placed_records, some_records

        count = RATE * options.seconds
        wanted = [
            page
            for page in pages(
                some_records(), count, max(count // 10, 50), matched_records(), placed_records()
            )
            if page.name in options.pages
        ]
        say(f"serving; {len(wanted)} pages, {options.seconds} s each")
        with serving(home / "server.log") as host:
            figures["first_view"] = {
                "home": first_view_kb(host, "/zh/"),
                "catalogue": first_view_kb(host, "/zh/catalogue/"),
                "map": first_view_kb(host, "/zh/map/"),
            }
            found = drive(program, host, RATE, wanted)
        figures |= {name: page.as_json() for name, page in found.items()}
        figures["about"] = {
            "records": options.records,
            "seconds": options.seconds,
            "rate": RATE,
            "database": "postgresql" if given else "sqlite",
            "processors": os.cpu_count(),
            "date": datetime.now(UTC).date().isoformat(),
            "load_average": [round(load, 1) for load in os.getloadavg()],
        }
        close_connections()
    return figures


def prepare(home: Path, records: int, *, anew: bool) -> dict[str, Any]:
    """Make what is not there yet, and the index in any case; return the figures of import and index."""
    kept = make_hub(home, records, anew=anew)

    from fairground.publish.index import rebuild_index

    say("building the index")
    begin = time.perf_counter()
    documents = rebuild_index()
    seconds = time.perf_counter() - begin
    return {"import": kept["import"], "index": {"rebuild_s": round(seconds, 2), "documents": documents}}


def make_hub(home: Path, records: int, *, anew: bool) -> dict[str, Any]:
    """Make a hub where none is kept by the same generator; return what is noted of it."""
    from portal_bench.corpus import Corpus

    version = version_of_hub()
    state = home / "made.json"
    kept = json.loads(state.read_text("utf-8")) if state.exists() and not anew else {}
    if kept.get("version") != version:
        kept = {}
        shutil.rmtree(home, ignore_errors=True)
        home.mkdir(parents=True)

    import django

    django.setup()

    from django.core.management import call_command

    call_command("migrate", verbosity=0, interactive=False)
    if not kept:
        from portal_bench.hub import load_hub, match_some

        say(f"making {records} offers and needs, and what belongs to them")
        rows, seconds = load_hub(Corpus(records))
        kept = {
            "version": version,
            "import": {
                "rows_per_s": round(rows / seconds, 1),
                "rows": rows,
                "seconds": round(seconds, 1),
            },
        }
        say("matching some of them")
        kept["pairs"] = match_some()
        state.write_text(json.dumps(kept), encoding="utf-8")
    return kept


def version_of_hub() -> str:
    """Return what a kept hub was made by: the generator, and the tables, which may change without a migration yet."""
    from portal_bench.corpus import VERSION

    sources = Path(__file__).resolve().parents[1] / "src" / "fairground"
    tables = hashlib.blake2b(digest_size=8)
    for migration in sorted(sources.glob("*/migrations/0*.py")):
        tables.update(migration.read_bytes())
    return f"{VERSION} {tables.hexdigest()}"


@contextmanager
def database_of_its_own(server_url: str, records: int) -> Iterator[str]:
    """Make a database on the server and drop it afterwards; with no server there is nothing to do."""
    if not server_url:
        yield ""
        return
    import psycopg
    from psycopg.sql import SQL, Identifier

    name = f"fairground_benchmark_{records}_{os.getpid()}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(SQL("CREATE DATABASE {}").format(Identifier(name)))
        try:
            yield urlunsplit(urlsplit(server_url)._replace(path=f"/{name}"))
        finally:
            connection.execute(SQL("DROP DATABASE {} WITH (FORCE)").format(Identifier(name)))


def close_connections() -> None:
    """Let go of the database, so that it can be dropped."""
    from django.db import connections

    connections.close_all()


def say(text: str) -> None:
    """Tell where the benchmark is."""
    print(f"# {text} …", file=sys.stderr, flush=True)


def table(figures: dict[str, Any]) -> str:
    """Lay the figures out for a reader."""
    lines = [f"{'page':10} {'p50':>8} {'p95':>8} {'p99':>8} {'rps':>7} {'errors':>6}  ms"]
    for name in PAGES:
        page = figures[name]
        if page is None:
            continue
        times = "".join(f"{page[figure]:9.1f}" for figure in ("p50_ms", "p95_ms", "p99_ms"))
        lines.append(f"{name:10}{times} {page['rps']:7.2f} {page['errors']:6}")
    lines.append(
        f"import {figures['import']}  index {figures['index']}  first view {figures['first_view']} kB"
    )
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run the benchmark; returns the exit code."""
    options = parse_arguments(arguments)
    try:
        figures = run(options)
    except LoadToolMissingError as missing:
        print(f"portal.py: {missing}", file=sys.stderr)
        return 1
    part = options.json.with_name(f".{options.json.name}.part")
    part.write_text(json.dumps(figures, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    part.replace(options.json)
    print(table(figures))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
