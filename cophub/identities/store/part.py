"""A part of the directory: what a sync touched, and as much around it as it can change.

The outcome is that of weighing everything anew. A score depends on the evidence of two nodes and on
how many bear their keys, in bands; people depend on the edges within one connected component. So
these are looked at again: nodes of changed accounts, with all that share an uncapped key; edges of
accounts a key of which went into another band; and the components of all of these.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching import blocking
from cophub.identities.matching.clustering import Decision, cluster
from cophub.identities.matching.habits import Habits
from cophub.identities.matching.keys import anchor, claimed_homes, index_keys, searched
from cophub.identities.matching.nodes import Node, Ref, nodes
from cophub.identities.matching.scoring import NEVER, Edge, Scorer, worth_keeping
from cophub.identities.store.crossing import Altered, crossed, reordered
from cophub.identities.store.edges import (
    TIE,
    drop_edges,
    edge_of,
    edge_rows,
    edges_among,
    put_edges,
    replace_edges,
    tie_rows,
)
from cophub.identities.store.groups import groups_of
from cophub.identities.store.index import (
    bearers,
    bearing,
    evidence_of,
    find_accounts,
    home_keys,
    mates,
    put_accounts,
    remove_accounts,
)
from cophub.identities.store.people import Changes, write_people
from cophub.identities.store.rows import Row, all_rows, among, put
from cophub.warehouse.staging import settle, staged


class StoredCounts:
    """How many bear a key, from the index; `learn` asks for many keys at once."""

    def __init__(self, connection: Connection, size: int, habits: Habits) -> None:
        self.size = size
        self.habits = habits
        self._connection = connection
        self._known: dict[int, int] = {}

    def bearers(self, key: int) -> int:
        if key not in self._known:
            self.learn((key,))
        return self._known[key]

    def learn(self, keys: Iterable[int]) -> None:
        """Make the counts of these keys known."""
        wanted = set(keys) - self._known.keys()
        found = bearers(self._connection, wanted)
        self._known.update((key, found.get(key, 0)) for key in wanted)


@dataclass(frozen=True)
class Context:
    """What a score depends on beside the two nodes."""

    counts: StoredCounts
    scorer: Scorer
    decisions: Sequence[Decision]
    clued: bool = False
    """Whether rules of plugins may know of mailboxes and directory ids that others show."""
    _keys: dict[Ref, list[int]] = field(default_factory=dict)

    def keys_of(self, e: Evidence) -> list[int]:
        """The keys of an account as it is now; made once."""
        ref = (e.source, e.key)
        found = self._keys.get(ref)
        if found is None:
            found = self._keys[ref] = index_keys(e)
        return found

    @property
    def different(self) -> set[tuple[Ref, Ref]]:
        """Pairs of accounts that somebody said are not one person's."""
        return {(decision.a, decision.b) for decision in self.decisions if not decision.same}


@dataclass(frozen=True)
class Shift:
    """What must be looked at again because evidence changed."""

    rebuilt: set[int]
    """Accounts whose pairs are found anew."""
    rescored: set[int]
    """Accounts whose edges are weighed anew."""
    beside: set[int]
    """Accounts that had edges with changed ones."""


def update_index(connection: Connection, altered: Sequence[Altered]) -> Shift:
    """Bring evidence and keys up to date, and tell what that touches."""
    keys = {key for each in altered for e in each.said for key in index_keys(e)}
    before = bearers(connection, keys)
    homes = mates(connection, {each.number: each.before for each in altered if each.before})
    beside = {
        end
        for row in edges_among(connection, {a.number for a in altered}, both=False)
        for end in row[:2]
    }
    remove_accounts(connection, [(a.number, a.before) for a in altered if a.before is not None])
    put_accounts(
        connection,
        [
            (a.number, a.digest, anchor(a.after), a.after, index_keys(a.after))
            for a in altered
            if a.after
        ],
    )
    after = bearers(connection, keys)
    up, again = crossed(before, after, altered)
    gone = {each.number for each in altered if each.after is None}
    rebuilt = {each.number for each in altered} | homes.keys()
    rebuilt |= {number for _, number in bearing(connection, again)}
    rebuilt |= reordered(connection, up, before, after, altered)
    return Shift(rebuilt - gone, {number for _, number in bearing(connection, up)}, beside - gone)


def resolve_part(
    connection: Connection,
    shift: Shift,
    context: Context,
    now: datetime,
    run: int,
    left: frozenset[str],
) -> Changes:
    """Find and weigh the edges of what was touched, and make its people anew."""
    beside = _rebuild(connection, shift.rebuilt, context)
    changed = _rescore(connection, shift.rescored - shift.rebuilt, context)
    component = _component(
        connection, shift.rebuilt | shift.beside | beside | changed, context.decisions
    )
    accounts, made = _nodes_of(connection, component, context)
    number = _numbers(component)
    node_at = _node_at(made, number)
    rows = edges_among(connection, component.keys())
    edges = [edge for row in rows if (edge := edge_of(row, node_at)) is not None]
    inside = set(number)
    decisions = [d for d in context.decisions if d.a in inside or d.b in inside]
    context.counts.learn(key for e in component.values() for key in context.keys_of(e))
    scorer = context.scorer
    clustering = cluster(made, edges, decisions, scorer.weights, scorer.score, scorer.habits)
    fresh = edge_rows(edges, clustering.joined, number) + tie_rows(made, accounts, number)
    if sorted(fresh, key=lambda row: row[:2]) != sorted(rows, key=lambda row: row[:2]):
        replace_edges(connection, component.keys(), fresh)
    return write_people(connection, groups_of(accounts, clustering), now, run, left)


def _nodes_of(
    connection: Connection, component: dict[int, Evidence], context: Context
) -> tuple[list[Evidence], list[Node]]:
    """The nodes of these accounts, and the accounts that their members are positions of.

    Who else uses a mailbox tells how it is shared out, also where nothing ties them to anybody.
    """
    around = mates(connection, component)
    accounts = [*component.values(), *(e for n, e in around.items() if n not in component)]
    made = nodes(accounts, context.different)
    return accounts, [node for node in made if node.members[0] < len(component)]


def _rebuild(connection: Connection, rebuilt: set[int], context: Context) -> set[int]:
    """Replace the edges of these accounts' nodes; accounts at the other ends, old and new."""
    own = mates(connection, evidence_of(connection, rebuilt))
    keys = {key for e in own.values() for key in context.keys_of(e)}
    context.counts.learn(keys)
    meeting = [
        key for key in keys if searched(key) and 1 < context.counts.bearers(key) <= blocking.CAP
    ]
    met: defaultdict[int, list[int]] = defaultdict(list)
    for key, number in (*bearing(connection, meeting), *_claims(connection, own, context)):
        met[number].append(key)
    around = mates(connection, own | evidence_of(connection, met.keys() - own.keys()))
    accounts = list(around.values())
    # Of all others only the keys count that they share with these.
    all_keys = [context.keys_of(e) if n in own else met.get(n, []) for n, e in around.items()]
    made = nodes(accounts, context.different)
    numbers = _numbers(around)
    ours = {at for at, e in enumerate(accounts) if numbers[e.source, e.key] in own}
    touched = [at for at, node in enumerate(made) if ours.intersection(node.members)]
    pairs = blocking.candidates(made, all_keys, context.counts, among=set(touched))
    edges = list(context.scorer.edges(made, pairs))
    before = edges_among(connection, own.keys(), both=False)
    ties = tie_rows([made[at] for at in touched], accounts, numbers)
    rows = edge_rows(edges, (), numbers) + ties
    replace_edges(connection, own.keys(), rows)
    return {end for row in (*before, *rows) for end in row[:2]} | own.keys()


def _claims(
    connection: Connection, own: Mapping[int, Evidence], context: Context
) -> list[tuple[int, int]]:
    """Who claims what these accounts show, and who shows what they claim: (key, account) each."""
    if not context.clued:
        return []
    claimed = claimed_homes(clue for e in own.values() for clue in e.clues)
    shown = {key + 1 for e in own.values() for key in home_keys(e)}
    showing = [(key + 1, number) for key, number in bearing(connection, claimed)]
    return showing + bearing(connection, shown)


def _rescore(connection: Connection, rescored: set[int], context: Context) -> set[int]:
    """Weigh the edges of these accounts' nodes anew; the ends of those that count for people.

    Those are the edges that changed, and those of three nodes or more: what is known of the other
    pairs among them is not kept, and may have changed.
    """
    rows = edges_among(connection, _with_heads(connection, rescored), both=False)
    weighed = {end for row in rows if row[3] != TIE for end in row[:2]}
    around = mates(connection, evidence_of(connection, weighed))
    accounts = list(around.values())
    context.counts.learn(key for e in accounts for key in context.keys_of(e))
    number = _numbers(around)
    node_at = _node_at(nodes(accounts, context.different), number)
    changed: list[Row] = []
    fresh: list[Edge] = []
    for row in rows:
        old = edge_of(row, node_at)
        if old is None or old.score == math.inf:
            continue
        new = _weighed(old.a, old.b, context)
        if new != old:
            changed.append(row)
            fresh += [new] if new is not None else []
    drop_edges(connection, [row[:2] for row in changed])
    put_edges(connection, edge_rows(fresh, (), number))
    return {end for row in changed for end in row[:2]} | _crowded(connection, rows)


def _crowded(connection: Connection, rows: Sequence[Row]) -> set[int]:
    """The ends of those edges that more edges meet."""
    pairs = [row[:2] for row in rows if row[3] != TIE]
    ends = {end for pair in pairs for end in pair}
    meeting = Counter(
        end for row in edges_among(connection, ends, both=False) if row[3] != TIE for end in row[:2]
    )
    return {end for pair in pairs if max(meeting[end] for end in pair) > 1 for end in pair}


def _weighed(a: Node, b: Node, context: Context) -> Edge | None:
    edge = context.scorer.score(a, b)
    return edge if worth_keeping(edge) else None


def _with_heads(connection: Connection, numbers: set[int]) -> set[int]:
    """The accounts, and those that stand for their nodes, however many ties away."""
    found = set(numbers)
    fresh = found
    while fresh:
        listed = sorted(fresh)
        rows = [
            row
            for end in ("a", "b")
            for row in among(
                connection,
                f"SELECT a, b FROM identity_edge WHERE verdict = '{TIE}' AND {end} IN <values>",
                listed,
            )
        ]
        fresh = {end for row in rows for end in row} - found
        found |= fresh
    return found


def _component(
    connection: Connection, start: set[int], decisions: Sequence[Decision]
) -> dict[int, Evidence]:
    """All accounts that the edges, decisions and people of before connect with these."""
    found = evidence_of(connection, start)
    beside = _decided(decisions)
    fresh = set(found)
    while fresh:
        rows = edges_among(connection, fresh, both=False)
        numbers = {end for row in rows if row[3] != NEVER for end in row[:2]}
        refs = {(found[number].source, found[number].key) for number in fresh}
        more = _same_people(connection, refs)
        more.update(ref for of in refs for ref in beside.get(of, ()))
        numbers |= {known.id for known in find_accounts(connection, more).values()}
        new = evidence_of(connection, numbers - found.keys())
        found |= new
        fresh = set(new)
    return found


def _same_people(connection: Connection, refs: Collection[Ref]) -> set[Ref]:
    """All accounts of the people whose accounts these are."""
    with staged(connection, asked="source TEXT, account TEXT, PRIMARY KEY (source, account)"):
        put(connection, "asked", ("source", "account"), sorted(refs))
        settle(connection, "asked")
        rows = all_rows(
            connection,
            """
            SELECT source, account FROM person_account WHERE person IN (
              SELECT pa.person FROM asked q
              JOIN person_account pa ON pa.source = q.source AND pa.account = q.account)
            """,
        )
    return {(row[0], row[1]) for row in rows}


def _decided(decisions: Sequence[Decision]) -> dict[Ref, list[Ref]]:
    beside: dict[Ref, list[Ref]] = {}
    for decision in decisions:
        beside.setdefault(decision.a, []).append(decision.b)
        beside.setdefault(decision.b, []).append(decision.a)
    return beside


def _numbers(accounts: Mapping[int, Evidence]) -> dict[Ref, int]:
    return {(e.source, e.key): number for number, e in accounts.items()}


def _node_at(made: Sequence[Node], number: Mapping[Ref, int]) -> dict[int, Node]:
    """Each node by the number of the account that stands for it."""
    return {number[node.key]: node for node in made}


__all__ = ["Altered", "Context", "Shift", "StoredCounts", "resolve_part", "update_index"]
