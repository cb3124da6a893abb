"""Pairs of a record, each written in one pass: a page has twenty of them with some requirements each.

Every value from outside is escaped here as a template would.
"""

from collections.abc import Iterable, Mapping
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from fairground.language.local_text import LocalText
from fairground.match.addresses import introduction_address
from fairground.web import reader
from fairground.web.templatetags.lists import demonstration_mark
from fairground.web.templatetags.reasons import reasons_table
from fairground.web.templatetags.texts import as_local_text, day, iso, local_markup
from fairground.web.words import VERDICT_MARKS, VERDICTS

register = template.Library()

_ENOUGH = LocalText("证据充分", "enough evidence")
_THIN = LocalText("证据不足", "thin evidence")
_NOTHING_ASKED = LocalText(
    "需求没有写明可检验的要求，只能按用词和含义比较。",
    "The need states nothing that can be tested: only words and meaning could be compared.",
)
_NOTHING_ASKED_OF_PLATFORM = LocalText(
    "没有写明可与平台对照的要求，只能按用词和含义比较。",
    "Nothing is stated that could be held against what the platform says: only words and meaning could be compared.",
)
_FLAG_MARKS = {"blocks": "✗", "warns": "–"}
_WHY_NOT = LocalText("为什么不更高", "Why not higher")
_ELSE_ABOUT = LocalText("（否则约 {to}）", "(else about {to})")
_FIT = LocalText("契合度", "Fit")
_SHARED = LocalText("共同用词：", "shared terms: ")
_INTRODUCE = LocalText("引荐", "Introduce")


@register.simple_tag
def match_pairs(pairs: Iterable[Mapping[str, Any]], *, brief: bool = False, level: int = 3) -> SafeString:
    """Write pairs as articles: {% match_pairs group.pairs brief=True level=4 %}.

    A pair is {title, kind, organisation, url, demonstration, rank, score (percent), evidence, tally, judgements
    (`reasons_table`), asks_head, says_head (may be absent), flags: [{severity, text}], shared_terms, why_not: [{text,
    to}] (may be empty), method, made_at, own_key, key (without keys: no way to an introduction)}. `brief` leaves out
    rank, method and date; `level` is that of the headings.
    """
    language = reader.readers_language()
    return SafeString("".join([_pair(pair, language, brief=brief, level=level) for pair in pairs]))


@register.simple_tag
def match_tally(tally: Mapping[str, int], evidence: str) -> SafeString:
    """Write how many requirements are met, not found, contradicted, and how much the pair rests on."""
    return SafeString(_tally(tally, evidence, reader.readers_language()))


def _pair(pair: Mapping[str, Any], language: str, *, brief: bool, level: int) -> str:
    organisation = pair["organisation"]
    meta = f'<p class="meta">{_named(organisation, language)}</p>\n' if organisation else ""
    judgements = pair["judgements"]
    reasons = (
        reasons_table(judgements, pair.get("asks_head"), pair.get("says_head"), language)
        if judgements
        else _nothing_asked(pair["kind"], language)
    )
    return (
        f'<article class="match stack">\n{_head(pair, language, brief=brief, level=level)}{meta}{reasons}'
        f"{_flags(pair['flags'], language)}{_why_not(pair['why_not'], language)}"
        f"{_foot(pair, language, brief=brief)}</article>\n"
    )


def _head(pair: Mapping[str, Any], language: str, *, brief: bool, level: int) -> str:
    rank = "" if brief else f'<span class="muted">{escape(str(pair["rank"]))}</span>'
    mark = demonstration_mark() if pair["demonstration"] else ""
    title, counts = local_markup(pair["title"], language), _tally(pair["tally"], pair["evidence"], language)
    return (
        f'<div class="line">{rank}<h{level}><a href="{escape(pair["url"])}">{title}</a></h{level}>{mark}'
        f'<span class="end small">{counts}</span></div>\n'
    )


def _tally(tally: Mapping[str, int], evidence: str, language: str) -> str:
    counts = "".join(
        [
            f'<span class="{verdict}">{VERDICT_MARKS[verdict]} {tally[verdict]}'
            f'<span class="unseen"> {word.in_language(language)}</span></span> '
            for verdict, word in VERDICTS.items()
            if tally[verdict]
        ]
    )
    grade = _ENOUGH if evidence == "enough" else _THIN
    return f'<span class="tally">{counts}</span><span class="muted">{grade.in_language(language)}</span>'


def _nothing_asked(kind: str, language: str) -> str:
    text = _NOTHING_ASKED_OF_PLATFORM if kind == "platform" else _NOTHING_ASKED
    return f'<p class="muted">{text.in_language(language)}</p>\n'


def _flags(flags: Iterable[Mapping[str, Any]], language: str) -> str:
    items = [
        f"<li><span>{_FLAG_MARKS.get(flag['severity'], '?')}</span><span>{_named(flag['text'], language)}</span></li>"
        for flag in flags
    ]
    return f'<ul class="match-flags small">{"".join(items)}</ul>\n' if items else ""


def _why_not(shortfalls: Iterable[Mapping[str, Any]], language: str) -> str:
    items = []
    for one in shortfalls:
        about = _ELSE_ABOUT.in_language(language).format(to=one["to"]) if one["to"] else ""
        about = f' <span class="muted">{about}</span>' if about else ""
        items.append(f"<li>{_named(one['text'], language)}{about}</li>")
    if not items:
        return ""
    return (
        f'<div class="why-not"><p class="small">{_WHY_NOT.in_language(language)}</p>'
        f'<ul class="plain-list small">{"".join(items)}</ul></div>\n'
    )


def _foot(pair: Mapping[str, Any], language: str, *, brief: bool) -> str:
    parts = [f"{_FIT.in_language(language)} {pair['score']} / 100"]
    if terms := pair["shared_terms"]:
        parts.append(_SHARED.in_language(language) + " · ".join([escape(str(term)) for term in terms]))
    if not brief:
        made_at = pair["made_at"]
        parts += [
            escape(pair["method"]),
            f'<time datetime="{escape(iso(made_at))}">{escape(day(made_at))}</time>',
        ]
    way = ""
    if pair["own_key"] and pair["key"]:
        address = introduction_address(pair["own_key"], pair["key"])
        way = f'<a class="end button" href="{escape(address)}">{_INTRODUCE.in_language(language)}</a>'
    return f'<div class="line"><p class="provenance">{" · ".join(parts)}</p>{way}</div>\n'


def _named(value: object, language: str) -> str:
    return escape(as_local_text(value).in_language(language))
