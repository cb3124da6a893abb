"""The private address from which a person's calendar program reads their bookings."""

from django.db import models

DIGEST_LENGTH = 64


class CalendarFeed(models.Model):
    """One private address of one person in one hub. The address itself is not kept, only its digest."""

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="calendar_feeds")
    digest = models.CharField(max_length=DIGEST_LENGTH, unique=True)  # SHA-256 of the token
    made_at = models.DateTimeField()

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "hub"), name="meet_feed_one_each"),)

    def __str__(self) -> str:
        return f"calendar feed of {self.user_id}"
