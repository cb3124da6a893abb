"""What a fresh process loads once, so that no reader waits for it."""

from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.search import search
from fairground.publish.core.search.suggest import suggest
from fairground.publish.index import search_index
from fairground.publish.labels import suggestible_terms


def warm() -> None:
    """Open the index and ask it one thing of each kind. Raises SearchIndexError where there is none."""
    reader = search_index().reader()
    search(reader, SearchRequest(text="检测 testing"))
    search(reader, SearchRequest(sort="title"))
    suggest(reader, "检", ("public",), terms=suggestible_terms())
