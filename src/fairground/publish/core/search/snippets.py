"""The sentences of a document that answer a query, with the words marked.

A text comes back as parts (text, is it a match?), never as HTML.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from fairground.language.normalise import fold
from fairground.language.sentences import sentences
from fairground.language.tokens import folded_runs, tokens_of_run
from fairground.publish.core.search.analysis import is_han
from fairground.publish.core.search.query import Words

Parts = tuple[tuple[str, bool], ...]
_Span = tuple[int, int, int]  # begin, end, number of the unit

SNIPPET_WIDTH = 200  # a Chinese character is two wide
_TEXT_READ = 6000  # characters of a document
# Letters and digits that are not Chinese, after folding.
_LATIN = re.compile("[0-9a-z\u00aa-\u1fff]*")
_STEM_KEEPS = 3  # letters at the beginning of a word that stemming leaves as they are


class Marker:
    """Finds the words of one query, and their other names, in texts as printed."""

    def __init__(self, words: Words) -> None:
        self._units = len(words.units)
        self._stems: dict[str, int] = {}
        self._chinese: dict[str, int] = {}
        for number, unit in enumerate(words.units):
            for token in (*unit.tokens, *(token for other in unit.alternatives for token in other.tokens)):
                (self._chinese if is_han(token) else self._stems).setdefault(token, number)
        # Made for every request: of plain words alone, for a class of letters takes a millisecond to compile.
        beginnings = {stem[:_STEM_KEEPS] for stem in self._stems}
        parts = [*sorted(self._chinese, key=len, reverse=True), *sorted(beginnings)]
        self._pattern = re.compile("|".join(map(re.escape, parts))) if parts else None

    def snippet(self, texts: Iterable[str]) -> Parts:
        """Return the best one or two sentences of the texts; the beginning of the first where none matches."""
        first = ""
        best: _Sentence | None = None
        second: _Sentence | None = None
        for text in _beginnings(texts):
            first = first or text
            for sentence in self._matching_sentences(text):
                if best is None or len(sentence.units) > len(best.units):
                    best, second = sentence, None
                else:
                    new = len(sentence.units - best.units)
                    if new > (len(second.units - best.units) if second else 0):
                        second = sentence
            if best is not None and len(best.units) == self._units:
                break
        if best is None:
            return _window(next(iter(sentences(first)), first), [], SNIPPET_WIDTH)
        if second is None:
            return _window(best.text, best.spans, SNIPPET_WIDTH)
        half = SNIPPET_WIDTH // 2
        return (
            *_window(best.text, best.spans, half),
            (" … ", False),
            *_window(second.text, second.spans, half),
        )

    def _matching_sentences(self, text: str) -> Iterator["_Sentence"]:
        spans = self._spans(text)
        if not spans:
            return
        end = 0
        for sentence in sentences(text):
            begin = text.index(sentence, end)
            end = begin + len(sentence)
            own = [(first - begin, last - begin, unit) for first, last, unit in spans if begin <= first < end]
            if own:
                yield _Sentence(sentence, own, frozenset(unit for _, _, unit in own))

    def _spans(self, text: str) -> list[_Span]:
        if self._pattern is None:
            return []
        spans = []
        folded = text.translate(_FOLDED)
        for found in self._pattern.finditer(folded):
            start, end = found.span()
            if not is_han(folded[start]):
                if start and _end_of_word(folded, start - 1) >= start:
                    continue  # inside a word
                end = _end_of_word(folded, end)
            unit = self._unit_of(folded[start:end])
            if unit is not None:
                spans.append((start, end, unit))
        return spans

    def _unit_of(self, word: str) -> int | None:
        if is_han(word):
            return self._chinese.get(word)
        units = (self._stems.get(stem) for run in folded_runs(word) for stem in tokens_of_run(run))
        return next((unit for unit in units if unit is not None), None)


def _end_of_word(text: str, start: int) -> int:
    """Return where the letters end that begin at `start`; `start` itself where there is none."""
    found = _LATIN.match(text, start)
    return found.end() if found else start


class _Sentence(NamedTuple):
    text: str
    spans: list[_Span]
    units: frozenset[int]


class _Folding(dict[int, str]):
    """Character → its folded lower-case form of the same length, found out when first met."""

    def __missing__(self, code: int) -> str:
        character = chr(code)
        folded = fold(character).lower()
        # An accent is no part of a stem.
        plain = unicodedata.normalize("NFKD", folded)[:1] if folded.isalpha() else folded
        self[code] = plain if len(plain) == 1 else character
        return self[code]


_FOLDED = _Folding()


def _beginnings(texts: Iterable[str]) -> Iterator[str]:
    left = _TEXT_READ
    for text in texts:
        if left <= 0:
            return
        yield text[:left]
        left -= len(text)


def snippet_texts(source: dict[str, Any], language: str) -> Iterable[str]:
    """Yield the texts of a stored document, the reader's language first, most telling first."""
    sides = (0, 1) if language == "zh" else (1, 0)
    telling = [source["summary"], *source["bodies"]]
    for side in sides:
        yield from (text[side] for text in telling if text[side])
    for text in (*source["names"], *source["organisations"], *source["keywords"]):
        yield from (text[side] for side in sides if text[side])


def title_of(source: dict[str, Any], language: str) -> str:
    """Return the title of a stored document for a reader, or its other side."""
    zh, en = source["title"]
    first, second = (zh, en) if language == "zh" else (en, zh)
    return first or second or ""


def _width(character: str) -> int:
    return 2 if "\u2e80" <= character <= "\uffef" else 1


def _window(text: str, spans: Sequence[_Span], width: int) -> Parts:
    """Return `text` in parts, cut around its first match where it is wider than `width`."""
    if sum(map(_width, text)) <= width:
        return _parts(text, spans)
    begin = _back(text, spans[0][0], width // 3) if spans else 0
    end, used = begin, 0
    while end < len(text) and used + _width(text[end]) <= width:
        used += _width(text[end])
        end += 1
    if end < len(text) and text[end].isascii() and text[end].isalnum():
        space = text.rfind(" ", begin + 1, end)
        if space > max((last for _, last, _ in islice(spans, 1)), default=begin):
            end = space
    inside = [(max(first, begin) - begin, min(last, end) - begin, unit) for first, last, unit in spans]
    parts = list(_parts(text[begin:end], [span for span in inside if span[0] < span[1]]))
    if begin:
        parts.insert(0, ("…", False))
    if end < len(text):
        parts.append(("…", False))
    return tuple(parts)


def _back(text: str, start: int, width: int) -> int:
    begin, used = start, 0
    while begin > 0 and used + _width(text[begin - 1]) <= width:
        begin -= 1
        used += _width(text[begin])
    if begin and text[begin].isascii() and text[begin].isalnum() and text[begin - 1].isalnum():
        space = text.find(" ", begin, start)
        begin = space + 1 if space >= 0 else begin
    return begin


def _parts(text: str, spans: Sequence[_Span]) -> Parts:
    parts: list[tuple[str, bool]] = []
    done = 0
    for begin, end, _ in spans:
        begin = max(begin, done)
        if end <= begin:
            continue
        if begin > done:
            parts.append((text[done:begin], False))
        if parts and parts[-1][1]:
            parts[-1] = (parts[-1][0] + text[begin:end], True)
        else:
            parts.append((text[begin:end], True))
        done = end
    if done < len(text):
        parts.append((text[done:], False))
    return tuple(parts)
