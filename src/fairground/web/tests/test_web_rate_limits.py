from collections.abc import Iterator
from typing import Any

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.cache import caches
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from django.views.decorators.cache import never_cache

from fairground.config.environment import read_environment
from fairground.web.rate_limits import WriteLimitMiddleware, client_address, limit


class _Account:
    is_authenticated = True

    def __init__(self, number: int) -> None:
        self.pk = number


@pytest.fixture(autouse=True)
def _small_limits(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.RATE_LIMITS = {"search": (3, 60, ("GET",), "limits"), "write": (2, 60, ("POST",), "limits")}
    monkeypatch.setattr("time.time", lambda: 120.0)
    caches["limits"].clear()
    yield
    caches["limits"].clear()


@limit("search")
def _search(request: HttpRequest) -> HttpResponse:
    return HttpResponse("found")


@limit("write")
def _write(request: HttpRequest) -> HttpResponse:
    return HttpResponse("written")


@limit("no such limit")
def _free(request: HttpRequest) -> HttpResponse:
    return HttpResponse("read")


def _request(method: str = "GET", at: str = "192.0.2.1", user: object = None, **headers: str) -> HttpRequest:
    request = RequestFactory().generic(method, "/en/", REMOTE_ADDR=at, headers=headers)
    request.user = user or AnonymousUser()
    return request


def test_past_the_limit_a_page_says_when_to_try_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.time", lambda: 130.0)
    assert [_search(_request()).status_code for _ in range(4)] == [200, 200, 200, 429]
    refused = _search(_request())
    assert refused.headers["Retry-After"] == "50"
    assert "50" in refused.content.decode()

    monkeypatch.setattr("time.time", lambda: 180.0)
    assert _search(_request()).status_code == 200


def test_visitors_count_by_address_and_people_by_account() -> None:
    for _ in range(4):
        last = _search(_request())
    assert last.status_code == 429
    assert _search(_request(at="192.0.2.2")).status_code == 200
    assert _search(_request(user=_Account(1))).status_code == 200
    for number in range(4):
        last = _search(_request(at=f"192.0.2.{number}", user=_Account(2)))
    assert last.status_code == 429


def test_one_network_of_version_6_counts_as_one_reader() -> None:
    assert [_search(_request(at=f"2001:db8::{number}")).status_code for number in range(4)][-1] == 429
    assert _search(_request(at="2001:db8:0:1::1")).status_code == 200


def test_reading_a_form_costs_nothing() -> None:
    assert {_write(_request()).status_code for _ in range(9)} == {200}
    assert [_write(_request("POST")).status_code for _ in range(3)] == [200, 200, 429]


def test_limits_count_by_themselves_and_an_unknown_one_is_none() -> None:
    for _ in range(4):
        _search(_request())
    assert _write(_request("POST")).status_code == 200
    assert {_free(_request()).status_code for _ in range(9)} == {200}


def test_a_switch_turns_them_off(settings: Any) -> None:
    assert read_environment({"FAIRGROUND_RATE_LIMITS": "0"}).rate_limits is False
    assert read_environment({}).rate_limits is True
    settings.RATE_LIMITS = {}
    assert {_search(_request()).status_code for _ in range(9)} == {200}


@pytest.mark.parametrize(
    ("behind_proxy", "forwarded", "expected"),
    [
        (False, "203.0.113.9", "192.0.2.1"),
        (True, "203.0.113.9", "203.0.113.9"),
        (True, "198.51.100.7, 203.0.113.9", "203.0.113.9"),  # what the reader claims stands first
        (True, "", "192.0.2.1"),
        (True, "not an address", "unknown"),
        (True, "2001:DB8:0::1", "2001:db8::1"),
    ],
)
def test_headers_are_believed_behind_a_proxy_alone(
    behind_proxy: bool, forwarded: str, expected: str, settings: Any
) -> None:
    settings.BEHIND_PROXY = behind_proxy
    assert client_address(_request(**{"X-Forwarded-For": forwarded})) == expected


def test_claimed_addresses_do_not_get_around_the_limit() -> None:
    codes = [_search(_request(**{"X-Forwarded-For": f"203.0.113.{n}"})).status_code for n in range(4)]
    assert codes[-1] == 429


def test_one_writing_counts_once_whoever_counts_it() -> None:
    """The middleware counts what no limit of its own counts: a view with @limit("write") is not charged twice."""

    def plain(request: HttpRequest) -> HttpResponse:
        return HttpResponse("written")

    middleware = WriteLimitMiddleware(lambda request: HttpResponse())

    def answer(view: Any, method: str = "POST") -> int:
        request = _request(method)
        return (middleware.process_view(request, view, (), {}) or view(request)).status_code

    # Behind another decorator a view still tells its limit.
    for view in (_write, never_cache(_write), plain, _search, _free):
        caches["limits"].clear()
        assert [answer(view) for _ in range(3)] == [200, 200, 429], view
    caches["limits"].clear()
    assert {answer(view, "GET") for view in (_write, plain, _free) for _ in range(3)} == {200}
    assert [answer(_write), answer(plain), answer(_write)] == [200, 200, 429]
