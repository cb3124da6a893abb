"""Gives each request its hub and its actor, and asks for consent that is due."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.http import urlencode

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.consents import CONSENTS_DUE
from fairground.accounts.hubs import hub_for_host
from fairground.accounts.notices.reading import unread_count

# What a person can open before agreeing: reading the texts, agreeing, leaving, seeing and erasing what is held.
_OPEN_WITHOUT_CONSENT = frozenset(
    {
        "account_logout",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "accounts:consent",
        "accounts:consent_text",
        "accounts:privacy",
        "accounts:privacy_export",
        "accounts:erase",
        "accounts:stop_notices",
    }
)


class ActorMiddleware:
    """`request.hub`, `request.actor`, `request.unread_notices`; the last two are read when a page asks for them."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        hub = hub_for_host(request.get_host())
        if hub is None and not request.path.startswith("/static/"):
            raise Http404("no hub answers to this name")

        def find_actor() -> Actor:
            if hub is None:
                return visitor(0)
            user = request.user
            if not user.is_authenticated:
                return visitor(hub.pk)
            return actor_for(user, hub.pk, now=timezone.now())

        def count_unread() -> int:
            user_id = request.actor.user_id
            return 0 if hub is None or user_id is None else unread_count(hub.pk, user_id)

        request.hub = hub
        request.actor = SimpleLazyObject(find_actor)
        request.unread_notices = SimpleLazyObject(count_unread)
        return self.get_response(request)


class ConsentMiddleware:
    """Leads a person who has not agreed to the texts in force to the page that asks, see `consents`.

    Signing in notes it in the session, so that no page pays for the question.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: object, kwargs: object
    ) -> HttpResponse | None:
        """Answer with a redirect, except where the person agrees, reads, leaves or erases."""
        session = getattr(request, "session", None)
        if session is None or not session.get(CONSENTS_DUE):
            return None
        match = request.resolver_match
        if match is not None and match.view_name in _OPEN_WITHOUT_CONSENT:
            return None
        address = reverse("accounts:consent")
        if request.method == "GET":
            address = f"{address}?{urlencode({'next': request.get_full_path()})}"
        return HttpResponseRedirect(address)
