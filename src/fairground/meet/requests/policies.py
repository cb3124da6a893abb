"""Who reads and who answers a service request. One rule for page, desk, notice, mail, counts and export."""

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.keeping import kept_parks, kept_zones
from fairground.meet.models import ServiceRequest


def asked_by(actor: Actor) -> Q:
    """The requests that the actor holds: their own, and those of an organisation whose people they manage."""
    if actor.user_id is None:
        return Q(pk__in=[])
    own = Q(asker_id=actor.user_id) & (
        Q(organisation__isnull=True) | Q(organisation_id__in=actor.organisations)
    )
    return Q(hub_id=actor.hub_id) & (own | Q(organisation_id__in=actor.managed))


def answered_by(actor: Actor) -> Q:
    """The requests that the actor answers: of a platform they speak for, and of places they keep.

    For an organisation speak those who act for it; for a platform without one its author. A role alone opens nothing:
    no editor and no administrator reads what was asked.
    """
    if actor.user_id is None:
        return Q(pk__in=[])
    parks, zones = kept_parks(actor).values("pk"), kept_zones(actor).values("pk")
    return Q(hub_id=actor.hub_id) & (
        Q(platform__organisation_id__in=actor.organisations)
        | Q(platform__organisation__isnull=True, platform__created_by_id=actor.user_id)
        | Q(park__in=parks)
        | Q(platform__listed_park__in=parks)
        | Q(platform__zone__in=zones)
    )


def read_by(actor: Actor) -> Q:
    """The requests whose words the actor reads: both sides, nobody else."""
    return asked_by(actor) | answered_by(actor)


def is_asker(actor: Actor, request: ServiceRequest) -> bool:
    """Tell whether the actor holds this request: the same as `asked_by`, on an object at hand."""
    if actor.user_id is None or request.hub_id != actor.hub_id:
        return False
    if request.organisation_id in actor.managed:
        return True
    return request.asker_id == actor.user_id and (
        request.organisation_id is None or request.organisation_id in actor.organisations
    )
