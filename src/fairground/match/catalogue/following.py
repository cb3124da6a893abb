"""Following the change log with the pairs: what changed is matched anew, and nothing else.

The position is kept in the database beside the pairs; one process follows at a time. A process killed anywhere reads
that part again, which is harmless: a record whose words are the same is passed over. The samples that a record is
matched against are kept in memory; when much has changed, those of a large hub are made anew beside the matching.
"""

import threading
import time
from collections import defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from fairground.accounts.core import states
from fairground.accounts.models import Hub, Record
from fairground.audit.models import Change
from fairground.audit.selectors import changes_after, cursor_of, last_position, position_in, position_of
from fairground.collect.models import Facility
from fairground.jobs.spare_time import SpareTime
from fairground.match.catalogue.keeping import PARTNERS, keep_of_record
from fairground.match.catalogue.matcher import HubMatcher
from fairground.match.catalogue.renewing import Renewal
from fairground.match.catalogue.texts import KINDS, digest_of, load_records, public_records
from fairground.match.catalogue.whole import match_hub, method_name
from fairground.match.learned_weights import LOG_KIND
from fairground.match.match_notices import announcing
from fairground.match.models import Match, MatchedText, MatchProgress
from fairground.publish.documents import keys_of_organisation

_AT_ONCE = 500  # changes read in one step
_HELD = timedelta(minutes=2)  # by who follows, counted anew with every record
_TOLD_EVERY_S = 30.0  # while samples are made
_WHOLE_FROM = (
    20  # changed records at once, and a fifth of the hub: then a full run is less work and more exact
)
_WHOLE_SHARE = 5
# With more public records a full run takes longer than readers should wait for news: what is not matched yet is worked
# off beside the news, newest first.
_WHOLE_MOST = 3_000
_TURN_S = 3.0  # of one turn of the clock, for what waits
_WAITING_AT_ONCE = 20
_PAUSE_S = 0.5  # after a fifth of a second of work

# One matcher a hub and process; who follows holds the lock.
_matchers: dict[int, HubMatcher] = {}
_renewals: dict[int, Renewal] = {}
_following = threading.Lock()
_spare_time = SpareTime()


def follow_changes() -> int:
    """Bring the pairs up to the log; return the records matched anew. 0 where somebody else is following."""
    with _following:
        progress, _ = MatchProgress.objects.get_or_create(pk=1)
        if not _hold(free_only=True):
            return 0
        try:
            return _follow(progress.position) + _work_off(_TURN_S)
        finally:
            MatchProgress.objects.filter(pk=1).update(held_until=None)


def match_everything() -> int:
    """Match every hub anew by a full run; return the records that took part. 0 where somebody else is following."""
    with _following:
        MatchProgress.objects.get_or_create(pk=1)
        if not _hold(free_only=True):
            return 0
        try:
            MatchedText.objects.all().delete()
            return _follow("") + _work_off(None)
        finally:
            MatchProgress.objects.filter(pk=1).update(held_until=None)


def _hold(*, free_only: bool = False) -> bool:
    now = timezone.now()
    mine = MatchProgress.objects.filter(pk=1)
    if free_only:
        mine = mine.filter(Q(held_until__isnull=True) | Q(held_until__lt=now))
    return bool(mine.update(held_until=now + _HELD))


def _follow(cursor: str) -> int:
    position = position_in(cursor)
    if position is None:
        # Nothing is known of these pairs: what is written while they are made is in the log after this.
        position = last_position()
        matched = sum(_whole(hub_id) for hub_id in Hub.objects.values_list("pk", flat=True))
        MatchProgress.objects.filter(pk=1).update(position=cursor_of(position))
        return matched
    matched = 0
    while changes := changes_after(position, limit=_AT_ONCE):
        matched += _catch_up(changes)
        position = position_of(changes[-1])
        MatchProgress.objects.filter(pk=1).update(position=cursor_of(position))
    return matched


def _whole(hub_id: int) -> int:
    # Its weights may have changed, and with them what a matcher would find.
    _matchers.pop(hub_id, None)
    _renewals.pop(hub_id, None)
    if is_large(hub_id):
        return 0
    match_hub(hub_id, now=timezone.now(), tell=_hold)
    return public_count(hub_id)


def is_large(hub_id: int) -> bool:
    """Tell whether a hub has too many public records for a full run."""
    return public_count(hub_id) > _WHOLE_MOST


def waiting(hub_id: int) -> QuerySet[Record]:
    """Return the public records of a hub whose pairs were not made by its method yet, newest first."""
    matched = MatchedText.objects.filter(record=OuterRef("pk"), method=method_name(hub_id))
    public = Record.objects.filter(
        hub_id=hub_id, kind__in=KINDS, state=states.PUBLISHED, visibility=Record.Visibility.PUBLIC
    )
    return public.filter(~Exists(matched)).order_by("-changed_at", "-pk")


def _work_off(seconds: float | None) -> int:
    """Match records of large hubs that wait, for so many seconds, or all of them; return how many."""
    end = None if seconds is None else time.monotonic() + seconds
    matched = 0
    for hub_id in filter(is_large, Hub.objects.values_list("pk", flat=True)):
        while some := list(waiting(hub_id).values_list("kind", "key")[:_WAITING_AT_ONCE]):
            for kind, key in some:
                if end is not None and not _spare_time.is_there():
                    return matched
                pause = bool if end is None else _let_readers_be
                match_records(hub_id, {kind: [key]}, now=timezone.now(), tell=_hold, pause=pause)
                matched += 1
                if end is not None and time.monotonic() >= end:
                    return matched
    return matched


def _let_readers_be() -> None:
    """Sleep a little where readers came since: samples that were begun are finished, at a quarter of a processor."""
    if not _spare_time.is_there():
        time.sleep(_PAUSE_S)


def _put_off(hub_id: int, changed: Sequence[Any]) -> None:
    """Leave records to be worked off; pairs that quote what they said before go now."""
    for row in changed:
        keep_of_record(hub_id, row.pk, (), method="", now=timezone.now())
    MatchedText.objects.filter(record__in=[row.pk for row in changed]).delete()


def public_count(hub_id: int) -> int:
    """Return how many records of a hub take part in matching."""
    return sum(public_records(hub_id, kind).count() for kind in KINDS)


def _catch_up(changes: Sequence[Change]) -> int:
    keys = {change.key for change in changes if change.kind in KINDS}
    for change in changes:
        if change.kind == "organisation":
            keys.update(keys_of_organisation(change.key))
        elif change.kind == "facility":
            keys.update(_platforms_of(change.key))
    by_hub: dict[int, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    touched = Record.objects.filter(key__in=keys, kind__in=KINDS)
    for hub_id, kind, key in touched.order_by("pk").values_list("hub_id", "kind", "key"):
        by_hub[hub_id][kind].append(key)
    # Other weights change every pair of their hub.
    weighed_anew = {
        change.hub_id for change in changes if change.kind == LOG_KIND and change.action != "learn"
    }
    matched = sum(_whole(hub_id) for hub_id in sorted(weighed_anew))
    for hub_id, kinds in by_hub.items():
        matched += match_records(hub_id, kinds, now=timezone.now(), tell=_hold)
    return matched


def _platforms_of(facility: str) -> list[str]:
    return list(
        Facility.objects.filter(key=facility, platform__isnull=False).values_list("platform__key", flat=True)
    )


def match_records(
    hub_id: int,
    keys: Mapping[str, Sequence[str]],
    *,
    now: datetime,
    tell: Callable[[], object] = bool,
    pause: Callable[[], object] = bool,
) -> int:
    """Match records, by kind, that may have changed; return how many had. What is not public loses its pairs.

    `tell` is called before each record, and every half minute while samples are made; `pause` a few times a second
    then: it may sleep.
    """
    rows = {key: row for kind, some in keys.items() for key, row in load_records(hub_id, kind, some).items()}
    gone = [(kind, key) for kind, some in keys.items() for key in some if key not in rows]
    method = method_name(hub_id)
    known = dict(
        MatchedText.objects.filter(record__in=rows.values(), method=method).values_list("record_id", "digest")
    )
    digests = {row.pk: digest_of(row, timezone.localdate(now)) for row in rows.values()}
    changed = [row for row in rows.values() if known.get(row.pk) != digests[row.pk]]
    lost = _take_out(hub_id, gone)
    if len(changed) >= _WHOLE_FROM and is_large(hub_id):
        _put_off(hub_id, changed)
        return 0
    if len(changed) >= _WHOLE_FROM and len(changed) * _WHOLE_SHARE > public_count(hub_id):
        with announcing(hub_id, now=now):
            _whole(hub_id)
        return len(changed)
    matcher = _matcher(hub_id, now, tell, pause) if changed or lost else None
    for kind, key in (*gone, *((row.kind, row.key) for row in changed)):
        if matcher is not None:
            matcher.forget(kind, key)
        if hub_id in _renewals:
            _renewals[hub_id].forget(kind, key)
    for row in changed:
        tell()
        found = matcher.match(row, now=now) if matcher else []
        with transaction.atomic(), announcing(hub_id, now=now, record_id=row.pk):
            lost |= keep_of_record(hub_id, row.pk, found, method=method, now=now)
            MatchedText.objects.update_or_create(
                record_id=row.pk,
                defaults={"digest": digests[row.pk], "method": method, "made_at": now},
            )
    if matcher is not None:
        _fill_up(hub_id, matcher, lost - {row.pk for row in changed}, now=now, tell=tell)
    return len(changed)


def _matcher(
    hub_id: int, now: datetime, tell: Callable[[], object], pause: Callable[[], object]
) -> HubMatcher:
    matcher = _matchers.get(hub_id)
    if matcher is not None and not matcher.is_stale(now):
        return matcher
    if matcher is None or matcher.lacks_a_kind() or not is_large(hub_id):
        _renewals.pop(hub_id, None)
        matcher = _matchers[hub_id] = HubMatcher(hub_id, now=now, pause=_telling(tell, pause))
        return matcher
    # Old samples serve until new ones are there.
    renewal = _renewals.get(hub_id)
    if renewal is None:
        _renewals[hub_id] = Renewal(hub_id, now=now, pause=pause)
    elif renewal.is_over():
        del _renewals[hub_id]
        if made := renewal.take():
            matcher = _matchers[hub_id] = made
    return matcher


def _telling(tell: Callable[[], object], pause: Callable[[], object]) -> Callable[[], None]:
    """Return a pause that also tells now and then: with pauses samples may take longer than a lock is held."""
    told = time.monotonic()

    def both() -> None:
        nonlocal told
        pause()
        if time.monotonic() - told > _TOLD_EVERY_S:
            tell()
            told = time.monotonic()

    return both


def _take_out(hub_id: int, gone: Sequence[tuple[str, str]]) -> frozenset[int]:
    lost: frozenset[int] = frozenset()
    for pk in Record.objects.filter(hub_id=hub_id, key__in=[key for _, key in gone]).values_list(
        "pk", flat=True
    ):
        with transaction.atomic():
            lost |= keep_of_record(hub_id, pk, (), method="", now=timezone.now())
            MatchedText.objects.filter(record_id=pk).delete()
    return lost


def _fill_up(
    hub_id: int, matcher: HubMatcher, lost: Collection[int], *, now: datetime, tell: Callable[[], object]
) -> None:
    """Look again for those who lost a partner and have few left; their other pairs stay as they are.

    Who still waits to be matched at all has few because of that, and its turn comes.
    """
    method = method_name(hub_id)
    matched = MatchedText.objects.filter(record__in=lost, method=method).values("record_id")
    for kind in KINDS:
        keys = Record.objects.filter(pk__in=matched, kind=kind).values_list("key", flat=True)
        rows = load_records(hub_id, kind, list(keys))
        for row in rows.values():
            own = Q(asking_id=row.pk, rank_for_asking__isnull=False) | Q(
                answering_id=row.pk, rank_for_answering__isnull=False
            )
            if Match.objects.filter(own).count() < PARTNERS // 2:
                tell()
                found = matcher.match(row, now=now)
                keep_of_record(hub_id, row.pk, found, method=method, now=now, is_addition=True)


def is_behind() -> bool:
    """Tell whether the log has news for the pairs, or a large hub something that can be worked off now."""
    progress = MatchProgress.objects.filter(pk=1).first()
    position = position_in(progress.position) if progress else None
    if position is None or changes_after(position, limit=1):
        return True
    if not _spare_time.is_there():
        return False
    hubs = Hub.objects.values_list("pk", flat=True)
    return any(is_large(hub_id) and waiting(hub_id).exists() for hub_id in hubs)
