"""What is held on a person: seen, exported, erased; the texts they agreed to."""

import json
from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone

from fairground.accounts.consents import give_consents, texts_in_force, withdraw_consent
from fairground.accounts.core.roles import ROLES
from fairground.accounts.erasure import erase_person
from fairground.accounts.forms import EraseForm
from fairground.accounts.held import Row, everything_held, held_parts
from fairground.accounts.history import ACTIONS
from fairground.accounts.kinds import kinds
from fairground.accounts.models import Consent
from fairground.accounts.views.answers import carried_out
from fairground.accounts.words import (
    HELD_CODES,
    HELD_KINDS,
    HELD_NAMES,
    MEMBERSHIP_ACTIONS,
    ROLE_ACTIONS,
    YES_AND_NO,
)
from fairground.language.local_text import LocalText
from fairground.taxonomy import code_list
from fairground.web import figures
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language

_TIMES = frozenset({"at", "since", "until", "last_login"})
_SHOWN = 100  # rows of one part; the export has all
_EMPTY: tuple[Any, ...] = (None, "", [], {})


@login_required
@limit("write")
def privacy(request: HttpRequest) -> HttpResponse:
    """Show all that is held, and the texts agreed to; take a consent back or give one."""
    now, user = timezone.now(), request.user
    if request.method == "POST":
        _change_consent(request)
        return HttpResponseRedirect(reverse("accounts:privacy"))
    consents = list(Consent.objects.filter(user=user).select_related("text"))
    standing = {row.text.code for row in consents if row.withdrawn_at is None}
    parts = held_parts()
    chosen = next((part for part in parts if part.name == request.GET.get("part")), parts[0])
    rows = chosen.reader(user)
    return render(
        request,
        "accounts/privacy.html",
        {
            "tabs": [
                {
                    "label": part.label,
                    "url": f"?part={part.name}#held",
                    "count": None,
                    "current": part is chosen,
                }
                for part in parts
            ],
            "part": chosen,
            "rows": [_shown(row) for row in rows[:_SHOWN]],
            "more": max(0, len(rows) - _SHOWN),
            "consents": consents,
            "offered": [text for text in texts_in_force(now=now) if text.code not in standing],
        },
    )


def _change_consent(request: HttpRequest) -> None:
    now, hub_id = timezone.now(), request.hub.pk
    if (number := request.POST.get("withdraw", "")).isdecimal() and len(number) <= 18:
        carried_out(
            request,
            lambda: withdraw_consent(user=request.user, consent_id=int(number), now=now, hub_id=hub_id),
        )
    wanted = [text for text in texts_in_force(now=now) if text.code == request.POST.get("give")]
    give_consents(user=request.user, texts=wanted, now=now, hub_id=hub_id)


def _shown(row: Row) -> list[tuple[str, str]]:
    """Return one row as pairs of name and text for the reader, what is empty left out."""
    language = readers_language()
    return [
        (_name_shown(name, language), _value_shown(name, value, language))
        for name, value in row.items()
        if value not in _EMPTY
    ]


def _name_shown(name: str, language: str) -> str:
    known = HELD_NAMES.get(name) or _field_names().get(name)
    return known.in_language(language) if known else name.replace("_", " ")


@cache
def _field_names() -> dict[str, LocalText]:
    """Return what the fields of records are called, whatever their kind; every kind is registered by now."""
    return {name: spec.label for kind in kinds() for name, spec in kind.fields.items()}


def _value_shown(name: str, value: Any, language: str) -> str:
    if isinstance(value, bool):
        return str(YES_AND_NO[value].in_language(language))
    if isinstance(value, Mapping):
        colon = "：" if language == "zh" else ": "
        said = [
            f"{_name_shown(inner, language)}{colon}{_value_shown(inner, held, language)}"
            for inner, held in value.items()
            if held not in _EMPTY
        ]
        return ("；" if language == "zh" else "; ").join(said)
    if isinstance(value, list):
        return " · ".join(_value_shown(name, held, language) for held in value)
    if not isinstance(value, str):
        return str(value)
    if name in _TIMES or name.endswith("_at"):
        return figures.moment(timezone.localtime(datetime.fromisoformat(value)), language)
    known = _code_shown(name, value)
    return str(known.in_language(language)) if known else value


def _code_shown(name: str, value: str) -> LocalText | None:
    """Return what a code is called; None for what is no code or one that nobody named."""
    if name == "role" and value in ROLES:
        return ROLES[value].name
    if name == "kind":
        return next((kind.label for kind in kinds() if kind.code == value), HELD_KINDS.get(value))
    if name == "action":
        return ACTIONS.get(value) or ROLE_ACTIONS.get(value) or MEMBERSHIP_ACTIONS.get(value)
    if name == "state" and (term := code_list("record_state").terms.get(value)):
        return LocalText(term.zh, term.en)
    return HELD_CODES.get(value) if name in ("scope", "state", "mail", "second_factor", "action") else None


@login_required
def privacy_export(request: HttpRequest) -> HttpResponse:
    """Send all that is held as one JSON file."""
    held = {"exported_at": timezone.now().isoformat(), **everything_held(request.user)}
    response = HttpResponse(
        json.dumps(held, ensure_ascii=False, indent=2), content_type="application/json; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="held-on-me.json"'
    response.headers["Cache-Control"] = "private, no-store"
    return response


@login_required
@limit("write")
def erase(request: HttpRequest) -> HttpResponse:
    """Erase the account, after the password and a word typed by hand."""
    form = EraseForm(request.user, request.POST or None)
    if request.method == "POST" and form.is_valid():
        user_id = request.user.pk
        done = carried_out(
            request, lambda: erase_person(user_id=user_id, hub_id=request.hub.pk, now=timezone.now())
        )
        if done:
            logout(request)
            return HttpResponseRedirect(reverse("accounts:erased"))
    stays = [part for part in held_parts() if part.stays.in_language(readers_language())]
    return render(request, "accounts/erase.html", {"form": form, "stays": stays, "parts": held_parts()})


def erased(request: HttpRequest) -> HttpResponse:
    """Say that it is done."""
    return render(request, "accounts/erased.html")
