"""Small hubs of invented people at random, and what the site publishes of them.

From rows as syncs leave them, through the pipelines `measures` and `site`.
"""

import random
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import insert

from cophub.pipelines.measures.refresh import refresh
from cophub.pipelines.site.audiences import AUDIENCES, Audience
from cophub.pipelines.site.data import Wanted, read_sites
from cophub.pipelines.site.model import Site
from cophub.warehouse import Warehouse, tables

NOW = datetime(2026, 8, 20, 12, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Zurich")
SINCE = datetime(2025, 7, 2, tzinfo=UTC)
COUNTRIES = ("KE", "SN", "DE", "BR", "IN", None)
ROW = {"run": 1, "first_seen_at": SINCE, "changed_at": SINCE}
KINDS = (("lists", "list"), ("calls", "meeting_room"), ("news", "audience"))
Found = dict[str, list[dict[str, Any]]]


def fill(warehouse: Warehouse, seed: int) -> None:
    """Invent a hub, and count its figures."""
    found = Invented(seed).rows
    with warehouse.begin() as connection:
        for name, rows in found.items():
            if rows:
                connection.execute(insert(tables.metadata.tables[name]), rows)
    with warehouse.begin() as connection, warehouse.connect() as reading:
        refresh(connection, reading, NOW, ZONE, 1)


def published(warehouse: Warehouse, audience: Audience = AUDIENCES["public"]) -> Site:
    """The site of the hub for an audience; of hidden figures its cells hold nothing."""
    wanted = Wanted(now=NOW, zone=ZONE, title="All", organization="", newest_quarters=4,
                    newest_months=24)  # fmt: skip
    with warehouse.connect() as connection:
        (site,) = read_sites(connection, wanted, [audience])
    return site


class Invented:
    """Two to four communities, each of spaces of its own, and 15 to 70 people."""

    def __init__(self, seed: int) -> None:
        self.chance = chance = random.Random(seed)
        self.letters = random.Random(seed)
        self.rows: Found = {name: [] for name in (
            "person", "account", "person_account", "organization", "affiliation", "community",
            "space", "community_space", "membership", "membership_period", "post", "event",
            "attendance", "campaign", "delivery", "document", "reaction",
        )}  # fmt: skip
        self.people = [f"p{n}" for n in range(chance.choice((15, 22, 30, 45, 70)))]
        self.communities = [f"c{n}" for n in range(chance.randint(2, 4))]
        self.busy = chance.choice((0.3, 0.6, 1.2))
        """How many posts a member writes in a quarter, about."""
        self._people()
        for key in self.communities:
            self._community(key)

    def add(self, table: str, **row: Any) -> None:
        columns = {column.name for column in tables.metadata.tables[table].columns}
        ours = ROW if table in tables.VENDOR_TABLES else {}
        assert row.keys() <= columns, (table, row.keys() - columns)
        self.rows[table].append(ours | row)

    def _people(self) -> None:
        for key in ("fao", "who", "acme"):
            self.add("organization", key=key, name=key.upper())
        countries = self.chance.sample(COUNTRIES, self.chance.randint(1, len(COUNTRIES)))
        for person in self.people:
            self.add("person", id=person, name=person, kind="person", listed=False,
                     created_at=SINCE, country=self.chance.choice(countries))  # fmt: skip
            for source, _ in KINDS:
                self.add("account", source=source, key=person, email=f"{person}@example.org")
                self.add("person_account", source=source, account=person, person=person)
            if self.chance.random() < 0.7:
                office = self.chance.choice(("fao", "fao", "who", "acme"))
                self.add("affiliation", person=person, organization=office, valid_from=SINCE)

    def _day(self) -> datetime:
        return SINCE + (NOW - SINCE) * self.chance.random()

    def _community(self, key: str) -> None:
        chance = self.chance
        self.add("community", key=key, title=key.title(), domain=chance.choice(("Soil", "Fish")))
        # Nearly all, some or few of the people: subsets are what subtraction finds.
        share = chance.choice((0.95, 0.7, 0.5, 0.3, 0.15))
        members = [person for person in self.people if chance.random() < share]
        for source, kind in chance.sample(KINDS, chance.randint(1, 3)):
            space = f"{key}-{kind}"
            self.add("space", source=source, key=space, kind=kind, title=space,
                     visibility=chance.choice(("public", "public", "members")))  # fmt: skip
            self.add("community_space", community=key, source=source, space=space, set_by="config")
            those = [each for each in members if chance.random() < 0.85]
            for person in those:
                self._membership(source, space, person)
            if those:
                {"list": self._posts, "meeting_room": self._calls, "audience": self._news}[kind](
                    source, space, those
                )

    def _membership(self, source: str, space: str, person: str) -> None:
        joined = SINCE - timedelta(days=9) if self.chance.random() < 0.7 else self._day()
        left = None
        if self.chance.random() < 0.15:
            left = joined + (NOW - joined) * self.chance.random()
        status = "unsubscribed" if left else "active"
        key = {"source": source, "space": space, "account": person, "status": status}
        self.add("membership", **key, joined_at=joined, joined_at_basis="native", left_at=left)
        self.add("membership_period", **key, valid_from=joined, valid_to=None)

    def _posts(self, source: str, space: str, people: list[str]) -> None:
        authors = self.chance.choices(people, k=round(len(people) * self.busy * 4))
        if self.chance.random() < 0.3:
            authors += self.chance.choices(self.people, k=3)  # guests
        keys: list[str] = []
        for n, author in enumerate(authors):
            key, answers = f"{space}-{n}", bool(keys) and self.chance.random() < 0.5
            thread = self.chance.choice(keys) if answers else key
            keys += [] if answers else [key]
            self.add("post", source=source, key=key, space=space, thread=thread, account=author,
                     kind="message", posted_at=self._day(), title=key,
                     reply_to=thread if answers else None)  # fmt: skip
        for n in range(len(people) // 6):
            self.add("document", source=source, key=f"{space}-d{n}", space=space, title="Notes",
                     account=self.chance.choice(people), created_at=self._day())  # fmt: skip

    def _calls(self, source: str, space: str, people: list[str]) -> None:
        for n in range(self.chance.randint(1, 6)):
            key = f"{space}-{n}"
            self.add("event", source=source, key=key, space=space, starts_at=self._day(),
                     cancelled=False, title="Call")  # fmt: skip
            for person in people:
                if self.chance.random() < 0.3:
                    self.add("attendance", source=source, event=key, account=person, minutes=40.0)

    def _news(self, source: str, space: str, people: list[str]) -> None:
        for n in range(self.chance.randint(1, 5)):
            key, sent, opened = f"{space}-{n}", self._day(), 0
            rate = self.letters.choice((0.1, 0.4, 0.4, 0.7, 0.95))
            for person in people:
                opens = self.chance.random() < rate
                opened += opens
                at = min(sent + timedelta(hours=5), NOW) if opens else None
                self.add("delivery", source=source, campaign=key, account=person, sent_at=sent,
                         opened_at=at, open_count=int(opens), click_count=0)  # fmt: skip
            self.add("campaign", source=source, key=key, space=space, subject="News", sent_at=sent,
                     delivered_count=len(people), unique_open_count=opened,
                     unique_click_count=self.letters.randint(0, opened))  # fmt: skip
