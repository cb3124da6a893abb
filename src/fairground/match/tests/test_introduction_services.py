"""Asking, answering, taking back: who may, what opens, what is told, and what ends by itself."""

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairground.accounts.actors import Actor, actor_for, system
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.grants import give_grant
from fairground.accounts.models import Grant, Hub, Notice, OrganisationMembership, Record, User
from fairground.accounts.organisations import merge_organisations
from fairground.accounts.policies import opened
from fairground.accounts.services import move_record
from fairground.audit.models import Change
from fairground.match.core.introductions import CONTACT, PROTECTED
from fairground.match.introductions import reading
from fairground.match.introductions.agreement import IN_FORCE
from fairground.match.introductions.answering import (
    accept_agreement,
    agree_to_introduction,
    decline_introduction,
    take_back_introduction,
    take_back_proposal,
)
from fairground.match.introductions.asking import ask_for_introduction, propose_introduction
from fairground.match.introductions.ending import RENEWAL_GRACE, end_due_introductions
from fairground.match.introductions.standing import IntroductionRefusedError, Limits
from fairground.match.introductions.words import KIND_REASONS, NOT_NOW
from fairground.match.models import Introduction, IntroductionStep
from fairground.match.tests.introduction_parts import LIMITS, Sides, add, make_sides


@pytest.fixture
def sides(hub: Hub, make_user: Callable[..., User], now: datetime) -> Sides:
    return make_sides(hub.pk, make_user, now)


def reads(actor: Actor, record: Record, scope: str, now: datetime) -> bool:
    return Record.objects.filter(opened(actor, scope, now=now), pk=record.pk).exists()


def told(user: User) -> list[str]:
    return [notice.subject.en for notice in Notice.objects.filter(user=user).order_by("pk")]


def test_two_yeses_open_contacts_to_both_sides_and_to_nobody_else(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    stranger, broker, editor = make_actor("member"), make_actor("broker"), make_actor("organiser")
    introduction = sides.ask(message="您好")
    assert (introduction.state, told(sides.seller), told(sides.buyer)) == (
        "asked", ["Somebody would like to talk with you: {title}"], [],
    )  # fmt: skip
    assert not reads(sides.buying, sides.offer, CONTACT, now)
    introduction = agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    assert introduction.state == "agreed"
    assert told(sides.buyer) == ["Both sides said yes: {title}"]
    assert reads(sides.buying, sides.offer, CONTACT, now)
    assert reads(sides.selling, sides.need, CONTACT, now)
    for actor in (sides.buying, stranger, broker, editor):
        assert not reads(actor, sides.offer, PROTECTED, now)
    for actor in (stranger, broker, editor):
        assert not reads(actor, sides.offer, CONTACT, now)
        assert not reads(actor, sides.need, CONTACT, now)
    assert Grant.objects.filter(revoked_at=None).count() == 2


def test_protected_detail_opens_after_the_agreement_to_the_side_that_accepted_it(
    sides: Sides, now: datetime
) -> None:
    introduction = sides.ask(accepts_agreement=True)
    agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    assert reads(sides.buying, sides.offer, PROTECTED, now)
    assert not reads(sides.selling, sides.need, PROTECTED, now)
    accept_agreement(actor=sides.selling, key=introduction.key, version=IN_FORCE, now=now)
    assert reads(sides.selling, sides.need, PROTECTED, now)
    with pytest.raises(IntroductionRefusedError):
        accept_agreement(actor=sides.selling, key=introduction.key, version=IN_FORCE + 1, now=now)


@pytest.mark.parametrize("who", ["buyer", "seller"])
def test_consent_taken_back_closes_everything_at_once_and_both_are_told(
    sides: Sides, now: datetime, who: str
) -> None:
    introduction = sides.agreed(accepts_agreement=True)
    taken = take_back_introduction(actor=sides.actor(getattr(sides, who)), key=introduction.key, now=now)
    again = take_back_introduction(actor=sides.buying, key=introduction.key, now=now)
    assert (taken.state, taken.cause, again.version) == ("ended", "consent", taken.version)
    for actor, record in ((sides.buying, sides.offer), (sides.selling, sides.need)):
        assert not reads(actor, record, CONTACT, now)
        assert not reads(actor, record, PROTECTED, now)
    other = sides.seller if who == "buyer" else sides.buyer
    assert told(other)[-1] == "An introduction ended: {title}"


def test_a_grant_that_stood_before_stays_when_the_introduction_ends(sides: Sides, now: datetime) -> None:
    give_grant(
        actor=sides.selling, record_key=sides.offer.key, scope=CONTACT, reason="an old friend", now=now,
        organisation_id=sides.firm.pk,
    )  # fmt: skip
    introduction = sides.agreed()
    take_back_introduction(actor=sides.buying, key=introduction.key, now=now)
    assert reads(sides.buying, sides.offer, CONTACT, now)
    assert not reads(sides.selling, sides.need, CONTACT, now)


def test_two_introductions_share_a_grant_until_the_second_ends(sides: Sides, hub: Hub, now: datetime) -> None:
    second_offer = add(
        hub.pk, "offer", now, title={"zh": "另一台"}, organisation=sides.institute.key,
    )  # fmt: skip
    first = sides.agreed()
    second = sides.ask(target_key=second_offer.key)
    agree_to_introduction(actor=sides.selling, key=second.key, limits=LIMITS, now=now)
    take_back_introduction(actor=sides.buying, key=first.key, now=now)
    assert reads(sides.selling, sides.need, CONTACT, now)
    take_back_introduction(actor=sides.buying, key=second.key, now=now)
    assert not reads(sides.selling, sides.need, CONTACT, now)


@pytest.mark.parametrize("confidential", [False, True])
def test_a_no_reaches_the_other_side_in_kind_words_and_its_remark_does_not(
    sides: Sides, now: datetime, confidential: bool
) -> None:
    introduction = sides.ask()
    declined = decline_introduction(
        actor=sides.selling, key=introduction.key, reason_code="terms", is_confidential=confidential,
        remark="sellersremark", now=now,
    )  # fmt: skip
    asker = reading.side_page(sides.buying, reading.introduction_for(sides.buying, declined.key), now=now)
    own = reading.side_page(sides.selling, reading.introduction_for(sides.selling, declined.key), now=now)
    wanted = NOT_NOW if confidential else KIND_REASONS["terms"]
    assert asker["outcome"] == {"mine": False, "text": wanted}
    assert own["outcome"]["remark"] == "sellersremark"
    assert Notice.objects.get(user=sides.buyer).text == wanted
    step = IntroductionStep.objects.get(introduction=declined, event="decline")
    assert step.reason_code == ("" if confidential else "terms")
    logged = [
        row for row in Change.objects.filter(kind="introduction") if "terms" in str((row.after, row.reason))
    ]
    assert len(logged) == (0 if confidential else 1)
    assert not Change.objects.filter(after__icontains="sellersremark").exists()


def test_a_no_needs_a_reason_of_the_list_and_not_the_systems_own(sides: Sides, now: datetime) -> None:
    introduction = sides.ask()
    for code in ("", "no-answer", "nonsense"):
        with pytest.raises(IntroductionRefusedError):
            decline_introduction(
                actor=sides.selling, key=introduction.key, reason_code=code, is_confidential=False, now=now
            )


def test_who_was_declined_asks_again_only_later(sides: Sides, now: datetime) -> None:
    introduction = sides.ask()
    decline_introduction(
        actor=sides.selling, key=introduction.key, reason_code="terms", is_confidential=True, now=now
    )
    with pytest.raises(IntroductionRefusedError, match="30 days"):
        sides.ask(now=now + timedelta(days=29))
    assert sides.ask(now=now + timedelta(days=30)).state == "asked"


def test_asking_twice_makes_one_and_the_asked_side_asking_back_finds_it(sides: Sides, now: datetime) -> None:
    first = sides.ask()
    again = ask_for_introduction(
        actor=sides.buying, target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    )
    back = ask_for_introduction(
        actor=sides.selling, target_key=sides.need.key, own_key=sides.offer.key, limits=LIMITS, now=now
    )
    assert (again.is_new, again.introduction.pk) == (False, first.pk)
    assert (back.is_new, back.introduction.pk) == (False, first.pk)


def test_sending_has_a_quota_and_answering_has_none(sides: Sides, hub: Hub, now: datetime) -> None:
    limits = Limits(answer_days=14, per_week=2)
    offers = [
        add(hub.pk, "offer", now, title={"zh": f"第{number}台"}, organisation=sides.institute.key)
        for number in range(3)
    ]
    asked = [sides.ask(target_key=offer.key, limits=limits) for offer in offers[:2]]
    take_back_introduction(actor=sides.buying, key=asked[0].key, now=now)
    with pytest.raises(IntroductionRefusedError, match="At most 2"):
        sides.ask(target_key=offers[2].key, limits=limits)
    agree_to_introduction(actor=sides.selling, key=asked[1].key, limits=Limits(14, 1), now=now)
    later = now + timedelta(days=7)
    assert sides.ask(target_key=offers[2].key, limits=limits, now=later).state == "asked"


def test_who_may_ask_for_what(
    sides: Sides, make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    outsider = make_actor()
    with pytest.raises(NotAllowedError):
        ask_for_introduction(actor=outsider, target_key=sides.offer.key, limits=LIMITS, now=now)
    with pytest.raises(NotAllowedError):
        ask_for_introduction(actor=sides.selling, target_key=sides.offer.key, limits=LIMITS, now=now)
    with pytest.raises(IntroductionRefusedError):
        sides.ask(own_key=sides.offer.key)
    with pytest.raises(NotAllowedError):
        sides.ask(own_key="", organisation_id=sides.institute.pk)
    hidden = add(
        hub.pk, "offer", now, title={"zh": "隐"}, visibility="parties", organisation=sides.institute.key
    )
    with pytest.raises(NotFoundError):
        sides.ask(target_key=hidden.key)
    platform = add(hub.pk, "platform", now, title={"zh": "中试平台"}, organisation=sides.institute.key)
    member = make_actor("member")
    begun = ask_for_introduction(actor=member, target_key=platform.key, limits=LIMITS, now=now)
    assert (begun.introduction.asker_id, begun.introduction.asking_organisation_id) == (member.user_id, None)


def test_a_person_alone_is_reached_by_name_and_address_only_after_both_yeses(
    sides: Sides, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    person = make_user("member")
    actor = actor_for(person, hub.pk, now=now)
    begun = ask_for_introduction(actor=actor, target_key=sides.offer.key, limits=LIMITS, now=now).introduction

    def contacts() -> list[dict[str, str]]:
        found = reading.introduction_for(sides.selling, begun.key)
        return list(reading.side_page(sides.selling, found, now=now)["contacts"])

    assert contacts() == []
    agree_to_introduction(actor=sides.selling, key=begun.key, limits=LIMITS, now=now)
    assert [contact["email"] for contact in contacts()] == [person.email]
    assert reads(actor, sides.offer, CONTACT, now)
    take_back_introduction(actor=actor, key=begun.key, now=now)
    assert contacts() == []


def test_a_broker_proposes_and_both_have_to_say_yes(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    broker = make_actor("broker")
    proposed = propose_introduction(
        actor=broker, target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    ).introduction
    assert (proposed.state, proposed.broker_id) == ("proposed", broker.user_id)
    assert told(sides.buyer) == told(sides.seller) == ["A broker proposes an introduction: {title}"]
    with pytest.raises(NotFoundError):
        agree_to_introduction(actor=broker, key=proposed.key, limits=LIMITS, now=now)
    asked = agree_to_introduction(actor=sides.selling, key=proposed.key, limits=LIMITS, now=now)
    assert (asked.state, Grant.objects.count()) == ("asked", 0)
    with pytest.raises(IntroductionRefusedError):
        take_back_proposal(actor=broker, key=proposed.key, now=now)
    agreed = agree_to_introduction(actor=sides.buying, key=proposed.key, limits=LIMITS, now=now)
    assert agreed.state == "agreed"
    assert reads(sides.buying, sides.offer, CONTACT, now)
    for actor in (sides.buying, make_actor("member")):
        with pytest.raises(NotAllowedError):
            propose_introduction(
                actor=actor, target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
            )


def test_a_proposal_nobody_answered_is_taken_back_by_a_broker(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    broker = make_actor("broker")
    proposed = propose_introduction(
        actor=broker, target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    ).introduction
    with pytest.raises(NotFoundError):
        take_back_proposal(actor=sides.buying, key=proposed.key, now=now)
    assert take_back_proposal(actor=broker, key=proposed.key, now=now).state == "withdrawn"
    assert take_back_proposal(actor=broker, key=proposed.key, now=now).version == 2


def test_one_person_does_not_say_yes_for_both_sides(
    sides: Sides, make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    OrganisationMembership.objects.create(user=sides.seller, organisation_id=sides.firm.pk, since=now)
    proposed = propose_introduction(
        actor=make_actor("broker"), target_key=sides.offer.key, own_key=sides.need.key, limits=LIMITS, now=now
    ).introduction
    both = actor_for(sides.seller, hub.pk, now=now)
    agree_to_introduction(actor=both, key=proposed.key, limits=LIMITS, now=now)
    agree_to_introduction(actor=both, key=proposed.key, limits=LIMITS, now=now)
    proposed.refresh_from_db()
    assert (proposed.state, Grant.objects.count()) == ("asked", 0)


def test_an_export_restriction_or_a_border_asks_both_sides_to_confirm(
    sides: Sides, hub: Hub, now: datetime
) -> None:
    restricted = add(
        hub.pk, "offer", now, title={"zh": "受限设备"}, organisation=sides.institute.key,
        export_restriction="列入禁止出口限制出口技术目录",
    )  # fmt: skip
    abroad = add(hub.pk, "offer", now, title={"en": "abroad"}, organisation=sides.institute.key, country="FR")
    Record.objects.filter(pk=sides.need.pk).update(country="CN")
    for target in (restricted, abroad):
        with pytest.raises(IntroductionRefusedError, match="border"):
            sides.ask(target_key=target.key)
        introduction = sides.ask(target_key=target.key, confirmed=True)
        with pytest.raises(IntroductionRefusedError, match="border"):
            agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
        agreed = agree_to_introduction(
            actor=sides.selling, key=introduction.key, limits=LIMITS, now=now, confirmed=True
        )
        assert agreed.state == "agreed"
    assert not Record.objects.filter(pk=sides.offer.pk, country="CN").exists()


def test_what_nobody_answered_expires_and_both_are_free(sides: Sides, hub: Hub, now: datetime) -> None:
    introduction = sides.ask()
    assert end_due_introductions(now=now + timedelta(days=13)) == 0
    later = now + timedelta(days=14)
    with pytest.raises(IntroductionRefusedError, match="time to answer"):
        agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=later)
    assert (end_due_introductions(now=later), end_due_introductions(now=later)) == (1, 0)
    introduction.refresh_from_db()
    assert (introduction.state, introduction.cause, introduction.reason_code) == (
        "expired", "unanswered", "no-answer",
    )  # fmt: skip
    assert told(sides.buyer) == ["An introduction expired: {title}"]
    assert sides.ask(now=later).pk != introduction.pk


def test_an_offer_that_expires_in_mid_talk(sides: Sides, hub: Hub, now: datetime) -> None:
    waiting = sides.ask()
    clock = system(hub.pk)
    other = add(hub.pk, "offer", now, title={"zh": "第二台"}, organisation=sides.institute.key)
    talking = sides.ask(target_key=other.key)
    agree_to_introduction(actor=sides.selling, key=talking.key, limits=LIMITS, now=now)
    for record in (sides.offer, other):
        move_record(actor=clock, key=record.key, move="expire", version=1, now=now)
    with pytest.raises(IntroductionRefusedError, match="not published"):
        agree_to_introduction(actor=sides.selling, key=waiting.key, limits=LIMITS, now=now)
    assert end_due_introductions(now=now) == 1
    waiting.refresh_from_db()
    talking.refresh_from_db()
    assert (waiting.state, waiting.cause, talking.state) == ("expired", "record_expired", "agreed")
    # Policies keep the contact closed while the record is not published; the talk waits for its renewal.
    assert not reads(sides.buying, other, CONTACT, now)
    move_record(actor=sides.selling, key=other.key, move="renew", version=2, now=now)
    assert reads(sides.buying, other, CONTACT, now)
    move_record(actor=clock, key=other.key, move="expire", version=3, now=now)
    later = now + RENEWAL_GRACE
    assert end_due_introductions(now=later) == 1
    talking.refresh_from_db()
    assert (talking.state, talking.cause) == ("ended", "record_expired")
    assert Grant.objects.filter(revoked_at=None).count() == 0


def test_a_record_that_is_withdrawn_ends_the_talk_and_closes_it(sides: Sides, now: datetime) -> None:
    introduction = sides.agreed()
    move_record(actor=sides.buying, key=sides.need.key, move="withdraw", version=1, now=now, reason="x")
    assert end_due_introductions(now=now) == 1
    introduction.refresh_from_db()
    assert (introduction.state, introduction.cause) == ("ended", "record_withdrawn")
    assert Grant.objects.filter(revoked_at=None).count() == 0


def test_two_organisations_that_become_one_have_nothing_to_introduce(
    sides: Sides, make_actor: Callable[..., Actor], now: datetime
) -> None:
    introduction = sides.ask()
    versions = {row.key: row.version for row in Record.objects.all()}
    merge_organisations(
        actor=make_actor("administrator"), kept_key=sides.firm.key, merged_key=sides.institute.key,
        kept_version=versions[sides.firm.key], merged_version=versions[sides.institute.key], now=now,
        reason="one house",
    )  # fmt: skip
    assert end_due_introductions(now=now) == 1
    introduction.refresh_from_db()
    assert (introduction.state, introduction.cause) == ("expired", "merged")


def test_a_colleague_may_answer_and_who_left_may_not(
    sides: Sides, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    colleague = make_user("member", organisations=(sides.institute.pk,))
    introduction = sides.ask()
    OrganisationMembership.objects.filter(user=sides.seller).delete()
    with pytest.raises(NotFoundError):
        agree_to_introduction(actor=sides.selling, key=introduction.key, limits=LIMITS, now=now)
    agreed = agree_to_introduction(
        actor=actor_for(colleague, hub.pk, now=now), key=introduction.key, limits=LIMITS, now=now
    )
    assert (agreed.state, agreed.answerer_id) == ("agreed", colleague.pk)


def test_another_hub_knows_nothing_of_it(sides: Sides, now: datetime) -> None:
    introduction = sides.ask()
    elsewhere = Hub.objects.create(code="elsewhere")
    seller = actor_for(sides.seller, elsewhere.pk, now=now)
    with pytest.raises(NotFoundError):
        reading.introduction_for(seller, introduction.key)


def test_every_step_is_logged_and_kept(sides: Sides, now: datetime) -> None:
    introduction = sides.agreed(message="secretwords")
    take_back_introduction(actor=sides.buying, key=introduction.key, now=now)
    steps = IntroductionStep.objects.filter(introduction=introduction)
    assert [(step.event, step.side, step.from_state, step.to_state) for step in steps] == [
        ("ask", "asking", "", "asked"),
        ("agree", "answering", "asked", "agreed"),
        ("take_back", "asking", "agreed", "ended"),
    ]
    rows = Change.objects.filter(kind="introduction", key=introduction.key).order_by("pk")
    assert [(row.version, row.action) for row in rows] == [(1, "ask"), (2, "agree"), (3, "take_back")]
    assert all("secretwords" not in str((row.before, row.after, row.personal, row.reason)) for row in rows)
    assert Introduction.objects.get().version == 3
