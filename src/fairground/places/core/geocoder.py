"""Addresses to places, without a network: every place an address may mean, how sure that is, and why.

The names found in an address are put together to chains: the place that most of them agree on, closest first. Where
several places agree equally well all of them are answered, and none surely. Streets and houses are not resolved: the
answer is a district, a county, a town, with the radius its ground mostly lies in.
"""

import itertools
import math
import re
from collections import defaultdict
from dataclasses import dataclass, replace

from fairground.language.local_text import LocalText
from fairground.language.normalise import fold
from fairground.places.core.address_mentions import LONGEST_ADDRESS, WEIGHTS, Mention, find_mentions
from fairground.places.core.coordinates import distance_m
from fairground.places.core.gazetteer import Gazetteer, Name, Place, gazetteer
from fairground.places.core.near_names import near_mentions

SURE = 0.9  # from here on a candidate may be taken without a person
MOST_CANDIDATES = 12
_LEAST_SHARE = 0.01

# What confidence can reach at most, by what is still in doubt. Set on the first half of the addresses of
# benchmarks/geocode.py and checked on the second: docs/measurements/geocoding.md.
_AGREED = 0.97  # two names or more agree on one place
_NAMED = 0.95  # one name that says its kind, of one place alone
_SHORT_CITY = 0.92  # one short name of one large place alone
_SHORT = 0.88
_SEVERAL = 0.85  # several places of that name
_SLIP = 0.8  # a name was read with a slip of the pen in it
_TOWN = 0.7
_CONTRADICTED = 0.6  # another name in the address lies elsewhere
_FAINT = 0.5  # the name may belong to a street or a body
_HINT = 6.0  # how much likelier a hint makes a place

_PRIORS = {"country": 8.0, "province": 6.0, "city": 5.0, "area": 2.0, "county": 1.0, "town": 0.15}
_UNDIVIDED = ("810000", "820000")  # their cities of the gazetteer are quarters
_JOINS = re.compile(r"\s*(?:或者?|和|与|及|、|/|\bor\b|\band\b|&)\s*")
# A name of a district or county that the gazetteer does not know: what was found instead is too wide to be sure of.
_UNKNOWN = re.compile(
    r"[\u3400-\u9fff]{1,6}(?<![小园社厂校院发新范景街城超门片库])(?:[区县]|(?<=[\u3400-\u9fff]{2})市)(?![\u3400-\u9fff]?[路街])"
    r"|\b[A-Za-z][\w'’-]+ (?:District|County|Qu|Xian)\b",
)
_TOWN_NAME = re.compile(r"[\u3400-\u9fff]{1,6}?(?:镇|乡|街道)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """One place that the address may mean."""

    place: str  # its id in the gazetteer: GB/T 2260 or ISO 3166 where it has one
    label: LocalText
    level: str  # country | province | city | county | area | town
    region: str  # province (GB/T 2260) or country (ISO 3166-1)
    longitude: float  # degrees, WGS-84
    latitude: float
    radius_m: int
    confidence: float  # 0 to 1
    why: LocalText


@dataclass(frozen=True, slots=True)
class Geocode:
    """The answer: candidates from the likeliest down, and the words of the address that name no place known here."""

    candidates: tuple[Candidate, ...]
    rest: str

    @property
    def settled(self) -> Candidate | None:
        """Return the first candidate where it is sure enough to be taken without a person."""
        sure = self.candidates and self.candidates[0].confidence >= SURE
        return self.candidates[0] if sure else None


@dataclass(frozen=True, slots=True)
class _Reading:
    place: Place
    score: float
    explained: frozenset[int]  # numbers of the mentions


def geocode(address: str, *, hint: str = "") -> Geocode:
    """Return every place that `address` may mean.

    Parameters
    ----------
    address : one address or place name, Chinese or English; of a longer text the first 400 characters are read
    hint : region where it is likely to be, such as the hub's (GB/T 2260 province or ISO 3166-1 country), '' for none.
        It changes the order of the candidates and never makes one sure

    Any text gives an answer; one that names nothing known gives no candidates.
    """
    places = gazetteer()
    text = address[:LONGEST_ADDRESS]
    folded = fold(text)
    mentions = find_mentions(text, places)
    readings = _readings(mentions, places)
    best = [one for one in readings[:1] if one.score >= WEIGHTS["short"]]
    inside = frozenset(one.place.id for one in readings if one.score >= WEIGHTS["short"])
    # What does not fit the best reading may be a slip of the pen for what does.
    fitting = [mentions[number] for one in best for number in one.explained]
    if slips := near_mentions(text, folded, fitting, places, inside):
        mentions = sorted((*mentions, *slips), key=lambda one: one.start)
        readings = _readings(mentions, places)
    if not readings and (towns := _towns(text, folded, places)):
        mentions, readings = towns, _readings(towns, places)
    if not readings:
        return Geocode((), text.strip())
    candidates = _weigh(readings, mentions, places, hint, _names_several(folded, mentions))
    candidates = [_refine(one, folded, mentions, places) for one in candidates]
    rest = _rest(text, mentions)
    if (unknown := _UNKNOWN.search(rest)) is not None:
        candidates = [_doubt(one, unknown.group()) for one in candidates]
    return Geocode(tuple(candidates), rest)


def _towns(text: str, folded: str, places: Gazetteer) -> list[Mention]:
    """Return the first town named where nothing wider is: most towns share their name, so it is the last resort."""
    for at in range(len(folded)):
        for length in range(6, 1, -1):
            if at + length <= len(folded) and (found := places.towns.get(folded[at : at + length])):
                names = tuple(Name(town, "short") for town in found[:MOST_CANDIDATES])
                return [Mention(at, at + length, text[at : at + length], names, WEIGHTS["fuzzy"], True)]
    return []


def _readings(mentions: list[Mention], places: Gazetteer) -> list[_Reading]:
    """Return every place named, with what it explains, the best first."""
    named: defaultdict[str, set[int]] = defaultdict(set)
    for number, mention in enumerate(mentions):
        for name in mention.names:
            named[name.place].add(number)
    found = []
    only_faint = all(mention.is_faint for mention in mentions)
    for place_id, numbers in named.items():
        # A street's name brings no place of its own where anything else does.
        if not only_faint and all(mentions[number].is_faint for number in numbers):
            continue
        place = places.places[place_id]
        explained = {number for one in places.lineage(place_id) for number in named.get(one, ())}
        explained |= _around(place, named, places)
        texts: dict[str, float] = {}
        for number in explained:
            mention = mentions[number]
            key = fold(mention.text).lower()  # said twice is no better
            texts[key] = max(texts.get(key, 0.0), _worth(mention, places.lineage(place_id)))
        found.append(_Reading(place, sum(texts.values()), frozenset(explained)))
    return sorted(found, key=lambda one: (-one.score, -_prior(one.place), one.place.id))


def _worth(mention: Mention, chain: tuple[str, ...]) -> float:
    """Return what a mention counts for one of the places it may mean: a short name less than one that says its kind."""
    forms = [WEIGHTS[name.form] for name in mention.names if name.place in chain]
    return mention.weight if mention.weight >= 1 or not forms else min(max(forms), mention.weight)


def _known(place_id: str, places: Gazetteer) -> frozenset[str]:
    return frozenset(places.lineage(place_id))


def _around(place: Place, named: dict[str, set[int]], places: Gazetteer) -> set[int]:
    """Return the mentions of places that hold this one by distance, where the gazetteer does not say it.

    A town may belong to the neighbour of the county it hangs on; a new area lies across counties; quarters of Hong Kong
    lie in one another.
    """
    found: set[int] = set()
    for other_id, numbers in named.items():
        other = places.places[other_id]
        holds = (
            (place.level == "town" and other.level in ("county", "city") and other.id.isdigit())
            or (place.level == "county" and other.level == "area")
            or (
                place.parent == other.parent
                and place.id[0] == other.id[0] == "g"
                and place.parent in _UNDIVIDED
            )
        )
        if holds and other_id != place.id and places.region(other_id) == places.region(place.id):
            away = distance_m(place.longitude, place.latitude, other.longitude, other.latitude)
            if away < 1.5 * other.radius_m and place.radius_m <= other.radius_m:
                found |= numbers
    return found


def _prior(place: Place) -> float:
    if place.id.startswith("g") and place.level == "city":
        return min(max(place.population / 1e6, 0.02), 4.0)
    return _PRIORS[place.level]


def _doubt(candidate: Candidate, word: str) -> Candidate:
    return replace(
        candidate,
        confidence=min(candidate.confidence, _SEVERAL),
        why=LocalText(f"{candidate.why.zh}；没有查到“{word}”", f"{candidate.why.en}; '{word}' is not known"),
    )


def _names_several(folded: str, mentions: list[Mention]) -> bool:
    """Tell whether the text joins two places with 'or' or 'and'."""
    pairs = itertools.pairwise(mentions)
    return any(
        _JOINS.fullmatch(folded[one.end : other.start]) for one, other in pairs if one.end < other.start
    )


def _weigh(
    readings: list[_Reading], mentions: list[Mention], places: Gazetteer, hint: str, joined: bool
) -> list[Candidate]:
    best = readings[0].score
    weights = []
    for one in readings:
        likely = _prior(one.place) * math.exp(5.0 * (one.score - best))
        if hint and hint in places.lineage(one.place.id):
            likely *= _HINT
        weights.append(likely)
    # A place that only leads to a closer one which explains more is no answer of its own.
    kept = [
        (one, weight)
        for one, weight in zip(readings, weights, strict=True)
        if joined
        or not any(
            other.explained > one.explained and _leads_to(one.place, other.place, places)
            for other in readings
        )
    ]
    total = sum(weight for _, weight in kept)
    shares = sorted(
        ((weight / total, one) for one, weight in kept), key=lambda item: (-item[0], item[1].place.id)
    )
    listed = [(share, one) for share, one in shares if share >= _LEAST_SHARE or one.score >= best - 0.3]
    several = joined or len([one for _, one in listed if one.score >= best - 0.3]) > 1
    return [
        _candidate(share, one, mentions, places, several, len(listed))
        for share, one in listed[:MOST_CANDIDATES]
    ]


def _leads_to(wide: Place, close: Place, places: Gazetteer) -> bool:
    if wide.id in places.lineage(close.id)[1:]:
        return True
    away = distance_m(wide.longitude, wide.latitude, close.longitude, close.latitude)
    return close.radius_m <= wide.radius_m and away < 1.5 * wide.radius_m


def _candidate(
    share: float, reading: _Reading, mentions: list[Mention], places: Gazetteer, several: bool, count: int
) -> Candidate:
    place = reading.place
    limit, doubt = _limit(reading, mentions, places)
    if several and limit > _SEVERAL:
        limit = _SEVERAL
        doubt = LocalText(f"同样相符的地点有 {count} 处", f"{count} places fit as well")
    words = list(dict.fromkeys(mentions[number].text.strip() for number in sorted(reading.explained)))
    why = LocalText(
        "依据" + "".join(f"“{word}”" for word in words) + (f"；{doubt.zh}" if doubt else ""),
        "From " + ", ".join(f"'{word}'" for word in words) + (f"; {doubt.en}" if doubt else ""),
    )
    return Candidate(
        place.id, places.label(place.id), place.level, places.region(place.id), place.longitude, place.latitude,
        place.radius_m, round(share * limit, 3), why,
    )  # fmt: skip


def _limit(reading: _Reading, mentions: list[Mention], places: Gazetteer) -> tuple[float, LocalText]:
    """Return how sure this reading can be at most, and what is in doubt."""
    mine = [mentions[number] for number in reading.explained]
    strong = [mention for mention in mine if not mention.is_faint]
    if not strong:
        return _FAINT, LocalText("这个名称可能属于道路或单位", "the name may be of a street or a body")
    others = [m for number, m in enumerate(mentions) if number not in reading.explained and not m.is_faint]
    if others:
        word = others[0].text
        return _CONTRADICTED, LocalText(f"“{word}”与此不符", f"'{word}' does not fit it")
    forms = {name.form for m in strong for name in m.names if name.place in _known(reading.place.id, places)}
    if "fuzzy" in forms:
        return _SLIP, LocalText("其中一个名称按错字理解", "one name was read with a slip in it")
    return _limit_of_names(reading.place, strong, forms, places)


def _limit_of_names(
    place: Place, strong: list[Mention], forms: set[str], places: Gazetteer
) -> tuple[float, LocalText]:
    own = [m for m in strong if any(name.place == place.id for name in m.names)]
    distinct = {fold(m.text).lower() for m in strong}
    if place.namesakes and not _is_closely_placed(place, strong):
        return _SEVERAL, LocalText("世界上还有同名的小地方", "there are smaller places of this name")
    if place.level == "town":
        return (_SEVERAL if len(distinct) > 1 else _TOWN), LocalText(
            "乡镇重名很多", "many towns share a name"
        )
    if len(distinct) > 1 and own:
        return _AGREED, LocalText()
    if place.level in ("country", "province"):
        return _NAMED, LocalText()
    if "full" in forms and all(m.weight >= 1 for m in own):
        return _NAMED, LocalText()
    if (
        place.level == "city"
        and (place.population >= 1_000_000 or place.id.isdigit())
        and all(m.is_han for m in own)
    ):
        return _SHORT_CITY, LocalText()
    return _SHORT, LocalText("名称没有写明是市、区还是县", "the name does not say of what kind the place is")


def _is_closely_placed(place: Place, strong: list[Mention]) -> bool:
    """Tell whether a state or province beside the name leaves no room for a smaller namesake."""
    return any(
        name.place == place.parent and (place.parent.isdigit() or "-" in place.parent)
        for mention in strong
        for name in mention.names
    )


def _refine(candidate: Candidate, folded: str, mentions: list[Mention], places: Gazetteer) -> Candidate:
    """Return the candidate closer by the town that the rest of the address names, where there is one."""
    if candidate.level not in ("county", "city") or not candidate.place.isdigit():
        return candidate
    taken = [mention for mention in mentions if not mention.is_faint]
    for match in _TOWN_NAME.finditer(folded):
        for start in range(match.start(), match.end() - 2):
            word = folded[start : match.end()]
            if any(m.start < match.end() and start < m.end for m in taken):
                continue
            for town_id in places.towns.get(word, ()) or places.towns.get(
                re.sub(r"(?:镇|乡|街道)$", "", word), ()
            ):
                town = places.places[town_id]
                away = distance_m(candidate.longitude, candidate.latitude, town.longitude, town.latitude)
                if away < 1.2 * candidate.radius_m and places.region(town_id) == candidate.region:
                    return _at_town(candidate, town, word)
    return candidate


def _at_town(candidate: Candidate, town: Place, word: str) -> Candidate:
    return replace(
        candidate,
        place=town.id,
        level="town",
        label=LocalText(f"{candidate.label.zh}{word}", f"{town.en}, {candidate.label.en}"),
        longitude=town.longitude,
        latitude=town.latitude,
        radius_m=town.radius_m,
        confidence=round(candidate.confidence * 0.97, 3),
        why=LocalText(
            f"{candidate.why.zh}；镇乡“{word}”在其附近", f"{candidate.why.en}; the town '{word}' is near it"
        ),
    )


def _rest(text: str, mentions: list[Mention]) -> str:
    pieces, at = [], 0
    for mention in mentions:
        if not mention.is_faint:
            pieces.append(text[at : mention.start])
            at = max(at, mention.end)
    pieces.append(text[at:])
    stripped = (piece.strip(" ,，;；、。·-\t\r\n") for piece in pieces)
    return " ".join(piece for piece in stripped if piece)
