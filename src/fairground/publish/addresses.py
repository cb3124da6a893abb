"""Addresses that a page of the catalogue needs many of: each pattern is resolved once a language, not once a row."""

from functools import cache

from django.urls import get_script_prefix, reverse

from fairground.web.reader import readers_language

_KIND, _KEY = "kind", "0key0"


def record_address(kind: str, key: str) -> str:
    """Return the address of a record's page in the reader's language; nothing is asked of the database."""
    return _record_pattern(readers_language(), get_script_prefix()).format(kind=kind, key=key)


def catalogue_address() -> str:
    """Return the catalogue's address in the reader's language, without a question."""
    return _catalogue(readers_language(), get_script_prefix())


# The language and the prefix are not read below: the answer of `reverse` depends on them.
@cache
def _record_pattern(language: str, prefix: str) -> str:
    found = reverse("publish:record", args=[_KIND, _KEY]).replace("{", "{{").replace("}", "}}")
    return found.replace(_KEY, "{key}").replace(f"/{_KIND}/", "/{kind}/")


@cache
def _catalogue(language: str, prefix: str) -> str:
    return reverse("publish:catalogue")
