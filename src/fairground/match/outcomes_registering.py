"""What learning from outcomes tells the rest of the house when Django starts."""

from django.http import HttpRequest
from django.urls import reverse

from fairground.accounts.core.roles import LEARN_WEIGHTS
from fairground.jobs.services import register_job_kind
from fairground.language.local_text import LocalText
from fairground.match.outcomes_learning import LEARN, learn_of_hub
from fairground.web.panels import Panel, register_panel


def register() -> None:
    """Register the job that tries, and the way to its page."""
    register_job_kind(
        LEARN,
        learn_of_hub,
        label=LocalText("检验学习是否有用", "Trying whether learning helps"),
        page=lambda job: reverse("match:learning"),
        again=lambda job: reverse("match:learning"),
    )
    register_panel("desk", _way_to_learning, order=90)


def _way_to_learning(request: HttpRequest, subject: object) -> Panel | None:
    if request.actor.user_id is None or not request.actor.may(LEARN_WEIGHTS):
        return None
    return Panel(
        LocalText("从引荐结果学习", "Learning from outcomes"),
        "match/learning/panel.html",
        {"url": reverse("match:learning")},
    )
