"""What the broker's desk shows. Reads only; never a thread's texts, a contact or a confidential reason."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    TextField,
    Value,
    When,
)
from django.db.models.functions import Cast, Coalesce

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Organisation, Record, User
from fairground.accounts.policies import may_name, readable
from fairground.language.local_text import LocalText
from fairground.match.core.introductions import AGREED, ANSWERING, ASKING, OPEN, SIDES
from fairground.match.core.next_step import Case as StepCase
from fairground.match.core.next_step import NextStep, may_remind, next_step
from fairground.match.introductions.borders import asks_confirmation, with_restrictions
from fairground.match.introductions.naming import title_of, with_what_is_read
from fairground.match.introductions.words import STATE_MARKS, STATE_WORDS
from fairground.match.models import BrokerNote, Introduction, IntroductionStep, Message
from fairground.match.policies import is_broker, kept
from fairground.taxonomy import code_list

PAGE_ROWS = 50
BOTH = "both"
REMINDED = "remind"  # the event of a reminder in the steps
_SORTS = {
    "longest": ("waiting_since", "pk"),
    "newest": ("-waiting_since", "-pk"),
    "ends": (F("expires_at").asc(nulls_last=True), "pk"),
}
_OLDER = (3, 7, 14, 30, 90)  # days
_WHOSE = ("mine", "nobody")
_LONGEST_NUMBER = 6

WAITING_FOR = {
    ASKING: LocalText("发起方", "the asking side"),
    ANSWERING: LocalText("被询问方", "the side asked"),
    BOTH: LocalText("双方", "both sides"),
}
SORTS = {
    "longest": LocalText("等待最久", "Longest wait"),
    "newest": LocalText("最近有动静", "Latest news"),
    "ends": LocalText("最先到期", "Ends first"),
}


@dataclass(frozen=True, slots=True)
class DeskQuery:
    """What the broker wants to see; every part comes from the address and may be wrong, then it counts as not given."""

    state: str = ""
    waiting_for: str = ""
    field: str = ""
    whose: str = ""
    older: int = 0
    sort: str = "longest"
    page: int = 1

    @classmethod
    def from_parameters(cls, parameters: Mapping[str, str]) -> "DeskQuery":
        """Read an address."""

        def one_of(name: str, known: Iterable[str], otherwise: str = "") -> str:
            value = parameters.get(name, "")
            return value if value in known else otherwise

        older = _number(parameters.get("older", ""))
        return cls(
            one_of("state", OPEN),
            one_of("for", WAITING_FOR),
            one_of("field", code_list("fields").terms),
            one_of("whose", _WHOSE),
            older if older in _OLDER else 0,
            one_of("sort", _SORTS, "longest"),
            max(_number(parameters.get("page", "")), 1),
        )

    def address(self, **changes: Any) -> str:
        """Return the address of the same list with changes; a change of anything but the page begins at the first."""
        changed = replace(self, **{"page": 1, **changes})
        parts = {
            "state": changed.state,
            "for": changed.waiting_for,
            "field": changed.field,
            "whose": changed.whose,
            "older": changed.older or "",
            "sort": "" if changed.sort == "longest" else changed.sort,
            "page": changed.page if changed.page > 1 else "",
        }
        return "?" + urlencode({name: value for name, value in parts.items() if value})


@dataclass(frozen=True, slots=True)
class Party:
    """A side as the broker may know it: its organisation, else the person, and its record where it has one."""

    name: LocalText
    kind: str = ""
    key: str = ""
    title: LocalText = LocalText()


@dataclass(frozen=True, slots=True)
class DeskRow:
    """One open introduction."""

    key: str
    state: str
    asking: Party
    answering: Party
    waiting_for: str  # a side, or BOTH
    since: datetime
    days: int
    left: int | None  # days to answer
    step: NextStep
    can_remind: bool
    reminders: int
    broker: str
    is_mine: bool
    notes: int
    by_broker: bool
    demonstration: bool
    version: int

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def state_label(self) -> LocalText:
        return STATE_WORDS[self.state]

    @property
    def state_mark(self) -> str:
        return STATE_MARKS[self.state]

    @property
    def waited_for(self) -> LocalText:
        """The name of whoever is waited for."""
        if self.waiting_for == BOTH:
            return WAITING_FOR[BOTH]
        return (self.asking if self.waiting_for == ASKING else self.answering).name


@dataclass(frozen=True, slots=True)
class DeskPage:
    """A page of the desk."""

    rows: Sequence[DeskRow]
    total: int
    in_all: int  # open ones the actor sees, whatever the filters
    by_state: Mapping[str, int]
    by_waiting: Mapping[str, int]
    longest: int  # days, of the rows shown


def on_desk(actor: Actor) -> Q:
    """The introductions on a broker's desk: those whose records they may read, and those they keep or proposed.

    The desk says what a record is called: it must not say so to whom the record is closed.
    """
    records = Record.objects.filter(readable(actor)).values("pk")
    of_readable = Q(target__in=records) & (Q(own__isnull=True) | Q(own__in=records))
    own = Q(broker_id=actor.user_id) | Q(proposed_by_id=actor.user_id)
    return kept(actor) & (of_readable | own)


def open_introductions(actor: Actor) -> QuerySet[Introduction]:
    """Return the open ones, each with `waiting_for` and `waiting_since`."""
    return with_waiting(Introduction.objects.filter(on_desk(actor), state__in=OPEN))


def with_waiting(found: QuerySet[Introduction]) -> QuerySet[Introduction]:
    """Add who is waited for and since when. While both sides said yes that is whoever did not write last."""
    newest = Message.objects.filter(introduction=OuterRef("pk")).order_by("-pk")
    return found.annotate(
        last_side=Subquery(newest.values("side")[:1]),
        last_at=Subquery(newest.values("at")[:1]),
    ).annotate(
        waiting_for=Case(
            When(state=AGREED, last_side=ASKING, then=Value(ANSWERING)),
            When(state=AGREED, last_side=ANSWERING, then=Value(ASKING)),
            When(state=AGREED, then=Value(BOTH)),
            When(asking_answer="yes", then=Value(ANSWERING)),
            When(answering_answer="yes", then=Value(ASKING)),
            default=Value(BOTH),
            output_field=CharField(),
        ),
        waiting_since=Case(
            When(state=AGREED, then=Coalesce("last_at", "since")),
            default=F("since"),
            output_field=DateTimeField(),
        ),
    )


def desk_page(actor: Actor, query: DeskQuery, *, now: datetime) -> DeskPage:
    """Return a page of open introductions. Raises NotFoundError for whoever keeps none. Four queries."""
    if not is_broker(actor):
        raise NotFoundError
    found = open_introductions(actor)
    counted = found.values("state", "waiting_for").order_by().annotate(number=Count("pk"))
    by_state: Counter[str] = Counter()
    by_waiting: Counter[str] = Counter()
    for group in counted:
        by_state[group["state"]] += group["number"]
        by_waiting[group["waiting_for"]] += group["number"]
    # All numbers in order, then the rows of one page: sorting carries no texts, and counting costs no query.
    chosen = _narrowed(found, actor, query, now).order_by(*_SORTS[query.sort])
    numbers = list(chosen.values_list("pk", flat=True))
    first = (query.page - 1) * PAGE_ROWS
    rows = desk_rows(actor, numbers[first : first + PAGE_ROWS], now=now)
    return DeskPage(
        rows, len(numbers), by_state.total(), by_state, by_waiting, max((row.days for row in rows), default=0)
    )


def _narrowed(
    found: QuerySet[Introduction], actor: Actor, query: DeskQuery, now: datetime
) -> QuerySet[Introduction]:
    if query.state:
        found = found.filter(state=query.state)
    if query.waiting_for:
        found = found.filter(waiting_for=query.waiting_for)
    if query.whose == "mine":
        found = found.filter(broker_id=actor.user_id)
    elif query.whose == "nobody":
        found = found.filter(broker__isnull=True)
    if query.older:
        found = found.filter(waiting_since__lte=now - timedelta(days=query.older))
    if query.field:
        found = found.filter(_in_field(query.field))
    return found


def _in_field(code: str) -> Q:
    """A side's record is of the field or of one under it."""
    matching = Q()
    # Both databases print a JSON list of codes with each in quotation marks.
    for each in code_list("fields").narrower(code):
        matching |= Q(codes_text__contains=f'"{each}"')
    records = Record.objects.annotate(codes_text=Cast("fields", TextField())).filter(matching).values("pk")
    return Q(target__in=records) | Q(own__in=records)


def desk_rows(actor: Actor, numbers: Sequence[int], *, now: datetime) -> list[DeskRow]:
    """Return rows of introductions by their numbers, in that order. Two queries."""
    if not numbers:
        return []
    notes = BrokerNote.objects.filter(introduction=OuterRef("pk")).order_by().values("introduction")
    wrote = {
        f"{side}_wrote": Exists(Message.objects.filter(introduction=OuterRef("pk"), side=side))
        for side in (ASKING, ANSWERING)
    }
    found = (
        with_what_is_read(with_restrictions(with_waiting(Introduction.objects.filter(pk__in=numbers))), actor)
        .select_related("answering_organisation", "asker", "answerer", "broker")
        .annotate(number_of_notes=Coalesce(Subquery(notes.annotate(n=Count("pk")).values("n")), 0), **wrote)
        .in_bulk()
    )
    shown = [found[number] for number in numbers if number in found]
    reminders = _reminders(shown)
    return [_row(actor, one, reminders.get(one.pk, []), now=now) for one in shown]


def _reminders(shown: Sequence[Any]) -> dict[int, list[datetime]]:
    """Return when each was reminded since what is waited for now began."""
    since = {one.pk: one.waiting_since for one in shown}
    found: dict[int, list[datetime]] = {}
    for number, at in (
        IntroductionStep.objects.filter(introduction_id__in=since, event=REMINDED)
        .order_by("pk")
        .values_list("introduction_id", "at")
    ):
        if at >= since[number]:
            found.setdefault(number, []).append(at)
    return found


def _row(actor: Actor, one: Any, reminded: Sequence[datetime], *, now: datetime) -> DeskRow:
    case = StepCase(
        one.state,
        waited=_days(now - one.waiting_since),
        left=(one.expires_at - now).days if one.expires_at and one.state != AGREED else None,
        reminders=len(reminded),
        reminded_ago=_days(now - reminded[-1]) if reminded else None,
        unconfirmed=_is_unconfirmed(one),
        both_wrote=one.asking_wrote and one.answering_wrote,
    )
    return DeskRow(
        key=one.key,
        state=one.state,
        asking=_party(actor, one, one.own, one.asking_organisation, one.asker),
        answering=_party(actor, one, one.target, one.answering_organisation, one.answerer),
        waiting_for=one.waiting_for,
        since=one.waiting_since,
        days=case.waited,
        left=case.left,
        step=next_step(case),
        can_remind=may_remind(case),
        reminders=len(reminded),
        broker=one.broker.printed_name if one.broker else "",
        is_mine=one.broker_id == actor.user_id,
        notes=one.number_of_notes,
        by_broker=one.by_broker,
        demonstration=one.demonstration,
        version=one.version,
    )


def _is_unconfirmed(one: Any) -> bool:
    """Tell whether a side that is waited for has not confirmed what must be confirmed first."""
    waited_for = [side for side in SIDES if one.waiting_for in (side, BOTH)]
    return not all(getattr(one, f"{side}_confirmed") for side in waited_for) and asks_confirmation(one)


def _party(
    actor: Actor, one: Any, record: Record | None, organisation: Organisation | None, person: User | None
) -> Party:
    return Party(
        party_name(actor, organisation, person),
        record.kind if record else "",
        record.key if record else "",
        title_of(one, record) if record else LocalText(),
    )


def party_name(actor: Actor, organisation: Organisation | None, person: User | None) -> LocalText:
    """Return what a side is called: its organisation where the actor may know it, else the person who speaks."""
    if organisation is not None:
        if may_name(actor, organisation.pk, organisation.state, organisation.visibility):
            return organisation.title
        return LocalText("一家未公开的单位", "An organisation not named here")
    if person is not None and person.is_active:
        name = person.printed_name
        return LocalText(name, name)
    return LocalText("已无人代表", "Nobody speaks for it")


def _days(time: timedelta) -> int:
    return max(time.days, 0)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else 0


def filters_of(
    query: DeskQuery, page: DeskPage
) -> list[tuple[str, str, LocalText, list[tuple[str, LocalText, int | None]]]]:
    """Return what the desk can be narrowed by: (name in the address, chosen value, label, options with counts)."""
    fields = code_list("fields").terms
    return [
        ("state", query.state, LocalText("状态", "State"),
         [(code, STATE_WORDS[code], page.by_state.get(code, 0)) for code in OPEN]),
        ("for", query.waiting_for, LocalText("等谁", "Waiting for"),
         [(code, label, page.by_waiting.get(code, 0)) for code, label in WAITING_FOR.items()]),
        ("whose", query.whose, LocalText("经理人", "Kept by"),
         [("mine", LocalText("我", "me"), None), ("nobody", LocalText("尚无", "nobody"), None)]),
        ("older", str(query.older or ""), LocalText("至少等了", "Waited at least"),
         [(str(days), LocalText(f"{days}天", f"{days} days"), None) for days in _OLDER]),
        ("field", query.field, LocalText("领域", "Field"),
         [(code, LocalText(("　" if term.parent else "") + term.zh, ("– " if term.parent else "") + term.en), None)
          for code, term in fields.items()]),
    ]  # fmt: skip
