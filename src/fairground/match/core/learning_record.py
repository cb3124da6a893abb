"""What learning started from and what came of it, as the record beside learned weights says it."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairground.match.core.labels import ACCEPTED_FROM, LabelledPair
from fairground.match.core.learning import Labels, Learned, Settings
from fairground.match.core.learning_figures import Figures
from fairground.match.core.weights import Weights

# Fewer could not tell a gain from chance.
LEAST_ACCEPTED, LEAST_NEEDS = 20, 10


@dataclass(frozen=True, slots=True)
class Counts:
    """Of labelled pairs. `silent` were declined for a reason that says nothing about fit."""

    accepted: int
    declined: int
    partial: int
    needs: int  # with an accepted pair
    silent: int


def counted(pairs: Iterable[LabelledPair]) -> Counts:
    """Count labelled pairs by what they say."""
    known = tuple(pairs)
    accepted = [pair for pair in known if pair.grade >= ACCEPTED_FROM]
    silent = sum(not pair.teaches for pair in known)
    declined = sum(pair.grade == 0 for pair in known) - silent
    partial = len(known) - len(accepted) - declined - silent
    return Counts(len(accepted), declined, partial, len({pair.need_id for pair in accepted}), silent)


def missing_labels(
    found: Counts, least_accepted: int = LEAST_ACCEPTED, least_needs: int = LEAST_NEEDS
) -> tuple[int, int]:
    """Return how many accepted pairs, and how many needs with one, are missing before learning may begin."""
    return max(0, least_accepted - found.accepted), max(0, least_needs - found.needs)


def placed_labels(pairs: Iterable[LabelledPair], need_ids: Sequence[str], offer_ids: Sequence[str]) -> Labels:
    """Return labels by place in the two lists. Raises KeyError for a pair of an id that is in neither."""
    need_of = {need_id: place for place, need_id in enumerate(need_ids)}
    offer_of = {offer_id: place for place, offer_id in enumerate(offer_ids)}
    # By place, so that the order of the pairs changes nothing.
    placed = sorted(
        (need_of[pair.need_id], offer_of[pair.offer_id], pair.grade, pair.teaches) for pair in pairs
    )
    return Labels(
        {(need, offer): grade for need, offer, grade, teaches in placed if teaches},
        frozenset((need, offer) for need, offer, _, teaches in placed if not teaches),
    )


def versioned(weights: Weights, base: Weights, pairs: Iterable[LabelledPair], made: str) -> Weights:
    """Name weights after their base, the day they were made, and the labels they were taught."""
    rows = sorted(f"{pair.need_id}\t{pair.offer_id}\t{pair.grade}\t{pair.teaches}" for pair in pairs)
    digest = hashlib.sha256("\n".join(rows).encode()).hexdigest()[:8]
    return Weights(f"{base.version}+learned-{made}-{digest}", weights.rankers, weights.sureness)


def record_of(
    found: Learned,
    base: Weights,
    counts: Counts,
    settings: Settings,
    *,
    confidential: int,
    command: str,
    made: str,
) -> dict[str, object]:
    """Say how the weights were made; no id and no text of any record goes in."""
    difference = found.difference
    return {
        "command": command,
        "base": base.version,
        "date": made,
        "labels": {
            "accepted": counts.accepted,
            "declined": counts.declined,
            "in_part": counts.partial,
            "needs_with_accepted": counts.needs,
            "left_out_by_reason": counts.silent,
            "left_out_confidential": confidential,
        },
        "settings": {
            "folds": settings.folds,
            "unlabelled_weight": settings.unlabelled_weight,
            "seed": settings.seed,
        },
        "strengths": dict(found.strengths),
        "cross_validation": {"base": _figures(found.base), "learned": _figures(found.learned)},
        "difference_of_ndcg10": {
            "mean": round(difference.mean, 4),
            "low": round(difference.low, 4),
            "high": round(difference.high, 4),
            "p": round(difference.p, 4),
        },
    }


def _figures(figures: Figures) -> dict[str, object]:
    return {
        "ndcg10": round(figures.ndcg10, 4),
        "ndcg10_by_fold": [round(value, 4) for value in figures.ndcg10_by_fold],
        "mean_rank_of_accepted": round(figures.mean_rank, 2),
        "auc_accepted_over_declined": None if figures.auc is None else round(figures.auc, 4),
    }
