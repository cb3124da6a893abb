"""Texts → what the index stores of them, token by token.

A Chinese word is found by its overlapping pairs of characters (`grams`), so that it is found wherever it
stands, however the segmenter cuts the sentence around it; the segmented words only add to the rank. English
is found by its stems (`words`). Three tiers carry different weight: title and names, keywords and
organisations ('near'), all texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import chain
from operator import add
from typing import NamedTuple

from fairground.language.local_text import LocalText
from fairground.language.tokens import folded_runs, tokens_of_run
from fairground.publish.core.search.documents import SearchDocument, is_for_everyone

# Raise it with every change to this file, to the index's fields or to how `language.tokens` cuts.
ANALYSIS_VERSION = 1

PREFIX_LENGTH = 8  # letters; a longer beginning is looked up by its first letters and compared in full
_START_LENGTH = 3
_SPELLING_LENGTH = 4
_NAMES_BEGUN = 20  # names of one document whose beginning is marked

FieldTexts = Mapping[str, str]


@lru_cache(maxsize=1 << 17)
def is_han(token: str) -> bool:
    """Tell whether a token of ours is Chinese: tokens are of one script."""
    if token.isascii():
        return False
    return "\u3400" <= token[0] <= "\u9fff" or token[0] in "々〇" or "\U00020000" <= token[0] <= "\U0003134f"


class Cut(NamedTuple):
    """One text cut three ways, each in the order of the text."""

    words: list[str]
    grams: list[str]
    printed: list[str]
    chinese: list[str]  # the runs of Chinese characters among what is printed


def cut(text: str) -> Cut:
    """Cut a text into stems and segmented words, pairs of Chinese characters, and what is printed."""
    words: list[str] = []
    grams: list[str] = []
    printed: list[str] = []
    chinese: list[str] = []
    for run in folded_runs(text):
        if run.isascii():
            words += _tokens_of_word(run)
            printed.append(run)
            continue
        words += tokens_of_run(run)
        if "\u3400" <= run[0] <= "\u9fff" or is_han(run):
            grams += map(add, run, run[1:]) if len(run) > 1 else run
            printed += run
            chinese.append(run)
        else:
            printed.append(run)
    return Cut(words, grams, printed, chinese)


@lru_cache(maxsize=1 << 17)
def _tokens_of_word(run: str) -> tuple[str, ...]:
    return tuple(tokens_of_run(run))


def analyse(document: SearchDocument) -> FieldTexts:
    """Return the tokens of each field of a document, joined by spaces."""
    names = [cut(side) for side in _sides((document.title, *document.names))]
    title = [*zip(*names, strict=True)] or [(), (), (), ()]
    near = cut(_joined((*document.keywords, *document.organisations)))
    rest = cut(_joined((document.summary, *document.bodies)))
    title_words, title_grams, title_printed, title_chinese = ([*chain.from_iterable(part)] for part in title)
    chars = {*chain.from_iterable((*title_chinese, *near.chinese, *rest.chinese))}
    every = {*title_printed, *near.printed, *rest.printed}
    starts = {start for name in names[:_NAMES_BEGUN] for start in starts_of(name.printed)}
    public = is_for_everyone(document.audience)
    return {
        "title_words": " ".join(title_words),
        "near_words": " ".join(near.words),
        "words": " ".join([*title_words, *near.words, *rest.words]),
        "title_grams": " ".join(title_grams),
        "near_grams": " ".join(near.grams),
        "grams": " ".join([*title_grams, *near.grams, *rest.grams]),
        "chars": " ".join(chars),
        "prefixes": " ".join([*starts, *map(prefixes_of, set(title_printed))]),
        "spelling": " ".join(filter(_may_be_suggested, every - chars)) if public else "",
    }


def starts_of(tokens: Sequence[str]) -> list[str]:
    """Return the marked beginnings of a name, given as printed tokens: up to three words or characters."""
    text = "_".join(tokens[:_START_LENGTH])[:PREFIX_LENGTH]
    return ["^" + text[:end] for end in range(1, len(text) + 1)]


@lru_cache(maxsize=1 << 17)
def prefixes_of(token: str) -> str:
    """Return every beginning of a word up to `PREFIX_LENGTH` letters, joined by spaces."""
    return " ".join(token[:end] for end in range(1, min(len(token), PREFIX_LENGTH) + 1))


@lru_cache(maxsize=1 << 17)
def _may_be_suggested(token: str) -> bool:
    return len(token) >= _SPELLING_LENGTH and token.isascii() and token.isalpha()


def _joined(texts: Iterable[LocalText]) -> str:
    return "\n".join(_sides(texts))


def _sides(texts: Iterable[LocalText]) -> Iterable[str]:
    return (side for text in texts for side in (text.zh, text.en) if side)
