"""The part of the layout that every kind shares, and the short way to write one."""

from fairground.accounts.kinds import CONTACT, FieldSpec
from fairground.language.local_text import LocalText


def spec(name: str, zh: str, en: str, shape: str, group: str = "facts", **values: object) -> FieldSpec:
    """Return a FieldSpec; `help=("中文", "English")` may be given as a pair."""
    if isinstance(help_pair := values.get("help"), tuple):
        values["help"] = LocalText(*help_pair)
    return FieldSpec(name, LocalText(zh, en), shape, group, **values)  # type: ignore[arg-type]


TITLE = spec("title", "名称", "Title", "local_line", "lead", searched=True, required=True)
SUMMARY = spec(
    "summary", "简介", "Summary", "local_text", "lead", searched=True,
    help=("公开可见，请勿写入保密内容。", "Everybody can read this: nothing confidential here."),
)  # fmt: skip
KEYWORDS = spec("keywords", "关键词", "Keywords", "local_line", "facts", searched=True)
FIELDS = spec("fields", "领域", "Fields", "codes", "facts", code_list="fields")
ORGANISATION = spec("organisation", "单位", "Organisation", "record", "facts", kind="organisation")
REGION = spec("region", "地区", "Region", "region", "facts")
COUNTRY = spec("country", "国家", "Country", "country", "facts")
ZONE = spec("zone", "高新区", "Zone", "zone", "facts")
VISIBILITY = spec(
    "visibility", "可见范围", "Visible to", "code", "source", code_list="visibility",
    help=("所有人、会员，或仅限双方。", "Everybody, members, or the parties only."),
)  # fmt: skip
VALID_UNTIL = spec("valid_until", "有效期至", "Valid until", "date", "source")
LICENCE = spec("licence", "使用许可", "Licence of this text", "line", "source")
CONTACT_FIELD = spec(
    "contact", "联系方式", "Contact", "structure", "contact", access=CONTACT,
    help=(
        "仅在双方同意后向对方显示。",
        "Shown to the other side only after both said yes.",
    ),
    parts=(
        spec("name", "联系人", "Name", "line"),
        spec("email", "电子邮箱", "E-mail", "line"),
        spec("telephone", "电话", "Telephone", "line"),
    ),
)  # fmt: skip
PROVENANCE = spec(
    "provenance", "来源", "Source", "structure", "source",
    parts=(
        spec("name", "来源名称", "Name", "local_line"),
        spec("address", "网址", "Address", "line"),
        spec("quote", "原文", "Quote", "text"),
        spec("retrieved_on", "查阅日期", "Read on", "date"),
        spec("note", "说明", "Note", "local_line"),
    ),
)  # fmt: skip

PLACE = (REGION, COUNTRY, ZONE)
HEAD = (TITLE, SUMMARY)
FOOT = (VISIBILITY, VALID_UNTIL, LICENCE, PROVENANCE)
