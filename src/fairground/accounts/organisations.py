"""Creating organisations, and merging two that are one."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, models, transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import MERGE_ORGANISATIONS
from fairground.accounts.errors import MergeRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.models import Organisation, OrganisationMembership, Record, Revision
from fairground.accounts.policies import readable
from fairground.accounts.services import add_record
from fairground.audit.services import record_change

_LONGEST_CHAIN = 50  # parents above an organisation; more is a loop somebody made by hand


@transaction.atomic
def create_organisation(*, actor: Actor, values: Mapping[str, Any], now: datetime) -> Record:
    """Add an organisation as a draft; who adds it becomes its manager.

    Raises NotAllowedError, InvalidRecordError.
    """
    if actor.user_id is None:
        raise NotAllowedError("请先登录。", "Sign in first.")
    record = add_record(actor=actor, kind_code="organisation", values=values, now=now)
    OrganisationMembership.objects.create(
        user_id=actor.user_id, organisation_id=record.pk, is_manager=True, since=now
    )
    record_change(
        hub_id=record.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind="membership",
        key=record.key,
        version=record.version,
        action="join",
        after={"member": actor.user_id, "manager": True},
    )
    return record


def standing_key(actor: Actor, key: str) -> str | None:
    """Return the key of the organisation that `key` was merged into, if the actor may see that one, or None.

    This is where an old address leads; the merged one itself is withdrawn and hidden from most.
    """
    merged = Organisation.objects.filter(hub_id=actor.hub_id, key=key, merged_into__isnull=False)
    found = (
        Organisation.objects.filter(readable(actor), pk__in=merged.values("merged_into"))
        .values_list("key", flat=True)
        .first()
    )
    return None if found is None else str(found)


@transaction.atomic
def merge_organisations(
    *,
    actor: Actor,
    kept_key: str,
    merged_key: str,
    kept_version: int,
    merged_version: int,
    now: datetime,
    reason: str,
) -> Organisation:
    """Make one organisation of two. Everything that pointed to the merged one points to the kept one afterwards.

    Names and identifiers of the merged one go to the kept one; the merged one is withdrawn and leads to the other.
    Every record that moved gets its own row in the log. All of it happens, or nothing.

    Raises NotFoundError, NotAllowedError, MergeRefusedError.
    """
    if not actor.may(MERGE_ORGANISATIONS):
        raise NotAllowedError(
            "合并单位由枢纽管理员进行。", "Organisations are merged by an administrator of the hub."
        )
    if not reason.strip():
        raise MergeRefusedError("请写明理由。", "Say why: the reason is kept with both.")
    kept, merged = _locked_pair(actor.hub_id, kept_key, merged_key)
    _check(kept, merged, kept_version, merged_version)
    before = {"aliases": list(kept.aliases), "ror": kept.ror, "uscc": kept.uscc}
    kept.aliases = _all_names(kept, merged)
    kept.ror, kept.uscc = kept.ror or merged.ror, kept.uscc or merged.uscc
    merged_parent = merged.parent
    _move_memberships(kept, merged)
    moved = _move_records(actor, kept, merged, now, reason)
    for pointing in references_to(Organisation):
        if pointing not in _MOVED_BY_HAND:
            _repoint(pointing, merged, kept)
    for pointing in references_to(Record):
        if pointing.model is not Revision and not pointing.remote_field.parent_link:
            _repoint(pointing, merged, kept)
    for revision in Revision.objects.filter(state=Revision.State.OPEN, values__organisation=merged.key):
        revision.values["organisation"] = kept.key
        revision.save(update_fields=["values"])
    Revision.objects.filter(record_id=merged.pk, state=Revision.State.OPEN).update(
        state=Revision.State.RECALLED, decided_at=now
    )
    kept.refresh_from_db(fields=["parent"])
    if kept.parent_id is None and merged_parent is not None and merged_parent.pk != kept.pk:
        kept.parent = merged_parent
    _write(actor, kept, now)
    merged.refresh_from_db(fields=["parent", "merged_into"])
    merged_before = {"state": merged.state}
    merged.state, merged.merged_into, merged.parent = states.WITHDRAWN, kept, None
    _write(actor, merged, now)
    after = {"aliases": list(kept.aliases), "ror": kept.ror, "uscc": kept.uscc}
    _log(
        actor, kept, now, reason,
        {name: value for name, value in before.items() if value != after[name]},
        {**{name: value for name, value in after.items() if value != before[name]}, "merged": merged.key},
    )  # fmt: skip
    _log(
        actor, merged, now, reason, merged_before,
        {"state": merged.state, "merged_into": kept.key, "moved_records": moved},
    )  # fmt: skip
    return kept


def references_to(model: type[models.Model]) -> tuple[models.ForeignKey, ...]:
    """Return every foreign key in the house that points to a table, of many-to-many relations too."""
    relations = model._meta.get_fields(include_hidden=True)
    found = [
        relation.field
        for relation in relations
        if relation.auto_created
        and not relation.concrete
        and (relation.one_to_many or relation.one_to_one)
        and relation.model is model
    ]
    return tuple(dict.fromkeys(found))


def _locked_pair(hub_id: int, kept_key: str, merged_key: str) -> tuple[Organisation, Organisation]:
    if kept_key == merged_key:
        raise MergeRefusedError("不能与自身合并。", "An organisation is not merged with itself.")
    # The heads, in the order of their numbers: two merges at once cannot wait for each other.
    heads = Record.objects.select_for_update().filter(hub_id=hub_id, key__in=(kept_key, merged_key))
    if len(heads.order_by("pk")) != 2:
        raise NotFoundError
    pair = {organisation.key: organisation for organisation in Organisation.objects.filter(pk__in=heads)}
    if len(pair) != 2:
        raise NotFoundError
    return pair[kept_key], pair[merged_key]


def _check(kept: Organisation, merged: Organisation, kept_version: int, merged_version: int) -> None:
    if (kept.version, merged.version) != (kept_version, merged_version):
        raise MergeRefusedError(
            "其中一条记录刚被修改。没有合并：请重新查看后再试。",
            "One of the two was changed just now. Nothing was merged: look at them again.",
        )
    if kept.merged_into_id or merged.merged_into_id:
        raise MergeRefusedError(
            "其中一个已并入别的单位。请改用现存的那一个。",
            "One of the two was merged already. Use the one that stands.",
        )
    for name, label in (("ror", "ROR"), ("uscc", "统一社会信用代码 / credit code")):
        ours, theirs = getattr(kept, name), getattr(merged, name)
        if ours and theirs and ours != theirs:
            raise MergeRefusedError(
                f"两者的{label}不同（{ours}、{theirs}）：登记上是两个单位。如有一个写错，请先更正。",
                f"They have different ids ({label}: {ours} and {theirs}): by the register they are two. "
                "If one is wrong, correct it first.",
            )
    above: Organisation | None = kept.parent
    for _ in range(_LONGEST_CHAIN):
        if above is None:
            return
        if above.pk == merged.pk:
            break
        above = above.parent
    raise MergeRefusedError(
        "要并入的单位隶属于另一方：合并后会成为自己的上级。请先更改上级单位，或反过来合并。",
        "The one to keep is part of the other: it would become its own parent. Change the parent first, or merge the "
        "other way round.",
    )


def _all_names(kept: Organisation, merged: Organisation) -> tuple[str, ...]:
    names = (*kept.aliases, merged.title.zh, merged.title.en, *merged.aliases)
    own = {kept.title.zh, kept.title.en}
    return tuple(dict.fromkeys(name for name in names if name and name not in own))


def _move_memberships(kept: Organisation, merged: Organisation) -> None:
    """Let the merged one's people act for the kept one; who manages either manages it."""
    standing = {membership.user_id: membership for membership in kept.memberships.all()}
    for membership in merged.memberships.all():
        twin = standing.get(membership.user_id)
        if twin is None:
            membership.organisation = kept
            membership.save(update_fields=["organisation"])
            continue
        if membership.is_manager and not twin.is_manager:
            twin.is_manager = True
            twin.save(update_fields=["is_manager"])
        membership.delete()


def _move_records(actor: Actor, kept: Organisation, merged: Organisation, now: datetime, reason: str) -> int:
    """Move what the merged one answered for and what was part of it, with one row of the log each."""
    moved = 0
    for record in Record.objects.select_for_update().filter(organisation_id=merged.pk).order_by("pk"):
        record.organisation_id = kept.pk
        _write(actor, record, now)
        _log(actor, record, now, reason, {"organisation": merged.key}, {"organisation": kept.key})
        moved += 1
    for part in Organisation.objects.filter(parent_id=merged.pk).order_by("pk"):
        part.parent_id = kept.pk
        _write(actor, part, now)
        _log(actor, part, now, reason, {"parent": merged.key}, {"parent": kept.key})
        moved += 1
    return moved


def _repoint(field: models.ForeignKey, merged: Organisation, kept: Organisation) -> None:
    """Point every row of one foreign key to the kept one; a row that would stand twice goes."""
    for row in field.model._base_manager.filter(**{field.name: merged.pk}).order_by("pk"):
        try:
            with transaction.atomic():
                field.model._base_manager.filter(pk=row.pk).update(**{field.attname: kept.pk})
        except IntegrityError:
            row.delete()


def _write(actor: Actor, record: Record, now: datetime) -> None:
    record.version += 1
    record.changed_at = now
    record.changed_by_id = actor.user_id
    record.save()


def _log(
    actor: Actor,
    record: Record,
    now: datetime,
    reason: str,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    record_change(
        hub_id=record.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=record.kind,
        key=record.key,
        version=record.version,
        action="merge",
        before=before,
        after=after,
        reason=reason,
    )


_MOVED_BY_HAND = (
    Record._meta.get_field("organisation"),
    Organisation._meta.get_field("parent"),
    OrganisationMembership._meta.get_field("organisation"),
)
