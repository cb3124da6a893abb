"""What the report's templates print: every value here is finished, escaped text or a number."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.safestring import SafeString

from fairground.collect.core.partnerships import PARTNERSHIP_NAMES
from fairground.collect.core.records import Need, Offer
from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence, Flag, Judgement, Match, MatchRun, Verdict
from fairground.match.report.markup import both, clip, marked, printed, record_text, second_title
from fairground.match.report.reading import (
    Sides,
    best_supported,
    nothing_suitable,
    obstacles,
    sides_of,
    standing,
    tally,
    title_of,
    unmet_anywhere,
    unstated,
)
from fairground.match.report.wording import (
    CONSTRAINT_WORD,
    EVIDENCE_MARK,
    EVIDENCE_WORD,
    FIELD_WORD,
    PART_WORD,
    REFUSED_VERDICT_WORD,
    REFUSED_WORD,
    SEVERITY_WORD,
    VERDICT_MARK,
    Phrase,
    count_phrase,
    day_phrase,
    listed,
    money_phrase,
    phrase,
)

# Pairs beyond this rank are folded away.
LEADING = 3
# Told at length, in a run of at most so many pairs: the first three; in a longer one: the first alone.
_LONG_RUN = 3_000
_TITLE_BRIEF = 60
_SILENT_NAMED = 4

_VERDICT_ORDER = (Verdict.CONTRADICTED, Verdict.MET, Verdict.MISSING)
Fact = tuple[SafeString, SafeString]  # (label, value)


@dataclass(frozen=True, slots=True)
class ReasonView:
    """One requirement beside the offer's answer."""

    verdict: str
    ask: SafeString
    optional: bool
    refused: SafeString  # the label of a refused approach, '' where the requirement is wanted
    says: SafeString
    field: SafeString
    note: SafeString


@dataclass(frozen=True, slots=True)
class FlagView:
    """One constraint that warns, blocks or stays open, in words."""

    severity: str
    severity_word: SafeString
    constraint: SafeString
    reason: SafeString


@dataclass(frozen=True, slots=True)
class PairView:
    """One pair as it stands in the list of one record. `anchor` is '' where the reasons stand elsewhere."""

    anchor: str
    target: str
    rank: str
    id: str
    title: SafeString
    subtitle: SafeString
    who: SafeString
    demonstration: bool
    brief: bool
    evidence: str
    mark: str
    word: SafeString
    score: str
    tally_line: SafeString
    parts: SafeString
    reasons: tuple[ReasonView, ...]
    silent: SafeString
    flags: tuple[FlagView, ...]
    why: SafeString


@dataclass(frozen=True, slots=True)
class SubjectView:
    """One record with its list of pairs."""

    anchor: str
    id: str
    kind: str
    title: SafeString
    subtitle: SafeString
    abstract: SafeString
    facts: tuple[Fact, ...]
    open_elements: SafeString
    verdict: SafeString
    demonstration: bool
    evidence: str
    mark: str
    word: SafeString
    unmet: tuple[SafeString, ...]
    leading: tuple[PairView, ...]
    folded: tuple[PairView, ...]
    folded_range: str


@dataclass(frozen=True, slots=True)
class ContentsRow:
    """One line of the table of contents: a record and the best supported of its pairs."""

    anchor: str
    id: str
    title: SafeString
    best_anchor: str
    best_title: SafeString
    best_rank: str
    tally_line: SafeString


@dataclass(frozen=True, slots=True)
class ContentsGroup:
    """The records whose best evidence has the same grade."""

    grade: str
    mark: str
    word: SafeString
    count: SafeString
    rows: tuple[ContentsRow, ...]


@dataclass(frozen=True, slots=True)
class ContradictionRow:
    """One pair with at least one contradicted requirement."""

    target: str
    need_id: str
    offer_id: str
    requirement: SafeString
    reason: SafeString


def _leading(matches: Sequence[Match]) -> int:
    """Return how many pairs stand open: the best, and up to `LEADING` as far as the texts speak for them."""
    spoken_for = [
        number for number, match in enumerate(matches[:LEADING], 1) if match.evidence is not Evidence.NONE
    ]
    return max(spoken_for, default=1)


class RunView:
    """Turns one run into the views above; records are looked up by id, pages are built one at a time."""

    def __init__(self, run: MatchRun, today: date, completeness: Mapping[str, int]) -> None:
        """Index both lists; raises ValueError where a pair names a record that is not in them."""
        self.run = run
        self.today = today
        self.completeness = completeness
        self.primary = "offers" if run.direction == "offers" else "needs"
        self.secondary = "needs" if self.primary == "offers" else "offers"
        self.sides: Sides = sides_of(run)
        self._told_at_length = LEADING if len(run.matches) <= _LONG_RUN else 1
        self._needs = {need.id: (index, need) for index, need in enumerate(run.needs, 1)}
        self._offers = {offer.id: (index, offer) for index, offer in enumerate(run.offers, 1)}

    def pairs_by(self, side: str) -> tuple[tuple[Match, ...], ...]:
        """Return the pairs of each record of one side ('needs' or 'offers'), best first."""
        return self.sides.of_needs if side == "needs" else self.sides.of_offers

    def records(self, side: str) -> tuple[Need, ...] | tuple[Offer, ...]:
        """Return the records of one side in the order of the list."""
        return self.run.needs if side == "needs" else self.run.offers

    def subject(self, side: str, index: int) -> SubjectView:
        """Return the view of record `index` (from 0) of one side with all its pairs."""
        record = self.records(side)[index]
        matches = self.pairs_by(side)[index]
        views = tuple(
            self._pair(match, matches[0], side, brief=number > self._told_at_length)
            for number, match in enumerate(matches, 1)
        )
        grade = standing(matches)
        nothing = nothing_suitable(matches)
        leading = _leading(matches)
        need = record if isinstance(record, Need) else None
        return SubjectView(
            anchor=f"{side[0]}{index + 1}",
            id=clip(record.id, 40),
            kind=side,
            title=record_text(title_of(record), 200),
            subtitle=second_title(record.texts.get("title")),
            abstract=record_text(_abstract(record), 420),
            facts=need_facts(need, self.today, self.completeness.get(need.id))
            if need
            else offer_facts(record),
            open_elements=both(*listed(unstated(need))) if need else SafeString(),
            verdict=both(*nothing) if nothing else SafeString(),
            demonstration=record.demonstration,
            evidence=grade.value,
            mark=EVIDENCE_MARK[grade],
            word=both(*EVIDENCE_WORD[grade]),
            unmet=tuple(printed(text, 160) for text in unmet_anywhere(need, matches)) if need else (),
            leading=views[:leading],
            folded=views[leading:],
            folded_range=f"{views[leading].rank}–{views[-1].rank}" if len(views) > leading else "",
        )

    def contents(self) -> tuple[ContentsGroup, ...]:
        """Return the primary side's records grouped by their best evidence, strongest group first."""
        groups: dict[Evidence, list[ContentsRow]] = {grade: [] for grade in Evidence}
        for index, matches in enumerate(self.pairs_by(self.primary)):
            groups[standing(matches)].append(self._contents_row(index, best_supported(matches)))
        return tuple(
            ContentsGroup(
                grade.value,
                EVIDENCE_MARK[grade],
                both(*EVIDENCE_WORD[grade]),
                both(*count_phrase(len(rows))),
                tuple(rows),
            )
            for grade, rows in groups.items()
        )

    def contradictions(self) -> tuple[ContradictionRow, ...]:
        """Return every pair that contradicts a requirement, in the order of the needs list."""
        rows = []
        for match in sorted(
            self.run.matches, key=lambda m: (self._needs[m.need_id][0], m.rank_for_need or 10**9)
        ):
            against = [j for j in match.judgements if j.verdict is Verdict.CONTRADICTED]
            if against:
                rows.append(
                    ContradictionRow(
                        self._home(match),
                        clip(match.need_id, 40),
                        clip(match.offer_id, 40),
                        _asked(against[0], 90),
                        both(clip(against[0].reason_zh, 90), clip(against[0].reason_en, 90)),
                    )
                )
        return tuple(rows)

    def _contents_row(self, index: int, best: Match | None) -> ContentsRow:
        record = self.records(self.primary)[index]
        title = record_text(title_of(record), 90)
        anchor = f"{self.primary[0]}{index + 1}"
        if best is None:
            return ContentsRow(anchor, clip(record.id, 40), title, "", SafeString(), "", SafeString())
        rank = best.rank_for_need if self.primary == "needs" else best.rank_for_offer
        return ContentsRow(
            anchor,
            clip(record.id, 40),
            title,
            self._home(best),
            record_text(title_of(self._counterpart(best, self.primary)), 90),
            str(rank),
            _tally_line(best),
        )

    def _counterpart(self, match: Match, side: str) -> Need | Offer:
        return self._offers[match.offer_id][1] if side == "needs" else self._needs[match.need_id][1]

    def _home(self, match: Match) -> str:
        return f"n{self._needs[match.need_id][0]}-o{self._offers[match.offer_id][0]}"

    def _told_under(self, match: Match) -> str:
        """Return the side under which the pair's reasons are printed, once."""
        first = match.rank_for_need if self.primary == "needs" else match.rank_for_offer
        return self.primary if first is not None else self.secondary

    def _pair(self, match: Match, best: Match, side: str, *, brief: bool) -> PairView:
        other = self._counterpart(match, side)
        told_here = self._told_under(match) == side
        brief = brief or side == self.secondary
        rank = match.rank_for_need if side == "needs" else match.rank_for_offer
        why = obstacles(match, best, side=side, brief=brief) if told_here else None
        shown, silent = _judgements(match.judgements, brief=brief) if told_here else ((), ())
        return PairView(
            anchor=self._home(match) if told_here else "",
            target=self._home(match),
            rank=str(rank or "–"),
            id=clip(other.id, 40),
            title=record_text(title_of(other), _TITLE_BRIEF if brief else 140),
            subtitle=SafeString() if brief else second_title(other.texts.get("title")),
            who=_who(other) if told_here and side == self.primary else SafeString(),
            demonstration=other.demonstration,
            brief=brief,
            evidence=match.evidence.value,
            mark=EVIDENCE_MARK[match.evidence],
            word=both(*EVIDENCE_WORD[match.evidence]),
            score=f"{match.score:.2f}",
            tally_line=_tally_line(match),
            parts=_parts(match) if told_here and not brief else SafeString(),
            reasons=tuple(_reason(j, match.shared_terms, brief=brief) for j in shown),
            silent=_silent_line(silent),
            flags=tuple(_flag(flag, 80 if brief else 160) for flag in match.flags) if told_here else (),
            why=both(*why) if why else SafeString(),
        )


def need_facts(need: Need, today: date, completeness: int | None) -> tuple[Fact, ...]:
    """Return what a need says of place, time, money and readiness; what is not stated is said to be so."""
    deadline = None
    if need.deadline:
        zh, en = day_phrase(need.deadline)
        overdue = need.deadline < today
        deadline = both(f"{zh}（已过）" if overdue else zh, f"{en} (passed)" if overdue else en)
    facts = [
        _fact(("地区", "Place"), _places(need.regions)),
        _fact(("期限", "Deadline"), deadline),
        _fact(("预算", "Budget"), both(*money_phrase(need.budget)) if need.budget else None),
        _fact(
            ("成熟度", "Readiness"),
            both(f"TRL {need.trl_min} 级及以上", f"TRL {need.trl_min} or higher") if need.trl_min else None,
        ),
    ]
    if completeness is not None:
        facts.append(_fact(("完整度", "Completeness"), SafeString(f"{completeness} / 100")))
    return (*facts, *_more_facts(need))


def offer_facts(offer: Need | Offer) -> tuple[Fact, ...]:
    """Return who offers, where, how ready and at what price; only what the offer states."""
    if not isinstance(offer, Offer):
        return ()
    facts = [
        (("单位", "Organisation"), printed(offer.organisation, 120) if offer.organisation else None),
        (("地区", "Place"), _places(offer.regions)),
        (("成熟度", "Readiness"), _trl(offer)),
        (("价格", "Price"), both(*money_phrase(offer.price)) if offer.price else None),
        (("有效期至", "Valid until"), both(*day_phrase(offer.valid_until)) if offer.valid_until else None),
    ]
    return (*(_fact(label, value) for label, value in facts if value), *_more_facts(offer))


def _more_facts(record: Need | Offer) -> tuple[Fact, ...]:
    facts = []
    if record.partnership:
        wanted = listed([phrase(PARTNERSHIP_NAMES, clip(code, 40)) for code in record.partnership])
        facts.append(_fact(("合作方式", "Partnership"), both(*wanted)))
    if record.ipr:
        facts.append(_fact(("知识产权", "IPR"), printed(record.ipr, 120)))
    origin = record.origin
    place = clip(origin.file.replace("\\", "/").rsplit("/", 1)[-1], 60)
    sheet = f" · {clip(origin.sheet, 30)}" if origin.sheet else ""
    facts.append(
        _fact(
            ("出处", "Source"),
            both(f"{place}{sheet} 第 {origin.row} 行", f"{place}{sheet}, row {origin.row}"),
        )
    )
    return tuple(facts)


def _fact(label: Phrase, value: SafeString | None) -> Fact:
    return both(*label), value or both("未写明", "not stated")


def _places(regions: Sequence[str]) -> SafeString | None:
    return _joined([printed(region, 40) for region in regions[:6]]) or None


def _trl(offer: Offer) -> SafeString | None:
    if offer.trl is None:
        return None
    level = both(f"TRL {offer.trl} 级", f"TRL {offer.trl}")
    return SafeString(f"{level} <small>{printed(offer.trl_note, 120)}</small>") if offer.trl_note else level


def _who(record: Need | Offer) -> SafeString:
    pieces: list[SafeString] = []
    if isinstance(record, Offer):
        if record.organisation:
            pieces.append(printed(record.organisation, 80))
        pieces += [printed(region, 40) for region in record.regions[:3]]
        if record.trl:
            pieces.append(SafeString(f"TRL {record.trl}"))
    else:
        pieces += [printed(region, 40) for region in record.regions[:3]]
        if record.deadline:
            pieces.append(both(*day_phrase(record.deadline)))
    return SafeString(" · ".join(pieces))


def _abstract(record: Need | Offer) -> LocalText | None:
    names = (
        ("abstract", "problem", "wanted_outcome") if isinstance(record, Need) else ("summary", "advantage")
    )
    return next(
        (record.texts[name] for name in names if name in record.texts and record.texts[name].both()), None
    )


def _judgements(
    judgements: Sequence[Judgement], *, brief: bool
) -> tuple[tuple[Judgement, ...], tuple[Judgement, ...]]:
    """Split into those told in full and those only named; told briefly, silence is only named."""
    ordered = tuple(sorted(judgements, key=lambda j: _VERDICT_ORDER.index(j.verdict)))
    if not brief:
        return ordered, ()
    return (
        tuple(j for j in ordered if j.verdict is not Verdict.MISSING),
        tuple(j for j in ordered if j.verdict is Verdict.MISSING and not j.excluded),
    )


def _reason(judgement: Judgement, shared_terms: Sequence[str], *, brief: bool) -> ReasonView:
    # What is met speaks for itself in brief; a contradiction always says why.
    noted = not brief or judgement.verdict is Verdict.CONTRADICTED
    note = (clip(judgement.reason_zh, 120), clip(judgement.reason_en, 120))
    if judgement.excluded:
        noted, note = True, REFUSED_VERDICT_WORD[judgement.verdict]
    says = field = SafeString()
    if judgement.sentence:
        says = marked(judgement.sentence, [*shared_terms, *_measured(judgement)], 140 if brief else 360)
        field = (
            both(*phrase(FIELD_WORD, clip(judgement.field, 40)))
            if judgement.field and not brief
            else SafeString()
        )
    return ReasonView(
        verdict=judgement.verdict.value,
        ask=printed(judgement.requirement, 80 if brief else 300),
        optional=judgement.level == "should" and not judgement.excluded,
        refused=both(*REFUSED_WORD) if judgement.excluded else SafeString(),
        says=says,
        field=field,
        note=both(*note) if noted else SafeString(),
    )


def _asked(judgement: Judgement, limit: int) -> SafeString:
    text = printed(judgement.requirement, limit)
    return SafeString(f"<small>{both(*REFUSED_WORD)}</small> {text}") if judgement.excluded else text


def _measured(judgement: Judgement) -> list[str]:
    """Return the sides of a comparison in the reason ('0.3 mm ≤ 0.5 mm'): the figures that prove it."""
    reason = f"{judgement.reason_zh}≤{judgement.reason_en}"
    for sign in "<>=≥≠≈，,；;（）()":
        reason = reason.replace(sign, "≤")
    return [piece.strip() for piece in reason.split("≤") if any(letter.isdigit() for letter in piece)]


def _flag(flag: Flag, limit: int) -> FlagView:
    return FlagView(
        flag.severity if flag.severity in SEVERITY_WORD else "open",
        both(*phrase(SEVERITY_WORD, clip(flag.severity, 20))),
        both(*phrase(CONSTRAINT_WORD, clip(flag.constraint, 40))),
        both(clip(flag.reason_zh, limit), clip(flag.reason_en, limit)),
    )


def _tally_line(match: Match) -> SafeString:
    counts = tally(match)
    counted = [
        f"<i class={verdict.value}>{VERDICT_MARK[verdict]} {counts[verdict]}</i>"
        if counts[verdict]
        else f"<i>{VERDICT_MARK[verdict]} 0</i>"
        for verdict in (Verdict.MET, Verdict.MISSING, Verdict.CONTRADICTED)
    ]
    return SafeString(f"<span class=tally>{' '.join(counted)}</span>")


def _parts(match: Match) -> SafeString:
    told = [(phrase(PART_WORD, clip(name, 40)), f"{value:.2f}") for name, value in match.parts.items()]
    return both(
        " · ".join(f"{zh} {value}" for (zh, _), value in told),
        " · ".join(f"{en} {value}" for (_, en), value in told),
    )


def _silent_line(silent: Sequence[Judgement]) -> SafeString:
    named = [printed(judgement.requirement, 40) for judgement in silent[:_SILENT_NAMED]]
    if len(silent) > _SILENT_NAMED:
        named.append(SafeString(f"+{len(silent) - _SILENT_NAMED}"))
    return _joined(named)


def _joined(pieces: Sequence[SafeString]) -> SafeString:
    return SafeString(" · ".join(pieces))
