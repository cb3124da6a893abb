"""What a fresh process loads once, so that no reader waits for it."""

import gc

from fairground.publish.catalogue import SORTS
from fairground.publish.core.map.base import load_base
from fairground.publish.core.map.tiles import tile_maker
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.search import search
from fairground.publish.core.search.suggest import suggest
from fairground.publish.index import search_index
from fairground.publish.labels import suggestible_terms


def warm() -> None:
    """Open the index and ask it one thing of each kind. Raises SearchIndexError where there is none."""
    reader = search_index().reader()
    search(reader, SearchRequest(text="检测 testing"))
    for language in ("zh", "en"):
        for sort in SORTS:
            search(reader, SearchRequest(sort=sort, language=language))
    # A word that nobody wrote: all words are read to find a better one.
    search(reader, SearchRequest(text="qzxjv"))
    tile_maker(reader)
    load_base()
    suggest(reader, "检", ("public",), terms=suggestible_terms())
    # What was loaded stays: looking through it again and again for garbage would stop answers for a tenth of a second.
    gc.collect()
    gc.freeze()
