"""The language of the person who reads the page now, and the same page in the other one."""

from django.http import HttpRequest
from django.utils.translation import get_language

NAMES = {"zh": "中文", "en": "English"}
# What stands in lang attributes: a browser picks Chinese glyphs by the script, not by 'zh' alone.
TAGS = {"zh": "zh-Hans", "en": "en"}


def readers_language() -> str:
    """Return 'zh' or 'en', whichever the active translation is closer to."""
    return "zh" if (get_language() or "").startswith("zh") else "en"


def other_language(language: str) -> str:
    """Return the one of 'zh' and 'en' that `language` is not."""
    return "en" if language == "zh" else "zh"


def address_in(language: str, request: HttpRequest) -> str:
    """Return the address of the page being read, with its question, in `language`.

    An address outside /zh/ and /en/ has no twin; the reader gets that language's first page.
    """
    first, _, rest = request.get_full_path().lstrip("/").partition("/")
    return f"/{language}/{rest}" if first in NAMES else f"/{language}/"
