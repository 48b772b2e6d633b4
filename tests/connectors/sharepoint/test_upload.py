"""The published site in a document library and the quarter table as a list, by the sandbox."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from cophub import AuthError, ConfigError, Context, Document
from cophub.connector import Handout, Sent, Sheet
from cophub.connectors.sharepoint import shelf
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.upload import UploadSettings, upload
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint.state import Item, SPList
from tests.connectors.sharepoint.table import Ask, Held, asked

WRITE = "sharepoint:Sites.ReadWrite.All"
PLACE = UploadSettings(folder="Boards/Communities", list="Quarter table")
SHEET = Sheet(
    "Quarter table",
    (("Key", "text"), ("Quarter", "text"), ("Active members", "number")),
    (("2026Q1 mer", "2026Q1", 12.0), ("2026Q2 mer", "2026Q2", None)),
)
FILES = {
    "index.html": "start",
    "data/it's 100%, a & b #1.csv": "a,b",
    "mer/index.html": "mer",
    "mer/chart.svg": "<svg/>",
}


@pytest.fixture
def box(box: MicrosoftSandbox) -> MicrosoftSandbox:
    box.consents.add(WRITE)
    return box


@pytest.fixture
def site(tmp_path: Path) -> Path:
    for name, content in FILES.items():
        path = tmp_path / "site" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    (tmp_path / "site" / ".cophub-files.json").write_text("{}", encoding="utf-8")
    return tmp_path / "site"


def sent(ctx: Context[Any], site: Path, sheet: Sheet = SHEET, place: Any = PLACE) -> list[Sent]:
    return list(upload(ctx, Handout(place, site, sheet)))


def there(box: MicrosoftSandbox, folder: str = "Boards/Communities") -> dict[str, bytes]:
    """The files in the folder, without the manifest."""
    library = box.sharepoint.list(box.sharepoint.site(0), "Documents")
    root = f"{library.root}/{folder}/"
    return {
        item.path.removeprefix(root): item.content or b""
        for item in library.items.values()
        if item.path.startswith(root) and not item.folder and item.name != shelf.MANIFEST
    }


def on_disk(site: Path) -> dict[str, bytes]:
    return {
        path.relative_to(site).as_posix(): path.read_bytes()
        for path in site.rglob("*")
        if path.is_file() and not path.name.startswith(".")
    }


def quarter_list(box: MicrosoftSandbox) -> SPList:
    return box.sharepoint.list(box.sharepoint.site(0), "Quarter table")


def rows(box: MicrosoftSandbox) -> dict[str, list[Any]]:
    """Rows by title, as the values of the other columns of ours."""
    of = quarter_list(box)
    ours = [name for name in of.columns if name.startswith(("CQuarter", "CActive"))]
    return {
        str(item.fields["Title"]): [item.fields.get(name) for name in ours]
        for item in of.items.values()
    }


def file_named(box: MicrosoftSandbox, end: str) -> Item:
    library = box.sharepoint.list(box.sharepoint.site(0), "Documents")
    return next(item for item in library.items.values() if item.path.endswith(end))


# Files


def test_the_folder_is_in_the_library_as_it_is_here(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    assert sent(ask(box), site) == [Sent("files", sent=4), Sent("rows", sent=2)]
    assert there(box) == on_disk(site)


def test_a_second_upload_sends_nothing_and_asks_little(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    box.log.clear()
    assert sent(ask(box), site) == [Sent("files", unchanged=4), Sent("rows", unchanged=2)]
    assert not asked(box, "POST")
    assert len(asked(box)) <= 10


def test_only_what_changed_is_sent_and_what_is_gone_is_taken_away(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    (site / "mer" / "chart.svg").write_text("<svg>2</svg>", encoding="utf-8")
    (site / "mer" / "index.html").unlink()
    (site / "new.html").write_text("new", encoding="utf-8")
    assert sent(ask(box), site)[0] == Sent("files", sent=2, unchanged=2, removed=1)
    assert there(box) == on_disk(site)


def test_what_somebody_changed_or_deleted_in_the_library_is_sent_again(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    first = box.sharepoint.site(0)
    box.sharepoint.add_file(first, file_named(box, "mer/chart.svg").path, b"<vgs/>")
    box.sharepoint.delete_item(first, file_named(box, "Communities/index.html"), "Documents")
    assert sent(ask(box), site)[0] == Sent("files", sent=2, unchanged=2)
    assert there(box) == on_disk(site)


def test_the_page_that_readers_begin_with_comes_last(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    names = [line.rpartition("decodedurl='")[2] for line in asked(box, "/Files/AddUsingPath")]
    pages = [name.partition("',")[0] for name in names if "manifest" not in name]
    assert pages[-2:] == ["index.html", "index.html"]
    lines = [line for line in asked(box, "/Files/AddUsingPath") if "index.html" in line]
    assert "/mer')" in lines[0] and "/Communities')" in lines[1]


def test_files_of_others_are_left_alone(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    """In our folders, too, and when all of ours go."""
    sent(ask(box), site)
    first, place = box.sharepoint.site(0), file_named(box, "mer/chart.svg").dir
    box.sharepoint.add_file(first, f"{place}/minutes.docx", b"theirs")
    for path in site.rglob("*.*"):
        path.unlink()
    (site / "index.html").write_text("alone", encoding="utf-8")
    sent(ask(box), site)
    assert there(box) == {"index.html": b"alone", "mer/minutes.docx": b"theirs"}


def test_a_file_of_others_in_the_way_is_named_and_not_overwritten(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    first = box.sharepoint.site(0)
    root = box.sharepoint.list(first, "Documents").root
    box.sharepoint.add_file(first, f"{root}/Boards/Communities/Index.html", b"theirs")
    with pytest.raises(ConfigError, match=r"1 files that are not cophub's, such as index\.html"):
        sent(ask(box), site)
    assert there(box) == {"Index.html": b"theirs"}


def test_a_manifest_that_is_none_of_ours_stops_the_upload(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    path = file_named(box, shelf.MANIFEST).path
    box.sharepoint.add_file(box.sharepoint.site(0), path, b"<html>")
    with pytest.raises(ConfigError, match="not as cophub wrote it"):
        sent(ask(box), site)


def test_a_large_file_goes_in_pieces_and_is_never_half(
    box: MicrosoftSandbox, ask: Ask, site: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shelf, "AT_ONCE", 1000)
    large = site / "data" / "large.bin"
    large.write_bytes(bytes(range(250)) * 10)
    sent(ask(box), site)
    assert there(box) == on_disk(site)
    verbs = [line.rpartition("/")[2].partition("(")[0] for line in asked(box, "Upload(")]
    assert verbs == ["startUpload", "continueUpload", "finishUpload"]
    # A new version replaces the old one at the last piece.
    before = large.read_bytes()
    large.write_bytes(before[::-1])
    with pytest.raises(Killed):
        sent(killed_at(ask(box), "finishUpload"), site)
    assert there(box)["data/large.bin"] == before
    sent(ask(box), site)
    assert there(box) == on_disk(site)


class Killed(BaseException):
    """The process was killed."""


def killed_at(ctx: Context[Any], what: str | int) -> Context[Any]:
    """`ctx`, which dies at a request: the n-th, or one whose address holds some words."""
    send, count = ctx.transport._send, [0]

    def dying(request: Any, safe: bool) -> Any:
        count[0] += 1
        if what == count[0] or (isinstance(what, str) and what in str(request.url)):
            raise Killed
        return send(request, safe)

    ctx.transport._send = dying  # type: ignore[method-assign]
    return ctx


def changed(site: Path) -> Sheet:
    """A day later: one file new, one changed, one gone; the same for rows."""
    (site / "index.html").write_text("start 2", encoding="utf-8")
    (site / "later.html").write_text("later", encoding="utf-8")
    (site / "mer" / "chart.svg").unlink()
    return replace(SHEET, rows=(("2026Q2 mer", "2026Q2", 13.0), ("2026Q3 mer", "2026Q3", 14.0)))


def deaths() -> Iterator[int]:
    """Every request of an upload in turn."""
    yield from range(2, 40)


@pytest.mark.parametrize("first", [True, False], ids=["first", "later"])
def test_killed_at_whatever_request_the_next_one_puts_it_right(
    box: MicrosoftSandbox, ask: Ask, site: Path, first: bool
) -> None:
    """The n-th upload dies at its n-th request; then the site changes and one goes through."""
    if not first:
        sent(ask(box), site)
    sheet = changed(site)
    (site / "gone.html").write_text("sent by one that dies", encoding="utf-8")
    died = 0
    for number in deaths():
        try:
            sent(killed_at(ask(box), number), site, sheet)
        except Killed:
            died += 1
            if number == 25:
                (site / "gone.html").unlink(missing_ok=True)
        else:
            break
    assert died >= 8
    (site / "gone.html").unlink(missing_ok=True)
    sent(ask(box), site, sheet)
    assert there(box) == on_disk(site)
    assert rows(box) == {row[0]: list(row[1:]) for row in sheet.rows}
    assert [part.sent + part.removed for part in sent(ask(box), site, sheet)] == [0, 0]


# The list


def test_the_table_is_a_list_with_columns_of_its_own(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    of = quarter_list(box)
    types = {column.title: column.type for column in of.columns.values()}
    assert types["Quarter"] == "Text" and types["Active members"] == "Number"
    assert rows(box) == {"2026Q1 mer": ["2026Q1", 12.0], "2026Q2 mer": ["2026Q2", None]}


def test_rows_are_found_again_by_their_first_column(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    """One is changed, one is emptied of a number, one comes, one goes; ids stay."""
    sent(ask(box), site)
    ids = {item.fields["Title"]: item.id for item in quarter_list(box).items.values()}
    sheet = replace(SHEET, rows=(("2026Q2 mer", "2026Q2", 5.0), ("2026Q3 mer", "Q3", 1.5)))
    assert sent(ask(box), site, sheet)[1] == Sent("rows", sent=2, removed=1)
    assert rows(box) == {"2026Q2 mer": ["2026Q2", 5.0], "2026Q3 mer": ["Q3", 1.5]}
    now = {item.fields["Title"]: item.id for item in quarter_list(box).items.values()}
    assert now["2026Q2 mer"] == ids["2026Q2 mer"]
    emptied = replace(SHEET, rows=(("2026Q2 mer", "2026Q2", None), ("2026Q3 mer", "Q3", 1.5)))
    assert sent(ask(box), site, emptied)[1] == Sent("rows", sent=1, unchanged=1)
    assert rows(box)["2026Q2 mer"] == ["2026Q2", None]


def test_columns_and_rows_of_others_stay(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    sent(ask(box), site)
    first, title = box.sharepoint.site(0), "Quarter table"
    note = box.sharepoint.add_column(first, title, "Note")
    item = next(iter(quarter_list(box).items.values()))
    fields: dict[str, Any] = {note.name: "checked"}
    box.sharepoint.edit_item(first, item, title, **fields)
    box.sharepoint.add_item(first, title, Title="by hand")
    sheet = replace(SHEET, rows=(("2026Q1 mer", "2026Q1", 99.0),))
    assert sent(ask(box), site, sheet)[1] == Sent("rows", sent=1, removed=1)
    assert {i.fields["Title"] for i in quarter_list(box).items.values()} == {
        "2026Q1 mer", "by hand",
    }  # fmt: skip
    assert item.fields[note.name] == "checked"


def test_a_row_that_somebody_edits_meanwhile_comes_right(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    """The ETag that was read holds no more; what is ours is written, what is theirs stays."""
    sent(ask(box), site)
    first, title = box.sharepoint.site(0), "Quarter table"
    note = box.sharepoint.add_column(first, title, "Note")
    item = next(iter(quarter_list(box).items.values()))
    ctx = ask(box)
    edits: list[Item] = []
    fields: dict[str, Any] = {note.name: "mine"}
    send = ctx.transport._send

    def meddling(request: Any, safe: bool) -> Any:
        if request.headers.get("x-http-method") == "MERGE" and not edits:
            edits.append(box.sharepoint.edit_item(first, item, title, **fields))
        return send(request, safe)

    ctx.transport._send = meddling  # type: ignore[method-assign]
    sheet = replace(SHEET, rows=(("2026Q1 mer", "2026Q1", 77.0), SHEET.rows[1]))
    assert sent(ctx, site, sheet)[1] == Sent("rows", sent=1, unchanged=1)
    assert edits and item.fields[note.name] == "mine"
    assert rows(box)["2026Q1 mer"] == ["2026Q1", 77.0]


def test_a_row_that_is_there_twice_is_once(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    """As after an answer that was lost."""
    sent(ask(box), site)
    box.sharepoint.add_item(box.sharepoint.site(0), "Quarter table", Title="2026Q1 mer")
    assert sent(ask(box), site)[1] == Sent("rows", unchanged=2, removed=1)
    assert len(quarter_list(box).items) == 2


def test_a_column_that_is_renamed_there_is_still_ours(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    column = next(c for c in quarter_list(box).columns.values() if c.title == "Active members")
    column.title = "Aktive Mitglieder"
    before = len(quarter_list(box).columns)
    assert sent(ask(box), site)[1] == Sent("rows", unchanged=2)
    assert len(quarter_list(box).columns) == before


def test_a_column_of_another_type_is_named(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    first = box.sharepoint.site(0)
    box.sharepoint.add_list(first, "Quarter table")
    box.sharepoint.add_column(first, "Quarter table", "Active members", "Choice")
    with pytest.raises(ConfigError, match=r"Active members.*type Choice.*needs Number"):
        sent(ask(box), site)


def test_a_library_cannot_be_the_list(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    place = UploadSettings(folder="Boards", list="Documents")
    with pytest.raises(ConfigError, match="no plain list"):
        sent(ask(box), site, place=place)


def test_without_a_list_no_row_is_written(box: MicrosoftSandbox, ask: Ask, site: Path) -> None:
    assert sent(ask(box), site, place=UploadSettings(folder="Boards")) == [Sent("files", sent=4)]


# What is refused


def test_without_write_consent_the_error_says_which(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    box.consents.discard(WRITE)
    with pytest.raises(AuthError, match=r"lacks SharePoint Sites\.ReadWrite\.All \(application\)"):
        sent(ask(box), site)


def test_without_write_consent_a_row_says_which(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    box.consents.discard(WRITE)
    sheet = replace(SHEET, rows=(("2026Q1 mer", "2026Q1", 1.0),))
    with pytest.raises(AuthError, match=r"lacks SharePoint Sites\.ReadWrite\.All"):
        sent(ask(box), site, sheet)


def test_a_secret_is_told_that_it_takes_a_certificate(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    with pytest.raises(ConfigError, match="only from an app with a certificate"):
        sent(ask(box, secret=True), site)


def test_a_form_digest_is_fetched_where_it_is_wanted(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    box.sharepoint.demand_digest = True
    assert sent(ask(box), site)[1] == Sent("rows", sent=2)
    changed_rows = replace(SHEET, rows=(("2026Q1 mer", "2026Q1", 1.0), SHEET.rows[1]))
    box.log.clear()
    assert sent(ask(box), site, changed_rows)[1] == Sent("rows", sent=1, unchanged=1)
    assert len(asked(box, "contextinfo")) == 1


def test_a_library_that_is_not_there_is_named_with_those_that_are(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    place = UploadSettings(library="Dokumente", folder="Boards")
    with pytest.raises(ConfigError, match=r'no document library "Dokumente"; there are: .*Archive'):
        sent(ask(box), site, place=place)


def test_a_library_goes_by_its_name_in_the_address_too(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    place = UploadSettings(library="shared documents", folder="Boards")
    assert sent(ask(box), site, place=place) == [Sent("files", sent=4)]


@pytest.mark.parametrize("folder", ["", "a//b", "a:b", "..", "a/../b", "a /b", "a|b"])
def test_a_folder_that_sharepoint_cannot_have_is_refused(folder: str) -> None:
    with pytest.raises(ValidationError):
        UploadSettings(folder=folder)


def test_throttling_in_the_middle_is_waited_out(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    box.faults.plan("429", path="*AddUsingPath*", at=(3, 4, 6))
    box.faults.plan("503", path="*/items", at=(1, 2))
    assert sent(ask(box), site) == [Sent("files", sent=4), Sent("rows", sent=2)]
    assert there(box) == on_disk(site)
    assert rows(box) == {row[0]: list(row[1:]) for row in SHEET.rows}


def test_the_manifest_is_plain_json_that_names_what_is_ours(
    box: MicrosoftSandbox, ask: Ask, site: Path
) -> None:
    sent(ask(box), site)
    kept = json.loads(file_named(box, shelf.MANIFEST).content or b"")
    assert kept["files"].keys() == FILES.keys()
    assert kept["rows"]["keys"] == ["2026Q1 mer", "2026Q2 mer"]


def test_what_was_uploaded_is_not_read_as_documents_of_the_community(
    box: MicrosoftSandbox, ask: Ask, site: Path, held: Held
) -> None:
    """Else each upload would change the numbers that the next one shows."""
    held.take(documents(ask(box), None))
    before = set(held.of(Document))
    sent(ask(box), site)
    held.take(documents(ask(box), held.cursor))
    assert set(held.of(Document)) == before
    held.take(documents(ask(box), None))
    assert set(held.of(Document)) == before
