"""A hub's outcomes as labels: read from its introductions, only of records that everybody may read.

What was marked confidential leaves the database as a number and nothing else. Blocks, threads, remarks and messages
are not read at all.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from fairground.accounts.actors import visitor
from fairground.accounts.core import states
from fairground.accounts.models import Hub, Record
from fairground.collect.core.records import Need, Offer
from fairground.collect.models import Need as NeedRow
from fairground.collect.models import Offer as OfferRow
from fairground.collect.plain_records import plain_need, plain_offer
from fairground.match.core.introductions import AGREED, ANSWERING, ASKING
from fairground.match.core.labels import LabelledPair
from fairground.match.core.learning_record import Counts, counted
from fairground.match.core.outcomes import Outcome, labels_of
from fairground.match.models import Introduction, IntroductionStep, Message
from fairground.publish.records import named_organisation

# Code list 'decline_reason' → the codes of the table of pairs that `fairground learn` reads.
REASON_CODES: Mapping[str, str] = {
    "too-early": "too_early",
    "benefit-unclear": "benefit_unclear",
    "route-unclear": "route_unclear",
    "description-unclear": "description_unclear",
    "scientific-doubt": "scientific_doubt",
    "outside-field": "outside_field",
    "conflict": "already_have",
    "terms": "price_or_terms",
    "rights-problem": "ipr_problem",
    "region-limit": "region_or_export",
    "timing-budget": "timing_or_budget",
    "no-answer": "no_answer",
}
# A record that is over was open to all while it stood; one that was withdrawn is not used any more.
_USED_STATES = (states.PUBLISHED, states.EXPIRED)


@dataclass(frozen=True, slots=True)
class HubLabels:
    """What a hub's outcomes say.

    Attributes
    ----------
    pairs : one a pair of a need and an offer
    counts : of them
    confidential, silent : outcomes that are no label, see `core.outcomes`
    closed : outcomes of a record that not everybody may read, or of no pair of a need and an offer
    """

    pairs: Sequence[LabelledPair]
    counts: Counts
    confidential: int
    silent: int
    superseded: int
    closed: int


@dataclass(frozen=True, slots=True)
class HubLists:
    """The two lists that labels are read against; contacts and protected detail are not in them."""

    needs: Sequence[Need]
    offers: Sequence[Offer]


def hub_labels(hub_id: int) -> HubLabels:
    """Return the labels of a hub. Three queries."""
    usable = dict(_open_to_all(hub_id).values_list("pk", "key"))
    outcomes: list[Outcome] = []
    closed = 0
    # The number of those marked confidential is all that is read of them.
    confidential = _introductions(hub_id).filter(is_confidential=True).count()
    for row in _told(hub_id):
        pair = _pair(row, usable)
        if pair is None:
            closed += 1
            continue
        outcomes.append(_outcome(row, *pair))
    found = labels_of(outcomes)
    return HubLabels(found.pairs, counted(found.pairs), confidential, found.silent, found.superseded, closed)


def hub_lists(hub_id: int, pairs: Sequence[LabelledPair]) -> HubLists:
    """Return the hub's published needs and offers, and those that are over where a label names them. Two queries."""
    named = {key for pair in pairs for key in (pair.need_id, pair.offer_id)}
    shown = Q(state=states.PUBLISHED) | Q(key__in=named)
    needs, offers = (
        model.objects.filter(shown, pk__in=_open_to_all(hub_id).values("pk"))
        .select_related("organisation")
        .order_by("key")
        for model in (NeedRow, OfferRow)
    )
    return HubLists(
        [plain_need(_named(hub_id, row)) for row in needs],
        [plain_offer(_named(hub_id, row)) for row in offers],
    )


def _open_to_all(hub_id: int) -> QuerySet[Record]:
    return Record.objects.filter(
        hub_id=hub_id,
        kind__in=("need", "offer"),
        state__in=_USED_STATES,
        visibility=Record.Visibility.PUBLIC,
    )


def _named(hub_id: int, row: Any) -> Any:
    row.organisation = named_organisation(visitor(hub_id), row)
    return row


def _introductions(hub_id: int) -> QuerySet[Introduction]:
    found = Introduction.objects.filter(hub_id=hub_id)
    # What was invented teaches nothing, but for a hub that is all invented.
    is_demonstration = Hub.objects.filter(pk=hub_id, demonstration=True)
    return found.filter(Q(demonstration=False) | Q(Exists(is_demonstration)))


def _told(hub_id: int) -> QuerySet[Introduction, Mapping[str, Any]]:
    wrote = {
        side: Exists(Message.objects.filter(introduction=OuterRef("pk"), side=side))
        for side in (ASKING, ANSWERING)
    }
    agreed = Exists(IntroductionStep.objects.filter(introduction=OuterRef("pk"), to_state=AGREED))
    return (
        _introductions(hub_id)
        .filter(is_confidential=False)
        .annotate(agreed=agreed, asking_wrote=wrote[ASKING], answering_wrote=wrote[ANSWERING])
        .order_by("pk")
        .values(
            "state", "since", "reason_code", "agreed", "asking_wrote", "answering_wrote",
            "target_id", "target__kind", "own_id", "own__kind",
        )
    )  # fmt: skip


def _pair(row: Mapping[str, Any], usable: Mapping[int, str]) -> tuple[str, str] | None:
    sides = {row["target__kind"]: row["target_id"], row["own__kind"]: row["own_id"]}
    need, offer = usable.get(sides.get("need", 0)), usable.get(sides.get("offer", 0))
    return (need, offer) if need and offer else None


def _outcome(row: Mapping[str, Any], need_id: str, offer_id: str) -> Outcome:
    since: datetime = row["since"]
    return Outcome(
        need_id,
        offer_id,
        row["state"],
        since,
        agreed=row["agreed"],
        has_talked=row["asking_wrote"] and row["answering_wrote"],
        reason=REASON_CODES.get(row["reason_code"], ""),
    )
