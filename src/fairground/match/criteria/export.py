"""May it cross the border? Constraint 'export': a stated restriction where need and offer lie apart."""

import re
from datetime import date

from fairground.collect.core.records import Need, Offer
from fairground.match.core.results import Flag
from fairground.places.core.regions import country_of, region_codes

_NONE = re.compile(
    r"^\s*(?:无|没有|否|不受限|无限制|不涉及|none|no|n/?a|not\s(?:restricted|applicable)|"
    r"unrestricted|no\srestrictions?)\s*[。.]?\s*$",
    re.IGNORECASE,
)


def _countries(texts: tuple[str, ...]) -> set[str]:
    return {country_of(code) for text in texts for code in region_codes(text)}


def is_restricted(restriction: str) -> bool:
    """Tell whether what was written about an export restriction states one: 'none' and the like do not."""
    return bool(restriction.strip()) and not _NONE.match(restriction)


def flags(need: Need, offer: Offer, today: date) -> tuple[Flag, ...]:
    """A warning where the sides share no country, open where a side's place is not stated."""
    del today
    restriction = offer.export_restriction
    if restriction is None or not is_restricted(restriction):
        return ()
    wanted, given = _countries(need.regions), _countries(offer.regions)
    if not wanted or not given:
        return (
            Flag(
                "export",
                "open",
                f"成果有出口限制“{restriction}”，是否跨境未知",
                f"export restriction '{restriction}'; whether a border is crossed is not stated",
            ),
        )
    if wanted & given:
        return ()
    return (
        Flag(
            "export",
            "warns",
            f"成果有出口限制“{restriction}”，且双方跨境",
            f"export restriction '{restriction}', and a border is crossed",
        ),
    )
