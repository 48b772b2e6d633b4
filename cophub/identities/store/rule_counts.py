"""How the rules of plugins do: of how many accounts each knows something, and on how many it fails.

Kept up to date with what changes; counted anew where somebody was erased, since nobody tells then
what their accounts said. No values are kept, but hashes of those that too many bear.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from cophub.identities.evidence import Evidence
from cophub.identities.matching import clue_evidence
from cophub.identities.matching.keys import clue_key
from cophub.identities.store.crossing import Altered
from cophub.identities.store.index import bearers
from cophub.identities.store.rows import put
from cophub.identity_rule import RuleInUse
from cophub.warehouse.staging import execute

_NAME = "identities.rules"


class RuleCount(msgspec.Struct, frozen=True):
    """What became of one rule."""

    told: int = 0
    """Accounts of which it knows something."""
    failed: dict[str, int] = {}
    """Accounts on which it failed, by the kind of error."""
    common: tuple[int, ...] = ()
    """Hashes of values that too many mailboxes bear."""


def note_rules(
    connection: Connection, rules: Sequence[RuleInUse], altered: Sequence[Altered]
) -> None:
    """Count what altered accounts say now, and no longer what they said before."""
    before = _read(connection)
    if rules or before:
        changes = [(a.before, -1) for a in altered] + [(a.after, 1) for a in altered]
        said = ((e, sign) for e, sign in changes if e is not None)
        _write(connection, rules, before, _counted(connection, before, said))


def count_rules(
    connection: Connection, rules: Sequence[RuleInUse], accounts: Iterable[Evidence]
) -> None:
    """Count everything anew: what these accounts say, which are all there are."""
    before = _read(connection)
    if rules or before:
        _write(connection, rules, before, _counted(connection, {}, ((e, 1) for e in accounts)))


def _write(
    connection: Connection,
    rules: Sequence[RuleInUse],
    before: Mapping[str, RuleCount],
    found: Mapping[str, RuleCount],
) -> None:
    after = {use.name: found.get(use.name, RuleCount()) for use in rules}
    if after != before:
        execute(connection, "DELETE FROM meta WHERE name = :name", name=_NAME)
        if after:
            packed = msgspec.json.encode(after).decode()
            put(connection, "meta", ("name", "value"), [(_NAME, packed)])


def _counted(
    connection: Connection,
    known: Mapping[str, RuleCount],
    said: Iterable[tuple[Evidence, int]],
) -> dict[str, RuleCount]:
    told: Counter[str] = Counter()
    failed: Counter[tuple[str, str]] = Counter()
    bearing: dict[int, set[str]] = {}
    for e, sign in said:
        for name in e.told:
            told[name] += sign
        for failure in e.failed:
            name, _, error = failure.partition(" ")
            failed[name, error] += sign
        for clue in e.clues:
            bearing.setdefault(clue_key(clue), set()).add(clue.rule)
    counts = bearers(connection, bearing)
    found: dict[str, RuleCount] = {}
    for name in {*known, *told, *(name for name, _ in failed), *_names(bearing)}:
        old = known.get(name, RuleCount())
        theirs = Counter(old.failed)
        theirs.update({error: n for (rule, error), n in failed.items() if rule == name})
        looked_at = {key for key, names in bearing.items() if name in names}
        common = {key for key in looked_at if counts.get(key, 0) >= clue_evidence.COMMON}
        found[name] = RuleCount(
            old.told + told[name],
            {error: n for error, n in sorted(theirs.items()) if n > 0},
            tuple(sorted(common | (set(old.common) - looked_at))),
        )
    return found


def _names(bearing: Mapping[int, set[str]]) -> set[str]:
    return {name for names in bearing.values() for name in names}


class RuleLine(NamedTuple):
    """How a rule does, in one line without data of anybody."""

    said: str
    fails: bool
    """Whether it fails on accounts."""
    capped: bool
    """Whether values of it are left out since too many bear them."""


def rule_lines(connection: Connection) -> list[RuleLine]:
    """A line for each rule that holds, by name."""
    return [
        RuleLine(_said(name, count), bool(count.failed), bool(count.common))
        for name, count in sorted(_read(connection).items())
    ]


def _said(name: str, count: RuleCount) -> str:
    parts = [f'identity rule "{name}" knows something of {_accounts(count.told)}']
    if many := len(count.common):
        values = "1 value" if many == 1 else f"{many:,} values"
        parts.append(f"leaves out {values} that {clue_evidence.COMMON} mailboxes or more bear")
    if count.failed:
        kinds = ", ".join(count.failed)
        total = sum(count.failed.values())
        parts.append(f"failed on {_accounts(total)} ({kinds}), which were matched without it")
    return "; ".join(parts)


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"


def _read(connection: Connection) -> dict[str, RuleCount]:
    text = execute(
        connection, "SELECT value FROM meta WHERE name = :name", name=_NAME
    ).scalar_one_or_none()
    try:
        return msgspec.json.decode(text, type=dict[str, RuleCount]) if text else {}
    except msgspec.DecodeError:
        return {}


__all__ = ["RuleLine", "count_rules", "note_rules", "rule_lines"]
