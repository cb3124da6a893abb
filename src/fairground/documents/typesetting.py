"""A template and its data become a PDF. The same input gives the same bytes."""

import json
import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import typst

from fairground.documents.errors import TypesettingError
from fairground.documents.typefaces import Typefaces

# The geta mark: what Chinese and Japanese printers set where the type for a character is missing.
MISSING_CHARACTER = "〓"
_TRIES = 4
_UNDRAWN = re.compile(r'the text `"((?:[^"\\]|\\.)*)"` could not be displayed')
_ESCAPED = re.compile(r"\\u\{([0-9a-fA-F]+)\}|\\(.)")


def typeset(template: Path, data: Mapping[str, Any], *, typefaces: Typefaces, day: date) -> bytes:
    """Return the PDF that `template` makes of `data`.

    Parameters
    ----------
    template : a .typ file; it may read the files of its own folder and nothing else. It finds `data` as JSON in
        `sys.inputs.data`, and the names of the typefaces in `sys.inputs.serif` and `sys.inputs.sans`
    data : plain JSON. Its texts are data and never markup: a template shows them as they are, it never evaluates them
    typefaces : see `find_typefaces`
    day : printed into the file as its date, so that the same input gives the same bytes

    A character that no typeface here has is printed as 〓. The file is PDF/A-2b, made to be kept.

    Raises
    ------
    TypesettingError : the template does not go with the data

    Cost: measured for the booklet, docs/measurements/booklet.md.
    """
    content = json.dumps(data, ensure_ascii=False, sort_keys=True)
    for _ in range(_TRIES):
        try:
            return _compiled(template, content, typefaces, day)
        except typst.TypstError as error:
            missing = undrawn_characters(error.diagnostic) & set(content)
            if not missing:
                raise TypesettingError(
                    "排版程序出错，文件没有生成；数据未被改动。请把这句话告诉管理员："
                    f"{error.message}（{template.name}）",
                    "A fault of the program stopped the typesetting; no file was made and your data is unchanged. Tell "
                    f"the administrator: {error.message} ({template.name})",
                ) from error
            content = "".join(MISSING_CHARACTER if letter in missing else letter for letter in content)
    raise TypesettingError(
        "有些字符无法排印，文件没有生成。请联系管理员安装更全的字体。",
        "Some characters cannot be printed, so no file was made. Ask the administrator to install a fuller typeface.",
    )


def _compiled(template: Path, content: str, typefaces: Typefaces, day: date) -> bytes:
    made: bytes = typst.compile(
        template,
        root=template.parent,
        font_paths=typefaces.fonts,
        sys_inputs={"data": content, "serif": typefaces.serif, "sans": typefaces.sans},
        format="pdf",
        pdf_standards=["a-2b"],
        timestamp=datetime(day.year, day.month, day.day, tzinfo=UTC),
    )
    return made


def undrawn_characters(diagnostic: str) -> frozenset[str]:
    """Return the characters that typst says no typeface has; its messages quote them as Rust prints text.

    >>> sorted(undrawn_characters('error: the text `"\\\\u{1f600}"` could not be displayed with font `"X"`'))
    ['😀']
    """
    texts = (_ESCAPED.sub(_unescaped, text) for text in _UNDRAWN.findall(diagnostic))
    return frozenset(letter for text in texts for letter in text if not letter.isascii())


def _unescaped(match: re.Match[str]) -> str:
    return chr(int(match.group(1), 16)) if match.group(1) else match.group(2)
