"""A small community on a list and a group, told row by row, and its brief as of an instant."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cophub import PipelineContext
from cophub.pipelines.brief import Settings, cophub_pipelines
from cophub.pipelines.brief.making import make_brief
from cophub.pipelines.brief.model import Brief, Item
from cophub.pipelines.brief.weeks import parse_week, week_of

NOW = datetime(2026, 11, 18, 10, tzinfo=UTC)
"""A Wednesday of 2026-W47."""
PIPELINE = cophub_pipelines()[0]


def ago(days: float = 0, hours: float = 0) -> datetime:
    return NOW - timedelta(days=days, hours=hours)


class Village:
    """Rows of source `s`: community `m` ("Malaria") with spaces `list` and `group`."""

    def __init__(self, rows: Any, folder: Path) -> None:
        self.rows = rows
        self.folder = folder
        self.rows.seen_at = ago(days=400)
        self._number = 0

    def begin(self, visibility: str = "public") -> None:
        self.rows.add("community", {"key": "m", "title": "Malaria"})
        self.space("list", kind="list", visibility=visibility)
        self.space("group", kind="group", visibility=visibility)

    def space(self, key: str, community: str = "m", **more: Any) -> None:
        about = {"title": f"The {key}", "url": f"https://s.example/{key}", "visibility": "public"}
        self.rows.add("space", {"source": "s", "key": key} | about | more)
        link = {"community": community, "source": "s", "space": key, "set_by": "config"}
        self.rows.add("community_space", link)

    def person(self, key: str, name: str | None = None, **more: Any) -> None:
        """Somebody with an account of that key, and in no space yet."""
        zone = more.pop("timezone", None)
        kind = more.pop("kind", "person")
        row = {"id": key, "name": name or key.title(), "kind": kind, "listed": False}
        self.rows.add("person", row | {"created_at": self.rows.seen_at} | more)
        self.rows.account(key, source="s", timezone=zone)
        self.rows.add("person_account", {"source": "s", "account": key, "person": key})

    def member(self, *people: str, space: str = "list", days: float | None = None, **more: Any):
        """In a space since so many days; None: since before anybody looked."""
        for person in people:
            row = {"source": "s", "space": space, "account": person, "status": "active"}
            if days is not None:
                row |= {"joined_at": ago(days), "joined_at_basis": "native"}
            self.rows.add("membership", row | more)

    def members(self, *people: str, **more: Any) -> None:
        for person in people:
            self.person(person)
        self.member(*people, **more)

    def post(self, author: str | None, at: datetime, title: str = "", **more: Any) -> str:
        self._number += 1
        key = more.pop("key", f"p{self._number:04}")
        thread = more.pop("thread", key)
        row = {
            "source": "s", "key": key, "space": "list", "thread": thread, "account": author,
            "title": title, "posted_at": at, "url": f"https://s.example/p/{key}",
        }  # fmt: skip
        self.rows.add("post", row | more)
        return str(key)

    def event(self, key: str, starts_at: datetime, *there: str, **more: Any) -> None:
        row = {
            "source": "s", "key": key, "space": "group", "title": key.title(), "cancelled": False,
            "starts_at": starts_at, "url": f"https://s.example/e/{key}",
        }  # fmt: skip
        self.rows.add("event", row | more)
        for person in there:
            stay = {"source": "s", "event": key, "account": person, "minutes": 30.0}
            self.rows.add("attendance", stay)

    def brief(
        self, now: datetime = NOW, week: str | None = None, *, community: str = "m",
        secret: bool = True, zone: str = "UTC", language: str = "en", **settings: Any,
    ) -> Brief:  # fmt: skip
        place = ZoneInfo(zone)
        wanted = parse_week(week, now, place) if week else week_of(now, place)
        with self.rows.warehouse.connect() as connection:
            return make_brief(
                connection, community, wanted, place, Settings(**settings), secret=secret,
                language=language,
            )  # fmt: skip

    def items(self, section: str, **more: Any) -> list[Item]:
        return list(self.brief(**more).section(section).items)

    def titles(self, section: str, **more: Any) -> list[str]:
        return [item.title for item in self.items(section, **more)]

    def context(self, now: datetime = NOW, **settings: Any) -> PipelineContext[Settings]:
        return PipelineContext(
            settings=Settings(**{"folder": self.folder / "briefs"} | settings),
            warehouse=self.rows.warehouse, now=now, timezone=ZoneInfo("UTC"),
        )  # fmt: skip

    def run(self, now: datetime = NOW, **settings: Any) -> None:
        """As `cophub run` does; it yields no files."""
        assert list(PIPELINE.run(self.context(now, **settings))) == []


@pytest.fixture
def village(rows: Any, tmp_path: Path) -> Village:
    return Village(rows, tmp_path)


@pytest.fixture
def malaria(village: Village) -> Village:
    village.begin()
    return village


MakeVillage = Callable[[], Village]
