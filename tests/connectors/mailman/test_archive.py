"""Archives of a real HyperKitty: messages, threads, votes, and what was deleted."""

import gzip
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from importlib import import_module
from typing import Any

import pytest

from cophub import (
    Account,
    AuthError,
    Checkpoint,
    CursorExpired,
    Gone,
    Post,
    SourceUnavailable,
    Space,
)
from cophub.connectors.mailman.archive import mark_of
from cophub.connectors.mailman.posts import posts
from cophub.connectors.mailman.votes import votes
from tests.connectors.mailarchive.conftest import make_mbox, make_message
from tests.connectors.mailman import realarchive

NOW = datetime(2026, 6, 15, 12, tzinfo=UTC)
START = datetime(2024, 3, 4, 9, tzinfo=UTC)
"""When invented messages begin."""


def in_days(day: datetime) -> float:
    """How many days after the first invented message that is."""
    return (day - START).total_seconds() / 86_400


def mail(number: int, day: datetime, body: str = "Hello.\n", **more: Any) -> bytes:
    """A message of that day."""
    return make_message(number, body, days=in_days(day), **more)


@pytest.fixture
def new_list(shared_archive: Any) -> Callable[..., str]:
    """`new_list(name, *messages)`: the address of a list whose archive has these."""

    def make(name: str, *messages: bytes) -> str:
        shared_archive.take(f"{name}@example.org", *messages)
        return f"{name}@example.org"

    return make


@pytest.fixture
def read(ask: Any, before_archive: Any, extract: Any) -> Callable[..., Any]:
    """`read(stream, address, since)`: a run over the archive of one list."""

    def run(stream: Any, address: str, since: str | None = None, **settings: Any) -> Any:
        before_archive.asked.clear()
        url = f"{before_archive.base_url}/archives"
        now = settings.pop("now", NOW)
        return extract(stream, ask(now=now, archive_url=url, lists=address, **settings), since)

    return run


def gone(found: Any) -> list[str]:
    return [item.where["key"] for item in found.items if isinstance(item, Gone)]


def exports(before: Any) -> list[str]:
    """The windows that were asked for."""
    return [path.partition("?")[2] for path in before.paths("/export/")]


def test_messages_have_their_senders_addresses_keys_and_threads(new_list, read):
    """The export shows addresses that the API masks; the key is the Message-ID."""
    address = new_list(
        "whole",
        mail(1, NOW - timedelta(days=400), headers={"Subject": "[whole] Vaccines?"}),
        mail(2, NOW - timedelta(days=399), answers=1, headers={"From": "Bo <BO@Example.net>"}),
        mail(3, NOW - timedelta(days=2), references=[1, 2], answers=2),
    )
    found = read(posts, address)
    assert not found.rejects
    there = found.last(Post)
    assert set(there) == {f"m{n}@example.org" for n in (1, 2, 3)}
    assert {row["thread"] for row in there.values()} == {"m1@example.org"}
    assert there["m3@example.org"]["reply_to"] == "m2@example.org"
    assert there["m2@example.org"]["account"] == "bo@example.net"
    first = there["m1@example.org"]
    assert (first["title"], first["kind"], first["space"]) == (
        "Vaccines?", "question", "whole.example.org",
    )  # fmt: skip
    assert first["body"].strip() == "Hello."
    assert first["url"].endswith(f"/archives/list/{address}/message/{mark_of('m1@example.org')}/")
    assert found.last(Account)["bo@example.net"]["email"] == "bo@example.net"
    assert found.last(Space)["whole.example.org"]["native_post_count"] == 3
    masked = [one for one in found.records if "(a)" in str(one)]
    assert not masked


def test_the_page_of_a_message_is_there(new_list, read, shared_archive):
    """Its address is made of its id, as HyperKitty makes it."""
    import httpx

    address = new_list("pages", mail(11, NOW - timedelta(days=50)))
    (post,) = read(posts, address).of(Post)
    page = f"{shared_archive.url}/list/{address}/message/{mark_of(str(post.key))}/"
    assert httpx.get(page).status_code == 200


def test_read_both_ways_a_list_has_the_same_posts(new_list, read, context, extract, tmp_path):
    """The archive's own mbox and HyperKitty agree on keys, threads, senders and texts."""
    from cophub.connectors import mailarchive

    messages = [
        mail(21, NOW - timedelta(days=90), "One.\n\nFrom here on all is well.\n"),
        mail(22, NOW - timedelta(days=80), "Two ünïcode.\n", answers=21, headers={
            "Content-Type": "text/plain; charset=utf-8",
            "From": "=?utf-8?q?Dani=C3=A8le?= <d@example.net>",
        }),
        mail(23, NOW - timedelta(days=70), answers="<never@archived.example>"),
        mail(24, NOW - timedelta(days=69), answers="<never@archived.example>"),
    ]  # fmt: skip
    address = new_list("bothways", *messages)
    (tmp_path / "a.mbox").write_bytes(make_mbox(*messages))
    connector = mailarchive.cophub_connectors()[0]
    settings = connector.settings(list="bothways.example.org", path=str(tmp_path / "a.mbox"))
    by_file = extract(connector.streams[0], context(settings, now=NOW)).last(Post)
    by_web = read(posts, address).last(Post)
    for row in by_web.values():
        row.pop("url")
    compared = ("thread", "reply_to", "account", "author_name", "title", "posted_at", "space")
    for key, row in by_file.items():
        assert {n: by_web[key][n] for n in compared} == {n: row[n] for n in compared}
        assert by_web[key]["body"].strip() == row["body"].strip()
    assert set(by_web) == set(by_file)


def test_an_unchanged_archive_is_asked_for_its_last_message_only(new_list, read, before_archive):
    """No export is made, nothing is written."""
    address = new_list("still", mail(31, NOW - timedelta(days=40)))
    first = read(posts, address)
    months = ["end=2026-05-01", "start=2026-05-01&end=2026-06-01", "start=2026-06-01"]
    assert exports(before_archive) == months
    again = read(posts, address, first.cursor)
    assert not exports(before_archive)
    assert len(before_archive.asked) == 3
    assert not again.items


def test_a_new_message_is_found_by_reading_two_months_again(
    new_list, read, before_archive, shared_archive
):
    """What is over is not asked for; the message joins a thread that was read before."""
    address = new_list(
        "growing", mail(41, NOW - timedelta(days=200)), mail(42, NOW - timedelta(days=10))
    )
    first = read(posts, address)
    shared_archive.take(address, mail(43, NOW - timedelta(days=1), answers=41))
    again = read(posts, address, first.cursor)
    assert exports(before_archive) == ["start=2026-05-01&end=2026-06-01", "start=2026-06-01"]
    there = again.last(Post)
    # The month has grown at its end: what was read of it is as it was, though each export makes
    # up new boundaries.
    assert set(there) <= {"m42@example.org", "m43@example.org"}
    assert there["m43@example.org"]["thread"] == "m41@example.org"
    assert not gone(again)
    assert read(posts, address, again.cursor).items == []


def test_a_month_that_did_not_change_is_as_it_was(new_list, read, shared_archive):
    """Python makes up other boundaries for the parts of a message each time it writes it."""
    address = new_list(
        "steady", mail(51, NOW - timedelta(days=33)), mail(52, NOW - timedelta(days=2))
    )
    first = read(posts, address)
    shared_archive.take(address, mail(53, NOW - timedelta(days=1)))
    again = read(posts, address, first.cursor)
    assert "m51@example.org" not in again.last(Post)


def test_a_message_that_comes_late_with_an_old_date_is_found(
    new_list, read, before_archive, shared_archive
):
    """HyperKitty counts one more than was read: all months are asked for once more."""
    address = new_list("late", mail(61, NOW - timedelta(days=2)))
    first = read(posts, address)
    shared_archive.take(address, mail(62, NOW - timedelta(days=300)))
    again = read(posts, address, first.cursor)
    assert "end=2026-05-01" in exports(before_archive)
    assert set(again.last(Post)) >= {"m62@example.org"}
    assert not gone(again)


def test_a_message_that_was_deleted_is_gone(new_list, read, shared_archive):
    """Also one of years ago; the others stay."""
    address = new_list(
        "deleting", mail(71, NOW - timedelta(days=500)), mail(72, NOW - timedelta(days=499)),
        mail(73, NOW - timedelta(days=1)),
    )  # fmt: skip
    first = read(posts, address)
    shared_archive.delete(address, mark_of("m71@example.org"))
    again = read(posts, address, first.cursor)
    assert gone(again) == ["m71@example.org"]
    assert again.last(Space)["deleting.example.org"]["native_post_count"] == 2
    shared_archive.delete(address, mark_of("m73@example.org"))
    third = read(posts, address, again.cursor)
    assert gone(third) == ["m73@example.org"]
    assert read(posts, address, third.cursor).items == []


def test_a_message_dated_in_the_future_is_read_and_clamped(new_list, read):
    """The last window has no end."""
    address = new_list("future", mail(81, datetime(2034, 1, 1, tzinfo=UTC)))
    (post,) = read(posts, address).of(Post)
    assert post.posted_at == NOW + timedelta(days=1)
    assert post.extra["date_basis"] == "clamped" or "date_as_sent" in post.extra


def test_a_message_in_html_alone_keeps_its_text(new_list, read):
    """HyperKitty makes an attachment of it, and leaves the message empty."""
    html = {"Content-Type": "text/html; charset=utf-8"}
    body = "<p>Only <b>this</b> way.</p>\n"
    address = new_list("html", mail(91, NOW - timedelta(days=3), body, headers=html))
    (post,) = read(posts, address).of(Post)
    assert "Only this way." in re.sub(r"\s+", " ", post.body)
    assert post.attachment_count == 0


def test_what_the_import_took_for_a_message_has_no_sender_called_none(read, shared_archive):
    """A line "From " in a text splits a message in two; the second half is from `None`."""
    address = "phantom@example.org"
    message = mail(95, NOW - timedelta(days=3), "Well.\n\nFrom the start.\n")
    shared_archive.load(address, make_mbox(message).replace(b">From", b"From"))
    found = read(posts, address)
    assert len(found.of(Post)) == 2
    assert "name:none" not in found.last(Account)
    assert all(row["account"] != "name:none" for row in found.last(Post).values())


def test_votes_are_reactions(new_list, read, before_archive, shared_archive):
    """Asked for in threads whose total changed, and only there."""
    address = new_list(
        "votes",
        mail(101, NOW - timedelta(days=5)),
        mail(102, NOW - timedelta(days=4), answers=101),
        mail(103, NOW - timedelta(days=3)),
    )
    first = read(votes, address)
    assert not first.of(Post)
    shared_archive.vote(address, mark_of("m102@example.org"))
    again = read(votes, address, first.cursor)
    counts = {str(post.key): post.reaction_count for post in again.of(Post)}
    assert counts == {"m101@example.org": 0, "m102@example.org": 1}
    third = read(votes, address, again.cursor)
    assert not third.of(Post)
    assert not before_archive.paths("/email/")
    shared_archive.vote(address, mark_of("m102@example.org"), 0)
    taken_back = read(votes, address, third.cursor)
    assert {post.reaction_count for post in taken_back.of(Post)} == {0}


def test_old_threads_are_asked_for_votes_in_the_first_run_only(
    new_list, read, before_archive, monkeypatch
):
    """They come with the latest active first, so reading stops at the first old one."""
    from cophub.connectors.mailman import archive

    monkeypatch.setattr(archive, "PAGE", 1)
    address = new_list(
        "oldvotes", *(mail(110 + n, NOW - timedelta(days=200 * n + 1)) for n in range(4))
    )
    first = read(votes, address)
    assert len(before_archive.paths("/threads/")) == 4
    read(votes, address, first.cursor)
    assert len(before_archive.paths("/threads/")) == 2


def test_a_private_archive_wants_a_login_and_stops_no_other(new_list, read, shared_archive):
    """It is told in one line; with a member's login it is read."""
    closed = new_list("aclosed", mail(121, NOW - timedelta(days=3)))
    open_ = new_list("open", mail(122, NOW - timedelta(days=3)))
    shared_archive.make_private(closed)
    with pytest.raises(AuthError, match=r"keeps the archive of aclosed@example\.org for its"):
        read(posts, closed)
    login = {"archive_user": realarchive.USER, "archive_password": realarchive.PASSWORD}
    assert len(read(posts, closed, **login).of(Post)) == 1
    assert len(read(posts, open_).of(Post)) == 1
    with pytest.raises(AuthError, match="refuses archive_user and archive_password"):
        read(posts, closed, archive_user=realarchive.USER, archive_password="wrong")


def test_an_export_that_stops_is_taken_up_where_it_was(new_list, read, before_archive):
    """What was fetched is kept; the next run asks for the rest."""
    address = new_list(
        "halted", mail(131, NOW - timedelta(days=90)), mail(132, NOW - timedelta(days=2))
    )
    items: list[Any] = []
    before_archive.fault = lambda path: "cut" if "start=2026-06-01" in path else None
    with pytest.raises(SourceUnavailable):
        for item in _stream(read, address):
            items.append(item)
    kept = [item for item in items if isinstance(item, Checkpoint)]
    assert [str(item.key) for item in items if isinstance(item, Post)] == ["m131@example.org"]
    before_archive.fault = lambda path: None
    again = read(posts, address, kept[-1].cursor)
    assert set(again.last(Post)) == {"m132@example.org"}
    assert not gone(again)


def test_a_long_archive_is_kept_some_months_at_a_time(new_list, read, before_archive, monkeypatch):
    """A first read that is stopped goes on from there; threads across its parts hold together."""
    from cophub.connectors.mailman import windows

    monkeypatch.setattr(import_module("cophub.connectors.mailman.posts"), "AT_ONCE", 3)
    monkeypatch.setattr(windows, "_FEW", 0)
    chain = [
        mail(161 + n, NOW - timedelta(days=300 - 60 * n), answers=160 + n if n else None)
        for n in range(5)
    ]
    address = new_list("long", mail(160, NOW - timedelta(days=305)), *chain)
    before_archive.fault = lambda path: "cut" if "start=2026-03-01" in path else None
    items: list[Any] = []
    with pytest.raises(SourceUnavailable):
        for item in _stream(read, address):
            items.append(item)
    cursors = [item.cursor for item in items if isinstance(item, Checkpoint)]
    assert len(cursors) >= 2
    before_archive.fault = lambda path: None
    again = read(posts, address, cursors[-1])
    assert "start=2025-09-01&end=2025-10-01" not in exports(before_archive)
    both = {str(item.key) for item in items if isinstance(item, Post)} | set(again.last(Post))
    assert both == {f"m{160 + n}@example.org" for n in range(6)}
    assert {row["thread"] for row in again.last(Post).values()} == {"m161@example.org"}


def _stream(read: Any, address: str) -> Any:
    """The items of a run one by one, so that those before a failure are seen."""
    seen: list[Any] = []

    def through(ctx: Any, since: str | None) -> Any:
        for item in posts(ctx, since):
            seen.append(item)
            yield item

    try:
        read(through, address)
    except SourceUnavailable:
        yield from seen
        raise
    yield from seen


def test_an_export_that_breaks_off_is_a_reject_until_it_does_not(new_list, read, before_archive):
    """HyperKitty ends its answer in the middle, without a word, at a message it cannot write."""
    address = new_list(
        "broken", mail(141, NOW - timedelta(days=90)), mail(142, NOW - timedelta(days=2))
    )
    first = read(posts, address)
    whole = gzip.compress(make_mbox(mail(142, NOW - timedelta(days=2))))
    from tests.connectors.mailman.between import Fault

    fault: Fault = lambda path: (200, whole[: len(whole) // 2]) if "start=2026-06" in path else None  # noqa: E731
    before_archive.fault = fault
    fresh = read(posts, address)
    assert len(fresh.rejects) == 1
    assert "breaks off" in fresh.rejects[0].reason
    assert set(fresh.last(Post)) == {"m141@example.org"}
    again = read(posts, address, fresh.cursor)
    assert len(again.rejects) == 1
    before_archive.fault = lambda path: None
    healed = read(posts, address, again.cursor)
    assert set(healed.last(Post)) == {"m142@example.org"}
    assert not gone(healed)
    assert set(first.last(Post)) == {"m141@example.org", "m142@example.org"}


def test_an_archive_that_is_not_handed_out_says_what_to_set(new_list, read, before_archive):
    """Its export can be switched off."""
    address = new_list("noexport", mail(151, NOW - timedelta(days=2)))
    before_archive.fault = lambda path: (400, b"disabled") if "/export/" in path else None
    with pytest.raises(SourceUnavailable, match="HYPERKITTY_MBOX_EXPORT = True"):
        read(posts, address)


def test_a_list_that_is_not_there_is_named(read):
    """Without a Mailman core there are those lists that HyperKitty has."""
    from cophub import ConfigError

    with pytest.raises(ConfigError, match=r"there is no list 'nobody@example\.org'"):
        read(posts, "nobody@example.org")


@pytest.mark.parametrize("cursor", ["", "{", "[]", '{"settings":"other"}', "42"])
@pytest.mark.parametrize("stream", [posts, votes])
def test_a_cursor_of_something_else_is_no_crash(cursor, stream, new_list, read):
    """The stream is read whole; a cursor of the votes with nothing in it is none."""
    if stream is votes and "other" in cursor:
        return
    with pytest.raises(CursorExpired):
        read(stream, "cursors@example.org", cursor)
