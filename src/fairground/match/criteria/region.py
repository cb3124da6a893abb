"""Does the place fit? Constraint 'region': a warning only where the need says that it is bound to a place."""

import re
from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Flag
from fairground.places.core.regions import are_near, region_codes

_BOUND = re.compile(
    r"(?:仅限|限于|限|须在|必须在|应在|要求在|优先)[^,，;；。]{0,12}(?:本地|本市|本省|"
    r"本区|当地|区域内|地区|省内|市内|落地|注册)|本地(?:化)?(?:企业|单位|团队|落地|服务)|"
    r"就近|驻场|落户|"
    r"\b(?:local(?:ly)?\s(?:based|partner|supplier|company|compan|service|presence|"
    r"provider)|must\sbe\s(?:based|located|registered)|based\sin\sthe\sregion|"
    r"on-site\spresence|within\sthe\sregion|only\s(?:from|in)\s)",
    re.IGNORECASE,
)


def is_region_bound(need: Need) -> bool:
    """Tell whether the need's own words bind it to its place."""
    words = [requirement.text for requirement in need.requirements]
    words.extend(text.both() for text in need.texts.values())
    return any(_BOUND.search(text) for text in (*words, *need.regions))


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """Nothing where the places are the same, in one cluster, or the need is not bound to a place."""
    del today
    if not need.regions or not is_region_bound(need):
        return ()
    wanted = [code for text in need.regions for code in region_codes(text)]
    if not wanted:
        return ()
    given = [code for text in offer.regions for code in region_codes(text)]
    places = "、".join(need.regions), ", ".join(need.regions)
    if not given:
        return (
            Flag(
                "region",
                "open",
                f"需求限于{places[0]}，成果未说明地区",
                f"the need is bound to {places[1]}; the offer names no place",
            ),
        )
    if any(are_near(first, second) for first in wanted for second in given):
        return ()
    return (
        Flag(
            "region",
            "warns",
            f"需求限于{places[0]}，成果在{'、'.join(offer.regions)}",
            f"the need is bound to {places[1]}; the offer is in {', '.join(offer.regions)}",
        ),
    )
