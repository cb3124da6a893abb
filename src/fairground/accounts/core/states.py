"""The states of a record and who moves it from one to the next (DOMAIN: process states)."""

from dataclasses import dataclass

DRAFT = "draft"
IN_REVIEW = "in_review"
PUBLISHED = "published"
EXPIRED = "expired"
WITHDRAWN = "withdrawn"
STATES = (DRAFT, IN_REVIEW, PUBLISHED, EXPIRED, WITHDRAWN)

OWNER = "owner"
EDITOR = "editor"  # never the one who wrote or submitted it
CLOCK = "clock"


@dataclass(frozen=True, slots=True)
class Move:
    """One step: its name, the states it leaves and reaches, who makes it, and whether it needs a reason."""

    name: str
    sources: tuple[str, ...]
    target: str
    by: tuple[str, ...]
    needs_reason: bool = False


MOVES = {
    move.name: move
    for move in (
        Move("submit", (DRAFT,), IN_REVIEW, (OWNER,)),
        Move("recall", (IN_REVIEW,), DRAFT, (OWNER,)),
        Move("return", (IN_REVIEW,), DRAFT, (EDITOR,), needs_reason=True),
        Move("publish", (IN_REVIEW,), PUBLISHED, (EDITOR,)),
        Move("withdraw", (PUBLISHED, EXPIRED), WITHDRAWN, (OWNER, EDITOR), needs_reason=True),
        Move("expire", (PUBLISHED,), EXPIRED, (CLOCK,)),
        Move("renew", (EXPIRED,), PUBLISHED, (OWNER, EDITOR)),
        Move("reopen", (WITHDRAWN,), DRAFT, (OWNER,)),
    )
}


def moves_from(state: str) -> tuple[Move, ...]:
    """Return the moves that leave `state`, in the order of the table."""
    return tuple(move for move in MOVES.values() if state in move.sources)
