"""The index as a folder: what is written is what is read, whoever writes and however it ends."""

import random
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

import pytest

from fairground.language.local_text import LocalText
from fairground.publish.core.search.documents import SearchDocument
from fairground.publish.core.search.errors import IndexBusyError, IndexMissingError, IndexOutdatedError
from fairground.publish.core.search.index import SearchIndex, set_code, title_key
from fairground.publish.core.search.query import SearchRequest
from fairground.publish.core.search.search import search

STATE_SIZE = 60

# Writes the same documents again and again, each time with the next version, and says which one is in.
WRITER = """
    import sys
    from pathlib import Path
    from fairground.language.local_text import LocalText
    from fairground.publish.core.search.documents import SearchDocument
    from fairground.publish.core.search.index import SearchIndex

    index = SearchIndex(Path(sys.argv[1]))
    version, how = int(sys.argv[2]), sys.argv[3]
    while True:
        version += 1
        documents = [
            SearchDocument(f"k{n}", "offer", LocalText(f"电池 {n}", f"battery {version}"),
                audience=("public",), version=version)
            for n in range(60)
        ]
        if how == "apply":
            index.apply(documents, [f"gone{version - 1}"], cursor=str(version))
        else:
            index.rebuild(documents, cursor=str(version))
        sys.stdout.write(f"{version}\\n")
        sys.stdout.flush()
"""

# Reads until the file STOP appears; ends with an error where a state is mixed.
READER = """
    import sys
    from pathlib import Path
    from fairground.publish.core.search.index import SearchIndex

    folder, seen = Path(sys.argv[1]), set()
    index = SearchIndex(folder)
    while True:
        last = (folder / "STOP").exists()
        reader = index.refresh()
        versions = {version for _, version, _ in reader.stored()}
        if len(reader) != 60 or set(map(str, versions)) != {reader.cursor}:
            sys.exit(f"mixed: {len(reader)} documents, versions {versions}, cursor {reader.cursor}")
        if not seen:
            sys.stdout.write("ready\\n")
            sys.stdout.flush()
        seen |= versions
        if last:
            break
    sys.stdout.write(f"{max(seen)} {len(seen)}")
"""


def document(key: str, title: str = "Pump", *, version: int = 1) -> SearchDocument:
    return SearchDocument(key, "offer", LocalText(en=title), audience=("public",), version=version)


def state(version: int) -> list[SearchDocument]:
    return [
        SearchDocument(
            f"k{n}",
            "offer",
            LocalText(f"电池 {n}", f"battery {version}"),
            audience=("public",),
            version=version,
        )
        for n in range(STATE_SIZE)
    ]


@pytest.fixture
def index(tmp_path: Path) -> SearchIndex:
    return SearchIndex.create(tmp_path / "index")


def test_index_holds_what_was_applied_however_often(index: SearchIndex) -> None:
    documents = [document("a"), document("b", "Valve")]
    for _ in range(2):
        index.apply(documents, ["missing"], cursor="5")
    assert {key: held.digest for key, held in index.contents().items()} == {
        each.key: each.digest for each in documents
    }
    assert index.refresh().cursor == "5"
    index.apply([document("a", "Turbine", version=2)], ["b", "a"])
    assert [(key, held.version) for key, held in index.contents().items()] == [("a", 2)]
    assert index.refresh().cursor == "5"
    assert search(index.reader(), SearchRequest("pump")).total == 0
    assert search(index.reader(), SearchRequest("turbine")).total == 1


def test_index_of_two_documents_with_one_key_keeps_the_last_or_refuses(index: SearchIndex) -> None:
    index.apply([document("a", "first"), document("a", "second", version=2)])
    assert index.contents()["a"].version == 2
    with pytest.raises(ValueError, match="two documents have the key 'a'"):
        index.rebuild([document("a"), document("a")])
    assert index.contents()["a"].version == 2
    assert len(list(index.folder.glob("generation-*"))) == 2  # the half-built one goes with the next writer
    index.apply([])
    assert len(list(index.folder.glob("generation-*"))) == 1


def test_index_is_as_before_when_documents_fail_on_the_way(index: SearchIndex) -> None:
    index.apply([document("a")])

    def failing() -> Iterator[SearchDocument]:
        yield document("b")
        raise RuntimeError("the database is gone")

    for write in (index.apply, index.rebuild):
        with pytest.raises(RuntimeError, match="the database is gone"):
            write(failing())
        assert list(index.contents()) == ["a"]


def test_rebuilt_index_is_read_by_who_held_the_old_one(index: SearchIndex) -> None:
    index.apply([document("a")])
    old = index.refresh()
    assert SearchIndex(index.folder).rebuild([document("b"), document("c")], cursor="9") == 2
    assert search(old, SearchRequest("pump")).hits[0].key == "a"  # its files are gone, its state is not
    new = index.refresh()
    assert sorted(hit.key for hit in search(new, SearchRequest("pump")).hits) == ["b", "c"]
    assert (new.cursor, new.generation != old.generation) == ("9", True)


def test_rebuild_in_several_processes_makes_the_same_index(tmp_path: Path) -> None:
    script = tmp_path / "rebuild.py"
    script.write_text(
        textwrap.dedent(
            """
            import sys
            from pathlib import Path
            from fairground.language.local_text import LocalText
            from fairground.publish.core.search.documents import SearchDocument
            from fairground.publish.core.search.index import SearchIndex

            if __name__ == "__main__":
                documents = [SearchDocument(f"k{n}", "offer", LocalText(f"电池 {n}", "battery 1"),
                    audience=("public",), version=1) for n in range(60)]
                SearchIndex(Path(sys.argv[1])).rebuild(documents, processes=2)
            """
        ),
        encoding="utf-8",
    )
    subprocess.run([sys.executable, str(script), str(tmp_path / "index")], check=True, timeout=60)
    index = SearchIndex.open(tmp_path / "index")
    assert {key: held.digest for key, held in index.contents().items()} == {
        each.key: each.digest for each in state(1)
    }
    assert search(index.reader(), SearchRequest("电池 battery")).total == STATE_SIZE


def test_reader_follows_commits_without_being_told(index: SearchIndex) -> None:
    assert len(index.reader()) == 0
    SearchIndex(index.folder).apply([document("a")])
    limit = time.monotonic() + 10
    while len(index.reader()) == 0 and time.monotonic() < limit:
        time.sleep(0.05)
    assert len(index.reader()) == 1


def test_index_that_is_missing_or_outdated_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(
        IndexMissingError, match=r"(?s)请运行 `fairground index rebuild`.*Run `fairground index"
    ):
        SearchIndex.open(tmp_path)
    with pytest.raises(IndexMissingError):
        SearchIndex(tmp_path).reader()
    index = SearchIndex.create(tmp_path)
    about = next(tmp_path.glob("generation-*/about.json"))
    about.write_text('{"analysis": 0, "layout": 1}', encoding="utf-8")
    for use in (SearchIndex.open, SearchIndex.create):
        with pytest.raises(IndexOutdatedError, match="no data is lost"):
            use(tmp_path)
    with pytest.raises(IndexOutdatedError):
        index.apply([document("a")])
    index.rebuild([document("a")])
    assert list(SearchIndex.open(tmp_path).contents()) == ["a"]


def test_second_writer_is_told_at_once(index: SearchIndex) -> None:
    with index.writer() as writer:
        writer.apply([document("a")])
        for write in (index.apply, SearchIndex(index.folder).rebuild):
            with pytest.raises(IndexBusyError, match=r"(?s)请等待.*Wait until it has finished"):
                write([document("b")])
    index.apply([document("b")])
    assert sorted(index.contents()) == ["a", "b"]


@pytest.mark.parametrize("how", ["apply", "rebuild"])
def test_killed_writer_leaves_the_state_before_or_after(tmp_path: Path, how: str) -> None:
    index = SearchIndex.create(tmp_path)
    index.rebuild(state(0), cursor="0")
    chance = random.Random(20261122)
    version = 0
    for _ in range(4):
        command = [sys.executable, "-c", textwrap.dedent(WRITER), str(tmp_path), str(version), how]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
            assert writer.stdout is not None
            said = [int(writer.stdout.readline())]  # it is at work
            time.sleep(chance.uniform(0.0, 0.25))
            writer.send_signal(signal.SIGKILL)
            said += [int(line) for line in writer.stdout.read().splitlines()]
        contents = SearchIndex.open(tmp_path).contents()
        found = {held.version for held in contents.values()}
        assert len(contents) == STATE_SIZE
        assert found in ({said[-1]}, {said[-1] + 1})
        version = found.pop()
        assert {key: held.digest for key, held in contents.items()} == {
            each.key: each.digest for each in state(version)
        }
        assert index.refresh().cursor == str(version)
    index.apply(state(version + 1), cursor=str(version + 1))
    assert {held.version for held in index.contents().values()} == {version + 1}
    assert len(list(tmp_path.glob("generation-*"))) == 1


def test_files_of_a_commit_that_was_cut_off_are_not_in_the_way(tmp_path: Path) -> None:
    index = SearchIndex.create(tmp_path)
    index.apply(state(1))
    meta = next(tmp_path.glob("generation-*/meta.json"))
    before = meta.read_bytes()
    with index.writer() as writer:
        writer.apply([document("k0", version=2)])
        # As after a kill between writing which documents of a segment are gone and the rename that commits it.
        meta.write_bytes(before)
    for version in (3, 4):
        index.apply([document("k0", version=version)])
        assert sorted({held.version for held in index.contents().values()}) == [1, version]
    assert len(index.contents()) == STATE_SIZE


def test_readers_in_other_processes_never_see_a_mixed_state(tmp_path: Path) -> None:
    index = SearchIndex.create(tmp_path)
    index.rebuild(state(0), cursor="0")
    command = [sys.executable, "-c", textwrap.dedent(READER), str(tmp_path)]
    version = 0
    with ExitStack() as stack:
        readers = [
            stack.enter_context(
                subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
            )
            for _ in range(2)
        ]
        for reader in readers:
            assert reader.stdout is not None
            assert reader.stdout.readline() == "ready\n"
        limit = time.monotonic() + 2
        try:
            while time.monotonic() < limit:
                version += 1
                write = index.apply if version % 5 else index.rebuild
                write(state(version), cursor=str(version))
        finally:
            (tmp_path / "STOP").touch()
        said = [reader.communicate(timeout=30) for reader in readers]
    assert [complained for _, complained in said] == ["", ""]
    for words, _ in said:
        last, seen = map(int, words.split())
        assert (last, seen > 1) == (version, True)


def test_digest_changes_with_anything_indexed_and_with_nothing_else() -> None:
    base = SearchDocument("a", "offer", LocalText(zh="泵"))
    first = replace(base, audience=("b", "a"), facets={"field": ("y", "x", "y")})
    again = replace(base, audience=("a", "b"), facets={"field": ("x", "y"), "zone": ()})
    assert first.digest == again.digest
    changed = [
        base,
        first,
        replace(base, title=LocalText(en="泵")),
        replace(base, summary=LocalText(zh="x")),
        replace(base, bodies=(LocalText(zh="x"),)),
        replace(base, keywords=(LocalText(zh="x"),)),
        replace(base, audience=("public",)),
        replace(base, valid_until=1),
        replace(base, demonstration=True),
        replace(base, version=1),
    ]
    assert len({each.digest for each in changed}) == len(changed)


def test_document_refuses_unknown_facets_and_missing_keys() -> None:
    with pytest.raises(ValueError, match="unknown facets"):
        SearchDocument("a", "offer", LocalText(zh="泵"), facets={"colour": ("red",)})
    with pytest.raises(ValueError, match="needs a key"):
        SearchDocument("", "offer", LocalText(zh="泵"))


def test_set_codes_tell_sets_apart() -> None:
    sets = [(), ("a",), ("a", "b"), ("ab",), ("b",), ("",)]
    assert len({set_code(values) for values in sets}) == len(sets)
    assert set_code(()) == 0


def test_title_keys_order_letters_then_chinese_by_sound() -> None:
    titles = ["", "3D printing", "Battery", "battery pack", "Zinc", "电池", "电动机", "无损检测", "锂"]
    assert sorted(titles, key=title_key) == titles  # 锂 is not among the frequent ones: after them
    assert title_key("電池") == title_key("电池")
