"""Telling people: one line in their inbox, and a moment at which it is due by mail."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Max, Q

from fairground.accounts.core.rhythms import DAILY, NEVER, mail_due
from fairground.accounts.models import Notice, NoticeWish, User
from fairground.accounts.notices.kinds import NoticeKind, notice_kind, rhythm_for
from fairground.language.local_text import LocalText

MOST_NAMED = 50  # records listed in one notice
# How long lines are kept: read ones, and those that nobody ever opened.
READ_KEPT = timedelta(days=90)
UNREAD_KEPT = timedelta(days=365)
_LANGUAGE = re.compile(r"^/(zh|en)(?=/)")


class UnknownNoticeKindError(LookupError):
    """No part of the program registered this kind of notice: an error of the program."""


def hub_zone() -> ZoneInfo:
    """Return the time zone whose clock digests follow."""
    return ZoneInfo(settings.TIME_ZONE)


@transaction.atomic
def notify(
    *,
    hub_id: int,
    user_ids: Iterable[int | None],
    kind: str,
    subject: LocalText,
    text: LocalText = LocalText(),
    path: str = "",
    about_key: str = "",
    named: Sequence[str] = (),
    once: str = "",
    now: datetime,
) -> int:
    """Tell people something: to be called inside the transaction of what it tells of. Returns how many were told.

    Each gets a line in the portal. It is due by mail as they wish: now, with the next digest, or never. Nothing is
    written to the outbox here: the mail is written by the clock, from what the reader may read then.

    Parameters
    ----------
    user_ids : of accounts; None, closed and erased ones are passed over, one that is named twice is told once
    subject : '{title}' in it becomes the title of what `about_key` names, as it stands when it is read. Neither
        subject nor text carries a title, a person's name or anything else that the reader may lose the right to read
    path : of the page it leads to, in any language ('/en/need/KEY/')
    about_key : what it is about, by default a record; the kind's `opens` decides whether it may still be read
    named : keys of records to be listed; each is left out for whoever may not read it
    once : a word; a person who was told with the same word is not told again. For callers that may run twice

    Raises UnknownNoticeKindError, ValueError for a path to somewhere else.
    """
    spec = notice_kind(kind)
    if spec is None:
        raise UnknownNoticeKindError(kind)
    path = _LANGUAGE.sub("", path)
    if path and not re.match(r"/(?![/\\])", path):
        raise ValueError(f"a notice leads to a page of this portal, not to {path!r}")
    people = User.objects.filter(pk__in={pk for pk in user_ids if pk}, is_active=True, erased_at=None)
    if once:
        people = people.exclude(Q(notices__once=once))
    told = sorted(people.values_list("pk", flat=True))
    wishes = wishes_of(told)
    lines = 0
    for user_id in told:
        news = Notice(
            hub_id=hub_id, user_id=user_id, kind=kind, subject=subject, text=text, path=path,
            about_key=about_key, named=list(dict.fromkeys(named))[-MOST_NAMED:], once=once,
            folds=spec.pause is not None, created_at=now, changed_at=now,
        )  # fmt: skip
        lines += _tell(news, spec, rhythm_for(spec, wishes.get(user_id, {})), now)
    return lines


def wishes_of(user_ids: Sequence[int]) -> dict[int, dict[str, str]]:
    """Return what people wish, person → kind → rhythm. One query."""
    found: dict[int, dict[str, str]] = {}
    for user_id, kind, rhythm in NoticeWish.objects.filter(user_id__in=user_ids).values_list(
        "user_id", "kind", "rhythm"
    ):
        found.setdefault(user_id, {})[kind] = rhythm
    return found


def _tell(news: Notice, spec: NoticeKind, rhythm: str, now: datetime) -> bool:
    """Write one person's line; False where somebody told them of this very thing a moment ago."""
    same = Notice.objects.filter(
        user_id=news.user_id, hub_id=news.hub_id, kind=news.kind, about_key=news.about_key
    )
    standing = same.select_for_update().filter(folds=True, read_at__isnull=True)
    if spec.pause is not None and (row := standing.first()) is not None:
        return _fold(row, news, spec, rhythm, now)
    told_at = same.aggregate(at=Max("mailed_at"))["at"] if spec.pause is not None else None
    plan(news, spec, rhythm, now, told_at)
    try:
        with transaction.atomic():
            news.save()
    except IntegrityError:
        # Somebody else told them in the same moment: of this very thing (`once`), or of the same line.
        row = standing.first()
        return row is not None and _fold(row, news, spec, rhythm, now)
    return True


def _fold(row: Notice, news: Notice, spec: NoticeKind, rhythm: str, now: datetime) -> bool:
    # Only now does the row's lock show what others wrote since `notify` asked who was told.
    if news.once and row.once == news.once:
        return False
    known = set(row.named)
    added = [key for key in news.named if key not in known]
    dropped = max(0, len(row.named) + len(added) - MOST_NAMED)
    row.named = [*row.named, *added][dropped:]
    row.told = max(0, row.told - dropped)
    row.count += 1
    row.subject, row.text, row.path = news.subject, news.text, news.path
    row.once = news.once or row.once
    row.changed_at = now
    if row.mail_at is None:
        plan(row, spec, rhythm, now, row.mailed_at)
    row.save()
    return True


def plan(row: Notice, spec: NoticeKind, rhythm: str, now: datetime, told_at: datetime | None) -> None:
    """Set when and how a line is told by mail; the caller saves it."""
    if spec.paced_at and rhythm != NEVER:
        row.mail_as, row.mail_at = DAILY, now
        return
    row.mail_as = rhythm
    row.mail_at = mail_due(rhythm, now=now, zone=hub_zone(), told_at=told_at, pause=spec.pause)


def mark_read(*, hub_id: int, user_id: int, notice_id: int, now: datetime) -> Notice | None:
    """Mark one of a person's own lines as read and return it; None where there is no such line of theirs.

    What was read is not told by mail any more. A second call changes nothing.
    """
    mine = Notice.objects.filter(pk=notice_id, user_id=user_id, hub_id=hub_id)
    mine.filter(read_at__isnull=True).update(read_at=now, mail_at=None)
    return mine.first()


def mark_all_read(*, hub_id: int, user_id: int, until: datetime, now: datetime) -> int:
    """Mark a person's lines as read that stood there at `until`; return how many. What came since stays unread."""
    return Notice.objects.filter(
        user_id=user_id, hub_id=hub_id, read_at__isnull=True, changed_at__lte=until
    ).update(read_at=now, mail_at=None)


def forget_notices(*, now: datetime) -> int:
    """Delete lines that were read long ago, or lay unread for a year; return how many. Called by the clock."""
    old = Q(read_at__lt=now - READ_KEPT) | Q(changed_at__lt=now - UNREAD_KEPT)
    return Notice.objects.filter(old).delete()[0]
