"""What a broker would say about a run: how each record stands, why a pair is not higher, what to ask next."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from fairground.collect.core.records import Need, Offer
from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence, Flag, Judgement, Match, MatchRun, Verdict
from fairground.match.report.markup import clip
from fairground.match.report.wording import CONSTRAINT_WORD, PART_WORD, Phrase, listed, phrase

_GRADES = (Evidence.ENOUGH, Evidence.THIN, Evidence.NONE)
# Smaller gaps between two part scores say nothing a reader could act on.
_TELLING_GAP = 0.1


@dataclass(frozen=True, slots=True)
class Sides:
    """A run's pairs as seen from each side, best first; each tuple stands beside its record in the run."""

    of_needs: tuple[tuple[Match, ...], ...]
    of_offers: tuple[tuple[Match, ...], ...]


def sides_of(run: MatchRun) -> Sides:
    """Group the pairs of `run` by need and by offer, ranked pairs only, best first.

    Raises
    ------
    ValueError: a pair names a need or an offer that is not in the run.
    """
    of_needs: dict[str, list[Match]] = {need.id: [] for need in run.needs}
    of_offers: dict[str, list[Match]] = {offer.id: [] for offer in run.offers}
    for match in run.matches:
        if match.need_id not in of_needs or match.offer_id not in of_offers:
            raise ValueError(
                f"pair {match.need_id!r} – {match.offer_id!r} names a record that is not in the run's lists"
            )
        if match.rank_for_need is not None:
            of_needs[match.need_id].append(match)
        if match.rank_for_offer is not None:
            of_offers[match.offer_id].append(match)
    return Sides(
        tuple(tuple(sorted(of_needs[need.id], key=lambda m: m.rank_for_need or 0)) for need in run.needs),
        tuple(
            tuple(sorted(of_offers[offer.id], key=lambda m: m.rank_for_offer or 0)) for offer in run.offers
        ),
    )


def is_blocked(match: Match) -> bool:
    """Return whether a constraint rules the pair out."""
    return any(flag.severity == "blocks" for flag in match.flags)


def best_supported(matches: Sequence[Match]) -> Match | None:
    """Return the pair to name first, or None without pairs.

    Pairs that nothing rules out come before blocked ones, then the better evidence, then those that
    contradict nothing, then rank.
    """

    def order(match: Match) -> tuple[bool, int, bool]:
        against = any(j.verdict is Verdict.CONTRADICTED for j in match.judgements)
        return is_blocked(match), _GRADES.index(match.evidence), against

    return min(matches, key=order, default=None)


def standing(matches: Sequence[Match]) -> Evidence:
    """Return the best evidence grade among the pairs that nothing rules out; NONE without one."""
    best = best_supported(matches)
    return Evidence.NONE if best is None or is_blocked(best) else best.evidence


def nothing_suitable(matches: Sequence[Match]) -> Phrase | None:
    """Say plainly why a record has no suitable partner; None when it has one."""
    if standing(matches) is not Evidence.NONE:
        return None
    if not matches:
        return (
            "依据不足：另一份清单里没有与之相关的条目。",
            "Not enough evidence: nothing in the other list speaks to it.",
        )
    if any(is_blocked(match) and match.evidence is not Evidence.NONE for match in matches):
        return (
            "暂无合适对象：内容相近的条目都有条件不允许。",
            "Nothing suitable: a condition rules out whatever comes close in subject.",
        )
    return (
        "依据不足：没有一项的文字足以支持配对，以下只是最接近的。",
        "Not enough evidence: no text supports a pair. What follows only comes nearest.",
    )


def tally(match: Match) -> dict[Verdict, int]:
    """Count the requirements met, missing and contradicted; a refused approach left unsaid is none of them."""
    counted = [judgement for judgement in match.judgements if not judgement.is_open_refusal]
    return {verdict: sum(judgement.verdict is verdict for judgement in counted) for verdict in Verdict}


def unmet_anywhere(need: Need, matches: Sequence[Match]) -> tuple[str, ...]:
    """Return the requirements of `need` that none of the offers shown for it meets, in the need's order."""
    met = {j.requirement for match in matches for j in match.judgements if j.verdict is Verdict.MET}
    judged = [j.requirement for match in matches for j in match.judgements if not j.excluded]
    asked = [r.text for r in need.requirements if not r.excluded] or judged
    return tuple(dict.fromkeys(text for text in asked if text not in met)) if matches else ()


def unstated(need: Need) -> tuple[Phrase, ...]:
    """Return what a need leaves open that a broker would ask for first."""
    texts = "\n".join(r.text for r in need.requirements) + _both(need.texts.get("wanted_outcome"))
    elements = (
        (re.search(r"\d|[一二三四五六七八九十]成", texts), ("可量化的目标", "a measurable target")),
        (need.texts.get("current_method"), ("现有做法及其不足", "today's method and its limit")),
        (need.trl_min, ("可接受的最低技术成熟度", "the lowest readiness level accepted")),
        (need.budget, ("预算", "a budget")),
        (need.deadline, ("期限", "a deadline")),
        (need.regions, ("实施地区", "the place of work")),
    )
    return tuple(words for given, words in elements if not given)


def _both(text: LocalText | None) -> str:
    return text.both() if text else ""


def obstacles(match: Match, best: Match, *, side: str, brief: bool = False) -> Phrase | None:
    """Say in one line what keeps a pair from standing higher, strongest reason first; None: nothing does.

    Parameters
    ----------
    match : Match, the pair the line is about
    best : Match, the first pair in the same list (may be the same pair)
    side : 'needs' or 'offers', the side whose list it is; the other side's rank tells the low side
    brief : leave out what the requirements and flags printed beside the line already say
    """
    printed = [*_against(match.judgements), *_flagged(match.flags), *_silences(match.judgements)]
    reasons = [*([] if brief else printed), *_low_side(match, side), *_weakest_part(match, best)]
    if brief and printed and not reasons:
        return None
    if not reasons and match is not best and match.score < best.score:
        reasons = [
            (
                f"仅总分低于首位（{match.score:.2f}，首位 {best.score:.2f}）",
                f"only the overall score is lower ({match.score:.2f}; the first has {best.score:.2f})",
            )
        ]
    if not reasons:
        return None
    return "；".join(zh for zh, _ in reasons[:3]), "; ".join(en for _, en in reasons[:3])


def _against(judgements: Sequence[Judgement]) -> list[Phrase]:
    against = [j for j in judgements if j.verdict is Verdict.CONTRADICTED]
    if not against:
        return []
    first = clip(against[0].requirement, 48)
    if against[0].excluded:
        more_zh, more_en = (
            (f"，另与 {len(against) - 1} 条要求相抵触", f", and contradicts {len(against) - 1} more")
            if len(against) > 1
            else ("", "")
        )
        return [(f"采用了不接受的“{first}”{more_zh}", f"uses the refused “{first}”{more_en}")]
    if len(against) == 1:
        return [(f"与“{first}”相抵触", f"contradicts “{first}”")]
    return [
        (f"与“{first}”等 {len(against)} 条要求相抵触", f"contradicts “{first}” and {len(against) - 1} more")
    ]


def _flagged(flags: Sequence[Flag]) -> list[Phrase]:
    found: list[Phrase] = []
    for severity, zh, en in (("blocks", "不允许", "rules it out"), ("warns", "存疑", "speaks against it")):
        names = [
            phrase(CONSTRAINT_WORD, clip(flag.constraint, 40)) for flag in flags if flag.severity == severity
        ]
        if names:
            names_zh, names_en = listed(names)
            found.append((f"{names_zh}{zh}", f"{names_en} {en}"))
    return found


def _silences(judgements: Sequence[Judgement]) -> list[Phrase]:
    asked = [j for j in judgements if not j.is_open_refusal]
    silent = sum(j.verdict is Verdict.MISSING for j in asked)
    if not silent:
        return []
    return [
        (
            f"{len(asked)} 条要求中有 {silent} 条未找到依据",
            f"nothing found on {silent} of {len(asked)} requirements",
        )
    ]


def _low_side(match: Match, side: str) -> list[Phrase]:
    other = match.rank_for_offer if side == "needs" else match.rank_for_need
    if other is None or other <= 3:
        return []
    if side == "needs":
        return [
            (f"这项供给另有 {other - 1} 条更合适的需求", f"this offer fits {other - 1} other needs better")
        ]
    return [(f"这条需求另有 {other - 1} 项更合适的供给", f"this need has {other - 1} better offers")]


def _weakest_part(match: Match, best: Match) -> list[Phrase]:
    gaps = [(best.parts[name] - value, name) for name, value in match.parts.items() if name in best.parts]
    gap, name = max(gaps, default=(0.0, ""))
    if gap < _TELLING_GAP:
        return []
    zh, en = phrase(PART_WORD, clip(name, 40))
    mine, first = match.parts[name], best.parts[name]
    return [
        (f"{zh}得分 {mine:.2f}，首位为 {first:.2f}", f"{en} {mine:.2f}, against {first:.2f} for the first")
    ]


def title_of(record: Need | Offer) -> LocalText:
    """Return the record's title, or its id where it has none."""
    title = record.texts.get("title")
    return title if title and title.both() else LocalText(en=record.id)
