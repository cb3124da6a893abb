"""The learned parts: kept and brought back, and what ships with the package."""

import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest

from fairground.match.core.features import FEATURES
from fairground.match.core.ranker import Ranker
from fairground.match.core.sureness import SIGNS, Sureness
from fairground.match.core.weights import FILE, RANKERS, RECORD, Weights, shipped_weights

LEARNED = (
    ("fairground.language", "vectors.npz"),
    ("fairground.language", "zh_en_lexicon.npz"),
    ("fairground.language", "terms_zh_en.tsv"),
    ("fairground.match.core", FILE),
    ("fairground.match.core", "reference.jsonl.gz"),
    ("fairground.match.core", "terms.tsv"),
)
MEGABYTE = 1_000_000


def ranker(seed: int) -> Ranker:
    dice = np.random.default_rng(seed)

    def numbers(*shape: int) -> np.ndarray[tuple[int, ...], np.dtype[np.float32]]:
        # Through half precision, as they are stored.
        return dice.normal(size=shape).astype(np.float16).astype(np.float32)

    return Ranker(
        ("a", "b"), numbers(2), numbers(2), numbers(3, 2, 4), numbers(3, 4), numbers(3, 4), numbers(3, 2)
    )


@pytest.fixture
def weights() -> Weights:
    dice = np.random.default_rng(9)
    sides = {}
    for n, side in enumerate(("needs", "offers")):
        middle, spread, per_sign = dice.normal(size=(3, len(SIGNS))).astype(np.float32)
        sides[side] = Sureness(middle, spread, per_sign, bias=0.1 * n, fall=0.7 + n)
    return Weights("1-test", {name: ranker(n) for n, name in enumerate(RANKERS)}, sides)


def test_what_is_written_is_read(weights: Weights, tmp_path: Path) -> None:
    weights.write(tmp_path, {"command": "train", "遍": [1, 2]})
    again = Weights.read(tmp_path)
    assert again.version == "1-test"
    assert again.rankers.keys() == weights.rankers.keys()
    for name, one in weights.rankers.items():
        assert again.rankers[name].names == one.names
        for field in ("middle", "spread", "hidden", "hidden_bias", "output", "linear"):
            assert np.array_equal(getattr(again.rankers[name], field), getattr(one, field)), (name, field)
    for side, model in weights.sureness.items():
        for field in ("middle", "spread", "weights"):
            assert np.array_equal(getattr(again.sureness[side], field), getattr(model, field))
        assert again.sureness[side].bias == pytest.approx(model.bias)
        assert again.sureness[side].fall == pytest.approx(model.fall)
    record = json.loads((tmp_path / RECORD).read_text(encoding="utf-8"))
    assert record == {"version": "1-test", "command": "train", "遍": [1, 2]}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted([FILE, RECORD])


def test_missing_and_broken_files_are_errors(weights: Weights, tmp_path: Path) -> None:
    with pytest.raises(OSError, match=RECORD):
        Weights.read(tmp_path)
    weights.write(tmp_path, {})
    (tmp_path / RECORD).write_text("{}", encoding="utf-8")
    with pytest.raises(KeyError):
        Weights.read(tmp_path)
    weights.write(tmp_path, {})
    (tmp_path / FILE).write_bytes(b"no weights")
    with pytest.raises(ValueError, match="allow_pickle"):
        Weights.read(tmp_path)
    np.savez(tmp_path / FILE, names=np.array(["a"]))
    with pytest.raises(KeyError):
        Weights.read(tmp_path)


def test_shipped_weights_read_the_features_the_engine_makes() -> None:
    weights = shipped_weights()
    assert weights.rankers.keys() == set(RANKERS)
    for name, one in weights.rankers.items():
        assert one.names == FEATURES, name
        n_member, n_feature, n_hidden = one.hidden.shape
        assert n_feature == len(FEATURES)
        assert one.linear.shape == (n_member, n_feature)
        assert one.hidden_bias.shape == one.output.shape == (n_member, n_hidden)
        assert (one.spread > 0).all()
        assert np.isfinite(one.scores(np.zeros((1, len(FEATURES)), np.float32))).all()
    assert weights.sureness.keys() == {"needs", "offers"}
    for model in weights.sureness.values():
        assert model.weights.shape == model.middle.shape == model.spread.shape == (len(SIGNS),)
        assert (model.spread > 0).all()
        assert model.fall > 0


def test_rankers_without_list_statistics_do_not_read_the_list() -> None:
    """Whatever stands in a list view, zeros at training leave it no say at prediction of zeros."""
    listed = [
        n for n, name in enumerate(FEATURES) if name.endswith((".over_hub", ".over_rival", ".own_side"))
    ]
    for side in ("needs_alone", "offers_alone"):
        assert not shipped_weights().rankers[side].middle[listed].any()


def test_shipped_records_say_version_and_command() -> None:
    for package, name in (("fairground.match.core", RECORD), ("fairground.language", "vectors.record.json")):
        record = json.loads(files(package).joinpath("data", name).read_text(encoding="utf-8"))
        assert record["command"].startswith("python benchmarks/train/")
        assert (Path(__file__).parents[5] / record["command"].split()[1]).is_file()
    record = json.loads(files("fairground.match.core").joinpath("data", RECORD).read_text(encoding="utf-8"))
    assert record["version"] == shipped_weights().version != ""


def test_learned_files_are_small_together() -> None:
    sizes = [len(files(package).joinpath("data", name).read_bytes()) for package, name in LEARNED]
    assert sum(sizes) <= 10 * MEGABYTE


def test_nothing_learned_is_pickled() -> None:
    for package, name in LEARNED:
        if name.endswith(".npz"):
            with np.load(str(files(package).joinpath("data", name)), allow_pickle=False) as stored:
                assert all(stored[key].dtype != object for key in stored.files)
