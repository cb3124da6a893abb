"""What the tests of trust start from: an index of their own, no limits left over, no names kept from other tests."""

from pathlib import Path

import pytest
from django.core.cache import caches
from pytest_django import Settings

from fairground.accounts.hubs import forget_hubs
from fairground.publish import asking
from fairground.publish.labels import forget_names


def forget_everything() -> None:
    """Empty what a process keeps between requests."""
    forget_hubs()
    forget_names()
    asking._kept.clear()
    for cache in ("default", "limits"):
        caches[cache].clear()


@pytest.fixture(autouse=True)
def fresh(tmp_path: Path, settings: Settings, request: pytest.FixtureRequest) -> None:
    if "market" in request.fixturenames:
        return
    forget_everything()
    settings.INDEX_FOLDER = tmp_path / "index"
