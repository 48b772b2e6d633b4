"""Messages, answers, reactions and files; what is new, what changed and what is gone."""

from datetime import UTC, datetime

from cophub import Account, Document, Gone, Item, Membership, Post, Reaction
from cophub.testing import last_cursor, records, rejects

from cophub_slack.cursor import monday, weeks
from cophub_slack.posts import posts

from .conftest import Read
from .vendor import HOME, NOW, Workspace, ts

WATER = "C0WATER00"


def by_key(items: list[Item]) -> dict[str, Post]:
    return {str(item.key): item for item in items if isinstance(item, Post)}


def calls(slack: Workspace, method: str) -> list[dict[str, str]]:
    return [asked for name, asked in slack.asked if name == method]


def gone(items: list[Item]) -> list[Gone]:
    """The `Gone` items that a hub with all that came before would do something for."""
    return [item for item in items if isinstance(item, Gone)]


def is_ended(key: tuple[str, ...], of: str, record: type, items: list[Item]) -> bool:
    """Whether these items end a row with this key that has this `extra.of`."""
    return any(
        one.record is record and one.where == {"extra.of": of}
        and (key if len(key) > 1 else key[0]) not in one.but
        for one in gone(items)
    )  # fmt: skip


def test_what_people_wrote_comes_and_what_happened_to_a_channel_does_not(read: Read) -> None:
    found = by_key(read(posts))
    texts = {str(post.body) for post in found.values()}
    assert texts == {
        "Who has gauge data for the lower (https://example.org/lower) basin?",
        "@Amina Otieno we do & share it", "So do we", "Thank you both 🎉", "The 2025 survey",
        "Heavy rain", "Note of day 18", "Note of day 19", "Note of day 20", "Note of day 21",
        "On that note",
    }  # fmt: skip


def test_a_question_and_its_answers_are_one_thread(read: Read) -> None:
    found = by_key(read(posts))
    root, answer = f"{WATER}/{ts(4)}", f"{WATER}/{ts(5)}"
    assert found[root].thread == root
    assert (found[root].reply_to, found[root].reply_count) == (None, 3)
    assert (found[answer].thread, found[answer].reply_to) == (root, root)
    assert found[answer].posted_at == datetime(2026, 5, 5, 9, tzinfo=UTC).replace(microsecond=90)
    assert found[answer].author_name == "Boris Lindqvist"
    number, thread = ts(5).replace(".", ""), ts(4)
    assert found[answer].url == f"{HOME}archives/{WATER}/p{number}?thread_ts={thread}&cid={WATER}"


def test_edits_reactions_and_files_come_with_their_message(read: Read) -> None:
    items = read(posts)
    survey = by_key(items)[f"{WATER}/{ts(12)}"]
    assert survey.edited_at == datetime(2026, 5, 12, 10, tzinfo=UTC).replace(microsecond=100)
    assert survey.attachment_count == 1
    [file] = [item for item in items if isinstance(item, Document)]
    assert (file.key, file.title, file.size_bytes) == (f"{WATER}/F0SURVEY0", "Survey 2025", 52_480)
    marks = [item for item in items if isinstance(item, Reaction)]
    assert [(one.kind, one.account) for one in marks] == [
        ("eyes", "U0BORIS00"), ("eyes", "U0CHEN000"),
    ]  # fmt: skip
    assert by_key(items)[f"{WATER}/{ts(4)}"].reaction_count == 2


def test_a_message_of_a_bot_has_an_account_that_is_one(read: Read) -> None:
    items = read(posts)
    alert = by_key(items)[f"{WATER}/{ts(14)}"]
    assert (alert.account, alert.author_name) == ("B0RAIN000", "Rain alert")
    [bot] = [item for item in items if isinstance(item, Account)]
    assert (bot.key, bot.name, bot.kind) == ("B0RAIN000", "Rain alert", "bot")


def test_a_bot_that_is_a_user_too_has_the_account_of_that(slack: Workspace, read: Read) -> None:
    slack.says(WATER, "U0COPHUB0", "The site is out", ts(15), bot_id="B0COPHUB0")
    items = read(posts)
    assert by_key(items)[f"{WATER}/{ts(15)}"].account == "U0COPHUB0"
    assert [item.key for item in items if isinstance(item, Account)] == ["B0RAIN000"]


def test_a_file_that_is_deleted_or_hidden_is_none(slack: Workspace, read: Read) -> None:
    lost = [{"id": f"F{mode}", "mode": mode} for mode in ("tombstone", "hidden_by_limit")]
    slack.messages[WATER][ts(12)]["files"] += lost
    assert [item.title for item in read(posts) if isinstance(item, Document)] == ["Survey 2025"]


def test_a_join_tells_since_when_somebody_who_is_there_is_a_member(read: Read) -> None:
    """Who joined and left since is no member again by that."""
    [joined] = [item for item in read(posts) if isinstance(item, Membership)]
    assert (joined.space, joined.account, joined.joined_at_basis) == (WATER, "U0AMINA00", "native")
    assert joined.joined_at == datetime(2026, 5, 1, 8, tzinfo=UTC).replace(microsecond=80)


def test_texts_are_left_out_where_they_are_not_wanted(read: Read) -> None:
    assert {post.body for post in by_key(read(posts, bodies=False)).values()} == {None}


def test_a_kind_of_message_that_is_not_known_is_kept_as_systems(
    slack: Workspace, read: Read
) -> None:
    slack.says(WATER, "USLACKBOT", "A huddle started", ts(15), subtype="huddle_thread")
    huddle = by_key(read(posts))[f"{WATER}/{ts(15)}"]
    assert huddle.kind == "system"
    assert isinstance(huddle.extra, dict)
    assert huddle.extra["subtype"] == "huddle_thread"


def test_a_run_without_news_reads_recent_weeks_and_no_thread(slack: Workspace, read: Read) -> None:
    first = read(posts)
    slack.asked.clear()
    again = read(posts, last_cursor(first))
    assert {asked["oldest"] for asked in calls(slack, "conversations.history")} == {
        f"{datetime(2026, 4, 27, tzinfo=UTC).timestamp():.6f}"
    }  # the Monday before the 30 days
    assert calls(slack, "conversations.replies") == []
    assert gone(again) == []
    assert last_cursor(again) == last_cursor(first)


def test_a_late_answer_in_an_old_thread_is_found(slack: Workspace, read: Read) -> None:
    first = read(posts)
    slack.says(WATER, "U0CHEN000", "Found more", ts(30), thread_ts=ts(4))
    slack.asked.clear()
    again = read(posts, last_cursor(first))
    assert by_key(again)[f"{WATER}/{ts(30)}"].body == "Found more"
    assert by_key(again)[f"{WATER}/{ts(4)}"].reply_count == 4
    assert [asked["ts"] for asked in calls(slack, "conversations.replies")] == [ts(4)]


def test_an_answer_to_what_is_older_than_the_window_is_found_where_it_was_sent_to_the_channel(
    slack: Workspace, read: Read
) -> None:
    """The whole thread comes then; any other answer there waits for a whole read."""
    slack.says("C0SOIL000", "U0AMINA00", "Of January", ts(5, month=1))
    cursor = last_cursor(read(posts))
    late = {"thread_ts": ts(5, month=1)}
    slack.says("C0SOIL000", "U0AMINA00", "Unseen", ts(29), **late)
    unseen = read(posts, cursor)
    assert "Unseen" not in {post.body for post in by_key(unseen).values()}
    slack.says("C0SOIL000", "U0AMINA00", "Seen", ts(30), subtype="thread_broadcast", **late)
    seen = by_key(read(posts, last_cursor(unseen)))
    assert {"Of January", "Unseen", "Seen"} <= {str(post.body) for post in seen.values()}
    whole = {post.body for post in by_key(read(posts)).values()}
    assert "Unseen" in whole


def test_an_edit_within_the_window_is_seen(slack: Workspace, read: Read) -> None:
    first = read(posts)
    slack.messages["C0SOIL000"][ts(19)] |= {
        "text": "Better said", "edited": {"user": "U0AMINA00", "ts": ts(31)},
    }  # fmt: skip
    assert by_key(read(posts, last_cursor(first)))[f"C0SOIL000/{ts(19)}"].body == "Better said"


def test_a_message_that_was_deleted_is_gone_the_next_day(slack: Workspace, read: Read) -> None:
    first = read(posts)
    key, of = (f"C0SOIL000/{ts(20)}",), "C0SOIL000/2026-W21"
    assert by_key(first)[key[0]].extra == {"of": of}
    slack.deletes("C0SOIL000", ts(20))
    assert gone(read(posts, last_cursor(first))) == []
    assert is_ended(key, of, Post, read(posts, last_cursor(first), days=1))


def test_nothing_that_is_there_is_ever_gone(slack: Workspace, read: Read) -> None:
    """On no later day, with threads read again and without."""
    first = read(posts)
    cursor = last_cursor(first)
    for days in range(1, 40):
        later = read(posts, cursor, days=days)
        cursor = last_cursor(later)
        for item in records(first):
            if isinstance(item, Post | Reaction | Document) and isinstance(item.extra, dict):
                key = tuple(str(getattr(item, name)) for name in item.KEY)
                assert not is_ended(key, item.extra["of"], type(item), later), (days, key)


def test_a_tombstone_says_that_a_message_is_gone_and_its_answers_stay(
    slack: Workspace, read: Read
) -> None:
    first = read(posts)
    slack.deletes(WATER, ts(4))
    again = read(posts, last_cursor(first))
    assert Gone(record=Post, where={"key": f"{WATER}/{ts(4)}"}, told=True) in gone(again)
    assert f"{WATER}/{ts(4)}" not in by_key(again)
    whole = by_key(read(posts))
    assert {f"{WATER}/{ts(day)}" for day in (5, 6, 7)} <= set(whole)


def test_an_answer_that_was_deleted_is_gone_when_its_thread_is_read_again(
    slack: Workspace, read: Read
) -> None:
    """Threads are read again 1, 2, 4, 8, 16 and 32 days after their last answer."""
    first = read(posts)
    slack.deletes("C0SOIL000", ts(22))
    slack.says("C0SOIL000", "U0AMINA00", "Another", ts(23), thread_ts=ts(18))
    key, of = (f"C0SOIL000/{ts(22)}",), f"C0SOIL000/{ts(18)}"
    again = read(posts, last_cursor(first))
    assert is_ended(key, of, Post, again)
    assert not is_ended((f"C0SOIL000/{ts(23)}",), of, Post, again)


def test_a_quiet_thread_is_read_again_at_growing_ages(slack: Workspace, read: Read) -> None:
    """The last answer to the question of 4 May is of 7 May, and 32 days later it is 8 June."""
    cursor, read_again = last_cursor(read(posts)), []
    for days in range(1, 15):
        slack.asked.clear()
        cursor = last_cursor(read(posts, cursor, days=days))
        if ts(4) in [asked["ts"] for asked in calls(slack, "conversations.replies")]:
            read_again.append(days)
    assert read_again == [7]


def test_a_reaction_that_was_taken_back_is_gone_the_next_day(slack: Workspace, read: Read) -> None:
    first = read(posts)
    slack.messages[WATER][ts(4)]["reactions"][0] |= {"users": ["U0CHEN000"], "count": 1}
    later, post = read(posts, last_cursor(first), days=1), f"{WATER}/{ts(4)}"
    of = f"{WATER}/2026-W19"
    assert is_ended((post, "U0BORIS00", "eyes"), of, Reaction, later)
    assert not is_ended((post, "U0CHEN000", "eyes"), of, Reaction, later)


def test_nothing_is_gone_where_a_message_could_not_be_read(slack: Workspace, read: Read) -> None:
    first = read(posts)
    slack.messages["C0SOIL000"][ts(20)]["ts"] = None
    slack._between = lambda rows, asked: list(rows)  # type: ignore[method-assign, assignment]
    later = read(posts, last_cursor(first), days=1)
    assert not any(str(one.where.get("extra.of", "")).startswith("C0SOIL") for one in gone(later))


def test_nothing_is_gone_from_a_thread_of_which_an_answer_could_not_be_read(
    slack: Workspace, read: Read
) -> None:
    first = read(posts)
    slack.messages[WATER][ts(6)]["reactions"] = "none"
    slack.says(WATER, "U0CHEN000", "Found more", ts(30), thread_ts=ts(4))
    again = read(posts, last_cursor(first))
    assert len(rejects(again)) == 1
    assert gone(again) == []


def test_a_thread_is_read_once_though_two_messages_tell_of_it(slack: Workspace, read: Read) -> None:
    """Its first message, and on another page an answer that was sent to the channel, too."""
    slack.most = 3
    late = {"thread_ts": ts(4), "subtype": "thread_broadcast"}
    slack.says(WATER, "U0CHEN000", "For all to see", ts(30), **late)
    found = by_key(read(posts))
    asked = [one for one in calls(slack, "conversations.replies") if "cursor" not in one]
    assert [one["ts"] for one in asked if one["channel"] == WATER] == [ts(4)]
    assert found[f"{WATER}/{ts(30)}"].thread == f"{WATER}/{ts(4)}"


def test_a_channel_that_fell_silent_is_not_read_anew(slack: Workspace, read: Read) -> None:
    """Two months later there is nothing to read again, and what was read is still known."""
    cursor = last_cursor(read(posts))
    later = last_cursor(read(posts, cursor, days=60))
    slack.asked.clear()
    read(posts, later, days=61)
    asked = {one["channel"]: one["oldest"] for one in calls(slack, "conversations.history")}
    assert asked == {WATER: ts(14), "C0SOIL000": ts(22)}


def test_the_weeks_that_are_read_again_are_whole() -> None:
    assert weeks(monday(NOW, 30), NOW) == [f"2026-W{number}" for number in range(18, 24)]


def test_a_first_read_that_is_cut_off_goes_on_where_it_was(slack: Workspace, read: Read) -> None:
    """And what was written in the meantime comes in the same run."""
    slack.most = 2
    whole = by_key(read(posts))
    cursors = [item.cursor for item in read(posts) if hasattr(item, "cursor")]
    cut = next(cursor for cursor in cursors if '"at"' in cursor and "C0WATER00" in cursor)
    slack.says(WATER, "U0CHEN000", "Meanwhile", ts(31))
    slack.asked.clear()
    rest = by_key(read(posts, cut))
    first = calls(slack, "conversations.history")
    assert "latest" in first[[asked["channel"] for asked in first].index(WATER)]
    assert f"{WATER}/{ts(31)}" in rest
    before = [f"{WATER}/{ts(day)}" for day in (4, 5, 6, 7)]
    assert set(before) <= set(rest)
    assert set(rest) <= {*whole, f"{WATER}/{ts(31)}"}
