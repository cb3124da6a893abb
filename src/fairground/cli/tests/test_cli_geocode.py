"""`fairground geocode`: one address, a table of them, and what is said where something is missing."""

from pathlib import Path

import pytest

from fairground.cli.console import EXIT_OK, EXIT_UNREADABLE, EXIT_USAGE
from fairground.cli.main import main
from fairground.kernel.tables import read_table, write_table


def test_geocode_lists_both_places_of_one_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["geocode", "朝阳区建国路88号", "--lang", "zh"]) == EXIT_OK
    out = capsys.readouterr().out
    assert "北京市朝阳区" in out
    assert "吉林省长春市朝阳区" in out
    assert "未解析：建国路88号" in out
    assert "请人工选择" in out


def test_geocode_says_what_to_add_where_nothing_is_known(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["geocode", "Room 501", "--lang", "en"]) == EXIT_OK
    assert "Add the province" in capsys.readouterr().out


@pytest.mark.parametrize("ending", ["csv", "xlsx", "jsonl"])
def test_geocode_adds_columns_and_fills_the_point_only_where_it_is_sure(
    ending: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, output = tmp_path / f"list.{ending}", tmp_path / f"out.{ending}"
    write_table(
        source, ["名称", "地址"], [["甲", "北京市海淀区"], ["乙", "鼓楼区"], ["丙", "3号楼"], ["丁", None]]
    )
    assert main(["geocode", str(source), "-o", str(output), "--lang", "zh"]) == EXIT_OK
    first, second, third, fourth = read_table(output).records()
    assert (first["名称"], first["geo_place"], str(first["geo_code"])) == ("甲", "北京市海淀区", "110108")
    assert first["geo_longitude"] is not None
    assert second["geo_longitude"] is None
    assert "江苏省南京市鼓楼区" in str(second["geo_candidates"])
    assert "福建省福州市鼓楼区" in str(second["geo_candidates"])
    assert third["geo_candidates"] is None
    assert fourth["geo_candidates"] is None
    assert "4 行：1 行有把握，1 行待人工选择，2 行没有查到。" in capsys.readouterr().out


def test_geocode_needs_a_name_for_the_result_of_a_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "list.csv"
    write_table(source, ["address"], [["Beijing"]])
    assert main(["geocode", str(source), "--lang", "en"]) == EXIT_USAGE
    assert "-o" in capsys.readouterr().err


def test_geocode_names_the_columns_there_are(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    source, output = tmp_path / "list.csv", tmp_path / "out.csv"
    write_table(source, ["where it stands", "n"], [["Beijing", "1"]])
    assert main(["geocode", str(source), "-o", str(output), "--lang", "en"]) == EXIT_UNREADABLE
    assert "where it stands, n" in capsys.readouterr().err
    assert not output.exists()
    assert main(["geocode", str(source), "-o", str(output), "--column", "where it stands"]) == EXIT_OK
    assert main(["geocode", str(output), "-o", str(source), "--column", "where it stands"]) == EXIT_UNREADABLE


def test_geocode_takes_a_hint_and_refuses_an_unknown_one(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["geocode", "鼓楼区", "--hint", "350000", "--lang", "zh"]) == EXIT_OK
    assert capsys.readouterr().out.splitlines()[2].startswith("福建省福州市鼓楼区")
    assert main(["geocode", "鼓楼区", "--hint", "999999"]) == EXIT_UNREADABLE
