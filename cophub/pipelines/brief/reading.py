"""Reads communities out of the warehouse into `Facts`, several of them at once.

Each query scans its table once, however many communities are asked for; what a row means is decided
here, what follows from it in the parts of the brief.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, bindparam, text

from cophub.identities.links import in_parts
from cophub.identities.privacy import mask_address, mask_text
from cophub.pipelines.brief.facts import (
    Act,
    Facts,
    Happening,
    Paper,
    Place,
    Post,
    Ref,
    Someone,
    Stay,
)
from cophub.pipelines.brief.queries import (
    ACTS,
    CLOSED_EVENTS,
    EVENTS,
    OPENED,
    PAPERS,
    PEOPLE,
    PLACES,
    POSTS,
    STAYS,
    TITLES,
)
from cophub.pipelines.brief.wording import speech
from cophub.pipelines.brief.zones import zone_of
from cophub.pipelines.site.formats import link, plain
from cophub.warehouse.columns import Instant, Json

YEAR = timedelta(days=365)
RECENT = timedelta(days=90)
"""For so long back posts are read with their text, older ones with its beginning at most."""
AHEAD = timedelta(days=14)
LATELY = timedelta(days=14)

_PRESENT = ("active", "pending")

_TYPES: dict[str, Any] = {"about": Json()} | {
    name: Instant()
    for name in (
        "joined_at", "first_seen_at", "posted_at", "at", "starts_at", "ends_at", "created_at",
        "gone_at", "known_from",
    )
}  # fmt: skip


def read_facts(
    connection: Connection,
    communities: Sequence[str],
    as_of: datetime,
    zone: ZoneInfo,
    *,
    secret: bool,
) -> dict[str, Facts]:
    """Each of the communities that there is, as of an instant; with secret spaces, or without."""
    window = {
        "since": as_of - YEAR, "until": as_of, "recent": as_of - RECENT, "lately": as_of - LATELY,
        "ahead": as_of + AHEAD,
    }  # fmt: skip
    reader = _Reader(connection, communities, window, secret=secret)
    found = {
        row["key"]: Facts(row["key"], plain(row["title"]) or row["key"], as_of, zone, speech("en"))
        for row in reader.rows(TITLES)
    }
    reader.places(found)
    reader.stays(found)
    reader.posts(found)
    reader.acts(found)
    reader.events(found)
    reader.papers(found)
    for facts in found.values():
        _name_the_others(connection, facts)
    return found


def read_openings(
    connection: Connection, people: Collection[str], until: datetime
) -> dict[str, datetime]:
    """When each of the people last opened a newsletter, of any community."""
    rows = _query(connection, OPENED, people=sorted(people), until=until) if people else ()
    return {row["person"]: row["at"] for row in rows}


class _Reader:
    """One reading of some communities; rows of secret spaces go no further unless wanted."""

    def __init__(
        self, connection: Connection, communities: Sequence[str], window: Mapping[str, datetime],
        *, secret: bool,
    ) -> None:  # fmt: skip
        self.connection = connection
        self.window = window
        self.values: dict[str, Any] = {"communities": list(communities), **window}
        self.secret = secret
        self.hidden: set[Ref] = set()
        self.served: dict[Ref, list[str]] = defaultdict(list)
        """The communities of each space."""

    def rows(self, sql: str) -> Iterator[Mapping[Any, Any]]:
        names = [name for name in self.values if f":{name}" in sql]
        rows = _query(self.connection, sql, **{name: self.values[name] for name in names})
        for row in rows:
            if (row.get("source"), row.get("space")) not in self.hidden:
                yield row

    def places(self, found: dict[str, Facts]) -> None:
        for row in list(self.rows(PLACES)):
            ref = (row["source"], row["space"])
            self.served[ref].append(row["community"])
            if row["visibility"] == "secret" and not self.secret:
                self.hidden.add(ref)
                continue
            found[row["community"]].places[ref] = Place(
                plain(row["title"]), link(row["url"]), row["kind"] or "", row["visibility"] or ""
            )

    def stays(self, found: dict[str, Facts]) -> None:
        rows = list(self.rows(STAYS))
        sight: dict[Ref, datetime] = {}
        for row in rows:
            ref = (row["source"], row["space"])
            sight[ref] = min(sight.get(ref, row["first_seen_at"]), row["first_seen_at"])
        people: dict[str, dict[str, Someone]] = defaultdict(dict)
        zones: dict[str, dict[str, str]] = defaultdict(dict)
        for row in rows:
            community, person = row["community"], row["person"]
            first_sight = sight[row["source"], row["space"]]
            told = _as_known(row, first_sight, self.window["until"])
            if told is None:
                continue
            stay = _stay(told, first_sight)
            if (since := _known_since(stay)) and since > self.window["until"]:
                continue
            found[community].stays.append(stay)
            people[community][person] = _someone(row)
            if zone := zone_of(row["timezone"], row["person_country"]):
                zones[community][person] = zone
        for community, facts in found.items():
            facts.people, facts.zones = people[community], zones[community]

    def posts(self, found: dict[str, Facts]) -> None:
        for row in self.rows(POSTS):
            post = _post(row)
            for community in self.served[post.space]:
                found[community].posts.append(post)

    def acts(self, found: dict[str, Facts]) -> None:
        # A rule may have given the community a call that is kept in a secret space.
        secret = (
            set() if self.secret else {(r["source"], r["key"]) for r in self.rows(CLOSED_EVENTS)}
        )
        for row in self.rows(ACTS):
            source = row["source"]
            space = (source, row["space"])
            act = Act(row["person"], row["kind"], row["at"], (source, row["ref"]), space,
                      row["weight"])  # fmt: skip
            if act.kind in ("attended", "organised") and act.ref in secret:
                continue
            for community in self.served[space]:
                found[community].acts.append(act)

    def events(self, found: dict[str, Facts]) -> None:
        for row in self.rows(EVENTS):
            if row["visibility"] == "secret" and not self.secret:
                continue
            ref, space = (row["source"], row["key"]), (row["source"], row["space"])
            facts = found[row["community"]]
            if space not in facts.places and row["visibility"]:
                facts.places[space] = Place("", None, "", row["visibility"])
            facts.events.append(
                Happening(
                    ref, space, _text(row["title"]), row["starts_at"],
                    row["ends_at"], link(row["url"]), row["registered_count"],
                )
            )  # fmt: skip

    def papers(self, found: dict[str, Facts]) -> None:
        for row in self.rows(PAPERS):
            ref, space = (row["source"], row["key"]), (row["source"], row["space"])
            paper = Paper(
                ref, space, _text(row["title"]), link(row["url"]),
                row["person"] or "", row["created_at"],
            )  # fmt: skip
            for community in self.served[space]:
                found[community].papers.append(paper)


def _as_known(
    row: Mapping[Any, Any], first_sight: datetime, until: datetime
) -> Mapping[Any, Any] | None:
    """The membership as the hub knew it at an instant; None: it knew of none.

    Before the hub had first seen the space, today's memberships and their dates must do.
    """
    if not row["kept"] or first_sight > until:
        stays = row["gone_at"] is None and row["status"] in _PRESENT
        return row if stays else None
    if row["known_from"] is None or row["known_status"] not in _PRESENT:
        return None
    # Whoever left and came back since had another date then.
    later = row["joined_at"] is not None and row["joined_at"] > until
    return {
        **row, "status": row["known_status"], "role": row["known_role"],
        "joined_at": None if later else row["joined_at"],
    }  # fmt: skip


def _stay(row: Mapping[Any, Any], first_sight: datetime) -> Stay:
    """When somebody joined: as the vendor dates it, else when a later run first met them.

    What the first run of a space met was there before, since when is not known.
    """
    joined: datetime | None = row["joined_at"]
    if joined is None or row["joined_at_basis"] == "first_seen":
        seen: datetime = row["first_seen_at"]
        joined = seen if seen > first_sight + timedelta(days=1) else None
    about = row["about"] if isinstance(row["about"], dict) else {}
    return Stay(
        row["person"], (row["source"], row["space"]), row["status"], row["role"] or "member",
        joined, row["joined_at"] or row["first_seen_at"], link(about.get("url")),
    )  # fmt: skip


def _known_since(stay: Stay) -> datetime | None:
    """Before that they were not there; None: they may have been there always."""
    return stay.asked_at if stay.status == "pending" else stay.joined_at


def _someone(row: Mapping[Any, Any]) -> Someone:
    # Some give their address as their name; nobody needs it to welcome them.
    name = _text(row["person_name"]) or (
        mask_address(row["person_email"]) if row["person_email"] else ""
    )
    country = plain(row["person_country"])
    return Someone(row["person"], name, _text(row["organization"]), row["parent"] or "", country)


def _post(row: Mapping[Any, Any]) -> Post:
    known = row["person"] is not None
    human = row["person_kind"] == "person" if known else row["account_kind"] in (None, "person")
    source = row["source"]
    bears = row["person"] or row["account"] or plain(row["author_name"]) or f"?{row['key']}"
    return Post(
        (source, row["key"]), (source, row["space"]), (source, row["thread"]),
        row["person"] if known and human else "", bears, human, row["kind"] or "message",
        _text(row["title"]), row["body"] or "", row["posted_at"], link(row["url"]),
        row["reaction_count"] or 0, row["view_count"] or 0,
    )  # fmt: skip


def _name_the_others(connection: Connection, facts: Facts) -> None:
    """People who wrote, acted or gave documents without being members."""
    seen = {post.person for post in facts.posts} | {act.person for act in facts.acts}
    seen |= {paper.person for paper in facts.papers}
    unknown = sorted(seen - facts.people.keys() - {""})
    others = {
        row["person"]: _someone(row)
        for part in in_parts(unknown)
        for row in _query(connection, PEOPLE, people=list(part))
    }
    facts.people = {**facts.people, **others}
    # What is no person of the directory counts nowhere.
    facts.papers = [
        paper if paper.person in facts.people else replace(paper, person="")
        for paper in facts.papers
    ]


def _text(words: object) -> str:
    """A vendor's line with the addresses in it masked."""
    return mask_text(plain(words))


def _query(connection: Connection, sql: str, **values: Any) -> Iterator[Mapping[Any, Any]]:
    binds = [
        bindparam(name, expanding=True) if isinstance(value, list)
        else bindparam(name, type_=Instant())
        for name, value in values.items()
    ]  # fmt: skip
    statement = text(sql).bindparams(*binds).columns(**_TYPES)
    return iter(connection.execute(statement, values).mappings())
