"""What service requests hold on a person: shown, exported, and what erasure makes of it."""

from collections.abc import Sequence

from fairground.accounts.held import Row, register_held
from fairground.accounts.models import User
from fairground.language.local_text import LocalText
from fairground.meet.models import ServiceRequest, ServiceRequestStep
from fairground.meet.requests.services import end_for_person


def register() -> None:
    """Make service requests known among what is held on a person."""
    register_held(
        "service_requests",
        _held,
        lambda user, now: end_for_person(user, now=now),
        label=LocalText("服务申请", "Service requests"),
        models=("meet.ServiceRequest", "meet.ServiceRequestStep"),
        stays=LocalText(
            "何时向哪个平台或园区申请、多久得到答复会保留，供统计；您写的文字和姓名会清除，未办结的个人申请会撤回。",
            "That a platform or park was asked, when, and how soon it answered stays for its figures; your words and "
            "your name go, and what you asked for yourself is taken back.",
        ),
    )


def _held(user: User) -> Sequence[Row]:
    rows: list[Row] = [
        {
            "service_request": each.key,
            "service": each.service,
            "text": each.text,
            "wanted_by": each.wanted_by.isoformat() if each.wanted_by else None,
            "state": each.state,
            "asked_at": each.asked_at.isoformat(),
        }
        for each in ServiceRequest.objects.filter(asker=user).order_by("pk")
    ]
    rows += [
        {"step_on": step.request.key, "event": step.event, "at": step.at.isoformat(), "text": step.text}
        for step in ServiceRequestStep.objects.filter(actor_id=user.pk)
        .select_related("request")
        .order_by("pk")
    ]
    return rows
