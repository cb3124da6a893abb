"""What both sides' yes opens, as grants, and closing it again. Called under the lock of the introduction."""

from datetime import datetime

from fairground.accounts.actors import system
from fairground.accounts.grants import give_grant, revoke_grant
from fairground.accounts.models import Grant, Record
from fairground.match.core import introductions as core
from fairground.match.core.introductions import ASKING
from fairground.match.introductions.standing import standing_of
from fairground.match.models import Introduction
from fairground.match.policies import organisation_of, speaker_of


def sync_grants(introduction: Introduction, *, now: datetime) -> None:
    """Let the grants of an introduction be exactly what its rules open. A second call changes nothing.

    A grant that stood before, or that another running introduction gave too, is not closed with this one.
    """
    wanted = _wanted(introduction)
    linked = list(introduction.grants.select_related("record").order_by("record__key", "scope", "pk"))
    standing = [grant for grant in linked if grant.revoked_at is None]
    # In the order of the records' keys, so that two introductions over the same records cannot wait for each other.
    for grant in standing:
        if _subject(grant) not in wanted and not _is_shared(grant, introduction):
            revoke_grant(
                actor=system(introduction.hub_id),
                grant_id=grant.pk,
                now=now,
                reason=f"introduction {introduction.key}",
            )
    there = {_subject(grant) for grant in standing}
    for record_key, scope, user_id, organisation_id in sorted(wanted - there, key=str):
        _give(introduction, record_key, scope, user_id, organisation_id, now)


_Subject = tuple[str, str, int | None, int | None]  # record key, scope, user, organisation


def _subject(grant: Grant) -> _Subject:
    return grant.record.key, grant.scope, grant.user_id, grant.organisation_id


def _wanted(introduction: Introduction) -> set[_Subject]:
    wanted: set[_Subject] = set()
    for side, scope in core.open_scopes(standing_of(introduction)):
        record = introduction.target if side == ASKING else introduction.own
        organisation, speaker = organisation_of(introduction, side), speaker_of(introduction, side)
        if record is not None and (organisation or speaker):
            wanted.add((record.key, scope, None if organisation else speaker, organisation))
    return wanted


def _give(
    introduction: Introduction,
    record_key: str,
    scope: str,
    user_id: int | None,
    organisation_id: int | None,
    now: datetime,
) -> None:
    # The owners said yes; they may have left since, so the house gives it in their name, and the log says why.
    Record.objects.select_for_update().get(key=record_key)
    known = set(
        Grant.objects.filter(record__key=record_key, revoked_at__isnull=True).values_list("pk", flat=True)
    )
    grant = give_grant(
        actor=system(introduction.hub_id),
        record_key=record_key,
        scope=scope,
        reason=f"introduction {introduction.key}",
        now=now,
        user_id=user_id,
        organisation_id=organisation_id,
    )
    if grant.pk not in known or Introduction.objects.filter(grants=grant, state=core.AGREED).exists():
        introduction.grants.add(grant)


def _is_shared(grant: Grant, introduction: Introduction) -> bool:
    others = Introduction.objects.filter(grants=grant, state=core.AGREED).exclude(pk=introduction.pk)
    return bool(others.exists())
