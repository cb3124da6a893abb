"""Panels: how the page of an earlier stage shows what a later stage knows, without importing it.

A stage registers a builder for a place when Django starts; the page asks for the panels of its place.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Panel:
    """A part of a page: its heading, the template that draws it, and the template's `panel`."""

    title: LocalText
    template: str
    context: Mapping[str, Any]


Builder = Callable[[HttpRequest, Any], Panel | None]
_BUILDERS: dict[str, list[tuple[int, Builder]]] = {}


def register_panel(place: str, builder: Builder, *, order: int = 100) -> None:
    """Let `builder(request, subject)` add a panel to a place ('record'); None where it has nothing to show."""
    builders = _BUILDERS.setdefault(place, [])
    if all(known is not builder for _, known in builders):
        builders.append((order, builder))
        builders.sort(key=lambda entry: entry[0])


def panels_for(place: str, request: HttpRequest, subject: Any) -> list[Panel]:
    """Return the panels of a place for one subject, in order."""
    built = (builder(request, subject) for _, builder in _BUILDERS.get(place, ()))
    return [panel for panel in built if panel is not None]
