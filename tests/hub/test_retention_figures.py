"""What retention lets go changes no figure, no departure and no count of a vendor's."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import delete, insert, select, text

from cophub.hub import Hub
from cophub.hub.retention import let_go
from cophub.warehouse import tables as t

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
FORUM = """
from datetime import UTC, datetime, timedelta
from pydantic import BaseModel
from cophub import (Account, Attendance, Campaign, Checkpoint, Connector, Delivery, Event,
                    Membership, Post, Reaction, Space, Stream, hookimpl)

NOW = datetime(2026, 3, 1, tzinfo=UTC)

class Settings(BaseModel):
    members: int = 30

def everything(ctx, since):
    people = range(ctx.settings.members)
    yield Space(key="s", title="Forum", native_member_count=30)
    for n in people:
        yield Account(key=f"a{n}", name=f"Person Number{n}", email=f"p{n}@example.org")
        joined = NOW - timedelta(days=900 - n)
        left = NOW - timedelta(days=30 * n) if n % 4 == 3 else None
        yield Membership(space="s", account=f"a{n}", joined_at=joined, left_at=left,
                         status="left" if left else "active",
                         reason=f"Reason {n}" if left else None)
    for n in range(90):
        at = NOW - timedelta(days=9 * n)
        who = f"a{n % len(people)}"
        yield Post(key=f"p{n}", space="s", account=who, title=f"Title {n}", body=f"Text {n}",
                   posted_at=at, reply_to=f"p{n - 1}" if n % 3 else None,
                   thread=f"p{n - n % 3}")
        yield Reaction(post=f"p{n}", account=f"a{(n + 1) % len(people)}", kind="like",
                       reacted_at=at)
    for n in range(12):
        at = NOW - timedelta(days=60 * n)
        yield Event(key=f"e{n}", space="s", title=f"Call {n}", starts_at=at)
        yield Campaign(key=f"c{n}", space="s", title=f"News {n}", sent_at=at)
        for m in range(0, len(people), 2):
            yield Attendance(event=f"e{n}", account=f"a{m}", name=f"At the door {m}",
                             joined_at=at, minutes=20)
            yield Delivery(campaign=f"c{n}", account=f"a{m}", sent_at=at, opened_at=at)

@hookimpl
def cophub_connectors():
    return [Connector(name="forum", summary="A forum", settings=Settings, streams=[
        Stream(everything, snapshot_of=(Account, Membership), sees_deletions=True)])]
"""
RETENTION = """\
[retention]
post = "6 months"
attendance = "6 months"
membership = "6 months"
"""
READ = {
    "figures": "SELECT community, quarter, measure, value, difference, absent, note FROM"
    " measure_quarter ORDER BY 1, 2, 3",
    "of communities": "SELECT community, quarter, measure, value, absent, note FROM"
    " measure_community ORDER BY 1, 2, 3",
    "months": "SELECT community, month, kind, acts, people FROM measure_month ORDER BY 1, 2, 3",
    "departures": "SELECT source, space, account, status, joined_at, left_at, gone_at FROM"
    " membership ORDER BY 1, 2, 3",
    "periods": "SELECT account, role, status, valid_from, valid_to FROM membership_period"
    " ORDER BY 1, 4",
    "counts": "SELECT key, native_member_count FROM space",
    "people": "SELECT community, count(*) FROM member GROUP BY community",
    "openings": "SELECT campaign, account, opened_at FROM delivery ORDER BY 1, 2",
}


@pytest.fixture
def open_hub(
    tmp_path: Path, warehouse_url: str, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Callable[..., Hub]]:
    name = f"forum_{abs(hash(str(tmp_path)))}"
    (tmp_path / f"{name}.py").write_text(FORUM)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("TEST_WAREHOUSE", warehouse_url)
    opened: list[Hub] = []

    def make(more: str = "", members: int = 30, now: datetime = NOW) -> Hub:
        path = tmp_path / "plugins.toml"
        path.write_text(
            f'[hub]\nwarehouse = {{ env = "TEST_WAREHOUSE" }}\n[plugins]\nmodules = ["{name}"]\n'
            f'[sources.forum]\nconnector = "forum"\nsettings = {{ members = {members} }}\n{more}'
        )
        opened.append(Hub.open(path, lambda: now))
        return opened[-1]

    yield make
    for hub in opened:
        hub.close()


def told(hub: Hub) -> dict[str, list[Any]]:
    with hub.warehouse.connect() as connection:
        return {name: [tuple(r) for r in connection.execute(text(q))] for name, q in READ.items()}


def counted_anew(hub: Hub) -> None:
    """Every figure from nothing."""
    with hub.warehouse.begin() as connection:
        connection.execute(delete(t.meta).where(t.meta.c.name == "measures"))
    assert all(one.error is None for one in hub.publish(["measures"]))


def test_figures_departures_and_counts_stay_as_they_are(open_hub: Callable[..., Hub]) -> None:
    hub = open_hub()
    assert [one.state for one in hub.sync()] == ["done"]
    assert all(one.error is None for one in hub.publish(["measures"]))
    before = told(hub)
    assert len(before["figures"]) > 50
    assert len([row for row in before["departures"] if row[5]]) == 7
    hub = open_hub(RETENTION)
    gone = let_go(hub)
    assert gone == {"post": 69, "attendance": 120, "membership": 6}
    with hub.warehouse.connect() as connection:
        m = t.membership.c
        reasons = connection.execute(select(m.reason).where(m.reason.is_not(None))).all()
    assert len(reasons) == 1
    assert told(hub) == before
    [run] = hub.sync(full=True)
    assert (run.total("new"), run.total("changed"), run.total("gone")) == (0, 0, 0)
    assert all(one.error is None for one in hub.publish(["measures"]))
    assert told(hub) == before
    counted_anew(hub)
    assert told(hub) == before


def test_who_leaves_afterwards_leaves_as_ever(open_hub: Callable[..., Hub]) -> None:
    """Rows whose content went are found gone by a whole read as others are."""
    found = []
    later = NOW + timedelta(days=1)
    for retention in ("", RETENTION):
        hub = open_hub(retention, now=later if found else NOW)
        list(hub.sync(full=True))
        let_go(hub)
        with hub.warehouse.begin() as connection:
            found.append(connection.scalar(text("SELECT count(*) FROM account WHERE gone_at IS"
                                                " NOT NULL")))  # fmt: skip
    hub = open_hub(RETENTION, members=28, now=later + timedelta(days=1))
    [run] = hub.sync(full=True)
    assert run.state == "done"
    with hub.warehouse.connect() as connection:
        query = "SELECT account, left_at IS NOT NULL FROM membership WHERE gone_at IS NOT NULL"
        gone = {row[0] for row in connection.execute(text(query))}
    assert found == [0, 0]
    assert gone == {"a28", "a29"}


def test_alerts_that_are_over_and_old_briefs_go(open_hub: Callable[..., Hub]) -> None:
    hub = open_hub('[retention]\nalert = "1 year"\nbrief_sent = "1 year"\n')
    old, new = NOW - timedelta(days=400), NOW - timedelta(days=300)
    with hub.warehouse.begin() as connection:
        for name, cleared in (("old", old), ("new", new), ("open", None)):
            row = dict(cause=name, code="CPH-X01", subject=name, said="s", opened_at=old,
                       cleared_at=cleared, tries=0)  # fmt: skip
            connection.execute(insert(t.alert).values(**row))
        for week, at in (("2025-W04", old), ("2025-W19", new)):
            row = dict(community="c", week=week, recipient="hash", state="sent", at=at)
            connection.execute(insert(t.brief_sent).values(**row))
    assert let_go(hub) == {"alert": 1, "brief_sent": 1}
    with hub.warehouse.connect() as connection:
        assert set(connection.scalars(select(t.alert.c.cause))) == {"new", "open"}
        assert connection.scalars(select(t.brief_sent.c.week)).all() == ["2025-W19"]
