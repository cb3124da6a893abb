"""Read a list of needs or offers from a table file: every good row a record, every fault listed."""

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice
from pathlib import Path
from typing import Generic, TypeVar

from fairground.collect.core.columns import (
    CONTACT_FIELD,
    LEFT_OUT,
    PROTECTED_FIELD,
    Column,
    ColumnMapping,
    detect_kind,
    header_score,
    is_carried,
    plain_name,
    understand_columns,
)
from fairground.collect.core.contacts import without_contacts
from fairground.collect.core.records import (
    NEED_TEXT_FIELDS,
    OFFER_TEXT_FIELDS,
    Need,
    Offer,
    Origin,
    Requirement,
)
from fairground.collect.core.requirements import split_requirements
from fairground.collect.core.values import (
    UnreadableDateError,
    is_serial,
    parse_date,
    parse_flag,
    parse_partnerships,
    parse_trl,
    split_values,
)
from fairground.collect.core.warnings import (
    AMBIGUOUS_COLUMN,
    BAD_AMOUNT,
    BAD_DATE,
    BAD_PARTNERSHIP,
    BAD_TRL,
    CONTACT_COLUMN,
    CONTACT_IN_TEXT,
    DUPLICATE_ID,
    EMPTY_RECORD,
    GUESSED_COLUMN,
    NO_ID_COLUMN,
    PROTECTED_COLUMN,
    SERIAL_DATE,
    UNKNOWN_COLUMN,
)
from fairground.kernel.identifiers import content_identifier, unique_identifiers
from fairground.kernel.money import MoneyRange, parse_money
from fairground.kernel.tables import Cell, Limits, Row, TableWarning, WarningKind, WarningLog, open_table
from fairground.language.detect import language_of
from fairground.language.local_text import LocalText

Record = TypeVar("Record", Need, Offer)
Progress = Callable[[int], None]  # rows read so far; may raise to stop

_PREVIEWED_ROWS = 50
_SAMPLES = 3  # values shown of a column
_SAMPLE_CHARS = 60
_TOLD_EVERY_ROWS = 200
_COUNTERS = ("序号", "no", "号", "number")  # a running number is an id only where there is no better one
_NO_AMOUNT = re.compile(
    r"面议|面谈|电议|议定|待定|协商|不限|negotia|tbd|^\s*(?:0(?:\.0+)?|无|n/?a|none|-+|—+|/)?\s*$",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class RecordList(Generic[Record]):
    """A list as it was understood. `records` keep the order of the file."""

    kind: str  # 'needs' | 'offers'
    file: str
    sheet: str | None
    records: tuple[Record, ...]
    mapping: ColumnMapping
    warnings: tuple[TableWarning, ...]  # the first 1,000 of each code
    warning_counts: Counter[str]
    rows_read: int
    rows_skipped: int  # neither title nor text


@dataclass(frozen=True, slots=True)
class ListPreview:
    """The head of a list: how its columns would be understood, and what stands in them."""

    kind: str  # 'needs' | 'offers'
    file: str
    sheet: str | None
    names: tuple[str, ...]  # of the columns, as printed
    samples: tuple[
        tuple[str, ...], ...
    ]  # for each column its first different values, cut to length; none of a contact
    mapping: ColumnMapping  # may lack a title and every text


def _add_sample(seen: dict[str, None], cell: Cell) -> None:
    text = " ".join(without_contacts(_as_text(cell)[:1_000])[0].split())
    if text:
        seen.setdefault(text if len(text) <= _SAMPLE_CHARS else text[: _SAMPLE_CHARS - 1] + "…")


def read_needs(
    path: str | Path,
    *,
    sheet: str | None = None,
    strict: bool = False,
    limits: Limits | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> RecordList[Need]:
    """Read a list of needs; see `read_offers` for parameters and errors, which are the same."""
    return _read(path, "needs", _need, sheet, strict, limits, columns, progress)


def read_offers(
    path: str | Path,
    *,
    sheet: str | None = None,
    strict: bool = False,
    limits: Limits | None = None,
    columns: Mapping[str, str] | None = None,
    progress: Progress | None = None,
) -> RecordList[Offer]:
    """Read a list of offers from xlsx, csv, tsv, jsonl or parquet.

    Columns are understood by name (Chinese or English); those nobody knows are carried in `extra`; contact
    and protected columns are left out and counted. A text goes to the side its column names, else to that of
    its script. Rows with neither title nor text are listed and skipped; an id that stands twice gets '-2'.

    Parameters
    ----------
    path : the file
    sheet : sheet of a workbook; None takes the first visible one with data
    strict : stop at the first fault that loses or changes data
    limits : sizes beyond which reading stops
    columns : column name → field, said by hand; see `understand_columns`
    progress : told the number of rows read, every few hundred

    Raises
    ------
    TableError : the file cannot be read (kernel.tables), or is no such list (WrongColumnsError)
    ValueError : `columns` names a field that this kind of list does not have
    """
    return _read(path, "offers", _offer, sheet, strict, limits, columns, progress)


def preview_list(
    path: str | Path,
    kind: str,
    *,
    sheet: str | None = None,
    limits: Limits | None = None,
    columns: Mapping[str, str] | None = None,
) -> ListPreview:
    """Return how a list of `kind` ('needs' | 'offers') would be understood, from its first rows.

    Unlike reading, it does not ask for a title or a text: whoever sees the preview can say what the columns are.

    Raises
    ------
    TableError : the file cannot be read; ValueError, WrongColumnsError : see `understand_columns`
    """
    with open_table(path, sheet=sheet, limits=limits, header_score=header_score) as table:
        mapping = understand_columns(table.columns, kind, file=table.log.file, chosen=columns, lenient=True)
        found: list[dict[str, None]] = [{} for _ in table.columns]
        unread = {c.index for c in mapping.columns if c.field in (CONTACT_FIELD, PROTECTED_FIELD)}
        for row in islice(table.rows, _PREVIEWED_ROWS):
            for index, (seen, cell) in enumerate(zip(found, row.cells, strict=True)):
                if len(seen) < _SAMPLES and index not in unread:
                    _add_sample(seen, cell)
        samples = tuple(tuple(seen) for seen in found)
        return ListPreview(kind, table.log.file, table.sheet, table.columns, samples, mapping)


def detect_list_kind(path: str | Path, *, sheet: str | None = None, limits: Limits | None = None) -> str:
    """Return 'needs' or 'offers' for a file, by its columns and names.

    Raises
    ------
    TableError : the file cannot be read, or does not say (UnclearKindError)
    """
    with open_table(path, sheet=sheet, limits=limits, header_score=header_score) as table:
        return detect_kind(table.columns, file=Path(path).name, sheet=table.sheet)


def _read(
    path: str | Path,
    kind: str,
    build: "Callable[[_RowReader], Record]",
    sheet: str | None,
    strict: bool,
    limits: Limits | None,
    columns: Mapping[str, str] | None,
    progress: Progress | None,
) -> RecordList[Record]:
    with open_table(path, sheet=sheet, strict=strict, limits=limits, header_score=header_score) as table:
        mapping = understand_columns(table.columns, kind, file=table.log.file, chosen=columns)
        _note_columns(mapping, table.log, table.sheet)
        layout = _Layout(mapping)
        records: list[Record] = []
        given: list[bool] = []
        count = 0
        for row in table.rows:
            count += 1
            if progress is not None and count % _TOLD_EVERY_ROWS == 0:
                progress(count)
            reader = _RowReader(row, layout, table.log, table.sheet)
            if not reader.has_text():
                table.log.add(EMPTY_RECORD, sheet=table.sheet, row=row.number)
                continue
            record = build(reader)
            given.append(bool(record.id))
            records.append(record if record.id else replace(record, id=_made_id(kind, record.texts)))
        unique = _with_unique_ids(records, given, table.log, table.sheet)
        log = table.log
        return RecordList(
            kind,
            log.file,
            table.sheet,
            unique,
            mapping,
            tuple(log.items),
            log.counts,
            count,
            count - len(records),
        )


def _note_columns(mapping: ColumnMapping, log: WarningLog, sheet: str | None) -> None:
    kinds = {CONTACT_FIELD: CONTACT_COLUMN, PROTECTED_FIELD: PROTECTED_COLUMN}
    for column in mapping.columns:
        if column.field in kinds:
            log.add(kinds[column.field], sheet=sheet, column=column.name, name=column.name)
        elif column.confidence < 1:
            log.add(GUESSED_COLUMN, sheet=sheet, column=column.name, name=column.name, field=column.field)
    for name in (name for _, name in mapping.unknown if not is_carried(name)):
        log.add(UNKNOWN_COLUMN, sheet=sheet, column=name, name=name)
    texts = {*NEED_TEXT_FIELDS, *OFFER_TEXT_FIELDS}
    for field, count in Counter(column.field for column in mapping.columns).items():
        single = field not in texts and field not in (
            "id",
            "requirements",
            "wishes",
            "excluded",
            "regions",
            LEFT_OUT,
        )
        if count > 1 and single and field not in kinds:
            names = ", ".join(column.name for column in mapping.columns if column.field == field)
            log.add(AMBIGUOUS_COLUMN, sheet=sheet, names=names, field=field)
    if "id" not in mapping.fields():
        log.add(NO_ID_COLUMN, sheet=sheet)


def _made_id(kind: str, texts: Mapping[str, LocalText]) -> str:
    parts = [
        part for field in sorted(texts) for part in (field, texts[field].zh or "", texts[field].en or "")
    ]
    return content_identifier("need" if kind == "needs" else "offer", parts)


def _with_unique_ids(
    records: list[Record], given: list[bool], log: WarningLog, sheet: str | None
) -> tuple[Record, ...]:
    identifiers = unique_identifiers([record.id for record in records])
    unique = []
    for record, identifier in zip(records, identifiers, strict=True):
        if record.id != identifier:
            row = record.origin.row
            log.add(DUPLICATE_ID, sheet=sheet, row=row, column="id", first=record.id, name=identifier)
            record = replace(record, id=identifier)
        unique.append(record)
    return tuple(unique)


def _as_text(cell: Cell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell).strip()


class _Layout:
    """Where each field of a list stands, the surest column first; worked out once, not for every row."""

    def __init__(self, mapping: ColumnMapping) -> None:
        self.columns: dict[str, list[Column]] = {}
        for column in sorted(mapping.columns, key=_doubt):
            self.columns.setdefault(column.field, []).append(column)
        self.unknown = [Column(index, name, "", None, 0.0) for index, name in mapping.unknown]
        fields = {*NEED_TEXT_FIELDS, *OFFER_TEXT_FIELDS, "requirements"} - {"field", "keywords"}
        self.text_positions = [column.index for field in fields for column in self.columns.get(field, [])]


def _doubt(column: Column) -> tuple[bool, float]:
    return column.field == "id" and plain_name(column.name) in _COUNTERS, -column.confidence


class _RowReader:
    """The cells of one row by field."""

    def __init__(self, row: Row, layout: _Layout, log: WarningLog, sheet: str | None) -> None:
        self._row, self._layout, self._log, self._sheet = row, layout, log, sheet
        self.origin = Origin(log.file, sheet, row.number)

    def note(self, kind: WarningKind, column: Column, **values: object) -> None:
        self._log.add(kind, sheet=self._sheet, row=self._row.number, column=column.name, **values)

    def cells(self, field: str) -> Iterator[tuple[Column, Cell]]:
        """Yield the filled cells of a field, the surest column first."""
        for column in self._layout.columns.get(field, ()):
            if _as_text(cell := self._row.cells[column.index]):
                yield column, cell

    def has_text(self) -> bool:
        return any(_as_text(self._row.cells[index]) for index in self._layout.text_positions)

    def clean(self, cell: Cell, column: Column) -> str:
        text, count = without_contacts(_as_text(cell))
        if count:
            self.note(CONTACT_IN_TEXT, column, count=count)
        return text

    def text(self, field: str) -> str | None:
        """Return the first filled cell of a field as text."""
        return next((self.clean(cell, column) for column, cell in self.cells(field)), None)

    def texts(self, fields: Iterable[str]) -> dict[str, LocalText]:
        found: dict[str, LocalText] = {}
        for field in fields:
            sides: dict[str, list[str]] = {"zh": [], "en": []}
            for column, cell in self.cells(field):
                text = self.clean(cell, column)
                side = column.language or ("zh" if language_of(text) in ("zh", "mixed") else "en")
                if text not in sides[side]:
                    sides[side].append(text)
            if sides["zh"] or sides["en"]:
                found[field] = LocalText("\n".join(sides["zh"]) or None, "\n".join(sides["en"]) or None)
        return found

    def requirements(self) -> tuple[Requirement, ...]:
        found: list[Requirement] = []
        for field, level, excluded in (
            ("requirements", None, False),
            ("wishes", "should", False),
            ("excluded", "must", True),
        ):
            for column, cell in self.cells(field):
                found += split_requirements(self.clean(cell, column), level=level, excluded=excluded)
        return tuple(dict.fromkeys(found))

    def trl(self, field: str) -> tuple[int | None, str | None]:
        for column, cell in self.cells(field):
            text = self.clean(cell, column)
            level = parse_trl(cell)
            if level is None and re.search(r"\d", text):
                self.note(BAD_TRL, column, quote=text[:60])
            # A bare number says nothing more than itself; anything else is kept as the source put it.
            note = None if re.fullmatch(r"(?:TRL)?\s*[\d.]+\s*级?", text, re.IGNORECASE) and level else text
            return level, note
        return None, None

    def money(self, field: str) -> MoneyRange | None:
        for column, cell in self.cells(field):
            text = self.clean(cell, column)
            amount = parse_money(text, default_scale=column.scale)
            if amount is None and not _NO_AMOUNT.search(text):
                self.note(BAD_AMOUNT, column, quote=text[:60])
            return amount
        return None

    def day(self, field: str) -> date | None:
        for column, cell in self.cells(field):
            try:
                day = parse_date(cell)
            except UnreadableDateError:
                self.note(BAD_DATE, column, quote=_as_text(cell)[:60])
                return None
            if is_serial(cell):
                self.note(SERIAL_DATE, column, value=_as_text(cell), day=day)
            return day
        return None

    def values(self, field: str) -> tuple[str, ...]:
        found = [
            value for column, cell in self.cells(field) for value in split_values(self.clean(cell, column))
        ]
        return tuple(dict.fromkeys(found))

    def partnership(self) -> tuple[str, ...]:
        codes: list[str] = []
        for column, cell in self.cells("partnership"):
            known, unknown = parse_partnerships(self.clean(cell, column))
            codes += known
            if unknown:
                self.note(BAD_PARTNERSHIP, column, quote=", ".join(unknown)[:80])
        return tuple(dict.fromkeys(codes))

    def flag(self, field: str) -> bool:
        return any(parse_flag(cell) for _, cell in self.cells(field))

    def extra(self, *more: str) -> dict[str, str]:
        """Return the columns nobody understood, and those of the fields named, as printed."""
        kept: dict[str, str] = {}
        carried = [column for field in more for column in self._layout.columns.get(field, ())]
        for column in (*self._layout.unknown, *carried):
            if text := self.clean(self._row.cells[column.index], column):
                kept[column.name] = text
        return kept


def _need(row: _RowReader) -> Need:
    level, _ = row.trl("trl_min")
    return Need(
        id=row.text("id") or "",
        origin=row.origin,
        texts=row.texts(NEED_TEXT_FIELDS),
        requirements=row.requirements(),
        trl_min=level,
        budget=row.money("budget"),
        deadline=row.day("deadline"),
        regions=row.values("regions"),
        partnership=row.partnership(),
        ipr=row.text("ipr"),
        demonstration=row.flag("demonstration"),
        extra=row.extra("organisation"),
    )


def _offer(row: _RowReader) -> Offer:
    level, stated = row.trl("trl")
    notes = [note for note in (row.text("trl_note"), stated) if note]
    return Offer(
        id=row.text("id") or "",
        origin=row.origin,
        texts=row.texts(OFFER_TEXT_FIELDS),
        organisation=row.text("organisation"),
        trl=level,
        trl_note="\n".join(dict.fromkeys(notes)) or None,
        price=row.money("price"),
        valid_until=row.day("valid_until"),
        regions=row.values("regions"),
        partnership=row.partnership(),
        ipr=row.text("ipr"),
        export_restriction=row.text("export_restriction"),
        demonstration=row.flag("demonstration"),
        extra=row.extra(),
    )
