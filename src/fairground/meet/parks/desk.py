"""The park manager's desk, and who keeps what."""

from datetime import date, timedelta
from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import KEEP_PLACES, MANAGE_HUB
from fairground.accounts.errors import (
    AccountsError,
    EditConflictError,
    InvalidRecordError,
    MoveRefusedError,
    NotAllowedError,
    NotFoundError,
)
from fairground.accounts.keeping import end_place, give_place, kept_parks, kept_zones, state_park
from fairground.accounts.models import Organisation, PlaceKeeper
from fairground.accounts.policies import is_owner, readable
from fairground.collect.models import Platform
from fairground.collect.views import answers
from fairground.language.local_text import LocalText
from fairground.meet.core.service_requests import steps_from
from fairground.meet.parks.services import state_space_of_platform
from fairground.meet.requests import reading
from fairground.meet.requests.panels import numbers_of
from fairground.meet.requests.words import STEP_VERBS
from fairground.places.models import Park, Zone
from fairground.publish.addresses import record_address
from fairground.publish.profiles.places import park_place, zone_place
from fairground.web.reader import readers_language

MONTHS = (3, 6, 12)
_LISTED = 100
_MONTH = timedelta(days=30)


def said(zh: str, en: str) -> str:
    """Return the reader's text of a pair."""
    return zh if readers_language() == "zh" else en


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def show_desk(request: HttpRequest) -> HttpResponse:
    """The zones, parks and platforms of a park manager; POST writes the free space that was changed."""
    if not request.actor.may(KEEP_PLACES):
        raise NotFoundError
    if request.method == "POST":
        return _save_space(request)
    actor, now = request.actor, timezone.now()
    asked = request.GET.get("months", "")
    months = int(asked) if asked in {str(each) for each in MONTHS} else 6
    zones, parks = (
        list(kept_zones(actor)),
        list(kept_parks(actor).select_related("zone").order_by("region", "pk")),
    )
    platforms = _platforms(actor, zones, parks)
    old = now.date() - months * _MONTH
    return render(
        request,
        "meet/parks/desk.html",
        {
            "zones": [{"name": zone.name, "url": zone_place(zone).url} for zone in zones],
            "parks": [_park_row(park, old) for park in parks],
            "waiting": [
                {**reading.row_of(each, actor, now), "verb": STEP_VERBS[steps_from(each.state)[0]]}
                for each in reading.waiting_for(actor)
            ],
            **numbers_of(reading.answering_for(actor, now), now),
            "stale": [row for each in platforms if (row := _platform_row(actor, each, old))["is_old"]],
            "spaces": [
                row for each in platforms if (row := _platform_row(actor, each, old))["is_mine"]
            ],
            "months": months,
            "month_choices": MONTHS,
            "is_empty": not (zones or parks or platforms),
        },
    )  # fmt: skip


def _platforms(actor: Actor, zones: list[Zone], parks: list[Park]) -> list[Platform]:
    """Return the platforms of the kept places and of the actor's organisations, the longest unchecked first.

    One query.
    """
    mine = Q(organisation_id__in=actor.organisations) | Q(
        listed_park__in=[park.pk for park in parks]
    ) | Q(zone__in=[zone.pk for zone in zones])  # fmt: skip
    found = Platform.objects.filter(readable(actor), mine).exclude(state=states.WITHDRAWN)
    return list(
        found.select_related("organisation").order_by(F("checked_on").asc(nulls_first=True), "pk")[:_LISTED]
    )


def _platform_row(actor: Actor, platform: Platform, old: date) -> dict[str, Any]:
    return {
        "key": platform.key,
        "version": platform.version,
        "title": platform.title,
        "url": record_address("platform", platform.key),
        "edit_url": reverse("collect:edit", args=["platform", platform.key]),
        "checked_on": platform.checked_on,
        "is_old": platform.checked_on is None or platform.checked_on < old,
        "is_mine": is_owner(actor, platform),
        "free_space_m2": platform.free_space_m2,
        "state": platform.state,
        "demonstration": platform.demonstration,
    }


def _park_row(park: Park, old: date) -> dict[str, Any]:
    return {
        "key": park.key,
        "version": park.version,
        "name": park.name,
        "url": park_place(park).url,
        "free_space_m2": park.free_space_m2,
        "free_space_on": park.free_space_on,
        "checked_on": park.checked_on,
        "is_old": park.checked_on is None or park.checked_on < old,
        "demonstration": park.demonstration,
    }


def _save_space(request: HttpRequest) -> HttpResponse:
    """Write each number that was changed, or ticked as still right; one that fails keeps none of the others back."""
    actor, now, sent = request.actor, timezone.now(), request.POST
    written = waiting = 0
    for name in list(sent)[:400]:
        kind, _, key = name.partition(":")
        if kind not in ("park", "platform") or not _is_changed(sent, name):
            continue
        try:
            space = _space(sent[name])
            version = _version(sent.get(f"version:{key}", ""))
            if kind == "park":
                state_park(actor=actor, key=key, version=version, free_space_m2=space, now=now)
            else:
                waiting += state_space_of_platform(
                    actor=actor, key=key, version=version, free_space_m2=space, now=now
                )
            written += 1
        except NotFoundError:
            raise
        except InvalidRecordError as error:
            fault = next(iter(error.faults.values()))
            messages.error(
                request, f"{sent.get(f'name:{key}', '')[:80]} {fault.in_language(readers_language())}"
            )
        except (EditConflictError, MoveRefusedError, NotAllowedError) as error:
            messages.error(request, _why(sent.get(f"name:{key}", "")[:80], error))
    if written:
        messages.success(
            request,
            said(
                f"已更新{written}处" + (f"，其中{waiting}处等待编辑审核。" if waiting else "。"),
                f"{written} updated" + (f", {waiting} of them wait for an editor." if waiting else "."),
            ),
        )
    else:
        messages.info(request, said("没有改动。", "Nothing was changed."))
    return HttpResponseRedirect(reverse("meet:park_desk"))  # fmt: skip


def _why(name: str, error: AccountsError) -> str:
    if isinstance(error, EditConflictError):
        return said(
            f"{name}：别人刚改过，未写入。请核对后再填。",
            f"{name}: somebody changed it just now. Look again.",
        )
    return f"{name} {error.message.in_language(readers_language())}"


def _is_changed(sent: Any, name: str) -> bool:
    return bool(sent.get(f"same:{name}")) or sent[name].strip() != sent.get(f"was:{name}", "").strip()


def _space(text: str) -> int | None:
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    if not (plain.isascii() and plain.isdigit() and len(plain) < 10):
        raise InvalidRecordError(
            {"free_space_m2": LocalText("应为整数（平方米）。", "Write a whole number of square metres.")}
        )
    return int(plain)


def _version(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


@require_http_methods(["GET", "HEAD", "POST"])
@answers
def show_keepers(request: HttpRequest) -> HttpResponse:
    """Which organisation runs which zone and park; administrators change it."""
    actor = request.actor
    if not actor.may(MANAGE_HUB):
        raise NotFoundError
    if request.method == "POST":
        if "end" in request.POST:
            end_place(actor=actor, keeper_id=_version(request.POST["end"]), now=timezone.now())
        else:
            kind, _, code = request.POST.get("place", "").partition(":")
            organisation = request.POST.get("organisation", "").strip().rpartition(" ")[2][:40]
            try:
                give_place(
                    actor=actor, organisation_key=organisation, now=timezone.now(),
                    zone_code=code if kind == "zone" else "", park_key=code if kind == "park" else "",
                )  # fmt: skip
            except NotFoundError:
                messages.error(
                    request,
                    said("找不到该单位或地点，请从列表中选择。", "Not found: choose both from the lists."),
                )  # fmt: skip
        return HttpResponseRedirect(reverse("meet:keepers"))
    keepers = PlaceKeeper.objects.filter(hub_id=actor.hub_id).select_related("organisation", "zone", "park")
    organisations = Organisation.objects.filter(readable(actor), state=states.PUBLISHED).order_by("pk")
    return render(
        request,
        "meet/parks/keepers.html",
        {
            "keepers": [
                {
                    "pk": keeper.pk,
                    "organisation": keeper.organisation.title,
                    "organisation_url": record_address("organisation", keeper.organisation.key),
                    "place": keeper.zone.name if keeper.zone else keeper.park.name if keeper.park else None,
                    "since": keeper.since,
                }
                for keeper in keepers
            ],
            "zones": Zone.objects.order_by("region", "code"),
            "parks": Park.objects.order_by("region", "pk"),
            "organisations": list(organisations.values_list("key", "title")[:2000]),
        },
    )
