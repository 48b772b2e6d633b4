"""The emulated data export: what it holds, who may have it, and how it goes wrong."""

import csv
import io
import zipfile
from datetime import UTC, datetime, timedelta

import httpx
import pytest

from cophub.sandbox.microsoft.yammer.exportrows import COLUMNS, GUESSED, MODELS
from cophub.sandbox.microsoft.yammer.rows import NETWORK

SINCE = "2020-01-01T00:00:00Z"


def unpacked(data: bytes) -> zipfile.ZipFile:
    """The ZIP of an answer."""
    return zipfile.ZipFile(io.BytesIO(data))


def rows(data: bytes, name: str) -> list[dict[str, str]]:
    """The rows of a CSV file in it."""
    with unpacked(data).open(name) as raw:
        return list(csv.DictReader(io.TextIOWrapper(raw, "utf-8-sig", newline="")))


@pytest.fixture(scope="session")
def whole(admin) -> bytes:
    """An export of everything."""
    answer = admin.get("/export", params={"since": SINCE, "include_ens": "true"})
    assert answer.headers["Content-Type"] == "application/zip"
    assert "Content-Length" not in answer.headers
    return answer.content


def test_it_holds_every_file_and_a_log_without_errors(whole):
    names = unpacked(whole).namelist()
    assert {"request.txt", "log.txt", *COLUMNS} <= set(names)
    assert "partner-network/Messages.csv" in names
    assert unpacked(whole).testzip() is None
    assert "0 errors" in unpacked(whole).read("log.txt").decode()
    for name, columns in COLUMNS.items():
        head = unpacked(whole).read(name).decode().splitlines()[0]
        assert head == ",".join(columns)


def test_messages_are_all_there_with_deletions_and_private_ones(whole, shown):
    held = {str(m.id): m for m in shown.yammer.state.messages.values()}
    told = {row["id"]: row for row in rows(whole, "Messages.csv")}
    assert told.keys() == held.keys()
    for key, row in told.items():
        message = held[key]
        assert bool(row["deleted_at"]) == bool(message.deleted)
        assert (row["in_private_conversation"] == "true") == message.thread.direct
        assert bool(row["participants"]) == message.thread.direct
    assert any(row["deleted_at"] for row in told.values())
    assert any("uploadedfile:" in row["attachments"] for row in told.values())
    assert any("opengraphobject:[" in row["attachments"] for row in told.values())
    assert any("\n" in row["body"] for row in told.values())


def test_versions_are_the_texts_that_were_replaced(whole, shown):
    edited = {str(m.id): m for m in shown.yammer.state.messages.values() if m.versions}
    told = rows(whole, "MessageVersions.csv")
    assert {row["message_id"] for row in told} == edited.keys()
    now = {row["id"]: row["body"] for row in rows(whole, "Messages.csv")}
    for row in told:
        assert row["body"] == edited[row["message_id"]].versions[0].text
        assert now[row["message_id"]] == f"{row['body']} (corrected)"


def test_users_are_active_pending_suspended_or_deleted(whole):
    told = rows(whole, "Users.csv")
    states = {
        (row["state"], bool(row["joined_at"]), bool(row["suspended_at"]), bool(row["deleted_at"]))
        for row in told
    }
    assert ("active", True, False, False) in states
    assert ("soft_delete", False, False, False) in states
    assert any(state == "soft_delete" and deleted for state, _, _, deleted in states)
    assert len({row["id"] for row in told}) == len(told)


def test_a_span_holds_what_was_written_edited_or_deleted_in_it(sandbox, client):
    old = sandbox.yammer.post(sandbox.tenant.communities[0], "First text")
    other = sandbox.yammer.post(sandbox.tenant.communities[0], "To be deleted")
    sandbox.advance(days=40)
    began = sandbox.now
    sandbox.yammer.edit(old, "Second text")
    sandbox.yammer.delete(other)
    sandbox.advance(hours=1)
    data = client.get("/export", params={"since": began.isoformat()}).content
    told = {row["id"]: row for row in rows(data, "Messages.csv")}
    assert told[str(old)]["body"] == "Second text"
    assert told[str(other)]["deleted_at"]
    versions = [r for r in rows(data, "MessageVersions.csv") if r["message_id"] == str(old)]
    assert [row["body"] for row in versions] == ["First text"]
    later = client.get("/export", params={"since": sandbox.now.isoformat(), "until": "2030-01-01Z"})
    assert later.status_code == 400
    sandbox.advance(hours=1)
    after = {"since": (sandbox.now - timedelta(minutes=30)).isoformat()}
    data = client.get("/export", params=after).content
    assert str(old) not in {row["id"] for row in rows(data, "Messages.csv")}


def test_only_the_models_asked_for_are_in_it(admin):
    params = [("since", SINCE), ("model", "User"), ("model", "Message")]
    names = unpacked(admin.get("/export", params=params).content).namelist()
    assert set(names) == {
        "request.txt", "log.txt", "Admins.csv", "Networks.csv", "Users.csv", "Messages.csv",
    }  # fmt: skip
    assert admin.get("/export", params={"since": SINCE, "model": "Nothing"}).status_code == 400


def test_include_all_adds_the_files(client):
    names = unpacked(client.get("/export", params={"since": SINCE, "include": "all"}).content)
    listed = rows(client.get("/export", params={"since": SINCE}).content, "Files.csv")
    assert listed
    assert {row["path"] for row in listed} <= set(names.namelist())


@pytest.mark.parametrize(
    "query",
    ["", "since=yesterday", "since=2026-05-01T00:00:00+02:00", "since=2026-05-01T00:00:00",
     f"since={SINCE}&until=2019-01-01T00:00:00Z"],
)  # fmt: skip
def test_a_span_that_is_none_is_refused(admin, query):
    assert admin.get(f"/export?{query}").status_code == 400


def test_it_is_for_verified_admins(shown, signed_in):
    with signed_in(shown) as client:
        assert client.get("/export", params={"since": SINCE}).status_code == 403


def test_one_at_a_time(sandbox, client):
    sandbox.yammer.export_pause = 0.2
    with client.stream("GET", "/export", params={"since": SINCE, "include": "all"}) as first:
        pieces = first.iter_raw()
        next(pieces)
        assert client.get("/export", params={"since": SINCE}).status_code == 429
        for _ in pieces:
            pass
    assert client.get("/export", params={"since": SINCE}).status_code == 200


def test_errors_are_told_in_the_log_while_the_status_is_200(sandbox, client):
    sandbox.yammer.export_faults = {"errors"}
    answer = client.get("/export", params={"since": SINCE})
    assert answer.status_code == 200
    assert "ERROR" in unpacked(answer.content).read("log.txt").decode()


def test_a_file_may_be_missing(sandbox, client):
    sandbox.yammer.export_faults = {"Messages.csv", "log.txt"}
    names = unpacked(client.get("/export", params={"since": SINCE}).content).namelist()
    assert "Users.csv" in names
    assert not {"Messages.csv", "log.txt"} & set(names)


def test_the_stream_may_end_early_and_the_next_one_is_whole(sandbox, client):
    sandbox.yammer.export_faults = {"cut"}
    with pytest.raises(httpx.RemoteProtocolError):
        client.get("/export", params={"since": SINCE})
    sandbox.yammer.export_faults.clear()
    assert unpacked(client.get("/export", params={"since": SINCE}).content).testzip() is None


def test_a_bomb_is_small_until_it_is_unpacked(sandbox, client):
    sandbox.yammer.export_faults = {"bomb"}
    data = client.get("/export", params={"since": SINCE}).content
    assert len(data) < 4 << 20
    assert unpacked(data).getinfo("Messages.csv").file_size == sandbox.yammer.bomb_bytes


def test_a_file_is_written_as_an_admin_would_download_it(sandbox, tmp_path):
    since, until = datetime(2025, 1, 1, tzinfo=UTC), sandbox.now
    path = sandbox.yammer.write_export(tmp_path / "export.zip", since, until)
    told = rows(path.read_bytes(), "Messages.csv")
    assert len(told) == len(sandbox.yammer.state.messages)


def test_the_external_network_has_a_folder_of_its_own(whole):
    told = rows(whole, "partner-network/Networks.csv")
    assert [row["name"] for row in told] == ["Partner Network"]
    assert told[0]["id"] != str(NETWORK)
    assert rows(whole, "partner-network/Messages.csv")


def test_columns_are_the_published_ones(vendor_files):
    published: dict[str, list[str]] = {}
    with (vendor_files / "export_columns.csv").open(newline="") as file:
        for row in csv.DictReader(file):
            published.setdefault(row["file"], []).append(row["column"])
    for name, columns in published.items():
        assert set(columns) <= set(COLUMNS[name])
        assert set(COLUMNS[name]) - set(columns) == GUESSED.get(name, set())
    assert set(MODELS.values()) == set(COLUMNS)
