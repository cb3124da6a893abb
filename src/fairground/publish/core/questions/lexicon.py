"""The words questions are made of: what names a kind, a facet's code, or nothing to search for."""

from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

from fairground.language.dictionary import shipped_terms
from fairground.language.tokens import CHINESE_STOP_WORDS, ENGLISH_STOP_WORDS
from fairground.places.core.regions import region_names
from fairground.publish.core.questions.names import MEANINGS, Meaning, NameIndex
from fairground.taxonomy import code_list

KIND_NAMES: Mapping[str, tuple[str, str]] = {
    "offer": ("成果", "offers"),
    "need": ("需求", "needs"),
    "platform": ("平台", "platforms"),
    "facility": ("设施设备", "facilities"),
    "dataset": ("数据集", "datasets"),
    "tool": ("工具", "tools"),
    "scenario": ("场景", "scenarios"),
    "organisation": ("机构", "organisations"),
    "person": ("人员", "people"),
    "publication": ("出版物", "publications"),
    "session": ("活动", "sessions"),
    "exhibit": ("展品", "exhibits"),
    "edition": ("届次", "editions"),
}
# The code list behind a facet; its names are read in questions.
LISTS: Mapping[str, str] = {
    "publication_type": "publication_type",
    "platform_type": "platform_type",
    "facility_type": "facility_type",
    "organisation_kind": "organisation_kind",
    "partnership": "partnership",
    "field": "fields",
}
# The names of a division of fields: hardly ever the subject of a search themselves.
DIVISION_FIELDS = frozenset({"new-it", "smart-equipment", "new-materials", "medicine-health", "green-tech"})

# Everyday words for these stand by themselves only where the segmenter agrees: 标准, not the 标准 of 标准化.
_EVERYDAY = frozenset(LISTS) - {"field"} | {"kind", "region", "country"}
_UPPER_ONLY = frozenset({"US", "UK", "UAE", "IT", "EU"})
_WEAK_CODES = frozenset({("platform_type", "space")})
_WEAK_FACETS = frozenset({"facility_type"})
_ANYWHERE = frozenset({"*", "EU"})
_NATIONWIDE = "全国"


def _rows(name: str) -> Iterator[list[str]]:
    text = files("fairground.publish.core.questions").joinpath("data", name).read_text("utf-8")
    return (line.split("\t") for line in text.splitlines() if line and not line.startswith("#"))


def _words(role: str) -> frozenset[str]:
    return frozenset(word for found, words in _rows("words.tsv") if found == role for word in words.split())


FUNCTION_WORDS = CHINESE_STOP_WORDS | ENGLISH_STOP_WORDS | _words("function")
IDLE_WORDS = _words("idle")
FIELD_MARKS = _words("field")


@cache
def shipped_names() -> NameIndex:
    """Every name that does not depend on the hub, with its meaning; built once."""
    index = NameIndex()
    refused: dict[str, frozenset[str]] = {}
    for facet, codes, force, names in list(_rows("names.tsv"))[1:]:
        if codes == "-":
            refused[facet] = frozenset(name.lower() for name in names.split("|"))
        else:
            for name in names.split("|"):
                index.add(name, _meaning(facet, tuple(codes.split(",")), name, force))
    for facet, code_list_name in LISTS.items():
        for term in code_list(code_list_name):
            for name in term.names():
                if name.lower() not in refused.get(facet, frozenset()):
                    index.add(name, _meaning(facet, (term.code,), name))
    for name, places in region_names().items():
        if name != _NATIONWIDE and not _ANYWHERE & set(places):
            meaning = _meaning("region" if places[0].isdigit() else "country", places, name)
            index.add(name, meaning)
            if meaning.facet == "region" and not name.isascii():
                index.add(f"{name}市", meaning)
    passed_over = FUNCTION_WORDS | IDLE_WORDS
    for chinese, english in shipped_terms():
        for name in (chinese, *english):
            if name.lower() not in passed_over:
                index.add(name, MEANINGS["term"])
    return index


def _meaning(facet: str, codes: tuple[str, ...], name: str, force: str = "") -> Meaning:
    return Meaning(
        "kind" if facet == "kind" else "facet",
        facet,
        codes,
        weak=force == "weak" or facet in _WEAK_FACETS or (facet, codes[0]) in _WEAK_CODES,
        whole=facet not in _EVERYDAY,
        upper=name in _UPPER_ONLY,
        negated=force == "not",
    )
