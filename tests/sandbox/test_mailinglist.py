"""The invented mailing lists: real mail, the same people, and a past that does not change."""

import mailbox
from datetime import UTC, datetime, timedelta
from email.header import decode_header, make_header
from email.utils import parseaddr
from pathlib import Path

from cophub.sandbox import World
from cophub.sandbox.mailinglist import MailingList

NOW = datetime(2026, 6, 1, tzinfo=UTC)


def the_list(seed: int = 1) -> MailingList:
    world = World(seed, people=120, communities=4, now=int(NOW.timestamp()), years=1)
    return MailingList(world, 0, gap_days=4)


def archive(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in folder.iterdir()}


def test_an_archive_is_mbox_files_by_month_with_every_message(tmp_path: Path) -> None:
    """As Python's own reader sees them; ids are unique and answers name what they answer."""
    count = the_list().write(tmp_path, NOW)
    messages = [message for file in tmp_path.iterdir() for message in mailbox.mbox(file)]
    ids = {message["Message-ID"] for message in messages}
    assert len(messages) == len(ids) == count > 80
    answers = [message for message in messages if message["In-Reply-To"]]
    assert answers
    assert {message["In-Reply-To"] for message in answers} <= ids


def test_one_seed_gives_one_archive(tmp_path: Path) -> None:
    for name, seed in (("a", 1), ("b", 1), ("c", 2)):
        the_list(seed).write(tmp_path / name, NOW)
    assert archive(tmp_path / "a") == archive(tmp_path / "b") != archive(tmp_path / "c")


def test_a_later_archive_begins_with_the_earlier_one(tmp_path: Path) -> None:
    """Months that are over stay as they are, to the byte and to the time of the file."""
    the_list().write(tmp_path, NOW)
    before = archive(tmp_path)
    times = {file.name: file.stat().st_mtime_ns for file in tmp_path.iterdir()}
    the_list().write(tmp_path, NOW + timedelta(days=40))
    after = archive(tmp_path)
    assert len(after) > len(before)
    assert all(after[name].startswith(content) for name, content in before.items())
    unchanged = [name for name in before if after[name] == before[name]]
    assert len(unchanged) >= len(before) - 1
    assert all((tmp_path / name).stat().st_mtime_ns == times[name] for name in unchanged)


def test_its_people_are_members_under_the_addresses_that_other_vendors_know(tmp_path: Path) -> None:
    here = the_list()
    here.write(tmp_path, NOW)
    world = here.world
    known = {}
    for arrival, index in world.arrivals():
        if arrival > NOW.timestamp():
            break
        person = world.person(index)
        if any(stay.community == 0 for stay in world.stays(index)):
            known[person.personal_email if person.prefers_personal else person.work_email] = person
    for file in tmp_path.iterdir():
        for message in mailbox.mbox(file):
            name, address = parseaddr(str(make_header(decode_header(message["From"]))))
            assert known[address].name == name
