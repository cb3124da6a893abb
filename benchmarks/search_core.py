"""How the catalogue's search index holds up: seconds to build it, milliseconds a page.

What is made (seeded, the same on every run): invented records, two in five Chinese, two in five English, one in
five both. A title takes 6 to 12 words, the texts together about 60. Words come from our terms and dictionary,
frequent ones far more often (a Zipf law with exponent 1); facets have the numbers of values a hub has. Nine in
ten records are public, the others for members or for one organisation.

What is measured, in one thread, each on `--rounds` different requests, the index just loaded and again after
other requests (nothing is asked twice within a kind): the browsing page (20 hits, all facets) without and
with filters, the same after the counts of one asker are not yet known; searches of one to three words as people
type them; the worst word (in most documents); a word with a slip; beginnings of one letter and more; applying
one change; loading a changed index.

    ./dev bench search_core --documents 150000 --json OUT
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import Any

from fairground.language.dictionary import shipped_dictionary, shipped_terms
from fairground.language.local_text import LocalText
from fairground.publish.core.search.documents import SearchDocument
from fairground.publish.core.search.index import SearchIndex
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.reader import SearchReader
from fairground.publish.core.search.search import search
from fairground.publish.core.search.suggest import suggest

SEED = 20261122
FACET_SIZES = {
    "field": 240,
    "region": 370,
    "zone": 9,
    "trl": 9,
    "partnership": 12,
    "organisation_kind": 8,
    "country": 60,
    "language": 2,
    "edition": 12,
    "platform_type": 9,
    "publication_type": 8,
}
SEVERAL = {"field": 3, "partnership": 2, "language": 2}
KINDS = ("offer", "need", "platform", "organisation", "facility", "publication")


class Words:
    """Words of one language, the first ones most frequent."""

    def __init__(self, words: Sequence[str]) -> None:
        self.words = words
        self._weights = list(accumulate(1 / (rank + 10) for rank in range(len(words))))

    def some(self, source: random.Random, count: int) -> list[str]:
        """Return `count` words by their frequency."""
        return source.choices(self.words, cum_weights=self._weights, k=count)


def vocabularies() -> tuple[Words, Words]:
    """Return the Chinese and the English words of the texts."""
    source = random.Random(SEED)
    terms = shipped_terms()
    dictionary = shipped_dictionary()
    chinese = [term for term, _ in terms] + [word for word in dictionary.numbers if len(word) == 2]
    english = [word for _, names in terms for name in names for word in name.split()] + [*dictionary.stems]
    chosen = []
    for words in (chinese, english):
        different = list(dict.fromkeys(words))
        source.shuffle(different)
        chosen.append(Words(different[:20_000]))
    return chosen[0], chosen[1]


def make_documents(count: int, chinese: Words, english: Words) -> Iterator[SearchDocument]:
    """Yield invented records."""
    source = random.Random(SEED + 1)

    def text(words: int, sides: str) -> LocalText:
        if "z" in sides and "e" in sides:
            words = words // 2
        zh = "".join(
            word + ("，" if n % 9 == 8 else "") for n, word in enumerate(chinese.some(source, words))
        )
        en = " ".join(
            word + ("." if n % 12 == 11 else "") for n, word in enumerate(english.some(source, words))
        )
        return LocalText(zh + "。" if "z" in sides else None, en.capitalize() if "e" in sides else None)

    for number in range(count):
        sides = ("z", "z", "e", "e", "ze")[number % 5]
        facets = {
            facet: tuple(
                {
                    str(int(source.triangular(0, size, 0)))
                    for _ in range(source.randint(1, SEVERAL.get(facet, 1)))
                }
            )
            for facet, size in FACET_SIZES.items()
            if source.random() < 0.8
        }
        drawn = source.random()
        audience = ("public",)
        if drawn > 0.9:
            audience = ("members", "editors") if drawn > 0.95 else (f"org:{number % 500}", "editors")
        yield SearchDocument(
            key=f"d{number:011d}",
            kind=source.choices(KINDS, (40, 30, 12, 15, 2, 1))[0],
            title=text(source.randint(6, 12), sides),
            organisations=(text(3, sides),),
            keywords=(text(3, sides),),
            summary=text(18, sides),
            bodies=(text(28, sides),),
            facets=facets,
            audience=audience,
            changed_at=1_600_000_000 + number,
            published_at=1_600_000_000 + source.randrange(10**8),
            valid_until=1_800_000_000 + source.randrange(10**8) if drawn < 0.5 else None,
            version=1,
        )


def measured(calls: Sequence[Callable[[], object]]) -> dict[str, float]:
    """Return milliseconds a call: median, 95th percentile, most."""
    times = []
    for call in calls:
        begin = time.perf_counter()
        call()
        times.append((time.perf_counter() - begin) * 1000)
    times.sort()
    return {
        "p50_ms": round(statistics.median(times), 2),
        "p95_ms": round(times[int(len(times) * 0.95)], 2),
        "max_ms": round(times[-1], 2),
        "calls": len(times),
    }


def pages(reader: SearchReader, requests: Sequence[SearchRequest]) -> dict[str, float]:
    """Measure requests, each different."""
    return measured([lambda request=request: search(reader, request) for request in requests])  # type: ignore[misc]


def run(documents: int, rounds: int, folder: Path) -> dict[str, Any]:
    """Measure one corpus."""
    chinese, english = vocabularies()
    corpus = list(make_documents(documents, chinese, english))
    for document in corpus:
        _ = document.source  # the database's work, not the index's
    figures: dict[str, Any] = {"documents": documents}
    index = SearchIndex(folder)
    begin = time.perf_counter()
    index.rebuild(corpus, processes=2)
    figures["rebuild_s"] = round(time.perf_counter() - begin, 2)
    figures["index_mb"] = round(
        sum(path.stat().st_size for path in folder.rglob("*") if path.is_file()) / 1e6, 1
    )
    begin = time.perf_counter()
    reader = index.refresh()
    figures["first_load_s"] = round(time.perf_counter() - begin, 3)
    search(reader, SearchRequest("fuel cell 燃料电池"))  # reads the dictionary and the synonyms once

    source = random.Random(SEED + 2)
    askers = [("public", "members", f"org:{n}", f"user:{n}") for n in range(rounds)]
    figures["browse_new_asker"] = pages(reader, [SearchRequest(audience=asker) for asker in askers])
    figures["browse_public"] = pages(reader, [SearchRequest(offset=20 * n) for n in range(rounds)])
    filters = [
        {
            facet: (str(source.randrange(4)), str(source.randrange(9)))
            for facet in source.sample([*FACET_SIZES], 2)
        }
        for _ in range(rounds)
    ]
    figures["browse_filtered"] = pages(reader, [SearchRequest(filters=chosen) for chosen in filters])
    figures["browse_by_title"] = pages(
        reader, [SearchRequest(sort="title", language="en", offset=20 * n) for n in range(rounds)]
    )
    queries = {
        "search_1_word": [words.some(source, 1) for words in (chinese, english) for _ in range(rounds // 2)],
        "search_2_words": [words.some(source, 2) for words in (chinese, english) for _ in range(rounds // 2)],
        "search_3_words": [words.some(source, 3) for words in (chinese, english) for _ in range(rounds // 2)],
    }
    for name, texts in queries.items():
        requests = [SearchRequest(" ".join(words)) for words in dict.fromkeys(map(tuple, texts))]
        figures[name] = pages(reader, requests)
    figures["search_worst_words"] = pages(
        reader, [SearchRequest(word) for words in (chinese, english) for word in words.words[:5]]
    )
    slips = [word for word in english.words if len(word) > 6 and word.isascii() and word.isalpha()][:rounds]
    begin = time.perf_counter()
    figures["spelling_words"] = len(reader.public_words)
    figures["spelling_load_s"] = round(time.perf_counter() - begin, 3)
    figures["search_slip"] = pages(reader, [SearchRequest(word[:3] + word[4:]) for word in slips])
    begun = [
        document.title.in_language("zh")[:length].lower()
        for document in corpus[:rounds]
        for length in (1, 2, 3, 6)
    ]
    figures["suggest"] = measured(
        [lambda typed=typed: suggest(reader, typed, ("public",)) for typed in dict.fromkeys(begun)]  # type: ignore[misc]
    )
    changes = corpus[: min(20, documents)]
    figures["apply_one"] = measured([lambda change=change: index.apply([change]) for change in changes])  # type: ignore[misc]
    begin = time.perf_counter()
    index.refresh()
    figures["reload_s"] = round(time.perf_counter() - begin, 3)
    begin = time.perf_counter()
    figures["contents_equal"] = {key: found.digest for key, found in index.contents().items()} == {
        document.key: document.digest for document in corpus
    }
    figures["check_s"] = round(time.perf_counter() - begin, 2)
    figures["peak_mb"] = round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024)
    return figures


def main() -> None:
    """Read the arguments, measure, write JSON."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--documents", type=int, default=150_000)
    parser.add_argument("--rounds", type=int, default=100)
    parser.add_argument("--json", type=Path)
    arguments = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="search-core-"))
    try:
        figures = run(arguments.documents, arguments.rounds, folder)
    finally:
        shutil.rmtree(folder)
    text = json.dumps(figures, indent=1)
    if arguments.json:
        arguments.json.write_text(text + "\n", encoding="utf-8")
    sys.stdout.write(text + "\n")


if __name__ == "__main__":
    main()
