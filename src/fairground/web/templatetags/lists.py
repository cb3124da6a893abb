"""Rows of a list and choices of a facet, each written in one pass.

A catalogue page has twenty rows and well over a hundred choices: as templates included one by one they took most of the
time a page needs. Every value from outside is escaped here as a template would.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from fairground.language.local_text import LocalText
from fairground.web import reader
from fairground.web.templatetags.texts import as_local_text, day, iso, local_markup, number
from fairground.web.words import STATE_MARKS, STATES

register = template.Library()

_DEMONSTRATION = LocalText("演示", "demonstration")
_READINESS = LocalText("技术就绪度", "technology readiness level")
_UNTIL = LocalText("至", "until")


def _escaped(value: object) -> str:
    return value if isinstance(value, SafeString) else escape(str(value))


@register.simple_tag
def record_rows(rows: Iterable[Mapping[str, Any]]) -> SafeString:
    """Write records as list items, for <ol class="rows">: {% record_rows rows %}.

    A row is {url, title {zh, en, machine}, kind_label, organisation {zh, en} or text, organisation_url, place, fields
    (list of texts), trl (whole number or None), date, demonstration, state (only where not published), parts (one line
    of benefit as (text, is_match) pairs)}.
    """
    language = reader.readers_language()
    return SafeString("".join([f"<li>{_row(row, language)}</li>\n" for row in rows]))


def _row(row: Mapping[str, Any], language: str) -> str:
    def named(value: object) -> str:
        return _escaped(as_local_text(value).in_language(language))

    meta = ""
    if organisation := row.get("organisation"):
        meta = named(organisation)
        if address := row.get("organisation_url"):
            meta = f'<a href="{_escaped(address)}">{meta}</a>'
        meta = f"<span>{meta}</span>"
    places = (row["place"],) if row.get("place") else ()
    meta += "".join([f"<span>{named(text)}</span>" for text in (*places, *row.get("fields", ()))])
    parts = row.get("parts")
    benefit = f'<p class="benefit">{_marked(parts)}</p>' if parts else ""
    return (
        f'<article class="row">\n<h3><a href="{_escaped(row["url"])}">'
        f"{local_markup(row['title'], language)}</a></h3>\n"
        f'<div><p class="meta">{meta}</p>\n{benefit}</div>\n<div class="side">{_side(row, language)}</div>\n</article>'
    )


def _side(row: Mapping[str, Any], language: str) -> str:
    lines = []
    kind, trl = row.get("kind_label"), row.get("trl")
    if kind:
        label = _escaped(as_local_text(kind).in_language(language))
        lines.append(f'<span class="mark-kind">{label}</span>')
    if trl:
        level = "level nowrap" if kind else "nowrap"
        name = _READINESS.in_language(language)
        lines.append(f'<span class="{level}"><abbr title="{name}">TRL</abbr> {_escaped(trl)}</span>')
    if lines:
        lines = ["".join(lines)]
    if date := row.get("date"):
        lines.append(
            f'{_UNTIL.in_language(language)} <time datetime="{_escaped(iso(date))}">{_escaped(day(date))}</time>'
        )
    if state := row.get("state"):
        lines.append(state_mark(state))
    if row.get("demonstration"):
        lines.append(demonstration_mark())
    return "".join([f"<div>{line}</div>" for line in lines])


@register.simple_tag
def state_mark(state: str) -> SafeString:
    """Write a state as mark and word: draft | in_review | published | expired | withdrawn."""
    word = STATES[state].in_language(reader.readers_language()) if state in STATES else state
    mark = STATE_MARKS.get(state, state)
    return SafeString(
        f'<span class="state state-{_escaped(state)}" data-mark="{_escaped(mark)}">{_escaped(word)}</span>'
    )


@register.simple_tag
def demonstration_mark() -> SafeString:
    """Write the mark that stands at everything invented."""
    return SafeString(
        f'<span class="mark-demo">{_DEMONSTRATION.in_language(reader.readers_language())}</span>'
    )


def _marked(parts: Iterable[tuple[str, bool]]) -> str:
    pieces = [f"<mark>{_escaped(text)}</mark>" if is_match else _escaped(text) for text, is_match in parts]
    return "".join(pieces)


@register.simple_tag
def facet_options(name: str, options: Iterable[Mapping[str, Any]]) -> SafeString:
    """Write the choices of one facet: [{value, label, count, chosen}]."""
    language = reader.readers_language()
    begin = f'<input type="checkbox" name="{_escaped(name)}" value="'
    written = []
    for option in options:
        count, chosen = option["count"], option.get("chosen")
        label = _escaped(as_local_text(option["label"]).in_language(language))
        opened = "<label>" if count or chosen else '<label class="none">'
        checked = " checked" if chosen else ""
        written.append(
            f'{opened}{begin}{_escaped(option["value"])}"{checked}><span>{label}</span>'
            f'<data value="{_escaped(count)}">{_escaped(number(count))}</data></label>\n'
        )
    return SafeString("".join(written))
