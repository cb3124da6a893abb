"""What a record of an introduction is called to a side, or to its broker: nothing that they may not read any more.

While an introduction is open, its sides read what its published records are called, as when it began. Once it is over
the policy decides alone: what was withdrawn may be written anew, and that is nobody's business but its author's.
"""

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.core import states
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.match.core.introductions import OPEN
from fairground.match.models import Introduction

CLOSED = LocalText("一条不再公开的记录", "a record that is no longer open")


def with_what_is_read(found: QuerySet[Introduction], actor: Actor) -> QuerySet[Introduction]:
    """Add the records, and whether the actor may read each: what the functions below look at."""
    records = Record.objects.filter(readable(actor))
    return found.select_related("target", "own").annotate(
        reads_target=Exists(records.filter(pk=OuterRef("target_id"))),
        reads_own=Exists(records.filter(pk=OuterRef("own_id"))),
    )


def is_named(introduction: Any, record: Record) -> bool:
    """Tell whether a record of the introduction may be named to whom `with_what_is_read` asked for."""
    reads: bool = introduction.reads_target if record.pk == introduction.target_id else introduction.reads_own
    return reads or (introduction.state in OPEN and record.state == states.PUBLISHED)


def title_of(introduction: Any, record: Record) -> LocalText:
    """Return what a record of the introduction is called."""
    title: LocalText = record.title
    return title if is_named(introduction, record) else CLOSED


def title_to_tell(introduction: Any) -> LocalText:
    """Return by which title a line of news calls an introduction: that of its target, else of the other record."""
    for record in (introduction.target, introduction.own):
        if record is not None and is_named(introduction, record):
            title: LocalText = record.title
            return title
    return CLOSED
