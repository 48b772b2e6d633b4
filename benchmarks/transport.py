"""What the transport costs: pages of 1 MB over loopback, beside a bare httpx + msgspec loop.

Run: python benchmarks/transport.py [PAGES]. Prints milliseconds of wall clock and of processor
time for one page (fetch and decode), and for one small answer. The server is a process of its own.
"""

import multiprocessing
import sys
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing.connection import Connection
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx
import msgspec

ROWS = 1000
_ROW = {"id": 0, "email_address": "person@example.org", "stats": {"a": 0.25}, "text": "x" * 970}
Work = Callable[[], int]


def serve(told: Connection, pages: int) -> None:
    """A server of `pages` pages of a thousand rows at /rows, and of a small answer at /small."""
    bodies = [
        msgspec.json.encode({"rows": [{**_ROW, "id": page * ROWS + n} for n in range(ROWS)]})
        for page in range(pages)
    ]

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            body = b'{"ok": true}'
            if parts.path == "/rows":
                page = int(parse_qs(parts.query)["offset"][0]) // ROWS
                body = bodies[page] if page < pages else b'{"rows": []}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    told.send((server.server_address[1], len(bodies[0])))
    server.serve_forever()


def ways(url: str) -> Iterator[tuple[str, Work, Work]]:
    """A name, a read of all rows and a read of the small answer for each way to fetch."""
    from cophub.http import Transport, by_offset, pages

    bare = httpx.Client(base_url=url)
    transport = Transport()
    ours, session = transport.client(base_url=url), transport.session()

    def by_hand(get: Callable[[str], bytes]) -> Work:
        def read() -> int:
            count = 0
            while rows := msgspec.json.decode(get(f"/rows?offset={count}"))["rows"]:
                count += len(rows)
            return count

        return read

    def listing() -> int:
        follow = by_offset("rows", size=ROWS)
        return sum(len(page["rows"]) for page in pages(ours, "rows", follow=follow))

    def small(get: Callable[[str], bytes]) -> Work:
        return lambda: len(get("/small"))

    asks: dict[str, Callable[[str], bytes]] = {
        "bare httpx": lambda path: bare.get(path).content,
        "our client": lambda path: ours.get(path).content,
        "our session": lambda path: session.get(url + path).content,
    }
    for name, get in asks.items():
        yield name, by_hand(get), small(get)
    yield "our pages()", listing, small(asks["our client"])


def measured(work: Work, times: int) -> tuple[float, float]:
    """The best of three: milliseconds of wall clock and of processor time for one of `times`."""
    best = [float("inf")] * 2
    for _ in range(3):
        wall, cpu = time.perf_counter(), time.process_time()
        work()
        best = [
            min(best[0], (time.perf_counter() - wall) / times * 1e3),
            min(best[1], (time.process_time() - cpu) / times * 1e3),
        ]
    return best[0], best[1]


def main() -> None:
    pages = int(sys.argv[1]) if len(sys.argv) > 1 else 50
    here, there = multiprocessing.Pipe()
    server = multiprocessing.Process(target=serve, args=(there, pages), daemon=True)
    server.start()
    port, size = here.recv()
    print(f"{pages} pages of {size / 1e6:.2f} MB; milliseconds per request, wall / processor")
    for name, read, small in ways(f"http://127.0.0.1:{port}"):
        assert read() == pages * ROWS
        page = measured(read, pages + 1)
        few = measured(lambda small=small: sum(small() for _ in range(300)), 300)  # type: ignore[misc]
        print(
            f"{name:12} page {page[0]:6.3f} / {page[1]:6.3f}   small {few[0]:6.3f} / {few[1]:6.3f}"
        )
    server.terminate()


if __name__ == "__main__":
    main()
