"""Queueing and sending mail.

A mail is queued in the caller's transaction: what was rolled back is never told. It is sent later, by the clock, so
that no page waits for a mail server and none fails with it.

A mail whose words depend on what its reader may still read is queued without them, and written when it is sent:
hours may pass between the two where a server is down.
"""

import logging
import smtplib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from email.encoders import encode_base64
from email.mime.base import MIMEBase
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.mail import EmailMessage, get_connection
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.db.models import Q

from fairground.mail.models import Outbox

_log = logging.getLogger(__name__)

# Waiting after the first, second … failure. After the last one the mail is given up and stays in the table.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=30),
    timedelta(hours=2),
    timedelta(hours=8),
    timedelta(hours=24),
)
# A mail that a sender took and did not finish (it was killed) is taken again after this time.
_CLAIM = timedelta(minutes=10)
_SUBJECT_LENGTH = 200


class WrongMailAddressError(ValueError):
    """What stands for an address cannot be one. Ask the person for it again."""


@dataclass(frozen=True, slots=True)
class SendingResult:
    """How many mails one round sent, put off, gave up, and left out since nothing was left to tell."""

    sent: int = 0
    put_off: int = 0
    given_up: int = 0
    left_out: int = 0


@dataclass(frozen=True, slots=True)
class MailFile:
    """A file that goes with a mail. `kind` is its media type ('text/calendar'), with parameters beside it."""

    name: str
    content: bytes
    kind: str
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class WrittenMail:
    """What a writer made of a mail; `headers` stand beside those of every mail."""

    subject: str
    text: str
    headers: Mapping[str, str] = field(default_factory=dict)
    files: tuple[MailFile, ...] = ()


# Takes what was queued and the time of sending; None where nothing is left to tell.
Writer = Callable[[Mapping[str, Any], datetime], WrittenMail | None]
_WRITERS: dict[str, Writer] = {}


def register_writer(name: str, writer: Writer) -> None:
    """Make a writer of mails known. Called once a name, from an app's `ready`."""
    _WRITERS[name] = writer


def queue_mail(
    *, to: str, language: str, subject: str, text: str, now: datetime, once: str = ""
) -> Outbox | None:
    """Lay one mail into the outbox, in the caller's transaction.

    Parameters
    ----------
    to : one address, and nothing else
    language : 'zh' or 'en', for whoever reads the outbox
    subject, text : plain; line breaks in the subject become spaces, so that nothing in it can become a header
    once : a word for this mail ('digest:17:2026-11-22'); a second mail with it is not queued

    Returns None where `once` was there already. Raises WrongMailAddressError.
    """
    return _queued(
        Outbox(
            to=to,
            language=language,
            subject=_one_line(subject),
            text=text,
            once=once,
            created_at=now,
            due_at=now,
        )
    )


def queue_written(
    *, to: str, language: str, writer: str, content: Mapping[str, Any], now: datetime, once: str = ""
) -> Outbox | None:
    """Lay one mail into the outbox that `writer` will write from `content` when it is sent; see `queue_mail`.

    `content` is plain JSON: numbers and keys, no text that its reader might lose the right to read.
    """
    return _queued(
        Outbox(
            to=to,
            language=language,
            writer=writer,
            content=dict(content),
            once=once,
            created_at=now,
            due_at=now,
        )
    )


def _queued(mail: Outbox) -> Outbox | None:
    try:
        validate_email(mail.to)
    except ValidationError:
        raise WrongMailAddressError("not an e-mail address; nothing was queued") from None
    try:
        with transaction.atomic():
            mail.save()
    except IntegrityError:
        return None
    return mail


def _one_line(subject: str) -> str:
    return " ".join(subject.split())[:_SUBJECT_LENGTH]


def send_due(*, now: datetime, limit: int = 100) -> SendingResult:
    """Send what is due, oldest first. Called by the clock; several may run at once, each mail has one sender.

    A sender that is killed between the server's yes and its own note sends that mail again ten minutes later, with
    the same Message-ID, by which receiving servers know it.
    """
    due = Outbox.objects.filter(due_at__lte=now).order_by("due_at", "pk").values_list("pk", flat=True)
    counts = dict.fromkeys(("sent", "put_off", "given_up", "left_out"), 0)
    waiting = list(due[:limit])
    if not waiting:
        return SendingResult()
    with get_connection() as connection:
        for number in waiting:
            claimed = Outbox.objects.filter(pk=number, due_at__lte=now).update(due_at=now + _CLAIM)
            if claimed:
                counts[_send(Outbox.objects.get(pk=number), connection, now)] += 1
    return SendingResult(**counts)


def _send(mail: Outbox, connection: Any, now: datetime) -> str:
    """Send one mail that was claimed, and note what became of it."""
    try:
        written = _write(mail, now)
        if written is None:
            mail.delete()
            return "left_out"
        message = EmailMessage(
            written.subject,
            written.text,
            settings.DEFAULT_FROM_EMAIL,
            [mail.to],
            headers={
                "Message-ID": f"<outbox-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@fairground>",
                "Content-Language": mail.language,
                "Auto-Submitted": "auto-generated",
                **written.headers,
            },
            connection=connection,
        )
        for file in written.files:
            message.attach(_part(file))
        message.send()
    except (OSError, smtplib.SMTPException) as error:
        return "put_off" if _put_off(mail, error, now) else "given_up"
    mail.subject = written.subject
    mail.sent_at, mail.due_at, mail.text, mail.content, mail.error = now, None, "", None, ""
    mail.save()
    return "sent"


def _write(mail: Outbox, now: datetime) -> WrittenMail | None:
    if not mail.writer:
        return WrittenMail(mail.subject, mail.text)
    written = _WRITERS[mail.writer](mail.content, now)
    return written and replace(written, subject=_one_line(written.subject))


def _part(file: MailFile) -> MIMEBase:
    """Return a file as a part of a mail; its own media type may carry parameters, which Django's `attach` loses."""
    part = MIMEBase(*file.kind.split("/", 1))
    part.set_payload(file.content)
    encode_base64(part)
    for name, value in file.parameters.items():
        part.set_param(name, value)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def _put_off(mail: Outbox, error: Exception, now: datetime) -> bool:
    """Note a failure; tell whether the mail is tried again."""
    # The server's words may repeat the address; the log keeps only what kind of failure it was.
    _log.warning("mail %s was not sent: %s", mail.pk, type(error).__name__)
    wait = WAITS[mail.tries] if mail.tries < len(WAITS) else None
    mail.tries += 1
    mail.error = f"{type(error).__name__}: {error}"[:300]
    mail.due_at = None if wait is None else now + wait
    mail.save()
    return wait is not None


def erase_mail(addresses: Iterable[str]) -> int:
    """Delete every mail to these addresses, sent or not; return how many. For the erasure of a person."""
    whose = Q()
    for address in addresses:
        whose |= Q(to__iexact=address)
    return Outbox.objects.filter(whose).delete()[0] if whose else 0


def forget_sent(*, before: datetime) -> int:
    """Delete mails that were sent before a moment; return how many. Called by the clock."""
    return Outbox.objects.filter(sent_at__lt=before).delete()[0]
