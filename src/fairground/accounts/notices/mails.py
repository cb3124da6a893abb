"""Notices by mail: what is due is queued by the clock, and written when it is sent, from what may be read then."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.core.rhythms import DIGESTS, NEVER
from fairground.accounts.models import Hub, Notice, User
from fairground.accounts.notices.kinds import Attaches, notice_kind
from fairground.accounts.notices.reading import ShownNotice, shown_notices
from fairground.accounts.notices.wishes import ALL, rhythms_of, stop_token
from fairground.mail.rendering import render_mail
from fairground.mail.services import MailFile, WrittenMail, queue_written, register_writer

WRITER = "notices"
_PARENTHESES = {"zh": ("（", "）"), "en": (" (", ")")}
_DJANGO_NAMES = {"zh": "zh-hans", "en": "en"}


def register() -> None:
    """Make the writer of these mails known."""
    register_writer(WRITER, write_notice_mail)


def queue_notices(*, now: datetime, most: int = 500) -> int:
    """Queue the mail that is due, at most `most` lines at a time; return how many mails. Called by the clock.

    What is told at once is a mail of its own, digests are one mail a person, whatever rhythms fall due together and
    however long the clock slept. A line is marked as told in the transaction that queues its mail: a clock that is
    killed, or a second one beside it, tells nobody twice.
    """
    due = Notice.objects.filter(mail_at__lte=now).order_by("mail_at", "pk")
    alone: list[dict[str, Any]] = []
    together: dict[tuple[int, int], dict[str, Any]] = {}
    for pk, user_id, hub_id, mail_as in list(due.values_list("pk", "user_id", "hub_id", "mail_as")[:most]):
        if mail_as in DIGESTS:
            together[user_id, hub_id] = {"user_id": user_id, "hub_id": hub_id, "mail_as__in": DIGESTS}
        else:
            alone.append({"pk": pk})
    return sum(_queue(lines, now) for lines in [*alone, *together.values()])


@transaction.atomic
def _queue(lines: Mapping[str, Any], now: datetime) -> int:
    rows = list(
        Notice.objects.select_for_update().filter(mail_at__lte=now, **lines).order_by("changed_at", "pk")
    )
    if not rows:
        return 0
    user = User.objects.get(pk=rows[0].user_id)
    named = {str(row.pk): row.named[row.told :] for row in rows}
    for row in rows:
        row.mail_at, row.mailed_at, row.told = None, now, len(row.named)
        row.save(update_fields=["mail_at", "mailed_at", "told"])
    if not user.is_active:
        return 0
    queue_written(
        to=user.email,
        language=user.language,
        writer=WRITER,
        content={"user": user.pk, "hub": rows[0].hub_id, "named": named},
        now=now,
    )
    return 1


def write_notice_mail(content: Mapping[str, Any], now: datetime) -> WrittenMail | None:
    """Write a mail from what the person may read at `now`, and has not read or stopped; None where nothing is left."""
    user = User.objects.filter(pk=content["user"], is_active=True, erased_at=None).first()
    hub = Hub.objects.filter(pk=content["hub"]).first()
    if user is None or hub is None:
        return None
    rhythms = rhythms_of(user.pk)
    named = {int(number): keys for number, keys in content["named"].items()}
    rows = [
        row
        for row in Notice.objects.filter(pk__in=named, user=user, read_at__isnull=True).order_by(
            "changed_at", "pk"
        )
        if rhythms.get(row.kind, NEVER) != NEVER
    ]
    actor = actor_for(user, hub.pk, now=now)
    shown = [line for line in shown_notices(actor, rows, now=now, named=named) if line.is_open]
    if not shown:
        return None
    open_lines = {line.pk for line in shown}
    files = _files(actor, [row for row in rows if row.pk in open_lines], user.language, now)
    return replace(_written(user, hub, shown), files=files)


def _files(actor: Actor, rows: Sequence[Notice], language: str, now: datetime) -> tuple[MailFile, ...]:
    """Return what the kinds of these lines attach, each kind asked once."""
    about: dict[Attaches, list[str]] = {}
    for row in rows:
        kind = notice_kind(row.kind)
        if kind is not None and kind.attaches is not None and row.about_key:
            about.setdefault(kind.attaches, []).append(row.about_key)
    return tuple(file for attaches, keys in about.items() for file in attaches(actor, keys, language, now))


def _written(user: User, hub: Hub, shown: Sequence[ShownNotice]) -> WrittenMail:
    site, language = address_of(hub), user.language
    codes = sorted({line.kind for line in shown})
    stoppable = [code for code in codes if (kind := notice_kind(code)) is not None and not kind.mandatory]
    with override(_DJANGO_NAMES[language]):
        settings_address = site + reverse("accounts:notice_settings")
        stop = site + reverse("accounts:stop_notices", args=[stop_token(user.pk, stoppable)])
        stop_all = site + reverse("accounts:stop_notices", args=[stop_token(user.pk, [ALL])])
        lines = [_line(line, site, language) for line in shown]
    subject, text = render_mail(
        "accounts/notices/mail.txt",
        language,
        {
            "hub": hub,
            "lines": lines,
            "is_digest": len(lines) > 1,
            "kinds": [kind.label for code in codes if (kind := notice_kind(code)) is not None],
            "is_mandatory": not stoppable,
            "settings": settings_address,
            "stop": stop,
            "stop_all": stop_all,
        },
    )
    if not stoppable:
        return WrittenMail(subject, text)
    # RFC 8058: the reader's mail program posts to this address without asking them to sign in.
    return WrittenMail(
        subject,
        text,
        {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _line(line: ShownNotice, site: str, language: str) -> dict[str, Any]:
    left, right = _PARENTHESES[language]
    subject = " ".join(line.subject.in_language(language).split())
    return {
        "subject": f"{subject}{left}{line.count}{right}" if line.count > 1 else subject,
        "text": line.text.in_language(language),
        "named": [
            {
                "title": record.title.in_language(language),
                "organisation": record.organisation.in_language(language),
                "address": f"{site}/{language}{record.path}",
            }
            for record in line.named
        ],
        "address": site + reverse("accounts:notice", args=[line.pk]),
    }


def address_of(hub: Hub) -> str:
    """Return how a hub's readers reach it from outside, without a slash at the end."""
    address: str = settings.ENVIRONMENT.address
    return f"{urlsplit(address).scheme}://{hub.domain}" if hub.domain else address
