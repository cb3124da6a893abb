"""The booklet of one version: its data for the template, and the PDF. Texts are data, never markup."""

from collections.abc import Callable, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from fairground.documents.strangers import printable, shortened
from fairground.documents.typefaces import Typefaces
from fairground.documents.typesetting import MISSING_CHARACTER, typeset
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListedEntry
from fairground.match.results_list.contents import (
    Hint,
    ListContent,
    address_of,
    amount_of,
    field_name,
    organisation_of,
    partnership_of,
    place_of,
    region_name,
    text_of,
)
from fairground.match.results_list.words import (
    BOOKLET_WORDS,
    GONE_WORDS,
    about_the_list,
    field_labels,
    how_to_read,
)
from fairground.web import figures

TEMPLATE = Path(__file__).with_name("booklet.typ")
EDITIONS: Mapping[str, LocalText] = {
    "zh": LocalText("中文版", "Chinese booklet"),
    "en": LocalText("英文版", "English booklet"),
    "both": LocalText("中英对照版", "Bilingual booklet"),
}
_LONGEST = {"zh": 420, "en": 900}  # characters of one text of an entry; the page has all of it
_LONGEST_SENTENCE = {"zh": 160, "en": 360}
_MOST_CONDITIONS = 5
_MOST_REASONS = 6

_MOST_WIDTH_UNBROKEN = 2_400  # Latin letters: about half a page; a longer entry may go over two pages

Texts = list[dict[str, Any]]


def make_booklet(content: ListContent, edition: str, *, typefaces: Typefaces) -> bytes:
    """Return the PDF of one version.

    Parameters
    ----------
    edition : 'zh', 'en', or 'both': Chinese with the English below it

    Raises what `typeset` raises. The same content and typefaces give the same bytes.
    """
    return typeset(TEMPLATE, booklet_data(content, edition), typefaces=typefaces, day=content.issued_on)


def booklet_data(content: ListContent, edition: str) -> dict[str, Any]:
    """Return what the template prints, as plain JSON. A text is a list of {t, l, m}: text, language, by machine."""
    return _Data(content, edition).all()


class _Data:
    """One edition's texts: `say` puts each into the languages of the edition."""

    def __init__(self, content: ListContent, edition: str) -> None:
        self.content = content
        self.edition = edition
        self.languages = ("zh", "en") if edition == "both" else (edition,)
        self.entries = {entry.key: entry for entry in content.entries}
        # A booklet of one language leaves titles of the other out of its lists; what is gone has no title at all.
        self.titles = {entry.printed_number: text_of(entry.facts.get("title")) for entry in content.entries}

    def all(self) -> dict[str, Any]:
        content = self.content
        parts = content.by_field()
        return {
            "edition": self.edition,
            "lang": self.languages[0],
            "words": {name: self.say(text) for name, text in BOOKLET_WORDS.items()},
            "hub": self.say(content.hub),
            "title": self.say(content.title),
            "supply": [self.say(region_name(code)) for code in content.supply],
            "demand": [self.say(region_name(code)) for code in content.demand],
            "fields": [self.say(field_name(code)) for code in content.fields],
            "version": str(content.number),
            "date": self._day(content.issued_on),
            "short_date": content.issued_on.isoformat()
            if self.edition == "both"
            else figures.day(content.issued_on, self.edition),
            "address": content.address,
            "demonstration": content.names_demonstration(),
            "missing": MISSING_CHARACTER,
            "counts": {
                "offers": len(content.of_side("offer")),
                "needs": len(content.of_side("need")),
                "hints": len(content.hints),
            },
            "parts": [
                {
                    "name": self.say(name),
                    "offers": [self._entry(each) for each in offers],
                    "needs": [self._entry(each) for each in needs],
                }
                for name, offers, needs in parts
            ],
            "hints": self._hints(),
            "changes": self._changes(),
            "left_out": list(content.left_out),
            "index": self._index(),
            "how": [{"sign": sign, "text": self.say(text)} for sign, text in how_to_read()],
            "about": [
                {"label": self.say(label), "text": self.say(text)} for label, text in about_the_list(content)
            ],
        }

    def say(self, text: LocalText, most: Mapping[str, int] | None = None) -> Texts:
        """Return a text in the edition's languages; where a side is missing the other stands alone, once."""
        sides: dict[str, str] = {"zh": text.zh or "", "en": text.en or ""}
        wanted = [language for language in self.languages if sides[language]]
        if not wanted:
            wanted = [language for language in sides if sides[language]]
        if len(wanted) == 2 and sides["zh"] == sides["en"]:
            wanted = [wanted[0]]
        said = {language: printable(sides[language]) for language in wanted}
        return [
            {
                "t": shortened(words, most[language]) if most else words,
                "l": language,
                "m": language in text.machine,
            }
            for language, words in said.items()
            if words
        ]

    def _each(self, make: Callable[[str], str]) -> Texts:
        return self.say(LocalText(make("zh") or None, make("en") or None))

    def _day(self, day: date) -> Texts:
        return self._each(lambda language: figures.day(day, language))

    def _entry(self, entry: ListedEntry) -> dict[str, Any]:
        facts, texts = entry.facts, self._texts(entry)
        return {
            "number": entry.printed_number,
            "title": self.say(text_of(facts.get("title"))),
            "organisation": self.say(organisation_of(entry)),
            "place": self.say(place_of(entry)),
            "marks": self._marks(entry),
            "texts": texts,
            "long": _width_of(texts) > _MOST_WIDTH_UNBROKEN,
            "demonstration": bool(facts.get("demonstration")),
            "address": address_of(self.content, entry, self.languages[0]),
        }

    def _marks(self, entry: ListedEntry) -> list[dict[str, Any]]:
        """Return the short facts of the narrow column: label and value."""
        facts, is_need = entry.facts, entry.side == "need"
        marks: list[tuple[str, Texts]] = []
        if facts.get("trl"):
            marks.append(("trl_wanted" if is_need else "trl", self._plain(str(facts["trl"]))))
        if partnership := partnership_of(entry):
            marks.append(("partnership", self.say(partnership)))
        if amount := amount_of(entry):
            said = self._each(
                lambda language: figures.money(
                    amount.low_minor, amount.high_minor, amount.currency, language, amount.qualifier
                )
            )
            marks.append(("budget" if is_need else "price", said))
        if ends := facts.get("deadline") or facts.get("valid_until"):
            name = "deadline" if facts.get("deadline") else "valid_until"
            marks.append((name, self._plain(ends)))
        return [{"label": self.say(BOOKLET_WORDS[name]), "value": value} for name, value in marks if value]

    def _plain(self, text: str) -> Texts:
        return [{"t": printable(text), "l": self.languages[0], "m": False}]

    def _texts(self, entry: ListedEntry) -> list[dict[str, Any]]:
        facts = entry.facts
        found: list[dict[str, Any]] = []
        for name in ("summary", "description", "problem", "advantage", "wanted_outcome"):
            if said := self.say(text_of(facts.get(name)), _LONGEST):
                found.append({"label": self.say(BOOKLET_WORDS[name]), "kind": name, "paragraphs": [said]})
        conditions = [
            self.say(text_of(each.get("text")), _LONGEST_SENTENCE)
            for each in (facts.get("conditions") or [])[:_MOST_CONDITIONS]
        ]
        if conditions := [said for said in conditions if said]:
            found.append(
                {
                    "label": self.say(BOOKLET_WORDS["conditions"]),
                    "kind": "conditions",
                    "paragraphs": conditions,
                }
            )
        return found

    def _hints(self) -> list[dict[str, Any]]:
        """Return the hints need by need, in the order of the needs' numbers, the best first."""
        by_need: dict[str, list[Hint]] = {}
        for hint in self.content.hints:
            if hint.need in self.entries and hint.offer in self.entries:
                by_need.setdefault(hint.need, []).append(hint)
        needs = sorted(by_need, key=lambda key: self.entries[key].number)
        return [
            {
                "need": self._named(self.entries[key]),
                "pairs": [self._pair(hint) for hint in sorted(by_need[key], key=lambda each: -each.score)],
            }
            for key in needs
        ]

    def _named(self, entry: ListedEntry) -> dict[str, Any]:
        return {
            "number": entry.printed_number,
            "title": self.say(text_of(entry.facts.get("title"))),
            "organisation": self.say(organisation_of(entry)),
        }

    def _pair(self, hint: Hint) -> dict[str, Any]:
        shown = sorted(hint.reasons, key=lambda each: _VERDICT_ORDER.index(each.verdict))[:_MOST_REASONS]
        return {
            "offer": self._named(self.entries[hint.offer]),
            "score": str(round(hint.score * 100)),
            "evidence": self.say(BOOKLET_WORDS[hint.evidence]) if hint.evidence in BOOKLET_WORDS else [],
            "reasons": [
                {
                    "verdict": reason.verdict,
                    "asks": self._quoted(reason.asks),
                    "says": self._quoted(reason.says)
                    if reason.says
                    else self.say(BOOKLET_WORDS["not_found"]),
                    "silent": not reason.says,
                    "excluded": reason.excluded,
                }
                for reason in shown
            ],
            "flags": [self.say(flag) for flag in hint.flags],
        }

    def _quoted(self, text: str) -> Texts:
        """Return a sentence as it was written, in the one language it has."""
        language = "zh" if any(character > "\u2e80" for character in text) else "en"
        return [{"t": shortened(printable(text), _LONGEST_SENTENCE[language]), "l": language, "m": False}]

    def _changes(self) -> dict[str, Any] | None:
        content = self.content
        if content.previous is None:
            return None
        number, day = content.previous
        return {
            "since": {"version": str(number), "date": self._day(day)},
            "new": [self._titled(number) for number in content.changes.new if number in self.titles],
            "changed": [
                {
                    **self._titled(each.number),
                    "fields": self.say(field_labels(each.fields)),
                }
                for each in content.changes.changed
                if each.number in self.titles
            ],
            "gone": [
                {"number": each.number, "reason": self.say(GONE_WORDS[each.reason])}
                for each in content.changes.gone
            ],
        }

    def _titled(self, number: str) -> dict[str, Any]:
        return {"number": number, "title": self.say(self.titles[number])}

    def _index(self) -> list[dict[str, Any]]:
        """Return the organisations with the numbers of their entries, in the order a reader looks for them."""
        language = self.languages[0]
        found: dict[str, tuple[LocalText, list[str]]] = {}
        for side in ("offer", "need"):
            for entry in self.content.of_side(side):
                if name := organisation_of(entry):
                    key = entry.facts.get("organisation_key") or name.in_language(language)
                    found.setdefault(key, (name, []))[1].append(entry.printed_number)
        ordered = sorted(found.values(), key=lambda each: index_key(each[0].in_language(language)))
        return [{"name": self.say(name), "numbers": numbers} for name, numbers in ordered]


def _width_of(texts: list[dict[str, Any]]) -> int:
    return sum(
        len(one["t"]) * (2 if one["l"] == "zh" else 1)
        for text in texts
        for paragraph in text["paragraphs"]
        for one in paragraph
    )


_VERDICT_ORDER = ("met", "contradicted", "missing")


def index_key(name: str) -> tuple[bytes, str]:
    """Return what sorts a name: letters first, then Chinese by sound.

    The first 3,755 characters of GB 2312, which GB 18030 keeps in place, stand in the order of their pinyin.
    """
    folded = name.casefold()
    return folded.encode("gb18030"), name
