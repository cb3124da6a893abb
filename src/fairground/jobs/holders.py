"""Whose a job is: an account's, or the browser's of somebody who did not sign in."""

import secrets
from dataclasses import dataclass
from typing import Any

from django.db.models import Q
from django.http import HttpRequest

_MARK = "jobs_mark"


@dataclass(frozen=True, slots=True)
class Holder:
    """Who holds jobs in a hub: `user_id`, or `mark`, a secret kept in the browser's session."""

    hub_id: int
    user_id: int | None = None
    mark: str = ""


def holder_of(request: HttpRequest, *, marked: bool = False) -> Holder:
    """Return who asks. `marked` gives a visitor's session its mark, so that what they start now can be found again.

    The mark is not the session's own key: signing in changes that one, and a database that leaks opens no session.
    """
    actor: Any = request.actor  # set by accounts' middleware, which stands above
    mark = request.session.get(_MARK, "")
    if marked and not mark and actor.user_id is None:
        mark = request.session[_MARK] = secrets.token_urlsafe(32)
    return Holder(actor.hub_id, actor.user_id, mark)


def held_by(holder: Holder) -> Q:
    """Return the jobs that this holder may see; whoever signs in keeps what they began before."""
    held = Q(pk__in=[])
    if holder.user_id is not None:
        held |= Q(owner_id=holder.user_id)
    if holder.mark:
        held |= Q(owner_id__isnull=True, visitor_mark=holder.mark)
    return Q(hub_id=holder.hub_id) & held
