"""How the candidate stage holds up with many offers: seconds to index, needs a second, peak memory.

What is made (seeded, the same on every run). Each offer takes 2 or 3 abstracts that stand close in topic (an
SBIR abstract and neighbours among its six nearest by BM25), copies a run of sentences from each until it has
95 to 190 words (about 60 to 120 tokens once stop words are gone), replaces every eighth word or so by another
word of the same abstracts, so that no two copies of a sentence agree, and adds two coined product names. New
names appear ever more rarely (their number grows as the 0.85th power of the names written), so the vocabulary
keeps growing with the list. A need is the title and first sentence of the objective of a real SBIR topic.

What is measured. Every method runs in a process of its own with two threads. All are given the same tokens:
ours reads the texts (tokenisation stated apart) and leaves its tokens for the others; tantivy gets them as
words between spaces and answers an OR query. Compiling is kept out of the timing by a warm-up of 8 needs.
Needs are answered in batches until all are done or LIMIT_S has passed. `overlap10` compares with exact BM25
(k1 = 1.2, b = 0.75) computed apart in 64 bits for 200 needs: the share of the 10 answers whose exact score
reaches the exact tenth best, so ties cost nothing.
"""

from __future__ import annotations

import argparse
import gzip
import json
import math
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from itertools import islice
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

METHODS = ("ours", "bm25s", "bm25s-numba", "tantivy")
THREADS = 2
TOP = 10
LIMIT_S = 100.0
BATCH = 500
SAMPLE = 200  # needs compared with exact BM25
K1, B = 1.2, 0.75
SEED = 20261122
READ_AT_ONCE = 20_000
EDITED_SHARE = 0.12
SYLLABLES = "ba ce di fo gu ha je ki lo mu na pe qui ro su ta ve xi yo zu".split()  # noqa: SIM905 - reads better


class MethodError(RuntimeError):
    """A method's process ended without an answer, as it does when memory runs out."""


def run_scale(
    n_offers: int, data_dir: Path, methods: Sequence[str] = METHODS, n_needs: int = 10_000
) -> dict[str, Any]:
    """Measure methods on made-up offers.

    Parameters
    ----------
    n_offers : offers made, at least 10
    data_dir : folder with en_sbir, as `../shared/data/match`
    methods : among 'ours', 'bm25s' (its default backend and, as 'bm25s-numba', its compiled one),
        'tantivy'; 'ours' always runs first, because it makes the tokens
    n_needs : needs asked, at most as many as the data holds

    Returns
    -------
    {'offers', 'needs', 'tokens', 'terms', 'methods': {method: {'tokenise_seconds' (ours), 'index_seconds',
    'needs_per_s' (search), 'needs_per_cpu_s' (search, by processor time of both threads: what other work on
    the machine disturbs least), 'needs_per_s_end_to_end' (index, tokenisation and all needs at the rate
    measured), 'needs_timed', 'peak_mb', 'overlap10'}}}, or {'failed': why} for a method that could not run

    Raises
    ------
    ValueError : an unknown method, or fewer than 10 offers
    FileNotFoundError : data_dir lacks en_sbir
    """
    unknown = sorted(set(methods) - set(METHODS))
    if unknown:
        raise ValueError(f"no method {', '.join(unknown)} at this scale; known: {', '.join(METHODS)}")
    if n_offers < TOP:
        raise ValueError(f"at least {TOP} offers are needed, not {n_offers}")
    with tempfile.TemporaryDirectory(prefix="fairground-scale-") as folder:
        work = Path(folder)
        report: dict[str, Any] = make_lists(n_offers, n_needs, data_dir, work)
        report["methods"] = {}
        compiled = ["bm25s-numba"] if "bm25s" in methods else []
        for method in dict.fromkeys(("ours", *methods, *compiled)):
            print(f"# {method}: {n_offers:,} offers", file=sys.stderr)
            try:
                report["methods"][method] = in_own_process(method, work)
            except MethodError as failure:
                report["methods"][method] = {"failed": str(failure)}
        measured = [name for name, figures in report["methods"].items() if "failed" not in figures]
        for name, overlap in in_own_process("exact", work, *measured).items():
            report["methods"][name]["overlap10"] = overlap
        report.update(json.loads((work / "size.json").read_text()))
    return report


def in_own_process(method: str, work: Path, *arguments: str) -> dict[str, Any]:
    """Run one method apart from the others, so that its peak memory is its own."""
    command = [sys.executable, __file__, "--worker", method, str(work), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or [f"ended by signal {-done.returncode}"]
        raise MethodError(reason[0])
    figures: dict[str, Any] = json.loads(done.stdout)
    return figures


# ---- the lists -----------------------------------------------------------------------------------------


def make_lists(n_offers: int, n_needs: int, data_dir: Path, work: Path) -> dict[str, int]:
    """Write offers.txt and needs.txt, a text a line."""
    folder = data_dir / "en_sbir"
    abstracts = [row["text"] for row in rows_of(folder / "results.jsonl.gz") if len(row["text"]) > 400]
    with (work / "offers.txt").open("w", encoding="utf-8") as out:
        out.writelines(offer + "\n" for offer in islice(made_up_offers(abstracts), n_offers))
    needs = [
        first_words(row)
        for name in ("needs_unlabelled.jsonl.gz", "needs.jsonl.gz")
        for row in rows_of(folder / name)
    ][:n_needs]
    (work / "needs.txt").write_text("\n".join(needs), encoding="utf-8")
    return {"offers": n_offers, "needs": len(needs)}


def rows_of(path: Path) -> Iterator[dict[str, Any]]:
    """Read a gzipped jsonl file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def first_words(need: dict[str, Any]) -> str:
    """Return a need's title and the first sentence of its objective, on one line."""
    objective = need.get("objective") or need["text"]
    first = re.split(r"(?<=[.!?])\s", objective, maxsplit=1)[0]
    return " ".join(f"{need['title']}. {first}".split())


def made_up_offers(abstracts: Sequence[str]) -> Iterator[str]:
    """Yield offers without end, as the top of this file says."""
    draw = random.Random(SEED)
    sentences = [
        [words for part in re.split(r"(?<=[.!?;])\s+|\n+", text) if 4 <= len(words := part.split()) <= 60]
        for text in abstracts
    ]
    words_of = [[word for words in parts for word in words] for parts in sentences]
    usable = [number for number, words in enumerate(words_of) if len(words) >= 60]
    near = neighbours(abstracts)
    written = coined = 0
    while True:
        seed = draw.choice(usable)
        close = [other for other in near[seed] if other != seed and len(words_of[other]) >= 60]
        donors = [seed, *draw.sample(close, min(len(close), draw.randint(1, 2)))]
        offer: list[str] = []
        wanted = draw.randint(95, 190)
        while len(offer) < wanted:
            for donor in donors:
                start = draw.randrange(len(sentences[donor]))
                for words in sentences[donor][start : start + draw.randint(1, 3)]:
                    offer += words
        del offer[wanted:]
        for _ in range(int(EDITED_SHARE * wanted)):
            offer[draw.randrange(wanted)] = draw.choice(words_of[draw.choice(donors)])
        for _ in range(2):
            written += 1
            if draw.random() < written**-0.15:
                coined += 1
                name = coined
            else:
                name = int(coined * draw.random() ** 3) + 1
            offer[draw.randrange(wanted)] = coined_name(name)
        yield " ".join(offer)


def coined_name(number: int) -> str:
    """Spell a number in syllables, as product names sound."""
    name = "x"
    while number:
        number, syllable = divmod(number, len(SYLLABLES))
        name += SYLLABLES[syllable]
    return name


def neighbours(abstracts: Sequence[str]) -> np.ndarray[Any, np.dtype[np.int32]]:
    """Return, for each abstract, the seven nearest by the BM25 of its first words (itself among them)."""
    from fairground.language.bm25 import Bm25Index
    from fairground.language.tokens import Vocabulary, tokenise

    vocabulary = Vocabulary()
    stream = tokenise(abstracts, vocabulary, grow=True)
    openings = tokenise([text[:300] for text in abstracts], vocabulary, grow=False)
    return Bm25Index.build(stream, len(vocabulary)).search(openings, 7)[0]


# ---- the methods, each in its own process --------------------------------------------------------------


class Timed(NamedTuple):
    """The answers given, and needs a second by the clock and by processor time of all threads."""

    answers: np.ndarray[Any, Any]
    per_s: float
    per_cpu_s: float


def timed(answer: Callable[[int, int], Any], n_needs: int, batch: int) -> Timed:
    """Answer needs in batches, until LIMIT_S has passed."""
    answers = []
    done = 0
    begin, cpu_begin = time.perf_counter(), time.process_time()
    while done < n_needs and time.perf_counter() - begin < LIMIT_S:
        answers.append(np.asarray(answer(done, min(n_needs, done + batch))))
        done = min(n_needs, done + batch)
    seconds, cpu_seconds = time.perf_counter() - begin, time.process_time() - cpu_begin
    return Timed(np.concatenate(answers), done / seconds, done / cpu_seconds)


def figures_of(
    method: str, work: Path, n_needs: int, search: Timed, seconds: dict[str, float]
) -> dict[str, float]:
    """Keep the answers for the comparison and put the figures together."""
    np.save(work / f"{method}.npy", search.answers[:SAMPLE])
    return {
        **{name: round(value, 2) for name, value in seconds.items()},
        "needs_per_s": round(search.per_s, 1),
        "needs_per_cpu_s": round(search.per_cpu_s, 1),
        "needs_per_s_end_to_end": round(n_needs / (sum(seconds.values()) + n_needs / search.per_s), 1),
        "needs_timed": len(search.answers),
        "peak_mb": round(peak_bytes() / 2**20),
    }


def peak_bytes() -> int:
    """Return this process's largest resident memory so far."""
    status = Path("/proc/self/status")
    if status.exists():  # on Linux ru_maxrss would begin at the size of the process that started this one
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) * 1024  # type: ignore[index]
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss  # bytes on macOS


def work_ours(work: Path) -> dict[str, float]:
    """Tokenise, index and search with this project's own code."""
    from fairground.language.bm25 import Bm25Index
    from fairground.language.tokens import TokenStream, Vocabulary, tokenise

    needs = (work / "needs.txt").read_text(encoding="utf-8").split("\n")
    warm = Vocabulary()
    Bm25Index.build(tokenise(needs[:8], warm, grow=True), len(warm), threads=1).search(
        tokenise(needs[:8], warm, grow=False), TOP
    )
    seconds = {}
    begin = time.perf_counter()
    vocabulary = Vocabulary()
    parts: list[TokenStream] = []
    with (work / "offers.txt").open(encoding="utf-8") as lines:
        while chunk := list(islice(lines, READ_AT_ONCE)):
            parts.append(tokenise(chunk, vocabulary, grow=True))
    lengths = np.concatenate([np.diff(part.offsets) for part in parts])
    ids = np.concatenate([part.ids for part in parts])
    parts.clear()
    stream = TokenStream(ids, np.concatenate([[0], np.cumsum(lengths)]))
    queries = tokenise(needs, vocabulary, grow=False)
    seconds["tokenise_seconds"] = time.perf_counter() - begin
    begin = time.perf_counter()
    index = Bm25Index.build(stream, len(vocabulary), k1=K1, b=B, threads=THREADS)
    seconds["index_seconds"] = time.perf_counter() - begin

    def answer(first: int, last: int) -> Any:
        own = queries.offsets[first : last + 1]
        return index.search(TokenStream(queries.ids[own[0] : own[-1]], own - own[0]), TOP)[0]

    search = timed(answer, len(queries), len(queries))
    figures = figures_of("ours", work, len(queries), search, seconds)
    for name, tokens in (("offers", stream), ("needs", queries)):
        np.save(work / f"{name}.ids.npy", tokens.ids)
        np.save(work / f"{name}.offsets.npy", tokens.offsets)
    size = {"tokens": len(stream.ids), "terms": len(vocabulary)}
    (work / "size.json").write_text(json.dumps(size))
    return figures


def load_tokens(work: Path, name: str) -> tuple[Any, Any]:
    """Open the tokens that `work_ours` left, without reading them into memory."""
    return np.load(work / f"{name}.ids.npy", mmap_mode="r"), np.load(work / f"{name}.offsets.npy")


def token_lists(work: Path, name: str, shared: Sequence[Any]) -> list[list[Any]]:
    """Return a list of tokens a text, each token the same object wherever it stands."""
    ids, offsets = load_tokens(work, name)
    spans = zip(offsets[:-1].tolist(), offsets[1:].tolist(), strict=True)
    return [[shared[token] for token in ids[begin:end].tolist()] for begin, end in spans]


def n_terms_of(work: Path) -> int:
    """Return the size of the vocabulary that `work_ours` used."""
    return int(json.loads((work / "size.json").read_text())["terms"])


def work_bm25s(work: Path, *, backend: str, method: str) -> dict[str, float]:
    """Index and search with bm25s."""
    import bm25s

    shared = list(range(n_terms_of(work)))
    offers = token_lists(work, "offers", shared)
    needs = token_lists(work, "needs", shared)
    begin = time.perf_counter()
    index = bm25s.BM25(k1=K1, b=B, backend=backend)
    index.index((offers, {str(token): token for token in shared}), show_progress=False)
    index_seconds = time.perf_counter() - begin
    del offers

    def answer(first: int, last: int) -> Any:
        found = index.retrieve(needs[first:last], k=TOP, show_progress=False, n_threads=THREADS)
        return found.documents

    answer(0, 8)
    search = timed(answer, len(needs), BATCH)
    return figures_of(method, work, len(needs), search, {"index_seconds": index_seconds})


def work_tantivy(work: Path) -> dict[str, float]:
    """Index and search with tantivy."""
    import tantivy

    shared = [f"t{token}" for token in range(n_terms_of(work))]
    needs = token_lists(work, "needs", shared)
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_unsigned_field("offer", stored=False, fast=True)
    schema = builder.build()
    ids, offsets = load_tokens(work, "offers")
    begin = time.perf_counter()
    index = tantivy.Index(schema, path=str(fresh_folder(work / "tantivy")))
    writer = index.writer(heap_size=500_000_000, num_threads=THREADS)
    for offer in range(len(offsets) - 1):
        words = [shared[token] for token in ids[offsets[offer] : offsets[offer + 1]].tolist()]
        document = tantivy.Document()
        document.add_text("words", " ".join(words))
        document.add_unsigned("offer", offer)
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    index.reload()
    index_seconds = time.perf_counter() - begin
    searcher = index.searcher()

    def answer_one(need: list[str]) -> list[int]:
        terms = [(tantivy.Occur.Should, tantivy.Query.term_query(schema, "words", word)) for word in need]
        hits = searcher.search(tantivy.Query.boolean_query(terms), TOP, count=False).hits
        offers = searcher.fast_field_values("offer", [address for _, address in hits])
        return [*offers, *[-1] * (TOP - len(offers))]

    with ThreadPoolExecutor(THREADS) as pool:

        def answer(first: int, last: int) -> Any:
            return list(pool.map(answer_one, needs[first:last]))

        answer(0, 8)
        search = timed(answer, len(needs), BATCH)
    return figures_of("tantivy", work, len(needs), search, {"index_seconds": index_seconds})


def fresh_folder(path: Path) -> Path:
    """Make an empty folder."""
    shutil.rmtree(path, ignore_errors=True)
    path.mkdir()
    return path


# ---- exact BM25, independent of every method -----------------------------------------------------------


def work_exact(work: Path, *methods: str) -> dict[str, float]:
    """Return each method's overlap with exact BM25 top 10, mean over the needs it was sampled on."""
    ids, offsets = load_tokens(work, "offers")
    need_ids, need_offsets = load_tokens(work, "needs")
    answers = {method: np.load(work / f"{method}.npy") for method in methods}
    lengths = np.diff(offsets)
    damping = K1 * (1 - B + B * lengths / lengths.mean())
    sampled = min(SAMPLE, len(need_offsets) - 1)
    postings = postings_of(ids, offsets, np.unique(need_ids[: need_offsets[sampled]]))
    kept: dict[str, list[float]] = {method: [] for method in methods}
    for need in range(sampled):
        scores = np.zeros(len(lengths))
        for term in need_ids[need_offsets[need] : need_offsets[need + 1]].tolist():
            docs, counts = postings[term]
            idf = math.log(1 + (len(lengths) - len(docs) + 0.5) / (len(docs) + 0.5))
            scores[docs] += idf * counts / (counts + damping[docs])
        tenth = np.partition(scores, -TOP)[-TOP]
        for method, rows in answers.items():
            if need < len(rows) and tenth > 0:
                found = rows[need][rows[need] >= 0]
                kept[method].append(float((scores[found] >= tenth * (1 - 1e-6)).sum()) / TOP)
    return {method: round(float(np.mean(shares)), 4) for method, shares in kept.items()}


def postings_of(ids: Any, offsets: Any, terms: Any) -> dict[int, tuple[Any, Any]]:
    """Return the offers and counts of some terms, by sorting (term, offer) pairs a part at a time."""
    wanted = np.zeros(int(max(ids.max(), terms.max())) + 1, bool)
    wanted[terms] = True
    found: dict[int, list[tuple[Any, Any]]] = {int(term): [] for term in terms}
    n_offers = len(offsets) - 1
    for first in range(0, n_offers, 100_000):
        last = min(n_offers, first + 100_000)
        tokens = ids[offsets[first] : offsets[last]].astype(np.int64)
        docs = np.repeat(np.arange(first, last), np.diff(offsets[first : last + 1]))
        use = wanted[tokens]
        keys, counts = np.unique(tokens[use] * n_offers + docs[use], return_counts=True)
        edges = np.flatnonzero(np.diff(keys // n_offers)) + 1
        for part, part_counts in zip(np.split(keys, edges), np.split(counts, edges), strict=True):
            if len(part):
                found[int(part[0] // n_offers)].append((part % n_offers, part_counts))
    nothing = (np.zeros(0, np.int64), np.zeros(0, np.int64))
    return {
        term: (np.concatenate([d for d, _ in parts]), np.concatenate([c for _, c in parts]))
        if parts
        else nothing
        for term, parts in found.items()
    }


# ---- command line --------------------------------------------------------------------------------------


def work_on(method: str, work: Path, arguments: Sequence[str]) -> dict[str, float]:
    """Run one method in this process."""
    if method == "exact":
        return work_exact(work, *arguments)
    if method == "ours":
        return work_ours(work)
    if method == "tantivy":
        return work_tantivy(work)
    return work_bm25s(work, backend="numba" if method == "bm25s-numba" else "numpy", method=method)


def table_of(report: dict[str, Any]) -> str:
    """Lay a report out as a Markdown table."""
    columns = (
        "tokenise_seconds",
        "index_seconds",
        "needs_per_s",
        "needs_per_cpu_s",
        "needs_per_s_end_to_end",
        "needs_timed",
        "peak_mb",
        "overlap10",
    )
    lines = ["| method | " + " | ".join(columns) + " |", "| --- |" + " ---: |" * len(columns)]
    for method, figures in report["methods"].items():
        cells = (
            [figures["failed"]] if "failed" in figures else [str(figures.get(name, "–")) for name in columns]
        )
        lines.append(f"| {method} | " + " | ".join(cells) + " |")
    return "\n".join(lines)


def main(arguments: Sequence[str]) -> int:
    """Run from the command line."""
    if arguments[:1] == ["--worker"]:
        print(json.dumps(work_on(arguments[1], Path(arguments[2]), arguments[3:])))
        return 0
    parser = argparse.ArgumentParser(
        prog="scale.py", description="Speed and memory with many made-up offers."
    )
    parser.add_argument("--scale", type=int, required=True, metavar="N", help="offers made")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="folder with en_sbir")
    parser.add_argument("--json", type=Path, required=True, metavar="OUT", help="figures, written at the end")
    parser.add_argument("--needs", type=int, default=10_000, metavar="M", help="needs asked (default: 10000)")
    parser.add_argument("--method", nargs="+", choices=METHODS, default=list(METHODS), metavar="NAME")
    options = parser.parse_args(arguments)
    report = run_scale(options.scale, options.data, options.method, options.needs)
    options.json.write_text(json.dumps(report, indent=1) + "\n", encoding="utf-8")
    print(f"{report['offers']:,} offers, {report['needs']:,} needs, {report['tokens']:,} tokens, "
          f"{report['terms']:,} terms, {THREADS} threads\n\n{table_of(report)}")  # fmt: skip
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
