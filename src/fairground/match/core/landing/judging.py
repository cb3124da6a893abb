"""One wish against one holder: met, missing or contradicted, with the sentence or figure that says so.

Silence is missing. A figure that rules a place out blocks; an estimate never proves and never blocks.
"""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from fairground.collect.core.records import Requirement
from fairground.language.local_text import LocalText
from fairground.language.normalise import fold
from fairground.match.core.judgement import judge_prepared
from fairground.match.core.landing.holders import FIELD_NAMES, Group, Point, ReadHolder
from fairground.match.core.landing.measures import Nearness, area_m2, read_nearness, without_area
from fairground.match.core.landing.statement import LOCATION, Wish
from fairground.match.core.landing.synonyms import Putting, puttings
from fairground.match.core.lexicon import Lexicon
from fairground.match.core.prepared import (
    GENERIC_WEIGHT,
    PreparedOffer,
    PreparedRequirement,
    prepare_requirement,
)
from fairground.match.core.results import Verdict
from fairground.places.core.regions import region_codes, region_of
from fairground.places.core.travel import (
    MODES,
    Assumptions,
    Estimate,
    TravelTable,
    TravelTime,
    distance_km,
    estimate,
    plain_name,
)

BLOCKS, WARNS, OPEN = "blocks", "warns", "open"
_ROAD_LONGER = (
    1.3  # a road is at most so much longer than the straight line, in the plain; else the answer is open
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What is known of one wish at one place.

    severity : '' where nothing speaks against it; 'blocks' (rules the place out), 'warns', 'open' (not stated)
    proof : the sentence or figure as the record has it; None where missing
    part : the part of the record it stands in; '' where missing
    holder : key of the platform or facility that says so, '' for what belongs to the place itself
    is_estimate : the reason rests on an estimate
    """

    wish: Wish
    verdict: Verdict
    severity: str = ""
    proof: LocalText | None = None
    part: str = ""
    reason: LocalText = field(default_factory=LocalText)
    holder: str = ""
    is_estimate: bool = False
    km: float | None = None  # as the crow flies, of a distance wish


@dataclass(frozen=True, slots=True)
class NamedPoint:
    """A place that a text may name, with all names it goes by."""

    names: tuple[str, ...]
    point: Point
    source: LocalText


PointsOf = Callable[[str], Sequence[NamedPoint]]


@dataclass(frozen=True)
class Geography:
    """Where places are and how long the ways take: points by name, an operator's table, assumptions."""

    points_of: PointsOf
    table: TravelTable = field(default_factory=TravelTable)
    assumptions: Assumptions = field(default_factory=Assumptions)


@dataclass(frozen=True, slots=True)
class _Spot:
    """The place whose distance is judged: a holder's own point, or its zone's."""

    names: tuple[str, ...]
    point: Point | None
    of: LocalText


@dataclass(slots=True)
class ReadWish:
    """A wish read once."""

    wish: Wish
    own: tuple[
        PreparedRequirement, ...
    ]  # its own words; then, where a record lacks its language, by the dictionary
    others: tuple[tuple[Putting, PreparedRequirement], ...]  # other words for the same
    area: float | None = None
    near: Nearness | None = None
    regions: tuple[str, ...] = ()
    is_generic_talent: bool = False


def read_wish(wish: Wish, lexicon: Lexicon) -> ReadWish:
    """Read a wish's words, in all their puttings, and its figures."""
    area = area_m2(wish.text) if wish.kind == "space" else None
    words = without_area(wish.text) if area is not None else wish.text
    words = _INDUSTRY_WORDS.sub(" ", words).strip() if wish.kind == "industry" else words
    words = _SERVICE_WORD.sub("", words).strip() or words if wish.kind == "service" else words
    says_something = wish.kind not in LOCATION and re.search(r"\w", words) and not _ONLY_SPACE.match(words)
    plain = Lexicon()

    def requirement(text: str, reading: Lexicon) -> PreparedRequirement:
        return prepare_requirement(Requirement(text, wish.level), reading)

    ways = puttings(words, wish.kind) if says_something else ()
    return ReadWish(
        wish,
        (requirement(words, plain), requirement(words, lexicon)) if says_something else (),
        tuple((way, requirement(way.text, plain)) for way in ways if way.word),
        area,
        read_nearness(wish.text) if wish.kind == "distance" else None,
        tuple(region_codes(wish.text)) if wish.kind == "region" else (),
        wish.kind == "talent" and bool(_ANY_TALENT.match(fold(wish.text).strip())),
    )


_ONLY_SPACE = re.compile(
    r"^(?:的|of|for|场地|空间|用地|面积|space|floor|room|premises|area|\s)*$", re.IGNORECASE
)
_SERVICE_WORD = re.compile(r"(?:的?(?:相关)?服务|\s(?:services?|access|support))$", re.IGNORECASE)
_INDUSTRY_WORDS = re.compile(
    r"产业(?:基础|集群|集聚区?|聚集|链)?|上下游|配套企业|同类企业|同行|企业聚集|\b(?:an?\s)?(?:industr(?:y|ial)\s(?:base|cluster)|industry|clusters?|"
    r"supply\schain|suppliers)\b(?:\s(?:in|of|for|around))?",
    re.IGNORECASE,
)
_ANY_TALENT = re.compile(
    r"^(?:(?:有|充足|足够|稳定|当地|本地|熟练|技能型?|技术|产业|专业|高?技能|合格|的|和|及|、|人才|工人|员工|劳动力|用工|技工|来源|储备|队伍|供给|保障|支撑)+|"
    r"(?:(?:enough|skilled|local|trained|qualified|technical|and|a|supply|pool|of|staff|workers?|workforce|labou?r|talents?|people|"
    r"technicians|availability)\b\s?)+)$",
    re.IGNORECASE,
)
# What says that people can be found there, not that the holder has its own.
_TALENT_SAID = re.compile(
    r"职校|技校|职业(?:学校|院校|学院)|高职|培训班|实训|实习岗位|毕业生|人才(?:招聘|公寓|专场|引进)|招聘|用工|劳务|"
    r"\b(?:vocational|trainee\sposts?|graduates|recruit\w*|job\sfairs?|trains\soperators|apprentic\w*)\b",
    re.IGNORECASE,
)


def judge_holder(
    wishes: Sequence[ReadWish], read: ReadHolder, group: Group | None, geography: Geography
) -> tuple[Finding, ...]:
    """Judge every wish against one holder by its own words and figures, and by where it lies."""
    return tuple(_judge(one, read, group, geography) for one in wishes)


def judge_place(wishes: Sequence[ReadWish], group: Group, geography: Geography) -> dict[Wish, Finding]:
    """Judge the wishes that a place answers by where it lies."""
    spot = _Spot(tuple(filter(None, (group.title.zh, group.title.en))), group.point, group.title)
    return {
        one.wish: _located(one, spot, group.region, geography, holder="")
        for one in wishes
        if one.wish.kind in LOCATION
    }


def _judge(one: ReadWish, read: ReadHolder, group: Group | None, geography: Geography) -> Finding:
    holder = read.holder
    if one.wish.kind in LOCATION:
        named = group.title if group else holder.title
        # A zone's names find its row in the table of travelling times; the point is the holder's own.
        names = tuple(filter(None, (named.zh, named.en)))
        spot = _Spot(names, holder.point or (group.point if group else None), holder.title)
        region = holder.region or (group.region if group else "")
        return _located(one, spot, region, geography, holder=holder.key)
    if one.wish.kind == "space":
        return _space(one, read)
    return _words(one, read)


# Words


def _words(one: ReadWish, read: ReadHolder) -> Finding:
    wish, holder = one.wish, read.holder
    if one.is_generic_talent and (said := _said_of_talent(read.offered)):
        text, name = said
        reason = LocalText("说明了当地从哪里找到人", "says where people come from")
        return _met(wish, holder.key, text, name, reason)
    sides = (read.policies, read.offered) if wish.kind == "policy" else (read.offered,)
    against: Finding | None = None
    for side in sides:
        for way, requirement in _ways(one, side):
            judged = judge_prepared(requirement, side)
            if judged.verdict is Verdict.MISSING or judged.sentence is None:
                continue
            if not way.stands_in(fold(judged.sentence)):
                continue
            if judged.verdict is Verdict.MET and not _says_it_all(requirement, side, judged.sentence):
                continue
            reason = LocalText(
                judged.reason_zh.replace("供给", "记录"),
                judged.reason_en.replace("the offer's", "the record's").replace("the offer", "the record"),
            )
            if judged.verdict is Verdict.MET:
                if wish.kind in ("pilot", "equipment") and _brokers(read, str(judged.field)):
                    reason = LocalText(
                        "该平台代为寻找或对接，自己没有写明拥有",
                        "it finds or brokers this for others; that it has its own is not said",
                    )
                    return Finding(wish, Verdict.MISSING, OPEN, reason=reason, holder=holder.key)
                return _met(wish, holder.key, judged.sentence, str(judged.field), reason)
            against = against or Finding(
                wish,
                Verdict.CONTRADICTED,
                WARNS,
                _as_printed(judged.sentence),
                str(judged.field),
                reason,
                holder.key,
            )
    return against or Finding(
        wish,
        Verdict.MISSING,
        OPEN,
        reason=LocalText("记录没有写到，请去问", "the record does not say: ask"),
        holder=holder.key,
    )


def _ways(one: ReadWish, side: PreparedOffer) -> Iterator[tuple[Putting, PreparedRequirement]]:
    """Yield the puttings of a wish for one record; the dictionary speaks where the record lacks the wish's language.

    A record in both languages has said in the wish's own what it says; the dictionary's senses would only add chance.
    """
    if not one.own:
        return
    is_latin = fold(one.wish.text).isascii()
    yield (
        Putting(one.wish.text),
        one.own[0 if any(said.foreign == is_latin for said in side.sentences) else 1],
    )
    yield from one.others


def _says_it_all(requirement: PreparedRequirement, side: PreparedOffer, sentence: str) -> bool:
    """Tell whether the sentence, with the record's name and summary, has every telling word of a wish.

    A wish is short: 'pilot line for cathode materials' is not answered by a pilot line for anything else. Of four or
    more telling words one may be missing.
    """
    said: set[str] = set()
    for one in side.sentences:
        if one.text == sentence or one.field in ("title", "summary", "field"):
            said.update(one.signs)
    telling = [keys for keys, _, weight, _ in requirement.words if weight > GENERIC_WEIGHT]
    absent = sum(said.isdisjoint(keys) for keys in telling)
    return absent <= len(telling) // 4


def _met(wish: Wish, holder: str, sentence: str, field_name: str, reason: LocalText) -> Finding:
    return Finding(wish, Verdict.MET, "", _as_printed(sentence), field_name, reason, holder)


def _as_printed(sentence: str) -> LocalText:
    return LocalText(zh=sentence) if re.search(r"[\u3400-\u9fff]", sentence) else LocalText(en=sentence)


def _brokers(read: ReadHolder, field_name: str) -> bool:
    """A transfer platform's words on a pilot line are on somebody else's; its list of devices is its own."""
    return read.holder.platform_type == "transfer" and field_name not in ("product", "application")


def _said_of_talent(offered: PreparedOffer) -> tuple[str, str] | None:
    for sentence in offered.sentences:
        if _TALENT_SAID.search(sentence.folded):
            return sentence.text, sentence.field
    return None


# Space


def _space(one: ReadWish, read: ReadHolder) -> Finding:
    wish, holder = one.wish, read.holder
    if holder.kind != "platform":
        reason = LocalText("这是设施，不出租场地", "a facility, which lets no space")
        return Finding(wish, Verdict.MISSING, OPEN, reason=reason, holder=holder.key)
    kind = _words(one, read) if one.own else None
    if one.area is None:
        return kind or _open_space(
            wish, holder.key, LocalText("没有写要多大、什么场地", "neither size nor kind of space was asked")
        )
    stated = holder.free_space_m2
    if stated is None:
        return _open_space(wish, holder.key, LocalText("没有写明可用空间", "free space is not stated"))
    figure = _free_space(stated, holder.checked_on)
    if stated < one.area:
        return Finding(
            wish,
            Verdict.CONTRADICTED,
            BLOCKS if wish.is_must else WARNS,
            figure,
            "free_space_m2",
            LocalText(f"{stated:,} < {one.area:,.0f} m²", f"{stated:,} < {one.area:,.0f} m²"),
            holder.key,
        )
    enough = LocalText(f"{stated:,} ≥ {one.area:,.0f} m²", f"{stated:,} ≥ {one.area:,.0f} m²")
    if kind is not None and kind.verdict is not Verdict.MET:
        return Finding(
            wish,
            Verdict.MISSING,
            OPEN,
            None,
            "",
            LocalText(
                f"面积够（{enough.zh}），是否为“{_kind_words(wish)}”没有写明",
                f"large enough ({enough.en}); that it is “{_kind_words(wish)}” is not said",
            ),
            holder.key,
        )
    if kind is not None and kind.proof is not None:
        proof = LocalText(
            f"{figure.zh}；{kind.proof.in_language('zh')}", f"{figure.en}; {kind.proof.in_language('en')}"
        )
        return Finding(wish, Verdict.MET, "", proof, "free_space_m2", enough, holder.key)
    return Finding(wish, Verdict.MET, "", figure, "free_space_m2", enough, holder.key)


def _kind_words(wish: Wish) -> str:
    return without_area(wish.text)


def _free_space(stated: int, checked_on: object) -> LocalText:
    checked = (f"（{checked_on} 核对）", f" (checked on {checked_on})") if checked_on else ("", "")
    return LocalText(f"可用空间 {stated:,} m²{checked[0]}", f"free space {stated:,} m²{checked[1]}")


def _open_space(wish: Wish, holder: str, reason: LocalText) -> Finding:
    return Finding(wish, Verdict.MISSING, OPEN, reason=reason, holder=holder)


# Where it lies


def _located(one: ReadWish, spot: _Spot, region: str, geography: Geography, *, holder: str) -> Finding:
    if one.wish.kind == "region":
        return _in_region(one, region, holder)
    return _within(one, spot, geography, holder)


def _in_region(one: ReadWish, region: str, holder: str) -> Finding:
    wish = one.wish
    if not one.regions:
        reason = LocalText("没有认出这个地区", "this region was not recognised")
        return Finding(wish, Verdict.MISSING, OPEN, reason=reason, holder=holder)
    province = f"{region[:2]}0000" if region.isdigit() else region
    known = region_of(province) if region else None
    if known is None:
        reason = LocalText("没有写明所在地区", "its region is not stated")
        return Finding(wish, Verdict.MISSING, OPEN, reason=reason, holder=holder)
    proof = LocalText(f"位于{known.zh}", f"in {known.en}")
    if "*" in one.regions or province in one.regions or (province.isdigit() and "CN" in one.regions):
        return Finding(
            wish, Verdict.MET, "", proof, "place", LocalText("地区相符", "the region asked for"), holder
        )
    severity = BLOCKS if wish.is_must else WARNS
    reason = LocalText("不在所要求的地区", "not the region asked for")
    return Finding(wish, Verdict.CONTRADICTED, severity, proof, "place", reason, holder)


def _within(one: ReadWish, spot: _Spot, geography: Geography, holder: str) -> Finding:
    wish, near = one.wish, one.near

    def open_(zh: str, en: str) -> Finding:
        return Finding(wish, Verdict.MISSING, OPEN, reason=LocalText(zh, en), holder=holder)

    if near is None:
        return open_("没有读懂距离条件", "this condition of distance was not understood")
    targets = geography.points_of(near.place)
    names = [name for target in targets for name in target.names]
    listed = (
        geography.table.between(spot.names, [near.place, *names], near.mode)
        if near.minutes is not None
        else None
    )
    if listed is not None and near.minutes is not None:
        return _by_table(wish, near.minutes, listed, holder)
    if len(targets) > 1:
        zh, en = "、".join(one.names[0] for one in targets), ", ".join(one.names[-1] for one in targets)
        return open_(
            f"“{near.place}”不止一处，请写明是哪一处：{zh}",
            f"there is more than one “{near.place}”, say which: {en}",
        )
    if not targets:
        return open_(f"不知道“{near.place}”在哪里", f"where “{near.place}” lies is not known here")
    if spot.point is None:
        return open_("没有写明位置", "its own place is not stated")
    km = distance_km(spot.point, targets[0].point)
    if near.km is not None:
        return _by_distance(wish, near, km, targets[0], holder)
    return _by_estimate(wish, near, km, geography.assumptions, holder)


def _by_table(wish: Wish, limit: float, listed: TravelTime, holder: str) -> Finding:
    mode = MODES[listed.mode]
    proof = LocalText(
        f"{listed.origin}—{listed.destination} {mode.zh} {listed.minutes:g} 分钟（来源：{listed.source}）",
        f"{listed.origin} – {listed.destination} by {mode.en} {listed.minutes:g} minutes (source: {listed.source})",
    )
    fits = listed.minutes <= limit
    sign = "≤" if fits else ">"
    reason = LocalText(
        f"{listed.minutes:g} {sign} {limit:g} 分钟", f"{listed.minutes:g} {sign} {limit:g} minutes"
    )
    if fits:
        return Finding(wish, Verdict.MET, "", proof, "place", reason, holder)
    return Finding(
        wish, Verdict.CONTRADICTED, BLOCKS if wish.is_must else WARNS, proof, "place", reason, holder
    )


def _by_distance(wish: Wish, near: Nearness, km: float, target: NamedPoint, holder: str) -> Finding:
    limit = near.km or 0.0
    assumed = ("（“靠近”按 50 公里读）", " (‘near’ is read as 50 km)") if near.assumed else ("", "")
    proof = LocalText(
        f"距{target.names[0]}直线约 {km:,.0f} 公里",
        f"about {km:,.0f} km from {target.names[-1]} as the crow flies",
    )
    if km > limit:
        severity = BLOCKS if wish.is_must and not near.assumed else WARNS
        reason = LocalText(
            f"直线 {km:,.0f} > {limit:g} 公里{assumed[0]}",
            f"straight line {km:,.0f} > {limit:g} km{assumed[1]}",
        )
        return Finding(wish, Verdict.CONTRADICTED, severity, proof, "place", reason, holder, km=km)
    if near.mode and km * _ROAD_LONGER > limit:
        reason = LocalText(
            f"直线 {km:,.0f} 公里，实际路程可能超过 {limit:g} 公里",
            f"{km:,.0f} km straight; the way itself may be over {limit:g} km",
        )
        return Finding(wish, Verdict.MISSING, OPEN, None, "", reason, holder, True, km)
    reason = LocalText(
        f"直线 {km:,.0f} ≤ {limit:g} 公里{assumed[0]}", f"straight line {km:,.0f} ≤ {limit:g} km{assumed[1]}"
    )
    return Finding(wish, Verdict.MET, "", proof, "place", reason, holder, km=km)


def _by_estimate(wish: Wish, near: Nearness, km: float, assumptions: Assumptions, holder: str) -> Finding:
    limit = near.minutes or 0.0
    ways = [estimate(km, mode, assumptions) for mode in ([near.mode] if near.mode else ["rail", "road"])]
    best: Estimate = min(ways, key=lambda way: way.high)
    said = best.said(assumptions)
    if any(way.high <= limit for way in ways):
        verdict, severity, proof = Verdict.MET, "", said
    elif all(way.low > limit for way in ways):
        verdict, severity, proof = Verdict.CONTRADICTED, WARNS, said
    else:
        reason = LocalText(
            f"{said.zh}：可能在 {limit:g} 分钟内，也可能不在，请查时刻",
            f"{said.en}: within {limit:g} minutes or not, look it up",
        )
        return Finding(wish, Verdict.MISSING, OPEN, None, "", reason, holder, True, km)
    reason = LocalText(
        f"要求 {limit:g} 分钟内；这是估算", f"{limit:g} minutes were asked for; this is an estimate"
    )
    return Finding(wish, verdict, severity, proof, "place", reason, holder, True, km)


def points_by_name(points: Iterable[NamedPoint]) -> PointsOf:
    """Return a look-up of places by name: the full name first, then without 市 or 'High-tech Zone'.

    Points of one name within `_ONE_PLACE_KM` are one place (a city and its zone), the first of them; farther ones are
    all returned, for a person to choose.
    """
    full: dict[str, list[NamedPoint]] = {}
    plain: dict[str, list[NamedPoint]] = {}
    for point in points:
        for name in dict.fromkeys(filter(None, point.names)):
            full.setdefault(_folded(name), []).append(point)
            plain.setdefault(plain_name(name), []).append(point)

    def points_of(name: str) -> Sequence[NamedPoint]:
        found = full.get(_folded(name)) or plain.get(plain_name(name), [])
        apart: list[NamedPoint] = []
        for point in found:
            if all(distance_km(point.point, other.point) > _ONE_PLACE_KM for other in apart):
                apart.append(point)
        return tuple(apart)

    return points_of


_ONE_PLACE_KM = 60.0


def _folded(name: str) -> str:
    return " ".join(fold(name).casefold().split())


def field_name(name: str) -> LocalText:
    """Return what the page calls the part of a record in which a proof stands."""
    return FIELD_NAMES.get(name, LocalText(name, name))
