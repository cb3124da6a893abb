"""Offers, needs, platforms, facilities, datasets, tools and scenarios as kinds of records."""

from fairground.accounts.kinds import PROTECTED, FieldSpec, Kind, register_kind
from fairground.accounts.layouts import (
    CONTACT_FIELD,
    FIELDS,
    FOOT,
    HEAD,
    KEYWORDS,
    ORGANISATION,
    PLACE,
    spec,
)
from fairground.collect.models import Dataset, Facility, Need, Offer, Platform, Scenario, Tool
from fairground.language.local_text import LocalText

_ELEMENTS = (
    spec("material", "材料", "Material", "local_line", "texts", searched=True),
    spec("method", "方法", "Method", "local_line", "texts", searched=True),
    spec("efficacy", "效果", "Efficacy", "local_line", "texts", searched=True),
    spec("product", "产品", "Product", "local_line", "texts", searched=True),
    spec("application", "应用", "Application", "local_line", "texts", searched=True),
)
_PARTNERSHIP = spec("partnership", "合作方式", "Partnership wanted", "codes", code_list="partnership")
_PROTECTED = spec(
    "protected_detail", "保密内容", "Protected detail", "local_text", "protected", access=PROTECTED,
    help=("仅在双方同意后开放，编辑也看不到。", "Opened only after both sides said yes; editors do not see it either."),
)  # fmt: skip
_MATURITY = spec(
    "maturity", "技术就绪度", "Readiness", "structures", "evidence",
    help=(
        "每一级须对应一个要素、一种用途、一个日期和一份证据。",
        "A level belongs to one element, one use, one date and one piece of evidence.",
    ),
    parts=(
        spec("level", "等级", "Level", "integer", required=True),
        spec("element", "要素", "Element", "local_line"),
        spec("use", "用途", "Use", "local_line"),
        spec("assessed_on", "日期", "Date", "date"),
        spec("evidence", "证据", "Evidence", "local_line"),
    ),
)  # fmt: skip
_RIGHTS = spec(
    "rights", "知识产权", "Intellectual property", "structures", "evidence",
    parts=(
        spec("right", "类型", "Type", "code", code_list="rights_type", required=True),
        spec("number", "编号", "Number", "line"),
        spec("office", "受理机构", "Office", "line"),
        spec("status", "状态", "Status", "line"),
        spec("owner", "权利人", "Owner", "line"),
    ),
)  # fmt: skip
_CONDITIONS = spec(
    "conditions", "要求", "Requirements", "structures", "lead", searched=True,
    help=("每条一个可检验的要求；注明必须或最好。", "One testable requirement each, must or should."),
    parts=(
        spec("text", "要求", "Requirement", "local_line", required=True),
        spec("level", "程度", "Level", "code", code_list="requirement_level"),
        spec("excluded", "不接受的方案", "Refused approach", "boolean"),
    ),
)  # fmt: skip
_EQUIPMENT = spec(
    "equipment", "设备", "Equipment", "structures", searched=True,
    parts=(
        spec("name", "名称", "Name", "local_line", required=True),
        spec("model", "型号", "Model", "line"),
        spec("hours", "开放时间", "Hours", "local_line"),
        spec("price", "收费", "Price", "local_line"),
        spec("booking", "预约", "Booking", "local_line"),
    ),
)  # fmt: skip
_PARTNER = spec(
    "partner", "希望的合作方", "Partner wanted", "structure",
    parts=(
        spec("role", "角色", "Role", "local_line"),
        spec("size", "规模", "Size", "code", code_list="size"),
        spec("region", "地区", "Region", "region"),
    ),
)  # fmt: skip
_POINT = (
    spec("address", "地址", "Address", "local_line", searched=True),
    spec("longitude", "经度", "Longitude (WGS-84)", "longitude"),
    spec("latitude", "纬度", "Latitude (WGS-84)", "latitude"),
)

_OFFER: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("problem_solved", "解决的问题", "Problem solved", "local_text", "lead", searched=True),
    spec(
        "advantage", "相比最佳替代方案的优势", "Advantage over the best alternative", "local_text", "lead",
        help=("与目前最好的做法相比，好在哪里、好多少。", "Better than today's best: in what, and by how much."),
        searched=True,
    ),
    spec("description", "技术说明", "Description", "local_text", "texts", searched=True),
    spec("economics", "经济性比较", "Economic comparison", "local_text", "texts", searched=True),
    *_ELEMENTS,
    spec("benefits", "效益", "Benefits", "local_text", "texts", searched=True),
    FIELDS,
    KEYWORDS,
    ORGANISATION,
    *PLACE,
    _PARTNERSHIP,
    _PARTNER,
    spec("price", "价格意向", "Price idea", "money"),
    _MATURITY,
    _RIGHTS,
    spec("evidence", "证据", "Evidence", "local_text", "evidence", searched=True),
    spec("deployed", "已应用于", "Deployed where", "local_text", "evidence", searched=True),
    spec("registration_stage", "成果所处阶段", "Registration stage", "code", "evidence",
         code_list="registration_stage"),
    spec("attribute", "成果属性", "Result attribute", "code", "evidence", code_list="result_attribute"),
    spec("export_restriction", "出口限制", "Export restriction", "text"),
    spec("goals", "可持续发展目标", "Sustainable development goals", "codes", code_list="development_goal"),
    _PROTECTED,
    CONTACT_FIELD,
    *FOOT,
)  # fmt: skip

_NEED: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("problem", "要解决的问题", "Problem", "local_text", "lead", searched=True),
    spec("current_method", "现有做法及其局限", "Today's method and its limit", "local_text", "lead", searched=True),
    spec(
        "wanted_outcome", "期望结果", "Wanted outcome", "local_text", "lead", searched=True,
        help=("写出可测量的目标，例如“误差不超过 0.1 毫米”。", "Give measurable targets: 'error at most 0.1 mm'."),
    ),
    _CONDITIONS,
    *_ELEMENTS,
    spec("trl", "最低技术就绪度", "Lowest readiness accepted", "readiness"),
    spec("budget", "预算", "Budget", "money"),
    spec("deadline", "截止日期", "Deadline", "date"),
    _PARTNERSHIP,
    spec("eligible", "谁可以应答", "Who may answer", "local_text"),
    spec("rights_expected", "知识产权期望", "Rights expected", "local_text"),
    FIELDS,
    KEYWORDS,
    ORGANISATION,
    *PLACE,
    _PROTECTED,
    CONTACT_FIELD,
    *FOOT,
)  # fmt: skip

_PLATFORM: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("platform_type", "类型", "Type", "code", code_list="platform_type"),
    spec("services", "服务", "Services", "local_text", "lead", searched=True),
    _EQUIPMENT,
    spec("free_space_m2", "可用面积（平方米）", "Free space (m²)", "integer"),
    spec("policies", "政策", "Policies", "local_text", "texts", searched=True),
    spec("park", "所在园区", "Park", "local_line", searched=True),
    spec(
        "listed_park", "园区（名录）", "Park in the list", "park",
        help=("选定后，本平台计入该园区的概况。", "Once chosen, the platform counts in that park's profile."),
    ),
    ORGANISATION,
    *PLACE,
    *_POINT,
    FIELDS,
    KEYWORDS,
    spec("checked_on", "最近核对", "Last checked", "date", "source"),
    CONTACT_FIELD,
    *FOOT,
)  # fmt: skip

_FACILITY: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("facility_type", "类型", "Type", "code", code_list="facility_type"),
    spec("model", "型号", "Model", "line", searched=True),
    spec("capability", "能力", "What it can do", "local_text", "lead", searched=True),
    spec("hours", "开放时间", "Hours", "local_line"),
    spec("price", "收费", "Price", "local_line"),
    spec("booking", "预约规则", "Booking rule", "local_line"),
    spec("platform", "所属平台", "Platform", "record", kind="platform"),
    ORGANISATION,
    *PLACE,
    *_POINT,
    FIELDS,
    KEYWORDS,
    CONTACT_FIELD,
    *FOOT,
)

_DATASET: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("identifier", "标识符", "Identifier", "line"),
    spec("creators", "创建者", "Creators", "lines"),
    spec("publisher", "发布者", "Publisher", "local_line"),
    spec("publication_year", "发布年份", "Publication year", "integer"),
    spec("resource_type", "资源类型", "Resource type", "code", code_list="resource_type"),
    spec("data_licence", "数据许可", "Licence of the data", "line"),
    spec("access_conditions", "获取条件", "How to get it", "local_text"),
    ORGANISATION,
    *PLACE,
    FIELDS,
    KEYWORDS,
    CONTACT_FIELD,
    *FOOT,
)

_TOOL: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("tool_type", "类型", "Type", "code", code_list="tool_type"),
    spec("release", "版本", "Release", "line"),
    spec("website", "网址", "Address", "line"),
    spec("tool_licence", "工具许可", "Licence of the tool", "line"),
    spec("requirements", "使用条件", "What it needs", "local_text"),
    ORGANISATION,
    *PLACE,
    FIELDS,
    KEYWORDS,
    CONTACT_FIELD,
    *FOOT,
)

_SCENARIO: tuple[FieldSpec, ...] = (
    *HEAD,
    spec("problem", "要解决的问题", "Problem", "local_text", "lead", searched=True),
    spec("shown", "内容与成效", "What it does and what was shown", "local_text", "lead", searched=True),
    spec("scale", "规模", "Scale", "local_text"),
    ORGANISATION,
    *PLACE,
    FIELDS,
    KEYWORDS,
    CONTACT_FIELD,
    *FOOT,
)


def register() -> None:
    """Make the kinds of this app known."""
    for code, zh, en, plural_en, model, layout in (
        ("offer", "成果", "Offer", "Offers", Offer, _OFFER),
        ("need", "需求", "Need", "Needs", Need, _NEED),
        ("platform", "平台", "Platform", "Platforms", Platform, _PLATFORM),
        ("facility", "设施设备", "Facility", "Facilities", Facility, _FACILITY),
        ("dataset", "数据集", "Dataset", "Datasets", Dataset, _DATASET),
        ("tool", "工具", "Tool", "Tools", Tool, _TOOL),
        ("scenario", "应用场景", "Scenario", "Scenarios", Scenario, _SCENARIO),
    ):
        register_kind(Kind(code, LocalText(zh, en), LocalText(zh, plural_en), model, layout))
