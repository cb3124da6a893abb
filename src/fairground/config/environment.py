"""Every setting an operator can make, typed and documented, read from the environment in one place.

A setting X may also be given as X_FILE: the path of a file that holds its value (for secrets).
"""

import re
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from fairground.config.map_base import BORDERS, MapBase, read_map_base, read_view

Value = TypeVar("Value")

_MODES = ("demonstration", "development", "production")


class WrongSettingError(Exception):
    """A setting has no usable value; says which, and what to write."""


@dataclass(frozen=True, slots=True)
class Environment:
    """The settings, as read.

    mode : 'demonstration' (demo accounts with a known password, http), 'development' (tests, http),
        'production' (https, secrets must be given)
    home : the folder of everything the portal keeps: database, index, files
    database_url : '' for SQLite in `home`; else postgresql://user:password@host:port/name
    secret_key : signs sessions and links
    hosts : names the portal answers to
    address : how readers reach it from outside, without a slash at the end: begins the addresses in mail
    sender : the address that mail is sent from
    smtp_url : '' writes mail to files in `home`/mail; else smtp://user:password@host:port or smtps://…
    behind_proxy : trust X-Forwarded-Proto and X-Forwarded-For of the proxy in front (FAIRGROUND_BEHIND_PROXY=1);
        without it the address of a reader is that of the connection, whatever headers say
    introduction_days : how long a side may think before an introduction expires (FAIRGROUND_INTRODUCTION_DAYS)
    introductions_per_week : how many one person may send within seven days (FAIRGROUND_INTRODUCTIONS_PER_WEEK)
    bookings_per_week : how many bookings one person may ask for within seven days (FAIRGROUND_BOOKINGS_PER_WEEK)
    typeface : what booklets set Chinese in (FAIRGROUND_TYPEFACE): the name of an installed typeface, or a folder with
        the files of one; '' takes the best one that is installed
    embed_in : the sites that may frame the portal's embeds (FAIRGROUND_EMBED_IN): origins such as
        https://www.example.org or https://*.example.org with commas between, '*' for every site; '' for none
    service_request_days : how long a platform may leave a service request unanswered before its people are reminded
        (FAIRGROUND_SERVICE_REQUEST_DAYS)
    service_requests_per_week : how many one person may send within seven days (FAIRGROUND_SERVICE_REQUESTS_PER_WEEK)
    map_view : what the map shows first (FAIRGROUND_MAP_VIEW): west, south, east, north in degrees; None: the hub's own
        provinces
    map_base : what is laid under the map (FAIRGROUND_MAP_BASE); empty: the built-in outlines
    map_borders : whose lines the built-in outlines show (FAIRGROUND_MAP_BORDERS): 'region', 'provinces' or 'none'
    map_attribution, map_review_number : what is printed beside the map (FAIRGROUND_MAP_ATTRIBUTION,
        FAIRGROUND_MAP_REVIEW_NUMBER)
    travel_times : FAIRGROUND_TRAVEL_TIMES, a table of travelling times (from, to, minutes, mode, source); '' for none
    rail_kmh, road_kmh, rail_extra_minutes, road_extra_minutes : what times that are not in the table are estimated
        from (FAIRGROUND_RAIL_KMH and so on), each a good and a bad case: '250-150'
    rate_limits : FAIRGROUND_RATE_LIMITS=0 switches every limit off, on log-in, search and writing: for load
        measurements only
    """

    mode: str
    home: Path
    database_url: str
    secret_key: str
    hosts: tuple[str, ...]
    address: str
    sender: str
    smtp_url: str
    behind_proxy: bool
    rate_limits: bool
    typeface: str
    introduction_days: int
    introductions_per_week: int
    embed_in: tuple[str, ...]
    service_request_days: int
    service_requests_per_week: int
    map_view: tuple[float, float, float, float] | None
    map_base: MapBase
    map_borders: str
    map_attribution: str
    map_review_number: str
    bookings_per_week: int
    travel_times: str = ""
    rail_kmh: tuple[float, float] = (250.0, 150.0)
    rail_extra_minutes: tuple[float, float] = (10.0, 30.0)
    road_kmh: tuple[float, float] = (90.0, 55.0)
    road_extra_minutes: tuple[float, float] = (5.0, 15.0)

    @property
    def is_production(self) -> bool:
        return self.mode == "production"


def read_environment(variables: Mapping[str, str]) -> Environment:
    """Read the settings from `variables` (names begin with FAIRGROUND_, but for DATABASE_URL).

    Raises WrongSettingError.
    """

    def read(name: str, default: str = "") -> str:
        if path := variables.get(f"{name}_FILE"):
            try:
                return Path(path).read_text(encoding="utf-8").strip()
            except OSError as error:
                raise WrongSettingError(f"{name}_FILE: {path} cannot be read ({error.strerror}).") from error
        return variables.get(name, default)

    mode = read("FAIRGROUND_MODE", "development")
    if mode not in _MODES:
        raise WrongSettingError(f"FAIRGROUND_MODE is '{mode}'; write one of: {', '.join(_MODES)}.")
    home = Path(read("FAIRGROUND_HOME", "var")).absolute()
    hosts = tuple(filter(None, (host.strip() for host in read("FAIRGROUND_HOSTS").split(","))))
    secret_key = read("FAIRGROUND_SECRET_KEY")
    if mode == "production":
        if len(secret_key) < 40:
            raise WrongSettingError(
                "FAIRGROUND_SECRET_KEY: production needs one of at least 40 random characters. Make it with: "
                'python -c "import secrets; print(secrets.token_urlsafe(48))"'
            )
        if not hosts or "*" in hosts:
            raise WrongSettingError(
                "FAIRGROUND_HOSTS: production needs the names the portal answers to, with commas between."
            )
    attribution = read("FAIRGROUND_MAP_ATTRIBUTION").strip()
    borders = read("FAIRGROUND_MAP_BORDERS", "region")
    if borders not in BORDERS:
        raise WrongSettingError(f"FAIRGROUND_MAP_BORDERS is '{borders}'; write one of: {', '.join(BORDERS)}.")
    return Environment(
        mode=mode,
        home=home,
        database_url=read("DATABASE_URL"),
        secret_key=secret_key or _kept_secret(home, mode),
        address=read("FAIRGROUND_ADDRESS", "http://127.0.0.1:8000").rstrip("/"),
        hosts=hosts or ("127.0.0.1", "localhost", "[::1]", "testserver"),
        sender=read("FAIRGROUND_SENDER", "Fairground <fairground@localhost>"),
        smtp_url=read("FAIRGROUND_SMTP_URL"),
        behind_proxy=read("FAIRGROUND_BEHIND_PROXY") == "1",
        rate_limits=read("FAIRGROUND_RATE_LIMITS", "1") != "0",
        typeface=read("FAIRGROUND_TYPEFACE").strip(),
        introduction_days=_count(
            "FAIRGROUND_INTRODUCTION_DAYS", read("FAIRGROUND_INTRODUCTION_DAYS", "14"), 90
        ),
        introductions_per_week=_count(
            "FAIRGROUND_INTRODUCTIONS_PER_WEEK", read("FAIRGROUND_INTRODUCTIONS_PER_WEEK", "10"), 1000
        ),
        embed_in=_origins("FAIRGROUND_EMBED_IN", read("FAIRGROUND_EMBED_IN")),
        service_request_days=_count(
            "FAIRGROUND_SERVICE_REQUEST_DAYS", read("FAIRGROUND_SERVICE_REQUEST_DAYS", "5"), 90
        ),
        service_requests_per_week=_count(
            "FAIRGROUND_SERVICE_REQUESTS_PER_WEEK", read("FAIRGROUND_SERVICE_REQUESTS_PER_WEEK", "10"), 1000
        ),
        map_view=_parsed("FAIRGROUND_MAP_VIEW", read_view, read("FAIRGROUND_MAP_VIEW").strip()),
        map_base=_parsed(
            "FAIRGROUND_MAP_BASE",
            lambda text: read_map_base(text, attribution),
            read("FAIRGROUND_MAP_BASE").strip(),
        ),
        map_borders=borders,
        map_attribution=attribution,
        map_review_number=read("FAIRGROUND_MAP_REVIEW_NUMBER").strip(),
        bookings_per_week=_count(
            "FAIRGROUND_BOOKINGS_PER_WEEK", read("FAIRGROUND_BOOKINGS_PER_WEEK", "20"), 1000
        ),
        travel_times=read("FAIRGROUND_TRAVEL_TIMES").strip(),
        rail_kmh=_range("FAIRGROUND_RAIL_KMH", read("FAIRGROUND_RAIL_KMH", "250-150"), falling=True),
        road_kmh=_range("FAIRGROUND_ROAD_KMH", read("FAIRGROUND_ROAD_KMH", "90-55"), falling=True),
        rail_extra_minutes=_range(
            "FAIRGROUND_RAIL_EXTRA_MINUTES", read("FAIRGROUND_RAIL_EXTRA_MINUTES", "10-30")
        ),
        road_extra_minutes=_range(
            "FAIRGROUND_ROAD_EXTRA_MINUTES", read("FAIRGROUND_ROAD_EXTRA_MINUTES", "5-15")
        ),
    )


def _parsed(name: str, parse: Callable[[str], Value], text: str) -> Value:
    try:
        return parse(text)
    except ValueError as error:
        raise WrongSettingError(f"{name}: {error}.") from error


def _count(name: str, text: str, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= most):
        raise WrongSettingError(f"{name} is '{text}'; write a whole number from 1 to {most}.")
    return int(text)


def _range(name: str, text: str, *, falling: bool = False) -> tuple[float, float]:
    """Read a good and a bad case, '10-30'; speeds fall from the one to the other, minutes rise. Each from 1 to 600."""
    good, dash, bad = (part.strip() for part in text.partition("-"))
    if dash and all(
        part.isascii() and part.isdigit() and len(part) < 4 and 1 <= int(part) <= 600 for part in (good, bad)
    ):
        best, worst = float(good), float(bad)
        if (best >= worst) if falling else (best <= worst):
            return best, worst
    order = "the faster first" if falling else "the shorter first"
    raise WrongSettingError(f"{name} is '{text}'; write two whole numbers from 1 to 600, {order}: 10-30.")


_ORIGIN = re.compile(r"https?://(\*\.)?[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*(:[0-9]{1,5})?")


def _origins(name: str, text: str) -> tuple[str, ...]:
    """Read the origins of sites, or '*'. What else is written here would end up in a header."""
    found = tuple(filter(None, (part.strip().rstrip("/") for part in text.split(","))))
    if found == ("*",):
        return found
    for origin in found:
        if not _ORIGIN.fullmatch(origin):
            raise WrongSettingError(
                f"{name}: '{origin}' is not the origin of a site. Write https://www.example.org, with commas between, "
                "or * alone for every site."
            )
    return found


def _kept_secret(home: Path, mode: str) -> str:
    """Return the secret this home was given at its first start; the demonstration stays signed in over restarts."""
    if mode == "development":
        return "development-only-" + "x" * 40
    path = home / "secret-key"
    if not path.exists():
        home.mkdir(parents=True, exist_ok=True)
        path.touch(mode=0o600)
        path.write_text(secrets.token_urlsafe(48), encoding="utf-8")
    return path.read_text(encoding="utf-8")
