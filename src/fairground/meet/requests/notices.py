"""Telling both sides of a service request what happened. A notice names the platform or park, no word of theirs."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from django.db.models import Q, QuerySet
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.accounts.models import OrganisationMembership, PlaceKeeper, RoleAssignment
from fairground.accounts.notices.kinds import register_notice_kind
from fairground.accounts.notices.services import notify
from fairground.language.local_text import LocalText
from fairground.meet.core import service_requests as core
from fairground.meet.models import ServiceRequest
from fairground.meet.requests.policies import answered_by, asked_by

KIND, KIND_OF_ASKED = "service_request", "service_request_asked"
MOST_TOLD = 5

_TO_ASKER: Mapping[str, LocalText] = {
    core.ACCEPT: LocalText("服务申请已受理：{title}", "Your service request was accepted: {title}"),
    core.FINISH: LocalText("服务申请已办结：{title}", "Your service request is done: {title}"),
    core.DECLINE: LocalText("服务申请未能受理：{title}", "Your service request was declined: {title}"),
    core.FORWARD: LocalText("服务申请已转交：{title}", "Your service request was forwarded: {title}"),
    core.EXPIRE: LocalText("服务申请到期未答复：{title}", "Nobody answered your service request: {title}"),
    "message": LocalText("服务申请有新留言：{title}", "A word on your service request: {title}"),
}
_TO_KEEPERS: Mapping[str, LocalText] = {
    core.ASK: LocalText("有新的服务申请：{title}", "A service is asked for: {title}"),
    core.REMIND: LocalText("服务申请还在等您答复：{title}", "A service request still waits for you: {title}"),
    core.TAKE_BACK: LocalText("服务申请已撤回：{title}", "A service request was taken back: {title}"),
    core.EXPIRE: LocalText("服务申请到期未答复：{title}", "A service request expired unanswered: {title}"),
    "message": LocalText("服务申请有新留言：{title}", "A word on a service request: {title}"),
}
_NEXT: Mapping[str, LocalText] = {
    core.ASK: LocalText("请受理、转交，或说明为什么不能受理。", "Accept it, forward it, or say why not."),
    core.REMIND: LocalText(
        "答复率和答复时间会显示在概况页上。", "How many are answered, and how soon, stands on the profile."
    ),
    core.FORWARD: LocalText("新的平台会答复您，您无需再做什么。", "The other platform answers; wait for it."),
    core.DECLINE: LocalText("理由在页面上；可以向别的平台再问。", "The page says why. You can ask another platform."),
    core.EXPIRE: LocalText("可以向别的平台再问。", "Another platform may help."),
}  # fmt: skip


def register() -> None:
    """Make these kinds of notices known."""
    register_notice_kind(
        KIND,
        LocalText("我的服务申请", "My service requests"),
        LocalText("受理、办结、转交、未能受理，或有留言。", "Accepted, done, forwarded, declined, or a word on it."),
        opens=open_asked,
    )  # fmt: skip
    register_notice_kind(
        KIND_OF_ASKED,
        LocalText("收到的服务申请", "Service requests to answer"),
        LocalText(
            "有人向您的平台或园区申请服务，或还在等您答复。",
            "Somebody asks your platform or park for a service, or still waits for an answer.",
        ),
        opens=open_answered,
    )


def open_asked(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return what was asked, by key, for the requests among `keys` that the actor holds. One query."""
    return _titles(ServiceRequest.objects.filter(asked_by(actor), key__in=keys))


def open_answered(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return the same for the requests that the actor answers. One query."""
    return _titles(ServiceRequest.objects.filter(answered_by(actor), key__in=keys))


def _titles(found: QuerySet[ServiceRequest]) -> dict[str, LocalText]:
    rows = found.values_list("key", "platform__title", "park__name")
    return {key: title or name for key, title, name in rows}


def tell_asker(request: ServiceRequest, event: str, *, now: datetime, but: int | None = None) -> int:
    """Tell the asker's side, but for who did it; return how many were told. In the transaction of what happened."""
    return _tell(request, KIND, _TO_ASKER[event], event, _askers(request), now, but)


def tell_keepers(request: ServiceRequest, event: str, *, now: datetime, but: int | None = None) -> int:
    """Tell the people of the platform or park, but for who did it; return how many were told."""
    return _tell(request, KIND_OF_ASKED, _TO_KEEPERS[event], event, keepers_of(request), now, but)


def _tell(
    request: ServiceRequest,
    kind: str,
    subject: LocalText,
    event: str,
    people: Sequence[int],
    now: datetime,
    but: int | None,
) -> int:
    return notify(
        hub_id=request.hub_id,
        user_ids=[each for each in people if each != but],
        kind=kind,
        subject=subject,
        text=_NEXT.get(event, LocalText()),
        path=reverse("meet:service_request", args=[request.key]),
        about_key=request.key,
        now=now,
    )


def _askers(request: ServiceRequest) -> list[int]:
    if request.organisation_id is None:
        return [request.asker_id] if request.asker_id else []
    acting = _acting([request.organisation_id])
    if request.asker_id in [user for user, _ in acting]:
        return [request.asker_id] if request.asker_id else []
    return [user for user, is_manager in acting if is_manager][:MOST_TOLD]


def keepers_of(request: ServiceRequest) -> list[int]:
    """Return who is told for a place: the platform's people, and the park managers of the park or zone it stands in.

    Managers of an organisation before its other people. Four queries at most.
    """
    people: list[int] = []
    platform = request.platform
    if platform is not None and platform.organisation_id is None:
        people = [platform.created_by_id] if platform.created_by_id else []
    elif platform is not None:
        acting = _acting([platform.organisation_id])
        people = [user for user, is_manager in acting if is_manager] or [user for user, _ in acting]
    park = request.park or (platform.listed_park if platform else None)
    zones = {each for each in (park and park.zone_id, platform and platform.zone_id) if each}
    running = PlaceKeeper.objects.filter(Q(park=park) if park else Q(pk__in=[]), hub_id=request.hub_id)
    running = running | PlaceKeeper.objects.filter(zone_id__in=zones, hub_id=request.hub_id)
    organisations = set(running.values_list("organisation_id", flat=True))
    managers = set(
        RoleAssignment.objects.filter(
            hub_id=request.hub_id, role="park_manager", until__isnull=True
        ).values_list("user_id", flat=True)
    )
    people += [user for user, _ in _acting(organisations) if user in managers]
    return list(dict.fromkeys(people))[: 2 * MOST_TOLD]


def _acting(organisation_ids: Collection[int]) -> list[tuple[int, bool]]:
    return list(
        OrganisationMembership.objects.filter(
            organisation_id__in=list(organisation_ids),
            user__is_active=True,
            user__erased_at__isnull=True,
        )
        .order_by("pk")
        .values_list("user_id", "is_manager")
    )
