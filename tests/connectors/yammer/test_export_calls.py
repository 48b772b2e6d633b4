"""History by call: window after window, none of them taken as done unless it came whole."""

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from cophub import Account, AuthError, Post, SourceUnavailable, Stream
from cophub.connectors.yammer import export as module
from cophub.connectors.yammer.export import history, history_of_days, windows_left
from cophub.connectors.yammer.parse import parse_message
from cophub.connectors.yammer.payloads import Message
from cophub.connectors.yammer.windows import next_hours
from cophub.sandbox.microsoft import MicrosoftSandbox
from cophub.sandbox.server import Response

STREAM = Stream(history)


def told(box: MicrosoftSandbox) -> dict[str, dict[str, Any]]:
    """The messages of all groups, private conversations left out."""
    messages = box.truth()["yammer"]["messages"]
    return {str(m["id"]): m for m in messages if m["group"] and not m["direct"]}


def exports(box: MicrosoftSandbox) -> int:
    """How often an export was asked for."""
    return sum(seen.path == "/api/v1/export" for seen in box.log)


def at(seconds: int) -> datetime | None:
    """An instant of the sandbox; None for none."""
    return datetime.fromtimestamp(seconds, UTC) if seconds else None


def admin(box: MicrosoftSandbox, ask: Any, **settings: Any) -> Any:
    """A context for which the verified admin has signed in."""
    return ask(box, box.tenant.admin, ways=["export"], **settings)


def agrees(posts: dict[str, dict[str, Any]], box: MicrosoftSandbox) -> None:
    """Every message of every group is there as it stands, edits and deletions told."""
    truth = told(box)
    assert posts.keys() == truth.keys()
    for key, row in posts.items():
        one = truth[key]
        assert row["space"] == str(one["group"])
        assert row["thread"] == str(one["thread"])
        assert row["posted_at"] == at(one["at"])
        assert row.get("deleted_at") == at(one["deleted"])
        if not one["deleted"]:
            assert row.get("edited_at") == at(one["edited"])
            assert row["body"] == one["text"].strip()


def test_the_whole_history_comes_in_weekly_windows(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    ctx = admin(still, ask)
    weeks = windows_left(ctx, None)
    got = extract(STREAM, ctx)
    agrees(got.last(Post), still)
    assert exports(still) == weeks == 27
    assert len(got.cursors) == weeks
    known = {str(user.yammer_id) for user in still.yammer.life.people.values()}
    assert got.last(Account).keys() == known
    assert got.rejects == []


def test_private_conversations_do_not_come(box: MicrosoftSandbox, ask: Any, extract: Any) -> None:
    pair = tuple(list(box.tenant.users.values())[2:4])
    secret = box.yammer.write_to(pair, "between us")
    box.advance(hours=1)
    got = extract(STREAM, admin(box, ask, export_since=box.now.date() - timedelta(days=7)))
    assert str(secret) not in got.last(Post)
    assert "between us" not in repr(got.items)


def test_a_run_that_was_cut_off_goes_on_with_the_next_window(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, admin(still, ask))
    still.log.clear()
    rest = extract(STREAM, admin(still, ask), first.cursors[19])
    assert exports(still) == 7
    before = len(first.items[: first.items.index(_checkpoint(first, 19))])
    posts = first.__class__(first.items[:before] + rest.items)
    agrees(posts.last(Post), still)


def _checkpoint(got: Any, number: int) -> Any:
    return [item for item in got.items if getattr(item, "cursor", None)][number]


def test_the_next_run_asks_once_and_sees_edits_and_deletions_of_old_messages(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    first = extract(STREAM, admin(box, ask))
    old = sorted(m["id"] for m in told(box).values() if not m["deleted"])[:2]
    box.advance(hours=20)
    box.yammer.edit(old[0], "corrected")
    box.yammer.delete(old[1])
    box.advance(hours=1)
    box.log.clear()
    again = extract(STREAM, admin(box, ask), first.cursor)
    assert exports(box) == 1
    posts = first.__class__(first.items + again.items).last(Post)
    agrees(posts, box)
    assert posts[str(old[0])]["body"] == "corrected"
    assert posts[str(old[1])]["body"] is None


def test_a_200_with_errors_in_its_log_is_not_taken_as_done(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    since = box.now.date() - timedelta(days=3)
    box.yammer.export_faults.add("errors")
    items: list[Any] = []
    with pytest.raises(SourceUnavailable, match=r"hour from .* and 2 more is incomplete.*ERROR"):
        items.extend(iter(history(admin(box, ask, export_since=since), None)))
    assert not [item for item in items if getattr(item, "cursor", None)]
    box.yammer.export_faults.clear()
    got = extract(STREAM, admin(box, ask, export_since=since))
    whole = {key for key, m in told(box).items() if at(m["at"]).date() >= since}  # type: ignore[union-attr]
    assert whole <= got.last(Post).keys()


def test_an_hour_that_stays_incomplete_is_asked_for_again_by_the_next_run(
    box: MicrosoftSandbox, ask: Any, extract: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    since = box.now.date() - timedelta(days=2)
    bad = datetime.combine(since, datetime.min.time(), UTC) + timedelta(hours=5)
    usual, items = module.troubles_of, list[Any]()

    def troubled(export: Any) -> list[str]:
        start, end = (datetime.fromisoformat(each) for each in _span(export.name))
        return ["an hour is broken"] if start <= bad < end else usual(export)

    monkeypatch.setattr(module, "troubles_of", troubled)
    with pytest.raises(SourceUnavailable, match=r"the hour from .* is incomplete"):
        items.extend(iter(history(admin(box, ask, export_since=since), None)))
    cursor = [item.cursor for item in items if getattr(item, "cursor", None)][-1]
    assert windows_left(admin(box, ask), cursor) == 1
    monkeypatch.setattr(module, "troubles_of", usual)
    box.log.clear()
    extract(STREAM, admin(box, ask, export_since=since), cursor)
    assert exports(box) == 1


def _span(name: str) -> list[str]:
    words = name.split()
    return [words[3], words[5]]


def test_a_stream_that_breaks_off_is_asked_for_in_smaller_pieces(
    box: MicrosoftSandbox, ask: Any
) -> None:
    box.yammer.export_faults.add("cut")
    since = box.now.date() - timedelta(days=3)
    with pytest.raises(SourceUnavailable, match="is incomplete; the next run asks for it again"):
        list(history(admin(box, ask, export_since=since), None))
    assert exports(box) == 5  # the week, its first day, and three hours of it


def test_a_bomb_is_refused_before_it_is_unpacked(box: MicrosoftSandbox, ask: Any) -> None:
    box.yammer.export_faults.add("bomb")
    box.yammer.bomb_bytes = 32 << 20
    since = box.now.date() - timedelta(days=1)
    with pytest.raises(SourceUnavailable, match="times its size"):
        list(history(admin(box, ask, export_since=since), None))


@pytest.mark.parametrize("missing", ["Messages.csv", "Users.csv", "log.txt"])
def test_a_file_that_was_asked_for_and_is_missing_makes_an_export_incomplete(
    box: MicrosoftSandbox, ask: Any, missing: str
) -> None:
    box.yammer.export_faults.add(missing)
    since = box.now.date() - timedelta(days=1)
    with pytest.raises(SourceUnavailable, match=f"(?i){missing}"):
        list(history(admin(box, ask, export_since=since), None))


def test_whoever_is_no_verified_admin_is_told_what_to_do(still: MicrosoftSandbox, ask: Any) -> None:
    with pytest.raises(AuthError, match=r"verified admins only.*export_path"):
        list(history(ask(still, ways=["export"]), None))


def test_windows_are_of_a_day_after_a_busy_week() -> None:
    assert next_hours(168, 100) == 168
    assert next_hours(168, 30_000) == 24
    assert next_hours(24, 5_000) == 24
    assert next_hours(24, 1_000) == 168


def test_a_message_is_one_row_by_rest_and_by_export_in_either_order(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    from cophub.connectors.yammer.client import rest

    got = extract(STREAM, admin(still, ask))
    exported = {str(post.key): post for post in got.of(Post)}
    ctx = ask(still, still.tenant.admin)
    ids = [m["id"] for m in told(still).values() if not m["deleted"]]
    seen = 0
    public = {g.yammer_id for g in still.tenant.communities if not g.private}
    for id in ids[:: max(1, len(ids) // 40)]:
        if told(still)[str(id)]["group"] not in public:
            continue
        message = rest(ctx).one(f"messages/{id}.json", Message)
        given = ("rest", "export")
        by_rest = next(iter(parse_message(message, str(message.group_id), {}, {}, given)))
        both = got.__class__([exported[str(id)], by_rest]).last(Post)[str(id)]
        other = got.__class__([by_rest, exported[str(id)]]).last(Post)[str(id)]
        assert both == other
        seen += 1
    assert seen > 5


def test_windows_overlap_by_an_hour_and_their_ends_are_encoded(
    still: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    extract(STREAM, admin(still, ask, export_since=still.now.date() - timedelta(days=14)))
    asked = [seen for seen in still.log if seen.path == "/api/v1/export"]
    ends = [
        tuple(datetime.fromisoformat(seen.query[name]) for name in ("since", "until"))
        for seen in asked
    ]
    assert len(ends) == 2
    assert ends[1][0] == ends[0][1] - timedelta(hours=1)
    assert all("+" not in seen.raw_query for seen in asked)


def test_a_window_that_is_too_much_for_the_vendor_is_asked_for_by_day(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    usual = box.answer

    def answer(request: Any) -> Any:
        if request.path == "/api/v1/export":
            since, until = (
                datetime.fromisoformat(request.query[name]) for name in ("since", "until")
            )
            if until - since > timedelta(days=2):
                return Response(504)
        return usual(request)

    box.answer = answer  # type: ignore[method-assign]
    since = box.now.date() - timedelta(days=7)
    got = extract(STREAM, admin(box, ask, export_since=since))
    whole = {key for key, m in told(box).items() if at(m["at"]).date() >= since}  # type: ignore[union-attr]
    assert whole
    assert whole <= got.last(Post).keys()


def test_days_are_asked_for_alone_and_told_as_they_stand(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    """For a backfill: few exports, all of the days, what was edited and deleted since as it is."""
    some = sorted(told(box).values(), key=lambda m: m["at"])
    first, last = (at(some[len(some) // part]["at"]).date() for part in (3, 2))  # type: ignore[union-attr]
    inside = [key for key, m in told(box).items() if first <= at(m["at"]).date() <= last]  # type: ignore[union-attr]
    box.yammer.edit(int(inside[0]), "corrected")
    box.yammer.delete(int(inside[1]))
    box.advance(hours=30)
    box.log.clear()
    ctx = admin(box, ask)
    got = extract(Stream(lambda ctx, since: history_of_days(ctx, first, last, since)), ctx)
    assert exports(box) <= ((last - first).days + 3) // 7 + 1 < windows_left(ctx, None)
    posts = got.last(Post)
    assert set(inside) <= posts.keys()
    truth = told(box)
    for key in inside:
        assert posts[key].get("deleted_at") == at(truth[key]["deleted"])
        if not truth[key]["deleted"]:
            assert posts[key]["body"] == truth[key]["text"].strip()
    assert all(at(truth[key]["at"]) <= got_until(last) for key in posts)  # type: ignore[operator]
    # Cut off after its first window it goes on with the next.
    box.log.clear()
    rest = extract(
        Stream(lambda ctx, since: history_of_days(ctx, first, last, since)), ctx, got.cursors[0]
    )
    assert len(rest.cursors) == len(got.cursors) - 1


def got_until(last: date) -> datetime:
    return datetime.combine(last + timedelta(days=2), time(), UTC)


def test_days_of_groups_that_said_nothing_are_no_mistake(
    box: MicrosoftSandbox, ask: Any, extract: Any
) -> None:
    before = date(2001, 1, 1)
    ctx = admin(box, ask, groups=["Nobody wrote here yet"])
    got = extract(Stream(lambda ctx, since: history_of_days(ctx, before, before, since)), ctx)
    assert got.last(Post) == {}
    assert exports(box) == 1
