"""Columns that hold a frozen dataclass, or a tuple of them, as JSON: typed in Python, readable in both databases."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.fields.json import KeyTransform
from pydantic import TypeAdapter
from pydantic import ValidationError as ShapeError

from fairground.language.local_text import LocalText

_SHORT = 40  # characters of JSON


class StructuredField(models.JSONField):
    """A JSON column whose values are of one type that pydantic can check: a dataclass, a tuple of dataclasses.

    Values are checked when they are written; what the column holds was checked then, so a row that does not fit
    is an error of the program or of a hand-made change, and reading it raises.
    """

    shape: Any = None

    def __init__(self, *args: Any, shape: Any = None, **kwargs: Any) -> None:
        if shape is not None:
            self.shape = shape
        super().__init__(*args, **kwargs)

    @cached_property
    def adapter(self) -> TypeAdapter[Any]:
        return TypeAdapter(self.shape)

    def deconstruct(self) -> Any:
        # The type is code, not schema: a migration sees a JSON column.
        name, _, args, kwargs = super().deconstruct()
        return name, "django.db.models.JSONField", args, kwargs

    def from_db_value(self, value: Any, expression: Any, connection: Any) -> Any:
        if isinstance(value, str) and not isinstance(expression, KeyTransform):
            return self._read(value)
        loaded = super().from_db_value(value, expression, connection)
        return None if loaded is None else self.adapter.validate_python(loaded)

    @cached_property
    def _read(self) -> Callable[[str], Any]:
        """Parse and check in one step. Short values are often the same, empty texts most of all: kept, being frozen."""
        read = self.adapter.validate_json
        read_short = lru_cache(maxsize=2048)(read)
        return lambda text: read_short(text) if len(text) <= _SHORT else read(text)

    def to_python(self, value: Any) -> Any:
        if value is None:
            return None
        try:
            return self.adapter.validate_python(value)
        except ShapeError as error:
            raise ValidationError(str(error)) from error

    def as_json(self, value: Any) -> Any:
        """Return the plain JSON value that the column stores; empty parts are left out."""
        if value is None:
            return None
        return _without_empty(self.adapter.dump_python(self.to_python(value), mode="json"))

    def get_db_prep_value(self, value: Any, connection: Any, prepared: bool = False) -> Any:
        if hasattr(value, "as_sql"):
            return value
        return super().get_db_prep_value(self.as_json(value), connection, prepared)

    def value_to_string(self, obj: Any) -> Any:
        return self.as_json(self.value_from_object(obj))


def _without_empty(value: Any) -> Any:
    if isinstance(value, dict):
        pruned = {name: _without_empty(inner) for name, inner in value.items()}
        return {name: inner for name, inner in pruned.items() if inner not in (None, "", [], {}, False)}
    if isinstance(value, list):
        return [_without_empty(inner) for inner in value]
    return value


class LocalTextField(StructuredField):
    """A text in Chinese and English side by side."""

    shape = LocalText

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", LocalText)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)


class CodesField(StructuredField):
    """A list of term codes of one code list, in the order they were given."""

    shape = tuple[str, ...]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.setdefault("default", tuple)
        kwargs.setdefault("blank", True)
        super().__init__(*args, **kwargs)
