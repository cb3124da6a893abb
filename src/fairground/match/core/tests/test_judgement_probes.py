# ruff: noqa: E501  # one probe a line reads best
"""Pairs written to be hard: whose value it is, under which condition, and whether it is there yet."""

import pytest

from fairground.collect.core.records import Offer, Origin, Requirement
from fairground.language.detect import language_of
from fairground.language.local_text import LocalText
from fairground.match.core.judgement import judge
from fairground.match.core.lexicon import Lexicon, dictionary_lexicon
from fairground.match.core.results import Verdict

# requirement, title, text, verdict; a requirement that begins with '!' is a refused approach
PROBES = (
    ("Films must be biodegradable", "Mulch film for vineyards",
     "Biodegradable films tear easily; ours is polyethylene and is rolled up after harvest.", "contradicted"),
    ("Works without internet", "Ward planning tool",
     "The tool connects to the internet for updates. Schedules are kept on the ward's own computer.", "missing"),
    ("Working life of the membrane at least 8 years", "Desalination skid",
     "The skid frame is galvanised and has a service life of 20 years. Membranes are cleaned in place.", "missing"),
    ("轴承寿命不低于 20000 h", "矿用输送机托辊", "托辊壳体采用高分子材料,寿命 30000 h。密封为迷宫结构。", "missing"),
    ("年维护费不超过 3 万元", "隧道渗漏监测系统", "单套设备售价 2.6 万元,安装 1 天完成。", "missing"),
    ("Price per unit below EUR 2,000", "Leak listener for water mains",
     "The yearly licence costs EUR 900. Each listener weighs 2 kg.", "missing"),
    ("Certified to EN 1090", "Modular footbridge",
     "The documents for certification to EN 1090 are being prepared. The bridge spans 18 m.", "missing"),
    ("通过药监部门注册", "可吸收止血海绵", "产品注册检验报告已提交药监部门,等待答复。", "missing"),
    ("Approved by the railway authority", "Track side lubricator",
     "A letter has gone to the railway authority asking for approval.", "missing"),
    ("水分测量范围 5%~40%", "谷物水分在线仪", "水分测量范围 3%~45%,误差 0.5%。", "met"),
    ("Flow range 10 to 500 mL/min", "Dosing pump", "Flow is adjustable from 5 to 800 mL/min.", "met"),
    ("Flow range 10 to 500 mL/min", "Dosing pump", "Flow is adjustable from 20 to 200 mL/min.", "contradicted"),
    ("温度范围 −40~85 ℃", "车规存储芯片", "工作温度 −20~70 ℃,容量 64 GB。", "contradicted"),
    ("适用粒径 1~200 μm", "气流分级机", "适用粒径 5~60 μm 的粉体,产量 300 kg/h。", "contradicted"),
    ("识别准确率不低于 95%", "输电线路巡检算法", "开源模型识别准确率 96%,但漏检多。本算法在 1000 张图上测试。", "missing"),
    ("识别准确率不低于 95%", "输电线路巡检算法", "开源模型识别准确率 90%,本算法识别准确率 97%。", "met"),
    ("Recovery of cobalt of 95 % or more", "Leaching of spent cells",
     "Smelting recovers 98 % of the cobalt; our leach takes out 91 %.", "contradicted"),
    ("Response time under 2 s", "Gas alarm", "Older alarms respond in 1 s. The new alarm has no pump.", "missing"),
    ("响应时间小于 2 s", "气体报警器", "响应时间 1.5 s,零点漂移小。", "met"),
    ("Response time under 2 s", "Gas alarm", "The alarm responds in 900 ms to methane.", "met"),
    ("Power draw below 5 W", "Buoy camera", "The camera consumes 3.2 W in use.", "met"),
    ("Power draw below 5 W", "Buoy camera", "The radio consumes 3.2 W; the camera needs 7 W.", "contradicted"),
    ("Weight of the drone below 4 kg", "Survey drone", "The battery weighs 1.2 kg and lasts 40 min.", "missing"),
    ("整机重量不超过 10 kg", "背负式喷雾机", "药箱重 3 kg,锂电池重 2 kg。", "missing"),
    ("整机重量不超过 10 kg", "背负式喷雾机", "整机重 8.5 kg,药箱容量 16 L。", "met"),
    ("抗压强度不低于 40 MPa", "固废基再生混凝土", "28 d 抗压强度 46.2 MPa,抗折强度 5 MPa。", "met"),
    ("抗压强度不低于 40 MPa", "固废基再生混凝土", "若掺入硅灰,抗压强度可达 46.2 MPa。", "missing"),
    ("Battery life at least 10 h", "Field tablet", "With the optional second battery the tablet runs for 14 h.", "missing"),
    ("支持断网运行", "门店收银终端", "选配离线模块后可断网运行。", "missing"),
    ("无需停机维护", "滤筒除尘器", "大多数情况下无需停机维护。", "missing"),
    ("Must be free of PFAS", "Textile finish", "Other finishes are free of PFAS. Ours repels oil.", "missing"),
    ("Must be free of PFAS", "Textile finish", "The finish contains no PFAS and repels water.", "met"),
    ("Must be free of PFAS", "Textile finish", "The finish contains 2 % PFAS.", "contradicted"),
    ("不得使用抗生素", "仔猪断奶配合料", "饲料全程不使用抗生素,以短链脂肪酸代替。", "met"),
    ("不得使用抗生素", "仔猪断奶配合料", "断奶第一周添加少量抗生素。", "contradicted"),
    ("Suitable for organic farming", "Slug barrier",
     "Products suitable for organic farming are often costly. The barrier is made of copper.", "missing"),
    ("可用于高原缺氧环境", "便携式发电机", "高原缺氧环境对普通机组是难题。本机采用双燃料。", "missing"),
    ("可用于高原缺氧环境", "便携式发电机", "本机可用于高原缺氧环境,已在海拔 4800 m 运行。", "met"),
    ("!Use of fluorinated refrigerants", "Heat pump dryer", "The dryer runs on R290 without fluorinated refrigerants.",
     "met"),
    ("!数据上传公有云", "产线质检盒子", "检测数据自动上传公有云,供总部查看。", "contradicted"),
    ("!数据上传公有云", "产线质检盒子", "数据不上传公有云,全部存于本地。", "met"),
    ("!氢氟酸清洗", "硅片清洗线", "与氢氟酸清洗相比,本线采用臭氧水。", "missing"),
    ("!Manual dosing", "Reagent feeder", "The feeder replaces manual dosing with a screw.", "met"),
    ("Handles at least 200 parcels per minute", "Parcel sorter", "The sorter handles 260 parcels per minute.", "met"),
    ("Handles at least 200 parcels per minute", "Parcel sorter", "One worker handles 20 parcels per minute by hand.",
     "missing"),
    ("每小时处理不少于 3 t", "秸秆打包机", "每小时处理 2 t 秸秆,包重 25 kg。", "contradicted"),
    ("工作压力不低于 30 MPa", "高压密封环", "密封环在 35 MPa 下运行 2000 h 无泄漏。", "met"),
    ("Shelf life of 12 months", "Yoghurt starter", "The carrier powder has a shelf life of 14 months.", "missing"),
    ("TRL 6 or higher", "Ice sensor", "The sensor has reached TRL 7 after a winter on the wing.", "met"),
    ("TRL 6 or higher", "Ice sensor", "TRL 4 has been reached; TRL 7 is planned for 2027.", "contradicted"),
    ("精度优于 0.1 mm", "激光跟踪测量仪", "测量精度 0.05 mm,量程 40 m。", "met"),
    ("精度优于 0.1 mm", "激光跟踪测量仪", "导轨精度 0.05 mm,整机量程 40 m。", "missing"),
    ("At least 30 % less water", "Dyeing machine", "Water use falls by 45 % against jet dyeing.", "met"),
    ("能耗降低 20% 以上", "锅炉燃烧优化", "氮氧化物降低 30%,能耗降低 8%。", "contradicted"),
    ("Operates wirelessly", "Strain gauge node", "A cable links the node to the logger; a wireless model is planned.",
     "missing"),
    ("开放数据接口", "能源管理平台", "平台开放数据接口,可与第三方系统对接。", "met"),
    ("Project budget up to EUR 300,000", "Sand filter monitor", "A monitor costs EUR 800.", "missing"),
    ("至少识别 10 种缺陷", "布匹瑕疵检测", "系统可识别瑕疵 40 种,其中断经类 6 种。", "missing"),
    ("Detects leaks of 0.1 L/min", "Pipe listener", "In the laboratory the listener found leaks of 0.08 L/min.",
     "missing"),
    ("孔隙率 60% 以上", "多孔钛植入体", "孔隙率 70%,弹性模量 3 GPa。", "met"),

("Ozone output below 0.05 ppm","Room air purifier","The purifier uses no corona stage and emits 0.02 ppm of ozone.","met"),
("Filter life of 12 months or more","Room air purifier","The pre-filter is washed monthly. The lamp lasts 14 months.","missing"),
("电池续航不低于 24 h","便携式监护仪","显示屏寿命 50000 h,电池续航 30 h。","met"),
("电池续航不低于 24 h","便携式监护仪","配大容量电池版续航 30 h,标准版续航 12 h。","missing"),
("采样频率不低于 1 kHz","肌电臂环","采样频率 2000 Hz,蓝牙传输。","met"),
("采样频率不低于 1 kHz","肌电臂环","采样频率 500 Hz,蓝牙传输。","contradicted"),
("Must not need cooling water","Induction furnace head","The head is cooled by air and needs no cooling water.","met"),
("Must not need cooling water","Induction furnace head","The head needs 12 l/min of cooling water.","contradicted"),
("Licensed for clinical use","Wound scanner","The scanner is approved for clinical use in the EU.","met"),
("Licensed for clinical use","Wound scanner","Two hospitals are testing the scanner under a research permit.","missing"),
("安装周期不超过 3 天","雨棚光伏套件","两名工人 2 天即可完成安装。","met"),
("安装周期不超过 3 天","雨棚光伏套件","运输需 2 天,安装周期 5 天。","contradicted"),
("Salt spray resistance of at least 1,000 h","Zinc flake bolt coating","Salt spray resistance reached 1,200 h in an accredited laboratory.","met"),
("Salt spray resistance of at least 1,000 h","Zinc flake bolt coating","Hot-dip zinc reaches 1,500 h of salt spray resistance. The flake coating has not been tested.","missing"),
("耐盐雾 1000 h","锌铝涂层紧固件","电镀锌耐盐雾 200 h,本涂层 1200 h。","met"),
("日处理量不小于 50 吨","餐厨垃圾处理车","预处理车日处理量 60 吨。","met"),
("日处理量不小于 50 吨","餐厨垃圾处理车","配套污水站日处理量 60 吨,主机每日处理 20 吨。","contradicted"),
("抗拉强度 ≥ 800 MPa","增材制造钛合金","抗拉强度 930 MPa,延伸率 12%。","met"),
("抗拉强度 ≥ 800 MPa","增材制造钛合金","抗拉强度可达 930 MPa。","met"),
("Tensile strength of 800 MPa or more","Printed titanium","After ageing the tensile strength is expected to be 930 MPa.","missing"),
("误报率低于 2%","森林火情识别","误报率 1.2%,漏报率 4%。","met"),
("漏报率低于 2%","森林火情识别","误报率 1.2%,漏报率 4%。","contradicted"),
("Droplet size 50 to 150 µm","Orchard atomiser","Droplet size is adjustable from 30 to 300 µm.","met"),
("Max working depth 50 m","Mussel line inspector","The inspector works to a depth of 80 m.","met"),
("Max working depth 50 m","Mussel line inspector","Lines hang 80 m deep; the camera housing is rated to 30 m.","contradicted"),
("支持 OPC UA","边缘采集网关","网关支持 OPC UA、Modbus 等协议。","met"),
("支持 OPC UA","边缘采集网关","网关支持 Modbus,OPC UA 支持正在开发。","missing"),
("Open source code","Crop model","The code is proprietary; a viewer is free.","contradicted"),
("无需标定","双目测距模组","出厂后无需标定。","met"),
("无需标定","双目测距模组","每月需用棋盘格标定一次。","contradicted"),
("Contains no cobalt","Cathode powder","The powder contains 5 % cobalt.","contradicted"),
("Contains no cobalt","Cathode powder","Cobalt prices have doubled. The powder is rich in manganese.","missing"),
("不含重金属","陶瓷釉料","釉料不含铅、镉等重金属。","met"),
("Operating cost below EUR 1 per m3","Well water filter","Bottled water costs EUR 300 per m3. The filter itself costs EUR 900.","missing"),
("Runs on 24 V DC","Belt scale","The scale runs on 24 V DC.","met"),
("Runs on 24 V DC","Belt scale","The scale needs 230 V AC.","contradicted"),
("静态功耗低于 10 μA","土壤传感器","静态功耗 6 μA,发射电流 45 mA。","met"),
("防护等级不低于 IP67","土壤传感器","探头防护等级 IP68,采集器为 IP65。","missing"),
("重复定位精度 ±0.02 mm","桌面机械臂","重复定位精度 ±0.05 mm,负载 3 kg。","contradicted"),
("重复定位精度 ±0.02 mm","桌面机械臂","重复定位精度 ±0.01 mm,负载 3 kg。","met"),
("No human operator needed","Potato grader","One operator feeds the grader.","contradicted"),
("No human operator needed","Potato grader","The grader runs without an operator.","met"),
)  # fmt: skip


@pytest.fixture(scope="module")
def lexicon() -> Lexicon:
    return dictionary_lexicon()


def _verdict(requirement: str, title: str, text: str, lexicon: Lexicon) -> Verdict:
    texts = {
        name: LocalText(en=part) if language_of(part) == "en" else LocalText(zh=part)
        for name, part in (("title", title), ("description", text))
    }
    asked = Requirement(requirement.removeprefix("!"), "must", requirement.startswith("!"))
    return judge(asked, Offer(id="o", origin=Origin("probes", None, 1), texts=texts), lexicon).verdict


@pytest.mark.parametrize(("requirement", "title", "text", "verdict"), PROBES)
def test_probe_is_never_answered_wrongly(
    requirement: str, title: str, text: str, verdict: str, lexicon: Lexicon
) -> None:
    assert _verdict(requirement, title, text, lexicon).value in (verdict, "missing")


def test_enough_probes_are_decided(lexicon: Lexicon) -> None:
    given = [(_verdict(*probe[:3], lexicon).value, probe[3]) for probe in PROBES]
    for verdict, least in (("met", 0.6), ("contradicted", 0.6)):
        found = [said for said, true in given if true == verdict]
        assert found.count(verdict) / len(found) >= least
