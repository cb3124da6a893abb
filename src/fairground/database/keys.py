"""Public keys of records: short, unguessable in order, safe in an address and to read aloud."""

import secrets

# Crockford's base 32 in lower case: no i, l, o, u, so that 1 and l, 0 and o cannot be taken for each other.
_ALPHABET = "0123456789abcdefghjkmnpqrstvwxyz"
KEY_LENGTH = 12  # 60 bits: a hub with ten million records has a chance of 4e-5 of one clash, which the database refuses


def new_key() -> str:
    """Return a fresh random key of KEY_LENGTH characters."""
    return "".join(secrets.choice(_ALPHABET) for _ in range(KEY_LENGTH))
