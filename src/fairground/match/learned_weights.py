"""The weights by which a hub's catalogue is matched: the shipped ones, or what its own outcomes taught."""

import tempfile
import zipfile
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from django.db import transaction

from fairground.accounts.actors import Actor
from fairground.accounts.core.roles import LEARN_WEIGHTS, MANAGE_HUB
from fairground.accounts.errors import NotAllowedError, NotFoundError
from fairground.audit.services import record_change
from fairground.match.core.features import FEATURES
from fairground.match.core.weights import FILE, RECORD, Weights
from fairground.match.models import LearnedWeights

LOG_KIND = "learned_weights"


def weights_of(hub_id: int) -> Weights | None:
    """Return the learned weights that a hub turned on; None for the shipped ones.

    One query, and one more where this process has not read them yet.

    Weights that measure other features than this version of the program are passed over, as if they were off.
    """
    in_use = LearnedWeights.objects.filter(hub_id=hub_id, in_use=True)
    found = in_use.values_list("pk", "version", "made_at").first()
    return None if found is None else _read(*found)


@lru_cache(maxsize=8)
def _read(number: int, version: str, _made_at: datetime) -> Weights | None:
    data = LearnedWeights.objects.values_list("data", flat=True).get(pk=number)
    return as_weights(bytes(data), version)


def as_weights(data: bytes, version: str) -> Weights | None:
    """Return weights from the bytes that `as_bytes` gave; None where this version of the program cannot use them."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / FILE).write_bytes(data)
        (folder / RECORD).write_text(f'{{"version": "{version}"}}', encoding="utf-8")
        try:
            weights = Weights.read(folder)
        except (OSError, KeyError, ValueError, zipfile.BadZipFile):
            return None
    return weights if all(ranker.names == FEATURES for ranker in weights.rankers.values()) else None


def as_bytes(weights: Weights) -> bytes:
    """Return weights as bytes for the table."""
    with tempfile.TemporaryDirectory() as name:
        weights.write(Path(name), {})
        return (Path(name) / FILE).read_bytes()


def tries_of(actor: Actor, limit: int) -> list[LearnedWeights]:
    """Return a hub's newest tries, without their data. One query. Raises NotFoundError."""
    if not actor.may(LEARN_WEIGHTS):
        raise NotFoundError
    found = LearnedWeights.objects.filter(hub_id=actor.hub_id).defer("data").order_by("-made_at", "-pk")
    return list(found[:limit])


@transaction.atomic
def keep_try(
    *, actor: Actor, base: str, weights: Weights | None, record: Mapping[str, Any], now: datetime
) -> LearnedWeights:
    """Keep what one try came to; `weights` is None where it was refused. Nothing is turned on. Logged.

    Raises NotFoundError for whoever may not learn.
    """
    if not actor.may(LEARN_WEIGHTS):
        raise NotFoundError
    row: LearnedWeights = LearnedWeights.objects.create(
        hub_id=actor.hub_id,
        made_at=now,
        base=base,
        version=weights.version if weights else "",
        helped=weights is not None,
        record=dict(record),
        data=as_bytes(weights) if weights else None,
    )
    _log(actor, row, "learn", now)
    return row


@transaction.atomic
def use_weights(*, actor: Actor, number: int | None, now: datetime) -> bool:
    """Turn learned weights on for the hub's matching, or with None back to the shipped ones. Logged.

    Administrators may. A second call changes nothing and returns False. Raises NotFoundError, NotAllowedError.
    """
    if not actor.may(LEARN_WEIGHTS):
        raise NotFoundError
    if not actor.may(MANAGE_HUB):
        raise NotAllowedError(
            "由枢纽管理员启用或停用。", "An administrator of the hub turns weights on or off."
        )
    of_hub = LearnedWeights.objects.select_for_update().filter(hub_id=actor.hub_id).defer("data")
    standing = of_hub.filter(in_use=True).first()
    wanted = of_hub.filter(pk=number).first() if number is not None else None
    if number is not None and wanted is None:
        raise NotFoundError
    if wanted is not None and not wanted.helped:
        raise NotAllowedError(
            "这次学习没有可靠的改进，不能启用。",
            "This try did not help beyond doubt, so it cannot be turned on.",
        )
    if (standing.pk if standing else None) == number:
        return False
    of_hub.filter(in_use=True).update(in_use=False)
    if standing is not None:
        _log(actor, standing, "weights_off", now)
    if wanted is not None:
        of_hub.filter(pk=wanted.pk).update(in_use=True)
        _log(actor, wanted, "weights_on", now)
    return True


def _log(actor: Actor, row: LearnedWeights, action: str, now: datetime) -> None:
    record_change(
        hub_id=row.hub_id,
        at=now,
        actor_id=actor.user_id,
        actor_name=actor.name,
        kind=LOG_KIND,
        key=str(row.pk),
        version=1,
        action=action,
        after={"version": row.version or None, "base": row.base, "helped": row.helped},
    )
