"""The files of an index: which generation is live, and how a new one takes its place.

folder/CURRENT                  name of the live generation; replaced with one rename
folder/generation-<random>/     tantivy's files, and about.json with the versions that made them
folder/writer.lock              held while somebody writes
"""

import json
import os
import secrets
import shutil
import sys
from contextlib import suppress
from pathlib import Path

import tantivy

from fairground.publish.core.search.analysis import ANALYSIS_VERSION
from fairground.publish.core.search.documents import FACETS
from fairground.publish.core.search.errors import IndexMissingError, IndexOutdatedError

# Raise it with every change to the fields below or to the files.
LAYOUT_VERSION = 6
POSITIONED = ("words", "grams")
COUNTED = ("title_words", "near_words", "title_grams", "near_grams")
PRESENT = ("chars", "prefixes", "spelling")
NUMBERS = (
    *("published_at", "changed_at", "valid_until", "amount_low", "amount_high", "demonstration"),
    *("x", "y", "placement"),
)
HOLDS_RECORD, HOLDS_CURSOR = "record", "cursor"  # what a document of tantivy's holds
TITLE_PARTS = 3
TITLE_KEYS = tuple(f"title_{language}_{part}" for language in ("zh", "en") for part in range(TITLE_PARTS))
SET_FIELDS = tuple(f"set_{facet}" for facet in (*FACETS, "audience"))
_PREFIX = "generation-"
_VERSIONS = {"analysis": ANALYSIS_VERSION, "layout": LAYOUT_VERSION, "facets": list(FACETS)}


def make_schema() -> tantivy.Schema:
    """Return the fields of the index."""
    builder = tantivy.SchemaBuilder()
    builder.add_text_field("key", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_bytes_field("source", stored=True)
    builder.add_text_field("holds", tokenizer_name="raw", index_option="basic")
    builder.add_text_field("cursor", stored=True, tokenizer_name="raw", index_option="basic")
    builder.add_integer_field("version", stored=True)
    builder.add_integer_field("sequence", fast=True)
    for names, option in ((POSITIONED, "position"), (COUNTED, "freq"), (PRESENT, "basic")):
        for name in names:
            builder.add_text_field(name, tokenizer_name="whitespace", index_option=option)
    builder.add_text_field("audience", tokenizer_name="raw", index_option="basic")
    for name in SET_FIELDS:
        builder.add_integer_field(name, fast=True, indexed=True)
    for name in (*NUMBERS, *TITLE_KEYS):
        builder.add_integer_field(name, fast=True)
    return builder.build()


class Generations:
    """The generations in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def live(self) -> str | None:
        """Return the name of the live generation, None where there is none."""
        try:
            return (self.folder / "CURRENT").read_text(encoding="ascii").strip()
        except FileNotFoundError:
            return None

    def path(self, name: str) -> Path:
        """Return the folder of a generation."""
        return self.folder / name

    def checked(self) -> str:
        """Return the name of the live generation; raises `IndexMissingError` or `IndexOutdatedError`."""
        name = self.live()
        if name is None:
            raise IndexMissingError(
                f"{self.folder} 中还没有搜索索引。请运行 `fairground index rebuild` 建立索引。\n"
                f"There is no search index in {self.folder}. Run `fairground index rebuild` to make it."
            )
        found = json.loads((self.path(name) / "about.json").read_text(encoding="utf-8"))
        if found != _VERSIONS:
            raise IndexOutdatedError(
                f"搜索索引 {self.folder} 由另一版本的程序建立（{found}，现为 {_VERSIONS}）。"
                "请运行 `fairground index rebuild` 重新建立；数据不会丢失。\n"
                f"The search index {self.folder} was made by another version of the program ({found}, now "
                f"{_VERSIONS}). Run `fairground index rebuild`; no data is lost."
            )
        return name

    def new(self) -> str:
        """Make the folder of a new generation, not live yet."""
        name = _PREFIX + secrets.token_hex(6)
        self.path(name).mkdir()
        return name

    def switch(self, name: str) -> None:
        """Make a finished generation the live one and remove the others."""
        _write_through(self.path(name) / "about.json", json.dumps(_VERSIONS))
        waiting = self.folder / "CURRENT.new"
        _write_through(waiting, name)
        os.replace(waiting, self.folder / "CURRENT")
        _sync_folder(self.folder)
        self.remove_others(name)

    def remove_others(self, live: str | None) -> None:
        """Remove what killed rebuilds left and what is no longer live. Only for who may write."""
        for path in self.folder.glob(_PREFIX + "*"):
            if path.name != live:
                # Where open files cannot be removed (Windows) the next writer tries again.
                shutil.rmtree(path, ignore_errors=True)
        with suppress(FileNotFoundError):
            (self.folder / "CURRENT.new").unlink()


def _write_through(path: Path, text: str) -> None:
    with path.open("w", encoding="utf-8") as stream:
        stream.write(text)
        stream.flush()
        os.fsync(stream.fileno())


def _sync_folder(folder: Path) -> None:
    if sys.platform != "win32":
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
