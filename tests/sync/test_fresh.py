"""Items that come again just as they were: not parsed, not compared, and not taken for gone."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import msgspec

from cophub import Account, Context, Item, Membership, Post, Space, Stream
from cophub.sync import SourceSpec
from tests.sync.conftest import Desk, source

People = dict[str, str]


@dataclass
class Roster:
    """A vendor's list of people with their roles, read whole each time."""

    people: People
    reading: str = "as it is"
    parsed: list[str] = field(default_factory=list)
    repeat: int = 0
    """How often the first item comes again, as on a page that overlaps the one before."""

    def members(self, ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Space(key="cop")
        items = [msgspec.json.encode(item) for item in self.people.items()]
        for item, digest in ctx.fresh(items + items[:1] * self.repeat, Membership, self.reading):
            key, role = msgspec.json.decode(item)
            self.parsed.append(key)
            yield Account(key=key, name=f"Person {key}")
            yield Membership(space="cop", account=key, role=role, digest=digest)

    def spec(self) -> SourceSpec:
        return source("forum", Stream(self.members, snapshot_of=(Membership,)))

    def fresh(self) -> list[str]:
        """Who was parsed since this was last asked."""
        parsed, self.parsed = self.parsed, []
        return sorted(set(parsed))


def roster(count: int = 20) -> Roster:
    return Roster({f"{number:02}": "member" for number in range(count)})


def active(desk: Desk) -> list[str]:
    return [key for (key,) in desk.rows("membership", "account", status="active")]


def test_what_comes_again_unchanged_is_not_parsed_and_nothing_is_rewritten(desk: Desk) -> None:
    here = roster()
    spec = here.spec()
    assert desk.sync(spec).total("new") == 41
    assert len(here.fresh()) == 20
    before = [desk.rows(name) for name in ("account", "membership", "membership_period")]
    run = desk.sync(spec)
    assert here.fresh() == []
    assert (run.total("seen"), run.total("changed"), run.total("gone")) == (21, 0, 0)
    assert [desk.rows(name) for name in ("account", "membership", "membership_period")] == before


def test_what_changed_is_parsed_again_each_time_it_changes(desk: Desk) -> None:
    """There and back: the first form is not remembered once the second was stored."""
    here = roster()
    spec = here.spec()
    desk.sync(spec)
    for role in ("owner", "member", "owner"):
        here.fresh()
        here.people["07"] = role
        assert desk.sync(spec).total("changed") == 1
        assert here.fresh() == ["07"]
        assert desk.rows("membership", "role", account="07") == [(role,)]


def test_whoever_is_gone_is_found_among_those_who_came_unchanged(desk: Desk) -> None:
    here = roster()
    spec = here.spec()
    desk.sync(spec)
    here.fresh()
    del here.people["03"], here.people["04"]
    here.people["20"] = "member"
    run = desk.sync(spec)
    assert (run.total("gone"), here.fresh()) == (2, ["20"])
    assert len(active(desk)) == 19
    here.people["03"] = "member"
    assert desk.sync(spec).total("gone") == 0
    assert here.fresh() == ["03"]
    assert "03" in active(desk)


def test_an_item_that_comes_twice_hides_nobody_who_left(desk: Desk) -> None:
    """As many items as there were, but one of them twice."""
    here = roster()
    spec = here.spec()
    desk.sync(spec)
    del here.people["19"]
    here.repeat = 1
    assert desk.sync(spec).total("gone") == 1
    assert "19" not in active(desk)


def test_an_unchanged_list_that_is_cut_off_is_held(desk: Desk) -> None:
    here = roster(60)
    spec = here.spec()
    desk.sync(spec)
    here.people = dict(list(here.people.items())[:30])
    assert desk.sync(spec).state == "held"
    assert len(active(desk)) == 60


def test_a_row_that_somebody_else_changed_is_made_of_its_item_again(desk: Desk) -> None:
    here = roster()
    spec = here.spec()
    desk.sync(spec)
    here.fresh()

    def promotions(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        yield Membership(space="cop", account="05", role="owner")

    desk.sync(source("forum", Stream(promotions)))
    assert desk.rows("membership", "role", account="05") == [("owner",)]
    desk.sync(spec)
    assert here.fresh() == ["05"]
    assert desk.rows("membership", "role", account="05") == [("member",)]


def test_what_is_read_otherwise_is_all_fresh(desk: Desk) -> None:
    """Settings that decide what an item becomes are part of what is remembered."""
    here = roster()
    spec = here.spec()
    desk.sync(spec)
    here.fresh()
    here.reading = "with other merge fields"
    desk.sync(spec)
    assert len(here.fresh()) == 20


def test_two_sources_do_not_know_each_others_items(desk: Desk) -> None:
    here = roster()
    desk.sync(here.spec())
    here.fresh()
    other = source("another", Stream(here.members, snapshot_of=(Membership,)))
    assert desk.sync(other).total("new") == 41
    assert len(here.fresh()) == 20


def test_a_record_without_a_digest_is_never_passed_over(desk: Desk) -> None:
    posts = [msgspec.json.encode({"id": number}) for number in range(5)]
    met: list[int] = []

    def read(ctx: Context[Any], since: str | None) -> Iterator[Item]:
        for item, _ in ctx.fresh(posts, Post):
            met.append(msgspec.json.decode(item)["id"])
            yield Post(key=met[-1])

    spec = source("forum", Stream(read))
    desk.sync(spec)
    desk.sync(spec)
    assert met == [*range(5), *range(5)]
