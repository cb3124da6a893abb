"""The scale benchmark: what it makes is the same every time, and its exact reference is exact."""

import gzip
import importlib
import json
import math
import random
import sys
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "benchmarks"))

scale = importlib.import_module("scale")


def abstract(seed: int) -> str:
    draw = random.Random(seed)
    words = [f"topic{seed % 3}word{number}" for number in range(80)] + ["laser", "sensor", "system"]
    return " ".join(" ".join(draw.choices(words, k=12)) + "." for _ in range(12))


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "en_sbir"
    folder.mkdir()
    lists = {
        "results": [{"id": f"R{seed}", "title": "", "text": abstract(seed)} for seed in range(30)],
        "needs_unlabelled": [
            {"id": f"N{seed}", "title": "Laser", "text": abstract(seed)} for seed in range(8)
        ],
        "needs": [{"id": "N8", "title": "Sensor", "text": abstract(8)}],
    }
    for name, rows in lists.items():
        text = "\n".join(json.dumps(row) for row in rows)
        (folder / f"{name}.jsonl.gz").write_bytes(gzip.compress(text.encode(), mtime=0))
    return tmp_path


def test_made_up_offers_are_the_same_on_every_run_and_as_long_as_said():
    abstracts = [abstract(seed) for seed in range(30)]
    first, second = (list(islice(scale.made_up_offers(abstracts), 40)) for _ in range(2))
    assert first == second
    assert len(set(first)) == 40
    assert all(95 <= len(offer.split()) <= 190 for offer in first)


def test_coined_names_differ():
    assert len({scale.coined_name(number) for number in range(1, 9000)}) == 8999


def test_the_reference_postings_are_those_counted_one_by_one():
    texts = [[0, 1, 1], [2], [], [1, 0, 0, 0]]
    ids = np.array([token for text in texts for token in text], np.int32)
    offsets = np.cumsum([0, *map(len, texts)])
    found = scale.postings_of(ids, offsets, np.array([0, 1]))
    assert {term: dict(zip(*map(np.ndarray.tolist, pair), strict=True)) for term, pair in found.items()} == {
        0: {0: 1, 3: 3},
        1: {0: 2, 3: 1},
    }


def test_ours_answers_all_needs_exactly_within_its_own_process(data: Path):
    report = scale.run_scale(200, data, ["ours"], 9)
    ours = report["methods"]["ours"]
    assert (report["offers"], report["needs"], ours["needs_timed"], ours["overlap10"]) == (200, 9, 9, 1.0)
    assert all(value > 0 and math.isfinite(value) for value in ours.values() if value != 0)
    assert "| ours |" in scale.table_of(report)


def test_unknown_methods_and_too_few_offers_are_refused(tmp_path: Path):
    with pytest.raises(ValueError, match="no method splade"):
        scale.run_scale(100, tmp_path, ["splade"])
    with pytest.raises(ValueError, match="at least 10 offers"):
        scale.run_scale(9, tmp_path)
    with pytest.raises(FileNotFoundError):
        scale.run_scale(100, tmp_path)
