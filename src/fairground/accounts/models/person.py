"""People as they are printed: speakers, inventors, contacts. An account may belong to one."""

from django.db import models

from fairground.accounts.core.structures import Position
from fairground.accounts.models.record import Record
from fairground.database.structured import LocalTextField, StructuredField
from fairground.language.local_text import LocalText


class Person(Record):
    """A person with a page. The title is the name as printed; nothing is corrected or completed."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_person"
    )
    user = models.OneToOneField(
        "accounts.User", null=True, blank=True, on_delete=models.SET_NULL, related_name="person"
    )
    positions: tuple[Position, ...] = StructuredField(shape=tuple[Position, ...], default=tuple, blank=True)
    expertise: LocalText = LocalTextField()
    languages: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)
