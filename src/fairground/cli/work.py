"""`fairground work`: what happens without anybody pressing a button."""

import argparse
import logging
import time
from collections.abc import Callable

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.portal import set_up_portal

_DESCRIPTION = """The portal's clock: keeps the search index up with the change log, expires what is past its validity,
sends mail that waits, clears what was only lent. `fairground serve` runs it by itself.
门户的时钟：让检索索引跟上变更日志，让过期记录到期，发送待发邮件，清理临时文件。serve 会自动运行它。"""

_STEP_S = 0.3
_logger = logging.getLogger("fairground.clock")


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `work`."""
    parser = subparsers.add_parser(
        "work", help="run the portal's clock 运行时钟", description=_DESCRIPTION, epilog=EXIT_HELP
    )
    parser.add_argument("--once", action="store_true", help="do each thing once and stop 各做一次后停止")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Do what is due, again and again; see `register`."""
    set_up_portal()
    from fairground.config.clock import duties

    due = {duty.name: 0.0 for duty in duties()}
    try:
        while True:
            for duty in duties():
                if arguments.once or time.monotonic() >= due[duty.name]:
                    _attempt(duty.name, duty.do)
                    due[duty.name] = time.monotonic() + duty.every_s
            if arguments.once:
                return EXIT_OK
            time.sleep(_STEP_S)
    except KeyboardInterrupt:
        # How a clock ends: each duty is a transaction, and the next start takes up what is due.
        return EXIT_OK


def _attempt(name: str, do: Callable[[], object]) -> None:
    from django.db import close_old_connections

    try:
        do()
    except Exception:
        _logger.exception("%s failed and will be tried again", name)
    finally:
        close_old_connections()
