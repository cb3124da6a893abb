"""Giving and ending roles in a hub."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import MANAGE_PEOPLE, ROLES
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import RoleAssignment, User
from fairground.audit.services import record_change


def may_give(actor: Actor, user_id: int, role: str) -> bool:
    """Tell whether the actor may give or end this role: an administrator any, everybody an own choice of theirs."""
    if role not in ROLES or role == "visitor":
        return False
    if actor.may(MANAGE_PEOPLE):
        return True
    return actor.user_id == user_id and actor.is_member and ROLES[role].own_choice


@transaction.atomic
def give_role(
    *,
    actor: Actor,
    user_id: int,
    role: str,
    now: datetime,
    until: datetime | None = None,
    reason: str = "",
) -> RoleAssignment:
    """Give a person a role in the actor's hub. A role they have stays as it is; a second call changes nothing.

    Raises NotFoundError, NotAllowedError.
    """
    user = _locked(user_id)
    _check(actor, user_id, role)
    if until is not None and until <= now:
        raise NotAllowedError("结束时间应晚于现在。", "The role must end in the future.")
    standing = current_roles(user_id, actor.hub_id, now=now).filter(role=role).first()
    if standing is not None and standing.until == until:
        return standing
    if standing is not None:
        before = {"role": role, "until": standing.until.isoformat() if standing.until else None}
        standing.until, standing.given_by_id, standing.reason = until, actor.user_id, reason
        standing.save()
        _log(actor, user_id, "change", role, now, until, reason, before)
        return standing
    # A row that ended stays: who had which role when is part of the hub's history.
    given = RoleAssignment.objects.create(
        user=user,
        hub_id=actor.hub_id,
        role=role,
        since=now,
        until=until,
        given_by_id=actor.user_id,
        reason=reason,
    )
    _log(actor, user_id, "give", role, now, until, reason, None)
    return given


@transaction.atomic
def end_role(*, actor: Actor, user_id: int, role: str, now: datetime, reason: str = "") -> bool:
    """End a person's role in the actor's hub; tell whether there was one. A second call changes nothing.

    The last administrator of a hub stays one. Raises NotFoundError, NotAllowedError.
    """
    _locked(user_id)
    _check(actor, user_id, role)
    standing = current_roles(user_id, actor.hub_id, now=now).filter(role=role)
    if not standing.exists():
        return False
    if role == "administrator" and not _others(actor.hub_id, user_id, now).exists():
        raise NotAllowedError(
            "这是枢纽唯一的管理员。请先指定另一位。",
            "This is the hub's only administrator. Make somebody else one first.",
        )
    standing.update(until=now)
    _log(actor, user_id, "end", role, now, None, reason, {"role": role})
    return True


def join_hub(*, user: User, hub_id: int, now: datetime) -> None:
    """Make a person who signs in to a hub for the first time its member. Who had any role there stays as they are.

    An account is one for all hubs of a portal; a membership that an administrator ended is not given back.
    """
    if RoleAssignment.objects.filter(user=user, hub_id=hub_id).exists():
        return
    RoleAssignment.objects.create(user=user, hub_id=hub_id, role="member", since=now)
    _log(Actor(hub_id, user.pk, user.printed_name), user.pk, "give", "member", now, None, "", None)


def join_hub_at_sign_in(sender: object, request: HttpRequest, user: User, **_: Any) -> None:
    """Call `join_hub` for the hub whose page the person signed in on."""
    join_hub(user=user, hub_id=request.hub.pk, now=timezone.now())


def current_roles(user_id: int, hub_id: int, *, now: datetime) -> QuerySet[RoleAssignment]:
    """Return the person's roles in a hub that hold now."""
    return RoleAssignment.objects.filter(
        Q(until__isnull=True) | Q(until__gt=now), user_id=user_id, hub_id=hub_id, since__lte=now
    ).order_by("role")


def _others(hub_id: int, user_id: int, now: datetime) -> QuerySet[RoleAssignment]:
    # Locked, so that two administrators cannot end each other's role at once and leave none.
    return (
        RoleAssignment.objects.select_for_update()
        .filter(
            Q(until__isnull=True) | Q(until__gt=now),
            hub_id=hub_id,
            role="administrator",
            user__is_active=True,
        )
        .exclude(user_id=user_id)
    )


def _locked(user_id: int) -> User:
    user: User | None = User.objects.select_for_update().filter(pk=user_id, erased_at__isnull=True).first()
    if user is None:
        raise NotFoundError
    return user


def _check(actor: Actor, user_id: int, role: str) -> None:
    if not may_give(actor, user_id, role):
        raise NotAllowedError(
            "这个角色由枢纽管理员授予。", "This role is given by an administrator of the hub."
        )


def _log(
    actor: Actor,
    user_id: int,
    action: str,
    role: str,
    now: datetime,
    until: datetime | None,
    reason: str,
    before: dict[str, str | None] | None,
) -> None:
    after = None if action == "end" else {"role": role, "until": until.isoformat() if until else None}
    record_change(
        hub_id=actor.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="role",
        key=f"user-{user_id}",
        version=0,
        action=action,
        before=before,
        after=after,
        reason=reason,
    )
