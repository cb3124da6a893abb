"""A facility with a rule, its people, and members who book, for the tests."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.models import Record, User
from fairground.accounts.services import add_record
from fairground.kernel.intervals import Interval, WallSpan
from fairground.language.local_text import LocalText
from fairground.meet.bookings.asking import ask_for_booking
from fairground.meet.bookings.ruling import RuleValues, make_rule
from fairground.meet.core.rules import Terms
from fairground.meet.models import Reservation, Resource

ALWAYS = ((WallSpan(0, 1440),),) * 7
OFFICE = ((WallSpan(540, 1020),),) * 5 + ((), ())
TERMS = Terms(weekly=ALWAYS, zone="Asia/Shanghai", slot_minutes=60, most_slots=8, answer_hours=48)
HOUR = timedelta(hours=1)


@dataclass
class Lab:
    """An institute with a facility, a firm that books, and the people of both."""

    institute: Record
    firm: Record
    facility: Record
    resource: Resource
    keeper: User  # acts for the institute
    holder: User  # acts for the firm, does not manage it
    manager: User  # manages the firm
    hub_id: int
    now: datetime

    def actor(self, user: User) -> Actor:
        return actor_for(user, self.hub_id, now=self.now)

    @property
    def keeping(self) -> Actor:
        return self.actor(self.keeper)

    @property
    def holding(self) -> Actor:
        return self.actor(self.holder)

    def when(self, hours: int, length: int = 1) -> Interval:
        """So many hours from the next full hour on."""
        begins = self.now.replace(minute=0, second=0, microsecond=0) + (hours + 1) * HOUR
        return Interval(begins, begins + length * HOUR)

    def ask(self, hours: int = 24, length: int = 1, **values: Any) -> Reservation:
        """The holder asks for the facility, for themselves."""
        given = {
            "actor": self.holding, "resource_key": self.resource.key, "when": self.when(hours, length),
            "purpose": "", "per_week": 100, "now": self.now,
        }  # fmt: skip
        return ask_for_booking(**{**given, **values}).reservation


def add(hub_id: int, kind: str, now: datetime, **values: Any) -> Record:
    """Publish a record."""
    return add_record(actor=system(hub_id), kind_code=kind, values=values, now=now, publish=True)


def make_lab(
    hub_id: int, make_user: Callable[..., User], now: datetime, *, word: str = "", **terms: Any
) -> Lab:
    """Make all of it; `terms` stand in the rule instead of those of TERMS."""
    institute = add(hub_id, "organisation", now, title={"zh": f"{word}甲所", "en": f"{word}Institute A"})
    firm = add(hub_id, "organisation", now, title={"zh": f"{word}乙厂", "en": f"{word}Works B"})
    facility = add(
        hub_id, "facility", now,
        title={"zh": f"{word}工业CT", "en": f"{word}Industrial CT"},
        organisation=institute.key,
        hours={"zh": "周一至周五 9:00–17:00", "en": "Mon–Fri 9–17"},
        price={"zh": "每小时1800元", "en": "CNY 1,800 an hour"},
        booking={"zh": "提前两天", "en": "Two days ahead"},
        address={"zh": "保定市示例路1号", "en": "1 Example Road, Baoding"},
    )  # fmt: skip
    keeper = make_user("member", managed=(institute.pk,))
    holder = make_user("member", organisations=(firm.pk,))
    manager = make_user("member", managed=(firm.pk,))
    values = RuleValues(replace(TERMS, **terms), price=LocalText("每小时1800元", "CNY 1,800 an hour"))
    resource = make_rule(
        actor=actor_for(keeper, hub_id, now=now), record_key=facility.key, values=values, now=now
    )
    return Lab(institute, firm, facility, resource, keeper, holder, manager, hub_id, now)
