"""Writing records: add, change, move through the states, revise. One way for pages, imports, commands and the clock.

Every function checks the policy, changes the record and adds to the log in one transaction. `version` is the version
the writer saw; another one standing now raises EditConflictError and changes nothing. A call repeated with the
version it began with therefore changes nothing a second time.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import ProtectedError

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.core.roles import ADD_RECORDS, REVIEW_RECORDS
from fairground.accounts.core.states import MOVES
from fairground.accounts.errors import EditConflictError, MoveRefusedError, NotAllowedError, NotFoundError
from fairground.accounts.kinds import CONTACT, Kind, kind_of
from fairground.accounts.models import Record, Revision, RoleAssignment
from fairground.accounts.policies import can_review, is_owner, readable
from fairground.accounts.values import FindRecord, FindZone, apply, snapshot, zone_with_code
from fairground.audit.services import record_change

# A first offer or need makes its author an offerer or a need owner: nobody has to ask for that.
_ROLE_BY_KIND = {"offer": "offerer", "need": "need_owner"}


@transaction.atomic
def add_record(
    *,
    actor: Actor,
    kind_code: str,
    values: Mapping[str, Any],
    now: datetime,
    demonstration: bool = False,
    reference: str = "",
    publish: bool = False,
    reason: str = "",
) -> Record:
    """Add a record as a draft; the system itself may publish it at once.

    Raises UnknownKindError, NotAllowedError, InvalidRecordError.
    """
    kind = kind_of(kind_code)
    check_may_add(actor, kind, publish=publish)
    record, many = prepare_record(
        actor,
        kind,
        values,
        now=now,
        demonstration=demonstration,
        reference=reference,
        publish=publish,
        find_record=_finder(actor),
    )
    record.save()
    for name, records in many.items():
        getattr(record, name).set(records)
    record_change(**logged(actor, record, kind, "add", {}, now=now, reason=reason))
    give_first_role(actor, kind, now=now)
    return record


def check_may_add(actor: Actor, kind: Kind, *, publish: bool) -> None:
    """Raise NotAllowedError where the actor may not add records of this kind, or not publish them at once."""
    if not (actor.may(kind.added_with) or (kind.added_with == ADD_RECORDS and actor.managed)):
        raise NotAllowedError(
            f"您的角色不能添加{kind.label.zh}。请联系管理员。",
            f"Your role cannot add this kind of record ({kind.label.en.lower() if kind.label.en else ''}). "
            "Ask an administrator of the hub.",
        )
    if publish and not actor.is_system:
        raise NotAllowedError(
            "发布须由另一位编辑审核。", "Publishing takes a second pair of eyes: submit the draft."
        )


def prepare_record(
    actor: Actor,
    kind: Kind,
    values: Mapping[str, Any],
    *,
    now: datetime,
    demonstration: bool,
    reference: str,
    publish: bool,
    find_record: FindRecord,
    find_zone: FindZone = zone_with_code,
) -> tuple[Record, dict[str, list[Record]]]:
    """Return a new record, checked and not saved, and what to set on it once it is.

    Raises NotAllowedError, InvalidRecordError.
    """
    record = kind.model(
        hub_id=actor.hub_id,
        kind=kind.code,
        state=states.PUBLISHED if publish else states.DRAFT,
        demonstration=demonstration,
        reference=reference,
        created_by_id=actor.user_id,
        changed_by_id=actor.user_id,
        created_at=now,
        changed_at=now,
        published_at=now if publish else None,
    )
    many = apply(record, values, find_record=find_record, find_zone=find_zone)
    _check_organisation(actor, record)
    return record, many


def give_first_role(actor: Actor, kind: Kind, *, now: datetime) -> None:
    """Make the author of a first offer or need an offerer or a need owner. A second call changes nothing."""
    role = _ROLE_BY_KIND.get(kind.code)
    if role and actor.user_id is not None and role not in actor.roles:
        RoleAssignment.objects.get_or_create(
            user_id=actor.user_id, hub_id=actor.hub_id, role=role, until=None, defaults={"since": now}
        )


@transaction.atomic
def change_record(
    *, actor: Actor, key: str, values: Mapping[str, Any], version: int, now: datetime, reason: str = ""
) -> Record:
    """Change a draft, one's own. A published record is changed by `propose_revision`, except by the system.

    Raises NotFoundError, NotAllowedError, EditConflictError, MoveRefusedError, InvalidRecordError.
    """
    record, kind = lock_record(actor, key)
    if not is_owner(actor, record):
        raise NotAllowedError(
            "只有所属单位或作者可以修改。", "Only its author or organisation changes this record."
        )
    if record.state != states.DRAFT and not actor.is_system:
        raise MoveRefusedError(
            "该记录不是草稿。已发布的记录请提交修订；审核中的请先撤回。",
            "This record is not a draft. Propose a revision of a published one; recall one that is in review.",
        )
    _check_version(record, version)
    return _write(actor, record, kind, values, action="change", now=now, reason=reason)


@transaction.atomic
def move_record(
    *, actor: Actor, key: str, move: str, version: int, now: datetime, reason: str = ""
) -> Record:
    """Make one step of the state machine, see `core.states`.

    Raises NotFoundError, NotAllowedError, EditConflictError, MoveRefusedError.
    """
    step = MOVES[move]
    record, _ = lock_record(actor, key)
    as_owner = states.OWNER in step.by and is_owner(actor, record)
    as_editor = states.EDITOR in step.by and can_review(actor, record)
    if not (as_owner or as_editor or actor.is_system):
        raise NotAllowedError(
            "这一步须由另一位有权限的人完成：作者不能审核自己的记录。",
            "Somebody else has to take this step: nobody reviews a record of their own.",
        )
    _check_version(record, version)
    if record.state not in step.sources:
        raise MoveRefusedError(
            "记录的状态已改变，这一步不再适用。请刷新页面。",
            "The record's state has changed and this step no longer applies. Load the page again.",
        )
    if step.needs_reason and not reason.strip():
        raise MoveRefusedError("请写明理由。", "Say why: the other side reads the reason.")
    if move == "renew" and record.valid_until and record.valid_until < now.date():
        raise MoveRefusedError("请先填写新的有效期。", "Give it a new date of validity first.")
    before = {"state": record.state}
    record.state = step.target
    if step.name == "submit":
        record.submitted_by_id = actor.user_id
    if step.target == states.PUBLISHED:
        record.published_at = record.published_at or now
    record.version += 1
    record.changed_at = now
    record.changed_by_id = actor.user_id
    record.save()
    _record_move(actor, record, step.name, before, now=now, reason=reason)
    if step.target == states.WITHDRAWN:
        Revision.objects.filter(record=record, state=Revision.State.OPEN).update(
            state=Revision.State.RECALLED, decided_at=now
        )
    return record


@transaction.atomic
def renew_record(
    *, actor: Actor, key: str, valid_until: str, version: int, now: datetime, reason: str = ""
) -> Record:
    """Give an expired or published record a new date of validity and publish it again.

    Raises NotFoundError, NotAllowedError, EditConflictError, MoveRefusedError, InvalidRecordError.
    """
    record, kind = lock_record(actor, key)
    if not (is_owner(actor, record) or can_review(actor, record)):
        raise NotAllowedError(
            "只有所属单位或编辑可以续期。", "Only its organisation or an editor renews this record."
        )
    _check_version(record, version)
    if record.state not in (states.EXPIRED, states.PUBLISHED):
        raise MoveRefusedError(
            "只有已发布或已过期的记录可以续期。", "Only a published or expired record is renewed."
        )
    if valid_until <= now.date().isoformat():
        raise MoveRefusedError("新的有效期应晚于今天。", "The new date of validity lies in the future.")
    record.state = states.PUBLISHED
    return _write(actor, record, kind, {"valid_until": valid_until}, action="renew", now=now, reason=reason)


@transaction.atomic
def delete_draft(*, actor: Actor, key: str, version: int, now: datetime) -> None:
    """Delete one's own draft that nobody but its owners ever saw; the log keeps that there was one.

    Raises NotFoundError, NotAllowedError, EditConflictError, MoveRefusedError.
    """
    record, _ = lock_record(actor, key)
    if not is_owner(actor, record):
        raise NotAllowedError(
            "只有所属单位或作者可以删除。", "Only its author or organisation deletes this draft."
        )
    _check_version(record, version)
    if record.state != states.DRAFT or record.published_at is not None:
        raise MoveRefusedError(
            "只能删除从未发布的草稿；已发布的请撤下。",
            "Only a draft that was never published is deleted; withdraw a published record.",
        )
    record.version += 1
    _record_move(actor, record, "delete", {}, now=now, reason="")
    try:
        record.delete()
    except ProtectedError:
        raise MoveRefusedError(
            "其他记录引用了这份草稿。请先改去引用。",
            "Other records refer to this draft. Change those first.",
        ) from None


@transaction.atomic
def propose_revision(
    *, actor: Actor, key: str, values: Mapping[str, Any], version: int, now: datetime, note: str = ""
) -> Revision:
    """Lay new values of a published record before an editor; they are checked now and written when accepted.

    A second proposal replaces the open one of the same record. Raises NotFoundError, NotAllowedError,
    EditConflictError, MoveRefusedError, InvalidRecordError.
    """
    record, kind = lock_record(actor, key)
    if not is_owner(actor, record):
        raise NotAllowedError(
            "只有所属单位或作者可以修改。", "Only its author or organisation changes this record."
        )
    if record.state != states.PUBLISHED:
        raise MoveRefusedError(
            "只有已发布的记录需要修订。", "Only a published record is revised; a draft is simply changed."
        )
    _check_version(record, version)
    apply(record, values, find_record=_finder(actor))
    _check_organisation(actor, record)
    revision, _ = Revision.objects.update_or_create(
        record_id=record.pk,
        state=Revision.State.OPEN,
        defaults={
            "values": dict(values),
            "base_version": version,
            "note": note,
            "author_id": actor.user_id,
            "created_at": now,
        },
    )
    stored = kind.model.objects.get(pk=record.pk)
    _record_move(actor, stored, "propose", {}, now=now, reason=note)
    return revision


@transaction.atomic
def decide_revision(
    *, actor: Actor, revision_id: int, accept: bool, now: datetime, reason: str = ""
) -> Record:
    """Accept or return a revision, as a second pair of eyes.

    Raises NotFoundError, NotAllowedError, EditConflictError, MoveRefusedError, InvalidRecordError.
    """
    revision = Revision.objects.select_related("record").filter(pk=revision_id).first()
    if revision is None or revision.record.hub_id != actor.hub_id:
        raise NotFoundError
    record, kind = lock_record(actor, revision.record.key)
    revision.refresh_from_db()
    if revision.author_id == actor.user_id or not can_review(actor, record):
        raise NotAllowedError("修订须由另一位编辑审核。", "A revision takes another editor's eyes.")
    if revision.state != Revision.State.OPEN:
        raise MoveRefusedError("该修订已处理。", "This revision was decided already.")
    if not accept and not reason.strip():
        raise MoveRefusedError("请写明理由。", "Say why: the author reads the reason.")
    if accept:
        _check_version(record, revision.base_version)
        record = _write(actor, record, kind, revision.values, action="revise", now=now, reason=reason)
    else:
        _record_move(actor, record, "return_revision", {}, now=now, reason=reason)
    revision.state = Revision.State.ACCEPTED if accept else Revision.State.RETURNED
    revision.decided_at = now
    revision.decided_by_id = actor.user_id
    revision.reason = reason
    revision.save()
    return record


def expire_records(*, actor: Actor, now: datetime) -> int:
    """Expire what is past its validity; return how many. Called by the clock; a second call finds nothing."""
    due = Record.objects.filter(
        hub_id=actor.hub_id, state=states.PUBLISHED, valid_until__lt=now.date()
    ).values_list("key", "version")
    for key, version in list(due):
        move_record(actor=actor, key=key, move="expire", version=version, now=now)
    return len(due)


def lock_record(actor: Actor, key: str) -> tuple[Record, Kind]:
    """Return a record the actor may see, locked until the transaction ends, with its kind. Raises NotFoundError."""
    head = Record.objects.filter(readable(actor), key=key).values_list("pk", "kind").first()
    if head is None:
        raise NotFoundError
    kind = kind_of(head[1])
    # The head alone is locked: every writer passes here, and outer joins cannot be locked on PostgreSQL.
    Record.objects.select_for_update().get(pk=head[0])
    return kind.model.objects.get(pk=head[0]), kind


def _check_version(record: Record, version: int) -> None:
    if record.version != version:
        name = record.changed_by.printed_name if record.changed_by else "Fairground"
        raise EditConflictError(name, record.version)


def _check_organisation(actor: Actor, record: Record) -> None:
    """Nobody speaks for an organisation they do not act for."""
    if actor.is_system or record.organisation_id is None or actor.may(REVIEW_RECORDS):
        return
    if record.organisation_id not in actor.organisations:
        raise NotAllowedError(
            "您不是该单位的成员。请先请该单位的管理人添加您。",
            "You do not act for this organisation. Ask one of its managers to add you first.",
        )


def _finder(actor: Actor) -> Any:
    def find(kind_code: str, key: str) -> Record | None:
        model = kind_of(kind_code).model
        found: Record | None = model.objects.filter(readable(actor), key=key).first()
        return found

    return find


def _write(
    actor: Actor,
    record: Record,
    kind: Kind,
    values: Mapping[str, Any],
    *,
    action: str,
    now: datetime,
    reason: str,
) -> Record:
    before = snapshot(kind.model.objects.get(pk=record.pk), kind)
    organisation_id = record.organisation_id
    many = apply(record, values, find_record=_finder(actor))
    if record.organisation_id != organisation_id:
        _check_organisation(actor, record)
    record.version += 1
    record.changed_at = now
    record.changed_by_id = actor.user_id
    record.save()
    for name, records in many.items():
        getattr(record, name).set(records)
    record_change(**logged(actor, record, kind, action, before, now=now, reason=reason))
    return record


def logged(
    actor: Actor,
    record: Record,
    kind: Kind,
    action: str,
    before: Mapping[str, Any],
    *,
    now: datetime,
    reason: str,
) -> dict[str, Any]:
    """Return the columns of a row of the log: the values that differ, personal ones where erasure reaches them."""
    after = snapshot(record, kind)
    differing = [name for name in {**before, **after} if before.get(name) != after.get(name)]
    personal = {name for name in differing if kind.personal or kind.fields[name].access == CONTACT}

    def part(values: Mapping[str, Any], names: set[str]) -> dict[str, Any]:
        return {name: values[name] for name in differing if name in names and name in values}

    open_names = set(differing) - personal
    return {
        "hub_id": record.hub_id,
        "at": now,
        "actor_id": actor.user_id,
        "actor_name": actor.name,
        "kind": record.kind,
        "key": record.key,
        "version": record.version,
        "action": action,
        "before": part(before, open_names),
        "after": part(after, open_names) | ({"state": record.state} if action in ("add", "renew") else {}),
        "personal": {"before": part(before, personal), "after": part(after, personal)} if personal else None,
        "reason": reason,
    }


def _record_move(
    actor: Actor, record: Record, action: str, before: Mapping[str, Any], *, now: datetime, reason: str
) -> None:
    record_change(
        hub_id=record.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=record.kind,
        key=record.key,
        version=record.version,
        action=action,
        before=before or None,
        after={"state": record.state} if before else None,
        reason=reason,
    )
