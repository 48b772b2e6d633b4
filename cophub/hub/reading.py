"""What the warehouse knows about runs, people and communities, for whoever asks the hub."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from anyascii import anyascii
from sqlalchemy import Connection, Executable, Row, Select, case, func, select, text

from cophub.hub.answers import (
    CommunityRow,
    PersonRow,
    PipelineRow,
    Published,
    RejectRow,
    RunRow,
    StreamRow,
)
from cophub.identities.links import in_parts, sizes
from cophub.identities.privacy import masking
from cophub.identities.reading.display import tells_who
from cophub.identities.visibility import MASKED, Visibility
from cophub.warehouse import Warehouse, pipelines, state, tables
from cophub.warehouse import rejects as open_ones

_STREAM_FIELDS = tuple(StreamRow.__dataclass_fields__)


def runs(
    warehouse: Warehouse,
    limit: int = 20,
    source: str | None = None,
    run: int | None = None,
) -> list[RunRow]:
    """The newest runs first."""
    t = tables.run
    query = select(t).order_by(t.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(t.c.source == source)
    if run is not None:
        query = query.where(t.c.id == run)
    with warehouse.connect() as connection:
        return _runs(connection, query)


@dataclass(frozen=True)
class LastRuns:
    """Of one moment: a run that goes on while nobody holds its source was killed."""

    last: dict[str, RunRow]
    """The newest of each source."""
    well: dict[str, RunRow]
    """The newest that was done."""
    held: set[str]
    """What is being worked on, by any machine."""


def last_runs(warehouse: Warehouse, now: datetime, kind: str = "sync") -> LastRuns:
    """The newest syncs, or uploads, and who works at that moment."""
    t = tables.run
    newest = select(func.max(t.c.id)).where(t.c.kind == kind).group_by(t.c.source)
    both = [newest.where(t.c.state != "busy"), newest.where(t.c.state == "done")]
    with warehouse.connect() as connection:
        found = [_runs(connection, select(t).where(t.c.id.in_(one))) for one in both]
        held = {lease.name for lease in state.leases(connection, now=now)}
    last, well = ({row.source: row for row in one if row.source is not None} for one in found)
    return LastRuns(last, well, held)


def ill_since(
    warehouse: Warehouse, last: Mapping[str, RunRow], well: Mapping[str, RunRow]
) -> dict[str, datetime]:
    """When the first run of its kind after the last good one began, of each that is not well."""
    r = tables.run.c
    found: dict[str, datetime] = {}
    with warehouse.connect() as connection:
        for name, run in last.items():
            if run.state in ("done", "running"):
                continue
            after = well[name].run if name in well else 0
            query = select(func.min(r.started_at)).where(r.source == name, r.id > after)
            found[name] = connection.scalar(
                query.where(r.kind == run.kind, r.state.not_in(("running", "busy")))
            )
    return found


@dataclass(frozen=True)
class PipelineRuns:
    """By pipeline, all of one moment."""

    last: dict[str, Row[Any]]
    well: dict[str, datetime]
    """When the last good run began."""
    ill_since: dict[str, datetime]
    """When the first run after that one began."""
    held: set[str]
    """What is being worked on, by any machine."""


def pipeline_runs(warehouse: Warehouse, now: datetime) -> PipelineRuns:
    """The last runs of pipelines, and who works at that moment."""
    p = tables.pipeline_run
    newest = select(p.c.pipeline, func.max(p.c.run).label("run")).group_by(p.c.pipeline)
    done = newest.where(p.c.state == "done").subquery()
    latest = newest.subquery()
    with warehouse.connect() as connection:
        on = (p.c.pipeline == latest.c.pipeline) & (p.c.run == latest.c.run)
        last = {row.pipeline: row for row in connection.execute(select(p).join(latest, on))}
        on = (p.c.pipeline == done.c.pipeline) & (p.c.run == done.c.run)
        well = _pairs(connection, select(p.c.pipeline, p.c.started_at).join(done, on))
        after = select(p.c.pipeline, func.min(p.c.started_at)).group_by(p.c.pipeline)
        after = after.outerjoin(done, p.c.pipeline == done.c.pipeline)
        after = after.where(p.c.run > func.coalesce(done.c.run, 0), p.c.state != "running")
        held = {lease.name for lease in state.leases(connection, now=now)}
        return PipelineRuns(last, well, _pairs(connection, after), held)


def last_publication(warehouse: Warehouse) -> Published | None:
    """The version that readers see now."""
    t = tables.publication
    query = select(t.c.version, t.c.published_at, t.c.files, t.c.size_bytes)
    query = query.where(t.c.state == "published").order_by(t.c.version.desc()).limit(1)
    with warehouse.connect() as connection:
        row = connection.execute(query).first()
    return Published(*row) if row else None


def pipelines_began(warehouse: Warehouse, names: Iterable[str]) -> dict[str, datetime | None]:
    """When each of these pipelines last began; None where it never did.

    What ran before each pipeline had times of its own counts for all of them.
    """
    with warehouse.connect() as connection:
        began = pipelines.last_began(connection)
        before = pipelines.last_publish_before(connection)
    return {name: began.get(name, before) for name in names}


def space_keys(warehouse: Warehouse) -> set[tuple[str, str]]:
    """(source, key) of every space that was read."""
    with warehouse.connect() as connection:
        rows = connection.execute(select(tables.space.c.source, tables.space.c.key))
        return {(row.source, row.key) for row in rows}


def counts_by_source(warehouse: Warehouse, table: str) -> dict[str, int]:
    """Rows per source that are still there at the vendor."""
    t = tables.metadata.tables[table]
    query = select(t.c.source, func.count()).group_by(t.c.source)
    if "gone_at" in t.c:
        query = query.where(t.c.gone_at.is_(None))
    with warehouse.connect() as connection:
        return _pairs(connection, query)


def cursors(warehouse: Warehouse, source: str) -> dict[str, str | None]:
    """Where each stream of a source got to."""
    t = tables.cursor
    query = select(t.c.stream, t.c.value).where(t.c.source == source, t.c.lane == "live")
    with warehouse.connect() as connection:
        return _pairs(connection, query)


def rejects(
    warehouse: Warehouse,
    limit: int = 50,
    source: str | None = None,
    run: int | None = None,
    items: bool = False,
    resolved: bool = False,
) -> list[RejectRow]:
    """The newest open rejects first, with `resolved` all of them.

    The item itself holds personal data and comes only with `items`.
    """
    t = tables.reject
    names = [name for name in RejectRow.__dataclass_fields__ if items or name != "item"]
    query = select(*(t.c[name] for name in names)).order_by(t.c.id.desc()).limit(limit)
    if source is not None:
        query = query.where(t.c.source == source)
    if run is not None:
        query = query.where(t.c.run == run)
    if not resolved:
        query = query.where(t.c.resolved_at.is_(None))
    with warehouse.connect() as connection:
        return [RejectRow(**row._mapping) for row in connection.execute(query)]


def open_rejects(warehouse: Warehouse) -> dict[str, int]:
    """Rejects per source of which nothing is known to have become."""
    with warehouse.connect() as connection:
        return open_ones.counted(connection)


def people(
    warehouse: Warehouse,
    limit: int | None = 50,
    search: str | None = None,
    community: str | None = None,
    kind: str | None = "person",
    visible: Visibility = MASKED,
) -> tuple[list[PersonRow], int]:
    """People by name and how many there are in all; `search` looks into names and addresses.

    Neither case, accents nor the script matter: `kuznets` finds Кузнецова. Who has no name comes
    last. Addresses are masked but for those that are `visible`.
    """
    query = _who(community, kind)
    with warehouse.connect() as connection:
        # Databases fold and order ASCII alone, or by a locale that differs from one to the next.
        everybody = [
            (not row.name, folded(row.name or row.email or ""), folded(row.email or ""), row.id)
            for row in connection.execute(query)
        ]
        if search:
            wanted = folded(search)
            everybody = [row for row in everybody if wanted in row[1] or wanted in row[2]]
        everybody.sort()
        ids = [row[-1] for row in everybody[:limit]]
        return _people(connection, ids, visible), len(everybody)


def unclear(warehouse: Warehouse, search: str | None = None, community: str | None = None) -> int:
    """How many people show one word of a name at most, and no address.

    They may be fewer people than that, or others who are known by more.
    """
    query = _who(community, "person").where(tables.person.c.email.is_(None))
    wanted = folded(search or "")
    with warehouse.connect() as connection:
        names = [row.name or "" for row in connection.execute(query)]
    return sum(wanted in folded(name) and not tells_who(name, None) for name in names)


def _who(community: str | None, kind: str | None) -> Select[Any]:
    p = tables.person.c
    query = select(p.id, p.name, p.email).where(p.merged_into.is_(None))
    if kind is not None:
        query = query.where(p.kind == kind)
    return query if community is None else query.where(p.id.in_(_members_of(community)))


def folded(text: str) -> str:
    """Text for looking up and ordering: small Latin letters without accents, one space."""
    latin = text if text.isascii() else anyascii(text)
    return " ".join(latin.casefold().split())


def _people(connection: Connection, ids: Sequence[str], visible: Visibility) -> list[PersonRow]:
    """These people, in this order."""
    p, o = tables.person, tables.organization
    query = select(p, func.coalesce(o.c.name, p.c.organization).label("organization_name"))
    query = query.outerjoin(o, o.c.key == p.c.organization)
    rows = {
        row.id: row
        for part in in_parts(ids)
        for row in connection.execute(query.where(p.c.id.in_(part)))
    }
    found = [rows[one] for one in ids]
    accounts = sizes(connection, ids)
    memberships = _communities_of(connection, ids)
    shown = visible.people(connection, ids)
    return [
        PersonRow(
            id=row.id,
            name=row.name and masking(row.id in shown)(row.name),
            email=row.email and masking(row.id in shown)(row.email),
            organization=row.organization_name,
            country=row.country,
            kind=row.kind,
            listed=row.listed,
            accounts=accounts.get(row.id, 0),
            communities=tuple(sorted(memberships.get(row.id, ()))),
        )
        for row in found
    ]


def members(warehouse: Warehouse) -> int:
    """How many people are in any community now; each counts once."""
    with warehouse.connect() as connection:
        return connection.scalar(text("SELECT count(DISTINCT person) FROM member")) or 0


def communities(warehouse: Warehouse) -> list[CommunityRow]:
    """Every community with its spaces and how many people are in them now."""
    c, s = tables.community, tables.community_space
    spaces: dict[str, list[str]] = defaultdict(list)
    set_by: dict[str, str] = {}
    members = text("SELECT community, count(*) FROM member GROUP BY community")
    with warehouse.connect() as connection:
        for row in connection.execute(select(s).order_by(s.c.source, s.c.space)):
            spaces[row.community].append(f"{row.source}:{row.space}")
            set_by[row.community] = row.set_by
        counted = _pairs(connection, members)
        return [
            CommunityRow(
                key=row.key,
                title=row.title,
                domain=row.domain,
                members=counted.get(row.key, 0),
                spaces=tuple(spaces.get(row.key, ())),
                set_by=set_by.get(row.key, "config"),
            )
            for row in connection.execute(select(c).order_by(c.c.title, c.c.key))
        ]


def _runs(connection: Connection, query: Select[Any]) -> list[RunRow]:
    found = connection.execute(query).all()
    streams: dict[int, list[StreamRow]] = defaultdict(list)
    t = tables.stream_run
    columns = [t.c.run, *(t.c[name] for name in _STREAM_FIELDS)]
    for part in in_parts([row.id for row in found]):
        wanted = select(*columns).where(t.c.run.in_(part)).order_by(t.c.run, t.c.started_at)
        for row in connection.execute(wanted):
            streams[row.run].append(StreamRow(*row[1:]))
    made = _pipelines_of(connection, [row.id for row in found if row.kind == "publish"])
    return [
        RunRow(
            run=row.id,
            kind=row.kind,
            source=row.source,
            state=row.state,
            started_at=row.started_at,
            finished_at=row.finished_at,
            error=row.error,
            streams=tuple(streams.get(row.id, ())),
            code=row.code,
            asked_by=row.asked_by,
            due_at=row.due_at,
            pipelines=tuple(made.get(row.id, ())),
        )
        for row in found
    ]


def _pipelines_of(connection: Connection, runs: list[int]) -> dict[int, list[PipelineRow]]:
    """The pipelines of these runs, in the order in which they ran."""
    t = tables.pipeline_run
    columns = [t.c.run, *(t.c[name] for name in PipelineRow.__dataclass_fields__)]
    found: dict[int, list[PipelineRow]] = defaultdict(list)
    for part in in_parts(runs):
        wanted = select(*columns).where(t.c.run.in_(part)).order_by(t.c.run, t.c.started_at)
        for row in connection.execute(wanted):
            found[row.run].append(PipelineRow(*row[1:]))
    return found


def _members_of(community: str) -> Select[Any]:
    s, m = tables.community_space, tables.membership
    return (
        select(tables.person_account.c.person)
        .join(m, _account_of(m))
        .join(s, (m.c.source == s.c.source) & (m.c.space == s.c.space))
        .where(s.c.community == community, _active(m))
    )


def _communities_of(connection: Connection, people: Sequence[str]) -> dict[str, set[str]]:
    s, m, a = tables.community_space, tables.membership, tables.person_account
    found: dict[str, set[str]] = defaultdict(set)
    for part in in_parts(people):
        query = (
            select(a.c.person, s.c.community)
            .join(m, _account_of(m))
            .join(s, (m.c.source == s.c.source) & (m.c.space == s.c.space))
            .where(a.c.person.in_(part), _active(m))
            .distinct()
        )
        for person, community in connection.execute(query):
            found[person].add(community)
    return found


def _account_of(membership: Any) -> Any:
    a = tables.person_account
    return (a.c.source == membership.c.source) & (a.c.account == membership.c.account)


def _active(membership: Any) -> Any:
    # A vendor that has no status for memberships has active ones only.
    status = case((membership.c.status.is_(None), "active"), else_=membership.c.status)
    return (membership.c.gone_at.is_(None)) & (status == "active")


def _pairs(connection: Connection, query: Executable) -> dict[str, Any]:
    return {row[0]: row[1] for row in connection.execute(query)}
