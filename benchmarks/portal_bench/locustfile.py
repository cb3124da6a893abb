"""What Locust runs: each page alone, requests at a constant rate whatever the server does.

Run by Locust's own Python, which has nothing of the project. PORTAL_PLAN names a JSON file:
{"rate": requests a second, "pages": [{"name", "holds" (regular expression), "warm_up", "paths": [...]}]};
PORTAL_RESULTS the JSON-lines file to write, one line a request: page, due_ms (when it should have begun, from the
page's first), late_ms, ms (from when it should have begun to the last byte), status, fault.

Request number n of a page is due n / rate seconds after its first. A user (a connection) takes the next due request,
waits for its time and sends it. When all users wait for answers, requests begin late; since time counts from when
they were due, nothing is left out of the figures (no coordinated omission).
"""

import json
import os
import re
import time
from pathlib import Path

import gevent
from gevent.event import Event
from gevent.queue import Queue
from locust import FastHttpUser, events, task

PLAN = json.loads(Path(os.environ["PORTAL_PLAN"]).read_text("utf-8"))
PAUSE_S = 0.5  # between pages: what is still on the way from one does not burden the next
TIMEOUT_S = 30

due_requests: Queue = Queue()
everybody_is_there = Event()
results: list[dict[str, object]] = []


@events.spawning_complete.add_listener
def begin(user_count: int, **_: object) -> None:
    everybody_is_there.set()


@events.test_start.add_listener
def start(environment: object, **_: object) -> None:
    gevent.spawn(drive, environment)


def drive(environment: object) -> None:
    """Send page after page, then write what was found and stop."""
    everybody_is_there.wait()
    for page in PLAN["pages"]:
        holds = re.compile(page["holds"])
        # The first requests only warm the server; they are sent alike and not counted.
        paths = page["paths"]
        for name, some in ((None, paths[: page["warm_up"]]), (page["name"], paths[page["warm_up"] :])):
            answered = Event()
            begin = time.perf_counter() + PAUSE_S
            left = [len(some)]
            for number, path in enumerate(some):
                due_requests.put((name, path, holds, begin, number / PLAN["rate"], left, answered))
            if some:
                answered.wait()
    with open(os.environ["PORTAL_RESULTS"], "w", encoding="utf-8") as out:
        out.writelines(json.dumps(result) + "\n" for result in results)
    environment.runner.quit()  # type: ignore[attr-defined]


class Reader(FastHttpUser):
    """One of the connections that send what is due."""

    network_timeout = TIMEOUT_S
    connection_timeout = TIMEOUT_S
    max_retries = 0

    @task
    def read(self) -> None:
        name, path, holds, begin, due, left, answered = due_requests.get()
        gevent.sleep(max(begin + due - time.perf_counter(), 0))
        late = time.perf_counter() - begin - due
        # As the proxy in front would say it; every request comes from another reader.
        number = int(due * PLAN["rate"])
        headers = {
            "X-Forwarded-Proto": "https",
            "X-Forwarded-For": f"10.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}",
        }
        with self.client.get(
            path, name=name or "warm-up", headers=headers, allow_redirects=False, catch_response=True
        ) as response:
            body = response.content
            ended = time.perf_counter() - begin - due
            fault = ""
            if response.status_code != 200:
                fault = f"status {response.status_code}"
            elif not holds.search((body or b"").decode("utf-8", "replace")):
                fault = "not the page that was asked for"
            if fault:
                response.failure(fault)
            else:
                response.success()
        if name is not None:
            results.append(
                {
                    "page": name,
                    "path": path,
                    "due_ms": due * 1000,
                    "late_ms": late * 1000,
                    "ms": ended * 1000,
                    "status": response.status_code,
                    "fault": fault,
                }
            )
        left[0] -= 1
        if not left[0]:
            answered.set()
