"""New matches are told: to whom, of which, how often, and never of those one does not want to hear from."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.core import mail as django_mail

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.models import Hub, Notice, Record, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.notices.reading import shown_notices
from fairground.accounts.services import add_record
from fairground.mail.services import send_due
from fairground.match.catalogue import following
from fairground.match.catalogue.following import follow_changes
from fairground.match.introductions.blocks import block_organisation
from fairground.match.match_notices import NEW_MATCH, announce_new_pairs
from fairground.match.models import Match
from fairground.match.tests.test_match_news import RADOME_NEED, RADOME_OFFER

pytestmark = pytest.mark.django_db


@pytest.fixture
def publish(hub: Hub, clock_actor: Actor, now: datetime) -> Callable[..., Record]:
    def publish(kind: str, title: str, author: User | None = None, **values: str) -> Record:
        record = add_record(
            actor=clock_actor,
            kind_code=kind,
            values={"title": {"zh": title}, **values},
            now=now,
            publish=True,
        )
        if author is not None:
            Record.objects.filter(pk=record.pk).update(created_by=author)
        return record

    return publish


@pytest.fixture
def pair(hub: Hub, now: datetime) -> Callable[..., Match]:
    def pair(
        need: Record,
        offer: Record,
        *,
        evidence: str = "enough",
        ranks: tuple[int | None, int | None] = (1, 1),
    ) -> Match:
        return Match.objects.create(
            hub=hub, asking_id=need.pk, answering_id=offer.pk, kinds="need offer", score=0.8, reasons={},
            rank_for_asking=ranks[0], rank_for_answering=ranks[1], evidence=evidence, method="x", made_at=now,
        )  # fmt: skip

    return pair


def _lines() -> list[tuple[int, str, list[str]]]:
    return [
        (row.user_id, row.about_key, row.named)
        for row in Notice.objects.filter(kind=NEW_MATCH).order_by("user_id", "pk")
    ]


def test_both_sides_are_told_of_what_has_evidence_and_a_good_rank(
    hub: Hub,
    publish: Callable[..., Record],
    pair: Callable[..., Match],
    make_user: Callable[..., User],
    now: datetime,
) -> None:
    anna, ben = make_user("member"), make_user("member")
    need, offers = publish("need", "需求", anna), [publish("offer", f"成果{n}", ben) for n in range(5)]
    pairs = [
        pair(need, offers[0], ranks=(3, 1)),
        pair(need, offers[1], ranks=(1, 4)),
        pair(need, offers[2], ranks=(4, None)),
        pair(need, offers[3], evidence="thin"),
    ]
    assert announce_new_pairs(hub.pk, pairs, now) == 2
    assert _lines() == [
        (anna.pk, need.key, [offers[1].key, offers[0].key]),
        (ben.pk, offers[0].key, [need.key]),
    ]
    assert Notice.objects.get(user=anna).path == f"/matches/need/{need.key}/"
    assert announce_new_pairs(hub.pk, pairs, now) == 0
    assert announce_new_pairs(hub.pk + 1, [pair(need, offers[4])], now) == 0


def test_a_record_s_people_hear_of_it_once_a_day_at_most(
    hub: Hub,
    publish: Callable[..., Record],
    pair: Callable[..., Match],
    make_user: Callable[..., User],
    now: datetime,
) -> None:
    anna = make_user("member")
    need, offers = publish("need", "需求", anna), [publish("offer", f"成果{n}") for n in range(4)]
    for hour, offer in enumerate(offers[:3]):
        announce_new_pairs(hub.pk, [pair(need, offer)], now + timedelta(hours=hour))
    due = datetime.fromisoformat("2026-11-23T00:00:00+00:00")
    queue_notices(now=due)
    send_due(now=due)
    announce_new_pairs(hub.pk, [pair(need, offers[3])], due + timedelta(hours=1))
    for hour in range(23):
        queue_notices(now=due + timedelta(hours=hour))
    send_due(now=due + timedelta(hours=23))
    (mail,) = django_mail.outbox
    assert mail.subject == "新的匹配：需求（3）"
    assert [f"成果{n}" in mail.body for n in range(4)] == [True, True, True, False]

    queue_notices(now=due + timedelta(hours=24))
    send_due(now=due + timedelta(hours=24))
    assert [f"成果{n}" in django_mail.outbox[1].body for n in range(4)] == [False, False, False, True]
    assert [len(named) for _, _, named in _lines()] == [4]


def test_without_an_author_its_managers_are_told_and_partners_of_the_same_house_are_not_named(
    hub: Hub,
    publish: Callable[..., Record],
    pair: Callable[..., Match],
    make_user: Callable[..., User],
    now: datetime,
) -> None:
    firm, other = publish("organisation", "甲"), publish("organisation", "乙")
    manager, _ = make_user(managed=(firm.pk,)), make_user(organisations=(firm.pk,))
    need = publish("need", "需求", organisation=firm.key)
    own, strange = (
        publish("offer", "自家", organisation=firm.key),
        publish("offer", "别家", organisation=other.key),
    )
    announce_new_pairs(hub.pk, [pair(need, own), pair(need, strange, ranks=(2, 1))], now)
    assert _lines() == [(manager.pk, need.key, [strange.key])]


def test_a_partner_that_is_blocked_or_closed_meanwhile_is_named_to_nobody(
    hub: Hub,
    publish: Callable[..., Record],
    pair: Callable[..., Match],
    make_user: Callable[..., User],
    now: datetime,
) -> None:
    anna, ben = make_user("member"), make_user("member")
    rival = publish("organisation", "对手")
    need = publish("need", "需求", anna)
    theirs, closed = (
        publish("offer", "对手的成果", ben, organisation=rival.key),
        publish("offer", "后来不公开"),
    )
    announce_new_pairs(hub.pk, [pair(need, theirs), pair(need, closed, ranks=(2, 1))], now)
    actor = actor_for(anna, hub.pk, now=now)

    def named(who: Actor) -> list[str]:
        rows = list(Notice.objects.filter(user_id=who.user_id))
        return [
            record.title.in_language("zh")
            for line in shown_notices(who, rows, now=now)
            for record in line.named
        ]

    assert named(actor) == ["对手的成果", "后来不公开"]
    block_organisation(actor=actor, organisation_key=rival.key, for_organisation_id=None, now=now)
    Record.objects.filter(pk=closed.pk).update(visibility="parties")
    assert named(actor) == []
    # Who is blocked cannot tell: the need is as open to them as to everybody.
    assert named(actor_for(ben, hub.pk, now=now)) == ["需求"]
    due = now + timedelta(days=1)
    queue_notices(now=due)
    send_due(now=due)
    assert [mail.to for mail in django_mail.outbox] == [[ben.email]]


@pytest.mark.django_db(transaction=True)  # on PostgreSQL the log is read only where it is committed
def test_publishing_tells_the_other_side_and_the_first_run_of_a_hub_nobody(
    hub: Hub,
    clock_actor: Actor,
    make_user: Callable[..., User],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "_matchers", {})
    anna, ben = make_user("member"), make_user("member")

    def add(kind: str, author: User, values: dict[str, dict[str, str]]) -> Record:
        record = add_record(actor=clock_actor, kind_code=kind, values=values, now=now, publish=True)
        Record.objects.filter(pk=record.pk).update(created_by=author)
        return record

    need = add("need", anna, RADOME_NEED)
    add("offer", ben, {"title": {"en": "Brewing beer"}, "summary": {"en": "Yeast that ferments barley cold"}})
    follow_changes()
    assert _lines() == []

    offer = add("offer", ben, RADOME_OFFER)
    assert follow_changes() == 1
    assert _lines() == [(anna.pk, need.key, [offer.key]), (ben.pk, offer.key, [need.key])]
    add("need", anna, {"title": {"en": "Quieter ferries"}, "problem": {"en": "Ferries are loud"}})
    follow_changes()
    assert len(_lines()) == 2
