"""Gives each request its hub and its actor."""

from collections.abc import Callable

from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject

from fairground.accounts.actors import Actor, actor_for, visitor
from fairground.accounts.hubs import hub_for_host


class ActorMiddleware:
    """`request.hub` and `request.actor`; the actor is read from the database only when a page asks for it."""

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

        request.hub = hub
        request.actor = SimpleLazyObject(find_actor)
        return self.get_response(request)
