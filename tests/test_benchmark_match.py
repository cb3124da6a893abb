"""The benchmark itself: its figures, what it lets a method see, its files."""

import gc
import gzip
import importlib
import json
import math
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

ROOT = Path(__file__).resolve().parents[1]
TINY = ROOT / "tests" / "data" / "tiny_collection"
sys.path.insert(0, str(ROOT / "benchmarks"))

match = importlib.import_module("match")
collections = importlib.import_module("match_bench.collections")
experiments = importlib.import_module("match_bench.experiments")
measuring = importlib.import_module("match_bench.measure")
methods = importlib.import_module("match_bench.methods")
metrics = importlib.import_module("match_bench.metrics")
runs = importlib.import_module("match_bench.runs")
task_module = importlib.import_module("match_bench.task")

BASELINES = ["bm25s", "bm25s-chars", "tantivy", "tfidf", "lsa"]
JSON_KEYS = {"ndcg10", "recall10", "recall100", "mrr10", "queries", "seconds", "peak_mb"}


@pytest.fixture(scope="module", autouse=True)
def _only_own_garbage() -> None:
    """A benchmark collects garbage before each measurement; what all other tests left behind is no part of it."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The tiny collection, packed as the real ones are; returns the folder ``--data`` takes."""
    folder = tmp_path_factory.mktemp("tiny") / "data"
    shutil.copytree(TINY, folder)
    for plain in [*folder.rglob("*.jsonl"), *folder.rglob("cc-cedict.tsv")]:
        plain.with_name(f"{plain.name}.gz").write_bytes(gzip.compress(plain.read_bytes(), mtime=0))
        plain.unlink()
    return folder / "match"


def run_match(data: Path, out: Path, *more: str) -> int:
    return match.main(["--data", str(data), "--json", str(out), *more])


# --- figures ---------------------------------------------------------------------------------------------


def plain_figures(ranked: Sequence[int], grades: Mapping[int, int], recall_grade: int) -> list[float]:
    """nDCG@10, recall@10, recall@100, reciprocal rank, written as one would on paper."""
    gain = 0.0
    for rank, entry in enumerate(ranked[:10], start=1):
        gain += (2 ** grades.get(entry, 0) - 1) / math.log2(rank + 1)
    ideal = 0.0
    for rank, grade in enumerate(sorted(grades.values(), reverse=True)[:10], start=1):
        ideal += (2**grade - 1) / math.log2(rank + 1)
    wanted = {entry for entry, grade in grades.items() if grade >= recall_grade}
    reciprocal = next((1 / rank for rank, entry in enumerate(ranked[:10], start=1) if entry in wanted), 0.0)
    nothing = math.nan
    return [
        gain / ideal if ideal else nothing,
        len(wanted & set(ranked[:10])) / len(wanted) if wanted else nothing,
        len(wanted & set(ranked[:100])) / len(wanted) if wanted else nothing,
        reciprocal if wanted else nothing,
    ]


def test_query_figures_by_hand() -> None:
    # Grades 3, 0, 1 found at ranks 1, 2, 3 and a grade 2 missed: (7 + 1/2) / (7 + 3/log2(3) + 1/2).
    found = metrics.query_figures([[(5, 3.0), (6, 2.0), (7, 1.0)]], [{5: 3, 7: 1, 9: 2}], recall_grade=2)
    assert found.ndcg10[0] == pytest.approx(7.5 / (7 + 3 / math.log2(3) + 0.5))
    assert found.recall10[0] == 0.5
    assert found.mrr10[0] == 1.0


def test_query_figures_leave_out_queries_without_a_relevant_entry() -> None:
    found = metrics.query_figures([[(1, 1.0)], [(1, 1.0)], []], [{1: 1}, {1: 0}, {2: 1}])
    assert found.queries == 2
    assert found.means() == {"ndcg10": 0.5, "recall10": 0.5, "recall100": 0.5, "mrr10": 0.5}


@given(
    st.lists(
        st.tuples(
            st.lists(st.integers(0, 150), unique=True, max_size=130),
            st.dictionaries(st.integers(0, 150), st.integers(0, 4), max_size=20),
        ),
        min_size=1,
        max_size=6,
    ),
    st.integers(1, 2),
)
def test_query_figures_equal_the_plain_ones(
    queries: list[tuple[list[int], dict[int, int]]], recall_grade: int
) -> None:
    rankings = [[(entry, -float(rank)) for rank, entry in enumerate(ranked)] for ranked, _ in queries]
    found = metrics.query_figures(rankings, [grades for _, grades in queries], recall_grade=recall_grade)
    for row, (ranked, grades) in enumerate(queries):
        got = [found.ndcg10[row], found.recall10[row], found.recall100[row], found.mrr10[row]]
        assert got == pytest.approx(plain_figures(ranked, grades, recall_grade), nan_ok=True)


def test_ordered_breaks_ties_by_position_and_cuts() -> None:
    assert metrics.ordered([(9, 1.0), (2, 1.0), (4, 2.0)], depth=2) == [(4, 2.0), (2, 1.0)]


@pytest.mark.parametrize(
    ("ranking", "why"),
    [([(1, 1.0), (1, 0.5)], "twice"), ([(1, math.nan)], "finite"), ([(1, math.inf)], "finite")],
)
def test_ordered_refuses_a_broken_ranking(ranking: list[tuple[int, float]], why: str) -> None:
    with pytest.raises(ValueError, match=why):
        metrics.ordered(ranking, depth=10)


@given(st.lists(st.tuples(st.integers(0, 5), st.booleans()), min_size=2, max_size=30))
def test_area_under_curve_counts_pairs(values: list[tuple[int, bool]]) -> None:
    yes = [score for score, label in values if label]
    no = [score for score, label in values if not label]
    if not yes or not no:
        with pytest.raises(ValueError, match="both kinds"):
            metrics.area_under_curve([s for s, _ in values], [b for _, b in values])
        return
    won = sum(1.0 if a > b else 0.5 if a == b else 0.0 for a in yes for b in no)
    got = metrics.area_under_curve([s for s, _ in values], [b for _, b in values])
    assert got == pytest.approx(won / (len(yes) * len(no)))


# --- what a method sees ----------------------------------------------------------------------------------


def sbir(data: Path, protocol: str) -> "collections.Trial":  # type: ignore[name-defined]
    return collections.trial(collections.load_collection("en_sbir", data), protocol)


def test_no_field_but_title_and_text_reaches_a_method(data: Path) -> None:
    assert [field.name for field in fields(task_module.Fields)] == ["title", "text"]
    for name, protocols in collections.PROTOCOLS.items():
        collection = collections.load_collection(name, data)
        for protocol in protocols:
            for task in collections.trial(collection, protocol).tasks:
                assert "leaksecret" not in repr(task), (name, protocol)


def test_full_to_abstract_withholds_offer_titles(data: Path) -> None:
    task = sbir(data, "full_to_abstract").tasks[0]
    assert {offer.title for offer in task.offers} == {""}
    assert all(offer.text for offer in task.offers)
    assert task.needs[0].title == "Quiet pump for marine cooling water"
    assert task.needs[0].text.startswith("A cooling pump")


def test_title_to_abstract_withholds_need_texts(data: Path) -> None:
    task = sbir(data, "title_to_abstract").tasks[0]
    assert {need.text for need in task.needs} == {""}
    assert {offer.title for offer in task.offers} == {""}


def test_hard_pairs_takes_title_copies_out_of_the_list(data: Path) -> None:
    one = sbir(data, "hard_pairs")
    task = one.tasks[0]
    assert {"R02", "R06"} & set(task.offer_ids) == set()
    assert len(task.offer_ids) == 10
    answers = {
        task.need_ids[q]: [task.offer_ids[o] for o in g]
        for q, g in zip(task.queries, one.grades[0], strict=True)
    }
    assert answers == {"N1": ["R01"], "N2": ["R03"], "N3": ["R05"], "N4": ["R07"], "N5": ["R08"]}


def test_offer_to_need_searches_all_needs(data: Path) -> None:
    one = sbir(data, "offer_to_need")
    task = one.tasks[0]
    assert task.searched_ids == ("N1", "N2", "N3", "N4", "N5", "N6")
    assert [task.asking_ids[q] for q in task.queries] == ["R01", "R02", "R03", "R05", "R06", "R07", "R08"]
    assert task.query_folds == tuple(
        task_module.fold_of(n) for n in ("N1", "N1", "N2", "N3", "N3", "N4", "N5")
    )


def test_labels_are_for_learning_in_sbir_and_horizon_only(data: Path) -> None:
    for name, protocols in collections.PROTOCOLS.items():
        task = collections.trial(collections.load_collection(name, data), protocols[0]).tasks[0]
        assert bool(task.relevance) == (name in {"en_sbir", "eu_horizon"})
        sealed = collections.trial(
            collections.load_collection(name, data), protocols[0], shipped_only=True
        ).tasks[0]
        assert (sealed.relevance, sealed.shipped_only) == ({}, True)


def test_qrels_from_elsewhere_replace_the_labels_but_not_the_known_copies(data: Path) -> None:
    collection = collections.load_collection("en_sbir", data, qrels=data.parent / "sealed")
    one = collections.trial(collection, "hard_pairs", shipped_only=True)
    task = one.tasks[0]
    assert [task.need_ids[q] for q in task.queries] == ["N6"]
    assert {"R02", "R06"} & set(task.offer_ids) == set()


def test_folds_depend_on_the_id_alone_and_are_even() -> None:
    folds = [task_module.fold_of(f"N{k}") for k in range(5000)]
    assert folds[:6] == [task_module.fold_of(f"N{k}") for k in range(6)]
    assert set(folds) == {0, 1, 2, 3, 4}
    assert max(folds.count(k) for k in range(5)) < 1100


def test_cross_names_without_a_partner_are_left_out(data: Path) -> None:
    one = collections.trial(collections.load_collection("nsfc", data), "cross")
    assert [len(task.queries) for task in one.tasks] == [8, 8]
    assert one.parts == ("zh to en", "en to zh")


# --- what a method may answer ----------------------------------------------------------------------------


class Scripted:
    """A method that answers what it is told and remembers the tasks it got."""

    name = "scripted"

    def __init__(self, answer: list[tuple[int, float]] | None = None, *, uses_list: bool = True) -> None:
        self.answer, self.uses_list, self.tasks = answer, uses_list, []

    def applies(self, task: object) -> bool:
        return True

    def rank(self, task, *, depth: int = 100):  # type: ignore[no-untyped-def]
        self.tasks.append(task)
        if self.answer is not None:
            return [self.answer for _ in task.queries]
        return [[(o, 1.0) for o in range(len(task.searched))][:depth] for _ in task.queries]

    def evidence(self, task):  # type: ignore[no-untyped-def]
        return [float(q) for q in task.queries]


@pytest.mark.parametrize("answer", [[(99, 1.0)], [(-1, 1.0)]])
def test_an_entry_outside_the_list_is_refused(data: Path, answer: list[tuple[int, float]]) -> None:
    with pytest.raises(ValueError, match="outside"):
        measuring.measure(Scripted(answer), sbir(data, "full_to_abstract"))


def test_judged_candidates_must_all_be_ranked(data: Path) -> None:
    one = collections.trial(collections.load_collection("zh_bdci", data), "judged")
    with pytest.raises(ValueError, match="judged"):
        measuring.measure(Scripted([(0, 1.0)]), one)


def test_all_ties_rank_by_id(data: Path) -> None:
    outcome = measuring.measure(Scripted(), sbir(data, "full_to_abstract"))
    assert [position for position, _ in outcome.rankings[0][0]] == list(range(12))


# --- few needs, and lists without the true offers --------------------------------------------------------


def test_small_lists_hand_over_only_the_needs_drawn(data: Path) -> None:
    method = Scripted()
    found = experiments.small_lists(method, sbir(data, "full_to_abstract"), [1, 3], n_draws=4)
    assert [(one.size, one.draws) for one in found] == [(1, 4), (3, 4)]
    assert [len(task.needs) for task in method.tasks] == [1] * 4 + [3] * 4
    for task in method.tasks:
        assert set(task.relevance) == set(task.queries)
        assert task.need_folds == tuple(task_module.fold_of(key) for key in task.need_ids)


def test_small_lists_are_the_same_for_a_method_that_ignores_the_list(data: Path) -> None:
    one = sbir(data, "full_to_abstract")
    slow = experiments.small_lists(Scripted(uses_list=True), one, [2], n_draws=5)
    fast = experiments.small_lists(Scripted(uses_list=False), one, [2], n_draws=5)
    assert [found.ndcg10 for found in fast] == pytest.approx([found.ndcg10 for found in slow])


def test_withheld_needs_have_no_true_offer_left(data: Path) -> None:
    collection = collections.load_collection("en_sbir", data)
    one, has_offer = experiments.withheld(collection, "full_to_abstract", shipped_only=False)
    task = one.tasks[0]
    ids = [task.need_ids[q] for q in task.queries]
    assert ids == ["N1", "N2", "N3", "N4", "N5"]
    assert list(has_offer) == [not task_module.in_withheld_half(key) for key in ids]
    gone = {label.offer_id for label in collection.labels if task_module.in_withheld_half(label.need_id)}
    assert gone
    assert gone & set(task.offer_ids) == set()


def test_abstention_of_a_method_without_evidence_is_none(data: Path) -> None:
    collection = collections.load_collection("en_sbir", data)
    one, has_offer = experiments.withheld(collection, "full_to_abstract", shipped_only=False)

    class Silent(Scripted):
        evidence = None

    assert experiments.abstention(Silent(), one, has_offer) is None
    assert 0 <= experiments.abstention(Scripted(), one, has_offer).auc <= 1


# --- baselines -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", BASELINES)
def test_a_baseline_follows_the_method_protocol_and_finds_the_obvious(name: str, data: Path) -> None:
    method = methods.create_method(name, data)
    assert isinstance(method, task_module.Method)
    collection, protocol = ("zh_bdci", "judged") if name == "bm25s-chars" else ("en_sbir", "full_to_abstract")
    outcome = measuring.measure(
        method, collections.trial(collections.load_collection(collection, data), protocol)
    )
    assert outcome.figures.means()["ndcg10"] > 0.8


def test_tantivy_and_bm25s_agree_where_words_repeat(data: Path) -> None:
    one = sbir(data, "full_to_abstract")
    first = {
        name: [row[0][0] for row in measuring.measure(methods.create_method(name, data), one).rankings[0]]
        for name in ("bm25s", "tantivy")
    }
    assert first["bm25s"] == first["tantivy"]


def test_unknown_method_says_which_are_known(data: Path) -> None:
    with pytest.raises(methods.MethodMissingError, match="known are ours"):
        methods.create_method("oracle", data)


# --- the command -----------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def whole_run(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """All protocols with all baselines, answers kept."""
    folder = tmp_path_factory.mktemp("run")
    assert run_match(data, folder / "out.json", "--method", *BASELINES, "--runs", str(folder / "runs")) == 0
    return folder


def test_json_has_every_protocol_and_exactly_its_keys(whole_run: Path) -> None:
    figures = json.loads((whole_run / "out.json").read_text())
    assert {name: tuple(found) for name, found in figures.items()} == collections.PROTOCOLS
    for protocols in figures.values():
        for by_method in protocols.values():
            assert {"bm25s", "tantivy", "tfidf", "lsa"} <= set(by_method)
            assert all(set(one) == JSON_KEYS for one in by_method.values())
    assert "bm25s-chars" in figures["zh_bdci"]["judged"]
    assert "bm25s-chars" not in figures["en_sbir"]["full_to_abstract"]


def test_figures_can_be_recomputed_from_the_run_files(whole_run: Path, data: Path) -> None:
    figures = json.loads((whole_run / "out.json").read_text())
    for name, protocols in figures.items():
        collection = collections.load_collection(name, data)
        for protocol, by_method in protocols.items():
            one = collections.trial(collection, protocol)
            for method, stated in by_method.items():
                read = runs.read_run(whole_run / "runs" / f"{name}.{protocol}.{method}.run", one)
                found = measuring.pooled(
                    [
                        metrics.query_figures(rankings, grades, recall_grade=one.recall_grade)
                        for rankings, grades in zip(read, one.grades, strict=True)
                    ]
                )
                assert {key: stated[key] for key in found.means()} == pytest.approx(found.means(), abs=1e-6)
                assert stated["queries"] == found.queries


def test_run_files_sort_by_score_to_the_ranks_they_state(whole_run: Path) -> None:
    files = sorted((whole_run / "runs").glob("*.run"))
    assert len(files) == 9 * 4 + 1
    for path in files:
        by_query: dict[str, list[tuple[float, str, int]]] = {}
        for line in path.read_text().splitlines():
            asked, zero, found, rank, score, method = line.split(" ")
            assert (zero, method) == ("0", path.name.split(".")[2])
            by_query.setdefault(asked, []).append((-float(score), found, int(rank)))
        for rows in by_query.values():
            assert [rank for _, _, rank in sorted(rows)] == list(range(1, len(rows) + 1))


def test_a_second_run_answers_the_same(whole_run: Path, data: Path, tmp_path: Path) -> None:
    more = ("--collections", "zh_bdci", "nsfc", "--runs", str(tmp_path / "runs"))
    run_match(data, tmp_path / "out.json", "--method", *BASELINES, *more)
    again = sorted((tmp_path / "runs").iterdir())
    assert len(again) == 9
    for path in again:
        assert path.read_text() == (whole_run / "runs" / path.name).read_text()


def test_a_list_of_no_needs_is_a_wrong_argument(data: Path, tmp_path: Path) -> None:
    with pytest.raises(SystemExit, match="2"):
        run_match(data, tmp_path / "out.json", "--needs-sample", "0")


def test_table_has_heading_and_both_directions(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run_match(data, tmp_path / "out.json", "--method", "bm25s", "--collections", "nsfc")
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].startswith("# 20")
    assert "bm25s 0." in lines[2]
    assert lines[3].split()[:4] == ["collection", "protocol", "method", "nDCG@10"]
    assert [line.split()[:3] for line in lines[-2:]] == [["zh", "to", "en"], ["en", "to", "zh"]]


def test_qrels_pass_over_collections_without_labels(
    data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert run_match(data, out, "--method", "bm25s", "--qrels", str(data.parent / "sealed")) == 0
    figures = json.loads(out.read_text())
    assert set(figures) == {"en_sbir", "nsfc"}
    assert figures["en_sbir"]["full_to_abstract"]["bm25s"]["queries"] == 1
    assert "eu_horizon: no labels" in capsys.readouterr().err


def test_a_missing_collection_is_named_and_leaves_no_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "out.json"
    assert run_match(tmp_path, out, "--method", "bm25s", "--collections", "cranfield") == 1
    assert "needs.jsonl.gz" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


def test_a_missing_split_is_named(data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run_match(data, tmp_path / "x.json", "--method", "bm25s", "--split", "holdout") == 1
    assert "qrels.holdout.tsv" in capsys.readouterr().err


def test_few_needs_are_written_by_size(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    more = ("--needs-sample", "1", "2", "--collections", "en_sbir", "--protocols", "full_to_abstract")
    assert run_match(data, out, "--method", "bm25s", "tfidf", *more) == 0
    small = json.loads(out.read_text())["en_sbir"]["full_to_abstract"]
    assert {name: list(found) for name, found in small.items()} == {"bm25s": ["1", "2"], "tfidf": ["1", "2"]}
    assert small["bm25s"]["1"]["draws"] == 20


def test_abstention_is_written_by_method(data: Path, tmp_path: Path) -> None:
    out = tmp_path / "out.json"
    assert run_match(data, out, "--method", "bm25s", "tfidf", "--abstain") == 0
    found = json.loads(out.read_text())
    assert list(found) == ["bm25s", "tfidf"]
    assert found["bm25s"]["needs_with"] + found["bm25s"]["needs_without"] == 5


def test_memory_of_a_fresh_process_changes_no_answer(data: Path) -> None:
    one = sbir(data, "full_to_abstract")
    here = measuring.measure(methods.create_method("bm25s", data), one)
    apart = measuring.measure_apart("bm25s", data, one)
    assert apart.rankings == here.rankings
    assert apart.peak_mb > 10


def test_whole_file_leaves_nothing_when_interrupted(tmp_path: Path) -> None:
    def interrupted() -> None:
        with runs.whole_file(tmp_path / "out.json") as out:
            out.write("half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert list(tmp_path.iterdir()) == []
