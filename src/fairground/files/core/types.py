"""Which files a record may carry, told by their content: a name is only a promise."""

import io
import lzma
import re
import unicodedata
import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass

import filetype

from fairground.files.core.errors import FileRefusedError

MOST_BYTES = 20 * 2**20
_NAME_CHARS = 80
_MOST_MEMBERS = 5_000
_MOST_CONTENT_TYPES_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class FileType:
    """One type that is taken in: its ending without the dot, and what it is served as."""

    ending: str
    media_type: str


_BY_SIGNATURE = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "gif": "image/gif",
    "webp": "image/webp",
}
_OFFICE = {
    "docx": ("word/", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
    "xlsx": ("xl/", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "pptx": ("ppt/", "application/vnd.openxmlformats-officedocument.presentationml.presentation"),
}
_TEXT: Mapping[str, str] = {"txt": "text/plain", "csv": "text/csv"}
_SAME = {"jpeg": "jpg"}
ALLOWED = (*_BY_SIGNATURE, *_OFFICE, *_TEXT)

_MARKUP = re.compile(
    rb"<\s*(?:!doctype|html|head|body|script|svg|iframe|\?xml|meta|style|img|a\s)", re.IGNORECASE
)
# What a damaged or odd archive raises when it is read.
_UNREADABLE = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    NotImplementedError,
    RuntimeError,
    OSError,
    ValueError,
    EOFError,
)
_MACROS = re.compile(r"macroEnabled|vbaProject", re.IGNORECASE)


def clean_name(name: str) -> str:
    """Return a file's name without path parts, control and direction characters, cut to length, its ending kept.

    >>> clean_name("C:\\\\a\\\\b/测试\\u202e报告 .PDF"), clean_name("..")
    ('测试报告.PDF', 'file')
    """
    last = re.split(r"[/\\]", unicodedata.normalize("NFC", name))[-1]
    plain = "".join(c for c in last if unicodedata.category(c)[0] != "C").strip().lstrip(".").strip()
    stem, dot, ending = plain.rpartition(".")
    if not dot:
        return plain[:_NAME_CHARS] or "file"
    return f"{stem.strip()[:_NAME_CHARS] or 'file'}.{ending.strip()[:10]}"


def type_of(name: str, content: bytes) -> FileType:
    """Return the type of a whole file.

    Parameters
    ----------
    name : cleaned; its ending must say what the content is
    content : all of it, at most MOST_BYTES

    Raises
    ------
    FileRefusedError : empty, too large, of a type that is not taken in, or not what its name says. Nothing is unpacked
        beyond the list of parts, so that an archive that unpacks to a thousand times its size does no harm.
    """
    if not content:
        raise FileRefusedError(f"“{name}”是空文件，没有上传。", f"{name} is empty and was not taken in.")
    if len(content) > MOST_BYTES:
        raise FileRefusedError(
            f"“{name}”超过 20 MB，没有上传。请压缩图片或拆分文件。",
            f"{name} is larger than 20 MB and was not taken in. Make its pictures smaller, or split it.",
        )
    promised = name.rpartition(".")[2].lower() if "." in name else ""
    promised = _SAME.get(promised, promised)
    if promised not in ALLOWED:
        raise FileRefusedError(
            f"“{name}”的类型不能上传。可以上传：{'、'.join(ALLOWED)}。",
            f"Files like {name} are not taken in. Allowed: {', '.join(ALLOWED)}.",
        )
    found = _type_in(promised, content)
    if found is None or found.ending != promised:
        raise FileRefusedError(
            f"“{name}”的内容不是 {promised}，没有上传。请检查文件，或重新导出。",
            f"The content of {name} is not {promised}; it was not taken in. Check the file, or export it again.",
        )
    return found


def _type_in(promised: str, content: bytes) -> FileType | None:
    if promised in _TEXT:
        return FileType(promised, _TEXT[promised]) if _is_plain_text(content) else None
    if promised in _OFFICE:
        return _office_type(content)
    guessed = filetype.guess(content[:8_192])
    if guessed is None or guessed.extension not in _BY_SIGNATURE:
        return None
    return FileType(guessed.extension, _BY_SIGNATURE[guessed.extension])


def _is_plain_text(content: bytes) -> bool:
    """Tell text from everything else; markup is not text here, whatever the name says."""
    wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if wide else ("utf-8-sig", "gb18030"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        controls = any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text)
        return not controls and not _MARKUP.search(text[:4_096].encode())
    return False


def _office_type(content: bytes) -> FileType | None:
    if not content.startswith(b"PK\x03\x04"):
        return None
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            members = archive.infolist()
            names = [member.filename for member in members]
            if len(members) > _MOST_MEMBERS or "[Content_Types].xml" not in names:
                return None
            with archive.open("[Content_Types].xml") as part:
                said = part.read(_MOST_CONTENT_TYPES_BYTES).decode("utf-8", errors="replace")
    except _UNREADABLE:
        return None
    if _MACROS.search(said) or any(_MACROS.search(name) for name in names):
        return None
    for ending, (folder, media_type) in _OFFICE.items():
        if any(name.startswith(folder) for name in names):
            return FileType(ending, media_type)
    return None
