"""Names that differ from a word by one slip: a character too many, missing, wrong, or two changed over.

Every name is filed under itself and under each form with one character left out; two words that share such a form are
one slip apart, or nearly: the last check is exact.
"""

import functools
import re
from collections import defaultdict
from collections.abc import Mapping

from fairground.places.core.address_mentions import DIRECTIONS, KIND_WORDS, STREET_WORDS, WEIGHTS, Mention
from fairground.places.core.gazetteer import Gazetteer, Name, gazetteer, latin_key

_LEAST_POPULATION = 300_000  # of a foreign city whose name is looked for with a slip in it
_HAN_RUN = re.compile(r"[\u3400-\u9fff]{3,}")
_LATIN_WORD = re.compile(r"([A-Za-z][A-Za-z'’]{4,})(?:[ -]+([A-Za-z]+))?(?:[ -]+([A-Za-z]+))?")
_ORDINARY = (
    "avenue street building district county province floor tower science technology park north south "
    "development center centre central campus number block university"
)
_NO_NAMES = frozenset(_ORDINARY.split())
_ENDINGS = "省市区县旗盟州"


def _variants(word: str) -> set[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}


@functools.lru_cache(maxsize=1)
def _index() -> Mapping[str, tuple[str, ...]]:
    """Return form → the names (Han with their ending, or Latin keys) that are filed under it."""
    places = gazetteer()
    filed: defaultdict[str, list[str]] = defaultdict(list)
    for names in (places.han, places.latin):
        for word, meanings in names.items():
            if len(word) < 3 or (word.isascii() and len(word) < 6) or word.isupper():
                continue
            if any(_is_worth(places, name) for name in meanings):
                for form in _variants(word):
                    filed[form].append(word)
    return {form: tuple(words) for form, words in filed.items()}


def _is_worth(places: Gazetteer, name: Name) -> bool:
    place = places.places[name.place]
    if place.id[0] == "g":
        return place.level == "city" and place.population >= _LEAST_POPULATION
    return name.form == "full" and place.level != "town"


def _is_one_slip(one: str, other: str) -> bool:
    if len(one) == len(other):
        different = [place for place in range(len(one)) if one[place] != other[place]]
        if len(different) == 2:
            first, second = different
            return second == first + 1 and one[first] == other[second] and one[second] == other[first]
        return len(different) == 1
    short, long = sorted((one, other), key=len)
    return len(long) == len(short) + 1 and short in _variants(long)


def _near(word: str) -> list[str]:
    index = _index()
    found = {name for form in _variants(word) for name in index.get(form, ())}
    return sorted(name for name in found if _is_one_slip(word, name))


def near_mentions(
    text: str, folded: str, taken: list[Mention], places: Gazetteer, inside: frozenset[str]
) -> list[Mention]:
    """Return mentions among the words not `taken` that are a name with one slip in it.

    `inside` : ids of places already found; in Chinese a short slip (三字) counts only for a name inside one of them.
    At most 60 words are tried, so the time is bounded whatever the text.
    """
    covered = [False] * (len(folded) + 1)
    for mention in taken:
        if not mention.is_faint:
            covered[mention.start : mention.end] = [True] * (mention.end - mention.start)
    found: list[Mention] = []
    for start, word in [*_han_words(folded, covered), *_latin_words(folded, covered)][:60]:
        is_han = not word.isascii()
        key = word if is_han else latin_key(word)
        if word in places.han or key in places.latin:  # no slip at all
            continue
        names = tuple(
            Name(name.place, "fuzzy")
            for near in _near(key)
            for name in (places.han if is_han else places.latin).get(near, ())
            if _is_worth(places, name)
            and (len(word) > 3 or inside & set(places.lineage(name.place)[1:]))
            and (not inside or inside & set(places.lineage(name.place)) or not is_han)
        )
        if names and not any(one.start < start + len(word) and start < one.end for one in found):
            found.append(
                Mention(
                    start, start + len(word), text[start : start + len(word)], names, WEIGHTS["fuzzy"], is_han
                )
            )
    return found


def _han_words(folded: str, covered: list[bool]) -> list[tuple[int, str]]:
    words = []
    for run in _HAN_RUN.finditer(folded):
        for end in range(run.start() + 3, run.end() + 1):
            if folded[end - 1] not in _ENDINGS:
                continue
            for length in (5, 4, 3):
                start = end - length
                if start >= run.start() and not any(covered[start:end]):
                    words.append((start, folded[start:end]))
    return words


def _latin_words(folded: str, covered: list[bool]) -> list[tuple[int, str]]:
    words, at = [], 0
    while match := _LATIN_WORD.search(folded, at):
        at = match.end(1)
        word, first, second = ((match[number] or "").lower() for number in (1, 2, 3))
        is_street = first in STREET_WORDS or (first in DIRECTIONS and second in STREET_WORDS)
        if (
            not is_street
            and not any(covered[match.start(1) : at])
            and word not in _NO_NAMES | KIND_WORDS.keys()
        ):
            words.append((match.start(1), match[1]))
    return words
