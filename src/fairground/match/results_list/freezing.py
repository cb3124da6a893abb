"""A record's public facts as plain values, to be kept with a version: nothing else of it ever enters a list."""

from typing import Any

from fairground.accounts.actors import Actor
from fairground.accounts.kinds import OPEN, kind_of
from fairground.accounts.values import plain
from fairground.publish.records import named_organisation

# What is printed, by name of the record's field; contacts and protected detail have no place here.
FACTS = {
    "offer": (
        "title", "summary", "advantage", "region", "country", "fields", "trl", "partnership", "price",
        "valid_until", "demonstration",
    ),
    "need": (
        "title", "summary", "wanted_outcome", "conditions", "region", "country", "fields", "trl", "partnership",
        "budget", "deadline", "valid_until", "demonstration",
    ),
}  # fmt: skip
# What stands in for an abstract that nobody wrote.
_INSTEAD_OF_SUMMARY = {"offer": "description", "need": "problem"}
_OF_THE_HEAD = frozenset({"demonstration", "trl"})  # columns that a layout need not show


def facts_of(record: Any, reader: Actor) -> dict[str, Any]:
    """Return the facts that `reader`, a visitor, may read of a record; empty values are left out.

    The organisation is named where everybody may know it. A place that only the organisation has stands for the record.
    """
    layout = kind_of(record.kind).fields
    facts: dict[str, Any] = {}
    for name in FACTS[record.kind]:
        if name in _OF_THE_HEAD:
            facts[name] = getattr(record, name)
        elif layout[name].access == OPEN:
            facts[name] = plain(record, layout[name])
    if not record.summary:
        name = _INSTEAD_OF_SUMMARY[record.kind]
        facts[name] = plain(record, layout[name]) if layout[name].access == OPEN else None
    organisation = named_organisation(reader, record)
    if organisation is not None:
        title = kind_of("organisation").fields["title"]
        facts["organisation"] = plain(organisation, title)
        facts["organisation_key"] = organisation.key
        if not facts.get("region") and not facts.get("country"):
            facts["region"], facts["country"] = organisation.region, organisation.country
    return {name: value for name, value in facts.items() if value not in (None, "", [], {}, False)}
