"""What a single cell may hold, and the guard that keeps text from running as a formula."""

import re

from fairground.kernel.tables.model import Cell, Limits, WarningKind, WarningLog

CONTROL_CHARACTERS = WarningKind(
    "control_characters",
    True,
    "单元格含 {count} 个控制字符或无效字符，已去除",
    "the cell held {count} control or invalid characters; they were taken out",
)
LONG_CELL = WarningKind(
    "long_cell",
    False,
    "单元格文字很长（{count} 个字符），已全部保留",
    "the cell is very long ({count} characters); all of it is kept",
)
CUT_CELL = WarningKind(
    "cut_cell",
    True,
    "单元格有 {count} 个字符，超过上限，只保留前 {kept} 个",
    "the cell has {count} characters, more than allowed; only the first {kept} are kept",
)

# What neither XML 1.0 nor UTF-8 may carry, and what a terminal should not be fed.
_INVALID = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff\ufffe\uffff]")

# Spreadsheets run cells with these beginnings; Chinese and Japanese input methods also make the wide forms.
_RUNS = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\r\n]")
_GUARDED = re.compile(r"'+(?:\s*[=+\-@＝＋－＠]|[\t\r\n])")


def strip_invalid(text: str) -> str:
    """Return `text` without control characters and lone surrogates."""
    return _INVALID.sub("", text)


def clean_text(
    text: str, log: WarningLog, limits: Limits, *, sheet: str | None, row: int, column: str
) -> str | None:
    """Return the text a cell may hold, noting what had to be changed; '' becomes None."""
    if _INVALID.search(text):
        text, count = _INVALID.subn("", text)
        log.add(CONTROL_CHARACTERS, sheet=sheet, row=row, column=column, count=count)
    if len(text) > limits.long_cell_chars:
        if len(text) > limits.max_cell_chars:
            kept = limits.max_cell_chars
            log.add(CUT_CELL, sheet=sheet, row=row, column=column, count=len(text), kept=kept)
            text = text[:kept]
        else:
            log.add(LONG_CELL, sheet=sheet, row=row, column=column, count=len(text))
    return text or None


def runs_as_formula(text: str) -> bool:
    """Return whether a spreadsheet might run this text as a formula when it opens it.

    >>> runs_as_formula("=1+1"), runs_as_formula("@SUM(A1)"), runs_as_formula("a=b")
    (True, True, False)
    """
    return _RUNS.match(text) is not None


def guard(text: str) -> str:
    """Put one apostrophe before text that would run; `unguard` takes exactly that one away again.

    Text that already looks guarded gets one more, so that nothing is lost on the way back.

    >>> guard("=1+1"), guard("'=1+1"), guard("plain")
    ("'=1+1", "''=1+1", 'plain')
    """
    return "'" + text if runs_as_formula(text) or _GUARDED.match(text) else text


def unguard(text: str) -> str:
    """Take away the one apostrophe that `guard` put.

    >>> unguard("'=1+1"), unguard("'tis")
    ('=1+1', "'tis")
    """
    return text[1:] if text.startswith("'") and _GUARDED.match(text) else text


def is_blank(cell: Cell) -> bool:
    """Return whether a cell holds nothing a reader would see."""
    return cell is None or (isinstance(cell, str) and not cell.strip())
