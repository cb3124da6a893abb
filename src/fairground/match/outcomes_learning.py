"""Does what this hub's introductions came to make its matching better? Tried as a job, told before anything is used."""

from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.models import User
from fairground.jobs.context import JobContext
from fairground.jobs.errors import JobFailedError
from fairground.language.local_text import LocalText
from fairground.match.core.hub_lists import measure_hub
from fairground.match.core.learning import Settings, learn
from fairground.match.core.learning_record import (
    LEAST_ACCEPTED,
    LEAST_NEEDS,
    missing_labels,
    placed_labels,
    record_of,
    versioned,
)
from fairground.match.core.texts import texts_of_need, texts_of_offer
from fairground.match.core.weights import shipped_weights
from fairground.match.learned_weights import keep_try
from fairground.match.outcomes import hub_labels, hub_lists

LEARN = "match.learn"
STAGES = {
    "needs": LocalText("按需求计算", "Measuring offers for needs"),
    "offers": LocalText("按成果计算", "Measuring needs for offers"),
    "learn": LocalText("拟合与交叉验证", "Fitting and cross-validating"),
}
_READING = LocalText("读取引荐结果", "Reading the outcomes")


def learn_of_hub(context: JobContext) -> Mapping[str, Any]:
    """Learn from a hub's outcomes and keep the verdict; the work of the job kind 'match.learn'.

    It always starts from the shipped weights: those it learned before saw the same outcomes and would flatter
    themselves. Nothing is turned on.
    """
    context.progress(0, None, _READING)
    actor = _actor(context)
    labels = hub_labels(context.hub_id)
    missing = missing_labels(labels.counts)
    if any(missing):
        raise JobFailedError(
            f"标注太少，无法学习：接受 {labels.counts.accepted} 对，涉及 {labels.counts.needs} 条需求；至少需要 "
            f"{LEAST_ACCEPTED} 对、{LEAST_NEEDS} 条。现有权重未改动。",
            f"Too few labels to learn from: {labels.counts.accepted} accepted pairs of {labels.counts.needs} needs; at "
            f"least {LEAST_ACCEPTED} pairs of {LEAST_NEEDS} needs are wanted. The weights are unchanged.",
        )
    lists = hub_lists(context.hub_id, labels.pairs)
    need_ids = [need.id for need in lists.needs]
    placed = placed_labels(labels.pairs, need_ids, [offer.id for offer in lists.offers])
    base, settings = shipped_weights(), Settings()

    def told(stage: str, done: int, total: int) -> None:
        context.progress(done, total, STAGES[stage])

    hub = measure_hub(
        [texts_of_need(need) for need in lists.needs],
        [texts_of_offer(offer) for offer in lists.offers],
        [need for need, _ in placed.accepted()],
        progress=told,
    )
    found = learn(hub, placed, need_ids, base, settings=settings, progress=told)
    now = timezone.now()
    made = timezone.localdate(now).isoformat()
    record = record_of(
        found,
        base,
        labels.counts,
        settings,
        confidential=labels.confidential,
        command="portal",
        made=made,
    )
    kept = keep_try(
        actor=actor,
        base=base.version,
        weights=versioned(found.weights, base, labels.pairs, made) if found.helped else None,
        record=record,
        now=now,
    )
    return {"try": kept.pk, "helped": found.helped}


def _actor(context: JobContext) -> Actor:
    user = User.objects.filter(pk=context.owner_id, is_active=True).first()
    if user is None:
        raise JobFailedError(
            "发起学习的账号已停用，没有作任何改动。",
            "The account that started this is closed. Nothing was changed.",
        )
    return actor_for(user, context.hub_id, now=timezone.now())
