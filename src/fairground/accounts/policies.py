"""Who may see and change what. One predicate for page, search, export, feed and mail: a Q on Record."""

from datetime import datetime

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import REVIEW_RECORDS
from fairground.accounts.models import Grant, Record


def _granted(actor: Actor, scopes: tuple[str, ...], now: datetime | None) -> Q:
    subject = Q(user_id=actor.user_id) | Q(organisation_id__in=actor.organisations)
    valid = Q(until__isnull=True) | Q(until__gt=now or timezone.now())
    return Q(
        Exists(
            Grant.objects.filter(
                subject, valid, record_id=OuterRef("pk"), scope__in=scopes, revoked_at__isnull=True
            )
        )
    )


def owned(actor: Actor) -> Q:
    """The records the actor answers for: written by them, or of an organisation they act for."""
    if actor.user_id is None:
        return Q(pk__in=[])
    mine = Q(created_by_id=actor.user_id)
    if actor.organisations:
        mine |= Q(organisation_id__in=actor.organisations) | Q(pk__in=actor.organisations)
    return mine


def readable(actor: Actor, *, now: datetime | None = None) -> Q:
    """The records of the actor's hub that the actor may see at all. `now` decides about grants that end."""
    in_hub = Q(hub_id=actor.hub_id)
    if actor.may(REVIEW_RECORDS):
        return in_hub
    seen = Q(visibility=Record.Visibility.PUBLIC)
    if actor.is_member:
        seen |= Q(visibility=Record.Visibility.MEMBERS)
    if actor.user_id is None:
        return in_hub & Q(state=states.PUBLISHED) & seen
    seen |= _granted(actor, tuple(Grant.Scope.values), now)
    return in_hub & (Q(state=states.PUBLISHED) & seen | owned(actor))


def opened(actor: Actor, scope: str, *, now: datetime | None = None) -> Q:
    """The records whose `scope` ('protected' | 'contact') the actor may read: owners, and whom a grant names."""
    in_hub = Q(hub_id=actor.hub_id)
    if actor.is_system:
        return in_hub
    if actor.user_id is None:
        return Q(pk__in=[])
    return in_hub & (owned(actor) | (Q(state=states.PUBLISHED) & _granted(actor, (scope,), now)))


def is_owner(actor: Actor, record: Record) -> bool:
    """Tell whether the actor answers for this record: the same as `owned`, on an object at hand."""
    if actor.is_system:
        return True
    if actor.user_id is None or record.hub_id != actor.hub_id:
        return False
    return (
        record.created_by_id == actor.user_id
        or record.organisation_id in actor.organisations
        or record.pk in actor.organisations
    )


def may_name(actor: Actor, organisation_id: int, state: str, visibility: str) -> bool:
    """Tell whether the organisation behind a record may be named to the actor, from columns at hand.

    A record can be open to more people than the organisation that answers for it. Stricter than `readable`, which
    also knows grants: where the two differ, a name is left out.
    """
    if actor.may(REVIEW_RECORDS) or organisation_id in actor.organisations:
        return True
    return state == states.PUBLISHED and (
        visibility == Record.Visibility.PUBLIC
        or (visibility == Record.Visibility.MEMBERS and actor.is_member)
    )


def can_review(actor: Actor, record: Record) -> bool:
    """Tell whether the actor is a second pair of eyes for this record: an editor who neither wrote nor submitted it."""
    if actor.is_system:
        return True
    own = {record.created_by_id, record.submitted_by_id}
    return record.hub_id == actor.hub_id and actor.may(REVIEW_RECORDS) and actor.user_id not in own


def audience(record: Record, grants: list[Grant]) -> tuple[str, ...]:
    """The terms the search index stores for this record: the facts of `readable`, for one record and all actors.

    Each term names the hub: one index holds the records of all hubs.
    """
    terms = ["editors"]
    if record.state == states.PUBLISHED:
        if record.visibility in (Record.Visibility.PUBLIC, Record.Visibility.MEMBERS):
            terms.append(record.visibility)
        for grant in grants:
            subject = f"user:{grant.user_id}" if grant.user_id else f"org:{grant.organisation_id}"
            terms.append(f"granted:{subject}")
    if record.created_by_id:
        terms.append(f"user:{record.created_by_id}")
    if record.organisation_id:
        terms.append(f"org:{record.organisation_id}")
    if record.kind == "organisation":
        terms.append(f"org:{record.pk}")
    return tuple(sorted({f"{record.hub_id}:{term}" for term in terms}))


def audience_of(actor: Actor) -> tuple[str, ...]:
    """The terms of which a record must carry at least one for the actor to see it."""
    if actor.may(REVIEW_RECORDS):
        return (f"{actor.hub_id}:editors",)
    terms = {"public"}
    if actor.is_member:
        terms.add("members")
    if actor.user_id is not None:
        terms |= {f"user:{actor.user_id}", f"granted:user:{actor.user_id}"}
        for organisation in actor.organisations:
            terms |= {f"org:{organisation}", f"granted:org:{organisation}"}
    return tuple(sorted(f"{actor.hub_id}:{term}" for term in terms))
