"""What the catalogue's pages show of an edition: its figures, its programme, its page's panels."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse

from fairground.accounts.actors import Actor
from fairground.editions.models import Edition, Figure, Session
from fairground.editions.selectors import figures_of, sessions_of
from fairground.language.local_text import LocalText
from fairground.taxonomy import code_list
from fairground.web.panels import Panel


def leading_figures(edition: Edition | None, limit: int) -> list[dict[str, Any]]:
    """Return the figures shown large, for `web/components/figure.html`. One query."""
    if edition is None:
        return []
    return [_figure(edition, figure) for figure in figures_of(edition, leading=True)[:limit]]


def _figure(edition: Edition, figure: Figure) -> dict[str, Any]:
    return {
        "number": figure.value,
        "qualifier": figure.qualifier,
        "unit": figure.unit,
        "label": figure.subject,
        "url": f"{reverse('publish:record', args=['edition', edition.key])}#figure-{figure.code}",
        "source": figure.provenance.name,
        "printed": figure.printed,
        "code": figure.code,
        "note": figure.provenance.note,
        "quote": figure.provenance.quote,
        "period": figure.period,
    }


def programme(actor: Actor, edition: Edition | None, limit: int) -> list[dict[str, Any]]:
    """Return an edition's sessions for a list. One query."""
    return [] if edition is None else programme_entries(sessions_of(actor, edition)[:limit])


def programme_entries(sessions: QuerySet[Session]) -> list[dict[str, Any]]:
    """Return sessions as the programme's templates write them. One query."""
    rows = sessions.values(
        "key", "title", "held_on", "starts_at", "venue", "session_format", "module", "theme"
    )
    formats = code_list("session_format").terms
    return [
        {
            "starts": session["starts_at"] or session["held_on"],
            "title": session["title"],
            "theme": session["theme"],
            "place": session["venue"] or None,
            "format": LocalText(term.zh, term.en)
            if (term := formats.get(session["session_format"]))
            else None,
            "module": session["module"],
            "url": reverse("publish:record", args=["session", session["key"]]),
        }
        for session in rows
    ]


def edition_figures_panel(request: HttpRequest, record: Any) -> Panel | None:
    """Every figure of an edition with qualifier, unit and source."""
    if record.kind != "edition":
        return None
    figures = [_figure(record, figure) for figure in figures_of(record)]
    if not figures:
        return None
    return Panel(LocalText("数字", "Figures"), "publish/panels/figures.html", {"figures": figures})


def edition_programme_panel(request: HttpRequest, record: Any) -> Panel | None:
    """The sessions of an edition, by module."""
    if record.kind != "edition":
        return None
    sessions = programme(request.actor, record, 200)
    modules = [
        {
            "name": module.name,
            "sessions": [session for session in sessions if session["module"] == module.code],
        }
        for module in record.modules
    ]
    known = {module.code for module in record.modules}
    rest = [session for session in sessions if session["module"] not in known]
    if rest:
        modules.append({"name": LocalText("其他", "Other"), "sessions": rest})
    modules = [module for module in modules if module["sessions"]]
    return (
        Panel(LocalText("场次", "Sessions"), "publish/panels/programme.html", {"modules": modules})
        if modules
        else None
    )
