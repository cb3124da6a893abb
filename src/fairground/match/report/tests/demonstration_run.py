# ruff: noqa: E501  # sentences of the invented records are kept whole
"""A rich invented run for the report's tests: every grade, verdict, flag, language mix and hostile text."""

from datetime import date

from fairground.collect.core.records import Need, Offer, Origin, Requirement
from fairground.kernel.money import MoneyRange
from fairground.language.local_text import LocalText
from fairground.match.core.results import Evidence, Flag, Judgement, Match, MatchRun, Verdict

MET, MISSING, CONTRADICTED = Verdict.MET, Verdict.MISSING, Verdict.CONTRADICTED


def _text(zh: str | None = None, en: str | None = None) -> LocalText:
    return LocalText(zh=zh, en=en)


def _needs() -> tuple[Need, ...]:
    return (
        Need(
            id="N-001",
            origin=Origin("needs.xlsx", "需求清单", 2),
            texts={
                "title": _text(
                    "大型薄壁铝合金结构件焊缝在线无损检测",
                    "Inline testing of welds in large thin-walled aluminium parts",
                ),
                "abstract": _text(
                    "压铸车身件焊缝目前靠抽检，漏检率约 6%，节拍跟不上产线。希望在线检出 0.5 mm 以上的气孔和裂纹，并把结果写回制造执行系统。",
                    "Welds of cast body parts are checked by sampling: about 6 % of flaws are missed and the line waits. "
                    "Wanted: pores and cracks above 0.5 mm found inline, with results written back to the MES.",
                ),
            },
            requirements=(
                Requirement("检出直径不大于 0.5 mm 的气孔和裂纹"),
                Requirement("单件检测时间 ≤ 90 s"),
                Requirement("检测结果写回制造执行系统", "should"),
                Requirement("不使用放射源", excluded=True),
            ),
            trl_min=7,
            budget=MoneyRange(None, 300000000, "CNY", "", "300万元以内"),
            deadline=date(2024, 12, 31),
            regions=("保定",),
            partnership=("commissioned_development", "pilot"),
            ipr="成果归双方共有",
            demonstration=True,
        ),
        Need(
            id="N-002",
            origin=Origin("needs.xlsx", "需求清单", 3),
            texts={
                "title": _text(None, "Recovery of low-grade heat below 90 °C from pharmaceutical drying"),
                "abstract": _text(
                    None,
                    "Drying lines release humid air at 70–85 °C. Steam costs have risen by a third since 2021. "
                    "We look for a way to return at least 40 % of that heat to the process.",
                ),
                "current_method": _text(None, "A plate exchanger recovers about 12 %."),
            },
            requirements=(
                Requirement("Recover at least 40 % of the heat in exhaust air at 70–85 °C"),
                Requirement("Payback within 3 years"),
                Requirement("No contact between exhaust and product air"),
            ),
            trl_min=8,
            regions=("石家庄", "天津滨海"),
            demonstration=True,
        ),
        Need(
            id="N-003",
            origin=Origin("needs.xlsx", "需求清单", 4),
            texts={
                "title": _text("肺结节手术术中定位与语音控制导航"),
                "abstract": _text(
                    "术中肺萎陷后，术前影像与实际位置偏差大，医生需要在视野内看到实时三维位置，并能不接触设备进行操作。"
                ),
            },
            requirements=(
                Requirement("术中定位误差 ≤ 3 mm"),
                Requirement("支持语音控制"),
                Requirement("已完成多中心试验", "should"),
            ),
            budget=MoneyRange(50000000, 80000000, "CNY", "about", "约50万–80万元"),
            deadline=date(2024, 3, 31),
            regions=("天津",),
            demonstration=True,
        ),
        Need(
            id="N-004",
            origin=Origin("needs.xlsx", "需求清单", 5),
            texts={
                "title": _text(
                    "渤海湾盐碱地耐盐牧草的低成本育苗",
                    "Low-cost seedlings of salt-tolerant forage for coastal land",
                ),
                "abstract": _text("沿海盐碱地含盐量 0.6% 左右，现有苗木成活率不足一半。"),
            },
            requirements=(
                Requirement("含盐量 0.6% 土壤中成活率 ≥ 80%"),
                Requirement("每亩种苗成本不超过 200 元"),
            ),
            demonstration=True,
        ),
        Need(
            id="N-005",
            origin=Origin("needs.xlsx", "需求清单", 6),
            texts={
                "title": _text(
                    "<script>alert('需求')</script> 产线数据上云",
                    "<img src=x onerror=alert(1)> Line data to the cloud",
                )
            },
            demonstration=True,
        ),
    )


def _offer(
    number: int, title: LocalText, organisation: str, region: str, trl: int | None, summary: LocalText
) -> Offer:
    return Offer(
        id=f"O-{number:02d}",
        origin=Origin("offers.csv", None, number + 1),
        texts={"title": title, "summary": summary},
        organisation=organisation,
        trl=trl,
        regions=(region,),
        partnership=("licence", "joint_development"),
        price=MoneyRange(250000000, 250000000, "CNY", "about", "约250万元") if number == 1 else None,
        ipr="发明专利 3 项" if number == 1 else None,
        demonstration=True,
    )


def _offers() -> tuple[Offer, ...]:
    titles = (
        (
            _text("机械臂搭载的结构件全域无损检测系统", "Robot-borne full-field testing of structural parts"),
            "青禾示例检测技术公司",
            "中关村",
            8,
        ),
        (
            _text("相控阵超声焊缝检测探头", "Phased-array ultrasonic probe for welds"),
            "海岭示例大学",
            "天津滨海",
            6,
        ),
        (_text(None, "Gamma-ray inspection cell for castings"), "Example Works of Larkfield", "燕郊", 9),
        (
            _text("高温热泵余热回收机组", "High-temperature heat pump for waste heat"),
            "云麓示例能源研究院",
            "保定",
            8,
        ),
        (_text(None, "Plate exchanger coating against fouling"), "Example Institute of Thornbury", "唐山", 5),
        (
            _text("胸外科术中三维导航系统", "Three-dimensional navigation for chest surgery"),
            "知远示例医疗公司",
            "中关村",
            7,
        ),
        (_text("医用语音控制模块"), "知远示例医疗公司", "中关村", 9),
        (
            _text("工业相机在线测量平台", "Inline measuring platform with industrial cameras"),
            "岚图示例视觉公司",
            "石家庄",
            None,
        ),
    )
    summary = _text(
        "面向产线的成套装置，已在两家示范工厂运行。",
        "A complete unit for production lines, running at two demonstration plants.",
    )
    return tuple(
        _offer(n, title, who, where, trl, summary) for n, (title, who, where, trl) in enumerate(titles, 1)
    )


def _judged(
    requirement: str,
    verdict: Verdict,
    sentence: str | None,
    zh: str,
    en: str,
    field: str = "advantage",
    level: str = "must",
) -> Judgement:
    return Judgement(requirement, level, verdict, sentence, field if sentence else None, zh, en)


_WELD = (
    "检出直径不大于 0.5 mm 的气孔和裂纹",
    "单件检测时间 ≤ 90 s",
    "检测结果写回制造执行系统",
    "不使用放射源",
)
_SILENT = ("供给文字中没有找到依据", "nothing found in the offer's words")


def _matches() -> tuple[Match, ...]:
    parts = {"words": 0.71, "phrases": 0.62, "meaning": 0.78, "mutual": 0.83}
    low = {"words": 0.32, "phrases": 0.18, "meaning": 0.44, "mutual": 0.21}
    weld_first = (
        _judged(
            _WELD[0],
            MET,
            "机械臂携带探头逐点扫描，可检出 0.3 mm 的气孔和裂纹，读数实时回传。",
            "0.3 mm ≤ 0.5 mm",
            "0.3 mm ≤ 0.5 mm",
        ),
        _judged(_WELD[1], MET, "一件后地板总成的扫描时间为 75 s。", "75 s ≤ 90 s", "75 s ≤ 90 s", "evidence"),
        _judged(_WELD[2], MISSING, None, *_SILENT, level="should"),
        _judged(
            _WELD[3],
            MET,
            "采用激光超声激励，不使用放射源，不需要屏蔽间。",
            "明确不用放射源",
            "says no radioactive source",
            "summary",
        ),
    )
    weld_second = (
        _judged(
            _WELD[0],
            MET,
            "The probe resolves cracks of 0.4 mm in aluminium sheet up to 6 mm thick.",
            "0.4 mm ≤ 0.5 mm",
            "0.4 mm ≤ 0.5 mm",
            "efficacy",
        ),
        _judged(_WELD[1], MISSING, None, *_SILENT),
        _judged(_WELD[2], MISSING, None, *_SILENT, level="should"),
        _judged(
            _WELD[3], MET, "超声检测无电离辐射。", "超声不涉及放射源", "ultrasound uses no radioactive source"
        ),
    )
    weld_third = (
        _judged(
            _WELD[0],
            MET,
            "Pores of 0.5 mm and larger are resolved in castings.",
            "0.5 mm ≤ 0.5 mm",
            "0.5 mm ≤ 0.5 mm",
        ),
        _judged(
            _WELD[1], CONTRADICTED, "A full scan takes 4 minutes per part.", "240 s > 90 s", "240 s > 90 s"
        ),
        _judged(_WELD[2], MISSING, None, *_SILENT, level="should"),
        _judged(
            _WELD[3],
            CONTRADICTED,
            "The cell uses an Ir-192 source behind 80 mm of lead.",
            "使用 Ir-192 放射源",
            "uses an Ir-192 source",
            "description",
        ),
    )
    weld_fourth = (
        _judged(_WELD[0], MISSING, None, *_SILENT),
        _judged(_WELD[1], MET, "相机节拍 20 s 一件。", "20 s ≤ 90 s", "20 s ≤ 90 s"),
        _judged(
            _WELD[2], MET, "数据可写入制造执行系统。", "写入制造执行系统", "writes to the MES", level="should"
        ),
        _judged(_WELD[3], MISSING, None, *_SILENT),
    )
    heat = (
        _judged(
            "Recover at least 40 % of the heat in exhaust air at 70–85 °C",
            MET,
            "机组可回收 75 °C 排风中 46% 的热量。",
            "46% ≥ 40%",
            "46% ≥ 40%",
            "efficacy",
        ),
        _judged("Payback within 3 years", MISSING, None, *_SILENT),
        _judged(
            "No contact between exhaust and product air",
            MET,
            "排风与新风之间为两级间壁换热。",
            "间壁换热，两股气流不接触",
            "two walls keep both streams apart",
            "method",
        ),
    )
    heat_thin = (
        _judged(
            "Recover at least 40 % of the heat in exhaust air at 70–85 °C",
            CONTRADICTED,
            "With the coating an exchanger recovers up to 18 % of exhaust heat.",
            "18% < 40%",
            "18 % < 40 %",
        ),
        _judged(
            "Payback within 3 years",
            MET,
            "Plants report payback in 14 months.",
            "14 个月 ≤ 3 年",
            "14 months ≤ 3 years",
            "economics",
        ),
        _judged("No contact between exhaust and product air", MISSING, None, *_SILENT),
    )
    lung = (
        _judged("术中定位误差 ≤ 3 mm", MISSING, None, *_SILENT),
        _judged(
            "支持语音控制",
            MET,
            "The surgeon turns the model by voice control; no touch is needed.",
            "写明语音控制",
            "names voice control",
        ),
        _judged("已完成多中心试验", MISSING, None, *_SILENT, level="should"),
    )
    voice = (
        _judged("术中定位误差 ≤ 3 mm", MISSING, None, *_SILENT),
        _judged("支持语音控制", MET, "模块支持二十条语音控制指令。", "写明语音控制", "names voice control"),
        _judged("已完成多中心试验", MISSING, None, *_SILENT, level="should"),
    )
    forage = tuple(
        _judged(text, MISSING, None, *_SILENT)
        for text in ("含盐量 0.6% 土壤中成活率 ≥ 80%", "每亩种苗成本不超过 200 元")
    )
    trl = Flag("trl", "warns", "供给为 TRL 6，低于要求的 7", "the offer stands at TRL 6, the need asks for 7")
    excluded = Flag(
        "excluded",
        "blocks",
        "供给使用了需求排除的放射源",
        "the offer uses the radioactive source the need excludes",
    )
    region = Flag(
        "region", "open", "未写明能否在石家庄实施", "does not say whether it can be installed in Shijiazhuang"
    )
    budget = Flag("budget", "open", "供给未报价", "the offer names no price")
    shared = ("气孔", "裂纹", "检测", "cracks", "pores")
    return (
        Match("N-001", "O-01", 1, 1, 0.86, parts, Evidence.ENOUGH, weld_first, (), shared),
        Match(
            "N-001",
            "O-02",
            2,
            1,
            0.71,
            {**parts, "words": 0.55},
            Evidence.ENOUGH,
            weld_second,
            (trl, budget),
            shared,
        ),
        Match(
            "N-001",
            "O-03",
            3,
            1,
            0.58,
            {**parts, "mutual": 0.4},
            Evidence.ENOUGH,
            weld_third,
            (excluded,),
            shared,
        ),
        Match("N-001", "O-08", 4, 1, 0.41, low, Evidence.THIN, weld_fourth, (), ("检测",)),
        Match("N-001", "O-07", 5, None, 0.12, low, Evidence.NONE, (), (), ()),
        Match(
            "N-002",
            "O-04",
            1,
            1,
            0.79,
            parts,
            Evidence.ENOUGH,
            heat,
            (region,),
            ("heat", "exhaust air", "热量", "排风"),
        ),
        Match("N-002", "O-05", 2, 1, 0.44, low, Evidence.THIN, heat_thin, (), ("exhaust", "heat")),
        Match(
            "N-003", "O-06", 1, 1, 0.63, parts, Evidence.THIN, lung, (budget,), ("voice control", "语音控制")
        ),
        Match("N-003", "O-07", 2, 1, 0.52, low, Evidence.THIN, voice, (), ("语音控制",)),
        Match("N-004", "O-04", 1, 2, 0.09, low, Evidence.NONE, forage, (), ()),
        Match("N-003", "O-01", None, 2, 0.17, low, Evidence.NONE, lung, (), ("voice control",)),
        Match("N-003", "O-02", None, 5, 0.17, low, Evidence.THIN, lung, (), ("voice control",)),
    )


def demonstration_run() -> MatchRun:
    """Return five needs and eight offers, seen from both sides."""
    return MatchRun(
        needs=_needs(),
        offers=_offers(),
        matches=_matches(),
        direction="both",
        top=10,
        method="weaker-side",
        method_version="1.0",
        notes=(
            (
                "需求少于 30 条，词频统计参照随附的参考语料。",
                "Fewer than 30 needs: the shipped reference population stands in for the list's own statistics.",
            ),
        ),
    )
