"""The structured parts of editions and sessions."""

from dataclasses import dataclass

from fairground.language.local_text import LocalText


@dataclass(frozen=True, slots=True)
class Host:
    """An organisation as printed, and its role (code list 'host_role'). `key` is its record's, where it has one."""

    name: LocalText
    role: str = "host"
    key: str = ""


@dataclass(frozen=True, slots=True)
class Speaker:
    """A person as printed. `key` is the person's record, where there is one."""

    name: LocalText
    role: LocalText = LocalText()
    key: str = ""


@dataclass(frozen=True, slots=True)
class EditionModule:
    """One of the parts that an edition is made of: forum sessions, technology trade, results release …"""

    code: str
    name: LocalText
