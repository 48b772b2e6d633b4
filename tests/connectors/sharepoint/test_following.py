"""Lists are followed: whole and resumable first, then by what the change log tells."""

import json
from itertools import islice
from typing import Any
from urllib.parse import unquote

import pytest

from cophub import AuthError, Checkpoint, CursorExpired, Document, Gone, Reject, SourceUnavailable
from cophub.connectors.sharepoint.changes import changes_since, made_at
from cophub.connectors.sharepoint.client import refusal
from cophub.connectors.sharepoint.cursor import Cursor
from cophub.connectors.sharepoint.documents import documents
from cophub.connectors.sharepoint.joins import whole_log
from cophub.connectors.sharepoint.lists import lists
from cophub.connectors.sharepoint.sites import sites_of
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.microsoft.sharepoint import changelog
from tests.connectors.sharepoint.table import Ask, Held, asked

COLUMNS = {"Members": {"record": "document", "columns": {"title": "Title"}}}


def files(box: MicrosoftSandbox, number: int = 0) -> dict[str, Any]:
    """The files of a site that a reader should have, as path and size by key."""
    site = box.sharepoint.site(number)
    return {
        f"{of.id}:{item.id}": (item.path, item.size)
        for of in site.lists.values()
        if of.template == 101
        for item in of.items.values()
        if not item.folder
    }


def got(held: Held) -> dict[str, Any]:
    """What a table has, in the same form."""
    return {
        key: (unquote(str(row.url)).partition(".com")[2], row.size_bytes)
        for key, row in held.of(Document).items()
    }


def site_of(box: MicrosoftSandbox, number: int = 0) -> Any:
    return box.sharepoint.site(number)


def test_a_first_read_has_every_file_of_every_library(
    still: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """With its size, media type, author, version, and the folder that it is in."""
    held.take(documents(ask(still), None))
    assert got(held) == files(still)
    site = site_of(still)
    for of in site.lists.values():
        for item in of.items.values() if of.template == 101 else ():
            row = held.of(Document).get(f"{of.id}:{item.id}")
            if row is None:
                continue
            assert row.extra["unique_id"] == item.unique
            assert row.extra["library"] == of.title
            author = site.users[item.author]
            assert row.account == (author.aad or author.login.lower())
            assert row.space == site.id
            assert row.created_at.timestamp() == item.created
            assert row.version == f"{item.major}.{item.minor}"


def test_a_later_run_asks_for_what_changed_and_nothing_else(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """One question to the log and one for the rows of a list, however many were touched."""
    site = site_of(box)
    made = [
        box.sharepoint.add_file(site, f"/sites/{path}", b"x" * size)
        for path, size in (
            (f"{site.path[7:]}/Shared Documents/A/one.docx", 5),
            (f"{site.path[7:]}/Shared Documents/A/two.pdf", 6),
            (f"{site.path[7:]}/Shared Documents/three.xlsx", 7),
        )
    ]
    held.take(documents(ask(box), None))
    box.sharepoint.rename_file(site, made[0], "renamed.docx")
    box.sharepoint.delete_item(site, made[1], "Documents")
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/four.txt", b"1234")
    box.log.clear()
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    assert len(asked(box, "/getChanges")) == 1
    assert len(asked(box, "/items")) == 1
    box.log.clear()
    held.take(documents(ask(box), held.cursor))
    assert asked(box, "/items") == []
    assert len(asked(box)) == 4  # the site, its web, its lists, the log


def test_a_file_that_is_restored_is_back_and_one_that_moves_has_its_new_place(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    one = box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    two = box.sharepoint.add_file(site, f"{site.path}/Shared Documents/two.docx", b"2")
    held.take(documents(ask(box), None))
    box.sharepoint.delete_item(site, one, "Documents")
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    box.sharepoint.restore_item(site, one, "Documents")
    archive = site.list_named("Archive")
    with box.changing():
        box.sharepoint.acts.move_to_list(site, site.list_named("Documents"), two, archive, 1)
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    assert f"{archive.id}:{two.id}" in held.of(Document)


def test_a_folder_that_is_renamed_or_deleted_takes_what_is_in_it_along(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """The log tells of the folder alone: its library is read again."""
    site = site_of(box)
    for name in ("one", "two"):
        box.sharepoint.add_file(site, f"{site.path}/Shared Documents/Old/{name}.docx", b"1")
    held.take(documents(ask(box), None))
    folder = site.list_named("Documents").by_path[f"{site.path}/Shared Documents/Old".lower()]
    box.sharepoint.rename_file(site, folder, "New")
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    box.sharepoint.delete_item(site, folder, "Documents")
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)


def test_a_folder_of_more_files_than_sharepoint_lists_is_read(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """Above 5,000 the listing of a folder fails; rows of the library do not."""
    site = site_of(box)
    library = site.list_named("Documents")
    with box.changing():
        for number in range(5_100):
            path = f"{library.root}/Many/{number}.pdf"
            box.sharepoint.acts.add_file(site, library, path, 1, size=number)
    held.take(documents(ask(box), None))
    assert got(held) == files(box)
    assert len(held.of(Document)) > 5_000


def test_a_token_that_is_revoked_in_mid_run_is_renewed(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """For our own requests and for those of the vendor's client."""
    site = site_of(box)
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    ctx = ask(box, sites=(0, 1))
    sites_of(ctx)
    box.revoke()
    held.take(documents(ctx, None))
    box.revoke()
    held.take(lists(ctx, None))
    assert got(held) == files(box) | files(box, 1)


def test_the_log_is_asked_again_when_it_is_busy(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """Its POST only reads."""
    site = site_of(box)
    held.take(documents(ask(box), None))
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    box.faults.plan("429", path="*/getChanges", retry_after=1)
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)


def test_a_site_that_wants_a_form_digest_for_its_log_gets_one(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    held.take(documents(ask(box), None))
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    box.faults.plan("403", path="*/getChanges")
    box.log.clear()
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    (request,) = [one for one in box.log if one.path.endswith("/getChanges")][1:]
    assert any(name.lower() == "x-requestdigest" for name in request.headers)


@pytest.mark.parametrize("status", [400, 500])
def test_an_old_token_is_told_from_a_fault_by_either_status(
    box: MicrosoftSandbox, ask: Ask, held: Held, status: int
) -> None:
    """After more than 60 days it is not even tried again."""
    site = site_of(box)
    box.sharepoint.add_file(site, f"{site.path}/Shared Documents/one.docx", b"1")
    held.take(documents(ask(box), None))
    box.sharepoint.expired_status = status
    box.advance(days=61)
    box.log.clear()
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    assert len(asked(box, "/getChanges")) == 1


def test_libraries_that_make_up_a_site_are_left_out(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """Pictures of pages and style sheets are nobody's documents; nor are hidden libraries."""
    site = site_of(box)
    before = files(box)
    with box.changing():
        acts = box.sharepoint.acts
        for title, name, hidden in (
            ("Site Assets", "SiteAssets", False),
            ("Style Library", "Style Library", False),
            ("Form Templates", "FormServerTemplates", False),
            ("Secret", "Secret", True),
        ):
            made = acts.add_list(site, title, 101, name=name, hidden=hidden)
            acts.add_file(site, made, f"{made.root}/logo.png", 1, size=3)
    held.take(documents(ask(box), None))
    assert got(held) == before


def test_a_list_that_is_deleted_ends_and_one_that_is_new_is_read(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    site = site_of(box)
    box.sharepoint.add_file(site, f"{site.path}/Archive/old.docx", b"1")
    held.take(documents(ask(box), None))
    archive = site.list_named("Archive")
    box.sharepoint.delete_list(site, archive)
    with box.changing():
        box.sharepoint.acts.add_list(site, "Recordings", 101)
    box.sharepoint.add_file(site, f"{site.path}/Recordings/call.mp4", b"1")
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    box.sharepoint.restore_list(site, archive)
    held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)


@pytest.fixture(scope="module")
def large() -> Any:
    """A site with a list of 12,000 rows: three pages."""
    with MicrosoftSandbox(
        seed=2, people=20, communities=1, years=0.01, list_items=12_000
    ) as sandbox:
        yield sandbox


def fresh(sandbox: MicrosoftSandbox) -> MicrosoftSandbox:
    sandbox.faults.clear()
    sandbox.log.clear()
    return sandbox


def members(box: MicrosoftSandbox) -> set[str]:
    of = site_of(box).list_named("Members")
    return {f"{of.id}:{item}" for item in of.items}


def test_a_read_that_was_cut_off_goes_on_by_id(
    large: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """Each page is asked for once, and each row is there once."""
    box = fresh(large)
    reading = lists(ask(box, lists=COLUMNS), None)
    for item in reading:
        held.take([item])
        if isinstance(item, Checkpoint) and len(held.of(Document)) >= 5_000:
            break
    reading.close()
    assert len(held.of(Document)) == 5_000
    rest = held.take(lists(ask(box, lists=COLUMNS), held.cursor))
    assert len([item for item in rest if isinstance(item, Document)]) == len(members(box)) - 5_000
    assert set(held.of(Document)) == members(box)
    pages = [request for request in box.log if request.path.endswith("/items")]
    assert len(pages) == 3
    assert "%26p_ID%3D" in pages[1].raw_query


def test_a_refusal_of_the_second_page_repeats_that_page_alone(
    large: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    box = fresh(large)
    box.faults.plan("429", path="*/items", at=2, retry_after=1)
    box.faults.plan("503", path="*/items", at=4)
    items = held.take(lists(ask(box, lists=COLUMNS), None))
    rows = [item for item in items if isinstance(item, Document)]
    assert len(rows) == len(held.of(Document)) == len(members(box))
    assert len([request for request in box.log if request.path.endswith("/items")]) == 5


def test_what_is_edited_while_the_list_is_read_comes_with_the_next_run(
    ask: Ask, held: Held
) -> None:
    """The token is taken before the first row is read."""
    with MicrosoftSandbox(seed=2, people=20, communities=1, years=0.01, list_items=6_000) as box:
        site = site_of(box)
        of = site.list_named("Members")
        reading = lists(ask(box, lists=COLUMNS), None)
        held.take(islice(iter(reading), 5_500))
        first, second = list(of.items.values())[:2]
        box.sharepoint.edit_item(site, first, Title="Edited")
        box.sharepoint.delete_item(site, second)
        held.take(reading)
        box.log.clear()
        held.take(lists(ask(box, lists=COLUMNS), held.cursor))
        assert set(held.of(Document)) == members(box)
        assert held.of(Document)[f"{of.id}:{first.id}"].title == "Edited"
        assert len(asked(box, "/items")) == 1


def test_of_a_change_only_what_is_asked_for_is_held(box: MicrosoftSandbox, ask: Ask) -> None:
    """Not who made it, nor what it is called: a log of two months is held until the run ends."""
    ctx = ask(box)
    (before,) = sites_of(ctx)
    box.sharepoint.add_item(site_of(box), Title="Somebody")
    (row,) = [row for row in changes_since(ask(box), before, str(before.token)).rows
              if row.get("ItemId")]  # fmt: skip
    assert row.keys() <= {"ChangeType", "Time", "ListId", "ItemId", "FileSystemObjectType"}


def test_more_changes_than_one_answer_holds_are_all_followed(ask: Ask, held: Held) -> None:
    """4,500 changes: three answers of the log, and rows by the page instead of by name."""
    with MicrosoftSandbox(seed=2, people=20, communities=1, years=0.01, list_items=12_000) as box:
        site = site_of(box)
        of = site.list_named("Members")
        held.take(lists(ask(box, lists=COLUMNS), None))
        for item in list(of.items.values())[:9_000:2]:
            box.sharepoint.edit_item(site, item, Title="Edited")
        box.log.clear()
        held.take(lists(ask(box, lists=COLUMNS), held.cursor))
        edited = [row for row in held.of(Document).values() if row.title == "Edited"]
        assert len(edited) == 4_500
        assert len(asked(box, "/getChanges")) == 3
        assert len(asked(box, "/items")) == 2
        queries = [request.raw_query for request in box.log if request.path.endswith("/items")]
        assert max(map(len, queries)) <= 2_048, "the vendor's servers refuse longer ones"


def test_a_vendor_that_grants_fewer_changes_than_were_asked_for_has_more_to_tell(
    ask: Ask, held: Held, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full answer of its usual limit is not the end, though twice as many were asked for."""
    monkeypatch.setattr(changelog, "MOST", changelog.USUAL_LIMIT)
    with MicrosoftSandbox(seed=2, people=20, communities=1, years=0.01, list_items=1_500) as box:
        site = site_of(box)
        of = site.list_named("Members")
        held.take(lists(ask(box, lists=COLUMNS), None))
        for item in list(of.items.values())[:1_200]:
            box.sharepoint.edit_item(site, item, Title="Edited")
        held.take(lists(ask(box, lists=COLUMNS), held.cursor))
        assert sum(row.title == "Edited" for row in held.of(Document).values()) == 1_200


@pytest.mark.parametrize(
    "read", [lambda ctx, site: changes_since(ctx, site, site.token), whole_log]
)
def test_a_full_answer_of_the_log_that_comes_twice_is_not_its_end(
    box: MicrosoftSandbox, ask: Ask, monkeypatch: pytest.MonkeyPatch, read: Any
) -> None:
    """What is behind it would be lost: the next run asks again."""
    monkeypatch.setattr(changelog, "MOST", 1)
    monkeypatch.setattr("cophub.connectors.sharepoint.changes.USUAL_LIMIT", 1)
    ctx = ask(box)
    (site, *_) = sites_of(ctx)
    held = site_of(box)
    users = [user for user in box.tenant.users.values() if user.id not in held.by_aad]
    for user in users[:3]:
        box.sharepoint.join_group(held, held.groups[held.members], user)
    box.faults.plan("duplicate_page", path="*/getChanges", at=2)
    with pytest.raises(SourceUnavailable, match="the same changes twice"):
        read(ctx, site)


def test_of_all_that_happened_to_a_row_the_last_counts(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """Deleted and restored before the next run, and the other way round."""
    site = site_of(box)
    back, gone = (
        box.sharepoint.add_file(site, f"{site.path}/Shared Documents/{name}.docx", b"1")
        for name in ("back", "gone")
    )
    held.take(documents(ask(box), None))
    for item in (back, gone):
        box.sharepoint.delete_item(site, item, "Documents")
        box.sharepoint.restore_item(site, item, "Documents")
    box.sharepoint.delete_item(site, gone, "Documents")
    items = held.take(documents(ask(box), held.cursor))
    assert got(held) == files(box)
    ended = [item.where["key"] for item in items if isinstance(item, Gone)]
    assert ended == [f"{site.list_named('Documents').id}:{gone.id}"]


def test_an_expired_token_reads_that_site_anew_and_ends_what_is_gone_there(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """The other site asks its log as ever; nothing that is there ends."""
    both = {"sites": (0, 1)}
    for number in (0, 1):
        site = site_of(box, number)
        for name in ("one", "two"):
            box.sharepoint.add_file(site, f"{site.path}/Shared Documents/{name}.docx", b"1")
    held.take(documents(ask(box, **both), None))
    assert got(held) == files(box) | files(box, 1)
    for number in (0, 1):
        site = site_of(box, number)
        library = site.list_named("Documents")
        box.sharepoint.delete_item(site, list(library.items.values())[-1], "Documents")
        box.sharepoint.add_file(site, f"{site.path}/Shared Documents/three.docx", b"1")
    with box.changing():
        site_of(box).log.expire()
    box.log.clear()
    cut = held.cursor
    held.take(documents(ask(box, **both), cut))
    assert got(held) == files(box) | files(box, 1)
    second = [line for line in asked(box, "/items") if site_of(box, 1).path in line]
    assert len(second) == 1
    box.log.clear()
    held.take(documents(ask(box, **both), held.cursor))
    assert asked(box, "/items") == []


def test_reading_anew_begins_again_when_it_is_cut_off(ask: Ask, held: Held) -> None:
    """What is gone can be told only by whoever saw all rows of the list."""
    with MicrosoftSandbox(seed=2, people=20, communities=1, years=0.01, list_items=6_000) as box:
        site = site_of(box)
        of = site.list_named("Members")
        held.take(lists(ask(box, lists=COLUMNS), None))
        box.sharepoint.delete_item(site, of.items[1])
        with box.changing():
            site.log.expire()
        reading = lists(ask(box, lists=COLUMNS), held.cursor)
        held.take(islice(iter(reading), 5_500))
        reading.close()
        held.take(lists(ask(box, lists=COLUMNS), held.cursor))
        assert set(held.of(Document)) == members(box)


def test_a_next_link_to_another_host_is_refused(large: MicrosoftSandbox, ask: Ask) -> None:
    box = fresh(large)
    box.sharepoint.foreign_next = True
    try:
        with pytest.raises(SourceUnavailable, match="leaves"):
            list(lists(ask(box, lists=COLUMNS), None))
    finally:
        box.sharepoint.foreign_next = False


def test_a_listing_that_gives_a_page_again_ends(large: MicrosoftSandbox, ask: Ask) -> None:
    box = fresh(large)
    box.faults.plan("duplicate_page", path="*/items", at=2)
    with pytest.raises(SourceUnavailable, match="a page twice"):
        list(lists(ask(box, lists=COLUMNS), None))


def test_the_streams_of_a_run_share_what_they_read(box: MicrosoftSandbox, ask: Ask) -> None:
    """Sites, lists and the log are asked for once, whichever stream comes first."""
    ctx, cursors = ask(box, lists=COLUMNS), [Held(), Held()]
    for held, stream in zip(cursors, (documents, lists), strict=True):
        held.take(stream(ctx, None))
    box.log.clear()
    ctx = ask(box, lists=COLUMNS)
    for held, stream in zip(cursors, (documents, lists), strict=True):
        held.take(stream(ctx, held.cursor))
    assert len(asked(box, "/getChanges")) == 1
    assert len(asked(box)) == 5  # the site, its web, its lists, the log, a list's columns


def test_no_form_digest_is_asked_for_reading_and_each_request_names_itself(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    list(documents(ask(still, company="Example"), None))
    assert not [line for line in asked(still) if "contextinfo" in line.lower()]
    agents = {
        value
        for request in still.log
        if "/_api/" in request.path
        for name, value in request.headers.items()
        if name.lower() == "user-agent"
    }
    assert len(agents) == 1
    assert agents.pop().startswith("NONISV|Example|cophub/")


def test_a_quiet_site_keeps_a_token_that_is_of_today(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """The last change of a site that sleeps would be older than the log some day."""
    ctx = ask(box)
    site = sites_of(ctx)[0]
    assert site.token is not None
    log = changes_since(ctx, site, site.token)
    assert (log.rows, log.token) == ([], site.token)
    made = made_at(log.token)
    assert made is not None
    assert abs((made - box.now).total_seconds()) < 60


def test_a_refusal_names_the_permission(box: MicrosoftSandbox, ask: Ask) -> None:
    box.consents.discard("sharepoint:Sites.Read.All")
    with pytest.raises(AuthError, match=r"Sites\.Read\.All"):
        list(documents(ask(box), None))


def test_a_refusal_tells_nobodys_address() -> None:
    words = "The user i:0#.f|membership|ada@contoso.com may not read the list."
    told = refusal(403, json.dumps({"odata.error": {"message": {"value": words}}}).encode(), "SITE")
    assert "may not read the list" in str(told) and "ada" not in str(told)


def test_a_cursor_is_small(large: MicrosoftSandbox, ask: Ask, held: Held) -> None:
    held.take(lists(ask(fresh(large), lists=COLUMNS), None))
    assert held.cursor is not None
    assert len(held.cursor) < 500
    assert Cursor.read(held.cursor).checkpoint().cursor == held.cursor


def test_a_cursor_that_cannot_be_read_has_everything_read_again(
    still: MicrosoftSandbox, ask: Ask
) -> None:
    with pytest.raises(CursorExpired):
        list(documents(ask(still), '{"sites": 7}'))


def test_an_item_without_an_id_is_a_reject_ends_nothing_and_comes_once_it_has_one(
    box: MicrosoftSandbox, ask: Ask, held: Held
) -> None:
    """No change would tell of it: whatever list it was in is read again."""
    site = site_of(box)
    for number in range(3):
        box.sharepoint.add_file(site, f"{site.path}/Shared Documents/{number}.txt", b"1")
    held.take(documents(ask(box), None))
    before = set(got(held))
    box.faults.plan("bad_item", path="*/items", every=1)
    items = list(documents(ask(box), None))
    assert any(isinstance(item, Reject) for item in items)
    kept = [item for item in items if not isinstance(item, Reject)]
    held.take(kept)
    assert set(got(held)) == before
    fresh = Held()
    fresh.take(kept)
    assert set(got(fresh)) < before
    box.faults.clear()
    fresh.take(documents(ask(box), fresh.cursor))
    assert got(fresh) == files(box)
