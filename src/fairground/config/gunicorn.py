"""How gunicorn runs a worker of the portal."""

import os
from typing import Any

wsgi_app = "fairground.config.wsgi:application"
worker_class = "gthread"
workers = int(os.environ.get("FAIRGROUND_WORKERS", "2"))
threads = 4
keepalive = 5
timeout = 60
graceful_timeout = 20
accesslog = None
loglevel = "warning"
# It would lie in the home folder of whoever runs the portal, and nothing here speaks to it.
control_socket_disable = True
# A worker's memory grows a little with what it keeps of searches; a fresh one now and then keeps it level.
max_requests = 20_000
max_requests_jitter = 2_000


def post_worker_init(worker: Any) -> None:
    """Load what every search needs before the first reader asks."""
    from fairground.publish.core.search.errors import SearchIndexError
    from fairground.publish.warming import warm

    try:
        warm()
    except SearchIndexError as error:
        worker.log.warning("%s", error)
