"""Opening a record to somebody, and closing it again. Later stages call these; the index follows the log."""

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.accounts.models import Grant, Record
from fairground.accounts.policies import is_owner
from fairground.accounts.services import lock_record
from fairground.audit.services import record_change


@transaction.atomic
def give_grant(
    *,
    actor: Actor,
    record_key: str,
    scope: str,
    reason: str,
    now: datetime,
    user_id: int | None = None,
    organisation_id: int | None = None,
    until: datetime | None = None,
) -> Grant:
    """Open `scope` of a record to one person, or to an organisation's people. Owners and the system may.

    A standing grant of the same scope to the same subject is kept and takes the new end; nothing is doubled.

    Parameters
    ----------
    scope : 'read' | 'protected' | 'contact'
    reason : why; who asks later reads it
    user_id, organisation_id : exactly one of them
    until : when it ends by itself; None for never

    Raises NotFoundError, NotAllowedError, ValueError where not exactly one subject is named or the scope is unknown.
    """
    if (user_id is None) == (organisation_id is None):
        raise ValueError("a grant names one person or one organisation")
    if scope not in Grant.Scope.values:
        raise ValueError(f"no scope is called {scope!r}")
    record, _ = lock_record(actor, record_key)
    if not is_owner(actor, record):
        raise NotAllowedError(
            "只有记录的作者或所属单位可以授权。", "Only a record's author or organisation opens it to others."
        )
    if not reason.strip():
        raise NotAllowedError("请写明理由。", "Say why: the reason is kept with the grant.")
    if until is not None and until <= now:
        raise NotAllowedError("结束时间应晚于现在。", "A grant must end in the future.")
    standing = (
        Grant.objects.filter(Q(until__isnull=True) | Q(until__gt=now), revoked_at__isnull=True)
        .filter(record_id=record.pk, scope=scope, user_id=user_id, organisation_id=organisation_id)
        .first()
    )
    if standing is not None and standing.until == until:
        return standing
    grant: Grant = standing or Grant(
        record_id=record.pk,
        user_id=user_id,
        organisation_id=organisation_id,
        scope=scope,
        given_at=now,
        given_by_id=actor.user_id,
    )
    grant.reason, grant.until = reason, until
    grant.save()
    _log(actor, record, grant, "grant", now, reason)
    return grant


@transaction.atomic
def revoke_grant(*, actor: Actor, grant_id: int, now: datetime, reason: str = "") -> None:
    """Close what a grant opened, at once. A second call changes nothing. Raises NotFoundError, NotAllowedError."""
    grant = Grant.objects.select_related("record").filter(pk=grant_id, record__hub_id=actor.hub_id).first()
    if grant is None:
        raise NotFoundError
    record, _ = lock_record(actor, grant.record.key)
    if not is_owner(actor, record):
        raise NotAllowedError(
            "只有记录的作者或所属单位可以收回授权。",
            "Only a record's author or organisation takes a grant back.",
        )
    revoked = Grant.objects.filter(pk=grant_id, revoked_at__isnull=True).update(revoked_at=now)
    if revoked:
        _log(actor, record, grant, "revoke", now, reason)


def end_grants(*, actor: Actor, now: datetime) -> int:
    """Log the grants whose time is over, so that the index forgets them; return how many. Called by the clock.

    Policies close such a grant at its moment; this only tells those who read the log. A second call finds none.
    """
    due = Grant.objects.filter(record__hub_id=actor.hub_id, until__lte=now, revoked_at__isnull=True)
    ended = 0
    for grant_id in list(due.values_list("pk", flat=True)):
        with transaction.atomic():
            grant = Grant.objects.select_related("record").get(pk=grant_id)
            if Grant.objects.filter(pk=grant_id, revoked_at__isnull=True).update(revoked_at=grant.until):
                _log(actor, grant.record, grant, "grant_ended", now, "")
                ended += 1
    return ended


def _log(actor: Actor, record: Record, grant: Grant, action: str, now: datetime, reason: str) -> None:
    # Whom a record is open to is no public history: it stands where only owners and erasure reach.
    subject = f"user:{grant.user_id}" if grant.user_id else f"org:{grant.organisation_id}"
    record_change(
        hub_id=record.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=record.kind,
        key=record.key,
        version=record.version,
        action=action,
        personal={"grant": {"scope": grant.scope, "subject": subject, "reason": reason}},
    )
