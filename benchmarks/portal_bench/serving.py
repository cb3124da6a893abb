"""The portal served as in production: `fairground serve`, in mode production, behind what speaks like a proxy."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError
from urllib.request import Request, urlopen

BENCHMARKS = Path(__file__).resolve().parents[1]
PROXY_SAYS = {"X-Forwarded-Proto": "https", "X-Forwarded-For": "10.255.255.254"}
_START_S = 300.0


def set_environment(home: Path, database_url: str) -> None:
    """Set what this process and the server read: the settings of an operator in production."""
    os.environ.update(
        {
            "DJANGO_SETTINGS_MODULE": "portal_bench.settings",
            "FAIRGROUND_MODE": "production",
            "FAIRGROUND_HOME": str(home),
            "FAIRGROUND_SECRET_KEY": "for-this-benchmark-alone-" + "x" * 30,
            "FAIRGROUND_HOSTS": "127.0.0.1",
            "FAIRGROUND_BEHIND_PROXY": "1",
            "PYTHONPATH": str(BENCHMARKS),
        }
    )
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # as `fairground serve` sets it for its parts
    os.environ.pop("DATABASE_URL", None)
    if database_url:
        os.environ["DATABASE_URL"] = database_url


@contextmanager
def serving(log: Path) -> Iterator[str]:
    """Serve until the block ends; gives the address. Raises RuntimeError where the server does not come up."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    address = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "fairground", "serve", "--port", str(port), "--workers", "2"]
    with log.open("wb") as out:
        server = subprocess.Popen(command, stdout=out, stderr=subprocess.STDOUT, start_new_session=True)
        try:
            _wait_for(address, server, log)
            yield address
        finally:
            server.send_signal(signal.SIGTERM)
            try:
                server.wait(timeout=60)
            except subprocess.TimeoutExpired:
                server.kill()


def _wait_for(address: str, server: "subprocess.Popen[bytes]", log: Path) -> None:
    begin = time.monotonic()
    while time.monotonic() - begin < _START_S and server.poll() is None:
        try:
            with urlopen(Request(f"{address}/bare/", headers=PROXY_SAYS), timeout=5):
                return
        except (URLError, OSError):
            time.sleep(0.2)
    raise RuntimeError(f"the server did not come up; it said:\n{log.read_text('utf-8', 'replace')[-3000:]}")
