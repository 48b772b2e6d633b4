"""The quarter table as of a day, beside the one that was published on that day."""

import json
import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cophub import CommunitySpec, ConfigError
from cophub.pipelines.identities import cophub_pipelines as identities
from cophub.pipelines.measures.asof import quarter_as_of
from cophub.records import (
    Account,
    Attendance,
    Campaign,
    Event,
    Membership,
    Post,
    Record,
    Space,
)
from cophub.warehouse import Warehouse
from cophub.warehouse.load import Loader
from cophub.warehouse.tables import VENDOR_TABLES

ZONE = ZoneInfo("Europe/Zurich")
COMMUNITIES = (
    CommunitySpec("soil", "Soil", spaces=("s:l", "s:room")),
    CommunitySpec("water", "Water", spaces=("s:m", "s:room")),
)
TOLD = (
    "community", "quarter", "measure", "value", "previous", "difference", "percent", "absent",
    "small",
)  # fmt: skip
Figures = dict[tuple[Any, ...], tuple[Any, ...]]


def day(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(hour=9, tzinfo=UTC)


DAYS = tuple(map(day, ("2026-02-10", "2026-03-25", "2026-05-05", "2026-07-10")))


@dataclass
class World:
    """A hub that is synced, matched and published whole, day after day."""

    warehouse: Warehouse
    run: Callable[..., None]
    measures: Any
    published: dict[datetime, Figures] = field(default_factory=dict)

    def sync(self, now: datetime, records: list[Record]) -> None:
        loader = Loader(
            self.warehouse, "s", run=len(self.published) + 1, now=now, snapshot_of=[Membership]
        )
        batch, rejects = loader.rows(records)
        assert rejects == []
        loader.stage(batch)
        with self.warehouse.begin() as connection:
            loader.apply(connection)
            loader.departures(connection, [Membership])
            loader.depart(connection)
        loader.close()

    def publish(self, now: datetime, rows: Any) -> None:
        self.run(identities()[0], now, communities=COMMUNITIES)
        self.run(self.measures, now)
        names = ("attendees", "people")  # whether the table is there at all
        assert {row["measure"] for row in rows.all("measure")} >= set(names)
        self.published[now] = figures(_quarterly(rows))

    def as_of(self, quarter: str, then: datetime) -> list[Any]:
        with self.warehouse.connect() as connection:
            return quarter_as_of(connection, quarter, then, ZONE)


def _quarterly(rows: Any) -> Iterator[dict[str, Any]]:
    names = {name for (name,) in rows.query("SELECT DISTINCT measure FROM measure_quarter")}
    return (row for row in rows.all("measure") if row["measure"] in names)


def figures(rows: Any) -> Figures:
    """What is told, but for the notes, by community, quarter and measure."""
    told = (tuple(row[name] for name in TOLD) for row in rows)
    return {row[:3]: row[3:] for row in told}


@pytest.fixture
def world(warehouse: Warehouse, run: Callable[..., None], hub: Any) -> World:
    from .conftest import MEASURES

    return World(warehouse, run, MEASURES)


def spaces() -> list[Record]:
    kinds = {"l": "list", "m": "audience", "room": "meeting_room"}
    return [Space(key=key, kind=kind, title=key) for key, kind in kinds.items()]


def account(key: str, mailbox: str | None = None) -> Account:
    """With an address; two accounts of one mailbox are one person's."""
    mailbox = mailbox or key
    email = f"{mailbox}@org{len(mailbox) % 3}.example.org"
    return Account(key=key, name=f"Mira {mailbox.title()}", email=email, email_verified=True)


def test_joiners_and_leavers_of_three_syncs(world: World, hub: Any) -> None:
    """Counted by hand: three, then one left and two came, then who left is back and one gone."""
    lists = ({"ana", "ben", "cai"}, {"ana", "ben", "dov", "eva"}, {"ana", "cai", "dov", "eva"})
    for now, members in zip(DAYS, lists, strict=False):
        joined = [Membership(space="l", account=key) for key in sorted(members)]
        world.sync(now, [*spaces(), *map(account, sorted(members)), *joined])
        world.publish(now, hub.rows)
    for now, quarter, expected in zip(
        DAYS, ("2026Q1", "2026Q1", "2026Q2"), (3, 4, 4), strict=False
    ):
        assert agree(world, now)
        [people] = [
            row for row in world.as_of(quarter, now)
            if (row.community, row.measure) == ("soil", "people")
        ]  # fmt: skip
        assert people.value == expected
    evening = world.as_of("2026Q1", DAYS[1] + timedelta(hours=12))
    assert figures(map(vars, evening)) == at(world, DAYS[1], "2026Q1")


def at(world: World, now: datetime, quarter: str) -> Figures:
    return {place: told for place, told in world.published[now].items() if place[1] == quarter}


def agree(world: World, now: datetime) -> bool:
    """Every quarter as of a day is what was published on that day."""
    quarters = sorted({quarter for _, quarter, _ in world.published[now]})
    assert quarters
    for quarter in quarters:
        assert figures(map(vars, world.as_of(quarter, now))) == at(world, now, quarter)
    return True


@pytest.mark.parametrize("seed", range(3))
def test_any_history_is_told_again_as_it_was_published(world: World, hub: Any, seed: int) -> None:
    """Joins, leavers, returns, people who turn out to be one, late events, days of any quarter."""
    dice = random.Random(seed)
    before = dump(world, hub)
    for number, now in enumerate(DAYS):
        world.sync(now, [*spaces(), *invented(dice, number, now)])
        world.publish(now, hub.rows)
    after = dump(world, hub)
    assert before != after
    for now in DAYS:
        assert agree(world, now)
    assert dump(world, hub) == after


def dump(world: World, hub: Any) -> list[Any]:
    names = (*VENDOR_TABLES, "measure", "measure_month", "membership_period", "person_account")
    return [hub.rows.all(name) for name in names]


def invented(dice: random.Random, number: int, now: datetime) -> Iterator[Record]:
    """What a sync finds: the members of now, and new events, posts and campaigns, some of them old.

    A day of joining stays what it is; an account of a mailbox that another has appears later.
    """
    people = [f"p{n}" for n in range(12)]
    known = [*people, *(f"second{n}" for n in range(3 * number))]
    for key in known:
        yield account(key, f"p{int(key.removeprefix('second'))}" if "second" in key else None)
    for space in ("l", "m"):
        for key in known:
            chance = dice.random()
            joined = day("2025-11-03") if (len(key) + int(key[-1])) % 2 else None
            basis = "native" if joined else None
            if chance < 0.6:
                yield Membership(space=space, account=key, joined_at=joined, joined_at_basis=basis)
            elif chance < 0.75:
                yield Membership(
                    space=space, account=key, joined_at=joined, joined_at_basis=basis,
                    status="unsubscribed",
                )  # fmt: skip
    for turn in range(2):
        ref, ago = f"{number}-{turn}", timedelta(days=dice.randrange(80))
        yield Event(key=ref, space="room", starts_at=now - ago)
        for key in dice.sample(known, 4):
            yield Attendance(event=ref, account=key, minutes=dice.choice((2.0, 30.0)))
        yield Campaign(
            key=ref, space=dice.choice("lm"), sent_at=now - ago, delivered_count=50,
            unique_open_count=dice.randrange(50), unique_click_count=dice.choice((None, 4)),
        )  # fmt: skip
        yield Post(key=ref, space="l", account="p1", posted_at=now - ago)


def test_what_has_changed_since_is_said_beside_the_figure(world: World, hub: Any) -> None:
    """The tables do not keep what an event or a campaign told before."""
    people = [account("ana"), account("ben")]
    joined = [Membership(space="l", account=key) for key in ("ana", "ben")]
    stays = [Attendance(event="e", account=key, minutes=30.0) for key in ("ana", "ben")]
    seen = [*spaces(), *people, Event(key="e", space="room", starts_at=DAYS[0]), *stays]
    sent: dict[str, Any] = {"key": "c", "space": "l", "sent_at": DAYS[0], "delivered_count": 10}
    world.sync(DAYS[0], [*seen, *joined, Campaign(**sent, unique_open_count=1)])
    world.publish(DAYS[0], hub.rows)
    changed = [Attendance(event="e", account="ben", minutes=1.0), joined[0]]
    world.sync(DAYS[1], [*changed, Campaign(**sent, unique_open_count=5)])
    world.publish(DAYS[1], hub.rows)
    told = {row.measure: row for row in world.as_of("2026Q1", DAYS[0]) if row.community == "soil"}
    over = "the quarter was not over: as of 2026-02-10"
    assert told["attendees"].note == (
        f"{over}; 1 events, or who was there, have changed since: as they are today"
    )
    assert "1 campaigns have changed since: as they are today" in told["opened_percent"].note
    assert told["opened_percent"].value == 50
    assert (told["people"].value, "1 memberships have" in told["people"].note) == (2, True)
    assert told["organizations"].note.endswith(
        "for whom people worked is told as it is known today"
    )
    now = {row.measure: row for row in world.as_of("2026Q1", DAYS[1]) if row.community == "soil"}
    assert now["attendees"].note == "the quarter was not over: as of 2026-03-25"


def test_before_people_were_told_apart_only_what_is_no_ones_is_told(world: World, hub: Any) -> None:
    joined = Membership(space="l", account="ana")
    campaign = Campaign(key="c", space="l", sent_at=DAYS[0], delivered_count=10)
    world.sync(DAYS[0], [*spaces(), account("ana"), joined, campaign])
    world.publish(DAYS[1], hub.rows)
    told = {row.measure: row for row in world.as_of("2026Q1", DAYS[0]) if row.community == "soil"}
    assert told["campaigns"].value == 1
    for measure in ("attendees", "events", "people", "people_erased", "organizations"):
        assert told[measure].value is None
        assert told[measure].absent == "the hub has told people apart since 2026-03-25"


def test_a_day_without_figures_says_so_in_a_line(world: World, hub: Any) -> None:
    with pytest.raises(ConfigError, match="nothing was synced yet"):
        world.as_of("2026Q1", DAYS[0])
    joined = Membership(space="l", account="ana")
    world.sync(DAYS[1], [*spaces(), account("ana"), joined])
    world.publish(DAYS[1], hub.rows)
    before = "on 2026-02-10 the hub knew nothing yet: it has looked since 2026-03-25"
    with pytest.raises(ConfigError, match=before):
        world.as_of("2026Q1", DAYS[0])
    with pytest.raises(ConfigError, match="2026Q2 had no figures on 2026-03-25; there were 2026Q1"):
        world.as_of("2026Q2", DAYS[1])


def test_the_pipeline_answers_whoever_asks_with_json(world: World, hub: Any) -> None:
    import logging

    from cophub import PipelineContext

    world.sync(DAYS[0], [*spaces(), account("ana"), Membership(space="l", account="ana")])
    world.publish(DAYS[0], hub.rows)
    context = PipelineContext(
        settings=world.measures.settings(),
        warehouse=world.warehouse,
        now=DAYS[3],
        timezone=ZONE,
        log=logging.getLogger("cophub.pipeline"),
    )
    wanted = {"quarter": "2026Q1", "as_of": DAYS[0].isoformat()}
    made = world.measures.request(context, wanted)
    rows = json.loads(made.content)
    assert figures(rows) == at(world, DAYS[0], "2026Q1")
