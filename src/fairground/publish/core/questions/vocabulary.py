"""Names a hub knows beyond the code lists: its zones, organisations and editions."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from fairground.publish.core.questions.names import MEANINGS, Meaning, NameIndex, lowered


@dataclass(frozen=True, slots=True)
class Zone:
    """A high-tech zone or park, by its code."""

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class OrganisationNames:
    """Everything an organisation is called, by its key."""

    key: str
    names: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class EditionNames:
    """Everything an edition is called, by its code, and the year it was held."""

    code: str
    names: tuple[str, ...]
    year: int


_YEAR = re.compile(r"\s*(?:19|20)\d\d\s*年?\s*")


@dataclass(frozen=True)
class Vocabulary:
    """Names of one hub. Build it once and keep it: its index is made at the first question.

    A name of fewer than two characters is passed over: it would be found in every other word.
    """

    zones: tuple[Zone, ...] = ()
    organisations: tuple[OrganisationNames, ...] = ()
    editions: tuple[EditionNames, ...] = ()

    @cached_property
    def index(self) -> NameIndex:
        """All names of the hub, ready to be found in text."""
        index = NameIndex()
        for zone in self.zones:
            for name in (zone.zh, zone.en, *zone.aliases):
                index.add(name, Meaning("facet", "zone", (zone.code,)))
        for organisation in self.organisations:
            for name in organisation.names:
                index.add(name, Meaning("facet", "organisation", (organisation.key,)))
        for edition in self.editions:
            for name in edition.names:
                index.add(name, Meaning("facet", "edition", (edition.code,)))
                # 'Zhongguancun Forum' without a year is no zone and no kind of record.
                index.add(_YEAR.sub(" ", name).strip(), MEANINGS["term"])
        return index

    @cached_property
    def edition_of_year(self) -> Mapping[int, str]:
        """The code of the edition held in a year, for years with exactly one."""
        years = [edition.year for edition in self.editions]
        return {edition.year: edition.code for edition in self.editions if years.count(edition.year) == 1}

    @cached_property
    def edition_pattern(self) -> re.Pattern[str]:
        """A year with a name of the series or a word for an edition, in lower case."""
        series = {
            lowered(_YEAR.sub(" ", name).strip()) for edition in self.editions for name in edition.names
        } - {""}
        words = {
            "年会",
            "论坛年会",
            "年度论坛",
            "届",
            "那届",
            "annual conference",
            "edition",
            "forum",
            "fair",
        }
        either = "|".join(
            re.escape(word) for word in sorted(series | words, key=lambda word: (-len(word), word))
        )
        before = "|".join(re.escape(word) for word in sorted(series, key=lambda word: (-len(word), word)))
        prefix = rf"(?:(?:{before})\s*)?" if before else ""
        return re.compile(rf"{prefix}(?<!\d)((?:19|20)\d\d)\s*年?(?:的|这)?\s*(?:{either})(?![a-z])")

    @cached_property
    def names_of_codes(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """What a code is called, (zh, en), by facet and code; one name serves both where there is only one."""
        named: dict[tuple[str, str], tuple[str, str]] = {
            ("zone", zone.code): (zone.zh, zone.en) for zone in self.zones
        }
        for facet, code, names in (
            *(("organisation", item.key, item.names) for item in self.organisations),
            *(("edition", item.code, item.names) for item in self.editions),
        ):
            if names:
                zh = next((name for name in names if not name.isascii()), names[0])
                en = next((name for name in names if name.isascii()), names[0])
                named[facet, code] = (zh, en)
        return named
