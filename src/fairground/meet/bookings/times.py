"""A booked time in words: by the clock of the facility, with its zone where that is not the hub's."""

from zoneinfo import ZoneInfo

from django.conf import settings

from fairground.kernel.intervals import Interval
from fairground.language.local_text import LocalText
from fairground.web import figures


def spoken(when: Interval, zone: str) -> LocalText:
    """Return '2026年5月4日 09:00–11:00' and '4 May 2026 09:00–11:00'; the zone behind it where it is another one."""
    return LocalText(_written(when, zone, "zh"), _written(when, zone, "en"))


def _written(when: Interval, zone: str, language: str) -> str:
    clock = ZoneInfo(zone)
    begins, ends = when.begins.astimezone(clock), when.ends.astimezone(clock)
    last = f"{ends:%H:%M}" if begins.date() == ends.date() else figures.moment(ends, language)
    gap = "–" if begins.date() == ends.date() else " – "
    text = f"{figures.moment(begins, language)}{gap}{last}"
    # In the hour that a clock shows twice, and far from the hub, the offset says which is meant.
    if zone != settings.TIME_ZONE or begins.utcoffset() != ends.utcoffset() or begins.fold or ends.fold:
        left, right = ("（", "）") if language == "zh" else (" (", ")")
        text += f"{left}{zone}, UTC{begins:%z}{right}"
    return text
