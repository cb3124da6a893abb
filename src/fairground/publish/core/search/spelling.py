"""'Did you mean': a word of public documents one slip away from a word that finds little.

Latin words only: a slip in Chinese is a wrong character of the same sound, which wants a table of sounds
that we do not carry. Only words of public documents are ever offered.
"""

import string
from collections.abc import Iterator, Mapping

import tantivy

SHORTEST = 4  # letters of a word that may be corrected


def public_words(searcher: tantivy.Searcher) -> dict[str, int]:
    """Return the Latin words of public documents with the number of documents that have each."""
    return dict(searcher.terms_with_prefix("spelling", ""))


def better_word(word: str, known: Mapping[str, int]) -> str | None:
    """Return the most frequent known word one slip away from `word` (lower case), if it is more frequent.

    A slip is a letter left out, added, replaced, or two neighbours exchanged.
    """
    if len(word) < SHORTEST or not (word.isascii() and word.isalpha()):
        return None
    found = {candidate for candidate in _one_slip_away(word) if candidate in known}
    best = max(found, key=lambda candidate: (known[candidate], candidate), default=None)
    return best if best is not None and known[best] > known.get(word, 0) else None


def _one_slip_away(word: str) -> Iterator[str]:
    for place in range(len(word) + 1):
        head, tail = word[:place], word[place:]
        if tail:
            yield head + tail[1:]
        if len(tail) > 1:
            yield head + tail[1] + tail[0] + tail[2:]
        for letter in string.ascii_lowercase:
            yield head + letter + tail
            if tail:
                yield head + letter + tail[1:]
