"""Who may see a calendar, who booked, and who answers. One rule for page, desk, calendar file, mail and export."""

from typing import Any

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.meet.models import Reservation, Resource


def seen(actor: Actor) -> Q:
    """The resources whose rule and free/busy calendar the actor may see: those whose record they may read."""
    return Q(hub_id=actor.hub_id, record__in=Record.objects.filter(readable(actor)))


def bookable(actor: Actor) -> Q:
    """The resources the actor may ask for: their record is published, and they take requests."""
    return seen(actor) & Q(is_open=True, record__state=states.PUBLISHED, rule__isnull=False)


def kept(actor: Actor) -> Q:
    """The resources whose requests the actor answers: they speak for the record, or for the platform it belongs to.

    A facility's people are those of its organisation; a park's manager keeps what belongs to the park's platforms. A
    role alone opens nothing: no editor and no administrator reads who booked.
    """
    return Q(hub_id=actor.hub_id, record__in=Record.objects.filter(may_keep(actor)))


def may_keep(actor: Actor) -> Q:
    """The records for which the actor may make a booking rule: a Q on Record, the same as `kept`."""
    if actor.user_id is None:
        return Q(pk__in=[])
    mine = _spoken_for(actor, "")
    return Q(hub_id=actor.hub_id) & (mine | _spoken_for(actor, "as_facility__platform__"))


def _spoken_for(actor: Actor, prefix: str) -> Q:
    """For an organisation speak those who act for it now, whoever wrote the record; else its author alone."""
    alone = {f"{prefix}organisation__isnull": True, f"{prefix}created_by_id": actor.user_id}
    return Q(**{f"{prefix}organisation_id__in": actor.organisations}) | Q(**alone)


def keeps(actor: Actor, record: Any) -> bool:
    """Tell whether the actor may make a booking rule for a record: the same as `may_keep`, on an object at hand."""
    if actor.user_id is None or record.hub_id != actor.hub_id:
        return False
    places = [record, record.platform] if getattr(record, "platform_id", None) else [record]
    return any(
        place.organisation_id in actor.organisations
        if place.organisation_id
        else place.created_by_id == actor.user_id
        for place in places
    )


def held(actor: Actor) -> Q:
    """The reservations the actor holds.

    Their own; those they asked for on behalf of an organisation, while they act for it; and all of an organisation
    whose people they manage, so that nobody's leaving loses a booking.
    """
    if actor.user_id is None:
        return Q(pk__in=[])
    own = Q(holder_id=actor.user_id) & (
        Q(organisation__isnull=True) | Q(organisation_id__in=actor.organisations)
    )
    return Q(hub_id=actor.hub_id) & (own | Q(organisation_id__in=actor.managed))


def answered(actor: Actor) -> Q:
    """The reservations of the resources the actor keeps."""
    return Q(hub_id=actor.hub_id, resource__in=Resource.objects.filter(kept(actor)))


def read_by(actor: Actor) -> Q:
    """The reservations whose holder and purpose the actor may read: holder and facility, nobody else."""
    return held(actor) | answered(actor)


def is_holder(actor: Actor, reservation: Reservation) -> bool:
    """Tell whether the actor holds this reservation: the same as `held`, on an object at hand."""
    if actor.user_id is None or reservation.hub_id != actor.hub_id:
        return False
    organisation = reservation.organisation_id
    if organisation in actor.managed:
        return True
    return reservation.holder_id == actor.user_id and (
        organisation is None or organisation in actor.organisations
    )
