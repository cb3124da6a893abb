"""What each person wishes: a rhythm for every kind, and the address in a mail that stops it without signing in.

The address carries who and which kinds, signed. It never ends, since mails are kept for years; all it can do is end
mail that is not mandatory, and the page that answers offers to take it back.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core import signing
from django.db import transaction

from fairground.accounts.core.rhythms import AT_ONCE, NEVER, RHYTHMS
from fairground.accounts.errors import LinkError
from fairground.accounts.models import Notice, NoticeWish, User
from fairground.accounts.notices.kinds import NoticeKind, notice_kind, notice_kinds, rhythm_for
from fairground.accounts.notices.services import plan, wishes_of

ALL = "*"
UNDO_VALID = timedelta(days=30)
_STOP, _UNDO = "accounts.notices.stop", "accounts.notices.undo"


@dataclass(frozen=True, slots=True)
class Stop:
    """What a stop address ends: mail of these kinds to this person; `is_all` of every kind that is not mandatory."""

    user: User
    kinds: tuple[NoticeKind, ...]
    is_all: bool


def rhythms_of(user_id: int) -> dict[str, str]:
    """Return how a person is told of each kind by mail. One query."""
    wishes = wishes_of([user_id]).get(user_id, {})
    return {kind.code: rhythm_for(kind, wishes) for kind in notice_kinds()}


@transaction.atomic
def set_wishes(*, user_id: int, rhythms: Mapping[str, str], now: datetime) -> None:
    """Keep a person's wishes, kind → rhythm; what waits to be told follows them at once.

    Unknown and mandatory kinds, and words that are no rhythm, are passed over. A second call changes nothing.
    """
    wanted = {
        code: rhythm
        for code, rhythm in rhythms.items()
        if (kind := notice_kind(code)) is not None and not kind.mandatory and rhythm in RHYTHMS
    }
    for code, rhythm in wanted.items():
        NoticeWish.objects.update_or_create(user_id=user_id, kind=code, defaults={"rhythm": rhythm})
    if any(rhythm != NEVER for rhythm in wanted.values()):
        # Whoever wants mail again does not want to miss a kind that a later version brings.
        NoticeWish.objects.filter(user_id=user_id, kind="").delete()
    _plan_again(user_id, wanted, now)


def wants_mail_again(*, user_id: int, kind: str, now: datetime) -> None:
    """Take a stop of one kind back, since the person asked for such mail elsewhere. Harmless without one."""
    if rhythms_of(user_id)[kind] == NEVER:
        set_wishes(user_id=user_id, rhythms={kind: AT_ONCE}, now=now)


def stop_token(user_id: int, kinds: Iterable[str]) -> str:
    """Return the token of the address that stops mail of these kinds to a person; `[ALL]` for every kind."""
    return signing.Signer(salt=_STOP).sign_object({"user": user_id, "kinds": sorted(set(kinds))})


def stop_of(token: str) -> Stop:
    """Return what a token stops. Raises LinkError, alike for every way of not being valid."""
    try:
        content = signing.Signer(salt=_STOP).unsign_object(token)
        user = User.objects.get(pk=content["user"], is_active=True, erased_at=None)
        codes = content["kinds"]
    except (signing.BadSignature, User.DoesNotExist, KeyError, TypeError, ValueError):
        raise _dead_link() from None
    is_all = ALL in codes
    kinds = tuple(kind for kind in notice_kinds() if not kind.mandatory and (is_all or kind.code in codes))
    return Stop(user, kinds, is_all)


@transaction.atomic
def stop_mail(*, stop: Stop, now: datetime) -> str:
    """End the mail that a stop address is about; return the token that takes it back.

    A second call ends nothing more, and its token then restores what the first one left.
    """
    user = User.objects.select_for_update().get(pk=stop.user.pk)
    standing = wishes_of([user.pk]).get(user.pk, {})
    codes = [kind.code for kind in stop.kinds]
    touched = [*standing, "", *codes] if stop.is_all else codes
    for code in [*codes, ""] if stop.is_all else codes:
        NoticeWish.objects.update_or_create(user=user, kind=code, defaults={"rhythm": NEVER})
    _plan_again(user.pk, codes, now)
    was = {code: standing.get(code) for code in touched}
    return signing.dumps({"user": user.pk, "was": was}, salt=_UNDO)


@transaction.atomic
def undo_stop(*, stop: Stop, token: str, now: datetime) -> None:
    """Take a stop back: every wish is what it was before. Raises LinkError for another person's, or an old, token."""
    try:
        content = signing.loads(token, salt=_UNDO, max_age=UNDO_VALID)
    except signing.BadSignature:
        raise _dead_link() from None
    if content["user"] != stop.user.pk:
        raise _dead_link()
    User.objects.select_for_update().get(pk=stop.user.pk)
    for code, rhythm in content["was"].items():
        if rhythm is None:
            NoticeWish.objects.filter(user=stop.user, kind=code).delete()
        else:
            NoticeWish.objects.update_or_create(user=stop.user, kind=code, defaults={"rhythm": rhythm})
    _plan_again(stop.user.pk, [kind.code for kind in stop.kinds], now)


def _plan_again(user_id: int, kinds: Collection[str], now: datetime) -> None:
    """Let what waits to be told by mail follow the wishes that stand now. What was told stays told."""
    rhythms = rhythms_of(user_id)
    waiting = Notice.objects.select_for_update().filter(
        user_id=user_id, kind__in=kinds, read_at__isnull=True, mail_at__isnull=False
    )
    for row in waiting:
        kind = notice_kind(row.kind)
        if kind is not None:
            plan(row, kind, rhythms[row.kind], now, row.mailed_at)
            row.save(update_fields=["mail_as", "mail_at"])


def _dead_link() -> LinkError:
    return LinkError(
        "这个链接不完整或已失效。请登录后在“通知设置”里更改。",
        "This link is incomplete or no longer works. Sign in and change it under 'Notice settings'.",
    )
