"""`fairground index`: the search index proved equal to the database, or built anew from it."""

import argparse
import time

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.portal import set_up_portal

EXIT_DIFFERENT = 6
_SHOWN = 10  # keys named for each kind of difference

_DESCRIPTION = """The portal's search index: prove that it equals the database, or build it anew.
门户的检索索引：证明它与数据库一致，或重新建立。

check     compares every document; says which records are missing, left over or different   逐条比对
rebuild   builds a new index beside the old one and switches over; readers notice nothing    重建后切换
follow    reads the change log once, up to its end (the portal does this all the time)       读取变更日志

The index is a copy: deleting its folder loses nothing. The database: DATABASE_URL, else in FAIRGROUND_HOME."""

_EPILOG = f"""{EXIT_HELP}
  6    check found a difference; run rebuild    发现不一致，请运行 rebuild"""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `index`."""
    parser = subparsers.add_parser(
        "index", help="check or rebuild the search index 检索索引", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument("what", choices=("check", "rebuild", "follow"), help="see above 见上")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Do one of the three; see `register`."""
    set_up_portal()
    if arguments.what == "check":
        return _check(console)
    from fairground.publish.index import follow_log, rebuild_index

    started = time.monotonic()
    count = rebuild_index() if arguments.what == "rebuild" else follow_log()
    seconds = time.monotonic() - started
    if arguments.what == "rebuild":
        console.say(
            f"已建立：{count} 条，{seconds:.1f} 秒。", f"Built: {count} documents in {seconds:.1f} s."
        )
    else:
        console.say(f"已读取 {count} 条变更，{seconds:.1f} 秒。", f"Read {count} changes in {seconds:.1f} s.")
    return EXIT_OK


def _check(console: Console) -> int:
    from fairground.publish.core.search.errors import SearchIndexError
    from fairground.publish.index import check_index

    try:
        found = check_index()
    except SearchIndexError as error:
        zh, _, en = str(error).partition("\n")
        console.say(zh, en)
        return EXIT_DIFFERENT
    if found.is_equal:
        console.say(
            f"索引与数据库一致：{found.documents} 条。",
            f"The index equals the database: {found.documents} documents.",
        )
        return EXIT_OK
    for zh, en, keys in (
        ("缺少", "missing", found.missing),
        ("多余", "left over", found.left_over),
        ("不同", "different", found.different),
    ):
        if keys:
            shown = " ".join(keys[:_SHOWN]) + (" …" if len(keys) > _SHOWN else "")
            console.say(f"{zh} {len(keys)} 条：{shown}", f"{len(keys)} {en}: {shown}")
    console.say(
        "请运行 fairground index rebuild。数据库未改动。",
        "Run fairground index rebuild. The database is unchanged.",
    )
    return EXIT_DIFFERENT
