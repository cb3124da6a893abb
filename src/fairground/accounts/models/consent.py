"""What people were asked, in which words, and what they said."""

from django.db import models

from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText


class ConsentText(models.Model):
    """One version of a text that people agree to. Texts are never changed, only followed by a new version."""

    code = models.SlugField(max_length=40)  # 'terms', 'privacy', 'digest'
    version = models.PositiveIntegerField()
    title: LocalText = LocalTextField()
    text: LocalText = LocalTextField()
    effective_from = models.DateTimeField()
    required = models.BooleanField(default=False)  # without it no account

    class Meta:
        constraints = (models.UniqueConstraint(fields=("code", "version"), name="accounts_consent_version"),)
        ordering = ("code", "-version")

    def __str__(self) -> str:
        return f"{self.code} v{self.version}"


class Consent(models.Model):
    """A person's yes to one version, and when it was taken back."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="consents")
    text = models.ForeignKey(ConsentText, on_delete=models.PROTECT, related_name="consents")
    given_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ("-given_at",)

    def __str__(self) -> str:
        return f"{self.user_id} {self.text_id}"
