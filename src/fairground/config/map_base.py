"""What an operator lays under the map in place of the built-in outlines: raster tiles, or sources of their own."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

BORDERS = ("region", "provinces", "none")


@dataclass(frozen=True)
class MapBase:
    """Sources and layers in the words of a MapLibre style, and the hosts that browsers may ask for them."""

    sources: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[Mapping[str, Any], ...] = ()
    hosts: tuple[str, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.layers)


def read_map_base(text: str, attribution: str) -> MapBase:
    """Read the setting: '' (none), an address with {z}, {x} and {y}, or the path of a JSON file.

    Raises ValueError, saying in words what is wrong.
    """
    if not text:
        return MapBase()
    if "{z}" in text:
        sources: dict[str, Any] = {
            "operator": {"type": "raster", "tiles": [text], "tileSize": 256, "attribution": attribution}
        }
        layers: list[Any] = [{"id": "operator", "type": "raster", "source": "operator"}]
    else:
        sources, layers = _read_style(Path(text))
    hosts = {
        host
        for source in sources.values()
        for address in (*source.get("tiles", ()), source.get("url", ""), source.get("data", ""))
        if isinstance(address, str) and address
        for host in _hosts(address)
    }
    return MapBase(sources, tuple(layers), tuple(sorted(hosts)))


def _read_style(path: Path) -> tuple[dict[str, Any], list[Any]]:
    try:
        style = json.loads(path.read_text("utf-8"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror})") from error
    except ValueError as error:
        raise ValueError(f"{path} is no JSON: {error}") from error
    sources, layers = (style.get("sources"), style.get("layers")) if isinstance(style, dict) else (None, None)
    if not isinstance(sources, dict) or not isinstance(layers, list) or not layers:
        raise ValueError(f"{path} needs 'sources' and 'layers', as a MapLibre style has them")
    if not all(isinstance(source, dict) for source in sources.values()):
        raise ValueError(f"{path}: each source must be an object")
    for layer in layers:
        if not isinstance(layer, dict) or ("source" in layer and layer["source"] not in sources):
            raise ValueError(f"{path}: a layer names a source that is not there")
    return sources, layers


def _hosts(address: str) -> list[str]:
    """Return what the content policy has to allow for an address; nothing for one of our own."""
    if address.startswith("/") and not address.startswith("//"):
        return []
    parts = urlsplit(address.replace("{", "").replace("}", ""))
    if parts.scheme != "https" or not parts.hostname:
        raise ValueError(
            f"'{address}' must begin with https://, or with / for an address of the portal itself"
        )
    return [f"https://{parts.netloc}"]


def read_view(text: str) -> tuple[float, float, float, float] | None:
    """Read west,south,east,north in degrees; None for ''. Raises ValueError."""
    if not text:
        return None
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as error:
        raise ValueError(
            "write west,south,east,north in degrees, for instance 113.4,36.0,119.9,42.7"
        ) from error
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise ValueError("west must be less than east, south less than north, all of them on the earth")
    return west, south, east, north
