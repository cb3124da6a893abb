"""How pages write two languages, numbers, amounts and dates. Every value from outside is escaped."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from html import escape
from typing import Any

import rjieba
from django import template
from django.template.base import FilterExpression, Parser, Token, token_kwargs
from django.template.context import Context
from django.utils import timezone
from django.utils.html import conditional_escape, format_html
from django.utils.safestring import SafeString

from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.web import figures, reader
from fairground.web.words import WORDS

register = template.Library()

# Written in the reader's language: what it says is about the text, not part of it.
_ONLY_IN = {
    "zh": {"zh": "仅有中文", "en": "仅有英文"},
    "en": {"zh": "only in Chinese", "en": "only in English"},
}
_WORD_JOINER = "\N{WORD JOINER}"
_MACHINE = {"zh": ("机译", "机器翻译，未经人工确认"), "en": ("machine", "Machine translation, not confirmed")}


@register.tag
def both(parser: Parser, token: Token) -> "BothNode":
    """Write the reader's text of a pair; `{name}` in it takes the keyword of that name, escaped.

    {% both "发布" "Publish" %} · {% both "共 {n} 条" "{n} in all" n=count|number %} · … as label %}
    """
    bits = token.split_contents()[1:]
    target = ""
    if len(bits) > 2 and bits[-2] == "as":
        *bits, _, target = bits
    if len(bits) < 2:
        raise template.TemplateSyntaxError("both takes a Chinese and an English text")
    zh, en = (parser.compile_filter(bit) for bit in bits[:2])
    rest = bits[2:]
    values = token_kwargs(rest, parser)
    if rest:
        raise template.TemplateSyntaxError(f"both does not understand {' '.join(rest)}")
    return BothNode({"zh": zh, "en": en}, values, target)


class BothNode(template.Node):
    """One `both` of a template. A class of its own, for a page has a hundred of them and most are two literal texts."""

    def __init__(
        self, sides: Mapping[str, FilterExpression], values: Mapping[str, FilterExpression], target: str
    ) -> None:
        self.sides = sides
        self.values = values
        self.target = target
        # A literal of a template is trusted as the template is.
        self.literals = {
            language: side.var for language, side in sides.items() if not side.is_var and not side.filters
        }

    def render(self, context: Context) -> SafeString:
        language = reader.readers_language()
        chosen = self.literals.get(language)
        if chosen is None:
            chosen = conditional_escape(self.sides[language].resolve(context))
        if self.values:
            values = {name: value.resolve(context) for name, value in self.values.items()}
            chosen = format_html(chosen, **values)
        if self.target:
            context[self.target] = chosen
            return SafeString("")
        return chosen


@register.simple_tag
def counted(number: int, zh: str, one: str, many: str) -> str:
    """Write a count with its noun: {% counted 3 "条" "record" "records" %} gives 3 条 / 3 records."""
    language = reader.readers_language()
    noun = zh if language == "zh" else one if number == 1 else many
    return format_html("{} {}", figures.grouped(number), noun)


@register.simple_tag
def word(table: str, code: str) -> str:
    """Write the word for a code: {% word "state" record.state %}; tables are in web/words.py.

    A code that is not in its table stands as it came: a page must not fail over a word.
    """
    known = WORDS[table].get(code, code)
    return known if isinstance(known, str) else known.in_language(reader.readers_language())


def as_local_text(value: object) -> LocalText:
    """Return a text in any of the shapes it is stored in (LocalText, {zh, en, machine}, plain, None)."""
    if isinstance(value, LocalText):
        return value
    if isinstance(value, Mapping):
        machine = value.get("machine") or ()
        return LocalText(value.get("zh") or None, value.get("en") or None, tuple(machine))
    text = "" if value is None else str(value)
    return LocalText(text, text)


@register.simple_tag(name="local")
def local_tag(value: object) -> SafeString:
    """Write a text in the reader's language; where it is missing, the other one, marked as such."""
    return local_markup(value, reader.readers_language())


def local_markup(value: object, language: str) -> SafeString:
    """Return the same for a reader of `language`, escaped."""
    text = as_local_text(value)
    own = text.zh if language == "zh" else text.en
    if own:
        mark = _machine_mark(language) if language in text.machine else ""
        return SafeString(escape(own) + mark)
    other = reader.other_language(language)
    shown = text.zh if other == "zh" else text.en
    if not shown:
        return SafeString("")
    return format_html(
        '<span lang="{}">{}</span>{}<span class="mark-language">{}</span>{}',
        reader.TAGS[other],
        shown,
        " ",
        _ONLY_IN[language][other],
        _machine_mark(language) if other in text.machine else "",
    )


def _machine_mark(language: str) -> SafeString:
    short, long = _MACHINE[language]
    return format_html(' <span class="mark-language" title="{}">{}</span>', long, short)


@register.filter(name="local")
def local_filter(value: object) -> str:
    """Return the same text without marks, for attributes and <title>: {{ record.title|local }}."""
    return as_local_text(value).in_language(reader.readers_language())


@register.simple_tag
def other_text(value: object) -> SafeString | str:
    """Write a text's other side, when both are there and differ: the second line of a title."""
    text = as_local_text(value)
    language = reader.readers_language()
    if not (text.zh and text.en) or text.zh == text.en:
        return ""
    other = reader.other_language(language)
    mark = _machine_mark(language) if other in text.machine else ""
    shown = text.zh if other == "zh" else text.en
    return format_html('<span lang="{}">{}</span>{}', reader.TAGS[other], shown, mark)


@register.filter
def whole_words(text: str) -> str:
    """Return a headline whose lines break between Chinese words, never inside one: {{ sentence|local|whole_words }}."""
    if text.isascii():
        return text
    return "".join(word if word.isascii() else _WORD_JOINER.join(word) for word in rjieba.cut(text))


@register.filter
def missing_language(value: object) -> str:
    """Return the code of the side a text lacks ('zh', 'en'), or '' when it has both or none."""
    text = as_local_text(value)
    if bool(text.zh) == bool(text.en):
        return ""
    return "en" if text.zh else "zh"


@register.filter
def web_address(value: object) -> str:
    """Return an address of the web as it came, or '' for any other scheme: javascript: must not become a link."""
    text = str(value or "").strip()
    return text if text.lower().startswith(("https://", "http://")) else ""


@register.filter
def at(table: Mapping[str, Any] | None, key: str) -> Any:
    """Return the entry of a mapping whose key the template holds in a variable, or None."""
    return (table or {}).get(key)


def _number(value: object) -> int | Decimal | None:
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


@register.filter
def number(value: object) -> str:
    """Return every digit of a number in groups: 12,345. What is no number stands as it came."""
    found = _number(value)
    if found is None:
        return "" if value is None else str(value)
    return figures.grouped(found)


@register.filter
def figure(value: object) -> str:
    """Return a number as its reader counts (1.2万 / 12,000), never rounded."""
    found = _number(value)
    if found is None:
        return "" if value is None else str(value)
    return str(figures.compact(found, reader.readers_language()))


@register.simple_tag
def split_figure(value: object) -> figures.Figure:
    """Return the same in two parts: {% split_figure n as f %}{{ f.digits }}<small>{{ f.short_scale }}</small>."""
    found = _number(value)
    if found is None:
        return figures.Figure("" if value is None else str(value), "")
    return figures.compact(found, reader.readers_language())


@register.filter
def money(value: MoneyRange | Mapping[str, Any] | None) -> str:
    """Return an amount or range (MoneyRange, or a mapping with its field names); None gives ''."""
    if value is None:
        return ""
    if isinstance(value, MoneyRange):
        low, high, currency, qualifier = value.low_minor, value.high_minor, value.currency, value.qualifier
    else:
        low, high = value.get("low_minor"), value.get("high_minor")
        currency, qualifier = value.get("currency") or "", value.get("qualifier") or ""
    return figures.money(low, high, currency, reader.readers_language(), qualifier)


@register.filter
def amount(minor: int | None, currency: str) -> str:
    """Return one exact amount of minor units: {{ deal.amount_minor|amount:deal.currency }}."""
    return figures.money(minor, minor, currency, reader.readers_language())


@register.filter
def percent(share: float | Decimal | None) -> str:
    """Return a share as 29.8%."""
    return "" if share is None else figures.percent(share)


@register.filter
def change(share: float | Decimal | None) -> str:
    """Return a change as +29.1% or −3%."""
    return "" if share is None else figures.percent(share, signed=True)


def _day(value: date | str | None) -> date | str | None:
    """Return the date a value holds; provenance keeps dates as ISO text. Other text stands as it came."""
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, str):
        try:
            return date.fromisoformat(value[:10])
        except ValueError:
            return value
    return value


@register.filter
def day(value: date | str | None) -> str:
    """Return a date as its reader writes it: 2024年4月25日 / 25 April 2024."""
    found = _day(value)
    return figures.day(found, reader.readers_language()) if isinstance(found, date) else found or ""


@register.filter
def day_of_year(value: date | str | None) -> str:
    """Return a date without its year, where the page says the year above: 4月25日 / 25 April."""
    found = _day(value)
    return figures.day_of_year(found, reader.readers_language()) if isinstance(found, date) else found or ""


@register.filter
def iso(value: date | datetime | str | None) -> str:
    """Return a date or time for the datetime attribute of <time>."""
    return value if isinstance(value, str) else value.isoformat() if value else ""


@register.filter
def moment(value: datetime | None) -> str:
    """Return a time as day, hours and minutes, in the hub's time zone."""
    if value is None:
        return ""
    own = timezone.localtime(value) if timezone.is_aware(value) else value
    return figures.moment(own, reader.readers_language())


@register.simple_tag
def days(first: date | str | None, last: date | str | None = None) -> str:
    """Write a span of days: {% days edition.starts edition.ends %} gives 25–29 April 2024."""
    start, end = _day(first), _day(last)
    if isinstance(start, date):
        return figures.days(start, end if isinstance(end, date) else None, reader.readers_language())
    return start or ""
