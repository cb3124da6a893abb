"""What a project needs of the place it lands in: wishes, each of one kind and either a must or a should."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from fairground.language.local_text import LocalText

MUST, SHOULD = "must", "should"
LEVELS = (MUST, SHOULD)
MOST_WISHES = 12
LONGEST_WISH = 160  # characters
# In the order in which the form asks and the answer lists them.
KINDS = {
    "space": LocalText("场地", "Space"),
    "pilot": LocalText("中试线", "Pilot line"),
    "equipment": LocalText("设备", "Equipment"),
    "service": LocalText("服务", "Service"),
    "talent": LocalText("人才", "Skilled staff"),
    "industry": LocalText("产业基础", "Industry base"),
    "policy": LocalText("政策", "Policy"),
    "region": LocalText("地区", "Region"),
    "distance": LocalText("距离", "Distance"),
}
# What a place has by where it lies, whatever stands there.
LOCATION = frozenset({"region", "distance"})

# Addresses of results are passed on: nothing in them may reach a person.
_CONTACT = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|(?<!\d)1[3-9]\d[\s-]?\d{4}[\s-]?\d{4}(?!\d)|(?<!\d)0\d{2,3}-\d{7,8}(?!\d)"
    r"|\+\d{1,3}[\s-]?\d(?:[\s-]?\d){6,12}(?!\d)"
)
_BLANK = re.compile(r"\s+")
_UNPRINTED = re.compile(r"[\x00-\x1f\x7f\u200b-\u200f\u2028-\u202e\ufeff\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class Wish:
    """One thing a project needs. `text` is as stated, without the words that only ask ('we need')."""

    kind: str
    text: str
    level: str = MUST

    @property
    def is_must(self) -> bool:
        return self.level == MUST


@dataclass(frozen=True, slots=True)
class Statement:
    """What a project needs, at most `MOST_WISHES`, and what was said beside it and not used."""

    wishes: tuple[Wish, ...]
    unused: tuple[str, ...] = ()


def without_contacts(text: str) -> tuple[str, bool]:
    """Return a text without e-mail addresses and telephone numbers, and whether there were any."""
    cleaned = _CONTACT.sub(" ", text)
    return cleaned, cleaned != text


def printable(text: str) -> str:
    """Return a text without control characters, lone surrogates and marks that nobody sees; lines stay lines."""
    return "".join(" " if _UNPRINTED.match(sign) and sign not in "\r\n" else sign for sign in text)


def cleaned(text: str) -> str:
    """Return a wish's text in one line, without contacts and control characters, at most `LONGEST_WISH` long."""
    plain, _ = without_contacts(printable(text))
    return _BLANK.sub(" ", plain).strip(" ,，;；。、:：")[:LONGEST_WISH].strip()


def written(wish: Wish) -> str:
    """Return a wish as it stands in an address: 'space:3000平米厂房'; its level is the name of the parameter."""
    return f"{wish.kind}:{wish.text}"


def read_written(level: str, values: Iterable[str]) -> tuple[list[Wish], list[str]]:
    """Read wishes from an address; return them and what could not be read, which is told and not dropped."""
    wishes: list[Wish] = []
    unread: list[str] = []
    for value in values:
        kind, colon, text = value.partition(":")
        text = cleaned(text)
        if colon and kind in KINDS and text:
            wishes.append(Wish(kind, text, level))
        elif kept := cleaned(value):
            unread.append(kept)
    return wishes, unread


def stated(wishes: Sequence[Wish], unused: Iterable[str] = ()) -> Statement:
    """Put wishes in order, each once; what is beyond `MOST_WISHES` is not used and said to be."""
    order = list(KINDS)
    seen: set[tuple[str, str]] = set()
    kept: list[Wish] = []
    for wish in sorted(wishes, key=lambda wish: (order.index(wish.kind), wish.level)):
        if (wish.kind, wish.text.casefold()) not in seen:
            seen.add((wish.kind, wish.text.casefold()))
            kept.append(wish)
    beyond = [wish.text for wish in kept[MOST_WISHES:]]
    return Statement(tuple(kept[:MOST_WISHES]), tuple(dict.fromkeys([*unused, *beyond])))
