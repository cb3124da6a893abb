"""Organisations, and the people who act for them."""

from django.db import models
from django.db.models import Q

from fairground.accounts.models.record import Record
from fairground.database.structured import StructuredField


class Organisation(Record):
    """Who answers for records: a firm, a university, an agency. Its title is its name."""

    record_ptr = models.OneToOneField(
        Record, on_delete=models.CASCADE, parent_link=True, primary_key=True, related_name="as_organisation"
    )
    aliases: tuple[str, ...] = StructuredField(shape=tuple[str, ...], default=tuple, blank=True)
    organisation_kind = models.CharField(max_length=30, blank=True)  # code list 'organisation_kind'
    legal_nature = models.CharField(max_length=10, blank=True)  # code list 'legal_nature'
    ror = models.CharField(max_length=9, blank=True)  # the id's last part
    uscc = models.CharField(max_length=18, blank=True)  # unified social credit code, GB 32100
    size = models.CharField(max_length=20, blank=True)  # code list 'size'
    founded = models.PositiveSmallIntegerField(null=True, blank=True)  # year
    website = models.URLField(blank=True)
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="parts")
    merged_into = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="+")

    class Meta:
        indexes = (
            models.Index(fields=("ror",), condition=~Q(ror=""), name="accounts_organisation_ror"),
            models.Index(fields=("uscc",), condition=~Q(uscc=""), name="accounts_organisation_uscc"),
        )


class OrganisationMembership(models.Model):
    """A person acts for an organisation; a manager also says who else does."""

    user = models.ForeignKey(
        "accounts.User", on_delete=models.CASCADE, related_name="organisation_memberships"
    )
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="memberships")
    is_manager = models.BooleanField(default=False)
    since = models.DateTimeField()
    invited_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("user", "organisation"), name="accounts_membership_once"),
        )

    def __str__(self) -> str:
        return f"{self.user_id} in {self.organisation_id}"


class Invitation(models.Model):
    """A manager asks somebody, by mail, to act for their organisation. The link in the mail is signed, not stored."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    is_manager = models.BooleanField(default=False)
    invited_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    created_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True, blank=True)  # accepted or taken back
    accepted_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "email"),
                condition=Q(closed_at__isnull=True),
                name="accounts_invitation_once",
            ),
        )

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class JoinRequest(models.Model):
    """A person asks to act for an organisation; its managers decide, or the hub where there are none."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="join_requests")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="join_requests")
    note = models.TextField(blank=True)  # to those who decide
    created_at = models.DateTimeField()
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    is_accepted = models.BooleanField(default=False)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("organisation", "user"),
                condition=Q(decided_at__isnull=True),
                name="accounts_join_request_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} asks for {self.organisation_id}"
