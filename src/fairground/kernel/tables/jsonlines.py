"""jsonl: one object a line; broken lines are listed and skipped, nested values laid flat."""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from fairground.kernel.tables.cells import clean_text, strip_invalid
from fairground.kernel.tables.errors import TableEmptyError, TableFormatError, TableLimitError
from fairground.kernel.tables.header import unique_names
from fairground.kernel.tables.model import Cell, Limits, Row, WarningKind, WarningLog
from fairground.kernel.tables.source import ByteSource
from fairground.kernel.tables.text import text_lines

BAD_LINE = WarningKind(
    "bad_line",
    True,
    "本行不是完整的 JSON 对象（{reason}），已跳过：{quote}",
    "this line is no complete JSON object ({reason}) and was skipped: {quote}",
)
NESTED_VALUE = WarningKind(
    "nested_value",
    False,
    "嵌套的值已按 JSON 文字保留",
    "a nested value was kept as JSON text",
)

_DEEPEST = 3


def flatten(record: Mapping[str, Any], *, prefix: str = "", depth: int = 1) -> dict[str, Any]:
    """Lay nested objects flat: {'title': {'zh': ...}} becomes {'title.zh': ...}, at most three levels.

    >>> flatten({"title": {"zh": "甲", "en": "A"}, "id": 1})
    {'title.zh': '甲', 'title.en': 'A', 'id': 1}
    """
    flat: dict[str, Any] = {}
    for key, value in record.items():
        name = f"{prefix}{key}"
        if isinstance(value, Mapping) and value and depth < _DEEPEST:
            flat.update(flatten(value, prefix=f"{name}.", depth=depth + 1))
        else:
            flat[name] = value
    return flat


def nested_cell(value: Any, log: WarningLog, *, row: int, column: str) -> Cell:
    """Return a list of plain values as lines of text, anything deeper as JSON text with a warning."""
    if isinstance(value, list) and all(isinstance(item, str | int | float) for item in value):
        return "\n".join(str(item) for item in value) or None
    if not value:
        return None
    log.add(NESTED_VALUE, row=row, column=column)
    return json.dumps(value, ensure_ascii=False, default=str)


class JsonLines:
    """The objects of a file as rows; the columns are every key any line has, in order of first sight.

    The file is read twice, once for the keys, so that the rows themselves need not be kept.
    """

    def __init__(self, source: ByteSource, log: WarningLog) -> None:
        self._source, self._log = source, log
        keys: dict[str, None] = {}
        good = 0
        for _, record in _objects(source, WarningLog(source.name)):
            keys.update(dict.fromkeys(record))
            good += 1
            if len(keys) > source.limits.max_columns:
                raise TableLimitError(
                    f"“{source.name}”的字段超过 {source.limits.max_columns} 个，已停止读取。请检查数据结构。",
                    f"{source.name} has more than {source.limits.max_columns} different keys; reading "
                    "stopped. "
                    "Check its structure.",
                )
        if not good:
            raise self._nothing_good()
        self.columns = unique_names([" ".join(strip_invalid(key).split()) or "column" for key in keys])
        self._keys = tuple(keys)

    def _nothing_good(self) -> TableFormatError | TableEmptyError:
        head = self._source.head().lstrip(b"\xef\xbb\xbf \t\r\n")
        name = self._source.name
        if not head:
            return TableEmptyError(
                f"“{name}”里没有任何内容。每行应为一个 JSON 对象。",
                f"There is nothing in {name}. Each line should hold one JSON object.",
            )
        if head.startswith(b"["):
            return TableFormatError(
                f"“{name}”是 JSON 数组，不是每行一个对象的 jsonl。请逐行写出各元素（如 jq -c '.[]'）。",
                f"{name} is a JSON array, not jsonl with one object a line. Write its elements one a line "
                "(for instance jq -c '.[]').",
            )
        return TableFormatError(
            f"“{name}”没有一行是 JSON 对象。请确认文件格式，或改用 csv、xlsx。",
            f"No line of {name} is a JSON object. Check what it is, or use csv or xlsx.",
        )

    def rows(self) -> Iterator[Row]:
        """Yield one row per good line; numbers are line numbers."""
        limits = self._source.limits
        for count, (number, record) in enumerate(_objects(self._source, self._log), start=1):
            if count > limits.max_rows:
                raise TableLimitError(
                    f"“{self._source.name}”超过 {limits.max_rows} 行，已停止读取。请拆分后再试。",
                    f"{self._source.name} has more than {limits.max_rows} rows; reading stopped. Split it.",
                )
            yield Row(number, tuple(self._cell(record.get(key), number, key, limits) for key in self._keys))

    def _cell(self, value: Any, row: int, column: str, limits: Limits) -> Cell:
        if isinstance(value, list | dict):
            value = nested_cell(value, self._log, row=row, column=column)
        if isinstance(value, str):
            return clean_text(value, self._log, limits, sheet=None, row=row, column=column)
        return value  # int, float, bool or None: all JSON has left


def _objects(source: ByteSource, log: WarningLog) -> Iterator[tuple[int, dict[str, Any]]]:
    for number, line in enumerate(text_lines(source, log), start=1):
        text = line.strip()
        if not text:
            continue
        try:
            record = json.loads(text, parse_constant=_no_number)
        except (ValueError, RecursionError) as error:
            reason = getattr(error, "msg", type(error).__name__)
            log.add(BAD_LINE, row=number, reason=reason, quote=_quote(text))
            continue
        if isinstance(record, dict):
            yield number, flatten(record)
        else:
            log.add(BAD_LINE, row=number, reason=type(record).__name__, quote=_quote(text))


def _no_number(_: str) -> None:
    """Read NaN and Infinity, which JSON does not know, as nothing."""


def _quote(text: str) -> str:
    return strip_invalid(text[:80])
