"""Plain values in and out of records: what forms, imports, revisions and the log exchange.

A plain value is JSON: a text in two languages is {"zh": …, "en": …}, a code a string, a date ISO 8601, a reference
the other record's key. `snapshot` writes them, `apply` reads and checks them.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping
from datetime import date, datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import EmailValidator, URLValidator
from django.db.models import PositiveSmallIntegerField

from fairground.accounts.errors import InvalidRecordError
from fairground.accounts.kinds import FieldSpec, Kind, kind_of
from fairground.accounts.models import Record
from fairground.database.structured import StructuredField
from fairground.kernel.organisation_codes import is_ror, is_uscc, normal_ror, normal_uscc
from fairground.language.local_text import LocalText
from fairground.places.core.regions import region_of
from fairground.places.models import Park, Zone
from fairground.taxonomy import code_list
from fairground.taxonomy.errors import UnknownCodeError

LINE_LENGTH = 300  # characters
TEXT_LENGTH = 20_000
ENTRIES = 100  # in one list of a record
_SMALL = 32_767

FindRecord = Callable[[str, str], Record | None]
FindZone = Callable[[str], Zone | None]

_UNSEEN = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class ValueFaultError(Exception):
    """One value does not fit. `message` says what to change."""

    def __init__(self, zh: str, en: str) -> None:
        super().__init__(en)
        self.message = LocalText(zh, en)


def snapshot(record: Record, kind: Kind | None = None) -> dict[str, Any]:
    """Return all of a record's layout values as plain JSON; empty ones are left out."""
    kind = kind or kind_of(record.kind)
    values = {spec.name: plain(record, spec) for spec in kind.layout}
    return {name: value for name, value in values.items() if value not in (None, "", [], {})}


def plain(record: Record, spec: FieldSpec) -> Any:
    """Return one value of a record as plain JSON."""
    if spec.shape == "records":
        return sorted(getattr(record, spec.name).values_list("key", flat=True)) if record.pk else []
    value = getattr(record, spec.name)
    if value is None:
        return None
    if spec.shape == "record":
        return value.key
    if spec.shape == "zone":
        return value.code
    if spec.shape == "park":
        return value.key
    column = record._meta.get_field(spec.name)
    if isinstance(column, StructuredField):
        return column.as_json(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    return value


def zone_with_code(code: str) -> Zone | None:
    """Return the zone with this code, or None."""
    found: Zone | None = Zone.objects.filter(code=code).first()
    return found


def apply(
    record: Record,
    values: Mapping[str, Any],
    *,
    find_record: FindRecord,
    find_zone: FindZone = zone_with_code,
) -> dict[str, list[Record]]:
    """Set plain values on a record that is not saved yet; return the many-to-many references to set after saving.

    `find_record(kind, key)` answers only with records the writer may see.
    Raises InvalidRecordError with every fault at once; the record may then be half set and must not be saved.
    """
    kind = kind_of(record.kind)
    faults: dict[str, LocalText] = {}
    many: dict[str, list[Record]] = {}
    for name, value in values.items():
        spec = kind.fields.get(name)
        if spec is None:
            faults[name] = LocalText(f"没有“{name}”这一项。", f"There is no field called '{name}'.")
            continue
        try:
            if spec.shape == "records":
                many[name] = [_found(spec, key, find_record) for key in value or ()]
            else:
                setattr(record, name, _read(record, spec, value, find_record, find_zone))
        except ValueFaultError as fault:
            faults[name] = fault.message
    for spec in kind.layout:
        if spec.required and spec.name not in faults and not getattr(record, spec.name):
            faults[spec.name] = LocalText(
                "请填写此项（中文或英文至少一种）。", "Please fill this in, in one language at least."
            )
    if faults:
        raise InvalidRecordError(faults)
    return many


def _found(spec: FieldSpec, key: Any, find_record: FindRecord) -> Record:
    found = find_record(spec.kind, key) if isinstance(key, str) else None
    if found is None:
        raise ValueFaultError(
            f"找不到所引用的记录“{key}”。请重新选择。", f"The record '{key}' was not found. Choose it again."
        )
    return found


def _read(record: Record, spec: FieldSpec, value: Any, find_record: FindRecord, find_zone: FindZone) -> Any:
    if spec.shape == "record":
        return _found(spec, value, find_record) if value else None
    column = record._meta.get_field(spec.name)
    if value is None or value == "":
        return column.get_default()
    if isinstance(column, StructuredField):
        return _structured(column, spec, value)
    if spec.shape == "zone":
        return _zone(value, find_zone)
    if spec.shape == "park":
        return _park(value)
    return _fitting(column, _PLAIN[spec.shape](spec, value))


def _fitting(column: Any, value: Any) -> Any:
    """Refuse what the column cannot hold: one database would cut or overflow, the other would fail."""
    if isinstance(value, str) and column.max_length:
        _check_lengths(value, column.max_length)
    if isinstance(column, PositiveSmallIntegerField) and value > _SMALL:
        raise ValueFaultError(f"最大为{_SMALL}。", f"At most {_SMALL}.")
    return value


def _structured(column: StructuredField, spec: FieldSpec, value: Any) -> Any:
    try:
        read = column.to_python(_cleaned(value))
    except ValidationError:
        raise ValueFaultError(
            "此项的格式不对。请按提示重新填写。",
            "This does not have the right form. Fill it in again as shown.",
        ) from None
    if spec.shape == "codes":
        for code in read:
            _code(spec, code)
    if isinstance(read, tuple) and len(read) > ENTRIES:
        raise ValueFaultError(f"最多{ENTRIES}条。请删去一些。", f"At most {ENTRIES} entries. Take some out.")
    limit = LINE_LENGTH if spec.shape == "local_line" else TEXT_LENGTH
    _check_lengths(read if not isinstance(read, LocalText) else (read.zh, read.en), limit)
    _check_parts(spec, value)
    return read


def _check_parts(spec: FieldSpec, value: Any) -> None:
    """Check coded parts and addresses inside structures against their lists and forms."""
    entries = value if isinstance(value, list | tuple) else [value]
    for part in spec.parts:
        for entry in entries:
            inner = entry.get(part.name) if isinstance(entry, Mapping) else None
            if not inner:
                continue
            if part.shape == "code":
                _code(part, inner)
            elif part.name == "email":
                _checked(
                    EmailValidator(), inner, "电子邮箱地址不完整。", "This is not a complete e-mail address."
                )
            elif part.name == "address":
                _address(part, inner)


def _cleaned(value: Any) -> Any:
    """Take out what no database or page can carry, and nothing else."""
    if isinstance(value, str):
        return _UNSEEN.sub("", unicodedata.normalize("NFC", value)).strip()
    if isinstance(value, list | tuple):
        return [_cleaned(inner) for inner in value]
    if isinstance(value, Mapping):
        return {name: _cleaned(inner) for name, inner in value.items()}
    return value


def _check_lengths(value: Any, limit: int) -> None:
    for text in value if isinstance(value, tuple) else (value,):
        if isinstance(text, str) and len(text) > limit:
            raise ValueFaultError(
                f"最多{limit}个字符，现有{len(text)}个。请缩短。",
                f"At most {limit} characters; there are {len(text)}. Shorten it.",
            )


def _text(limit: int) -> Callable[[FieldSpec, Any], str]:
    def read(spec: FieldSpec, value: Any) -> str:
        if not isinstance(value, str):
            raise ValueFaultError("这里应填写文字。", "Text is wanted here.")
        text: str = _cleaned(value)
        _check_lengths(text, limit)
        return _CHECKED_LINES[spec.name](spec, text) if text and spec.name in _CHECKED_LINES else text

    return read


def _checked(validator: Callable[[Any], None], value: Any, zh: str, en: str) -> None:
    try:
        validator(value)
    except ValidationError:
        raise ValueFaultError(zh, en) from None


def _address(spec: FieldSpec, value: Any) -> str:
    # Only these schemes: a 'javascript:' address in a record would run in a reader's page.
    _checked(
        URLValidator(schemes=["http", "https"]), value,
        "网址应以 http:// 或 https:// 开头。", "An address begins with http:// or https://.",
    )  # fmt: skip
    return str(value)


def _ror(spec: FieldSpec, text: str) -> str:
    code = normal_ror(text)
    if not is_ror(code):
        raise ValueFaultError(
            "这不是有效的 ROR 标识。请从 ror.org 复制，如 03vek6s52。",
            "This is not a ROR id. Copy it from ror.org; it looks like 03vek6s52.",
        )
    return code


def _uscc(spec: FieldSpec, text: str) -> str:
    code = normal_uscc(text)
    if not is_uscc(code):
        raise ValueFaultError(
            "统一社会信用代码应为18位且校验位正确。请核对营业执照。",
            "A unified social credit code has 18 characters, the last of which checks the others. Compare it again.",
        )
    return code


# Lines with a form of their own, wherever they stand.
_CHECKED_LINES: Mapping[str, Callable[[FieldSpec, str], str]] = {
    "website": _address,
    "ror": _ror,
    "uscc": _uscc,
}


def _code(spec: FieldSpec, value: Any) -> str:
    try:
        code_list(spec.code_list).term(value)
    except UnknownCodeError:
        raise ValueFaultError(
            f"“{value}”不在可选项中。请重新选择。", f"'{value}' is not one of the choices. Choose again."
        ) from None
    return str(value)


def _region(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str) or region_of(value) is None:
        raise ValueFaultError(f"没有代码为“{value}”的地区。", f"There is no region with the code '{value}'.")
    return value


def _country(spec: FieldSpec, value: Any) -> str:
    if not isinstance(value, str) or not re.fullmatch(r"[A-Z]{2}", value):
        raise ValueFaultError(
            "国家代码为两个大写字母（ISO 3166-1）。", "A country is two capital letters (ISO 3166-1)."
        )
    return value


def _zone(value: Any, find_zone: FindZone) -> Zone:
    zone = find_zone(value) if isinstance(value, str) else None
    if zone is None:
        raise ValueFaultError(f"没有代码为“{value}”的高新区。", f"There is no zone with the code '{value}'.")
    return zone


def _park(value: Any) -> Park:
    park: Park | None = Park.objects.filter(key=value).first() if isinstance(value, str) else None
    if park is None:
        raise ValueFaultError(
            f"名录中没有园区“{value}”。请重新选择。", f"The list has no park '{value}'. Choose it again."
        )
    return park


def _date(spec: FieldSpec, value: Any) -> date:
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise ValueFaultError("日期应写作 2026-11-22。", "Write a date as 2026-11-22.") from None


def _datetime(spec: FieldSpec, value: Any) -> datetime:
    try:
        read = datetime.fromisoformat(value)
    except (TypeError, ValueError):
        read = None
    if read is None or read.tzinfo is None:
        raise ValueFaultError(
            "时间应写作 2026-11-22T09:30+08:00。", "Write a time with its zone, as 2026-11-22T09:30+08:00."
        ) from None
    return read


def _integer(spec: FieldSpec, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value < 2**31:
        raise ValueFaultError("这里应填写不小于0的整数。", "A whole number of 0 or more is wanted here.")
    return value


def _readiness(spec: FieldSpec, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= 9:
        raise ValueFaultError("技术就绪度为1至9。", "A readiness level is 1 to 9.")
    return value


def _degrees(limit: int) -> Callable[[FieldSpec, Any], float]:
    def read(spec: FieldSpec, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not abs(value) <= limit:
            raise ValueFaultError(
                f"应为 -{limit} 至 {limit} 的度数（WGS-84）。",
                f"Degrees from -{limit} to {limit} (WGS-84) are wanted.",
            )
        return float(value)

    return read


def _boolean(spec: FieldSpec, value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValueFaultError("请选择“是”或“否”。", "Choose yes or no.")
    return value


_PLAIN: Mapping[str, Callable[[FieldSpec, Any], Any]] = {
    "line": _text(LINE_LENGTH),
    "text": _text(TEXT_LENGTH),
    "code": _code,
    "region": _region,
    "country": _country,
    "date": _date,
    "datetime": _datetime,
    "integer": _integer,
    "readiness": _readiness,
    "longitude": _degrees(180),
    "latitude": _degrees(90),
    "boolean": _boolean,
}
