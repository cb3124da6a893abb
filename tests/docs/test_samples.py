"""The sample lists, our judgement of them, and the requirement–offer pairs are what their READMEs say."""

import csv
import itertools
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "src" / "fairground" / "samples"
DATA = ROOT / "tests" / "data"

REAL_COLUMNS = {"id", "title_zh", "title_en", "summary_zh", "summary_en", "organisation", "source"}
# The only organisations that the press reports name together with a result.
REPORTED_ORGANISATIONS = {
    "北京大学人民医院; 清华大学; 北京大学; 中国科学院",
    "联影医疗; 耶鲁大学; 加州大学戴维斯分校",
}
FIELDS = {
    "新一代信息技术": "new-generation information technology",
    "智能装备": "intelligent equipment",
    "新材料": "new materials",
    "医药健康": "medicine and health",
    "节能环保": "energy saving and environmental protection",
}
KINDS = {
    *("unit", "range", "negation", "near_miss", "comparator", "subject", "prospect", "competitor"),
    *("excluded", "antonym", "qualitative", "money", "trl", "relative", "notation"),
}


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = list(csv.DictReader(stream, strict=True))
    assert all(None not in row and None not in row.values() for row in rows), "ragged row"
    return rows


def read_pairs() -> list[dict[str, Any]]:
    lines = (DATA / "evidence_pairs.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def read_grades() -> dict[tuple[str, str], int]:
    with (DATA / "sample_pairs.tsv").open(encoding="utf-8", newline="") as stream:
        rows = list(csv.DictReader(stream, delimiter="\t"))
    grades = {(row["need_id"], row["offer_id"]): int(row["grade"]) for row in rows}
    assert len(grades) == len(rows)
    return grades


def is_han(character: str) -> bool:
    return "\u4e00" <= character <= "\u9fff"


@pytest.mark.parametrize(("name", "count"), [("needs", 46), ("offers", 60)])
def test_sample_list_parses_with_unique_ids_and_a_title(name: str, count: int) -> None:
    path = SAMPLES / f"{name}.csv"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    rows = read_csv(path)
    assert len(rows) == count
    assert len({row["id"] for row in rows}) == count
    assert [row["id"] for row in rows if not (row["title_zh"] or row["title_en"])] == []


@pytest.mark.parametrize("name", ["needs", "offers"])
def test_sample_row_keeps_each_language_in_its_own_column(name: str) -> None:
    for row in read_csv(SAMPLES / f"{name}.csv"):
        for column, text in row.items():
            if column.endswith("_en"):
                assert not any(map(is_han, text)), (row["id"], column)
            if column.endswith("_zh") and text:
                assert any(map(is_han, text)), (row["id"], column)


@pytest.mark.parametrize("name", ["needs", "offers"])
def test_invented_rows_are_marked_and_a_third_stands_in_each_language(name: str) -> None:
    rows = [row for row in read_csv(SAMPLES / f"{name}.csv") if row["demonstration"]]
    assert {row["demonstration"] for row in rows} == {"yes"}
    assert all("invented" in row["source"] and "虚构" in row["source"] for row in rows)
    shares = Counter((bool(row["title_zh"]), bool(row["title_en"])) for row in rows)
    assert len(shares) == 3
    assert all(0.25 <= count / len(rows) <= 0.42 for count in shares.values())


def test_every_need_is_invented_and_lies_in_tianjin_or_hebei() -> None:
    for row in read_csv(SAMPLES / "needs.csv"):
        assert row["demonstration"] == "yes"
        region = row["region"]
        assert region.startswith(("天津", "河北")) or region.endswith(("Tianjin", "Hebei")), row["id"]


def test_invented_offers_belong_to_organisations_with_invented_names() -> None:
    for row in read_csv(SAMPLES / "offers.csv"):
        if row["demonstration"]:
            assert row["organisation"].startswith(("示例·", "Example ")), row["id"]
        else:
            assert "示例" not in row["organisation"]


def test_real_offers_carry_their_source_and_nothing_that_was_not_reported() -> None:
    real = [row for row in read_csv(SAMPLES / "offers.csv") if not row["demonstration"]]
    assert [row["id"] for row in real] == [f"O-{number:03d}" for number in range(1, 15)]
    for row in real:
        assert "2024" in row["source"]
        assert {column for column, text in row.items() if text} <= REAL_COLUMNS, row["id"]
        assert row["organisation"] in REPORTED_ORGANISATIONS | {""}


@pytest.mark.parametrize("name", ["needs", "offers"])
def test_invented_rows_use_the_five_fields_of_the_list(name: str) -> None:
    names = FIELDS.keys() | set(FIELDS.values())
    rows = [row for row in read_csv(SAMPLES / f"{name}.csv") if row["demonstration"]]
    used = {field for row in rows for field in row["fields"].split("; ")}
    assert used == names


def test_need_requirements_stand_one_a_line() -> None:
    for row in read_csv(SAMPLES / "needs.csv"):
        lines = row["requirements"].split("\n")
        assert 3 <= len(lines) <= 5, row["id"]
        assert all(line == line.strip() and line for line in lines)


def test_sample_pairs_name_rows_that_exist_and_hold_the_promised_mix() -> None:
    needs = {row["id"] for row in read_csv(SAMPLES / "needs.csv")}
    offers = {row["id"]: row for row in read_csv(SAMPLES / "offers.csv")}
    grades = read_grades()
    assert {need for need, _ in grades} <= needs
    assert {offer for _, offer in grades} <= offers.keys()
    assert set(grades.values()) == {1, 2, 3}
    best = {need: max(grade for (n, _), grade in grades.items() if n == need) for need, _ in grades}
    assert sum(grade == 3 for grade in best.values()) == 28
    invented_twos = [p for p, g in grades.items() if g == 2 and offers[p[1]]["demonstration"]]
    assert len(invented_twos) == 9
    assert sum(best.get(need, 0) < 2 for need in needs) == 6


def test_sample_pairs_cross_the_languages() -> None:
    needs = {row["id"]: row for row in read_csv(SAMPLES / "needs.csv")}
    offers = {row["id"]: row for row in read_csv(SAMPLES / "offers.csv")}
    crossing = [
        (need, offer)
        for (need, offer), grade in read_grades().items()
        if grade >= 2
        and not (needs[need]["title_zh"] and offers[offer]["title_zh"])
        and not (needs[need]["title_en"] and offers[offer]["title_en"])
    ]
    assert len(crossing) >= 10


def test_evidence_pairs_are_well_formed() -> None:
    pairs = read_pairs()
    assert len(pairs) == 710
    assert len({pair["id"] for pair in pairs}) == len(pairs)
    needed = {"id", "lang", "kind", "requirement", "level", "offer", "verdict", "note", "split"}
    for pair in pairs:
        assert needed <= pair.keys() <= needed | {"excluded"}
        assert pair["lang"] in {"zh", "en", "mixed"}
        assert pair["kind"] in KINDS
        assert pair["level"] in {"must", "should"}
        assert pair["verdict"] in {"met", "missing", "contradicted"}
        assert (pair["kind"] == "excluded") == (pair.get("excluded", False) is True)
        assert {"title", "description"} <= pair["offer"].keys()
        assert pair["offer"].keys() <= {"title", "description", "advantage", "evidence"}
        assert pair["note"]


def test_evidence_pairs_are_in_the_language_they_name() -> None:
    for pair in read_pairs():
        in_zh = any(map(is_han, pair["requirement"])), any(map(is_han, pair["offer"]["description"]))
        if pair["lang"] == "zh":
            assert in_zh[1], pair["id"]  # a requirement such as 'TRL≥7' has no letters of either language
        elif pair["lang"] == "en":
            assert in_zh == (False, False), pair["id"]
        else:
            assert in_zh[0] != in_zh[1] or "TRL" in pair["requirement"], pair["id"]


def test_evidence_pairs_hold_the_promised_mix_in_both_splits() -> None:
    tune, test = ([p for p in read_pairs() if p["split"] == split] for split in ("tune", "test"))
    assert (len(tune), len(test)) == (510, 200)
    assert Counter(p["verdict"] for p in test) == {"met": 84, "missing": 66, "contradicted": 50}
    assert Counter(p["lang"] for p in test) == {"zh": 84, "en": 70, "mixed": 46}
    assert {p["kind"] for p in tune} == {p["kind"] for p in test} == KINDS
    for key in ("lang", "verdict", "kind", "level"):
        shares = [Counter(p[key] for p in part) for part in (tune, test)]
        for value in shares[0]:
            assert abs(shares[0][value] / len(tune) - shares[1][value] / len(test)) < 0.03, (key, value)


def test_evidence_pairs_hold_no_near_copies() -> None:
    def shingles(pair: dict[str, Any]) -> set[str]:
        text = " ".join([pair["requirement"], *pair["offer"].values()])
        return {text[start : start + 4] for start in range(len(text) - 3)}

    sets = {pair["id"]: shingles(pair) for pair in read_pairs()}
    for (a, first), (b, second) in itertools.combinations(sets.items(), 2):
        assert len(first & second) / len(first | second) < 0.2, (a, b)


def test_bad_needs_hold_the_promised_mistakes() -> None:
    with (DATA / "bad_needs.csv").open(encoding="utf-8", newline="") as stream:
        header, *rows = list(csv.reader(stream))
    ids = Counter(row[0] for row in rows)
    assert [name for name, count in ids.items() if count > 1] == ["B-01"]
    assert {len(row) - len(header) for row in rows} == {-8, 0, 3}
    cells = [cell for row in rows for cell in row]
    assert max(map(len, cells)) > 32_767  # more than a spreadsheet cell can hold
    assert any(cell.startswith("=HYPERLINK(") for cell in cells)
    assert {"eleven", "2026-13-40", "面议"} <= set(cells)
    assert any("\x07" in cell for cell in cells)
    assert rows[-1][header.index("note")] == "good last row: must survive all the others"


def test_bad_offers_are_gb18030_and_not_utf8() -> None:
    raw = (DATA / "bad_offers_gb18030.csv").read_bytes()
    assert raw.decode("gb18030").startswith("编号,成果名称")
    with pytest.raises(UnicodeDecodeError):
        raw.decode("utf-8")
