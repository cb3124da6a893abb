"""What one gets from the shelf: bm25s, tantivy, TF-IDF cosine, LSA.

Settings, chosen because they give the figures known for these collections: bm25s 0.3 as it comes
(Lucene's BM25, k1 = 1.5, b = 0.75) with its English stop words and Snowball stems. Chinese: rjieba's words
of the need's title (its text would lift bm25s on BDCI from 0.561 to 0.574; the 1-3-grams of the title reach
0.624 and are the method ``bm25s-chars``). Lists in two languages: the Chinese side is replaced by its
CC-CEDICT glosses.

Horizon need_to_offer is 0.527 here. The 0.543 known for bm25s read the offer's acronym and field labels too,
which are neither title nor text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import numpy.typing as npt
import scipy.sparse as sp
import tantivy
from sklearn.decomposition import TruncatedSVD
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.preprocessing import normalize

from match_bench import tokens
from match_bench.task import Fields, Ranking, Task

BLOCK = 256
LSA_DIMENSIONS = 300
PRUNE_FROM = 1000
Tokens = list[list[str]]


class Baseline:
    """What the baselines share: the tokens of both lists, and leaving out what they cannot do."""

    name = ""
    uses_list = False
    chinese: Callable[[Sequence[str]], Tokens] = staticmethod(tokens.chinese_words)

    def __init__(self, data: Path) -> None:
        self._dictionary = data.parent / tokens.GLOSS_FILE

    def applies(self, task: Task) -> bool:
        """Everything, but lists in two languages only where the dictionary is there."""
        return not tokens.is_cross(task) or self._dictionary.is_file()

    def evidence(self, task: Task) -> list[float]:
        """The best score of each query, 0 when nothing was found."""
        return [max((score for _, score in row), default=0.0) for row in self.rank(task, depth=1)]

    def rank(self, task: Task, *, depth: int = 100) -> list[Ranking]:
        """Rank every query's candidates; see :class:`match_bench.task.Method`."""
        raise NotImplementedError

    def _tokens(self, task: Task) -> tuple[Tokens, Tokens]:
        """Tokens of the queries and of the searched list."""
        return self._side(task, [task.asking[q] for q in task.queries]), self._side(task, task.searched)

    def _side(self, task: Task, fields: Sequence[Fields]) -> Tokens:
        if tokens.is_cross(task):
            dictionary = tokens.glosses(self._dictionary)
            texts = [
                tokens.gloss(f.joined(), dictionary) if tokens.HAN.search(f.joined()) else f.joined()
                for f in fields
            ]
            return tokens.english_tokens(texts)
        if tokens.is_chinese(task.searched):
            return self.chinese([f.title or f.text for f in fields])
        return tokens.english_tokens([f.joined() for f in fields])


class Bm25s(Baseline):
    """bm25s as it comes."""

    name = "bm25s"

    def rank(self, task: Task, *, depth: int = 100) -> list[Ranking]:
        """Its own top-k search; for judged candidates its own scores."""
        queries, documents = self._tokens(task)
        index = bm25s.BM25()
        index.index(documents, show_progress=False)
        if task.judged is not None:
            return [
                _pick(index.get_scores(query), candidates)
                for query, candidates in zip(queries, task.judged, strict=True)
            ]
        found, scores = index.retrieve(queries, k=min(depth, len(documents)), show_progress=False)
        return [
            [(int(p), float(s)) for p, s in zip(*row, strict=True) if s > 0]
            for row in zip(found, scores, strict=True)
        ]


class Bm25sChars(Bm25s):
    """bm25s over runs of one to three characters, for Chinese lists."""

    name = "bm25s-chars"
    chinese = staticmethod(tokens.chinese_grams)

    def applies(self, task: Task) -> bool:
        """Chinese lists only."""
        return tokens.is_chinese(task.needs) and tokens.is_chinese(task.offers)


class Tfidf(Baseline):
    """scikit-learn's TF-IDF (sublinear), learned from both lists, and the cosine.

    In lists of a thousand entries and more, words of one entry only and of more than half of the entries are
    left out. SBIR full_to_abstract: 0.805; with scikit-learn's own unstemmed words 0.807; learned from the
    offers alone 0.799.
    """

    name = "tfidf"
    uses_list = True

    def rank(self, task: Task, *, depth: int = 100) -> list[Ranking]:
        """Cosine of every query with every entry, block by block to keep memory low."""
        asked, searched = self._matrices(task)
        return _rank_blocks(asked, searched, task, depth, floor=0.0)

    def _matrices(self, task: Task) -> tuple[sp.csr_matrix, sp.csr_matrix]:
        asking, searched = self._side(task, task.asking), self._side(task, task.searched)
        prune = {"min_df": 2, "max_df": 0.5} if len(asking) + len(searched) >= PRUNE_FROM else {}
        vectors = TfidfVectorizer(analyzer=_as_they_are, sublinear_tf=True, **prune)
        vectors.fit(searched + asking)
        return vectors.transform([asking[q] for q in task.queries]), vectors.transform(searched)


class Lsa(Tfidf):
    """Latent semantic analysis: 300 dimensions over the TF-IDF, seed 0."""

    name = "lsa"

    def rank(self, task: Task, *, depth: int = 100) -> list[Ranking]:
        """Cosine in the reduced space."""
        asked, searched = self._matrices(task)
        dimensions = min(LSA_DIMENSIONS, *(n - 1 for n in searched.shape))
        reduce = TruncatedSVD(max(dimensions, 1), random_state=0)
        low = normalize(reduce.fit_transform(searched))
        return _rank_blocks(normalize(reduce.transform(asked)), low, task, depth, floor=-np.inf)


class Tantivy(Baseline):
    """tantivy: English analysed by itself (stop words out, stems), Chinese as rjieba's words.

    Its query parser drops repeated words, which costs long needs 0.13 nDCG, so each word is asked for once
    with the number of its occurrences as weight: the sum bm25s computes.
    """

    name = "tantivy"

    def rank(self, task: Task, *, depth: int = 100) -> list[Ranking]:
        """One thread, one segment, all words of a query joined by OR."""
        cut_already = tokens.is_cross(task) or tokens.is_chinese(task.searched)
        analyser = _tantivy_analyser(cut_already=cut_already)
        schema = _tantivy_schema()
        index = tantivy.Index(schema)
        index.register_tokenizer("bench", analyser)
        writer = index.writer(heap_size=200_000_000, num_threads=1)
        for position, body in enumerate(self._bodies(task, task.searched, cut_already)):
            writer.add_document(tantivy.Document(body=[body], position=position))
        writer.commit()
        writer.wait_merging_threads()
        index.reload()
        searcher = index.searcher()
        limit = len(task.searched) if task.judged is not None else min(depth, len(task.searched))
        rows: list[Ranking] = []
        asked = self._bodies(task, [task.asking[q] for q in task.queries], cut_already)
        for number, body in enumerate(asked):
            words = Counter(analyser.analyze(body))
            terms = [_tantivy_term(schema, word, times) for word, times in words.items()]
            hits = searcher.search(tantivy.Query.boolean_query(terms), limit, count=False).hits
            positions = searcher.fast_field_values("position", [address for _, address in hits])
            row = [(int(p or 0), float(score)) for p, (score, _) in zip(positions, hits, strict=True)]
            rows.append(row if task.judged is None else _restrict(row, task.judged[number]))
        return rows

    def _bodies(self, task: Task, fields: Sequence[Fields], cut_already: bool) -> list[str]:
        if cut_already:
            return [" ".join(row) for row in self._side(task, fields)]
        return [f.joined() for f in fields]


def _tantivy_schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("body", stored=False, tokenizer_name="bench", index_option="freq")
    builder.add_integer_field("position", stored=False, fast=True)
    return builder.build()


def _tantivy_analyser(*, cut_already: bool) -> tantivy.TextAnalyzer:
    if cut_already:
        return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()
    builder = tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.simple())
    for step in (
        tantivy.Filter.remove_long(40),
        tantivy.Filter.lowercase(),
        tantivy.Filter.stopword("english"),
        tantivy.Filter.stemmer("english"),
    ):
        builder = builder.filter(step)
    return builder.build()


def _tantivy_term(schema: tantivy.Schema, word: str, times: int) -> tuple[tantivy.Occur, tantivy.Query]:
    term = tantivy.Query.term_query(schema, "body", word, index_option="freq")
    return tantivy.Occur.Should, tantivy.Query.boost_query(term, float(times))


def _as_they_are(words: list[str]) -> list[str]:
    return words


def _restrict(row: Ranking, candidates: Sequence[int]) -> Ranking:
    found = dict(row)
    return [(c, found.get(c, 0.0)) for c in candidates]


def _pick(scores: npt.NDArray[np.floating], candidates: Sequence[int]) -> Ranking:
    return [(c, float(scores[c])) for c in candidates]


def _rank_blocks(
    asked: Any,
    searched: Any,
    task: Task,
    depth: int,
    *,
    floor: float,
) -> list[Ranking]:
    """Rank by the product of two matrices (sparse or dense); scores up to ``floor`` are no hit."""
    rows: list[Ranking] = []
    for start in range(0, asked.shape[0], BLOCK):
        product = asked[start : start + BLOCK] @ searched.T
        for offset, scores in enumerate(product.toarray() if sp.issparse(product) else product):
            if task.judged is not None:
                rows.append(_pick(scores, task.judged[start + offset]))
            else:
                rows.append(best_of(scores, depth, floor=floor))
    return rows


def best_of(scores: npt.NDArray[np.floating], depth: int, *, floor: float) -> Ranking:
    """The ``depth`` best positions above ``floor``; entries tied at the cut go by position."""
    if depth < scores.size:
        cut = max(float(np.partition(scores, -depth)[-depth]), floor)
        near = np.flatnonzero(scores >= cut)
    else:
        near = np.arange(scores.size)
    near = near[scores[near] > floor]
    order = near[np.lexsort((near, -scores[near]))][:depth]
    return [(int(p), float(scores[p])) for p in order]
