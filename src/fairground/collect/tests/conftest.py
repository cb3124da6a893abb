"""What the tests of forms start from: as many requests as they like."""

import pytest
from pytest_django import Settings


@pytest.fixture(autouse=True)
def unlimited(settings: Settings) -> None:
    """Let tests send hundreds of forms a second."""
    settings.RATE_LIMITS = {}
