"""What belongs to a record, on its page: an organisation's offers and needs, a platform's facilities, a day's sessions.

Each panel asks the database once (an organisation's three times), by the policy of the reader; drafts never appear, not
even to their authors.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from django.db.models import Case, CharField, Count, F, IntegerField, Q, TextField, Value, When, Window
from django.db.models.functions import Cast, RowNumber
from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.kinds import kind_of
from fairground.accounts.models import Record
from fairground.accounts.policies import may_name, readable
from fairground.collect.models import Facility
from fairground.editions.models import Edition, Participation, Session
from fairground.language.local_text import LocalText
from fairground.publish.editions import programme_entries
from fairground.publish.labels import label_of
from fairground.publish.models import Exhibit, Publication
from fairground.web.panels import Panel

_TEMPLATE = "publish/panels/related.html"
_SHOWN = 6  # of one kind
_SESSIONS = 12
_ORDER = (
    "offer", "need", "platform", "facility", "dataset", "tool", "scenario",
    "publication", "exhibit", "session", "edition", "person",
)  # fmt: skip
_COLUMNS = ("key", "kind", "title", "region", "trl", "demonstration", "zone__name")


def organisation_panel(request: HttpRequest, record: Any) -> Panel | None:
    """What an organisation offers, needs, runs and hosts."""
    if record.kind != "organisation":
        return None
    # Looked up before: inside the condition they would make the database read all of a hub's records.
    hosted = [
        pk
        for model in (Session, Edition)
        for pk in _naming(model, "hosts", record.key).values_list("pk", flat=True)
    ]
    own = Record.objects.filter(Q(organisation_id=record.pk) | Q(pk__in=hosted))
    groups = _groups(
        request.actor,
        Q(pk__in=own.values("pk")),
        filters={"organisation": record.key},
    )
    return _panel(LocalText("该单位的成果、需求与平台", "What it offers, needs and runs"), groups)


def person_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The sessions at which a person speaks."""
    if record.kind != "person":
        return None
    groups = _groups(request.actor, Q(pk__in=_naming(Session, "speakers", record.key)))
    return _panel(LocalText("出席的场次", "Speaks at"), groups)


def facilities_panel(request: HttpRequest, record: Any) -> Panel | None:
    """A platform's facilities, then those of its zone; for a facility its neighbours."""
    if record.kind not in ("platform", "facility"):
        return None
    platform_id = record.pk if record.kind == "platform" else record.platform_id
    near = Q()
    if platform_id:
        near |= Q(platform_id=platform_id)
    if record.zone_id:
        near |= Q(zone_id=record.zone_id)
    if not near:
        return None
    here = Case(
        When(platform_id=platform_id, then=Value("own")), default=Value("zone"), output_field=CharField()
    )
    found = (
        Facility.objects.filter(readable(request.actor), near, kind="facility", state=states.PUBLISHED)
        .exclude(pk=record.pk)
        .annotate(group=here, in_group=Window(Count("pk"), partition_by=here))
        .order_by("group", "-published_at", "pk")
        .values(*_COLUMNS, "group", "in_group")
    )
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in found[: 2 * _SHOWN]:
        rows.setdefault(row["group"], []).append(row)
    labels = {
        "own": LocalText("本平台", "On this platform")
        if record.kind == "platform"
        else LocalText("同一平台", "On the same platform"),
        "zone": LocalText("同一高新区", "In the same zone"),
    }
    filters = {"own": None, "zone": {"kind": "facility", "zone": record.zone.code} if record.zone else None}
    groups = [
        _group(labels[code], entries[0]["in_group"], entries[:_SHOWN], request.actor, filters[code])
        for code, entries in rows.items()
    ]
    return _panel(LocalText("设施与设备", "Facilities and equipment"), groups)


def sessions_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The edition of a session, and what else is on the same day, or in the same module where no day is known."""
    if record.kind != "session" or record.edition_id is None:
        return None
    edition = record.edition
    if not may_name(request.actor, edition.pk, edition.state, edition.visibility):
        return None
    beside = Q(held_on=record.held_on) if record.held_on else Q(module=record.module)
    others = (
        Session.objects.filter(
            readable(request.actor), beside, edition_id=record.edition_id, state=states.PUBLISHED
        )
        .exclude(pk=record.pk)
        .order_by(F("starts_at").asc(nulls_last=True), "pk")
    )
    title = (
        LocalText("同一天的场次", "On the same day")
        if record.held_on
        else LocalText("同一板块的场次", "In the same module")
    )
    return Panel(
        title,
        "publish/panels/sessions.html",
        {
            "edition": {
                "title": edition.title,
                "starts": edition.starts_on,
                "ends": edition.ends_on,
                "url": reverse("publish:record", args=["edition", edition.key]),
            },
            "sessions": programme_entries(others[:_SESSIONS]),
        },
    )


def taking_part_panel(request: HttpRequest, record: Any) -> Panel | None:
    """What was released, shown and issued at an edition."""
    if record.kind != "edition":
        return None
    groups = _groups(
        request.actor,
        Q(pk__in=Participation.objects.filter(edition_id=record.pk).values("record_id"))
        | Q(pk__in=Publication.objects.filter(edition_id=record.pk).values("pk"))
        | Q(pk__in=Exhibit.objects.filter(edition_id=record.pk).values("pk")),
        filters={"edition": record.key},
    )
    return _panel(LocalText("发布与展出", "Released and shown"), groups)


def _naming(model: Any, column: str, key: str) -> Any:
    """Records of a kind whose structured column names another record by its key, as a sub-query."""
    # A key is twelve characters that occur nowhere else; both databases can look for it in the column's text.
    return (
        model.objects.annotate(_text=Cast(column, TextField()))
        .filter(_text__contains=f'"{key}"')
        .values("pk")
    )


def _groups(actor: Actor, where: Q, *, filters: Mapping[str, str] | None = None) -> list[Mapping[str, Any]]:
    """Return the first few records of each kind with the count of all. One query."""
    places = [When(kind=code, then=Value(place)) for place, code in enumerate(_ORDER)]
    found = (
        Record.objects.filter(readable(actor), where, state=states.PUBLISHED)
        .annotate(
            kind_place=Case(*places, default=Value(len(_ORDER)), output_field=IntegerField()),
            in_kind=Window(Count("pk"), partition_by="kind"),
            number=Window(RowNumber(), partition_by="kind", order_by=("-published_at", "-pk")),
        )
        .filter(number__lte=_SHOWN)
        .order_by("kind_place", "number")
        .values(*_COLUMNS, "in_kind")
    )
    rows: dict[str, list[Mapping[str, Any]]] = {}
    for row in found:
        rows.setdefault(row["kind"], []).append(row)
    return [
        _group(
            kind_of(code).plural,
            entries[0]["in_kind"],
            entries,
            actor,
            {"kind": code, **filters} if filters else None,
        )
        for code, entries in rows.items()
    ]


def _group(
    label: LocalText,
    count: int,
    rows: Iterable[Mapping[str, Any]],
    actor: Actor,
    filters: Mapping[str, str] | None,
) -> Mapping[str, Any]:
    entries = [
        {
            "title": row["title"],
            "url": reverse("publish:record", args=[row["kind"], row["key"]]),
            "place": row["zone__name"]
            or (label_of("region", row["region"], actor.hub_id) if row["region"] else None),
            "trl": row["trl"],
            "demonstration": row["demonstration"],
        }
        for row in rows
    ]
    more = count > len(entries) and filters
    return {
        "label": label,
        "count": count,
        "entries": entries,
        "all_url": f"{reverse('publish:catalogue')}?{urlencode(filters)}" if more and filters else "",
    }


def _panel(title: LocalText, groups: list[Mapping[str, Any]]) -> Panel | None:
    return Panel(title, _TEMPLATE, {"groups": groups}) if groups else None
