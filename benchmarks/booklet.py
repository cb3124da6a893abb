"""How long a results-and-needs list takes: the PDF booklet and the workbook of many entries, with match hints.

    python benchmarks/booklet.py [--entries 500] [--edition zh|en|both] [--json OUT] [--keep FOLDER]

The entries are the sample lists of the repository, repeated with other numbers until there are enough; the hints are
what the matching engine says of the sample pairs, for every repetition. The time of the PDF is that of one edition,
with finding the typefaces; {entries, pages, pdf_s, xlsx_s, pdf_kb} is what it prints.
"""

import argparse
import json
import re
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from fairground.collect.core.lists import read_needs, read_offers
from fairground.collect.core.records import Need, Offer
from fairground.documents.typefaces import find_typefaces
from fairground.language.local_text import LocalText
from fairground.match.core.engine import match_lists
from fairground.match.core.list_changes import ChangedEntry, GoneEntry, ListChanges
from fairground.match.results_list.booklet import EDITIONS, make_booklet
from fairground.match.results_list.contents import ListContent
from fairground.match.results_list.plain import entries_of, hints_of
from fairground.match.results_list.workbook import write_workbook_of

SAMPLES = Path(__file__).resolve().parents[1] / "src" / "fairground" / "samples"
DAY = date(2026, 11, 22)
_PLACES = ("110000", "120000", "130000")

Plain = TypeVar("Plain", Need, Offer)


def _repeated(rows: Sequence[Plain], wanted: int) -> list[Plain]:
    return [replace(rows[place % len(rows)], id=f"sample{place:06d}") for place in range(wanted)]


def made_content(entries: int) -> ListContent:
    """Return a list of so many entries, half offers and half needs, with its hints and a change note."""
    needs = _repeated(read_needs(SAMPLES / "needs.csv").records, entries // 2)
    offers = [
        replace(each, id=f"offer{each.id}")
        for each in _repeated(read_offers(SAMPLES / "offers.csv").records, entries - entries // 2)
    ]
    run = match_lists(needs, offers, top=3, direction="needs", today=DAY)
    listed = entries_of(offers, needs)
    numbers = [entry.printed_number for entry in listed]
    return ListContent(
        hub=LocalText("示例创新枢纽", "Example Innovation Hub"),
        address="https://hub.example",
        title=LocalText("京津冀科技成果及需求清单", "Beijing–Tianjin–Hebei results-and-needs list"),
        supply=_PLACES[:1],
        demand=_PLACES[1:],
        fields=("new-it", "smart-equipment", "new-materials", "medicine-health", "green-tech"),
        number=2,
        issued_on=DAY,
        entries=listed,
        hints=hints_of(run),
        method=f"{run.method} {run.method_version}",
        changes=ListChanges(
            tuple(numbers[::9]),
            tuple(ChangedEntry(number, ("summary", "trl")) for number in numbers[4::13]),
            (GoneEntry("R-901", "expired"), GoneEntry("N-902", "withdrawn"), GoneEntry("N-903", "moved")),
        ),
        previous=(1, date(2026, 4, 25)),
    )


def main() -> None:
    """Measure, print, and write the files where they are wanted."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--entries", type=int, default=500)
    parser.add_argument("--edition", choices=tuple(EDITIONS), default="zh")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path, help="a folder to leave the PDF and the workbook in")
    options = parser.parse_args()
    content = made_content(options.entries)

    started = time.perf_counter()
    pdf = make_booklet(content, options.edition, typefaces=find_typefaces())
    pdf_s = time.perf_counter() - started
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "list.xlsx"
        started = time.perf_counter()
        write_workbook_of(content, path)
        xlsx_s = time.perf_counter() - started
        if options.keep:
            options.keep.mkdir(parents=True, exist_ok=True)
            (options.keep / f"booklet-{options.edition}.pdf").write_bytes(pdf)
            (options.keep / "list.xlsx").write_bytes(path.read_bytes())
    measured = {
        "entries": len(content.entries),
        "hints": len(content.hints),
        "edition": options.edition,
        "pages": len(re.findall(rb"/Type\s*/Page\b", pdf)),
        "pdf_s": round(pdf_s, 2),
        "xlsx_s": round(xlsx_s, 2),
        "pdf_kb": round(len(pdf) / 1024),
    }
    print(json.dumps(measured))
    if options.json:
        options.json.write_text(json.dumps(measured) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
