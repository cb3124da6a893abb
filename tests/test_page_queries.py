"""How many questions each main page asks the database: so many, with one of everything on it and with three."""

import math
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from fairground.accounts import hubs
from fairground.accounts.actors import Actor, actor_for
from fairground.accounts.models import Hub, Record, User
from fairground.accounts.notices.services import notify
from fairground.accounts.services import add_record, move_record
from fairground.editions.models import Edition, Figure, Participation
from fairground.files.models import Attachment
from fairground.language.local_text import LocalText
from fairground.match.models import Introduction, IntroductionStep, Match
from fairground.match.results_list.tests.list_parts import issued, made_list
from fairground.places.models import Zone
from fairground.publish import labels
from fairground.publish.index import rebuild_index
from fairground.publish.labels import forget_names
from fairground.publish.models import Publication

pytestmark = pytest.mark.django_db

LIMIT = 12
# Page → how often it asks for a visitor, for a broker of another organisation, and for a manager of the organisation
# behind it all. {kind} stands for the key of the record of a kind on which everything hangs. None: not for visitors.
QUERIES: dict[str, tuple[int | None, ...]] = {
    "catalogue/": (1, 5, 5),
    "organisation/{organisation}/": (5, 10, 9),
    "person/{person}/": (3, 8, 7),
    "edition/{edition}/": (5, 10, 10),
    "session/{session}/": (4, 9, 8),
    "offer/{offer}/": (4, 10, 8),
    "need/{need}/": (4, 10, 8),
    "platform/{platform}/": (6, 12, 10),
    "facility/{facility}/": (5, 10, 9),
    "dataset/{dataset}/": (2, 7, 6),
    "tool/{tool}/": (2, 7, 6),
    "scenario/{scenario}/": (2, 7, 6),
    "publication/{publication}/": (3, 8, 7),
    "exhibit/{exhibit}/": (4, 9, 8),
    "matches/offer/{offer}/": (3, 7, 7),
    "matches/need/{need}/": (3, 7, 7),
    "matches/platform/{platform}/": (3, 7, 7),
    "matches/quality/": (5, 9, 9),
    "lists/": (2, 6, 6),
    "lists/{list}/": (3, 9, 9),
    "lists/{list}/1/": (5, 9, 9),
    "desk/": (None, 9, 12),
    "queue/": (None, 7, 7),
    "introductions/": (None, 6, 6),
    "broker/": (None, 9, 9),
    "broker/pairs/": (None, 7, 7),
    "broker/funnel/": (None, 5, 5),
    "me/notices/": (None, 5, 7),
}
JUDGED = {
    "requirement": "It must find 2 mm", "level": "must", "verdict": "met", "sentence": "It finds 1 mm",
    "field": "summary", "reason_zh": "理由", "reason_en": "why", "excluded": False,
}  # fmt: skip


class Fair:
    """One record of each kind, and as many others of each kind beside, on and under them as a test wants."""

    def __init__(self, hub: Hub, clock: Actor, now: datetime) -> None:
        self.hub, self.clock, self.now = hub, clock, now
        self.zone = Zone.objects.create(
            code="example", name=LocalText("示例区", "Example Zone"), level="national", region="130000",
            longitude=115.0, latitude=39.0, demonstration=True,
        )  # fmt: skip
        self.main: dict[str, Record] = {}
        for kind in ("organisation", "person", "edition", *self._of_the_firm()):
            self.main[kind] = self._add(kind, "0")
        self.other = self._add("organisation", "other")
        self.keys = {kind: record.key for kind, record in self.main.items()}

    @staticmethod
    def _of_the_firm() -> tuple[str, ...]:
        return (
            "session", "offer", "need", "platform", "facility", "dataset", "tool", "scenario", "publication", "exhibit",
        )  # fmt: skip

    def _add(self, kind: str, name: str) -> Record:
        values: dict[str, Any] = {"title": {"zh": f"示例{kind}{name}", "en": f"Example {kind} {name}"}}
        if kind in self._of_the_firm():
            values |= {"organisation": self.main["organisation"].key, "fields": ["ai"], "zone": "example"}
            values["region"] = "110000" if kind == "offer" else "130000"
        values |= self._joined(kind)
        return add_record(actor=self.clock, kind_code=kind, values=values, now=self.now, publish=True)

    def _joined(self, kind: str) -> dict[str, Any]:
        """Return what joins a record of a kind to the main ones."""
        key = {code: record.key for code, record in self.main.items()}
        names = {code: {"zh": record.title.zh} for code, record in self.main.items()}
        match kind:
            case "person":
                return {
                    "organisation": key["organisation"],
                    "positions": [
                        {"role": {"zh": "主任"}, "organisation": names["organisation"],
                         "organisation_key": key["organisation"]}
                    ],
                }  # fmt: skip
            case "edition":
                host = {"name": names["organisation"], "role": "host", "key": key["organisation"]}
                return {"year": 2026, "hosts": [host], "modules": [{"code": "forum", "name": {"zh": "论坛"}}]}
            case "session":
                return {
                    "edition": key["edition"],
                    "module": "forum",
                    "held_on": "2026-04-25",
                    "hosts": [{"name": names["organisation"], "role": "host", "key": key["organisation"]}],
                    "speakers": [{"name": names["person"], "key": key["person"]}],
                }
            case "facility":
                return {"platform": key["platform"]}
            case "publication":
                return {"edition": key["edition"]}
            case "exhibit":
                return {"edition": key["edition"], "shown": [key["offer"]]}
        return {}

    def grow(self, name: str, reader: User) -> None:
        """Add one more of everything that pages list."""
        more = {kind: self._add(kind, name) for kind in ("organisation", "person", *self._of_the_firm())}
        edition = Edition.objects.get(key=self.main["edition"].key)
        Participation.objects.create(edition=edition, record=more["offer"])
        Figure.objects.create(
            edition=edition, code=f"figure-{name}", subject=LocalText("项目", "Projects"), value=3,
            unit=LocalText("个", ""), printed=LocalText("3个", "3"), is_leading=True, place=1,
        )  # fmt: skip
        for record in self.main.values():
            Attachment.objects.create(
                hub_id=self.hub.pk, record_key=record.key, name=f"{name}.pdf", ending="pdf",
                media_type="application/pdf", size=1, sha256=name, added_at=self.now, visibility="protected",
            )  # fmt: skip
        main = self.main
        for asking, answering in (
            (main["need"], more["offer"]), (more["need"], main["offer"]), (main["need"], more["platform"]),
            (more["need"], main["platform"]), (main["offer"], more["platform"]), (more["offer"], main["platform"]),
        ):  # fmt: skip
            self._pair(asking, answering, int(name))
        draft = {"title": {"en": f"Draft {name}"}, "organisation": main["organisation"].key}
        waiting = add_record(actor=self.clock, kind_code="offer", values=draft, now=self.now)
        add_record(actor=self.clock, kind_code="need", values=draft, now=self.now)
        move_record(actor=self.clock, key=waiting.key, move="submit", version=1, now=self.now)
        introduction = self._introduce(more["organisation"].pk)
        notify(
            hub_id=self.hub.pk, user_ids=[reader.pk], kind="introduction", subject=LocalText("", "Somebody asks"),
            about_key=introduction.key, now=self.now,
        )  # fmt: skip

    def _pair(self, asking: Record, answering: Record, rank: int) -> None:
        Match.objects.create(
            hub=self.hub, asking=asking, answering=answering, kinds=f"{asking.kind} {answering.kind}", score=0.62,
            rank_for_asking=rank, rank_for_answering=rank, evidence="enough", method="test 1", made_at=self.now,
            reasons={
                "parts": {
                    "words": 0.5, "phrases": 0.5, "meaning": 0.5, "titles": 0.5, "fits_need": 0.9, "fits_offer": 0.6,
                },
                "judgements": [JUDGED], "flags": [], "shared_terms": ["radome"],
            },
        )  # fmt: skip

    def _introduce(self, organisation_id: int) -> Introduction:
        """Let another organisation ask for an introduction to the main offer."""
        made: Introduction = Introduction.objects.create(
            hub=self.hub, state="asked", since=self.now, created_at=self.now,
            expires_at=self.now + timedelta(days=14), target=self.main["offer"], asking_organisation_id=organisation_id,
            answering_organisation_id=self.main["organisation"].pk, asking_answer="yes",
        )  # fmt: skip
        IntroductionStep.objects.create(
            introduction=made, at=self.now, actor_name="Somebody", event="ask", to_state="asked"
        )
        return made


@pytest.fixture(autouse=True)
def _folders(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.INDEX_FOLDER, settings.WORK_FOLDER = tmp_path / "index", tmp_path / "work"
    settings.RATE_LIMITS = {}
    # On a slow machine the hub and the names of codes would be read anew in the middle of a page that is counted.
    for module in (labels, hubs):
        monkeypatch.setattr(module, "_KEPT_S", math.inf)
    forget_names()
    yield
    forget_names()


def _asked(client: Client, address: str) -> int:
    client.get(address)  # the next reader pays nothing for the names of codes
    with CaptureQueriesContext(connection) as caught:
        assert client.get(address).status_code == 200, address
    return len(caught)


def test_pages_ask_as_often_for_three_as_for_one(
    hub: Hub, clock_actor: Actor, client: Client, sign_in: Callable[..., Client]
) -> None:
    now = timezone.now()
    fair = Fair(hub, clock_actor, now)
    owner = sign_in("member", "broker", "organiser", managed=(fair.main["organisation"].pk,))
    member = sign_in("member", "broker", "administrator", organisations=(fair.other.pk,))
    actor = actor_for(owner.user, hub.pk, now=now)  # type: ignore[attr-defined]
    results_list = made_list(actor, now)
    keys = {**fair.keys, "list": results_list.key}
    counted: dict[int, dict[str, tuple[int | None, ...]]] = {}
    for rows in (1, 3):
        for number in range(len(counted) + 1, rows + 1):
            fair.grow(str(number), owner.user)  # type: ignore[attr-defined]
            issue = issued(actor, results_list, now)
            for move in ("submit", "publish"):
                record = Publication.objects.get(pk=issue.publication_id)
                move_record(actor=clock_actor, key=record.key, move=move, version=record.version, now=now)
        rebuild_index()
        counted[rows] = {
            page: (
                None if asked is None else _asked(client, f"/en/{page.format(**keys)}"),
                *(_asked(one, f"/en/{page.format(**keys)}") for one in (member, owner)),
            )
            for page, (asked, *_) in QUERIES.items()
        }
    assert counted == {1: QUERIES, 3: QUERIES}
    assert all(asked is None or asked <= LIMIT for page in QUERIES.values() for asked in page)
