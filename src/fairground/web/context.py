"""What the base template needs on every page. Asks the database nothing."""

from typing import Any

from django.http import HttpRequest

from fairground.web import reader
from fairground.web.ways import ways_in


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the reader's language, the way to the other one, the hub, who asks, and the ways of `web.ways`."""
    language = reader.readers_language()
    other = reader.other_language(language)
    return {
        "reader": language,
        "page_language": reader.TAGS[language],
        "other_language": other,
        "other_language_tag": reader.TAGS[other],
        "other_language_name": reader.NAMES[other],
        "other_language_address": reader.address_in(other, request),
        "hub": getattr(request, "hub", None),
        "actor": getattr(request, "actor", None),
        **ways_in(language),
    }
