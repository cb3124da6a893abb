"""The head that every record of the catalogue shares. One table, so that policy, search and grants need only one."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fairground.accounts.core import states
from fairground.accounts.core.structures import Contact, Provenance
from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import CodesField, LocalTextField, StructuredField
from fairground.language.local_text import LocalText


class Record(models.Model):
    """An offer, a need, an organisation, a session …: whatever has a page of its own.

    The stages add one table each for what is special to their kinds (multi-table inheritance).
    """

    class Visibility(models.TextChoices):
        PUBLIC = "public"
        MEMBERS = "members"
        PARTIES = "parties"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.PROTECT, related_name="records")
    kind = models.CharField(max_length=20)
    state = models.CharField(
        max_length=10, default=states.DRAFT, choices=[(code, code) for code in states.STATES]
    )
    visibility = models.CharField(max_length=8, default=Visibility.PUBLIC, choices=Visibility.choices)

    title: LocalText = LocalTextField()
    summary: LocalText = LocalTextField()
    keywords: LocalText = LocalTextField()
    organisation = models.ForeignKey(
        "accounts.Organisation",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="responsible_for",
    )
    region = models.CharField(max_length=6, blank=True)  # GB/T 2260
    country = models.CharField(max_length=2, blank=True)  # ISO 3166-1
    zone = models.ForeignKey("places.Zone", null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    fields: tuple[str, ...] = CodesField()
    trl = models.PositiveSmallIntegerField(
        null=True, blank=True
    )  # offered, or the lowest that a need accepts

    demonstration = models.BooleanField(default=False)
    provenance: Provenance = StructuredField(shape=Provenance, default=Provenance, blank=True)
    licence = models.CharField(max_length=100, blank=True)
    contact: Contact = StructuredField(shape=Contact, default=Contact, blank=True)
    reference = models.CharField(
        max_length=100, blank=True
    )  # the id in the source's own list: a second import finds it

    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    submitted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    published_at = models.DateTimeField(null=True, blank=True)
    valid_until = models.DateField(null=True, blank=True)

    class Meta:
        indexes = (
            models.Index(fields=("hub", "kind", "state", "-changed_at"), name="accounts_record_list"),
            models.Index(fields=("hub", "state", "-published_at", "-id"), name="accounts_record_newest"),
            models.Index(fields=("state", "valid_until"), name="accounts_record_validity"),
            models.Index(fields=("created_by",), name="accounts_record_author"),
        )
        constraints = (
            models.UniqueConstraint(
                fields=("hub", "kind", "reference"),
                condition=~Q(reference=""),
                name="accounts_record_reference",
            ),
            models.CheckConstraint(
                condition=Q(trl__isnull=True) | Q(trl__range=(1, 9)), name="accounts_record_trl"
            ),
        )

    def __str__(self) -> str:
        return f"{self.kind} {self.key}"
