"""What is handed to a person is all about them, and nothing about anybody else."""

import json
import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy import insert

from cophub.identities.evidence import Clue, Evidence
from cophub.identities.others import OTHER, QUOTED, Others
from cophub.identities.person_data import NOT_IN_IT, TABLES, PersonData, person_data
from cophub.records import (
    Account,
    Attendance,
    Campaign,
    Delivery,
    Document,
    Event,
    Membership,
    Post,
    Reaction,
    Record,
    Reject,
    Space,
)
from cophub.warehouse import Warehouse, privacy, state, tables
from cophub.warehouse.load import Loader

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SOURCES = ("news", "list")


class Somebody:
    """An invented person whose every word can be found again."""

    def __init__(self, number: int, dice: random.Random) -> None:
        sign = "".join(dice.choice("bdfgklmnprst") + dice.choice("aeiou") for _ in range(4))
        self.given, self.family = sign.capitalize(), f"Xy{sign}{number}q".capitalize()
        self.family = "".join(c for c in self.family if not c.isdigit())
        self.name = f"{self.given} {self.family}"
        self.id = f"{number:08x}-0000-4000-8000-{dice.getrandbits(48):012x}"
        self.email = f"{sign}.{number}@{dice.choice(['health', 'soil'])}.example"
        self.keys = {"news": f"k{number}{dice.getrandbits(40):x}", "list": self.email}
        self.word = f"canary{number}z{dice.getrandbits(32):x}"
        """Stands in all that they wrote."""

    @property
    def canaries(self) -> list[str]:
        return [self.name, f"{self.family}, {self.given}", self.id, self.email, *self.keys.values()]


def known(who: Somebody, source: str, key: str) -> bytes:
    """The evidence of one of their accounts, of which a rule knows an id."""
    found = Evidence(source, key, clues=(Clue("staff", who.id, "hr"),))
    return msgspec.msgpack.encode(found)


def records(people: Sequence[Somebody], source: str, dice: random.Random) -> list[Record]:
    """What a source tells of them, mixed together as in life."""
    found: list[Record] = [
        Space(key="s", title="Soil"), Campaign(key="c", space="s", subject="News"),
    ]  # fmt: skip
    for who in people:
        key, other = who.keys[source], dice.choice(people)
        at = NOW - timedelta(hours=dice.randrange(5000))
        found += [
            Account(key=key, name=who.name, email=who.email, extra={"directory_id": who.id[::-1]}),
            Membership(space="s", account=key, joined_at=at, extra={"by": other.email}),
            Delivery(campaign="c", account=key, open_count=dice.randrange(5)),
            Event(
                key=f"e{who.word}", space="s", title=f"{who.word} with {other.name}",
                organizer=dice.choice([key, who.email, who.name]), starts_at=at,
            ),
            Attendance(event=f"e{who.word}", account=other.keys[source], name=other.name),
            Document(key=f"d{who.word}", account=key, title=who.word, extra={"by": other.id}),
        ]  # fmt: skip
        for number in range(dice.randrange(4)):
            after = f"{dice.choice(people).word}0"
            found += [
                Post(
                    key=f"{who.word}{number}", space="s", thread=after, reply_to=after,
                    account=key, author_name=who.name, posted_at=at, title=f"Re: {other.family}",
                    body=f"{who.word}: {body(who, dice.choice(people), source, dice)}",
                    extra={"to": [other.email, other.keys[source]], "n": {"who": other.name}},
                ),
                Reaction(post=f"{other.word}0", account=key, kind="like"),
            ]  # fmt: skip
    return found


def body(who: Somebody, other: Somebody, source: str, dice: random.Random) -> str:
    """A text that speaks of somebody, in one of the ways that texts do."""
    return dice.choice([
        f"as {other.name} said, ask {other.email}.",
        f"{other.name} <{other.email}> wrote:\n> {other.word}\n> {other.word}\nThanks, {who.name}",
        f"Hello {other.family}, {other.given} ([[user:{other.keys[source]}]])",
        f"https://x.example/u/{other.keys['news']} mailto:{other.email}",
        f"{who.name} and {other.name.upper()}, {other.id}",
    ])  # fmt: skip


def fill(warehouse: Warehouse, people: Sequence[Somebody], dice: random.Random) -> None:
    """Load it all, and make people of it as a resolution does."""
    for run, source in enumerate(SOURCES, 1):
        loader = Loader(warehouse, source, run=run, now=NOW)
        batch, _ = loader.rows(records(people, source, dice))
        rejects = [
            Reject(reason=f"no date: {p.email}", record="account", key=p.keys[source], item=[
                {"email": p.email}, {"email": dice.choice(people).email},
            ]) for p in people
        ]  # fmt: skip
        with warehouse.begin() as connection:
            loader.apply(connection, batch)
            state.add_rejects(
                connection, rejects, run=run, source=source, stream="members", now=NOW
            )
        loader.close()
    t = tables
    with warehouse.begin() as connection:
        for number, who in enumerate(people):
            other = dice.choice(people)
            rows: list[tuple[Any, dict[str, Any]]] = [
                (t.person, dict(id=who.id, name=who.name, email=who.email, kind="person",
                                listed=False, created_at=NOW)),
                (t.affiliation, dict(person=who.id, organization="soil", valid_from=NOW)),
                (t.identity_decision, dict(
                    decision="different", source_a="news", account_a=who.keys["news"],
                    source_b="list", account_b=other.keys["list"], decided_by=other.name,
                    decided_at=NOW, note=f"not {other.name}")),
                (t.audit, dict(at=NOW, who=other.name, how="cli", action="people show",
                               subject=who.id, details={"asked": other.email})),
                (t.brief_sent, dict(community="soil", week="2026-W01", recipient=f"{number:064x}",
                                    state="sent", at=NOW)),
            ]  # fmt: skip
            for place, (source, key) in enumerate(who.keys.items()):
                link = dict(source=source, account=key, person=who.id)
                packed = known(who, source, key)
                rows += [
                    (t.person_account, link | dict(explanation=f"as {other.name}")),
                    (t.person_history, link | dict(valid_from=NOW, reason=f"as {other.email}")),
                    (t.identity_evidence, dict(id=2 * number + place, source=source, account=key,
                                               digest=1, anchor=1, evidence=packed)),
                ]  # fmt: skip
            for table, row in rows:
                connection.execute(insert(table).values(**row))
        ends = [dict(a=n, b=n + 1, score=1.0, verdict="ask", joined=False, reasons=[]) for n in
                range(2 * len(people) - 1)]  # fmt: skip
        connection.execute(insert(t.identity_edge), ends)


def said(data: PersonData) -> str:
    """Every value of it."""
    return msgspec.json.encode(
        [[part.table, part.columns, *part.rows] for part in data.parts], enc_hook=str
    ).decode()


@pytest.mark.parametrize("seed", range(6))
def test_nobody_else_is_in_it(warehouse: Warehouse, seed: int) -> None:
    """Random hubs: whatever names another person is nowhere; what names this one is there."""
    dice = random.Random(seed)
    people = [Somebody(number, dice) for number in range(8)]
    fill(warehouse, people, dice)
    for who in dice.sample(people, 3):
        with warehouse.connect() as connection:
            data = person_data(connection, who.email)
        found = said(data)
        others = [text for other in people if other is not who for text in other.canaries]
        assert [text for text in others if text.casefold() in found.casefold()] == []
        assert [text for text in who.canaries if text.casefold() not in found.casefold()] in (
            [], [f"{who.family}, {who.given}"],
        )  # fmt: skip
        written = {part.table: part for part in data.parts}
        words = {other.word for other in people if other is not who}
        for part in ("post", "document"):
            # A reaction or an attendance is to what somebody else made: its key says so.
            rows = json.dumps([written[part].rows] if part in written else [], default=str)
            assert not [word for word in words if word in rows]
        assert len(written["account"].rows) == 2
        assert data.sources == ("list", "news")


def test_all_that_they_wrote_is_in_it(warehouse: Warehouse) -> None:
    dice = random.Random(7)
    people = [Somebody(number, dice) for number in range(4)]
    fill(warehouse, people, dice)
    for who in people:
        with warehouse.connect() as connection:
            data = person_data(connection, who.id)
            stored = [
                len(connection.execute(
                    tables.metadata.tables[name].select().where(
                        tables.metadata.tables[name].c.account.in_(who.keys.values())
                    )
                ).all())
                for name in ("post", "document", "membership", "delivery", "reaction", "attendance")
            ]  # fmt: skip
        counts = {part.table: len(part.rows) for part in data.parts}
        assert stored == [
            counts.get(name, 0)
            for name in ("post", "document", "membership", "delivery", "reaction", "attendance")
        ]


def test_every_table_about_people_is_in_it_or_said_not_to_be() -> None:
    known = {
        name
        for name in tables.metadata.tables
        if privacy.tagged(name, "identifier") and name != "erasure"
    }
    assert known == (set(TABLES) | set(NOT_IN_IT)) - {"erasure"}
    assert not set(TABLES) & set(NOT_IN_IT)


HIDING = Others(
    own=frozenset({"amina@health.example", "8f2f951b8b99"}),
    ids=frozenset({"9a9a9a9a", "k-77001"}),
    names={
        "bo": [("bo", "ng")],
        "ng": [("ng", "bo")],
        "amina": [("amina", "diallo", "sow")],
    },
    own_names={"amina": [("amina", "diallo")]},
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("Ask Bo Ng, or NG, Bo.", f"Ask {OTHER}, or {OTHER}."),
        ("Bonn and Bo and Ngong", "Bonn and Bo and Ngong"),
        ("Amina Diallo", "Amina Diallo"),
        ("mail amina+x@health.example!", "mail amina+x@health.example!"),
        ("mail bo@health.example.", f"mail {OTHER}."),
        ("see [[user:8f2f951b8b99]] [[user:5]]", f"see [[user:8f2f951b8b99]] {OTHER}"),
        ("Hello\n> they said\n> more\nBye", f"Hello\n{QUOTED}\nBye"),
        ("x > y", "x > y"),
        ({"a": ["9a9a9a9a", 5]}, {"a": [OTHER, 5]}),
        (None, None),
        (NOW, NOW),
    ],
)
def test_what_is_hidden(text: Any, shown: Any) -> None:
    assert HIDING.hide(text) == shown
