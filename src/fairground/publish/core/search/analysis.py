"""Texts → what the index stores of them, token by token.

A Chinese word is found by its overlapping pairs of characters (`grams`), so that it is found wherever it
stands, however the segmenter cuts the sentence around it; the segmented words only add to the rank. English
is found by its stems (`words`). Three tiers carry different weight: title and names, keywords and
organisations ('near'), all texts.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from fairground.language.local_text import LocalText
from fairground.language.tokens import Channel, Vocabulary, tokenise
from fairground.publish.core.search.documents import PUBLIC, SearchDocument

# Raise it with every change to this file, to the index's fields or to how `language.tokens` cuts.
ANALYSIS_VERSION = 1

PREFIX_LENGTH = 8  # letters; a longer beginning is looked up by its first letters and compared in full
_START_LENGTH = 3
_SPELLING_LENGTH = 4
_NAMES_BEGUN = 20  # names of one document whose beginning is marked

FieldTexts = Mapping[str, str]


def is_han(token: str) -> bool:
    """Tell whether a token of ours is Chinese: tokens are of one script."""
    return "\u3400" <= token[0] <= "\u9fff" or token[0] in "々〇" or "\U00020000" <= token[0] <= "\U0003134f"


class Analyser:
    """Cuts documents into tokens; holds what it learned, so that a long list is cut once a word.

    Not safe to use from two threads at once.
    """

    def __init__(self) -> None:
        self._vocabularies: dict[Channel, Vocabulary] = {}

    def tokens(self, texts: Sequence[str], channel: Channel) -> list[list[str]]:
        """Return the tokens of each text."""
        vocabulary = self._vocabularies.setdefault(channel, Vocabulary())
        stream = tokenise(texts, vocabulary, grow=True, channel=channel)
        tokens, ids, offsets = vocabulary.tokens, stream.ids.tolist(), stream.offsets.tolist()
        return [
            [tokens[token] for token in ids[offsets[text] : offsets[text + 1]]] for text in range(len(texts))
        ]

    def analyse(self, documents: Sequence[SearchDocument]) -> list[FieldTexts]:
        """Return for each document the tokens of each field, joined by spaces."""
        titles = [_joined((document.title, *document.names)) for document in documents]
        near = [_joined((*document.keywords, *document.organisations)) for document in documents]
        rest = [_joined((document.summary, *document.bodies)) for document in documents]
        texts = [*titles, *near, *rest]
        words = [" ".join(tokens) for tokens in self.tokens(texts, "word")]
        grams = [" ".join(tokens) for tokens in self.tokens(texts, "han_bigram")]
        printed = self.tokens(texts, "printed")
        starts = self._starts(documents)
        size = len(documents)
        found: list[FieldTexts] = []
        for place, document in enumerate(documents):
            own = (place, place + size, place + 2 * size)
            every = {token for part in own for token in printed[part]}
            found.append(
                {
                    "title_words": words[own[0]],
                    "near_words": words[own[1]],
                    "words": " ".join(words[part] for part in own),
                    "title_grams": grams[own[0]],
                    "near_grams": grams[own[1]],
                    "grams": " ".join(grams[part] for part in own),
                    "chars": " ".join(token for token in every if is_han(token)),
                    "prefixes": " ".join((*starts[place], *map(prefixes_of, set(printed[place])))),
                    "spelling": " ".join(filter(_may_be_suggested, every))
                    if PUBLIC in document.audience
                    else "",
                }
            )
        return found

    def _starts(self, documents: Sequence[SearchDocument]) -> list[set[str]]:
        """Return for each document the beginnings of its title and names, marked by '^'."""
        names = [list(_sides((document.title, *document.names)))[:_NAMES_BEGUN] for document in documents]
        printed = iter(self.tokens([name for own in names for name in own], "printed"))
        return [{start for _ in own for start in starts_of(next(printed))} for own in names]


def starts_of(tokens: Sequence[str]) -> list[str]:
    """Return the marked beginnings of a name, given as printed tokens: up to three words or characters."""
    text = "_".join(tokens[:_START_LENGTH])[:PREFIX_LENGTH]
    return ["^" + text[:end] for end in range(1, len(text) + 1)]


@lru_cache(maxsize=1 << 17)
def prefixes_of(token: str) -> str:
    """Return every beginning of a word up to `PREFIX_LENGTH` letters, joined by spaces."""
    return " ".join(token[:end] for end in range(1, min(len(token), PREFIX_LENGTH) + 1))


def _may_be_suggested(token: str) -> bool:
    return len(token) >= _SPELLING_LENGTH and token.isascii() and token.isalpha()


def _joined(texts: Iterable[LocalText]) -> str:
    return "\n".join(_sides(texts))


def _sides(texts: Iterable[LocalText]) -> Iterable[str]:
    return (side for text in texts for side in (text.zh, text.en) if side)
