"""Money as integers in minor units with a currency; amounts are read from Chinese and English text."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class MoneyRange:
    """An amount or a range. `low_minor`/`high_minor` are minor units (1 yuan = 100); None is an open end.

    `qualifier` is what the source said: '' | 'about' | 'more than' | 'less than' | 'nearly'.
    `quote` is the text it was read from.
    """

    low_minor: int | None
    high_minor: int | None
    currency: str  # ISO 4217
    qualifier: str
    quote: str
