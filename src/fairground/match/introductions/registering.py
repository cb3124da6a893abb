"""What introductions tell the rest of the house when Django starts."""

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.files.holders import register_holder
from fairground.match.catalogue.selectors import exclude_partners
from fairground.match.introductions import held, notices
from fairground.match.introductions.blocks import hidden_partners
from fairground.match.introductions.panels import ask_panel, waiting_panel
from fairground.match.introductions.thread import files_held_by
from fairground.web.panels import register_panel


def register() -> None:
    """Register panels, notices, files, and what is held on a person."""
    register_panel("record", ask_panel, order=5)
    register_panel("desk", waiting_panel, order=5)
    exclude_partners(_blocked)
    register_holder(files_held_by)
    notices.register()
    held.register()


def _blocked(actor: Actor, record: Record | None) -> Q | None:
    """Leave whom the reader's side blocks out of the pairs they are shown."""
    return hidden_partners(actor) if actor.user_id is not None else None
