"""Limits on how often one reader may search or write.

`@limit("search")` before a view counts its requests: for a visitor by address, for a person by account. The limits
themselves are `RATE_LIMITS` in the settings; a name that is not there is not limited, which is how
FAIRGROUND_RATE_LIMITS=0 switches all of them off for load measurements.

Counts are kept in fixed windows (a minute from :00 to :59): at the turn of a window a reader may do twice as much,
which costs nobody anything. The cache 'limits' counts in each worker process by itself.
"""

import ipaddress
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

View = Callable[..., HttpResponse]

# Whoever has one address of version 6 has 2^64 of them.
_IPV6_PREFIX = 64


def client_address(request: HttpRequest) -> str:
    """Return the reader's address.

    Headers are believed only with FAIRGROUND_BEHIND_PROXY=1, and then only what our own proxy added: the last part
    of X-Forwarded-For. What stands before it is what the reader claims.
    """
    address = str(request.META.get("REMOTE_ADDR", ""))
    if settings.BEHIND_PROXY:
        address = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip() or address
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return "unknown"
    return str(parsed)


def _network(address: str) -> str:
    if ":" not in address:
        return address
    return str(ipaddress.ip_network(f"{address}/{_IPV6_PREFIX}", strict=False))


def seconds_to_wait(request: HttpRequest, name: str) -> int:
    """Count one request against the limit `name`; return 0, or the seconds until the reader may try again."""
    limit = settings.RATE_LIMITS.get(name)
    if limit is None:
        return 0
    most, period_s, methods, cache_name = limit
    if request.method not in methods:
        return 0
    user = getattr(request, "user", None)
    who = f"user:{user.pk}" if user and user.is_authenticated else f"at:{_network(client_address(request))}"
    now = int(time.time())
    key = f"limit:{name}:{who}:{now // period_s}"
    cache = caches[cache_name]
    cache.add(key, 0, timeout=period_s)
    try:
        count = cache.incr(key)
    except ValueError:
        # The window ended between the two calls: a new one begins with this request.
        cache.set(key, 1, timeout=period_s)
        count = 1
    return 0 if count <= most else period_s - now % period_s


def refusal(request: HttpRequest, name: str) -> HttpResponse | None:
    """Count one request against the limit `name`; return the page that says to wait, or None to go on."""
    wait_s = seconds_to_wait(request, name)
    if not wait_s:
        return None
    response = render(request, "429.html", {"retry_after_s": wait_s}, status=429)
    response.headers["Retry-After"] = str(wait_s)
    return response


def limit(name: str) -> Callable[[View], View]:
    """Decorate a view: past the limit `name` it answers 429 with the time to wait, and does nothing."""

    def decorate(view: View) -> View:
        @wraps(view)
        def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
            return refusal(request, name) or view(request, *args, **kwargs)

        limited.limit_name = name  # type: ignore[attr-defined]  # for `WriteLimitMiddleware`
        return limited

    return decorate


class WriteLimitMiddleware:
    """Counts every POST against the limit 'write', but those with a limit of their own: no view can be forgotten.

    The account library counts its own, by account and address (ACCOUNT_RATE_LIMITS).
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: View, args: object, kwargs: object
    ) -> HttpResponse | None:
        """Answer 429 past the limit."""
        if request.method != "POST" or view.__module__.startswith("allauth."):
            return None
        own = settings.RATE_LIMITS.get(getattr(view, "limit_name", ""))
        return None if own is not None and "POST" in own[2] else refusal(request, "write")
