"""The remarks a list of needs or offers can give rise to."""

from fairground.kernel.tables import WarningKind

CONTACT_COLUMN = WarningKind(
    "contact_column",
    False,
    "联系方式列“{name}”未读取：双方同意后才公开",
    "contact column left out: '{name}'; contacts open only after both sides said yes",
)
PROTECTED_COLUMN = WarningKind(
    "protected_column",
    False,
    "保密内容列“{name}”未读取",
    "protected column left out: '{name}'",
)
CONTACT_IN_TEXT = WarningKind(
    "contact_in_text",
    False,
    "文字中有 {count} 处电话或邮箱，已隐去为 […]",
    "{count} telephone numbers or e-mail addresses in the text were replaced by […]",
)
UNKNOWN_COLUMN = WarningKind(
    "unknown_column",
    False,
    "不认识列“{name}”，原样保留，不参与匹配",
    "the column '{name}' is unknown; it is carried along but not matched",
)
GUESSED_COLUMN = WarningKind(
    "guessed_column",
    False,
    "列“{name}”按“{field}”理解，请核对",
    "the column '{name}' was taken for '{field}'; please check",
)
AMBIGUOUS_COLUMN = WarningKind(
    "ambiguous_column",
    False,
    "多列（{names}）对应同一项“{field}”，取每行第一个有值的",
    "several columns ({names}) give '{field}'; the first with a value in each row counts",
)
NO_ID_COLUMN = WarningKind(
    "no_id_column",
    False,
    "没有编号列，编号由内容生成（内容不变则编号不变）",
    "there is no id column; ids were made from the content and stay while it stays",
)
DUPLICATE_ID = WarningKind(
    "duplicate_id",
    True,
    "编号“{first}”重复，本行改为“{name}”",
    "the id '{first}' stands twice; this row is now '{name}'",
)
EMPTY_RECORD = WarningKind(
    "empty_record",
    True,
    "既无标题也无正文，已跳过",
    "neither title nor text; the row was skipped",
)
BAD_TRL = WarningKind(
    "bad_trl",
    True,
    "无法读出成熟度（应为 1–9）：{quote}",
    "no readiness level from 1 to 9 could be read: {quote}",
)
BAD_AMOUNT = WarningKind(
    "bad_amount",
    True,
    "无法读出金额：{quote}",
    "no amount of money could be read: {quote}",
)
BAD_DATE = WarningKind(
    "bad_date",
    True,
    "无法读出日期（请写成 2026-03-01）：{quote}",
    "no date could be read (write it as 2026-03-01): {quote}",
)
SERIAL_DATE = WarningKind(
    "serial_date",
    False,
    "数字 {value} 按表格日期读为 {day}",
    "the number {value} was read as the spreadsheet date {day}",
)
BAD_PARTNERSHIP = WarningKind(
    "bad_partnership",
    False,
    "合作方式不在代码表中，未采用：{quote}",
    "not in the code list of partnerships and not used: {quote}",
)
