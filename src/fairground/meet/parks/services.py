"""What a park manager writes from the desk. Platforms are records: a published one goes by a second pair of eyes."""

from datetime import datetime

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.errors import NotFoundError
from fairground.accounts.models import Record, Revision
from fairground.accounts.services import change_record, propose_revision
from fairground.language.local_text import LocalText

NOTE = LocalText("更新可用面积与核对日期", "Free space and the day it was checked")


@transaction.atomic
def state_space_of_platform(
    *, actor: Actor, key: str, version: int, free_space_m2: int | None, now: datetime
) -> bool:
    """Write the free space of one's own platform, checked today; tell whether it waits for an editor.

    What an open revision proposes besides stays in it. Raises NotFoundError, NotAllowedError, EditConflictError,
    MoveRefusedError, InvalidRecordError.
    """
    head = Record.objects.select_for_update().filter(hub_id=actor.hub_id, key=key, kind="platform").first()
    if head is None:
        raise NotFoundError
    values = {"free_space_m2": free_space_m2, "checked_on": now.date().isoformat()}
    if head.state != states.PUBLISHED:
        change_record(actor=actor, key=key, values=values, version=version, now=now)
        return False
    standing = Revision.objects.filter(record_id=head.pk, state=Revision.State.OPEN).first()
    # A proposal that began from an older version would be refused when it is decided; it is not mended here.
    kept = standing.values if standing is not None and standing.base_version == version else {}
    note = f"{NOTE.zh} / {NOTE.en}"
    propose_revision(actor=actor, key=key, values={**kept, **values}, version=version, now=now, note=note)
    return True
