"""The full run: every record of a hub against every other, by the engine as it stands."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from fairground.match.catalogue.keeping import PARTNERS, Judged, keep_all
from fairground.match.catalogue.texts import (
    KINDS,
    MARKETS,
    as_answering,
    as_asking,
    digest_of,
    load_records,
)
from fairground.match.core.engine import METHOD, match_lists
from fairground.match.core.weights import Weights, shipped_weights
from fairground.match.learned_weights import weights_of
from fairground.match.models import MatchedText

_TELL = 256  # steps of the engine between two words of progress


def weights_in_use(hub_id: int) -> Weights:
    """Return the weights a hub's catalogue is matched by: those it turned on, or the shipped ones."""
    return weights_of(hub_id) or shipped_weights()


def method_name(hub_id: int) -> str:
    """Return the name and version of the method a hub's catalogue is matched by."""
    return f"{METHOD} {weights_in_use(hub_id).version}"


def match_hub(hub_id: int, *, now: datetime, tell: Callable[[], object] = bool) -> int:
    """Match all public offers, needs and platforms of a hub anew; return the pairs kept. All or nothing.

    `tell` is called now and then while it works.
    """
    return match_rows(hub_id, {kind: load_records(hub_id, kind) for kind in KINDS}, now=now, tell=tell)


def match_rows(
    hub_id: int,
    rows: Mapping[str, Mapping[str, Any]],
    *,
    now: datetime,
    tell: Callable[[], object] = bool,
) -> int:
    """Match loaded records, by kind and key, as if they were the hub; all its pairs are replaced."""
    weights = weights_in_use(hub_id)
    method = f"{METHOD} {weights.version}"
    today = timezone.localdate(now)
    found = [
        judged
        for asking, answering in MARKETS
        for judged in _market(rows[asking], rows[answering], weights, today=today, tell=tell)
    ]
    kept = keep_all(hub_id, found, method=method, now=now)
    _remember((row for some in rows.values() for row in some.values()), method, now)
    return kept


def _market(
    asking: Mapping[str, Any],
    answering: Mapping[str, Any],
    weights: Weights,
    *,
    today: date,
    tell: Callable[[], object],
) -> Iterable[Judged]:
    if not asking or not answering:
        return

    def told(stage: str, done: int, total: int) -> None:
        if done % _TELL == 0:
            tell()

    kinds = " ".join(next(iter(some.values())).kind for some in (asking, answering))
    run = match_lists(
        [as_asking(row) for row in asking.values()],
        [as_answering(row) for row in answering.values()],
        top=PARTNERS,
        today=today,
        weights=weights,
        progress=told,
    )
    for pair in run.matches:
        yield Judged(asking[pair.need_id].pk, answering[pair.offer_id].pk, kinds, pair)


def _remember(rows: Iterable[Any], method: str, now: datetime) -> None:
    MatchedText.objects.bulk_create(
        [
            MatchedText(
                record_id=row.pk,
                digest=digest_of(row, timezone.localdate(now)),
                method=method,
                made_at=now,
            )
            for row in rows
        ],
        batch_size=500,
        update_conflicts=True,
        unique_fields=["record"],
        update_fields=["digest", "method", "made_at"],
    )
