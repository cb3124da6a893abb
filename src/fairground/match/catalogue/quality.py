"""How good the matching is here: what came of the introductions of this hub, counted."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count

from fairground.language.local_text import LocalText
from fairground.match.models import Introduction, Match
from fairground.taxonomy import code_list

FEWEST = 5  # introductions; below that a rate would be about persons


@dataclass(frozen=True, slots=True)
class HubFigures:
    """What a hub shows and what came of it. `reasons`: why not, most frequent first, confidential ones left out."""

    shown: int
    asked: int
    agreed: int
    declined: int
    waiting: int
    ended_otherwise: int
    reasons: tuple[tuple[LocalText, int], ...]
    unspoken: int  # declined with a reason that is confidential, or none
    made_at: datetime | None

    @property
    def is_enough(self) -> bool:
        """Whether there are so many that a rate says something, and nothing about one person."""
        return self.asked >= FEWEST

    @property
    def rate(self) -> float | None:
        """The share of the answered that were agreed, 0–1; None where it would say too little."""
        answered = self.agreed + self.declined
        return self.agreed / answered if answered >= FEWEST else None


def hub_figures(hub_id: int) -> HubFigures:
    """Count a hub's pairs with evidence, and what came of its introductions; demonstration data is counted too."""
    pairs = Match.objects.filter(hub_id=hub_id)
    newest = pairs.order_by("-made_at").values_list("made_at", flat=True).first()
    of_hub = Introduction.objects.filter(hub_id=hub_id)
    states = dict(of_hub.values_list("state").annotate(n=Count("pk")).order_by())
    declined = of_hub.filter(state=Introduction.State.DECLINED)
    told = (
        declined.filter(is_confidential=False)
        .exclude(reason_code="")
        .values_list("reason_code")
        .annotate(n=Count("pk"))
        .order_by("-n", "reason_code")
    )
    terms = code_list("decline_reason").terms
    reasons = tuple(
        (LocalText(terms[code].zh, terms[code].en), number) for code, number in told if code in terms
    )
    counted = {str(state): number for state, number in states.items()}
    # Whoever agreed and ended later had agreed.
    agreed = counted.get("agreed", 0) + counted.get("ended", 0)
    waiting = counted.get("proposed", 0) + counted.get("asked", 0)
    return HubFigures(
        shown=pairs.exclude(evidence="none").count(),
        asked=sum(counted.values()),
        agreed=agreed,
        declined=counted.get("declined", 0),
        waiting=waiting,
        ended_otherwise=counted.get("expired", 0) + counted.get("withdrawn", 0),
        reasons=reasons,
        unspoken=counted.get("declined", 0) - sum(number for _, number in reasons),
        made_at=newest,
    )
