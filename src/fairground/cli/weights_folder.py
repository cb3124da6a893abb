"""Folders with weights: read one that a user names, replace one so that it is never half-written."""

import json
import os
import secrets
import shutil
import zipfile
from collections.abc import Mapping
from pathlib import Path

from fairground.kernel.tables import TableError, TableWriteError
from fairground.match.core.features import FEATURES
from fairground.match.core.weights import FILE, RECORD, Weights


def read_weights(folder: Path) -> Weights:
    """Read a folder that `fairground learn` wrote.

    Raises
    ------
    TableError: it is no such folder, it is damaged, or it was written by a version that measures other features
    """
    missing = [name for name in (FILE, RECORD) if not (folder / name).is_file()]
    if missing:
        raise TableError(
            f"“{folder}”里没有权重：缺少 {'、'.join(missing)}。请给出 fairground learn -o 写出的文件夹。",
            f"{folder} holds no weights: {' and '.join(missing)} not there. Name the "
            "folder that fairground learn -o wrote.",
        )
    try:
        with zipfile.ZipFile(folder / FILE) as parts:
            damaged = parts.testzip()
        if damaged is not None:
            raise ValueError(f"{damaged} does not have its checksum")
        weights = Weights.read(folder)
    except (OSError, KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise TableError(
            f"“{folder}”里的权重无法读取：文件已损坏，或由不同版本的 fairground 写出。请重新运行 fairground learn。",
            f"The weights in {folder} cannot be read: damaged, or written by another version of fairground. Run "
            "fairground learn again.",
        ) from error
    if any(ranker.names != FEATURES for ranker in weights.rankers.values()):
        raise TableError(
            f"“{folder}”里的权重（{weights.version}）属于另一套特征，本版本不能使用。请重新运行 fairground learn。",
            f"The weights in {folder} ({weights.version}) are for another set of features than this version "
            "measures. Run fairground learn again.",
        )
    return weights


def refuse_foreign_folder(folder: Path) -> None:
    """Check before the work that a folder may be replaced: not there, empty, or nothing in it but weights.

    Raises
    ------
    TableError: it holds something else, or it is a file
    """
    if not folder.exists():
        if not folder.absolute().parent.is_dir():
            raise TableWriteError(
                f"无法写出“{folder}”：上级文件夹不存在。请先建立。",
                f"Cannot write {folder}: the folder it should stand in does not exist. Make it first.",
            )
        return
    if not folder.is_dir() or {entry.name for entry in folder.iterdir()} - {FILE, RECORD}:
        raise TableError(
            f"“{folder}”不是权重文件夹，里面有其他内容，未作任何改动。请换一个新的文件夹名。",
            f"{folder} is not a folder of weights but holds something else; nothing was changed. Name a new folder.",
        )


def refuse_fewer_labels(folder: Path, accepted: int) -> None:
    """Keep weights that were learned from more accepted pairs than there are now.

    Which of the two are better cannot be measured on pairs that the former may have learned from; more labels are
    the best sign there is.

    Raises
    ------
    TableError: the folder holds such weights, or a record that cannot be read
    """
    record = folder / RECORD
    if not record.is_file():
        return
    try:
        former = int(json.loads(record.read_text(encoding="utf-8"))["labels"]["accepted"])
    except (OSError, KeyError, TypeError, ValueError) as error:
        raise TableError(
            f"“{folder}”里的权重不是 fairground learn 写出的，未作改动。请换一个新的文件夹名。",
            f"The weights in {folder} were not written by fairground learn; nothing was changed. Name a new folder.",
        ) from error
    if former > accepted:
        raise TableError(
            f"“{folder}”里的权重学自 {former} 对“接受”，比现在的 {accepted} 对多，未作改动。"
            "如确要重学，请换一个新的文件夹名。",
            f"The weights in {folder} were learned from {former} accepted pairs, more than the "
            f"{accepted} there are now; nothing was changed. To learn anew all the same, name a new folder.",
        )


def replace_weights(folder: Path, weights: Weights, record: Mapping[str, object]) -> None:
    """Write weights beside the folder and put them in its place when they are whole.

    Raises
    ------
    TableWriteError: it cannot be written; what stood there before is there still
    """
    target = Path(os.path.realpath(folder))
    mark = f"{os.getpid()}.{secrets.token_hex(4)}"
    fresh, former = (
        target.with_name(f".{target.name}.{mark}.part"),
        target.with_name(f".{target.name}.{mark}.old"),
    )
    try:
        fresh.mkdir()
        weights.write(fresh, dict(record))
        if target.exists():
            target.rename(former)
        fresh.rename(target)
    except OSError as error:
        raise TableWriteError(
            f"无法写出“{folder}”：{error.strerror or error}。原有内容未改动。请检查权限和磁盘空间。",
            f"Cannot write {folder}: {error.strerror or error}. What stood there is untouched. Check "
            "permissions and space.",
        ) from error
    finally:
        # Reached after Ctrl-C too: whichever step came last, the folder is whole, the former one or the new one.
        if former.exists() and not target.exists():
            former.rename(target)
        shutil.rmtree(fresh, ignore_errors=True)
        shutil.rmtree(former, ignore_errors=True)
