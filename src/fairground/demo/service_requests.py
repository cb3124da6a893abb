"""A few invented service requests, so that profiles have something to count and the desk something to answer."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from fairground.accounts.actors import actor_for
from fairground.accounts.models import User
from fairground.language.local_text import LocalText
from fairground.meet.core import service_requests as core
from fairground.meet.models import ServiceRequest
from fairground.meet.requests.services import answer_request, ask_for_service

_ANSWER_DAYS, _PER_WEEK = 5, 100
_KEEPER = "account:park_manager"


@dataclass(frozen=True, slots=True)
class _Example:
    """One request: who asks which platform, how long ago, and what became of it after so many hours."""

    account: str
    platform: str
    service: LocalText
    text: LocalText
    days_ago: int
    steps: tuple[tuple[str, int, str], ...] = ()  # step, hours after asking, reason of a no


_EXAMPLES = (
    _Example(
        "account:member", "platform:baoding-03", LocalText("示例：小批量试制", "Example: a small pilot run"),
        LocalText("三种规格，各二十件。", "Three sizes, twenty pieces each."), 40,
        ((core.ACCEPT, 20, ""), (core.FINISH, 300, "")),
    ),
    _Example(
        "account:need_owner", "platform:baoding-08", LocalText("示例：轴承寿命检测", "Example: a bearing life test"),
        LocalText("需要在下月前拿到报告。", "The report is needed before next month."), 25, ((core.ACCEPT, 52, ""),),
    ),
    _Example(
        "account:offerer", "platform:baoding-11", LocalText("示例：入驻咨询", "Example: moving in"),
        LocalText("二百平方米，含洁净间。", "Two hundred square metres with a clean room."), 18,
        ((core.DECLINE, 30, "no_capacity"),),
    ),
    _Example(
        "account:member", "platform:baoding-14", LocalText("示例：算力试用", "Example: trying the computing node"),
        LocalText("两周，夜间即可。", "Two weeks; nights will do."), 3,
    ),
    _Example(
        "account:offerer", "platform:zgc-05", LocalText("示例：专利检索", "Example: a prior-art search"),
        LocalText("两个方向。", "Two directions."), 8,
    ),
)  # fmt: skip


def load_service_requests(
    *, hub_id: int, key_of: Callable[[str], str], emails: Mapping[str, str], now: datetime,
    is_there: Callable[[str, bool], bool],
) -> None:  # fmt: skip
    """Ask and answer through the services; each is known again by its mark, and made once."""
    for number, example in enumerate(_EXAMPLES):
        _load(example, f"demo-{number}", hub_id, key_of, emails, now, is_there)


@transaction.atomic
def _load(
    example: _Example,
    mark: str,
    hub_id: int,
    key_of: Callable[[str], str],
    emails: Mapping[str, str],
    now: datetime,
    is_there: Callable[[str, bool], bool],
) -> None:
    asker = User.objects.get(email=emails[example.account])
    if is_there("service_request", ServiceRequest.objects.filter(asker=asker, once=mark).exists()):
        return
    language = asker.language
    asked_at = now - timedelta(days=example.days_ago)
    request = ask_for_service(
        actor=actor_for(asker, hub_id, now=now), platform_key=key_of(example.platform),
        service=example.service.in_language(language), text=example.text.in_language(language),
        per_week=_PER_WEEK, answer_days=_ANSWER_DAYS, now=asked_at, once=mark,
    )  # fmt: skip
    keeper = actor_for(User.objects.get(email=emails[_KEEPER]), hub_id, now=now)
    for step, hours, reason in example.steps:
        answer_request(
            actor=keeper,
            key=request.key,
            step=step,
            reason_code=reason,
            now=asked_at + timedelta(hours=hours),
        )
