"""What a match run gives to people: the rows of the output file and the report to read and print."""

from fairground.match.report.page import render_report
from fairground.match.report.rows import (
    ResultSheet,
    flat_rows,
    legend_sheet,
    result_columns,
    result_rows,
    result_sheets,
)

__all__ = [
    "ResultSheet",
    "flat_rows",
    "legend_sheet",
    "render_report",
    "result_columns",
    "result_rows",
    "result_sheets",
]
