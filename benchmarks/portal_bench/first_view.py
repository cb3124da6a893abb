"""How much a first view of a page weighs: the page and everything it loads, as sent over the wire."""

import gzip
import re
from html.parser import HTMLParser
from urllib.error import HTTPError
from urllib.parse import urljoin, urlsplit
from urllib.request import Request, urlopen

from portal_bench.serving import PROXY_SAYS

_LOADED = {"stylesheet", "icon", "modulepreload", "preload", "manifest", "apple-touch-icon"}
_IN_STYLE = re.compile(rb"""url\(\s*["']?([^"')]+)["']?\s*\)""")


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = dict(attrs)
        if tag == "link" and _LOADED & set((values.get("rel") or "").split()):
            self.found.append(values.get("href") or "")
        if tag in ("script", "img", "source"):
            self.found.append(values.get("src") or "")


def first_view_kb(host: str, path: str) -> float | None:
    """Return kilobytes (1000 bytes), compressed as the server sends them to a browser that takes gzip.

    None where the page cannot be had: the figures of the page then tell of errors.
    """
    try:
        sent, body = _fetch(f"{host}{path}")
    except HTTPError:
        return None
    parser = _Links()
    parser.feed(body.decode("utf-8"))
    wanted = [urljoin(f"{host}{path}", link) for link in parser.found if link]
    total, seen = sent, set[str]()
    while wanted:
        address = wanted.pop()
        if address in seen or not address.startswith(host):
            continue
        seen.add(address)
        sent, body = _fetch(address)
        total += sent
        if urlsplit(address).path.endswith(".css"):
            wanted += [
                urljoin(address, link.decode())
                for link in _IN_STYLE.findall(body)
                if not link.startswith(b"data:")
            ]
    return round(total / 1000, 1)


def _fetch(address: str) -> tuple[int, bytes]:
    """Return the bytes that were sent, and the content."""
    request = Request(address, headers={**PROXY_SAYS, "Accept-Encoding": "gzip"})
    with urlopen(request, timeout=30) as answer:
        body: bytes = answer.read()
        packed = answer.headers.get("Content-Encoding") == "gzip"
    return len(body), gzip.decompress(body) if packed else body
