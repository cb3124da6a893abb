"""Reading and agreeing to the texts in force."""

from typing import Any

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme

from fairground.accounts.consents import CONSENTS_DUE, consents_due, give_consents
from fairground.accounts.models import ConsentText
from fairground.accounts.signup import consent_field
from fairground.web.rate_limits import limit
from fairground.web.reader import readers_language


class ConsentForm(forms.Form):
    """One box for every text that is due."""

    def __init__(self, texts: list[ConsentText], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for text in texts:
            self.fields[f"consent_{text.code}"] = consent_field(text, readers_language())


def safe_next(request: HttpRequest, default: str) -> str:
    """Return the page the reader came for, if it is one of ours."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    own = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if own else default


@login_required
@limit("write")
def consent(request: HttpRequest) -> HttpResponse:
    """Ask for the texts that are due, and go on to where the person wanted to be."""
    now = timezone.now()
    texts = consents_due(request.user, now=now)
    onward = safe_next(request, f"/{readers_language()}/")
    if not texts:
        request.session.pop(CONSENTS_DUE, None)
        return HttpResponseRedirect(onward)
    form = ConsentForm(texts, request.POST or None)
    if request.method == "POST" and form.is_valid():
        give_consents(user=request.user, texts=texts, now=now, hub_id=request.hub.pk)
        request.session.pop(CONSENTS_DUE, None)
        return HttpResponseRedirect(onward)
    return render(request, "accounts/consent.html", {"form": form, "next": onward, "texts": texts})


def consent_text(request: HttpRequest, code: str, version: int) -> HttpResponse:
    """Show the words of one version, to anybody."""
    text = ConsentText.objects.filter(code=code, version=version, effective_from__lte=timezone.now()).first()
    if text is None:
        raise Http404
    return render(request, "accounts/consent_text.html", {"text": text})
