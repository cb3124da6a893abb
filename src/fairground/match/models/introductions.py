"""Introductions: two sides that may want to talk, what each said, their thread, and whom nobody wants to hear from.

A side is an organisation, or a person alone. `asking` is the side whose interest came first, or whose record a broker
laid before the other; `answering` is the side of `target`. No constraint keeps a pair unique: merging two
organisations must be able to move every row. The services look under a lock on the target instead.
"""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from fairground.database.keys import KEY_LENGTH, new_key
from fairground.match.models.pairs import Match


class Introduction(models.Model):
    """One asking: from interest to both sides' yes, and its end. Moved by `match.introductions`, never by hand."""

    class State(models.TextChoices):
        PROPOSED = "proposed"  # by a broker; nobody has answered
        ASKED = "asked"  # one side said yes, the other is asked
        AGREED = "agreed"  # both said yes: contacts are open, the thread runs
        DECLINED = "declined"
        EXPIRED = "expired"
        WITHDRAWN = "withdrawn"  # taken back before both said yes
        ENDED = "ended"  # after both said yes: a side took its yes back, or something it rested on is gone

    class Side(models.TextChoices):
        ASKING = "asking"
        ANSWERING = "answering"

    class Answer(models.TextChoices):
        NONE = ""
        YES = "yes"
        NO = "no"

    key = models.CharField(max_length=KEY_LENGTH, unique=True, default=new_key, editable=False)
    hub = models.ForeignKey("accounts.Hub", on_delete=models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=State.choices)
    since = models.DateTimeField()  # when this state began
    expires_at = models.DateTimeField(null=True)  # of an open one without both yeses

    target = models.ForeignKey("accounts.Record", on_delete=models.PROTECT, related_name="introductions")
    own = models.ForeignKey("accounts.Record", null=True, on_delete=models.PROTECT, related_name="+")
    match = models.ForeignKey(Match, null=True, on_delete=models.SET_NULL, related_name="+")
    # The person is who speaks for the side; where there is an organisation, all its people may.
    asker = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    asking_organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    answerer = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    answering_organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.PROTECT, related_name="+"
    )
    by_broker = models.BooleanField(default=False)  # proposed by a broker to both sides
    proposed_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    broker = models.ForeignKey(
        "accounts.User", null=True, on_delete=models.SET_NULL, related_name="+"
    )  # keeps it

    message = models.TextField(blank=True)  # with which the asking side, or the broker, began
    asking_answer = models.CharField(max_length=3, choices=Answer.choices, blank=True)
    asking_answered_at = models.DateTimeField(null=True)
    answering_answer = models.CharField(max_length=3, choices=Answer.choices, blank=True)
    answering_answered_at = models.DateTimeField(null=True)
    # The version of the confidentiality agreement each side accepted, and that it checked the rules of a border.
    asking_agreement = models.PositiveSmallIntegerField(null=True)
    answering_agreement = models.PositiveSmallIntegerField(null=True)
    asking_confirmed = models.BooleanField(default=False)
    answering_confirmed = models.BooleanField(default=False)

    declined_side = models.CharField(max_length=9, choices=Side.choices, blank=True)
    declined_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    reason_code = models.CharField(max_length=30, blank=True)  # code list 'decline_reason'
    is_confidential = models.BooleanField(
        default=False
    )  # the reason: not told, not counted, not learned from
    remark = models.TextField(blank=True)  # for the declining side's own memory
    cause = models.CharField(max_length=20, blank=True)  # why it ended without anybody's no, see the core
    held_for = models.CharField(
        max_length=9, choices=Side.choices, blank=True
    )  # a block: this side never hears

    grants = models.ManyToManyField("accounts.Grant", related_name="+")
    demonstration = models.BooleanField(default=False)
    version = models.PositiveIntegerField(default=1)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = (
            models.Index(fields=("hub", "state", "since"), name="match_intro_desk"),
            models.Index(fields=("state", "expires_at"), name="match_intro_due"),
            models.Index(fields=("asking_organisation", "state"), name="match_intro_asking"),
            models.Index(fields=("answering_organisation", "state"), name="match_intro_answering"),
            models.Index(fields=("asker", "created_at"), name="match_intro_asker"),
            models.Index(fields=("broker", "state", "since"), name="match_intro_broker"),
        )
        constraints = (
            models.CheckConstraint(
                condition=~Q(state="agreed") | Q(asking_answer="yes", answering_answer="yes"),
                name="match_intro_both_yes",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=("proposed", "asked")) | Q(expires_at__isnull=False),
                name="match_intro_has_end",
            ),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.state}"


class IntroductionStep(models.Model):
    """One step of an introduction, for its history and the funnel. Rows are only ever added.

    The reason of a no that is confidential does not stand here.
    """

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="steps")
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)  # no foreign key: history outlives accounts
    actor_name = models.CharField(max_length=200)
    event = models.CharField(max_length=20)  # see the core
    side = models.CharField(max_length=9, blank=True)  # whose step; empty for the broker's and the clock's
    from_state = models.CharField(max_length=10, blank=True)
    to_state = models.CharField(max_length=10)
    reason_code = models.CharField(max_length=30, blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("introduction", "id"), name="match_step_order"),
            models.Index(fields=("to_state", "at"), name="match_step_funnel"),
            models.Index(fields=("actor_id",), name="match_step_actor"),
        )

    def __str__(self) -> str:
        return f"{self.introduction_id}: {self.event}"


class Message(models.Model):
    """One message of a thread, read by the two sides and nobody else. Its text goes with its author's account."""

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="messages")
    side = models.CharField(max_length=9, choices=Introduction.Side.choices)
    author = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    text = models.TextField(blank=True)
    is_removed = models.BooleanField(default=False)
    files = models.ManyToManyField("files.Attachment", related_name="+")

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("introduction", "id"), name="match_message_order"),
            models.Index(fields=("author",), name="match_message_author"),
        )

    def __str__(self) -> str:
        return f"{self.introduction_id}: message {self.pk}"


class Block(models.Model):
    """Somebody does not want to hear from somebody. Known to the side that made it, never to the other one.

    It may name an organisation, a person, or both: who asked for a rival is blocked with the rival.
    """

    hub = models.ForeignKey("accounts.Hub", on_delete=models.CASCADE, related_name="+")
    by_organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.CASCADE, related_name="+"
    )
    by_user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    organisation = models.ForeignKey(
        "accounts.Organisation", null=True, on_delete=models.CASCADE, related_name="+"
    )
    user = models.ForeignKey("accounts.User", null=True, on_delete=models.CASCADE, related_name="+")
    made_by = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.CheckConstraint(
                condition=Q(by_organisation__isnull=True) ^ Q(by_user__isnull=True),
                name="match_block_one_maker",
            ),
            models.CheckConstraint(
                condition=Q(organisation__isnull=False) | Q(user__isnull=False),
                name="match_block_names_somebody",
            ),
        )

    def __str__(self) -> str:
        return f"block {self.pk}"


class BrokerNote(models.Model):
    """What a broker writes down about an introduction, for the hub's brokers alone."""

    introduction = models.ForeignKey(Introduction, on_delete=models.CASCADE, related_name="notes")
    author = models.ForeignKey("accounts.User", null=True, on_delete=models.SET_NULL, related_name="+")
    author_name = models.CharField(max_length=200)
    at = models.DateTimeField()
    text = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("introduction", "id"), name="match_note_order"),)

    def __str__(self) -> str:
        return f"{self.introduction_id}: note {self.pk}"
