"""Who keeps which zones and parks: an organisation runs a place, and its park managers answer for it.

The rule: a person keeps a place when they have the role park manager in the hub and act for an organisation that runs
the place there. Whoever keeps a zone keeps its parks. Administrators of the hub say which organisation runs what.
"""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import KEEP_PLACES, MANAGE_HUB
from fairground.accounts.errors import EditConflictError, InvalidRecordError, NotAllowedError, NotFoundError
from fairground.accounts.models import Organisation, PlaceKeeper
from fairground.audit.services import record_change
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone

MOST_SPACE_M2 = 100_000_000


def keepings(actor: Actor) -> QuerySet[PlaceKeeper]:
    """Return what the actor's organisations run, where the actor is a park manager; none else."""
    if not actor.may(KEEP_PLACES) or actor.user_id is None:
        return PlaceKeeper.objects.none()
    return PlaceKeeper.objects.filter(hub_id=actor.hub_id, organisation_id__in=actor.organisations)


def kept_zones(actor: Actor) -> QuerySet[Zone]:
    """Return the zones that the actor keeps."""
    return Zone.objects.filter(pk__in=keepings(actor).filter(zone__isnull=False).values("zone_id"))


def kept_parks(actor: Actor) -> QuerySet[Park]:
    """Return the parks that the actor keeps: their own, and those in a zone of theirs."""
    mine = keepings(actor)
    return Park.objects.filter(
        Q(pk__in=mine.filter(park__isnull=False).values("park_id"))
        | Q(zone_id__in=mine.filter(zone__isnull=False).values("zone_id"))
    )


@transaction.atomic
def give_place(
    *, actor: Actor, organisation_key: str, zone_code: str = "", park_key: str = "", now: datetime
) -> PlaceKeeper:
    """Say that an organisation runs a zone or a park. A second call changes nothing.

    Raises NotAllowedError, NotFoundError.
    """
    _check_may_give(actor)
    organisation = Organisation.objects.filter(
        hub_id=actor.hub_id, key=organisation_key, merged_into__isnull=True
    ).first()
    zone = Zone.objects.filter(code=zone_code).first() if zone_code else None
    park = Park.objects.filter(key=park_key).first() if park_key else None
    if organisation is None or (zone is None) == (park is None):
        raise NotFoundError
    keeper, is_new = PlaceKeeper.objects.get_or_create(
        hub_id=actor.hub_id,
        organisation=organisation,
        zone=zone,
        park=park,
        defaults={"since": now, "given_by_id": actor.user_id},
    )
    if is_new:
        _log(actor, keeper, "give", now)
    return keeper


@transaction.atomic
def end_place(*, actor: Actor, keeper_id: int, now: datetime) -> bool:
    """Say that an organisation runs a place no longer; tell whether it did. A second call changes nothing.

    Raises NotAllowedError.
    """
    _check_may_give(actor)
    keeper = PlaceKeeper.objects.select_for_update().filter(pk=keeper_id, hub_id=actor.hub_id).first()
    if keeper is None:
        return False
    _log(actor, keeper, "end", now)
    keeper.delete()
    return True


@transaction.atomic
def state_park(
    *,
    actor: Actor,
    key: str,
    version: int,
    now: datetime,
    free_space_m2: int | None = None,
    policies: LocalText | None = None,
) -> Park:
    """Write what a park states now: its free space (None: not stated any more), and its policies where given.

    Today becomes the day of both. Raises NotFoundError for a park the actor does not keep, EditConflictError,
    InvalidRecordError.
    """
    number = kept_parks(actor).filter(key=key).values_list("pk", flat=True).first()
    if number is None:
        raise NotFoundError
    park = Park.objects.select_for_update().get(pk=number)
    if park.version != version:
        raise EditConflictError(LocalText("同事", "a colleague").zh or "", park.version)
    if free_space_m2 is not None and not 0 <= free_space_m2 <= MOST_SPACE_M2:
        raise InvalidRecordError(
            {
                "free_space_m2": LocalText(
                    "请填写 0 至 1 亿的整数。", "Write a whole number from 0 to 100 million."
                )
            }
        )
    before = _said(park)
    park.free_space_m2 = free_space_m2
    park.free_space_on = None if free_space_m2 is None else now.date()
    if policies is not None:
        park.policies = policies
    park.checked_on = now.date()
    park.version += 1
    park.save()
    record_change(
        hub_id=actor.hub_id, at=now, actor_id=actor.user_id, actor_name=actor.name, kind="park", key=park.key,
        version=park.version, action="change", before=before, after=_said(park),
    )  # fmt: skip
    return park


def _said(park: Park) -> dict[str, Any]:
    return {
        "free_space_m2": park.free_space_m2,
        "free_space_on": park.free_space_on and park.free_space_on.isoformat(),
        "policies": {"zh": park.policies.zh, "en": park.policies.en},
        "checked_on": park.checked_on and park.checked_on.isoformat(),
    }


def _check_may_give(actor: Actor) -> None:
    if not actor.may(MANAGE_HUB):
        raise NotAllowedError(
            "只有管理员可以指定园区运营单位。", "Only an administrator says which organisation runs a place."
        )


def _log(actor: Actor, keeper: PlaceKeeper, action: str, now: datetime) -> None:
    place = {"zone": keeper.zone.code} if keeper.zone else {"park": keeper.park.key if keeper.park else ""}
    said = {"organisation": keeper.organisation.key, **place}
    record_change(
        hub_id=actor.hub_id, at=now, actor_id=actor.user_id, actor_name=actor.name, kind="place_keeper",
        key=next(iter(place.values())), version=0, action=action,
        before=said if action == "end" else None, after=said if action == "give" else None,
    )  # fmt: skip
