"""Records by the time of their publication: bars, and the same numbers in a table."""

from collections.abc import Sequence
from typing import Any

from fairground.accounts.kinds import kind_of
from fairground.accounts.notices.services import hub_zone
from fairground.language.local_text import LocalText
from fairground.publish.core.places import (
    By,
    Period,
    PlaceRows,
    bars_of,
    periods_of,
    suitable_period,
    tick_of,
)
from fairground.publish.profiles.addresses import records_url
from fairground.publish.profiles.counting import COUNTED
from fairground.publish.profiles.places import Place

_STEP, _HEIGHT = 24.0, 96.0  # of the chart, in units of its drawing
_MOST_PERIODS = 60  # older ones are on the page of all records
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


def history(place: Place, rows: PlaceRows, by: str) -> dict[str, Any] | None:
    """Return the records by the time of their publication, as a chart and as a table; None where there is none."""
    chosen: By = "year" if by == "year" else "month" if by == "month" else suitable_period(rows)
    periods = periods_of(rows, chosen, hub_zone())[-_MOST_PERIODS:]
    if not periods:
        return None
    bars = bars_of(periods, step=_STEP, height=_HEIGHT)
    most = max(period.total for period in periods)
    tick = tick_of(most)
    kinds = [code for code in COUNTED if any(period.counts.get(code) for period in periods)]
    named = max(1, -(-len(periods) // 12))
    return {
        "by": chosen,
        "is_drawn": len(periods) > 1,
        "width": _STEP * len(periods),
        "height": _HEIGHT,
        "drawn_height": _HEIGHT + 36,  # room for the line's number above and the names below
        "bars": [
            {
                "x": bar.x + 3,
                "y": bar.y,
                "height": max(bar.height, 1) if bar.total else 0,
                "width": _STEP - 6,
                "middle": bar.x + _STEP / 2,
                "label": short_period(bar.code),
                "is_named": place_of % named == 0,
                "total": bar.total,
            }
            for place_of, bar in enumerate(bars)
        ],
        "tick": tick,
        "tick_y": round(_HEIGHT - tick / most * _HEIGHT, 2),
        "kinds": [kind_of(code).plural for code in kinds],
        "lines": [_line(place, period, kinds) for period in reversed(periods) if period.total],
        "total": sum(period.total for period in periods),
        "other_by": "month" if chosen == "year" else "year",
    }


def _line(place: Place, period: Period, kinds: Sequence[str]) -> dict[str, Any]:
    return {
        "label": period_label(period.code),
        "cells": [
            {"number": count, "url": records_url(place, code, period.code)} if (count := period.counts.get(code, 0))
            else {"number": 0, "url": ""}
            for code in kinds
        ],
        "total": period.total,
        "url": records_url(place, "", period.code),
    }  # fmt: skip


def period_label(code: str) -> LocalText:
    """Return '2026年5月', 'May 2026' of '2026-05'; '2026年', '2026' of a year."""
    year, _, month = code.partition("-")
    if not month:
        return LocalText(f"{year}年", year)
    return LocalText(f"{year}年{int(month)}月", f"{_MONTHS[int(month) - 1]} {year}")


def short_period(code: str) -> LocalText:
    """Return what fits under a bar: the year, or the month with its year in January."""
    year, _, month = code.partition("-")
    if not month:
        return LocalText(year, year)
    return LocalText(f"{int(month)}月", _MONTHS[int(month) - 1])
