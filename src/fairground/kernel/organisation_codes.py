"""Codes that identify organisations, and their check characters: ROR and the unified social credit code."""

import re

# Crockford's base 32: no i, l, o, u.
_ROR_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
_ROR = re.compile(rf"0[{_ROR_ALPHABET}]{{6}}[0-9]{{2}}")
_ROR_ADDRESS = re.compile(r"^(?:https?://)?ror\.org/", re.IGNORECASE)

# No I, O, S, V, Z.
_USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_USCC = re.compile(rf"[{_USCC_ALPHABET}]{{2}}[0-9]{{6}}[{_USCC_ALPHABET}]{{10}}")


def normal_ror(text: str) -> str:
    """Return the nine characters of a ROR id, from these or from its address; not checked."""
    return _ROR_ADDRESS.sub("", text.strip()).lower()


def is_ror(code: str) -> bool:
    """Tell whether nine characters are a ROR id: a zero, six of base 32, two check digits.

    The check is ISO/IEC 7064 mod 97-10 on the number the six characters write.

    >>> is_ror("03vek6s52"), is_ror("03vek6s53")
    (True, False)

    Source: https://ror.readme.io/docs/identifier (form), the registry's generator for the check digits.
    """
    if not _ROR.fullmatch(code):
        return False
    number = 0
    for character in code[1:7]:
        number = number * 32 + _ROR_ALPHABET.index(character)
    return int(code[7:]) == 98 - number * 100 % 97


def normal_uscc(text: str) -> str:
    """Return a unified social credit code without spaces and in capital letters; not checked."""
    return "".join(text.split()).upper()


def is_uscc(code: str) -> bool:
    """Tell whether 18 characters are a unified social credit code (统一社会信用代码).

    Sum over the first 17 of value × 3^i mod 31; the last one makes it divisible by 31.

    >>> is_uscc("91350100M000100Y43"), is_uscc("91350100M000100Y44")
    (True, False)

    Source: GB 32100-2015, 《法人和其他组织统一社会信用代码编码规则》, 4 and annex A; its example is the one above.
    """
    if not _USCC.fullmatch(code):
        return False
    total = sum(
        _USCC_ALPHABET.index(character) * pow(3, place, 31) for place, character in enumerate(code[:17])
    )
    return (total + _USCC_ALPHABET.index(code[17])) % 31 == 0
