"""Publications and exhibits as kinds of records."""

from fairground.accounts.core.roles import ADD_PUBLICATIONS
from fairground.accounts.kinds import Kind, register_kind
from fairground.accounts.layouts import FIELDS, FOOT, HEAD, KEYWORDS, ORGANISATION, PLACE, spec
from fairground.language.local_text import LocalText
from fairground.publish.models import Exhibit, Publication

_EDITION = spec("edition", "年会", "Edition", "record", kind="edition")


def register() -> None:
    """Make the kinds of this app known."""
    register_kind(
        Kind(
            "publication",
            LocalText("发布成果", "Publication"),
            LocalText("发布成果", "Publications"),
            Publication,
            (
                *HEAD,
                spec("publication_type", "类型", "Type", "code", code_list="publication_type"),
                spec("content", "内容", "Content", "local_text", "lead", searched=True),
                spec("issued_on", "发布日期", "Issued on", "date"),
                spec("issued_year", "发布年份", "Issued in", "integer"),
                spec("identifier", "编号", "Number", "line", searched=True),
                spec("issuers", "发布单位", "Issued by", "lines", searched=True),
                spec(
                    "signatories", "签署方", "Signatories", "structures",
                    parts=(
                        spec("name", "名称", "Name", "local_line", required=True),
                        spec("signed_on", "日期", "Date", "date"),
                    ),
                ),
                spec("website", "网址", "Address", "line"),
                _EDITION,
                ORGANISATION,
                FIELDS,
                KEYWORDS,
                *PLACE,
                *FOOT,
            ),
            stage="publish",
            added_with=ADD_PUBLICATIONS,
        )
    )  # fmt: skip
    register_kind(
        Kind(
            "exhibit",
            LocalText("展品", "Exhibit"),
            LocalText("展品", "Exhibits"),
            Exhibit,
            (
                *HEAD,
                _EDITION,
                spec("venue", "会场", "Venue", "local_line"),
                spec("hall", "展馆", "Hall", "line"),
                spec("stand", "展位", "Stand", "line"),
                spec("themes", "主题", "Themes", "local_line", searched=True),
                spec("shown", "相关成果", "Offers shown", "records", kind="offer"),
                ORGANISATION,
                FIELDS,
                KEYWORDS,
                *PLACE,
                *FOOT,
            ),
            stage="publish",
            added_with=ADD_PUBLICATIONS,
        )
    )
