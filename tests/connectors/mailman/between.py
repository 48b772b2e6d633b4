"""A server between cophub and the one that is tested: it counts, and fails where a test says."""

import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx

Fault = Callable[[str], "tuple[int, bytes] | str | None"]


class _Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


class Between:
    """Hands every request on to `target`, unless `fault(path)` answers it.

    A fault is (status, body), or "cut": the connection is closed without an answer, as when the
    server has been stopped.
    """

    def __init__(self, target: str) -> None:
        self.asked: list[str] = []
        self.fault: Fault = lambda path: None
        self.client = httpx.Client(base_url=target, timeout=60, follow_redirects=False)
        outer = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                outer._answer(self, b"")

            def do_POST(self) -> None:
                outer._answer(self, self.rfile.read(int(self.headers.get("content-length") or 0)))

            def log_message(self, format: str, *args: object) -> None:
                """Nothing."""

        self._server = _Server(("127.0.0.1", 0), Handler)
        self.base_url = f"http://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop it."""
        self._server.shutdown()
        self._server.server_close()
        self.client.close()

    def paths(self, part: str = "") -> list[str]:
        """What was asked, with its query, as far as `part` is in it."""
        return [path for path in self.asked if part in path]

    def _answer(self, handler: BaseHTTPRequestHandler, body: bytes) -> None:
        self.asked.append(handler.path)
        fault = self.fault(handler.path)
        if fault == "cut":
            handler.close_connection = True
            return
        if isinstance(fault, tuple):
            self._send(handler, fault[0], {"content-type": "application/json"}, fault[1])
            return
        headers = {
            name: value
            for name, value in handler.headers.items()
            if name.lower() not in ("connection", "accept-encoding", "content-length")
        }
        answer = self.client.request(handler.command, handler.path, content=body, headers=headers)
        self.client.cookies.clear()  # they are the asker's, and come with each of its requests
        kept = [
            (name, value)
            for name, value in answer.headers.multi_items()
            if name.lower() not in ("transfer-encoding", "content-length", "connection", "date")
        ]
        handler.send_response(answer.status_code)
        for name, value in kept:
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(answer.content)))
        handler.end_headers()
        handler.wfile.write(answer.content)

    def _send(
        self, handler: BaseHTTPRequestHandler, status: int, headers: dict[str, str], body: bytes
    ) -> None:
        handler.send_response(status)
        for name, value in headers.items():
            handler.send_header(name, value)
        handler.send_header("content-length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)
