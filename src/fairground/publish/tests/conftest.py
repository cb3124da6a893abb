"""What the catalogue's tests start from: an index of their own and a published record."""

from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record
from fairground.publish import asking
from fairground.publish.labels import forget_names


@pytest.fixture(autouse=True)
def index_folder(tmp_path: Path, settings: Settings) -> Path:
    """Give each test an index folder of its own, and names that no earlier test left behind."""
    forget_names()
    asking._kept.clear()
    settings.INDEX_FOLDER = tmp_path / "index"
    settings.RATE_LIMITS = {}
    return tmp_path / "index"


@pytest.fixture
def publish(hub: Hub, clock_actor: Actor, now: datetime) -> Callable[..., Record]:
    """Return a maker of published records: `publish("need", "标题", "Title", region=…)`."""

    def make(kind: str, zh: str, en: str = "", **values: Any) -> Record:
        title = {"zh": zh, "en": en or zh}
        return add_record(
            actor=clock_actor, kind_code=kind, values={"title": title, **values}, now=now, publish=True
        )

    return make
