"""Places that a text names: those of the hub first, then the gazetteer; a name that fits several gives all of them."""

from collections.abc import Sequence

from fairground.language.local_text import LocalText
from fairground.match.core.landing.judging import NamedPoint, PointsOf
from fairground.places.core.geocoder import Candidate, geocode

# Provinces that are cities; how far it is to any other province is no question.
_MUNICIPALITIES = frozenset({"110000", "120000", "310000", "500000"})
_LIKELY = 0.8  # confidence from which the likeliest of the gazetteer is taken where a person said it in so few words
_POSSIBLE = 0.05
_MOST = 6


def with_gazetteer(points_of: PointsOf) -> PointsOf:
    """Return a look-up that asks `points_of` first and then the gazetteer.

    One sure place gives one point; a name of several gives all likely ones, for a person to choose; a country or a
    province gives none.
    """

    def find(name: str) -> Sequence[NamedPoint]:
        if own := points_of(name):
            return own
        candidates = [one for one in geocode(name).candidates if one.confidence >= _POSSIBLE]
        if candidates and candidates[0].confidence >= _LIKELY:
            candidates = candidates[:1]
        if candidates and not _is_near(candidates[0]):
            return ()
        return tuple(_point(one) for one in candidates[:_MOST] if _is_near(one))

    return find


def _is_near(one: Candidate) -> bool:
    return one.level not in ("country", "province") or one.place in _MUNICIPALITIES


def _point(one: Candidate) -> NamedPoint:
    names = tuple(filter(None, (one.label.zh, one.label.en)))
    return NamedPoint(
        names, (one.longitude, one.latitude), LocalText("地名库的代表点", "the gazetteer's point")
    )
