from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.core.cache import caches
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from fairground.accounts.hubs import forget_hubs
from fairground.accounts.models import Hub, JoinRequest, Organisation, RoleAssignment, User
from fairground.language.local_text import LocalText

MOST_QUERIES = 12


@pytest.fixture
def organisation(hub: Hub) -> Organisation:
    return Organisation.objects.create(
        hub=hub, kind="organisation", state="published", title=LocalText("示例·甲", "Example A")
    )


def _crowd(make_user: Callable[..., User], organisation: Organisation, number: int, now: datetime) -> None:
    for _ in range(number):
        user = make_user("member", "offerer", organisations=(organisation.pk,))
        asking = make_user("member")
        JoinRequest.objects.create(organisation=organisation, user=asking, created_at=now)
        JoinRequest.objects.create(
            organisation=Organisation.objects.create(hub=organisation.hub, kind="organisation"),
            user=user, created_at=now,
        )  # fmt: skip
        organisation.invitations.create(email=f"{user.pk}@example.org", created_at=now)
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=now.tzinfo))


@pytest.mark.parametrize(
    "path", ["people/", "people/{person}/", "organisations/{organisation}/people/", "me/", "me/privacy/",
             "me/privacy/?part=records", "me/privacy/?part=organisations", "me/privacy/erase/",
             "organisations/new/", "organisations/merge/", "organisations/{organisation}/join/"],
)  # fmt: skip
def test_pages_ask_the_database_little_whatever_the_row_count(
    path: str,
    sign_in: Callable[..., Client],
    make_user: Callable[..., User],
    organisation: Organisation,
    now: datetime,
) -> None:
    client = sign_in("administrator", managed=(organisation.pk,))
    client.get("/en/me/")  # the hub is kept for seconds: who comes first asks once more
    counts = []
    for number in (1, 2):
        _crowd(make_user, organisation, number, now)
        address = path.format(person=client.user.pk, organisation=organisation.key)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            assert client.get(f"/en/{address}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= MOST_QUERIES


def test_people_are_found_by_name_address_and_role(
    sign_in: Callable[..., Client], make_user: Callable[..., User], now: datetime
) -> None:
    client = sign_in("administrator")
    broker = make_user("broker")
    broker.name = "示例·王<b>"
    broker.save()
    RoleAssignment.objects.update(since=datetime(2020, 1, 1, tzinfo=now.tzinfo))

    def found(question: str) -> int:
        return client.get(f"/en/people/?{question}").context["count"]

    assert found("words=示例·王") == found(f"words={broker.email.upper()}") == found("role=broker") == 1
    assert found("words=nobody-here") == 0
    assert found("role=no-such-role") == found("") == 2
    assert "示例·王&lt;b&gt;" in client.get("/zh/people/").content.decode()


def test_people_of_other_hubs_are_not_shown(sign_in: Callable[..., Client], now: datetime) -> None:
    client = sign_in("administrator")
    elsewhere = Hub.objects.create(code="other", domain="other.example.org")
    stranger = User.objects.create_user("stranger@example.org", name="Stranger")
    RoleAssignment.objects.create(user=stranger, hub=elsewhere, role="member", since=now)
    Hub.objects.filter(code="test").update(domain="testserver")
    forget_hubs()
    assert "Stranger" not in client.get("/en/people/").content.decode()
    assert client.get(f"/en/people/{stranger.pk}/").status_code == 404
    assert client.get("/en/people/999999/").status_code == 404


@pytest.mark.parametrize("role", ["member", "organiser", "broker", None])
def test_only_administrators_see_people(role: str | None, sign_in: Callable[..., Client], hub: Hub) -> None:
    client = sign_in(role) if role else Client()
    expected = 403 if role else 302
    for path in ("people/", "people/1/", "organisations/merge/"):
        assert client.get(f"/en/{path}").status_code == expected
        assert client.post(f"/en/{path}", {"role": "administrator"}).status_code == expected


def test_an_administrator_gives_and_ends_a_role_on_the_page(
    sign_in: Callable[..., Client], make_user: Callable[..., User]
) -> None:
    client, person = sign_in("administrator"), make_user("member")
    here = f"/en/people/{person.pk}/"
    assert client.post(here, {"role": "no-such-role"}).status_code == 200
    assert (
        client.post(here, {"role": "broker", "until": "2099-12-31", "reason": "trained"}).status_code == 302
    )
    page = client.get(here).content.decode()
    assert "until 31 December 2099" in page
    assert "trained" in page
    client.post(here, {"end": "broker", "reason": "left"})
    assert person.role_assignments.filter(role="broker", until__isnull=True).count() == 0
    assert "left" in client.get(here).content.decode()


def test_a_member_takes_and_leaves_an_own_choice_and_no_other(sign_in: Callable[..., Client]) -> None:
    client = sign_in("member")

    def roles() -> set[str]:
        return {role.code for role in client.get("/en/me/").context["roles"]}

    client.post("/en/me/roles/investor/")
    assert roles() == {"member", "investor"}
    client.post("/en/me/roles/investor/", {"leave": "1"})
    for role in ("administrator", "organiser", "no-such-role"):
        client.post(f"/en/me/roles/{role}/")
    assert roles() == {"member"}


def test_members_without_management_see_people_but_no_buttons_and_strangers_nothing(
    sign_in: Callable[..., Client], organisation: Organisation, make_user: Callable[..., User]
) -> None:
    manager = make_user("member", managed=(organisation.pk,))
    here = f"/en/organisations/{organisation.key}/people/"
    member = sign_in("member", organisations=(organisation.pk,)).get(here).content.decode()
    assert manager.name in member
    assert manager.email not in member
    assert 'value="dismiss"' not in member
    assert sign_in("member").get(here).status_code == 403
    Organisation.objects.update(state="draft")
    assert sign_in("member").get(here).status_code == 404
    assert sign_in("member").get("/en/organisations/nothinghere0/people/").status_code == 404


def test_a_new_organisation_keeps_what_was_typed_and_says_what_to_change(
    sign_in: Callable[..., Client],
) -> None:
    client = sign_in("member")
    page = client.post("/en/organisations/new/", {"title_en": "Example & Co", "uscc": "123"})
    assert page.status_code == 200
    assert set(page.context["form"].errors) == {"uscc"}
    assert 'value="Example &amp; Co"' in page.content.decode()
    assert Organisation.objects.count() == 0
    assert client.post("/en/organisations/new/", {"title_en": "Example & Co"}).status_code == 302
    assert Organisation.objects.get().memberships.get().is_manager


def test_forms_need_their_token(hub: Hub, make_user: Callable[..., User]) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(make_user("administrator"))
    for path in ("me/", "people/1/", "me/privacy/erase/", "account/login/", "account/signup/"):
        assert client.post(f"/en/{path}", {}).status_code == 403


def test_invitations_are_not_sent_by_the_dozen(
    sign_in: Callable[..., Client], organisation: Organisation, settings: Any
) -> None:
    caches["default"].clear()
    settings.RATE_LIMITS = {"invite": (2, 3600, ("POST",), "default")}
    client = sign_in("member", managed=(organisation.pk,))
    here = f"/en/organisations/{organisation.key}/people/"
    codes = [
        client.post(here, {"do": "invite", "email": f"guest{number}@example.org"}).status_code
        for number in range(3)
    ]
    assert codes == [302, 302, 429]
    assert organisation.invitations.count() == 2
    caches["default"].clear()
