"""The sentences of a need that an offer must or should meet, and the approaches it refuses."""

import re

from fairground.collect.core.records import Requirement
from fairground.language.sentences import sentences

_SHOULD = re.compile(
    r"优先|最好|宜(?!昌|宾|兴|居|春)|希望|期望|可选|加分|倾向|尽量|建议|should|prefer|ideally|nice to have|"
    r"optional|desirabl|"
    r"would be (?:an advantage|welcome|good)|\bmay\b|如能|若能|能够?.{0,6}更好|plus\b|bonus",
    re.IGNORECASE,
)
_MUST = re.compile(
    r"必须|须|应(?!用|急|力|变|答|对)|不得|不低于|不高于|不超过|must|shall|required|mandatory|at least",
    re.IGNORECASE,
)
_EXCLUDED = re.compile(
    r"(?:不接受|不采用|不得采用|不能采用|不得使用|不可使用|禁止使用|不考虑|拒绝|排除)|(?:no|not|"
    r"without) (?:use of|using)|"
    r"(?:do|does|will|must|shall|can|should)(?: not|n't) (?:use|accept|be based on|rely on|consider|"
    r"contain)|cannot (?:use|accept)|"
    r"not accept|excluded?\b|rejected?\b|unacceptable",
    re.IGNORECASE,
)
_HEADING = re.compile(
    r"^(?:(?P<must>必须(?:满足)?|硬性要求|must(?: have)?|mandatory|required)|(?P<should>优先|加分项|"
    r"可选|最好|should(?: have)?|optional|"
    r"nice to have|preferred)|(?P<excluded>不接受|排除|excluded|not accepted)|(?:技术)?(?:要求|指标)|"
    r"requirements?|targets?)\s*[:：]\s*",
    re.IGNORECASE,
)
_LONGEST_LIST = 200  # requirements of one need; a pasted manual is no list of requirements


def split_requirements(
    text: str, *, level: str | None = None, excluded: bool = False
) -> tuple[Requirement, ...]:
    """Cut a requirements cell into single testable sentences with their level.

    Numbered and bulleted lists, lines, sentences and Chinese semicolons part them. Words such as 优先, 最好,
    'should', 'preferably' make a sentence a wish, everything else is a must; a heading ('优先：') holds
    for the lines after it.

    Parameters
    ----------
    level : 'must' or 'should' when the column itself says so; None reads it from the words
    excluded : the column lists refused approaches

    >>> [(r.text, r.level) for r in split_requirements("1、精度≥0.1mm；2、最好国产")]
    [('精度≥0.1mm', 'must'), ('最好国产', 'should')]
    """
    found: list[Requirement] = []
    seen: set[str] = set()
    held_level, held_excluded = level, excluded
    for sentence in (part for line in sentences(text) for part in re.split(r"[;；]\s*", line)):
        heading = _HEADING.match(sentence)
        if heading:
            if heading.lastgroup:
                held_level = heading.lastgroup if heading.lastgroup != "excluded" else "must"
                held_excluded = excluded or heading.lastgroup == "excluded"
            sentence = sentence[heading.end() :]
        sentence = sentence.strip().rstrip("。；;.,，、 ").strip()
        if not sentence or sentence.casefold() in seen:
            continue
        seen.add(sentence.casefold())
        refused = held_excluded or _EXCLUDED.search(sentence) is not None
        found.append(Requirement(sentence, held_level or level_of(sentence), refused))
        if len(found) == _LONGEST_LIST:
            break
    return tuple(found)


def level_of(sentence: str) -> str:
    """Return 'should' where `sentence` words a wish (优先, 最好, should, preferably) and no duty, else 'must'."""
    return "should" if _SHOULD.search(sentence) and not _MUST.search(sentence) else "must"
