"""How long until the map is drawn, and how much is sent for it: a fresh Chromium each time, with an empty cache.

    ./dev bench map_view http://127.0.0.1:8000/zh/map/ --times 5

Needs a portal that runs, playwright (in the development environment) and a Chromium. The map is drawn by software where
there is no graphics card, which takes longer. Prints one JSON object: ready_ms (from the request of the page to the
first complete drawing, each time), median_ms, kilobytes (1000 bytes, as sent; without the tiles, some 20 kB, which the
worker asks for by itself), load_average.
"""

import argparse
import json
import os
import shutil
import statistics
import sys
from typing import Any

FLAGS = ["--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--ignore-gpu-blocklist"]
LIMIT_MS = 60_000
SENT = "performance.getEntries().reduce((sum, one) => sum + (one.transferSize ?? 0), 0)"


def measure(address: str, times: int) -> dict[str, Any]:
    """Open the map so many times; return the figures."""
    from playwright.sync_api import sync_playwright

    ready: list[int] = []
    sent: list[int] = []
    with sync_playwright() as playwright:
        for _ in range(times):
            browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
            page = browser.new_page(viewport={"width": 1280, "height": 800})
            page.goto(address)
            page.locator("#map[data-ready]").wait_for(timeout=LIMIT_MS)
            ready.append(int(page.locator("#map").get_attribute("data-ready") or 0))
            sent.append(int(page.evaluate(SENT)))
            browser.close()
    return {
        "ready_ms": ready,
        "median_ms": statistics.median(ready),
        "kilobytes": round(max(sent) / 1000, 1),
        "load_average": [round(load, 1) for load in os.getloadavg()],
    }


def main(arguments: list[str]) -> int:
    """Run the benchmark; returns the exit code."""
    parser = argparse.ArgumentParser(
        prog="map_view.py", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("address")
    parser.add_argument("--times", type=int, default=5)
    options = parser.parse_args(arguments)
    print(json.dumps(measure(options.address, options.times)))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
