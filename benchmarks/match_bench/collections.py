"""The collections, and how each protocol feeds the two fields a method may read.

===================  ================================================================================
protocol             needs and offers as the method sees them
===================  ================================================================================
full_to_abstract     SBIR. Need: title and text. Offer: text, title withheld. An offer without a text
                     shows its title in the text's place (none in the present data).
title_to_abstract    SBIR. Need: title. Offer: as above.
hard_pairs           SBIR. Need: title and text. Offer: title and text. Pairs with ``title_jaccard``
                     < 0.5 are the relevant ones; every award that has a labelled pair with
                     ``title_jaccard`` >= 0.5, in any label file of --data or --qrels, is taken out
                     of the list. On the open half bm25s gets 0.793 so; the 0.795 known for it lies
                     between this and 0.797, which is what is left when every award that copies
                     the title of any need is out.
offer_to_need        SBIR: fields as in full_to_abstract; Horizon: as in need_to_offer. Offers with a
                     label ask, all needs of the collection are searched.
need_to_offer        Horizon. Need: title (it has no text). Offer: title and text.
judged               BDCI. Need: title and text. Offer: title. Only the need's judged candidates are
                     ranked; the whole list is there for statistics. Recall and reciprocal rank
                     count grades from 2.
search               Cranfield. Query: title. Document: title and text. Grades 1 to 4.
cross                NSFC. Chinese name asks for the English one, and the other way round, pooled.
===================  ================================================================================

Labels other than these are never handed to a method, and labels to learn from only in SBIR and Horizon.
"""

from __future__ import annotations

import csv
import gzip
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from match_bench.task import Fields, Task, fold_of

PROTOCOLS: Mapping[str, tuple[str, ...]] = {
    "en_sbir": ("full_to_abstract", "title_to_abstract", "hard_pairs", "offer_to_need"),
    "eu_horizon": ("need_to_offer", "offer_to_need"),
    "zh_bdci": ("judged",),
    "cranfield": ("search",),
    "nsfc": ("cross",),
}
LEARNING_ALLOWED = frozenset({"en_sbir", "eu_horizon"})
COPIED_TITLE = 0.5
NSFC_FILE = Path("geo") / "classif" / "nsfc_disciplines_zh_en.csv"


class DataMissingError(Exception):
    """A file of a collection is not there or cannot be read; says which and what to do."""


@dataclass(frozen=True)
class Label:
    """One labelled pair; ``title_jaccard`` is 0.0 where the collection does not state it."""

    need_id: str
    offer_id: str
    grade: int
    title_jaccard: float = 0.0


@dataclass(frozen=True)
class Collection:
    """Two lists sorted by id, the labels to measure with, and every label that was given."""

    name: str
    needs: Mapping[str, Fields]
    offers: Mapping[str, Fields]
    labels: tuple[Label, ...]
    known_labels: tuple[Label, ...] = ()


@dataclass(frozen=True)
class Trial:
    """One protocol ready to run: its tasks (two for ``cross``) and for each the grades of its queries."""

    collection: str
    protocol: str
    tasks: tuple[Task, ...]
    grades: tuple[tuple[Mapping[int, int], ...], ...]
    recall_grade: int = 1
    parts: tuple[str, ...] = field(default=("",))


def load_collection(name: str, data: Path, *, split: str = "dev", qrels: Path | None = None) -> Collection:
    """Read one collection; ``data`` is the folder that holds the collections' folders.

    Raises
    ------
    DataMissingError
        If a list or the label file is not there.
    """
    if name == "nsfc":
        return _load_nsfc(data)
    folder = data / name
    needs, offers = _load_fields(folder / "needs.jsonl.gz"), _load_fields(folder / "results.jsonl.gz")
    own = sorted(folder.glob("qrels.*.tsv"))
    if qrels is None:
        files = [path for path in own if path.name == f"qrels.{split}.tsv"]
        sought = folder / f"qrels.{split}.tsv"
    else:
        files = sorted((qrels / name).glob("qrels.*.tsv"))
        sought = qrels / name / "qrels.*.tsv"
    if not files:
        raise DataMissingError(f"no label file {sought}; give --split or --qrels a place that has one")
    labels = _merge(label for path in files for label in read_labels(path))
    known = _merge(label for path in (*own, *files) for label in read_labels(path))
    for label in labels:
        if label.need_id not in needs or label.offer_id not in offers:
            raise DataMissingError(
                f"{files[0]}: pair {label.need_id} {label.offer_id} names an id that is in no list"
            )
    return Collection(name, needs, offers, labels, known)


def read_labels(path: Path) -> Iterator[Label]:
    """Read ``need_id, result_id, relevance[, title_jaccard]``, tab-separated with a header."""
    with path.open(encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle, delimiter="\t"):
            jaccard = float(row.get("title_jaccard") or 0.0)
            yield Label(row["need_id"], row["result_id"], int(row["relevance"]), jaccard)


def trial(collection: Collection, protocol: str, *, shipped_only: bool = False) -> Trial:
    """Arrange one protocol of a collection as the table at the top of this module says."""
    if protocol not in PROTOCOLS[collection.name]:
        raise ValueError(f"{collection.name} has no protocol {protocol!r}: {PROTOCOLS[collection.name]}")
    arranged = _ARRANGE.get(protocol, _as_given)(collection)
    if protocol == "cross":
        there = _task(arranged, protocol, "need_to_offer", shipped_only=shipped_only)
        back = _task(arranged, protocol, "offer_to_need", shipped_only=shipped_only)
        return Trial(
            arranged.name, protocol, (there[0], back[0]), (there[1], back[1]), parts=("zh to en", "en to zh")
        )
    direction = "offer_to_need" if protocol == "offer_to_need" else "need_to_offer"
    task, grades = _task(arranged, protocol, direction, shipped_only=shipped_only)
    if protocol == "judged":
        task = replace(task, judged=tuple(tuple(sorted(query)) for query in grades))
    return Trial(arranged.name, protocol, (task,), (grades,), recall_grade=2 if protocol == "judged" else 1)


def only_needs(one: Trial, positions: Sequence[int]) -> Trial:
    """Cut a need-to-offer trial down to some of its queries: the list of needs holds those and no others."""
    task, grades = one.tasks[0], one.grades[0]
    keep = sorted(positions, key=lambda position: task.queries[position])
    kept_needs = [task.queries[position] for position in keep]
    cut = replace(
        task,
        need_ids=tuple(task.need_ids[n] for n in kept_needs),
        needs=tuple(task.needs[n] for n in kept_needs),
        need_folds=tuple(task.need_folds[n] for n in kept_needs),
        queries=tuple(range(len(keep))),
        query_folds=tuple(task.query_folds[p] for p in keep),
        judged=None if task.judged is None else tuple(task.judged[p] for p in keep),
        relevance={i: task.relevance[n] for i, n in enumerate(kept_needs) if n in task.relevance},
    )
    return replace(one, tasks=(cut,), grades=(tuple(grades[p] for p in keep),))


def without_offers(collection: Collection, offer_ids: frozenset[str]) -> Collection:
    """Take offers out of the list together with their labels."""
    return replace(
        collection,
        offers={key: value for key, value in collection.offers.items() if key not in offer_ids},
        labels=tuple(label for label in collection.labels if label.offer_id not in offer_ids),
    )


def _load_fields(path: Path) -> dict[str, Fields]:
    """Read id, title and text of a list, sorted by id; nothing else is kept."""
    if not path.is_file():
        raise DataMissingError(f"no list {path}; --data takes the folder that holds the collections' folders")
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        rows = [json.loads(line) for line in handle if line.strip()]
    found = {row["id"]: Fields(row.get("title") or "", row.get("text") or "") for row in rows}
    return dict(sorted(found.items()))


def _load_nsfc(data: Path) -> Collection:
    """Chinese names as needs, English names as offers, one pair for each code that has both."""
    path = data.parent / NSFC_FILE
    if not path.is_file():
        raise DataMissingError(f"no file {path}; the cross protocol looks for it beside --data")
    with path.open(encoding="utf-8", newline="") as handle:
        rows = [row for row in csv.DictReader(handle) if row["name_zh"].strip() and row["name_en"].strip()]
    needs = {f"zh:{row['code']}": Fields(row["name_zh"].strip(), "") for row in rows}
    offers = {f"en:{row['code']}": Fields(row["name_en"].strip(), "") for row in rows}
    labels = tuple(Label(f"zh:{row['code']}", f"en:{row['code']}", 1) for row in rows)
    return Collection("nsfc", dict(sorted(needs.items())), dict(sorted(offers.items())), labels)


def _merge(labels: Iterator[Label]) -> tuple[Label, ...]:
    """One label a pair, sorted; a pair that two files name takes the later one."""
    pairs = {(label.need_id, label.offer_id): label for label in labels}
    return tuple(pairs[key] for key in sorted(pairs))


def _as_given(collection: Collection) -> Collection:
    return collection


def _abstract_only(collection: Collection) -> Collection:
    offers = {key: Fields("", offer.text or offer.title) for key, offer in collection.offers.items()}
    return replace(collection, offers=offers)


def _title_to_abstract(collection: Collection) -> Collection:
    needs = {key: Fields(need.title, "") for key, need in collection.needs.items()}
    return replace(_abstract_only(collection), needs=needs)


def _hard_pairs(collection: Collection) -> Collection:
    copies = frozenset(
        label.offer_id
        for label in (*collection.known_labels, *collection.labels)
        if label.title_jaccard >= COPIED_TITLE
    )
    return without_offers(collection, copies)


def _back(collection: Collection) -> Collection:
    return _abstract_only(collection) if collection.name == "en_sbir" else collection


_ARRANGE = {
    "full_to_abstract": _abstract_only,
    "title_to_abstract": _title_to_abstract,
    "hard_pairs": _hard_pairs,
    "offer_to_need": _back,
}


def _task(
    collection: Collection, protocol: str, direction: str, *, shipped_only: bool
) -> tuple[Task, tuple[Mapping[int, int], ...]]:
    """Build the task and its queries' grades; queries are the entries that have a label."""
    need_at = {key: position for position, key in enumerate(collection.needs)}
    offer_at = {key: position for position, key in enumerate(collection.offers)}
    by_need: dict[int, dict[int, int]] = {}
    by_offer: dict[int, dict[int, int]] = {}
    for label in collection.labels:
        need, offer = need_at[label.need_id], offer_at[label.offer_id]
        by_need.setdefault(need, {})[offer] = label.grade
        by_offer.setdefault(offer, {})[need] = label.grade
    forward = direction == "need_to_offer"
    asked = dict(sorted((by_need if forward else by_offer).items()))
    need_ids = tuple(collection.needs)
    folds = tuple(fold_of(key) for key in need_ids)
    learn = collection.name in LEARNING_ALLOWED and not shipped_only
    task = Task(
        collection=collection.name,
        protocol=protocol,
        direction="need_to_offer" if forward else "offer_to_need",
        need_ids=need_ids,
        needs=tuple(collection.needs.values()),
        offer_ids=tuple(collection.offers),
        offers=tuple(collection.offers.values()),
        queries=tuple(asked),
        relevance=by_need if learn else {},
        need_folds=folds,
        query_folds=tuple(folds[q] if forward else folds[min(asked[q])] for q in asked),
        shipped_only=shipped_only,
    )
    return task, tuple(asked.values())
