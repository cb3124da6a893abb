"""A list of plain records, read from files or made up, as the content of a version: no portal, no database."""

from collections.abc import Iterable, Sequence
from typing import Any

from fairground.collect.core.records import Need, Offer
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListedEntry
from fairground.match.core.results import Evidence, MatchRun
from fairground.match.results_list.contents import Hint, HintReason
from fairground.places.core.regions import region_codes
from fairground.taxonomy import code_list

BEST = 3  # offers for each need


def entries_of(offers: Sequence[Offer], needs: Sequence[Need]) -> tuple[ListedEntry, ...]:
    """Return the entries of plain records, numbered in the order of the lists."""
    return (
        *(
            ListedEntry(each.id, "offer", place, 1, _offer_facts(each))
            for place, each in enumerate(offers, 1)
        ),
        *(ListedEntry(each.id, "need", place, 1, _need_facts(each)) for place, each in enumerate(needs, 1)),
    )


def hints_of(run: MatchRun) -> tuple[Hint, ...]:
    """Return the best pairs of a run that have evidence."""
    return tuple(
        Hint(
            pair.need_id,
            pair.offer_id,
            pair.score,
            pair.evidence.value,
            tuple(
                HintReason(each.verdict.value, each.requirement, each.sentence or "", each.excluded)
                for each in pair.judgements
                if not each.is_open_refusal
            ),
            tuple(LocalText(flag.reason_zh, flag.reason_en) for flag in pair.flags),
        )
        for pair in run.matches
        if pair.evidence is not Evidence.NONE and (pair.rank_for_need or BEST + 1) <= BEST
    )


def _offer_facts(offer: Offer) -> dict[str, Any]:
    texts = offer.texts
    return _filled(
        title=texts.get("title"),
        summary=texts.get("summary") or texts.get("description"),
        advantage=texts.get("advantage"),
        organisation=LocalText(offer.organisation, offer.organisation) if offer.organisation else None,
        region=_region(offer.regions),
        fields=_fields(texts.get("field")),
        trl=offer.trl,
        partnership=list(offer.partnership),
        price=_amount(offer.price),
        valid_until=offer.valid_until.isoformat() if offer.valid_until else None,
        demonstration=offer.demonstration,
    )


def _need_facts(need: Need) -> dict[str, Any]:
    texts = need.texts
    organisation = need.extra.get("organisation")
    return _filled(
        title=texts.get("title"),
        summary=texts.get("abstract") or texts.get("problem"),
        wanted_outcome=texts.get("wanted_outcome"),
        conditions=[{"text": _plain(LocalText(each.text))} for each in need.requirements],
        organisation=LocalText(organisation, organisation) if organisation else None,
        region=_region(need.regions),
        fields=_fields(texts.get("field")),
        trl=need.trl_min,
        partnership=list(need.partnership),
        budget=_amount(need.budget),
        deadline=need.deadline.isoformat() if need.deadline else None,
        demonstration=need.demonstration,
    )


def _filled(**facts: Any) -> dict[str, Any]:
    plain = {
        name: _plain(value) if isinstance(value, LocalText) else value
        for name, value in facts.items()
        if value
    }
    return {name: value for name, value in plain.items() if value}


def _plain(text: LocalText) -> dict[str, Any]:
    sides = {"zh": text.zh, "en": text.en, "machine": list(text.machine)}
    return {name: value for name, value in sides.items() if value}


def _region(printed: Iterable[str]) -> str:
    return next((code for text in printed for code in region_codes(text) if code not in ("*", "EU")), "")


def _fields(printed: LocalText | None) -> list[str]:
    if printed is None:
        return []
    named = {name.casefold(): term.code for term in code_list("fields") for name in term.names()}
    parts = [
        part.strip().casefold() for side in (printed.zh, printed.en) for part in (side or "").split("、")
    ]
    return list(dict.fromkeys(named[part] for part in parts if part in named))


def _amount(amount: MoneyRange | None) -> dict[str, Any] | None:
    if amount is None:
        return None
    return {
        "low_minor": amount.low_minor,
        "high_minor": amount.high_minor,
        "currency": amount.currency,
        "qualifier": amount.qualifier,
        "quote": amount.quote,
    }
