"""Needs and offers read once, so that judging a pair only compares."""

import re
from dataclasses import dataclass, field

from fairground.collect.core.records import OFFER_TEXT_FIELDS, Need, Offer, Requirement
from fairground.language.normalise import fold
from fairground.language.quantities import Quantity, quantities
from fairground.language.sentences import sentences
from fairground.match.core.lexicon import Lexicon, Token
from fairground.match.core.requirements import requirements_of
from fairground.match.core.stance import Stance, Stances
from fairground.match.core.subjects import Subject, subject_of
from fairground.match.core.targets import Target, target_of

GENERIC_WEIGHT = 0.25


_BESIDE_DENIAL = 0.3


_DIGIT = re.compile(
    r"\d|[一二三四五六七八九十两百半倍番]|doubl|halv|tripl|half|third|quarter|\b(?:one|two|three|four|five|six|seven|eight|nine|"
    r"ten|twelve)\b",
    re.IGNORECASE,
)


_LATIN = re.compile(r"[A-Za-z]+")
HAN = re.compile(r"[\u3400-\u9fff]")


@dataclass(slots=True)
class Fact:
    """A value an offer states, with what it is of and whose it is."""

    quantity: Quantity
    subject: Subject
    stance: Stance
    sentence: int


@dataclass(slots=True)
class Sentence:
    text: str  # as printed
    folded: str
    field: str
    tokens: list[Token]
    signs: dict[str, int]  # key -> 1 said, 2 denied, 3 both
    foreign: bool  # written in Latin script
    stances: Stances | None = None
    facts: list[Fact] | None = None


@dataclass(slots=True)
class PreparedOffer:
    """An offer read once: its sentences, tokens, and (when first asked for) its quantities."""

    offer: Offer
    sentences: list[Sentence]
    index: dict[str, list[int]]  # key -> sentences that carry it
    title_signs: dict[str, int]  # keys of the title, all taken as said
    title_heads: dict[str, int]  # keys of the word in the title that names the thing itself
    _facts: dict[str, list[Fact]] | None = None

    def facts(self) -> dict[str, list[Fact]]:
        """Return the stated values by dimension."""
        if self._facts is None:
            self._facts = {}
            for place, sentence in enumerate(self.sentences):
                for fact in _facts_of(sentence, place):
                    self._facts.setdefault(fact.quantity.dimension, []).append(fact)
        return self._facts


@dataclass(slots=True)
class Wanted:
    quantity: Quantity
    subject: Subject
    target: Target


@dataclass(slots=True)
class PreparedRequirement:
    """A requirement read once: wanted values, circumstances, and words with their weights."""

    requirement: Requirement
    wanted: list[Wanted]
    conditions: list[Quantity]
    words: list[tuple[tuple[str, ...], int, float, bool]]  # keys, sign, weight, written in Latin script
    weight: float
    renderings: dict[str, tuple[str, ...]]  # key -> keys that may stand for it
    denies: bool  # asks for something not to be
    length: float  # words, two Han characters counting as one
    keys: frozenset[str]  # all that its words may stand for, in both languages
    whole: bool  # speaks of the whole thing expressly: the value of a part is no answer


@dataclass(slots=True)
class PreparedNeed:
    """A need with its requirements read once."""

    need: Need
    requirements: list[PreparedRequirement] = field(default_factory=list)


def _facts_of(sentence: Sentence, place: int) -> list[Fact]:
    if not _DIGIT.search(sentence.folded):
        return []
    stances = stances_of(sentence)
    found: list[Fact] = []
    for item in quantities(sentence.text):
        subject = subject_of(sentence.folded, item, sentence.tokens)
        if (
            found
            and not subject.explicit
            and (
                _takes_over(sentence.folded, item, found[-1].quantity)
                or _follows_its_old_level(item, found[-1].quantity)
            )
        ):
            # '进口产品凝固时间 8 min, 本产品为 16 min': the second value is of what the first one names.
            subject = found[-1].subject
        found.append(Fact(item, subject, stances.at(item.start, item.end), place))
    return found


def _takes_over(text: str, item: Quantity, before: Quantity) -> bool:
    return item.dimension == before.dimension and bool(_OURS.match(text, item.reach[0]))


def _follows_its_old_level(item: Quantity, before: Quantity) -> bool:
    """'由 24% 降到 17.5%': both levels are of what stands before the first."""
    return before.change == "before" and not item.change and item.dimension == before.dimension


def stances_of(sentence: Sentence) -> Stances:
    if sentence.stances is None:
        sentence.stances = Stances(sentence.folded)
    return sentence.stances


def prepare_offer(offer: Offer, lexicon: Lexicon) -> PreparedOffer:
    """Read an offer's texts once; cost is linear in their length, about 1 ms for 1,500 characters."""
    prepared: list[Sentence] = []
    seen: set[str] = set()
    for name in OFFER_TEXT_FIELDS:
        local = offer.texts.get(name)
        if local is None:
            continue
        for text in sentences(local.both()):
            if text not in seen:
                seen.add(text)
                prepared.append(_read(text, name, lexicon))
    index: dict[str, list[int]] = {}
    for place, sentence in enumerate(prepared):
        for key in sentence.signs:
            index.setdefault(key, []).append(place)
    title = {key: 1 for sentence in prepared if sentence.field == "title" for key in sentence.signs}
    heads = {key: 1 for sentence in prepared if sentence.field == "title" for key in _head_of(sentence)}
    return PreparedOffer(offer, prepared, index, title, heads)


def _head_of(title: Sentence) -> tuple[str, ...]:
    """Return the keys of the word that names the thing itself: the last one, in English before 'for' or 'of'."""
    place = _OF_TITLE.search(title.folded) if title.foreign else None
    last = place.start() if place else len(title.folded)
    named = [token for token in title.tokens if token.end <= last]
    return named[-1].keys if named else ()


_OURS = re.compile(
    r"[\s,，;；]*(?:而|但)?(?:本|我们?|该|新)(?=[\u4e00-\u9fff])|[\s,;]*(?:while\s|whereas\s|but\s|and\s)?"
    r"(?:ours|our|this|the\snew|the\spresent)\b",
    re.IGNORECASE,
)
_OF_TITLE = re.compile(r"\s(?:for|of|with|in|by|from|to|at|on|using|based)\s", re.IGNORECASE)


def _read(text: str, name: str, lexicon: Lexicon) -> Sentence:
    folded = fold(text)
    tokens = lexicon.tokens(folded)
    signs: dict[str, int] = {}
    for token in tokens:
        mark = 1 if token.sign > 0 else 2
        for key in token.keys:
            signs[key] = signs.get(key, 0) | mark
    return Sentence(text, folded, name, tokens, signs, not HAN.search(folded))


def prepare_requirement(requirement: Requirement, lexicon: Lexicon) -> PreparedRequirement:
    """Read one requirement."""
    folded = fold(requirement.text)
    tokens = lexicon.tokens(folded)
    found = quantities(requirement.text)
    read = [(item, subject_of(folded, item, tokens)) for item in found]
    conditions = [item for item, subject in read if subject.condition and len(read) > 1]
    wanted = [
        Wanted(item, subject, target_of(item, subject.better, folded))
        for item, subject in read
        if not any(item is condition for condition in conditions) and item.change != "before"
    ]
    if not wanted and conditions:
        wanted = [Wanted(item, subject, target_of(item, subject.better, folded)) for item, subject in read]
        conditions = []
    inside = [(item.start, item.end) for item in found]
    words: list[tuple[tuple[str, ...], int, float, bool]] = []
    seen: set[str] = set()
    for token in tokens:
        if token.keys[-1] in seen or any(first <= token.start < last for first, last in inside):
            continue
        seen.add(token.keys[-1])
        keys = token.keys + tuple(key for name in token.keys for key in lexicon.renderings(name))
        words.append((keys, token.sign, GENERIC_WEIGHT if token.generic else 1.0, token.keys[-1].isascii()))
    denies = any(sign < 0 for _, sign, _, _ in words)
    if denies and not requirement.excluded:
        # What must not be is the point of the sentence; the rest says where.
        words = [
            (keys, sign, weight if sign < 0 else weight * _BESIDE_DENIAL, latin)
            for keys, sign, weight, latin in words
        ]
    renderings = {key: keys for keys, _, _, _ in words for key in keys[:2]}
    all_keys = frozenset(key for keys, _, _, _ in words for key in keys)
    weight = sum(weight for _, _, weight, _ in words)
    length = len(_LATIN.findall(folded)) + len(HAN.findall(folded)) / 2
    whole = bool(_WHOLE.search(folded))
    return PreparedRequirement(
        requirement, wanted, conditions, words, weight, renderings, denies, length, all_keys, whole
    )


def prepare_need(need: Need, lexicon: Lexicon) -> PreparedNeed:
    """Find and read a need's requirements once, at most twelve of them."""
    return PreparedNeed(need, [prepare_requirement(item, lexicon) for item in requirements_of(need)])


_WHOLE = re.compile(r"整|总|全套|\b(?:overall|total|whole|complete|entire|system)\b", re.IGNORECASE)
