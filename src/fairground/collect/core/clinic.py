"""The clinic: what a need or an offer still lacks, how complete it is, and what to ask its owner."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

from fairground.collect.core.clinic_words import (
    ADVICE,
    FOUND_IN_TEXT,
    NEED_WEIGHTS,
    OFFER_WEIGHTS,
    VAGUE,
)
from fairground.collect.core.records import ELEMENT_FIELDS, Need, Offer
from fairground.kernel.money import parse_money
from fairground.language.near_duplicates import find_near_duplicates
from fairground.language.quantities import quantities
from fairground.language.sentences import sentences

Record = TypeVar("Record", Need, Offer)

IN_TEXT_SHARE = 0.8  # of an element's weight, when it stands in running text and not in a column of its own
_NO_TARGET = frozenset({"", "trl"})  # numbers asked for elsewhere, or of nothing
_MOST_SENTENCE_CHARS = 1_000  # a 'sentence' without any stop is a pasted table; its beginning will do
_MOST_CHARS = 20_000  # of one record's text looked through; more is a report, not a description


@dataclass(frozen=True, slots=True)
class Finding:
    """One element: 'given' in its own column, 'in text' with the sentence, or 'missing'."""

    element: str
    status: str
    quote: str | None = None


@dataclass(frozen=True, slots=True)
class Vague:
    """A praising word in a sentence that has no number."""

    word: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Examination:
    """What the clinic says of one record."""

    record_id: str
    row: int
    score: int  # 0–100: the weights of the elements given, with 0.8 of the weight for those found in text
    findings: tuple[Finding, ...]
    vague: tuple[Vague, ...]

    def missing(self) -> tuple[str, ...]:
        """Return the missing elements, the heaviest first."""
        return tuple(finding.element for finding in self.findings if finding.status == "missing")

    def advice(self, language: str) -> tuple[str, ...]:
        """Return one concrete question per missing element, for a reader of `language` ('zh' or 'en')."""
        return tuple(ADVICE[element][0 if language == "zh" else 1] for element in self.missing())


@dataclass(frozen=True, slots=True)
class NearDuplicate:
    """Two rows of one list that say nearly the same."""

    first_id: str
    second_id: str
    similarity: float  # 0–1


def examine_need(need: Need) -> Examination:
    """Examine one need against `NEED_WEIGHTS`; see `Examination`."""
    body = _sentences(_texts(need))
    targets = _sentences([_side(need, "wanted_outcome"), *(item.text for item in need.requirements)])
    checks: dict[str, Callable[[], Finding]] = {
        "problem": lambda: _field_or_text(need, "problem", body),
        "current_method": lambda: _field_or_text(need, "current_method", body),
        "wanted_outcome": lambda: _field_or_text(need, "wanted_outcome", body),
        "measurable_target": lambda: _target(targets, body),
        "trl": lambda: _given_or_pattern("trl", need.trl_min is not None, body),
        "budget": lambda: _amount("budget", need.budget is not None, body),
        "deadline": lambda: _given_or_pattern("deadline", need.deadline is not None, body),
        "region": lambda: _given_or_pattern("region", bool(need.regions), body),
        **_element_checks(need, body),
    }
    return _examination(need, NEED_WEIGHTS, checks, body)


def examine_offer(offer: Offer) -> Examination:
    """Examine one offer against `OFFER_WEIGHTS`; see `Examination`."""
    body = _sentences(_texts(offer))
    advantage = _sentences([_side(offer, "advantage")])
    checks: dict[str, Callable[[], Finding]] = {
        "problem_solved": lambda: _field_or_text(offer, "problem_solved", body),
        "advantage": lambda: _field_or_text(offer, "advantage", body),
        "advantage_number": lambda: _renamed(_target(advantage, body), "advantage_number"),
        "economics": lambda: _field_or_text(offer, "economics", body),
        "evidence": lambda: _field_or_text(offer, "evidence", body),
        "trl": lambda: _given_or_pattern("trl", offer.trl is not None, body),
        "trl_tied": lambda: _tied_level(offer),
        "price": lambda: _amount("price", offer.price is not None, body),
        "ipr": lambda: _given_or_pattern("ipr", bool(offer.ipr), body),
        **_element_checks(offer, body),
    }
    return _examination(offer, OFFER_WEIGHTS, checks, body)


def near_duplicates(records: Sequence[Record], *, threshold: float = 0.8) -> tuple[NearDuplicate, ...]:
    """Return the pairs of rows whose title and texts are nearly the same.

    Parameters
    ----------
    threshold : similarity from which a pair counts, 0 to 1
    """
    texts = ["\n".join(_texts(record)) for record in records]
    return tuple(
        NearDuplicate(records[first].id, records[second].id, similarity)
        for first, second, similarity in find_near_duplicates(texts, threshold=threshold)
    )


def _texts(record: Need | Offer) -> list[str]:
    texts = [record.texts[field].both()[:_MOST_CHARS] for field in record.texts]
    if isinstance(record, Need):
        texts += [requirement.text for requirement in record.requirements]
    return texts


def _sentences(texts: Sequence[str]) -> list[str]:
    return [
        sentence[:_MOST_SENTENCE_CHARS]
        for text in texts
        for sentence in sentences(text[:_MOST_CHARS])
        if sentence
    ]


def _side(record: Need | Offer, field: str) -> str:
    return record.texts[field].both() if field in record.texts else ""


def _examination(
    record: Need | Offer, weights: dict[str, int], checks: dict[str, Callable[[], Finding]], body: list[str]
) -> Examination:
    findings = [checks[element]() for element in sorted(weights, key=lambda element: -weights[element])]
    shares = {"given": 1.0, "in text": IN_TEXT_SHARE, "missing": 0.0}
    total = sum(weights[finding.element] * shares[finding.status] for finding in findings)
    score = round(100 * total / sum(weights.values()))
    return Examination(record.id, record.origin.row, score, tuple(findings), _vague_words(body))


def _vague_words(body: list[str]) -> tuple[Vague, ...]:
    found: dict[str, Vague] = {}
    for sentence in body:
        if any(character.isdigit() for character in sentence):
            continue
        for match in VAGUE.finditer(sentence):
            found.setdefault(match[0].casefold(), Vague(match[0], sentence))
    return tuple(found.values())


def _element_checks(record: Need | Offer, body: list[str]) -> dict[str, Callable[[], Finding]]:
    def check(field: str) -> Callable[[], Finding]:
        return lambda: _field_or_text(record, field, body)

    return {field: check(field) for field in ELEMENT_FIELDS}


def _field_or_text(record: Need | Offer, field: str, body: list[str]) -> Finding:
    if _side(record, field):
        return Finding(field, "given")
    return _in_text(field, body)


def _given_or_pattern(element: str, given: bool, body: list[str]) -> Finding:
    return Finding(element, "given") if given else _in_text(element, body)


def _in_text(element: str, body: list[str]) -> Finding:
    pattern = FOUND_IN_TEXT[element]
    quote = next((sentence for sentence in body if pattern.search(sentence)), None)
    return Finding(element, "in text", quote) if quote else Finding(element, "missing")


def _target(targets: list[str], body: list[str]) -> Finding:
    """Look for a number that can be tested: with its unit in a target, with a comparison elsewhere."""
    for text in targets:
        if any(found.dimension not in _NO_TARGET for found in quantities(text)):
            return Finding("measurable_target", "given")
    for sentence in body:
        if any(
            found.dimension not in _NO_TARGET and (found.comparator != "eq" or found.change)
            for found in quantities(sentence)
        ):
            return Finding("measurable_target", "in text", sentence)
    return Finding("measurable_target", "missing")


def _renamed(finding: Finding, element: str) -> Finding:
    return Finding(element, finding.status, finding.quote)


def _amount(element: str, given: bool, body: list[str]) -> Finding:
    if given:
        return Finding(element, "given")
    pattern = FOUND_IN_TEXT[element]
    for sentence in body:
        if pattern.search(sentence) and parse_money(sentence, default_currency=None):
            return Finding(element, "in text", sentence)
    return Finding(element, "missing")


def _tied_level(offer: Offer) -> Finding:
    """A level counts when its note names at least two of: element or use, date, evidence (trap 8)."""
    note = offer.trl_note or ""
    tied = sum(bool(FOUND_IN_TEXT[part].search(note)) for part in ("trl_date", "trl_evidence", "trl_use"))
    return Finding("trl_tied", "given" if offer.trl is not None and tied >= 2 else "missing")
