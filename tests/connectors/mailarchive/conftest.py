"""Mail by invented people, archives of it, and a run of the connector over them."""

from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cophub.connectors import mailarchive

START = datetime(2024, 3, 4, 9, 0, tzinfo=UTC)


def make_message(
    number: int = 1,
    body: str | bytes = "Hello all.\n",
    *,
    answers: int | str | None = None,
    references: Iterable[int | str] = (),
    days: float = 0,
    headers: dict[str, str | bytes | None] | None = None,
) -> bytes:
    """One message; its id is `<m{number}@example.org>`. A header given as None is left out."""
    at = START + timedelta(days=days, minutes=number)
    values: dict[str, str | bytes | None] = {
        "From": "Amina Diallo <amina@example.org>",
        "Date": at.strftime("%a, %d %b %Y %H:%M:%S +0000"),
        "Subject": f"Subject {number}",
        "Message-ID": f"<m{number}@example.org>",
    }
    if answers is not None:
        values["In-Reply-To"] = _id(answers)
        values["Subject"] = "Re: what was said"
    if refs := [_id(ref) for ref in references]:
        values["References"] = "\n\t".join(refs)
        values["Subject"] = "Re: what was said"
    values |= headers or {}
    lines = [
        name.encode() + b": " + (value if isinstance(value, bytes) else value.encode())
        for name, value in values.items()
        if value is not None
    ]
    text = body if isinstance(body, bytes) else body.encode()
    return b"\n".join(lines) + b"\n\n" + text


def _id(ref: int | str) -> str:
    return f"<m{ref}@example.org>" if isinstance(ref, int) else ref


def make_mbox(
    *messages: bytes, separator: bytes = b"From amina at example.org  Mon Mar  4 09:00:00 2024\n"
) -> bytes:
    """An mbox in which "From " lines are quoted as mboxrd does."""
    import re

    quoted = (re.sub(rb"(?m)^(>*From )", rb">\1", message) for message in messages)
    return b"".join(separator + m + (b"\n" if m.endswith(b"\n") else b"\n\n") for m in quoted)


@pytest.fixture
def message() -> Callable[..., bytes]:
    """Makes one message."""
    return make_message


@pytest.fixture
def mbox() -> Callable[..., bytes]:
    """Makes an mbox of messages."""
    return make_mbox


@pytest.fixture
def connector() -> Any:
    """The connector, as its hook gives it."""
    return mailarchive.cophub_connectors()[0]


@pytest.fixture
def read(context: Any, extract: Any, connector: Any) -> Callable[..., Any]:
    """`read(path, since=None, **settings)`: what one run of the stream yields."""

    def run(path: Path | str | None = None, since: str | None = None, **settings: Any) -> Any:
        place = {} if path is None else {"path": str(path)}
        now = settings.pop("now", datetime(2026, 6, 1, 12, tzinfo=UTC))
        ctx = context(connector.settings(list="cop", **place, **settings), now=now)
        return extract(connector.streams[0], ctx, since)

    return run


@pytest.fixture
def read_one(tmp_path: Path, read: Callable[..., Any]) -> Callable[..., Any]:
    """`read_one(message, **settings)`: the Post that a file of one message comes to."""
    from cophub import Post

    def run(message: bytes, **settings: Any) -> Any:
        file = tmp_path / "one.eml"
        file.write_bytes(message)
        (post,) = read(file, **settings).of(Post)
        return post

    return run
