"""Files that records carry."""

from django.db import models
from django.utils import timezone

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText


class Attachment(models.Model):
    """One file of one record. Its content lies in HOME/files under its key; who may read it is the record's policy."""

    class Visibility(models.TextChoices):
        OPEN = "open"  # whoever may read the record
        PROTECTED = "protected"  # owners, and whom a grant opens the record's protected detail to

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub_id = models.BigIntegerField()
    record_key = models.CharField(max_length=KEY_LENGTH)  # no foreign key: records stand above files
    name = models.CharField(max_length=100)
    ending = models.CharField(max_length=10)
    media_type = models.CharField(max_length=100)
    size = models.PositiveIntegerField()  # bytes
    sha256 = models.CharField(max_length=64)
    visibility = models.CharField(max_length=9, default=Visibility.OPEN, choices=Visibility.choices)
    description: LocalText = LocalTextField()
    added_at = models.DateTimeField(default=timezone.now)
    added_by_id = models.BigIntegerField(null=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("record_key", "id"), name="files_record"),)
        constraints = (
            models.UniqueConstraint(fields=("record_key", "sha256", "name"), name="files_same_file_once"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.name}"

    @property
    def stored_as(self) -> str:
        """The name of the content in storage: nothing of it comes from outside."""
        return f"{self.key[:2]}/{self.key}"
