"""The operator's table of travelling times: what its file may be, and how bad rows are told."""

from pathlib import Path

import pytest
from pytest_django import Settings

from fairground.config.environment import WrongSettingError, read_environment
from fairground.places.travel_times import check_travel_times, travel_table

GOOD = "from,to,minutes,mode,source\n保定,北京,41,rail,时刻表 2026\n"


@pytest.fixture
def file(tmp_path: Path, settings: Settings) -> Path:
    path = tmp_path / "times.csv"
    settings.TRAVEL_TIMES = str(path)
    return path


def told() -> list[str]:
    return [message.msg for message in check_travel_times(None)]


def test_no_table_is_no_fault(settings: Settings) -> None:
    settings.TRAVEL_TIMES = ""
    assert (travel_table().rows, told()) == ((), [])


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_table_is_read_whatever_its_encoding(file: Path, encoding: str) -> None:
    file.write_bytes(GOOD.encode(encoding))
    assert [(row.origin, row.minutes) for row in travel_table().rows] == [("保定", 41.0)]
    assert told() == []


def test_changed_file_is_read_again(file: Path) -> None:
    file.write_text(GOOD, "utf-8")
    assert len(travel_table().rows) == 1
    file.write_text(GOOD + "唐山,北京,60,rail,时刻表 2026\n", "utf-8")
    assert len(travel_table().rows) == 2


def test_bad_rows_are_told_with_file_and_row(file: Path) -> None:
    file.write_text(GOOD + "唐山,北京,soon,rail,时刻表\n沧州,北京,70,rail,\n", "utf-8")
    assert told() == [
        "times.csv, row 3: 'minutes' is no number: soon",
        "times.csv, row 4: no source: a time that nobody vouches for is not used",
    ]
    assert len(travel_table().rows) == 1


def test_long_list_of_bad_rows_is_cut_and_says_so(file: Path) -> None:
    file.write_text(GOOD + "甲,乙,x,rail,s\n" * 30, "utf-8")
    assert len(told()) == 21
    assert told()[-1] == "times.csv: 10 more rows are not used"


@pytest.mark.parametrize("content", [None, b"", b"\x00\x01\x02", b"PK\x03\x04broken"])
def test_unreadable_file_is_told_and_stops_nothing(file: Path, content: bytes | None) -> None:
    if content is not None:
        file.write_bytes(content)
    assert travel_table().rows == ()
    assert len(told()) == 1


def test_assumptions_are_read_from_the_environment() -> None:
    assert read_environment({"FAIRGROUND_RAIL_KMH": "300-120"}).rail_kmh == (300.0, 120.0)
    for name, value in (
        ("FAIRGROUND_RAIL_KMH", "100-200"),
        ("FAIRGROUND_ROAD_EXTRA_MINUTES", "20-5"),
        ("FAIRGROUND_ROAD_KMH", "fast"),
    ):
        with pytest.raises(WrongSettingError, match=name):
            read_environment({name: value})
