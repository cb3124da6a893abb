"""Why two records fit or not, as a table, written in one pass: a page of pairs has dozens of requirements.

Every value from outside is escaped here as a template would.
"""

from collections.abc import Iterable, Mapping
from functools import cache, lru_cache
from html import escape
from typing import Any

from django import template
from django.utils.safestring import SafeString

from fairground.language.local_text import LocalText
from fairground.web import reader
from fairground.web.templatetags.texts import as_local_text, local_markup
from fairground.web.words import VERDICT_MARKS, VERDICTS

register = template.Library()

_ASKS = LocalText("需求要求", "The need asks")
_SAYS = LocalText("成果所述", "The offer says")
_VERDICT = LocalText("是否满足", "Verdict")
_REFUSED = LocalText("不接受", "refused")


@register.simple_tag(name="reasons_table")
def reasons_table_tag(
    reasons: Iterable[Mapping[str, Any]], asks_head: object = None, says_head: object = None
) -> SafeString:
    """Write the table: {% reasons_table reasons %}; see `reasons_table`."""
    return reasons_table(
        reasons, as_local_text(asks_head), as_local_text(says_head), reader.readers_language()
    )


def reasons_table(
    reasons: Iterable[Mapping[str, Any]],
    asks_head: LocalText | None,
    says_head: LocalText | None,
    language: str,
) -> SafeString:
    """Write requirements with their verdicts for a reader of `language`.

    A reason is {asks, verdict: met | missing | contradicted, says (the sentence that proves it, may be empty), why
    (how the two compare, may be empty), excluded (the need refuses what is named)}. `asks_head`, `says_head`: other
    headings than those of a need and an offer.
    """
    rows = [_row(reason, language) for reason in reasons]
    return SafeString(
        f"{_opened(asks_head or _ASKS, says_head or _SAYS, language)}{''.join(rows)}</tbody></table>\n"
    )


@lru_cache(maxsize=64)
def _opened(asks_head: LocalText, says_head: LocalText, language: str) -> str:
    heads = (escape(head.in_language(language)) for head in (asks_head, _VERDICT, says_head))
    cells = "".join([f'<th scope="col">{head}</th>' for head in heads])
    return f'<table class="reasons"><thead><tr>{cells}</tr></thead><tbody>\n'


def _row(reason: Mapping[str, Any], language: str) -> str:
    refused = _refused(language) if reason.get("excluded") else ""
    says, why = reason.get("says"), reason.get("why")
    told = f"<q>{_markup(says, language)}</q>" if says else ""
    if why:
        told += f'<span class="why">{escape(as_local_text(why).in_language(language))}</span>'
    elif not says:
        told = '<span class="muted">—</span>'
    return (
        f'<tr><td class="asks">{refused}{_markup(reason["asks"], language)}</td>'
        f'{_verdict(str(reason["verdict"]), language)}<td class="says">{told}</td></tr>\n'
    )


def _markup(value: object, language: str) -> str:
    # What a pair quotes is plain text, the same for both readers.
    return escape(value) if isinstance(value, str) else local_markup(value, language)


@cache
def _refused(language: str) -> str:
    return f'<span class="refused">{_REFUSED.in_language(language)}</span>'


@lru_cache(maxsize=64)
def _verdict(verdict: str, language: str) -> str:
    """Return the cell of a verdict; one that is not known stands as it came."""
    mark, word = VERDICT_MARKS.get(verdict, verdict), VERDICTS.get(verdict, LocalText(verdict, verdict))
    return (
        f'<td class="verdict {escape(verdict)}"><span class="verdict-mark">{escape(mark)}</span> '
        f"{escape(word.in_language(language))}</td>"
    )
