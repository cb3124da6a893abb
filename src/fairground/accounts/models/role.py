"""Who has which role in a hub."""

from django.db import models
from django.db.models import Q

from fairground.accounts.core.roles import ROLES


class RoleAssignment(models.Model):
    """One role of one person in one hub, until it ends."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="role_assignments")
    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="role_assignments")
    role = models.CharField(max_length=20, choices=[(code, code) for code in ROLES])
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    given_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField(blank=True)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "hub", "role"), condition=Q(until__isnull=True), name="accounts_role_once"
            ),
        )

    def __str__(self) -> str:
        return f"{self.user_id} {self.role} in {self.hub_id}"
