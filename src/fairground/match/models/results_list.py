"""Results-and-needs lists: what a list is of, its versions, and what each version printed."""

from datetime import date
from typing import Any

from django.db import models
from django.utils import timezone

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import CodesField, LocalTextField, StructuredField
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListChanges
from fairground.match.results_list.contents import Hint
from fairground.publish.models import Publication


class ResultsList(models.Model):
    """One standing list: results of some regions, needs of others, in some fields. Its versions are its issues."""

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    title: LocalText = LocalTextField()
    supply: tuple[str, ...] = CodesField()  # GB/T 2260 or ISO 3166-1, of the offers
    demand: tuple[str, ...] = CodesField()  # of the needs
    fields: tuple[str, ...] = CodesField()  # code list 'fields'; none: all
    sides: tuple[str, ...] = CodesField()  # 'offer', 'need': what is listed
    last_offer = models.PositiveIntegerField(default=0)  # the highest number ever given: none is given twice
    last_need = models.PositiveIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        indexes = (models.Index(fields=("hub", "-created_at"), name="match_list_newest"),)

    def __str__(self) -> str:
        return f"list {self.key}"


class ListIssue(models.Model):
    """One version. Everybody may see it once its publication is published; it stays a draft's until then.

    What it printed is frozen in its entries and hints. The files are the publication's attachments.
    """

    results_list = models.ForeignKey(ResultsList, on_delete=models.CASCADE, related_name="issues")
    number = models.PositiveIntegerField()
    # A draft that is deleted takes its version with it: nobody but its maker ever saw it.
    publication = models.OneToOneField(Publication, on_delete=models.CASCADE, related_name="list_issue")
    issued_on: date = models.DateField()
    editions: tuple[str, ...] = CodesField()  # of the booklet: 'zh', 'en', 'both'
    hints: tuple[Hint, ...] = StructuredField(shape=tuple[Hint, ...], default=tuple, blank=True)
    method = models.CharField(max_length=100, blank=True)
    previous = models.ForeignKey("self", null=True, on_delete=models.SET_NULL, related_name="+")
    changes: ListChanges = StructuredField(shape=ListChanges, default=ListChanges, blank=True)
    made_at = models.DateTimeField(default=timezone.now)
    files_at = models.DateTimeField(null=True)  # when its files were made; None: they have to be
    files_gone_at = models.DateTimeField(null=True)  # when they were last taken away

    class Meta:
        ordering = ("-number",)
        constraints = (
            models.UniqueConstraint(fields=("results_list", "number"), name="match_list_issue_once"),
        )

    def __str__(self) -> str:
        return f"version {self.number} of {self.results_list_id}"


class ListEntry(models.Model):
    """One record in one version: its number, the version of the record, and the public facts as they were printed.

    `left_out` says that the record is open to everybody no longer: 'expired', or 'withdrawn', whose facts are blanked.
    """

    issue = models.ForeignKey(ListIssue, on_delete=models.CASCADE, related_name="entries")
    record_key = models.CharField(max_length=KEY_LENGTH)  # no foreign key: a version outlives its records
    record_version = models.PositiveIntegerField()
    side = models.CharField(max_length=5)  # 'offer' | 'need'
    number = models.PositiveIntegerField()
    facts: Any = models.JSONField(default=dict)
    left_out = models.CharField(max_length=9, blank=True)

    class Meta:
        ordering = ("-side", "number")  # offers before needs
        constraints = (
            models.UniqueConstraint(fields=("issue", "side", "number"), name="match_list_entry_number"),
            models.UniqueConstraint(fields=("issue", "record_key"), name="match_list_entry_once"),
        )
        indexes = (models.Index(fields=("record_key",), name="match_list_entry_record"),)

    def __str__(self) -> str:
        return f"{self.side} {self.number} of {self.issue_id}"
