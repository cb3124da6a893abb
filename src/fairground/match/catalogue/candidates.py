"""Candidates for one record of a large hub: records of another kind whose words meet its own, from the search index.

The index is on disk, shared by all processes and follows the log by itself; a query reads nothing but the postings of
the rarest words of the record, in both languages.
"""

import math
from collections import Counter
from collections.abc import Iterator

import tantivy

from fairground.language.dictionary import gloss
from fairground.language.tokens import surface_forms
from fairground.match.core.texts import FieldTexts
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.core.search.synonyms import dictionary_alternatives

CANDIDATES = 120
_WORDS = 40  # of a record, the rarest that are worth most
_READ = 600  # hits looked at: the index holds all kinds of records
_TITLE_COUNTS = 3
_BEGINNING = 600  # characters of the body that are looked up across the languages
_LEAST_GLOSS = 0.5  # weight of an English stem that a Chinese text stands for
_ACROSS = 0.5  # what a word found through the dictionary counts


def candidate_keys(reader: SearchReader, texts: FieldTexts, hub_id: int, kind: str) -> list[str]:
    """Return the keys of the records of a kind, open to all, that share most words with a text, best first."""
    words = _words(reader, texts)
    if not words:
        return []
    schema = reader.schema
    public = tantivy.Query.term_query(schema, "audience", f"{hub_id}:public")
    some = [
        (
            tantivy.Occur.Should,
            tantivy.Query.boost_query(tantivy.Query.term_query(schema, "words", word), weight),
        )
        for word, weight in words
    ]
    query = tantivy.Query.boolean_query(
        [
            (tantivy.Occur.Must, tantivy.Query.boost_query(public, 0.0)),
            (tantivy.Occur.Must, tantivy.Query.boolean_query(some)),
        ]
    )
    rows = reader.find_best(query, _READ)
    of_kind = reader.columns.facets["kind"].meeting((kind,))
    return [str(reader.source(row)["key"]) for row in rows[of_kind[rows]][:CANDIDATES].tolist()]


def _words(reader: SearchReader, texts: FieldTexts) -> list[tuple[str, float]]:
    """Return the words of a text that tell it apart, with their weights; words that no record has are left out."""
    counts = Counter[str]()
    for text, times in ((texts.title, _TITLE_COUNTS), (texts.body, 1)):
        for word, _ in surface_forms(text):
            counts[word] += times
    weights = {word: float(min(count, 2 * _TITLE_COUNTS) ** 0.5) for word, count in counts.items()}
    for word, weight in _across(texts):
        weights.setdefault(word, weight * _ACROSS)
    records = max(1, len(reader))
    worth = []
    for word, weight in weights.items():
        frequency = reader.searcher.doc_freq("words", word)
        # What stands in every tenth record tells too little for the postings it costs.
        if 0 < frequency <= max(10, records // 10):
            worth.append((weight * math.log(1 + records / frequency), word, weight))
    worth.sort(key=lambda one: (-one[0], one[1]))
    return [(word, weight) for _, word, weight in worth[:_WORDS]]


def _across(texts: FieldTexts) -> Iterator[tuple[str, float]]:
    """Yield what a text's words may be in the other language."""
    for stem, weight in gloss(f"{texts.title}\n{texts.body[:_BEGINNING]}", _LEAST_GLOSS):
        yield stem, min(weight, 2.0) ** 0.5
    for word, _ in surface_forms(texts.title):
        if word.isascii():
            for other in dictionary_alternatives(word):
                for token in other.tokens:
                    yield token, other.weight
