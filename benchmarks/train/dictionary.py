"""Make the zh–en dictionary table from its sources, and measure it.

A map from Chinese words to English stems is fitted by MAP Model 1 (Brown et al. 1993, with a Dirichlet
prior): the words inside a longer Chinese word or title, overlaps included, compete to explain each stem of
its English side. The prior of a word is its own dictionary entry. So the senses that compounds use gain and
the others fade.

Read: CC-CEDICT, IPC titles, our own terms; for the use of words also CSL titles and abstracts, IPC and
GB/T 4754. The NSFC discipline names are the benchmark and are read by --measure only.
"""

from __future__ import annotations

import argparse
import csv
import gzip
import io
import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fairground.language.cross_language import CrossLanguageIndex, Language
from fairground.language.dictionary import Dictionary, english_stems, shipped_terms
from fairground.language.normalise import fold

HAN = re.compile("[\u3400-\u9fff]")
ONLY_HAN = re.compile("[\u3400-\u9fff·]+")
IPC_PARALLEL = "ipc_parallel_section_class_subclass.csv"
LONGEST_WORD = 10
LONGEST_PHRASE = 8  # characters; a longer Chinese text is no dictionary entry
MOST_STEMS = 8
LEAST_PROBABILITY = 0.02
LATER_SENSE = 0.15  # the r-th sense (from 0) of an entry counts 1 / (1 + 0.15 r)
PROPER_NOUN = 0.4
OWN_TERM = 0.75  # share of our own rendering beside the dictionary's
TITLE_PAIR = 0.5  # a title says less about each of its words than an entry does
PRIOR_OF_CHARACTER = 2.0  # pairs that the prior is worth: what a lone character means shows in its compounds,
PRIOR_OF_WORD = 6.0  # what a word means is in its own entry
ITERATIONS = 4

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
Distribution = dict[str, float]
Table = dict[str, Distribution]


@dataclass(frozen=True)
class Sense:
    """One English sense of a head word; `place` counts from 0 in its entry."""

    stems: tuple[str, ...]
    place: int
    is_name: bool


@dataclass(frozen=True)
class Pair:
    """Chinese words (with their length) that may explain the stems; `weight` > 0."""

    words: tuple[tuple[str, int], ...]
    stems: tuple[str, ...]
    weight: float


NOTE = re.compile(r"\([^()]*\)|\[[^\]]*\]")
NOT_A_SENSE = re.compile(
    r"CL:|surname |see |also (?:written|pr|called)|Taiwan pr|used in |Kangxi|radical |onom|pr\. |abbr\. to"
    r"|(?:old|erroneous|Japanese) variant",
    re.IGNORECASE,
)
REFERENCE = re.compile(
    r"(?:\([^)]*\) *)?(?:(?:old|archaic|erroneous|Japanese|popular|ancient) )*"
    r"(?:variant of|same as|also written|see also|see|abbr\. for|equivalent to)\s*([^\s\[\],;(]+)"
)
OPENING = re.compile(r"^(?:lit\.|fig\.|abbr\. for|abbr\. of|short for|idiom|refers to|to be|to)\s+")


def clean_senses(english: str) -> Iterator[str]:
    """The senses of an entry without pronunciation, notes, classifiers, surnames and cross-references."""
    for part in re.split("[/;]", english):
        sense = NOTE.sub(" ", NOTE.sub(" ", part))
        sense = re.sub("[\u3400-\u9fff|]+", " ", sense).strip()
        if sense and not NOT_A_SENSE.match(sense):
            yield OPENING.sub("", sense)


def read_cedict(path: Path) -> dict[str, list[Sense]]:
    """Simplified head word → senses; a mere variant takes the senses of the word it points to."""
    entries: dict[str, list[Sense]] = defaultdict(list)
    references: dict[str, list[str]] = defaultdict(list)
    with gzip.open(path, "rt", encoding="utf-8") as stream:
        for line in stream:
            _, simplified, pinyin, english = line.rstrip("\n").split("\t")
            word = fold(simplified)
            for part in re.split("[/;]", english):
                match = REFERENCE.match(part.strip())
                if match and HAN.search(match.group(1)):
                    references[word].append(fold(match.group(1).split("|")[-1]))
            for place, sense in enumerate(clean_senses(english)):
                stems = tuple(dict.fromkeys(english_stems(sense)))
                # A long sense explains rather than translates; it serves where there is nothing better.
                if stems and (len(stems) <= 6 or not entries[word]):
                    entries[word].append(Sense(stems[:6], place, pinyin[:1].isupper()))
    for word, targets in references.items():
        if not entries[word]:
            entries[word] = [sense for target in targets for sense in entries.get(target, ())]
    return {word.lower(): senses for word, senses in entries.items() if senses and HAN.search(word)}


def without_brackets(text: str) -> str:
    """Text outside brackets; IPC notes inside them refer to other classes."""
    depth = 0
    kept: list[str] = []
    for character in text:
        if character in "（(［[":
            depth += 1
        elif character in "）)］]":
            depth = max(0, depth - 1)
        elif not depth:
            kept.append(character)
    return "".join(kept)


def read_ipc(path: Path) -> list[tuple[str, str]]:
    """Parallel titles, cut at semicolons where both sides have the same number of parts."""
    pairs: list[tuple[str, str]] = []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        for row in csv.DictReader(stream):
            chinese, english = without_brackets(row["title_zh"]), without_brackets(row["title_en"])
            left = [part for part in re.split("[;；]", chinese) if part.strip()]
            right = [part for part in english.split(";") if part.strip()]
            pairs += zip(left, right, strict=True) if len(left) == len(right) else [(chinese, english)]
    return [(fold(chinese).strip(), english) for chinese, english in pairs]


def spread(stems: Sequence[str], weight: float, into: dict[str, float]) -> None:
    """Give each stem of a phrase its part; a stem of a long phrase says less."""
    for stem in stems:
        into[stem] = into.get(stem, 0.0) + weight / len(stems) ** 0.7


def normalised(counts: Mapping[str, float]) -> Distribution:
    total = sum(counts.values())
    return {stem: count / total for stem, count in counts.items()}


def priors(entries: Mapping[str, Sequence[Sense]], terms: Iterable[tuple[str, Sequence[str]]]) -> Table:
    """What each word's own entry says, our own terms before the dictionary."""
    table: Table = {}
    for word, senses in entries.items():
        counts: dict[str, float] = {}
        for sense in senses:
            spread(
                sense.stems, (PROPER_NOUN if sense.is_name else 1.0) / (1 + LATER_SENSE * sense.place), counts
            )
        table[word] = normalised(counts)
    for term, renderings in terms:
        own: dict[str, float] = {}
        for rendering in renderings:
            spread(tuple(dict.fromkeys(english_stems(rendering))), 1.0, own)
        if not own:
            raise SystemExit(f"terms_zh_en.tsv: {term!r} has only stop words in English; leave the term out")
        mixed = {stem: OWN_TERM * share for stem, share in normalised(own).items()}
        for stem, share in table.get(term, {}).items():
            mixed[stem] = mixed.get(stem, 0.0) + (1 - OWN_TERM) * share
        table[term] = normalised(mixed)
    return table


def words_inside(text: str, known: Mapping[str, object]) -> list[str]:
    """Every known word inside the text, overlaps included."""
    return [
        text[begin:end]
        for begin in range(len(text))
        for end in range(begin + 1, min(begin + LONGEST_WORD, len(text)) + 1)
        if text[begin:end] in known
    ]


def training_pairs(
    entries: Mapping[str, Sequence[Sense]],
    terms: Iterable[tuple[str, Sequence[str]]],
    titles: Iterable[tuple[str, str]],
    known: Table,
) -> Iterator[Pair]:
    """Entries and terms as pairs of their parts, titles as pairs of all their words."""

    def parts(text: str) -> tuple[tuple[str, int], ...]:
        return tuple((word, len(word)) for word in words_inside(text, known) if word != text)

    for word, senses in entries.items():
        if 2 <= len(word) <= LONGEST_PHRASE:
            inside = parts(word)
            for sense in senses:
                if not sense.is_name and len(sense.stems) <= 5:
                    weight = 1 / (1 + LATER_SENSE * sense.place) / len(senses) ** 0.5
                    yield Pair(inside, sense.stems, weight)
    for term, renderings in terms:
        for rendering in renderings:
            yield Pair(parts(term), tuple(english_stems(rendering)), 1.0)
    for chinese, english in titles:
        stems = tuple(english_stems(english))
        yield Pair(tuple((word, len(word)) for word in words_inside(chinese, known)), stems, TITLE_PAIR)


@dataclass(frozen=True)
class Links:
    """Which words may explain which stem, over all pairs.

    A link belongs to one stem of one pair (a token) and to one cell, a distinct (word, stem). The last word
    stands for none.
    """

    stems: list[str]
    token: Ints  # int64[n_link]
    cell: Ints  # int64[n_link]
    size: Floats  # float64[n_link], length of the word, 1 for none
    weight: Floats  # float64[n_token]
    cell_word: Ints  # int64[n_cell]
    cell_stem: Ints  # int64[n_cell]
    frequency: Floats  # float64[n_stem], share of the tokens


def link(pairs: Iterable[Pair], word_ids: Mapping[str, int]) -> Links:
    """Number words, stems, tokens and cells."""
    none = len(word_ids)
    stem_ids: dict[str, int] = {}
    word: list[int] = []
    stem: list[int] = []
    size: list[int] = []
    fan: list[int] = []
    weight: list[float] = []
    for pair in pairs:
        if not pair.words:
            continue
        numbers = [*(word_ids[name] for name, _ in pair.words), none]
        lengths = [*(length for _, length in pair.words), 1]
        for name in pair.stems:
            word += numbers
            size += lengths
            stem += [stem_ids.setdefault(name, len(stem_ids))] * len(numbers)
            fan.append(len(numbers))
            weight.append(pair.weight)
    first_link = np.cumsum(fan) - fan
    frequency = np.bincount(np.asarray(stem)[first_link], minlength=len(stem_ids)) / len(fan)
    keys, cell = np.unique(np.asarray(word) * len(stem_ids) + np.asarray(stem), return_inverse=True)
    return Links(
        list(stem_ids),
        np.repeat(np.arange(len(fan)), fan),
        cell,
        np.asarray(size, dtype=np.float64),
        np.asarray(weight),
        keys // len(stem_ids),
        keys % len(stem_ids),
        frequency,
    )


def fit(pairs: Iterable[Pair], prior: Table) -> Table:
    """MAP Model 1: probabilities of stems for each word of the prior.

    Each stem of a pair is explained by one of its words, a longer one preferred in proportion to its length,
    or by none, at the stem's overall frequency.
    """
    words = list(prior)
    links = link(pairs, {word: i for i, word in enumerate(words)})
    owner, chance = links.cell_word, links.frequency[links.cell_stem]
    is_none = owner == len(words)
    cells = list(zip(owner.tolist(), (links.stems[i] for i in links.cell_stem.tolist()), strict=True))
    told = np.array([prior[words[i]].get(stem, 0.0) if i < len(words) else 0.0 for i, stem in cells])
    strength = np.array([*(PRIOR_OF_CHARACTER if len(word) == 1 else PRIOR_OF_WORD for word in words), 0.0])
    probability = np.where(is_none, chance, 0.5 * told + 0.5 * chance)
    total: NDArray[Any] = np.zeros(len(words) + 1)
    for _ in range(ITERATIONS):
        say = probability[links.cell] * links.size
        say *= (links.weight / np.bincount(links.token, say))[links.token]
        count = np.bincount(links.cell, say, len(cells))
        total = np.bincount(owner, count, len(words) + 1)
        learned = (count + strength[owner] * told) / (total + strength)[owner]
        probability = np.where(is_none, chance, learned)
    table: Table = {word: {} for word in words}
    for cell in np.flatnonzero((probability > LEAST_PROBABILITY / 5) & ~is_none).tolist():
        number, stem = cells[cell]
        table[words[number]][stem] = float(probability[cell])
    unused = (strength / np.maximum(total + strength, 1e-9)).tolist()
    for word, left in zip(words, unused, strict=False):  # the last, none, has no prior
        for stem, share in prior[word].items():
            table[word].setdefault(stem, left * share)
    return table


def pruned(table: Table) -> Table:
    """At most `MOST_STEMS` stems a word, most probable first, summing to 1."""
    short: Table = {}
    for word, stems in table.items():
        best = sorted(stems.items(), key=lambda pair: (-pair[1], pair[0]))[:MOST_STEMS]
        kept = normalised(dict([pair for pair in best if pair[1] >= LEAST_PROBABILITY] or best[:1]))
        short[word] = kept
    return short


def usage(texts: Iterable[str], known: Table) -> Counter[str]:
    """How often each known word stands in the texts, inside longer words too."""
    counts: Counter[str] = Counter()
    for text in texts:
        counts.update(words_inside(text, known))
    return counts


def monolingual(data: Path) -> Iterator[str]:
    """Chinese texts whose words are counted."""
    with gzip.open(data / "geo/text/csl_dev_test_2000.jsonl.gz", "rt", encoding="utf-8") as stream:
        for line in stream:
            row = json.loads(line)
            yield from (fold(value) for value in row.values() if isinstance(value, str))
    with gzip.open(data / "geo/text/csl_title_category_10000.tsv.gz", "rt", encoding="utf-8") as stream:
        yield from (fold(line) for line in stream)
    with gzip.open(
        data / "geo/classif/ipc_2026_01_zh.csv.gz", "rt", encoding="utf-8-sig", newline=""
    ) as stream:
        yield from (fold(without_brackets(row["title_zh"])) for row in csv.DictReader(stream))
    with (data / "geo/classif/gbt4754_2017.csv").open(encoding="utf-8-sig", newline="") as stream:
        yield from (fold(row["name_zh"]) for row in csv.DictReader(stream))


def arrays(table: Table, counts: Mapping[str, int]) -> dict[str, Any]:
    """The table in the form that `Dictionary.read` takes."""
    words = sorted(table)
    stems = sorted({stem for own in table.values() for stem in own})
    number = {stem: i for i, stem in enumerate(stems)}
    if len(stems) > np.iinfo(np.uint16).max:
        raise SystemExit(
            f"{len(stems)} stems do not fit 16 bits: raise LEAST_PROBABILITY or widen the file's type"
        )
    return {
        "words": np.frombuffer("\n".join(words).encode(), np.uint8),
        "stems": np.frombuffer("\n".join(stems).encode(), np.uint8),
        "counts": np.array([len(table[word]) for word in words], np.uint8),
        "stem_ids": np.array([number[stem] for word in words for stem in table[word]], np.uint16),
        "weights": np.array(
            [max(1, round(p * 255)) for word in words for p in table[word].values()], np.uint8
        ),
        "usage": np.array([round(np.log2(1 + counts.get(word, 0))) for word in words], np.uint8),
    }


def make(
    entries: Mapping[str, Sequence[Sense]],
    terms: Sequence[tuple[str, Sequence[str]]],
    titles: Sequence[tuple[str, str]],
    *,
    learn: bool = True,
) -> Table:
    """The table from the sources given; without `learn` only what the entries themselves say."""
    prior = priors(entries, terms)
    return pruned(fit(training_pairs(entries, terms, titles, prior), prior) if learn else prior)


def in_memory(table: Table, counts: Mapping[str, int]) -> Dictionary:
    """The table as the package reads it, rounding included."""
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays(table, counts))
    stream.seek(0)
    return Dictionary.read(stream)


def read_names(path: Path) -> list[tuple[str, str]]:
    """Distinct pairs of Chinese and English NSFC names; case and outer spaces of the English aside."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [(row["name_zh"].strip(), row["name_en"].strip().lower()) for row in csv.DictReader(stream)]
    return list(dict.fromkeys(rows))


def read_subclasses(path: Path) -> list[tuple[str, str]]:
    """Whole IPC subclass titles without their bracketed notes, whose class symbols would give them away."""
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = [row for row in csv.DictReader(stream) if row["level"] == "subclass"]
    return [(without_brackets(row["title_zh"]), without_brackets(row["title_en"]).lower()) for row in rows]


def found(
    pairs: Sequence[tuple[str, str]], language: Language, dictionary: Dictionary
) -> tuple[float, float]:
    """Recall@10 and MRR@10 of finding the text of `language` by the other one, among all distinct texts.

    Texts that are equal are one text, so each of its partners is a right answer.
    """
    asked = [(english, chinese) if language == "zh" else (chinese, english) for chinese, english in pairs]
    right: dict[str, set[str]] = defaultdict(set)
    for query, answer in asked:
        right[query].add(answer)
    texts, queries = sorted({answer for _, answer in asked}), sorted(right)
    positions, _ = CrossLanguageIndex.build(texts, language, dictionary).search(queries, 10)
    recalls, reciprocals = [], []
    for query, row in zip(queries, positions.tolist(), strict=True):
        hits = [rank for rank, i in enumerate(row, start=1) if i >= 0 and texts[i] in right[query]]
        recalls.append(len(hits) / len(right[query]))
        reciprocals.append(1 / hits[0] if hits else 0.0)
    return float(np.mean(recalls)), float(np.mean(reciprocals))


def measure(name: str, table: Table, pairs: Sequence[tuple[str, str]]) -> dict[str, float]:
    """Both directions with one table, printed and returned."""
    dictionary = in_memory(table, {})
    (r1, m1), (r2, m2) = found(pairs, "en", dictionary), found(pairs, "zh", dictionary)
    print(f"{name:48} {r1:10.4f} {m1:.4f} {r2:11.4f} {m2:.4f} {(r1 + r2) / 2:11.4f} {(m1 + m2) / 2:.4f}")
    return {"zh_en_recall10": r1, "zh_en_mrr10": m1, "en_zh_recall10": r2, "en_zh_mrr10": m2}


def measure_sources(
    entries: Mapping[str, Sequence[Sense]],
    terms: Sequence[tuple[str, Sequence[str]]],
    titles: Sequence[tuple[str, str]],
    classif: Path,
) -> dict[str, dict[str, float]]:
    """What each source is worth, on names and titles that the tables measured have not seen."""
    pairs = read_names(classif / "nsfc_disciplines_zh_en.csv")
    names = {fold(chinese).lower() for chinese, _ in pairs}
    elsewhere = [(term, renderings) for term, renderings in terms if term not in names]
    subclasses = read_subclasses(classif / IPC_PARALLEL)
    unlearned = make(entries, [], [], learn=False)
    without_titles = make(entries, terms, [])
    rows = [
        ("NSFC: CEDICT, not learned", unlearned, pairs),
        ("NSFC: CEDICT", make(entries, [], []), pairs),
        ("NSFC: CEDICT + IPC", make(entries, [], titles), pairs),
        ("NSFC: CEDICT + our terms", without_titles, pairs),
        ("NSFC: all, less our terms that are NSFC names", make(entries, elsewhere, titles), pairs),
        ("NSFC: all, the shipped table", make(entries, terms, titles), pairs),
        ("IPC subclasses: CEDICT, not learned", unlearned, subclasses),
        ("IPC subclasses: CEDICT + our terms", without_titles, subclasses),
    ]
    print(f"{'':48} zh→en R@10   MRR   en→zh R@10   MRR    mean R@10   MRR")
    return {name: measure(name, table, texts) for name, table, texts in rows}


def main(arguments: Sequence[str]) -> int:
    """Make the table; with --measure also show what each source is worth."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="folder that holds geo/dict, geo/classif, geo/text"
    )
    parser.add_argument("--out", type=Path, required=True, help="the .npz table")
    parser.add_argument(
        "--measure", type=Path, metavar="JSON", help="figures for each source, on unseen names"
    )
    options = parser.parse_args(arguments)
    classif = options.data / "geo/classif"
    entries = read_cedict(options.data / "geo/dict/cc-cedict.tsv.gz")
    terms = [(fold(term).lower(), renderings) for term, renderings in shipped_terms()]
    titles = read_ipc(classif / IPC_PARALLEL)
    table = make(entries, terms, titles)
    np.savez_compressed(options.out, **arrays(table, usage(monolingual(options.data), table)))
    print(f"{len(table)} words, {sum(map(len, table.values()))} entries, {options.out.stat().st_size} bytes")
    if options.measure:
        figures = measure_sources(entries, terms, titles, classif)
        options.measure.write_text(json.dumps(figures, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
