"""The ways that the base template shows on every page, by the names of their pages."""

from collections.abc import Mapping
from functools import cache

from django.urls import NoReverseMatch, get_script_prefix, get_urlconf, reverse

_WAYS = {
    "to_home": "publish:home",
    "to_catalogue": "publish:catalogue",
    "to_ask": "publish:ask",
    "to_suggest": "publish:suggest",
    "to_map": "publish:map",
    "to_two_lists": "match:two_lists",
    "to_landing": "match:landing",
    "to_lists": "match:lists",
    "to_edition": "editions:current",
    "to_desk": "collect:desk",
    "to_login": "account_login",
    "to_logout": "account_logout",
    "to_about": "about",
}


def ways_in(language: str) -> Mapping[str, str]:
    """Return the addresses by what templates call them, in the reader's language; '' where a page is not installed."""
    return _ways(language, get_script_prefix(), get_urlconf())


# None of these is read below: the answers of `reverse` depend on them. A dozen of them would take a tenth of a page.
@cache
def _ways(language: str, prefix: str, urlconf: str | None) -> Mapping[str, str]:
    return {name: _address(page) for name, page in _WAYS.items()}


def _address(page: str) -> str:
    try:
        return reverse(page)
    except NoReverseMatch:
        return ""
