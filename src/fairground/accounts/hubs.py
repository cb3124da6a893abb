"""Which hub a request belongs to. Hubs change rarely and every page needs one: each process keeps them for seconds."""

import time

from fairground.accounts.models import Hub

_KEPT_S = 10.0
_kept: tuple[float, dict[str, Hub]] = (0.0, {})


def hub_for_host(host: str) -> Hub | None:
    """Return the hub of a host name; a single hub answers on every name; None where there is none yet."""
    global _kept
    made_at, hubs = _kept
    now = time.monotonic()
    if not hubs or now - made_at > _KEPT_S:
        hubs = {hub.domain or f"#{hub.pk}": hub for hub in Hub.objects.order_by("pk")}
        _kept = (now, hubs)
    found = hubs.get(host.partition(":")[0])
    if found is None and len(hubs) == 1:
        return next(iter(hubs.values()))
    return found


def forget_hubs() -> None:
    """Forget what was kept: after a hub was written, and between tests."""
    global _kept
    _kept = (0.0, {})
