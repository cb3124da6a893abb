"""What the page of one record shows."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import urlencode

from django.db.models import BooleanField, ExpressionWrapper
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.states import MOVES
from fairground.accounts.kinds import Kind, kind_of
from fairground.accounts.models import Organisation, Record
from fairground.accounts.policies import can_review, is_owner, may_name, opened, readable
from fairground.accounts.presentation import Item, present
from fairground.collect.attachments import attachment_rows
from fairground.language.local_text import LocalText
from fairground.publish.labels import label_of
from fairground.web import figures
from fairground.web.words import CHAIN

_SCOPES = ("protected", "contact")
# Shown above the groups, larger than they are.
_ON_TOP = frozenset({"title", "summary", "advantage"})
# Shown in the head of the page already.
_IN_HEAD = frozenset({"organisation", "fields", "provenance", "licence"})
NO_BREAK = "\N{NO-BREAK SPACE}"
_AT_THE_SIDE = ("facts", "source")
_LINKS = {
    "facility": ("platform",),
    "session": ("edition",),
    "publication": ("edition",),
    "exhibit": ("edition",),
}


def record_for_reader(actor: Actor, kind_code: str, key: str) -> Record | None:
    """Return a record the actor may see, with what its page needs; None for all others. Raises UnknownKindError."""
    model = kind_of(kind_code).model
    links = ("organisation", "zone", *_LINKS.get(kind_code, ()))
    found = model.objects.filter(readable(actor), key=key, kind=kind_code).select_related(*links)
    # A key is unique: `first` would order the rows, and to name seventy columns for that costs as much again.
    return next(iter(found), None)


def scopes_open_to(actor: Actor, record: Record) -> frozenset[str]:
    """Return which of 'protected' and 'contact' the actor may read of this record. One query, none for its owners."""
    if actor.user_id is None:
        return frozenset()
    if is_owner(actor, record):
        return frozenset(_SCOPES)
    of_record = Record.objects.filter(pk=record.pk)
    found = of_record.values_list(
        *(ExpressionWrapper(opened(actor, scope), BooleanField()) for scope in _SCOPES)
    ).get()
    return frozenset(scope for scope, is_open in zip(_SCOPES, found, strict=True) if is_open)


def page(actor: Actor, record: Any, language: str) -> dict[str, Any]:
    """Return the context of `publish/record.html` but for the panels of later stages."""
    kind = kind_of(record.kind)
    # That everybody may read it goes without saying; anything narrower is said.
    said = _ON_TOP | _IN_HEAD | ({"visibility"} if record.visibility == Record.Visibility.PUBLIC else set())
    scopes = scopes_open_to(actor, record)
    groups = present(record, language=language, opened=scopes, actor=actor, without=said)
    advantage = getattr(record, "advantage", None)
    shown: dict[str, dict[str, Any]] = {}
    for group in groups:
        items = list(group.items)
        if record.kind == "session":
            items = [_named_module(record, item) for item in items]
        if items or group.closed:
            shown[group.code] = {"label": group.label, "facts": items, "closed": group.closed}
    return {
        "record": _head(actor, record, kind),
        "advantage": advantage or None,
        "summary": record.summary or None,
        "chain": chain(record, kind),
        "groups": [group for code, group in shown.items() if code not in _AT_THE_SIDE],
        "side_facts": [fact for code in _AT_THE_SIDE if code in shown for fact in shown[code]["facts"]],
        "attachments": attachment_rows(actor, record, may_open="protected" in scopes),
        "actions": _actions(actor, record),
        "crumbs": [{"label": LocalText("目录", "Catalogue"), "url": reverse("publish:catalogue")}],
    }


def _named_module(session: Any, item: Item) -> Item:
    """Return the item of a session's module with the name its edition gives the module, not the code."""
    if item.name != "module" or session.edition is None:
        return item
    names = {module.code: module.name for module in session.edition.modules}
    return replace(item, shape="local_line", value=names.get(item.value, item.value))


def _head(actor: Actor, record: Record, kind: Kind) -> dict[str, Any]:
    catalogue = reverse("publish:catalogue")
    organisation = named_organisation(actor, record)
    return {
        "key": record.key,
        "map_url": _on_the_map(record, kind),
        "title": record.title,
        "kind": kind.code,
        "kind_label": kind.label,
        "kind_url": f"{catalogue}?kind={kind.code}",
        "organisation": organisation.title if organisation else None,
        "organisation_url": reverse("publish:record", args=["organisation", organisation.key])
        if organisation
        else "",
        "place": record.zone.name
        if record.zone
        else (label_of("region", record.region, actor.hub_id) if record.region else None),
        "fields": [
            {"label": label_of("field", code, actor.hub_id), "url": f"{catalogue}?field={code}"}
            for code in record.fields
        ],
        "state": record.state,
        "demonstration": record.demonstration,
        "published_at": record.published_at,
        "valid_until": record.valid_until,
        "licence": record.licence,
        "provenance": record.provenance if record.provenance.name or record.provenance.quote else None,
        "version": record.version,
        "history_url": reverse("publish:history", args=[kind.code, record.key]),
    }


def _on_the_map(record: Any, kind: Kind) -> str:
    """Return the map's address with a record that stands at a point of its own in the middle; '' for all others."""
    longitude, latitude = getattr(record, "longitude", None), getattr(record, "latitude", None)
    if longitude is None or latitude is None or record.state != states.PUBLISHED:
        return ""
    box = f"{longitude - 0.01:.4f},{latitude - 0.007:.4f},{longitude + 0.01:.4f},{latitude + 0.007:.4f}"
    return f"{reverse('publish:map')}?{urlencode({'kind': kind.code, 'bbox': box})}#{record.key}"


def named_organisation(actor: Actor, record: Record) -> Organisation | None:
    """Return the organisation behind a record where the actor may know it."""
    found: Organisation | None = record.organisation
    return found if found and may_name(actor, found.pk, found.state, found.visibility) else None


def chain(record: Record, kind: Kind) -> list[Mapping[str, Any]]:
    """Return the seven steps with where this record stands; what later stages know they add themselves."""
    if record.state == states.PUBLISHED:
        here, stopped = "publish", False
    elif record.state in (states.EXPIRED, states.WITHDRAWN):
        here, stopped = "publish", True
    else:
        here, stopped = ("review" if record.state == states.IN_REVIEW else "collect"), False
    steps = list(CHAIN)
    known = {
        "collect": _day(record.created_at, "收到于", "received"),
        "publish": _day(record.published_at, "发布于", "published"),
    }
    return [
        {
            "step": step,
            "position": ("stopped" if stopped else "here")
            if step == here
            else ("done" if steps.index(step) < steps.index(here) else "ahead"),
            "known": known.get(step),
        }
        for step in steps
    ]


def _day(moment: Any, zh: str, en: str) -> LocalText | None:
    if moment is None:
        return None
    day = timezone.localtime(moment).date()
    # A date stays in one piece under its narrow step.
    return LocalText(f"{zh}{figures.day(day, 'zh')}", f"{en} {figures.day(day, 'en').replace(' ', NO_BREAK)}")


def _actions(actor: Actor, record: Record) -> list[dict[str, Any]]:
    if actor.user_id is None:
        return []
    found = []
    if is_owner(actor, record):
        found.append(
            {
                "label": LocalText("修改", "Edit"),
                "url": reverse("collect:edit", args=[record.kind, record.key]),
                "primary": True,
            }
        )
    elif record.state in MOVES["withdraw"].sources and can_review(actor, record):
        found.append(
            {
                "label": LocalText("撤下", "Withdraw"),
                "url": reverse("publish:withdraw", args=[record.kind, record.key]),
            }
        )
    acts_for_it = record.pk in actor.organisations
    if record.kind == "organisation" and (acts_for_it or record.state == states.PUBLISHED):
        found.append(
            {
                "label": LocalText("成员与邀请", "People and invitations")
                if acts_for_it
                else LocalText("申请代表本单位", "Ask to act for it"),
                "url": reverse("accounts:members" if acts_for_it else "accounts:join", args=[record.key]),
            }
        )
    return found
