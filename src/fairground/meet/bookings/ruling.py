"""The facility's own decisions: its booking rule, days with other hours, and what becomes of bookings that fall out.

A change that leaves standing bookings no room is not made until each of them has a new time, a kind no, or stands as
agreed: `ReplanNeededError` lists them, and the call is made again with what was decided.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import available_timezones

from django.db import IntegrityError, transaction

from fairground.accounts.actors import Actor
from fairground.accounts.errors import EditConflictError, NotFoundError
from fairground.accounts.models import Record
from fairground.audit.services import record_change
from fairground.kernel.intervals import Interval, WallSpan
from fairground.language.local_text import LocalText
from fairground.meet.bookings.answering import cancel_for_facility, put_elsewhere
from fairground.meet.bookings.holding import BookingRefusedError, interval_of, lock_resource, standing
from fairground.meet.bookings.terms import plain_hours, terms_now, terms_of
from fairground.meet.core.rules import Terms, falling_out, nearest_free
from fairground.meet.models import BookingRule, Reservation, Resource, SpecialDay
from fairground.meet.policies import kept, may_keep

LOG_KIND = "booking_rule"
BOOKABLE_KINDS = ("facility", "platform")
MOST_SPECIAL_DAYS = 366
KEEP, CANCEL, MOVE = "keep", "cancel", "move"
_OFFERED = 24


@dataclass(frozen=True, slots=True)
class Decision:
    """What becomes of one booking that falls out: kept as agreed, cancelled with a reason, or moved."""

    what: str
    reason_code: str = ""
    to: Interval | None = None


@dataclass(frozen=True, slots=True)
class FallenOut:
    """A booking that a change leaves no room for, and the times of the same length that could take it."""

    reservation: Reservation
    offered: tuple[Interval, ...]


class ReplanNeededError(BookingRefusedError):
    """Bookings would fall out. `fallen` lists those without a decision yet; nothing was changed."""

    def __init__(self, fallen: Sequence[FallenOut]) -> None:
        self.fallen = tuple(fallen)
        super().__init__(
            f"有{len(fallen)}个已有预约与此冲突。请先逐一安排，再保存。",
            f"Bookings that this leaves no room for: {len(fallen)}. Settle each of them, then save.",
        )


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a form says of a rule; `terms.special` is not looked at."""

    terms: Terms
    price: LocalText = LocalText()
    advice: LocalText = LocalText()
    is_open: bool = True


@transaction.atomic
def make_rule(
    *, actor: Actor, record_key: str, values: RuleValues, now: datetime, device: LocalText = LocalText()
) -> Resource:
    """Make a facility, or one device of a platform, bookable by a rule.

    Raises NotFoundError unless the actor speaks for the record, BookingRefusedError where it has a rule already or the
    rule is none.
    """
    record = Record.objects.filter(may_keep(actor), key=record_key, kind__in=BOOKABLE_KINDS).first()
    if record is None:
        raise NotFoundError
    _check(values)
    resource = Resource(
        hub_id=actor.hub_id,
        record=record,
        device=device,
        capacity=values.terms.capacity,
        zone=values.terms.zone,
        is_open=values.is_open,
        created_at=now,
        changed_at=now,
    )
    try:
        with transaction.atomic():
            resource.save()
    except IntegrityError:
        raise BookingRefusedError(
            "已经有预约规则了。请打开它修改。", "There is a booking rule already. Open it to change it."
        ) from None
    _write(BookingRule(resource=resource), values)
    _log(resource, "make_rule", actor, now, None, _plain(values))
    return resource


@transaction.atomic
def change_rule(
    *,
    actor: Actor,
    resource_key: str,
    version: int,
    values: RuleValues,
    now: datetime,
    decisions: Mapping[str, Decision] | None = None,
) -> Resource:
    """Change the rule of a resource. Bookings that fall out are settled in the same transaction, their holders told.

    Parameters
    ----------
    version : of the resource, as the writer saw it
    decisions : by key of a booking, what becomes of it

    Raises NotFoundError, EditConflictError, BookingRefusedError, ReplanNeededError.
    """
    _check(values)
    resource = _lock_kept(actor, resource_key)
    _check_version(resource, version)
    before = _plain(_values_of(resource))
    special = list(SpecialDay.objects.filter(resource=resource))
    old = terms_of(resource, resource.rule, special)
    _write(resource.rule, values)
    resource.capacity, resource.zone, resource.is_open = (
        values.terms.capacity, values.terms.zone, values.is_open,
    )  # fmt: skip
    _settle(resource, old, terms_of(resource, resource.rule, special), decisions or {}, actor, now)
    _log(resource, "change_rule", actor, now, before, _plain(values))
    return resource


@transaction.atomic
def set_special_days(
    *,
    actor: Actor,
    resource_key: str,
    version: int,
    days: Sequence[date],
    hours: Sequence[WallSpan],
    reason: LocalText,
    now: datetime,
    decisions: Mapping[str, Decision] | None = None,
) -> Resource:
    """Give some days other hours than their weekday's: none closes them. Bookings that fall out are settled with it.

    Raises NotFoundError, EditConflictError, BookingRefusedError, ReplanNeededError.
    """
    if not 0 < len(days) <= MOST_SPECIAL_DAYS:
        raise BookingRefusedError(
            "请选择一天或几天，最多一年。", "Choose a day or some days, a year at most."
        )
    resource = _lock_kept(actor, resource_key)
    _check_version(resource, version)
    old = terms_now(resource)
    SpecialDay.objects.filter(resource=resource, day__in=days).delete()
    SpecialDay.objects.bulk_create(
        SpecialDay(resource=resource, day=day, hours=plain_hours(hours), reason=reason) for day in days
    )
    new = replace(old, special={**old.special, **dict.fromkeys(days, tuple(hours))})
    _settle(resource, old, new, decisions or {}, actor, now)
    told = {"days": [day.isoformat() for day in days], "hours": list(plain_hours(hours))}
    _log(resource, "set_special_days", actor, now, None, told)
    return resource


@transaction.atomic
def clear_special_day(
    *,
    actor: Actor,
    resource_key: str,
    day: date,
    now: datetime,
    decisions: Mapping[str, Decision] | None = None,
) -> Resource:
    """Let a day have its weekday's hours again. A second call changes nothing. Raises as `set_special_days`."""
    resource = _lock_kept(actor, resource_key)
    old = terms_now(resource)
    if SpecialDay.objects.filter(resource=resource, day=day).delete()[0]:
        new = replace(old, special={each: hours for each, hours in old.special.items() if each != day})
        _settle(resource, old, new, decisions or {}, actor, now)
        _log(resource, "clear_special_day", actor, now, None, {"days": [day.isoformat()]})
    return resource


def _lock_kept(actor: Actor, key: str) -> Resource:
    number = Resource.objects.filter(kept(actor), key=key, rule__isnull=False).values_list("pk", flat=True)
    if not number:
        raise NotFoundError
    return lock_resource(number[0])


def _check_version(resource: Resource, version: int) -> None:
    if resource.version != version:
        raise EditConflictError(f"#{resource.key}", resource.version)


def _check(values: RuleValues) -> None:
    terms = values.terms
    if terms.zone not in available_timezones():
        raise BookingRefusedError(f"没有“{terms.zone}”这个时区。", f"There is no time zone '{terms.zone}'.")
    if not any(terms.weekly):
        raise BookingRefusedError("请至少填写一天的开放时间。", "Give the hours of one day at least.")
    longest = max(span.closes - span.opens for spans in terms.weekly for span in spans)
    if terms.slot_minutes > longest:
        raise BookingRefusedError(
            "时段比开放时间还长，一次也约不到。",
            "A slot is longer than it is ever open: nobody could book it.",
        )


def _settle(
    resource: Resource,
    old: Terms,
    new: Terms,
    decisions: Mapping[str, Decision],
    actor: Actor,
    now: datetime,
) -> None:
    """Apply what was decided on the bookings that fall out; those without a decision stop the whole change."""
    rows = list(standing(resource, after=now).select_related("holder", "organisation"))
    intervals = [interval_of(row) for row in rows]
    # What stood outside already, because it was kept as agreed before, is not asked about again.
    fell_before = set(falling_out(old, intervals))
    fallen = [rows[place] for place in falling_out(new, intervals) if place not in fell_before]
    undecided = [row for row in fallen if row.key not in decisions]
    if undecided:
        raise ReplanNeededError([_offer(row, new, intervals, now) for row in undecided])
    # What is cancelled makes room for what is moved.
    for row in sorted(fallen, key=lambda each: decisions[each.key].what != CANCEL):
        row.resource = resource
        decision = decisions[row.key]
        if decision.what == MOVE and decision.to is not None:
            put_elsewhere(row, decision.to, actor=actor, now=now)
        elif decision.what == CANCEL:
            cancel_for_facility(row, actor=actor, reason_code=decision.reason_code, now=now)
        elif decision.what != KEEP:
            raise BookingRefusedError("请为每个预约选择一种安排。", "Choose what becomes of each booking.")
    resource.version += 1
    resource.changed_at = now
    resource.save()


def _offer(row: Reservation, terms: Terms, taken: Sequence[Interval], now: datetime) -> FallenOut:
    mine = interval_of(row)
    others = list(taken)
    others.remove(mine)
    return FallenOut(row, times_like(mine, terms, others, now))


def times_like(
    when: Interval, terms: Terms, taken: Sequence[Interval], now: datetime
) -> tuple[Interval, ...]:
    """Return free times as long as `when`, those nearest to it: it could be put there. `taken` are the others."""
    minutes = max(int(when.length.total_seconds() // 60), 1)
    whole = replace(terms, slot_minutes=minutes, most_slots=1, lead_minutes=0)
    return nearest_free(whole, when.begins, taken, now, most=_OFFERED)


def _write(rule: BookingRule, values: RuleValues) -> None:
    terms = values.terms
    rule.weekly = tuple(plain_hours(spans) for spans in terms.weekly)
    rule.slot_minutes, rule.most_slots, rule.buffer_minutes = (
        terms.slot_minutes, terms.most_slots, terms.buffer_minutes,
    )  # fmt: skip
    rule.lead_minutes, rule.horizon_days = terms.lead_minutes, terms.horizon_days
    rule.answer_hours, rule.is_automatic = terms.answer_hours, terms.is_automatic
    rule.price, rule.advice = values.price, values.advice
    rule.save()


def _values_of(resource: Resource) -> RuleValues:
    rule = resource.rule
    return RuleValues(terms_of(resource, rule, ()), rule.price, rule.advice, resource.is_open)


def _plain(values: RuleValues) -> dict[str, object]:
    terms = values.terms
    return {
        "weekly": [list(plain_hours(spans)) for spans in terms.weekly],
        "zone": terms.zone,
        "slot_minutes": terms.slot_minutes,
        "most_slots": terms.most_slots,
        "buffer_minutes": terms.buffer_minutes,
        "lead_minutes": terms.lead_minutes,
        "horizon_days": terms.horizon_days,
        "capacity": terms.capacity,
        "answer_hours": terms.answer_hours,
        "is_automatic": terms.is_automatic,
        "price": {"zh": values.price.zh, "en": values.price.en},
        "advice": {"zh": values.advice.zh, "en": values.advice.en},
        "is_open": values.is_open,
    }


def _log(
    resource: Resource,
    action: str,
    actor: Actor,
    now: datetime,
    before: Mapping[str, object] | None,
    after: Mapping[str, object],
) -> None:
    record_change(
        hub_id=resource.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=LOG_KIND,
        key=resource.key,
        version=resource.version,
        action=action,
        before=before,
        after=after,
    )
