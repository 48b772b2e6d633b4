"""History from exports on disk: each read once, the newest word counts, private talk stays out."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from cophub import Account, ConfigError, Context, Gone, Post, Space, Stream
from cophub.connectors.yammer import export as module
from cophub.connectors.yammer.export import history
from cophub.connectors.yammer.groups import Found, Listing
from cophub.connectors.yammer.settings import Settings

from .exports import MESSAGES, export, message, table

STREAM = Stream(history)
Extract = Callable[..., Any]


@pytest.fixture
def given(context: Callable[..., Context[Any]]) -> Callable[..., Context[Any]]:
    """`given(path, **settings)`: a context that reads exports at `path`."""

    def make(path: Path, **more: Any) -> Context[Any]:
        settings = {"tenant": "contoso", "client_id": "app", "ways": ["export"]} | more
        return context(Settings(export_path=path, **settings))

    return make


def test_people_groups_and_messages_of_an_export(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(
        tmp_path / "a.zip",
        users=[
            {"id": 11, "name": "Ada", "email": "Ada@x.org", "guid": "ABCD", "state": "active",
             "joined_at": "2020/01/02 03:04:05 +0000", "job_title": "Engineer"},
        ],
        groups=[{"id": 7, "name": "Water", "private": "true", "deleted": "false",
                 "created_at": "2019-01-01 00:00:00 UTC"}],
        messages=[message(1, title="Hi"), message(2, thread_id=1, replied_to_id=1)],
    )  # fmt: skip
    got = extract(STREAM, given(tmp_path))
    assert got.last(Account)["11"] == {
        "key": "11", "name": "Ada", "email": "ada@x.org", "kind": "person", "status": "active",
        "email_verified": True,
        "job_title": "Engineer", "department": None, "extra": {"directory_id": "abcd"},
        "created_at": datetime(2020, 1, 2, 3, 4, 5, tzinfo=UTC),
    }  # fmt: skip
    assert got.last(Space)["7"] == {
        "key": "7", "kind": "group", "title": "Water", "description": None,
        "visibility": "members", "open_membership": False,
        "created_at": datetime(2019, 1, 1, tzinfo=UTC),
    }  # fmt: skip
    posts = got.last(Post)
    assert posts["1"] == {
        "key": "1", "space": "7", "thread": "1", "reply_to": None, "account": "11",
        "kind": "message", "title": "Hi", "body": "text 1", "attachment_count": 0,
        "posted_at": datetime(2026, 3, 1, 10, tzinfo=UTC),
    }  # fmt: skip
    assert (posts["2"]["thread"], posts["2"]["reply_to"]) == ("1", "1")
    assert got.rejects == []


def test_soft_delete_is_told_apart_by_its_dates(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    soft = {"state": "soft_delete", "joined_at": "2020-01-01T00:00:00Z"}
    day = "2024-05-06T07:08:09Z"
    export(
        tmp_path / "a.zip",
        users=[
            {"id": 1, "state": "active"},
            {"id": 2, "state": "soft_delete"},
            {"id": 3, **soft, "suspended_at": day},
            {"id": 4, **soft, "suspended_at": day, "deleted_at": day},
        ],
    )
    accounts = extract(STREAM, given(tmp_path)).last(Account)
    assert [accounts[key]["status"] for key in "1234"] == [
        "active", "pending", "suspended", "deleted",
    ]  # fmt: skip


def test_private_conversations_are_never_stored_not_even_as_rejects(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    private = {"in_private_conversation": "TRUE", "body": "secret", "created_at": "nonsense"}
    export(
        tmp_path / "a.zip",
        messages=[
            message(1, **private),
            message(2, group_id="", participants="user:1,user:2", body="secret"),
            message(3, in_private_group="true"),
        ],
        versions=[{"id": 9, "message_id": 1, "body": "secret", "updated_at": "2026-03-02"}],
    )
    got = extract(STREAM, given(tmp_path))
    assert [post.key for post in got.of(Post)] == ["3"]
    assert "secret" not in repr(got.items)


def test_messages_without_the_column_that_tells_privacy_are_refused(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    columns = ("id", "thread_id", "group_id", "created_at", "body")
    export(tmp_path / "a.zip", more={"Messages.csv": table(columns, [])})
    with pytest.raises(ConfigError, match=r'a\.zip: Messages.csv has no column "in_private_conv'):
        extract(STREAM, given(tmp_path))


def test_edits_are_dated_and_what_was_deleted_has_no_text(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(
        tmp_path / "a.zip",
        messages=[message(1), message(2, deleted_at="2026-03-05T00:00:00Z"), message(3)],
        versions=[
            {"id": 90, "message_id": 1, "updated_at": "2026-03-02 08:00:00 UTC"},
            {"id": 91, "message_id": 1, "updated_at": "2026-03-03 08:00:00 UTC"},
            {"id": 92, "message_id": 3, "updated_at": "2026-03-01T10:00:00Z"},  # as it was posted
        ],
    )
    posts = extract(STREAM, given(tmp_path)).last(Post)
    assert posts["1"]["edited_at"] == datetime(2026, 3, 3, 8, tzinfo=UTC)
    assert posts["2"]["deleted_at"] == datetime(2026, 3, 5, tzinfo=UTC)
    assert (posts["2"]["body"], posts["2"]["title"]) == (None, None)
    assert "edited_at" not in posts["3"]


def test_drafts_are_nobodys_business_and_a_bot_is_no_person(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    columns = (*MESSAGES, "draft_state")
    rows = [
        message(1, draft_state="draft"),
        message(2, draft_state="published", sender_type="Bot"),
        message(3, draft_state="", sender_type="User"),
        message(4, message_type="system", draft_state="null"),
    ]
    export(tmp_path / "a.zip", more={"Messages.csv": table(columns, rows)})
    posts = extract(STREAM, given(tmp_path)).last(Post)
    assert {key: (row["account"], row["kind"]) for key, row in posts.items()} == {
        "2": ("bot:11", "message"), "3": ("11", "message"), "4": ("11", "system"),
    }  # fmt: skip


def test_attachments_count_files_and_no_previews(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    texts = {
        1: "uploadedfile:12",
        2: 'uploadedfile:12, opengraphobject:[3 : http://x : title="uploadedfile:9, [a]"]',
        3: 'opengraphobject:[3 : http://x : title="uploadedfile:9"]',
        4: "uploadedfile:12,uploadedfile:13",
        5: "",
    }
    rows = [message(key, attachments=text) for key, text in texts.items()]
    export(tmp_path / "a.zip", messages=rows)
    posts = extract(STREAM, given(tmp_path)).last(Post)
    assert [posts[key]["attachment_count"] for key in "12345"] == [1, 1, 0, 2, 0]


def test_only_the_groups_that_the_settings_name_are_taken(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(
        tmp_path / "a.zip",
        groups=[{"id": 7, "name": "Water"}, {"id": 8, "name": "Air"}],
        messages=[message(1), message(2, group=8, group_name="Air"), message(3, group=9)],
    )
    for wanted in ("7", "water", "Wat*"):
        got = extract(STREAM, given(tmp_path, groups=[wanted]))
        assert set(got.last(Space)) == ({"7"} if wanted == "7" else {"7", "9"})
        assert "2" not in got.last(Post)


def test_a_group_that_no_export_names_is_an_error_that_lists_what_is(
    tmp_path: Path, given: Any
) -> None:
    export(tmp_path / "a.zip", groups=[{"id": 7, "name": "Water"}], messages=[message(1, group=8)])
    with pytest.raises(ConfigError, match=r"no group 'Fire'; there are: Water \(7\), Water \(8\)"):
        list(history(given(tmp_path, groups=["Fire", "Water"]), None))


def test_a_group_that_only_its_messages_name_has_a_space(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(tmp_path / "a.zip", messages=[message(1), message(2)])
    got = extract(STREAM, given(tmp_path))
    assert got.last(Space) == {"7": {"key": "7", "kind": "group", "title": "Water"}}
    assert len(got.of(Space)) == 1


def test_a_deleted_group_is_gone_and_an_external_network_is_named(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    partner = table(("id", "name", "deleted"), [{"id": 8, "name": "Partners"}])
    export(
        tmp_path / "a.zip",
        groups=[{"id": 7, "name": "Water", "deleted": "true"}],
        more={"Partner Network/Groups.csv": partner},
    )
    got = extract(STREAM, given(tmp_path))
    assert [item.where for item in got.items if isinstance(item, Gone)] == [{"key": "7"}]
    assert got.last(Space)["8"]["extra"] == {"network": "Partner Network"}


def test_a_row_that_cannot_be_read_is_a_reject(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(
        tmp_path / "a.zip",
        users=[{"id": "", "name": "Nobody"}],
        messages=[message(1, created_at="soon"), message(2)],
    )
    got = extract(STREAM, given(tmp_path))
    assert got.rejects[0].reason == "field 'id' is missing"
    assert "'soon' is no date" in got.rejects[1].reason
    assert set(got.last(Post)) == {"2"}


def test_a_file_that_was_read_is_not_read_again_even_under_another_name(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    first = export(tmp_path / "a.zip", messages=[message(1)])
    got = extract(STREAM, given(tmp_path))
    first.rename(tmp_path / "renamed.zip")
    export(tmp_path / "b.zip", messages=[message(2)], at=(2026, 5, 2, 0, 0, 0))
    again = extract(STREAM, given(tmp_path), got.cursor)
    assert set(again.last(Post)) == {"2"}
    assert extract(STREAM, given(tmp_path), again.cursor).items == []


def test_the_newest_export_has_the_last_word_in_whatever_order_they_turn_up(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    new = message(1, body="new")
    export(tmp_path / "a.zip", messages=[new], at=(2026, 5, 9, 0, 0, 0))
    got = extract(STREAM, given(tmp_path))
    export(tmp_path / "b.zip", messages=[message(1, body="old")], at=(2026, 5, 1, 0, 0, 0))
    late = extract(STREAM, given(tmp_path), got.cursor)
    assert [post.body for post in late.of(Post)] == ["old", "new"]
    assert extract(STREAM, given(tmp_path), late.cursor).items == []
    assert [post.body for post in extract(STREAM, given(tmp_path)).of(Post)] == ["old", "new"]


def test_a_run_that_was_cut_off_goes_on_inside_the_file(
    tmp_path: Path, given: Any, extract: Extract, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "EVERY", 10)
    export(tmp_path / "a.zip", messages=[message(n) for n in range(1, 36)])
    cursors = extract(STREAM, given(tmp_path)).cursors
    assert len(cursors) == 4
    again = extract(STREAM, given(tmp_path), cursors[1])
    assert [int(post.key) for post in again.of(Post)] == list(range(21, 36))


def test_an_incomplete_export_is_told_and_taken(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(tmp_path / "a.zip", messages=[message(1)], log="ERROR exporting Users\n")
    export(tmp_path / "b.zip", messages=[message(2)], leave_out=["log.txt"])
    got = extract(STREAM, given(tmp_path))
    assert [reject.reason for reject in got.rejects] == [
        "a.zip: log.txt says: ERROR exporting Users",
        "b.zip: it has no log.txt, so whether it is complete is unknown",
    ]
    assert set(got.last(Post)) == {"1", "2"}


def test_a_bad_file_does_not_keep_the_good_ones_from_being_read(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    (tmp_path / "a.zip").write_bytes(b"PK nothing")
    export(tmp_path / "b.zip", messages=[message(2)])
    items: list[Any] = []
    with pytest.raises(ConfigError, match=r"a\.zip is cut off"):
        items.extend(iter(history(given(tmp_path), None)))
    assert any(isinstance(item, Post) and item.key == "2" for item in items)


def test_one_file_a_folder_and_a_pattern_name_exports(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    (tmp_path / "2026").mkdir()
    one = export(tmp_path / "2026/a.ZIP", messages=[message(1)])
    for path in (one, tmp_path, tmp_path / "20*/*.ZIP"):
        assert set(extract(STREAM, given(path)).last(Post)) == {"1"}


def test_no_file_at_all_is_an_error_that_names_the_place(tmp_path: Path, given: Any) -> None:
    with pytest.raises(ConfigError, match="there is no ZIP file at"):
        list(history(given(tmp_path / "nothing"), None))


def test_another_way_leaves_out_what_an_export_would_overwrite(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    export(tmp_path / "a.zip", users=[{"id": 1, "name": "Ada", "guid": "AB", "state": "active"}])
    ctx = given(tmp_path, ways=["export", "graph"])
    ctx.shared["yammer:groups"] = Listing()
    assert extract(STREAM, ctx).last(Account) == {
        "1": {"key": "1", "name": "Ada", "kind": "person", "extra": {"directory_id": "ab"}}
    }


def test_a_group_that_another_way_lists_is_told_by_that_way_alone(
    tmp_path: Path, given: Any, extract: Extract
) -> None:
    """A file is older than a listing: it may call a group otherwise, or deleted."""
    row = {"id": 7, "name": "water", "deleted": "true"}
    export(tmp_path / "a.zip", groups=[row], messages=[message(1)])
    ctx = given(tmp_path, ways=["rest", "export"])
    ctx.shared["yammer:groups"] = Listing([Found("7", "Water")])
    got = extract(STREAM, ctx)
    assert got.of(Space) == []
    assert not [item for item in got.items if isinstance(item, Gone) and item.record is Space]
    assert [post.key for post in got.of(Post)] == ["1"]
