"""Why a pair does not stand higher: what each shortfall costs, in words and in what the score would be without it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from fairground.language.local_text import LocalText
from fairground.match.core.engine import weighed
from fairground.match.core.ranking import ONE_SIDED, two_sided
from fairground.match.core.results import Flag, Judgement, Verdict

_MOST = 4
_WORTH_SAYING = 0.01  # of the score
_LONGEST = 60  # characters of a requirement that is named
_FEW_WORDS = 0.2  # of the part score of words


@dataclass(frozen=True, slots=True)
class Shortfall:
    """One thing that keeps a pair down. `would_be`: the score (0–1) without it, None where it costs no points."""

    text: LocalText
    would_be: float | None


def why_not_higher(
    score: float,
    parts: Mapping[str, float],
    judgements: Sequence[Judgement],
    flags: Sequence[Flag],
    *,
    asking: LocalText,
    answering: LocalText,
) -> tuple[Shortfall, ...]:
    """Return what costs a pair most, the dearest first, at most four.

    Parameters
    ----------
    score : 0–1, as it was given
    parts : the part scores kept with the pair; 'fits_need' and 'fits_offer' are the two sides' probabilities, 0 where a
        side does not consider the pair
    judgements, flags : the pair's
    asking, answering : what to call the two sides: 'the need', 'the offer'

    Returns
    -------
    Shortfalls in three kinds: requirements (each contradicted one; the missing ones together), the weaker side, and
    what speaks against the pair without costing points. Empty for a pair at the top of everything.
    """
    found = [
        *_contradicted(parts, judgements),
        *_missing(parts, judgements),
        *_weaker_side(parts, judgements, asking, answering),
    ]
    costly = [one for one in found if one.would_be is not None and one.would_be - score >= _WORTH_SAYING]
    costly.sort(key=lambda one: -(one.would_be or 0))
    said = [
        Shortfall(LocalText(flag.reason_zh, flag.reason_en), None)
        for flag in flags
        if flag.severity != "open"
    ]
    if not costly:
        said.append(
            Shortfall(
                LocalText(
                    "两侧的文字都没有更明确地指向对方。",
                    "Neither side’s words point at the other more clearly.",
                ),
                None,
            )
        )
    if parts.get("words", 1) < _FEW_WORDS and parts.get("titles", 1) < _FEW_WORDS:
        said.append(
            Shortfall(
                LocalText(
                    "双方共用的词语很少，主要靠含义相近。", "Both share few words: it rests on their meaning."
                ),
                None,
            )
        )
    return tuple([*costly, *said][:_MOST])


def _base(fits_need: float, fits_offer: float) -> float:
    if fits_need and fits_offer:
        return float(two_sided(fits_need, fits_offer))
    return ONE_SIDED * max(fits_need, fits_offer)


def _with(parts: Mapping[str, float], judgements: Sequence[Judgement]) -> float:
    return weighed(_base(parts["fits_need"], parts["fits_offer"]), judgements)


def _met(judgements: Sequence[Judgement], places: Sequence[int]) -> list[Judgement]:
    return [
        replace(judgement, verdict=Verdict.MET) if place in places else judgement
        for place, judgement in enumerate(judgements)
    ]


def _contradicted(parts: Mapping[str, float], judgements: Sequence[Judgement]) -> list[Shortfall]:
    found = []
    for place, judgement in enumerate(judgements):
        if judgement.verdict is Verdict.CONTRADICTED:
            asked = _short(judgement.requirement)
            text = (
                LocalText(f"用了需求排除的做法“{asked}”。", f"It uses what is refused: ‘{asked}’.")
                if judgement.excluded
                else LocalText(f"写明的与要求“{asked}”不符。", f"What it says is against ‘{asked}’.")
            )
            found.append(Shortfall(text, _with(parts, _met(judgements, [place]))))
    return found


def _missing(parts: Mapping[str, float], judgements: Sequence[Judgement]) -> list[Shortfall]:
    places = [
        place
        for place, judgement in enumerate(judgements)
        if judgement.verdict is Verdict.MISSING and not judgement.excluded
    ]
    if not places:
        return []
    first = next((place for place in places if judgements[place].level == "must"), places[0])
    asked, more = _short(judgements[first].requirement), len(places) - 1
    text = (
        LocalText(
            f"要求“{asked}”等 {len(places)} 条未见说明。",
            f"Nothing was found about ‘{asked}’ and {more} more.",
        )
        if more
        else LocalText(f"要求“{asked}”未见说明。", f"Nothing was found about ‘{asked}’.")
    )
    return [Shortfall(text, _with(parts, _met(judgements, places)))]


def _weaker_side(
    parts: Mapping[str, float],
    judgements: Sequence[Judgement],
    asking: LocalText,
    answering: LocalText,
) -> list[Shortfall]:
    forth, back = parts["fits_need"], parts["fits_offer"]
    stronger = max(forth, back)
    would_be = weighed(_base(stronger, stronger), judgements)
    weaker, other = (asking, answering) if forth < back else (answering, asking)
    if min(forth, back) == 0:
        text = LocalText(
            f"从{weaker.zh}一侧看，有许多更合适的{other.zh}，没有考虑这一对。",
            f"Seen from the {weaker.en} so many other {other.en}s fit better that it is not considered.",
        )
    else:
        text = LocalText(
            f"从{weaker.zh}一侧看，把握较小：{_percent(min(forth, back))}，另一侧 {_percent(stronger)}。",
            f"The {weaker.en}’s side is less sure of it: {_percent(min(forth, back))} against {_percent(stronger)}.",
        )
    return [Shortfall(text, would_be)]


def _percent(probability: float) -> str:
    return f"{max(1, round(100 * probability))}%"


def _short(text: str) -> str:
    text = " ".join(text.split()).rstrip("。.;；")
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1].rstrip() + "…"
