"""Editions, their sessions, what took part in them, their figures, and roles narrowed to one of them."""

from decimal import Decimal

from django.db import models
from django.db.models import Q

from fairground.accounts.core.roles import ROLES
from fairground.accounts.core.structures import Provenance
from fairground.accounts.models import Record
from fairground.database.structured import LocalTextField, StructuredField
from fairground.editions.core.structures import EditionModule, Host, Speaker
from fairground.language.local_text import LocalText


class Edition(Record):
    """One fair of a hub: the forum of a year. Its title is its name."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_edition"
    )
    year = models.PositiveSmallIntegerField()
    theme: LocalText = LocalTextField()
    aliases: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    place: LocalText = LocalTextField()
    modules: tuple[EditionModule, ...] = StructuredField(
        shape=tuple[EditionModule, ...], default=tuple, blank=True
    )
    hosts: tuple[Host, ...] = StructuredField(shape=tuple[Host, ...], default=tuple, blank=True)


class Session(Record):
    """A forum, meeting, contest round or show inside an edition. Times that no source gives stay empty."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_session"
    )
    edition = models.ForeignKey(
        Edition, null=True, blank=True, on_delete=models.PROTECT, related_name="sessions"
    )
    module = models.CharField(max_length=30, blank=True)  # EditionModule.code
    session_format = models.CharField(max_length=30, blank=True)  # code list 'session_format'
    theme: LocalText = LocalTextField()
    topics: tuple[LocalText, ...] = StructuredField(shape=tuple[LocalText, ...], default=tuple, blank=True)
    held_on = models.DateField(null=True, blank=True)
    starts_at = models.DateTimeField(null=True, blank=True)
    ends_at = models.DateTimeField(null=True, blank=True)
    venue: LocalText = LocalTextField()
    hosts: tuple[Host, ...] = StructuredField(shape=tuple[Host, ...], default=tuple, blank=True)
    speakers: tuple[Speaker, ...] = StructuredField(shape=tuple[Speaker, ...], default=tuple, blank=True)

    class Meta:
        indexes = (models.Index(fields=("edition", "held_on"), name="editions_session_day"),)


class Participation(models.Model):
    """A record took part in an edition: a result released there, an exhibit, a need brought along."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="taking_part")
    record = models.ForeignKey(Record, on_delete=models.CASCADE, related_name="participations")
    module = models.CharField(max_length=30, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("edition", "record"), name="editions_participation_once"),
        )

    def __str__(self) -> str:
        return f"{self.record_id} in {self.edition_id}"


class Figure(models.Model):
    """One figure of an edition as its source printed it, with the exact number where there is one."""

    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="figures")
    code = models.SlugField(max_length=60)
    subject: LocalText = LocalTextField()
    value: Decimal = models.DecimalField(max_digits=24, decimal_places=4)
    unit: LocalText = LocalTextField()
    qualifier = models.CharField(
        max_length=20, blank=True
    )  # '' | about | nearly | over | …, as the source said
    period = models.CharField(max_length=40, blank=True)
    region = models.CharField(max_length=6, blank=True, db_index=True)  # where it is a figure of a place
    printed: LocalText = LocalTextField()  # the figure as a reader sees it, qualifier and unit included
    provenance: Provenance = StructuredField(shape=Provenance, default=Provenance, blank=True)
    is_leading = models.BooleanField(default=False)  # shown large, on the home page
    place = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("place", "code")
        constraints = (models.UniqueConstraint(fields=("edition", "code"), name="editions_figure_once"),)

    def __str__(self) -> str:
        return self.code


class EditionRole(models.Model):
    """A role that holds in one edition only."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="edition_roles")
    edition = models.ForeignKey(Edition, on_delete=models.CASCADE, related_name="roles")
    role = models.CharField(max_length=20, choices=[(code, code) for code in ROLES])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "edition", "role"), condition=Q(until__isnull=True), name="editions_role_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} in {self.edition_id}"
