"""The sentences of a document that answer a query, with the words marked.

A text comes back as parts (text, is it a match?), never as HTML; joined, the parts of a title are the title.
"""

import re
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from fairground.language.dictionary import english_stems
from fairground.language.normalise import fold
from fairground.language.sentences import sentences
from fairground.publish.core.search.analysis import is_han
from fairground.publish.core.search.query import Words

Parts = tuple[tuple[str, bool], ...]
_Span = tuple[int, int, int]  # begin, end, number of the unit

SNIPPET_WIDTH = 200  # a Chinese character is two wide
_TEXT_READ = 6000  # characters of a document
_LATIN = re.compile("[^\\W_\u3400-\u9fff\U00020000-\U0003134f々〇]+")


class Marker:
    """Finds the words of one query, and their other names, in texts as printed."""

    def __init__(self, words: Words) -> None:
        self._units = len(words.units)
        self._stems: dict[str, int] = {}
        han: dict[str, int] = {}
        for number, unit in enumerate(words.units):
            for token in (*unit.tokens, *(token for other in unit.alternatives for token in other.tokens)):
                (han if is_han(token) else self._stems).setdefault(token, number)
        self._han_units = han
        ordered = sorted(han, key=len, reverse=True)
        self._han = re.compile("|".join(map(re.escape, ordered))) if ordered else None

    def mark(self, text: str) -> Parts:
        """Return the whole text in parts."""
        return _parts(text, self._spans(text))

    def snippet(self, texts: Iterable[str]) -> Parts:
        """Return the best one or two sentences of the texts; the beginning of the first where none matches."""
        first = ""
        best: tuple[int, str, list[_Span]] | None = None
        second: tuple[int, str, list[_Span]] | None = None
        for sentence in self._sentences(texts):
            first = first or sentence
            spans = self._spans(sentence)
            units = {unit for _, _, unit in spans}
            if len(units) > (best[0] if best else 0):
                best, second = (len(units), sentence, spans), None
            elif best:
                new = len(units - {unit for _, _, unit in best[2]})
                if new > (second[0] if second else 0):
                    second = (new, sentence, spans)
            if best and best[0] == self._units:
                break
        if best is None:
            return _window(first, [], SNIPPET_WIDTH)
        if second is None:
            return _window(best[1], best[2], SNIPPET_WIDTH)
        half = SNIPPET_WIDTH // 2
        return (
            *_window(best[1], best[2], half),
            (" … ", False),
            *_window(second[1], second[2], half),
        )

    def _sentences(self, texts: Iterable[str]) -> Iterable[str]:
        left = _TEXT_READ
        for text in texts:
            if left <= 0:
                return
            yield from sentences(text[:left])
            left -= len(text)

    def _spans(self, text: str) -> list[_Span]:
        folded = fold(text).lower()
        if len(folded) != len(text):
            folded = fold(text)
        spans = []
        if self._han is not None:
            for found in self._han.finditer(folded):
                spans.append((found.start(), found.end(), self._han_units[found.group()]))
        if self._stems:
            for found in _LATIN.finditer(folded):
                for stem in english_stems(found.group()):
                    if stem in self._stems:
                        spans.append((found.start(), found.end(), self._stems[stem]))
                        break
        return sorted(spans)


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
