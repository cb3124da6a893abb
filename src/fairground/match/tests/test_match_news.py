"""Pairs follow the log: what was published, changed or withdrawn is matched anew, and nothing else."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record, change_record, move_record
from fairground.collect.deadlines import log_passed_deadlines
from fairground.jobs.spare_time import SpareTime
from fairground.language.local_text import LocalText
from fairground.match.catalogue import following
from fairground.match.catalogue.following import follow_changes, is_behind
from fairground.match.catalogue.matcher import HubMatcher
from fairground.match.catalogue.whole import match_hub
from fairground.match.core.engine import METHOD
from fairground.match.core.weights import shipped_weights
from fairground.match.learned_weights import keep_try, use_weights
from fairground.match.models import Match, MatchedText, MatchProgress

# The log is read up to the oldest transaction that is still running: each change has to be committed.
pytestmark = pytest.mark.django_db(transaction=True)

RADOME_NEED = {
    "title": {"en": "Testing radomes without touching them"},
    "problem": {"en": "Tapping radomes by hand misses flaws in the honeycomb core"},
    "wanted_outcome": {"en": "The test must find flaws of 2 mm in a radome of glass fibre"},
}
RADOME_OFFER = {
    "title": {"en": "Terahertz tester for radomes"},
    "summary": {"en": "Tests radomes of glass fibre for flaws by terahertz waves; it finds flaws of 1 mm"},
}


@pytest.fixture(autouse=True)
def no_samples(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(following, "_matchers", {})
    monkeypatch.setattr(following, "_renewals", {})
    monkeypatch.setattr(SpareTime, "is_there", lambda self: True)


@pytest.fixture
def publish(clock_actor: Actor, now: datetime) -> Callable[..., Record]:
    def publish(kind: str, **values: Any) -> Record:
        return add_record(actor=clock_actor, kind_code=kind, values=values, now=now, publish=True)

    return publish


@pytest.fixture
def others(publish: Callable[..., Record]) -> list[Record]:
    """A hub that has something else in it."""
    pairs = [
        ("Brewing beer", "Yeast that ferments barley at low temperature"),
        ("Drying timber", "A kiln for oak boards driven by waste heat"),
        ("Cleaning hulls", "Divers remove barnacles from the hulls of ferries"),
        ("Milking cows", "Robots milk cows and weigh the milk"),
    ]
    made = []
    for title, text in pairs:
        made.append(publish("offer", title={"en": title}, summary={"en": text}))
        made.append(publish("need", title={"en": f"Wanted: {title.lower()}"}, problem={"en": text}))
    return made


def pairs_of(record: Record) -> dict[tuple[int, int], datetime]:
    rows = Match.objects.filter(asking=record.pk) | Match.objects.filter(answering=record.pk)
    return {(row.asking_id, row.answering_id): row.made_at for row in rows}


def test_the_first_run_matches_everything_and_then_only_what_changed(
    hub: Hub, others: list[Record], publish: Callable[..., Record]
) -> None:
    assert is_behind()
    assert follow_changes() == len(others)
    assert not is_behind()
    assert follow_changes() == 0
    before = {row.pk: row.made_at for row in Match.objects.all()}
    assert before

    need = publish("need", **RADOME_NEED)
    offer = publish("offer", **RADOME_OFFER)
    assert is_behind()
    assert follow_changes() == 2
    best = Match.objects.get(asking=need.pk, rank_for_asking=1)
    assert (best.answering_id, best.rank_for_answering, best.kinds) == (offer.pk, 1, "need offer")
    assert best.evidence == "enough"
    untouched = Match.objects.exclude(asking=need.pk).exclude(answering=offer.pk)
    assert {row.pk: row.made_at for row in untouched} == {row.pk: before[row.pk] for row in untouched}


def test_a_need_loses_its_pairs_when_its_last_day_is_over(
    hub: Hub,
    others: list[Record],
    publish: Callable[..., Record],
    clock_actor: Actor,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    begun = timezone.now()
    last_day = timezone.localdate(begun) + timedelta(days=1)
    need = publish("need", **RADOME_NEED, deadline=last_day.isoformat())
    offer = publish("offer", **RADOME_OFFER)
    follow_changes()
    assert (need.pk, offer.pk) in pairs_of(need)

    def turn(days: int) -> tuple[int, int]:
        at = begun + timedelta(days=days)
        with monkeypatch.context() as clock:
            clock.setattr(timezone, "now", lambda: at)
            return log_passed_deadlines(actor=clock_actor, now=at), follow_changes()

    assert turn(1) == (0, 0)  # the last day itself still counts
    assert turn(2) == (1, 1)
    assert pairs_of(need) == {}
    assert turn(2) == turn(3) == (0, 0)
    # Moved and passed once more: told once more.
    version = Record.objects.get(pk=need.pk).version
    values = {"deadline": (last_day + timedelta(days=9)).isoformat()}
    change_record(
        actor=clock_actor, key=need.key, values=values, version=version, now=begun + timedelta(days=4)
    )
    assert turn(4) == (0, 1)
    assert (need.pk, offer.pk) in pairs_of(need)
    assert turn(11) == (1, 1)
    assert pairs_of(need) == {}


def test_the_same_words_keep_their_pairs(
    hub: Hub, others: list[Record], publish: Callable[..., Record], clock_actor: Actor, now: datetime
) -> None:
    need, offer = publish("need", **RADOME_NEED), publish("offer", **RADOME_OFFER)
    follow_changes()
    before = list(Match.objects.order_by("pk").values())
    changed = change_record(
        actor=clock_actor,
        key=offer.key,
        values={"benefits": offer.benefits, "contact": {"name": "Example Person", "email": "a@example.org"}},
        version=offer.version,
        now=now,
        reason="contact",
    )
    assert changed.version == offer.version + 1
    assert is_behind()
    assert follow_changes() == 0
    assert list(Match.objects.order_by("pk").values()) == before
    # A whole run finds the same as well: an unchanged pair keeps its date.
    match_hub(hub.pk, now=timezone.now())
    match_hub(hub.pk, now=timezone.now() + timedelta(days=1))
    assert max(pairs_of(need).values()) < timezone.now() + timedelta(hours=1)


def test_other_words_make_the_pairs_anew(
    hub: Hub, others: list[Record], publish: Callable[..., Record], clock_actor: Actor, now: datetime
) -> None:
    need, offer = publish("need", **RADOME_NEED), publish("offer", **RADOME_OFFER)
    follow_changes()
    texts = MatchedText.objects.get(record=offer.pk).digest
    change_record(
        actor=clock_actor,
        key=offer.key,
        values={"title": {"en": "Yeast bank"}, "summary": {"en": "Yeast that ferments barley cold"}},
        version=offer.version,
        now=now,
        reason="other",
    )
    assert follow_changes() == 1
    assert MatchedText.objects.get(record=offer.pk).digest != texts
    beer = next(record for record in others if record.kind == "need" and "beer" in (record.title.en or ""))
    assert Match.objects.get(answering=offer.pk, rank_for_answering=1).asking_id == beer.pk
    left = Match.objects.filter(asking=need.pk, answering=offer.pk, evidence="enough")
    assert not left.exists()


@pytest.mark.parametrize("end", ["withdraw", "hide"])
def test_who_goes_takes_the_pairs_along(
    hub: Hub,
    others: list[Record],
    publish: Callable[..., Record],
    clock_actor: Actor,
    now: datetime,
    end: str,
) -> None:
    need, offer = publish("need", **RADOME_NEED), publish("offer", **RADOME_OFFER)
    follow_changes()
    assert pairs_of(offer)
    if end == "withdraw":
        move_record(
            actor=clock_actor, key=offer.key, move="withdraw", version=offer.version, now=now, reason="sold"
        )
    else:
        change_record(
            actor=clock_actor,
            key=offer.key,
            values={"visibility": "members"},
            version=offer.version,
            now=now,
            reason="members only",
        )
    follow_changes()
    assert pairs_of(offer) == {}
    ranks = Match.objects.filter(asking=need.pk, rank_for_asking__isnull=False)
    ranked = sorted(ranks.values_list("rank_for_asking", flat=True))
    assert ranked == list(range(1, len(ranked) + 1))


def test_a_draft_is_no_news(hub: Hub, others: list[Record], clock_actor: Actor, now: datetime) -> None:
    follow_changes()
    before = Match.objects.count()
    add_record(actor=clock_actor, kind_code="need", values=RADOME_NEED, now=now)
    assert follow_changes() == 0
    assert Match.objects.count() == before


def test_only_one_follows_at_a_time(hub: Hub, others: list[Record], now: datetime) -> None:
    MatchProgress.objects.create(pk=1, held_until=timezone.now() + timedelta(minutes=1))
    assert follow_changes() == 0
    assert not Match.objects.exists()
    MatchProgress.objects.update(
        held_until=timezone.now() - timedelta(seconds=1)
    )  # whoever held it was killed
    assert follow_changes() == len(others)


def test_a_position_of_another_log_is_not_followed(hub: Hub, others: list[Record]) -> None:
    follow_changes()
    MatchProgress.objects.update(position="7@1.000000 1 1")
    Match.objects.all().delete()
    assert follow_changes() == len(others)
    assert Match.objects.exists()


def test_a_platform_is_matched_with_needs_and_offers(
    hub: Hub, others: list[Record], publish: Callable[..., Record]
) -> None:
    need, offer = publish("need", **RADOME_NEED), publish("offer", **RADOME_OFFER)
    follow_changes()
    platform = publish(
        "platform",
        title={"en": "Laboratory for testing radomes"},
        services={"en": "Testing of radomes of glass fibre; finds flaws of 2 mm with terahertz waves"},
    )
    assert follow_changes() == 1
    kinds = set(Match.objects.filter(answering=platform.pk).values_list("kinds", "asking_id"))
    assert ("need platform", need.pk) in kinds
    assert ("offer platform", offer.pk) in kinds
    first = Match.objects.get(answering=platform.pk, kinds="need platform", rank_for_answering=1)
    assert (first.asking_id, first.evidence) == (need.pk, "enough")
    # Nothing it needs is named by the platform: alike in words is thin evidence, and a missing price no flag.
    tried = Match.objects.get(answering=platform.pk, asking=offer.pk)
    assert tried.evidence != "enough"
    assert {flag["constraint"] for flag in tried.reasons["flags"]} <= {"region", "excluded"}
    said = [
        judgement["sentence"] for judgement in first.reasons["judgements"] if judgement["verdict"] == "met"
    ]
    assert any("2 mm" in sentence for sentence in said)


def test_weights_turned_on_or_off_change_the_pairs_of_their_hub(
    others: list[Record], make_actor: Callable[..., Actor], now: datetime
) -> None:
    follow_changes()
    shipped = shipped_weights()
    assert set(Match.objects.values_list("method", flat=True)) == {f"{METHOD} {shipped.version}"}
    actor = make_actor("administrator")
    learned = replace(shipped, version=f"{shipped.version}+learned-test")
    tried = keep_try(actor=actor, base=shipped.version, weights=learned, record={}, now=now)
    assert follow_changes() == 0

    use_weights(actor=actor, number=tried.pk, now=now)
    assert follow_changes() == len(others)
    assert set(Match.objects.values_list("method", flat=True)) == {f"{METHOD} {learned.version}"}
    use_weights(actor=actor, number=None, now=now)
    follow_changes()
    assert set(Match.objects.values_list("method", flat=True)) == {f"{METHOD} {shipped.version}"}


def test_a_large_hub_is_worked_off_beside_its_news_newest_first(
    others: list[Record], publish: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    monkeypatch.setattr(following, "_WHOLE_FROM", 3)
    monkeypatch.setattr(following, "_TURN_S", 0.0)  # one record a turn
    hub_id = others[0].hub_id
    assert follow_changes() == 1
    assert is_behind()
    assert MatchedText.objects.get().record_id == others[-1].pk

    # A busy machine serves its readers first.
    monkeypatch.setattr(SpareTime, "is_there", lambda self: False)
    assert not is_behind()
    assert follow_changes() == 0
    monkeypatch.setattr(SpareTime, "is_there", lambda self: True)

    # One changed record is news and does not wait; nor does the work that waits stand still.
    need = publish("need", **RADOME_NEED)
    assert follow_changes() == 2
    assert MatchedText.objects.filter(record=need.pk).exists()
    turns = 0
    while is_behind():
        assert follow_changes() == 1
        turns += 1
    assert turns == len(others) - 2
    assert not following.waiting(hub_id).exists()

    # Many at once wait, and what they said before is shown no more.
    assert pairs_of(others[0])
    for record in others[:3]:
        record.title = LocalText(en=f"{record.title.en}, second edition")
        record.save()
    following.match_records(
        hub_id,
        {kind: [r.key for r in others[:3] if r.kind == kind] for kind in ("offer", "need")},
        now=timezone.now(),
    )
    assert set(following.waiting(hub_id)) == {Record.objects.get(pk=record.pk) for record in others[:3]}
    assert not MatchedText.objects.filter(record__in=[record.pk for record in others[:3]]).exists()


def test_a_full_run_asked_for_leaves_nothing_waiting(
    others: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    assert following.match_everything() == len(others)
    assert not is_behind()


def test_old_samples_of_a_large_hub_serve_until_new_ones_are_there(
    others: list[Record], publish: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    while is_behind():
        follow_changes()
    hub_id = others[0].hub_id
    old = following._matchers[hub_id]
    go_on = threading.Event()

    def match(record: Record) -> int:
        later = timezone.now() + timedelta(days=2)  # samples are renewed after a day
        return following.match_records(
            hub_id, {record.kind: [record.key]}, now=later, pause=lambda: go_on.wait(30)
        )

    offer = publish("offer", **RADOME_OFFER)
    assert match(offer) == 1
    assert following._matchers[hub_id] is old
    # What changes while they are made is not found under its words of before.
    need = publish("need", **RADOME_NEED)
    assert match(need) == 1
    assert following._matchers[hub_id] is old
    assert Match.objects.get(asking=need.pk, rank_for_asking=1).answering_id == offer.pk
    go_on.set()
    following._renewals[hub_id].wait()
    need.title = LocalText(en="Testing radomes again")
    need.save()
    assert match(need) == 1
    new = following._matchers[hub_id]
    assert new is not old
    assert need.key not in new._lists.keys("need")
    assert hub_id not in following._renewals
    assert Match.objects.get(asking=need.pk, rank_for_asking=1).answering_id == offer.pk


def test_new_samples_that_fail_leave_the_old_ones_in_use(
    others: list[Record], publish: Callable[..., Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    while is_behind():
        follow_changes()
    hub_id = others[0].hub_id
    old = following._matchers[hub_id]

    def fail() -> None:
        raise OSError("no memory")

    later = timezone.now() + timedelta(days=2)
    offer = publish("offer", **RADOME_OFFER)
    following.match_records(hub_id, {"offer": [offer.key]}, now=later, pause=fail)
    following._renewals[hub_id].wait()
    need = publish("need", **RADOME_NEED)
    assert following.match_records(hub_id, {"need": [need.key]}, now=later) == 1
    assert following._matchers[hub_id] is old


def test_who_waits_to_be_matched_is_not_matched_because_somebody_went(
    others: list[Record],
    publish: Callable[..., Record],
    clock_actor: Actor,
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    offer = publish("offer", **RADOME_OFFER)
    hub_id = offer.hub_id
    matched = []
    real = HubMatcher.match

    def match(matcher: HubMatcher, row: Any, *, now: datetime) -> list[Any]:
        matched.append(row.pk)
        return real(matcher, row, now=now)

    monkeypatch.setattr(HubMatcher, "match", match)
    following.match_records(hub_id, {"offer": [offer.key]}, now=timezone.now())
    partners = {pk for pair in pairs_of(offer) for pk in pair} - {offer.pk}
    assert partners
    move_record(
        actor=clock_actor, key=offer.key, move="withdraw", version=offer.version, now=now, reason="sold"
    )
    following.match_records(hub_id, {"offer": [offer.key]}, now=timezone.now())
    assert pairs_of(offer) == {}
    assert matched == [offer.pk]


def test_other_weights_are_those_of_a_large_hub_from_the_next_record_on(
    others: list[Record],
    publish: Callable[..., Record],
    make_actor: Callable[..., Actor],
    now: datetime,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    while is_behind():
        follow_changes()
    hub_id = others[0].hub_id
    old = following._matchers[hub_id]
    actor = make_actor("administrator")
    learned = replace(shipped_weights(), version=f"{shipped_weights().version}+learned-test")
    tried = keep_try(actor=actor, base=shipped_weights().version, weights=learned, record={}, now=now)
    use_weights(actor=actor, number=tried.pk, now=now)
    publish("need", **RADOME_NEED)
    follow_changes()
    assert following._matchers[hub_id] is not old


def test_samples_begun_in_a_calm_moment_leave_the_processor_to_readers_who_come(
    others: list[Record], monkeypatch: pytest.MonkeyPatch
) -> None:
    slept: list[float] = []
    looks = iter([True])  # calm at the start of the turn, never after it
    monkeypatch.setattr(following, "_WHOLE_MOST", 4)
    monkeypatch.setattr(following, "_TURN_S", 0.0)
    monkeypatch.setattr(SpareTime, "is_there", lambda self: next(looks, False))
    monkeypatch.setattr("fairground.match.catalogue.following.time.sleep", slept.append)
    assert follow_changes() == 1
    assert slept
    assert set(slept) == {following._PAUSE_S}
