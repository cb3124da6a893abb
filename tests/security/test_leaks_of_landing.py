"""What landing advice shows and counts for each role: platforms of each visibility, with words found nowhere else."""

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from django.test import Client

from fairground.accounts.actors import Actor
from fairground.accounts.models import Hub, Record
from fairground.accounts.services import add_record, move_record
from fairground.places.models import Zone
from fairground.publish.index import rebuild_index, search_index

pytestmark = pytest.mark.django_db
SEES = {
    "visitor": {"public"},
    "member": {"public", "members"},
    "broker": {"public", "members"},
    "organiser": {"public", "members", "parties"},
}
QUERY = "must=equipment:rotary kiln&must=space:100 m²&should=policy:rent subsidy&all=1"


@pytest.fixture
def keys(hub: Hub, clock_actor: Actor, now: datetime) -> dict[str, str]:
    """Publish a platform of each visibility, and one that is withdrawn; each states a kiln, space and a policy."""
    Zone.objects.create(
        code="leak-zone",
        name={"zh": "示例区", "en": "Example Zone"},
        region="130000",
        longitude=116,
        latitude=39,
    )
    made: dict[str, str] = {}
    for number, (name, visibility) in enumerate(
        [("public", "public"), ("members", "members"), ("parties", "parties"), ("withdrawn", "public")], 1
    ):
        values: dict[str, Any] = {
            "title": {"zh": f"示例xq{name}title", "en": f"Example xq{name}title"},
            "services": {
                "zh": f"xq{name}sentence 有回转窑。",
                "en": f"The xq{name}sentence rotary kiln is here.",
            },
            "policies": {"zh": "租金补贴。", "en": f"Rent subsidy xq{name}policy."},
            "free_space_m2": 1000 * number + 111,
            "zone": "leak-zone",
            "visibility": visibility,
        }
        record: Record = add_record(
            actor=clock_actor, kind_code="platform", values=values, now=now, publish=True
        )
        made[name] = record.key
        if name == "withdrawn":
            move_record(
                actor=clock_actor,
                key=record.key,
                move="withdraw",
                version=record.version,
                now=now,
                reason="test",
            )
    rebuild_index()
    search_index().refresh()
    return made


@pytest.mark.parametrize("role", SEES)
def test_landing_shows_and_counts_what_the_role_may_read(
    client: Client, sign_in: Callable[..., Client], keys: dict[str, str], role: str
) -> None:
    reader = client if role == "visitor" else sign_in(role)
    picks = "".join(f"&pick=platform:{key}" for key in keys.values()) + "&pick=zone:leak-zone"
    for page in ("answer", "compare"):
        body = reader.get(f"/en/landing/{page}/?{QUERY}{picks if page == 'compare' else ''}").content.decode()
        found = set(re.findall(r"xq([a-z]+?)(?:title|sentence|policy)", body))
        assert found <= SEES[role]
        assert {name for name, key in keys.items() if f"/platform/{key}/" in body} <= SEES[role]
    answer = reader.get(f"/en/landing/answer/?{QUERY}").content.decode()
    assert set(re.findall(r"xq([a-z]+?)title", answer)) == SEES[role]
    assert f"{len(SEES[role])} platforms and facilities were looked at" in answer


@pytest.mark.parametrize("role", SEES)
def test_largest_space_of_a_zone_is_of_what_the_role_may_read(
    client: Client, sign_in: Callable[..., Client], keys: dict[str, str], role: str
) -> None:
    reader = client if role == "visitor" else sign_in(role)
    body = reader.get("/en/landing/answer/?should=space:50000 m²&must=equipment:rotary kiln").content.decode()
    largest = {"public": "1,111", "members": "2,111", "parties": "3,111"}
    expected = max(largest[name] for name in SEES[role])
    assert f"the largest free space stated there is {expected} m²" in body
    assert not any(figure in body for name, figure in largest.items() if name not in SEES[role])
    assert "4,111" not in body
