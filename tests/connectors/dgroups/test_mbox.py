"""Archives whose headers differ, as those of several years do."""

import io
import zipfile
from datetime import UTC, datetime

from cophub.connectors.dgroups.download import Mail, Mbox
from cophub.connectors.mail.dates import window
from cophub.connectors.mail.message import Rules
from cophub.connectors.mail.reading import Bounds


def mail(number: int, *headers: str) -> str:
    """A message with that number and these headers."""
    return "\n".join(
        (
            "From ada@example.org Mon Jan  1 00:00:00 2024",
            "From: Ada Diallo <ada@example.org>",
            f"Date: Mon, 1 Jan 2024 0{number}:00:00 +0000",
            f"X-Groupsio-MsgNum: {number}",
            *headers,
            "",
            f"Text {number}",
            "",
            "",
        )
    )


def read(*mails: str) -> list[Mail]:
    """The messages of an archive."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("messages.mbox", "".join(mails))
    rules = Rules(
        space="68", charset="utf-8", tags=frozenset(["beta"]), keep_bodies=True, body_limit=None,
        own=frozenset(["beta@groups.io"]), window=window(None, datetime(2026, 1, 1, tzinfo=UTC)),
    )  # fmt: skip
    mbox = Mbox(content, len(content.getvalue()), rules, Bounds())
    found = list(mbox.mails())
    assert mbox.rejects == []
    return found


def test_an_id_is_one_however_its_header_is_written():
    first, second = read(
        mail(1, "Subject: [beta] A plan", "Message-Id: <1@example.org>"),
        mail(2, "Subject: Yes", "message-ID: <2@example.org>", "In-Reply-To: <1@example.org>"),
    )
    assert (first.post.key, first.post.extra["message_id"]) == ("68:1", "1@example.org")
    assert second.post.extra["message_id"] == "2@example.org"
    assert (second.post.thread, second.post.reply_to) == ("68:1", "68:1")


def test_an_answer_may_name_the_id_that_the_vendor_has_replaced():
    """The vendor sends some messages under another id, and says the first one without brackets."""
    first, second = read(
        mail(1, "Subject: A plan", "Message-ID: <9@groups.io>", "X-Orig-Message-Id: 1@groups.io"),
        mail(2, "Subject: Yes", "Message-ID: <2@example.org>", "In-Reply-To: <1@groups.io>"),
    )
    assert (first.post.key, first.post.extra["message_id"]) == ("68:1", "9@groups.io")
    assert (second.post.thread, second.post.reply_to) == ("68:1", "68:1")


def test_a_message_that_names_its_own_first_id_answers_nobody():
    (only,) = read(
        mail(1, "Subject: A plan", "Message-ID: <9@groups.io>", "X-Orig-Message-Id: 1@groups.io",
             "References: <1@groups.io>"),
    )  # fmt: skip
    assert (only.post.thread, only.post.reply_to) == ("68:1", None)


def test_a_message_that_is_in_an_archive_twice_is_one():
    one = mail(1, "Subject: A plan", "Message-ID: <9@groups.io>")
    assert [found.post.key for found in read(one, one)] == ["68:1"]
