"""Writing judged pairs: what did not change keeps its date, and both sides' ranks stay in order."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q

from fairground.match.core.results import Evidence, Verdict
from fairground.match.core.results import Match as Pair
from fairground.match.models import Match

PARTNERS = 10  # kept of each record and kind
# A platform states no price, level or right of its own: that it does not is no news.
_FLAGS_OF_PLATFORMS = frozenset({"region", "excluded"})
_WRITTEN = ("score", "rank_for_asking", "rank_for_answering", "evidence", "reasons", "method", "made_at")
_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Judged:
    """A pair as the engine judged it, between two rows of the database."""

    asking_id: int
    answering_id: int
    kinds: str
    pair: Pair


def reasons_of(pair: Pair, kinds: str) -> dict[str, Any]:
    """Return what is kept of a pair's reasons."""
    flags = [
        asdict(flag)
        for flag in pair.flags
        if not kinds.endswith("platform") or flag.constraint in _FLAGS_OF_PLATFORMS
    ]
    return {
        "parts": {name: round(value, 6) for name, value in pair.parts.items()},
        "judgements": [asdict(judgement) for judgement in pair.judgements],
        "flags": flags,
        "shared_terms": list(pair.shared_terms),
    }


def evidence_of(pair: Pair, kinds: str) -> Evidence:
    """Return how much a pair rests on what the texts say.

    The method was taught on needs and offers. A pair with a platform has enough evidence only where the platform's own
    words meet something that is asked, and contradict nothing: likeness alone is thin.
    """
    if pair.evidence is not Evidence.ENOUGH or not kinds.endswith("platform"):
        return pair.evidence
    verdicts = {judgement.verdict for judgement in pair.judgements}
    stated = Verdict.MET in verdicts and Verdict.CONTRADICTED not in verdicts
    return Evidence.ENOUGH if stated else Evidence.THIN


def _row(hub_id: int, judged: Judged, method: str, now: datetime) -> Match:
    pair = judged.pair
    return Match(
        hub_id=hub_id,
        asking_id=judged.asking_id,
        answering_id=judged.answering_id,
        kinds=judged.kinds,
        score=round(pair.score, 6),
        rank_for_asking=pair.rank_for_need,
        rank_for_answering=pair.rank_for_offer,
        evidence=evidence_of(pair, judged.kinds).value,
        reasons=reasons_of(pair, judged.kinds),
        method=method,
        made_at=now,
    )


def keep_all(hub_id: int, found: Iterable[Judged], *, method: str, now: datetime) -> int:
    """Put a whole run in the place of all pairs of a hub; return the pairs kept. All or nothing."""
    with transaction.atomic():
        before = {(row.asking_id, row.answering_id): row for row in Match.objects.filter(hub_id=hub_id)}
        rows = [_row(hub_id, judged, method, now) for judged in found]
        _write(before, rows)
    return len(rows)


def keep_of_record(
    hub_id: int,
    record_id: int,
    found: Iterable[Judged],
    *,
    method: str,
    now: datetime,
    is_addition: bool = False,
) -> frozenset[int]:
    """Put the pairs of one record in the place of those it had; return who lost a pair with it. All or nothing.

    With `is_addition` what it has stays as it is and only new pairs are added. Ranks on both sides follow the scores.
    """
    with transaction.atomic():
        own = Q(asking_id=record_id) | Q(answering_id=record_id)
        before = {(row.asking_id, row.answering_id): row for row in Match.objects.filter(own, hub_id=hub_id)}
        rows = [_row(hub_id, judged, method, now) for judged in found]
        if is_addition:
            rows = [row for row in rows if (row.asking_id, row.answering_id) not in before]
        _write(before, rows, keep_others=is_addition)
        kept = {pk for row in rows for pk in (row.asking_id, row.answering_id)}
        had = {pk for pair in before for pk in pair}
        _rank(record_id, kept | had)
    return frozenset(had - kept - {record_id})


def _write(
    before: Mapping[tuple[int, int], Match], rows: Collection[Match], *, keep_others: bool = False
) -> None:
    changed, new = [], []
    for row in rows:
        old = before.get((row.asking_id, row.answering_id))
        if old is None:
            new.append(row)
            continue
        row.pk = old.pk
        if _says_the_same(old, row):
            row.made_at = old.made_at
            if (old.rank_for_asking, old.rank_for_answering) == (row.rank_for_asking, row.rank_for_answering):
                continue
        changed.append(row)
    stay = {(row.asking_id, row.answering_id) for row in rows}
    gone = [] if keep_others else [old.pk for pair, old in before.items() if pair not in stay]
    for first in range(0, len(gone), _AT_ONCE):
        Match.objects.filter(pk__in=gone[first : first + _AT_ONCE]).delete()
    Match.objects.bulk_update(changed, _WRITTEN, batch_size=100)
    Match.objects.bulk_create(new, batch_size=_AT_ONCE)


def _says_the_same(old: Match, new: Match) -> bool:
    return (old.score, old.evidence, old.reasons, old.method) == (
        new.score,
        new.evidence,
        # As the database gives it back: its lists and numbers have no other type.
        new.reasons,
        new.method,
    )


def _rank(record_id: int, records: Collection[int]) -> None:
    """Order the kept pairs of a record and of its partners anew by their scores; those beyond `PARTNERS` fall out."""
    for side, other in (("asking", "answering"), ("answering", "asking")):
        listed = Q(**{f"rank_for_{side}__isnull": False}) | Q(**{f"{other}_id": record_id})
        rows = Match.objects.filter(
            Q(**{f"{side}_id": record_id}) | Q(**{f"{side}_id__in": records}) & listed
        )
        lists: dict[tuple[int, str], list[Match]] = {}
        for row in rows.defer("reasons"):
            lists.setdefault((getattr(row, f"{side}_id"), row.kinds), []).append(row)
        moved = []
        for some in lists.values():
            some.sort(key=lambda row: (-row.score, getattr(row, f"{other}_id")))
            for place, row in enumerate(some, start=1):
                rank = place if place <= PARTNERS else None
                if getattr(row, f"rank_for_{side}") != rank:
                    setattr(row, f"rank_for_{side}", rank)
                    moved.append(row)
        Match.objects.bulk_update(moved, [f"rank_for_{side}"], batch_size=200)
    Match.objects.filter(
        Q(asking_id__in=records) | Q(answering_id__in=records),
        rank_for_asking__isnull=True,
        rank_for_answering__isnull=True,
    ).delete()
