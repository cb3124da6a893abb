"""Output that appears whole or not at all."""

import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from fairground.kernel.tables.errors import TableWriteError


@contextmanager
def atomic_output(path: str | Path) -> Iterator[BinaryIO]:
    """Open `path` for writing bytes; the file takes its place only when the block ends without an exception.

    The bytes go to a hidden file in the same folder, are flushed to the disk, and replace the target in one
    step. On any exception, Ctrl-C included, the hidden file is removed and the old target stays. Only a kill
    that no program can catch leaves the hidden file behind; the target is untouched then, too.

    Raises
    ------
    TableWriteError : the folder is missing, not writable, full, or the target is held by another program
    """
    target = Path(os.path.realpath(path))
    hidden = target.with_name(f".{target.name[:80]}.{os.getpid()}.{secrets.token_hex(4)}.part")
    try:
        stream = hidden.open("xb")
    except (OSError, ValueError) as error:
        raise _cannot_write(path, error) from error
    try:
        with stream:
            yield stream
            stream.flush()
            os.fsync(stream.fileno())
        if target.exists():
            with suppress(OSError):  # a file system without modes; the content matters more
                shutil.copymode(target, hidden)
        os.replace(hidden, target)
        _sync_folder(target.parent)
    except OSError as error:
        hidden.unlink(missing_ok=True)
        raise _cannot_write(path, error) from error
    except BaseException:
        hidden.unlink(missing_ok=True)
        raise


def _sync_folder(folder: Path) -> None:
    if os.name != "posix":
        return  # Windows cannot open a folder to flush it
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some network file systems refuse; the file itself is on disk
            os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _cannot_write(path: str | Path, error: OSError | ValueError) -> TableWriteError:
    reason = getattr(error, "strerror", None) or str(error)
    return TableWriteError(
        f"无法写出“{path}”：{reason}。原有文件未改动。请检查文件夹、权限和磁盘空间；"
        "若文件正在表格软件中打开，请先关闭。",
        f"Cannot write {path}: {reason}. What stood there is untouched. Check the folder, its "
        "permissions and the "
        "space left; close the file if a spreadsheet has it open.",
    )
