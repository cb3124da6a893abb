"""What the pages of a comparison take in."""

import secrets
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile

from fairground.collect.core.columns import choices_of, essential_fields
from fairground.collect.core.field_words import FIELD_WORDS
from fairground.language.local_text import LocalText
from fairground.match.two_lists import SIDES, BroughtList, clean_name, refusal_of
from fairground.match.two_lists_reading import Chosen
from fairground.web.reader import readers_language

_ONCE_CHARS = 32


def new_once() -> str:
    """Return a mark for a page, by which sending it twice is told from sending it anew."""
    return secrets.token_urlsafe(16)


def read_once(values: Mapping[str, Any]) -> str:
    """Return the mark that came back with a page."""
    return str(values.get("once", ""))[:_ONCE_CHARS]


class TwoListsForm(forms.Form):
    """One or two files."""

    needs = forms.FileField(required=False, allow_empty_file=True)
    offers = forms.FileField(required=False, allow_empty_file=True)

    def clean(self) -> dict[str, Any]:
        """Refuse what need not even be stored: nothing, empty, too large, no table."""
        values: dict[str, Any] = super().clean() or {}
        self.lists = [
            BroughtList(side, clean_name(file.name or ""), file)
            for side in SIDES
            if isinstance(file := values.get(side), UploadedFile)
        ]
        if not self.lists:
            self.add_error(None, _said(_NOTHING))
        for each in self.lists:
            if refusal := refusal_of(each.name, each.content.size):
                self.add_error(each.side, _said(refusal))
        return values


_NOTHING = LocalText(
    "还没有选择文件。请放入两份清单；或只放一份，与目录对接。",
    "No file was chosen. Bring both lists, or one alone to compare it with the catalogue.",
)


def _said(text: LocalText) -> str:
    return text.in_language(readers_language())


def read_columns(told: Mapping[str, Any], values: Mapping[str, Any]) -> tuple[Chosen, dict[str, LocalText]]:
    """Return what each column was said to be, and per side what is wrong with that.

    Parameters
    ----------
    told : `columns.json` of the comparison
    values : what was sent; a column that was not sent stays as it was understood
    """
    chosen: dict[str, dict[str, str]] = {}
    faults: dict[str, LocalText] = {}
    for side, values_of_side in told["sides"].items():
        allowed = set(choices_of(side))
        chosen[side] = {}
        for number, column in enumerate(values_of_side["columns"]):
            field = str(values.get(f"{side}-{number}", column["field"]))
            chosen[side][column["name"]] = field if field in allowed else column["field"]
        essentials = essential_fields(side)
        if not set(chosen[side].values()) & set(essentials):
            names = [FIELD_WORDS[field] for field in essentials]
            faults[side] = LocalText(
                f"没有标题或正文列，无法对接。请至少把一列指定为：{'、'.join(name.zh or '' for name in names)}。",
                "No column gives a title or a text, so nothing can be matched. Say of at least one column that it is: "
                f"{', '.join((name.en or '').lower() for name in names)}.",
            )
    return chosen, faults
