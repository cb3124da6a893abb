"""How the accounts library fits into the house: mail through the outbox, addresses, messages."""

from collections.abc import Mapping
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.core import context as allauth_context
from allauth.mfa.adapter import DefaultMFAAdapter
from django.http import HttpRequest
from django.utils import timezone

from fairground.accounts.models import User
from fairground.mail.rendering import render_mail
from fairground.mail.services import queue_mail
from fairground.web.rate_limits import client_address
from fairground.web.reader import readers_language


class AccountAdapter(DefaultAccountAdapter):
    """The library's behaviour, but for what a hub needs otherwise."""

    def send_mail(self, template_prefix: str, email: str, context: Mapping[str, Any]) -> None:
        """Lay the mail into the outbox, in the person's language.

        The outbox and not the server: a page answers in the same time whether an address is known or not, and a
        mail server that is down fails no sign-up.
        """
        user = context.get("user") or User.objects.filter(email__iexact=email).first()
        language = user.language if user else readers_language()
        name = template_prefix.rpartition("/")[2]
        request = allauth_context.request
        subject, text = render_mail(
            f"accounts/mail/{name}.txt",
            language,
            {**context, "email": email, "hub": getattr(request, "hub", None)},
        )
        queue_mail(to=email, language=language, subject=subject, text=text, now=timezone.now())

    def get_client_ip(self, request: HttpRequest) -> str:
        """Return the address that limits count by: the same as for search and writing."""
        return client_address(request)

    def add_message(self, request: HttpRequest, level: int, *args: Any, **kwargs: Any) -> None:
        """Say nothing about signing in and out, which the page shows by itself."""
        template = kwargs.get("message_template") or (args[0] if args else "")
        if template not in ("account/messages/logged_in.txt", "account/messages/logged_out.txt"):
            super().add_message(request, level, *args, **kwargs)


class SecondFactorAdapter(DefaultMFAAdapter):
    """The library's second factor, with a picture that can be scanned on a dark page too."""

    def build_totp_svg(self, url: str) -> str:
        """Return the QR code on a white ground; the library's own has none and vanishes in the dark."""
        before, path, after = super().build_totp_svg(url).partition("<path")
        return f'{before}<rect width="100%" height="100%" fill="#fff"/>{path}{after}'
