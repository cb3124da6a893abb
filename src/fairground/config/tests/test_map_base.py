"""What an operator writes for the map is read, or refused with what to write instead."""

import json
from pathlib import Path
from typing import Any

import pytest

from fairground.config.environment import WrongSettingError, read_environment
from fairground.config.map_base import read_map_base, read_view


def test_an_address_of_raster_tiles_opens_its_host_alone() -> None:
    base = read_map_base("https://t0.example:8443/{z}/{y}/{x}?tk=KEY", "示例")
    assert base.hosts == ("https://t0.example:8443",)
    assert base.sources["operator"]["attribution"] == "示例"
    assert read_map_base("/own/{z}/{x}/{y}.png", "").hosts == ()
    assert not read_map_base("", "")


def test_a_file_may_name_any_source(tmp_path: Path) -> None:
    style = {
        "sources": {
            "a": {"type": "vector", "tiles": ["https://one.example/{z}/{x}/{y}.pbf"]},
            "b": {"type": "vector", "url": "https://two.example/tiles.json"},
        },
        "layers": [{"id": "water", "type": "fill", "source": "a", "source-layer": "water"}],
    }
    path = tmp_path / "base.json"
    path.write_text(json.dumps(style), "utf-8")
    base = read_map_base(str(path), "")
    assert base.hosts == ("https://one.example", "https://two.example")
    assert base.layers[0]["id"] == "water"


@pytest.mark.parametrize(
    "style",
    ["no json", [], {}, {"sources": {}, "layers": []}, {"sources": {"a": 1}, "layers": [{}]},
     {"sources": {}, "layers": [{"source": "a"}]},
     {"sources": {"a": {"tiles": ["http://plain.example/{z}/{x}/{y}"]}}, "layers": [{"source": "a"}]}],
)  # fmt: skip
def test_a_file_that_is_no_base_is_refused(tmp_path: Path, style: Any) -> None:
    path = tmp_path / "base.json"
    path.write_text(style if isinstance(style, str) else json.dumps(style), "utf-8")
    with pytest.raises(WrongSettingError, match=r"FAIRGROUND_MAP_BASE: "):
        read_environment({"FAIRGROUND_HOME": str(tmp_path), "FAIRGROUND_MAP_BASE": str(path)})


@pytest.mark.parametrize(
    "address", ["http://x.example/{z}/{x}/{y}", "//x.example/{z}", "javascript:{z}", "{z}"]
)
def test_only_safe_addresses_are_opened(address: str) -> None:
    with pytest.raises(ValueError, match=r"https://"):
        read_map_base(address, "")


def test_a_view_is_west_south_east_north() -> None:
    assert read_view("113.4, 36.0,119.9,42.7") == (113.4, 36.0, 119.9, 42.7)
    assert read_view("") is None
    for wrong in ("1,2,3", "a,b,c,d", "120,36,113,42", "113,42,120,36", "-200,0,0,1", "nan,0,1,1"):
        with pytest.raises(ValueError, match=r"west|write"):
            read_view(wrong)


def test_another_word_for_borders_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WrongSettingError, match="region, provinces, none"):
        read_environment({"FAIRGROUND_HOME": str(tmp_path), "FAIRGROUND_MAP_BORDERS": "all"})
