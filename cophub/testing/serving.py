"""A little vendor on this machine: a function that answers requests, over real HTTP."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import click
import httpx

from cophub.error_codes import ASKED
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.testing.vendor import Handler

HOST = "127.0.0.1"
NOT_FOUND = 127
"""What a shell leaves with for a command that is not there."""


@contextmanager
def serve(answer: "Handler", port: int = 0) -> Iterator[str]:
    """Let `answer` answer requests on this machine, and give the address; 0 takes a free port.

    It is what `check_connector(server=...)` takes: a function from an httpx.Request to an
    httpx.Response. Raises ConfigError where the port is taken.
    """
    try:
        server = ThreadingHTTPServer((HOST, port), partial(_Answering, answer))
    except OSError as error:
        raise ConfigError(
            f"port {port} of {HOST} cannot be had ({error.strerror}); end what listens there, or"
            " take another port",
            code=ASKED,
        ) from None
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    try:
        yield f"http://{HOST}:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()


def serve_command(answer: "Handler", port: int, environment: Mapping[str, str]) -> int:
    """Serve while the command runs that stands behind the script's name, else until Ctrl-C.

    The command has `environment` besides its own, for the token say. Gives its exit code; 2 where
    the port is taken.
    """
    try:
        with serve(answer, port) as url:
            if command := sys.argv[1:]:
                return _run(command, {**os.environ, **environment})
            click.echo(f"{url} answers until Ctrl-C. In another terminal:")
            for name, value in environment.items():
                click.echo(f"export {name}={value}")
            with suppress(KeyboardInterrupt):
                threading.Event().wait()
    except ConfigError as error:
        click.echo(str(error), err=True)
        return 2
    return 0


def _run(command: list[str], environment: Mapping[str, str]) -> int:
    try:
        return subprocess.call(command, env=environment)
    except FileNotFoundError:
        click.echo(f"there is no command {command[0]}", err=True)
        return NOT_FOUND


class _Answering(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def __init__(self, answer: "Handler", *given: Any) -> None:
        self.vendor = answer
        super().__init__(*given)

    def _answer(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        url = f"http://{HOST}:{self.connection.getsockname()[1]}{self.path}"
        response = self.vendor(
            httpx.Request(
                self.command, url, headers=self.headers.items(), content=self.rfile.read(length)
            )
        )
        self.send_response(response.status_code)
        for name, value in response.headers.multi_items():
            if name != "content-length":
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(response.content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(response.content)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = _answer  # noqa: N815

    def log_message(self, format: str, *args: Any) -> None:
        """Whoever runs it looks at another thing."""


__all__ = ["serve", "serve_command"]
