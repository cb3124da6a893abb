"""Verdicts on single requirements, and what must not change them."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.language.local_text import LocalText
from fairground.match.core.judgement import decide, judge, judge_pair
from fairground.match.core.lexicon import Lexicon
from fairground.match.core.prepared import prepare_need, prepare_offer, prepare_requirement
from fairground.match.core.requirements import MOST, requirements_of
from fairground.match.core.results import Judgement, Verdict
from fairground.match.core.sufficiency import text_sufficiency

ORIGIN = Origin("list.csv", None, 2)
LEXICON = Lexicon()


def offer(text: str, title: str = "") -> Offer:
    texts = {"title": LocalText(zh=title)} if title else {}
    return Offer("O1", ORIGIN, {**texts, "description": LocalText(zh=text)})


def verdict(requirement: str, text: str, *, excluded: bool = False) -> str:
    return judged(requirement, text, excluded=excluded).verdict.value


def judged(requirement: str, text: str, *, excluded: bool = False) -> Judgement:
    return judge(Requirement(requirement, excluded=excluded), offer(text), LEXICON)


CASES = [
    ("厚度≤0.5 mm", "厚度为0.3毫米。", "met"),
    ("厚度≤0.5 mm", "厚度为0.8毫米。", "contradicted"),
    ("效率≥67%", "系统效率≥60%。", "missing"),
    ("效率≥67%", "系统效率为60%。", "contradicted"),
    ("efficiency of at least 67 %", "The efficiency is 70 %.", "met"),
    ("Efficiency ≥ 67 %", "系统效率达到 71%。", "met"),
    ("堆积密度≥1.80克/立方厘米", "The bulk density is 1900 kg/m3.", "met"),
    ("堆积密度≥1.80克/立方厘米", "材料密度为3.2 g/cm3。", "missing"),
    ("响应时间小于100 ms", "响应时间预计可降到80 ms。", "missing"),
    ("Accuracy above 95 %", "We aim to reach an accuracy of 97 %.", "missing"),
    ("Accuracy above 95 %", "The conventional method reaches an accuracy of 97 %.", "missing"),
    ("准确率不低于95%", "传统方法准确率为90%，本系统准确率达到97%。", "met"),
    ("工作温度 −40~85 ℃", "工作温度为 −55~125 ℃。", "met"),
    ("工作温度 −40~85 ℃", "工作温度为 −20~70 ℃。", "contradicted"),
    ("输入电压 24 V", "输出电压 24 V。", "missing"),
    ("重量不超过 3 kg", "整机重 2500 克。", "met"),
    ("Weighs less than 3 kg", "The unit weighs 6.6 lb.", "met"),
    ("Weighs less than 3 kg", "The unit weighs 7 lb.", "contradicted"),
    ("能耗降低20%以上", "能耗降低35%。", "met"),
    ("能耗降低20%以上", "能耗降低12%。", "contradicted"),
    ("准确率达到95%", "准确率提高8%。", "missing"),
    ("TRL 不低于 6", "技术成熟度达到TRL 7。", "met"),
    ("TRL 6 or higher", "目前处于TRL 4。", "contradicted"),
    ("不含铅", "产品为无铅配方。", "met"),
    ("不含铅", "焊料含铅37%。", "contradicted"),
    ("无需外部冷却", "The laser requires no cooling.", "met"),
    ("Non-contact measurement", "采用接触式测量。", "contradicted"),
    ("Non-contact measurement", "非接触测量，适合高温工件。", "met"),
    ("支持无线通信", "The sensor is expensive.", "missing"),
    ("出口 NOx 浓度不高于 50 mg/m3", "出口 SO2 浓度 35 mg/m3。", "missing"),
    ("出口 NOx 浓度不高于 50 mg/m3", "出口 NOx 浓度 35 mg/m3。", "met"),
    ("效率不低于90%", "电机效率达到94%。", "missing"),
    ("Efficiency of at least 90 %", "The motor has an efficiency of 94 %.", "missing"),
    ("发芽率不低于 85%", "处理后发芽率均在 92% 以上。", "met"),
    ("转速在 100–3000 r/min 之间可调", "转速可在 50~5000 r/min 内调节。", "met"),
    ("年处理能力不低于 3 万吨", "单线年处理量 8000 吨。", "contradicted"),
    ("人工成本降低一半以上", "人工成本降低 68%。", "met"),
    ("Service life extended by 50 % or more", "The service life doubled.", "met"),
    ("凝固时间短于 10 min", "进口产品凝固时间 8 min，本产品为 16 min。", "contradicted"),
    ("年运行费用在 50 万元以内", "整车售价 420 万元。", "missing"),
    ("抗拉强度≥500 MPa", "客户要求抗拉强度510 MPa以上。", "missing"),
    ("停电后仍可工作", "停电即停机。", "missing"),
    ("Supports Linux", "Linux is not supported.", "contradicted"),
    ("循环1000次后容量保持率≥80%", "循环500次后容量保持率85%。", "missing"),
    ("Depth range 0–100 m", "Depth range up to 120 m.", "met"),
    ("Price below 2000 euros", "It sells at EUR 1,450.", "met"),
]


@pytest.mark.parametrize(("requirement", "text", "expected"), CASES)
def test_judge_values_and_words(requirement: str, text: str, expected: str) -> None:
    assert verdict(requirement, text) == expected


@pytest.mark.parametrize(("requirement", "text", "expected"), CASES)
def test_judge_irrelevant_sentence_changes_nothing(requirement: str, text: str, expected: str) -> None:
    assert verdict(requirement, text + "\n团队成立于2015年。\n客户来自五个省。") == expected
    assert verdict(requirement, "The team was founded in 2015.\n" + text) == expected


def _wide(text: str) -> str:
    return "".join(chr(ord(char) + 0xFEE0) if char in "0123456789" else char for char in text)


@pytest.mark.parametrize(("requirement", "text", "expected"), CASES)
def test_judge_full_width_digits_change_nothing(requirement: str, text: str, expected: str) -> None:
    assert verdict(_wide(requirement), text) == expected
    assert verdict(requirement, _wide(text)) == expected


@pytest.mark.parametrize(
    ("simplified", "traditional"),
    [
        ("准确率不低于95%", "準確率不低於95%"),
        ("无需外部冷却", "無需外部冷卻"),
        ("厚度小于0.5毫米", "厚度小於0.5毫米"),
    ],
)
@pytest.mark.parametrize(
    "text", ["准确率97%。", "冷却水需外接。", "不需要冷却。", "厚度0.3 mm。", "厚度0.9 mm。"]
)
def test_judge_traditional_script_changes_nothing(simplified: str, traditional: str, text: str) -> None:
    assert verdict(simplified, text) == verdict(traditional, text)


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 999), st.integers(1, 999))
def test_judge_point_against_bound_is_arithmetic(wanted: int, said: int) -> None:
    assert verdict(f"厚度≤{wanted} μm", f"厚度为{said} μm。") == ("met" if said <= wanted else "contradicted")
    assert verdict(f"效率>{wanted}%", f"效率为{said}%。") == ("met" if said > wanted else "contradicted")


@settings(max_examples=40, deadline=None)
@given(st.integers(1, 99), st.integers(1, 99))
def test_judge_flipped_comparator_flips_a_decided_verdict(wanted: int, said: int) -> None:
    pair = {
        verdict(f"噪声≥{wanted} dB", f"噪声{said} dB。"),
        verdict(f"噪声<{wanted} dB", f"噪声{said} dB。"),
    }
    assert pair == {"met", "contradicted"}


def test_judge_quotes_the_sentence_and_field_as_printed() -> None:
    found = judged("厚度≤0.5 mm", "采用新工艺。厚度为０.３毫米。")
    assert (found.verdict, found.sentence, found.field) == (
        Verdict.MET,
        "厚度为０.３毫米。",
        "description",
    )
    assert "０.３毫米" in found.reason_zh
    silent = judged("厚度≤0.5 mm", "采用新工艺。")
    assert (silent.verdict, silent.sentence, silent.field) == (Verdict.MISSING, None, None)


def test_judge_prospect_says_so() -> None:
    assert "prospect" in judged("效率≥90%", "预计效率可达95%。").reason_en


def test_judge_excluded_approach() -> None:
    assert verdict("含氰电镀", "采用含氰电镀工艺。", excluded=True) == "contradicted"
    assert verdict("含氰电镀", "不使用含氰电镀工艺。", excluded=True) == "met"
    assert verdict("含氰电镀", "镀层均匀。", excluded=True) == "missing"


def test_judge_translate_bridges_words_the_list_lacks() -> None:
    lexicon = Lexicon(lambda word: {"藜麦": ["quinoa"], "脱壳": ["dehulling"]}.get(word, []))
    given_offer = Offer("O1", ORIGIN, {"title": LocalText(en="Quinoa dehulling")})
    assert judge(Requirement("藜麦脱壳"), given_offer, lexicon).verdict is Verdict.MET
    assert judge(Requirement("藜麦脱壳"), given_offer, LEXICON).verdict is Verdict.MISSING


def need(**texts: str) -> Need:
    return Need("N1", ORIGIN, {name: LocalText(zh=text) for name, text in texts.items()})


def test_requirements_of_finds_targets_and_leaves_background() -> None:
    found = requirements_of(
        need(
            abstract="随着社会发展，锂电池普及。公司成立于2011年，销售收入2002万元。设备必须支持在线检测。",
            wanted_outcome="抗冲击韧性≥67%，堆积密度≥1.80克/立方厘米。最好能便携。不接受含氰电镀方案。",
        )
    )
    assert [(item.text, item.level, item.excluded) for item in found] == [
        ("抗冲击韧性≥67%", "must", False),
        ("堆积密度≥1.80克/立方厘米", "must", False),
        ("最好能便携", "should", False),
        ("含氰电镀", "must", True),
        ("设备必须支持在线检测", "must", False),
    ]


def test_requirements_of_stated_ones_come_first_and_number_is_limited() -> None:
    stated = Requirement("重量不超过 3 kg", "should")
    many = "".join(f"第{number}项指标必须达到{number}0%以上。" for number in range(1, 30))
    found = requirements_of(Need("N1", ORIGIN, {"abstract": LocalText(zh=many)}, requirements=(stated,)))
    assert found[0] == stated
    assert len(found) == MOST


def test_judge_pair_judges_every_requirement_in_order() -> None:
    wanted = prepare_need(need(wanted_outcome="厚度≤0.5 mm。\n效率≥90%。"), LEXICON)
    found = judge_pair(wanted, prepare_offer(offer("厚度为0.3 mm，效率为80%。"), LEXICON))
    assert [item.verdict.value for item in found] == ["met", "contradicted"]


def test_text_sufficiency_grows_with_what_is_said() -> None:
    bare = text_sufficiency(need(title="电池"), Offer("O1", ORIGIN, {"title": LocalText(zh="电池")}))
    full = text_sufficiency(
        need(wanted_outcome="能量密度≥300 Wh/kg，循环寿命≥2000次，工作温度−40~60℃，成本低于0.5元/Wh。"),
        offer("能量密度310 Wh/kg，循环2500次。" * 6),
    )
    assert 0.0 <= bare < 0.3 < full <= 1.0


def test_judge_a_value_of_the_thing_itself_outweighs_a_neighbours() -> None:
    text = "20 ℃ 下爆破压力 4.2 MPa,工作压力 1.6 MPa。"
    assert verdict("爆破压力不低于 20 bar", text) == "met"


def test_judge_title_names_what_need_not_be_said_again() -> None:
    given_offer = offer("公称工作压力 350 bar。", title="车载储氢瓶")
    found = judge(Requirement("储氢罐工作压力不低于 30 MPa"), given_offer, LEXICON)
    assert found.verdict is Verdict.MET


def test_judge_denial_after_the_word_it_denies() -> None:
    text = "Parts are cleaned in alcohol; halogenated solvents are not used."
    assert verdict("halogenated solvents", text, excluded=True) == "met"


def test_decide_names_the_rule_behind_every_verdict() -> None:
    prepared = prepare_offer(offer("厚度为0.3毫米。"), LEXICON)
    found = decide(prepare_requirement(Requirement("厚度≤0.5 mm"), LEXICON), prepared)
    assert (found.verdict, found.rule) == (Verdict.MET, "value: measurand alone")
