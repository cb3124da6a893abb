"""A hub's labels and lists as the three files that `fairground learn` reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from fairground.collect.core.records import NEED_TEXT_FIELDS, OFFER_TEXT_FIELDS, Need, Offer
from fairground.kernel.tables import Cell, write_table
from fairground.language.local_text import LANGUAGES, LocalText
from fairground.match.outcomes import HubLabels, hub_labels, hub_lists

NEEDS, OFFERS, OUTCOMES = "needs.jsonl", "offers.jsonl", "outcomes.csv"
FILES = (NEEDS, OFFERS, OUTCOMES)


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written."""

    labels: HubLabels
    needs: int
    offers: int


def export_labels(hub_id: int, folder: Path) -> Exported:
    """Write the three files into a folder that is there; each is whole or not written at all.

    Raises TableWriteError. Nothing of an outcome that is confidential is in any of them.
    """
    labels = hub_labels(hub_id)
    lists = hub_lists(hub_id, labels.pairs)
    _write_records(
        folder / NEEDS, NEED_TEXT_FIELDS, [(need, _requirements(need)) for need in lists.needs], _REQUIREMENTS
    )
    _write_records(folder / OFFERS, OFFER_TEXT_FIELDS, [(offer, {}) for offer in lists.offers])
    write_table(
        folder / OUTCOMES,
        ("need_id", "offer_id", "grade", "reason"),
        [(pair.need_id, pair.offer_id, pair.grade, pair.reason) for pair in labels.pairs],
    )
    return Exported(labels, len(lists.needs), len(lists.offers))


def _write_records(
    path: Path,
    fields: Sequence[str],
    records: Sequence[tuple[Need | Offer, Mapping[str, str]]],
    more_columns: Sequence[str] = (),
) -> None:
    """Write records with the columns by which a list is read: each text in both languages."""
    columns = ("id", *(f"{field}_{language}" for field in fields for language in LANGUAGES), *more_columns)
    rows: list[list[Cell]] = []
    for record, more in records:
        row: dict[str, Cell] = {"id": record.id, **more}
        for field in fields:
            text = record.texts.get(field, LocalText())
            row |= {f"{field}_zh": text.zh, f"{field}_en": text.en}
        rows.append([row.get(column) for column in columns])
    write_table(path, columns, rows)


# The columns of what a need asks for, as `fairground check` and `match` know them.
_REQUIREMENTS = ("requirements", "should", "excluded")


def _requirements(need: Need) -> dict[str, str]:
    parts = {
        "requirements": [one.text for one in need.requirements if one.level == "must" and not one.excluded],
        "should": [one.text for one in need.requirements if one.level != "must" and not one.excluded],
        "excluded": [one.text for one in need.requirements if one.excluded],
    }
    return {name: "\n".join(lines) for name, lines in parts.items() if lines}
