"""Who is known by the name of a registration, which no name that is typed at a meeting replaces.

Webinars are read once and meetings for years afterwards, so a run must know of the registrants that
earlier ones have told. They are kept as digests in the cursor of the webinars.
"""

from base64 import b64decode, b64encode
from collections.abc import Iterator
from hashlib import blake2b

from cophub import Context
from cophub.connectors.gotomeeting.settings import Settings

_BYTES = 5
"""Of each digest: among 20,000 registrants, one attendee in 50 million is taken for another."""


class Named:
    """Accounts of registrants, by their keys; shared by the streams of a run."""

    def __init__(self) -> None:
        self._digests: set[bytes] = set()

    @classmethod
    def of(cls, ctx: Context[Settings]) -> "Named":
        """Those that are known to this run."""
        found = ctx.shared.get("goto:registrants")
        if not isinstance(found, cls):
            found = ctx.shared["goto:registrants"] = cls()
        return found

    def add(self, key: str) -> None:
        """An account has a name by its registration."""
        self._digests.add(_digest(key))

    def __contains__(self, key: object) -> bool:
        return isinstance(key, str) and _digest(key) in self._digests

    def unpack(self, text: str) -> None:
        """Add those in `text`. Raises ValueError for one that `pack` did not make."""
        packed = b64decode(text, validate=True)
        if len(packed) % _BYTES:
            raise ValueError("the digests of registrants are cut off")
        self._digests.update(_pieces(packed))

    def pack(self) -> str:
        """All of them as text, seven letters for each."""
        return b64encode(b"".join(sorted(self._digests))).decode()


def _digest(key: str) -> bytes:
    return blake2b(key.encode(), digest_size=_BYTES).digest()


def _pieces(packed: bytes) -> Iterator[bytes]:
    for start in range(0, len(packed), _BYTES):
        yield packed[start : start + _BYTES]
