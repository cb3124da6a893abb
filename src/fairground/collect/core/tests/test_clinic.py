"""What the clinic finds, misses and asks."""

from datetime import date
from typing import Any

import pytest

from fairground.collect.core.clinic import Examination, examine_need, examine_offer, near_duplicates
from fairground.collect.core.clinic_words import ADVICE, NAMES, NEED_WEIGHTS, OFFER_WEIGHTS
from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.kernel.money import parse_money
from fairground.language.local_text import LocalText

_ORIGIN = Origin("a.csv", None, 2)


def _need(texts: dict[str, str], **values: Any) -> Need:
    return Need("N1", _ORIGIN, {field: LocalText(zh=text) for field, text in texts.items()}, **values)


def _offer(texts: dict[str, str], **values: Any) -> Offer:
    return Offer("O1", _ORIGIN, {field: LocalText(en=text) for field, text in texts.items()}, **values)


def _status(examination: Examination) -> dict[str, str]:
    return {finding.element: finding.status for finding in examination.findings}


def test_weights_are_out_of_a_hundred_and_every_element_has_words() -> None:
    assert sum(NEED_WEIGHTS.values()) == 100
    assert sum(OFFER_WEIGHTS.values()) == 100
    elements = {*NEED_WEIGHTS, *OFFER_WEIGHTS}
    assert set(ADVICE) == set(NAMES) == elements


def test_an_empty_need_scores_nothing_and_is_asked_everything() -> None:
    examination = examine_need(_need({"title": "合作"}))
    assert examination.score == 0
    assert set(examination.missing()) == set(NEED_WEIGHTS)
    assert examination.missing()[0] == "measurable_target"
    assert len(examination.advice("zh")) == len(examination.advice("en")) == len(NEED_WEIGHTS)


def test_a_full_need_scores_a_hundred() -> None:
    fields = ("problem", "current_method", "material", "method", "efficacy", "product", "application")
    need = _need(
        {**dict.fromkeys(fields, "说明"), "wanted_outcome": "准确率不低于 97%"},
        trl_min=6,
        budget=parse_money("50万元"),
        deadline=date(2027, 1, 1),
        regions=("河北",),
    )
    assert examine_need(need).score == 100


def test_elements_in_running_text_count_with_their_sentence() -> None:
    text = (
        "现有人工抽检漏检率高。目标是在线检测，准确率不低于97%。预算约50万元，2027年6月前完成，在河北实施。"
    )
    examination = examine_need(_need({"title": "带钢", "abstract": text}))
    quotes = {
        finding.element: finding.quote for finding in examination.findings if finding.status == "in text"
    }
    assert quotes["current_method"] == "现有人工抽检漏检率高。"
    assert quotes["measurable_target"] == "目标是在线检测，准确率不低于97%。"
    assert (
        quotes["budget"]
        == quotes["deadline"]
        == quotes["region"]
        == "预算约50万元，2027年6月前完成，在河北实施。"
    )
    assert "trl" in examination.missing()


def test_a_requirement_with_a_unit_is_a_measurable_target() -> None:
    with_unit = _need({"title": "甲"}, requirements=(Requirement("速度不低于 18 m/s"),))
    without = _need({"title": "甲"}, requirements=(Requirement("速度要快"),))
    assert _status(examine_need(with_unit))["measurable_target"] == "given"
    assert _status(examine_need(without))["measurable_target"] == "missing"


def test_vague_words_count_only_without_a_number() -> None:
    vague = examine_need(_need({"title": "甲", "problem": "需要高性能材料。"})).vague
    assert [(item.word, item.sentence) for item in vague] == [("高性能", "需要高性能材料。")]
    assert examine_need(_need({"title": "甲", "problem": "高强度，抗拉强度≥600 MPa。"})).vague == ()
    english = examine_offer(_offer({"title": "x", "advantage": "An advanced, robust device."})).vague
    assert [item.word for item in english] == ["advanced", "robust"]


@pytest.mark.parametrize(
    ("note", "status"),
    [("prototype, field test 2025", "given"), ("2025", "missing"), ("mature", "missing"), (None, "missing")],
)
def test_a_level_needs_its_element_date_and_evidence(note: Any, status: Any) -> None:
    assert _status(examine_offer(_offer({"title": "x"}, trl=6, trl_note=note)))["trl_tied"] == status


def test_offer_advantage_with_and_without_number() -> None:
    with_number = _status(examine_offer(_offer({"title": "x", "advantage": "30 % less energy than presses"})))
    without = _status(examine_offer(_offer({"title": "x", "advantage": "less energy"})))
    assert (with_number["advantage_number"], without["advantage_number"]) == ("given", "missing")


def test_more_said_never_scores_less() -> None:
    texts = {"title": "带钢"}
    score = examine_need(_need(texts)).score
    for field in ("problem", "current_method", "wanted_outcome", "material", "application"):
        texts[field] = "现有方法不足，目标准确率不低于97%"
        now = examine_need(_need(texts)).score
        assert now >= score
        score = now


def test_near_duplicates_name_both_rows() -> None:
    first = "用于热轧带钢表面缺陷在线识别的高速相机与算法，准确率百分之九十七以上，适应最高线速。"
    other = "海水养殖循环水系统的脱氮生物滤池与在线水质监测。"
    records = [
        Need(f"N{n}", Origin("a.csv", None, n), {"title": LocalText(zh=text)})
        for n, text in enumerate([first, other, first + "。"])
    ]
    found = near_duplicates(records)
    assert [(pair.first_id, pair.second_id) for pair in found] == [("N0", "N2")]
    assert near_duplicates([]) == ()
