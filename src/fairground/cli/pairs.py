"""`fairground pairs`: the catalogue's matches made anew by a full run, or brought up to the change log."""

import argparse
import time

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.portal import set_up_portal

_DESCRIPTION = """The matches of the portal's catalogue.
门户目录的对接结果。

rebuild   matches every public offer, need and platform with every other; what stays the same keeps its date   全量重算
follow    matches what changed since, once, up to the end of the log (the portal does this all the time)       增量更新

A full run takes minutes for some thousands of records. In a hub of more than three thousand, records are matched one
by one instead, newest first, which takes seconds each. Readers see the old matches until then.
The database: DATABASE_URL, else in FAIRGROUND_HOME."""


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `pairs`."""
    parser = subparsers.add_parser(
        "pairs", help="make the catalogue's matches anew 目录对接", description=_DESCRIPTION, epilog=EXIT_HELP
    )
    parser.add_argument("what", choices=("rebuild", "follow"), help="see above 见上")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Do one of the two; see `register`."""
    set_up_portal()
    from fairground.match.catalogue.following import follow_changes, match_everything

    started = time.monotonic()
    count = match_everything() if arguments.what == "rebuild" else follow_changes()
    seconds = time.monotonic() - started
    console.say(f"已对接 {count} 条记录，{seconds:.1f} 秒。", f"Matched {count} records in {seconds:.1f} s.")
    return EXIT_OK
