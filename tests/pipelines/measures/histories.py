"""Random histories of a small hub: what syncs bring, what people decide, and how time goes by.

Keys are few, so what comes is mostly an edit of what was there: posts change thread, author, day
and place, events are moved and called off, members leave and come back.
"""

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Table, delete, insert, select, text, update

from cophub import records as r
from cophub.pipelines.measures.refresh import refresh
from cophub.pipelines.measures.state import read_state
from cophub.warehouse import Warehouse, erasure, state, tables
from cophub.warehouse.load import Counts, Loader

BEGIN = datetime(2026, 2, 20, 9, tzinfo=UTC)
FIRST = datetime(2021, 11, 3, tzinfo=UTC)
SOURCES = ("talk", "calls")
PEOPLE = 9
SPACES = (("g1", "group"), ("g2", "group"), ("l1", "list"), ("m1", "meeting_room"))
COMMUNITIES = ("soil", "water", "air")
FIGURES = ("measure", "measure_month", "measure_channel", "measure_move", "broker")


class History:
    """A hub to which things happen, each by the number that it is given."""

    def __init__(self, warehouse: Warehouse, *, begun: bool = False) -> None:
        """`begun`: the warehouse is one in which a history began before, up to its figures."""
        self.warehouse = warehouse
        self.now = self._last_counted() if begun else BEGIN
        self.zone = "Europe/Zurich"
        self.rng = random.Random(0)
        self.unfinished: dict[str, int] = {}
        if not begun:
            self._begin()

    def _last_counted(self) -> datetime:
        with self.warehouse.connect() as connection:
            counted = read_state(connection)
        assert counted, "no figures were made"
        return counted.now

    # --- what can happen ---------------------------------------------------------------------

    def step(self, name: str, seed: int) -> None:
        """Let one of `STEPS` happen."""
        self.rng = random.Random(seed)
        STEPS[name](self)

    def sync(self) -> None:
        """A run of a source brings a few rows."""
        self._run(self.rng.choice(SOURCES), self._records(self.rng.randint(1, 6)))

    def late(self) -> None:
        """One row, mostly of a long time ago."""
        self._run(self.rng.choice(SOURCES), self._records(1))

    def half(self) -> None:
        """A run that is not over when figures are made, and goes on after it."""
        source = self.rng.choice(SOURCES)
        self._run(source, self._records(2), finish=self.rng.random() < 0.5)

    def whole(self) -> None:
        """A whole read, without some who were there."""
        source = self.rng.choice(SOURCES)
        kinds: list[type[r.Record]] = [
            r.Membership, r.Post, r.Attendance, r.Reaction, r.Document
        ]  # fmt: skip
        kind = self.rng.choice(kinds)
        rows = [self._again(kind, row) for row in self._stored(kind.TABLE, source)]
        kept = [row for row in rows if self.rng.random() < 0.8]
        self._run(source, kept, snapshot=kind)

    def gone(self) -> None:
        """A vendor says what is gone."""
        source = self.rng.choice(SOURCES)
        kinds: list[tuple[type[r.Record], str]] = [
            (r.Post, "p"), (r.Event, "e"), (r.Campaign, "c"), (r.Document, "d")
        ]  # fmt: skip
        record, key = self.rng.choice(kinds)
        where: dict[str, str | int] = {"key": f"{key}{self.rng.randrange(9)}"}
        self._run(source, [], gone=[r.Gone(record=record, where=where, told=True)])

    def person(self) -> None:
        """An account turns out to be another's, or nobody's."""
        rng = self.rng
        source, account = rng.choice(SOURCES), f"a{rng.randrange(PEOPLE)}"
        link = tables.person_account
        theirs = (link.c.source == source, link.c.account == account)
        with self.warehouse.begin() as connection:
            if rng.random() < 0.2:
                connection.execute(delete(link).where(*theirs))
                return
            values = {"person": f"h{rng.randrange(PEOPLE)}"}
            if not connection.execute(update(link).where(*theirs).values(values)).rowcount:
                values |= {"source": source, "account": account}
                connection.execute(insert(link).values(values))

    def kind(self) -> None:
        """A person turns out to be a mailbox, or one again, or gets a name and an address."""
        rng = self.rng
        values = {
            "kind": rng.choice(["person", "person", "role_mailbox"]),
            "name": rng.choice(["maria", "Maria Example", None]),
            "email": rng.choice([None, "maria@example.org"]),
        }
        person = tables.person
        with self.warehouse.begin() as connection:
            chosen = person.c.id == f"h{rng.randrange(PEOPLE)}"
            connection.execute(update(person).where(chosen).values(values))

    def erased(self) -> None:
        """A person is erased at their own request."""
        self.erase(f"h{self.rng.randrange(PEOPLE)}")

    def erase(self, person: str) -> None:
        """Take a person and their accounts out."""
        link = tables.person_account
        with self.warehouse.begin() as connection:
            theirs = link.c.person == person
            found = connection.execute(select(link.c.source, link.c.account).where(theirs)).all()
            accounts = [(row.source, row.account) for row in found]
            erasure.erase(connection, accounts=accounts, now=self.now)
            for table in (link, tables.measure_account, tables.affiliation, *tables.STAYS):
                connection.execute(delete(table).where(table.c.person == person))

    def period(self) -> None:
        """What the hub knew of a membership at the time is put right."""
        rng, period = self.rng, tables.membership_period
        values: list[dict[str, Any]] = [
            {"status": rng.choice(["active", "left", "pending"])},
            {"valid_to": self._maybe(self._day())},
        ]
        with self.warehouse.begin() as connection:
            found = connection.execute(select(*period.primary_key)).all()
            one = rng.choice(found)
            same = [column == one[place] for place, column in enumerate(period.primary_key)]
            if rng.random() < 0.3:
                connection.execute(delete(period).where(*same))
            else:
                connection.execute(update(period).where(*same).values(rng.choice(values)))

    def end(self) -> None:
        """A membership ended on another day, which may be one of the future, or has not ended."""
        day = self.rng.choice(
            [self._day(), self.now + timedelta(days=self.rng.randint(1, 60)), None]
        )
        self._change_membership(left_at=day)

    def begin(self) -> None:
        """A membership begins on another day, which may be one of the future."""
        day = self.rng.choice([self._day(), self.now + timedelta(days=self.rng.randint(1, 60))])
        self._change_membership(joined_at=day, joined_at_basis="native")

    def sight(self) -> None:
        """A membership was first seen on another day, or is gone without a trace."""
        if self.rng.random() < 0.7:
            self._change_membership(first_seen_at=self._day())
            return
        membership = tables.membership
        theirs = (membership.c.source == self.rng.choice(SOURCES),
                  membership.c.account == self._somebody())  # fmt: skip
        with self.warehouse.begin() as connection:
            connection.execute(delete(membership).where(*theirs))

    def merged(self) -> None:
        """Two who are in the same space turn out to be one."""
        a, b = tables.membership.alias(), tables.membership.alias()
        link = tables.person_account
        with self.warehouse.begin() as connection:
            both = select(a.c.source, a.c.account, b.c.account.label("other")).where(
                a.c.source == b.c.source, a.c.space == b.c.space, a.c.account < b.c.account
            )
            pairs = sorted(map(tuple, connection.execute(both)))
            source, account, other = self.rng.choice(pairs)
            of = select(link.c.person).where(link.c.source == source, link.c.account == account)
            person = connection.scalar(of)
            if person:
                theirs = (link.c.source == source, link.c.account == other)
                connection.execute(update(link).where(*theirs).values(person=person))

    def _change_membership(self, **values: Any) -> None:
        membership = tables.membership
        theirs = (membership.c.source == self.rng.choice(SOURCES),
                  membership.c.account == self._somebody(),
                  membership.c.space == self._space())  # fmt: skip
        with self.warehouse.begin() as connection:
            connection.execute(update(membership).where(*theirs).values(**values))

    def office(self) -> None:
        """Somebody works for somebody."""
        row = {
            "person": f"h{self.rng.randrange(PEOPLE)}",
            "organization": self.rng.choice(["fao", "who"]),
            "valid_from": self._day(),
        }
        self._put(tables.affiliation, row)

    def config(self) -> None:
        """A space serves a community, or does no longer; a rule gives an event a place."""
        rng = self.rng
        space = rng.choice([key for key, _ in SPACES])
        row = {
            "community": rng.choice(COMMUNITIES), "source": rng.choice(SOURCES), "space": space,
            "set_by": "config",
        }  # fmt: skip
        if rng.random() < 0.3:
            self._toggle(tables.community_space, row)
            return
        place = {"source": row["source"], "event": f"e{rng.randrange(9)}", "place": space}
        self._toggle(tables.event_place, place)

    def space(self) -> None:
        """A space becomes one of another kind."""
        key, _ = self.rng.choice(SPACES)
        kind = self.rng.choice(["list", "group", "audience"])
        self._run(self.rng.choice(SOURCES), [r.Space(key=key, kind=kind)])

    def idle(self) -> None:
        """A run that finds nothing new, a little later."""
        self.now += timedelta(minutes=self.rng.randint(1, 300))
        self._run(self.rng.choice(SOURCES), [])

    def hours(self) -> None:
        self.now += timedelta(hours=self.rng.randint(1, 60))

    def days(self) -> None:
        self.now += timedelta(days=self.rng.randint(3, 50), seconds=self.rng.randrange(9999))

    def months(self) -> None:
        self.now += timedelta(days=self.rng.randint(80, 200))

    def clock(self) -> None:
        """Somebody sets the clock back, or the zone of the hub."""
        if self.rng.random() < 0.5:
            self.now -= timedelta(days=self.rng.randint(1, 40))
        else:
            self.zone = self.rng.choice(["Europe/Zurich", "Pacific/Auckland", "America/Lima"])

    def killed(self) -> None:
        """A run that makes figures is killed before its end."""
        with self.undone() as (connection, reading):
            refresh(connection, reading, self.now, ZoneInfo(self.zone), 1)

    def bring(self, *found: r.Record) -> None:
        """A run of the first source brings these, an hour later."""
        self.now += timedelta(hours=1)
        self._run(SOURCES[0], list(found))

    def lose(self, gone: r.Gone) -> None:
        """A run of the first source tells what is gone, an hour later."""
        self.now += timedelta(hours=1)
        self._run(SOURCES[0], [], gone=[gone])

    def wait_until(self, now: datetime) -> None:
        """Nothing happens until then."""
        self.now = now

    # --- figures -----------------------------------------------------------------------------

    def refresh(self) -> dict[str, list[Any]]:
        """Make what is due, and give all figures."""
        with self.warehouse.begin() as connection, self.warehouse.connect() as reading:
            refresh(connection, reading, self.now, ZoneInfo(self.zone), 1)
            return _figures(connection)

    def from_nothing(self) -> dict[str, list[Any]]:
        """All figures, counted anew; nothing of it is kept."""
        with self.undone() as (connection, reading):
            counted = read_state(connection)
            connection.execute(text("DELETE FROM meta WHERE name = 'measures'"))
            # Where nothing changed on a day, figures stay those of when they were first made on it.
            told = counted.now if counted else self.now
            assert told.astimezone(ZoneInfo(self.zone)).date() == self._today()
            refresh(connection, reading, told, ZoneInfo(self.zone), 1)
            return _figures(connection)

    @contextmanager
    def undone(self) -> Iterator[tuple[Connection, Connection]]:
        """Two connections: whatever is written by the first is undone."""
        hub = self.warehouse
        with hub.connect() as reading, hub.engine.connect() as connection, connection.begin() as it:
            yield connection, reading
            it.rollback()

    def _today(self) -> date:
        return self.now.astimezone(ZoneInfo(self.zone)).date()

    # --- how -----------------------------------------------------------------------------------

    def _begin(self) -> None:
        people = [
            {"id": f"h{n}", "name": f"Given{n} Family{n}", "kind": "person", "listed": False,
             "created_at": BEGIN}
            for n in range(PEOPLE)
        ]  # fmt: skip
        self._put(tables.person, *people)
        for place, source in enumerate(SOURCES):
            spaces = [r.Space(key=key, kind=kind) for key, kind in SPACES]
            accounts = [r.Account(key=f"a{n}", email=f"{n}@example.org") for n in range(PEOPLE)]
            self._run(source, [*spaces, *accounts])
            links = [
                {"source": source, "account": f"a{n}", "person": f"h{(n + place) % PEOPLE}"}
                for n in range(PEOPLE)
            ]
            self._put(tables.person_account, *links)
        self._put(tables.community, *({"key": key, "title": key} for key in COMMUNITIES))
        served = [
            {"community": community, "source": source, "space": space, "set_by": "config"}
            for number, community in enumerate(COMMUNITIES)
            for source in SOURCES
            for at, (space, _) in enumerate(SPACES)
            if (at + number) % 3 != 2
        ]
        self._put(tables.community_space, *served)
        self.rng = random.Random(7)
        oldest = r.Post(key="first", space="g1", thread="first", account="a0", posted_at=FIRST)
        self._run("talk", [oldest, *self._records(90)])
        self._run("calls", self._records(90))

    def _records(self, number: int) -> list[r.Record]:
        return [self.rng.choice(RECORDS)(self) for _ in range(number)]

    def _day(self) -> datetime:
        """A day of the past, now and then of the near future."""
        seconds = int((self.now - FIRST).total_seconds())
        if self.rng.random() < 0.3:
            return self.now + timedelta(seconds=self.rng.randint(-4_000_000, 1_500_000))
        return FIRST + timedelta(seconds=self.rng.randrange(seconds))

    def _maybe(self, value: Any, share: float = 0.7) -> Any:
        return value if self.rng.random() < share else None

    def _key(self, kind: str, most: int = 9) -> str:
        return f"{kind}{self.rng.randrange(most)}"

    def _new(self, kind: str, most: int = 9) -> str:
        """The key of something that is new as often as not."""
        return self._key(kind, self.rng.choice([most, 1000]))

    def _somebody(self) -> str:
        return self._key("a", PEOPLE)

    def _space(self) -> str:
        return self.rng.choice(SPACES)[0]

    def _post(self) -> r.Post:
        key = self._new("p", 14)
        return r.Post(
            key=key,
            space=self._space(),
            thread=self.rng.choice([key, None, self._key("p", 14), self._key("p", 14)]),
            reply_to=self._maybe(self._key("p", 14), 0.3),
            account=self._maybe(self._somebody(), 0.95),
            kind=self.rng.choice(["message", "message", "question", "news", "system"]),
            posted_at=self._maybe(self._day(), 0.97),
            deleted_at=self._maybe(self.now, 0.1),
            view_count=self.rng.randrange(100),
        )

    def _reaction(self) -> r.Reaction:
        day = self._maybe(self._day(), 0.5)
        post = self._key("p", 14)
        return r.Reaction(post=post, account=self._somebody(), kind="like", reacted_at=day)

    def _event(self) -> r.Event:
        who = [None, self._somebody(), f"{self.rng.randrange(PEOPLE)}@Example.org"]
        return r.Event(
            key=self._new("e"),
            space=self._space(),
            starts_at=self._day(),
            cancelled=self.rng.choice([None, False, False, True]),
            organizer=self.rng.choice(who),
            attendee_count=self._maybe(self.rng.randrange(5)),
        )

    def _attendance(self) -> r.Attendance:
        return r.Attendance(
            event=self._key("e"),
            account=self._somebody(),
            joined_at=self._maybe(self._day(), 0.3),
            minutes=self._maybe(self.rng.choice([2.0, 3.0, 30.0])),
            registered=self._maybe(True, 0.3),
        )

    def _campaign(self) -> r.Campaign:
        counts: Any = {"delivered_count": 10, "unique_open_count": self.rng.randrange(10)}
        return r.Campaign(key=self._new("c"), space=self._space(), sent_at=self._day(), **counts)

    def _delivery(self) -> r.Delivery:
        return r.Delivery(
            campaign=self._key("c"),
            account=self._somebody(),
            opened_at=self._maybe(self._day(), 0.4),
            open_count=self.rng.choice([None, 0, 2]),
            clicked_at=self._maybe(self._day(), 0.2),
            click_count=self.rng.choice([None, 0, 1]),
        )

    def _membership(self) -> r.Membership:
        return r.Membership(
            space=self._space(),
            account=self._somebody(),
            role=self.rng.choice(["member", "owner"]),
            status=self.rng.choice(["active", "active", "active", "unsubscribed", "pending"]),
            joined_at=self._maybe(self._day()),
            joined_at_basis=self.rng.choice(["native", "native", "first_seen"]),
            left_at=self._maybe(self._day(), 0.2),
        )

    def _document(self) -> r.Document:
        who, when = self._somebody(), self._day()
        return r.Document(key=self._new("d"), space=self._space(), account=who, created_at=when)

    def _account(self) -> r.Account:
        email = self._maybe(f"{self.rng.randrange(PEOPLE)}@example.org")
        return r.Account(key=self._somebody(), email=email)

    def _stored(self, table: str, source: str) -> list[dict[str, Any]]:
        rows = tables.metadata.tables[table]
        with self.warehouse.connect() as connection:
            theirs = select(rows).where(rows.c.source == source, rows.c.gone_at.is_(None))
            return [row._asdict() for row in connection.execute(theirs)]

    def _again(self, kind: type[r.Record], row: dict[str, Any]) -> r.Record:
        named = {name: row[name] for name in kind.__struct_fields__ if name in row}
        return kind(**{**named, "extra": r.UNSET, "digest": r.UNSET})

    def _run(
        self,
        source: str,
        found: list[r.Record],
        *,
        snapshot: type[r.Record] | None = None,
        gone: list[r.Gone] | None = None,
        finish: bool = True,
    ) -> None:
        """A run of a source, or the rest of one that is not over."""
        number = self.unfinished.pop(source, None)
        with self.warehouse.begin() as connection:
            if number is None:
                number = state.start_run(
                    connection, kind="sync", source=source, now=self.now, version="test"
                )
            began = connection.execute(
                select(tables.run.c.started_at).where(tables.run.c.id == number)
            ).scalar_one()
        loader = Loader(
            self.warehouse, source, run=number, now=began,
            snapshot_of=[snapshot] if snapshot else (),
        )  # fmt: skip
        batch, rejects = loader.rows(found)
        assert not rejects
        with self.warehouse.begin() as connection:
            counts = loader.apply(connection, batch, gone or ())
            if snapshot:
                loader.departures(connection, [snapshot])
                counts.gone += loader.depart(connection)
        loader.close()
        self._keep_counts(number, began, counts)
        if not finish:
            self.unfinished[source] = number
            return
        with self.warehouse.begin() as connection:
            state.finish_run(connection, number, state="done", now=self.now)

    def _keep_counts(self, number: int, began: datetime, counts: Counts) -> None:
        stream = tables.stream_run
        row = {
            "run": number, "stream": "all", "state": "done", "whole": False, "started_at": began,
            "new": counts.new, "changed": counts.changed, "gone": counts.gone,
        }  # fmt: skip
        with self.warehouse.begin() as connection:
            before = connection.execute(select(stream).where(stream.c.run == number)).first()
            if before:
                row |= {name: row[name] + getattr(before, name) for name in ("new", "changed")}
                connection.execute(delete(stream).where(stream.c.run == number))
            connection.execute(insert(stream).values(row))

    def _put(self, table: Table, *rows: dict[str, Any]) -> None:
        key = [column.name for column in table.primary_key]
        with self.warehouse.begin() as connection:
            for row in rows:
                same = [table.c[name] == row[name] for name in key]
                connection.execute(delete(table).where(*same))
                connection.execute(insert(table).values(row))

    def _toggle(self, table: Table, row: dict[str, Any]) -> None:
        same = [table.c[column.name] == row[column.name] for column in table.primary_key]
        with self.warehouse.begin() as connection:
            if not connection.execute(delete(table).where(*same)).rowcount:
                connection.execute(insert(table).values(row))


def _figures(connection: Connection) -> dict[str, list[Any]]:
    """All rows of figures, but for their version."""
    return {name: sorted(_rows(connection, name), key=repr) for name in FIGURES}


def _rows(connection: Connection, name: str) -> Iterator[tuple[Any, ...]]:
    table = tables.metadata.tables[name]
    for row in connection.execute(select(*(c for c in table.c if c.name != "version"))):
        yield tuple(row)


RECORDS: tuple[Callable[[History], r.Record], ...] = (
    History._post, History._post, History._post, History._reaction, History._event,
    History._attendance, History._attendance, History._campaign, History._delivery,
    History._membership, History._membership, History._document, History._account,
)  # fmt: skip
STEPS: dict[str, Callable[[History], None]] = {
    name: getattr(History, name)
    for name in (
        "sync", "late", "half", "whole", "gone", "person", "kind", "erased", "office", "config",
        "space", "idle", "hours", "days", "months", "clock", "killed", "period", "end", "begin",
        "sight", "merged",
    )
}  # fmt: skip
"""Whatever can happen between two refreshes, by name."""
OFTEN = (*STEPS, *["late"] * 12, *["gone", "person", "config"] * 2)
"""The same, and again what changes little: what else changed would hide that it was missed."""
