"""The funnel of a hub: read from the steps of its introductions, counted by the core, shown and written as a table."""

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache

from django.db.models import F, Min, QuerySet, Subquery
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.language.local_text import LocalText
from fairground.match.broker.stages import funnel_stages
from fairground.match.core.funnel import (
    ANSWERED,
    Journey,
    StageCount,
    Step,
    funnel_of,
    grouped,
    journey_of,
    month_of,
)
from fairground.match.core.introductions import ENDS
from fairground.match.models import Introduction, IntroductionStep, Message
from fairground.match.policies import is_broker
from fairground.taxonomy import code_list

PERIODS = {
    90: LocalText("近90天", "Last 90 days"),
    365: LocalText("近一年", "Last year"),
    0: LocalText("全部", "All"),
}
PARTS = {
    "": LocalText("合计", "Together"),
    "month": LocalText("按开始的月份", "By month of beginning"),
    "field": LocalText("按领域", "By field"),
}
_HOUR = timedelta(hours=1)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class FunnelRow:
    """One stage as it is shown."""

    code: str
    label: LocalText
    count: StageCount
    share: float  # of those that began, 0–1
    dropped_share: float  # of those that reached it

    @property
    def median(self) -> LocalText:
        return _quantile(self.count, self.count.stay.median)

    @property
    def p90(self) -> LocalText:
        return _quantile(self.count, self.count.stay.p90)


@dataclass(frozen=True, slots=True)
class FunnelPart:
    """The funnel of a month, a field, or of all."""

    code: str
    label: LocalText
    rows: tuple[FunnelRow, ...]


def hub_funnel(actor: Actor, *, days: int, by: str = "", now: datetime) -> list[FunnelPart]:
    """Return the funnel of the hub's introductions that began in the last `days` (0: ever), in parts.

    Numbers only, so that every broker of the hub sees the same ones, whoever keeps what. Raises NotFoundError. One
    query, and two to four more where something happened since it was last counted, or an hour passed.
    """
    if not is_broker(actor):
        raise NotFoundError
    since = timezone.localdate(now) - timedelta(days=days) if days else None
    written = Message.objects.order_by("-pk").values("pk")[:1]
    newest = (
        IntroductionStep.objects.order_by("-pk")
        .values_list("pk", "introduction__key", Subquery(written))
        .first()
    )
    counted_to = datetime.fromtimestamp(now.timestamp() // 3600 * 3600, tz=now.tzinfo) + _HOUR
    return list(_counted(actor.hub_id, since, by, counted_to, newest))


# What happened last is part of the key, so that a table is counted anew when it changed. A step that is committed
# late and out of order is counted with the next one, or within the hour.
@lru_cache(maxsize=32)
def _counted(
    hub_id: int, since: date | None, by: str, now: datetime, _newest: object
) -> tuple[FunnelPart, ...]:
    journeys = _journeys(hub_id, since, with_fields=by == "field")
    if by == "month":
        zone = timezone.get_current_timezone()
        groups = grouped(journeys, lambda one: [month_of(one, zone)])
        return tuple(
            _part(code, LocalText(code, code), groups[code], now) for code in sorted(groups, reverse=True)
        )
    if by == "field":
        groups = grouped(journeys, lambda one: one.fields or ("",))
        terms = code_list("fields").terms
        found = sorted(groups, key=lambda code: (-len(groups[code]), code))
        return tuple(
            _part(
                code,
                LocalText(terms[code].zh, terms[code].en)
                if code in terms
                else LocalText("未注明领域", "No field stated"),
                groups[code],
                now,
            )
            for code in found
        )
    return (_part("", PARTS[""], journeys, now),)


def _part(code: str, label: LocalText, journeys: Sequence[Journey], now: datetime) -> FunnelPart:
    stages = funnel_stages()
    counts = funnel_of(journeys, [stage.code for stage in stages], now=now)
    began = counts[0].reached or 1
    return FunnelPart(
        code,
        label,
        tuple(
            FunnelRow(
                stage.code,
                stage.label,
                count,
                count.reached / began,
                count.dropped_out / (count.reached or 1),
            )
            for stage, count in zip(stages, counts, strict=True)
        ),
    )


def _journeys(hub_id: int, since: date | None, *, with_fields: bool) -> list[Journey]:
    began = Introduction.objects.filter(hub_id=hub_id)
    if since is not None:
        began = began.filter(created_at__gte=timezone.make_aware(datetime.combine(since, time())))
    steps: dict[int, list[Step]] = {}
    found = IntroductionStep.objects.filter(introduction__in=began).exclude(from_state=F("to_state"))
    for number, at, state, why in found.order_by("pk").values_list(
        "introduction_id", "at", "to_state", "reason_code"
    ):
        steps.setdefault(number, []).append(Step(at, state, why if state in ENDS else ""))
    also: dict[int, dict[str, datetime]] = {}
    for number, at in _answered(began).items():
        also.setdefault(number, {})[ANSWERED] = at
    for stage in funnel_stages():
        for number, at in (stage.moments(hub_id) if stage.moments else {}).items():
            also.setdefault(number, {})[stage.code] = at
    fields: Mapping[int, tuple[str, ...]] = (
        dict(began.values_list("pk", "target__fields")) if with_fields else {}
    )
    return [
        journey_of(told, also=also.get(number), fields=tuple(fields.get(number, ())))
        for number, told in steps.items()
    ]


def _answered(began: QuerySet[Introduction]) -> dict[int, datetime]:
    """Return when the second of the two sides first wrote, for the threads in which both did."""
    first: dict[int, list[datetime]] = {}
    for number, at in (
        Message.objects.filter(introduction__in=began)
        .order_by()
        .values("introduction_id", "side")
        .annotate(first=Min("at"))
        .values_list("introduction_id", "first")
    ):
        first.setdefault(number, []).append(at)
    return {number: max(moments) for number, moments in first.items() if len(moments) == 2}


def span(length: timedelta) -> LocalText:
    """Return a length of time as people say it.

    >>> span(timedelta(hours=30)).en, span(timedelta(days=12, hours=2)).zh
    ('1.3 days', '12天')
    """
    days = length / _DAY
    if days < 1:
        hours = round(length / _HOUR)
        return LocalText(f"{hours}小时", f"{hours} h")
    told = f"{days:.0f}" if days >= 10 else f"{days:.1f}"
    return LocalText(f"{told}天", f"{told} days")


def _quantile(count: StageCount, length: timedelta | None) -> LocalText:
    if not count.stay.entered:
        return LocalText("–", "–")
    if length is not None:
        return span(length)
    at_least = span(count.stay.longest)
    return LocalText(f"超过{at_least.zh}", f"over {at_least.en}")


_COLUMNS = (
    "period", "part", "part_zh", "part_en", "stage", "stage_zh", "stage_en", "reached", "went_on", "still_there",
    "dropped_out", *ENDS, "timed", "left", "median_days", "p90_days", "longest_days",
)  # fmt: skip


def funnel_csv(parts: Iterable[FunnelPart], *, days: int) -> bytes:
    """Return the funnel as csv, the same numbers as the page. A quantile nobody can tell yet is empty."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    for part in parts:
        for row in part.rows:
            count, stay = row.count, row.count.stay
            writer.writerow(
                (
                    f"{days} days" if days else "all",
                    part.code, part.label.zh, part.label.en, row.code, row.label.zh, row.label.en,
                    count.reached, count.went_on, count.still_there, count.dropped_out,
                    *(count.dropped.get(end, 0) for end in ENDS),
                    stay.entered, stay.left, _in_days(stay.median), _in_days(stay.p90),
                    _in_days(stay.longest) if stay.entered else "",
                )
            )  # fmt: skip
    return out.getvalue().encode("utf-8-sig")


def _in_days(length: timedelta | None) -> str:
    return "" if length is None else f"{length / _DAY:.2f}"
