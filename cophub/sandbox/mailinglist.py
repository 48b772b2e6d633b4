"""A mailing list of one of the world's communities, as the archive that its server keeps.

Who writes, when and about what is a pure function of the world's seed: the archive of a later day
begins with the archive of today.
"""

from bisect import bisect_right
from collections.abc import Iterator
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, formataddr
from itertools import groupby
from pathlib import Path
from random import Random
from typing import NamedTuple

from cophub.sandbox.timeline import moment
from cophub.sandbox.world import DAY, Person, World

HOUR = 3_600
_POLICY = SMTP.clone(linesep="\n", max_line_length=78)
_DOMAIN = "lists.example.org"

_QUESTIONS = (
    ("Tools for {topic}?", "Which tools do you use for {topic}? We start next month in {city}."),
    ("{topic}: what worked for you", "Our team in {city} works on {topic}. What worked for you?"),
    ("Indicators on {topic}", "We look for two or three good indicators on {topic}. Any advice?"),
    ("Looking for speakers: {topic}", "For our call we look for somebody to speak about {topic}."),
)
_NEWS = (
    ("New guide: {topic}", "A new guide on {topic} is out. It has examples from five countries."),
    ("Register: call on {topic}", "Please register for next week's call on {topic}."),
    ("Notes of our meeting on {topic}", "Here are the notes of our meeting on {topic} in {city}."),
)
_TOPICS = (
    "data quality", "supportive supervision", "community scorecards", "dashboards", "stock-outs",
    "cold chain", "learning reviews", "referral systems", "mobile surveys", "gender markers",
    "outcome harvesting", "routine data", "training of trainers", "after action reviews",
)  # fmt: skip
_ANSWERS = (
    "Thank you for asking. In our programme we began small, with three districts.",
    "We tried this last year in {city}. The short answer: it depends on who enters the data.",
    "There is a good paper on this; I shall send it to the list.",
    "+1 from {city}. Happy to talk on a call.",
    "Merci pour la question. Chez nous, cela a bien marché avec des superviseurs formés.",
    "We had the opposite experience: people stopped after the second month.",
)
_THANKS = ("Best regards,", "Many thanks,", "Cordialement,", "Saludos,", "Kind regards,")


class Mail(NamedTuple):
    """One message of the list; `thread` and `number` name it."""

    at: int
    thread: int
    number: int
    author: int
    subject: str
    text: str


class MailingList:
    """The list of community `number`; a thread begins about every `gap_days` days."""

    def __init__(self, world: World, number: int, *, gap_days: float = 3.0) -> None:
        self.world = world
        self.community = world.communities[number]
        self._number = number
        self._gap = gap_days * DAY
        self._keen: dict[int, float] = {}
        self._joined: list[tuple[int, int, int]] = []
        """(joined, left, person) of everybody who was ever in it, by the instant of joining."""

    @property
    def key(self) -> str:
        """The list's name, before the @ of its address."""
        return self.community.key

    @property
    def address(self) -> str:
        """The list's own address."""
        return f"{self.key}@{_DOMAIN}"

    def write(self, folder: Path, until: datetime) -> int:
        """Write the archive up to an instant, an mbox for each month; how many messages it has.

        A month in which nothing happened since is left as it is.
        """
        folder.mkdir(parents=True, exist_ok=True)
        mails = sorted(self.mails(int(until.timestamp())))
        for month, found in groupby(mails, key=lambda mail: f"{moment(mail.at):%Y-%m}"):
            content = b"".join(self._mbox(mail) for mail in found)
            file = folder / f"{month}.mbox"
            if not file.exists() or file.read_bytes() != content:
                file.write_bytes(content)
        return len(mails)

    def mails(self, until: int) -> Iterator[Mail]:
        """Every message up to an instant, thread by thread."""
        self._joined = sorted(self._stays(until))
        at, thread = float(self.world.start), 0
        while True:
            chance = self.world.random("thread", self.key, thread)
            at += chance.expovariate(1 / self._gap)
            if at > until:
                return
            yield from (mail for mail in self._thread(int(at), thread, chance) if mail.at <= until)
            thread += 1

    def _stays(self, until: int) -> Iterator[tuple[int, int, int]]:
        for arrival, index in self.world.arrivals():
            if arrival > until:
                return
            for stay in self.world.stays(index):
                if stay.community == self._number:
                    yield stay.joined, stay.left or 1 << 40, index

    def _thread(self, at: int, thread: int, chance: Random) -> Iterator[Mail]:
        asks = chance.random() < 0.7
        subject, text = chance.choice(_QUESTIONS if asks else _NEWS)
        topic = chance.choice(_TOPICS)
        author = self._somebody(at, chance)
        if author is None:
            return
        yield self._mail(at, thread, 0, author, subject, text, topic, chance)
        for number in range(1, 1 + min(int(chance.expovariate(0.6 if asks else 2.5)), 12)):
            at += int(chance.expovariate(1 / (9 * HOUR))) + 120
            other = self._somebody(at, chance)
            if other is not None:
                answer = chance.choice(_ANSWERS)
                yield self._mail(at, thread, number, other, f"Re: {subject}", answer, topic, chance)

    def _mail(
        self, at: int, thread: int, number: int, author: int, subject: str, text: str, topic: str,
        chance: Random,
    ) -> Mail:  # fmt: skip
        person = self.world.person(author)
        lines = ("Dear all,", "", text, "", chance.choice(_THANKS), person.given)
        said = "\n".join(lines).format(topic=topic, city=person.city)
        title = subject.format(topic=topic, city=person.city)
        return Mail(at, thread, number, author, title, said)

    def _somebody(self, at: int, chance: Random) -> int | None:
        """A member at that instant; a few write much, and many never."""
        here = self._joined[: bisect_right(self._joined, (at, 1 << 41, 0))]
        present = [person for _, left, person in here if left > at]
        if not present:
            return None
        return chance.choices(present, [self._keenness(person) for person in present])[0]

    def _keenness(self, person: int) -> float:
        if person not in self._keen:
            chance = self.world.random("keen", self.key, person)
            self._keen[person] = chance.paretovariate(1.2)
        return self._keen[person]

    def _mbox(self, mail: Mail) -> bytes:
        person = self.world.person(mail.author)
        sent = moment(mail.at)
        body = self._message(mail, person, sent).as_bytes(policy=_POLICY)
        quoted = b"\n".join(
            b">" + line if line.lstrip(b">").startswith(b"From ") else line
            for line in body.split(b"\n")
        )
        return f"From {_address(person)} {sent:%a %b %d %H:%M:%S %Y}\n".encode() + quoted + b"\n\n"

    def _message(self, mail: Mail, person: Person, sent: datetime) -> EmailMessage:
        message = EmailMessage(policy=_POLICY)
        message["From"] = formataddr((person.name, _address(person)))
        message["To"] = self.address
        message["Date"] = format_datetime(sent.astimezone(UTC))
        message["Subject"] = f"[{self.key}] {mail.subject}"
        message["Message-ID"] = self._id(mail.thread, mail.number)
        if mail.number:
            first = self._id(mail.thread, 0)
            message["In-Reply-To"] = first
            message["References"] = first
        message["List-Id"] = f"{self.community.title} <{self.key}.{_DOMAIN}>"
        message.set_content(mail.text, charset="utf-8")
        return message

    def _id(self, thread: int, number: int) -> str:
        return f"<{self.key}.{thread}.{number}.s{self.world.seed}@{_DOMAIN}>"


def _address(person: Person) -> str:
    """The address that the person prefers, by which other vendors know them too."""
    return person.personal_email if person.prefers_personal else person.work_email
