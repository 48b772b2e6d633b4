"""Every true message is found in whatever it is packed, and none is invented."""

import gzip
import io
import re
import zipfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cophub import Post, Space
from cophub.connectors.mail.reading import (
    Bounds,
    Raw,
    Tally,
    Trouble,
    read_messages,
)

SEPARATOR = b"From amina at example.org  Mon Mar  4 09:00:00 2024\n"


def messages(data: bytes, bounds: Bounds | None = None) -> list[Raw]:
    """The messages in a file of these bytes; it must have no trouble."""
    found = everything(data, bounds)
    assert not [item for item in found if isinstance(item, Trouble)]
    return [item for item in found if isinstance(item, Raw)]


def everything(data: bytes, bounds: Bounds | None = None) -> list[Raw | Trouble]:
    """Messages and trouble in a file of these bytes."""
    file = io.BytesIO(data)
    return list(read_messages(file, "file", len(data), bounds or Bounds(), Tally()))


def packed(**files: bytes) -> bytes:
    """A ZIP of these files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    "separator",
    [
        b"From amina at example.org  Mon Mar  4 09:00:00 2024\n",
        b"From amina@example.org Mon Mar 04 09:00:00 2024\n",
        b"From - Mon Mar  4 09:00:00 2024\n",
        b"From  Mon Mar  4 09:00:00 2024\n",
        b"From 1234@xxx Mon Mar 04 09:00:00 +0000 2024\n",
        b"From amina@example.org Mon Mar  4 09:00:00 CET 2024\n",
        b"From amina@example.org Mon Mar  4 09:00:00 2024 +0100\n",
        b"From amina@example.org  Mon Mar  4 09:00 2024\n",
        b"From am\xc3\xadna at \xe2\x80\x9cexample.org  Mon Mar  4 09:00:00 2024\r\n",
        b"From @min@ @end|ng |rom ex@mp|e@org  Mon Mar  4 09:00:00 2024\n",
    ],
)
def test_separators_of_every_writer_are_seen(separator, message, mbox):
    """List servers, mail programs and exports write the separator's date in their own ways."""
    assert len(messages(mbox(message(1), message(2), message(3), separator=separator))) == 3


@pytest.mark.parametrize(
    "body",
    [
        "Dear all,\n\nFrom here on it is easy.\n\nYours\n",
        "Dear all,\n\nFrom Monday to Friday, Mar 4 09:00:00 2024\nwe meet.\n",
        # The whole form of a separator, but no headers after it.
        "See:\n\nFrom amina at example.org  Mon Mar  4 09:00:00 2024\n\nThat is a separator.\n",
        "See:\n\nFrom amina at example.org  Mon Mar  4 09:00:00 2024\nNote: that is a separator.\n",
        # The whole form with headers, but in the middle of a paragraph.
        "It begins with\nFrom amina at example.org  Mon Mar  4 09:00:00 2024\nSubject: x\n\nok\n",
    ],
)
def test_prose_that_starts_with_from_splits_nothing(body, message):
    """A line of a body is no separator, even unquoted, unless it has all that makes one."""
    data = SEPARATOR + message(1, body) + b"\n" + SEPARATOR + message(2)
    found = messages(data)
    assert len(found) == 2
    assert body.encode().rstrip() in found[0].data


def test_lines_that_only_look_like_separators_are_counted(tmp_path, message, read):
    """Whoever doubts a count sees how many doubtful lines there were."""
    body = "See:\n\nFrom amina at example.org  Mon Mar  4 09:00:00 2024\n\nThat is one.\n"
    (tmp_path / "a.mbox").write_bytes(SEPARATOR + message(1, body))
    (space,) = read(tmp_path / "a.mbox").of(Space)
    assert space.native_post_count == 1
    assert space.extra["look_alike_separators"] == 1


def test_quoted_from_lines_are_unquoted_by_one_step(message, mbox):
    """mboxrd puts one ">" before each line that is From with any number of them."""
    body = b"Dear all,\n\nFrom here.\n>From there.\n>>From afar.\n> From is not it.\n"
    (raw,) = messages(mbox(message(1, body)))
    assert raw.data == message(1, body)


def test_a_single_message_is_not_unquoted(message):
    """An .eml file was never an mbox, so its ">From" was written by a person."""
    (raw,) = messages(message(1, b">From here.\n"))
    assert raw.data.endswith(b"\n>From here.\n")


@pytest.mark.parametrize("ending", [b"\n", b"\r\n"])
def test_line_ends_of_both_kinds_are_read(ending, message, mbox):
    """Archives from Windows have CR LF throughout."""
    data = mbox(message(1), message(2)).replace(b"\n", ending)
    assert len(messages(data)) == 2


def test_an_empty_file_holds_nothing():
    """No message is not an error."""
    assert everything(b"") == []
    assert everything(b"\n\n") == []
    assert everything(packed()) == []
    assert everything(gzip.compress(b"")) == []


def test_a_file_without_a_separator_is_one_message(message):
    """Also with a byte order mark before it."""
    assert len(messages(message(1))) == 1
    assert messages(b"\xef\xbb\xbf" + message(1))[0].data == message(1)


@pytest.mark.parametrize(
    "junk",
    [
        bytes(range(256)) * 20,
        b"\x89PNG\r\n\x1a\n" + b"\x00" * 100,
        b"Just a note, without any header.\n",
        b"Note: this has a colon, but no mail has such a header.\nAnother: one\n\n",
        b"From the desk of the director\n\nDear all\n",
        b"{}",
    ],
)
def test_what_is_not_mail_is_refused_by_name(junk, tmp_path, message, mbox, read):
    """It becomes one Reject that names the file; the files beside it are read."""
    (tmp_path / "a.mbox").write_bytes(mbox(message(1)))
    (tmp_path / "b.bin").write_bytes(junk)
    run = read(tmp_path)
    assert [reject.key for reject in run.rejects] == ["b.bin"]
    assert "neither an mbox nor a message" in run.rejects[0].reason
    assert len(run.of(Post)) == 1


def test_mail_after_rubbish_is_found(message, mbox):
    """A file that starts with something else is read from its first separator, and says so."""
    trouble, raw = everything(b"\x00rubbish\n\n" + mbox(message(1)))
    assert isinstance(trouble, Trouble) and isinstance(raw, Raw)
    assert raw.data == message(1)


def test_a_message_cut_off_in_its_text_is_kept_and_marked(tmp_path, message, mbox, read):
    """The last message of an mbox that was being written or copied badly is not thrown away."""
    whole = mbox(message(1), message(2, "This is a long enough last line.\n"))
    (tmp_path / "a.mbox").write_bytes(whole[:-25])
    run = read(tmp_path / "a.mbox")
    first, last = run.of(Post)
    assert "cut" not in first.extra
    assert "in a line" in last.extra["cut"]
    assert run.of(Space)[0].extra["cut_off"] == 1


def test_a_message_cut_off_in_its_headers_is_a_reject_and_no_post(tmp_path, message, mbox, read):
    """Its id may be what is missing. It is counted, so that messages and rejects add up."""
    whole = mbox(message(1), message(2, "This is a long enough last line.\n"))
    (tmp_path / "a.mbox").write_bytes(whole[:-60])
    run = read(tmp_path / "a.mbox")
    (post,), (reject,), (space,) = run.of(Post), run.rejects, run.of(Space)
    assert post.key == "m1@example.org"
    assert "cut off in its headers" in reject.reason
    assert (space.native_post_count, space.extra["cut_off"]) == (2, 1)


def test_a_message_in_a_file_of_its_own_needs_an_id_or_the_end_of_its_headers(
    tmp_path, message, read
):
    """An .eml of headers alone is a message; one that breaks off before its id is none yet."""
    headers, _, _ = message(1).partition(b"\n\n")
    (tmp_path / "a.eml").write_bytes(headers)
    (tmp_path / "b.eml").write_bytes(headers[: headers.index(b"Message-ID")])
    run = read(tmp_path)
    assert [post.key for post in run.of(Post)] == ["m1@example.org"]
    assert [reject.key for reject in run.rejects] == ["b.eml, byte 0"]


def test_a_message_that_is_too_long_is_kept_to_its_limit(message, mbox):
    """One message cannot fill the memory; what is left out is said."""
    data = mbox(message(1, b"x" * 80 + b"\n" + b"y" * 3_000_000 + b"\n"), message(2))
    long, short = messages(data, Bounds(message=1 << 20))
    assert len(long.data) < 1 << 20
    assert "longer than 1 MB" in long.cut
    assert short.cut == ""


def test_gzip_and_zip_and_both_at_once_are_read(message, mbox):
    """What is inside counts, not the file's name."""
    inner = mbox(message(1), message(2))
    assert len(messages(gzip.compress(inner))) == 2
    assert len(messages(packed(a=inner, b=message(3), c=gzip.compress(message(4))))) == 4
    assert len(messages(gzip.compress(packed(a=inner)))) == 2
    assert len(messages(gzip.compress(message(1)))) == 1


def test_a_zip_is_read_without_its_names_being_used(tmp_path, message, monkeypatch):
    """A path that leads out of the folder is only a name: nothing is written anywhere."""
    home = tmp_path / "home"
    home.mkdir()
    monkeypatch.chdir(home)
    data = packed(**{"../../evil.eml": message(1), "/etc/evil.eml": message(2)})
    assert len(messages(data)) == 2
    assert list(tmp_path.rglob("*")) == [home]


def test_what_a_mac_adds_to_a_zip_is_not_mail(message):
    """Resource forks and hidden files are left out without a word."""
    data = packed(**{"a.eml": message(1), "__MACOSX/._a.eml": b"\x00\x05", ".DS_Store": b"\x00"})
    assert len(messages(data)) == 1


@pytest.mark.parametrize("pack", [gzip.compress, lambda data: packed(a=data)], ids=["gzip", "zip"])
def test_a_bomb_is_refused_before_it_unpacks(pack, message, mbox):
    """An archive of 200 MB of zeros in a few kB is not unpacked; the line says what to do."""
    bomb = pack(mbox(message(1)) + b"\n" + b"0" * (200 << 20))
    tally = Tally()
    found = list(read_messages(io.BytesIO(bomb), "bomb.gz", len(bomb), Bounds(), tally))
    trouble = found[-1]
    assert isinstance(trouble, Trouble)
    assert "200 times its size" in trouble.reason
    assert tally.unpacked < 40 << 20


def test_the_setting_limits_what_a_file_unpacks_to(tmp_path, message, mbox, read):
    """`max_unpacked_mb` holds for what varies too much to be called a bomb."""
    import random

    noise = random.Random(1).randbytes(2 << 20).hex().encode()
    (tmp_path / "a.gz").write_bytes(gzip.compress(mbox(message(1, noise)), 1))
    (tmp_path / "b.zip").write_bytes(packed(a=mbox(message(2, noise))))
    run = read(tmp_path, max_unpacked_mb=1)
    assert [reject.key for reject in run.rejects] == ["a.gz", "b.zip"]
    assert all("raise max_unpacked_mb" in reject.reason for reject in run.rejects)


def test_archives_in_archives_end_somewhere(message):
    """Packed a few times is a habit; packed many times is a trick."""
    data = message(1)
    for _ in range(3):
        data = gzip.compress(data)
    assert len(messages(data)) == 1
    for _ in range(3):
        data = gzip.compress(data)
    (trouble,) = everything(data)
    assert isinstance(trouble, Trouble) and "more than 3 times over" in trouble.reason


def test_a_gzip_that_was_cut_off_gives_what_it_has(message, mbox):
    """A download that broke: the messages that came are kept, the damage is said."""
    import random

    noise = [random.Random(n).randbytes(3000).hex() + "\n" for n in range(20)]
    whole = gzip.compress(mbox(*(message(n, text) for n, text in enumerate(noise))))
    found = everything(whole[: len(whole) // 2])
    kept = [item for item in found if isinstance(item, Raw)]
    assert 5 < len(kept) < 15
    assert isinstance(found[-1], Trouble) and "ends too early" in found[-1].reason


def test_one_bad_file_in_a_zip_does_not_hide_the_others(message):
    """Damage and encryption are said by the name of the file inside."""
    data = bytearray(packed(a=message(1), b=message(2, "unique words here\n"), c=message(3)))
    second = data.index(b"PK\x03\x04", 10)
    data[second + 40 : second + 60] = b"\xff" * 20
    found = everything(bytes(data))
    assert len([item for item in found if isinstance(item, Raw)]) >= 2
    assert [item.where for item in found if isinstance(item, Trouble)] == ["file/b"]


def test_an_encrypted_zip_says_so(message):
    """Nobody has to guess why nothing came."""
    data = bytearray(packed(a=message(1)))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        data[data.index(signature) + flags] |= 1
    (trouble,) = everything(bytes(data))
    assert isinstance(trouble, Trouble) and "is encrypted" in trouble.reason


def test_a_broken_zip_is_one_clear_line(tmp_path, read):
    """A ZIP without its directory cannot be read at all."""
    (tmp_path / "a.zip").write_bytes(packed(a=b"x" * 1000)[:60])
    (reject,) = read(tmp_path / "a.zip").rejects
    assert reject.reason.startswith("a.zip: is damaged: ")


line = st.one_of(
    st.text(alphabet="abc >", max_size=12),
    st.sampled_from(
        [
            "From here",
            ">From there",
            ">>From afar",
            "From ",
            "Subject: x",
            "",
            "From amina at example.org  Mon Mar  4 09:00:00 2024",
        ]
    ),
)


@given(bodies=st.lists(st.lists(line, max_size=8), min_size=1, max_size=6), zipped=st.booleans())
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_whatever_is_written_as_mbox_comes_back_whole(message, mbox, bodies, zipped):
    """Any messages, with bodies full of look-alikes, come back byte for byte and in order."""
    written = [message(n, "\n".join([*body, ""])) for n, body in enumerate(bodies)]
    data = mbox(*written)
    found = messages(packed(a=data) if zipped else data)
    assert [raw.data.rstrip(b"\n") for raw in found] == [m.rstrip(b"\n") for m in written]


@given(bodies=st.lists(st.lists(line, max_size=8), min_size=1, max_size=6))
@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
def test_an_mbox_without_quoting_keeps_its_number_of_messages(message, bodies):
    """Old writers quote nothing: only a separator with headers after it may split."""
    plain = [re.sub(r"(?m)^Subject: x$", "words", "\n".join([*body, ""])) for body in bodies]
    written = [message(n, body) for n, body in enumerate(plain)]
    data = b"".join(SEPARATOR + one + b"\n" for one in written)
    assert len(messages(data)) == len(written)


def test_the_folder_of_a_test_is_left_as_it_was(tmp_path: Path, message, read):
    """Reading writes nothing."""
    (tmp_path / "a.zip").write_bytes(packed(a=message(1)))
    read(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["a.zip"]
