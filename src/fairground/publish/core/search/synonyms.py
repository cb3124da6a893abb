"""One thing, many names: what else a word of a query may be called, in both languages.

Three sources, most trusted first: our own list (`data/synonyms.tsv`), the technical terms of
`fairground.language`, and for single words its dictionary where it is sure.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files

from fairground.language.dictionary import shipped_terms, translations, translations_en
from fairground.language.tokens import surface_forms
from fairground.publish.core.search.analysis import is_han

LONGEST_TERM = 6  # tokens
_MOST_ALTERNATIVES = 6
_LISTED_WEIGHT = 0.5
_TERM_WEIGHT = 0.4
_DICTIONARY_WEIGHT = 0.3
_SURE = 0.2  # least probability of a dictionary word
_MOST_FROM_DICTIONARY = 2


@dataclass(frozen=True, slots=True)
class Alternative:
    """Another name: as it is printed, its tokens (a Chinese name is one), its weight in (0, 1)."""

    printed: str
    tokens: tuple[str, ...]
    weight: float


def key_of(tokens: Sequence[str]) -> tuple[str, ...]:
    """Join neighbouring Chinese tokens: the segmenter may cut a term differently inside a sentence."""
    joined: list[str] = []
    for token in tokens:
        if joined and is_han(token) and is_han(joined[-1]):
            joined[-1] += token
        else:
            joined.append(token)
    return tuple(joined)


def alternatives(key: tuple[str, ...]) -> tuple[Alternative, ...]:
    """Return the listed other names of a term, given as `key_of` its tokens; most trusted first."""
    return _listed().get(key, ())


@lru_cache(maxsize=1 << 14)
def dictionary_alternatives(token: str) -> tuple[Alternative, ...]:
    """Return what the dictionary says for one word in the other language, where it is sure."""
    found = translations(token) if is_han(token) else translations_en(token, 5)
    return tuple(
        Alternative(word, (word,), round(_DICTIONARY_WEIGHT * probability, 3))
        for word, probability in found[:_MOST_FROM_DICTIONARY]
        # One Chinese character means too many things.
        if probability >= _SURE and len(word) > 1
    )


@cache
def _listed() -> dict[tuple[str, ...], tuple[Alternative, ...]]:
    found: dict[tuple[str, ...], dict[tuple[str, ...], Alternative]] = {}
    terms = [(term, *renderings) for term, renderings in shipped_terms()]
    for groups, weight in ((_own_groups(), _LISTED_WEIGHT), (terms, _TERM_WEIGHT)):
        for group in groups:
            keyed = [(name, key_of([token for token, _ in surface_forms(name)])) for name in group]
            for _, key in keyed:
                others = found.setdefault(key, {})
                for name, other in keyed:
                    if other and other != key:
                        others.setdefault(other, Alternative(name, other, weight))
    return {key: tuple(others.values())[:_MOST_ALTERNATIVES] for key, others in found.items() if key}


def _own_groups() -> list[tuple[str, ...]]:
    text = files("fairground.publish.core.search").joinpath("data/synonyms.tsv").read_text(encoding="utf-8")
    return [
        tuple(name.strip() for name in line.split("\t") if name.strip())
        for line in text.splitlines()
        if line and not line.startswith("#")
    ]
