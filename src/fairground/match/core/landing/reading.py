"""A project's own words as wishes: '3,000 m², a pilot line, one hour by rail of Beijing'. Nothing is dropped unsaid."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from fairground.language.normalise import fold
from fairground.match.core.landing.measures import area_m2, read_nearness
from fairground.match.core.landing.statement import (
    MUST,
    SHOULD,
    Statement,
    Wish,
    cleaned,
    printable,
    stated,
    without_contacts,
)
from fairground.places.core.regions import region_codes, region_names, region_of

LONGEST_STATEMENT = 2000  # characters

_SENTENCE = re.compile(r"[。；;！!？?\n\r]+|\.(?=\s|$)|[:：](?!\d)")
_CLAUSE = re.compile(r"[，,](?!\d{3}(?!\d))")
_PART = re.compile(
    r"[、/]|(?<=[\u4e00-\u9fff])[和及与](?=[\u4e00-\u9fff])|以及|\b(?:and|plus|as\swell\sas)\b", re.IGNORECASE
)
_SHOULD_CUE = re.compile(
    r"最好|希望|优先|宜|如有|若有|若能|如能|能有|可有可无|加分|期望|尽量|\b(?:prefer\w*|ideal\w*|if\spossible|nice\sto\shave|should|"
    r"would\s(?:be\s(?:good|nice|welcome)|like)|hope\w*|desirable|wish\w*|a\splus|bonus|welcome)\b",
    re.IGNORECASE,
)
_MUST_CUE = re.compile(
    r"必须|一定要|务必|不可少|需要|须|要有|\b(?:must|need\w*|require\w*|shall|have\sto)\b", re.IGNORECASE
)
_DENIED = re.compile(
    r"(?:不|无|没|毋)(?:需要?|用|必|要|考虑|想|接受|找)|"
    r"\b(?:no\sneed|(?:do|does|would|will)(?:\snot|n't)|without|not?)\s",
    re.IGNORECASE,
)
_ASKING = re.compile(
    r"^(?:本项目|该项目|我们的项目|项目|我司|我们公司|我们|公司|团队|本公司)?\s?(?:目前|现在|现)?(?:同时|另外|还|此外|并且|且|并|也)?\s?"
    r"(?:只要?|必须要?|一定要|务必|最好能?|希望能?|期望|优先考虑|优先|尽量|如果?能|若能|能)?(?:需要|需|要求|要|寻找|寻求|想找|找|求)?(?:能?够?提供|配有?|配备|具备|拥有|带有?|有|可以|可)?"
    r"(?:一个|一条|一间|一处|一块|一台|一家|个|条)?"
)
_ASKING_EN = re.compile(
    r"^(?:(?:we|it|the\s(?:project|team|company|site|place)|our\s(?:project|team|company)|i|this|there|and|also|plus|preferably|ideally|"
    r"if\spossible|should|shall|must|has\sto|have\sto|would|will|needs?|requires?|wants?|likes?|looks?|looking|seeks?|seeking|for|"
    r"be|is|are|to|have|has|had|with|offers?|offering|access|near|nearby|a|an|the|some|of|hope|hopes|find|get|use|nice|good|"
    r"prefers?|preferred|which|that|where|can|could|may|help|place|site|somewhere)\b[\s,:]*)+",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r"(?:更好|更佳|为佳|为宜|优先|者优先|加分|即可|就行|最好|的地方|的园区|的平台)+$|"
    r"(?:,?\s(?:(?:must|should|shall)\sbe\s(?:available|there|on\ssite|at\shand|easy\sto\sfind)|available|"
    r"would\sbe\s(?:nice|good|welcome|a\splus)|"
    r"(?:is|are)\s(?:needed|required|a\smust|welcome|a\splus|preferred|desirable)|preferred|nearby|needed|required|if\spossible|as\swell|too|please))+$",
    re.IGNORECASE,
)
_SPACE = re.compile(
    r"厂房|车间|场地|用地|办公|写字楼|工位|仓库|仓储|冷库|楼层|空间|洁净室|实验室用房|\b(?:factory|workshop|premises|floor|office|"
    r"warehouse|cold\sstore|plant\sbuilding|hall|land|space|production\sspace|clean\s?rooms?)\b",
    re.IGNORECASE,
)
_PILOT = re.compile(
    r"中试|试制线|小批量?试制|工艺放大|放大试验|试生产|\b(?:pilot[\s-](?:lines?|plants?|scale|production|facility|base)|scale[\s-]?up|"
    r"trial\s(?:production|manufacture)|small[\s-]batch\w*)\b",
    re.IGNORECASE,
)
_TALENT = re.compile(
    r"人才|工人|技工|操作工|焊工|钳工|工程师|员工|招聘|招工|用工|职校|技校|高职|毕业生|实习|劳动力|人力|\b(?:talents?|staff|workers?|"
    r"engineers?|operators?|technicians?|graduates?|trainees?|interns?|workforce|labour|labor|welders?|vocational|recruit\w*)\b",
    re.IGNORECASE,
)
_POLICY = re.compile(
    r"补贴|补助|政策|创新券|贴息|奖励|免租|租金优惠|减税|税收|优惠|资助|扶持|\b(?:subsid\w+|grants?|vouchers?|polic(?:y|ies)|rent[\s-]free|"
    r"free\srent|tax\w*|incentives?|refunds?|rewards?|without\srent)\b",
    re.IGNORECASE,
)
_INDUSTRY = re.compile(
    r"产业基础|产业集群|产业链|产业集聚|产业聚集|上下游|配套企业|同行|同类企业|\b(?:industr(?:y|ial)\s(?:base|cluster)|clusters?|supply\schain|"
    r"suppliers|industry\saround)\b",
    re.IGNORECASE,
)
_EQUIPMENT = re.compile(
    r"设备|仪器?|[\u4e00-\u9fff]机(?!构|会|制|器人)|熔炼?炉|炉(?!门)|试验箱|老化箱|暗室|台架|试验台|试验场|试验位|试车|靶场|电镜|显微镜|试验回路|高低温|手套箱|探针台|工作站|加速卡|"
    r"\b(?:equipment|machines?|furnaces?|chambers?|rigs?|benches|bench|microscopes?|spectrometers?|chromatographs?|testers?|extruders?|"
    r"dryers?|kilns?|scanners?|cameras?|printers?|cabinets?|analy[sz]ers?|track|roads?|range|ct|moulders?|presses|autoclaves?|"
    r"laminar[\s-]flow|gauges?)\b",
    re.IGNORECASE,
)
_SERVICE = re.compile(
    r"检测|测试|检验|试验|认证|校准|计量|孵化|专利|登记|服务|仿真|算力|注册|评价|培训|辅导|对接|托管|清洗|代工|代办|动物|监测|转化|许可|标准|融资|投资|路演|展示|"
    r"\b(?:tests?|testing|certif\w+|calibrat\w+|incubat\w+|patents?|registration|services?|simulation|computing|training|advice|mentors?|"
    r"evaluation|licen[sc]\w+|validation|verification|inspection|monitoring|animal|support|investors?|brokerage)\b",
    re.IGNORECASE,
)
_KIND_CUES = (
    ("policy", _POLICY),
    ("pilot", _PILOT),
    ("industry", _INDUSTRY),
    ("talent", _TALENT),
    ("equipment", _EQUIPMENT),
    ("space", _SPACE),
    ("service", _SERVICE),
)
_TELLS = re.compile(
    r"我们|公司|团队|本项目|是|正在|已经|打算|准备|以便|因为|所以|联系|\b(?:we|our|us|i|is|are|was|were|because|since|make|makes|made|"
    r"develop\w*|plan\w*|contact|call|write)\b",
    re.IGNORECASE,
)
_LONGEST_NAMED = 48  # characters
_WHERE = re.compile(
    r"^(?:位于|落户|落在|落地|设在|建在|在|放在|选址|地点|限于?|in|located\sin|inside|within|based\sin|anywhere\sin)+\s?",
    re.IGNORECASE,
)
_PLACE_LINKS = re.compile(
    r"[或、，,/\s]|\bor\b|\band\b|\bthe\b|境内|范围内|地区|省内|市内|内|省|市|落地|落户|province",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class _Piece:
    text: str
    level: str
    is_asked: bool  # the sentence asks, or has listed other things asked for
    kind: str  # its own or, where it names none that is known, that of what it is listed with


def read_statement(text: str) -> Statement:
    """Read what a project needs from plain language, Chinese or English.

    Parameters
    ----------
    text : as typed; what is beyond `LONGEST_STATEMENT` characters, and contacts, are not read and said to be

    Returns
    -------
    Statement: wishes in the order of `KINDS`; `unused` holds every other part of the text as typed
    """
    plain, had_contacts = without_contacts(printable(text[:LONGEST_STATEMENT]))
    unused: list[str] = []
    wishes: list[Wish] = []
    for piece in _pieces(plain):
        wish = None if _DENIED.search(fold(piece.text)) else _wish(piece)
        if wish is not None:
            wishes.append(wish)
        elif kept := cleaned(piece.text):
            unused.append(kept)
    if had_contacts:
        unused.append("@")
    if len(text) > LONGEST_STATEMENT:
        unused.append(cleaned(text[LONGEST_STATEMENT:]) or "…")
    return stated(wishes, unused)


def _pieces(text: str) -> Iterator[_Piece]:
    """Yield the parts of a text with their level; a cue holds to the end of its clause, and for the list it begins."""
    for sentence in _SENTENCE.split(text):
        level, asked = MUST, False
        for clause in _CLAUSE.split(sentence):
            folded = fold(clause)
            # 'Preferably A, B': B may be a wish too; where it shall be is a condition of its own.
            if _SHOULD_CUE.search(folded):
                level, asked = SHOULD, True
            elif _MUST_CUE.search(folded):
                level, asked = MUST, True
            parts = [part.strip() for part in _parts(clause) if re.search(r"\w", part)]
            kinds = [_kind_of(part) for part in parts]
            beside = next((kind for kind in kinds if kind), "")
            for part, kind in zip(parts, kinds, strict=True):
                is_place = not _SHOULD_CUE.search(folded) and _nearness_or_place(part)
                yield _Piece(part, MUST if is_place else level, asked, kind or beside)
            asked = asked or bool(beside) or any(_nearness_or_place(part) for part in parts)


def _parts(clause: str) -> list[str]:
    """Part a list: '真空熔炼炉和回转窑', 'a kiln and a furnace'; 'testing and certification of chargers' stays whole.

    A part that by itself names nothing known is parted where the list's own marks say that it is one of several: 、
    always, Chinese 和 where no 的 follows, English 'and' where an article or a figure follows.
    """
    if _nearness_or_place(clause) and not any(_kind_of(part) for part in _PART.split(clause)):
        return [clause]
    parts: list[str] = []
    place = 0
    for mark in _PART.finditer(clause):
        before, after = clause[place : mark.start()], clause[mark.end() :]
        if _is_list_mark(mark.group(), before, after):
            parts.append(before)
            place = mark.end()
    parts.append(clause[place:])
    return [piece for part in parts for piece in _beside_area(part) if piece.strip()]


def _is_list_mark(mark: str, before: str, after: str) -> bool:
    following = _PART.split(after)[0]
    known = [bool(_kind_of(text) or _nearness_or_place(text)) for text in (before, following)]
    if mark in "、/" or all(known):
        return True
    if mark.isascii():
        return any(known) and bool(_ARTICLE.match(after))
    return len(before.strip()) >= 3 and len(following.strip()) >= 3 and "的" not in following and any(known)


_ARTICLE = re.compile(r"\s*(?:an?|the|some|two|three|\d+)\s", re.IGNORECASE)
_BESIDE = re.compile(r"\s(?:with|including|plus)\s", re.IGNORECASE)


def _beside_area(part: str) -> list[str]:
    """'10,000 m² with two power feeds' asks for two things."""
    if area_m2(part) is None or not (mark := _BESIDE.search(part)):
        return [part]
    return [part[: mark.start()], part[mark.end() :]]


def _nearness_or_place(text: str) -> bool:
    return read_nearness(text) is not None or _regions_alone(text)


def _wish(piece: _Piece) -> Wish | None:
    if read_nearness(piece.text) is not None and area_m2(piece.text) is None:
        return Wish("distance", cleaned(_stripped(piece.text, place=True)), piece.level)
    if _regions_alone(piece.text):
        return Wish("region", cleaned(_WHERE.sub("", _stripped(piece.text, place=True))), piece.level)
    if city := _city_in(piece.text):
        return Wish("distance", cleaned(f"靠近{city}" if not city.isascii() else f"near {city}"), piece.level)
    kind = _kind_of(piece.text)
    text = cleaned(_stripped(piece.text))
    if kind and text:
        return Wish(kind, text, piece.level)
    if text and piece.is_asked and len(text) <= _LONGEST_NAMED and not _TELLS.search(fold(text)):
        kind = piece.kind if piece.kind in ("equipment", "service") else "service"
        return Wish(kind, text, piece.level)  # 'we need X, Y': asked for in so many words, whatever it is
    return None


def _kind_of(text: str) -> str:
    folded = fold(text)
    if area_m2(text) is not None:
        return "space"
    return next((kind for kind, cue in _KIND_CUES if cue.search(folded)), "")


def _regions_alone(text: str) -> bool:
    """Tell whether a text only says in which provinces: '在河北', 'in Hebei or Tianjin'. A city says more than that."""
    rest = _WHERE.sub("", fold(_stripped(text, place=True)).strip())
    if not region_codes(rest):
        return False
    for name in _province_names():
        rest = re.sub(re.escape(name), " ", rest, flags=re.IGNORECASE)
    return not re.search(r"\w", _PLACE_LINKS.sub("", rest))


def _city_in(text: str) -> str:
    """Return the city of a text that only says where ('落在保定', 'in Baoding'), else ''."""
    asked = _stripped(text, place=True)
    rest = _WHERE.sub("", fold(asked).strip()).strip()
    is_place = rest != fold(asked).strip() and len(rest) <= 24 and bool(region_codes(rest))
    return rest if is_place and not _kind_of(text) else ""


def _province_names() -> list[str]:
    """Return the names of provinces and their clusters, longest first, without the cities that stand for one."""
    found = []
    for name, codes in region_names().items():
        regions = [region_of(code) for code in codes]
        named = {side for region in regions if region for side in (region.zh, region.en.lower())}
        if len(codes) > 1 and name not in named:
            is_own = (
                name.startswith(("京津冀", "长三角", "长江三角洲", "粤港澳", "大湾区", "成渝", "川渝"))
                or "-" in name
            )
        else:
            is_own = len(name) >= 2 and any(side.startswith(name) for side in named)
        if is_own:
            found.append(name)
    return sorted(found, key=lambda name: (-len(name), name))


def _stripped(text: str, *, place: bool = False) -> str:
    """Take off the words that only ask; of a place the words that say how near belong to it."""
    plain = fold(text).strip(" ,，.。:：-")
    if place:
        return re.sub(
            r"^(?:(?:我们|项目|团队|公司|本项目)?(?:必须|需要|最好|希望|优先|要求|要|须|需|应)+|"
            r"(?:we|it|the\sproject|and|also|preferably|ideally|must|should|"
            r"needs?|to|be|want|would\slike|is|has|have|located)\b\s?)+",
            "",
            plain,
            flags=re.IGNORECASE,
        ).strip()
    plain = _ASKING_EN.sub("", _ASKING.sub("", plain, count=1)).strip()
    return _TRAILING.sub("", plain).strip()
