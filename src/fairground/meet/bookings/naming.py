"""What a booking calls the thing booked, for one reader.

While it is to come its two sides read what it is called, also when its record is not public any more. Once it is over
that goes by the record's own rule again: what was withdrawn is not named to the other side, whatever its author makes
of it.
"""

from django.db.models import Exists, OuterRef, QuerySet

from fairground.accounts.actors import Actor
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.meet.core import reservations as core
from fairground.meet.models import Reservation, Resource

UNNAMED = LocalText("一处设施", "a facility")


def with_what_is_read(found: QuerySet[Reservation], actor: Actor) -> QuerySet[Reservation]:
    """Return bookings with their resource and record, and with `is_readable`: whether the actor may read the record."""
    return found.select_related("resource__record", "holder", "organisation").annotate(
        is_readable=Exists(Record.objects.filter(readable(actor), pk=OuterRef("resource__record_id")))
    )


def name_of(reservation: Reservation) -> LocalText:
    """Return what was booked, for the reader it was asked for (see `with_what_is_read`)."""
    if is_named(reservation):
        return name_of_resource(reservation.resource)
    return UNNAMED


def is_named(reservation: Reservation) -> bool:
    """Tell whether the reader may read what was booked."""
    return bool(getattr(reservation, "is_readable", False)) or reservation.state in core.LIVE


def name_of_resource(resource: Resource) -> LocalText:
    """Return the title of a record, with the device behind it where only that is booked."""
    title = resource.record.title if resource.record is not None else UNNAMED
    if not resource.device:
        return title
    zh, en = (
        f"{title.in_language(language)}{gap}{resource.device.in_language(language)}"
        for language, gap in (("zh", " · "), ("en", " · "))
    )
    return LocalText(zh, en)
