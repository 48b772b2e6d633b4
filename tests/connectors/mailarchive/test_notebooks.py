"""Notebooks of LISTSERV: a line of 73 equal signs begins each message."""

import gzip
from datetime import date

from cophub import Post
from cophub.connectors.mailarchive.places import period, reading_order

LINE = b"=" * 73 + b"\n"


def notebook(*messages: bytes) -> bytes:
    """A notebook of these messages, as LISTSERV writes it."""
    return b"".join(LINE + (m if m.endswith(b"\n") else m + b"\n") for m in messages)


def test_each_message_of_a_notebook_is_a_post(tmp_path, message, read):
    """Also where no empty line is before the separator; keys are those of an mbox."""
    (tmp_path / "COP.LOG2403A").write_bytes(
        notebook(message(1, "One.\n"), message(2, "Two.", answers=1), message(3, "Three.\n\n"))
    )
    found = read(tmp_path)
    assert not found.rejects
    posts = found.last(Post)
    assert list(posts) == [f"m{n}@example.org" for n in (1, 2, 3)]
    assert posts["m2@example.org"]["thread"] == "m1@example.org"
    assert [post["body"].strip() for post in posts.values()] == ["One.", "Two.", "Three."]


def test_a_message_of_a_notebook_has_the_key_that_it_has_in_an_mbox(
    tmp_path, message, mbox, read_one
):
    """Also without a Message-ID, when its key is made of its text."""
    bare = message(1, "Said long ago.\n", headers={"Message-ID": None})
    assert read_one(notebook(bare)).key == read_one(mbox(bare)).key


def test_other_lines_of_equal_signs_separate_nothing(tmp_path, message, read):
    """72 or 74 of them, or 73 without headers right after them, are somebody's underlining."""
    text = (
        b"A title\n" + LINE + b"Not a header.\n\n" + b"=" * 72 + b"\nFrom: x@example.org\n"
        b"Subject: quoted\n" + b"=" * 74 + b"\nDate: today\n" + LINE + b"\nSubject: after a blank\n"
    )
    (tmp_path / "COP.LOG2403").write_bytes(notebook(message(1, text), message(2)))
    found = read(tmp_path)
    assert len(found.of(Post)) == 2
    body = found.last(Post)["m1@example.org"]["body"]
    assert body.count("=" * 73) >= 2
    assert "Subject: after a blank" in body


def test_a_line_that_begins_with_from_is_prose_in_a_notebook(tmp_path, message, read):
    """Nothing is quoted there, so nothing is unquoted."""
    text = (
        "Well.\n\nFrom amina at example.org  Mon Mar  4 09:00:00 2024\nSubject: so\n\n>From here\n"
    )
    (tmp_path / "COP.LOG2403").write_bytes(notebook(message(1, text), message(2)))
    posts = read(tmp_path).last(Post)
    assert len(posts) == 2
    assert ">From here" in posts["m1@example.org"]["body"]
    assert "\nFrom amina" in posts["m1@example.org"]["body"]


def test_a_line_of_equal_signs_in_an_mbox_separates_nothing(tmp_path, message, mbox, read):
    """Not even with headers after it: somebody sent a piece of a notebook."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1, LINE + message(7))))
    assert list(read(tmp_path).last(Post)) == ["m1@example.org"]


def test_what_stands_before_the_first_message_is_passed_over(tmp_path, message, read):
    """A notebook that was asked for by mail has a greeting before it."""
    (tmp_path / "COP.LOG2403").write_bytes(b"Here is your file.\n" + notebook(message(1)))
    found = read(tmp_path)
    assert list(found.last(Post)) == ["m1@example.org"]
    assert "read from the first separator" in found.rejects[0].reason


def test_a_notebook_that_grew_is_read_from_its_last_message(tmp_path, message, read):
    """And packed or with lines that end in CRLF it is read all the same."""
    file = tmp_path / "COP.LOG2403"
    file.write_bytes(notebook(message(1), message(2)))
    first = read(tmp_path)
    file.write_bytes(notebook(message(1), message(2), message(3)))
    again = read(tmp_path, first.cursor)
    assert "m3@example.org" in again.last(Post)
    assert "m1@example.org" not in again.last(Post)
    packed = tmp_path / "packed" / "COP.LOG2404.gz"
    packed.parent.mkdir()
    lines = notebook(message(4), message(5)).replace(b"\n", b"\r\n")
    packed.write_bytes(gzip.compress(lines))
    assert list(read(packed).last(Post)) == ["m4@example.org", "m5@example.org"]


def test_names_of_notebooks_tell_their_time():
    """Year and month in two figures each; a letter is the week. LOG2008C is of August 2020."""
    assert period("EXAMPLE.LOG2008C") == (date(2020, 8, 15), date(2020, 8, 21))
    assert period("example.log2101") == (date(2021, 1, 1), date(2021, 1, 31))
    assert period("COP.LOG9912E") == (date(1999, 12, 29), date(1999, 12, 31))
    names = ["COP.LOG0001A", "COP.LOG9912", "COP.LOG2101", "COP.LOG0001B"]
    ordered = ["COP.LOG9912", "COP.LOG0001A", "COP.LOG0001B", "COP.LOG2101"]
    assert sorted(names, key=reading_order) == ordered
    assert period("2019-April.txt") == (date(2019, 4, 1), date(2019, 4, 30))
