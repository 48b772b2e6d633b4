"""The SQL against a slow count in Python, on random hubs, on both databases."""

import random
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import insert

from cophub.warehouse import tables

FIRST, NOW = datetime(2025, 1, 10, tzinfo=UTC), datetime(2026, 8, 15, 12, tzinfo=UTC)
ZONE = "America/St_Johns"
COMMUNITIES = ("soil", "water", "air")
NAMES = (
    "person", "person_account", "organization", "affiliation", "space", "community_space",
    "membership", "membership_period", "event", "attendance", "campaign", "post",
)  # fmt: skip


Row = dict[str, Any]
TICK = timedelta(microseconds=1)


@dataclass
class Oracle:
    """Computes figures from the rows of a warehouse, by table."""

    rows: dict[str, list[Row]]
    zone: ZoneInfo
    now: datetime
    people: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        persons = {p["id"] for p in self.rows["person"] if p["kind"] == "person"}
        self.people = {
            (link["source"], link["account"]): link["person"]
            for link in self.rows["person_account"]
            if link["person"] in persons
        }

    def spaces(self, community: str) -> set[tuple[str, str]]:
        return {
            (link["source"], link["space"])
            for link in self.rows["community_space"]
            if community in ("", link["community"])
        }

    def quarter(self, instant: datetime) -> str:
        local = instant.astimezone(self.zone)
        return f"{local.year}Q{(local.month - 1) // 3 + 1}"

    def month(self, instant: datetime) -> str:
        return f"{instant.astimezone(self.zone):%Y-%m}"

    def end(self, quarter: str) -> datetime:
        """The instant at which a quarter ends, or just after now."""
        year, number = int(quarter[:4]), int(quarter[5:])
        months = year * 12 + 3 * number
        end = datetime(months // 12, months % 12 + 1, 1, tzinfo=self.zone).astimezone(UTC)
        return min(end, self.now + TICK)

    def month_end(self, month: str) -> datetime:
        months = int(month[:4]) * 12 + int(month[5:])
        end = datetime(months // 12, months % 12 + 1, 1, tzinfo=self.zone).astimezone(UTC)
        return min(end, self.now + TICK)

    # --- events ----------------------------------------------------------------------------

    def stays(self, event: Row) -> dict[str, bool]:
        """Who is listed, and whether they were there."""
        seconds: defaultdict[str, list[int | None]] = defaultdict(list)
        for row in self.rows["attendance"]:
            person = self.people.get((row["source"], row["account"]))
            if (row["source"], row["event"]) != (event["source"], event["key"]) or not person:
                continue
            if row["minutes"] is not None:
                seconds[person].append(int(row["minutes"] * 60 + 0.5))
            elif row["joined_at"] and row["left_at"]:
                seconds[person].append(int((row["left_at"] - row["joined_at"]).total_seconds()))
            elif row["joined_at"] or row["visits"] or not row["registered"]:
                seconds[person].append(None)
        return {
            person: None in stays or sum(s for s in stays if s is not None) >= 300
            for person, stays in seconds.items()
        }

    def events(self, community: str, quarter: str) -> tuple[int, int, int]:
        """Attendees, seats and events."""
        attendees: set[str] = set()
        seats = held = 0
        for event in self.rows["event"]:
            if (event["source"], event["space"]) not in self.spaces(community):
                continue
            if event["cancelled"] or event["gone_at"] or event["starts_at"] > self.now:
                continue
            if self.quarter(event["starts_at"]) != quarter:
                continue
            there = {person for person, was in self.stays(event).items() if was}
            attendees |= there
            seats += len(there)
            held += len(there) >= 2
        return len(attendees), seats, held

    # --- people ----------------------------------------------------------------------------

    def intervals(self, row: Row) -> list[tuple[datetime, datetime | None]]:
        """When a membership was active, as the vendor dates it."""
        key = ("source", "space", "account")
        periods = sorted(
            (
                p
                for p in self.rows["membership_period"]
                if all(p[name] == row[name] for name in key)
            ),
            key=lambda p: p["valid_from"],
        )
        joined = None if row["joined_at_basis"] == "first_seen" else row["joined_at"]
        left, found = row["left_at"], []
        for number, period in enumerate(periods):
            begun, ended = period["valid_from"], period["valid_to"]
            if period["status"] != "active":
                if number == 0 and joined and left and joined < left:
                    found.append((joined, left))
                continue
            if joined and number == 0:
                begun = joined if ended is None or joined < ended else begun
            elif joined and periods[number - 1]["valid_from"] < joined < begun:
                begun = joined
            if left and ended and period["valid_from"] <= left < ended:
                ended = left
            found.append((begun, ended))
        return found

    def members(self, community: str, instant: datetime, kinds: tuple[str, ...] | None) -> set[str]:
        """Who is in at the end of the instant's period, in spaces of these kinds."""
        kind_of = {(s["source"], s["key"]): s["kind"] for s in self.rows["space"]}
        inside = set()
        for row in self.rows["membership"]:
            space = (row["source"], row["space"])
            person = self.people.get((row["source"], row["account"]))
            if space not in self.spaces(community) or not person:
                continue
            if kinds and kind_of[space] not in kinds:
                continue
            if any(a < instant and (b is None or b >= instant) for a, b in self.intervals(row)):
                inside.add(person)
        return inside

    def organizations(self, people: set[str], instant: datetime) -> int:
        parents = {o["key"]: o["parent"] for o in self.rows["organization"]}
        found = set()
        for person in people:
            jobs = [a for a in self.rows["affiliation"] if a["person"] == person]
            jobs.sort(key=lambda a: (a["valid_from"], a["organization"]))
            then = [
                job
                for number, job in enumerate(jobs)
                if (number == 0 or job["valid_from"] < instant)
                and (job["valid_to"] is None or job["valid_to"] >= instant)
            ]
            if then:
                main = min(then, key=lambda job: job["place"] or 99)
                found.add(parents.get(main["organization"]) or main["organization"])
        return len(found)

    # --- campaigns -------------------------------------------------------------------------

    def campaigns(self, community: str, quarter: str) -> dict[str, float | None]:
        sent = [
            c
            for c in self.rows["campaign"]
            if (c["source"], c["space"]) in self.spaces(community)
            and c["sent_at"]
            and c["sent_at"] <= self.now
            and self.quarter(c["sent_at"]) == quarter
        ]
        reached = [c for c in sent if c["delivered_count"]]
        plain = any(c["unique_open_count_no_proxy"] is None for c in reached)
        opens = "unique_open_count" if plain else "unique_open_count_no_proxy"
        return {
            "campaigns": len(sent),
            "emails_sent": sum(c["delivered_count"] for c in sent),
            "opened_percent": _percent(reached, opens),
            "clicked_percent": _percent(reached, "unique_click_count"),
        }

    # --- months ----------------------------------------------------------------------------

    def posts(self, community: str) -> dict[tuple[str, str], list[str]]:
        """Who posted, one entry a post, by month and kind."""
        found: defaultdict[tuple[str, str], list[str]] = defaultdict(list)
        for post in self.rows["post"]:
            person = self.people.get((post["source"], post["account"]))
            hidden = post["deleted_at"] or post["gone_at"] or post["kind"] == "system"
            if (post["source"], post["space"]) not in self.spaces(community) or not person:
                continue
            if hidden or post["posted_at"] > self.now:
                continue
            month = self.month(post["posted_at"])
            reply = post["thread"] is not None and post["thread"] != post["key"]
            for kind in ("posts", "replies" if reply else "threads"):
                found[month, kind].append(person)
        return found


def _percent(campaigns: list[Row], count: str) -> float | None:
    told = [c for c in campaigns if c[count] is not None]
    if not told:
        return None
    return 100 * sum(c[count] for c in told) / sum(c["delivered_count"] for c in told)


def random_hub(rng: random.Random) -> dict[str, list[dict[str, Any]]]:
    """A hub in which everything happens often enough to collide: few people, few days."""
    rows: dict[str, list[dict[str, Any]]] = {name: [] for name in ("community", "account", *NAMES)}
    people = [f"p{n}" for n in range(12)]
    for number, person in enumerate(people):
        kind = "bot" if number == 11 else "person"
        row = {"id": person, "kind": kind, "listed": False, "created_at": FIRST}
        rows["person"].append(row)
    accounts = [f"a{n}" for n in range(18)]
    for account in accounts:
        rows["account"].append({"source": "s", "key": account})
        link = {"source": "s", "account": account, "person": rng.choice(people)}
        rows["person_account"].append(link)
    _affiliations(rng, rows, people)
    _spaces(rng, rows)
    spaces = [space["key"] for space in rows["space"]]
    for space in spaces:
        for account in rng.sample(accounts, 9):
            _membership(rng, rows, space, account)
    for number in range(25):
        _event(rng, rows, str(number), rng.choice(spaces), accounts)
    for number in range(20):
        rows["campaign"].append(_campaign(rng, str(number), rng.choice(spaces)))
    for number in range(150):
        rows["post"].append(_post(rng, number, rng.choice(spaces), rng.choice(accounts)))
    return rows


def moment(rng: random.Random, first: datetime = FIRST) -> datetime:
    """Mostly any day; often near the end of a quarter, where zones and bounds matter."""
    if rng.random() < 0.4:
        ends = [datetime(y, m, 1, tzinfo=UTC) for y in (2025, 2026) for m in (1, 4, 7, 10)]
        near = rng.choice(ends) + timedelta(minutes=rng.randrange(-600, 600))
        if first <= near:
            return near
    left = int((NOW - first).total_seconds()) + 86_400
    return first + timedelta(seconds=rng.randrange(max(left, 86_400)))


def _affiliations(rng: random.Random, rows: dict[str, list[Any]], people: list[str]) -> None:
    rows["organization"] = [
        {"key": key, "name": key, "parent": parent}
        for key, parent in (("fao", None), ("who", None), ("who-ke", "who"), ("wfp", None))
    ]
    for person in people:
        at = moment(rng)
        employers = rng.sample(("fao", "who", "who-ke", "wfp"), rng.randrange(4))
        places = rng.sample(range(1, 5), 4)
        for organization, place in zip(employers, places, strict=False):
            until = moment(rng, at) + timedelta(seconds=1)
            row = {"person": person, "organization": organization, "valid_from": at, "place": place}
            rows["affiliation"].append(row | {"valid_to": rng.choice((None, until))})
            at = rng.choice((at + timedelta(seconds=1), until))


def _spaces(rng: random.Random, rows: dict[str, list[Any]]) -> None:
    rows["community"] = [{"key": key, "title": key} for key in COMMUNITIES]
    kinds = ("list", "list", "audience", "meeting_room", "group", "list")
    for number, kind in enumerate(kinds):
        rows["space"].append({"source": "s", "key": f"sp{number}", "kind": kind})
        for community in rng.sample(COMMUNITIES, rng.choice((1, 1, 2) if number else (0,))):
            link = {"community": community, "source": "s", "space": f"sp{number}"}
            rows["community_space"].append(link | {"set_by": "config"})


def _membership(rng: random.Random, rows: dict[str, list[Any]], space: str, account: str) -> None:
    """Dates and periods as a loader keeps them: the vendor's dates lie before what we saw."""
    key = {"source": "s", "space": space, "account": account}
    at = seen = FIRST + timedelta(days=rng.randrange(500))
    joined = seen - timedelta(seconds=rng.randrange(1, 20_000_000))
    left, statuses = None, rng.choice((["active"], ["active", "left"], ["left"],
                                       ["active", "left", "active"], ["pending", "active"],
                                       ["active", "active"]))  # fmt: skip
    for number, status in enumerate(statuses):
        last = number == len(statuses) - 1
        until = None if last else at + timedelta(seconds=rng.randrange(1, 9_000_000))
        period = {**key, "status": status, "valid_from": at, "valid_to": until}
        rows["membership_period"].append(period)
        if status == "left":
            span = int((at - joined).total_seconds())
            left = at - timedelta(seconds=rng.randrange(min(span, 4_000_000)))
        at = until or at
    if statuses[-1] == "active":
        left = None  # the loader forgets how a membership ended when it begins again
    row = {**key, "status": statuses[-1], "joined_at": joined, "joined_at_basis": "native"}
    rows["membership"].append(row | {"left_at": left, "first_seen_at": seen})


def _event(
    rng: random.Random, rows: dict[str, list[Any]], key: str, space: str, accounts: list[str]
) -> None:
    at = moment(rng)
    row = {"source": "s", "key": key, "space": space, "starts_at": at}
    rows["event"].append(row | {"cancelled": rng.choice((None, False, False, True))})
    for account in rng.sample(accounts, rng.randrange(6)):
        stay: dict[str, Any] = {"minutes": rng.choice((None, 2.5, 4.99, 5.0, 60.0))}
        stay["joined_at"] = rng.choice((None, at))
        stay["left_at"] = at + timedelta(seconds=rng.choice((299, 300, 4000)))
        stay["visits"] = rng.choice((None, 1))
        stay["registered"] = rng.choice((None, False, True))
        rows["attendance"].append({"source": "s", "event": key, "account": account, **stay})


def _campaign(rng: random.Random, key: str, space: str) -> dict[str, Any]:
    opens = rng.choice((None, rng.randrange(50)))
    return {
        "source": "s", "key": key, "space": space, "sent_at": rng.choice((None, moment(rng))),
        "delivered_count": rng.randrange(3) * 77, "unique_open_count": rng.randrange(77),
        "unique_open_count_no_proxy": opens, "unique_click_count": rng.choice((None, 3, 9)),
    }  # fmt: skip


def _post(rng: random.Random, number: int, space: str, account: str) -> dict[str, Any]:
    at = moment(rng)
    return {
        "source": "s", "key": str(number), "space": space, "account": account,
        "kind": rng.choice((None, "message", "message", "system")), "posted_at": at,
        "thread": rng.choice((None, str(number), str(rng.randrange(number + 1)))),
        "deleted_at": rng.choice((None, None, None, at)),
    }  # fmt: skip


def fill(hub: Any, rows: dict[str, list[Row]]) -> None:
    """Put all rows into the hub, and make its figures."""
    ours = {"run": 1, "first_seen_at": FIRST, "changed_at": FIRST}
    with hub.rows.warehouse.begin() as connection:
        for name, values in rows.items():
            extra = ours if name in tables.VENDOR_TABLES else {}
            # Each row has all fields of its kind, so one statement takes them all.
            connection.execute(insert(tables.metadata.tables[name]), [extra | v for v in values])
    hub.run(NOW, zone=ZONE)


@pytest.fixture(scope="module", params=range(6))
def drawn(request: pytest.FixtureRequest, new_hub: Any) -> Any:
    """A random hub, its figures made; all tests of the module read it."""
    hub = new_hub()
    fill(hub, random_hub(random.Random(request.param)))
    return hub


@pytest.fixture(scope="module")
def oracle(drawn: Any) -> Oracle:
    """The same hub, before the oracle."""
    stored = {name: drawn.rows.all(name) for name in NAMES}
    return Oracle(stored, ZoneInfo(ZONE), NOW)


def table(hub: Any) -> dict[tuple[str, str, str], float | None]:
    rows = hub.rows.query("SELECT community, quarter, measure, value FROM measure_quarter")
    return {(row[0], row[1], row[2]): row[3] for row in rows}


def test_the_quarter_table_is_what_counting_by_hand_gives(drawn: Any, oracle: Any) -> None:
    """Every figure that is there equals the oracle's; one that is absent is so for a reason."""
    figures = table(drawn)
    cells = sorted({(community, quarter) for community, quarter, _ in figures})
    assert len(cells) > 20
    told = 0
    for community, quarter in cells:
        for measure, expected in expected_cells(oracle, community, quarter).items():
            value = figures[community, quarter, measure]
            told += value is not None
            if value is None and measure in ("people_joined", "people_left"):
                continue  # who joined is not known of the first quarter that has people
            assert (value or 0) == pytest.approx(expected or 0), (community, quarter, measure)
    assert told > 150


def expected_cells(oracle: Any, community: str, quarter: str) -> dict[str, float | None]:
    attendees, seats, events = oracle.events(community, quarter)
    end = oracle.end(quarter)
    year, number = int(quarter[:4]), int(quarter[5:])
    earlier = f"{year}Q{number - 1}" if number > 1 else f"{year - 1}Q4"
    people = oracle.members(community, end, ("list", "audience"))
    before = oracle.members(community, oracle.end(earlier), ("list", "audience"))
    return {
        "attendees": attendees,
        "seats": seats,
        "events": events,
        "people": len(people),
        "people_joined": len(people - before),
        "people_left": len(before - people),
        "organizations": oracle.organizations(people, end),
        **oracle.campaigns(community, quarter),
    }


def test_joined_minus_left_is_the_difference(drawn: Any, oracle: Any) -> None:
    found = drawn.rows.query(
        "SELECT p.difference, j.value - l.value FROM measure_quarter p"
        " JOIN measure_quarter j ON j.community = p.community AND j.quarter = p.quarter"
        " JOIN measure_quarter l ON l.community = p.community AND l.quarter = p.quarter"
        " WHERE p.measure = 'people' AND j.measure = 'people_joined'"
        " AND l.measure = 'people_left' AND p.difference IS NOT NULL"
    )
    assert len(found) > 5
    assert all(difference == change for difference, change in found)


def test_the_months_are_what_counting_by_hand_gives(drawn: Any, oracle: Any) -> None:
    for community in ("", *COMMUNITIES):
        posts = oracle.posts(community)
        for month in sorted({month for month, _ in posts}):
            for kind in ("posts", "threads", "replies"):
                people = posts.get((month, kind), [])
                expected = (len(people), len(set(people)))
                assert drawn.month(community, month, kind) == expected, (community, month, kind)
            members = oracle.members(community, oracle.month_end(month), None)
            assert drawn.month(community, month, "members") == (len(members), len(members))
