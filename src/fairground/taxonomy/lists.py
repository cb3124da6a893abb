"""Code lists read from `data/`: what each code is called in both languages and which code took its place."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from fairground.taxonomy.errors import (
    BrokenListError,
    UnknownCodeError,
    UnknownListError,
    UnknownVersionError,
)

COLUMNS = ("code", "zh", "en", "aliases", "parent", "replaced_by")
_HEADER = ("code", "version", "zh", "en", "source")
_CODE = re.compile(r"[a-z0-9]+(?:[-_][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class Term:
    """One entry of a code list.

    `parent` is the code of the wider term, '' at the top. `replaced_by` is the code to use today, '' while
    this one is in use: a code is never taken out of a list, because old records carry it.
    """

    code: str
    zh: str
    en: str
    aliases: tuple[str, ...]
    parent: str
    replaced_by: str

    def label(self, language: str) -> str:
        """Return the term's name for a reader of `language` ('zh' or 'en')."""
        return self.zh if language == "zh" else self.en

    def names(self) -> tuple[str, ...]:
        """Return everything the term is called, both languages, its own names first."""
        return (self.zh, self.en, *self.aliases)


@dataclass(frozen=True, slots=True)
class CodeList:
    """One version of a code list; `terms` by code, in the order of the file."""

    code: str
    version: str
    source: str
    zh: str
    en: str
    terms: Mapping[str, Term]

    def __iter__(self) -> Iterator[Term]:
        """Go through the terms in use, those that were replaced left out."""
        return (term for term in self.terms.values() if not term.replaced_by)

    def __contains__(self, code: object) -> bool:
        return code in self.terms

    def term(self, code: str) -> Term:
        """Return the term with `code`, as it stands, replaced or not.

        Raises
        ------
        UnknownCodeError : the list never had such a code
        """
        found = self.terms.get(code)
        if found is None:
            raise UnknownCodeError(
                f"“{self.zh}”中没有代码“{code}”。可用的代码：{'、'.join(self.terms)}。",
                f"The list '{self.code}' has no code '{code}'. Use one of: {', '.join(self.terms)}.",
            )
        return found

    def label(self, code: str, language: str) -> str:
        """Return the name of `code` for a reader of `language` ('zh' or 'en'), its own name if replaced.

        Raises
        ------
        UnknownCodeError : the list never had such a code
        """
        return self.term(code).label(language)

    def current(self, code: str) -> str:
        """Return the code to use today for `code`: itself, or what replaced it in the end.

        Raises
        ------
        UnknownCodeError : the list never had such a code
        """
        term = self.term(code)
        while term.replaced_by:
            term = self.term(term.replaced_by)
        return term.code

    def narrower(self, code: str) -> tuple[str, ...]:
        """Return `code` and every code below it, in the order of the list.

        Who asks for information technology also wants artificial intelligence. Replaced codes under it are
        among them, so that old records are found too.

        Raises
        ------
        UnknownCodeError : the list never had such a code
        """
        wanted = {self.term(code).code}
        size = 0
        while len(wanted) != size:
            size = len(wanted)
            wanted |= {term.code for term in self.terms.values() if {term.parent, term.replaced_by} & wanted}
        return tuple(found for found in self.terms if found in wanted)


def code_list(code: str, version: str | None = None) -> CodeList:
    """Return a code list, read once and kept.

    Parameters
    ----------
    code : name of the list, one of `code_lists()`
    version : None for the version in use; else one that lies beside it

    Raises
    ------
    UnknownListError, UnknownVersionError : says what there is instead
    """
    versions = _shelf().get(code)
    if versions is None:
        raise UnknownListError(
            f"没有名为“{code}”的代码表。现有代码表：{'、'.join(_shelf())}。",
            f"There is no code list '{code}'. There are: {', '.join(_shelf())}.",
        )
    if version is None:
        return versions[""]
    if version not in versions:
        known = [known for known in versions if known]
        raise UnknownVersionError(
            f"代码表“{code}”没有版本“{version}”。现有版本：{'、'.join(known)}。",
            f"The code list '{code}' has no version '{version}'. There are: {', '.join(known)}.",
        )
    return versions[version]


def code_lists() -> tuple[str, ...]:
    """Return the names of all code lists, sorted."""
    return tuple(_shelf())


@cache
def _shelf() -> Mapping[str, Mapping[str, CodeList]]:
    """Every list by name and version; the version in use stands under '' too.

    `fields.tsv` is in use; `fields@2023.tsv` beside it is the version of 2023, kept for those who cite it.
    """
    shelf: dict[str, dict[str, CodeList]] = {}
    folder = files("fairground.taxonomy") / "data"
    for file in sorted(folder.iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".tsv"):
            continue
        found = read_code_list(file.read_text("utf-8"), file.name)
        versions = shelf.setdefault(found.code, {})
        versions[found.version] = found
        if "@" not in file.name:
            versions[""] = found
    return MappingProxyType({code: MappingProxyType(shelf[code]) for code in sorted(shelf)})


def read_code_list(text: str, name: str) -> CodeList:
    """Read one data file.

    Parameters
    ----------
    text : the content of the file
    name : the file's name, for the message

    Raises
    ------
    BrokenListError : a missing header line, a row of other length, a code twice, an unknown parent or
        replacement, replacements that run in a circle, a name that two terms claim
    """
    header: dict[str, str] = {}
    terms: dict[str, Term] = {}
    columns_read = False
    for number, line in enumerate(text.splitlines(), start=1):
        cells = line.split("\t")
        if line.startswith("#"):
            key, _, value = line.removeprefix("#").partition(":")
            header[key.strip()] = value.strip()
        elif not columns_read:
            _insist(tuple(cells) == COLUMNS, name, number, f"columns {COLUMNS}", f"表头为 {COLUMNS}")
            columns_read = True
        else:
            _insist(len(cells) == len(COLUMNS), name, number, "six cells a line", "每行六格")
            code, zh, en, aliases, parent, replaced_by = cells
            _insist(
                bool(_CODE.fullmatch(code) and zh and en), name, number, "a code, zh, en", "代码与中英文名"
            )
            _insist(code not in terms, name, number, f"'{code}' only once", f"“{code}”只出现一次")
            terms[code] = Term(code, zh, en, tuple(filter(None, aliases.split("|"))), parent, replaced_by)
    _insist(all(header.get(key) for key in _HEADER), name, 1, f"a header of {_HEADER}", f"注释行含 {_HEADER}")
    _check_links(terms, name)
    return CodeList(
        header["code"],
        header["version"],
        header["source"],
        header["zh"],
        header["en"],
        MappingProxyType(terms),
    )


def _check_links(terms: Mapping[str, Term], name: str) -> None:
    claimed: dict[str, str] = {}
    for number, term in enumerate(terms.values(), start=1 + len(_HEADER) + 1):
        for link in ("parent", "replaced_by"):
            code, seen = term.code, set[str]()
            while code and code in terms and code not in seen:
                seen.add(code)
                code = getattr(terms[code], link)
            _insist(code == "", name, number, f"a {link} in the list, no circle", f"{link} 在表内且不循环")
        for spelling in {spelling.casefold() for spelling in term.names()}:
            owner = claimed.setdefault(spelling, term.code)
            _insist(
                owner == term.code,
                name,
                number,
                f"'{spelling}' for '{owner}' or '{term.code}', not both",
                f"“{spelling}”只归“{owner}”或“{term.code}”",
            )


def _insist(right: bool, name: str, line: int, wanted_en: str, wanted_zh: str) -> None:
    if not right:
        raise BrokenListError(
            f"代码表文件 {name} 第 {line} 行不合规则，应为：{wanted_zh}。请改正该行。",
            f"Code list file {name}, line {line}: wanted {wanted_en}. Please mend that line.",
        )
