"""Names found in running text: each name with what it means, the longest first, whole words only."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from fairground.language.normalise import fold

_PAIR = 2


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a name in a question stands for.

    `role` : 'facet' sets a filter; 'kind' says what is asked for; 'term' is a technical term to be left whole.
    `weak` : as a kind it counts only where nothing else in the question says a kind.
    `whole` : stands in the text by itself, also where the segmenter cuts elsewhere (names, not everyday words).
    `upper` : counts only as printed in capitals ('US', 'IT').
    """

    role: str
    facet: str = ""
    values: tuple[str, ...] = ()
    weak: bool = False
    whole: bool = True
    upper: bool = False
    negated: bool = False


MEANINGS: Mapping[str, Meaning] = {"term": Meaning("term")}


def lowered(text: str) -> str:
    """Return `text` folded and in lower case, character for character."""
    folded = fold(text)
    lower = folded.lower()
    if len(lower) == len(folded):
        return lower
    return "".join(
        one if len(one) == 1 else two for one, two in zip(map(str.lower, folded), folded, strict=True)
    )


class NameIndex:
    """Names by their first two characters; finding costs O(characters), whatever the number of names."""

    def __init__(self) -> None:
        self._meanings: dict[str, Meaning] = {}
        self._lengths: dict[str, tuple[int, ...]] = {}

    def add(self, name: str, meaning: Meaning) -> None:
        """Take a name in; the first meaning of a name stays."""
        key = lowered(name).strip()
        if len(key) < _PAIR or key in self._meanings:
            return
        self._meanings[key] = meaning
        known = self._lengths.get(key[:_PAIR], ())
        if len(key) not in known:
            self._lengths[key[:_PAIR]] = tuple(sorted({*known, len(key)}, reverse=True))

    def found_in(self, text: str) -> Iterator[tuple[int, int, Meaning]]:
        """Yield (start, end, meaning) of every name in `text`, which is `lowered`."""
        for start in range(len(text) - 1):
            lengths = self._lengths.get(text[start : start + _PAIR])
            if lengths is None or (start and _joined(text[start - 1], text[start])):
                continue
            for length in lengths:
                end = start + length
                if end > len(text):
                    continue
                meaning = self._meanings.get(text[start:end])
                if meaning is not None and not (end < len(text) and _joined(text[end - 1], text[end])):
                    yield start, end, meaning


def _joined(left: str, right: str) -> bool:
    """Tell whether two neighbours belong to one Latin word or number."""
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
