"""The site over HTTP, for this machine alone."""

import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from cophub.error_codes import ASKED, PORT
from cophub.errors import ConfigError

if TYPE_CHECKING:
    from cophub.web.metrics import Watched

_PROMETHEUS = "text/plain; version=0.0.4"
HOST = "127.0.0.1"
_NAMES = ["127.0.0.1", "localhost"]
_HEADERS = {
    # The pages carry their own charts, so they may run scripts; they may ask nobody else.
    "Content-Security-Policy": (
        "default-src 'self' data: blob: 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def site_app(site: Path, watched: "Watched | None" = None) -> Starlette:
    """An application that shows the newest version of the folder `site`.

    With `watched` it also answers monitoring, under /metrics and /health. It answers to the names
    of this machine only: a page elsewhere that makes its own name point here (DNS rebinding) is
    refused.
    """

    async def page(request: Request) -> Response:
        return _page(site, request.path_params["path"])

    return Starlette(
        routes=[
            *(_monitoring(watched) if watched else ()),
            Route("/{path:path}", page, methods=["GET"]),
        ],
        middleware=[Middleware(TrustedHostMiddleware, allowed_hosts=_NAMES)],
    )


def _monitoring(watched: "Watched") -> Iterator[Route]:
    """Plain functions, which Starlette runs in threads: they wait for the warehouse."""

    def metrics(request: Request) -> Response:
        return Response(watched.metrics(), headers=_HEADERS, media_type=_PROMETHEUS)

    def live(request: Request) -> Response:
        return JSONResponse({"status": "ok"}, headers=_HEADERS)

    def ready(request: Request) -> Response:
        checks = watched.readiness()
        well = all(said == "ok" for said in checks.values())
        answer = {"status": "ok" if well else "not ready", "checks": checks}
        return JSONResponse(answer, 200 if well else 503, headers=_HEADERS)

    yield Route("/metrics", metrics, methods=["GET"])
    yield Route("/health/live", live, methods=["GET"])
    yield Route("/health/ready", ready, methods=["GET"])


def _page(site: Path, path: str) -> Response:
    if not site.is_dir():
        return _said("There is no site yet: run `cophub run`, then load this page again.", 503)
    # Resolved at each request: publishing puts another folder in this one's place.
    root = site.resolve()
    try:
        file = (root / path).resolve()
        if file.is_dir():
            file = file / "index.html"
        inside = file.is_relative_to(root) and file.is_file()
    except (OSError, ValueError):
        inside = False
    if not inside:
        return _said("There is no such page.", 404)
    return FileResponse(file, headers=_HEADERS)


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, headers=_HEADERS)


def listen(port: int, host: str = HOST) -> socket.socket:
    """A socket on loopback; port 0 takes any that is free.

    Raises ConfigError when it is taken, and for a host that others reach: nobody signs in here.
    """
    if host not in _NAMES:
        raise ConfigError(
            f"--host {host}: others could read the site without signing in, so only {HOST} and"
            " localhost are served; put a web server with a sign-in before it, or copy the folder"
            " of the site to one",
            code=ASKED,
        )
    # asyncio sends at once only where TCP is named; else each page waits 40 ms to be acknowledged.
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"port {port} cannot be used ({error.strerror}); take another with --port", code=PORT
        ) from None
    return listener


def serve(
    site: Path,
    listener: socket.socket,
    ready: Callable[[str], None],
    watched: "Watched | None" = None,
) -> None:
    """Answer on the socket until Ctrl-C or SIGTERM; `ready` gets the address."""
    import uvicorn

    config = uvicorn.Config(site_app(site, watched), log_level="warning", access_log=False)
    ready(f"http://{HOST}:{listener.getsockname()[1]}/")
    uvicorn.Server(config).run(sockets=[listener])
