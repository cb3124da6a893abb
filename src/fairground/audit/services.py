"""Writing to the log, and blanking what it holds on a person."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db.models import Q

from fairground.audit.models import Change

ERASED = "erased / 已删除"


def record_change(
    *,
    hub_id: int,
    at: datetime,
    actor_id: int | None,
    actor_name: str,
    kind: str,
    key: str,
    version: int,
    action: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
    personal: Mapping[str, Any] | None = None,
    reason: str = "",
) -> Change:
    """Add one row to the log. To be called inside the transaction of the write it tells of."""
    return Change.objects.create(
        hub_id=hub_id,
        at=at,
        actor_id=actor_id,
        actor_name=actor_name,
        kind=kind,
        key=key,
        version=version,
        action=action,
        before=before,
        after=after,
        personal=personal,
        reason=reason,
    )


def erase_from_log(*, actor_id: int | None = None, keys: tuple[tuple[str, str], ...] = ()) -> int:
    """Blank the personal values of the records (kind, key) and the name of one actor; return the rows changed.

    The rows stay: that something changed, when, and what is not personal, is the hub's own history.
    """
    changed = 0
    if actor_id is not None:
        changed += Change.objects.filter(actor_id=actor_id).update(actor_name=ERASED)
    whose = Q()
    for kind, key in keys:
        whose |= Q(kind=kind, key=key)
    if whose:
        changed += Change.objects.filter(whose, personal__isnull=False).update(personal=None)
    return changed
