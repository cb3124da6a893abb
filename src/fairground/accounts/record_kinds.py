"""Organisations and people as kinds of records."""

from fairground.accounts.core.roles import ADD_PUBLICATIONS, ADD_RECORDS
from fairground.accounts.kinds import Kind, register_kind
from fairground.accounts.layouts import (
    CONTACT_FIELD,
    COUNTRY,
    FIELDS,
    FOOT,
    HEAD,
    KEYWORDS,
    ORGANISATION,
    PLACE,
    spec,
)
from fairground.accounts.models import Organisation, Person
from fairground.language.local_text import LocalText


def register() -> None:
    """Make the kinds of this app known."""
    register_kind(
        Kind(
            "organisation",
            LocalText("单位", "Organisation"),
            LocalText("单位", "Organisations"),
            Organisation,
            (
                *HEAD,
                spec("aliases", "其他名称", "Also known as", "lines", searched=True),
                spec("organisation_kind", "类型", "Kind", "code", code_list="organisation_kind"),
                *PLACE,
                FIELDS,
                KEYWORDS,
                spec("parent", "上级单位", "Part of", "record", kind="organisation"),
                spec("founded", "成立年份", "Founded", "integer"),
                spec("size", "规模", "Size", "code", code_list="size"),
                spec("website", "网站", "Website", "line"),
                spec("ror", "ROR 标识", "ROR id", "line"),
                spec("uscc", "统一社会信用代码", "Unified social credit code", "line"),
                spec("legal_nature", "法律性质", "Legal nature", "code", code_list="legal_nature"),
                CONTACT_FIELD,
                *FOOT,
            ),
            added_with=ADD_RECORDS,
        )
    )
    register_kind(
        Kind(
            "person",
            LocalText("人物", "Person"),
            LocalText("人物", "People"),
            Person,
            (
                *HEAD,
                ORGANISATION,
                spec(
                    "positions", "任职", "Positions", "structures",
                    parts=(
                        spec("role", "职务", "Role", "local_line"),
                        spec("organisation", "单位", "Organisation", "local_line"),
                        spec("since", "自", "Since", "date"),
                        spec("until", "至", "Until", "date"),
                    ),
                ),
                spec("expertise", "专长", "Expertise", "local_line", searched=True),
                spec("languages", "语言", "Languages", "languages"),
                FIELDS,
                COUNTRY,
                CONTACT_FIELD,
                *FOOT,
            ),
            added_with=ADD_PUBLICATIONS,
            personal=True,
        )
    )  # fmt: skip
