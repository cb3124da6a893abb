"""Erasing a person: everything held on them goes or is blanked, in one transaction; what stays is told before."""

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from fairground.accounts.errors import LastManagerError, NotAllowedError
from fairground.accounts.held import held_parts
from fairground.accounts.memberships import sole_managed
from fairground.accounts.models import RoleAssignment, User
from fairground.audit.services import ERASED, record_change


def erased_address(user_id: int) -> str:
    """Return what stands where an address stood: unique, and of a domain that can never exist (RFC 2606)."""
    return f"erased-{user_id}@erased.invalid"


@transaction.atomic
def erase_person(*, user_id: int, hub_id: int, now: datetime) -> None:
    """Erase one person, at once and for good. The caller has made sure that it is them who asks.

    A manager names a successor first, a hub's only administrator too. A second call changes nothing.
    Raises LastManagerError, NotAllowedError.
    """
    user = User.objects.select_for_update().get(pk=user_id)
    if user.erased_at is not None:
        return
    if left_alone := sole_managed(user.pk):
        raise LastManagerError([organisation.title for organisation in left_alone])
    _check_not_last_administrator(user, now)
    for part in held_parts():
        part.eraser(user, now)
    EmailAddress.objects.filter(user=user).delete()
    user.email, user.name, user.language = erased_address(user.pk), "", "zh"
    user.is_active, user.erased_at, user.last_login = False, now, None
    user.set_unusable_password()
    user.save()
    record_change(
        hub_id=hub_id,
        at=now,
        actor_id=user.pk,
        actor_name=ERASED,
        kind="account",
        key=f"user-{user.pk}",
        version=0,
        action="erase",
    )


def _check_not_last_administrator(user: User, now: datetime) -> None:
    administered = RoleAssignment.objects.filter(user=user, role="administrator").exclude(until__lte=now)
    for row in administered:
        others = RoleAssignment.objects.filter(hub=row.hub_id, role="administrator").exclude(until__lte=now)
        if not others.exclude(user=user).filter(user__is_active=True).exists():
            raise NotAllowedError(
                "您是枢纽唯一的管理员。请先指定另一位。",
                "You are the hub's only administrator. Make somebody else one first.",
            )
