"""What comes from elsewhere is refused where it is made to harm: an inventory, and what is in it.

Most of it is tried beside the code that reads it: the table below says where.
"""

import json
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cophub import SourceUnavailable
from cophub.connectors.adobeconnect.answer import read_answer
from cophub.connectors.sharepoint.canvas import page_text
from cophub.http.parse import decode_each, decode_page
from tests.cli.conftest import Folder
from tests.connectors.website import website

ROOT = Path(__file__).parents[2]
PARSERS = re.compile(
    r"zipfile\.ZipFile|\bZipFile\(|gzip\.\w+\(|GzipFile\(|decompress(?:obj)?\(|tarfile|feedparser\.parse"
    r"|CalamineWorkbook\.|BytesParser\(\)|BytesHeaderParser\(\)|message_from_|from_ical\("
    r"|\bfromstring\(|document_fromstring\(|\bget_text\(|HTMLParser\(|pickle\.load|yaml\."
)
"""What unpacks or takes apart. JSON is not among it: what it makes is no larger than it is."""

READ_BY = {
    "cophub/http/unpacking.py": "tests/http/test_unpacking.py",
    "cophub/connectors/adobeconnect/answer.py": "tests/connectors/adobeconnect/test_answer.py",
    "cophub/connectors/calendar/entries.py": "tests/connectors/calendar/test_events.py",
    "cophub/connectors/feed/reading.py": "tests/connectors/feed/test_feeds.py",
    "cophub/connectors/files/bounds.py": "tests/connectors/files/test_files_books.py",
    "cophub/connectors/files/grids.py": "tests/connectors/files/test_files_books.py",
    "cophub/connectors/mail/message.py": "tests/connectors/mailarchive/test_message.py",
    "cophub/connectors/mail/reading.py": "tests/connectors/mailarchive/test_reading.py",
    "cophub/connectors/mail/text.py": "tests/connectors/mailarchive/test_message.py",
    "cophub/connectors/mailman/windows.py": "tests/connectors/mailman",
    "cophub/connectors/sharepoint/canvas.py": "tests/security/test_unsafe_input.py",
    "cophub/connectors/sharepoint/recurrence.py": "tests/connectors/sharepoint/test_recurrence.py",
    "cophub/connectors/web/markup.py": "tests/connectors/web/test_markup.py",
    "cophub/connectors/yammer/exportfile.py": "tests/connectors/yammer/test_exportfile.py",
}
"""Where what others sent is taken apart, and where that is tried with what is made to harm."""
OURS = {
    "cophub/connectors/dgroups/cursor.py", "cophub/connectors/mail/threading.py",
    "cophub/hub/person_export.py", "cophub/testing/listings.py",
}  # fmt: skip
"""What takes apart, or makes, only what cophub itself wrote or somebody here set up."""


def test_each_place_that_takes_foreign_bytes_apart_is_known() -> None:
    """A new one needs bounds, a test of them, and a line above."""
    found = {
        str(path.relative_to(ROOT))
        for path in (ROOT / "cophub").rglob("*.py")
        if "sandbox" not in path.parts and PARSERS.search(path.read_text(encoding="utf-8"))
    }
    assert found == READ_BY.keys() | OURS
    assert [test for test in READ_BY.values() if not (ROOT / test).exists()] == []


LAUGHS = (
    '<!DOCTYPE r [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' if n > 1 else
              f'<!ENTITY a1 "{"&a;" * 10}">' for n in range(1, 12))
    + ']>'
)  # fmt: skip


@pytest.mark.parametrize("content", [LAUGHS + "<results><x>&a11;</x></results>",
                                     "<results>" + "<a>" * 300_000])  # fmt: skip
def test_xml_made_to_harm_is_refused_soon(content: str) -> None:
    """Entities within entities, and elements within elements."""
    began = time.process_time()
    with pytest.raises(SourceUnavailable):
        read_answer(content.encode(), "the site")
    assert time.process_time() - began < 5


@pytest.mark.parametrize("part", ["xl/sharedStrings.xml", "xl/workbook.xml",
                                  "xl/worksheets/sheet1.xml", "xl/styles.xml"])  # fmt: skip
def test_a_workbook_with_entities_grows_no_larger(
    folder: Folder, cophub: Callable[..., Any], part: str
) -> None:
    """Nor does it read a file of this machine: they are left as they are, or it is refused."""
    import xlsxwriter

    (folder.folder / "canary.txt").write_text("canary-of-a-file")
    path = folder.folder / "people.xlsx"
    book = xlsxwriter.Workbook(path)
    book.add_worksheet().write_column(0, 0, ["E-mail", "a@example.org", "marker"])
    book.close()
    with zipfile.ZipFile(path) as packed:
        members = {name: packed.read(name) for name in packed.namelist()}
    outside = f'<!ENTITY f SYSTEM "file://{folder.folder}/canary.txt">'
    told = LAUGHS.replace("]>", outside + "]>").encode()
    head, _, rest = members[part].partition(b"?>")
    members[part] = head + b"?>" + told + rest.replace(b"marker", b"&a11;&f;")
    with zipfile.ZipFile(path, "w") as packed:
        for name, content in members.items():
            packed.writestr(name, content)
    folder.configure(
        '[sources.x]\nconnector = "files"\n[sources.x.settings]\npath = "people.xlsx"\n'
        'record = "membership"\ncolumns = { email = "E-mail" }\n'
    )
    began = time.process_time()
    cophub("sync")
    assert time.process_time() - began < 10
    kept = cophub("export", "account", "--format", "jsonl").out + cophub("rejects", "--items").out
    assert "canary-of-a-file" not in kept
    assert "haha" not in kept


@pytest.mark.parametrize(
    "canvas", ["[" * 200_000, '[{"a":' * 100_000, "<div>" * 100_000, "<table><tr><td>" * 20_000]
)
def test_a_page_of_sharepoint_made_to_harm_is_read_soon(canvas: str) -> None:
    began = time.process_time()
    page_text(canvas + "x")
    assert time.process_time() - began < 5


class Row(msgspec.Struct):
    a: Any


class Page(msgspec.Struct):
    rows: list[Row]


def test_an_item_that_lies_deep_in_itself_is_said_not_to_be_understood() -> None:
    """A page of it is the vendor's fault, not the plugin's."""
    deep = b"[" * 100_000 + b"]" * 100_000
    with pytest.raises(SourceUnavailable, match="not as the vendor documents") as told:
        decode_page(b'{"rows": [{"a": 1}, {"a": %s}]}' % deep, Page)
    assert told.value.code == "CPH-U09"
    rows, rejects = decode_each([msgspec.Raw(b'{"a": 1}'), msgspec.Raw(b'{"a": %s}' % deep)], Row)
    assert (rows, len(rejects)) == ([Row(1)], 1)


def test_json_that_lies_deep_in_itself_ends_its_source_alone(
    folder: Folder, cophub: Callable[..., Any]
) -> None:
    """With a line, with or without a recording; the next source is read."""
    config = (folder.folder / "plugins.toml").read_text()
    with website() as site:
        for path in ("/3.0/", "/3.0/ping", "/3.0/lists"):
            site.put(path, "[" * 300_000, "application/json")
        folder.configure(
            f'{config}\n[sources.newsletter]\nconnector = "mailchimp"\n'
            f'settings = {{ api_key = "0123456789abcdef-us1", base_url = "{site.url}/3.0" }}\n'
        )
        for more in ((), ("--record", "recorded")):
            answer = cophub("sync", "--json", *more)
            results = json.loads(answer.out)["results"]
            ended = {run.get("source") or run["name"]: run for run in results}
            assert ended["lists"]["state"] == "done"
            assert ended["newsletter"].get("state", "failed") == "failed"
            assert "Traceback" not in answer.err
