"""Forms of bookings: a rule, days with other hours, what becomes of bookings that fall out, a new time."""

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.conf import settings

from fairground.kernel.intervals import DAY_MINUTES, Interval, WallSpan
from fairground.language.local_text import LocalText
from fairground.meet.bookings.rule_words import WEEKDAYS
from fairground.meet.bookings.ruling import CANCEL, KEEP, MOST_SPECIAL_DAYS, MOVE, Decision, RuleValues
from fairground.meet.bookings.terms import spans_of
from fairground.meet.core.hours_text import WrongHoursError, read_line, write_line
from fairground.meet.core.printed_hours import Week
from fairground.meet.core.rules import Terms
from fairground.meet.models import Resource
from fairground.web.reader import readers_language

_TEXT_LENGTH = 500
HOURS_OF_DAY = tuple(f"hours_{number}" for number in range(7))


def _said(zh: str, en: str) -> str:
    return zh if readers_language() == "zh" else en


class HoursField(forms.CharField):
    """The hours of a day, as '9:00-12:00, 13:00-17:00'; empty for a closed one."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=100, **options)

    def clean(self, value: Any) -> tuple[WallSpan, ...]:
        text = super().clean(value)
        try:
            return read_line(text)
        except WrongHoursError as error:
            raise forms.ValidationError(error.message.in_language(readers_language())) from None


class RuleForm(forms.Form):
    """A booking rule."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, name in enumerate(HOURS_OF_DAY):
            label = WEEKDAYS[number].in_language(readers_language())
            self.fields[name] = HoursField(label=label)
        whole = {
            "slot_minutes": ("一个时段多长（分钟）", "Length of a slot (minutes)", 5, DAY_MINUTES,
                             "最短的一次预约就是一个时段。", "The shortest booking is one slot."),
            "most_slots": ("一次最多几个时段", "Most slots of one booking", 1, 200, "", ""),
            "buffer_minutes": ("两次之间留多久（分钟）", "Kept free between two (minutes)", 0, DAY_MINUTES,
                               "清洁、校准、交接。", "For cleaning, calibration, handing over."),
            "lead_hours": ("至少提前多久（小时）", "At least how long ahead (hours)", 0, 24 * 180, "", ""),
            "horizon_days": ("最多提前几天", "Up to how many days ahead", 1, 730, "", ""),
            "capacity": ("同一时间可容纳几个预约", "Bookings at the same time", 1, 1000, "", ""),
            "answer_hours": ("多久内答复（小时）", "Answered within (hours)", 1, 24 * 30,
                             "逾期未答复的申请自动失效，时段放开。",
                             "A request that nobody answers expires, and its time is free again."),
        }  # fmt: skip
        for name, (zh, en, least, most, help_zh, help_en) in whole.items():
            self.fields[name] = forms.IntegerField(
                label=_said(zh, en), min_value=least, max_value=most, help_text=_said(help_zh, help_en)
            )
        self.fields["is_automatic"] = forms.ChoiceField(
            label=_said("谁来确认", "Who confirms"),
            choices=[
                ("", _said("设施方逐一确认", "The facility confirms each one")),
                ("1", _said("自动确认", "Confirmed at once")),
            ],
            required=False,
            widget=forms.RadioSelect,
        )
        self.fields["zone"] = forms.CharField(
            label=_said("时区", "Time zone"),
            max_length=64,
            help_text=_said(
                "例如 Asia/Shanghai、Europe/Berlin。", "For instance Asia/Shanghai, Europe/Berlin."
            ),
        )
        for name, zh, en in (
            ("price", "收费", "Price"),
            ("advice", "预约须知", "What holders should know"),
        ):
            for language, mark in (("zh", _said("中文", "Chinese")), ("en", _said("英文", "English"))):
                self.fields[f"{name}_{language}"] = forms.CharField(
                    label=f"{_said(zh, en)} · {mark}", required=False, max_length=_TEXT_LENGTH
                )
        self.fields["is_open"] = forms.BooleanField(
            label=_said("接受新的预约", "Takes new bookings"), required=False
        )

    def values(self) -> RuleValues:
        """Return what a valid form says."""
        said = self.cleaned_data
        terms = Terms(
            weekly=tuple(said[name] for name in HOURS_OF_DAY),
            zone=said["zone"],
            slot_minutes=said["slot_minutes"],
            most_slots=said["most_slots"],
            buffer_minutes=said["buffer_minutes"],
            lead_minutes=said["lead_hours"] * 60,
            horizon_days=said["horizon_days"],
            capacity=said["capacity"],
            answer_hours=said["answer_hours"],
            is_automatic=said["is_automatic"] == "1",
        )
        return RuleValues(terms, _local(said, "price"), _local(said, "advice"), said["is_open"])


def first_values(week: Week | None, price: LocalText) -> dict[str, Any]:
    """Return what a new rule's form begins with: the hours that were read and taken over, and the printed price."""
    plain = Terms()
    return {
        **_hours(week or ((),) * 7),
        "slot_minutes": plain.slot_minutes,
        "most_slots": plain.most_slots,
        "buffer_minutes": plain.buffer_minutes,
        "lead_hours": 24,
        "horizon_days": plain.horizon_days,
        "capacity": plain.capacity,
        "answer_hours": plain.answer_hours,
        "is_automatic": "",
        "zone": settings.TIME_ZONE,
        "price_zh": price.zh or "",
        "price_en": price.en or "",
        "is_open": True,
    }


def values_of(resource: Resource) -> dict[str, Any]:
    """Return what the form of a standing rule begins with."""
    rule = resource.rule
    return {
        **_hours(spans_of(rule.weekly)),
        "slot_minutes": rule.slot_minutes,
        "most_slots": rule.most_slots,
        "buffer_minutes": rule.buffer_minutes,
        "lead_hours": -(-rule.lead_minutes // 60),
        "horizon_days": rule.horizon_days,
        "capacity": resource.capacity,
        "answer_hours": rule.answer_hours,
        "is_automatic": "1" if rule.is_automatic else "",
        "zone": resource.zone,
        "price_zh": rule.price.zh or "",
        "price_en": rule.price.en or "",
        "advice_zh": rule.advice.zh or "",
        "advice_en": rule.advice.en or "",
        "is_open": resource.is_open,
    }


def _hours(week: Week) -> dict[str, str]:
    return {name: write_line(spans) for name, spans in zip(HOURS_OF_DAY, week, strict=True)}


def _local(said: Mapping[str, Any], name: str) -> LocalText:
    return LocalText(said[f"{name}_zh"].strip() or None, said[f"{name}_en"].strip() or None)


class SpecialDaysForm(forms.Form):
    """Days with other hours: closed, or open in addition."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for name, zh, en, required in (("first", "从", "From", True), ("last", "到", "To", False)):
            self.fields[name] = forms.DateField(
                label=_said(zh, en),
                required=required,
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
            )
        self.fields["hours"] = HoursField(
            label=_said("当天开放时间", "Open on these days"),
            help_text=_said("留空就是不开放。例如 9:00-12:00。", "Empty is closed. For instance 9:00-12:00."),
        )
        for language, mark in (("zh", _said("中文", "Chinese")), ("en", _said("英文", "English"))):
            self.fields[f"reason_{language}"] = forms.CharField(
                label=f"{_said('说明', 'Why')} · {mark}", required=False, max_length=200
            )

    def clean(self) -> dict[str, Any]:
        said: dict[str, Any] = super().clean() or {}
        first, last = said.get("first"), said.get("last") or said.get("first")
        if first and last and not 0 <= (last - first).days < MOST_SPECIAL_DAYS:
            self.add_error(
                "last",
                _said("应在开始日期之后，最多一年。", "Not before the first day, and a year later at most."),
            )
        return said

    def days(self) -> list[date]:
        """Return the days of a valid form."""
        first = self.cleaned_data["first"]
        last = self.cleaned_data.get("last") or first
        return [first + timedelta(days=number) for number in range((last - first).days + 1)]

    def reason(self) -> LocalText:
        """Return why, as it was written."""
        return _local(self.cleaned_data, "reason")


def read_decisions(values: Mapping[str, Any]) -> dict[str, Decision]:
    """Return what was chosen for bookings that fall out, by key; what is no choice is left out."""
    found: dict[str, Decision] = {}
    for name, what in values.items():
        if not name.startswith("decide-"):
            continue
        key = name.removeprefix("decide-")
        if what == KEEP:
            found[key] = Decision(KEEP)
        elif what == CANCEL and values.get(f"reason-{key}"):
            found[key] = Decision(CANCEL, reason_code=str(values[f"reason-{key}"])[:30])
        elif what == MOVE and (to := read_interval(str(values.get(f"to-{key}", "")))):
            found[key] = Decision(MOVE, to=to)
    return found


def read_instant(text: str) -> datetime | None:
    """Return an instant that came with a page or an address; None for what is none."""
    try:
        found = datetime.fromisoformat(text[:40])
    except ValueError:
        return None
    return found if found.tzinfo is not None and 2000 <= found.year <= 2200 else None


def read_interval(text: str) -> Interval | None:
    """Return an interval written as 'begin/end'; None for what is none."""
    begins, _, ends = text.partition("/")
    first, last = read_instant(begins), read_instant(ends)
    return Interval(first, last) if first and last and first < last else None


def write_interval(when: Interval) -> str:
    """Return an interval as pages carry it."""
    return f"{when.begins:%Y-%m-%dT%H:%M:%SZ}/{when.ends:%Y-%m-%dT%H:%M:%SZ}"
