import hashlib
import re
from pathlib import Path

import pytest

from fairground.web import tokens_css

WEB = Path(__file__).parents[1]
STATIC = WEB / "static" / "web"
TEMPLATES = sorted((WEB / "templates").rglob("*.html")) + sorted(
    (WEB.parent / "publish" / "templates").rglob("*.html")
)


def test_style_sheets_weigh_45_kb_at_most() -> None:
    sizes = [sheet.stat().st_size for sheet in STATIC.glob("*.css")]
    assert len(sizes) == 5
    assert sum(sizes) <= 45_000


def test_the_first_view_leaves_room_for_the_page() -> None:
    scripts = sum(script.stat().st_size for script in STATIC.rglob("*.js"))
    assert scripts <= 70_000


def test_vendored_files_are_the_ones_listed() -> None:
    listed = dict(
        re.findall(
            r"^\| `([\w.-]+)`.*`([0-9a-f]{64})` \|$",
            (STATIC / "vendor" / "VERSIONS.md").read_text("utf-8"),
            re.MULTILINE,
        )
    )
    found = {
        path.name: hashlib.sha256(path.read_bytes()).hexdigest()
        for path in (STATIC / "vendor").iterdir()
        if path.suffix in (".js", ".mjs", ".css")
    }
    assert listed == found


def _text_without_comments(path: Path) -> str:
    return re.sub(r"\{% comment %\}.*?\{% endcomment %\}", "", path.read_text("utf-8"), flags=re.DOTALL)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_carries_no_style_or_script_of_its_own(path: Path) -> None:
    text = _text_without_comments(path)
    assert re.findall(r"<style|\sstyle=|\son\w+=|hx-on|javascript:", text) == []
    assert re.findall(r"<script(?![^>]*\bsrc=)", text) == []


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_a_page_asks_nobody_elses_server(path: Path) -> None:
    text = _text_without_comments(path)
    assert re.findall(r"""(?:src|href|action)=["'](?:https?:)?//""", text) == []


@pytest.mark.parametrize("sheet", sorted(STATIC.glob("*.css")), ids=lambda path: path.name)
def test_a_sheet_asks_for_no_other_file(sheet: Path) -> None:
    assert re.findall(r"@import|url\(", sheet.read_text("utf-8")) == []


def _luminance(colour: str) -> float:
    channels = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("scheme", [0, 1])
@pytest.mark.parametrize(
    ("above", "ground", "least"),
    [
        ("ink", "found", 4.5),  # words found
        ("onaccent", "accent", 4.5),  # the primary button
        ("edge", "paper", 3.0),  # borders of controls: WCAG 2.2, 1.4.11
        ("edge", "raised", 3.0),
    ],
)
def test_colours_of_parts_can_be_told_apart(scheme: int, above: str, ground: str, least: float) -> None:
    found = [dict(re.findall(r"--([a-z]+): (#[0-9a-f]{6});", part)) for part in tokens_css().split("@media")]
    darker, lighter = sorted((_luminance(found[scheme][above]), _luminance(found[scheme][ground])))
    assert (lighter + 0.05) / (darker + 0.05) >= least
