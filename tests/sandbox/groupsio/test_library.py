"""Calendar, files, tables and the log of a group."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import httpx

from cophub.sandbox import GroupsioSandbox

Json = dict[str, Any]
Ask = Callable[..., Json]
Whole = Callable[..., list[Json]]


def test_events_are_asked_for_by_days_and_told_whole(
    shown: GroupsioSandbox, read: Ask, whole: Whole
) -> None:
    """Every event is found in some window, with its true instants."""
    span = {"start": "2020-01-01", "end": "2030-01-01"}
    found: dict[str, Json] = {}
    for group in shown.state.groups:
        rows = whole(read, "getevents", group_id=group, **span)
        found |= {str(row["id"]): row for row in rows}
    truth = shown.truth()["events"]
    assert found.keys() == truth.keys()
    for key, row in found.items():
        starts = datetime.fromisoformat(row["start_time"])
        assert starts == datetime.fromisoformat(truth[key]["starts"])
        assert starts.utcoffset() in (timedelta(hours=-7), timedelta(hours=-8))
        assert row["name"] == truth[key]["title"]
    assert read("getevents", group_name="mercop", start="2026-01-01")["type"] == "bad_request"
    assert (
        read("getevents", group_name="mercop", start="2020-01-01", end="2020-01-02")["data"] is None
    )


def test_events_are_announced_moved_and_called_off(sandbox: GroupsioSandbox) -> None:
    """As time goes on."""
    before = sandbox.truth()["events"]
    moved, gone = False, False
    for _ in range(52):
        sandbox.advance(days=7)
        after = sandbox.truth()["events"]
        moved |= any(after[key]["starts"] != before[key]["starts"] for key in after.keys() & before)
        gone |= bool(before.keys() - after.keys())
        before = after
    assert moved
    assert gone


def test_files_are_in_folders_and_can_be_downloaded(
    shown: GroupsioSandbox, read: Ask, whole: Whole
) -> None:
    """A folder's own rows only; names hold blanks and other letters."""

    def below(path: str) -> list[Json]:
        rows = whole(read, "getfiledirectory", group_name="mercop", path=path, limit=3)
        deeper = [row for row in rows if row["type"] == "file_type_dir"]
        return rows + [found for row in deeper for found in below(row["path"])]

    rows = below("/")
    mine = str(shown.group("mercop").id)
    known = {key for key, file in shown.truth()["files"].items() if file["space"] == mine}
    assert {str(row["id"]) for row in rows} == known
    assert any(row["path"].count("/") > 1 for row in rows)
    file = next(row for row in rows if row["type"] == "file_type_file")
    told = read("getfile", group_name="mercop", path=file["path"])
    content = httpx.get(told["download_url"], auth=(shown.api_key, "")).content
    assert len(content) == file["size"]
    assert read("getfile", group_name="mercop", path="/none")["object"] == "error"
    assert read("getfiledirectory", group_name="mercop", path="/none")["object"] == "error"


def test_the_log_tells_in_html_who_came(shown: GroupsioSandbox, read: Ask, whole: Whole) -> None:
    """A link to the member with the address, then what was done; by both names of the call."""
    rows = whole(read, "getactivitylogs", group_name="mercop", limit=100)
    assert rows == whole(read, "getactivitylog", group_name="mercop", limit=100)
    member = next(sub for sub in shown.group("mercop").present() if sub.user.person is not None)
    entry = next(row["entry"] for row in rows if f'/memberbyuid/{member.user.id}"' in row["entry"])
    assert "</a> " in entry
    assert any(row["entry"].endswith(" subscribed via web") for row in rows)


def test_tables_have_columns_and_rows_with_cells_by_kind(read: Ask, whole: Whole) -> None:
    """A choice is told by its place, from 1; the table's id alone names the group."""
    table = read("getdatabases", group_name="mercop")["data"][0]
    choices = next(column["choices"] for column in table["columns"] if column["choices"])
    rows = whole(read, "getdatabaserows", database_id=table["id"])
    assert rows
    for row in rows:
        cells = {cell["col_type"]: cell for cell in row["vals"]}
        assert 1 <= cells["multi_choice_column"]["multi_choice"][0] <= len(choices)
        assert isinstance(cells["checkbox_column"]["checked"], bool)
    assert read("getdatabaserows", database_id=5)["type"] == "bad_request"


def test_subgroups_are_listed_below_their_group(read: Ask) -> None:
    """Also under the name `parent+sub`."""
    page = read("getsubgroups", group_name="mercop")
    assert [row["name"] for row in page["data"]] == ["mercop+leads"]
