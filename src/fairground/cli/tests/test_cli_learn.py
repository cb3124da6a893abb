"""`fairground learn` from end to end: what it writes, when it refuses, and that `match --weights` reads it."""

import json
from pathlib import Path

import numpy as np
import pytest

from fairground.cli import weights_folder
from fairground.cli.learn import EXIT_NO_GAIN
from fairground.cli.main import main
from fairground.kernel.tables import TableError, read_table, write_table
from fairground.match.core.weights import FILE, RECORD, Weights, shipped_weights

_N = 30
_WORDS = [f"{a}{b}" for a in ("lith", "corro", "ferro", "poly", "nano", "cryo") for b in "bdfgklmnprst"]


@pytest.fixture(scope="module")
def lists(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small hub that accepts by title and declines by text, and the same pairs drawn at random."""
    folder = tmp_path_factory.mktemp("hub")
    random = np.random.default_rng(5)

    def words(n: int) -> str:
        return " ".join(random.choice(_WORDS, n))

    needs = [[f"N{n}", words(4), words(30)] for n in range(_N)]
    by_title = [[f"A{n}", needs[n][1], words(30)] for n in range(_N)]
    by_body = [[f"B{n}", words(4), needs[n][2]] for n in range(_N)]
    write_table(folder / "needs.csv", ["id", "title", "problem"], needs)
    write_table(folder / "offers.csv", ["id", "title", "description"], [*by_title, *by_body])
    columns = ["need_id", "offer_id", "outcome", "reason", "confidential"]
    accepted = [[f"N{n}", f"A{n}", "accepted", None, None] for n in range(_N)]
    declined = [[f"N{n}", f"B{n}", "declined", "outside our field", None] for n in range(_N)]
    hidden = [[f"N{n}", f"B{n + 1}", "accepted", None, "yes"] for n in range(_N - 1)]
    write_table(folder / "pairs.csv", columns, [*accepted, *declined])
    write_table(folder / "with_confidential.csv", columns, [*hidden, *declined, *accepted])
    drawn = [[f"N{n}", f"A{random.integers(0, _N)}", "accepted", None, None] for n in range(_N)]
    write_table(folder / "random.csv", columns, drawn)
    write_table(folder / "few.csv", columns, accepted[:7])
    return folder


def _learn(folder: Path, pairs: str, *more: str) -> int:
    lists = ["--needs", str(folder / "needs.csv"), "--offers", str(folder / "offers.csv")]
    return main(["learn", str(folder / pairs), *lists, "--lang", "en", "--today", "2026-01-02", *more])


@pytest.fixture(scope="module")
def learned(lists: Path) -> Path:
    folder = lists / "ours"
    assert _learn(lists, "pairs.csv", "-o", str(folder)) == 0
    return folder


def test_learned_weights_have_a_record_and_no_ids(learned: Path) -> None:
    record = json.loads((learned / RECORD).read_text(encoding="utf-8"))

    assert sorted(path.name for path in learned.iterdir()) == sorted([FILE, RECORD])
    assert record["version"].startswith(f"{shipped_weights().version}+learned-2026-01-02-")
    assert record["labels"]["accepted"] == _N
    assert record["labels"]["declined"] == _N
    assert record["difference_of_ndcg10"]["low"] >= 0
    assert record["cross_validation"]["learned"]["ndcg10"] > record["cross_validation"]["base"]["ndcg10"]
    assert "N1" not in (learned / RECORD).read_text(encoding="utf-8")
    assert [path.name for path in learned.parent.iterdir() if path.name.startswith(".")] == []


def test_again_with_confidential_rows_and_another_order_gives_the_same_bytes(
    lists: Path, learned: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The confidential rows accept what the others decline: had one been read, the weights would differ."""
    again = lists / "again"

    assert _learn(lists, "with_confidential.csv", "-o", str(again)) == 0

    assert (again / FILE).read_bytes() == (learned / FILE).read_bytes()
    first, second = (json.loads((folder / RECORD).read_text(encoding="utf-8")) for folder in (learned, again))
    assert second["labels"].pop("left_out_confidential") == _N - 1
    assert first["labels"].pop("left_out_confidential") == 0
    assert first == second
    assert f"{_N - 1} confidential" in capsys.readouterr().out


def test_match_uses_learned_weights(lists: Path, learned: Path) -> None:
    firsts = []
    for more in ([], ["--weights", str(learned)]):
        output = lists / "matches.jsonl"
        needs, offers = str(lists / "needs.csv"), str(lists / "offers.csv")
        assert (
            main(["match", needs, offers, "-o", str(output), "--top", "1", "--direction", "needs", *more])
            == 0
        )
        table = read_table(output)
        offer = next(n for n, name in enumerate(table.columns) if "offer" in name)
        firsts.append(sum(str(row.cells[offer]).startswith("A") for row in table.rows))
    assert firsts[1] > firsts[0]


def test_labels_at_random_write_nothing(lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = lists / "from_random"

    assert _learn(lists, "random.csv", "-o", str(folder)) == EXIT_NO_GAIN

    assert not folder.exists()
    assert "nothing was written" in capsys.readouterr().out


def test_too_few_labels_say_how_many_are_missing(lists: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _learn(lists, "few.csv", "-o", str(lists / "few")) == 3

    assert "13 pairs and 3 needs are missing" in capsys.readouterr().err
    assert not (lists / "few").exists()


def test_a_folder_with_other_things_in_it_is_refused_before_the_work(
    lists: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "letter.txt").write_text("dear", encoding="utf-8")

    assert _learn(lists, "pairs.csv", "-o", str(tmp_path)) == 3

    assert "something else" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["letter.txt"]


def test_weights_learned_from_more_pairs_are_kept(
    lists: Path, learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    target = tmp_path / "ours"
    record = {"labels": {"accepted": _N + 1}}
    weights_folder.replace_weights(target, shipped_weights(), record)
    before = (target / FILE).read_bytes()

    assert _learn(lists, "pairs.csv", "-o", str(target)) == 3

    assert f"learned from {_N + 1} accepted pairs" in capsys.readouterr().err
    assert (target / FILE).read_bytes() == before


def test_weights_that_are_none_are_refused(
    lists: Path, learned: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / FILE).write_bytes((learned / FILE).read_bytes()[:1000])
    (damaged / RECORD).write_bytes((learned / RECORD).read_bytes())
    for folder, said in ((tmp_path / "none", "holds no weights"), (damaged, "cannot be read")):
        output = tmp_path / "out.csv"
        needs, offers = str(lists / "needs.csv"), str(lists / "offers.csv")
        assert (
            main(["match", needs, offers, "-o", str(output), "--weights", str(folder), "--lang", "en"]) == 3
        )
        assert said in capsys.readouterr().err
        assert not output.exists()


def test_weights_for_other_features_are_refused(
    learned: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(weights_folder, "FEATURES", ("another",))

    with pytest.raises(TableError, match="another set of features"):
        weights_folder.read_weights(learned)


def test_an_interrupted_write_leaves_the_former_weights(
    learned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    target = tmp_path / "ours"
    weights_folder.replace_weights(target, shipped_weights(), {})
    before = {path.name: path.read_bytes() for path in target.iterdir()}

    def stopped(weights: Weights, folder: Path, record: dict[str, object]) -> None:
        (folder / FILE).write_bytes(b"half")
        raise KeyboardInterrupt

    monkeypatch.setattr(Weights, "write", stopped)
    with pytest.raises(KeyboardInterrupt):
        weights_folder.replace_weights(target, shipped_weights(), {})

    assert {path.name: path.read_bytes() for path in target.iterdir()} == before
    assert [path.name for path in tmp_path.iterdir()] == ["ours"]
