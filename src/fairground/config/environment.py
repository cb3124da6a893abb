"""Every setting an operator can make, typed and documented, read from the environment in one place.

A setting X may also be given as X_FILE: the path of a file that holds its value (for secrets).
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

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
    typeface : what booklets set Chinese in (FAIRGROUND_TYPEFACE): the name of an installed typeface, or a folder with
        the files of one; '' takes the best one that is installed
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
    )


def _count(name: str, text: str, most: int) -> int:
    """Read a whole number from 1 to `most`."""
    if not (text.isascii() and text.isdigit() and len(text) < 7 and 1 <= int(text) <= most):
        raise WrongSettingError(f"{name} is '{text}'; write a whole number from 1 to {most}.")
    return int(text)


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
