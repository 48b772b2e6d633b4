"""One transport for every vendor, and small functions to compose a connector from.

Names are loaded when they are first asked for: a connector that only declares its `Limits` does
not load an HTTP client.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from cophub.http.archive import Recorder, Replayer
    from cophub.http.auth import basic, bearer, check_status
    from cophub.http.limits import Limits, Traffic
    from cophub.http.paging import (
        Follow,
        by_last,
        by_next_link,
        by_offset,
        by_page,
        decode,
        pages,
    )
    from cophub.http.parse import decode_each, decode_page, parse_each, reject
    from cophub.http.secrets import is_secret_name, redact, remember_secret
    from cophub.http.tokens import FileTokens, MemoryTokens, TokenStore
    from cophub.http.transport import SAFE, Archive, Transport

_HOME = {
    "archive": ("Recorder", "Replayer"),
    "auth": ("basic", "bearer", "check_status"),
    "limits": ("Limits", "Traffic"),
    "paging": ("Follow", "by_last", "by_next_link", "by_offset", "by_page", "decode", "pages"),
    "parse": ("decode_each", "decode_page", "parse_each", "reject"),
    "secrets": ("is_secret_name", "redact", "remember_secret"),
    "tokens": ("FileTokens", "MemoryTokens", "TokenStore"),
    "transport": ("SAFE", "Archive", "Transport"),
}
_MODULE_OF = {name: module for module, names in _HOME.items() for name in names}

__all__ = [
    "SAFE", "Archive", "FileTokens", "Follow", "Limits", "MemoryTokens", "Recorder", "Replayer",
    "TokenStore", "Traffic", "Transport", "basic", "bearer", "by_last", "by_next_link", "by_offset",
    "by_page", "check_status", "decode", "decode_each", "decode_page", "is_secret_name", "pages",
    "parse_each", "redact", "reject", "remember_secret",
]  # fmt: skip


def __getattr__(name: str) -> Any:
    if module := _MODULE_OF.get(name):
        value = getattr(import_module(f"cophub.http.{module}"), name)
        globals()[name] = value
        return value
    raise AttributeError(f"module 'cophub.http' has no attribute {name!r}")
