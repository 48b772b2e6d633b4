"""From `[serve]` to a server: what must be so before others are answered, and the whole of it."""

import logging
import ssl
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from cophub.config import Config
from cophub.config.environment import others_may_read
from cophub.config.serve_table import LOOPBACK, SignInTable, is_loopback
from cophub.config.watching import WatchedFile
from cophub.error_codes import NOT_GUARDED, SECRET_OPEN
from cophub.errors import CophubError

if TYPE_CHECKING:
    from cophub.web.gate import Gate, Note

log = logging.getLogger("cophub.web")
_TITLE = "Communities of practice"
_LARGEST_HEAD = 32_768
_AT_ONCE = 512
_LAST_SECONDS = 5


@dataclass(frozen=True)
class Opened:
    """How a server is reached."""

    address: str
    """What readers open."""
    options: dict[str, Any] = field(repr=False)
    """For uvicorn."""


def opened(config: Config, host: str, port: int) -> Opened:
    """How others reach the server that listens at `host` and `port`.

    Raises ConfigError where they would be let in without signing in, or be seen while they do.
    """
    table = config.serve
    if not is_loopback(host):
        _check_for_others(config, host)
    scheme = "https" if table.certificate else "http"
    name = host if table.sign_in is None else "localhost"
    named = f"[{name}]" if ":" in name else name
    options: dict[str, Any] = {
        "proxy_headers": bool(table.proxy), "forwarded_allow_ips": table.proxy or [],
        "server_header": False, "h11_max_incomplete_event_size": _LARGEST_HEAD,
        "limit_concurrency": _AT_ONCE,
    }  # fmt: skip
    if table.certificate and table.key:
        options |= _certificate(config, table.certificate, table.key)
        # Browsers that keep a connection do not answer that it ends: half a minute each.
        options["timeout_graceful_shutdown"] = _LAST_SECONDS
    return Opened(table.address or f"{scheme}://{named}:{port}", options)


def _check_for_others(config: Config, host: str) -> None:
    table = config.serve
    if table.sign_in is None:
        config.fail(
            ("serve",),
            f"the host {host} lets others read the site without signing in; add a table"
            " [serve.sign_in], or leave host out",
            code=NOT_GUARDED,
        )
    if not table.address or is_loopback(urlsplit(table.address).hostname or ""):
        config.fail(
            ("serve", "address"),
            f"is needed where the host is {host}: write what readers open,"
            ' address = "https://cop.example.org"',
            code=NOT_GUARDED,
        )
    if not table.certificate and not table.proxy:
        config.fail(
            ("serve",),
            f"the host {host} would answer in clear; add certificate and key, or proxy = the IP"
            " address of the web server before it that has them",
            code=NOT_GUARDED,
        )


def _certificate(config: Config, certificate: str, key: str) -> dict[str, str]:
    files = [config.folder / Path(each).expanduser() for each in (certificate, key)]
    try:
        if others_may_read(files[1].stat()):
            config.fail(
                ("serve", "key"),
                f"other users of this machine may read {files[1]}; chmod 600 {files[1]}",
                code=SECRET_OPEN,
            )
        # A password is asked for on the terminal else, and a service has none.
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(
            files[0], files[1], password=lambda: ""
        )
    except (OSError, ValueError) as error:
        why = getattr(error, "reason", None) or getattr(error, "strerror", None) or error
        config.fail(
            ("serve", "certificate"),
            f"{files[0]} with the key {files[1]} cannot be used ({why}); both are PEM files, and"
            " belong together",
            code=NOT_GUARDED,
        )
    return {"ssl_certfile": str(files[0]), "ssl_keyfile": str(files[1])}


def gate(config: Config, address: str, note: "Note", headers: dict[str, str]) -> "Gate | None":
    """What stands before the pages where people sign in; None where nobody does."""
    sign_in = config.serve.sign_in
    if sign_in is None:
        return None
    from cophub.web.gate import BACK, Gate
    from cophub.web.pages import Pages
    from cophub.web.provider import Provider
    from cophub.web.sessions import Sessions, key_from_environment

    secret = config.serve_secret(sign_in.client_secret, "sign_in", "client_secret")
    provider = Provider(sign_in.issuer, sign_in.client_id, secret, address + BACK)
    secure = address.startswith("https://")
    return Gate(
        config.site, address, provider, Sessions(key_from_environment(), secure=secure),
        lists_of(config, sign_in), note, Pages(brand_of(config), provider.host), headers,
    )  # fmt: skip


def names_of(address: str) -> list[str]:
    """By which names the server answers: its own, and this machine's."""
    return [*LOOPBACK, urlsplit(address).hostname or ""]


def lists_of(config: Config, table: SignInTable) -> Callable[[], SignInTable]:
    """Who is let in by the newest plugins.toml that is right, at each moment."""
    file = WatchedFile(config.path)
    known = [table]

    def lists() -> SignInTable:
        try:
            # Twice: what the first look finds changed, the second takes over. Else whoever was
            # taken off a list would read one page more, however long after.
            newer = file.changed() or file.changed()
        except CophubError as error:
            log.warning("who may read the site stays as it was: %s [%s]", error, error.code)
            newer = None
        # Where nobody is let in any more, those stay who were, until the next start.
        if newer is not None and newer.serve.sign_in is not None:
            known[0] = newer.serve.sign_in
        return known[0]

    return lists


def brand_of(config: Config) -> str:
    """What stands at the top of the site."""
    table = config.pipelines.get("site")
    settings = table.settings if table else {}
    found = settings.get("organization") or settings.get("title")
    return found if isinstance(found, str) and found else _TITLE


__all__ = ["Opened", "brand_of", "gate", "lists_of", "names_of", "opened"]
