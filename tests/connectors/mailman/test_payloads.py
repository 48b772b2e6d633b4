"""What Mailman and HyperKitty answer, and what becomes of it, without a server."""

import gzip
import io
import json
import re
from datetime import UTC, date, datetime
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import msgspec
import pytest
from pydantic import ValidationError

from cophub.connectors.mail.reading import Bounds, Refused
from cophub.connectors.mailman import payloads
from cophub.connectors.mailman.archive import key_of, mark_of
from cophub.connectors.mailman.lists import visibility
from cophub.connectors.mailman.payloads import Ban, instant
from cophub.connectors.mailman.roster import Person, Roster, banned_among
from cophub.connectors.mailman.settings import Settings
from cophub.connectors.mailman.windows import Window, first_month, unpack, windows


def test_instants_without_a_zone_are_utc_and_the_year_one_is_never():
    """Mailman writes UTC and does not say so."""
    assert instant("2026-11-21T23:06:22.230547") == datetime(
        2026, 11, 21, 23, 6, 22, 230547, tzinfo=UTC
    )
    assert instant("2018-06-30T04:48:20Z") == datetime(2018, 6, 30, 4, 48, 20, tzinfo=UTC)
    for nothing in ("0001-01-01T00:00:00", "", None, "soon"):
        assert instant(nothing) is None


@pytest.mark.parametrize(
    ("advertised", "policy", "seen_by"),
    [
        (True, "public", "public"),
        (True, "private", "members"),
        (True, "never", "members"),
        (False, "public", "secret"),
        (False, "never", "secret"),
        (None, "public", "public"),
        (None, None, None),
    ],
)
def test_who_may_see_a_list(advertised, policy, seen_by):
    """A list that is not advertised is secret, also where its archive is open."""
    assert visibility(advertised, policy) == seen_by


def test_a_page_without_rows_has_no_entries():
    """Neither has a page past the end."""
    for kind in (payloads.MemberPage, payloads.ListPage, payloads.BanPage):
        page = msgspec.json.decode(b'{"start": 400, "total_size": 200}', type=kind)
        assert page.entries == []


def test_an_address_is_one_person_however_it_is_written():
    """In one roster with capitals, in another without."""
    roster = Roster()
    roster.add(payloads.Member(member_id="1", email="Ada@X.org ", role="owner"), "owner")
    roster.add(payloads.Member(member_id="2", email="ada@x.org", role="member"), "member")
    assert [one.roles for one in roster.people.values()] == [["owner", "member"]]
    assert list(roster.people) == ["ada@x.org"]


def test_bans_are_addresses_in_any_case_or_patterns():
    """A pattern begins with ^, and one that is none is passed over."""
    people = {email: Person(email) for email in ("a@x.org", "b@spam.example", "^odd@x.org")}
    bans = [Ban("A@X.org"), Ban("^.*@SPAM[.]example"), Ban("^(")]
    assert set(banned_among(people, bans)) == {"a@x.org", "b@spam.example"}


def test_windows_meet_without_a_gap_and_the_last_is_open():
    """The end of a window is not in it."""
    found = windows(date(2025, 11, 20), date(2026, 2, 1))
    assert [one.query for one in found] == [
        {"end": "2025-11-01"},
        {"start": "2025-11-01", "end": "2025-12-01"},
        {"start": "2025-12-01", "end": "2026-01-01"},
        {"start": "2026-01-01", "end": "2026-02-01"},
        {"start": "2026-02-01"},
    ]
    assert len({one.name for one in found}) == len(found)


def test_a_month_is_settled_when_the_next_one_is_over():
    """A message may come late; the window without an end never settles."""
    month = Window(date(2026, 4, 1), date(2026, 5, 1))
    assert not month.is_settled(date(2026, 5, 31))
    assert month.is_settled(date(2026, 6, 1))
    assert not Window(date(2026, 6, 1), None).is_settled(date(2030, 1, 1))


def test_a_large_archive_is_read_by_months_from_its_oldest_thread():
    """A small one at once, up to last month."""

    class Many:
        def threads_from(self, address: str, offset: int, limit: int) -> payloads.ThreadPage:
            oldest = payloads.Thread("t", "2003-05-17T08:00:00Z")
            return payloads.ThreadPage(5000, [oldest] if offset == 4999 else [])

    today = date(2026, 6, 15)
    assert first_month(Many(), "x@y.org", 90_000, today) == date(2003, 5, 1)  # type: ignore[arg-type]
    assert first_month(Many(), "x@y.org", 3000, today) == date(2026, 5, 1)  # type: ignore[arg-type]


def export_of(*bodies: str) -> bytes:
    """An export as HyperKitty writes it: each message in parts, with boundaries made up anew."""
    written = b""
    for number, body in enumerate(bodies):
        message = EmailMessage()
        message["From"] = "Amina <amina@example.org>"
        message["Message-ID"] = f"<m{number}@example.org>"
        message.set_content(body)
        message.make_mixed()
        written += (
            b"From amina@example.org Mon Mar  4 09:00:00 2024\n" + message.as_bytes() + b"\n\n"
        )
    return gzip.compress(written)


def test_two_exports_of_the_same_messages_are_the_same():
    """Python makes up another boundary each time; what was not a boundary is left alone."""
    quoted = "Look: --===============1234567890123456789==\n"
    bodies = ("One.\n", quoted)
    first, size = unpack(io.BytesIO(export_of(*bodies)), Bounds())
    again, _ = unpack(io.BytesIO(export_of(*bodies)), Bounds())
    text = first.read()
    assert text == again.read()
    assert len(text) == size
    assert b"1234567890123456789" in text
    assert export_of(*bodies)[10:] != export_of(*bodies)[10:]


def test_an_export_that_ends_too_early_or_is_none_is_refused():
    """Half a month is not taken for a month from which messages were deleted."""
    whole = export_of("One.\n" * 500)
    with pytest.raises(Refused, match="breaks off"):
        unpack(io.BytesIO(whole[:-40]), Bounds())
    with pytest.raises(Refused, match="no packed mbox"):
        unpack(io.BytesIO(b"<html>"), Bounds())
    with pytest.raises(Refused, match="longer than 1 MB"):
        unpack(io.BytesIO(gzip.compress(b"x" * (2 << 20))), Bounds(unpacked=1 << 20))


def test_keys_are_ids_as_the_export_writes_them():
    """HyperKitty takes out what would break a header."""
    assert key_of("a b<c>(d)@example.org") == "abcd@example.org"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({}, "give password"),
        ({"password": "x", "archive_user": "me"}, "go together"),
        ({"password": "x", "base_url": "http://127.0.0.1:8001/3.1"}, "scheme and host only"),
        ({"password": "x", "charset": "klingon"}, "not a character set"),
        ({"password": "x", "lists": []}, "at least 1"),
        ({"password": "x", "list": "cop"}, "Extra inputs"),
    ],
)
def test_settings_that_cannot_work_are_refused(settings, message):
    """In the words of plugins.toml."""
    with pytest.raises(ValidationError, match=message):
        Settings(**settings)


def test_secrets_do_not_show():
    """Neither password is printed."""
    given = Settings(
        password="geheim", archive_url="https://x.org/archives", archive_user="me",
        archive_password="secret",
    )  # fmt: skip
    assert "geheim" not in repr(given)
    assert "secret" not in repr(given)
    assert str(given.base_url).rstrip("/") == "http://127.0.0.1:8001"
    assert given.lists == ["*"]


# --- the vendor's own answers -------------------------------------------------------------------

RECORDED: list[tuple[str, Any]] = [
    ("lists.json", payloads.ListPage),
    ("list.json", payloads.MailingList),
    ("list_config.json", payloads.ListConfig),
    ("roster_member_page1.json", payloads.MemberPage),
    ("roster_member_past_end.json", payloads.MemberPage),
    ("roster_owner.json", payloads.MemberPage),
    ("members_find.json", payloads.MemberPage),
    ("address.json", payloads.Address),
    ("system_versions.json", payloads.Versions),
    ("hyperkitty_lists.json", list[payloads.ArchivedList]),
    ("hyperkitty_email.json", payloads.Email),
    ("hyperkitty_emails.json", payloads.EmailPage),
    ("hyperkitty_threads.json", payloads.ThreadPage),
]


@pytest.mark.parametrize(("name", "kind"), RECORDED, ids=str)
def test_recorded_answers_are_understood(name, kind, vendor_files):
    """Every field that is declared is there, unless the vendor leaves out what is empty."""
    content = (vendor_files / "mailman" / name).read_bytes()
    decoded = msgspec.json.decode(content, type=kind)
    assert decoded
    rows = getattr(decoded, "results", None) or getattr(decoded, "entries", None)
    raw = json.loads(content)
    listed = raw if isinstance(raw, list) else raw.get("results") or raw.get("entries") or [raw]
    one = rows[0] if rows else decoded[0] if isinstance(decoded, list) else decoded
    unknown = {f.encode_name for f in msgspec.structs.fields(one)} - set(listed[0])
    # What is left out when it is empty: a page's rows, and votes where messages are listed.
    assert unknown <= {"entries", "votes"}


def test_recorded_messages_have_the_mark_that_their_id_gives(vendor_files: Path):
    """HyperKitty's addresses of messages can be made of their ids."""
    for name in ("hyperkitty_email.json", "hyperkitty_emails.json"):
        raw = json.loads((vendor_files / "mailman" / name).read_bytes())
        for email in raw.get("results", [raw]):
            assert mark_of(email["message_id"]) == email["message_id_hash"]
            assert re.search(r" \(a\) ", email["sender"]["address"])
