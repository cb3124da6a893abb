"""Finding what a need asks for: its stated requirements, and testable sentences in its texts."""

import re
from collections.abc import Sequence

from fairground.collect.core.records import Need, Requirement
from fairground.collect.core.requirements import level_of
from fairground.language.normalise import fold
from fairground.language.quantities import quantities
from fairground.language.sentences import sentences
from fairground.match.core.asking import asks, title_stems
from fairground.match.core.lexicon import stem

MOST = 12
_LONGEST = 320  # characters; a longer sentence is cut at a clause, or left out where it has none

# Fields that speak of what is wanted, with how much more their sentences count.
_FIELDS = (
    ("wanted_outcome", 2.0),
    ("efficacy", 1.0),
    ("abstract", 0.0),
    ("problem", 0.0),
    ("product", 0.5),
    ("application", 0.0),
)
_EVERY_SENTENCE = frozenset({"wanted_outcome", "efficacy"})

_MUST = re.compile(
    r"\b(?:shall|must|(?:is|are|be)\srequired|required\sto|requirements?\s(?:is|are|of|"
    r"for|include)|mandatory|"
    r"threshold|minimum|at\sleast|no\s(?:more|less)\sthan|not\sexceed)\b|必须|须|不得|"
    r"应(?!用|该用|急|变|力|激|答|对|收|届)|要求|需(?!求方|求单位|求内容|求背景)|不低于|"
    r"不超过|不少于|不大于|不小于|不高于|至少",
    re.IGNORECASE,
)
_SHOULD = re.compile(
    r"\b(?:should|desired|desirable|preferabl[ye]|preferred|ideal(?:ly)?|goals?|needs?|"
    r"requires?|required|"
    r"objectives?|targets?|seeks?|wants?|capable\sof|capability\sto)\b|希望|最好|优先|"
    r"期望|宜|尽可能|目标|力争|能够|实现|达到",
    re.IGNORECASE,
)
_BACKGROUND = re.compile(
    r"\b(?:current(?:ly)?|no\srequirements?|not\srequired|existing|conventional|"
    r"traditional|has\sbeen|have\sbeen|historically|"
    r"phase\s(?:i{1,3}|1|2|3)\b|dual\suse|commercial(?:ization|isation)|references?|"
    r"proposals?\s(?:should|must|shall)|offerors?|proposers?|"
    r"itar|export\scontrol|foreign\snational|security\sclearance|background|"
    r"registered\sin|small\sbusiness|page\slimit|submit(?:ted)?)\b"
    r"|现有工作基础|公司成立|成立于|销售收入|注册资本|占地面积|员工|现有标准化厂房|"
    r"目前.{0,12}(?:国内|国外|市场|存在)|随着|背景|近年来|高新技术企业|联系人|利润总额|"
    r"年产值",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(
    r"(?:不接受|不考虑|排除|不采纳|谢绝|不希望采用|不想用|拒绝)(?:采用|"
    r"使用)?\s?(?P<zh>[^,，;；。]{2,40}?)(?:的?(?:方案|方法|技术|路线|工艺|做法))?(?=[,，"
    r";；。]|$)"
    r"|\b(?:not\sinterested\sin|(?:will|do|can)\s?not\s(?:accept|consider|want)|"
    r"out\sof\sscope\s?:)\s(?P<en>[^,;.]{3,80})",
    re.IGNORECASE,
)
_THIRD, _MOSTLY = 1 / 3, 0.75  # share of a found sentence's words that stated requirements must carry
_HAN_RUN = re.compile(r"[\u3400-\u9fff]+")
_WORD = re.compile(r"[A-Za-z]{2,}")
_NUMBER = re.compile(r"\d+(?:\.\d+)?")
_BOUNDING = re.compile(
    r"以[上下内]|不?(?:超过|低于|高于|少于|大于|小于)|至少|[降升达]到|降至|达|提高|下降|降低|[每的在为约]"
)
_LINKS = frozenset(
    {"the", "of", "at", "or", "and", "to", "in", "on", "is", "be", "for", "with", "by", "as", "it"}
    | {"least", "most", "than", "no", "not", "more", "less", "within", "below", "above", "over", "under"}
)
_HEADING = re.compile(r"[:：]\s*$")
_HAN = re.compile(r"[\u3400-\u9fff]")
_DIGIT = re.compile(r"\d")
_CLAUSE = re.compile(r"[;；]|(?<=\D)[,，](?=\D)")


def _signal(sentence: str, field_weight: float) -> float:
    """Return how much a sentence looks like a testable requirement; 0 or less means it does not."""
    folded = fold(sentence)
    signal = field_weight
    if _MUST.search(folded):
        signal += 2.0
    elif _SHOULD.search(folded):
        signal += 1.0
    if _BACKGROUND.search(folded):
        signal -= 2.5
    if signal > -2.0 and any(char.isdigit() for char in folded):
        values = [item for item in quantities(sentence) if item.change != "before"]
        signal += min(3.0, sum(1.5 if item.comparator != "eq" else 0.75 for item in values))
    return signal


def _shortened(sentence: str) -> str | None:
    if len(sentence) <= _LONGEST:
        return sentence
    pieces, place = [], 0
    for mark in _CLAUSE.finditer(sentence):
        pieces.append(sentence[place : mark.start()])
        place = mark.end()
    pieces.append(sentence[place:])
    best = max(
        (piece.strip() for piece in pieces if len(piece) <= _LONGEST),
        key=lambda piece: _signal(piece, 0.0),
        default="",
    )
    return best if len(best) >= 8 else None


def _clauses(sentence: str) -> list[str]:
    """Part a sentence that lists several targets ('强度≥67%，密度≥1.8 g/cm³') into one clause a target."""
    values = quantities(sentence)
    if len(values) < 2:
        return [sentence]
    parts, place = [], 0
    for mark in re.finditer(r"[,，;；](?!\d{3}(?!\d))", sentence):
        piece = sentence[place : mark.start()]
        if any(place <= item.start and item.end <= mark.start() for item in values):
            parts.append(piece.strip())
            place = mark.end()
    parts.append(sentence[place:].strip())
    kept = [part for part in parts if len(part) >= 4]
    named = all(len(re.sub(r"[\d\W_]", "", part)) >= 3 for part in kept)
    return kept if named and len(kept) > 1 and re.search(r"[\u4e00-\u9fff]", sentence) else [sentence]


def requirements_of(need: Need) -> tuple[Requirement, ...]:
    """Return what `need` asks for, at most twelve: stated requirements, then the clearest in its texts.

    A sentence is taken as it is printed when it says must, shall, should, 要求, 须 or 不得, gives a
    figure to reach, or stands in the wanted outcome; sentences on background, history or how to apply
    are left, and so is what a stated requirement already asks, and English prose that describes what
    there is (see `asking`). Chinese enumerations of several targets become one requirement a target. The same need
    always gives the same requirements, in the order of the text.
    """
    title = title_stems(need.texts["title"].both()) if "title" in need.texts else frozenset()
    found: list[Requirement] = list(need.requirements[:MOST])
    seen = {re.sub(r"\W", "", item.text).lower() for item in found}
    scored: list[tuple[float, int, Requirement]] = []
    place = 0
    for name, weight in _FIELDS:
        local = need.texts.get(name)
        if local is None:
            continue
        for side in (local.zh, local.en) if not (local.zh and local.en) else (local.zh,):
            for sentence in sentences(side or ""):
                place += 1
                scored.extend(
                    (signal, place, item)
                    for signal, item in _found_in(
                        sentence, name, weight, title, stated=bool(need.requirements)
                    )
                )
    scored.sort(key=lambda item: (-item[0], item[1]))
    scored = [entry for entry in scored if not _is_covered(entry[2], need.requirements)]
    chosen: list[tuple[int, Requirement]] = []
    for _, order, item in scored:
        key = re.sub(r"\W", "", item.text).lower()
        if len(found) + len(chosen) >= MOST:
            break
        if key and key not in seen:
            seen.add(key)
            chosen.append((order, item))
    return (*found, *(item for _, item in sorted(chosen, key=lambda pair: pair[0])))


def _words_of(text: str) -> set[str]:
    """Return the English stems of a text and its pairs of Chinese characters, without words that only bound."""
    folded = _BOUNDING.sub(" ", fold(text))
    pairs = {
        run[place : place + 2] for run in _HAN_RUN.findall(folded) for place in range(max(1, len(run) - 1))
    }
    return pairs | {stem(word) for word in _WORD.findall(folded) if word.lower() not in _LINKS}


def _figures_of(text: str) -> list[frozenset[tuple[str, str]]]:
    """Return each figure of a text in the forms in which another text may give it: in base units, and as printed.

    How it is bounded is left out: '97% 以上' and '不低于 97%' ask the same.
    """
    found = []
    for item in quantities(text):
        if item.change != "before":
            bounds = {f"{bound:.6g}" for bound in (item.low, item.high) if bound is not None}
            forms = {(item.dimension, bound) for bound in bounds}
            forms |= {("printed", number) for number in _NUMBER.findall(fold(item.quote))}
            found.append(frozenset(forms))
    return found


def _is_covered(item: Requirement, stated: Sequence[Requirement]) -> bool:
    """Tell whether stated requirements already ask what `item`, found in a text, asks.

    Each figure of `item` must stand in one of them, and a third of its words; without figures three
    quarters of its words.
    """
    if item.excluded:
        return any(other.excluded and _words_of(item.text) <= _words_of(other.text) for other in stated)
    wanted = [other for other in stated if not other.excluded]
    figures = _figures_of(item.text)
    known = frozenset(form for other in wanted for figure in _figures_of(other.text) for form in figure)
    if any(figure.isdisjoint(known) for figure in figures):
        return False
    words = _words_of(item.text)
    if not words:
        return bool(figures)
    said = {word for other in wanted for word in _words_of(other.text)}
    return len(words & said) >= (_THIRD if figures else _MOSTLY) * len(words)


def _too_short(sentence: str) -> bool:
    """Three English words ('The pretreatment prototype') ask for nothing; four Han characters may."""
    return len(sentence) < 4 or (
        sentence.isascii() and len(sentence.split()) < 4 and not _DIGIT.search(sentence)
    )


def _found_in(
    sentence: str, name: str, weight: float, title: frozenset[str], *, stated: bool
) -> list[tuple[float, Requirement]]:
    if _HEADING.search(sentence) or _too_short(sentence):
        return []
    excluded = _EXCLUDED.search(sentence)
    if excluded:
        text = (excluded.group("zh") or excluded.group("en")).strip()
        return [(4.0, Requirement(text, "must", excluded=True))]
    if name not in _EVERY_SENTENCE and not _HAN.search(sentence) and not asks(sentence, title):
        return []
    if stated and name not in _EVERY_SENTENCE and not (_MUST.search(sentence) or _SHOULD.search(sentence)):
        return []  # where the need states what it asks for, a figure in its problem describes what there is
    signal = _signal(sentence, weight)
    if signal < (1.0 if name in _EVERY_SENTENCE else 1.75):
        return []
    shorter = _shortened(sentence)
    if shorter is None:
        return []
    return [(signal, Requirement(part.rstrip("。；;."), level_of(sentence))) for part in _clauses(shorter)]
