"""Several sessions of the tests' database at once, in real threads: for tests of what races."""

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from django.db import connection, connections


@contextmanager
def shareable(folder: Path) -> Iterator[Callable[[], None]]:
    """Give what to call when the data is there: from then on new threads see it, on SQLite in a file of `folder`."""
    name = connection.settings_dict["NAME"]

    def share() -> None:
        if connection.vendor == "sqlite":
            # The tests' database lives in memory, where SQLite locks otherwise than in a file.
            file = folder / "shared.sqlite3"
            with connection.cursor() as cursor:
                cursor.execute("VACUUM INTO %s", [str(file)])
            # Where several open a fresh file at once, the first switch to WAL refuses the others.
            with closing(sqlite3.connect(file)) as opened:
                opened.execute("PRAGMA journal_mode=WAL")
            connections.settings["default"]["NAME"] = str(file)

    yield share
    connections.settings["default"]["NAME"] = name


def at_once(*works: Callable[[], Any]) -> list[Any]:
    """Run each in a thread of its own, begun together; return what each returned or raised."""
    outcomes: list[Any] = [None] * len(works)
    begin = threading.Barrier(len(works))

    def run(place: int) -> None:
        begin.wait()
        try:
            outcomes[place] = works[place]()
        except Exception as error:  # noqa: BLE001 - whatever was raised is the outcome under test
            outcomes[place] = error
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(place,)) for place in range(len(works))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return outcomes
