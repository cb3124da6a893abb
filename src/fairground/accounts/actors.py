"""Who is asking: everything that policies need to know about a person in one hub, read once a request."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import TYPE_CHECKING

from django.db.models import BooleanField, IntegerField, Q, Value

from fairground.accounts.core.roles import allowed
from fairground.accounts.models import OrganisationMembership, RoleAssignment

if TYPE_CHECKING:
    from fairground.accounts.models import User


@dataclass(frozen=True)
class Actor:
    """A person, nobody (`user_id` None) or the system itself (`is_system`) in one hub."""

    hub_id: int
    user_id: int | None = None
    name: str = ""
    roles: frozenset[str] = frozenset()
    organisations: frozenset[int] = frozenset()  # acts for
    managed: frozenset[int] = frozenset()  # of these, whose people the actor manages
    is_system: bool = False

    @cached_property
    def allowed(self) -> frozenset[str]:
        """What the actor's roles allow in the hub, see `core.roles`."""
        return allowed(self.roles)

    @property
    def is_member(self) -> bool:
        return bool(self.roles) or self.is_system

    def may(self, what: str) -> bool:
        """Tell whether a role of the actor allows `what` (a constant of `core.roles`)."""
        return self.is_system or what in self.allowed


def visitor(hub_id: int) -> Actor:
    """Return the actor for a reader who did not sign in."""
    return Actor(hub_id)


def system(hub_id: int, name: str = "Fairground") -> Actor:
    """Return the actor for what the clock or an operator's command does."""
    return Actor(hub_id, name=name, is_system=True)


def actor_for(user: "User", hub_id: int, *, now: datetime) -> Actor:
    """Return the actor for one account in one hub. One query: every page of somebody signed in asks it."""
    roles = RoleAssignment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), user=user, hub_id=hub_id, since__lte=now
    ).values_list("role", Value(None, output_field=IntegerField()), Value(None, output_field=BooleanField()))
    memberships = OrganisationMembership.objects.filter(user=user, organisation__hub_id=hub_id).values_list(
        Value(""), "organisation_id", "is_manager"
    )
    held = list(roles.order_by().union(memberships.order_by(), all=True))
    return Actor(
        hub_id,
        user.pk,
        user.printed_name,
        frozenset(role for role, _, _ in held if role),
        frozenset(organisation for _, organisation, _ in held if organisation),
        frozenset(organisation for _, organisation, is_manager in held if is_manager),
    )
