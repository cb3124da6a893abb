"""`fairground serve`: the portal on this machine, with all that belongs to it."""

import argparse
import ctypes
import os
import signal
import subprocess
import sys
import time
from functools import partial
from types import FrameType
from typing import TYPE_CHECKING

from fairground.cli.console import EXIT_HELP, EXIT_OK, Console
from fairground.cli.parts import Parts
from fairground.cli.portal import set_up_portal

if TYPE_CHECKING:
    from fairground.demo.load import LoadReport

_DESCRIPTION = """Serve the portal: brings database and search index up to date, then answers on HOST:PORT
until Ctrl-C. With --demo an empty home gets the demonstration hub; a second start keeps what was written.
启动门户：建立或更新数据库与检索索引，然后在 HOST:PORT 提供服务，按 Ctrl-C 结束。--demo 装入演示枢纽，再次启动保留数据。

Everything lies in FAIRGROUND_HOME (default: ./var): an SQLite database unless DATABASE_URL names PostgreSQL, index,
files, mail."""

_EPILOG = f"""examples / 示例:
  fairground serve --demo                 the demonstration on http://127.0.0.1:8000
  fairground serve --port 9000 --host 0.0.0.0

{EXIT_HELP}"""

EXIT_SERVE_FAILED = 1
_PR_SET_PDEATHSIG = 1  # prctl(2)
# Long work steps back behind the pages: on two processors one job would otherwise take half of what answers readers.
_NICENESS = {"jobs": 10}
# Threads of the linear algebra below numpy wait for each other at work: among other processes the small products of
# matching take a third less processor time in one, and less of the clock's. An operator's own word stands.
_LINEAR_ALGEBRA = {"OPENBLAS_NUM_THREADS": "1"}


def register(subparsers: "argparse._SubParsersAction[argparse.ArgumentParser]") -> None:
    """Add the command `serve`."""
    parser = subparsers.add_parser(
        "serve", help="serve the portal 启动门户", description=_DESCRIPTION, epilog=_EPILOG
    )
    parser.add_argument(
        "--host", default="127.0.0.1", help="address to listen on (default: 127.0.0.1) 监听地址"
    )
    parser.add_argument("--port", type=int, default=8000, help="port (default: 8000) 端口")
    parser.add_argument("--workers", type=int, default=2, help="processes that answer (default: 2) 进程数")
    parser.add_argument(
        "--demo", action="store_true", help="load the demonstration hub if it is not there 演示"
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, console: Console) -> int:
    """Prepare, then serve until told to stop."""
    if arguments.demo:
        os.environ.setdefault("FAIRGROUND_MODE", "demonstration")
    os.environ["FAIRGROUND_WORKERS"] = str(max(1, arguments.workers))
    if "FAIRGROUND_ADDRESS_FILE" not in os.environ:
        # Addresses in mail must lead to where it listens.
        os.environ.setdefault("FAIRGROUND_ADDRESS", f"http://{arguments.host}:{arguments.port}")
    set_up_portal()
    report = _prepare(console, demo=arguments.demo)
    return _serve(arguments.host, arguments.port, console, report)


def _prepare(console: Console, *, demo: bool) -> "LoadReport | None":
    from django.core.management import call_command

    started = time.monotonic()
    call_command("migrate", verbosity=0, interactive=False)
    call_command("collectstatic", verbosity=0, interactive=False)
    report = None
    if demo:
        from django.utils import timezone

        from fairground.demo.load import DemoRefusedError, load_demo

        try:
            report = load_demo(now=timezone.now())
        except DemoRefusedError as refused:
            console.say(refused.message.zh or "", refused.message.en or "")
            raise SystemExit(EXIT_SERVE_FAILED) from None
        added = sum(report.added.values())
        if added:
            console.say(f"已装入演示枢纽：{added} 条。", f"The demonstration hub is loaded: {added} rows.")
    from fairground.publish.index import follow_log

    follow_log()
    if demo:
        from fairground.demo.results_list import load_list
        from fairground.match.catalogue.following import follow_changes

        follow_changes()
        if load_list(now=timezone.now()):
            follow_log()
    seconds = time.monotonic() - started
    console.say(f"准备完成，{seconds:.1f} 秒。", f"Ready after {seconds:.1f} s.")
    return report


def _serve(host: str, port: int, console: Console, report: "LoadReport | None") -> int:
    """Run the web server, the job worker and the clock beside each other.

    The web server looks after its own processes; where it ends all the same, all ends. The other two are started again.
    """
    python = [sys.executable, "-m"]
    commands = {
        "web": [
            *python,
            "gunicorn",
            "--config",
            "python:fairground.config.gunicorn",
            "--bind",
            f"{host}:{port}",
        ],
        "jobs": [*python, "django", "db_worker", "--no-startup-delay"],
        "clock": [*python, "fairground", "work"],
    }
    # Each in a group of its own: Ctrl-C reaches this process alone, which then ends them in order.
    starters = {
        name: partial(
            subprocess.Popen,
            command,
            env={**_LINEAR_ALGEBRA, **os.environ},
            start_new_session=True,
            preexec_fn=partial(_begin, _NICENESS.get(name, 0)),
        )
        for name, command in commands.items()
    }

    def tell(name: str, status: int, wait_s: float) -> None:
        console.say(
            f"“{name}”进程意外结束（状态 {status}），{wait_s:.0f} 秒后重新启动；其余照常运行。",
            f"The process '{name}' ended by itself (status {status}) and is started again in {wait_s:.0f} s; "
            "the others go on.",
        )

    signal.signal(signal.SIGTERM, _stop)
    parts = Parts(starters, vital="web", tell=tell)
    _announce(console, host, port, report)
    stopped = None
    try:
        stopped = parts.watch()
    except KeyboardInterrupt:
        pass  # somebody asked us to stop
    finally:
        parts.end()
    if stopped is None:
        console.say("已停止，数据都已保存。", "Stopped. Everything is kept.")
        return EXIT_OK
    console.say(
        f"“{stopped}”进程意外结束，已全部停止；数据都已保存。原因见上方输出。",
        f"The process '{stopped}' ended by itself; everything was stopped and is kept. The reason is printed above.",
    )
    return EXIT_SERVE_FAILED


def _begin(niceness: int) -> None:
    """Step back, and be told to end when `serve` is gone, killed ones included: its parts would hold the port."""
    os.nice(niceness)
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


def _announce(console: Console, host: str, port: int, report: "LoadReport | None") -> None:
    address = f"http://{host}:{port}/"
    console.say(f"门户：{address}（按 Ctrl-C 结束）", f"The portal: {address} (Ctrl-C ends it)")
    if report is not None:
        console.say("演示账户（密码都是公开的）：", "Demo accounts (their password is public):")
        for account in report.accounts:
            line = f"  {account.role:<14} {account.email:<28} {account.password}"
            console.say(line, line)
