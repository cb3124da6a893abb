"""The bytes of a file: opened, unpacked when gzipped, and counted while they are read."""

import gzip
import io
import zlib
from contextlib import ExitStack
from pathlib import Path
from typing import BinaryIO

from fairground.kernel.tables.errors import (
    TableEmptyError,
    TableFormatError,
    TableLimitError,
    TableNotFoundError,
)
from fairground.kernel.tables.model import Limits

GZIP_MAGIC = b"\x1f\x8b"


class CountingReader(io.RawIOBase):
    """Passes bytes on and stops when more come out than `limits` allow for `packed` bytes on disk."""

    def __init__(self, raw: BinaryIO, name: str, packed: int, limits: Limits) -> None:
        super().__init__()
        self._raw = raw
        self._name = name
        self._most = min(limits.max_unpacked_bytes, max(limits.ratio_floor_bytes, packed * limits.max_ratio))
        self._count = 0

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]  # typeshed wants WriteableBuffer
        try:
            data = self._raw.read(len(buffer))
        except (zlib.error, EOFError, gzip.BadGzipFile) as error:
            raise broken_archive(self._name) from error
        self._count += len(data)
        if self._count > self._most:
            raise unpacks_too_large(self._name, self._most)
        buffer[: len(data)] = data
        return len(data)

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


def broken_archive(name: str) -> TableFormatError:
    """Return the error for a compressed file that cannot be unpacked."""
    return TableFormatError(
        f"无法解压“{name}”：文件已损坏或不完整。请重新导出或重新下载后再试。",
        f"Cannot unpack {name}: it is damaged or incomplete. Export or download it again.",
    )


def unpacks_too_large(name: str, most: int) -> TableLimitError:
    """Return the error for a file that unpacks to more than `most` bytes."""
    size = max(1, most // 1024**2)
    return TableLimitError(
        f"“{name}”解压后超过 {size} MB，疑似压缩炸弹，已停止读取。若确为正常数据，请拆分后以 csv 或 "
        "parquet 保存。",
        f"{name} unpacks to more than {size} MB, like a zip bomb; reading stopped. If the data is honest, "
        "split it and save it as csv or parquet.",
    )


class ByteSource:
    """A file that can be opened again and again from its start.

    Raises
    ------
    TableNotFoundError, TableEmptyError, TableLimitError : when made, for a file that cannot be read at all
    """

    def __init__(self, path: Path, limits: Limits) -> None:
        self.path = path
        self.name = path.name
        self.limits = limits
        self.size = _size_of(path)
        if self.size == 0:
            raise empty_file(self.name)
        if self.size > limits.max_file_bytes:
            size = limits.max_file_bytes // 1024**2
            raise TableLimitError(
                f"“{self.name}”超过 {size} MB，未读取。请拆分文件，或改存为 parquet。",
                f"{self.name} is larger than {size} MB and was not read. Split it, or save it as parquet.",
            )
        # Rows are read by generators, which an error elsewhere may leave half-way: everything is closed here.
        self._opened = ExitStack()
        with path.open("rb") as stream:
            self.gzipped = stream.read(2) == GZIP_MAGIC

    def open(self) -> io.BufferedReader:
        """Open the (unpacked) bytes from the start."""
        raw: BinaryIO = self.path.open("rb")
        self._opened.callback(raw.close)
        if self.gzipped:
            raw = gzip.GzipFile(fileobj=raw, mode="rb")  # type: ignore[assignment]  # a BinaryIO in all but name
        return io.BufferedReader(CountingReader(raw, self.name, self.size, self.limits), buffer_size=1 << 18)

    def open_packed(self) -> BinaryIO:
        """Open the bytes as they are on disk, free to move about in."""
        raw = self.path.open("rb")
        self._opened.callback(raw.close)
        return raw

    def close(self) -> None:
        """Close every stream opened so far."""
        self._opened.close()

    def head(self, size: int = 4096) -> bytes:
        """Return the first bytes, unpacked."""
        with self.open() as stream:
            return stream.read(size)


def _size_of(path: Path) -> int:
    try:
        if path.is_dir():
            raise TableNotFoundError(
                f"“{path}”是文件夹，不是文件。请给出其中一个表格文件。",
                f"{path} is a folder, not a file. Name one table file in it.",
            )
        if path.exists() and not path.is_file():
            raise TableNotFoundError(
                f"“{path}”不是普通文件，无法读取。请先把内容存为文件。",
                f"{path} is not a plain file and cannot be read. Save its content as a file first.",
            )
        size = path.stat().st_size
        with path.open("rb"):
            return size
    except FileNotFoundError as error:
        raise TableNotFoundError(
            f"找不到文件“{path}”。请检查路径和文件名。",
            f"There is no file {path}. Check the path and the name.",
        ) from error
    except (OSError, ValueError) as error:
        raise TableNotFoundError(
            f"无法打开“{path}”：{error}。请检查权限，或关闭正在使用它的程序。",
            f"Cannot open {path}: {error}. Check its permissions, or close the program that holds it.",
        ) from error


def empty_file(name: str) -> TableEmptyError:
    """Return the error for a file without any content."""
    return TableEmptyError(
        f"“{name}”是空文件。请确认导出是否成功；第一行应为列名。",
        f"{name} is empty. Check that the export worked; the first row should hold column names.",
    )
