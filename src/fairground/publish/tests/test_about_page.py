"""The page about the hub: both languages, figures as measured, every code list; what robots are told."""

from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.models import Hub
from fairground.publish import about
from fairground.taxonomy import code_list, code_lists

MEASUREMENTS = Path(__file__).parents[4] / "docs" / "measurements"


@pytest.mark.parametrize("language", ["zh", "en"])
def test_about_names_every_code_list_with_its_version(client: Client, hub: Hub, language: str) -> None:
    page = client.get(f"/{language}/about/").content.decode()
    for code in code_lists():
        found = code_list(code)
        assert f'<th scope="row">{found.zh if language == "zh" else found.en}</th>' in page
        assert f'<td class="nowrap">{found.version}</td>' in page


def test_figures_on_the_page_are_those_that_were_measured() -> None:
    text = (MEASUREMENTS / "evidence.md").read_text(encoding="utf-8")
    line = next(line for line in text.splitlines() if line.startswith("| **third, untouched**"))
    assert line == (
        f"| **third, untouched** | {about.PAIRS} | **0.956** ({about.MET_RIGHT} of {about.MET_GIVEN}) | "
        f"**{about.MET_FOUND}** | **0.938** ({about.CONTRADICTED_RIGHT} of {about.CONTRADICTED_GIVEN}) | "
        f"**{about.CONTRADICTED_FOUND}** |"
    )
    assert f"Measured {about.MEASURED_ON} " in text


def test_folders_the_page_names_are_there() -> None:
    assert [
        name
        for name in ("match", "evidence", "questions", "scale")
        if not (MEASUREMENTS / f"{name}.md").is_file()
    ] == []


@pytest.mark.parametrize(
    ("sender", "operator"),
    [("Hub <office@example.org>", "office@example.org"), ("Fairground <fairground@localhost>", "")],
)
def test_operator_is_shown_where_one_is_set(settings: Any, sender: str, operator: str) -> None:
    settings.DEFAULT_FROM_EMAIL = sender
    assert about._operator() == operator


def test_robots_keep_out_of_accounts(client: Client, hub: Hub) -> None:
    answer = client.get("/robots.txt")
    lines = answer.content.decode().splitlines()
    assert answer.headers["Content-Type"] == "text/plain; charset=utf-8"
    assert lines[0] == "User-agent: *"
    assert {"Disallow: /*/account/", "Disallow: /*/desk/", "Disallow: /*/me/"} <= set(lines)
    assert lines[-1] == "Sitemap: http://testserver/sitemap.xml"


def test_site_map_names_public_records_alone(client: Client, publish: Any) -> None:
    shown = publish("need", "公开需求")
    publish("need", "会员需求", visibility="members")
    page = client.get("/sitemap.xml").content.decode()
    assert page.count("<loc>") == 4
    assert page.count(f"/need/{shown.key}/</loc>") == 2
