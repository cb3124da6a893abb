"""One record of a hub against all of it: the samples that are kept, its candidates, and the pairs made of them."""

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from fairground.language.vectors import shipped_vectors
from fairground.match.catalogue.candidates import candidate_keys
from fairground.match.catalogue.keeping import Judged
from fairground.match.catalogue.texts import (
    KINDS,
    MARKETS,
    as_answering,
    as_asking,
    load_records,
    public_records,
    ranking_texts,
)
from fairground.match.catalogue.whole import weights_in_use
from fairground.match.core.engine import Fit, explain_pairs
from fairground.match.core.kept_lists import SAMPLE, Entry, KeptLists, Partner
from fairground.match.core.ranking import ONE_SIDED, two_sided
from fairground.match.models import Match
from fairground.publish.index import search_index

_LOADED_AT_ONCE = 200  # records of a sample between two pauses
_RIVALS = 2  # of a candidate's own best partners, against which a record is weighed
_SAMPLE_AGE = timedelta(hours=24)
_SAMPLE_CHANGES = 5  # samples are made anew when a fifth as many changes came as they have texts
_FEW_CHANGES = 50
_EXPLAINED = 16  # pairs whose requirements are judged: verdicts move a pair by a few places
_RECENT = 30  # changed records that are candidates in any case: the search index may not know them yet


class HubMatcher:
    """The kept samples of one hub, and how one record is matched against them."""

    def __init__(self, hub_id: int, *, now: datetime, pause: Callable[[], object] = bool) -> None:
        """Load the samples of a hub; `warm` prepares them, or the first question does.

        `pause` is called between the steps, a few times a second: it may sleep while others need the processor.
        """
        self.hub_id = hub_id
        self.made_at = now
        self._pause = pause
        totals = {kind: public_records(hub_id, kind).count() for kind in KINDS}
        samples = {kind: self._sample(kind, totals[kind]) for kind in KINDS}
        self._recent: deque[tuple[str, str]] = deque(maxlen=_RECENT)
        self._size = sum(map(len, samples.values()))
        self._lists = KeptLists(
            samples, totals, vectors=shipped_vectors(), weights=weights_in_use(hub_id), pause=pause
        )

    def is_stale(self, now: datetime) -> bool:
        """Tell whether the samples should be made anew."""
        if now - self.made_at > _SAMPLE_AGE:
            return True
        if self._lists.changes * _SAMPLE_CHANGES > max(self._size, _FEW_CHANGES):
            return True
        return self.lacks_a_kind()

    def lacks_a_kind(self) -> bool:
        """Tell whether there are records of a kind now that has no sample: they could not be matched at all."""
        return any(not self._lists.has(kind) and public_records(self.hub_id, kind).exists() for kind in KINDS)

    def _sample(self, kind: str, total: int) -> list[Entry]:
        keys = list(public_records(self.hub_id, kind).order_by("pk").values_list("key", flat=True))
        keys = keys[:: max(1, -(-total // SAMPLE))]
        found: list[Entry] = []
        for first in range(0, len(keys), _LOADED_AT_ONCE):
            self._pause()
            found += _entries(load_records(self.hub_id, kind, keys[first : first + _LOADED_AT_ONCE]))
        return found

    def warm(self, markets: Sequence[tuple[str, str]]) -> None:
        """Prepare now what the first question would wait for."""
        self._lists.warm(markets)

    def forget(self, kind: str, key: str) -> None:
        """Let a record that changed or went no longer be found."""
        self._lists.forget(kind, key)
        self._recent.append((kind, key))

    def match(self, row: Any, *, now: datetime) -> list[Judged]:
        """Return a record's pairs of now, best first in each kind; ranks are those for the record itself."""
        found: list[Judged] = []
        for asking, answering in MARKETS:
            if row.kind in (asking, answering) and self._lists.has(asking) and self._lists.has(answering):
                found += self._market(row, asking, answering, now=now)
        return found

    def _market(self, row: Any, asking: str, answering: str, *, now: datetime) -> list[Judged]:
        asks = row.kind == asking
        other = answering if asks else asking
        own = Entry(row.key, ranking_texts(row))
        candidates = self._candidates(own, other)
        partners = self._lists.partners(
            own,
            row.kind,
            other,
            candidates,
            asks=asks,
            rivals=lambda keys: self._rivals(keys, row.kind, other, asks=asks),
        )
        partners = sorted(partners, key=_first_score, reverse=True)[:_EXPLAINED]
        rows = load_records(self.hub_id, other, [partner.key for partner in partners])
        partners = [partner for partner in partners if partner.key in rows]
        return _explained(row, partners, rows, f"{asking} {answering}", asks=asks, now=now)

    def _candidates(self, own: Entry, other: str) -> list[Entry]:
        if self._lists.is_whole(other):
            # What came since the sample was made; the sample itself is there already.
            known = self._lists.keys(other)
            every = public_records(self.hub_id, other).order_by("pk").values_list("key", flat=True)
            keys = [key for key in every if key not in known]
        else:
            keys = candidate_keys(search_index().reader(), own.texts, self.hub_id, other)
            keys += [key for kind, key in self._recent if kind == other and key not in keys]
        return _entries(load_records(self.hub_id, other, keys)) if keys else []

    def _rivals(self, keys: Sequence[str], kind: str, other: str, *, asks: bool) -> list[Entry]:
        """Return the records of `kind` that stand first with these candidates."""
        side, far = ("answering", "asking") if asks else ("asking", "answering")
        first = Match.objects.filter(
            **{
                f"{side}__key__in": list(keys),
                f"rank_for_{side}__lte": _RIVALS,
                "kinds": f"{kind} {other}" if asks else f"{other} {kind}",
            }
        )
        found = sorted(set(first.values_list(f"{far}__key", flat=True)))
        return _entries(load_records(self.hub_id, kind, found)) if found else []


def _first_score(partner: Partner) -> float:
    back = partner.back.probability if partner.back is not None else None
    forth = partner.forth.probability
    return ONE_SIDED * forth if back is None else float(two_sided(forth, back))


def _entries(rows: Mapping[str, Any]) -> list[Entry]:
    return [Entry(key, ranking_texts(row)) for key, row in rows.items()]


def _explained(
    row: Any, partners: Sequence[Partner], rows: Mapping[str, Any], kinds: str, *, asks: bool, now: datetime
) -> list[Judged]:
    if not partners:
        return []
    own = as_asking(row) if asks else as_answering(row)
    others = [
        as_answering(rows[partner.key]) if asks else as_asking(rows[partner.key]) for partner in partners
    ]
    forth: dict[tuple[int, int], Fit] = {}
    back: dict[tuple[int, int], Fit] = {}
    for place, partner in enumerate(partners):
        places = (0, place) if asks else (place, 0)
        forth[places] = partner.forth
        if partner.back is not None:
            back[places] = partner.back
    pairs = explain_pairs(
        [own] if asks else others,  # type: ignore[list-item, arg-type]  # asking is a Need, answering an Offer
        others if asks else [own],  # type: ignore[list-item, arg-type]
        forth if asks else back,
        back if asks else forth,
        direction="needs" if asks else "offers",
        today=timezone.localdate(now),
    )
    found = []
    for pair in pairs:
        partner_id = rows[pair.offer_id if asks else pair.need_id].pk
        ids = (row.pk, partner_id) if asks else (partner_id, row.pk)
        found.append(Judged(*ids, kinds, pair))
    return found
