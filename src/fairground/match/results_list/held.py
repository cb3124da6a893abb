"""What lists hold on a person: that they set one up."""

from collections.abc import Sequence
from datetime import datetime

from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.language.local_text import LocalText
from fairground.match.models import ResultsList


def register() -> None:
    """Make the lists known among what is held on a person."""
    register_held(
        "results_lists",
        _held,
        _erase,
        label=LocalText("编制的成果及需求清单", "Results-and-needs lists set up"),
        models=("match.ResultsList",),
        stays=LocalText(
            "清单及其各版保留，不再写明由谁建立：其中只有公开的成果与需求，不含个人信息。",
            "The lists and their versions stay without the name of who set them up: they hold public results and "
            "needs, nothing on people.",
        ),
    )


def _held(user: User) -> Sequence[Row]:
    return [
        {
            "key": each.key,
            "title": {"zh": each.title.zh, "en": each.title.en},
            "created_at": each.created_at.isoformat(),
        }
        for each in ResultsList.objects.filter(created_by=user).order_by("created_at", "pk")
    ]


def _erase(user: User, now: datetime) -> None:
    ResultsList.objects.filter(created_by=user).update(created_by=None)
