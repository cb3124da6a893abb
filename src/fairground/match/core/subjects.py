"""What a quantity is a value of: the measurand nearest to it, and the words that narrow it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from fairground.language.quantities import Quantity
from fairground.match.core.lexicon import Concept, Lexicon, Token, sides_of

# Where a unit alone says what is measured. Lengths, times and ratios say nothing by themselves.
_IMPLIED = {
    "temperature": "temperature",
    "pressure": "operating pressure",
    "power": "power",
    "voltage": "voltage",
    "current": "current",
    "mass": "weight",
    "speed": "speed",
    "frequency": "frequency",
    "data rate": "data rate",
    "frame rate": "frame rate",
    "rotation": "rotational speed",
    "money CNY": "cost",
    "money USD": "cost",
    "money EUR": "cost",
    "money GBP": "cost",
    "specific energy": "energy density, energy consumption",
    "specific power": "power density",
    "specific capacity": "specific capacity",
    "thermal conductivity": "thermal conductivity",
    "viscosity": "viscosity",
    "cycles": "cycle life",
    "trl": "trl",
    "ip": "ip rating",
    "pixels": "resolution",
    "resistance": "resistance",
    "area": "area",
    "persons": "operators",
    "volume": "volume",
    "wavelength": "wavelength",
    "energy": "storage capacity",
    "mass flow": "production capacity",
}

_CONDITION_BEFORE = re.compile(
    r"(?:\bat|\bunder|\bafter|\bduring|\bwhen|\bin\s(?:a|an)|在|于|经|经过|当|" r"历经)\s*(?:an?\s|the\s)?$",
    re.IGNORECASE,
)
_LIES = re.compile(r"\s?(?:左右|上下|之间|范围|以[上下内]|内)")
_CONDITION_WORD = re.compile(
    r"(?:\bat|\bunder|\bafter|\bwhen|在|经|经过|当|于)\s?[^,，;；]{0,16}$", re.IGNORECASE
)
_CONDITION_AFTER = re.compile(
    r"\s?[\u4e00-\u9fff]{0,6}?(?:条件下|环境下|环境中|情况下|温度下|压力下|下(?!降|限|一|"
    r"游|载|沉|料)"
    r"|时(?!间|长|延|效|候)|后(?!续|期|台|端))"
)
_BESIDE = re.compile(r"[\s-]*(?:的|in\s|of\s|or\s\w+\s)?\s*")
_LINKED = re.compile(
    r"(?:\s|:|：|=|is|are|was|of|为|达到?|可达|高达|约|at|a|an|the|reaches|to|\()*", re.IGNORECASE
)


# Parts of longer words that the reader of words leaves whole (年运行费用).
_MONEY_WORDS = re.compile(
    "售价|单价|报价|运行费用|运行成本|运营成本|运维|维护费?|服务费|年费|投资|投入|预算|转让费|许可费|单次|每次"
)
_MEASURED_AT = re.compile(
    r"\b(?:move[sd]?|runs?|travels?|flies|rotates?|spins?|leaves?\s(?:the\s)?\w+|s[eo](?:ll|ld)s?|priced|offered|available|measured|settle[sd]?|stays?|stayed|is|was|are|were|stands?|stood|remain(?:s|ed)?|held|"
    r"rated|lies|lay|peaks?|peaked|put|given|stated|certified)\s(?:\w+ly\s)?at\s?(?:an?\s|the\s)?$",
    re.IGNORECASE,
)


# A range in nanometres that nothing names is a range of light.
_OPTICAL = re.compile(r"\d\s?(?:nm|纳米)?\s?(?:~|-|to|至|到|and)\s?\d{3,4}\s?(?:nm|纳米)")
_SPREADS = frozenset({"range", "ranges", "范围"})
# 'After saccharification the yield is ...': what stands in such a phrase is a circumstance.
_LEADING_PHRASE = re.compile(
    r"\s*(?:with|after|under|by|at|in|on|during|for|from)\s(?:(?:the|a|an|our|its|two|this)\s)?"
    r"[^,]{3,50}?(?=\s(?:the|its|a|an|our)\s)",
    re.IGNORECASE,
)
_POSTPOSITION = re.compile(r"(?:后|时|中|下|前)(?![\u4e00-\u9fff]?端)")


@dataclass(slots=True)
class Subject:
    """The measurand of one quantity.

    `head` holds the keys that may name it; `explicit` says the text names it (a unit alone implies
    it otherwise); `known` that it is in the word list rather than merely the nearest noun; `better`
    is '+', '-', 'r' or '0' as in data/terms.tsv, '' where not known; `sides` the exclusive qualifiers
    (input or output); `condition` that the quantity is a circumstance ('at 85 °C') and no result.
    """

    head: frozenset[str]
    explicit: bool
    known: bool
    better: str
    modifiers: tuple[Token, ...]
    sides: dict[int, int]
    condition: bool
    word: Token | None  # the word that names the measurand, where one does
    named: tuple[Token, ...]  # the modifiers, and the head's word where it is not a known measurand


def _fitting(token: Token, dimension: str) -> list[Concept]:
    names = {dimension, "money CNY"} if dimension[:4] in ("CNY·", "USD·", "EUR·", "GBP·") else {dimension}
    return [concept for concept in token.measured if names & concept.dimensions]


@lru_cache(maxsize=1)
def _implied() -> dict[str, tuple[frozenset[str], str]]:
    lexicon = Lexicon()
    found: dict[str, tuple[frozenset[str], str]] = {}
    for dimension, words in _IMPLIED.items():
        measured_in = "length" if dimension == "wavelength" else dimension
        concepts = [concept for token in lexicon.tokens(words) for concept in _fitting(token, measured_in)]
        found[dimension] = (frozenset("@" + concept.id for concept in concepts), concepts[0].better)
    return found


def _is_condition(text: str, quantity: Quantity, left: Sequence[Token]) -> bool:
    before = text[max(0, quantity.start - 24) : quantity.start]
    if _CONDITION_BEFORE.search(before):
        # '发芽率均在 92% 以上', '转速可在 50~5000 r/min 内调节': where a value lies, not under which it holds.
        lies = before.rstrip().endswith("在") and (
            quantity.comparator != "eq" or _LIES.match(text, quantity.end)
        )
        lies = lies or bool(_MEASURED_AT.search(before))
        return not (lies and any(_fitting(token, quantity.dimension) or not token.generic for token in left))
    if _CONDITION_AFTER.match(text, quantity.end) is None:
        return False
    if quantity.dimension == "cycles":
        return True  # '循环 1000 次后容量保持率'
    return bool(_CONDITION_WORD.search(before)) or not any(token.measured for token in left)


def _named(text: str, quantity: Quantity, left: Sequence[Token], right: Sequence[Token]) -> Token | None:
    """Choose the measurand's word: right after the unit, else nearest before, else nearest after."""
    fitting = [token for token in left if _fitting(token, quantity.dimension)]
    if len(fitting) > 1 and text[fitting[-1].start : fitting[-1].end].lower() in _SPREADS:
        fitting.pop()  # 'wavelength range' is a wavelength
    before = fitting[-1] if fitting else None
    after = next((token for token in right if _fitting(token, quantity.dimension)), None)
    if after is not None and _BESIDE.fullmatch(text, quantity.end, after.start):
        linked = before is not None and _LINKED.fullmatch(text, before.end, quantity.start)
        if not linked:
            return after
    return before or after


def subject_of(text: str, quantity: Quantity, tokens: Sequence[Token]) -> Subject:
    """Find what `quantity` measures in the folded sentence `text` with its `tokens`."""
    first, last = quantity.reach
    left = [token for token in tokens if first <= token.start and token.end <= quantity.start]
    right = [token for token in tokens if quantity.end <= token.start and token.end <= last]
    dimension = quantity.dimension
    named = _named(text, quantity, left, right)
    if named is None and not left:
        # '效率方面, 达到 92%': the clause before names it and has no value of its own.
        earlier = [token for token in tokens if token.end <= first]
        named = next((token for token in reversed(earlier[-3:]) if _fitting(token, dimension)), None)
    explicit, known, better = named is not None, True, ""
    if named is None and dimension == "length" and _OPTICAL.search(quantity.quote):
        dimension = "wavelength"
    if named is not None:
        concepts = _fitting(named, dimension)
        head, better = frozenset("@" + concept.id for concept in concepts), concepts[0].better
    elif dimension in _implied():
        head, better = _implied()[dimension]
    else:
        known = False
        near = [token for token in left if not token.generic][-1:] or [
            token for token in right if not token.generic
        ][:1]
        named = near[0] if near else None
        head = frozenset(named.keys) if named else frozenset()
    modifiers = tuple(
        token
        for token in (*left, *right[: 3 if left else 6])
        if token is not named
        and not token.generic
        and token.sign > 0
        and head.isdisjoint(token.keys)
        and not (token.measured and named and token.start > quantity.end)
    )
    keys = [key for token in (*left, *right) for key in token.keys]
    if dimension.startswith(("money", "CNY", "USD", "EUR", "GBP")):
        keys.extend(_MONEY_WORDS.findall(text[first:last]))
    condition = _is_condition(text, quantity, left)
    phrase = _LEADING_PHRASE.match(text, first)
    circumstances = phrase.end() if phrase and phrase.end() < quantity.start else first
    modifiers = tuple(
        token
        for token in modifiers
        if token.start >= circumstances and not _POSTPOSITION.match(text, token.end)
    )
    words = modifiers if known or named is None else (*modifiers, named)
    return Subject(head, explicit, known, better, modifiers, sides_of(keys), condition, named, words)
