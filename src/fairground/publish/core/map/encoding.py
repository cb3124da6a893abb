"""Mapbox vector tiles of points, written directly: Vector Tile Specification 2.1.

A library that takes geometries of any kind spends most of a tile's time on what points do not need; both are measured
in docs/decisions/map.md. Land and borders, which are made once, are left to the library.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

EXTENT = 4096
Value = str | int
# Numbers as they are written, seven bits a byte; nearly all of a tile are this small.
_SHORT = tuple(
    bytes((number,)) if number < 1 << 7 else bytes((number & 0x7F | 0x80, number >> 7))
    for number in range(1 << 14)
)


@dataclass(frozen=True, slots=True)
class Feature:
    """A point of a tile: where it stands, 0 ≤ `x`, `y` < `EXTENT`, and what is said of it (whole numbers ≥ 0)."""

    x: int
    y: int
    properties: Mapping[str, Value]


def encode(layers: Mapping[str, Sequence[Feature]]) -> bytes:
    """Return the tile; layers without features are left out, so that an empty tile is no bytes at all."""
    return b"".join(b"\x1a" + _sized(_layer(name, features)) for name, features in layers.items() if features)


def _layer(name: str, features: Sequence[Feature]) -> bytes:
    keys: dict[str, int] = {}
    values: dict[Value, int] = {}
    parts = [b"\x0a", _sized(name.encode("utf-8"))]
    for feature in features:
        tags: list[int] = []
        for key, value in feature.properties.items():
            tags += keys.setdefault(key, len(keys)), values.setdefault(value, len(values))
        # A point: one 'move to', then the way from the tile's corner, zigzag; the numbers are never negative.
        way = _packed((9, feature.x << 1, feature.y << 1))
        parts += b"\x12", _sized(b"".join((b"\x12", _sized(_packed(tags)), b"\x18\x01\x22", _sized(way))))
    for key in keys:
        parts += b"\x1a", _sized(key.encode("utf-8"))
    for value in values:
        parts += b"\x22", _sized(_value(value))
    parts += b"\x28", _number(EXTENT), b"\x78\x02"
    return b"".join(parts)


def _value(value: Value) -> bytes:
    if isinstance(value, str):
        return b"\x0a" + _sized(value.encode("utf-8", "replace"))
    return b"\x28" + _number(value)


def _sized(content: bytes) -> bytes:
    return _number(len(content)) + content


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join([_number(number) for number in numbers])


def _number(number: int) -> bytes:
    if number < 1 << 14:
        return _SHORT[number]
    written = bytearray()
    while number > 0x7F:
        written.append(number & 0x7F | 0x80)
        number >>= 7
    written.append(number)
    return bytes(written)
