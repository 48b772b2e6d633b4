"""The site over HTTP: for this machine alone, or for whoever signs in."""

import hmac
import socket
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route

from cophub.config.serve_table import is_loopback
from cophub.error_codes import NOT_GUARDED, PORT
from cophub.errors import ConfigError
from cophub.web.sending import Lean
from cophub.web.static import file_in

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message, Receive, Scope, Send

    from cophub.config import Config
    from cophub.hub import Hub
    from cophub.web.gate import Gate
    from cophub.web.metrics import Watched

_PROMETHEUS = "text/plain; version=0.0.4"
HOST = "127.0.0.1"
_NAMES = ["127.0.0.1", "localhost"]
_WAITING = 2048
_A_YEAR = b"max-age=31536000"
_HEADERS = {
    # The pages carry their own charts, so they may run scripts; they may ask nobody else.
    "Content-Security-Policy": (
        "default-src 'self' data: blob: 'unsafe-inline'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-cache",
}


def site_app(site: Path, watched: "Watched | None" = None, token: str | None = None) -> Starlette:
    """An application that shows the newest version of the folder `site`.

    With `watched` it also answers monitoring, under /metrics, which wants the `token` where there
    is one, and /health. It answers to the names of this machine only: a page elsewhere that makes
    its own name point here (DNS rebinding) is refused.
    """

    async def page(request: Request) -> Response:
        return _page(site, request.path_params["path"])

    return Starlette(
        routes=[
            *(_monitoring(watched, token, needed=bool(token)) if watched else ()),
            Route("/{path:path}", page, methods=["GET"]),
        ],
        middleware=[Middleware(Lean), Middleware(TrustedHostMiddleware, allowed_hosts=_NAMES)],
    )


def guarded_app(
    gate: "Gate", names: list[str], watched: "Watched", token: str | None, *, secure: bool = False
) -> Starlette:
    """The same for whoever signs in; `names` are those that it answers to, `token` opens /metrics.

    /health is answered under any name: who looks after machines asks by their number.
    """
    inner = TrustedHostMiddleware(Starlette(routes=gate.routes()), allowed_hosts=names)
    return Starlette(
        routes=[*_monitoring(watched, token, needed=True), Mount("/", app=inner)],
        middleware=[*([Middleware(_ByHttpsAlone)] if secure else ()), Middleware(Lean)],
    )


class _ByHttpsAlone:
    """Browsers come by https alone for a year, whatever somebody writes or links."""

    def __init__(self, app: "ASGIApp") -> None:
        self._app = app

    async def __call__(self, scope: "Scope", receive: "Receive", send: "Send") -> None:
        async def sent(message: "Message") -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [
                    *message["headers"], (b"strict-transport-security", _A_YEAR),
                ]  # fmt: skip
            await send(message)

        await self._app(scope, receive, sent)


def _monitoring(watched: "Watched", token: str | None, *, needed: bool) -> Iterator[Route]:
    """Plain functions, which Starlette runs in threads: they wait for the warehouse."""

    def metrics(request: Request) -> Response:
        if needed and not _has_token(request, token):
            return _said("metrics_token under [serve] opens this; send it as a bearer token.", 401)
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


def _has_token(request: Request, token: str | None) -> bool:
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    matches = hmac.compare_digest(given.strip().encode(), (token or "").encode())
    return bool(token) and scheme.lower() == "bearer" and matches


def _page(site: Path, path: str) -> Response:
    if not site.is_dir():
        return _said("There is no site yet: run `cophub run`, then load this page again.", 503)
    # Resolved at each request: publishing puts another folder in this one's place.
    file = file_in(site.resolve(), path)
    return FileResponse(file, headers=_HEADERS) if file else _said("There is no such page.", 404)


def _said(text: str, status: int) -> Response:
    return PlainTextResponse(text + "\n", status, headers=_HEADERS)


def listen(port: int, host: str = HOST, *, guarded: bool = False) -> socket.socket:
    """A socket at one of this machine's addresses; port 0 takes any that is free.

    Raises ConfigError when it is taken, and for a host that others reach where nobody signs in.
    """
    if not guarded and not is_loopback(host):
        raise ConfigError(
            f"--host {host}: others could read the site without signing in, so only {HOST} and"
            " localhost are served; add a table [serve.sign_in] to plugins.toml, or copy the folder"
            " of the site to a web server",
            code=NOT_GUARDED,
        )
    family, where = _place(host, port)
    # asyncio sends at once only where TCP is named; else each page waits 40 ms to be acknowledged.
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind(where)
    except OSError as error:
        listener.close()
        raise ConfigError(
            f"port {port} cannot be used ({error.strerror}); take another with --port", code=PORT
        ) from None
    return listener


def _place(host: str, port: int) -> tuple[socket.AddressFamily, tuple[Any, ...]]:
    if host == "localhost":
        return socket.AF_INET, (HOST, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except (OSError, UnicodeError):
        raise ConfigError(
            f'the host "{host}" is no address of this machine; write one, or "0.0.0.0" for all',
            code=PORT,
        ) from None
    return found[0][0], found[0][4]


def serve(
    config: "Config",
    hub: "Hub",
    listener: socket.socket,
    host: str,
    ready: Callable[[str], None],
    watched: "Watched",
) -> None:
    """Answer on the socket until Ctrl-C or SIGTERM; `ready` gets the address.

    Raises ConfigError where others would be let in without signing in.
    """
    import uvicorn

    from cophub.hub import auditing
    from cophub.web.opening import gate, names_of, opened

    def note(action: str, subject: str | None, who: str, **details: Any) -> None:
        auditing.note(hub, action, subject, who=who, how="web", **details)

    by = opened(config, host, listener.getsockname()[1])
    before = gate(config, by.address, note, _HEADERS)
    token = config.serve.metrics_token
    known = config.serve_secret(token, "metrics_token") if token else None
    app = site_app(config.site, watched, known)
    if before is not None:
        secure = by.address.startswith("https://")
        app = guarded_app(before, names_of(by.address), watched, known, secure=secure)
    made = uvicorn.Config(app, log_level="warning", access_log=False, **by.options)
    listener.listen(_WAITING)  # from now on whoever comes waits, and is not refused
    ready(f"{by.address}/")
    uvicorn.Server(made).run(sockets=[listener])
