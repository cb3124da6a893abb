"""The kinds of records and their layouts: one description that pages, forms, history, index and export all read.

A stage registers its kinds when Django starts; nothing here knows a stage.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fairground.accounts.core.roles import ADD_RECORDS
from fairground.accounts.errors import UnknownKindError
from fairground.language.local_text import LocalText

if TYPE_CHECKING:
    from fairground.accounts.models import Record

# How a value is shown, entered, compared and indexed.
SHAPES = frozenset(
    {
        "local_line", "local_text",  # LocalText, one line or several
        "line", "text", "lines",  # str, str, tuple[str, ...]
        "code", "codes",  # of FieldSpec.code_list
        "region", "country", "zone", "park", "languages",
        "date", "datetime", "integer", "readiness", "longitude", "latitude", "boolean", "money",
        "record", "records",  # a reference to another record, or several; FieldSpec.kind says of which kind
        "structure", "structures",  # a dataclass, or a tuple of them; FieldSpec.parts lays out its fields
    }
)  # fmt: skip

OPEN = "open"
PROTECTED = "protected"  # opened by a grant of scope 'protected'
CONTACT = "contact"  # opened by a grant of scope 'contact'; personal values


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a kind.

    `group` is the part of the page and the step of the form it stands in: 'lead' | 'facts' | 'texts' |
    'evidence' | 'protected' | 'contact' | 'source'. `access` says who reads it beside owners and editors.
    """

    name: str
    label: LocalText
    shape: str
    group: str = "facts"
    code_list: str = ""
    kind: str = ""
    help: LocalText = LocalText()
    access: str = OPEN
    searched: bool = False  # its words are found by the search box
    required: bool = False
    parts: tuple["FieldSpec", ...] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of records. `code` is its segment of the address, its facet value and its name in the log."""

    code: str
    label: LocalText
    plural: LocalText
    model: type["Record"]
    layout: tuple[FieldSpec, ...]
    stage: str = "collect"  # the step of the chain that makes such records
    added_with: str = ADD_RECORDS  # what a role must allow for adding one
    personal: bool = False  # every value is about a person: the log keeps them where erasure reaches
    fields: Mapping[str, FieldSpec] = field(init=False)

    def __post_init__(self) -> None:
        for spec in self.layout:
            if spec.shape not in SHAPES:
                raise ValueError(f"{self.code}.{spec.name}: no shape is called {spec.shape!r}")
        object.__setattr__(self, "fields", {spec.name: spec for spec in self.layout})


_KINDS: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Make a kind known. Called once a kind, from an app's `ready`."""
    _KINDS[kind.code] = kind


def kinds() -> tuple[Kind, ...]:
    """Return all kinds in the order of the chain: as the apps registered them."""
    return tuple(_KINDS.values())


def kind_of(code: str) -> Kind:
    """Return the kind with `code`. Raises UnknownKindError."""
    try:
        return _KINDS[code]
    except KeyError:
        raise UnknownKindError(code) from None
