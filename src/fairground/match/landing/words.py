"""What was understood of a wish, in a reader's words; examples of the form."""

from fairground.language.local_text import LocalText
from fairground.match.core.landing.measures import NEAR_KM, area_m2, read_nearness
from fairground.match.core.landing.statement import Wish
from fairground.places.core.regions import region_codes, region_of
from fairground.places.core.travel import MODES

NOT_UNDERSTOOD = LocalText(
    "没有读懂，请写成“距北京高铁一小时”这样",
    "not understood; write it like ‘within one hour by rail of Beijing’",
)
EXAMPLES = {
    "space": LocalText("3000平米标准厂房", "3,000 m² of workshop"),
    "pilot": LocalText("正极材料中试线", "pilot line for coatings"),
    "equipment": LocalText("三米法暗室", "scanning electron microscope"),
    "service": LocalText("电磁兼容测试", "EMC testing"),
    "talent": LocalText("熟练操作工", "skilled operators"),
    "industry": LocalText("氢能产业基础", "industry base in hydrogen"),
    "policy": LocalText("租金补贴、创新券", "rent subsidy"),
    "region": LocalText("河北或天津", "Hebei or Tianjin"),
    "distance": LocalText(
        "距北京高铁一小时；靠近保定高新区", "within one hour by rail of Beijing; near Baoding"
    ),
}
TRIES = (
    LocalText(
        "需要3000平米厂房、中试线，距北京高铁一小时",
        "need 3,000 m² of workshop, a pilot line, one hour by rail of Beijing",
    ),
    LocalText(
        "氢能项目，要有氢能产业基础、熟练操作工，距北京200公里以内",
        "an industry base in hydrogen, skilled staff, within 200 km of Beijing",
    ),
    LocalText(
        "必须有动物设施，离石家庄50公里以内，最好有租金补贴",
        "must have animal facilities within 50 km of Shijiazhuang, ideally rent subsidy",
    ),
)


def understood(wish: Wish) -> LocalText | None:
    """Say how a figure or a place of a wish is read, so that a wrong reading is seen; None for plain words."""
    if wish.kind == "space" and (area := area_m2(wish.text)) is not None:
        return LocalText(f"≥ {area:,.0f} m²", f"≥ {area:,.0f} m²")
    if wish.kind == "distance":
        near = read_nearness(wish.text)
        if near is None:
            return NOT_UNDERSTOOD
        if near.minutes is not None:
            mode = MODES.get(near.mode, LocalText("铁路或公路", "rail or road"))
            return LocalText(
                f"距{near.place}{mode.zh} ≤ {near.minutes:g} 分钟",
                f"≤ {near.minutes:g} min by {mode.en} from {near.place}",
            )
        own = (
            (f"（“靠近”按 {NEAR_KM:g} 公里）", f" (‘near’ is read as {NEAR_KM:g} km)")
            if near.assumed
            else ("", "")
        )
        return LocalText(
            f"距{near.place}直线 ≤ {near.km:g} 公里{own[0]}",
            f"≤ {near.km:g} km from {near.place}, straight{own[1]}",
        )
    if wish.kind == "region":
        regions = [region for code in region_codes(wish.text) if (region := region_of(code))]
        if not regions:
            return LocalText("没有认出地区", "no region recognised")
        return LocalText(
            "、".join(region.zh for region in regions), ", ".join(region.en for region in regions)
        )
    return None
