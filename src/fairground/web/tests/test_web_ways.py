"""The links of the base template: right in each language, and left out where a page is not installed."""

import pytest
from django.utils import translation

from fairground.web import ways


@pytest.mark.parametrize("language", ["zh", "en"])
def test_each_language_has_its_own_addresses(language: str) -> None:
    with translation.override(language):
        found = ways.ways_in(language)
    assert found["to_catalogue"] == f"/{language}/catalogue/"
    assert found["to_home"] == f"/{language}/"
    assert all(found.values())


def test_a_page_that_is_not_installed_has_no_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ways, "_WAYS", {"to_moon": "moon:landing"})
    ways._ways.cache_clear()
    try:
        with translation.override("en"):
            assert ways.ways_in("en") == {"to_moon": ""}
    finally:
        ways._ways.cache_clear()
