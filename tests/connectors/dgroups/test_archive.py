"""Archives: the same messages as the API's, once; and what they cannot tell."""

import io
import logging
import re
import zipfile
from typing import Any

import pytest

from cophub import Account, Post, SourceUnavailable
from cophub.connectors.dgroups import download
from cophub.connectors.dgroups.archive import WORTH, rules_of
from cophub.connectors.dgroups.groups import chosen, listed
from cophub.connectors.dgroups.payloads import Group
from cophub.connectors.dgroups.posts import Reading
from cophub.sandbox.groupsio import archives
from tests.connectors.dgroups.conftest import Ask, Table, Watched, posts_of, told

ARCHIVE = {"history": "archive"}


def by_mail(box: Watched) -> None:
    """Let members have written all, by mail, and each topic have a subject of its own."""
    for group in box.state.groups.values():
        here = [sub.user for sub in group.present() if sub.user.email.isascii()]
        for topic in group.topics.values():
            topic.subject = f"{topic.subject} ({topic.id})"
        for message in group.messages.values():
            message.web, message.user = False, here[message.num % len(here)]


def mboxes(monkeypatch: pytest.MonkeyPatch, change: Any) -> None:
    """Let each message of an archive be changed before it is packed."""
    plain = archives.mbox
    monkeypatch.setattr(archives, "mbox", lambda message: change(plain(message)))


def test_archive_and_api_tell_the_same_posts_once(still: Watched, ask: Ask, table: Table):
    table.read(ask(still, **ARCHIVE), "groups", "members", "archive", "messages")
    truth = still.truth()
    assert still.calls["downloadarchives"] == len(still.state.groups)
    assert told(table) == posts_of(truth)


def test_an_archive_alone_has_every_message_under_the_key_of_the_api(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, **ARCHIVE), "groups", "members", "archive")
    posts, truth = table.of(Post), still.truth()["posts"]
    assert set(posts) == set(truth)
    for key, row in truth.items():
        assert posts[key]["posted_at"].isoformat() == row["created"]
        assert posts[key]["title"].removeprefix("Re: ") == row["subject"]
        assert posts[key]["extra"].get("hashtags", []) == row["hashtags"]
        assert posts[key]["extra"]["message_id"]


def test_a_post_from_the_web_is_nobodys_and_its_address_is_no_account(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, **ARCHIVE), "members", "archive")
    for group in still.state.groups.values():
        for number, message in group.messages.items():
            if message.web:
                assert table.of(Post)[f"{group.id}:{number}"]["account"] is None
    assert not any("owner@" in str(row) for row in table.of(Account).values())


def test_where_the_address_is_the_key_the_groups_own_is_nobodys(
    box: Watched, ask: Ask, table: Table
):
    box.rights("mercop", archives_visible=False, members_visible=False)
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive")
    group, accounts = box.group("mercop"), set(table.of(Account))
    assert any("@" in key for key in accounts)
    assert not any("owner@" in key for key in accounts)
    for number, message in group.messages.items():
        account = table.of(Post)[f"{group.id}:{number}"]["account"]
        assert account is None if message.web else account in accounts


def test_a_post_by_mail_belongs_to_the_member_with_that_address(
    still: Watched, ask: Ask, table: Table
):
    table.read(ask(still, **ARCHIVE), "members", "archive")
    truth = still.truth()["posts"]
    known = {key: row for key, row in table.of(Post).items() if row["account"] is not None}
    assert len(known) > 0.3 * len(truth)
    assert all(str(row["account"]) == truth[key]["author"] for key, row in known.items())


def test_where_all_wrote_by_mail_the_list_of_topics_suffices(ask: Ask, table: Table):
    """No message is listed, and the threads are the same; later changes are seen all the same."""
    with Watched(seed=1, people=60, communities=1) as box:
        by_mail(box)
        table.read(ask(box, **ARCHIVE), "groups", "members", "archive", "messages")
        assert told(table) == posts_of(box.truth())
        assert box.calls["getmessages"] == 0
        listing = sum(len(group.messages) for group in box.state.groups.values()) / 99
        assert box.calls["gettopics"] + box.calls["gettopic"] < listing + 2
        box.advance(days=7)
        table.read(ask(box, **ARCHIVE), "groups", "members", "archive", "messages")
        assert told(table) == posts_of(box.truth())


def test_a_group_that_the_api_shows_has_its_archive_read_once(box: Watched, ask: Ask, table: Table):
    table.read(ask(box, **ARCHIVE), "archive", "messages")
    box.advance(days=3)
    box.calls.clear()
    table.read(ask(box, **ARCHIVE), "archive", "messages")
    assert box.calls["downloadarchives"] == 0
    assert told(table) == posts_of(box.truth())


def test_small_groups_are_read_by_the_api_alone(box: Watched, ask: Ask, table: Table):
    table.read(ask(box), "archive", "messages")
    assert max(len(group.messages) for group in box.state.groups.values()) < WORTH
    assert box.calls["downloadarchives"] == 0
    table.read(ask(box), "archive", "messages")
    assert box.calls["getmessages"] <= 2 * len(box.state.groups) + 8


def test_a_group_that_only_its_archive_shows_is_read_once_a_day_from_its_last_number(
    box: Watched, ask: Ask, table: Table
):
    box.rights("mercop", archives_visible=False)
    group, chosen = box.group("mercop"), {"groups": ["mercop"], **ARCHIVE}
    table.read(ask(box, **chosen), "members", "archive", "messages")
    assert set(table.of(Post)) == {
        key for key in posts_of(box.truth()) if key.startswith(f"{group.id}:")
    }
    assert table.rejects == []
    new = box.post("mercop", "Later")
    table.read(ask(box, later=1, **chosen), "archive")
    assert f"{group.id}:{new}" not in table.of(Post)
    box.advance(hours=25)
    items = table.read(ask(box, **chosen), "archive")
    assert f"{group.id}:{new}" in table.of(Post)
    assert sum(isinstance(item, Post) for item in items) < 30
    queries = [one.query for one in box.log if one.path.endswith("downloadarchives")]
    assert [bool(query.get("start_msg_num")) for query in queries] == [False, True]


def test_an_archive_that_was_had_less_than_a_day_ago_is_left_to_the_api(
    box: Watched, ask: Ask, table: Table
):
    for group in box.state.groups.values():
        box.downloads[group.id] = box.timeline.now
    table.read(ask(box, **ARCHIVE), "archive", "messages")
    assert table.rejects == []
    assert told(table) == posts_of(box.truth())


def test_an_archive_that_is_refused_with_429_is_left_to_the_api(
    box: Watched, ask: Ask, table: Table
):
    box.faults.plan("429", path="*/downloadarchives", every=1)
    table.read(ask(box, **ARCHIVE), "archive", "messages")
    assert table.rejects == []
    assert told(table) == posts_of(box.truth())


def test_mail_from_the_groups_own_address_is_nobodys(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    """As is sent by sites that let nobody write under their own address, told or not."""
    own = re.compile(rb"^From: .*$", re.MULTILINE)
    mboxes(monkeypatch, lambda mail: own.sub(b"From: The group <mercop@dgroups.io>", mail))
    box.rights("mercop", archives_visible=False)
    ctx = ask(box, groups=["mercop"], **ARCHIVE)
    for address in ("mercop@dgroups.io", None):
        listed(ctx).groups[0].group = Group(id=1, email_address=address)
        rules = rules_of(ctx, chosen(ctx)[0], Reading.of(ctx, chosen(ctx)[0]))
        assert ("mercop@dgroups.io" in rules.own) == (address is not None)
    assert any(name.startswith("mercop@") for name in rules.own), "made of name and site"
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive")
    assert table.of(Account) == {}
    assert {row["account"] for row in table.of(Post).values()} == {None}


@pytest.mark.parametrize("status", [400, 200])
def test_an_error_in_place_of_an_archive_is_seen_whatever_its_status(
    box: Watched, ask: Ask, table: Table, status: int
):
    box.error_status = status

    def close(call: str, number: int) -> None:
        if call == "downloadarchives":
            box.rights("mercop", download_archives=False)

    box.before = close
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive")
    assert "no permission" in table.rejects[0].reason


def test_a_missing_permission_is_named_where_the_archive_was_asked_for(
    box: Watched, ask: Ask, table: Table
):
    box.rights("mercop", download_archives=False)
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive", "messages")
    assert "download_archives" in table.rejects[0].reason
    assert table.of(Post)


def test_messages_without_a_number_are_left_to_the_api(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    mboxes(monkeypatch, lambda mail: mail.replace(b"X-Groupsio-MsgNum", b"X-Other"))
    table.read(ask(box, **ARCHIVE), "archive")
    assert table.of(Post) == {}
    table.read(ask(box, **ARCHIVE), "messages")
    assert told(table) == posts_of(box.truth())


@pytest.mark.parametrize("still_downloads", [True, False])
def test_messages_without_a_number_are_there_once_when_the_api_shows_them_later(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch, still_downloads: bool
):
    mboxes(monkeypatch, lambda mail: mail.replace(b"X-Groupsio-MsgNum", b"X-Other"))
    box.rights("mercop", archives_visible=False)
    chosen = {"groups": ["mercop"], **ARCHIVE}
    table.read(ask(box, **chosen), "archive", "messages")
    assert len(table.of(Post)) == len(box.group("mercop").messages)
    assert all(":<" in key for key in table.of(Post))
    box.rights("mercop", download_archives=still_downloads)
    table.read(ask(box, **chosen), "archive", "messages")
    here = f"{box.group('mercop').id}:"
    assert set(table.of(Post)) == {key for key in posts_of(box.truth()) if key.startswith(here)}


def test_an_archive_that_unpacks_to_too_much_is_refused(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    head = b"From a@b.example Mon Jan  1 00:00:00 2024\nFrom: a@b.example\nSubject: x\n\n"
    monkeypatch.setattr(archives, "mbox", lambda message: b"")
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("messages.mbox", head + b"\0" * (80 << 20))
    monkeypatch.setattr(archives, "packed", lambda content, now: bomb.getvalue())
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive")
    assert any("times its size" in reject.reason for reject in table.rejects)
    assert table.of(Post) == {}


def test_an_archive_that_is_larger_than_may_be_is_not_kept(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archives, "packed", lambda content, now: b"PK\x03\x04" + b"x" * (2 << 20))
    with pytest.raises(SourceUnavailable, match="max_unpacked_mb"):
        table.read(ask(box, groups=["mercop"], max_unpacked_mb=1, **ARCHIVE), "archive")


def test_one_bad_message_of_an_archive_loses_no_other(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    plain, met = download.parse_message, [0]

    def third_is_bad(*given: Any) -> Any:
        met[0] += 1
        if met[0] == 3:
            raise ValueError("unreadable")
        return plain(*given)

    monkeypatch.setattr(download, "parse_message", third_is_bad)
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive")
    assert len(table.of(Post)) == len(box.group("mercop").messages) - 1
    assert len(table.rejects) == 1


def test_what_is_no_zip_is_a_reject_and_the_api_is_read(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archives, "packed", lambda content, now: b"PK\x03\x04" + b"x" * 500)
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive", "messages")
    assert table.rejects
    here = f"{box.group('mercop').id}:"
    assert set(table.of(Post)) == {key for key in posts_of(box.truth()) if key.startswith(here)}


def test_an_empty_archive_is_no_fault(
    box: Watched, ask: Ask, table: Table, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(archives, "mbox", lambda message: b"")
    table.read(ask(box, groups=["mercop"], **ARCHIVE), "archive", "messages")
    assert table.rejects == []
    assert table.of(Post)


def test_no_address_gets_into_a_log(
    box: Watched, ask: Ask, table: Table, caplog: pytest.LogCaptureFixture
):
    with caplog.at_level(logging.DEBUG):
        table.read(ask(box, **ARCHIVE))
    assert "@" not in "".join(record.getMessage() for record in caplog.records)
    assert box.api_key not in caplog.text
