"""What people are asked to agree to: which version is in force, who agreed to it, and who took it back."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from fairground.accounts.consent_texts import TEXTS
from fairground.accounts.errors import NotAllowedError
from fairground.accounts.models import Consent, ConsentText, User
from fairground.audit.services import record_change

_ON_WITHDRAWAL: dict[str, list[Callable[[User], None]]] = {}
CONSENTS_DUE = "consents_due"  # in the session, from signing in until the person agreed


def keep_texts(**_: Any) -> None:
    """Write the texts this version of the program brings, where the database has not got them. Harmless twice."""
    known = set(ConsentText.objects.values_list("code", "version"))
    ConsentText.objects.bulk_create(
        ConsentText(
            code=text.code,
            version=text.version,
            title=text.title,
            text=text.text,
            effective_from=datetime.combine(text.effective_from, datetime.min.time(), UTC),
            required=text.required,
        )
        for text in TEXTS
        if (text.code, text.version) not in known
    )


def texts_in_force(*, now: datetime) -> list[ConsentText]:
    """Return the newest effective version of every text, the required ones first. One query."""
    newest: dict[str, ConsentText] = {}
    for text in ConsentText.objects.filter(effective_from__lte=now).order_by("code", "-version"):
        newest.setdefault(text.code, text)
    order = {text.code: place for place, text in enumerate(TEXTS)}
    return sorted(
        newest.values(), key=lambda text: (not text.required, order.get(text.code, len(order)), text.code)
    )


def consents_due(user: User, *, now: datetime) -> list[ConsentText]:
    """Return the required texts in force that the person has not agreed to. Two queries."""
    given = set(
        Consent.objects.filter(user=user, withdrawn_at__isnull=True).values_list("text_id", flat=True)
    )
    return [text for text in texts_in_force(now=now) if text.required and text.pk not in given]


@transaction.atomic
def give_consents(*, user: User, texts: Iterable[ConsentText], now: datetime, hub_id: int) -> None:
    """Note that the person agreed to these versions. A version agreed to already stays as it was."""
    given = set(
        Consent.objects.filter(user=user, withdrawn_at__isnull=True).values_list("text_id", flat=True)
    )
    for text in texts:
        if text.pk in given:
            continue
        Consent.objects.create(user=user, text=text, given_at=now)
        _log(user, text, "give", now, hub_id)


def give_consent_to(code: str, *, user_id: int, now: datetime, hub_id: int) -> None:
    """Note that the person agreed, by what they chose, to the text in force with this code. Harmless twice."""
    wanted = [text for text in texts_in_force(now=now) if text.code == code]
    give_consents(user=User.objects.get(pk=user_id), texts=wanted, now=now, hub_id=hub_id)


@transaction.atomic
def withdraw_consent(*, user: User, consent_id: int, now: datetime, hub_id: int) -> None:
    """Take a consent back. A text that an account needs is taken back by erasing the account.

    Raises NotAllowedError. A second call changes nothing.
    """
    consent = Consent.objects.select_related("text").filter(user=user, pk=consent_id).first()
    if consent is None or consent.withdrawn_at is not None:
        return
    if consent.text.required:
        raise NotAllowedError(
            "没有这项同意，账号无法使用。如要撤回，请删除账号。",
            "An account cannot be kept without this text. To take it back, erase the account.",
        )
    consent.withdrawn_at = now
    consent.save(update_fields=["withdrawn_at"])
    for act in _ON_WITHDRAWAL.get(consent.text.code, ()):
        act(user)
    _log(user, consent.text, "withdraw", now, hub_id)


def on_withdrawal(code: str, act: Callable[[User], None]) -> None:
    """Have `act` called when a person takes back their consent to a text, in the same transaction.

    Called from an app's `ready`, by whoever does what the text allows.
    """
    _ON_WITHDRAWAL.setdefault(code, []).append(act)


def has_consent(user: User, code: str) -> bool:
    """Tell whether the person agreed to some version of a text and did not take it back: may a digest be sent?"""
    return Consent.objects.filter(user=user, text__code=code, withdrawn_at__isnull=True).exists()


def note_due_consents(sender: object, request: HttpRequest | None, user: User, **_: Any) -> None:
    """Note at signing in whether a text is due, for `middleware.ConsentMiddleware`."""
    if request is not None and hasattr(request, "session"):
        if consents_due(user, now=timezone.now()):
            request.session[CONSENTS_DUE] = True
        else:
            request.session.pop(CONSENTS_DUE, None)


def _log(user: User, text: ConsentText, action: str, now: datetime, hub_id: int) -> None:
    record_change(
        hub_id=hub_id,
        at=now,
        actor_id=user.pk,
        actor_name=user.printed_name,
        kind="consent",
        key=f"user-{user.pk}",
        version=text.version,
        action=action,
        after={"text": text.code, "version": text.version},
    )
