"""Finds secrets in whatever was written, however it is packed, spelled or kept."""

import base64
import gzip
import html
import io
import json
import re
import sqlite3
import zipfile
import zlib
from collections.abc import Iterable, Iterator
from email import message_from_bytes, policy
from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote, quote_plus

_DEEPEST = 4
_BASE64 = re.compile(rb"[A-Za-z0-9+/_-]{24,}={0,2}")


def spellings(secret: str) -> set[bytes]:
    """A secret as it is, and as URLs, JSON, HTML, base64, hex and UTF-16 spell it."""
    plain = secret.encode()
    texts = {
        secret, quote(secret, safe=""), quote_plus(secret), quote(secret), html.escape(secret),
        json.dumps(secret)[1:-1], plain.hex(), plain.hex().upper(), repr(secret)[1:-1],
    }  # fmt: skip
    found = {text.encode() for text in texts} | {secret.encode("utf-16-le")}
    for before in range(3):
        # What stands before it shifts its letters; those that its neighbours share are left out.
        whole = base64.b64encode(b"\0" * before + plain)
        inner = whole[(before * 8 + 5) // 6 : (before + len(plain)) * 8 // 6]
        found |= {inner, inner.replace(b"+", b"-").replace(b"/", b"_")}
    return found


class Finder:
    """Looks for the spellings of secrets, given by a name each."""

    def __init__(self, secrets: dict[str, str]) -> None:
        assert all(len(secret) >= 8 for secret in secrets.values()), "too short to be told apart"
        self.needles = [
            (needle, name) for name, secret in secrets.items() for needle in spellings(secret)
        ]

    def within(self, content: bytes, depth: int = 0) -> set[str]:
        """The names of the secrets in some bytes, and in what is packed in them."""
        found = {name for needle, name in self.needles if needle in content}
        if depth < _DEEPEST:
            for inner in _inside(content, depth):
                found |= self.within(inner, depth + 1)
        return found

    def in_file(self, path: Path) -> set[str]:
        """The same for a file, and for its name."""
        return self.within(path.read_bytes()) | self.within(path.name.encode())

    def below(self, folder: Path, but: Iterable[Path] = ()) -> dict[str, set[str]]:
        """Which files below a folder hold which secrets."""
        left_out = {path.resolve() for path in but}
        return {
            str(path.relative_to(folder)): found
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.resolve() not in left_out and (found := self.in_file(path))
        }


def _inside(content: bytes, depth: int) -> Iterator[bytes]:
    if content.startswith(b"\x1f\x8b"):
        yield gzip.decompress(content)
    elif content.startswith(b"PK\x03\x04"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for name in archive.namelist():
                yield name.encode()
                yield archive.read(name)
    elif content.startswith(b"SQLite format 3\0"):
        yield from _rows(content)
    elif content.startswith(b"PAR1"):
        import pyarrow.parquet as parquet

        table = parquet.read_table(io.BytesIO(content))
        yield json.dumps(table.to_pylist(), default=str, ensure_ascii=False).encode()
    elif re.match(rb"(?i)[\w-]+: .*\n", content) and b"MIME-Version:" in content[:5000]:
        for part in message_from_bytes(content, policy=policy.default).walk():
            if isinstance(payload := part.get_payload(decode=True), bytes):
                yield payload
    elif depth < 2 and len(content) < 5_000_000:
        yield from _encoded(content)
    if b"&" in content and b";" in content and b"\0" not in content:
        # Of one text some letters are escaped and others not, as each format has it.
        plain = html.unescape(content.decode("utf-8", "replace")).encode()
        if plain != content:
            yield plain


def _encoded(content: bytes) -> Iterator[bytes]:
    """What base64 within text holds where that is packed: recordings and cursors are such."""
    for run in _BASE64.findall(content):
        plain = run.replace(b"-", b"+").replace(b"_", b"/").rstrip(b"=")
        try:
            raw = base64.b64decode(plain + b"=" * (-len(plain) % 4))
        except ValueError:
            continue
        if raw.startswith((b"\x1f\x8b", b"PK\x03\x04", b"SQLite format 3\0")):
            yield raw
        elif raw[:1] == b"\x78":
            try:
                yield zlib.decompress(raw)
            except zlib.error:
                continue


def _rows(content: bytes) -> Iterator[bytes]:
    """Every value, whole: in the file a long one may lie in several places."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "copy.db"
        path.write_bytes(content)
        connection = sqlite3.connect(path)
        connection.text_factory = bytes
        tables = "SELECT name FROM sqlite_master WHERE type = 'table'"
        for (name,) in connection.execute(tables).fetchall():
            for row in connection.execute(f'SELECT * FROM "{name.decode()}"'):
                values = [each for each in row if isinstance(each, bytes)]
                yield b"\n".join(values)
        connection.close()


__all__ = ["Finder", "spellings"]
