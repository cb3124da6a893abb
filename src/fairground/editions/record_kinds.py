"""Editions and sessions as kinds of records."""

from fairground.accounts.core.roles import MANAGE_EDITION
from fairground.accounts.kinds import Kind, register_kind
from fairground.accounts.layouts import FIELDS, FOOT, HEAD, KEYWORDS, ORGANISATION, PLACE, spec
from fairground.editions.models import Edition, Session
from fairground.language.local_text import LocalText

_HOSTS = spec(
    "hosts", "主办与承办", "Hosts and organisers", "structures",
    parts=(
        spec("name", "单位", "Organisation", "local_line"),
        spec("role", "角色", "Role", "code", code_list="host_role"),
    ),
)  # fmt: skip


def register() -> None:
    """Make the kinds of this app known."""
    register_kind(
        Kind(
            "edition",
            LocalText("年会", "Edition"),
            LocalText("年会", "Editions"),
            Edition,
            (
                *HEAD,
                spec("theme", "主题", "Theme", "local_line", "lead", searched=True),
                spec("year", "年份", "Year", "integer", required=True),
                spec("starts_on", "开始", "Begins", "date"),
                spec("ends_on", "结束", "Ends", "date"),
                spec("place", "地点", "Place", "local_line", searched=True),
                spec("aliases", "其他名称", "Also known as", "lines", searched=True),
                spec(
                    "modules", "板块", "Modules", "structures",
                    parts=(spec("code", "代码", "Code", "line"), spec("name", "名称", "Name", "local_line")),
                ),
                _HOSTS,
                *PLACE,
                *FOOT,
            ),
            stage="meet",
            added_with=MANAGE_EDITION,
        )
    )  # fmt: skip
    register_kind(
        Kind(
            "session",
            LocalText("场次", "Session"),
            LocalText("场次", "Sessions"),
            Session,
            (
                *HEAD,
                spec("theme", "主题", "Theme", "local_line", "lead", searched=True),
                spec("edition", "年会", "Edition", "record", kind="edition"),
                spec("module", "板块", "Module", "line"),
                spec("session_format", "形式", "Format", "code", code_list="session_format"),
                spec("held_on", "日期", "Date", "date"),
                spec("starts_at", "开始", "Begins", "datetime"),
                spec("ends_at", "结束", "Ends", "datetime"),
                spec("venue", "会场", "Venue", "local_line", searched=True),
                spec("topics", "议题", "Topics", "structures", parts=(spec("", "议题", "Topic", "local_line"),)),
                _HOSTS,
                spec(
                    "speakers", "嘉宾", "Speakers", "structures",
                    parts=(
                        spec("name", "姓名", "Name", "local_line"),
                        spec("role", "身份", "Role", "local_line"),
                    ),
                ),
                ORGANISATION,
                FIELDS,
                KEYWORDS,
                *PLACE,
                *FOOT,
            ),
            stage="meet",
            added_with=MANAGE_EDITION,
        )
    )  # fmt: skip
