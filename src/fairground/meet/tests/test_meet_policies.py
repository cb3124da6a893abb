"""A rule that stands as a condition of the database and on an object at hand says the same in both."""

from collections.abc import Callable
from datetime import datetime

import pytest

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.models import Hub, Record, User
from fairground.accounts.services import add_record
from fairground.collect.models import Facility, Platform
from fairground.meet.policies import keeps, may_keep
from fairground.meet.tests.booking_parts import add

pytestmark = pytest.mark.django_db


def test_who_keeps_a_record_is_the_same_on_the_object(
    hub: Hub, make_user: Callable[..., User], now: datetime
) -> None:
    own = add(hub.pk, "organisation", now, title={"en": "Own"})
    other = add(hub.pk, "organisation", now, title={"en": "Other"})
    users = [make_user("member", organisations=(each.pk,)) for each in (own, other)] + [
        make_user("administrator")
    ]
    author = make_user("member", "offerer")
    park = add(hub.pk, "platform", now, title={"en": "Park"}, organisation=own.key)
    alone = add_record(
        actor=actor_for(author, hub.pk, now=now),
        kind_code="platform",
        values={"title": {"en": "Alone"}},
        now=now,
    )
    for organisation in ({"organisation": other.key}, {}):
        for platform in ({"platform": park.key}, {}):
            add(hub.pk, "facility", now, title={"en": "Device"}, **organisation, **platform)
    records = [*Platform.objects.all(), *Facility.objects.all()]
    actors: list[Actor] = [visitor(hub.pk), *(actor_for(user, hub.pk, now=now) for user in (*users, author))]
    said = {
        (place, record.pk): keeps(actor, record) for place, actor in enumerate(actors) for record in records
    }
    assert said == {
        (place, record.pk): Record.objects.filter(may_keep(actor), pk=record.pk).exists()
        for place, actor in enumerate(actors)
        for record in records
    }
    # Neither says one thing of everybody.
    assert {place for (place, _), kept in said.items() if kept} == {1, 2, 4}
    assert said[4, alone.pk]
