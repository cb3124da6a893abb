"""Which language a text is written in, judged by its script: Chinese, English, both, or neither."""

import re

_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[A-Za-zÀ-ɏ]{2,}")

# A Chinese text may name a few products in Latin letters and still be Chinese, and the other way round.
_MINOR_SHARE = 0.2


def language_of(text: str) -> str:
    """Return 'zh', 'en', 'mixed' or 'und' for `text`.

    A Han character and a Latin word of two letters or more count one each. The smaller share must
    reach 0.2 and three units before a text is called mixed; 'und' means neither script occurs. Any
    Latin text counts as English: this house reads two languages, not all of them.
    """
    han = len(_HAN.findall(text))
    words = len(_WORD.findall(text))
    if han == 0 and words == 0:
        return "und"
    minor = min(han, words)
    if minor >= 3 and minor / (han + words) >= _MINOR_SHARE:
        return "mixed"
    return "zh" if han > words else "en"
