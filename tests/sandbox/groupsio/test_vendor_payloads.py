"""The emulated groups.io against the vendor's answers: the same fields, the same JSON types.

They are read from the folder that COPHUB_VENDOR_FILES names and are not part of this repository.
"""

import json
import os
import re
from collections.abc import Callable, Iterable
from email import message_from_bytes
from io import BytesIO
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox
from cophub.sandbox.groupsio import PASSWORD
from cophub.sandbox.groupsio.state import State

Json = dict[str, Any]
Ask = Callable[..., Json]
Whole = Callable[..., list[Json]]
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT[\d:]{8}(\.\d{1,9})?(Z|[+-]\d\d:\d\d)")
SEPARATOR = re.compile(rb"(?m)^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n")


@pytest.fixture(scope="session")
def vendor_files() -> Path:
    """The folder of the vendor's answers and of the names and types of its fields."""
    folder = os.environ.get("COPHUB_VENDOR_FILES")
    if not folder:
        pytest.skip("COPHUB_VENDOR_FILES names no folder with the vendors' own answers")
    return Path(folder) / "groupsio"


@pytest.fixture(scope="session")
def fields(vendor_files: Path) -> Json:
    """What is known of each object's fields."""
    return dict(json.loads((vendor_files / "fields.json").read_text()))


def same(published: Any, ours: Any, path: str = "") -> list[str]:
    """Where `ours` lacks a field of `published` or has it in another JSON type."""
    if isinstance(published, dict) and isinstance(ours, dict):
        return [
            fault
            for key, value in published.items()
            for fault in (
                same(value, ours[key], f"{path}.{key}") if key in ours else [f"{path}.{key} lacks"]
            )
        ]
    if isinstance(published, list) and isinstance(ours, list):
        return same(published[0], ours[0], f"{path}[]") if published and ours else []
    return [] if type(published) is type(ours) else [f"{path} is {type(ours).__name__}"]


CHECKS: tuple[tuple[str, Callable[[Any], bool]], ...] = (
    ("datetime", lambda v: bool(INSTANT.fullmatch(v))),
    ("int", lambda v: type(v) is int),
    ("bool", lambda v: type(v) is bool),
    ("array|null", lambda v: v is None or isinstance(v, list)),
    ("array or null", lambda v: v is None or isinstance(v, list)),
    ("array", lambda v: isinstance(v, list)),
    ("object", lambda v: isinstance(v, dict)),
    ("html string", lambda v: isinstance(v, str)),
    ("string", lambda v: isinstance(v, str)),
)  # fmt: skip


def fits(declared: str, value: Any) -> bool:
    """Whether a value is of a declared type; `'a'|'b'` lists texts, of which more may exist."""
    if declared.startswith("'"):
        return isinstance(value, str) and value != ""
    return next(check for name, check in CHECKS if declared.startswith(name))(value)


def wrong(declared: Json, rows: Iterable[Json]) -> list[str]:
    """What is missing from the rows or of another type."""
    return [
        f"{name}: {row.get(name, 'lacks')!r}"
        for row in rows
        for name, kind in declared.items()
        if name not in row or not fits(kind, row[name])
    ]


def test_signing_in(vendor_files: Path, shown: GroupsioSandbox) -> None:
    """The token and the user, field by field."""
    published = json.loads((vendor_files / "login.json").read_text())
    form = {"email": shown.hub.email, "password": PASSWORD}
    ours = httpx.post(f"{shown.base_url}/api/v1/login", data=form).json()
    assert same(published, ours) == []
    assert set(ours["user"]) == set(published["user"])


def test_subscriptions(vendor_files: Path, read: Ask) -> None:
    """The envelope, a subscription and its permissions; the pages count as the vendor's do."""
    ours = read("getsubs", limit=1)
    for number in (1, 2):
        published = json.loads((vendor_files / f"subscriptions_page_{number}.json").read_text())
        assert same(published, ours) == []
        assert set(ours["data"][0]["perms"]) == set(published["data"][0]["perms"])
        token = published["next_page_token"]
        assert token == (published["end_item"] if published["has_more"] else 0)
    assert (ours["start_item"], ours["end_item"], ours["next_page_token"]) == (1, 1, 1)


@pytest.mark.parametrize(
    ("kind", "name"),
    [
        ("subscription (getsubs/getmembers/getmember/getsub)", "getsubs"),
        ("subscription (getsubs/getmembers/getmember/getsub)", "getmembers"),
        ("topic", "gettopics"),
        ("message", "getmessages"),
    ],
)
def test_rows_of_lists(fields: Json, read: Ask, whole: Whole, kind: str, name: str) -> None:
    """Every row of every page has every field in its type."""
    declared = dict(fields[kind])
    if name == "getmembers":
        del declared["perms"]
    query = {} if name == "getsubs" else {"group_name": "mercop"}
    assert wrong(fields["list_envelope"], [read(name, **query)]) == []
    rows = whole(read, name, limit=100, **query)
    assert wrong(declared, rows) == []
    if name == "getmessages":
        tags = [tag for row in rows for tag in row["hashtags"]]
        files = [file for row in rows for file in row["attachments"]]
        assert {"id", "name", "color_name", "color_hex", "description", "topic_count"} <= set(
            tags[0]
        )
        assert {"id", "media_type", "download_url", "image_thumbnail_url", "filename"} <= set(
            files[0]
        )


def test_groups(fields: Json, read: Ask, shown: GroupsioSandbox) -> None:
    """A group and a subgroup."""
    names = shown.state.by_name
    assert wrong(fields["group"], [read("getgroup", group_name=name) for name in names]) == []


def test_errors(fields: Json, read: Ask) -> None:
    """The object and the words of what may go wrong."""
    faults = [
        read("getgroup", group_name="nobody"),
        read("gettopic", topic_id=1),
        read("getmembers", group_name="mercop", type="all"),
        read("getmessages"),
    ]
    assert wrong(fields["error"], faults) == []
    assert {fault["type"] for fault in faults} <= set(fields["error_types_seen"])


def test_an_archive_is_built_like_the_vendors(
    vendor_files: Path, sandbox: GroupsioSandbox, state: State
) -> None:
    """One file in the zip; separators, blank lines, headers and web posters as published."""
    url = f"{sandbox.base_url}/api/v1/downloadarchives"
    asked = {"group_name": "mercop", "start_msg_num": "1"}
    answer = httpx.get(url, params=asked, headers={"Authorization": f"Bearer {sandbox.api_key}"})
    theirs, ours = (
        _mails(content)
        for content in (
            (vendor_files / "downloadarchives_messages.zip").read_bytes(),
            answer.content,
        )
    )
    assert len(theirs) == 49
    assert len(ours) == len(state.by_name["mercop"].messages)
    assert {name for mail in theirs for name in mail} <= {name for mail in ours for name in mail}
    written = [mail for mail in ours if mail["User-Agent"] == "GROUPS.IO Web Poster"]
    assert all(re.search(r"mercop[-+]owner@", mail["From"]) for mail in written)
    with ZipFile(vendor_files / "downloadarchives_empty.zip") as empty:
        assert empty.namelist() == ["messages.mbox"]


def _mails(packed: bytes) -> list[Any]:
    with ZipFile(BytesIO(packed)) as zipped:
        assert zipped.namelist() == ["messages.mbox"]
        parts = SEPARATOR.split(zipped.read("messages.mbox"))
    assert parts[0] == b""
    assert all(part.endswith(b"\n\n") for part in parts[1:])
    return [message_from_bytes(part) for part in parts[1:]]


@pytest.fixture
def state(sandbox: GroupsioSandbox) -> State:
    """What the test's own sandbox holds."""
    return sandbox.state
