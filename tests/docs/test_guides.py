"""The guides know every role, are written in both languages, and name addresses that are there."""

import re
from pathlib import Path

import pytest
from django.urls import resolve
from django.utils.translation import override

from fairground.accounts.core.roles import ROLES

ROOT = Path(__file__).resolve().parents[2]
GUIDE = ROOT / "docs" / "guide"
PAGES = sorted(page for page in GUIDE.glob("*.md") if page.name != "README.md")
ADDRESS = re.compile(r"`/(zh|en)(/[^`\s]*)?/`")
LINK = re.compile(r"\]\((\w[\w-]*\.md)\)")
SHOWN = sorted((ROOT / "docs").glob("*.md")) + PAGES


def sections(page: Path) -> dict[str, str]:
    parts = re.split(r"(?m)^## (.+)$", page.read_text("utf-8"))
    return dict(zip(parts[1::2], parts[2::2], strict=True))


def test_every_role_has_a_guide_and_its_printed_names() -> None:
    lines = [line for line in (GUIDE / "README.md").read_text("utf-8").splitlines() if line.startswith("| `")]
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    assert [row[0].strip("`") for row in sorted(rows)] == sorted(ROLES)
    for code, zh, page, _ in rows:
        assert zh == ROLES[code.strip("`")].name.zh
        assert (GUIDE / LINK.findall(page)[0]).is_file()


def test_every_guide_is_reached_from_the_list() -> None:
    listed = set(LINK.findall((GUIDE / "README.md").read_text("utf-8")))
    assert listed == {page.name for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_a_guide_says_the_same_addresses_in_both_languages(page: Path) -> None:
    found = sections(page)
    assert list(found) == ["中文", "English"]
    named = {heading: sorted({rest for _, rest in ADDRESS.findall(text)}) for heading, text in found.items()}
    assert named["中文"] == named["English"]
    assert {language for language, _ in ADDRESS.findall(found["中文"])} <= {"zh"}
    assert {language for language, _ in ADDRESS.findall(found["English"])} <= {"en"}


@pytest.mark.parametrize("page", SHOWN, ids=lambda page: page.name)
def test_every_address_named_is_a_page(page: Path) -> None:
    for language, rest in ADDRESS.findall(page.read_text("utf-8")):
        address = f"/{language}{rest}/".replace("KIND", "offer").replace("KEY", "0123456789ab")
        with override("zh-hans" if language == "zh" else "en"):
            assert resolve(address).view_name, address


def test_an_address_that_is_no_page_would_be_noticed() -> None:
    from django.urls import Resolver404

    with override("en"), pytest.raises(Resolver404):
        resolve("/en/no-such-page/")


def test_at_least_the_main_pages_are_named() -> None:
    named = {rest for page in PAGES for _, rest in ADDRESS.findall(page.read_text("utf-8"))}
    assert {"/catalogue", "/ask", "/match", "/desk", "/queue", "/me", "/me/privacy", "/people"} <= named
