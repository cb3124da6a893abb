"""The words of a list's documents, and the text about itself that each of them ends with."""

from collections.abc import Iterable, Mapping

from fairground.language.local_text import LocalText
from fairground.match.results_list.contents import ListContent
from fairground.web import figures

BOOKLET_WORDS: Mapping[str, LocalText] = {
    "offers": LocalText("成果", "Results"),
    "needs": LocalText("需求", "Needs"),
    "hints": LocalText("对接提示", "Match hints"),
    "contents": LocalText("目录", "Contents"),
    "changes": LocalText("与上一版相比", "Changes since the last version"),
    "index": LocalText("单位索引", "Index of organisations"),
    "about": LocalText("编制说明", "About this list"),
    "field": LocalText("领域", "Field"),
    "page": LocalText("页", "Page"),
    "supply": LocalText("成果来自", "Results from"),
    "demand": LocalText("需求来自", "Needs from"),
    "version": LocalText("第 {n} 版", "Version {n}"),
    "summary": LocalText("简介", "Summary"),
    "description": LocalText("说明", "Description"),
    "problem": LocalText("难题", "Problem"),
    "advantage": LocalText("优势", "Advantage"),
    "wanted_outcome": LocalText("期望结果", "Wanted outcome"),
    "conditions": LocalText("要求", "Requirements"),
    "trl": LocalText("技术就绪度", "TRL"),
    "trl_wanted": LocalText("就绪度不低于", "TRL at least"),
    "partnership": LocalText("合作方式", "Partnership"),
    "price": LocalText("价格", "Price"),
    "budget": LocalText("预算", "Budget"),
    "deadline": LocalText("截止", "Deadline"),
    "valid_until": LocalText("有效期至", "Valid until"),
    "demonstration": LocalText("演示数据", "demonstration data"),
    "demonstration_note": LocalText(
        "本册含演示数据：标有“演示数据”的单位与内容均为虚构。",
        "This booklet holds demonstration data: organisations and texts so marked are invented.",
    ),
    "machine": LocalText("机器翻译", "machine translation"),
    "asks": LocalText("需求要求什么", "What the need asks"),
    "says": LocalText("成果原文怎么说", "What the offer says"),
    "not_found": LocalText("原文未见说明", "nothing found in its text"),
    "met": LocalText("满足", "met"),
    "missing": LocalText("未见说明", "not found"),
    "contradicted": LocalText("不符", "contradicted"),
    "enough": LocalText("依据充分", "enough evidence"),
    "thin": LocalText("依据单薄", "thin evidence"),
    "score": LocalText("对接分", "score"),
    "excluded": LocalText("不接受：", "Not accepted: "),
    "stands_for": LocalText(
        "本机字体没有的字符以此代替。", "stands for a character that no typeface here has."
    ),
    "no_hints": LocalText(
        "目前没有依据足够的对接提示。提示来自双方公开文字；文字越具体，提示越多。",
        "No pair has enough evidence yet. Hints come from the public texts of both sides: the more concrete they are, "
        "the more hints there will be.",
    ),
    "since": LocalText("上一版：第 {n} 版，{day}", "Last version: version {n}, {day}"),
    "first_version": LocalText("这是第一版。", "This is the first version."),
    "no_changes": LocalText("所列内容与上一版相同。", "What is listed is the same as in the last version."),
    "new": LocalText("新增", "New"),
    "changed": LocalText("修改", "Changed"),
    "gone": LocalText("退出", "Gone"),
    "left_out": LocalText(
        "本版发布后撤下、不再刊印的条目：",
        "Withdrawn since this version was published, and no longer printed: ",
    ),
    "how": LocalText("怎么读", "How to read it"),
}
# What a changed field is called; the names are those of the frozen facts.
_FIELD_WORDS: Mapping[str, LocalText] = {
    "title": LocalText("名称", "Title"),
    "summary": BOOKLET_WORDS["summary"],
    "description": BOOKLET_WORDS["description"],
    "problem": BOOKLET_WORDS["problem"],
    "advantage": BOOKLET_WORDS["advantage"],
    "wanted_outcome": BOOKLET_WORDS["wanted_outcome"],
    "conditions": BOOKLET_WORDS["conditions"],
    "organisation": LocalText("单位", "Organisation"),
    "region": LocalText("地区", "Region"),
    "country": LocalText("国家", "Country"),
    "fields": LocalText("领域", "Fields"),
    "trl": LocalText("技术就绪度", "TRL"),
    "partnership": BOOKLET_WORDS["partnership"],
    "price": BOOKLET_WORDS["price"],
    "budget": BOOKLET_WORDS["budget"],
    "deadline": BOOKLET_WORDS["deadline"],
    "valid_until": LocalText("有效期", "Validity"),
    "demonstration": LocalText("演示数据标记", "Mark of demonstration data"),
}
GONE_WORDS: Mapping[str, LocalText] = {
    "expired": LocalText("已过有效期", "expired"),
    "moved": LocalText("不再属于本清单的地区或领域", "no longer of the regions or fields of this list"),
    "withdrawn": LocalText("已撤下", "withdrawn"),
}


def field_labels(names: Iterable[str]) -> LocalText:
    """Return the names of changed fields as one line; what only follows another field is not named by itself."""
    labels = [_FIELD_WORDS[name] for name in names if name in _FIELD_WORDS]
    return LocalText(
        "、".join(label.zh or "" for label in labels) or None,
        ", ".join(_lowered(label.en or "") for label in labels) or None,
    )


def _lowered(label: str) -> str:
    return label if label.isupper() else label.lower()


def how_to_read() -> tuple[tuple[str, LocalText], ...]:
    """Return the signs a reader meets and what each means."""
    return (
        (
            "R-001",
            LocalText("成果编号，各版不变", "number of a result; it stays the same in every version"),
        ),
        ("N-001", LocalText("需求编号，各版不变", "number of a need; it stays the same in every version")),
        (
            "TRL 1–9",
            LocalText(
                "技术就绪度：1 为发现基本原理，9 为实际应用",
                "technology readiness level: 1 a principle reported, 9 proven in operation",
            ),
        ),
        (
            "https://",
            LocalText(
                "每条的网址：全文、附件与最新情况，登录后可表达意向",
                "the page of an entry: its full text, files and latest state; sign in there to say you are interested",
            ),
        ),
    )


def about_the_list(content: ListContent) -> tuple[tuple[LocalText, LocalText], ...]:
    """Return how the list was made, heading and text: source, choice, numbers, method, contact, withdrawal."""
    zh_day, en_day = (figures.day(content.issued_on, language) for language in ("zh", "en"))
    hub_zh, hub_en = content.hub.in_language("zh"), content.hub.in_language("en")
    method_zh = f"（方法：{content.method}）" if content.method else ""
    method_en = f" (method: {content.method})" if content.method else ""
    return (
        (
            LocalText("来源", "Source"),
            LocalText(
                f"所列均为{hub_zh}目录中截至{zh_day}已发布、对所有人公开的记录，文字由各单位自己填写，经编辑审核后发布。保密内容、"
                "联系方式、仅对会员开放的记录不在其中。",
                f"Everything here was published and open to everybody in the catalogue of {hub_en} on {en_day}. The "
                "organisations wrote the texts themselves; an editor looked at each before it was published. Protected "
                "detail, contacts and records for members only are not in it.",
            ),
        ),
        (
            LocalText("收录", "What is listed"),
            LocalText(
                "成果按所在地区收录，需求按需求方所在地区收录；写明领域的，只收属于这些领域及其下级领域的记录。过长的文字有删节，以“…”标明。",
                "Results are listed by the region they come from, needs by the region they are in. Where fields are "
                "named, only records of these fields and the fields below them are listed. Long texts are cut, marked "
                "'…'.",
            ),
        ),
        (
            LocalText("编号", "Numbers"),
            LocalText(
                "R 为成果，N 为需求。一条记录在本清单各版中编号不变；退出的编号不再使用。",
                "R is a result, N a need. A record keeps its number in every version of this list; the number of a "
                "record that is gone is not used again.",
            ),
        ),
        (
            LocalText("对接提示", "Match hints"),
            LocalText(
                f"由程序根据双方公开文字给出{method_zh}：需求的每条要求与成果原句并列。“未见说明”既不是满足，也不是不符。分数只用于排序，不是"
                "概率。提示不代替双方自己的判断。",
                f"They are given by a program from the public texts of both sides{method_en}: each requirement of the "
                "need stands beside the offer's own sentence. 'Not found' is neither a yes nor a no. The score only "
                "orders, it is no probability. A hint does not replace the judgement of both sides.",
            ),
        ),
        (
            LocalText("联系", "Contact"),
            LocalText(
                "请在每条所附网址登录后表达意向；双方都同意后互见联系方式。",
                "Sign in at the address that stands with each entry and say that you are interested; contacts are "
                "shown once both sides agree.",
            ),
        ),
        (
            LocalText("撤下与更正", "Withdrawal and correction"),
            LocalText(
                f"记录撤下、过期或不再公开后，不再出现在新版中，旧版的电子文件也随之重新生成、不再刊印该条；已印出的纸本无法收回。内容以网站为准："
                f"{content.address}",
                "A record that is withdrawn, expired or no longer public is in no new version, and the files of old "
                "versions are made again without it; what was printed on paper cannot be called back. What stands on "
                f"the site counts: {content.address}",
            ),
        ),
    )
