"""The pairs of a list: what the hub's matching kept of its entries, shortened for print."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence
from fairground.match.models import Match
from fairground.match.results_list.contents import Hint, HintReason

BEST = 3  # offers for each need
_AT_ONCE = 500
_MOST_REASONS = 8
_ORDER = ("met", "contradicted", "missing")


def hints_between(needs: Mapping[int, str], offers: Mapping[int, str]) -> tuple[tuple[Hint, ...], str]:
    """Return the best pairs of these needs and offers (key by id) with evidence, and the method that judged them.

    One query a 500 needs. A pair that quotes anything but its offer's public text is never kept, see `match.catalogue`.
    """
    hints: list[Hint] = []
    method = ""
    ids = list(needs)
    for start in range(0, len(ids), _AT_ONCE):
        rows = (
            Match.objects.filter(asking_id__in=ids[start : start + _AT_ONCE], kinds="need offer")
            .exclude(evidence=Evidence.NONE.value)
            .order_by("asking_id", "-score", "answering_id")
        )
        kept: dict[int, int] = {}
        for row in rows:
            if row.answering_id not in offers or kept.get(row.asking_id, 0) == BEST:
                continue
            kept[row.asking_id] = kept.get(row.asking_id, 0) + 1
            method = row.method
            hints.append(
                Hint(
                    needs[row.asking_id],
                    offers[row.answering_id],
                    round(row.score, 4),
                    row.evidence,
                    _reasons(row.reasons.get("judgements", ())),
                    tuple(
                        LocalText(flag.get("reason_zh"), flag.get("reason_en"))
                        for flag in row.reasons.get("flags", ())
                    ),
                )
            )
    return tuple(hints), method


def _reasons(judgements: Iterable[Mapping[str, Any]]) -> tuple[HintReason, ...]:
    ordered: Sequence[Mapping[str, Any]] = sorted(
        (each for each in judgements if not (each.get("excluded") and each["verdict"] == "missing")),
        key=lambda each: _ORDER.index(each["verdict"]) if each["verdict"] in _ORDER else len(_ORDER),
    )
    return tuple(
        HintReason(
            each["verdict"],
            each.get("requirement") or "",
            each.get("sentence") or "",
            bool(each.get("excluded")),
        )
        for each in ordered[:_MOST_REASONS]
    )
