"""Addresses that a page of pairs needs many of: each pattern is resolved once a language, not once a pair."""

from functools import cache

from django.urls import get_script_prefix, reverse

from fairground.web.reader import readers_language

_OWN, _OTHER = "0own0", "0key0"


def introduction_address(own_key: str, key: str) -> str:
    """Return where an introduction between an own record and a partner's is asked for, in the reader's language."""
    return _introduction_pattern(readers_language(), get_script_prefix()).format(own=own_key, other=key)


# The language and the prefix are not read below: the answer of `reverse` depends on them.
@cache
def _introduction_pattern(language: str, prefix: str) -> str:
    found = reverse("match:introduce", args=[_OWN, _OTHER]).replace("{", "{{").replace("}", "}}")
    return found.replace(_OWN, "{own}").replace(_OTHER, "{other}")
