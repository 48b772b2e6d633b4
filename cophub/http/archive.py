"""Answers kept in files and given again: what a vendor said, without what we said to prove us.

One exchange is one JSON file, named so that a listing of the folder is the order of the run.
"""

import base64
import itertools
import os
import re
import threading
from collections import defaultdict, deque
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, urlencode

import httpx
import msgspec

from cophub.error_codes import ASKED, NOT_RECORDED
from cophub.errors import ConfigError, SourceUnavailable
from cophub.http.auth import place
from cophub.http.secrets import MASK, is_secret_name, redact

Send = Callable[[httpx.Request], httpx.Response]

# Those that say how the body travelled are not true of the body as it is kept.
_DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection"})
_FORM = "application/x-www-form-urlencoded"
_UNNAMEABLE = re.compile(r"[^A-Za-z0-9]+")


class Recorder:
    """Keeps each exchange that passes; credentials are taken out of all parts of it."""

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._numbers = itertools.count(1 + sum(1 for _ in self._folder.glob("*.json")))

    def answer(self, request: httpx.Request, send: Send) -> httpx.Response:
        """The answer of the wire, which is also in the folder when this returns."""
        response = send(request)
        response.read()
        exchange = {"request": _asked(request), "response": _answered(response)}
        name = _UNNAMEABLE.sub("-", place(str(request.url))).strip("-")[:60] or "root"
        path = self._folder / f"{next(self._numbers):05d}-{request.method.lower()}-{name}.json"
        _write(path, msgspec.json.format(msgspec.json.encode(exchange), indent=1))
        return response


class Replayer:
    """Gives the answers of a folder, each once: the n-th time a URL is asked, its n-th answer.

    Opens no connection. Raises SourceUnavailable for what was not recorded.
    """

    def __init__(self, folder: str | Path) -> None:
        self._folder = Path(folder)
        if not self._folder.is_dir():
            raise ConfigError(
                f"there is no folder of recorded answers at {self._folder}", code=ASKED
            )
        self._lock = threading.Lock()
        self._left: dict[tuple[str, str], deque[dict[str, Any]]] = defaultdict(deque)
        self._known: set[tuple[str, str]] = set()
        for path in sorted(self._folder.glob("*.json")):
            exchange = msgspec.json.decode(path.read_bytes())
            asked = exchange["request"]
            self._left[asked["method"], _comparable(asked["url"])].append(exchange)
        self._known.update(self._left)

    def answer(self, request: httpx.Request, send: Send) -> httpx.Response:
        """The recorded answer; `send` is not used."""
        asked = _asked(request)
        key = asked["method"], _comparable(asked["url"])
        with self._lock:
            exchange = _take(self._left[key], asked.get("body"))
        if exchange is None:
            again = " once more" if key in self._known else ""
            raise SourceUnavailable(
                f"{asked['method']} {asked['url']} was not recorded{again} in {self._folder};"
                " record it again",
                code=NOT_RECORDED,
            )
        found = exchange["response"]
        return httpx.Response(
            found["status"],
            headers=[tuple(pair) for pair in found["headers"]],
            content=_content(found),
            request=request,
        )


def _write(path: Path, content: bytes) -> None:
    """A new file that only its owner may read: it holds what a vendor tells of people."""
    number = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(number, "wb") as out:
        out.write(content)


def _take(exchanges: deque[dict[str, Any]], body: Any) -> dict[str, Any] | None:
    """The first exchange with the same body, or else the first, taken out."""
    for exchange in exchanges:
        if exchange["request"].get("body") == body:
            exchanges.remove(exchange)
            return exchange
    return exchanges.popleft() if exchanges else None


def _asked(request: httpx.Request) -> dict[str, Any]:
    kept: dict[str, Any] = {"method": request.method, "url": _without_secrets(request.url)}
    kept["headers"] = _headers(request.headers)
    if content := request.read():
        kept["body"] = _body(content, request.headers.get("content-type", ""))
    return kept


def _answered(response: httpx.Response) -> dict[str, Any]:
    kept: dict[str, Any] = {"status": response.status_code, "headers": _headers(response.headers)}
    body = _body(response.content, response.headers.get("content-type", ""))
    if isinstance(body, bytes):
        kept["base64"] = base64.b64encode(body).decode("ascii")
    elif isinstance(body, str):
        kept["text"] = body
    else:
        kept["json"] = body
    return kept


def _content(found: dict[str, Any]) -> bytes:
    if "json" in found:
        return msgspec.json.encode(found["json"])
    if "text" in found:
        return str(found["text"]).encode()
    return base64.b64decode(found["base64"])


def _body(content: bytes, kind: str) -> Any:
    """A body as JSON or text without its secrets, or as it is when it is neither."""
    if kind.startswith(_FORM):
        pairs = parse_qsl(content.decode("latin-1"), keep_blank_values=True)
        return urlencode(
            [(name, MASK if is_secret_name(name) else redact(value)) for name, value in pairs]
        )
    try:
        return _clean(msgspec.json.decode(content))
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        pass  # it is no JSON, or lies deeper in itself than anybody writes
    try:
        return redact(content.decode())
    except UnicodeDecodeError:
        return content


def _clean(value: Any) -> Any:
    """`redact`, but for numbers of meetings' sessions: what opens a session is no mere number."""
    if isinstance(value, dict):
        return {
            key: item if _is_number(key, item) else _clean_item(key, item)
            for key, item in value.items()
        }
    return [_clean(item) for item in value] if isinstance(value, list) else redact(value)


def _is_number(key: str, item: Any) -> bool:
    return key.lower() == "sessionid" and isinstance(item, str) and item.isdecimal()


def _clean_item(key: str, item: Any) -> Any:
    return MASK if item and is_secret_name(key) else _clean(item)


def _headers(headers: httpx.Headers) -> list[list[str]]:
    kept = [pair for pair in headers.multi_items() if pair[0] not in _DROPPED]
    return [[name, MASK if is_secret_name(name) else redact(value)] for name, value in kept]


def _without_secrets(url: httpx.URL) -> str:
    pairs = url.params.multi_items()
    if not any(is_secret_name(name) for name, _ in pairs):
        return str(redact(str(url.copy_with(userinfo=b""))))
    clean = [(name, MASK if is_secret_name(name) else value) for name, value in pairs]
    return str(redact(str(url.copy_with(userinfo=b"", params=clean))))


def _comparable(url: str) -> str:
    """A URL whose parameters are in order, however they were asked."""
    parsed = httpx.URL(url)
    return str(parsed.copy_with(params=sorted(parsed.params.multi_items())))
