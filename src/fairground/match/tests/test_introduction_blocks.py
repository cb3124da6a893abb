"""Blocks are never revealed: who is blocked sees, is told and may do exactly what anybody unanswered does."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from difflib import unified_diff

import pytest
from django.test import Client
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.held import everything_held
from fairground.accounts.models import Hub, Notice, OrganisationMembership, Record, RoleAssignment, User
from fairground.audit.models import Change
from fairground.match.catalogue.selectors import matches_of
from fairground.match.introductions import reading
from fairground.match.introductions.answering import agree_to_introduction, take_back_introduction
from fairground.match.introductions.asking import ask_for_introduction, propose_introduction
from fairground.match.introductions.blocks import (
    block_organisation,
    block_other_side,
    blocks_of,
    hidden_partners,
    lift_block,
)
from fairground.match.introductions.ending import end_due_introductions
from fairground.match.introductions.standing import IntroductionRefusedError, Limits
from fairground.match.models import Block, Introduction, Match
from fairground.match.tests.introduction_parts import LIMITS, Sides, add, make_sides


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User], now: datetime) -> Sides:
    return make_sides(hub.pk, make_user, now)


def block_the_firm(sides: Sides) -> Block:
    return block_organisation(
        actor=sides.selling,
        organisation_key=sides.firm.key,
        for_organisation_id=sides.institute.pk,
        now=sides.now,
    )


def seen_by(actor: Actor, now: datetime) -> set[str]:
    lists = reading.introductions_of(actor, now=now)
    return {row.key for row in (*lists.waiting, *lists.open, *lists.over)}


def test_the_blocker_never_hears_and_the_other_waits_like_anybody(sides: Sides, now: datetime) -> None:
    block_the_firm(sides)
    introduction = sides.ask()
    assert (introduction.state, introduction.held_for) == ("asked", "answering")
    assert seen_by(sides.buying, now) == {introduction.key}
    assert seen_by(sides.selling, now) == set()
    assert reading.count_waiting(sides.selling, now=now) == 0
    assert reading.open_one_about(sides.selling, sides.need) is None
    assert Notice.objects.count() == 0
    with pytest.raises(NotFoundError):
        agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    later = now + timedelta(days=14)
    end_due_introductions(now=later)
    assert seen_by(sides.selling, later) == set()
    assert [(notice.user_id, notice.subject.en) for notice in Notice.objects.all()] == [
        (sides.buyer.pk, "An introduction expired: {title}")
    ]


def _told_to_the_asker(client: Client, sides: Sides, blocked: bool, hub: Hub) -> list[str]:
    """Walk the asker's way over every page and return what they read, without keys and times."""
    if blocked:
        block_the_firm(sides)
    Introduction.objects.all().delete()
    Notice.objects.all().delete()
    answers = [client.get(f"/en/introductions/ask/offer/{sides.offer.key}/?with={sides.need.key}")]
    values = {"own": sides.need.key, "message": "hello"}
    answers.append(client.post(f"/en/introductions/ask/offer/{sides.offer.key}/", values, follow=True))
    introduction = Introduction.objects.get()
    page = f"/en/introductions/{introduction.key}/"
    answers += [
        client.get("/en/introductions/"),
        client.get(f"/en/offer/{sides.offer.key}/"),
        client.get(page),
    ]
    answers.append(client.post(f"/en/introductions/ask/offer/{sides.offer.key}/", values, follow=True))
    answers += [
        client.post(f"{page}yes/", follow=True),
        client.get(f"{page}decline/"),
        client.post(f"{page}write/", {"text": "hello?"}),
        client.post(f"{page}agreement/", {"version": "1"}, follow=True),
        client.get("/en/introductions/blocks/"),
    ]
    end_due_introductions(now=timezone.now() + timedelta(days=15))
    answers += [client.get(page), client.get("/en/introductions/")]
    told = [notice.subject.en or "" for notice in Notice.objects.filter(user=sides.buyer).order_by("pk")]
    bodies = [answer.content.decode().replace(introduction.key, "KEY") for answer in answers]
    plain = [
        re.sub(r'csrfmiddlewaretoken" value="\w+"|datetime="[^"]*"|\d\d:\d\d|\d+ more can be sent', "", body)
        for body in bodies
    ]
    return [*(str(answer.status_code) for answer in answers), *plain, *told]


def test_nothing_that_the_blocked_side_reads_differs(sides: Sides, hub: Hub, now: datetime) -> None:
    # Pages ask the real clock, which may be before the tests' own.
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=UTC))
    client = Client()
    client.force_login(sides.buyer)
    free = _told_to_the_asker(client, sides, False, hub)
    blocked = _told_to_the_asker(client, sides, True, hub)
    differing = [
        line
        for one, other in zip(free, blocked, strict=True)
        for line in unified_diff(one.split("\n"), other.split("\n"), n=0)
    ]
    assert differing == []
    assert Introduction.objects.get().held_for == "answering"


def test_a_held_asking_counts_against_the_same_quota_with_the_same_words(
    sides: Sides, hub: Hub, now: datetime
) -> None:
    other = add(hub.pk, "organisation", now, title={"zh": "丙所"})
    offers = [
        add(hub.pk, "offer", now, title={"zh": f"台{number}"}, organisation=owner.key)
        for number, owner in enumerate((sides.institute, other, sides.institute))
    ]
    refusals = []
    for blocked in (False, True):
        Introduction.objects.all().delete()
        if blocked:
            block_the_firm(sides)
        for offer in offers[:2]:
            sides.ask(target_key=offer.key, limits=Limits(14, 2))
        with pytest.raises(IntroductionRefusedError) as refusal:
            sides.ask(target_key=offers[2].key, limits=Limits(14, 2))
        refusals.append(refusal.value.message)
    assert refusals[0] == refusals[1]


def test_trying_again_under_another_organisation_is_caught(
    sides: Sides, hub: Hub, make_actor: Callable[..., Actor], now: datetime
) -> None:
    block_the_firm(sides)
    cover = add(hub.pk, "organisation", now, title={"zh": "丁公司"})
    OrganisationMembership.objects.create(user=sides.buyer, organisation_id=cover.pk, since=now)
    under_cover = sides.ask(own_key="", organisation_id=cover.pk)
    take_back_introduction(actor=sides.buying, key=under_cover.key, now=now)
    alone = sides.ask(own_key="")
    take_back_introduction(actor=sides.buying, key=alone.key, now=now)
    assert (under_cover.held_for, alone.held_for) == ("answering", "answering")
    colleague = make_actor("member", organisations=(cover.pk,))
    honest = ask_for_introduction(
        actor=colleague, target_key=sides.offer.key, organisation_id=cover.pk, limits=LIMITS, now=now
    )
    assert honest.introduction.held_for == ""


def test_who_once_asked_for_the_blocked_one_is_caught_after_leaving_it(
    sides: Sides, hub: Hub, now: datetime
) -> None:
    first = sides.ask()
    take_back_introduction(actor=sides.buying, key=first.key, now=now)
    block_the_firm(sides)
    OrganisationMembership.objects.filter(user=sides.buyer).delete()
    assert sides.ask(own_key="").held_for == "answering"


def test_blocking_from_an_introduction_names_the_person_too_and_hides_it_at_once(
    sides: Sides, hub: Hub, now: datetime
) -> None:
    introduction = sides.ask()
    block_other_side(actor=sides.selling, key=introduction.key, now=now)
    assert seen_by(sides.selling, now) == set()
    assert seen_by(sides.buying, now) == {introduction.key}
    assert {(row.organisation_id, row.user_id) for row in Block.objects.all()} == {
        (sides.firm.pk, None),
        (None, sides.buyer.pk),
    }
    # What was told before is not shown any more.
    assert reading.introductions_of(sides.selling, now=now).waiting == []
    OrganisationMembership.objects.filter(user=sides.buyer).delete()
    cover = add(hub.pk, "organisation", now, title={"zh": "戊公司"})
    OrganisationMembership.objects.create(user=sides.buyer, organisation_id=cover.pk, since=now)
    assert sides.ask(own_key="", organisation_id=cover.pk).held_for == "answering"


def test_blocking_in_mid_talk_takes_consent_back_and_says_no_more_than_that(
    sides: Sides, now: datetime
) -> None:
    introduction = sides.agreed()
    block_other_side(actor=sides.selling, key=introduction.key, now=now)
    introduction.refresh_from_db()
    assert (introduction.state, introduction.cause, introduction.held_for) == ("ended", "consent", "")
    assert introduction.grants.filter(revoked_at=None).count() == 0
    assert Notice.objects.filter(user=sides.buyer).last().subject.en == "An introduction ended: {title}"


def test_who_blocks_cannot_ask_and_lifting_shows_what_still_waits(sides: Sides, now: datetime) -> None:
    block = block_the_firm(sides)
    waiting = sides.ask()
    with pytest.raises(IntroductionRefusedError, match="Lift the block"):
        ask_for_introduction(
            actor=sides.selling, target_key=sides.need.key, own_key=sides.offer.key, limits=LIMITS, now=now
        )
    with pytest.raises(NotFoundError):
        lift_block(actor=sides.buying, block_id=block.pk, now=now)
    lift_block(actor=sides.selling, block_id=block.pk, now=now)
    assert seen_by(sides.selling, now) == {waiting.key}
    agreed = agree_to_introduction(actor=sides.selling, key=waiting.key, limits=LIMITS, now=now)
    assert agreed.state == "agreed"


def test_a_brokers_proposal_of_a_blocked_pair_looks_like_any_other_to_the_broker(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    block_the_firm(sides)
    proposed = propose_introduction(
        actor=make_actor("broker"), target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    ).introduction
    assert proposed.state == "proposed"
    assert seen_by(sides.selling, now) == set()
    asked = agree_to_introduction(actor=sides.buying, key=proposed.key, limits=LIMITS, now=now)
    assert asked.state == "asked"
    assert Notice.objects.filter(user=sides.seller).count() == 0


def test_a_blocked_person_who_answers_for_a_proposed_organisation_is_kept_away_too(
    sides: Sides, make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    rival = add(hub.pk, "organisation", now, title={"zh": "对手"})
    OrganisationMembership.objects.create(user=sides.buyer, organisation_id=rival.pk, since=now)
    block_organisation(
        actor=sides.selling, organisation_key=rival.key, for_organisation_id=sides.institute.pk, now=now
    )
    proposed = propose_introduction(
        actor=make_actor("broker"), target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    ).introduction
    assert seen_by(sides.selling, now) == {proposed.key}
    agree_to_introduction(actor=sides.buying, key=proposed.key, limits=LIMITS, now=now)
    assert seen_by(sides.selling, now) == set()


def test_partners_one_blocks_are_hidden_from_ones_matches(sides: Sides, now: datetime) -> None:
    block_the_firm(sides)

    def hidden(actor: Actor) -> set[str]:
        return set(Record.objects.filter(hidden_partners(actor)).values_list("key", flat=True))

    assert hidden(sides.selling) == {sides.need.key}
    assert hidden(sides.buying) == set()
    Match.objects.create(
        hub_id=sides.hub_id, asking_id=sides.need.pk, answering_id=sides.offer.pk, kinds="need offer", score=0.8,
        rank_for_asking=1, rank_for_answering=1, evidence="enough", method="test 1", made_at=now,
        reasons={"parts": {}, "judgements": [], "flags": [], "shared_terms": []},
    )  # fmt: skip
    assert matches_of(sides.selling, sides.offer, 3).of_kind == {}
    assert list(matches_of(sides.buying, sides.need, 3).of_kind) == ["offer"]


def test_a_block_is_seen_by_its_own_side_alone(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    block = block_the_firm(sides)
    assert [each.pk for each in blocks_of(sides.selling)] == [block.pk]
    for actor in (sides.buying, make_actor("broker"), make_actor("administrator"), make_actor()):
        assert blocks_of(actor) == []
    assert "block" not in str(everything_held(sides.buyer)["introductions"])
    assert everything_held(sides.seller)["introductions"] == [
        {"you_block": [sides.firm.title.zh], "at": now.isoformat()}
    ]
    rows = Change.objects.filter(kind="block")
    assert [(row.key, row.action) for row in rows] == [(sides.institute.key, "block")]
    assert sides.firm.key not in str([(row.after, row.before, row.personal, row.reason) for row in rows])


def test_who_may_block_for_whom(sides: Sides, make_actor: Callable[..., Actor], now: datetime) -> None:
    with pytest.raises(NotAllowedError):
        block_organisation(
            actor=sides.buying, organisation_key=sides.institute.key,
            for_organisation_id=sides.institute.pk, now=now,
        )  # fmt: skip
    with pytest.raises(NotAllowedError):
        block_organisation(
            actor=sides.selling, organisation_key=sides.institute.key, for_organisation_id=None, now=now
        )
    first, second = block_the_firm(sides), block_the_firm(sides)
    assert first.pk == second.pk
