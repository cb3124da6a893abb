"""What notices hold on a person: their lines and their wishes."""

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone

from fairground.accounts.actors import actor_for
from fairground.accounts.held import Row, register_held
from fairground.accounts.models import Notice, NoticeWish, User
from fairground.accounts.notices.reading import shown_notices
from fairground.language.local_text import LocalText


def register() -> None:
    """Make notices known among what is held on a person."""
    register_held(
        "notices",
        _held,
        _erase,
        label=LocalText("通知", "Notices"),
        models=("accounts.Notice", "accounts.NoticeWish"),
    )


def _held(user: User) -> Sequence[Row]:
    now = timezone.now()
    rows: list[Row] = [
        {"notices_about": wish.kind or "*", "mail": wish.rhythm}
        for wish in NoticeWish.objects.filter(user=user).order_by("kind")
    ]
    hubs = Notice.objects.filter(user=user).order_by("hub_id").values_list("hub_id", flat=True).distinct()
    for hub_id in hubs:
        mine = list(Notice.objects.filter(user=user, hub_id=hub_id).order_by("-changed_at", "-pk"))
        lines = shown_notices(actor_for(user, hub_id, now=now), mine, now=now)
        rows += [
            {
                "at": line.at.isoformat(),
                "kind": line.kind_label.in_language(user.language),
                "subject": line.subject.in_language(user.language),
                "text": line.text.in_language(user.language),
                "read_at": row.read_at.isoformat() if row.read_at else None,
            }
            for row, line in zip(mine, lines, strict=True)
        ]
    return rows


def _erase(user: User, now: datetime) -> None:
    Notice.objects.filter(user=user).delete()
    NoticeWish.objects.filter(user=user).delete()
