"""Without its search index the portal says so, and goes on showing what needs none."""

import logging
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from fairground.publish.core.search.errors import SearchIndexError

_log = logging.getLogger(__name__)
_RETRY_AFTER_S = 30


class SearchIndexMiddleware:
    """Answers 503 with what to do where a page needs an index that is missing, outdated or being replaced."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """Return the page for an error of the index; every other error goes its way."""
        if not isinstance(exception, SearchIndexError):
            return None
        _log.error("%s: %s", request.path, exception)
        response = render(request, "503.html", status=503)
        response.headers["Retry-After"] = str(_RETRY_AFTER_S)
        return response
