"""Roles that hold in one edition only: given by whoever manages the hub's people or its editions."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import MANAGE_EDITION, MANAGE_PEOPLE, ROLES, allowed
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.audit.services import record_change
from fairground.editions.models import Edition, EditionRole
from fairground.language.local_text import LocalText


def edition_roles(user_id: int, edition_id: int, *, now: datetime) -> frozenset[str]:
    """Return the roles a person has in one edition now, beside those in the hub. One query."""
    return frozenset(
        EditionRole.objects.filter(
            Q(until__isnull=True) | Q(until__gt=now), user_id=user_id, edition_id=edition_id, since__lte=now
        ).values_list("role", flat=True)
    )


@transaction.atomic
def give_edition_role(
    *, actor: Actor, edition_id: int, user_id: int, role: str, now: datetime, until: datetime | None = None
) -> EditionRole:
    """Give a person a role in one edition. One they have stays; a second call changes nothing.

    An organiser gives no role that allows more than their own. Raises NotFoundError, NotAllowedError.
    """
    edition = _edition(actor, edition_id, role)
    if not User.objects.filter(pk=user_id, is_active=True).exists():
        raise NotFoundError
    standing = EditionRole.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), edition=edition, user_id=user_id, role=role
    ).first()
    if standing is not None and standing.until == until:
        return standing
    given: EditionRole = standing or EditionRole(edition=edition, user_id=user_id, role=role, since=now)
    given.until = until
    given.save()
    _log(actor, edition, user_id, "change" if standing else "give", role, now)
    return given


@transaction.atomic
def end_edition_role(*, actor: Actor, edition_id: int, user_id: int, role: str, now: datetime) -> bool:
    """End a person's role in one edition; tell whether there was one. Raises NotFoundError, NotAllowedError."""
    edition = _edition(actor, edition_id, role)
    ended = EditionRole.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), edition=edition, user_id=user_id, role=role
    ).update(until=now)
    if ended:
        _log(actor, edition, user_id, "end", role, now)
    return bool(ended)


def register() -> None:
    """Make the roles known among what is held on a person."""
    register_held(
        "edition_roles",
        _held,
        _erase,
        label=LocalText("届次中的角色", "Roles in editions"),
        models=("editions.EditionRole",),
    )


def _edition(actor: Actor, edition_id: int, role: str) -> Edition:
    edition: Edition | None = (
        Edition.objects.select_for_update(of=("self",)).filter(pk=edition_id, hub_id=actor.hub_id).first()
    )
    if edition is None:
        raise NotFoundError
    manages = actor.may(MANAGE_PEOPLE) or (actor.may(MANAGE_EDITION) and allowed((role,)) <= actor.allowed)
    if role not in ROLES or role == "visitor" or not manages:
        raise NotAllowedError(
            "这个角色由枢纽管理员授予。", "This role is given by an administrator of the hub."
        )
    return edition


def _held(user: User) -> Sequence[Row]:
    return [
        {
            "edition": row.edition.key,
            "role": row.role,
            "since": row.since.isoformat(),
            "until": row.until.isoformat() if row.until else None,
        }
        for row in EditionRole.objects.filter(user=user).select_related("edition").order_by("since", "pk")
    ]


def _erase(user: User, now: datetime) -> None:
    EditionRole.objects.filter(user=user).delete()


def _log(actor: Actor, edition: Edition, user_id: int, action: str, role: str, now: datetime) -> None:
    entry = {"role": role, "edition": edition.key}
    record_change(
        hub_id=actor.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="role",
        key=f"user-{user_id}",
        version=0,
        action=action,
        before=entry if action == "end" else None,
        after=None if action == "end" else entry,
    )
