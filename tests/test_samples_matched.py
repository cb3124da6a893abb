"""The shipped sample lists, matched and held against our own judgement of them."""

import csv
from datetime import date
from pathlib import Path

import pytest

from fairground.collect.core.lists import read_needs, read_offers
from fairground.collect.core.records import Need, Offer
from fairground.match.core.engine import match_lists
from fairground.match.core.results import Evidence, Match, MatchRun, Verdict

ROOT = Path(__file__).resolve().parents[1]
SAMPLES = ROOT / "src" / "fairground" / "samples"
TODAY = date(2026, 3, 1)


def read_grades() -> dict[tuple[str, str], int]:
    with (ROOT / "tests" / "data" / "sample_pairs.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    return {(row["need_id"], row["offer_id"]): int(row["grade"]) for row in rows}


GRADES = read_grades()


@pytest.fixture(scope="module")
def needs() -> dict[str, Need]:
    return {need.id: need for need in read_needs(SAMPLES / "needs.csv").records}


@pytest.fixture(scope="module")
def offers() -> dict[str, Offer]:
    return {offer.id: offer for offer in read_offers(SAMPLES / "offers.csv").records}


@pytest.fixture(scope="module")
def run(needs: dict[str, Need], offers: dict[str, Offer]) -> MatchRun:
    return match_lists(tuple(needs.values()), tuple(offers.values()), today=TODAY)


@pytest.fixture(scope="module")
def pairs(run: MatchRun) -> dict[tuple[str, str], Match]:
    return {(match.need_id, match.offer_id): match for match in run.matches}


def share_found(wanted: list[tuple[str, str]], pairs: dict[tuple[str, str], Match], within: int) -> float:
    """Share of the wanted pairs that stand among the best `within` of their need."""
    ranks = [pairs[pair].rank_for_need if pair in pairs else None for pair in wanted]
    return sum(rank is not None and rank <= within for rank in ranks) / len(ranks)


def languages(record: Need | Offer) -> set[str]:
    title = record.texts["title"]
    return {language for language, text in (("zh", title.zh), ("en", title.en)) if text}


def test_needs_find_the_offer_that_meets_them_first(pairs: dict[tuple[str, str], Match]) -> None:
    meeting = [pair for pair, grade in GRADES.items() if grade == 3]
    assert len(meeting) == 28
    assert share_found(meeting, pairs, 1) >= 0.9
    assert share_found(meeting, pairs, 3) >= 0.96


def test_needs_find_the_offer_that_meets_them_in_part(pairs: dict[tuple[str, str], Match]) -> None:
    refused = {("N-003", "O-018"), ("N-041", "O-049")}  # the offer uses what the need refuses: left out
    in_part = [pair for pair, grade in GRADES.items() if grade == 2 and pair not in refused]
    assert share_found(in_part, pairs, 3) >= 0.9
    assert not refused & pairs.keys()


def test_needs_find_offers_in_the_other_language(
    pairs: dict[tuple[str, str], Match], needs: dict[str, Need], offers: dict[str, Offer]
) -> None:
    crossing = [
        (need, offer)
        for (need, offer), grade in GRADES.items()
        if grade >= 2 and not languages(needs[need]) & languages(offers[offer])
    ]
    assert len(crossing) >= 10
    assert share_found(crossing, pairs, 1) >= 0.8
    assert share_found(crossing, pairs, 5) >= 0.95


def test_offers_find_the_need_they_meet(pairs: dict[tuple[str, str], Match]) -> None:
    ranks = [pairs[pair].rank_for_offer for pair, grade in GRADES.items() if grade == 3 and pair in pairs]
    assert sum(rank == 1 for rank in ranks) / len(ranks) >= 0.9


def test_a_need_without_a_suitable_offer_is_not_promised_one(run: MatchRun, needs: dict[str, Need]) -> None:
    suited = {need for (need, _), grade in GRADES.items() if grade >= 2}
    unsuited = needs.keys() - suited
    assert len(unsuited) == 6
    promised = {match.need_id for match in run.matches if match.evidence is Evidence.ENOUGH}
    assert not promised & unsuited


def test_enough_evidence_is_for_pairs_that_were_judged_to_fit(run: MatchRun) -> None:
    enough = [(match.need_id, match.offer_id) for match in run.matches if match.evidence is Evidence.ENOUGH]
    assert len(enough) >= 15
    assert sum(GRADES.get(pair, 0) >= 2 for pair in enough) / len(enough) >= 0.9


def test_every_record_is_answered(run: MatchRun, needs: dict[str, Need], offers: dict[str, Offer]) -> None:
    assert {match.need_id for match in run.matches if match.rank_for_need == 1} == needs.keys()
    # An offer may find all its needs ruled out by its own conditions.
    answered = {match.offer_id for match in run.matches if match.rank_for_offer == 1}
    assert len(answered) >= len(offers) - 2


def test_what_proves_a_requirement_stands_in_the_offer(run: MatchRun, offers: dict[str, Offer]) -> None:
    proven = 0
    for match in run.matches:
        for judgement in match.judgements:
            if judgement.verdict is Verdict.MISSING:
                continue
            proven += 1
            texts = offers[match.offer_id].texts
            if judgement.field is not None and judgement.field in texts and judgement.sentence is not None:
                text = texts[judgement.field].both()
                assert "".join(judgement.sentence.split()) in "".join(text.split())
    assert proven > 50


def test_order_of_the_lists_and_threads_change_nothing(
    run: MatchRun, pairs: dict[tuple[str, str], Match], needs: dict[str, Need], offers: dict[str, Offer]
) -> None:
    turned = match_lists(tuple(needs.values())[::-1], tuple(offers.values())[::-1], today=TODAY, threads=1)
    there = {(match.need_id, match.offer_id): match for match in turned.matches}
    # Pairs that are all but impossible may be equal to the last digit; the list's order then decides.
    likely = {pair for found in (there, pairs) for pair, match in found.items() if match.score > 1e-6}
    assert len(likely) > 100
    for pair in likely:
        assert there[pair].score == pytest.approx(pairs[pair].score, rel=2e-3)
        assert there[pair].judgements == pairs[pair].judgements
        assert there[pair].evidence == pairs[pair].evidence
    best = {match.need_id: match.offer_id for match in run.matches if match.rank_for_need == 1}
    assert {match.need_id: match.offer_id for match in turned.matches if match.rank_for_need == 1} == best


def test_a_refused_way_of_working_keeps_an_offer_out(pairs: dict[tuple[str, str], Match]) -> None:
    assert GRADES["N-041", "O-049"] == 2  # fits by its words, but works as the need refuses
    assert ("N-041", "O-049") not in pairs
