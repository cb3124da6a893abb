"""The workbook of one version: results, needs, hints, changes and a legend, both languages side by side."""

from collections.abc import Sequence
from pathlib import Path

from fairground.kernel.money import minor_digits
from fairground.kernel.tables import Cell, SheetToWrite, write_table
from fairground.language.local_text import LocalText
from fairground.match.core.list_changes import ListedEntry
from fairground.match.results_list.contents import (
    ListContent,
    address_of,
    amount_of,
    field_name,
    organisation_of,
    partnership_of,
    place_of,
    region_name,
    text_of,
)
from fairground.match.results_list.words import BOOKLET_WORDS, GONE_WORDS, about_the_list, field_labels

_HEAD = (
    "编号 number",
    "标题 title (zh)",
    "标题 title (en)",
    "单位 organisation (zh)",
    "单位 organisation (en)",
    "地区 region (zh)",
    "地区 region (en)",
    "领域 fields (zh)",
    "领域 fields (en)",
    "简介 summary (zh)",
    "简介 summary (en)",
)
_TAIL = (
    "合作方式 partnership (zh)",
    "合作方式 partnership (en)",
    "金额下限 amount from",
    "金额上限 amount to",
    "币种 currency",
    "金额原文 amount as printed",
    "有效期至 valid until",
    "演示数据 demonstration",
    "网址 address",
    "记录版本 record version",
)
_OFFER = ("优势 advantage (zh)", "优势 advantage (en)", "技术就绪度 TRL")
_NEED = (
    "期望结果 wanted outcome (zh)",
    "期望结果 wanted outcome (en)",
    "要求 requirements (zh)",
    "要求 requirements (en)",
    "就绪度不低于 TRL at least",
)
OFFER_COLUMNS = (*_HEAD, *_OFFER, *_TAIL)
NEED_COLUMNS = (*_HEAD, *_NEED, *_TAIL, "截止 deadline")
HINT_COLUMNS = (
    "需求编号 need",
    "需求 need (title)",
    "成果编号 result",
    "成果 result (title)",
    "对接分 score (0–1)",
    "依据 evidence",
    "满足 met",
    "未见说明 not found",
    "不符 contradicted",
    "成果原句 the offer's sentences",
    "提醒 remarks (zh)",
    "提醒 remarks (en)",
)
CHANGE_COLUMNS = (
    "变化 change",
    "编号 number",
    "标题 title (zh)",
    "标题 title (en)",
    "改动的栏目或原因 fields or reason (zh)",
    "改动的栏目或原因 fields or reason (en)",
)

Row = tuple[Cell, ...]


def write_workbook_of(content: ListContent, path: Path) -> None:
    """Write the workbook. Text never runs as a formula; the same content gives the same bytes.

    Raises TableWriteError.
    """
    offers, *others = sheets_of(content)
    write_table(path, offers.columns, offers.rows, sheet=offers.name, sheets=others)


def sheets_of(content: ListContent) -> tuple[SheetToWrite, ...]:
    """Return the sheets in order: results, needs, match hints, changes, about."""
    return (
        SheetToWrite(
            "成果 Results", OFFER_COLUMNS, [_offer_row(content, entry) for entry in content.of_side("offer")]
        ),
        SheetToWrite(
            "需求 Needs", NEED_COLUMNS, [_need_row(content, entry) for entry in content.of_side("need")]
        ),
        SheetToWrite("对接提示 Hints", HINT_COLUMNS, _hint_rows(content)),
        SheetToWrite("变化 Changes", CHANGE_COLUMNS, _change_rows(content)),
        SheetToWrite("说明 About", ("栏目 item", "中文", "English"), _about_rows(content)),
    )


def _sides(text: LocalText) -> tuple[Cell, Cell]:
    return (text.zh, text.en)


def _head(entry: ListedEntry) -> Row:
    facts = entry.facts
    names = [field_name(code) for code in facts.get("fields") or ()]
    fields = LocalText(
        "、".join(name.zh or "" for name in names) or None, ", ".join(name.en or "" for name in names) or None
    )
    return (
        entry.printed_number,
        *_sides(text_of(facts.get("title"))),
        *_sides(organisation_of(entry)),
        *_sides(place_of(entry)),
        *_sides(fields),
        *_sides(text_of(facts.get("summary") or facts.get("description") or facts.get("problem"))),
    )


def _tail(content: ListContent, entry: ListedEntry) -> Row:
    facts, amount = entry.facts, amount_of(entry)
    return (
        *_sides(partnership_of(entry)),
        _whole(amount.low_minor, amount.currency) if amount else None,
        _whole(amount.high_minor, amount.currency) if amount else None,
        amount.currency if amount else None,
        amount.quote or None if amount else None,
        facts.get("valid_until"),
        "演示数据 demonstration data" if facts.get("demonstration") else None,
        address_of(content, entry, "zh"),
        entry.record_version,
    )


def _whole(minor: int | None, currency: str) -> Cell:
    if minor is None:
        return None
    unit = 10 ** minor_digits(currency)
    return minor // unit if minor % unit == 0 else minor / unit


def _offer_row(content: ListContent, entry: ListedEntry) -> Row:
    facts = entry.facts
    return (*_head(entry), *_sides(text_of(facts.get("advantage"))), facts.get("trl"), *_tail(content, entry))


def _need_row(content: ListContent, entry: ListedEntry) -> Row:
    facts = entry.facts
    conditions = [text_of(each.get("text")) for each in facts.get("conditions") or ()]
    return (
        *_head(entry),
        *_sides(text_of(facts.get("wanted_outcome"))),
        "\n".join(filter(None, (text.zh for text in conditions))) or None,
        "\n".join(filter(None, (text.en for text in conditions))) or None,
        facts.get("trl"),
        *_tail(content, entry),
        facts.get("deadline"),
    )


def _hint_rows(content: ListContent) -> list[Row]:
    entries = {entry.key: entry for entry in content.entries}
    shown = [hint for hint in content.hints if hint.need in entries and hint.offer in entries]
    shown.sort(key=lambda hint: (entries[hint.need].number, -hint.score))
    rows: list[Row] = []
    for hint in shown:
        need, offer = entries[hint.need], entries[hint.offer]
        by_verdict = {
            verdict: "\n".join(reason.asks for reason in hint.reasons if reason.verdict == verdict) or None
            for verdict in ("met", "missing", "contradicted")
        }
        evidence = BOOKLET_WORDS.get(hint.evidence, LocalText(hint.evidence, hint.evidence))
        rows.append(
            (
                need.printed_number,
                text_of(need.facts.get("title")).in_language("zh"),
                offer.printed_number,
                text_of(offer.facts.get("title")).in_language("zh"),
                hint.score,
                f"{evidence.zh} {evidence.en}",
                by_verdict["met"],
                by_verdict["missing"],
                by_verdict["contradicted"],
                "\n".join(dict.fromkeys(reason.says for reason in hint.reasons if reason.says)) or None,
                "\n".join(flag.zh or "" for flag in hint.flags) or None,
                "\n".join(flag.en or "" for flag in hint.flags) or None,
            )
        )
    return rows


def _change_rows(content: ListContent) -> list[Row]:
    titles = {entry.printed_number: text_of(entry.facts.get("title")) for entry in content.entries}
    changes = content.changes
    return [
        *(
            ("新增 new", number, *_sides(titles[number]), None, None)
            for number in changes.new
            if number in titles
        ),
        *(
            (
                "修改 changed",
                each.number,
                *_sides(titles[each.number]),
                *_sides(field_labels(each.fields)),
            )
            for each in changes.changed
            if each.number in titles
        ),
        *(("退出 gone", each.number, None, None, *_sides(GONE_WORDS[each.reason])) for each in changes.gone),
    ]


def _about_rows(content: ListContent) -> Sequence[Row]:
    def regions(codes: Sequence[str]) -> tuple[Cell, Cell]:
        names = [region_name(code) for code in codes]
        return "、".join(name.zh or "" for name in names), ", ".join(name.en or "" for name in names)

    version = BOOKLET_WORDS["version"]
    number = str(content.number)
    rows: list[Row] = [
        ("名称 title", *_sides(content.title)),
        ("编制 made by", *_sides(content.hub)),
        (
            "版本 version",
            (version.zh or "").replace("{n}", number),
            (version.en or "").replace("{n}", number),
        ),
        ("日期 date", content.issued_on.isoformat(), content.issued_on.isoformat()),
        ("成果来自 results from", *regions(content.supply)),
        ("需求来自 needs from", *regions(content.demand)),
        (
            "领域 fields",
            "、".join(field_name(code).zh or "" for code in content.fields) or "全部",
            ", ".join(field_name(code).en or "" for code in content.fields) or "all",
        ),
        ("网址 address", content.address, content.address),
    ]
    if content.left_out:
        rows.append(
            (
                "已退出 left out since",
                "、".join(content.left_out),
                ", ".join(content.left_out),
            )
        )
    if content.names_demonstration():
        rows.append(("演示数据 demonstration", *_sides(BOOKLET_WORDS["demonstration_note"])))
    rows.extend(
        (f"{label.zh} {(label.en or '').lower()}", *_sides(text)) for label, text in about_the_list(content)
    )
    return rows
