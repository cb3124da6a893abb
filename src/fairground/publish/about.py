"""The page that says what this hub is, how it works, how well that was measured, and who sees what."""

from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from fairground.language.local_text import LocalText
from fairground.taxonomy import code_list, code_lists

# What the page quotes of docs/measurements/evidence.md, the split nobody had seen: a test reads them there.
MET_RIGHT, MET_GIVEN = 43, 45
CONTRADICTED_RIGHT, CONTRADICTED_GIVEN = 30, 32
PAIRS = 200
MET_FOUND, CONTRADICTED_FOUND = "0.512", "0.600"
MEASURED_ON = "2026-11-22"


@require_safe
def show_about(request: HttpRequest) -> HttpResponse:
    """What a reader wants to know before trusting what stands here. Asks the database nothing of its own."""
    return render(
        request,
        "publish/about.html",
        {
            "nav": "about",
            "measured": {
                "met_right": MET_RIGHT,
                "met_given": MET_GIVEN,
                "contradicted_right": CONTRADICTED_RIGHT,
                "contradicted_given": CONTRADICTED_GIVEN,
                "pairs": PAIRS,
                "met_found": MET_FOUND,
                "contradicted_found": CONTRADICTED_FOUND,
                "on": MEASURED_ON,
            },
            "operator": _operator(),
            "lists": _lists(),
        },
    )


def _operator() -> str:
    """Return the address that writes to people, '' where it is the one of a machine that was not set up for mail."""
    address = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    return "" if address.endswith("@localhost") else address


def _lists() -> list[dict[str, Any]]:
    return [
        {
            "code": found.code,
            "name": LocalText(found.zh, found.en),
            "version": found.version,
            "source": found.source,
            "terms": [LocalText(term.zh, term.en) for term in found],
        }
        for found in map(code_list, code_lists())
    ]
