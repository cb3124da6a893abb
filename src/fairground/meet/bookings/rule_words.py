"""A booking rule in words, for the panel, the booking page and the desk."""

from collections.abc import Sequence

from django.conf import settings

from fairground.kernel.intervals import DAY_MINUTES, WallSpan
from fairground.language.local_text import LocalText
from fairground.meet.core.hours_text import clock
from fairground.meet.core.rules import Terms

WEEKDAYS = tuple(
    LocalText(zh, en)
    for zh, en in (
        ("周一", "Monday"), ("周二", "Tuesday"), ("周三", "Wednesday"), ("周四", "Thursday"), ("周五", "Friday"),
        ("周六", "Saturday"), ("周日", "Sunday"),
    )
)  # fmt: skip
SHORT_WEEKDAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")
CLOSED = LocalText("不开放", "closed")
ALL_DAY = LocalText("全天", "all day")


def hours_in_words(spans: Sequence[WallSpan]) -> LocalText:
    """Return the hours of a day: '09:00–12:00、13:00–17:00' / '09:00–12:00, 13:00–17:00'."""
    if not spans:
        return CLOSED
    if list(spans) == [WallSpan(0, DAY_MINUTES)]:
        return ALL_DAY
    written = [
        f"{clock(span.opens)}–{clock(span.closes)}" if span.closes <= DAY_MINUTES else _over_midnight(span)
        for span in spans
    ]
    return LocalText("、".join(written), ", ".join(written))


def _over_midnight(span: WallSpan) -> str:
    return f"{clock(span.opens)}–{clock(span.closes)}+1"


def week_in_words(weekly: Sequence[Sequence[WallSpan]]) -> list[tuple[LocalText, LocalText]]:
    """Return days and their hours, days with the same hours together where they stand side by side; open ones only."""
    runs: list[tuple[int, int, tuple[WallSpan, ...]]] = []
    for day, spans in enumerate(weekly):
        own = tuple(spans)
        if runs and runs[-1][2] == own:
            runs[-1] = (runs[-1][0], day, own)
        else:
            runs.append((day, day, own))
    return [(_days(first, last), hours_in_words(spans)) for first, last, spans in runs if spans]


def _days(first: int, last: int) -> LocalText:
    if (first, last) == (0, 6):
        return LocalText("每天", "Every day")
    if first == last:
        return WEEKDAYS[first]
    return LocalText(
        f"{WEEKDAYS[first].zh}至{WEEKDAYS[last].zh}", f"{SHORT_WEEKDAYS[first]}–{SHORT_WEEKDAYS[last]}"
    )


def length_in_words(minutes: int) -> LocalText:
    """Return a length: 90 is '1小时30分钟' / '1 h 30 min'."""
    days, rest = divmod(minutes, DAY_MINUTES)
    hours, left = divmod(rest, 60)
    zh = f"{f'{days}天' if days else ''}{f'{hours}小时' if hours else ''}{f'{left}分钟' if left else ''}"
    parts = [
        f"{days} day{'s' if days > 1 else ''}" if days else "",
        f"{hours} h" if hours else "",
        f"{left} min" if left else "",
    ]
    return LocalText(zh or "0分钟", " ".join(part for part in parts if part) or "0 min")


def rule_in_words(terms: Terms) -> list[LocalText]:
    """Return what a booking must keep to, a sentence each."""
    shortest = length_in_words(terms.slot_minutes)
    longest = length_in_words(
        terms.slot_minutes * terms.most_slots + terms.buffer_minutes * (terms.most_slots - 1)
    )
    said = [
        LocalText(f"每次{shortest.zh}。", f"{shortest.en} at a time.")
        if terms.most_slots == 1
        else LocalText(f"每次{shortest.zh}至{longest.zh}。", f"{shortest.en} to {longest.en} at a time.")
    ]
    if terms.buffer_minutes:
        gap = length_in_words(terms.buffer_minutes)
        said.append(LocalText(f"两次之间留{gap.zh}。", f"{gap.en} are kept free between two."))
    if terms.lead_minutes:
        lead = length_in_words(terms.lead_minutes)
        said.append(LocalText(f"至少提前{lead.zh}。", f"At least {lead.en} ahead."))
    said.append(LocalText(f"最多提前{terms.horizon_days}天。", f"Up to {terms.horizon_days} days ahead."))
    if terms.capacity > 1:
        said.append(
            LocalText(f"同一时间可容纳{terms.capacity}个预约。", f"{terms.capacity} bookings at a time.")
        )
    if terms.is_automatic:
        said.append(LocalText("自动确认。", "Confirmed at once."))
    else:
        wait = length_in_words(terms.answer_hours * 60)
        said.append(
            LocalText(f"由设施方确认，{wait.zh}内答复。", f"The facility confirms, within {wait.en}.")
        )
    if terms.zone != settings.TIME_ZONE:
        said.append(
            LocalText(f"时间按当地时钟（{terms.zone}）。", f"Times by the local clock ({terms.zone}).")
        )
    return said
