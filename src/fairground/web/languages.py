"""The reader's language: from the address (/zh/…, /en/…), else from what the browser asks for."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import LocalePrefixPattern, URLPattern, URLResolver
from django.utils import translation

from fairground.web.reader import NAMES, readers_language

# Django's own texts (form errors, dates) know Chinese under this name.
_DJANGO_NAMES = {"zh": "zh-hans", "en": "en"}
COOKIE = "language"


class _ReaderPrefix(LocalePrefixPattern):
    """The first part of an address: 'zh/' or 'en/', whatever Django calls the language."""

    @property
    def language_prefix(self) -> str:
        return f"{readers_language()}/"


def in_both_languages(*patterns: URLPattern | URLResolver) -> list[URLResolver]:
    """Return the patterns behind the prefix of the reader's language."""
    return [URLResolver(_ReaderPrefix(), list(patterns))]


class LanguageMiddleware:
    """Activates the language of the address; an address without one follows the cookie, then the browser."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        first = request.path_info.lstrip("/").partition("/")[0]
        language = first if first in NAMES else _preferred(request)
        with translation.override(_DJANGO_NAMES[language]):
            request.LANGUAGE_CODE = language
            response = self.get_response(request)
            response.headers.setdefault("Content-Language", language)
            # A frame on somebody else's page, and what programs read, leave nothing behind.
            keeps_quiet = getattr(response, "sets_no_cookie", False)
            if first in NAMES and request.COOKIES.get(COOKIE) != language and not keeps_quiet:
                response.set_cookie(COOKIE, language, max_age=31_536_000, samesite="Lax", httponly=True)
        return response


def _preferred(request: HttpRequest) -> str:
    kept = request.COOKIES.get(COOKIE)
    if kept in NAMES:
        return kept
    for part in request.headers.get("Accept-Language", "").lower().split(","):
        for language in NAMES:
            if part.strip().startswith(language):
                return language
    return "zh"


def to_first_page(request: HttpRequest) -> HttpResponse:
    """Lead the bare address to the first page in the reader's language."""
    response = HttpResponseRedirect(f"/{_preferred(request)}/")
    response.headers["Vary"] = "Accept-Language, Cookie"
    return response
