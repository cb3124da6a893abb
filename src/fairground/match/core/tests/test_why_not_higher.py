"""Why a pair is not higher: the dearest shortfall first, each with what the score would be without it."""

from hypothesis import given
from hypothesis import strategies as st

from fairground.language.local_text import LocalText
from fairground.match.core.engine import weighed
from fairground.match.core.ranking import two_sided
from fairground.match.core.results import Flag, Judgement, Verdict
from fairground.match.core.why_not_higher import Shortfall, why_not_higher

NEED, OFFER = LocalText("需求", "need"), LocalText("成果", "offer")


def judgement(verdict: str, requirement: str = "It must weigh 5 kg", level: str = "must") -> Judgement:
    said = "A sentence." if verdict != "missing" else None
    return Judgement(requirement, level, Verdict(verdict), said, "summary" if said else None, "", "")


def told(
    fits_need: float, fits_offer: float, *judgements: Judgement, flags: tuple[Flag, ...] = ()
) -> tuple[Shortfall, ...]:
    parts = {"fits_need": fits_need, "fits_offer": fits_offer, "words": 0.5, "titles": 0.5}
    base = (
        float(two_sided(fits_need, fits_offer))
        if fits_offer and fits_need
        else 0.1 * max(fits_need, fits_offer)
    )
    return why_not_higher(weighed(base, judgements), parts, judgements, flags, asking=NEED, answering=OFFER)


def test_a_contradiction_costs_more_than_a_sentence_that_is_missing() -> None:
    found = told(0.5, 0.5, judgement("missing", "A"), judgement("contradicted", "B"))
    assert [one.text.en for one in found] == [
        "What it says is against ‘B’.",
        "Nothing was found about ‘A’.",
    ]
    assert found[0].would_be is not None
    assert found[1].would_be is not None
    assert found[0].would_be > found[1].would_be


def test_the_weaker_side_is_named() -> None:
    first, *_ = told(0.9, 0.2)
    assert first.text.en == "The offer’s side is less sure of it: 20% against 90%."
    assert first.text.zh == "从成果一侧看，把握较小：20%，另一侧 90%。"
    first, *_ = told(0.2, 0.9)
    assert "need’s side" in first.text.en  # type: ignore[operator]
    first, *_ = told(0.9, 0.0)
    assert "not considered" in first.text.en  # type: ignore[operator]


def test_what_costs_no_points_is_said_without_a_score() -> None:
    flag = Flag("region", "warns", "地区不同", "another region")
    still_open = Flag("budget", "open", "未写预算", "budget not stated")
    found = told(0.99, 0.99, flags=(flag, still_open))
    assert [(one.text.en, one.would_be) for one in found if one.text.en == "another region"] == [
        ("another region", None)
    ]
    assert "budget not stated" not in [one.text.en for one in found]


def test_a_long_requirement_is_cut() -> None:
    first, *_ = told(0.5, 0.5, judgement("contradicted", "word " * 60))
    assert len(first.text.en or "") < 100


@given(
    st.floats(0.01, 0.99),
    st.floats(0.0, 0.99),
    st.lists(
        st.tuples(st.sampled_from(["met", "missing", "contradicted"]), st.sampled_from(["must", "should"])),
        max_size=8,
    ),
)
def test_without_a_shortfall_the_score_is_higher_and_the_dearest_comes_first(
    fits_need: float, fits_offer: float, verdicts: list[tuple[str, str]]
) -> None:
    judgements = [judgement(verdict, level=level) for verdict, level in verdicts]
    base = float(two_sided(fits_need, fits_offer)) if fits_offer else 0.1 * max(fits_need, fits_offer)
    score = weighed(base, judgements)
    found = told(fits_need, fits_offer, *judgements)
    assert 1 <= len(found) <= 4
    costs = [one.would_be for one in found if one.would_be is not None]
    assert costs == sorted(costs, reverse=True)
    assert all(score < cost <= 1 for cost in costs)
