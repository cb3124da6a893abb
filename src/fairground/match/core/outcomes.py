"""What the outcome of an introduction says about its pair: the label that learning reads.

The rule, by grade:

3 meets : both sides agreed, and the talk was answered or went further
2 partial : both sides agreed
1 same field : declined as too early, for an unclear benefit or commercial route, or in scientific doubt: the subject
    was right
0 none : declined as outside the field, for an unclear description, or without a reason
no grade : declined because they have it already, for price or terms, IPR, region or export, timing or budget: that
    says nothing of the pair, which learning leaves out

Silence is no label: what expired, was withdrawn or never answered is none. Nor is anything marked confidential, of
which only the number is kept. Which reasons teach is said once, in `labels.REASONS`. Of several outcomes of one pair
the latest that is a label counts.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from fairground.match.core.labels import REASONS, LabelledPair

TALKED, AGREED, RIGHT_SUBJECT, NO_FIT = 3, 2, 1, 0
_SUBJECT_WAS_RIGHT = frozenset({"too_early", "benefit_unclear", "route_unclear", "scientific_doubt"})
_TEACHES = {reason.code: reason.teaches for reason in REASONS}


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one introduction of a need and an offer stands.

    `state` : that of the introduction; `has_talked` : both sides wrote, or a later stage followed; `reason` : code
    of list E where it was declined; `is_confidential` : the side that said no wants its reason kept to itself
    """

    need_id: str
    offer_id: str
    state: str
    at: datetime
    agreed: bool = False  # both sides said yes, whatever came after
    has_talked: bool = False
    reason: str = ""
    is_confidential: bool = False


@dataclass(frozen=True, slots=True)
class OutcomeLabels:
    """The labels of a hub, one a pair, and the number of outcomes that became none.

    `silent` : expired, withdrawn, or still open; `superseded` : a later outcome of the same pair counts
    """

    pairs: tuple[LabelledPair, ...]
    confidential: int
    silent: int
    superseded: int


def label_of(outcome: Outcome) -> LabelledPair | None:
    """Return the label of one outcome by the rule above, None where it says nothing at all."""
    if outcome.is_confidential:
        return None
    pair = (outcome.need_id, outcome.offer_id)
    if outcome.agreed:
        return LabelledPair(*pair, TALKED if outcome.has_talked else AGREED, None, True)
    if outcome.state != "declined" or outcome.reason == "no_answer":
        return None
    grade = RIGHT_SUBJECT if outcome.reason in _SUBJECT_WAS_RIGHT else NO_FIT
    teaches = _TEACHES.get(outcome.reason, True)
    return LabelledPair(*pair, grade if teaches else NO_FIT, outcome.reason or None, teaches)


def labels_of(outcomes: Iterable[Outcome]) -> OutcomeLabels:
    """Return the labels of many outcomes, in order of the pairs' ids; the order they come in changes nothing.

    A confidential outcome is left out before anything else is looked at: it neither gives a label nor takes the
    place of another one.
    """
    latest: dict[tuple[str, str], tuple[datetime, LabelledPair]] = {}
    confidential = silent = labelled = 0
    for outcome in outcomes:
        if outcome.is_confidential:
            confidential += 1
            continue
        label = label_of(outcome)
        if label is None:
            silent += 1
            continue
        labelled += 1
        key = (label.need_id, label.offer_id)
        known = latest.get(key)
        # Of two in the same moment the better grade, so that their order changes nothing.
        if known is None or _later(outcome.at, label) > _later(*known):
            latest[key] = (outcome.at, label)
    pairs = tuple(latest[key][1] for key in sorted(latest))
    return OutcomeLabels(pairs, confidential, silent, labelled - len(pairs))


def _later(at: datetime, label: LabelledPair) -> tuple[datetime, int, bool, str]:
    return (at, label.grade, label.teaches, label.reason or "")
