"""`fairground geocode`: addresses to places, one or a table of them, without a network."""

import argparse
from collections.abc import Sequence
from pathlib import Path

from fairground.cli.console import EXIT_HELP, EXIT_OK, EXIT_USAGE, Console
from fairground.cli.list_options import add_list_options, refuse_overwriting
from fairground.kernel.tables import READABLE, Cell, Table, TableError, output_format, read_table, write_table
from fairground.language.normalise import fold
from fairground.places.core.gazetteer import gazetteer
from fairground.places.core.geocoder import SURE, Candidate, Geocode, geocode

_DESCRIPTION = """Say which places an address may mean, with a point and how sure that is.
判断地址指的是哪里，给出坐标和把握大小；名称有歧义时列出全部可能。

Chinese and English addresses; China down to counties, towns and well-known areas, the world down to cities. Streets
and house numbers are not resolved. Nothing leaves this machine."""

_EPILOG = f"""examples / 示例:
  fairground geocode 朝阳区建国路88号               two places fit: both are listed 两处同名，都列出
  fairground geocode "88 Jianguo Road, Chaoyang District, Beijing"
  fairground geocode 鼓楼区 --hint 320000          Jiangsu's first, none sure 江苏的排在前面，但仍不确定
  fairground geocode platforms.xlsx -o placed.xlsx  columns are added to each row 为每行增加列
  fairground geocode list.csv -o out.csv --column 注册地址

how to read the result / 怎么读:
  confidence  0-1; {SURE} or more may be taken as it is, less wants a person
              把握：{SURE} 及以上可直接采用，以下请人工确认
  radius      metres around the point in which the place mostly lies: a district is not a house
              半径（米）：该地方大致的范围，不是门牌位置
  point       longitude, latitude in degrees, WGS-84 坐标为 WGS-84 经度、纬度

columns added to a file / 为文件增加的列:
  geo_place, geo_level, geo_code, geo_longitude, geo_latitude, geo_radius_m, geo_confidence   filled where it is sure
                                                                                              仅在有把握时填写
  geo_candidates   every place it may mean, with its confidence 全部可能
  geo_why          the words it was read from, and what is in doubt 依据与疑问

{EXIT_HELP}"""

_COLUMNS = (
    "geo_place", "geo_level", "geo_code", "geo_longitude", "geo_latitude", "geo_radius_m", "geo_confidence",
    "geo_candidates", "geo_why",
)  # fmt: skip
_NAMES = (
    "地址", "详细地址", "通讯地址", "通信地址", "联系地址", "办公地址", "注册地址", "所在地址", "单位地址", "地点",
    "所在地", "位置", "address", "addr", "location", "place", "full address", "street address",
)  # fmt: skip
LEVEL_WORDS = {
    "country": ("国家", "country"), "province": ("省级", "province"), "city": ("地市", "city"),
    "county": ("区县", "district"), "area": ("片区", "area"), "town": ("乡镇", "town"),
}  # fmt: skip


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `geocode`."""
    parser = subparsers.add_parser(
        "geocode",
        help="which places an address may mean 地址对应的地点",
        description=_DESCRIPTION,
        epilog=_EPILOG,
    )
    parser.add_argument(
        "address", metavar="ADDRESS|FILE", help="an address, or a table file of them 地址或表格文件"
    )
    parser.add_argument(
        "-o", "--output", type=Path, metavar="OUT",
        help="result file, for a table: xlsx, csv, tsv, jsonl, parquet 结果文件",
    )  # fmt: skip
    parser.add_argument(
        "--column", metavar="NAME", help="column with the address (default: by its name) 地址所在列"
    )
    parser.add_argument(
        "--hint", metavar="CODE", default="",
        help="region where it likely is, such as 130000 or CN: orders the candidates 可能所在的地区代码",
    )  # fmt: skip
    parser.add_argument(
        "--sheet", metavar="NAME", help="sheet of a workbook (default: the first with data) 工作表"
    )
    add_list_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Run the command; returns an exit code."""
    if arguments.hint and not gazetteer().lineage(arguments.hint):
        raise TableError(
            f"没有代码为“{arguments.hint}”的地区。请用国标代码（如 130000）或国家代码（如 CN）。",
            f"There is no region with the code {arguments.hint}. Give one such as 130000, or a country such as CN.",
        )
    path = Path(arguments.address)
    if arguments.output is None:
        if _is_file(path):
            console.say(
                f"“{path}”是文件，请用 -o 指定结果文件，例如 -o placed.xlsx。",
                f"{path} is a file: name the result with -o, such as -o placed.xlsx.",
            )
            return EXIT_USAGE
        _show(geocode(arguments.address, hint=arguments.hint), console)
        return EXIT_OK
    output_format(arguments.output)
    refuse_overwriting((path,), (arguments.output,))
    table = read_table(path, sheet=arguments.sheet, strict=arguments.strict)
    console.warnings(table.warnings, dict(table.warning_counts))
    _write(table, arguments, console)
    return EXIT_OK


def _is_file(path: Path) -> bool:
    try:
        return path.name.lower().endswith(READABLE) and path.is_file()
    except (OSError, ValueError):  # an address may be too long for a file's name, or hold what no name may
        return False


def _words(candidate: Candidate, console: Console) -> str:
    return candidate.label.in_language(console.language)


def _show(found: Geocode, console: Console) -> None:
    if not found.candidates:
        console.result(
            console.choose(
                "没有查到地名。请补充省、市或区县，例如“河北省石家庄市长安区……”。",
                "No place was found. Add the province, city or district, such as 'Chang'an District, Shijiazhuang'.",
            )
        )
        return
    names = ("地点", "级别", "代码", "经度", "纬度", "半径（米）", "把握", "依据")
    english = ("place", "level", "code", "longitude", "latitude", "radius m", "confidence", "why")
    console.table(
        names if console.language == "zh" else english,
        [
            (
                _words(one, console), console.choose(*LEVEL_WORDS[one.level]), one.place, f"{one.longitude:.3f}",
                f"{one.latitude:.3f}", str(one.radius_m), f"{one.confidence:.2f}",
                one.why.in_language(console.language),
            )
            for one in found.candidates
        ],
    )  # fmt: skip
    if found.rest:
        console.result(console.choose(f"未解析：{found.rest}", f"not resolved: {found.rest}"))
    if found.settled is None:
        console.result(
            console.choose("没有足够把握，请人工选择。", "Not sure enough: a person should choose.")
        )


def _column(table: Table, asked: str | None) -> int:
    if asked is not None and asked in table.columns:
        return table.columns.index(asked)
    folded = [fold(name).strip().lower() for name in table.columns]
    known = [] if asked is not None else [folded.index(name) for name in _NAMES if name in folded]
    if known:
        return known[0]
    listed = "、".join(table.columns)
    raise TableError(
        f"没有找到地址列。现有的列：{listed}。请用 --column 指定。",
        f"No column with addresses was found. There are: {', '.join(table.columns)}. Name one with --column.",
    )


def _write(table: Table, arguments: argparse.Namespace, console: Console) -> None:
    column = _column(table, arguments.column)
    taken = [name for name in _COLUMNS if name in table.columns]
    if taken:
        raise TableError(
            f"文件里已有列 {taken[0]}，像是此命令的结果。请用原文件，或先删去这些列。",
            f"The file already has the column {taken[0]}, as if this command had made it. Use the original file, or "
            "take those columns out.",
        )
    sure = nothing = 0
    rows: list[Sequence[Cell]] = []
    for row in console.progress(table.rows, len(table.rows), "解析地址", "reading addresses"):
        cell = row.cells[column]
        found = geocode("" if cell is None else str(cell), hint=arguments.hint)
        sure += found.settled is not None
        nothing += not found.candidates
        rows.append((*row.cells, *_cells(found, console)))
    write_table(arguments.output, (*table.columns, *_COLUMNS), rows, sheet=table.sheet or "Sheet1")
    console.say(f"已写出 {arguments.output}", f"wrote {arguments.output}")
    unsure = len(rows) - sure - nothing
    console.result(
        console.choose(
            f"{len(rows)} 行：{sure} 行有把握，{unsure} 行待人工选择，{nothing} 行没有查到。",
            f"{len(rows)} rows: {sure} sure, {unsure} for a person to choose, {nothing} without a place.",
        )
    )


def _cells(found: Geocode, console: Console) -> tuple[Cell, ...]:
    one = found.settled
    place: tuple[Cell, ...] = (None,) * 7
    if one is not None:
        place = (
            _words(one, console), one.level, one.place, one.longitude, one.latitude, one.radius_m, one.confidence
        )  # fmt: skip
    listed = "; ".join(f"{_words(other, console)} ({other.confidence:.2f})" for other in found.candidates)
    why = found.candidates[0].why.in_language(console.language) if found.candidates else None
    return (*place, listed or None, why)
