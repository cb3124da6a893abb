"""Needs whose deadline passed: nobody wrote anything, and yet they are to be matched and shown anew."""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import TruncDate
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Hub
from fairground.audit.models import Change
from fairground.audit.services import record_change
from fairground.collect.models import Need

ACTION = "close"


def log_passed_deadlines(*, actor: Actor, now: datetime) -> int:
    """Log of each published need that its last day is over; return how many. Called by the clock.

    Whoever follows the log, the pairs and the index, then reads it again. The record stays as it is. A second call
    finds nothing; a deadline that is moved and passes once more is logged once more.
    """
    told = Change.objects.annotate(day=TruncDate("at")).filter(
        kind="need", key=OuterRef("key"), action=ACTION, day__gt=OuterRef("deadline")
    )
    passed = Need.objects.filter(
        ~Exists(told), hub_id=actor.hub_id, state=states.PUBLISHED, deadline__lt=timezone.localdate(now)
    )
    if not passed.exists():
        return 0
    with transaction.atomic():
        # Two clocks at once: the second waits here, and finds them told.
        Hub.objects.select_for_update().get(pk=actor.hub_id)
        rows = list(passed.values_list("key", "version"))
        for key, version in rows:
            record_change(
                hub_id=actor.hub_id,
                at=now,
                actor_id=None,
                actor_name=actor.name,
                kind="need",
                key=key,
                version=version,
                action=ACTION,
            )
    return len(rows)
