"""Telephone numbers and e-mail addresses inside texts: taken out, because contacts need both sides' yes."""

import re

_EMAIL = re.compile(r"[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63})+")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?86[- ]?)?1[3-9]\d[- ]?\d{4}[- ]?\d{4}(?![\d.])")
_LANDLINE = re.compile(r"(?<![\d.])(?:\(0\d{2,3}\)|0\d{2,3}-)\s?\d{7,8}(?:-\d{1,5})?(?!\d)")
_INTERNATIONAL = re.compile(r"(?<![\d.])\+\d{1,3}[- ]?\(?\d{1,4}\)?(?:[- ]?\d{2,4}){2,4}(?!\d)")
_NAMED = re.compile(
    r"(?:(?:电话|手机|传真|微信|联系方式|QQ|Tel|Phone|Fax|Mobile|"
    r"WeChat)\s*(?:号码?)?\s*[:：.]?\s*)[+\d(][\d()\- ]{5,20}\d",
    re.IGNORECASE,
)
# Most texts have no such run of digits and need no closer look.
_MANY_DIGITS = re.compile(r"\d(?:[-() ]{0,2}\d){6}")
MARK = "[…]"


def without_contacts(text: str) -> tuple[str, int]:
    """Return the text with every telephone number and e-mail address replaced by '[…]', and how many.

    >>> without_contacts("联系 zhang@example.com 或 13800138000")
    ('联系 […] 或 […]', 2)
    """
    total = 0
    patterns = [_EMAIL] if "@" in text else []
    if _MANY_DIGITS.search(text):
        patterns += [_NAMED, _MOBILE, _LANDLINE, _INTERNATIONAL]
    for pattern in patterns:
        text, count = pattern.subn(MARK, text)
        total += count
    return text, total
