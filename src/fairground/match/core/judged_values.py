"""Judging a requirement that wants values: the same thing measured, in the bounds or outside them."""

import re
from collections.abc import Iterable, Sequence

from fairground.language.normalise import fold
from fairground.language.quantities import Quantity, quantities
from fairground.match.core.assertion import (
    begins_strangely,
    begins_with_title,
    clause_start,
    is_conditional,
    is_of_another,
    is_of_the_offer,
)
from fairground.match.core.counts import counted_in, counts_of
from fairground.match.core.decision import SILENT, Decision, missing
from fairground.match.core.lexicon import MONEY_GROUP, Token, filler_keys
from fairground.match.core.prepared import (
    HAN,
    Fact,
    PreparedOffer,
    PreparedRequirement,
    Sentence,
    Wanted,
    stances_of,
)
from fairground.match.core.results import Verdict
from fairground.match.core.stance import Stance
from fairground.match.core.targets import Answer, answer

# Units that are used for one thing only; and those that nearly are.
_TELLING = frozenset(
    {"specific energy", "specific capacity", "thermal conductivity", "viscosity", "trl", "ip"}
)
_MOSTLY_TELLING = frozenset({"cycles", "specific power", "rotation", "persons"})
_PART = re.compile(r"其中|之一|\bof which\b|\b(?:its|the)\s\w+\s(?:alone|only)\b", re.IGNORECASE)
_DIMENSIONS_ALIKE = {"ratio": ("ratio", "number"), "number": ("number", "ratio")}


_OWN_START = re.compile(r"\s*(?:ours?|we|it|its|this)\b|\s*(?:本|我|该)(?=[\u4e00-\u9fff])", re.IGNORECASE)
_OWN_BESIDE = re.compile(
    r"\b(?:its|our)\s(?:\w+\s)?$|(?:其|本[\u4e00-\u9fff]{1,4}的?|对[^,，;；]{1,10}的)$", re.IGNORECASE
)
_VERBS = frozenset(
    (
        "costs",
        "cost",
        "weighs",
        "weigh",
        "lasts",
        "last",
        "responds",
        "respond",
        "charges",
        "recharges",
        "charged",
    )
)
_NAMED_ALIKE = ("value: same words beside it", "value: same unknown words")


def _overlap(
    tokens: Iterable[Token], keys: frozenset[str] | set[str], lexicon_keys: dict[str, tuple[str, ...]]
) -> bool:
    for token in tokens:
        for key in token.keys:
            if key in keys or any(other in keys for other in lexicon_keys.get(key, ())):
                return True
    return False


def _comparable(
    tokens: Sequence[Token], foreign: bool, renderings: dict[str, tuple[str, ...]]
) -> list[Token]:
    """Leave out words that cannot be compared with a sentence in the other script."""
    return [
        token
        for token in tokens
        if token.keys[0][0] == "@" or token.keys[-1].isascii() == foreign or renderings.get(token.keys[-1])
    ]


def _same_subject(
    wanted: Wanted,
    fact: Fact,
    sentence: Sentence,
    prepared: PreparedRequirement,
    offer: PreparedOffer,
) -> str:
    """Return the rule by which two quantities are values of the same thing, '' where they may not be."""
    want, said, renderings = wanted.subject, fact.subject, prepared.renderings
    if not want.head or not said.head or want.known != said.known:
        return ""
    if any(said.sides.get(group, side) != side for group, side in want.sides.items()):
        return ""
    if not want.known:
        return _same_words(wanted, fact, sentence, prepared, offer)
    if fact.quantity.dimension.startswith("money") and not _same_kind_of_money(wanted, fact):
        return ""
    if fact.quantity.dimension == "mass" and not want.explicit and said.explicit:
        return ""  # '可处理 1500 kg' asks for no weight
    heads = set(want.head)
    for key in want.head:
        heads.update(renderings.get(key, ()))
    if not heads & said.head:
        return ""
    asked = [
        token for token in _comparable(want.modifiers, sentence.foreign, renderings) if not _is_filler(token)
    ]
    keys = {key for token in said.modifiers for key in token.keys}
    open_words = [token for token in asked if not _found_in(token, keys, renderings)]
    strangers = _strangers(fact, prepared, offer.title_signs)
    if open_words and strangers:
        return ""  # '出口 NOx' and '出口 SO2': each names what the other does not
    # What the title calls the offer need not be said again beside each value.
    asked = [
        token
        for token in asked
        if token not in open_words or not _found_in(token, offer.title_heads, renderings)
    ]
    open_words = [token for token in open_words if token in asked]
    if fact.quantity.dimension.startswith("money") and want.sides.get(MONEY_GROUP):
        return "value: same kind of money"
    if len(open_words) < len(asked) or (
        not open_words and any(_found_in(token, keys, renderings) for token in want.modifiers)
    ):
        return "value: same words beside it"
    if _PART.search(sentence.folded[: fact.quantity.start]):
        return ""
    if fact.quantity.dimension == "trl":
        return "value: readiness"
    if fact.quantity.dimension in _TELLING or fact.quantity.dimension.startswith(("CNY·", "USD·", "EUR·")):
        word = said.word
        owned = word is not None and any(_possesses(token, word, sentence) for token in strangers)
        return "" if owned else "value: telling unit"
    if not said.explicit and want.explicit and want.better != "r":
        if asked or (strangers and fact.quantity.dimension not in _MOSTLY_TELLING):
            return ""
        return "value: unit names it" if not strangers else "value: unit nearly names it"
    if not asked:
        return _alone(fact, strangers, prepared, sentence)
    if strangers:
        return ""
    if _overlap(asked, set(sentence.signs), renderings):
        return "value: same words in sentence"
    if is_of_the_offer(sentence, fact.quantity.start):
        return "value: of the offer itself"
    first = fact.quantity.reach[0]
    leading = sentence.tokens[0] if sentence.tokens else None
    bare = leading is None or leading.generic or bool(leading.measured) or leading.start >= first
    named = any(
        not token.generic
        and not token.measured
        and not _is_filler(token)
        and not _found_in(token, prepared.keys, {})
        and not _found_in(token, offer.title_signs, {})
        for token in sentence.tokens
        if token.start < first
    )
    # In the same script the words asked for would have been found.
    alien = bool(fact.quantity.change) or all(token.keys[-1].isascii() != sentence.foreign for token in asked)
    return "value: no other subject" if bare and not named and alien else ""


def _same_kind_of_money(wanted: Wanted, fact: Fact) -> bool:
    """Where a budget, a fee or an investment is asked for, a sum that is not called so is no answer."""
    named = {
        group: side
        for group, side in wanted.subject.sides.items()
        if group == MONEY_GROUP and side in (1, 2, 3)
    }
    return all(fact.subject.sides.get(group) == side for group, side in named.items())


def _same_words(
    wanted: Wanted,
    fact: Fact,
    sentence: Sentence,
    prepared: PreparedRequirement,
    offer: PreparedOffer,
) -> str:
    """Compare two values of something the word list does not know, by the words around them."""
    renderings = prepared.renderings
    want_head = wanted.subject.head
    around = set(fact.subject.head)
    for token in fact.subject.modifiers:
        around.update(token.keys)
    asked = [
        token
        for token in _comparable(wanted.subject.named, sentence.foreign, renderings)
        if not _is_filler(token)
    ]
    found = [token for token in asked if _found_in(token, around, renderings)]
    if not found:
        return ""
    if 2 * len(found) < len(asked):
        head = want_head & fact.subject.head
        rest = any(_found_in(token, sentence.signs, renderings) for token in asked if token not in found)
        return "value: same unknown name" if rest and any(len(key) > 2 for key in head) else ""
    if len(found) < len(asked) and _strangers(fact, prepared, offer.title_heads):
        return ""
    return "value: same unknown words"


def _is_filler(token: Token) -> bool:
    return token.keys[-1] in filler_keys()


def _found_in(
    token: Token, keys: frozenset[str] | set[str] | dict[str, int], renderings: dict[str, tuple[str, ...]]
) -> bool:
    """Whether a token, a rendering of it, or a Chinese word that contains it or lies in it, is among `keys`."""
    for key in token.keys:
        if key in keys or any(other in keys for other in renderings.get(key, ())):
            return True
    word = token.keys[-1]
    if word.isascii() or len(word) < 2:
        return False
    return any((word in other or (len(other) > 1 and other in word)) for other in keys if not other.isascii())


def _strangers(fact: Fact, prepared: PreparedRequirement, titled: dict[str, int]) -> list[Token]:
    """Return the words before a stated value that neither the requirement nor the offer's title has."""
    return [
        token
        for token in fact.subject.named
        if token.start < fact.quantity.start
        and not token.measured
        and not _is_filler(token)
        and not _found_in(token, prepared.keys, {})
        and not _found_in(token, titled, {})
        and fact.subject.head.isdisjoint(token.keys if fact.subject.known else ())
    ]


_FOR_SOMETHING = re.compile(r"\s(?:for|on|of)\s(?:the\s|our\s)?[a-z]{3,}", re.IGNORECASE)


def _alone(fact: Fact, strangers: Sequence[Token], prepared: PreparedRequirement, sentence: Sentence) -> str:
    """The requirement names a measurand and nothing else: whose value is it that the offer states?"""
    if sentence.foreign and _FOR_SOMETHING.match(sentence.folded, fact.quantity.end):
        return ""
    if not strangers:
        return "value: measurand alone"
    if prepared.whole or fact.quantity.dimension == "mass":
        return ""  # 'The housing weighs 1.2 kg' says nothing of the whole
    measurand = fact.subject.word
    if measurand is None or any(_possesses(token, measurand, sentence) for token in strangers):
        return ""
    return "value: measurand beside others"


def _possesses(stranger: Token, measurand: Token, sentence: Sentence) -> bool:
    """Tell whether the value may be of what `stranger` names ('the motor has an efficiency', 电机效率).

    English qualifiers stand right before a noun ('solar reflectance'), Chinese owners do; either way a
    sentence that begins with 'our', 'it' or 本 speaks of the offer itself.
    """
    text = sentence.folded
    if _OWN_START.match(text) or _OWN_BESIDE.search(text[: measurand.start]):
        return False
    between = text[stranger.end : measurand.start]
    if stranger.start > measurand.start:
        return True  # 'the noise of the motor is'
    adjacent = not between.strip(" -的")
    if HAN.match(text, measurand.start):
        # One sign may be left over of the owner's name (污水|站) beside 日 or 年.
        return len(between.strip(" -的日月年每均")) <= 1
    return not adjacent or text[measurand.start : measurand.end].lower() in _VERBS


def judge_values(prepared: PreparedRequirement, offer: PreparedOffer) -> Decision:
    """Judge a requirement that wants values: contradicted if one value is, met only if all are."""
    outcomes = _without_crossed(
        [_judge_value(wanted, prepared, offer) for wanted in prepared.wanted], prepared
    )
    order = (Verdict.CONTRADICTED, Verdict.MISSING, Verdict.MET)
    return min(outcomes, key=lambda outcome: order.index(outcome.verdict))


def _without_crossed(outcomes: list[Decision], prepared: PreparedRequirement) -> list[Decision]:
    """Where several values of one dimension are wanted ('200–440 and 950–2150 MHz'), refute all or none.

    A stated value may answer one of them and so miss the others by nature.
    """
    dimensions = [wanted.quantity.dimension for wanted in prepared.wanted]
    kept = list(outcomes)
    for place, dimension in enumerate(dimensions):
        same = [outcomes[other].verdict for other, name in enumerate(dimensions) if name == dimension]
        if outcomes[place].verdict is Verdict.CONTRADICTED and set(same) != {Verdict.CONTRADICTED}:
            kept[place] = missing(
                (
                    "要求给出同类的几个值，无法对应",
                    "several values of one kind are wanted; which is meant is unclear",
                ),
                "value: crossed",
            )
    return kept


def _judge_value(wanted: Wanted, prepared: PreparedRequirement, offer: PreparedOffer) -> Decision:
    dimension = wanted.quantity.dimension
    facts = offer.facts()
    decided: dict[Verdict, list[tuple[Fact, Sentence, str]]] = {}
    why = SILENT
    for fact in [
        fact for name in _DIMENSIONS_ALIKE.get(dimension, (dimension,)) for fact in facts.get(name, ())
    ]:
        sentence = offer.sentences[fact.sentence]
        if fact.quantity.change != wanted.quantity.change:
            continue
        circumstance = fact.subject.condition and not (
            wanted.subject.better == "r" or wanted.subject.condition
        )
        if circumstance and dimension != "cycles":
            continue
        rule = _same_subject(wanted, fact, sentence, prepared, offer)
        if not rule:
            continue
        if fact.stance is Stance.PROSPECT:
            why = (f"“{fact.quantity.quote}”只是预期", f"'{fact.quantity.quote}' is only a prospect")
            continue
        if fact.stance is Stance.UNPROVEN:
            why = (f"“{fact.quantity.quote}”尚未验证", f"'{fact.quantity.quote}' is not yet shown")
            continue
        if is_conditional(sentence):
            why = (
                f"“{fact.quantity.quote}”只在一定条件下成立",
                f"'{fact.quantity.quote}' holds only on a condition",
            )
            continue
        other = fact.stance is Stance.OTHER or is_of_another(
            prepared, offer, fact.sentence, fact.quantity.start
        )
        if other and not fact.quantity.change:
            why = (
                f"“{fact.quantity.quote}”是别的产品的值",
                f"'{fact.quantity.quote}' is the value of another product",
            )
            continue
        result = answer(wanted.target, fact.quantity, sentence.folded)
        if result in (Answer.OPEN, Answer.BEST_CASE) or not _same_circumstances(prepared, sentence, fact):
            why = _undecided(result, fact.quantity, wanted.quantity)
            continue
        if wanted.subject.better not in ("+", "-") and _MAXIMUM.match(prepared.requirement.text):
            continue  # 'Max depth 50 m' may bound the thing or ask for a reach
        if result is Answer.CONTRADICTED and _is_loose(wanted, prepared):
            continue
        if circumstance and result is Answer.CONTRADICTED:
            continue  # 'after 260 cycles' shows 260 cycles and refutes no more of them
        decided.setdefault(Verdict(result.value), []).append((fact, sentence, rule))
    strongest = {
        verdict: [pair for pair in pairs if pair[2] in _NAMED_ALIKE] for verdict, pairs in decided.items()
    }
    if any(strongest.values()):
        decided = {verdict: pairs for verdict, pairs in strongest.items() if pairs}
    if len(decided) == 2:
        # A value said of the whole outweighs one said of a named part.
        whole = {
            verdict: [pair for pair in pairs if not pair[0].subject.modifiers]
            for verdict, pairs in decided.items()
        }
        if sum(map(bool, whole.values())) == 1:
            decided = {verdict: pairs for verdict, pairs in whole.items() if pairs}
    if len(decided) == 2:
        return missing(
            ("供给给出的几个值彼此不一致", "the offer states values that point both ways"), "value: both ways"
        )
    if not decided:
        counted = _judge_count(wanted, prepared, offer)
        if counted is not None:
            return counted
    for verdict, pairs in decided.items():
        fact, sentence, rule = pairs[0]
        said, asked = fact.quantity.quote, wanted.quantity.quote
        told = _meets(said, asked) if verdict is Verdict.MET else _misses(said, asked)
        return Decision(verdict, sentence, *told, rule)
    return missing(why)


def _judge_count(wanted: Wanted, prepared: PreparedRequirement, offer: PreparedOffer) -> Decision | None:
    """Judge a number of things ('200 parcels per minute') by bare counts of the same things."""
    counted = counted_in(fold(prepared.requirement.text), wanted.quantity)
    if counted is None:
        return None
    for place in offer.index.get(counted.noun, ()):
        sentence = offer.sentences[place]
        for said in counts_of(sentence.folded, counted):
            first = clause_start(sentence.folded, said.start)
            if (
                stances_of(sentence).at(said.start, said.end) is not Stance.OWN
                or is_conditional(sentence)
                or begins_strangely(prepared, offer, sentence, first)
                or is_of_another(prepared, offer, place, said.start)
            ):
                continue
            result = answer(wanted.target, said, sentence.folded)
            quotes = said.quote, wanted.quantity.quote
            if result is Answer.MET:
                return Decision(Verdict.MET, sentence, *_meets(*quotes), "value: counted")
            owned = is_of_the_offer(sentence, said.start) or begins_with_title(offer, sentence, first)
            if result is Answer.CONTRADICTED and owned and wanted.quantity.comparator != "eq":
                return Decision(Verdict.CONTRADICTED, sentence, *_misses(*quotes), "value: counted")
    return None


def _meets(said: str, asked: str) -> tuple[str, str]:
    return f"“{said}”满足“{asked}”", f"'{said}' meets '{asked}'"


def _misses(said: str, asked: str) -> tuple[str, str]:
    return f"“{said}”不满足“{asked}”", f"'{said}' does not meet '{asked}'"


_MAXIMUM = re.compile(r"\s*(?:max(?:imum)?\b(?!\sof)|最大|最高)", re.IGNORECASE)
_FINDS = re.compile(
    r"检出|检测|识别|发现|探测|分辨|可(?:加工|处理|焊|切|测)|\b(?:detect|find|resolv|identif|recogni|handl)",
    re.IGNORECASE,
)


def _is_loose(wanted: Wanted, prepared: PreparedRequirement) -> bool:
    """A plain value of something the word list does not know ('leaves 0.1 L/min'): more may be better, or less."""
    plain = wanted.quantity.comparator == "eq" and not wanted.quantity.change
    return plain and (not wanted.subject.known or bool(_FINDS.search(prepared.requirement.text)))


def _undecided(result: Answer, said: Quantity, asked: Quantity) -> tuple[str, str]:
    if result is Answer.BEST_CASE:
        return f"“{said.quote}”只是最好情形", f"'{said.quote}' is a best case only"
    if result is Answer.OPEN:
        return f"“{said.quote}”不能判定“{asked.quote}”", f"'{said.quote}' does not settle '{asked.quote}'"
    return f"“{said.quote}”的条件与要求不同", f"'{said.quote}' holds under other conditions"


def _same_circumstances(prepared: PreparedRequirement, sentence: Sentence, fact: Fact) -> bool:
    """Tell whether the value holds under the circumstances that the requirement names in figures."""
    for condition in prepared.conditions:
        stated = [
            item
            for item in quantities(sentence.text)
            if item.dimension == condition.dimension and item != fact.quantity
        ]
        if not any(
            item.low is not None
            and condition.low is not None
            and abs(item.low - condition.low) <= 0.02 * abs(condition.low)
            for item in stated
        ):
            return False
    return True
