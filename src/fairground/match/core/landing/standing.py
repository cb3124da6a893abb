"""How places stand: each holder by itself, and each zone by what its holders cover together, ranked with reasons."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fairground.language.local_text import LocalText
from fairground.language.tokens import Vocabulary, tokenise
from fairground.language.vectors import StaticVectors
from fairground.match.core.landing.covering import Cover, smallest_cover
from fairground.match.core.landing.holders import Group, Holder, read_holder
from fairground.match.core.landing.judging import (
    BLOCKS,
    OPEN,
    WARNS,
    Finding,
    Geography,
    ReadWish,
    judge_holder,
    judge_place,
    read_wish,
)
from fairground.match.core.landing.statement import LOCATION, Statement, Wish
from fairground.match.core.lexicon import Lexicon, dictionary_lexicon
from fairground.match.core.results import Evidence, Verdict

METHOD = "fairground-landing"
METHOD_VERSION = "1"
INDUSTRY_AT_LEAST = 2  # holders of a zone that must name an industry before it counts as a base
_SHOULD_WEIGHT = 0.5
_MEANING = 0.15  # of a wish's weight, for words that come near and prove nothing: orders, never decides


@dataclass(frozen=True, slots=True)
class Standing:
    """One place and how it answers the statement; findings in the statement's order.

    score : −1 to 1, share of the wishes' weight that is met less what is contradicted; orders, and no more
    cover : of a zone, the fewest holders that together cover what can be covered; None for a holder by itself
    holders : those of `cover`, in the order of the ranking
    """

    kind: str  # 'zone' | 'platform' | 'facility'
    key: str
    title: LocalText
    findings: tuple[Finding, ...]
    score: float
    evidence: Evidence
    group: str = ""
    demonstration: bool = False
    cover: Cover | None = None
    holders: tuple[Holder, ...] = ()

    @property
    def is_blocked(self) -> bool:
        return any(finding.severity == BLOCKS for finding in self.findings)

    def count(self, verdict: Verdict, *, must: bool | None = None) -> int:
        """Return how many wishes have a verdict; of the musts alone, the shoulds alone, or (None) all."""
        return sum(
            finding.verdict is verdict and (must is None or finding.wish.is_must == must)
            for finding in self.findings
        )


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a statement. `places` and `holders` are best first; what is ruled out stands in `left_out`.

    with_evidence : whether anything at all is met somewhere.
    """

    statement: Statement
    places: tuple[Standing, ...]
    holders: tuple[Standing, ...]
    left_out: tuple[Standing, ...]
    every: tuple[Standing, ...]  # each holder that was judged, whatever its evidence
    every_place: tuple[Standing, ...]
    method: str = f"{METHOD} {METHOD_VERSION}"

    @property
    def judged(self) -> int:
        """How many platforms and facilities were looked at."""
        return len(self.every)

    @property
    def with_evidence(self) -> bool:
        return any(one.evidence is not Evidence.NONE for one in (*self.places, *self.holders))

    @property
    def is_covered(self) -> bool:
        """Whether some place meets every must."""
        return any(
            all(f.verdict is Verdict.MET for f in one.findings if f.wish.is_must)
            for one in self.places + self.holders
        )


def find_landing(
    statement: Statement,
    holders: Sequence[Holder],
    groups: Sequence[Group],
    geography: Geography,
    *,
    vectors: StaticVectors | None = None,
    lexicon: Lexicon | None = None,
) -> Answer:
    """Say where a project could land, with reasons for and against.

    Parameters
    ----------
    statement : at most `MOST_WISHES` wishes
    holders : platforms and facilities the asker may see, those that are worth a look
    groups : zones (later parks) by which holders stand together
    geography : points by name, travelling times, assumptions of estimates
    vectors : word vectors that order what words alone leave even; None goes without

    Returns
    -------
    Answer. Same input, same answer, whatever the order of `holders`. A place for which nothing is proven has
    evidence 'none' and stands in no list.
    """
    lexicon = lexicon or dictionary_lexicon()
    wishes = [read_wish(wish, lexicon) for wish in statement.wishes]
    holders = sorted(holders, key=lambda holder: holder.key)
    by_group = {group.key: group for group in groups}
    near = _nearness(wishes, holders, vectors)
    found = {
        holder.key: judge_holder(wishes, read_holder(holder, lexicon), by_group.get(holder.group), geography)
        for holder in holders
    }
    singles = [_single(holder, found[holder.key], near[place]) for place, holder in enumerate(holders)]
    singles.sort(key=_order)
    places = []
    for group in groups:
        members = [one for one in singles if one.group == group.key]
        if members:
            places.append(
                _place(group, wishes, members, {holder.key: holder for holder in holders}, geography)
            )
    places.sort(key=_order)
    ranked = [*places, *(one for one in singles if one.kind == "platform")]
    kept = [one for one in ranked if one.evidence is not Evidence.NONE and not one.is_blocked]
    left_out = [one for one in ranked if one.evidence is not Evidence.NONE and one.is_blocked]
    return Answer(
        statement,
        tuple(one for one in kept if one.cover is not None),
        tuple(one for one in kept if one.cover is None),
        tuple(left_out),
        tuple(singles),
        tuple(places),
    )


def _order(one: Standing) -> tuple[bool, int, float, str, str]:
    musts_against = one.count(Verdict.CONTRADICTED, must=True)
    return one.is_blocked, musts_against, -round(one.score, 9), one.kind, one.key


def _single(holder: Holder, findings: tuple[Finding, ...], near: NDArray[np.float32]) -> Standing:
    return Standing(
        holder.kind,
        holder.key,
        holder.title,
        findings,
        _score(findings, near),
        _evidence(findings),
        holder.group,
        holder.demonstration,
    )


def _place(
    group: Group,
    wishes: Sequence[ReadWish],
    members: Sequence[Standing],
    holders: Mapping[str, Holder],
    geography: Geography,
) -> Standing:
    """Make a zone's standing of its holders': a wish is covered where one of them meets it, and counts once."""
    own = judge_place(wishes, group, geography)
    findings = []
    for number, one in enumerate(wishes):
        if one.wish.kind in LOCATION:
            findings.append(own[one.wish])
        else:
            findings.append(_of_members(one, group, [member.findings[number] for member in members]))
    covered = [
        frozenset(
            number
            for number, finding in enumerate(member.findings)
            if finding.wish.kind not in LOCATION
            and finding.verdict is Verdict.MET
            and findings[number].verdict is Verdict.MET
        )
        for member in members
    ]
    cover = smallest_cover(covered)
    chosen = [members[place] for place in cover.chosen]
    findings = [_told_by(finding, number, chosen) for number, finding in enumerate(findings)]
    return Standing(
        group.kind,
        group.key,
        group.title,
        tuple(findings),
        _score(findings, np.zeros(len(findings), np.float32)),
        _evidence(findings),
        group.key,
        False,
        cover,
        tuple(holders[one.key] for one in chosen),
    )


def _of_members(one: ReadWish, group: Group, findings: Sequence[Finding]) -> Finding:
    wish = one.wish
    met = [finding for finding in findings if finding.verdict is Verdict.MET]
    if wish.kind == "industry" and met:
        return _industry(wish, met)
    if met:
        return met[0]
    if (
        wish.kind == "space"
        and one.area is not None
        and group.largest_free_m2 is not None
        and group.largest_free_m2 < one.area
    ):
        reason = LocalText(
            f"当地写明的最大可用空间是 {group.largest_free_m2:,} m²，几处相加不算一处",
            f"the largest free space stated there is {group.largest_free_m2:,} m²; several are not added up",
        )
        return Finding(wish, Verdict.MISSING, WARNS, reason=reason)
    against = next((f for f in findings if f.verdict is Verdict.CONTRADICTED and f.severity != BLOCKS), None)
    reason = LocalText("当地没有一家写明，请去问", "no platform there says so: ask")
    if against is not None:
        # One platform's no is not the zone's: another may be silent and have it.
        holder_says = LocalText(
            "当地有平台说法相反，没有一家说有", "a platform there says otherwise, and none says yes"
        )
        return Finding(wish, Verdict.MISSING, WARNS, reason=holder_says)
    brokered = next((f for f in findings if "代为寻找" in (f.reason.zh or "")), None)
    return Finding(wish, Verdict.MISSING, OPEN, reason=brokered.reason if brokered else reason)


def _industry(wish: Wish, met: Sequence[Finding]) -> Finding:
    count = len({finding.holder for finding in met})
    first = met[0]
    if count < INDUSTRY_AT_LEAST:
        reason = LocalText(
            "当地只有一家平台写到，还说不上产业基础", "one platform there speaks of it: no base yet"
        )
        return Finding(wish, Verdict.MISSING, OPEN, reason=reason)
    reason = LocalText(
        f"当地至少 {count} 家平台或设施写到，此为其一",
        f"at least {count} platforms or facilities there speak of it; this is one",
    )
    return Finding(wish, Verdict.MET, "", first.proof, first.part, reason, first.holder)


def _told_by(finding: Finding, number: int, chosen: Sequence[Standing]) -> Finding:
    """Let the holders of the cover prove what they cover, so that a page names no platform for nothing."""
    if finding.verdict is not Verdict.MET or finding.wish.kind in LOCATION or finding.wish.kind == "industry":
        return finding
    return next(
        (one.findings[number] for one in chosen if one.findings[number].verdict is Verdict.MET), finding
    )


def _score(findings: Sequence[Finding], near: NDArray[np.float32]) -> float:
    total = gained = 0.0
    for finding, closeness in zip(findings, near.tolist(), strict=True):
        weight = 1.0 if finding.wish.is_must else _SHOULD_WEIGHT
        total += weight
        if finding.verdict is Verdict.MET:
            # An estimate is worth less than what a record says.
            gained += weight * (0.7 if finding.is_estimate else 1.0)
        elif finding.verdict is Verdict.CONTRADICTED:
            gained -= weight
        elif finding.km is not None:
            gained += weight * _MEANING / (1.0 + finding.km / 50.0)
        else:
            gained += weight * _MEANING * closeness
    return gained / total if total else 0.0


def _evidence(findings: Sequence[Finding]) -> Evidence:
    """Grade what a place's standing rests on.

    NONE where no wish is met but by where the place lies or by an estimate, unless nothing else was asked. ENOUGH
    where at least half of the musts (of all, where there are none) are met by the record and no must is
    contradicted. Else THIN.
    """
    asks_more = any(finding.wish.kind not in LOCATION for finding in findings)
    proven = [finding for finding in findings if finding.verdict is Verdict.MET and not finding.is_estimate]
    if not [finding for finding in proven if not asks_more or finding.wish.kind not in LOCATION]:
        estimated = any(finding.verdict is Verdict.MET for finding in findings)
        return Evidence.THIN if estimated and not asks_more else Evidence.NONE
    musts = [finding for finding in findings if finding.wish.is_must] or list(findings)
    met = sum(finding in proven for finding in musts)
    against = any(finding.verdict is Verdict.CONTRADICTED for finding in musts)
    return Evidence.ENOUGH if 2 * met >= len(musts) and not against else Evidence.THIN


def _nearness(
    wishes: Sequence[ReadWish], holders: Sequence[Holder], vectors: StaticVectors | None
) -> NDArray[np.float32]:
    """Return float32[n_holder, n_wish] in [0, 1]: how near a holder's whole text comes to a wish in meaning."""
    if vectors is None or not holders or not wishes:
        return np.zeros((len(holders), len(wishes)), np.float32)
    vocabulary = Vocabulary()
    asked = tokenise([one.wish.text for one in wishes], vocabulary, grow=True)
    said = tokenise(
        [" ".join(text.both() for text in holder.texts.values()) for holder in holders], vocabulary, grow=True
    )
    closeness = vectors.embed(said, vocabulary) @ vectors.embed(asked, vocabulary).T
    near: NDArray[np.float32] = np.clip(closeness, 0.0, 1.0)
    return near


def verdict_counts(standing: Standing) -> dict[str, int]:
    """Return how many wishes have which verdict."""
    counts = Counter(str(finding.verdict) for finding in standing.findings)
    return {verdict: counts[verdict] for verdict in ("met", "missing", "contradicted")}
