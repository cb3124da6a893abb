"""Reading people: lists for administrators and managers, and what a person is and may be."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from fairground.accounts.models import OrganisationMembership, RoleAssignment, User
from fairground.audit.models import Change


def people_of(hub_id: int, *, now: datetime, words: str = "", role: str = "") -> QuerySet[User]:
    """Return the people of a hub whose name or address holds `words`, by name, with what the list page shows.

    A person is of a hub by a role there, ended ones too, or by acting for one of its organisations.
    """
    current = RoleAssignment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), hub_id=hub_id, since__lte=now
    )
    here = Exists(RoleAssignment.objects.filter(user_id=OuterRef("pk"), hub_id=hub_id)) | Exists(
        OrganisationMembership.objects.filter(user_id=OuterRef("pk"), organisation__hub_id=hub_id)
    )
    people = User.objects.filter(here, erased_at__isnull=True)
    if words:
        people = people.filter(Q(name__icontains=words) | Q(email__icontains=words))
    if role:
        people = people.filter(Exists(current.filter(user_id=OuterRef("pk"), role=role)))
    return people.prefetch_related(
        Prefetch("role_assignments", current.order_by("role"), to_attr="roles_now"),
        Prefetch(
            "organisation_memberships",
            OrganisationMembership.objects.filter(organisation__hub_id=hub_id).select_related("organisation"),
            to_attr="memberships_here",
        ),
    ).order_by("name", "pk")


def last_changes(hub_id: int, user_ids: list[int]) -> dict[int, Change]:
    """Return the newest row of the log about each person's roles. One query."""
    rows = Change.objects.filter(
        hub_id=hub_id, kind="role", key__in=[f"user-{number}" for number in user_ids]
    ).order_by("id")
    return {int(row.key.removeprefix("user-")): row for row in rows}


def role_changes(hub_id: int, user_id: int, *, limit: int = 50) -> list[Change]:
    """Return what happened to one person's roles in a hub, newest first."""
    return list(
        Change.objects.filter(hub_id=hub_id, kind="role", key=f"user-{user_id}").order_by("-id")[:limit]
    )
