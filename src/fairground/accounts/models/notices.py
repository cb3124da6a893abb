"""What people are told, and how often each wants mail about it."""

from typing import Any

from django.db import models
from django.db.models import Q

from fairground.accounts.core.rhythms import RHYTHMS
from fairground.database.structured import LocalTextField
from fairground.language.local_text import LocalText

PATH_LENGTH = 500


class Notice(models.Model):
    """One line of a person's inbox. What it is about is asked of the policy whenever it is shown or mailed."""

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)  # a code of notices.kinds
    subject: LocalText = LocalTextField()  # '{title}' in it is filled when it is read
    text: LocalText = LocalTextField()
    path = models.CharField(
        max_length=PATH_LENGTH, blank=True
    )  # of the page it leads to, without its language
    about_key = models.CharField(
        max_length=60, blank=True
    )  # closed where the reader may not read this any more
    named: Any = models.JSONField(default=list)  # keys of records it lists, oldest first
    folds = models.BooleanField(default=False)  # while it is unread, later news about the same go into it
    count = models.PositiveIntegerField(default=1)
    once = models.CharField(max_length=120, blank=True)  # a second notice with the same word is not stored
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()  # of the newest news in it
    read_at = models.DateTimeField(null=True)
    mail_as = models.CharField(max_length=8, blank=True)  # the rhythm it is told in
    mail_at = models.DateTimeField(
        null=True
    )  # when it is due by mail; null: told, read before, or not wanted
    mailed_at = models.DateTimeField(null=True)
    told = models.PositiveSmallIntegerField(default=0)  # how many of `named` were told by mail

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "hub", "kind", "about_key"),
                condition=Q(folds=True, read_at__isnull=True),
                name="accounts_notice_folded",
            ),
            models.UniqueConstraint(
                fields=("user", "once"), condition=~Q(once=""), name="accounts_notice_once"
            ),
        )
        indexes = (
            models.Index(fields=("user", "hub", "-changed_at"), name="accounts_notice_inbox"),
            models.Index(
                fields=("user", "hub"), condition=Q(read_at__isnull=True), name="accounts_notice_unread"
            ),
            models.Index(fields=("mail_at",), condition=Q(mail_at__isnull=False), name="accounts_notice_due"),
            models.Index(fields=("changed_at",), name="accounts_notice_age"),
        )

    def __str__(self) -> str:
        return f"{self.kind} for {self.user_id}"


class NoticeWish(models.Model):
    """How often a person wants mail about one kind. The kind '' stands for every kind without a row of its own."""

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="notice_wishes")
    kind = models.CharField(max_length=40, blank=True)
    rhythm = models.CharField(max_length=8, choices=[(rhythm, rhythm) for rhythm in RHYTHMS])

    class Meta:
        constraints = (models.UniqueConstraint(fields=("user", "kind"), name="accounts_notice_wish"),)

    def __str__(self) -> str:
        return f"{self.kind or 'all'} {self.rhythm}"
