"""Who keeps a zone or a park."""

from django.db import models
from django.db.models import Q


class PlaceKeeper(models.Model):
    """An organisation runs a zone or a park for a hub: its park managers keep the place's profile and answer for it.

    The organisation, not a person: whoever leaves it leaves the place, and a colleague goes on.
    """

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="place_keepers")
    organisation = models.ForeignKey(
        "accounts.Organisation", on_delete=models.CASCADE, related_name="kept_places"
    )
    zone = models.ForeignKey(
        "places.Zone", null=True, blank=True, on_delete=models.CASCADE, related_name="keepers"
    )
    park = models.ForeignKey(
        "places.Park", null=True, blank=True, on_delete=models.CASCADE, related_name="keepers"
    )
    since = models.DateTimeField()
    given_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ("pk",)
        constraints = (
            models.CheckConstraint(
                condition=Q(zone__isnull=True) ^ Q(park__isnull=True), name="accounts_keeper_one_place"
            ),
            models.UniqueConstraint(
                fields=("hub", "organisation", "zone"),
                condition=Q(zone__isnull=False),
                name="accounts_keeper_zone_once",
            ),
            models.UniqueConstraint(
                fields=("hub", "organisation", "park"),
                condition=Q(park__isnull=False),
                name="accounts_keeper_park_once",
            ),
        )

    def __str__(self) -> str:
        return f"{self.organisation_id} keeps {self.zone_id or self.park_id}"
