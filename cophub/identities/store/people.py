"""People written down: which account is whose, since when and why, and how a person is shown."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import Connection

from cophub.identities.links import Account
from cophub.identities.store.assign import Assignment, Merged, assign
from cophub.identities.store.described import describe
from cophub.identities.store.rows import Row, all_rows, among, put, quoted
from cophub.warehouse.columns import instant_text
from cophub.warehouse.staging import execute, settle, staged

_TABLES = {
    "grouped": (
        "source TEXT, account TEXT, person TEXT, kind TEXT, rule TEXT,"
        " probability DOUBLE PRECISION, explanation TEXT"
    ),
    "moved": "source TEXT, account TEXT, person TEXT, previous TEXT, explanation TEXT",
    "touched_person": "person TEXT PRIMARY KEY",
    "redirected": "person TEXT PRIMARY KEY, target TEXT",
}
_GROUPED = ("source", "account", "person", "kind", "rule", "probability", "explanation")


class Member(NamedTuple):
    """An account of a group, and why it is there."""

    source: str
    account: str
    rule: str
    probability: float
    explanation: str


class Group(NamedTuple):
    """Accounts that belong together; `kind` is person, or what is nobody."""

    kind: str
    members: Sequence[Member]


@dataclass(frozen=True)
class Changes:
    """What a resolution changed."""

    new_people: int = 0
    moved_accounts: int = 0
    redirects: int = 0
    revived: int = 0
    touched: frozenset[str] = frozenset()
    """Ids of the people whose accounts were looked at, those who lost them among them."""
    everybody: bool = False
    """Whether those are all people."""

    def of_everybody(self) -> "Changes":
        """The same, with all people looked at."""
        return replace(self, everybody=True)

    def with_touched(self, more: frozenset[str]) -> "Changes":
        """The same, with more people looked at."""
        return replace(self, touched=self.touched | more)


def write_people(
    connection: Connection,
    groups: Sequence[Group],
    now: datetime,
    run: int,
    left: frozenset[str] = frozenset(),
) -> Changes:
    """Bring `person`, `person_account` and `person_history` up to date with these groups.

    The groups hold all accounts of every person of whom they hold one. Of people who `left`,
    because accounts of theirs are gone, no name or address stays that is not theirs.
    """
    accounts = [[(m.source, m.account) for m in group.members] for group in groups]
    held = _held(connection, accounts)
    assignment = assign(
        accounts,
        held,
        ages=lambda people: _ages(connection, people),
        merged=lambda people: _merged(connection, people),
        origins=lambda contested: _origins(connection, contested),
        redirects=lambda people: _redirects(connection, people),
    )
    touched = frozenset(assignment.people) | frozenset(held.values()) | left
    with staged(connection, **_TABLES):
        _stage(connection, groups, held, assignment, touched)
        moved = _write(connection, groups, assignment, now, run)
        _redirect(connection, assignment)
        describe(connection)
    return Changes(
        len(assignment.new), moved, len(assignment.lost), len(assignment.revived), touched
    )


def _held(connection: Connection, accounts: Iterable[Iterable[Account]]) -> dict[Account, str]:
    """Whose each of the accounts is now."""
    rows = _about(connection, "source, account, person FROM person_account", accounts)
    return {(row[0], row[1]): row[2] for row in rows}


def _about(
    connection: Connection, selected: str, accounts: Iterable[Iterable[Account]]
) -> Iterator[Row]:
    """Rows of a table about these accounts."""
    wanted: defaultdict[str, list[str]] = defaultdict(list)
    for group in accounts:
        for source, key in group:
            wanted[source].append(key)
    for source, keys in wanted.items():
        where = f"WHERE source = {quoted(source)} AND account IN <values>"
        yield from among(connection, f"SELECT {selected} {where}", keys)


def _origins(connection: Connection, accounts: Sequence[Account]) -> dict[Account, str]:
    """Whose each of the accounts was first."""
    columns = "valid_from, person, source, account"
    found: dict[Account, tuple[str, str]] = {}
    for since, person, *ref in _about(connection, f"{columns} FROM person_history", [accounts]):
        account, row = (ref[0], ref[1]), (str(since), person)
        found[account] = min(row, found.get(account, row))
    return {account: person for account, (_, person) in found.items()}


def _redirects(connection: Connection, people: set[str]) -> set[str]:
    sql = "SELECT id FROM person WHERE merged_into IS NOT NULL AND id IN <values>"
    return {row[0] for row in among(connection, sql, sorted(people))}


def _ages(connection: Connection, people: set[str]) -> Mapping[str, str]:
    sql = "SELECT id, created_at FROM person WHERE id IN <values>"
    return {row[0]: str(row[1]) for row in among(connection, sql, sorted(people))}


def _merged(connection: Connection, people: set[str]) -> list[Merged]:
    """Who was merged into these people, the newest merge first."""
    survivors = sorted(people)
    last = _last_held(connection, survivors)
    if not last:
        return []
    since: defaultdict[str, list[tuple[str, str, Account]]] = defaultdict(list)
    for person, source, account, valid_from, valid_to in among(
        connection,
        "SELECT person, source, account, valid_from, valid_to FROM person_history"
        " WHERE person IN <values>",
        survivors,
    ):
        until = "~" if valid_to is None else str(valid_to)
        since[person].append((str(valid_from), until, (source, account)))
    # What the survivor had held and lost before is not theirs by that: see merges done twice.
    found = [
        (
            end.at,
            Merged(
                person,
                end.into,
                end.accounts,
                [a for at, until, a in since[end.into] if at < end.at <= until],
            ),
        )
        for person, end in last.items()
    ]
    found.sort(key=lambda pair: (pair[0], pair[1].person), reverse=True)
    return [merge for _, merge in found]


class _End(NamedTuple):
    """When and into whom somebody was merged, and which accounts they held till then."""

    at: str
    into: str
    accounts: list[Account]


def _last_held(connection: Connection, survivors: Sequence[str]) -> dict[str, _End]:
    """What each redirect to these people held when it ended."""
    rows = among(
        connection,
        "SELECT h.person, p.merged_into, h.source, h.account, h.valid_to FROM person_history h"
        " JOIN person p ON p.id = h.person WHERE p.merged_into IN <values>",
        survivors,
    )
    ends: dict[str, _End] = {}
    for person, into, source, account, valid_to in rows:
        end = ends.get(person)
        if end is None or str(valid_to) > end.at:
            ends[person] = end = _End(str(valid_to), into, [])
        if str(valid_to) == end.at:
            end.accounts.append((source, account))
    return ends


def _stage(
    connection: Connection,
    groups: Sequence[Group],
    held: Mapping[Account, str],
    assignment: Assignment,
    touched: Iterable[str],
) -> None:
    rows: list[Row] = []
    moved: list[Row] = []
    for group, person in zip(groups, assignment.people, strict=True):
        for member in group.members:
            source, account, rule, probability, explanation = member
            rows.append((source, account, person, group.kind, rule, probability, explanation))
            previous = held.get((source, account))
            if previous != person:
                moved.append((source, account, person, previous, explanation))
    put(connection, "grouped", _GROUPED, rows)
    put(connection, "moved", ("source", "account", "person", "previous", "explanation"), moved)
    put(connection, "touched_person", ("person",), [(person,) for person in sorted(touched)])
    for table in ("grouped", "moved", "touched_person"):
        settle(connection, table)


def _write(
    connection: Connection,
    groups: Sequence[Group],
    assignment: Assignment,
    now: datetime,
    run: int,
) -> int:
    """Write what differs and nothing else; the number of accounts that moved."""
    at = instant_text(now)
    made = [(assignment.people[at_], groups[at_].kind, False, at) for at_ in assignment.new]
    put(connection, "person", ("id", "kind", "listed", "created_at"), made)
    _write_history(connection, now, run)
    execute(
        connection,
        """
        INSERT INTO person_account (source, account, person, rule, probability, explanation)
        SELECT g.source, g.account, g.person, g.rule, g.probability, g.explanation
        FROM grouped g
        LEFT JOIN person_account pa ON pa.source = g.source AND pa.account = g.account
        WHERE pa.person <differs from> g.person OR pa.rule <differs from> g.rule
           OR pa.probability <differs from> g.probability
           OR pa.explanation <differs from> g.explanation
        ON CONFLICT (source, account) DO UPDATE
        SET person = excluded.person, rule = excluded.rule, probability = excluded.probability,
            explanation = excluded.explanation
        """,
    )
    moved: int = execute(connection, "SELECT count(*) FROM moved").scalar_one()
    return moved


def _write_history(connection: Connection, now: datetime, run: int) -> None:
    execute(
        connection,
        """
        UPDATE person_history SET valid_to = :now, reason = reason || '; then another person'
        WHERE valid_to IS NULL AND (person, source, account) IN (
          SELECT previous, source, account FROM moved WHERE previous IS NOT NULL)
        """,
        now=now,
    )
    execute(
        connection,
        """
        INSERT INTO person_history (person, source, account, valid_from, run, reason)
        SELECT person, source, account, :now, :run, explanation FROM moved WHERE TRUE
        ON CONFLICT (person, source, account, valid_from) DO UPDATE SET valid_to = NULL
        """,
        now=now,
        run=run,
    )


def _redirect(connection: Connection, assignment: Assignment) -> None:
    """Whoever kept the id of a merged person finds the one who has their accounts, in one step."""
    _set_redirects(connection, [(person, None) for person in assignment.revived])
    ended = {person: assignment.people[group] for person, group in assignment.lost.items()}
    sql = "SELECT id, merged_into FROM person WHERE merged_into IN <values>"
    before = [(row[0], ended[row[1]]) for row in among(connection, sql, sorted(ended))]
    _set_redirects(connection, [*ended.items(), *before])
    torn = {assignment.people[group] for group in assignment.contested}
    _repoint(connection, sorted(torn))


def _repoint(connection: Connection, survivors: Sequence[str]) -> None:
    """Redirects of before go where most of what they held went."""
    ends = _last_held(connection, survivors)
    accounts = {account for end in ends.values() for account in end.accounts}
    if not accounts:
        return
    now_of = _held(connection, [accounts])
    first = _origins(connection, sorted(accounts))
    votes = {
        person: Counter(
            now_of[account]
            for account in [a for a in end.accounts if first.get(a) == person] or end.accounts
            if account in now_of
        )
        for person, end in ends.items()
    }
    targets = [
        (person, min(count, key=lambda target: (-count[target], target)))
        for person, count in sorted(votes.items())
        if count
    ]
    _set_redirects(connection, targets)


def _set_redirects(connection: Connection, targets: Sequence[tuple[str, str | None]]) -> None:
    if not targets:
        return
    execute(connection, "DELETE FROM redirected")
    put(connection, "redirected", ("person", "target"), targets)
    execute(
        connection,
        """
        UPDATE person SET merged_into = r.target FROM redirected r
        WHERE r.person = person.id AND person.merged_into <differs from> r.target
        """,
    )


def describe_again(connection: Connection, accounts: Sequence[Account]) -> frozenset[str]:
    """Show the people of these accounts as the accounts are by now; their ids."""
    if not accounts:
        return frozenset()
    with staged(connection, **_TABLES):
        put(connection, "moved", ("source", "account"), accounts)
        settle(connection, "moved")
        execute(
            connection,
            "INSERT INTO touched_person SELECT DISTINCT pa.person FROM moved m"
            " JOIN person_account pa ON pa.source = m.source AND pa.account = m.account",
        )
        execute(
            connection,
            "INSERT INTO grouped (source, account, person, kind)"
            " SELECT pa.source, pa.account, pa.person, p.kind FROM touched_person t"
            " JOIN person_account pa ON pa.person = t.person JOIN person p ON p.id = t.person",
        )
        settle(connection, "grouped")
        describe(connection)
        people = all_rows(connection, "SELECT person FROM touched_person")
    return frozenset(row[0] for row in people)


def drop_orphans(connection: Connection, now: datetime) -> frozenset[str]:
    """End links to accounts that are no longer there, such as those of the erased; who had them."""
    orphan = """
        NOT EXISTS (SELECT 1 FROM account a WHERE a.source = {0}.source AND a.key = {0}.account)
    """
    left = all_rows(
        connection,
        # In the order of the key, as SQLite would else go through the people one by one.
        f"SELECT person FROM person_account WHERE {orphan.format('person_account')}"
        " ORDER BY source, account",
    )
    if not left:
        return frozenset()
    execute(
        connection,
        "UPDATE person_history SET valid_to = :now, reason = reason || '; the account is gone'"
        f" WHERE valid_to IS NULL AND {orphan.format('person_history')}",
        now=now,
    )
    execute(connection, f"DELETE FROM person_account WHERE {orphan.format('person_account')}")
    return frozenset(row[0] for row in left)


__all__ = ["Changes", "Group", "Member", "describe_again", "drop_orphans", "write_people"]
