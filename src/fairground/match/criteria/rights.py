"""Do the rights fit? Constraint 'ipr': what the need wants to own or use against what the offer gives."""

import re
from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.language.normalise import fold
from fairground.match.core.results import Flag

_ASSIGNMENT = re.compile(
    r"转让|买断|归(?:我方|需求方|甲方|企业|委托方)|独有|受让|assignment|assign|"
    r"transfer\sof\s(?:ownership|rights)|buy-?out|full\sownership|own\sthe",
    re.IGNORECASE,
)
_EXCLUSIVE = re.compile(
    r"(?<!非)独占|(?<!非)独家|(?<!非)排他|(?<!non-)(?<!non)(?<!non )\bexclusive|" r"(?<!non-)\bsole\slicen",
    re.IGNORECASE,
)
_NON_EXCLUSIVE = re.compile(r"非独占|非独家|非排他|普通许可|non-?\s?exclusive|simple\slicen", re.IGNORECASE)
_LICENCE = re.compile(r"许可|授权使用|licen[cs]", re.IGNORECASE)
_ONLY = re.compile(
    r"仅|只|不转让|不出让|不可转让|保留所有权|\bonly\b|no\sassignment|not\sfor\ssale|" r"retain",
    re.IGNORECASE,
)


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """A warning where the offer's words exclude what the need expects; open where it says nothing."""
    del today
    if not need.ipr:
        return ()
    wanted = fold(need.ipr)
    given = fold(offer.ipr or "")
    assignment = bool(_ASSIGNMENT.search(wanted)) and not _LICENCE.search(wanted)
    exclusive = bool(_EXCLUSIVE.search(wanted))
    if not (assignment or exclusive):
        return ()
    modes = set(offer.partnership)
    quoted_zh = f"需求期望“{need.ipr}”，"
    quoted_en = f"the need expects '{need.ipr}', "
    if assignment:
        if "assignment" in modes or (
            _ASSIGNMENT.search(given)
            and not re.search(r"不(?:转让|出让|可转让)|no\sassignment", given, re.IGNORECASE)
        ):
            return ()
        only_licence = _LICENCE.search(given) and (_ONLY.search(given) or not modes)
        if (
            only_licence
            or (modes and modes <= {"licence"})
            or re.search(r"不(?:转让|出让|可转让)|no\sassignment|not\sfor\ssale", given, re.IGNORECASE)
        ):
            said_zh, said_en = offer.ipr or "许可", offer.ipr or "licence"
            return (
                Flag(
                    "ipr",
                    "warns",
                    f"{quoted_zh}成果只给“{said_zh}”",
                    f"{quoted_en}the offer gives '{said_en}' only",
                ),
            )
    if exclusive:
        if _NON_EXCLUSIVE.search(given):
            return (
                Flag(
                    "ipr",
                    "warns",
                    f"{quoted_zh}成果为“{offer.ipr}”",
                    f"{quoted_en}the offer says '{offer.ipr}'",
                ),
            )
        if _EXCLUSIVE.search(given) or "assignment" in modes or _ASSIGNMENT.search(given):
            return ()
    return (Flag("ipr", "open", f"{quoted_zh}成果未说明", f"{quoted_en}the offer does not say"),)
