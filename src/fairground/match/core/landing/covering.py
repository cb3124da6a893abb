"""The fewest holders of one place that together cover what can be covered there."""

from collections.abc import Sequence
from dataclasses import dataclass

MOST_EXACT = 12  # wishes; every subset of them is a state


@dataclass(frozen=True, slots=True)
class Cover:
    """Holders by place in the list that was given, ascending; together they cover all that any of them covers.

    bound : the set is at most this many times as large as the smallest one; 1.0 where it is the smallest
    """

    chosen: tuple[int, ...]
    bound: float = 1.0

    @property
    def is_exact(self) -> bool:
        return self.bound == 1.0


def smallest_cover(covers: Sequence[frozenset[int]], *, most_exact: int = MOST_EXACT) -> Cover:
    """Choose the fewest holders that together cover every wish that any of them covers.

    Parameters
    ----------
    covers : for each holder the wishes it covers, by number; the better holder stands first
    most_exact : up to so many different wishes the answer is the smallest; beyond, greedy

    Returns
    -------
    Cover. Among the smallest sets the one whose holders stand first. A wish that two holders cover counts once.

    Cost: O(2^w · h) for w ≤ `most_exact` wishes and h holders with different covers; else O(w · h).
    Source of the greedy bound H(d), d the most wishes one holder covers: Chvátal, Math. Oper. Res. 4 (1979) 233–235.
    """
    wanted = sorted(frozenset().union(*covers))
    bit = {wish: 1 << place for place, wish in enumerate(wanted)}
    masks = [sum(bit[wish] for wish in cover) for cover in covers]
    if len(wanted) <= most_exact:
        return Cover(_exact(masks, (1 << len(wanted)) - 1))
    chosen = _greedy(masks, (1 << len(wanted)) - 1)
    largest = max(mask.bit_count() for mask in masks)
    bound = sum(1.0 / size for size in range(1, largest + 1))
    return Cover(chosen, 1.0 if len(chosen) == 1 else bound)


def _exact(masks: Sequence[int], whole: int) -> tuple[int, ...]:
    first: dict[int, int] = {}
    for place, mask in enumerate(masks):
        if mask:
            first.setdefault(mask, place)
    # Of all ways to reach a state by fewest holders, the one whose places stand first.
    best: dict[int, tuple[int, tuple[int, ...]]] = {0: (0, ())}
    frontier = [0]
    while whole not in best:
        reached: dict[int, tuple[int, tuple[int, ...]]] = {}
        for state in frontier:
            count, chosen = best[state]
            for mask, place in first.items():
                joined = state | mask
                if joined != state and joined not in best:
                    way = (count + 1, tuple(sorted((*chosen, place))))
                    if joined not in reached or way < reached[joined]:
                        reached[joined] = way
        best |= reached
        frontier = list(reached)
    return best[whole][1]


def _greedy(masks: Sequence[int], whole: int) -> tuple[int, ...]:
    covered, chosen = 0, list[int]()
    while covered != whole:
        place = max(range(len(masks)), key=lambda at: ((masks[at] & ~covered).bit_count(), -at))
        chosen.append(place)
        covered |= masks[place]
    return tuple(sorted(chosen))
