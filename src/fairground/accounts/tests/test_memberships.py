import re
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client

from fairground.accounts import memberships
from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.errors import (
    InvalidRecordError,
    LastManagerError,
    LinkError,
    NotAllowedError,
    NotFoundError,
)
from fairground.accounts.models import Hub, JoinRequest, Notice, Organisation, OrganisationMembership, User
from fairground.accounts.notices.mails import queue_notices
from fairground.accounts.organisations import create_organisation
from fairground.audit.selectors import changes_of
from fairground.mail.models import Outbox
from fairground.mail.services import WrongMailAddressError, send_due


def _address(language: str, token: str) -> str:
    return f"https://hub.example.org/{language}/invitations/{token}/"


@pytest.fixture
def organisation(make_actor: Callable[..., Actor], now: datetime) -> Organisation:
    record = create_organisation(
        actor=make_actor("member"), values={"title": {"zh": "示例·甲", "en": "Example A & Sons"}}, now=now
    )
    return Organisation.objects.get(pk=record.pk)


@pytest.fixture
def manager(organisation: Organisation, hub: Hub, now: datetime) -> Actor:
    return actor_for(organisation.memberships.get().user, hub.pk, now=now)


def _invite(
    manager: Actor, organisation: Organisation, email: str, now: datetime, *, as_manager: bool = False
) -> str:
    """Invite and return the token that stands in the mail."""
    memberships.invite(
        actor=manager, organisation_id=organisation.pk, email=email, as_manager=as_manager,
        address_of=_address, now=now, language="en",
    )  # fmt: skip
    found = re.search(r"invitations/([^/]+)/", Outbox.objects.filter(to=email.lower()).last().text)
    assert found
    return found.group(1)


def _people(organisation: Organisation) -> dict[int, bool]:
    return dict(organisation.memberships.values_list("user_id", "is_manager"))


def test_who_adds_an_organisation_manages_it(organisation: Organisation, manager: Actor) -> None:
    assert organisation.state == "draft"
    assert manager.managed == {organisation.pk}
    assert [row.action for row in changes_of("membership", organisation.key)] == ["join"]


def test_an_invitation_is_accepted_once_by_its_address(
    organisation: Organisation, manager: Actor, make_user: Callable[..., User], now: datetime
) -> None:
    guest, stranger = make_user("member"), make_user("member")
    token = _invite(manager, organisation, guest.email.upper(), now)
    mail = Outbox.objects.get(to=guest.email)
    assert (mail.language, "示例·甲" in mail.text) == ("zh", True)

    with pytest.raises(LinkError):
        memberships.accept_invitation(user=stranger, token=token, now=now)
    memberships.accept_invitation(user=guest, token=token, now=now)
    with pytest.raises(LinkError):
        memberships.accept_invitation(user=guest, token=token, now=now)
    assert _people(organisation)[guest.pk] is False
    assert stranger.pk not in _people(organisation)


def test_an_invitation_ends_is_taken_back_and_replaced(
    organisation: Organisation, manager: Actor, make_user: Callable[..., User], now: datetime
) -> None:
    guest = make_user("member")
    first = _invite(manager, organisation, guest.email, now)
    later = now + timedelta(days=1)
    second = _invite(manager, organisation, guest.email, later, as_manager=True)
    assert organisation.invitations.count() == 1
    with pytest.raises(LinkError):
        memberships.invitation_for(first, now=later)
    assert memberships.invitation_for(second, now=later + memberships.INVITATION_VALID).is_manager
    with pytest.raises(LinkError):
        memberships.invitation_for(second, now=later + memberships.INVITATION_VALID + timedelta(seconds=1))

    memberships.take_back_invitation(
        actor=manager, invitation_id=organisation.invitations.get().pk, now=later
    )
    with pytest.raises(LinkError):
        memberships.accept_invitation(user=guest, token=second, now=later)


@pytest.mark.parametrize("token", ["", "x", "eyJpbnZpdGF0aW9uIjoxfQ:1abc:xyz", "null"])
def test_a_token_nobody_signed_is_refused(token: str, organisation: Organisation, now: datetime) -> None:
    with pytest.raises(LinkError):
        memberships.invitation_for(token, now=now)


def test_only_managers_say_who_acts_for_an_organisation(
    organisation: Organisation, manager: Actor, make_actor: Callable[..., Actor], now: datetime
) -> None:
    member = make_actor("member", organisations=(organisation.pk,))
    other = Organisation.objects.create(hub_id=manager.hub_id, kind="organisation")
    others = (
        member,
        make_actor("administrator"),
        make_actor("member", managed=(other.pk,)),
        make_actor("organiser"),
    )
    for actor in others:
        with pytest.raises(NotAllowedError):
            _invite(actor, organisation, "x@example.org", now)
        with pytest.raises(NotAllowedError):
            memberships.set_manager(
                actor=actor, organisation_id=organisation.pk, user_id=member.user_id, is_manager=True, now=now
            )
        if actor is not member:
            with pytest.raises(NotAllowedError):
                memberships.remove_member(
                    actor=actor, organisation_id=organisation.pk, user_id=member.user_id, now=now
                )
    assert _people(organisation) == {manager.user_id: True, member.user_id: False}
    assert Outbox.objects.count() == 0


def test_a_wrong_address_is_refused_and_nothing_is_kept(
    organisation: Organisation, manager: Actor, now: datetime
) -> None:
    with pytest.raises(WrongMailAddressError):
        _invite(manager, organisation, "nobody", now)
    assert organisation.invitations.count() == 0


def test_the_last_manager_names_a_successor_before_leaving(
    organisation: Organisation, manager: Actor, make_user: Callable[..., User], hub: Hub, now: datetime
) -> None:
    second = make_user("member", organisations=(organisation.pk,))
    common = {"actor": manager, "organisation_id": organisation.pk, "now": now}
    with pytest.raises(LastManagerError):
        memberships.remove_member(user_id=manager.user_id, **common)
    with pytest.raises(LastManagerError):
        memberships.set_manager(user_id=manager.user_id, is_manager=False, **common)

    memberships.set_manager(user_id=second.pk, is_manager=True, **common)
    memberships.remove_member(user_id=manager.user_id, **common)
    assert _people(organisation) == {second.pk: True}
    # The very last one may go: then the hub decides who comes next.
    memberships.remove_member(
        actor=actor_for(second, hub.pk, now=now), organisation_id=organisation.pk, user_id=second.pk, now=now
    )
    assert _people(organisation) == {}
    actions = [row.action for row in changes_of("membership", organisation.key)]
    assert actions == ["leave", "leave", "appoint", "join"]


def test_a_request_is_decided_by_managers_and_told_by_mail(
    organisation: Organisation, manager: Actor, make_actor: Callable[..., Actor], now: datetime
) -> None:
    Organisation.objects.filter(pk=organisation.pk).update(state="published")
    person, administrator = make_actor("member"), make_actor("administrator")
    request = memberships.ask_to_join(
        actor=person, organisation_key=organisation.key, note="chemist", now=now
    )
    assert (
        memberships.ask_to_join(actor=person, organisation_key=organisation.key, note="", now=now) == request
    )
    for actor in (administrator, person):
        with pytest.raises(NotAllowedError):
            memberships.decide_request(actor=actor, request_id=request.pk, accept=True, now=now)

    memberships.decide_request(actor=manager, request_id=request.pk, accept=True, now=now)
    memberships.decide_request(actor=manager, request_id=request.pk, accept=False, now=now)
    assert _people(organisation) == {manager.user_id: True, person.user_id: False}
    queue_notices(now=now)
    send_due(now=now)
    assert [mail.subject for mail in Outbox.objects.all()] == ["您已成为单位成员：示例·甲"]
    assert Notice.objects.get().user_id == person.user_id


def test_where_nobody_manages_an_administrator_decides_and_the_first_one_manages(
    hub: Hub, make_actor: Callable[..., Actor], now: datetime
) -> None:
    organisation = Organisation.objects.create(hub=hub, kind="organisation", state="published")
    first, second = make_actor("member"), make_actor("member")
    for person in (first, second):
        memberships.ask_to_join(actor=person, organisation_key=organisation.key, note="", now=now)
    administrator = make_actor("administrator")
    requests = list(JoinRequest.objects.order_by("pk"))
    memberships.decide_request(actor=administrator, request_id=requests[0].pk, accept=True, now=now)
    with pytest.raises(NotAllowedError):
        memberships.decide_request(actor=administrator, request_id=requests[1].pk, accept=True, now=now)
    assert _people(organisation) == {first.user_id: True}


def test_nobody_decides_about_themselves(hub: Hub, make_actor: Callable[..., Actor], now: datetime) -> None:
    organisation = Organisation.objects.create(hub=hub, kind="organisation", state="published")
    administrator = make_actor("administrator")
    request = memberships.ask_to_join(
        actor=administrator, organisation_key=organisation.key, note="", now=now
    )
    with pytest.raises(NotAllowedError):
        memberships.decide_request(actor=administrator, request_id=request.pk, accept=True, now=now)


def test_a_hidden_organisation_cannot_be_told_from_none(
    organisation: Organisation, make_actor: Callable[..., Actor], now: datetime
) -> None:
    stranger = make_actor("member")
    for key in (organisation.key, "nothinghere0"):
        with pytest.raises(NotFoundError):
            memberships.ask_to_join(actor=stranger, organisation_key=key, note="", now=now)


def test_ids_of_another_hub_are_unknown(
    organisation: Organisation, make_user: Callable[..., User], now: datetime
) -> None:
    elsewhere = Hub.objects.create(code="other", domain="other.example.org")
    foreign = actor_for(make_user("member", managed=(organisation.pk,)), elsewhere.pk, now=now)
    with pytest.raises(NotFoundError):
        memberships.remove_member(actor=foreign, organisation_id=organisation.pk, user_id=1, now=now)


@pytest.mark.parametrize(
    ("name", "value"),
    [("ror", "03vek6s53"), ("uscc", "91350100M000100Y44"), ("uscc", "1"), ("website", "javascript:x")],
)
def test_an_identifier_with_a_wrong_check_is_refused(
    name: str, value: str, make_actor: Callable[..., Actor], now: datetime
) -> None:
    with pytest.raises(InvalidRecordError) as refused:
        create_organisation(
            actor=make_actor("member"), values={"title": {"en": "Example"}, name: value}, now=now
        )
    assert set(refused.value.faults) == {name}
    assert OrganisationMembership.objects.count() == 0


def test_identifiers_are_kept_in_one_form(make_actor: Callable[..., Actor], now: datetime) -> None:
    made = create_organisation(
        actor=make_actor("member"),
        values={
            "title": {"en": "Example"},
            "ror": "https://ror.org/03vek6s52",
            "uscc": "91350100 m000100y43",
        },
        now=now,
    )
    kept = Organisation.objects.get(pk=made.pk)
    assert (kept.ror, kept.uscc) == ("03vek6s52", "91350100M000100Y43")


def test_the_pages_do_what_their_buttons_say(
    client: Client, organisation: Organisation, manager: Actor, make_user: Callable[..., User]
) -> None:
    client.force_login(User.objects.get(pk=manager.user_id))
    here = f"/en/organisations/{organisation.key}/people/"
    guest = make_user("member")
    assert client.post(here, {"do": "invite", "email": "not one"}).status_code == 200
    assert client.post(here, {"do": "invite", "email": guest.email}).status_code == 302
    page = client.get(here).content.decode()
    assert guest.email in page
    assert "Example A &amp; Sons" in page

    path = re.search(r"http://testserver(/\S+)", Outbox.objects.get(to=guest.email).text)
    assert path
    other = Client()
    assert "登录后接受" in other.get(path.group(1)).content.decode()
    other.force_login(guest)
    assert other.post(path.group(1)).headers["Location"] == f"/zh/organisations/{organisation.key}/people/"
    assert other.post(here, {"do": "appoint", "user": guest.pk}).status_code == 302
    assert _people(organisation)[guest.pk] is False
    assert client.post(here, {"do": "appoint", "user": guest.pk}).status_code == 302
    assert _people(organisation)[guest.pk] is True
    for wrong in (
        {"do": "burn", "user": "1"},
        {"do": "appoint", "user": "x"},
        {"do": "appoint", "user": "9" * 30},
        {},
    ):
        assert client.post(here, wrong).status_code == 404
