from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.core.roles import ROLES
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Hub, RoleAssignment, User
from fairground.accounts.roles import current_roles, end_role, give_role
from fairground.audit.selectors import changes_of


@pytest.fixture
def administrator(make_actor: Callable[..., Actor]) -> Actor:
    return make_actor("administrator")


@pytest.fixture
def person(make_user: Callable[..., User]) -> User:
    return make_user("member")


def _roles(user: User, hub: Hub, at: datetime) -> set[str]:
    return set(current_roles(user.pk, hub.pk, now=at).values_list("role", flat=True))


def test_an_administrator_gives_and_ends_a_role_and_the_log_says_so(
    administrator: Actor, person: User, hub: Hub, now: datetime
) -> None:
    give_role(actor=administrator, user_id=person.pk, role="broker", now=now, reason="trained")
    give_role(actor=administrator, user_id=person.pk, role="broker", now=now, reason="again")
    assert "broker" in actor_for(person, hub.pk, now=now).roles

    later = now + timedelta(days=1)
    assert end_role(actor=administrator, user_id=person.pk, role="broker", now=later, reason="left")
    assert not end_role(actor=administrator, user_id=person.pk, role="broker", now=later)
    assert actor_for(person, hub.pk, now=later).roles == {"member"}
    log = changes_of("role", f"user-{person.pk}")
    assert [(row.action, row.reason) for row in log] == [("end", "left"), ("give", "trained")]
    assert log[1].after == {"role": "broker", "until": None}


def test_a_role_that_ended_can_be_given_again_and_both_times_stay_known(
    administrator: Actor, person: User, hub: Hub, now: datetime
) -> None:
    for day in range(2):
        at = now + timedelta(days=2 * day)
        give_role(actor=administrator, user_id=person.pk, role="broker", now=at)
        end_role(actor=administrator, user_id=person.pk, role="broker", now=at + timedelta(days=1))
    assert RoleAssignment.objects.filter(user=person, role="broker").count() == 2


def test_a_role_with_an_end_ends_by_itself(
    administrator: Actor, person: User, hub: Hub, now: datetime
) -> None:
    until = now + timedelta(days=1)
    give_role(actor=administrator, user_id=person.pk, role="reviewer", now=now, until=until)
    assert "reviewer" in actor_for(person, hub.pk, now=until - timedelta(seconds=1)).roles
    assert "reviewer" not in actor_for(person, hub.pk, now=until).roles
    give_role(actor=administrator, user_id=person.pk, role="reviewer", now=now, until=None)
    assert "reviewer" in actor_for(person, hub.pk, now=until).roles


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("giver", ["self", "member", "organiser", "administrator"])
def test_who_may_give_what(
    role: str, giver: str, person: User, make_actor: Callable[..., Actor], hub: Hub, now: datetime
) -> None:
    actor = actor_for(person, hub.pk, now=now) if giver == "self" else make_actor(giver)
    allowed = role != "visitor" and (giver == "administrator" or (giver == "self" and ROLES[role].own_choice))
    if allowed:
        give_role(actor=actor, user_id=person.pk, role=role, now=now)
        assert role in _roles(person, hub, now)
    else:
        with pytest.raises(NotAllowedError):
            give_role(actor=actor, user_id=person.pk, role=role, now=now)
        with pytest.raises(NotAllowedError):
            end_role(actor=actor, user_id=person.pk, role=role, now=now)
        assert _roles(person, hub, now) == {"member"}


def test_roles_of_one_hub_say_nothing_in_another(administrator: Actor, person: User, now: datetime) -> None:
    elsewhere = Hub.objects.create(code="other", domain="other.example.org")
    give_role(actor=administrator, user_id=person.pk, role="broker", now=now)
    assert actor_for(person, elsewhere.pk, now=now).roles == frozenset()


def test_the_last_administrator_stays(
    administrator: Actor, make_actor: Callable[..., Actor], now: datetime
) -> None:
    with pytest.raises(NotAllowedError):
        end_role(actor=administrator, user_id=administrator.user_id, role="administrator", now=now)
    second = make_actor("administrator")
    assert end_role(actor=administrator, user_id=administrator.user_id, role="administrator", now=now)
    with pytest.raises(NotAllowedError):
        end_role(actor=second, user_id=second.user_id, role="administrator", now=now)


def test_a_person_who_does_not_exist_or_was_erased_gets_no_role(
    administrator: Actor, person: User, now: datetime
) -> None:
    with pytest.raises(NotFoundError):
        give_role(actor=administrator, user_id=999_999, role="broker", now=now)
    User.objects.filter(pk=person.pk).update(erased_at=now)
    with pytest.raises(NotFoundError):
        give_role(actor=administrator, user_id=person.pk, role="broker", now=now)


def test_a_role_that_would_end_in_the_past_is_refused(
    administrator: Actor, person: User, now: datetime
) -> None:
    with pytest.raises(NotAllowedError):
        give_role(actor=administrator, user_id=person.pk, role="broker", now=now, until=now)
