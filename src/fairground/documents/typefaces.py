"""Typefaces with Chinese characters: those of the machine, or the one its operator names. Never boxes instead."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

import typst

from fairground.documents.errors import NoTypefaceError

# Simplified Chinese first: a Japanese or Traditional cut of the same typeface draws some characters differently.
KNOWN_SERIFS = (
    "Noto Serif CJK SC",
    "Noto Serif SC",
    "Source Han Serif SC",
    "Source Han Serif CN",
    "Songti SC",
    "FZShuSong-Z01",
    "SimSun",
    "AR PL UMing CN",
)
KNOWN_SANS = (
    "Noto Sans CJK SC",
    "Noto Sans SC",
    "Source Han Sans SC",
    "Source Han Sans CN",
    "PingFang SC",
    "Microsoft YaHei",
    "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei",
    "Droid Sans Fallback",
    "SimHei",
)
# Common, less common, and what must be told from boxes: full stop, quotation marks, ellipsis.
_PROBE = "技术成果与需求清单氢碳膜钛，。：“”《》——……"
_PROBE_PAGE = b'#set text(font: sys.inputs.family, fallback: false)\n#sys.inputs.at("text")'
_INSTALL = (
    "Debian/Ubuntu：apt-get install fonts-noto-cjk；Fedora：dnf install google-noto-serif-cjk-fonts；"
    "或下载 Noto Serif SC 放入一个文件夹，用 FAIRGROUND_TYPEFACE 指明该文件夹。",
    "Debian/Ubuntu: apt-get install fonts-noto-cjk. Fedora: dnf install google-noto-serif-cjk-fonts. Or put the files "
    "of Noto Serif SC into a folder and name that folder by FAIRGROUND_TYPEFACE.",
)


@dataclass(frozen=True, slots=True)
class Typefaces:
    """What a document is set in. `fonts` is what typst searches; the families both draw Chinese."""

    fonts: typst.Fonts
    serif: str
    sans: str


def find_typefaces(named: str = "") -> Typefaces:
    """Return the typefaces to set Chinese and English in.

    Parameters
    ----------
    named : '' takes the best one installed; else the name of an installed typeface, or a folder with its files

    Raises
    ------
    NoTypefaceError : none draws Chinese, or the named one does not; says what to install
    """
    return _find(named.strip())


@lru_cache(maxsize=4)
def _find(named: str) -> Typefaces:
    folder = Path(named) if named and Path(named).is_dir() else None
    fonts = typst.Fonts(font_paths=[folder] if folder else [])
    families = tuple(fonts.families())
    if folder is not None:
        # Apart from the machine's own, so that a file in the folder is what counts.
        inside = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[folder])
        there = tuple(inside.families())
        serifs = [*_among(KNOWN_SERIFS, there), *sorted(set(there) - set(KNOWN_SERIFS) - set(KNOWN_SANS))]
        sans_serifs = _among(KNOWN_SANS, there)
    elif named:
        serifs, sans_serifs = _among((named,), families), []
    else:
        serifs, sans_serifs = _among(KNOWN_SERIFS, families), _among(KNOWN_SANS, families)
    serif, sans = _first_that_draws(fonts, serifs), _first_that_draws(fonts, sans_serifs)
    if not serif and not sans:
        raise _missing(named)
    if named and folder is None:
        sans = _first_that_draws(fonts, _among(KNOWN_SANS, families))
    return Typefaces(fonts, serif or sans, sans or serif)


def _among(wanted: Sequence[str], families: Sequence[str]) -> list[str]:
    there = {family.lower(): family for family in families}
    return [there[name.lower()] for name in wanted if name.lower() in there]


def _first_that_draws(fonts: typst.Fonts, families: Sequence[str]) -> str:
    return next((family for family in families if draws(fonts, family, _PROBE)), "")


def _missing(named: str) -> NoTypefaceError:
    if named:
        return NoTypefaceError(
            f"FAIRGROUND_TYPEFACE 指明的“{named}”不是含中文的字体，PDF 没有生成。请改为已安装的字体名或字体文件夹。"
            f"{_INSTALL[0]}",
            f"FAIRGROUND_TYPEFACE names '{named}', which gives no typeface with Chinese characters, so no PDF was "
            f"made. Name an installed typeface or a folder of font files. {_INSTALL[1]}",
        )
    return NoTypefaceError(
        f"本机没有中文字体，PDF 没有生成，否则只会印出方框。请安装一种：{_INSTALL[0]}",
        "No typeface with Chinese characters is installed on this machine, so no PDF was made: it would show boxes. "
        f"Install one. {_INSTALL[1]}",
    )


def draws(fonts: typst.Fonts, family: str, text: str) -> bool:
    """Tell whether a typeface has every character of `text`."""
    if family.lower() not in {known.lower() for known in fonts.families()}:
        return False
    try:
        # An archival PDF refuses a missing character, which a plain one would print as a box.
        typst.compile(
            _PROBE_PAGE, font_paths=fonts, sys_inputs={"family": family, "text": text}, pdf_standards=["a-2b"]
        )
    except typst.TypstError:
        return False
    return True
