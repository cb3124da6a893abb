"""A reference population of needs: it stands in where a list is too short to tell which offers fit everything.

The file holds needs as scattered pairs of stems, in no order: enough to be counted, not to be read. Made by
`benchmarks/train/reference.py`; sources in its record.
"""

import functools
import gzip
import json
from importlib.resources import files

from fairground.match.core.texts import FieldTexts

FILE = "reference.jsonl.gz"


@functools.cache
def reference_needs(language: str) -> tuple[FieldTexts, ...]:
    """Return the needs of one language ('zh' | 'en'), always in the same order."""
    packed = (files("fairground.match.core") / "data" / FILE).read_bytes()
    rows = map(json.loads, gzip.decompress(packed).decode("utf-8").splitlines())
    return tuple(FieldTexts(row["title"], row["body"]) for row in rows if row["language"] == language)
