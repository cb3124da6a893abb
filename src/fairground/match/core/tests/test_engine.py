"""Whole lists matched: what the answer promises, whatever the lists are."""

import dataclasses
import math
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.language.local_text import LocalText
from fairground.match.core.engine import (
    DIRECTIONS,
    ENOUGH_FROM,
    THIN_FROM,
    evidence_grade,
    match_lists,
    shared_terms,
    weighed,
)
from fairground.match.core.ranking import two_sided
from fairground.match.core.results import Evidence, Judgement, Match, MatchRun, Verdict

TODAY = date(2026, 3, 1)
ORIGIN = Origin("list.csv", None, 2)


def need(number: int, title: str, problem: str, *requirements: str) -> Need:
    texts = {"title": LocalText(en=title), "problem": LocalText(en=problem)}
    return Need(f"N{number}", ORIGIN, texts, tuple(map(Requirement, requirements)))


def offer(number: int, title: str, summary: str) -> Offer:
    return Offer(f"O{number}", ORIGIN, {"title": LocalText(en=title), "summary": LocalText(en=summary)})


NEEDS = (
    need(
        1, "Detecting surface defects on hot rolled steel strip",
        "Inspectors miss scratches and scabs on moving steel strip at the hot rolling line; customers send coils back.",
        "Recognition accuracy at least 97 %",
    ),
    need(
        2, "Treating saline wastewater from a dye works",
        "Effluent of the dye works holds salt and colour; evaporation is too expensive, and membranes foul quickly.",
        "Chemical oxygen demand below 50 mg/L",
    ),
    need(
        3, "Lighter battery housing for electric vehicles",
        "The aluminium battery housing is heavy; a fibre composite tray must pass crash and fire tests.",
        "Mass at most 20 kg",
    ),
    need(
        4, "Early warning of bearing failure in wind turbines",
        "Gearbox bearings of wind turbines fail without warning; vibration data are collected but not read.",
    ),
    need(
        5, "Drought tolerant wheat for dry farmland",
        "Spring drought costs a third of the wheat harvest; a variety with deep roots and less water demand is sought.",
    ),
)  # fmt: skip
OFFERS = (
    offer(
        1, "Machine vision inspection of steel strip surfaces",
        "Cameras and a neural network find scratches, scabs and other surface defects on hot rolled steel strip. "
        "Recognition accuracy reaches 98.5 % in two rolling mills.",
    ),
    offer(
        2, "Antifouling nanofiltration for saline dye wastewater",
        "A membrane process that removes colour and recovers salt from dye works effluent. Chemical oxygen demand "
        "after treatment is 32 mg/L.",
    ),
    offer(
        3, "Carbon fibre composite battery tray",
        "A battery housing for electric vehicles made of fibre composite, 14 kg, crash tested and fire tested.",
    ),
    offer(
        4, "Vibration diagnosis for wind turbine gearboxes",
        "Reads vibration of gearbox bearings in wind turbines and warns six weeks before a bearing fails.",
    ),
    offer(
        5, "Deep rooted drought tolerant wheat variety",
        "A wheat variety with deep roots that keeps its harvest in spring drought on dry farmland.",
    ),
    offer(6, "Quantum key distribution terminal", "Secure exchange of keys over 100 km of optical fibre."),
    offer(7, "Oral vaccine against rotavirus", "A freeze dried vaccine for infants, stable without cooling."),
)  # fmt: skip


def run_of(needs: Sequence[Need] = NEEDS, offers: Sequence[Offer] = OFFERS, **options: Any) -> MatchRun:
    return match_lists(needs, offers, today=TODAY, **options)


def best_of(run: MatchRun) -> dict[str, str]:
    return {match.need_id: match.offer_id for match in run.matches if match.rank_for_need == 1}


def by_pair(run: MatchRun) -> dict[tuple[str, str], Match]:
    found = {(match.need_id, match.offer_id): match for match in run.matches}
    assert len(found) == len(run.matches)
    return found


@pytest.fixture(scope="module")
def run() -> MatchRun:
    return run_of()


# --- the right partner ---


def test_each_need_finds_the_offer_that_fits(run: MatchRun) -> None:
    assert best_of(run) == {f"N{n}": f"O{n}" for n in range(1, 6)}


def test_each_offer_finds_the_need_it_fits(run: MatchRun) -> None:
    best = {match.offer_id: match.need_id for match in run.matches if match.rank_for_offer == 1}
    assert {offer_id: best[offer_id] for offer_id in ("O1", "O2", "O3", "O4", "O5")} == {
        f"O{n}": f"N{n}" for n in range(1, 6)
    }


def test_offers_that_fit_nothing_have_no_evidence(run: MatchRun) -> None:
    grades = {match.evidence for match in run.matches if match.offer_id in ("O6", "O7")}
    assert grades == {Evidence.NONE}


def test_irrelevant_offers_do_not_take_the_first_place() -> None:
    strange = (
        offer(20, "Tactile paving for blind people", "Paving stones with raised marks."),
        offer(
            21, "Digital archive of ancient opera", "Recordings and scores of opera, restored and catalogued."
        ),
        offer(22, "", "Lorem ipsum dolor sit amet"),
    )
    assert best_of(run_of(offers=(*strange, *OFFERS))) == {f"N{n}": f"O{n}" for n in range(1, 6)}


def test_an_offer_with_everyones_words_does_not_crowd_out_the_one_that_fits() -> None:
    everything = offer(
        99, "Consulting for steel, wastewater, battery, wind turbine and wheat projects",
        "We advise on surface defects of steel strip, saline dye wastewater and membranes, composite battery housing "
        "for electric vehicles, bearing failure and vibration of wind turbines, and drought tolerant wheat.",
    )  # fmt: skip
    crowded = run_of(offers=(everything, *OFFERS))
    assert best_of(crowded) == {f"N{n}": f"O{n}" for n in range(1, 6)}


def test_a_lone_need_and_a_lone_offer_find_their_partner() -> None:
    for number in range(5):
        alone = run_of(needs=NEEDS[number : number + 1])
        assert best_of(alone) == {f"N{number + 1}": f"O{number + 1}"}
    first = next(match for match in run_of(offers=OFFERS[3:4]).matches if match.rank_for_offer == 1)
    assert first.need_id == "N4"
    lone = run_of(needs=NEEDS[:1], offers=OFFERS[:1])
    assert [(match.rank_for_need, match.rank_for_offer) for match in lone.matches] == [(1, 1)]


# --- what a match says ---


def test_a_score_is_near_the_weaker_side_moved_by_what_is_proven(run: MatchRun) -> None:
    for match in run.matches:
        sides = [match.parts["fits_need"], match.parts["fits_offer"]]
        assert all(0 < side < 1 for side in sides)
        assert match.score == pytest.approx(weighed(float(two_sided(*sides)), match.judgements))
        assert 0 < match.score < 1
        if not any(judgement.verdict is Verdict.MET for judgement in match.judgements):
            assert match.score <= max(sides) * (1 + 1e-9)


def test_parts_lie_between_zero_and_one(run: MatchRun) -> None:
    names = {"words", "phrases", "meaning", "titles", "fits_need", "fits_offer"}
    for match in run.matches:
        assert match.parts.keys() == names
        assert all(0 <= value < 1 for value in match.parts.values())


def test_the_sentence_that_meets_a_requirement_is_shown(run: MatchRun) -> None:
    (judgement,) = by_pair(run)["N1", "O1"].judgements
    assert judgement.requirement == "Recognition accuracy at least 97 %"
    assert judgement.verdict is Verdict.MET
    assert judgement.sentence is not None
    assert "98.5 %" in judgement.sentence
    assert by_pair(run)["N1", "O1"].evidence is Evidence.ENOUGH


def test_shared_terms_are_printed_as_in_the_need(run: MatchRun) -> None:
    terms = by_pair(run)["N4", "O4"].shared_terms
    assert {"bearing", "wind", "turbines"} <= {term.lower() for term in terms}
    text = " ".join(local.both() for local in NEEDS[3].texts.values())
    assert all(term in text for term in terms)
    assert len(terms) <= 8
    assert shared_terms(NEEDS[0], OFFERS[6]) == ()


def test_ranks_run_from_one_and_follow_the_score(run: MatchRun) -> None:
    for rank, own in (("rank_for_need", "need_id"), ("rank_for_offer", "offer_id")):
        lists: dict[str, list[Match]] = {}
        for match in run.matches:
            if getattr(match, rank) is not None:
                lists.setdefault(getattr(match, own), []).append(match)
        assert len(lists) == len(NEEDS if own == "need_id" else OFFERS)
        for matches in lists.values():
            matches.sort(key=lambda match: getattr(match, rank))
            assert [getattr(match, rank) for match in matches] == list(range(1, len(matches) + 1))
            scores = [match.score for match in matches]
            assert scores == sorted(scores, reverse=True)


def test_the_run_carries_both_lists_and_how_it_was_made(run: MatchRun) -> None:
    assert (run.needs, run.offers) == (NEEDS, OFFERS)
    assert (run.direction, run.top) == ("both", 10)
    assert run.method
    assert run.method_version
    assert run.notes == ()


# --- options ---


def test_one_direction_ranks_one_side_as_both_do(run: MatchRun) -> None:
    for direction, rank in (("needs", "rank_for_need"), ("offers", "rank_for_offer")):
        one = run_of(direction=direction)
        other = "rank_for_offer" if direction == "needs" else "rank_for_need"
        assert all(getattr(match, other) is None for match in one.matches)
        assert {pair: (getattr(m, rank), m.score) for pair, m in by_pair(one).items()} == {
            pair: (getattr(m, rank), m.score) for pair, m in by_pair(run).items() if getattr(m, rank)
        }


@pytest.mark.parametrize("direction", DIRECTIONS)
def test_top_one_keeps_the_best_of_each(run: MatchRun, direction: str) -> None:
    short = run_of(top=1, direction=direction)
    whole = by_pair(run)
    wanted = {
        pair
        for pair, match in whole.items()
        if (direction != "offers" and match.rank_for_need == 1)
        or (direction != "needs" and match.rank_for_offer == 1)
    }
    assert by_pair(short).keys() == wanted
    for pair, match in by_pair(short).items():
        assert match.score == whole[pair].score
        assert {match.rank_for_need, match.rank_for_offer} <= {1, None}


def test_the_same_again_whatever_the_threads(run: MatchRun) -> None:
    assert run_of() == run
    assert run_of(threads=1) == run
    assert run_of(threads=3) == run


def test_order_of_the_lists_changes_nothing_but_the_order(run: MatchRun) -> None:
    turned = by_pair(run_of(needs=NEEDS[::-1], offers=OFFERS[::-1]))
    assert turned.keys() == by_pair(run).keys()
    for pair, match in by_pair(run).items():
        assert turned[pair].score == pytest.approx(match.score, rel=1e-3)
        assert turned[pair].rank_for_need == match.rank_for_need
        assert turned[pair].rank_for_offer == match.rank_for_offer
        assert turned[pair].judgements == match.judgements


def test_blocked_pairs_are_left_out_or_kept_at_the_foot() -> None:
    expired = dataclasses.replace(OFFERS[0], valid_until=date(2020, 1, 1))
    offers = (expired, *OFFERS[1:])
    without = by_pair(run_of(offers=offers))
    kept = by_pair(run_of(offers=offers, keep_blocked=True))
    assert ("N1", "O1") not in without
    blocked = kept["N1", "O1"]
    assert [flag.constraint for flag in blocked.flags if flag.severity == "blocks"] == ["deadline"]
    assert blocked.rank_for_need == len(OFFERS)
    assert blocked.score > without["N1", "O2"].score  # at the foot although its words fit
    assert kept.keys() - without.keys() == {(record.id, "O1") for record in NEEDS}


def test_a_blocked_pair_leaves_no_hole() -> None:
    expired = tuple(dataclasses.replace(one, valid_until=date(2020, 1, 1)) for one in OFFERS[:2])
    short = run_of(offers=(*expired, *OFFERS[2:]), top=5, direction="needs")
    for record in NEEDS:
        assert [m.rank_for_need for m in short.matches if m.need_id == record.id].count(5) == 1


# --- short, empty and bad lists ---


@pytest.mark.parametrize(("needs", "offers"), [((), OFFERS), (NEEDS, ()), ((), ())])
def test_empty_lists_have_no_matches_and_say_so(needs: tuple[Need, ...], offers: tuple[Offer, ...]) -> None:
    empty = run_of(needs=needs, offers=offers)
    assert empty.matches == ()
    assert len(empty.notes) == (not needs) + (not offers)
    assert all(zh and en for zh, en in empty.notes)


def test_short_lists_carry_a_note() -> None:
    lone = run_of(needs=NEEDS[:1])
    assert len(lone.notes) == 1
    assert "1" in lone.notes[0][0]
    assert "only 1 row" in lone.notes[0][1]


def test_records_without_words_are_answered_and_prove_nothing() -> None:
    silent = Need("N0", ORIGIN, {})
    mute = Offer("O0", ORIGIN, {"title": LocalText(en="!?")})
    found = run_of(needs=(silent, *NEEDS), offers=(mute, *OFFERS))
    assert {k: v for k, v in best_of(found).items() if k != "N0"} == {f"N{n}": f"O{n}" for n in range(1, 6)}
    about_nothing = [match for match in found.matches if match.need_id == "N0" or match.offer_id == "O0"]
    assert {match.evidence for match in about_nothing} <= {Evidence.NONE, Evidence.THIN}
    assert all(math.isfinite(match.score) for match in found.matches)


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"top": 0}, "top must be at least 1"),
        ({"direction": "sideways"}, "direction must be one of"),
        ({"needs": (*NEEDS, NEEDS[0])}, "need id stands twice"),
        ({"offers": (*OFFERS, OFFERS[0])}, "offer id stands twice"),
    ],
)
def test_bad_arguments_are_refused(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        run_of(**options)


def test_what_nobody_should_read_does_not_count(run: MatchRun) -> None:
    """Unknown columns and the organisation stay with the record and neither rank nor show."""
    needs = tuple(dataclasses.replace(one, extra={"secret": "quantum key terminal"}) for one in NEEDS)
    offers = tuple(
        dataclasses.replace(one, extra={"secret": "steel strip"}, organisation="Wheat Ltd") for one in OFFERS
    )
    assert run_of(needs=needs, offers=offers).matches == run.matches


def test_progress_tells_every_stage_to_its_end_and_may_stop() -> None:
    told: list[tuple[str, int, int]] = []
    run_of(progress=lambda *at: told.append(at))
    stages = list(dict.fromkeys(stage for stage, _, _ in told))
    assert stages == ["needs", "offers", "explain"]
    for stage in stages:
        done = [at[1] for at in told if at[0] == stage]
        assert done == sorted(done)
        assert done[-1] == next(at[2] for at in told if at[0] == stage)

    def stop(stage: str, done: int, total: int) -> None:
        if stage == "explain":
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_of(progress=stop)


# --- scores and grades by themselves ---


def judged(verdict: Verdict, level: str = "must") -> Judgement:
    return Judgement("r", level, verdict, None, None, "", "")


def odds(score: float) -> float:
    return math.log(score / (1 - score))


@pytest.mark.parametrize("score", [0.001, 0.3, 0.97])
def test_what_is_proven_moves_the_odds(score: float) -> None:
    met, missing, against = (judged(verdict) for verdict in Verdict)
    assert weighed(score, []) == pytest.approx(score)
    assert weighed(score, [missing] * 5) == pytest.approx(score)
    one, two = odds(weighed(score, [met])) - odds(score), odds(weighed(score, [met, met])) - odds(score)
    assert two == pytest.approx(2 * one)
    assert one > 0
    assert odds(weighed(score, [judged(Verdict.MET, "should")])) - odds(score) == pytest.approx(one / 2)
    assert weighed(score, [met] * 4) == weighed(
        score, [met] * 40
    )  # a long list of wishes does not win by length
    assert weighed(score, [against]) < score
    assert weighed(score, [against, met]) < score  # one contradiction outweighs one requirement met
    assert 0 < weighed(0.0, [against]) < weighed(1.0, [met]) < 1


@pytest.mark.parametrize(
    ("score", "sufficiency", "verdicts", "grade"),
    [
        (ENOUGH_FROM, 1.0, (), Evidence.ENOUGH),
        (ENOUGH_FROM - 0.01, 1.0, (), Evidence.THIN),
        (THIN_FROM, 1.0, (), Evidence.THIN),
        (THIN_FROM - 0.01, 1.0, (Verdict.MET,), Evidence.NONE),
        (0.99, 0.1, (Verdict.MET,), Evidence.THIN),
        (THIN_FROM, 1.0, (Verdict.MET, Verdict.MISSING), Evidence.ENOUGH),
        (THIN_FROM, 1.0, (Verdict.MET, Verdict.MISSING, Verdict.MISSING), Evidence.THIN),
        (THIN_FROM, 1.0, (Verdict.MET, Verdict.MET, Verdict.CONTRADICTED), Evidence.THIN),
    ],
)
def test_evidence_grade(
    score: float, sufficiency: float, verdicts: tuple[Verdict, ...], grade: Evidence
) -> None:
    assert evidence_grade(score, sufficiency, [judged(verdict) for verdict in verdicts]) is grade
