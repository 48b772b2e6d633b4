"""`sign-in`: a person signs in once, and the token that comes of it renews itself from then on."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from .conftest import CONFIG, Answer, Folder

Call = Callable[..., Answer]

FORUM = """
from cophub import AuthError, Connector, Membership, Post, Checkpoint, Stream, hookimpl
from pydantic import BaseModel

class Settings(BaseModel):
    pass

def posts(ctx, since):
    token = ctx.tokens.get("refresh")
    if not token:
        raise AuthError(f"nobody has signed in; cophub sign-in {ctx.source}")
    ctx.tokens.set("refresh", token + "+")
    yield Post(key=token, title=token)
    yield Checkpoint("1")

def sign_in(ctx, show):
    show("Open https://example.org/device and enter ABCD-EFGH")
    ctx.tokens.set("refresh", "token-of-" + ctx.source)
    return "km@example.org"

@hookimpl
def cophub_connectors():
    return [Connector("signed", "A forum with sign-in", Settings, [Stream(posts)], sign_in=sign_in)]
"""

SOURCES = """
[plugins]
modules = ["signed_forum"]
[sources.one]
connector = "signed"
[sources.two]
connector = "signed"
"""


@pytest.fixture
def signed(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> Iterator[Folder]:
    (folder.folder / "signed_forum.py").write_text(FORUM, encoding="utf-8")
    folder.configure(SOURCES + CONFIG)
    monkeypatch.setenv("COPHUB_KEY", "a long phrase for the tests")
    yield folder


def test_who_signed_in_is_told_and_the_token_renews_itself(cophub: Call, signed: Folder) -> None:
    assert "cophub sign-in one" in cophub("sync", "one").out
    answer = cophub("sign-in", "one")
    assert answer.code == 0
    assert "enter ABCD-EFGH" in answer.err
    assert "signed in as km@example.org" in answer.out
    for _ in range(2):
        assert cophub("sync", "one").code == 0
    titles = cophub("export", "post", "--format", "jsonl").out
    assert [mark in titles for mark in ('"token-of-one"', '"token-of-one+"')] == [True, True]


def test_each_source_has_a_token_of_its_own_and_none_is_readable(
    cophub: Call, signed: Folder
) -> None:
    cophub("sign-in", "one")
    assert cophub("sync", "two").code == 1
    files = [path for path in (signed.folder / "tokens").rglob("*") if path.is_file()]
    assert [path.parent.name for path in files] == ["one"]
    assert all(b"token-of" not in path.read_bytes() for path in files)
    assert all(Path(path).stat().st_mode & 0o077 == 0 for path in files)


def test_where_nobody_signs_in_it_is_said(cophub: Call, signed: Folder) -> None:
    answer = cophub("sign-in", "lists")
    assert (answer.code, "nobody signs in to mailarchive" in answer.err) == (2, True)


def test_without_a_key_it_is_said_before_anybody_signs_in(
    cophub: Call, signed: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("COPHUB_KEY")
    monkeypatch.setattr("cophub.http.tokens._from_keyring", lambda: None)
    answer = cophub("sign-in", "one")
    assert (answer.code, "set COPHUB_KEY" in answer.err) == (2, True)
    assert "enter ABCD-EFGH" not in answer.err
