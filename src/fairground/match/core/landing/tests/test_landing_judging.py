"""Verdicts: figures that block, estimates that never do, silence that is missing; zones made of their holders."""

from dataclasses import replace

import pytest

from fairground.language.local_text import LocalText
from fairground.match.core.landing.holders import Group, Holder
from fairground.match.core.landing.judging import Finding, Geography, NamedPoint, points_by_name
from fairground.match.core.landing.points import with_gazetteer
from fairground.match.core.landing.standing import Answer, find_landing
from fairground.match.core.landing.statement import Wish, stated
from fairground.match.core.results import Evidence, Verdict
from fairground.places.core.travel import TravelTable, TravelTime

BEIJING = NamedPoint(("北京", "Beijing"), (116.40, 39.90), LocalText("甲", "a"))
ZONE = Group("zone", "z", LocalText("示例高新区", "Example Zone"), "130000", (116.9, 39.9), 5000)
FAR = Group("zone", "far", LocalText("远方高新区", "Far Zone"), "110000", (121.0, 39.9), 5000)
GEOGRAPHY = Geography(points_by_name([BEIJING]))


def platform(key: str, services: str = "", **values: object) -> Holder:
    texts = {
        "title": LocalText(f"示例{key}", f"Example {key}"),
        "services": LocalText(services or None, None),
    }
    held = Holder(
        "platform",
        key,
        texts["title"],
        {name: text for name, text in texts.items() if text},
        group="z",
        region="130000",
    )
    return replace(held, **values)  # type: ignore[arg-type]


def answer(*wishes: Wish, holders: tuple[Holder, ...], geography: Geography = GEOGRAPHY) -> Answer:
    return find_landing(stated(list(wishes)), holders, [ZONE, FAR], geography)


def only(wish: Wish, holder: Holder, geography: Geography = GEOGRAPHY) -> Finding:
    return answer(wish, holders=(holder,), geography=geography).every[0].findings[0]


def test_too_little_space_blocks_a_must_and_warns_a_should() -> None:
    small = platform("small", free_space_m2=800)
    for level, severity in (("must", "blocks"), ("should", "warns")):
        found = only(Wish("space", "1000平米", level), small)
        assert (found.verdict, found.severity) == (Verdict.CONTRADICTED, severity)
        assert found.proof is not None
        assert "800 m²" in (found.proof.en or "")


def test_space_that_is_not_stated_is_missing() -> None:
    found = only(Wish("space", "1000平米"), platform("silent"))
    assert (found.verdict, found.severity, found.proof) == (Verdict.MISSING, "open", None)


def test_space_of_another_kind_is_not_met() -> None:
    roomy = platform("roomy", "有冷库。", free_space_m2=9000)
    assert only(Wish("space", "1000平米厂房"), roomy).verdict is Verdict.MISSING
    assert only(Wish("space", "1000平米冷库"), roomy).verdict is Verdict.MET


def test_free_space_of_several_is_not_added_up() -> None:
    two = tuple(platform(f"p{number}", "有厂房。", free_space_m2=3000) for number in range(2))
    found = answer(Wish("space", "6000平米厂房"), holders=two)
    assert found.every_place[0].findings[0].verdict is Verdict.MISSING


def test_met_quotes_the_record_as_printed() -> None:
    found = only(Wish("pilot", "中试线"), platform("p", "有吨级中试线，可放大树脂。"))
    assert (found.verdict, found.proof) == (Verdict.MET, LocalText(zh="有吨级中试线，可放大树脂。"))


def test_pilot_line_for_something_else_is_not_met() -> None:
    assert (
        only(Wish("pilot", "正极材料中试线"), platform("p", "有吨级中试线，可放大树脂。")).verdict
        is Verdict.MISSING
    )


def test_transfer_platform_that_finds_lines_has_none() -> None:
    broker = platform("p", "替团队找到空闲的中试线。", platform_type="transfer")
    assert only(Wish("pilot", "中试线"), broker).verdict is Verdict.MISSING
    assert only(Wish("pilot", "中试线"), replace(broker, platform_type="space")).verdict is Verdict.MET


def test_region_blocks_where_it_is_another() -> None:
    assert only(Wish("region", "河北或天津"), platform("p")).verdict is Verdict.MET
    found = only(Wish("region", "天津"), platform("p"))
    assert (found.verdict, found.severity) == (Verdict.CONTRADICTED, "blocks")


def test_distance_is_a_figure_and_an_estimate_of_time_never_blocks() -> None:
    near = platform("p", point=(116.9, 39.9))  # 43 km
    far = platform("p", point=(121.0, 39.9))  # 392 km
    assert only(Wish("distance", "距北京100公里以内"), near).verdict is Verdict.MET
    assert only(Wish("distance", "距北京100公里以内"), far).severity == "blocks"
    met, missed = (only(Wish("distance", "距北京高铁一小时"), one) for one in (near, far))
    assert (met.verdict, met.severity, met.is_estimate) == (Verdict.MET, "", True)
    assert (missed.verdict, missed.severity, missed.is_estimate) == (Verdict.CONTRADICTED, "warns", True)
    assert "no timetable" in ((met.proof or LocalText()).en or "")


def test_estimate_across_the_limit_stays_open() -> None:
    found = only(Wish("distance", "距北京高铁一小时"), platform("p", point=(117.7, 39.02)))
    assert (found.verdict, found.severity, found.proof, found.is_estimate) == (
        Verdict.MISSING,
        "open",
        None,
        True,
    )


@pytest.mark.parametrize(
    ("minutes", "verdict", "severity"), [(40, Verdict.MET, ""), (80, Verdict.CONTRADICTED, "blocks")]
)
def test_operators_table_is_a_fact_with_its_source(minutes: float, verdict: Verdict, severity: str) -> None:
    row = TravelTime("示例高新区", "北京", minutes, "rail", "时刻表 2026", 2)
    geography = Geography(points_by_name([BEIJING]), TravelTable((row,)))
    found = only(Wish("distance", "距北京高铁一小时"), platform("p"), geography)
    assert (found.verdict, found.severity, found.is_estimate) == (verdict, severity, False)
    assert "时刻表 2026" in ((found.proof or LocalText()).zh or "")


def test_unknown_and_ambiguous_places_stay_open() -> None:
    here = platform("p", point=(116.9, 39.9))
    assert only(Wish("distance", "距云州100公里以内"), here).severity == "open"
    other = NamedPoint(("朝阳区", "Chaoyang"), (125.3, 43.9), LocalText("乙", "b"))
    both = Geography(
        points_by_name([NamedPoint(("朝阳区", "Chaoyang"), (116.5, 39.9), LocalText("甲", "a")), other])
    )
    found = only(Wish("distance", "near Chaoyang"), here, both)
    assert found.severity == "open"
    assert "more than one" in (found.reason.en or "")


def test_zone_is_covered_by_platforms_that_no_single_one_equals() -> None:
    holders = (
        platform("a", "有厂房。", free_space_m2=3000),
        platform("b", "有中试线。"),
        platform("c", "有中试线。"),
    )
    found = answer(
        Wish("space", "1000平米厂房"), Wish("pilot", "中试线"), Wish("region", "河北"), holders=holders
    )
    zone = found.places[0]
    assert (zone.key, zone.evidence, zone.count(Verdict.MET)) == ("z", Evidence.ENOUGH, 3)
    assert [holder.key for holder in zone.holders] == ["a", "b"]
    assert zone.score > max(one.score for one in found.holders)


def test_one_platform_makes_no_industry_base() -> None:
    wish = Wish("industry", "氢能产业基础")
    one = answer(wish, holders=(platform("a", "做氢能。"),)).every_place[0].findings[0]
    two = (
        answer(wish, holders=(platform("a", "做氢能。"), platform("b", "做氢能。")))
        .every_place[0]
        .findings[0]
    )
    assert (one.verdict, two.verdict) == (Verdict.MISSING, Verdict.MET)


def test_where_it_lies_alone_is_no_evidence_where_more_was_asked() -> None:
    found = answer(Wish("region", "河北"), Wish("pilot", "中试线"), holders=(platform("a", "有食堂。"),))
    assert (found.places, found.holders, found.with_evidence) == ((), (), False)


def test_answer_does_not_depend_on_the_order_of_holders() -> None:
    holders = tuple(
        platform(f"p{number}", "有中试线。" if number % 2 else "有厂房。", free_space_m2=1000 * number)
        for number in range(6)
    )
    wishes = (Wish("space", "2000平米厂房"), Wish("pilot", "中试线"))
    assert answer(*wishes, holders=holders) == answer(*wishes, holders=holders[::-1])


def test_gazetteer_is_asked_after_the_hubs_own_places() -> None:
    own = NamedPoint(("北京", "Beijing"), (100.0, 30.0), LocalText("甲", "a"))
    points_of = with_gazetteer(points_by_name([own]))
    assert points_of("北京") == (own,)
    assert [point.names[0] for point in points_of("唐山")] == ["河北省唐山市"]
    assert len(points_of("朝阳区")) == 2
    assert (points_of("河北"), points_of("云州")) == ((), ())
