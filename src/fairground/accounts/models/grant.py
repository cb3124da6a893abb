"""The one way to protected detail and contacts."""

from django.db import models
from django.db.models import Q


class Grant(models.Model):
    """A person, or an organisation's people, may read more of one record. Later stages write it; revocable."""

    class Scope(models.TextChoices):
        READ = "read"  # the record itself, where its visibility alone would not show it
        PROTECTED = "protected"
        CONTACT = "contact"

    record = models.ForeignKey("accounts.Record", on_delete=models.CASCADE, related_name="grants")
    user = models.ForeignKey(
        "accounts.User", null=True, blank=True, on_delete=models.CASCADE, related_name="grants"
    )
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, blank=True, on_delete=models.CASCADE, related_name="grants_held"
    )
    scope = models.CharField(max_length=10, choices=Scope.choices)
    reason = models.TextField()
    given_at = models.DateTimeField()
    given_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    until = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(user__isnull=True) ^ Q(organisation__isnull=True),
                name="accounts_grant_one_subject",
            ),
        )
        indexes = (
            models.Index(fields=("user", "record"), name="accounts_grant_user"),
            models.Index(fields=("organisation", "record"), name="accounts_grant_organisation"),
        )

    def __str__(self) -> str:
        return f"{self.scope} on {self.record_id}"
