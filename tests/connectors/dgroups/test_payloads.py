"""Answers and an archive as the service itself gave them, and forms that differ between sites."""

import io
import zipfile
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest

from cophub import Account, Event, Membership, Reject
from cophub.connectors.dgroups.calendar import parse_event
from cophub.connectors.dgroups.client import rows
from cophub.connectors.dgroups.cursor import Traits
from cophub.connectors.dgroups.download import Mbox
from cophub.connectors.dgroups.files import parse_file
from cophub.connectors.dgroups.groups import Found
from cophub.connectors.dgroups.members import parse_member
from cophub.connectors.dgroups.payloads import Event as Entry
from cophub.connectors.dgroups.payloads import File, Message, Page, Perms, Subscription
from cophub.connectors.dgroups.posts import Place, Reading, parse_message
from cophub.connectors.mail.dates import window
from cophub.connectors.mail.message import Rules
from cophub.connectors.mail.reading import Bounds
from tests.connectors.dgroups.conftest import Ask, Watched

READING = Reading("68", "https://groups.io", "beta", Traits(), frozenset(["beta"]), True, None)
MESSAGE: dict[str, Any] = {
    "id": 900, "object": "message", "created": "2024-02-01T10:00:00.123456789-08:00",
    "updated": "2024-02-01T10:00:00.123456789-08:00", "user_id": 7, "group_id": 68,
    "topic_id": 40, "msg_num": 12, "is_reply": True, "subject": "Re: [beta] A plan?",
    "body": "<p>Yes.</p>", "name": "Ada <ada@...>", "num_likes": 3,
    "reply_to": "group_reply_to_group", "hashtags": None, "attachments": None,
    "a_field_that_nobody_knows": {"x": 1},
}  # fmt: skip


def message(**changed: Any) -> list[Any]:
    """The records of a message."""
    made = msgspec.convert({**MESSAGE, **changed}, Message)
    return list(parse_message(made, Place(3, 9), READING))


def test_the_services_own_pages_are_read(vendor_files: Path):
    subs = []
    for number in (1, 2):
        content = (vendor_files / "groupsio" / f"subscriptions_page_{number}.json").read_bytes()
        page, rejects = msgspec.json.decode(content, type=Page), list[Reject]()
        subs += rows(page, Subscription, rejects)
        assert rejects == []
        assert page.total_count == 2
        assert page.start_item == number
        assert (page.next_page_token, page.has_more) == ((1, True) if number == 1 else (0, False))
    assert subs[0].num_subs
    assert subs[0].perms is not None
    assert subs[0].perms.archives_visible is True
    assert subs[0].perms.members_visible is False
    account, membership = parse_member(subs[0], str(subs[0].group_id))
    assert isinstance(account, Account)
    assert isinstance(membership, Membership)
    assert membership.joined_at == datetime(2018, 7, 3, 9, 24, 32, 465887, tzinfo=UTC)
    assert membership.role == "member"


@pytest.mark.parametrize("name", ["messages", "empty"])
def test_the_services_own_archives_are_read(vendor_files: Path, name: str):
    content = (vendor_files / "groupsio" / f"downloadarchives_{name}.zip").read_bytes()
    rules = Rules(
        space="1", charset="utf-8", tags=frozenset(["updates"]), keep_bodies=True, body_limit=None,
        own=frozenset(["updates@groups.io"]), window=window(None, datetime(2026, 1, 1, tzinfo=UTC)),
    )  # fmt: skip
    mbox = Mbox(io.BytesIO(content), len(content), rules, Bounds())
    found = list(mbox.mails())
    assert mbox.rejects == []
    assert len(found) == (49 if name == "messages" else 0)
    # That archive is older than the numbers; posts of the group's owner are nobody's.
    assert all(mail.number is None for mail in found)
    assert sum(mail.sender is None for mail in found) == (20 if found else 0)
    assert {mail.sender.email for mail in found if mail.sender} <= {"markf@corp.groups.io"}
    assert all(mail.post.body and mail.post.title for mail in found)
    assert len({mail.post.key for mail in found}) == len(found)


def test_the_login_answer_shows_that_year_one_and_nine_digits_are_usual(vendor_files: Path):
    from cophub.connectors.instants import instant

    user = msgspec.json.decode((vendor_files / "groupsio" / "login.json").read_bytes())["user"]
    assert instant(user["created"]) is not None


def test_a_post_has_its_number_as_key_and_its_topics_first_as_thread():
    (post,) = message()
    assert (post.key, post.thread, post.reply_to) == ("68:12", "68:3", "68:9")
    assert post.title == "Re: A plan?"
    assert post.kind == "message"
    assert post.author_name == "Ada"
    assert post.reaction_count == 3
    assert post.edited_at is None
    assert post.url == "https://groups.io/g/beta/message/12"


def test_an_update_is_an_edit_unless_the_group_is_moderated():
    (post,) = message(updated="2024-02-02T10:00:00-08:00")
    assert post.edited_at == datetime(2024, 2, 2, 18, tzinfo=UTC)
    made = msgspec.convert({**MESSAGE, "updated": "2024-02-02T10:00:00-08:00"}, Message)
    reading = replace(READING, traits=Traits(moderated=True))
    (post,) = parse_message(made, Place(3, 9), reading)
    assert post.edited_at is None  # type: ignore[union-attr]


def test_a_moderated_topic_is_marked_and_hashtags_are_kept():
    (post,) = message(is_moderated=True, hashtags=[{"id": 1, "name": "#call", "color_hex": "#fff"}])
    assert post.extra == {"id": 900, "topic": "40", "hashtags": ["#call"], "moderated": True}


def test_an_attachment_without_an_id_has_a_key_all_the_same():
    post, first = message(attachments=[{"filename": "a.pdf", "media_type": "application/pdf"}])
    assert post.attachment_count == 1
    assert first.key == "attachment:68:12/a.pdf"
    assert first.url == post.url


@pytest.mark.parametrize("number", [0, -1])
def test_a_message_without_a_number_is_not_guessed(number: int):
    with pytest.raises(ValueError):
        message(msg_num=number)


def test_one_bad_row_loses_no_other():
    body = msgspec.json.encode({"object": "list", "data": [MESSAGE, {"id": "x"}, 7, MESSAGE]})
    page = msgspec.json.decode(body, type=Page)
    rejects: list[Reject] = []
    assert len(rows(page, Message, rejects)) == 2
    assert len(rejects) == 2
    assert "ada" not in rejects[0].reason


def test_a_list_of_nothing_is_null():
    page = msgspec.json.decode(b'{"object": "list", "total_count": 0, "data": null}', type=Page)
    assert rows(page, Message, []) == []


def test_an_event_may_have_days_for_instants(still: Watched, ask: Ask):
    one = Found(68, "beta", Perms())
    entry = Entry(id=5, title="A day", start="2024-03-01", end="0001-01-01T00:00:00Z")
    (event,) = parse_event(entry, "5", one, ask(still))
    assert isinstance(event, Event)
    assert (event.title, event.starts_at) == ("A day", datetime(2024, 3, 1, tzinfo=UTC))
    (event,) = parse_event(Entry(id=5, start="2024-03-01", end="2024-03-02"), "5", one, ask(still))
    assert event.ends_at == datetime(2024, 3, 2, tzinfo=UTC)  # type: ignore[union-attr]
    with pytest.raises(ValueError, match="start_time"):
        list(parse_event(Entry(id=5, start_time="0001-01-01T00:00:00Z"), "5", one, ask(still)))


@pytest.mark.parametrize("shape", [{"type": "file_type_dir"}, {"media_type": "folder"}])
def test_a_folder_is_told_in_two_ways(shape: dict[str, str]):
    assert msgspec.convert({"id": 1, "name": "x", **shape}, File).is_folder
    assert not msgspec.convert({"id": 1, "name": "x", "type": "file_type_file"}, File).is_folder


def test_the_address_of_a_file_does_not_change_with_its_signature(still: Watched, ask: Ask):
    one = Found(68, "beta+sub", Perms())
    entry = File(id=4, name="a b.pdf", download_url="https://groups.io/f?sig=1")
    (file,) = parse_file(entry, "/Guides", one, ask(still))
    assert file.url == "https://groups.io/f"  # type: ignore[union-attr]
    assert file.key == "file:4"  # type: ignore[union-attr]


def test_the_address_of_an_attachment_does_not_change_with_its_signature():
    _, first = message(attachments=[{"id": 3, "download_url": "https://groups.io/a?sig=1"}])
    assert (first.key, first.url) == ("attachment:3", "https://groups.io/a")


def test_an_archives_sender_may_be_rewritten_by_the_site():
    """The address is then in the local part of one of the site's own."""
    mail = (
        b"From a@b.example Mon Jan  1 00:00:00 2024\n"
        b"From: Ada Diallo via groups.io <ada=example.org@groups.io>\nSubject: [beta] Hi #call\n"
        b"Date: Mon, 1 Jan 2024 00:00:00 +0000\nMessage-ID: <1@x>\nX-Groupsio-MsgNum: 5\n\nHello\n"
    )
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as packed:
        packed.writestr("messages.mbox", mail)
    rules = Rules(
        space="68", charset="utf-8", tags=frozenset(["beta"]), keep_bodies=True, body_limit=None,
        own=frozenset(["beta@groups.io"]), window=window(None, datetime(2026, 1, 1, tzinfo=UTC)),
    )  # fmt: skip
    (found,) = Mbox(content, len(content.getvalue()), rules, Bounds()).mails()
    assert found.sender is not None
    assert (found.sender.email, found.sender.name) == ("ada@example.org", "Ada Diallo")
    assert (found.post.key, found.post.title) == ("68:5", "Hi")
    assert found.post.extra["hashtags"] == ["#call"]  # type: ignore[index]
