"""A small hub: people, communities and what they did, and its quarter table."""

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime
from typing import Any

import pytest

from cophub.pipelines.measures import cophub_pipelines
from cophub.warehouse import Warehouse
from cophub.warehouse.definitions import MEASURE

from ..conftest import Rows, runner

MEASURES = cophub_pipelines()[0]
NOW = datetime(2026, 8, 15, 12, tzinfo=UTC)


class Hub:
    """Rows of one source `s`; person p has the account p, unless `account` says otherwise."""

    def __init__(self, rows: Any, run: Callable[..., None]) -> None:
        self.rows = rows
        self._run = run
        self._keys = 0

    def key(self) -> str:
        self._keys += 1
        return f"k{self._keys}"

    def person(self, *people: str, kind: str = "person", organization: str | None = None) -> None:
        for person in people:
            row = {"id": person, "kind": kind, "listed": False, "created_at": self.rows.seen_at}
            self.rows.add("person", row)
            self.account(person, person)
            if organization:
                self.rows.add(
                    "affiliation",
                    {
                        "person": person,
                        "organization": organization,
                        "valid_from": self.rows.seen_at,
                    },
                )

    def account(self, person: str, account: str) -> None:
        self.rows.account(account, source="s")
        self.rows.add("person_account", {"source": "s", "account": account, "person": person})

    def community(self, key: str, *spaces: str, kind: str = "list") -> None:
        """A community of spaces; a space of two communities is made once."""
        self.rows.add("community", {"key": key, "title": key.title()})
        made = {row["key"] for row in self.rows.all("space")}
        for space in spaces:
            if space not in made:
                self.rows.add("space", {"source": "s", "key": space, "kind": kind})
            link = {"community": key, "source": "s", "space": space, "set_by": "config"}
            self.rows.add("community_space", link)

    def event(self, space: str, starts_at: datetime, stays: dict[str, Any], **more: Any) -> None:
        """An event; `stays` gives minutes (or fields of the attendance) by account."""
        key = more.pop("key", None) or self.key()
        row = {"source": "s", "key": key, "space": space, "starts_at": starts_at}
        self.rows.add("event", row | more)
        for account, stay in stays.items():
            fields = stay if isinstance(stay, dict) else {"minutes": stay}
            self.rows.add("attendance", {"source": "s", "event": key, "account": account, **fields})

    def campaign(self, space: str, sent_at: datetime, **counts: Any) -> None:
        row = {"source": "s", "key": self.key(), "space": space, "sent_at": sent_at}
        self.rows.add("campaign", row | counts)

    def member(
        self, space: str, account: str, joined_at: datetime | None = None, **more: Any
    ) -> None:
        """A membership, and its periods: `periods` gives (status, valid_from, valid_to) of each."""
        periods = more.pop("periods", None)
        row = {
            "source": "s", "space": space, "account": account, "joined_at": joined_at,
            "joined_at_basis": "native" if joined_at else None, "status": "active",
        }  # fmt: skip
        row |= more
        self.rows.add("membership", row)
        first_seen = row.get("first_seen_at", self.rows.seen_at)
        for status, valid_from, valid_to in periods or [(row["status"], first_seen, None)]:
            self.rows.add(
                "membership_period",
                {
                    "source": "s", "space": space, "account": account, "status": status,
                    "valid_from": valid_from, "valid_to": valid_to,
                },
            )  # fmt: skip

    def post(self, space: str, account: str, posted_at: datetime, **more: Any) -> str:
        key = str(more.pop("key", None) or self.key())
        row = {"source": "s", "key": key, "space": space, "account": account, "kind": "message"}
        self.rows.add("post", row | {"posted_at": posted_at, "thread": key} | more)
        return key

    def document(self, space: str, account: str, created_at: datetime) -> None:
        row = {"source": "s", "key": self.key(), "space": space, "account": account}
        self.rows.add("document", row | {"created_at": created_at})

    def react(self, post: str, account: str, reacted_at: datetime) -> None:
        row = {"source": "s", "post": post, "account": account, "kind": "like"}
        self.rows.add("reaction", row | {"reacted_at": reacted_at})

    def channels(self, community: str, quarter: str) -> dict[str, tuple[int, int]]:
        """People reached by each kind of space, and by no other."""
        found = self.rows.query(
            "SELECT kind, people, people_only FROM measure_channel"
            " WHERE community = :c AND quarter = :q",
            c=community,
            q=quarter,
        )
        return {kind: (people, only) for kind, people, only in found}

    def moves(self, community: str, quarter: str) -> dict[tuple[str, str], int]:
        """How many people went from which level to which."""
        found = self.rows.query(
            "SELECT level_before, level, people FROM measure_move"
            " WHERE community = :c AND quarter = :q",
            c=community,
            q=quarter,
        )
        return {(before, after): people for before, after, people in found}

    def brokers(self) -> dict[str, dict[str, Any]]:
        """The rows of `broker`, by person."""
        return {row["person"]: row for row in self.rows.all("broker")}

    def run(self, now: datetime = NOW, **options: Any) -> None:
        self._run(MEASURES, now, **options)

    def cell(self, community: str, quarter: str, measure: str) -> dict[str, Any]:
        """A row of the view that shows the measure."""
        names = (
            "value", "previous", "difference", "percent", "absent", "note", "small", "sources",
            "observed_at", "label", "unit", "definition",
        )  # fmt: skip
        found = self.rows.query(
            f"SELECT {', '.join(names)} FROM measure_{MEASURE[measure].group}"
            " WHERE community = :c AND quarter = :q AND measure = :m",
            c=community,
            q=quarter,
            m=measure,
        )
        assert len(found) == 1, f"{len(found)} rows of {measure} in {quarter}"
        return dict(zip(names, found[0], strict=True))

    def value(self, community: str, quarter: str, measure: str) -> float | None:
        value: float | None = self.cell(community, quarter, measure)["value"]
        return value

    def month(self, community: str, month: str, kind: str) -> tuple[int, int]:
        """Acts and people; (0, 0) where there is no row."""
        found = self.rows.query(
            "SELECT acts, people FROM measure_month"
            " WHERE community = :c AND month = :m AND kind = :k",
            c=community,
            m=month,
            k=kind,
        )
        return (found[0][0], found[0][1]) if found else (0, 0)


@pytest.fixture
def hub(rows: Any, run: Callable[..., None]) -> Hub:
    return Hub(rows, run)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def new_hub(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Callable[[], Hub]]:
    """Makes an empty hub, on each database: for tests of one module that all read the same."""
    with ExitStack() as opened:

        def make() -> Hub:
            if request.param == "postgresql":
                url = request.getfixturevalue("postgres_database")()
            else:
                file = tmp_path_factory.mktemp("hub") / "cophub.db"
                url = f"sqlite:///{shutil.copy(request.getfixturevalue('sqlite_file'), file)}"
            warehouse = Warehouse.open(url)
            opened.callback(warehouse.dispose)
            return Hub(Rows(warehouse), runner(warehouse))

        yield make
