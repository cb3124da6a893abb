"""The files of one version: the workbook and the booklets, into a folder."""

from collections.abc import Callable, Sequence
from pathlib import Path

from fairground.documents.typefaces import find_typefaces
from fairground.language.local_text import LocalText
from fairground.match.results_list.booklet import EDITIONS, make_booklet
from fairground.match.results_list.contents import ListContent
from fairground.match.results_list.workbook import write_workbook_of

_ENDINGS = {"zh": "zh", "en": "en", "both": "zh-en"}
_WORKBOOK = LocalText("工作簿（中英文）", "Workbook (Chinese and English)")


def make_files(
    content: ListContent,
    editions: Sequence[str],
    folder: Path,
    *,
    typeface: str,
    progress: Callable[[int, int, LocalText], None],
) -> list[tuple[Path, LocalText]]:
    """Write the workbook and the booklets of a version; return the paths and what each file is.

    Parameters
    ----------
    editions : of `EDITIONS`, in the order in which they are offered
    typeface : what the operator names, see `find_typefaces`
    progress : told before each file; whatever it raises ends the work

    Raises NoTypefaceError before anything is written, TypesettingError, TableWriteError.
    """
    typefaces = find_typefaces(typeface) if editions else None
    total = len(editions) + 1
    stem = f"results-and-needs-{content.issued_on:%Y%m%d}-v{content.number}"
    progress(0, total, _WORKBOOK)
    workbook = folder / f"{stem}.xlsx"
    write_workbook_of(content, workbook)
    made = [(workbook, _WORKBOOK)]
    for place, edition in enumerate(editions, 1):
        progress(place, total, EDITIONS[edition])
        assert typefaces is not None
        path = folder / f"{stem}-{_ENDINGS[edition]}.pdf"
        path.write_bytes(make_booklet(content, edition, typefaces=typefaces))
        made.append((path, EDITIONS[edition]))
    return made
