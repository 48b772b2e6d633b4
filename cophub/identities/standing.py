"""Decisions as they stand today: also for sources that were renamed and accounts that got new keys.

A decision names accounts by source and key. Both may change under it:

- A source gets another name in plugins.toml. The accounts of before stay where they are, and those
  under the new name come beside them. A source that ended when another began, and whose keys the
  other one has, was renamed.
- A vendor gives an account another key. The one of before is gone; who came in the same source,
  with the same address and name, is its heir.

The decision then holds for the accounts of today as well. Nothing is written: `cophub people
rename-source` makes a new name final.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from itertools import product
from typing import TYPE_CHECKING, NamedTuple

from sqlalchemy import ColumnElement, Connection, func, or_, select

from cophub.identities.decisions import Contradiction, Fact, contradictions, facts
from cophub.identities.links import Account, by_source, keys_in_parts
from cophub.warehouse import tables

if TYPE_CHECKING:
    from cophub.identities.matching.clustering import Decision

_account = tables.account
_ENOUGH = 0.5
"""Part of a source's accounts whose keys another must have to be the same under a new name."""


@dataclass(frozen=True)
class Standing:
    """What matching is to obey, and how decisions of before were carried over."""

    decisions: "tuple[Decision, ...]" = ()
    renamed: Mapping[str, str] = field(default_factory=dict)
    """Sources that go by another name now."""
    heirs: Mapping[Account, Account] = field(default_factory=dict)
    """Accounts that were given another key."""


def standing(connection: Connection) -> Standing:
    """Every decision that holds, in the order they were made, for the accounts of today."""
    from cophub.identities.matching.clustering import Decision

    known = facts(connection)
    if not known:
        return Standing()
    also, renamed, heirs = _also(connection, known)
    found = dict.fromkeys(
        Decision(fact.same, a, b)
        for fact in known
        for a, b in product(_names(fact.a, also), _names(fact.b, also))
        if a != b
    )
    return Standing(tuple(found), renamed, heirs)


def conflicts(connection: Connection) -> list[Contradiction]:
    """Decisions that cannot all hold, today's accounts in the place of those of before."""
    known = facts(connection)
    if not any(not fact.same for fact in known):
        return []
    also = _also(connection, known)[0]
    today = [
        replace(fact, a=also.get(fact.a, fact.a), b=also.get(fact.b, fact.b)) for fact in known
    ]
    return contradictions(today)


def _also(
    connection: Connection, known: Iterable[Fact]
) -> tuple[dict[Account, Account], dict[str, str], dict[Account, Account]]:
    """By what other name accounts of decisions go now: all, sources renamed, and heirs."""
    named = {account for fact in known for account in (fact.a, fact.b)}
    there = _present(connection, named)
    renamed = renamed_sources(connection, named)
    moved = {
        account: (renamed[account[0]], account[1]) for account in named if account[0] in renamed
    }
    found = _present(connection, moved.values())
    moved = {old: new for old, new in moved.items() if new in found}
    lost = {account for account in named if not there.get(account) and account not in moved}
    heirs = _heirs(connection, lost) if lost else {}
    return moved | heirs, renamed, heirs


def _names(account: Account, also: Mapping[Account, Account]) -> tuple[Account, ...]:
    return (account, also[account]) if account in also else (account,)


def _present(connection: Connection, named: Iterable[Account]) -> dict[Account, bool]:
    """For each account that is in the warehouse, whether its vendor still has it."""
    found: dict[Account, bool] = {}
    for source, keys in keys_in_parts(named):
        query = select(_account.c.key, _account.c.gone_at).where(
            _account.c.source == source, _account.c.key.in_(keys)
        )
        for key, gone_at in connection.execute(query):
            found[source, key] = gone_at is None
    return found


def renamed_sources(connection: Connection, named: Iterable[Account]) -> dict[str, str]:
    """Sources of these accounts that go by another name now; an unclear case is left out.

    A source that ended before another began, and most of whose accounts the other one has by the
    same key and the same address or name, was renamed.
    """
    began, ended = _runs(connection)
    found: dict[str, str] = {}
    for source in sorted({source for source, _ in named} & set(ended)):
        later = [other for other in began if began[other] > ended[source]]
        fitting = [other for other in later if _goes_on(connection, source, other)]
        if len(fitting) == 1:
            found[source] = fitting[0]
    return found


def _runs(connection: Connection) -> tuple[dict[str, int], dict[str, int]]:
    """The number of the first and of the last sync of each source."""
    t = tables.run
    query = (
        select(t.c.source, func.min(t.c.id), func.max(t.c.id))
        .where(t.c.source.is_not(None), t.c.kind != "upload")
        .group_by(t.c.source)
    )
    rows = connection.execute(query).all()
    return {row[0]: row[1] for row in rows}, {row[0]: row[2] for row in rows}


def _goes_on(connection: Connection, old: str, new: str) -> bool:
    """Whether `new` has most accounts of `old`, and they look alike there."""
    other = _account.alias()
    alike = or_(
        func.lower(_account.c.email) == func.lower(other.c.email), _account.c.name == other.c.name
    )
    shared = (
        select(func.count())
        .select_from(_account.join(other, other.c.key == _account.c.key))
        .where(_account.c.source == old, other.c.source == new, alike)
    )
    mine = select(func.count()).where(_account.c.source == old)
    # One who has left since is no reason to doubt; one address that two sources know is no proof.
    return (connection.scalar(shared) or 0) >= max(2, _ENOUGH * (connection.scalar(mine) or 0))


def _heirs(connection: Connection, lost: Iterable[Account]) -> dict[Account, Account]:
    """Who took the place of accounts that are gone: of the same source, address and name.

    Where several went or several came it is nobody.
    """
    found: dict[Account, Account] = {}
    c = _account.c
    for source, keys in by_source(lost).items():
        gone = _traits(connection, source, c.key.in_(keys))
        wanted = {trait for trait in gone.values() if trait.telling}
        if not wanted:
            continue
        near = or_(
            func.lower(func.trim(c.email)).in_([trait.address for trait in wanted]),
            c.name.in_([trait.written for trait in wanted]),
        )
        came: dict[_Trait, list[str]] = defaultdict(list)
        for key, trait in _traits(connection, source, near & c.gone_at.is_(None)).items():
            came[trait].append(key)
        went = Counter(_traits(connection, source, near & c.gone_at.is_not(None)).values())
        for key, trait in gone.items():
            if trait in wanted and len(came[trait]) == went[trait] == 1:
                found[source, key] = (source, came[trait][0])
    return found


class _Trait(NamedTuple):
    """By what an account is known again: its address and its name."""

    address: str
    name: str
    written: str

    @property
    def telling(self) -> bool:
        """Whether hardly anybody else has them: one word alone names too many."""
        return bool(self.address) or " " in self.name

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Trait) and self[:2] == other[:2]

    def __hash__(self) -> int:
        return hash(self[:2])


def _traits(
    connection: Connection, source: str, condition: ColumnElement[bool]
) -> dict[str, _Trait]:
    """The traits of accounts of a source, by key."""
    c = _account.c
    query = select(c.key, c.email, c.name, c.given_name, c.family_name)
    found = {}
    for row in connection.execute(query.where(c.source == source, condition)):
        shown = row.name or f"{row.given_name or ''} {row.family_name or ''}"
        address = (row.email or "").strip().lower()
        found[row.key] = _Trait(address, " ".join(shown.casefold().split()), shown)
    return found


__all__ = ["Standing", "conflicts", "renamed_sources", "standing"]
