"""People brought up to date with what the warehouse holds, looking only at what changed."""

import gc
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from itertools import chain, islice

import msgspec
from sqlalchemy import Connection

from cophub.identities.calibration import learned_here
from cophub.identities.evidence import Evidence
from cophub.identities.matching.clustering import Decision
from cophub.identities.matching.frequency import size_band
from cophub.identities.matching.habits import alike, learn
from cophub.identities.matching.match import VERSION as MATCHING
from cophub.identities.matching.nodes import Ref
from cophub.identities.matching.scoring import Scorer
from cophub.identities.matching.weights import Weights
from cophub.identities.organizations.stored import load_register, update_register
from cophub.identities.reading.account import VERSION as READING
from cophub.identities.reading.rules import NO_RULES, Reader
from cophub.identities.store import spaces
from cophub.identities.store import state as kept
from cophub.identities.store.crossing import Altered
from cophub.identities.store.index import (
    account_rows,
    bearing,
    directory_size,
    everybody,
    evidence_of,
    find_accounts,
)
from cophub.identities.store.part import (
    Context,
    StoredCounts,
    resolve_part,
    update_index,
)
from cophub.identities.store.people import Changes, describe_again, drop_orphans
from cophub.identities.store.rows import Row, all_rows
from cophub.identities.store.rule_counts import count_rules, note_rules
from cophub.identities.store.whole import read_everybody, resolve_whole
from cophub.warehouse.staging import execute

WHOLE_SHARE = 0.2
"""Where more of the accounts than this changed, everything is weighed anew: that costs less."""
LEARN_SHARE = 0.01
"""Where more of the accounts than this changed, what the directory is like is learned again."""
_LARGE = 8_192
"""Mailboxes of a directory that is not weighed anew for one step in what it is like."""
_PIECE = 5_000


@dataclass
class _News:
    """What changed since the last resolution."""

    altered: list[Altered] = field(default_factory=list)
    refreshed: list[Ref] = field(default_factory=list)
    """Accounts written by a run that say nothing new about whose they are."""
    decided: list[Ref] = field(default_factory=list)
    """Accounts about which something was decided or withdrawn."""
    learning: bool = False
    """Whether so much changed that what the directory is like has to be learned again."""


def resolve(
    connection: Connection,
    *,
    weights: Weights,
    now: datetime,
    run: int,
    reader: Reader = NO_RULES,
) -> Changes:
    """Bring people up to date; the same people as if everything had been weighed anew.

    Nothing is read or written where no run has written an account, nobody was erased, nothing
    decided and no rule changed since the last resolution. Of a rule that changed, the sources at
    which it looks are read again, and what it says of them now is weighed as any news.
    """
    with no_collection():
        return _resolve(connection, weights, now, run, reader)


@contextmanager
def no_collection() -> Iterator[None]:
    """No search for cycles: millions of small objects are made, none of which is in a cycle."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


@dataclass(frozen=True)
class _Task:
    """What a resolution is to follow."""

    version: str
    decisions: Sequence[Decision]
    weights: Weights
    now: datetime
    run: int
    reader: Reader
    marks: dict[str, str]
    """By source, what hangs on rules."""

    @property
    def rule_names(self) -> tuple[str, ...]:
        return tuple(sorted(use.name for use in self.reader.rules))


def _resolve(
    connection: Connection, weights: Weights, now: datetime, run: int, reader: Reader
) -> Changes:
    # First of all: what another resolution wrote meanwhile must be read, its state among it.
    if connection.dialect.name == "postgresql":
        execute(connection, "LOCK TABLE person_account IN SHARE ROW EXCLUSIVE MODE")
    weights = learned_here(connection, weights).line
    before = kept.read_state(connection)
    task = _Task(
        _version(connection, weights), kept.active_decisions(connection), weights, now, run,
        reader, _marks(connection, reader),
    )  # fmt: skip
    if before is None or before.version != task.version:
        return _whole(connection, before, task, drop_orphans(connection, now))
    mark = kept.watermark(connection)
    sources = kept.sources_changed(connection, before.watermark)
    erasures = kept.erasures(connection)
    same = before.erasures == erasures and before.decisions == kept.flat(task.decisions)
    # What people said about organisations since is news, too.
    relabelled = update_register(connection, ()).keys()
    ruled = {source for source, _ in before.rules.items() ^ task.marks.items()}
    same = same and not ruled and before.rule_names == task.rule_names
    if same and not sources and before.watermark and not relabelled:
        return Changes()
    left = drop_orphans(connection, now)
    news = _news(connection, sources, ruled, before, task)
    changes = _part(connection, news, relabelled, before, task, left)
    if changes is None:
        return _whole(connection, before, task, left)
    shown = describe_again(connection, news.refreshed)
    state = msgspec.structs.replace(
        before,
        watermark=mark,
        erasures=erasures,
        decisions=kept.flat(task.decisions),
        unlearned=0 if news.learning else before.unlearned + len(news.altered),
        rules=task.marks,
        rule_names=task.rule_names,
    )
    kept.write_state(connection, state)
    if before.erasures == erasures:
        note_rules(connection, reader.rules, news.altered)
    else:  # nobody tells what accounts said of those who were erased
        everyone = everybody(connection)[0] if reader.rules else ()
        count_rules(connection, reader.rules, everyone)
    return changes.with_touched(shown)


def _marks(connection: Connection, reader: Reader) -> dict[str, str]:
    """By source, what all that rules say hangs on; of sources at which none looks nothing."""
    if not reader.rules:
        return {}
    return {s: mark for s in kept.sources(connection) if (mark := reader.mark(s))}


def _version(connection: Connection, weights: Weights) -> str:
    """What everything hangs on: code, weights as learned, and which spaces are one community."""
    serving = sorted(spaces.serving(connection).items())
    marks = f"{READING}.{MATCHING}.{weights.model_dump_json()}.{serving}"
    return sha256(marks.encode()).hexdigest()[:16]


def _whole(
    connection: Connection, before: kept.Resolved | None, task: _Task, left: frozenset[str]
) -> Changes:
    mark = kept.watermark(connection)
    accounts, digests = read_everybody(connection, task.reader, cached=before is not None)
    update_register(connection)
    matching, changes = resolve_whole(
        connection,
        accounts,
        digests,
        register=load_register(connection),
        decisions=task.decisions,
        weights=task.weights,
        now=task.now,
        run=task.run,
        left=left,
    )
    state = kept.Resolved(
        task.version,
        mark,
        size_band(matching.counts.size),
        matching.counts.habits,
        kept.erasures(connection),
        kept.flat(task.decisions),
        rules=task.marks,
        rule_names=task.rule_names,
    )
    kept.write_state(connection, state)
    count_rules(connection, task.reader.rules, accounts)
    return changes.of_everybody()


def _part(
    connection: Connection,
    news: _News,
    relabelled: set[int],
    before: kept.Resolved,
    task: _Task,
    left: frozenset[str],
) -> Changes | None:
    """Resolve what changed; None where that makes another directory of it, all in all."""
    size, placed = _sizes(connection)
    gone = sum(each.after is None for each in news.altered)
    # A person of an account may have been taken out by hand: then nothing that is kept holds.
    if len(news.altered) > WHOLE_SHARE * size or placed != size - gone:
        return None
    news.learning = before.unlearned + len(news.altered) > LEARN_SHARE * size
    shift = update_index(connection, news.altered)
    mailboxes = directory_size(connection)
    if size_band(mailboxes) != before.size or not _holds(connection, before, news):
        return None
    touched = [(e.source, e.key) for each in news.altered for e in each.said]
    if touched:
        relabelled = relabelled | update_register(connection, touched).keys()
    shift.rebuilt.update(number for _, number in bearing(connection, relabelled))
    shift.rebuilt.update(k.id for k in find_accounts(connection, news.decided).values())
    counts = StoredCounts(connection, mailboxes, before.habits)
    scorer = Scorer(counts, load_register(connection), task.weights)
    context = Context(counts, scorer, task.decisions, clued=bool(task.reader.rules))
    return resolve_part(connection, shift, context, task.now, task.run, left)


def _holds(connection: Connection, before: kept.Resolved, news: _News) -> bool:
    """Whether the directory is still like what was learned of it as a whole, or about so.

    Of a small one exactly so: to weigh it anew costs nothing.
    """
    if not news.learning:
        return True
    learned = learn(*everybody(connection))
    return learned == before.habits or (before.size >= _LARGE and alike(learned, before.habits))


def _news(
    connection: Connection,
    sources: Sequence[str],
    ruled: Collection[str],
    before: kept.Resolved,
    task: _Task,
) -> _News:
    news = _News()
    next_number = 1 + _highest(connection)
    reader = task.reader
    others = [source for source in sources if source not in ruled]
    for rows in chain(
        _pieces(account_rows(connection, sorted(ruled), 0, reader)),
        _pieces(account_rows(connection, others, before.watermark, reader)),
    ):
        known = find_accounts(connection, [(row[0], row[1]) for row in rows])
        for row in rows:
            ref, mark = (row[0], row[1]), reader.digest(row)
            old = known.get(ref)
            if old is not None and old.digest == mark:
                news.refreshed.append(ref)
                continue
            evidence = reader.read(row)
            if old is None:
                news.altered.append(Altered(next_number, None, evidence, mark))
                next_number += 1
            elif old.evidence == evidence:
                news.refreshed.append(ref)
            else:
                news.altered.append(Altered(old.id, old.evidence, evidence, mark))
    news.altered += _vanished(connection)
    other = set(before.decisions) ^ set(kept.flat(task.decisions))
    news.decided = sorted({ref for d in other for ref in ((d[1], d[2]), (d[3], d[4]))})
    return news


def _vanished(connection: Connection) -> list[Altered]:
    """Accounts of the index that are no longer in the warehouse."""
    rows = all_rows(
        connection,
        "SELECT id FROM identity_evidence e WHERE NOT EXISTS (SELECT 1 FROM account a"
        " WHERE a.source = e.source AND a.key = e.account)",
    )
    gone: dict[int, Evidence] = evidence_of(connection, [row[0] for row in rows])
    return [Altered(number, e, None, 0) for number, e in gone.items()]


def _highest(connection: Connection) -> int:
    rows = all_rows(connection, "SELECT coalesce(max(id), 0) FROM identity_evidence")
    number: int = rows[0][0]
    return number


def _sizes(connection: Connection) -> tuple[int, int]:
    """How many accounts the index holds, and how many have a person."""
    sql = "SELECT (SELECT count(*) FROM identity_evidence), (SELECT count(*) FROM person_account)"
    ((size, placed),) = all_rows(connection, sql)
    return size, placed


def _pieces(rows: Iterator[Row]) -> Iterator[Collection[Row]]:
    # All of them are fetched before the first piece is used: its queries share the cursor's
    # connection, and PostgreSQL's cursor would lose what it has not yet given.
    everything = iter(list(rows))
    while piece := list(islice(everything, _PIECE)):
        yield piece


__all__ = ["no_collection", "resolve"]
