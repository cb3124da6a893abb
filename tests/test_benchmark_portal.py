"""The portal's benchmark: its percentiles, what it makes, and one small run from end to end."""

import importlib
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

corpus = importlib.import_module("portal_bench.corpus")
load = importlib.import_module("portal_bench.load")
texts = importlib.import_module("portal_bench.texts")


def test_percentile_is_the_smallest_value_that_enough_do_not_exceed() -> None:
    values = [float(value) for value in range(1, 101)]
    assert [load.percentile(values, percent) for percent in (50, 95, 99, 100)] == [50, 95, 99, 100]
    assert load.percentile([7.0], 95) == 7
    assert load.percentile([], 95) == 0


def test_figures_count_wrong_answers_and_only_right_ones_as_throughput() -> None:
    rows = [
        {
            "page": "x",
            "due_ms": 20.0 * number,
            "late_ms": 0.5,
            "ms": 20.0,
            "fault": "status 500" if number < 5 else "",
        }
        for number in range(50)
    ]
    found = load.figures(rows)
    assert (found.errors, found.requests, found.rps, found.p95_ms) == (5, 50, 45.0, 20.0)
    assert found.faults == {"status 500": 5}


def test_corpus_is_the_same_every_time_and_has_the_shares_it_promises() -> None:
    first = list(corpus.Corpus(400).rows("offer", ["a", "b", "c"]))
    assert first == list(corpus.Corpus(400).rows("offer", ["a", "b", "c"]))
    assert len(first) == corpus.Sizes(400).by_kind["offer"] == 200
    named = [values["organisation"] for _, values in first]
    assert named.count("a") > named.count("c")
    languages = [tuple(values["title"]) for _, values in first]
    assert {("zh",), ("en",), ("zh", "en")} == set(languages)


def test_texts_say_the_same_in_both_languages() -> None:
    said = texts.Texts(["ai"])
    zh, en = said.filled(random.Random(1), "ai", [("{a}与{b}：{n}", "{a} and {b}: {n}")])
    pairs = dict(texts.word_pairs())
    first, rest = zh.split("与", 1)
    second, number = rest.split("：")
    assert en.lower() == f"{pairs[first]} and {pairs[second]}: {number}".lower()


def test_small_hub_is_made_served_and_driven(tmp_path: Path) -> None:
    kept = ROOT / "benchmarks" / ".kept"
    try:
        load.install_load_tool(kept)
    except load.LoadToolMissingError as missing:
        pytest.skip(str(missing))
    out = tmp_path / "portal.json"
    command = [
        sys.executable,
        "benchmarks/portal.py",
        "--records",
        "300",
        "--seconds",
        "2",
        "--json",
        str(out),
    ]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    found = json.loads(out.read_text("utf-8"))
    for page in ("home", "catalogue", "search", "suggest", "record", "tile", "map_page", "bare"):
        assert found[page]["errors"] == 0, (page, found[page])
        assert found[page]["requests"] == 100
        assert 0 < found[page]["p50_ms"] <= found[page]["p95_ms"] <= found[page]["p99_ms"]
    assert found["api_list"] is None
    assert found["import"]["rows_per_s"] > 0
    assert found["index"]["documents"] == found["import"]["rows"]
    assert 0 < found["first_view"]["home"] <= 200
    assert 0 < found["first_view"]["catalogue"] <= 200
    assert 0 < found["first_view"]["map"] <= 700
