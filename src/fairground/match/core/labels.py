"""What became of pairs an office introduced: read from a table, each row an accepted, declined or graded pair."""

import re
from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from fairground.collect.core.columns import plain_name
from fairground.kernel.tables import (
    Cell,
    Limits,
    OpenTable,
    Row,
    TableError,
    TableWarning,
    WarningKind,
    WarningLog,
    open_table,
)

ACCEPTED_FROM = 2  # grades: 0 none, 1 same field, 2 partial, 3 meets
ACCEPTED_GRADE = 3


@dataclass(frozen=True, slots=True)
class Reason:
    """A reason for "no". `teaches`: it says that the texts do not fit, so a ranking can learn from it."""

    code: str
    zh: str
    en: str
    teaches: bool
    words: str  # pattern that finds it in a cell


# Code list E. A pair that fits but came too late, cost too much or met no answer must not teach that it does not
# fit; what the law or a border forbids is raised as a flag and is no matter of the texts either.
REASONS = (
    Reason("too_early", "成熟度太低", "too early", True, r"too early|immature|成熟度|太早|过早|尚早"),
    Reason(
        "benefit_unclear", "相对现有方案的优势不明", "benefit over existing unclear", True, r"benefit|优势不|效益不"
    ),
    Reason("route_unclear", "商业路径不明", "commercial route unclear", True, r"\broute|商业路径|商业模式"),
    Reason("description_unclear", "描述不清", "description unclear", True, r"description|描述不|表述不|说明不"),
    Reason("scientific_doubt", "科学上存疑", "scientific doubt", True, r"scientific|doubt|存疑|科学性"),
    Reason(
        "outside_field", "不属本领域", "outside our field", True, r"outside|field|领域不|不属|方向不|不相关|不匹配"
    ),
    Reason(
        "already_have", "已有同类或利益冲突", "already have it / conflict of interest", False,
        r"already|conflict of interest|已有|利益冲突|已解决",
    ),
    Reason("price_or_terms", "价格或条件", "price or terms", False, r"price|terms|价格|报价|条款|条件"),
    Reason("ipr_problem", "知识产权问题", "IPR problem", False, r"\bipr?\b|intellectual|知识产权|专利"),
    Reason(
        "region_or_export", "地域或出口限制", "region or export limit", False, r"region|export|地域|地区|出口|区域"
    ),
    Reason("timing_or_budget", "时间或预算", "timing/budget", False, r"timing|budget|时间|时机|预算|经费|资金"),
    Reason(
        "no_answer", "无答复（系统）", "no answer (system)", False,
        r"no[ _]answer|no[ _]reply|未答复|无答复|未回复|无回复",
    ),
)  # fmt: skip

_COLUMNS = {
    "need": ("need_id", "need", "needs", "demand id", "需求编号", "需求id", "需求", "需求号", "需求序号"),
    "offer": (
        "offer_id", "offer", "offers", "result id", "成果编号", "成果id", "成果", "供给编号", "成果号", "技术编号",
    ),
    "outcome": (
        "outcome", "decision", "grade", "relevance", "label", "rating", "result", "status", "结果", "决定", "对接结果",
        "意见", "状态", "分级", "等级", "评级", "标注",
    ),
    "reason": ("reason", "reason code", "decline reason", "原因", "理由", "拒绝原因", "谢绝原因", "原因代码"),
    "confidential": ("confidential", "secret", "保密", "是否保密", "涉密", "不公开"),
}  # fmt: skip
_NEEDED = ("need", "offer", "outcome")
# A column that says it holds grades is believed: a 1 in it is no yes, even where it holds nothing else.
_GRADES = ("grade", "relevance", "分级", "等级", "评级")
_EXPECTED = (
    "需求编号、成果编号、结果（接受 | 拒绝，或分级 0–3）；可选：原因、保密",
    "need_id, offer_id, outcome (accepted | declined, or a grade 0-3); optional: reason, confidential",
)

_ACCEPTED = re.compile(
    r"^(?:accept(?:ed)?|yes|y|agreed?|signed|met|true|接受|已接受|同意|已同意|采纳|是|达成|签约|已签约|成功|合适|有意向)$"
)
_DECLINED = re.compile(
    r"^(?:declined?|rejected?|refused?|no|n|false|拒绝|已拒绝|谢绝|婉拒|不接受|不同意|否|未达成|失败|不合适|无意向)$"
)
_WHOLE = re.compile(r"(?<=^[0-3])\.0+$")  # a grade that a spreadsheet exported as a fraction
_OPEN = re.compile(r"^(?:|open|pending|asked|待定|待答复|待回复|进行中|洽谈中|-+|—+)$")
_NOT_CONFIDENTIAL = re.compile(r"^(?:|no|n|none|false|f|0|否|无|不|公开|不保密|非保密|public|open|-+|—+)$")

UNKNOWN_NEED = WarningKind(
    "unknown_need",
    True,
    "需求清单里没有编号“{id}”，本行未用",
    "no need has the id '{id}'; the row was not used",
)
UNKNOWN_OFFER = WarningKind(
    "unknown_offer",
    True,
    "成果清单里没有编号“{id}”，本行未用",
    "no offer has the id '{id}'; the row was not used",
)
UNREADABLE_OUTCOME = WarningKind(
    "unreadable_outcome",
    True,
    "看不懂结果“{quote}”，本行未用；请写 接受、拒绝 或 0–3",
    "the outcome '{quote}' is not understood; the row was not used. Write accepted, declined or 0-3",
)
CONTRADICTION = WarningKind(
    "contradictory_pair",
    True,
    "“{need}”与“{offer}”在第 {first} 行另有结果，两处都未用",
    "the pair {need} - {offer} has another outcome in row {first}; neither was used",
)
UNKNOWN_REASON = WarningKind(
    "unknown_reason",
    False,
    "不认识原因“{quote}”，按一般谢绝处理",
    "the reason '{quote}' is not in the list; the pair counts as any declined one",
)
ZERO_ONE = WarningKind(
    "zero_one_outcomes",
    False,
    "结果列只有 0 和 1，按 1 = 接受、0 = 拒绝 理解",
    "the outcomes are all 0 or 1; 1 was read as accepted, 0 as declined",
)


@dataclass(frozen=True, slots=True)
class LabelledPair:
    """What became of one pair. `teaches` is False for a pair declined for a reason that says nothing about fit."""

    need_id: str
    offer_id: str
    grade: int  # 0–3; accepted is 3, declined is 0
    reason: str | None
    teaches: bool


@dataclass(frozen=True, slots=True)
class PairList:
    """The pairs that may be used, in the order of the file, and the count of what was left out.

    `confidential` : rows marked so; nothing of them but their number is kept.
    """

    pairs: tuple[LabelledPair, ...]
    rows_read: int
    confidential: int
    undecided: int
    warnings: tuple[TableWarning, ...]
    warning_counts: Counter[str]


def read_pairs(
    path: str | Path,
    need_ids: Collection[str],
    offer_ids: Collection[str],
    *,
    sheet: str | None = None,
    strict: bool = False,
    limits: Limits | None = None,
) -> PairList:
    """Read what became of pairs.

    Parameters
    ----------
    path : xlsx, csv, tsv, jsonl or parquet with columns for need id, offer id and outcome, found by their names
    need_ids, offer_ids : the ids of the two lists
    sheet : sheet of a workbook; None takes the first visible one with data
    strict : stop at the first row that cannot be used

    Returns
    -------
    PairList. Rows of unknown ids or outcomes and contradictory pairs are listed and left out; the same pair with
    the same outcome counts once; rows without an outcome are counted.

    Raises
    ------
    TableError : the file cannot be read, a column is missing, or no row names a known pair
    """
    with open_table(path, sheet=sheet, strict=strict, limits=limits, header_score=_header_score) as table:
        places = _places(table.columns, table.log.file)
        reading = _Reading(places, set(need_ids), set(offer_ids), table)
        for row in table.rows:
            reading.take(row)
        return reading.finished()


class _Reading:
    """The state of reading one file."""

    def __init__(
        self, places: dict[str, int], need_ids: set[str], offer_ids: set[str], table: OpenTable
    ) -> None:
        self._places, self._need_ids, self._offer_ids = places, need_ids, offer_ids
        self._log: WarningLog = table.log
        self._sheet = table.sheet
        self._columns = table.columns
        self._rows: dict[tuple[str, str], tuple[LabelledPair, int]] = {}
        self._contradicted: set[tuple[str, str]] = set()
        self._count = self._confidential = self._undecided = self._known = 0
        self._bare_numbers: Counter[bool] = Counter()

    def take(self, row: Row) -> None:
        """Read one row."""
        self._count += 1
        if not _NOT_CONFIDENTIAL.match(_plain(self._cell(row, "confidential"))):
            self._confidential += 1
            return
        pair = (_text(self._cell(row, "need")), _text(self._cell(row, "offer")))
        if not self._is_known(pair, row):
            return
        outcome = _WHOLE.sub("", _plain(self._cell(row, "outcome")))
        if _OPEN.match(outcome):
            self._undecided += 1
            return
        grade = _grade(outcome)
        if grade is None:
            self._note(UNREADABLE_OUTCOME, row, "outcome", quote=outcome[:60])
            return
        self._bare_numbers[outcome in ("0", "1")] += 1
        self._keep(pair, grade, self._reason(row), row)

    def finished(self) -> PairList:
        """Return what was read."""
        if self._count > self._confidential and not self._known:
            raise TableError(
                f"“{self._log.file}”中没有一行的两个编号都在清单里。请核对：编号列是否取自同样两份清单，需求与成果是否"
                "颠倒。文件未被改动。",
                f"No row of {self._log.file} names a need and an offer of the two lists. Check that the ids are those "
                "of the same lists and that needs and offers are not swapped. No file was changed.",
            )
        pairs = [pair for key, (pair, _) in self._rows.items() if key not in self._contradicted]
        if (
            plain_name(self._columns[self._places["outcome"]]) not in _GRADES
            and self._bare_numbers[True]
            and not self._bare_numbers[False]
            and any(pair.grade == 1 for pair in pairs)
        ):
            self._log.add(ZERO_ONE, sheet=self._sheet, column=self._columns[self._places["outcome"]])
            pairs = [replace(pair, grade=ACCEPTED_GRADE * pair.grade) for pair in pairs]
        log = self._log
        return PairList(
            tuple(pairs),
            self._count,
            self._confidential,
            self._undecided,
            tuple(log.items),
            Counter(log.counts),
        )

    def _is_known(self, pair: tuple[str, str], row: Row) -> bool:
        if pair[0] not in self._need_ids:
            self._note(UNKNOWN_NEED, row, "need", id=pair[0][:60])
            return False
        if pair[1] not in self._offer_ids:
            self._note(UNKNOWN_OFFER, row, "offer", id=pair[1][:60])
            return False
        self._known += 1
        return True

    def _keep(self, pair: tuple[str, str], grade: int, reason: Reason | None, row: Row) -> None:
        if pair in self._rows:
            earlier, first = self._rows[pair]
            if earlier.grade != grade:
                self._contradicted.add(pair)
                self._note(CONTRADICTION, row, "outcome", need=pair[0], offer=pair[1], first=first)
            return
        teaches = grade > 0 or reason is None or reason.teaches
        labelled = LabelledPair(*pair, grade, reason.code if reason else None, teaches)
        self._rows[pair] = (labelled, row.number)

    def _reason(self, row: Row) -> Reason | None:
        text = _plain(self._cell(row, "reason"))
        reason = reason_of(text)
        if text and reason is None:
            self._note(UNKNOWN_REASON, row, "reason", quote=text[:60])
        return reason

    def _cell(self, row: Row, field: str) -> Cell:
        place = self._places.get(field)
        return None if place is None else row.cells[place]

    def _note(self, kind: WarningKind, row: Row, field: str, **values: object) -> None:
        column = self._columns[self._places[field]]
        self._log.add(kind, sheet=self._sheet, row=row.number, column=column, **values)


def reason_of(text: str) -> Reason | None:
    """Return the reason of list E that a text names by its code or by words.

    >>> reason_of("时间或预算").code, reason_of("timing/budget").code, reason_of("outside_field").teaches
    ('timing_or_budget', 'timing_or_budget', True)
    """
    plain = text.strip().casefold()
    if not plain:
        return None
    for reason in REASONS:
        if plain in (reason.code, reason.code.replace("_", " "), reason.zh, reason.en.casefold()):
            return reason
    # Several reasons in one cell: one that says nothing about fit is enough to leave the pair out.
    found = [reason for reason in REASONS if re.search(reason.words, plain)]
    return min(found, key=lambda reason: reason.teaches, default=None)


def _grade(outcome: str) -> int | None:
    if _ACCEPTED.match(outcome):
        return ACCEPTED_GRADE
    if _DECLINED.match(outcome):
        return 0
    return int(outcome) if outcome in ("0", "1", "2", "3") else None


def _text(cell: Cell) -> str:
    if isinstance(cell, float) and cell.is_integer():
        cell = int(cell)  # spreadsheets store every number as a fraction
    return "" if cell is None else str(cell).strip()


def _plain(cell: Cell) -> str:
    return _text(cell).casefold()


def _field_of(name: str) -> str | None:
    plain = plain_name(name)
    for field, names in _COLUMNS.items():
        if plain in map(plain_name, names):
            return field
    return None


def _header_score(names: Sequence[str]) -> float:
    found = {field for name in names if len(name) <= 60 and (field := _field_of(name))}
    return len(found) if len(found) >= 2 else 0


def _places(columns: Sequence[str], file: str) -> dict[str, int]:
    places: dict[str, int] = {}
    for index, name in enumerate(columns):
        field = _field_of(name)
        if field is not None:
            places.setdefault(field, index)
    missing = [field for field in _NEEDED if field not in places]
    if missing:
        found = "、".join(columns[:20])
        names = {"need": "需求编号", "offer": "成果编号", "outcome": "结果"}
        raise TableError(
            f"“{file}”缺少列：{'、'.join(names[field] for field in missing)}。找到的列：{found}。应有：{_EXPECTED[0]}。"
            "请改列名后重试；文件未被改动。",
            f"{file} has no column for: {', '.join(missing)}. Found: {', '.join(columns[:20])}. Expected: "
            f"{_EXPECTED[1]}. Rename the columns and run again; the file was not changed.",
        )
    return places
