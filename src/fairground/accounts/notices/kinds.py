"""The kinds of notices. A stage registers its own when Django starts; nothing here knows a stage."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Q

from fairground.accounts.actors import Actor
from fairground.accounts.core.rhythms import AT_ONCE, NEVER, RHYTHMS
from fairground.accounts.models import Record
from fairground.accounts.policies import readable
from fairground.language.local_text import LocalText
from fairground.mail.services import MailFile

# Takes a reader and keys; returns the titles of those that the reader may read now.
Opens = Callable[[Actor, Collection[str], datetime], Mapping[str, LocalText]]
# Takes a reader; returns the records that may be listed for them now, a Q on Record.
Lists = Callable[[Actor, datetime], Q]
# Takes a reader, keys and a language; returns the files that go with the mail that tells of them.
Attaches = Callable[[Actor, Collection[str], str, datetime], Sequence[MailFile]]


def open_records(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Return the titles of the records that the actor may read, by key. One query."""
    found = Record.objects.filter(readable(actor, now=now), key__in=keys)
    return dict(found.values_list("key", "title"))


def lists_readable(actor: Actor, now: datetime) -> Q:
    """The records that the actor may read."""
    return readable(actor, now=now)


def own_affairs(actor: Actor, keys: Collection[str], now: datetime) -> dict[str, LocalText]:
    """Say that all is open: for what belongs to the person who is told, such as their saved search."""
    return dict.fromkeys(keys, LocalText())


@dataclass(frozen=True, slots=True)
class NoticeKind:
    """One kind, and how it is told to whoever wishes nothing else.

    rhythm : a rhythm of `core.rhythms`
    mandatory : told at once, whatever the person wishes; for what they must not miss
    pause : the same line is not told by mail again in this time, and news about the same thing fold into it while it
        is unread; None where every news is a line of its own
    opens : says whether what a notice is about may still be read, and its title
    lists : says which of the records it lists may still be listed
    paced_at : the path of the page where the rhythm is chosen instead; the news then go into the next digest
    attaches : makes the files that go with its mail, from what the reader may read then; None where there are none
    """

    code: str
    label: LocalText
    explanation: LocalText
    rhythm: str = AT_ONCE
    mandatory: bool = False
    pause: timedelta | None = None
    opens: Opens = open_records
    lists: Lists = lists_readable
    paced_at: str = ""
    attaches: Attaches | None = None

    def __post_init__(self) -> None:
        if self.rhythm not in RHYTHMS or (self.mandatory and self.rhythm != AT_ONCE):
            raise ValueError(f"{self.code}: {self.rhythm!r} is no rhythm for it")


_KINDS: dict[str, NoticeKind] = {}


def register_notice_kind(
    code: str,
    label: LocalText,
    explanation: LocalText,
    *,
    rhythm: str = AT_ONCE,
    mandatory: bool = False,
    pause: timedelta | None = None,
    opens: Opens = open_records,
    lists: Lists = lists_readable,
    paced_at: str = "",
    attaches: Attaches | None = None,
) -> None:
    """Make a kind known, see `NoticeKind`. Called once a kind, from an app's `ready`."""
    _KINDS[code] = NoticeKind(
        code, label, explanation, rhythm, mandatory, pause, opens, lists, paced_at, attaches
    )


def notice_kinds() -> tuple[NoticeKind, ...]:
    """Return all kinds, as the apps registered them."""
    return tuple(_KINDS.values())


def notice_kind(code: str) -> NoticeKind | None:
    """Return the kind with `code`; None for one that no part of the program knows any more."""
    return _KINDS.get(code)


def rhythm_for(kind: NoticeKind, wishes: Mapping[str, str]) -> str:
    """Return how a person with these wishes (kind → rhythm) is told of a kind by mail."""
    if kind.mandatory:
        return AT_ONCE
    wished = wishes.get(kind.code, wishes.get("", kind.rhythm))
    # Where the rhythm is chosen elsewhere, all there is to choose here is no mail.
    return AT_ONCE if kind.paced_at and wished != NEVER else wished
