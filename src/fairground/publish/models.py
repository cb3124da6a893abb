"""Tables of the catalogue: publications, exhibits, saved searches, and how far the index has read the log."""

from django.db import models

from fairground.accounts.models import Record
from fairground.database.structured import LocalTextField, StructuredField
from fairground.editions.models import Edition
from fairground.language.local_text import LocalText
from fairground.publish.core.structures import Signatory


class Publication(Record):
    """A report, standard, list, index, initiative, policy or declaration."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_publication"
    )
    publication_type = models.CharField(max_length=30, blank=True)  # code list 'publication_type'
    issued_on = models.DateField(null=True, blank=True)
    issued_year = models.PositiveSmallIntegerField(null=True, blank=True)
    identifier = models.CharField(max_length=200, blank=True)
    issuers: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)  # as printed
    signatories: tuple[Signatory, ...] = StructuredField(
        shape=tuple[Signatory, ...], default=tuple, blank=True
    )
    content: LocalText = LocalTextField()
    website = models.URLField(blank=True)
    edition = models.ForeignKey(
        Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="publications"
    )


class Exhibit(Record):
    """What stood in a hall of an edition, and the offers behind it."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_exhibit"
    )
    edition = models.ForeignKey(
        Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="exhibits"
    )
    venue: LocalText = LocalTextField()
    hall = models.CharField(max_length=60, blank=True)
    stand = models.CharField(max_length=60, blank=True)
    themes: LocalText = LocalTextField()
    # Any record can stand behind an exhibit; collect's offers are reached by their head.
    shown = models.ManyToManyField("accounts.Record", related_name="shown_in", blank=True)


class SavedSearch(models.Model):
    """A question a person wants to hear about again: by mail, or as a feed under an address nobody can guess."""

    class Every(models.TextChoices):
        NEVER = "never"
        DAY = "day"
        WEEK = "week"

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="saved_searches")
    name = models.CharField(max_length=200)
    query = models.JSONField()  # the address's parameters: name → list of values
    every = models.CharField(max_length=5, choices=Every.choices, default=Every.NEVER)
    feed_key = models.CharField(max_length=32, unique=True)
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True, blank=True)  # what was published before was told

    class Meta:
        ordering = ("name", "pk")

    def __str__(self) -> str:
        return self.name
