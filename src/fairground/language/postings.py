"""Which texts hold each term and how much each occurrence is worth, laid out for fast search.

Texts are cut into blocks of 8,192 to 65,536. Within a block every term's texts follow one another as 16-bit
numbers with a 32-bit impact beside each, so a posting takes six bytes and the running scores of a block stay
in the processor's nearest caches while its terms are added up.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import NamedTuple

import numba
import numpy as np
from numpy.typing import NDArray

from fairground.language.tokens import TokenStream

SMALLEST_BLOCK = 1 << 13  # texts; their running scores fit a first-level cache
LARGEST_BLOCK = 1 << 16  # texts: as many as a 16-bit number can name
_MOST_POSTINGS = 2**31 - 1  # in one block, whose postings are counted in 32 bits


class Postings(NamedTuple):
    """Postings by block, then term, then text.

    Term t of block b owns postings `first[b] + starts[b, t]` up to `first[b] + starts[b, t + 1]`.
    """

    docs: NDArray[np.uint16]  # [n_posting], the text's number within its block, rising within a term
    values: NDArray[np.float32]  # [n_posting], term counts at first, impacts once weighted
    first: NDArray[np.int64]  # [n_block + 1]
    starts: NDArray[np.int32]  # [n_block, n_terms + 1], rising along a row
    block_size: int  # texts in each block but the last, a power of two


def count_postings(stream: TokenStream, n_terms: int, *, threads: int) -> Postings:
    """Invert texts: for each term, the texts that hold it and how often.

    Parameters
    ----------
    stream : tokens of n texts, ids in [0, n_terms)
    n_terms : size of the vocabulary
    threads : at least 1, blocks done at the same time

    Raises
    ------
    ValueError : a token id lies outside [0, n_terms), or one block of texts holds over two billion terms

    Cost: O(tokens + blocks · n_terms) time, 6 bytes a posting and 4 bytes a term and block.
    """
    if len(stream.ids) and not 0 <= int(stream.ids.min()) <= int(stream.ids.max()) < n_terms:
        raise ValueError(
            f"token ids must lie in 0..{n_terms - 1}; use the vocabulary the texts were read with"
        )
    n_docs = len(stream)
    size = _block_size(n_docs, n_terms, len(stream.ids))
    n_blocks = max(1, -(-n_docs // size))
    if int(np.diff(stream.offsets[::size]).max(initial=0)) > _MOST_POSTINGS:
        raise ValueError(
            f"{size:,} neighbouring texts hold over two billion words; shorten the longest texts"
        )
    starts = np.zeros((n_blocks, n_terms + 1), np.int32)

    def count(block: int) -> None:
        _count_block(stream.ids, stream.offsets, block * size, min(n_docs, (block + 1) * size), starts[block])

    each_block(count, n_blocks, threads)
    first = np.zeros(n_blocks + 1, np.int64)
    np.cumsum(starts[:, -1], out=first[1:])
    docs = np.empty(first[-1], np.uint16)
    counts = np.empty(first[-1], np.float32)

    def fill(block: int) -> None:
        own = slice(first[block], first[block + 1])
        last_doc = min(n_docs, (block + 1) * size)
        _fill_block(stream.ids, stream.offsets, block * size, last_doc, starts[block], docs[own], counts[own])

    each_block(fill, n_blocks, threads)
    return Postings(docs, counts, first, starts, size)


def _block_size(n_docs: int, n_terms: int, n_tokens: int) -> int:
    """Choose the smallest blocks whose tables of starts stay smaller than the postings themselves.

    Small blocks are faster (1,000,000 offers: 0.93 ms a need at 8,192 texts, 1.20 at 65,536), but every block
    has a start for every term, and a phrase channel has many millions of terms.
    """
    size = SMALLEST_BLOCK
    while size < LARGEST_BLOCK and 4 * n_terms * (n_docs // size) > 6 * n_tokens:
        size *= 2
    return size


def each_block(work: Callable[[int], None], n_blocks: int, threads: int) -> None:
    """Call `work` with every block number, `threads` at a time; what one call raises is raised here."""
    if threads == 1 or n_blocks == 1:
        for block in range(n_blocks):
            work(block)
        return
    with ThreadPoolExecutor(threads) as pool:
        for _ in pool.map(work, range(n_blocks)):
            pass


@numba.njit(cache=True, nogil=True)
def _count_block(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    first_doc: int,
    last_doc: int,
    starts: NDArray[np.int32],
) -> None:
    """Set `starts` to where each term's postings begin, each text counted once a term."""
    latest = np.full(len(starts) - 1, -1, np.int32)
    for doc in range(first_doc, last_doc):
        for position in range(offsets[doc], offsets[doc + 1]):
            term = tokens[position]
            if latest[term] != doc:
                latest[term] = doc
                starts[term + 1] += 1
    for term in range(len(starts) - 1):
        starts[term + 1] += starts[term]


@numba.njit(cache=True, nogil=True)
def _fill_block(
    tokens: NDArray[np.int32],
    offsets: NDArray[np.int64],
    first_doc: int,
    last_doc: int,
    starts: NDArray[np.int32],
    docs: NDArray[np.uint16],
    counts: NDArray[np.float32],
) -> None:
    ends = starts[:-1].copy()
    for doc in range(first_doc, last_doc):
        local = np.uint16(doc - first_doc)
        for position in range(offsets[doc], offsets[doc + 1]):
            term = tokens[position]
            end = ends[term]
            if end > starts[term] and docs[end - 1] == local:
                counts[end - 1] += np.float32(1)
            else:
                docs[end] = local
                counts[end] = np.float32(1)
                ends[term] = end + 1


@numba.njit(cache=True, nogil=True)
def document_frequencies(postings: Postings) -> NDArray[np.int64]:
    """Return in how many texts each term occurs: int64[n_terms]."""
    n_blocks, n_ends = postings.starts.shape
    frequencies = np.zeros(n_ends - 1, np.int64)
    for block in range(n_blocks):
        for term in range(n_ends - 1):
            frequencies[term] += postings.starts[block, term + 1] - postings.starts[block, term]
    return frequencies


@numba.njit(cache=True, nogil=True)
def value_of(postings: Postings, block: int, term: int, local: int) -> np.float32:
    """Return the value of a term in one text of a block, 0 where the text does not hold it."""
    base = postings.first[block]
    low = base + postings.starts[block, term]
    end = base + postings.starts[block, term + 1]
    high = end
    while low < high:
        middle = (low + high) >> 1
        if postings.docs[middle] < local:
            low = middle + 1
        else:
            high = middle
    found = low < end and postings.docs[low] == local
    return np.float32(postings.values[low] if found else 0)
