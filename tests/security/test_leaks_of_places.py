"""What profiles, frames, the feature service and service requests show to each role: words, and counts."""

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from tests.security.test_leaks import SEES, Market, market

from fairground.accounts.actors import actor_for, system
from fairground.accounts.models import Record
from fairground.accounts.services import add_record, move_record
from fairground.language.local_text import LocalText
from fairground.meet.models import ServiceRequest
from fairground.meet.requests.services import ask_for_service
from fairground.places.models import Park, Zone
from fairground.publish.index import rebuild_index, search_index

__all__ = ["market"]
pytestmark = pytest.mark.django_db
# Keys are random: only whole words of ours are looked for.
HIDDEN = r"xp(?:(?:members|parties)(?:draft|published|withdrawn)|public(?:draft|withdrawn)|person|contact|service|text)"
OPEN_TO = {"public": {"public"}, "members": {"public", "members"}}
# Who counts what is open to members: everybody with a role that holds in this hub. Nobody's own drafts count.
MEMBERS = {role for role, (visibilities, _) in SEES.items() if "members" in visibilities} - {
    "colleague", "grantee", "grantee_by_organisation", "grantee_of_detail",
}  # fmt: skip


class Stand:
    """A zone and a park with one platform for each visibility and state, and a request to the public one."""

    def __init__(self, made: Market) -> None:
        now = timezone.now()
        then = now - timedelta(days=20)
        self.zone = Zone.objects.create(
            code="leakzone", name=LocalText("泄露区", "Leak Zone"), region="460000"
        )
        self.park = Park.objects.create(
            name=LocalText("泄露园", "Leak Park"), zone=self.zone, region="460100"
        )
        self.keys: dict[tuple[str, str], str] = {}
        clock = system(made.hub.pk)
        for visibility in ("public", "members", "parties"):
            for state in ("draft", "published", "withdrawn"):
                record = add_record(
                    actor=clock, kind_code="platform", now=then, publish=state != "draft",
                    values={
                        "title": {"en": f"xp{visibility}{state}title"},
                        "services": {"en": f"xp{visibility}{state}services"},
                        "equipment": [{"name": {"en": f"xp{visibility}{state}device"}}], "visibility": visibility,
                        "policies": {"en": f"xp{visibility}{state}policy"}, "free_space_m2": 1000,
                        "zone": "leakzone", "listed_park": self.park.key, "longitude": 110.0, "latitude": 20.0,
                        "contact": {"name": "xpperson", "email": "xpcontact@leaks.example"},
                    },
                )  # fmt: skip
                if state == "withdrawn":
                    move_record(
                        actor=clock, key=record.key, move="withdraw", version=1, now=then, reason="测试"
                    )
                self.keys[visibility, state] = record.key
        asker = actor_for(made.users["author"], made.hub.pk, now=now)
        self.request = ask_for_service(
            actor=asker, platform_key=self.keys["public", "published"], service="xpservice", text="xptext",
            per_week=100, answer_days=5, now=now,
        )  # fmt: skip
        ask_for_service(
            actor=asker, platform_key=self.keys["members", "published"], service="xpservice", text="xptext",
            per_week=100, answer_days=5, now=now,
        )  # fmt: skip
        rebuild_index()
        search_index().refresh()  # a process sees what was rebuilt about a second later


@pytest.fixture
def stand(market: Market, settings: object) -> Iterator[Stand]:
    with transaction.atomic():
        yield Stand(market)
        transaction.set_rollback(True)


def named(body: str) -> set[str]:
    return set(re.findall(r"xp(public|members|parties)published", body))


@pytest.mark.parametrize("role", SEES)
def test_profiles_and_their_counts(market: Market, stand: Stand, role: str) -> None:
    seen = OPEN_TO["members" if role in MEMBERS else "public"]
    for place in ("zones/leakzone", f"parks/{stand.park.key}", "regions/460000"):
        for address in (f"/en/{place}/", f"/en/{place}/records/", f"/en/{place}/?with=leakzone"):
            if role == "elsewhere" and "parks" in address and "with" in address:
                continue
            body = market.text(role, address)
            assert re.findall(r"xp\w+(?:draft|withdrawn)|xpperson|xpcontact|xpservice|xptext", body) == [], (
                address
            )
            assert named(body) <= seen, address
        profile = market.text(role, f"/en/{place}/")
        assert named(profile) == seen
        assert f"{1000 * len(seen):,} m²" in profile
        assert re.findall(r"(\d+) service requests in the last year", profile) == [str(len(seen))]


@pytest.mark.parametrize("role", SEES)
def test_frames_and_features_are_a_visitors_for_everybody(market: Market, stand: Stand, role: str) -> None:
    for address in ("/en/embed/zone/leakzone/?size=large", f"/en/embed/park/{stand.park.key}/?size=large",
                    "/en/embed/region/460000/?size=large", "/en/embed/list/platforms/?zone=leakzone&size=large",
                    "/en/features/collections/platforms/items/?zone=leakzone",
                    "/en/features/collections/platforms/items/?bbox=109,19,111,21"):  # fmt: skip
        body = market.text(role, address)
        assert re.findall(HIDDEN, body) == [], address
    features = market.text(role, "/en/features/collections/platforms/items/?zone=leakzone")
    assert ('"numberMatched": 1' in features, named(features)) == (True, {"public"})
    for case, key in stand.keys.items():
        found = market.clients[role].get(f"/en/features/collections/platforms/items/{key}/")
        assert found.status_code == (200 if case == ("public", "published") else 404), case


@pytest.mark.parametrize("role", SEES)
def test_service_requests(market: Market, stand: Stand, role: str) -> None:
    one = market.clients[role].get(f"/en/services/{stand.request.key}/")
    if role == "visitor":
        assert one.status_code == 302
        return
    assert one.status_code == (200 if role == "author" else 404)
    body = market.text(role, "/en/services/", status=(200,))
    assert ("xpservice" in body) == (role == "author")
    for case, key in stand.keys.items():
        address = f"/en/services/ask/?platform={key}"
        readable = market.clients[role].get(f"/en/platform/{key}/").status_code == 200
        status = market.clients[role].get(address).status_code
        assert status == (200 if readable and case[1] == "published" else 404), case
    if role != "author":
        for step in ("accept", "decline", "forward", "take_back", "message"):
            sent = market.clients[role].post(f"/en/services/{stand.request.key}/{step}/", {"text": "x"})
            assert sent.status_code in (404, 409), step
        assert ServiceRequest.objects.get(pk=stand.request.pk).state == "asked"


def test_a_count_that_is_a_visitors_is_not_kept_for_a_member(market: Market, stand: Stand) -> None:
    # The index keeps counts by who asks: whoever comes first must not decide for the next.
    for role, count in (("visitor", 1), ("member", 2), ("visitor", 1)):
        body = market.text(role, "/en/zones/leakzone/records/")
        assert f"{count} record" in body
    Record.objects.filter(key=stand.keys["public", "published"]).update(visibility="parties")
    # The index has not heard of it yet; what a page names is asked of the database again.
    assert named(market.text("visitor", "/en/zones/leakzone/")) == set()
    assert named(market.text("visitor", "/en/zones/leakzone/records/")) == set()
    assert Client().get("/en/features/collections/platforms/items/").json()["numberMatched"] == 0
