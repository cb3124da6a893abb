"""The stages of the funnel: those of an introduction, and behind them what later stages of the chain register."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime

from fairground.language.local_text import LocalText
from fairground.match.core.funnel import AGREED, ANSWERED, ASKED, PROPOSED

# Takes a hub; returns when each introduction (by its number) reached the stage. One query.
Moments = Callable[[int], Mapping[int, datetime]]


@dataclass(frozen=True, slots=True)
class FunnelStage:
    """A stage with its name; `moments` is None for those that the steps of an introduction tell of."""

    code: str
    label: LocalText
    moments: Moments | None = None


_STAGES = [
    FunnelStage(PROPOSED, LocalText("推荐或看到", "Proposed or shown")),
    FunnelStage(ASKED, LocalText("询问对方", "Asked")),
    FunnelStage(AGREED, LocalText("双方同意", "Agreed")),
    FunnelStage(ANSWERED, LocalText("互有来信", "Both wrote")),
]


def register_stage(code: str, label: LocalText, moments: Moments) -> None:
    """Add a stage behind those there are: a meeting, a signing. Called once, from an app's `ready`."""
    if all(stage.code != code for stage in _STAGES):
        _STAGES.append(FunnelStage(code, label, moments))


def funnel_stages() -> tuple[FunnelStage, ...]:
    """Return all stages in their order."""
    return tuple(_STAGES)
