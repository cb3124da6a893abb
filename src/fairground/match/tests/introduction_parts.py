"""Two sides of an introduction, for the tests: an offer and a need with secrets, their people, and strangers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.models import Record, User
from fairground.accounts.services import add_record
from fairground.match.introductions.answering import agree_to_introduction
from fairground.match.introductions.asking import ask_for_introduction
from fairground.match.introductions.standing import Limits
from fairground.match.models import Introduction

LIMITS = Limits(answer_days=14, per_week=10)


@dataclass
class Sides:
    """A firm with a need, an institute with an offer, and a person with an offer of their own."""

    firm: Record
    institute: Record
    need: Record
    offer: Record
    buyer: User  # acts for the firm
    seller: User  # acts for the institute
    hub_id: int
    now: datetime

    def actor(self, user: User) -> Actor:
        return actor_for(user, self.hub_id, now=self.now)

    @property
    def buying(self) -> Actor:
        return self.actor(self.buyer)

    @property
    def selling(self) -> Actor:
        return self.actor(self.seller)

    def ask(self, **values: Any) -> Introduction:
        """The buyer asks for the offer, with the need."""
        given = {"actor": self.buying, "target_key": self.offer.key, "own_key": self.need.key, **values}
        return ask_for_introduction(**{"limits": LIMITS, "now": self.now, **given}).introduction

    def agreed(self, **values: Any) -> Introduction:
        """Both said yes."""
        asked = self.ask(**values)
        return agree_to_introduction(actor=self.selling, key=asked.key, limits=LIMITS, now=self.now)


def add(hub_id: int, kind: str, now: datetime, **values: Any) -> Record:
    """Publish a record."""
    return add_record(actor=system(hub_id), kind_code=kind, values=values, now=now, publish=True)


def make_sides(hub_id: int, make_user: Callable[..., User], now: datetime, word: str = "") -> Sides:
    """Make both sides; `word` begins every secret."""
    firm = add(hub_id, "organisation", now, title={"zh": f"{word}甲公司", "en": f"{word}Firm A"})
    institute = add(hub_id, "organisation", now, title={"zh": f"{word}乙所", "en": f"{word}Institute B"})
    need = add(
        hub_id, "need", now,
        title={"zh": f"{word}轴承检测需求", "en": f"{word}Bearing test wanted"},
        summary={"zh": "检测轴承裂纹"},
        organisation=firm.key,
        protected_detail={"zh": f"{word}needsecret"},
        contact={"name": "N", "email": f"{word}needcontact@example.org", "telephone": "+86 10 5550 0001"},
    )  # fmt: skip
    offer = add(
        hub_id, "offer", now,
        title={"zh": f"{word}超声检测仪", "en": f"{word}Ultrasonic tester"},
        summary={"zh": "检测裂纹"},
        organisation=institute.key,
        protected_detail={"zh": f"{word}offersecret"},
        contact={"name": "O", "email": f"{word}offercontact@example.org", "telephone": "+86 10 5550 0002"},
    )  # fmt: skip
    buyer = make_user("need_owner", managed=(firm.pk,))
    seller = make_user("offerer", managed=(institute.pk,))
    return Sides(firm, institute, need, offer, buyer, seller, hub_id, now)
