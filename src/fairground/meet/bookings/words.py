"""What bookings are called on pages and in mail. A no says what would help, never what was wrong with somebody."""

from collections.abc import Mapping

from fairground.language.local_text import LocalText
from fairground.meet.core import reservations as core

STATE_WORDS: Mapping[str, LocalText] = {
    core.ASKED: LocalText("待答复", "Waiting for an answer"),
    core.CONFIRMED: LocalText("已确认", "Confirmed"),
    core.MOVED: LocalText("已改期", "Moved to another time"),
    core.DECLINED: LocalText("未能安排", "Could not be arranged"),
    core.EXPIRED: LocalText("已过期", "Expired"),
    core.CANCELLED: LocalText("已取消", "Cancelled"),
    core.HELD: LocalText("已使用", "Used"),
    core.NO_SHOW: LocalText("未到场", "Nobody came"),
}
# Beside the word, never instead of it.
STATE_MARKS: Mapping[str, str] = {
    core.ASKED: "◐",
    core.CONFIRMED: "●",
    core.MOVED: "●",
    core.DECLINED: "×",
    core.EXPIRED: "◌",
    core.CANCELLED: "×",
    core.HELD: "✓",
    core.NO_SHOW: "–",
}
EVENT_WORDS: Mapping[str, LocalText] = {
    core.ASK: LocalText("提出预约", "Asked for"),
    core.CONFIRM: LocalText("确认", "Confirmed"),
    core.DECLINE: LocalText("未能安排", "Could not be arranged"),
    core.MOVE: LocalText("改期", "Moved"),
    core.CANCEL: LocalText("取消", "Cancelled"),
    core.EXPIRE: LocalText("到期未答复", "Expired without an answer"),
    core.MARK_HELD: LocalText("记为已使用", "Noted as used"),
    core.MARK_NO_SHOW: LocalText("记为未到场", "Noted that nobody came"),
}

BUSY, MAINTENANCE, UNSUITED, TRAINING, PAPERS, CLOSED = (
    "busy", "maintenance", "unsuited", "training", "papers", "closed",
)  # fmt: skip
WITHDRAWN = "withdrawn"  # given by the system alone
# Code → the plain name that the desk chooses, and what the holder reads.
REASONS: Mapping[str, tuple[LocalText, LocalText]] = {
    BUSY: (
        LocalText("这段时间另有安排", "Needed for something else then"),
        LocalText(
            "这段时间设备另有安排；日历上其他空闲时段都可以再约。",
            "It is needed for something else at that time. Any other free time in the calendar is welcome.",
        ),
    ),
    MAINTENANCE: (
        LocalText("检修或校准", "Maintenance or calibration"),
        LocalText(
            "设备需要检修或校准；恢复后欢迎再约。",
            "It needs maintenance or calibration. You are welcome once it is back in use.",
        ),
    ),
    UNSUITED: (
        LocalText("不适合这个用途", "Not suited to the purpose"),
        LocalText(
            "从用途看，这台设备未必能得到想要的结果；目录里也许有更合适的。",
            "For this purpose it may not give what you hope for. The catalogue may hold a better fit.",
        ),
    ),
    TRAINING: (
        LocalText("需要先培训", "Training first"),
        LocalText(
            "上机前需要先完成培训；培训后欢迎再约。",
            "People are trained before they use it. You are welcome after that.",
        ),
    ),
    PAPERS: (
        LocalText("还缺材料", "Something is missing"),
        LocalText(
            "安排之前还需要样品单、安全说明或审批材料；备齐后欢迎再约。",
            "A sample sheet, a safety note or an approval is needed first. You are welcome once it is there.",
        ),
    ),
    CLOSED: (
        LocalText("当天不开放", "Closed that day"),
        LocalText(
            "当天不开放；其他日子的空闲时段都可以再约。",
            "It is closed that day. Free times on other days are welcome.",
        ),
    ),
}
_WITHDRAWN_TEXT = LocalText(
    "该设施已撤下，不再接受预约。目录里也许有相近的设施。",
    "The facility was withdrawn and is no longer booked here. The catalogue may hold a similar one.",
)


def kind_reason(code: str) -> LocalText:
    """Return why, as the holder reads it; empty for a code that is none."""
    if code == WITHDRAWN:
        return _WITHDRAWN_TEXT
    return REASONS[code][1] if code in REASONS else LocalText()


def reasons_to_choose() -> list[dict[str, LocalText | str]]:
    """Return the reasons of a no as pages offer them, each with what the holder reads."""
    return [{"code": code, "label": label, "kind": kind} for code, (label, kind) in REASONS.items()]
