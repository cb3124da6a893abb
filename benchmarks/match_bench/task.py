"""What a method is given and what it gives back.

A *task* is one list of needs and one list of offers, and the direction in which one of them is searched with
the other. Methods see ``title`` and ``text`` only: everything else the data carries is left behind by the
loader, so no method can read it by mistake.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal, Protocol, runtime_checkable

N_FOLDS = 5

Direction = Literal["need_to_offer", "offer_to_need"]
Ranking = list[tuple[int, float]]
"""One query's answer: (position in the searched list, score), any order, each position at most once."""


@dataclass(frozen=True, slots=True)
class Fields:
    """The two fields a method may read. Either may be empty."""

    title: str
    text: str

    def joined(self) -> str:
        """Title and text as one string, the empty one left out."""
        return " . ".join(part for part in (self.title, self.text) if part)


@dataclass(frozen=True)
class Task:
    """One search to be done.

    Attributes
    ----------
    collection, protocol : str
    direction : which list asks; the other list is searched
    need_ids, offer_ids : tuple of str, sorted ascending, so that ties by position are ties by id
    needs, offers : tuple of Fields, the same order; both lists are complete, whatever is asked
    queries : positions in the asking list to be answered; the others are there as list statistics only
    judged : for each entry of ``queries`` the positions that may be ranked, or None when all may
    relevance : need position -> offer position -> grade >= 0, *for learning only* and only where the protocol
        allows learning; empty when ``shipped_only``. A method that learns from it must answer a query with
        a model that never saw a need of the query's fold (``need_folds``, ``query_folds``).
    need_folds : fold of every need, 0 to 4, by the hash of its id
    query_folds : fold of every entry of ``queries``; an offer takes the fold of the need it was labelled with
    shipped_only : the method must use its shipped weights as they are
    """

    collection: str
    protocol: str
    direction: Direction
    need_ids: tuple[str, ...]
    needs: tuple[Fields, ...]
    offer_ids: tuple[str, ...]
    offers: tuple[Fields, ...]
    queries: tuple[int, ...]
    judged: tuple[tuple[int, ...], ...] | None = None
    relevance: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    need_folds: tuple[int, ...] = ()
    query_folds: tuple[int, ...] = ()
    shipped_only: bool = False

    @property
    def asking(self) -> tuple[Fields, ...]:
        """The list whose entries are the queries."""
        return self.needs if self.direction == "need_to_offer" else self.offers

    @property
    def asking_ids(self) -> tuple[str, ...]:
        """Ids of :attr:`asking`."""
        return self.need_ids if self.direction == "need_to_offer" else self.offer_ids

    @property
    def searched(self) -> tuple[Fields, ...]:
        """The list that is ranked."""
        return self.offers if self.direction == "need_to_offer" else self.needs

    @property
    def searched_ids(self) -> tuple[str, ...]:
        """Ids of :attr:`searched`."""
        return self.offer_ids if self.direction == "need_to_offer" else self.need_ids


@runtime_checkable
class Method(Protocol):
    """What the harness asks of a method; ``match_bench.ours`` and the baselines both follow it.

    A method may also have

    ``fit(task)``
        work that a user would find shipped (cross-validated training); timed apart, before the clock starts;
    ``evidence(task) -> Sequence[float]``
        for each query how sure it is that a fitting offer is in the list at all, higher is surer;
            for ``--abstain``.
    """

    name: str
    uses_list: bool
    """True when the answer to one query depends on which other queries are in the asking list."""

    def applies(self, task: Task) -> bool:
        """Say whether the method can do the task at all; if not it is left out of the table."""
        ...

    def rank(self, task: Task, *, depth: int = 100) -> Sequence[Ranking]:
        """Answer every query with at most ``depth`` positions of the searched list.

        With ``task.judged`` every judged candidate of the query is ranked, however many they are.
        """
        ...


def fold_of(need_id: str, *, n_folds: int = N_FOLDS) -> int:
    """Fold of a need, 0 <= fold < n_folds: the SHA-256 of its id, so it depends on nothing else."""
    return int.from_bytes(hashlib.sha256(need_id.encode()).digest()[:8], "big") % n_folds


def in_withheld_half(need_id: str) -> bool:
    """Say whether ``--abstain`` takes this need's true offers away (independent of :func:`fold_of`)."""
    return hashlib.sha256(b"withheld " + need_id.encode()).digest()[0] % 2 == 0
