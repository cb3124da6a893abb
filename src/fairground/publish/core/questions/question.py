"""What a question was understood to ask: kinds, filters, words, and what was left aside."""

from dataclasses import dataclass

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Part:
    """A piece of the question as asked: `text == question[start:end]`."""

    text: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Filter:
    """One condition read from the question.

    `operator` and `values` by facet:

    - codes (field, region, zone, country, partnership, organisation, organisation_kind, platform_type,
      publication_type, facility_type, edition, language): 'in' or 'not in', any of the values
    - kind: 'in', any of the values
    - words: 'not in', text that must not occur
    - trl: '>=', '<=', 'between' (both ends included) or '=', whole numbers 1 to 9
    - price, budget: '>=', '<=' or 'between', minor units, the currency (ISO 4217) as last value
    - deadline: '>=' or '<=', a date YYYY-MM-DD
    - open: 'in', 'now': the deadline has not passed, whenever 'now' is

    Several filters of one facet with 'in' widen each other; all others narrow.
    """

    facet: str
    operator: str
    values: tuple[str, ...]
    text: str
    start: int
    end: int
    explained: LocalText

    def written(self) -> str:
        """Return the filter as a short line, for lists and comparisons."""
        joined = ",".join(self.values)
        return {
            "in": f"{self.facet}={joined}",
            "not in": f"{self.facet}!={joined}",
            "between": f"{self.facet}={'..'.join(self.values[:2])}{_tail(self.values[2:])}",
        }.get(self.operator, f"{self.facet}{self.operator}{self.values[0]}{_tail(self.values[1:])}")


def _tail(values: tuple[str, ...]) -> str:
    return "".join(f" {value}" for value in values)


@dataclass(frozen=True, slots=True)
class Question:
    """A question, understood.

    Every word of the question that carries meaning lies in exactly one part of `kind_words`, `filters`, `words`
    or `unused`; parts never overlap and each tuple is in the order of the question.

    Parameters
    ----------
    kinds : codes of the kinds of record asked for; empty where the question does not say
    kind_words : the words that say so, as filters of the facet 'kind'
    filters : the conditions
    words : what is left to search for, runs of words as asked
    unused : words with meaning that neither filter nor help a search ('latest', 'best', 'technology')
    """

    text: str
    kinds: tuple[str, ...]
    kind_words: tuple[Filter, ...]
    filters: tuple[Filter, ...]
    words: tuple[Part, ...]
    unused: tuple[Part, ...]

    def search_text(self) -> str:
        """Return the words to search for, as one text."""
        return " ".join(word.text for word in self.words)

    def explain(self, language: str) -> tuple[str, ...]:
        """Return one line a filter for a reader of `language` ('zh' or 'en'), kinds first."""
        return tuple(part.explained.in_language(language) for part in (*self.kind_words, *self.filters))
