"""New samples for a hub, made beside the use of the old ones: nobody's change waits for them."""

import logging
import threading
from collections.abc import Callable
from datetime import datetime

from django.db import connections

from fairground.match.catalogue.matcher import HubMatcher
from fairground.match.catalogue.texts import MARKETS

_logger = logging.getLogger("fairground.match")


class Renewal:
    """A matcher in the making, in a thread of its own, and what changed meanwhile."""

    def __init__(self, hub_id: int, *, now: datetime, pause: Callable[[], object] = bool) -> None:
        """Begin. `pause` is called between the steps, in that thread."""
        self._forgotten: list[tuple[str, str]] = []
        self._made: HubMatcher | None = None
        # A daemon: whoever stops the process does not wait for samples. On Linux it takes its maker's priority.
        self._thread = threading.Thread(
            target=self._make, args=(hub_id, now, pause), name="samples", daemon=True
        )
        self._thread.start()

    def forget(self, kind: str, key: str) -> None:
        """Remember a record that changed or went: the new samples may still hold its words of before."""
        self._forgotten.append((kind, key))

    def is_over(self) -> bool:
        """Tell whether nothing is made any more."""
        return not self._thread.is_alive()

    def take(self) -> HubMatcher | None:
        """Return what was made, once it is over; None where it failed."""
        if self._made is not None:
            for kind, key in self._forgotten:
                self._made.forget(kind, key)
        return self._made

    def wait(self) -> None:
        """Wait until it is over."""
        self._thread.join()

    def _make(self, hub_id: int, now: datetime, pause: Callable[[], object]) -> None:
        try:
            made = HubMatcher(hub_id, now=now, pause=pause)
            made.warm(MARKETS)
            self._made = made
        except Exception:
            _logger.exception("new samples failed and will be tried again; the old ones stay in use")
        finally:
            connections.close_all()
