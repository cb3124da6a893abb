"""What this stage holds on a person: their saved searches."""

from collections.abc import Sequence
from datetime import datetime

from fairground.accounts.consents import on_withdrawal
from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.language.local_text import LocalText
from fairground.publish.models import SavedSearch


def register() -> None:
    """Make the saved searches known among what is held on a person."""
    register_held(
        "saved_searches",
        _held,
        _erase,
        label=LocalText("保存的检索", "Saved searches"),
        models=("publish.SavedSearch",),
    )
    on_withdrawal("digest", _stop_mail)


def _stop_mail(user: User) -> None:
    SavedSearch.objects.filter(user=user).update(every=SavedSearch.Every.NEVER)


def _held(user: User) -> Sequence[Row]:
    return [
        {
            "name": saved.name,
            "query": saved.query,
            "mail": saved.every,
            "created_at": saved.created_at.isoformat(),
            "sent_at": saved.sent_at.isoformat() if saved.sent_at else None,
        }
        for saved in SavedSearch.objects.filter(user=user).order_by("created_at", "pk")
    ]


def _erase(user: User, now: datetime) -> None:
    SavedSearch.objects.filter(user=user).delete()
