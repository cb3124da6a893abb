"""Frames for other sites: who may frame them, and that they run nothing and leave nothing behind."""

import re
from collections.abc import Callable

import pytest
from django.test import Client
from pytest_django import Settings

from fairground.accounts.models import Hub, Record
from fairground.config.environment import WrongSettingError, read_environment
from fairground.language.local_text import LocalText
from fairground.places.models import Park, Zone
from fairground.publish.index import rebuild_index

pytestmark = pytest.mark.django_db


@pytest.fixture
def framed(hub: Hub, publish: Callable[..., Record]) -> list[str]:
    """The addresses of frames: of a zone, a park, a region, a list."""
    zone = Zone.objects.create(code="baoding", name=LocalText("保定高新区", "Baoding Zone"), region="130000")
    park = Park.objects.create(
        zone=zone, name=LocalText("甲园", "Park A"), region="130600", free_space_m2=500
    )
    for number in range(8):
        publish("platform", f"平台{number}", f"Platform {number}", zone="baoding", listed_park=park.key)
        publish("need", f"需求{number}", f"Need {number}", zone="baoding", region="130000")
    publish("need", "会员需求", zone="baoding", region="130000", visibility="members")
    rebuild_index()
    return [
        "zone/baoding/",
        f"park/{park.key}/",
        "region/130000/",
        "list/needs/",
        "list/platforms/?zone=baoding",
    ]


def directives(client: Client, address: str) -> dict[str, str]:
    policy = client.get(address).headers["Content-Security-Policy"]
    return dict(part.strip().split(" ", 1) for part in policy.split(";") if part.strip())


def test_only_named_sites_may_frame_and_only_embeds(framed: list[str], settings: Settings) -> None:
    client = Client()
    for allowed, told in (((), "'none'"), (("https://www.example.org", "https://*.example.net"),
                          "https://www.example.org https://*.example.net"), (("*",), "*")):  # fmt: skip
        settings.EMBED_IN = allowed
        for address in framed:
            response = client.get(f"/zh/embed/{address}")
            assert "X-Frame-Options" not in response.headers
            found = directives(client, f"/zh/embed/{address}")
            assert found["frame-ancestors"] == told
            assert (found["script-src"], found["form-action"]) == ("'none'", "'none'")
        for other in ("/zh/", "/zh/zones/baoding/", "/zh/embed/zone/baoding/?how", "/zh/account/login/"):
            assert client.get(other).headers["X-Frame-Options"] == "DENY"
            assert directives(client, other)["frame-ancestors"] == "'none'"


def test_a_frame_runs_nothing_and_leaves_nothing(
    framed: list[str], settings: Settings, sign_in: Callable[..., Client]
) -> None:
    settings.EMBED_IN = ("*",)
    for client in (Client(), sign_in("member"), sign_in("administrator")):
        for address in framed:
            for language in ("zh", "en"):
                response = client.get(f"/{language}/embed/{address}")
                body = response.content.decode()
                assert response.status_code == 200
                assert response.cookies == {}
                assert re.findall(r"<script|<form|<iframe| on[a-z]+=|style=|javascript:", body) == []
                assert "会员需求" not in body
                assert 'target="_blank" rel="noopener"' in body
                assert "http://testserver/" in body


def test_the_size_says_how_much_is_shown(framed: list[str]) -> None:
    rows = [
        Client().get(f"/en/embed/list/needs/?size={size}").content.decode().count("<li>")
        for size in ("small", "medium", "large", "huge")
    ]
    assert rows == [3, 6, 8, 6]
    assert "Need 7" in Client().get("/en/embed/region/130000/?size=large").content.decode()


def test_how_to_embed_gives_a_line_that_cannot_run_anything(framed: list[str], hub: Hub) -> None:
    Zone.objects.create(code="odd", name=LocalText('"><script>alert(1)</script>'), region="130000")
    body = Client().get("/zh/embed/zone/odd/?how").content.decode()
    assert "<script>alert" not in body
    assert "sandbox=" in body
    assert "FAIRGROUND_EMBED_IN" in body


@pytest.mark.parametrize(
    "text", ["'unsafe-inline'", "https://a.example; script-src *", "a.example", "*, https://a.example", "https://a b", "ftp://a.example"]
)  # fmt: skip
def test_a_setting_that_is_no_origin_is_refused(text: str) -> None:
    with pytest.raises(WrongSettingError, match="FAIRGROUND_EMBED_IN"):
        read_environment({"FAIRGROUND_EMBED_IN": text})


def test_settings_that_are_origins() -> None:
    for text, found in (("", ()), ("*", ("*",)), (" https://a.example/ , http://127.0.0.1:8000",
                        ("https://a.example", "http://127.0.0.1:8000"))):  # fmt: skip
        assert read_environment({"FAIRGROUND_EMBED_IN": text}).embed_in == found
