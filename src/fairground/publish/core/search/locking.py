"""The right to write in a folder, held by one process and thread; it ends with the process however that ends."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from fairground.publish.core.search.errors import IndexBusyError


@contextmanager
def sole_writer(folder: Path) -> Iterator[None]:
    """Hold the right to write in `folder`; raises `IndexBusyError` at once where somebody else holds it.

    The lock belongs to the open file, not to its name: the file stays behind and means nothing by itself.
    """
    with (folder / "writer.lock").open("a+b") as lock:
        try:
            _lock(lock.fileno())
        except OSError:
            raise IndexBusyError(
                f"另一个进程正在写入搜索索引 {folder}。请等待其完成后再试。\n"
                f"Another process is writing the search index {folder}. Wait until it has finished, then try again."
            ) from None
        yield


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
