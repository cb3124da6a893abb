"""Judging a need's requirements against an offer's own words: met, missing, or contradicted.

A verdict other than *missing* always quotes one sentence of the offer as printed. When unsure, the
verdict is *missing*: nobody is helped by a wrong tick.
"""

from fairground.collect.core.records import Offer, Requirement
from fairground.match.core.decision import Decision
from fairground.match.core.judged_values import judge_values
from fairground.match.core.judged_words import judge_refused, judge_words
from fairground.match.core.lexicon import Lexicon
from fairground.match.core.prepared import (
    PreparedNeed,
    PreparedOffer,
    PreparedRequirement,
    prepare_offer,
    prepare_requirement,
)
from fairground.match.core.results import Judgement


def judge_pair(need: PreparedNeed, offer: PreparedOffer) -> tuple[Judgement, ...]:
    """Judge every requirement of `need` against `offer`, in the need's order."""
    return tuple(judge_prepared(requirement, offer) for requirement in need.requirements)


def judge(
    requirement: Requirement, offer: Offer | PreparedOffer, lexicon: Lexicon | None = None
) -> Judgement:
    """Judge one requirement against one offer.

    Parameters
    ----------
    requirement : Requirement
    offer : Offer or PreparedOffer; prepare it once where more than one requirement is judged
    lexicon : Lexicon or None; None reads with the built-in word list alone

    Returns
    -------
    Judgement: met and contradicted quote one sentence as printed and name its field; missing has neither
    """
    lexicon = lexicon or Lexicon()
    prepared = offer if isinstance(offer, PreparedOffer) else prepare_offer(offer, lexicon)
    return judge_prepared(prepare_requirement(requirement, lexicon), prepared)


def judge_prepared(prepared: PreparedRequirement, offer: PreparedOffer) -> Judgement:
    """Judge one prepared requirement against one prepared offer."""
    decision = decide(prepared, offer)
    return Judgement(
        prepared.requirement.text,
        prepared.requirement.level,
        decision.verdict,
        decision.sentence.text if decision.sentence else None,
        decision.sentence.field if decision.sentence else None,
        decision.reason_zh,
        decision.reason_en,
        prepared.requirement.excluded,
    )


def decide(prepared: PreparedRequirement, offer: PreparedOffer) -> Decision:
    """Judge like `judge_prepared`, and name the rule that decided."""
    if prepared.requirement.excluded:
        return judge_refused(prepared, offer)
    if prepared.wanted:
        return judge_values(prepared, offer)
    return judge_words(prepared, offer)
