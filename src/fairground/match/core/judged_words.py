"""Judging a requirement by its words, and a refused approach by its name."""

import re
from dataclasses import dataclass

from fairground.match.core.assertion import (
    asks_for_failure,
    failure_in,
    is_conditional,
    is_generic_start,
    is_of_another,
    is_plain_claim,
    leaves_title_open,
    names_a_use,
)
from fairground.match.core.decision import SILENT, Decision, missing
from fairground.match.core.prepared import (
    GENERIC_WEIGHT,
    PreparedOffer,
    PreparedRequirement,
    Sentence,
    stances_of,
)
from fairground.match.core.results import Verdict
from fairground.match.core.stance import Stance

_SHORT = 4  # words
_ONE_WORD = 2.5  # Latin words, or half as many Han characters
_COVERED = 0.67  # share of a requirement's words that one sentence must carry to meet it
_DENIED = 0.6  # the same, for a sentence that denies one of them


@dataclass(slots=True)
class _Reading:
    """How far one sentence speaks of a requirement's words."""

    share: float  # of the comparable weight
    denied: float  # share whose sign is turned round
    denied_words: int
    opposed: bool  # one of them by an opposite word (wired for wireless), not by a mere 'not'
    matched: int


def _words_in(
    prepared: PreparedRequirement, sentence: Sentence, more: dict[str, int] | None = None
) -> _Reading:
    hit = denied = 0.0
    denied_words = matched = 0
    opposed = agreed = False
    for keys, sign, weight, _ in prepared.words:
        marks = 0
        for key in keys:
            marks |= sentence.signs.get(key, 0)
        if not marks and more:
            for key in keys:
                marks |= more.get(key, 0)
        if not marks:
            continue
        matched += 1
        hit += weight
        if marks & (1 if sign > 0 else 2):
            agreed = agreed or sign < 0
        else:
            denied += weight
            denied_words += 1
            opposed = opposed or keys[0].startswith("@a")
    if agreed and not opposed:
        # Both deny one of the words; how far the denial reaches is then a matter of word order.
        denied, denied_words = 0.0, 0
    return _Reading(hit / prepared.weight, denied / prepared.weight, denied_words, opposed, matched)


def _is_short_and_whole(prepared: PreparedRequirement, reading: _Reading) -> bool:
    """In a longer sentence a denied word is seldom its point; in a short one ('支持 Linux') it is."""
    return len(prepared.words) <= _SHORT and reading.share >= _COVERED


def _says_too_little(prepared: PreparedRequirement) -> bool:
    """One telling word of a longer requirement ('停电' of '停电后仍可工作') is no answer to it."""
    telling = sum(weight > GENERIC_WEIGHT for _, _, weight, _ in prepared.words)
    return telling == 1 and not prepared.denies and prepared.length > _ONE_WORD


def _candidates(prepared: PreparedRequirement, offer: PreparedOffer) -> list[int]:
    counts: dict[int, float] = {}
    for keys, _, weight, _ in prepared.words:
        places: set[int] = set()
        for key in keys:
            places.update(offer.index.get(key, ()))
        for place in places:
            counts[place] = counts.get(place, 0.0) + weight
    least = min(0.4 * prepared.weight, max(counts.values(), default=0.0))
    return [
        place
        for place, weight in sorted(counts.items(), key=lambda item: (-item[1], item[0]))
        if weight >= least
    ][:6]


def _stance_of_words(prepared: PreparedRequirement, sentence: Sentence) -> Stance:
    stances = stances_of(sentence)
    if stances.plain:
        return Stance.OWN
    wanted = {key for keys, _, weight, _ in prepared.words if weight > GENERIC_WEIGHT for key in keys}
    worst = Stance.OWN
    asked = [token for token in sentence.tokens if any(key in wanted for key in token.keys)]
    own_words = [(token.start, token.end) for token in asked]
    for token in asked:
        if not token.generic:
            stance = stances.at(token.start, token.end, own_words)
            if stance is not Stance.OWN:
                worst = stance
    return worst


def _has_code(prepared: PreparedRequirement, sentence: Sentence) -> bool:
    """Tell whether both carry the same designation ('UL94'): a word beside it can hardly say the opposite."""
    return any(
        any(letter.isdigit() for letter in token.keys[-1]) and token.sign > 0
        for token in sentence.tokens
        if token.keys[-1] in prepared.keys
    )


def _stands_in(prepared: PreparedRequirement, sentence: Sentence, span: tuple[int, int]) -> bool:
    return any(
        span[0] <= token.start < span[1] and not token.generic and not prepared.keys.isdisjoint(token.keys)
        for token in sentence.tokens
    )


def _said_of_another(prepared: PreparedRequirement, offer: PreparedOffer, place: int) -> bool:
    start = next(
        (
            token.start
            for token in offer.sentences[place].tokens
            if not token.generic and any(key in prepared.keys for key in token.keys)
        ),
        0,
    )
    return is_of_another(prepared, offer, place, start, words=True)


_WHY_NOT = {
    Stance.PROSPECT: ("只是预期，尚未实现", "only a prospect"),
    Stance.UNPROVEN: ("尚未验证", "not yet shown"),
    Stance.OTHER: ("说的是别的产品", "said of another product"),
}


def judge_words(prepared: PreparedRequirement, offer: PreparedOffer) -> Decision:
    """Judge a requirement without values by the one sentence that carries most of its words."""
    if prepared.weight == 0:
        return missing(
            ("要求里没有可核对的内容", "the requirement says nothing that can be checked"), "words: none"
        )
    why = SILENT
    met: tuple[Sentence, str] | None = None
    denied: tuple[Sentence, str] | None = None
    for place in _candidates(prepared, offer):
        sentence = offer.sentences[place]
        reading, titled = _words_in(prepared, sentence), False
        if 0.4 <= reading.share < _COVERED:
            # The neighbour before may name what 'it' is; the title names what all is about.
            reading, titled = _words_in(prepared, sentence, offer.title_signs), True
        if reading.share < _DENIED:
            continue
        stance = _stance_of_words(prepared, sentence)
        if stance is not Stance.OWN:
            why = _WHY_NOT[stance]
            continue
        if is_conditional(sentence) or _said_of_another(prepared, offer, place):
            continue
        failure = failure_in(sentence)
        if failure is not None and not asks_for_failure(prepared.requirement.text):
            # '断网时不能使用' has the words of '断网运行' and says the opposite.
            if denied is None and _stands_in(prepared, sentence, failure):
                denied = sentence, "words: does not work"
            continue
        if reading.denied_words:
            if (
                denied is None
                and reading.denied >= 0.2
                and (prepared.denies or reading.opposed or _is_short_and_whole(prepared, reading))
                and (reading.opposed or not prepared.denies or names_a_use(sentence))
                and not (reading.opposed and is_generic_start(sentence))
                and not _has_code(prepared, sentence)
            ):
                denied = sentence, _denial_rule(prepared, reading)
        elif (
            met is None
            and reading.share >= _COVERED
            and not _says_too_little(prepared)
            and is_plain_claim(sentence)
            and not leaves_title_open(prepared.requirement.text, sentence)
        ):
            met = sentence, _meeting_rule(prepared, reading, titled)
    if met is not None and denied is not None:
        return missing(("供给前后说法不一", "the offer says both"), "words: both")
    if met is not None:
        return Decision(Verdict.MET, met[0], "供给原文说到全部要点", "the offer's sentence says so", met[1])
    if denied is not None:
        return Decision(
            Verdict.CONTRADICTED,
            denied[0],
            "供给原文与要求相反",
            "the offer's sentence says the opposite",
            denied[1],
        )
    return missing(why)


def _denial_rule(prepared: PreparedRequirement, reading: _Reading) -> str:
    if reading.opposed:
        return "words: opposite word"
    return "words: has what must not be" if prepared.denies else "words: denied"


def _meeting_rule(prepared: PreparedRequirement, reading: _Reading, titled: bool) -> str:
    kind = "denial " if prepared.denies else ""
    part = "all" if reading.share > 0.999 else "most"
    return f"words: {kind}{part}{' with title' if titled else ''}"


# 'Compared with acid cleaning ...' names an approach without saying whose it is.
_USED = 0.6  # share of a refused approach's words that a sentence must carry
_COMPARED = re.compile(
    r"与[^,，]{2,30}?相[比较]|相[较比]于?|不同于|区别于|优于|比[^,，]{2,16}?(?:更|低|高|少|多|快|省)|"
    r"\b(?:compared\s(?:to|with)|unlike|in\scontrast\sto|than|versus|vs\.?|alternative\sto)\b",
    re.IGNORECASE,
)


def judge_refused(prepared: PreparedRequirement, offer: PreparedOffer) -> Decision:
    """A refused approach: an offer that uses it is contradicted, one that says it does without is met."""
    used: Sentence | None = None
    unused: Sentence | None = None
    why = SILENT
    content = [(keys, weight) for keys, _, weight, _ in prepared.words if weight > GENERIC_WEIGHT] or [
        (keys, weight) for keys, _, weight, _ in prepared.words
    ]
    for sentence in offer.sentences:
        marks = [0] * len(content)
        for place, (keys, _) in enumerate(content):
            for key in keys:
                marks[place] |= sentence.signs.get(key, 0)
        hits = [mark for mark in marks if mark]
        if not hits or len(hits) < len(content) / 2:
            continue
        stance = _stance_of_words(prepared, sentence)
        if _COMPARED.search(sentence.folded) and all(mark == 1 for mark in hits):
            continue
        if any(mark == 2 for mark in hits):
            if stance is not Stance.PROSPECT and unused is None:
                unused = sentence
        elif len(hits) >= _USED * len(content):
            if stance is Stance.OWN and used is None:
                used = sentence
            elif stance is not Stance.OWN:
                why = _WHY_NOT[stance]
    if used is not None and unused is None:
        return Decision(
            Verdict.CONTRADICTED,
            used,
            "供给用了需求排除的做法",
            "the offer uses the refused approach",
            "refused: used",
        )
    if unused is not None and used is None:
        return Decision(
            Verdict.MET, unused, "供给说明不用这一做法", "the offer says it does without", "refused: without"
        )
    return missing(why)
