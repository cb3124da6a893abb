"""Other words for what a project asks: 房租补贴 is 租金补贴, a pilot plant is a pilot line."""

import re
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files

_MOST = 12  # puttings of one wish


@lru_cache(maxsize=1)
def _table() -> tuple[tuple[frozenset[str], tuple[str, ...], tuple[str, ...]], ...]:
    text = files("fairground.match.core.landing").joinpath("data", "synonyms.tsv").read_text("utf-8")
    rows = []
    for line in text.splitlines():
        if line and not line.startswith("#"):
            kinds, chinese, english = line.split("\t")
            rows.append((frozenset(kinds.split(",")), tuple(chinese.split("|")), tuple(english.split("|"))))
    return tuple(rows)


@dataclass(frozen=True, slots=True)
class Putting:
    """A wish in other words. A sentence answers it only where it has `word` as it stands; '' for its own words."""

    text: str
    word: str = ""

    def stands_in(self, folded: str) -> bool:
        """Tell whether a folded sentence has the word."""
        if not self.word:
            return True
        pattern = rf"\b{re.escape(self.word)}(?:s|es)?\b" if self.word.isascii() else re.escape(self.word)
        return re.search(pattern, folded, re.IGNORECASE) is not None


def puttings(text: str, kind: str) -> tuple[Putting, ...]:
    """Return a wish as it is and, after it, with each other word of its kind for what it names; at most twelve.

    Where the wish is that word alone, its words in the other language stand too.
    """
    found = [Putting(text)]
    for kinds, chinese, english in _table():
        if kind not in kinds:
            continue
        for words, others in ((chinese, english), (english, chinese)):
            named = _named(text, words)
            if named is None:
                continue
            rest = text[: named[0]] + text[named[1] :]
            same = [other for other in words if other != text[named[0] : named[1]]]
            found += [Putting(text[: named[0]] + other + text[named[1] :], other) for other in same]
            if not re.search(r"\w", rest):
                found += [Putting(other, other) for other in others]
    return tuple(dict.fromkeys(found))[:_MOST]


def _named(text: str, words: tuple[str, ...]) -> tuple[int, int] | None:
    """Return where the longest of some words stands in a text."""
    for word in sorted(words, key=len, reverse=True):
        pattern = rf"\b{re.escape(word)}\b" if word.isascii() else re.escape(word)
        if found := re.search(pattern, text, re.IGNORECASE):
            return found.span()
    return None
