"""The code lists: what is in them, what they refuse, and that old codes still resolve."""

import re
from dataclasses import FrozenInstanceError
from importlib.resources import files

import pytest

from fairground.taxonomy import (
    BrokenListError,
    CodeList,
    UnknownCodeError,
    UnknownListError,
    UnknownVersionError,
    code_list,
    code_lists,
)
from fairground.taxonomy.lists import read_code_list

HEADER = "# code: t\n# version: 2\n# zh: 表\n# en: List\n# source: test\ncode\tzh\ten\taliases\tparent\treplaced_by\n"
NAMES = (
    "decline_reason",
    "deal_kind",
    "facility_type",
    "fields",
    "host_role",
    "legal_nature",
    "meeting_outcome",
    "organisation_kind",
    "partnership",
    "platform_type",
    "publication_type",
    "readiness",
    "record_state",
    "registration_stage",
    "resource_type",
    "result_attribute",
    "rights_type",
    "session_format",
    "size",
    "tool_type",
    "visibility",
)


def made(*rows: str) -> CodeList:
    return read_code_list(HEADER + "\n".join(row.replace(";", "\t") for row in rows), "t.tsv")


def test_every_list_is_there_and_says_where_it_comes_from() -> None:
    assert set(NAMES) <= set(code_lists())
    for name in code_lists():
        found = code_list(name)
        assert (found.code, bool(found.version and found.source and found.zh and found.en)) == (name, True)
        assert len(found.terms) >= 2


@pytest.mark.parametrize("name", code_lists())
def test_names_are_in_the_language_they_claim(name: str) -> None:
    for term in code_list(name):
        assert any("\u4e00" <= character <= "\u9fff" for character in term.zh), term
        assert not any("\u4e00" <= character <= "\u9fff" for character in term.en), term


def test_a_code_of_an_earlier_version_is_never_lost() -> None:
    for file in (files("fairground.taxonomy") / "data").iterdir():
        if "@" in file.name:
            old = read_code_list(file.read_text("utf-8"), file.name)
            assert file.name == f"{old.code}@{old.version}.tsv"
            for code in old.terms:
                assert code_list(old.code).current(code)


def test_the_five_fields_of_the_list_of_results_and_needs_stand_at_the_top() -> None:
    tops = {term.zh for term in code_list("fields") if not term.parent}
    assert {"新一代信息技术", "智能装备", "新材料", "医药健康", "节能环保"} <= tops


def test_label_and_narrower() -> None:
    fields = code_list("fields")
    assert (fields.label("new-materials", "zh"), fields.label("new-materials", "en")) == (
        "新材料",
        "New materials",
    )
    assert fields.narrower("new-materials") == ("new-materials",)
    assert "ai" in fields.narrower("new-it")
    assert "ai" not in fields.narrower("smart-equipment")


def test_nine_readiness_levels() -> None:
    assert list(code_list("readiness").terms) == [str(level) for level in range(1, 10)]


def test_a_replaced_code_resolves_but_is_not_offered() -> None:
    found = made("a;甲;A;;;b", "b;乙;B;;;c", "c;丙;C;;;", "d;丁;D;;c;")
    assert found.current("a") == "c"
    assert found.label("a", "en") == "A"
    assert [term.code for term in found] == ["c", "d"]
    assert found.narrower("c") == ("a", "b", "c", "d")
    assert "a" in found


def test_the_same_list_is_read_once() -> None:
    assert code_list("fields") is code_list("fields", code_list("fields").version)


def test_a_list_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        code_list("fields").version = "x"  # type: ignore[misc]
    with pytest.raises(TypeError):
        code_list("fields").terms["x"] = None  # type: ignore[index]


def test_what_is_unknown_is_said_with_what_there_is() -> None:
    with pytest.raises(UnknownListError, match=r"'colours'.*fields"):
        code_list("colours")
    with pytest.raises(UnknownVersionError, match=r"'1066'.*2024\.1"):
        code_list("fields", "1066")
    with pytest.raises(UnknownCodeError, match=r"'alchemy'.*new-materials") as raised:
        code_list("fields").label("alchemy", "zh")
    assert "领域" in raised.value.in_language("zh")


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        (["a;甲;A;;"], "six cells"),
        (["a;甲;;;;"], "a code, zh, en"),
        (["A b;甲;A;;;"], "a code, zh, en"),
        (["a;甲;A;;;", "a;乙;B;;;"], "only once"),
        (["a;甲;A;;z;"], "parent"),
        (["a;甲;A;;;b", "b;乙;B;;;a"], "circle"),
        (["a;甲;A;x|y;;", "b;乙;B;Y;;"], "not both"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(rows: list[str], said: str) -> None:
    with pytest.raises(BrokenListError, match=said) as raised:
        made(*rows)
    assert f"line {6 + len(rows)}" in str(raised.value) or "circle" in said


def test_sources_say_what_a_reader_of_the_portal_understands() -> None:
    """They stand on the public page: none speaks of this project's own papers."""
    ours = re.compile(r"code list [A-Z]|DOMAIN|this project|domain guide")
    assert [name for name in code_lists() if ours.search(code_list(name).source)] == []


def test_a_file_without_its_source_is_refused() -> None:
    with pytest.raises(BrokenListError, match="source"):
        read_code_list(HEADER.replace("# source: test\n", ""), "t.tsv")
