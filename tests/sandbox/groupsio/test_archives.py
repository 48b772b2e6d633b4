"""The download of archives: once a day, one mbox, the numbers of the API."""

import re
from collections.abc import Callable
from email import message_from_bytes
from email.message import Message
from io import BytesIO
from zipfile import ZipFile

import httpx
import pytest

from cophub.sandbox import GroupsioSandbox

SEPARATOR = re.compile(rb"(?m)^From \S+ \w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\n")
Fetch = Callable[..., httpx.Response]


@pytest.fixture
def fetch(sandbox: GroupsioSandbox) -> Fetch:
    """Asks for the archives of the first group."""

    def ask(**query: object) -> httpx.Response:
        asked = {"group_name": "mercop", **query}
        url = f"{sandbox.base_url}/api/v1/downloadarchives"
        return httpx.get(url, params=asked, auth=(sandbox.api_key, ""))  # type: ignore[arg-type]

    return ask


def mails(answer: httpx.Response) -> list[Message]:
    """The messages of a downloaded archive."""
    with ZipFile(BytesIO(answer.content)) as zipped:
        assert zipped.namelist() == ["messages.mbox"]
        content = zipped.read("messages.mbox")
    return [message_from_bytes(part) for part in SEPARATOR.split(content)[1:]]


def test_it_holds_the_groups_messages_by_their_numbers(
    sandbox: GroupsioSandbox, fetch: Fetch
) -> None:
    """All of them, and none of a subgroup."""
    found = mails(fetch())
    numbers = [int(str(mail["X-Groupsio-MsgNum"])) for mail in found]
    assert numbers == sorted(sandbox.group("mercop").messages)
    posts, key = sandbox.truth()["posts"], sandbox.group("mercop").id
    ids = [posts[f"{key}:{number}"]["message_id"] for number in numbers]
    assert [str(mail["Message-ID"]) for mail in found] == ids


def test_once_a_day_for_each_group(sandbox: GroupsioSandbox, fetch: Fetch) -> None:
    """The next one is refused in words until a day has passed."""
    assert fetch().headers["content-type"] == "application/zip"
    refused = fetch()
    assert (refused.status_code, refused.json()["type"]) == (400, "rate_limited")
    assert fetch(group_name="mercop+leads").status_code == 200
    sandbox.advance(hours=23)
    assert fetch().status_code == 400
    sandbox.advance(hours=1)
    assert fetch().status_code == 200
    sandbox.archives_wait = 0
    assert fetch().status_code == 200


def test_from_a_number_on_and_between_two_instants(sandbox: GroupsioSandbox, fetch: Fetch) -> None:
    """The number given is the first one told."""
    sandbox.archives_wait = 0
    held = sandbox.group("mercop").messages
    start = sorted(held)[-3]
    assert [int(str(m["X-Groupsio-MsgNum"])) for m in mails(fetch(start_msg_num=start))] == [
        number for number in sorted(held) if number >= start
    ]
    bounds = {"start_time": "2026-03-01T00:00:00Z", "end_time": "2026-04-01T00:00:00Z"}
    dates = [str(mail["Date"]) for mail in mails(fetch(**bounds))]
    assert dates
    assert fetch(start_time="soon").json()["type"] == "bad_request"


def test_nothing_new_is_a_zip_with_an_empty_file(fetch: Fetch) -> None:
    """Not an error."""
    assert mails(fetch(start_msg_num=1_000_000)) == []


def test_headers_and_senders_are_as_wild_as_the_vendors(fetch: Fetch) -> None:
    """Two spellings, web posts from the owner's address, answers that do not say to what."""
    found = mails(fetch())
    names = {name for mail in found for name in mail.keys()}  # noqa: SIM118 - spellings count
    assert {"Message-Id", "Message-ID", "Mime-Version", "MIME-Version"} <= names
    assert {"X-Orig-Message-Id", "X-Originating-Ip", "X-Originating-IP"} <= names
    orders = {tuple(mail.keys()) for mail in found}
    assert len(orders) > 20
    web = [mail for mail in found if mail["User-Agent"] == "GROUPS.IO Web Poster"]
    senders = {str(mail["From"]) for mail in web}
    assert senders == {"mercop+owner@dgroups.io", "mercop-owner@dgroups.io"}
    answers = [mail for mail in found if str(mail["Subject"]).startswith("Re:")]
    told = [mail for mail in answers if mail["In-Reply-To"]]
    assert 0 < len(told) < len(answers)
    assert any(" via dgroups.io" in str(mail["From"]) for mail in found)
    assert len({str(mail["Message-ID"]) for mail in found}) == len(found)


def test_bodies_can_be_read_and_some_lines_look_like_separators(
    sandbox: GroupsioSandbox, fetch: Fetch
) -> None:
    """Text and HTML, attachments whole, and "From " at the beginning of a line."""
    answer = fetch()
    kinds, files = set(), 0
    for mail in mails(answer):
        for part in mail.walk():
            kinds.add(part.get_content_type())
            files += part.get_content_disposition() == "attachment"
            assert part.is_multipart() or part.get_payload(decode=True)
    assert {"text/plain", "text/html", "multipart/alternative", "multipart/mixed"} <= kinds
    held = sandbox.group("mercop").messages.values()
    assert files == sum(len(message.attachments) for message in held)
    with ZipFile(BytesIO(answer.content)) as zipped:
        lines = zipped.read("messages.mbox").split(b"\n")
    assert sum(line.startswith(b"From ") for line in lines) > len(held)
