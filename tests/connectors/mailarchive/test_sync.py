"""Runs after the first: what is new is read, what is not stays closed, and nothing is lost."""

import gzip
import json
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cophub import Account, Checkpoint, ConfigError, CursorExpired, Post, Space
from cophub.connectors.mailarchive.places import local_files, period, reading_order


@pytest.fixture
def opened(monkeypatch):
    """The names of the files that were opened, in order."""
    from cophub.connectors.mailarchive.places import LocalFile

    names = []
    plain = LocalFile.open

    def spy(self):
        names.append(self.name)
        return plain(self)

    monkeypatch.setattr(LocalFile, "open", spy)
    return names


def bytes_read():
    """What this process has asked the system for, in bytes."""
    lines = Path("/proc/self/io").read_text().splitlines()
    return int(next(line.split()[1] for line in lines if line.startswith("rchar")))


def test_unchanged_files_are_not_opened(tmp_path, message, mbox, read, opened):
    """A second run yields the list and nothing else, and reads no byte of the archive."""
    (tmp_path / "2024-March.txt.gz").write_bytes(gzip.compress(mbox(message(1), message(2))))
    (tmp_path / "2024-April.txt").write_bytes(mbox(message(3, "x" * 3_000_000 + "\n")))
    first = read(tmp_path)
    assert len(first.of(Post)) == 3
    opened.clear()
    before = bytes_read()
    again = read(tmp_path, first.cursor)
    assert opened == []
    assert bytes_read() - before < 1_000_000
    assert again.records == first.of(Space)
    assert again.cursors == []


def test_only_the_end_of_an_mbox_that_grew_is_read(tmp_path, message, mbox, read):
    """From its last message on, which may have been half written when it was read."""
    file = tmp_path / "cop.mbox"
    old = [message(n, "x" * 20_000 + "\n") for n in range(200)]
    file.write_bytes(mbox(*old))
    first = read(file)
    with file.open("ab") as end:
        end.write(mbox(message(500, answers=3), message(501)))
    again = read(file, first.cursor)
    assert [post.key for post in again.of(Post)] == [f"m{n}@example.org" for n in (199, 500, 501)]
    assert again.of(Post)[1].thread == "m3@example.org"
    assert again.of(Space)[0].native_post_count == 202
    whole = read(file)
    assert set(first.last(Post)) | set(again.last(Post)) == set(whole.last(Post))
    assert whole.of(Space) == again.of(Space)


def test_a_half_written_message_is_read_again_when_it_is_whole(tmp_path, message, mbox, read):
    """The list server writes while we read."""
    file = tmp_path / "cop.mbox"
    data = mbox(message(1), message(2, "First line.\nSecond line.\n"))
    file.write_bytes(data[:-15])
    first = read(file)
    assert first.last(Post)["m2@example.org"]["extra"]["cut"]
    file.write_bytes(data)
    again = read(file, first.cursor)
    (post,) = again.of(Post)
    assert post.body.endswith("Second line.")
    assert "cut" not in post.extra
    assert again.of(Space)[0].extra["cut_off"] == 0


@pytest.fixture(scope="module")
def growing():
    """An mbox with and without ids, and a body of several paragraphs; a message in each place."""
    from tests.connectors.mailarchive.conftest import make_mbox, make_message

    nameless = {"Message-ID": None}
    return make_mbox(
        make_message(1),
        make_message(2, "One.\n\nTwo.\n", headers=nameless),
        make_message(3, answers=1, headers={"From": "Bo <bo@example.org>"}),
        make_message(4, "Three.\n\nFour.\n\nFive.\n", headers=nameless),
    )


def test_an_mbox_cut_at_any_byte_leaves_nothing_when_it_is_whole(tmp_path, growing, read):
    """What is read while a file is written is what a whole file holds, and nothing more."""
    file = tmp_path / "a.mbox"
    file.write_bytes(growing)
    now = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    whole = table_of(read(file, now=now - timedelta(days=1)))
    assert len(whole[0]) == 4
    for cut in range(len(growing)):
        file.write_bytes(growing[:cut])
        runs = [read(file, now=now)]
        told = [reject for reject in runs[0].rejects if "neither an mbox" not in reject.reason]
        space = runs[0].of(Space)[0]
        assert space.native_post_count == len(runs[0].of(Post)) + len(told), cut
        if any("in its headers" in reject.reason for reject in told):
            runs.append(read(file, runs[0].cursor, now=now))
        file.write_bytes(growing)
        # Twice: the last message, without an id in a file just written, waits for the second run.
        for _ in range(2):
            since = next((run.cursor for run in reversed(runs) if run.cursor), None)
            runs.append(read(file, since, now=now))
        assert table_of(*runs) == whole, cut
        assert runs[-1].of(Space)[0].native_post_count == 4


def test_the_last_message_without_an_id_is_a_post_when_its_file_rests(
    tmp_path, message, mbox, read
):
    """In the next run if nothing was added meanwhile; at once if the file is old and ends well."""
    file = tmp_path / "a.mbox"
    file.write_bytes(mbox(message(1), message(2, headers={"Message-ID": None})))
    now = datetime.fromtimestamp(file.stat().st_mtime, UTC)
    first = read(file, now=now)
    (reject,) = first.rejects
    assert "no Message-ID and may not be whole; the next run reads it again" in reject.reason
    assert (len(first.of(Post)), first.of(Space)[0].native_post_count) == (1, 2)
    second = read(file, first.cursor, now=now)
    assert [post.key[:7] for post in second.of(Post)] == ["sha256:"]
    assert (second.rejects, second.of(Space)[0].native_post_count) == ([], 2)
    third = read(file, second.cursor, now=now)
    assert (third.of(Post), third.cursors) == ([], [])
    old = read(file, now=now + timedelta(days=1))
    assert (len(old.of(Post)), old.rejects) == (2, [])


def test_a_file_that_was_rewritten_is_read_again(tmp_path, message, mbox, read):
    """Its size may be larger, smaller or the same, and its times may be in the past."""
    file = tmp_path / "cop.mbox"
    file.write_bytes(mbox(message(1, "Old words.\n"), message(2)))
    first = read(file)
    for text in ("New words.\n", "A much longer text than before.\n" * 9, "Less\n"):
        file.write_bytes(mbox(message(1, text), message(2)))
        os.utime(file, (946_684_800, 946_684_800))
        again = read(file, first.cursor)
        assert again.last(Post)["m1@example.org"]["body"] == text.strip()
        assert again.of(Space)[0].native_post_count == 2


def test_a_rewritten_file_changes_what_is_remembered_of_its_threads(tmp_path, message, mbox, read):
    """References that an archiver put right hold for the messages of later runs."""
    (tmp_path / "1.mbox").write_bytes(mbox(message(1), message(2), message(3, answers=1)))
    first = read(tmp_path)
    (tmp_path / "1.mbox").write_bytes(mbox(message(1), message(2), message(3, answers=2)))
    again = read(tmp_path, first.cursor)
    (tmp_path / "2.mbox").write_bytes(mbox(message(4, answers=3)))
    assert read(tmp_path, again.cursor).last(Post)["m4@example.org"]["thread"] == "m2@example.org"


def test_a_file_that_was_touched_or_copied_yields_nothing(tmp_path, message, mbox, read):
    """New times alone are looked into once, and remembered."""
    file = tmp_path / "cop.mbox"
    file.write_bytes(mbox(message(1)))
    first = read(file)
    os.utime(file, (1_900_000_000, 1_900_000_000))
    again = read(file, first.cursor)
    assert again.of(Post) == []
    assert again.cursor is not None
    assert read(file, again.cursor).cursors == []


def test_a_new_file_joins_old_threads_without_reading_old_files(
    tmp_path, message, mbox, read, opened
):
    """By reference and by subject; what a new message changes of an old thread is yielded too."""
    agenda = {"Subject": "Agenda of the meeting"}
    lost = message(2, answers=9, headers={"Subject": "Re: maps"})
    (tmp_path / "2024-03.mbox").write_bytes(mbox(message(1, headers=agenda), lost))
    first = read(tmp_path)
    assert first.last(Post)["m2@example.org"]["thread"] == "m2@example.org"
    new = [
        message(3, answers=2, headers={"Subject": "Re: maps"}),
        message(4, days=5, headers={"Subject": "AW: agenda of the meeting"}),
        message(9, headers={"Subject": "maps"}),
    ]
    (tmp_path / "2024-04.mbox").write_bytes(mbox(*new))
    opened.clear()
    again = read(tmp_path, first.cursor)
    assert set(opened) == {"2024-04.mbox"}
    threads = {key: row["thread"] for key, row in again.last(Post).items()}
    assert threads == {
        "m2@example.org": "m9@example.org",
        "m3@example.org": "m9@example.org",
        "m4@example.org": "m1@example.org",
        "m9@example.org": "m9@example.org",
    }
    # Of the old post only what changed is yielded: its text is left alone.
    assert again.last(Post)["m2@example.org"].keys() == {"key", "thread", "reply_to"}


def table_of(*runs):
    """What a warehouse holds after these runs: posts and accounts, by key."""
    posts, accounts = {}, {}
    for run in runs:
        for key, row in run.last(Post).items():
            posts.setdefault(key, {}).update(row)
        for key, row in run.last(Account).items():
            accounts.setdefault(key, {}).update(row)
    return posts, accounts


def until(run, cursor):
    """What a run yielded up to a checkpoint: what is kept when it is killed after it."""
    for place, item in enumerate(run.items):
        if isinstance(item, Checkpoint) and item.cursor == cursor:
            return run.items[: place + 1]
    raise AssertionError("no such checkpoint")


mail = st.lists(
    st.tuples(
        st.integers(0, 9),
        st.one_of(st.none(), st.integers(0, 11)),
        st.sampled_from(["Maps", "Re: Maps", "Re: Agenda", "Agenda"]),
        st.sampled_from(["a@example.org", "a@example.org (Amina)", "B@x| (Bo)"]),
        st.integers(0, 50),
    ),
    max_size=5,
)


@given(files=st.lists(mail, min_size=1, max_size=4), data=st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_run_killed_anywhere_ends_like_one_that_was_not(
    tmp_path_factory, message, mbox, read, files, data
):
    """Whatever is read, killed after any checkpoint, and read in however many runs."""
    folder = tmp_path_factory.mktemp("archive")
    runs, since = [], None
    for number, facts in enumerate(files):
        texts = [
            message(
                n,
                f"{text}\n" * 3,
                answers=answers,
                days=text,
                headers={"Subject": subject, "From": who},
            )
            for n, answers, subject, who, text in facts
        ]
        # A month's own file, or the end of the one before.
        name = folder / f"2024-0{data.draw(st.integers(max(1, number), number + 1))}.mbox"
        with name.open("ab") as file:
            file.write(mbox(*texts))
        if data.draw(st.booleans()):
            run = read(folder, since)
            if cursors := run.cursors:
                since = data.draw(st.sampled_from(cursors))
                run.items = until(run, since)
            runs.append(run)
    runs.append(read(folder, since))
    assert table_of(*runs) == table_of(read(folder))


def test_a_large_file_has_checkpoints_on_the_way(tmp_path, message, mbox, read):
    """A run that was killed in the middle of a packed file goes on where it was."""
    whole = mbox(*(message(n, answers=n - 1 if n % 4 else None) for n in range(1, 3501)))
    (tmp_path / "cop.mbox.gz").write_bytes(gzip.compress(whole))
    first = read(tmp_path)
    assert len(first.cursors) == 4
    since = first.cursors[1]
    first.items = until(first, since)
    assert len(first.of(Post)) == 2000
    again = read(tmp_path, since)
    assert len(again.of(Post)) == 1500
    assert table_of(first, again) == table_of(read(tmp_path))


def test_a_message_in_a_renamed_file_is_the_same_post(tmp_path, message, mbox, read):
    """Archives are rotated: what moves to another file is no repeat of itself."""
    (tmp_path / "current.mbox").write_bytes(mbox(message(1), message(2)))
    first = read(tmp_path)
    (tmp_path / "current.mbox").rename(tmp_path / "2024.mbox")
    (tmp_path / "current.mbox").write_bytes(mbox(message(3)))
    again = read(tmp_path, first.cursor)
    space = again.of(Space)[0]
    assert (space.native_post_count, space.extra["repeated_ids"]) == (3, 0)


def test_a_message_that_moved_to_a_later_file_is_no_repeat(tmp_path, message, mbox, read):
    """Also where the file that lost it is read before the one that has it now."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1), message(2)))
    first = read(tmp_path)
    (tmp_path / "a.mbox").rename(tmp_path / "b.mbox")
    (tmp_path / "a.mbox").write_bytes(mbox(message(3)))
    space = read(tmp_path, first.cursor).of(Space)[0]
    assert (space.native_post_count, space.extra["repeated_ids"]) == (3, 0)


@pytest.fixture
def meanwhile(monkeypatch):
    """`meanwhile(action)`: does it once, between the first and the second reading of a file."""
    from cophub.connectors.mail.reader import Reader

    def plan(action):
        plain = Reader._read_file

        def read_file(self, reading):
            if actions:
                actions.pop()()
            return plain(self, reading)

        actions = [action]
        monkeypatch.setattr(Reader, "_read_file", read_file)

    return plan


def test_what_is_added_while_a_file_is_read_waits_for_the_next_run(
    tmp_path, message, mbox, read, meanwhile
):
    """Nothing is half read, nothing is lost."""
    file = tmp_path / "a.mbox"
    file.write_bytes(mbox(message(1)))

    def append():
        with file.open("ab") as end:
            end.write(mbox(message(2)))

    meanwhile(append)
    first = read(tmp_path)
    assert (set(first.last(Post)), first.rejects) == ({"m1@example.org"}, [])
    assert set(read(tmp_path, first.cursor).last(Post)) == {"m1@example.org", "m2@example.org"}


def test_a_file_that_is_rewritten_while_it_is_read_is_read_again(
    tmp_path, message, mbox, read, meanwhile
):
    """The run says so; the next one has it right."""
    file = tmp_path / "a.mbox"
    file.write_bytes(mbox(message(1), message(2, "Old words.\n")))
    meanwhile(lambda: file.write_bytes(mbox(message(1), message(2, "New words.\n"))))
    first = read(tmp_path)
    (reject,) = first.rejects
    assert reject.reason == "a.mbox: changed while it was read; the next run reads it again"
    again = read(tmp_path, first.cursor)
    assert again.last(Post)["m2@example.org"]["body"] == "New words."


def test_a_file_that_is_gone_takes_no_post_with_it(tmp_path, message, mbox, read):
    """An archive that was thinned out is no reason to forget; the count follows the files."""
    (tmp_path / "1.mbox").write_bytes(mbox(message(1)))
    (tmp_path / "2.mbox").write_bytes(mbox(message(2)))
    first = read(tmp_path)
    (tmp_path / "1.mbox").unlink()
    again = read(tmp_path, first.cursor)
    assert again.of(Post) == []
    assert again.of(Space)[0].native_post_count == 1


def test_maildirs_are_read_by_message(tmp_path, message, read, opened):
    """Flags and folders change a message's file name, not the message."""
    for folder in ("cur", "new", "tmp", ".Sent/cur", ".Sent/new"):
        (tmp_path / folder).mkdir(parents=True)
    (tmp_path / "new/1709546400.1.host").write_bytes(message(1))
    (tmp_path / "cur/1709546401.2.host:2,S").write_bytes(message(2))
    (tmp_path / "tmp/1709546402.3.host").write_bytes(message(3))
    (tmp_path / ".Sent/cur/1709546403.4.host:2,").write_bytes(message(4))
    (tmp_path / "dovecot.index").write_bytes(b"\x00")
    first = read(tmp_path)
    assert set(first.last(Post)) == {f"m{n}@example.org" for n in (1, 2, 4)}
    assert first.rejects == []
    (tmp_path / "new/1709546400.1.host").rename(tmp_path / "cur/1709546400.1.host:2,RS")
    (tmp_path / "cur/1709546405.5.host:2,").write_bytes(message(5))
    opened.clear()
    again = read(tmp_path, first.cursor)
    assert [post.key for post in again.of(Post)] == ["m5@example.org"]
    assert set(opened) == {"1709546405.5.host"}


def test_folders_and_globs_find_their_files(tmp_path, message, read):
    """In the order in which the list server filled them."""
    (tmp_path / "sub").mkdir()
    names = ["2023-December.txt", "2024-April.txt", "2024-February.txt", "2024q3", "sub/a.eml"]
    for number, name in enumerate(names):
        (tmp_path / name).write_bytes(message(number))
    (tmp_path / ".hidden").write_bytes(b"\x00")
    assert [file.name for file in local_files(str(tmp_path))] == [names[n] for n in (0, 2, 1, 3, 4)]
    assert len(read(tmp_path / "2024-*.txt").of(Post)) == 2
    assert len(read(tmp_path / "**" / "*.eml").of(Post)) == 1
    assert len(read(tmp_path / "*").of(Post)) == 5


@pytest.mark.parametrize("path", ["missing.mbox", "missing/*.mbox"])
def test_a_path_that_names_nothing_is_one_clear_line(path, tmp_path, read):
    """It names the path and what to do."""
    with pytest.raises(
        ConfigError, match=r'no file is at path ".*missing.*; correct it in plugins'
    ):
        read(tmp_path / path)


def test_an_unreadable_file_is_said_in_every_run_until_it_can_be_read(
    tmp_path, message, mbox, read, monkeypatch
):
    """The files beside it are read; it is asked for again each time."""
    from cophub.connectors.mailarchive.places import LocalFile

    for number in (1, 2):
        (tmp_path / f"{number}.mbox").write_bytes(mbox(message(number)))
    plain = LocalFile.open

    def refuse(self):
        if self.name == "1.mbox":
            raise PermissionError(13, "Permission denied")
        return plain(self)

    with monkeypatch.context() as patch:
        patch.setattr(LocalFile, "open", refuse)
        first = read(tmp_path)
        again = read(tmp_path, first.cursor)
    for run in (first, again):
        (reject,) = run.rejects
        assert reject.reason == "1.mbox: cannot be read: Permission denied"
    assert set(first.last(Post)) == {"m2@example.org"}
    assert set(read(tmp_path, first.cursor).last(Post)) == {"m1@example.org"}


def test_junk_is_said_in_every_run_without_being_opened(tmp_path, message, mbox, read, opened):
    """It does not become silent because it did not change."""
    (tmp_path / "a.bin").write_bytes(bytes(range(256)))
    (tmp_path / "b.mbox").write_bytes(mbox(message(1)))
    first = read(tmp_path)
    opened.clear()
    again = read(tmp_path, first.cursor)
    assert again.rejects == first.rejects != []
    assert opened == []


def test_settings_that_records_depend_on_ask_for_a_new_reading(tmp_path, message, mbox, read):
    """So that a list whose bodies are no longer wanted does not keep the old ones half."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1)))
    cursor = read(tmp_path).cursor
    with pytest.raises(CursorExpired, match="settings changed"):
        read(tmp_path, cursor, bodies=False)
    assert read(tmp_path, cursor, title="Another title").of(Post) == []


@pytest.mark.parametrize("cursor", ["", "{}", "[1]", '{"settings": "x", "version": 99}'])
def test_a_cursor_of_another_kind_has_expired(cursor, tmp_path, message, read):
    """The engine then reads the archive whole."""
    (tmp_path / "a.eml").write_bytes(message())
    with pytest.raises(CursorExpired):
        read(tmp_path, cursor)


def test_a_damaged_index_in_a_cursor_has_expired(tmp_path, message, mbox, read):
    """It is noticed when it is needed."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1)))
    cursor = json.loads(read(tmp_path).cursor)
    cursor["index"] = ["bm90IGFuIGluZGV4"]
    (tmp_path / "b.mbox").write_bytes(mbox(message(2)))
    with pytest.raises(CursorExpired):
        read(tmp_path, json.dumps(cursor))


def test_a_cursor_holds_no_text_and_no_person(tmp_path, message, read):
    """It is kept beside the warehouse's rows, where nobody looks for personal data."""
    (tmp_path / "a.eml").write_bytes(
        message(headers={"Message-ID": "<1@id>", "Subject": "Private matter"})
    )
    cursor = read(tmp_path).cursor
    from cophub.connectors.mail.threading import Index

    known = Index(json.loads(cursor)["index"]).by_key
    assert list(known) == ["1@id"]
    for word in ("amina", "Diallo", "Private", "Hello"):
        assert word not in cursor
        assert word not in repr(known)


def test_check_and_discover_and_estimate_answer_before_a_run(
    tmp_path, message, mbox, context, connector, read
):
    """What can be read, what it holds, and what a run would cost."""
    tagged = [message(n, headers={"Subject": f"[Maps] {n}"}) for n in range(3)]
    (tmp_path / "a.mbox").write_bytes(mbox(*tagged))
    (tmp_path / "b.bin").write_bytes(b"\x00" * 10)
    ctx = context(connector.settings(list="cop", path=str(tmp_path)))
    verdicts = list(connector.check(ctx))
    assert [verdict.state for verdict in verdicts] == ["warning", "ok"]
    assert "b.bin" in verdicts[0].message and verdicts[0].fix
    (tmp_path / "b.bin").unlink()
    (space,) = connector.discover(ctx)
    assert (space.key, space.kind, space.native_post_count) == ("cop", "list", 3)
    assert space.extra["subject_tag"] == "Maps"
    (estimate,) = connector.estimate(ctx, {})
    assert (estimate.requests, estimate.rows) == (0, 1)
    assert estimate.note == "1 of 1 files changed; the rows are guessed by their size"
    (later,) = connector.estimate(ctx, {"posts": read(tmp_path).cursor})
    assert (later.rows, later.note) == (0, "0 of 1 files changed")
    missing = context(connector.settings(list="cop", path=str(tmp_path / "missing")))
    (verdict,) = connector.check(missing)
    assert verdict.state == "failed" and verdict.fix


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("2024-February.txt.gz", "2024-02-01", "2024-02-29"),
        ("2023q4.txt", "2023-10-01", "2023-12-31"),
        ("1999.txt.gz", "1999-01-01", "1999-12-31"),
        ("2024-03.mbox", "2024-03-01", "2024-03-31"),
        ("Week-of-Mon-20240304.txt", "2024-03-04", "2024-03-10"),
        ("20240304.txt", "2024-03-04", "2024-03-04"),
    ],
)
def test_periods_are_read_from_names(name, first, last):
    """As Mailman 2 names them, for every volume it can be set to."""
    assert [str(day) for day in period(name) or ()] == [first, last]


def test_names_without_a_period_come_last_and_in_natural_order():
    """10 comes after 9."""
    names = ["10.eml", "9.eml", "2024-May.txt", "2023-June.txt", "99999999.txt"]
    assert sorted(names, key=reading_order) == [
        "2023-June.txt", "2024-May.txt", "9.eml", "10.eml", "99999999.txt",
    ]  # fmt: skip
