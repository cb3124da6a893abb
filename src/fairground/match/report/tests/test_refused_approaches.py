"""A refused approach is shown as what the need refuses, and counts as nothing that is missing."""

from datetime import date

import pytest

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence, Judgement, Match, MatchRun, Verdict
from fairground.match.report.page import render_report
from fairground.match.report.reading import obstacles, tally, unmet_anywhere
from fairground.match.report.rows import result_columns, result_rows

REFUSED = "数据上传公有云"


def _match(verdict: Verdict) -> Match:
    sentence = None if verdict is Verdict.MISSING else "数据与公有云的关系写在这里"
    judgements = (
        Judgement("识别率不低于 95%", "must", Verdict.MET, "识别率 97%", "summary", "97%", "97%"),
        Judgement(REFUSED, "must", verdict, sentence, "summary", "理由", "reason", excluded=True),
    )
    return Match("N", "O", 1, 1, 0.8, {"words": 0.8}, Evidence.ENOUGH, judgements, (), ())


def _run(verdict: Verdict) -> MatchRun:
    origin = Origin("list.csv", None, 1)
    need = Need(
        id="N",
        origin=origin,
        texts={"title": LocalText(zh="质检")},
        requirements=(Requirement("识别率不低于 95%"), Requirement(REFUSED, excluded=True)),
    )
    offer = Offer(id="O", origin=origin, texts={"title": LocalText(zh="盒子")})
    return MatchRun((need,), (offer,), (_match(verdict),), "both", 5, "test", "1")


@pytest.mark.parametrize(
    ("verdict", "counts"),
    [(Verdict.MET, (2, 0, 0)), (Verdict.MISSING, (1, 0, 0)), (Verdict.CONTRADICTED, (1, 0, 1))],
)
def test_only_an_answer_to_a_refusal_counts(verdict: Verdict, counts: tuple[int, int, int]) -> None:
    found = tally(_match(verdict))
    assert (found[Verdict.MET], found[Verdict.MISSING], found[Verdict.CONTRADICTED]) == counts


@pytest.mark.parametrize(
    ("verdict", "zh", "en"),
    [
        (Verdict.MET, "未采用", "not used, and says so"),
        (Verdict.MISSING, "未说明", "not stated"),
        (Verdict.CONTRADICTED, "采用了", "uses it"),
    ],
)
def test_report_labels_the_refusal_and_words_its_verdict(verdict: Verdict, zh: str, en: str) -> None:
    page = render_report(_run(verdict), generated=date(2026, 1, 1))
    item = page.split(f'class="{verdict.value} refused">')[1].split("</li>")[0]
    assert "不接受" in item
    assert "refused" in item
    assert zh in item
    assert en in item


def test_unstated_refusal_is_no_obstacle_and_a_used_one_is() -> None:
    silent, used = _match(Verdict.MISSING), _match(Verdict.CONTRADICTED)
    assert obstacles(silent, silent, side="needs") is None
    assert obstacles(used, used, side="needs") == (
        f"采用了不接受的“{REFUSED}”",
        f"uses the refused “{REFUSED}”",
    )


def test_refusal_is_never_an_unmet_wish() -> None:
    run = _run(Verdict.MISSING)
    assert unmet_anywhere(run.needs[0], run.matches) == ()


def test_rows_name_a_used_refusal_and_leave_out_an_unstated_one() -> None:
    def cells(verdict: Verdict) -> dict[str, object]:
        run = _run(verdict)
        return dict(zip(result_columns(run), result_rows(run)[0], strict=True))

    assert cells(Verdict.MISSING)["missing"] == []
    assert cells(Verdict.CONTRADICTED)["contradicted"] == [f"不接受 refused: {REFUSED}"]
    assert cells(Verdict.MISSING)["reasons_en"] == [
        "✓ 识别率不低于 95%: 97%",
        f"– refused {REFUSED}: not stated",
    ]
