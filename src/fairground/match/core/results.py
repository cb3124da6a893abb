"""What a match says: score, parts, requirements judged with their sentences, flags and evidence grade."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from fairground.collect.core.records import Need, Offer


class Verdict(StrEnum):
    """How an offer's own words answer one requirement."""

    MET = "met"
    MISSING = "missing"  # nothing found in the offer's words: neither proof nor contradiction
    CONTRADICTED = "contradicted"


class Evidence(StrEnum):
    """How much of a pair rests on what the texts really say."""

    ENOUGH = "enough"
    THIN = "thin"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Judgement:
    """One requirement of the need, judged against one offer."""

    requirement: str
    level: str  # 'must' | 'should'
    verdict: Verdict
    sentence: str | None  # the offer's sentence that proves it; None where missing
    field: str | None  # the offer's field that sentence stands in
    reason_zh: str  # why, in one short clause, for a Chinese reader: '0.3 mm ≤ 0.5 mm'
    reason_en: str
    excluded: bool = (
        False  # a refused approach: met says the offer does without it, contradicted that it uses it
    )

    @property
    def is_open_refusal(self) -> bool:
        """Whether this is a refused approach that the offer does not speak of: nothing is missing then."""
        return self.excluded and self.verdict is Verdict.MISSING


@dataclass(frozen=True, slots=True)
class Flag:
    """One constraint that speaks against or is open: trl, region, budget, deadline, ipr, export, excluded."""

    constraint: str
    severity: str  # 'blocks' (pair is left out unless asked for) | 'warns' | 'open' (not stated)
    reason_zh: str
    reason_en: str


@dataclass(frozen=True, slots=True)
class Match:
    """One need with one offer."""

    need_id: str
    offer_id: str
    rank_for_need: int | None  # 1 is best; None when beyond the asked depth from this side
    rank_for_offer: int | None
    score: float  # 0–1
    parts: Mapping[str, float]  # words, phrases, meaning, mutual, ... each 0–1
    evidence: Evidence
    judgements: tuple[Judgement, ...]
    flags: tuple[Flag, ...]
    shared_terms: tuple[str, ...]  # the words that carried the pair, as printed in the need


@dataclass(frozen=True, slots=True)
class MatchRun:
    """The answer to one call: both lists, the pairs, and how they were made."""

    needs: tuple[Need, ...]
    offers: tuple[Offer, ...]
    matches: tuple[Match, ...]  # every pair within `top` from at least one side that was asked for
    direction: str  # 'both' | 'needs' | 'offers'
    top: int
    method: str  # id of the scoring method
    method_version: str
    notes: tuple[tuple[str, str], ...] = ()  # (zh, en) remarks on the run as a whole
