"""The register in the warehouse: what is known of organisations, brought up to date from accounts.

It is learned anew from all that accounts say, so that it does not depend on the order in which they
came; only the keys of organisations are kept from before. What a person said is never overwritten.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from typing import NamedTuple

import msgspec
from sqlalchemy import Connection

from cophub.identities.matching.keys import DOMAIN, ORGANIZATION, key_of
from cophub.identities.organizations.known import Organization
from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.offices import is_vague
from cophub.identities.organizations.register import Register
from cophub.identities.reading.mailboxes import is_work_domain, registrable
from cophub.identities.store.rows import Row, all_rows, put
from cophub.warehouse.staging import execute, staged

SEED, LEARNED = "seed", "learned"
"""`set_by` of what came with cophub and of what was learned; any other is a person's name."""

_SAID_MARK = "organizations_said"
_CHANGED = "organizations_changed"
EVERYTHING = "*"
"""Stands for more changes than are worth listing."""
_LISTED = 2_000

_BLANKS = " \t\r\n"
_ADDRESS = "lower(<trimmed>(a.email, :blanks) <bytewise>)"
HOST_OF = f"substr({_ADDRESS}, <place of>({_ADDRESS}, '@') + 1)"
"""SQL of the host of an account's address; wants the parameter `blanks`."""
TEXT_OF = "coalesce(<trimmed>(a.organization, :blanks), '')"
"""SQL of the organisation as an account has it."""
SPEAKS = "(a.organization <> '' OR a.email LIKE '%_@_%') AND coalesce(a.kind, '') <> 'bot'"

_Names = dict[tuple[str, str], tuple[str, str | None]]
"""(kind, name) -> (key, set_by)."""


class RegisterChange(NamedTuple):
    """Names and domains that belong to another organisation than before, or newly to one."""

    names: frozenset[str] = frozenset()
    """Normal forms."""
    domains: frozenset[str] = frozenset()
    """Registrable domains."""

    def keys(self) -> set[int]:
        """By which keys of the index the accounts are found that bear one of them."""
        found = {key_of(ORGANIZATION, name) for name in self.names}
        return found | {key_of(DOMAIN, domain) for domain in self.domains}


class _Stated(NamedTuple):
    """What accounts say: triples to learn from, and how names are spelled."""

    triples: dict[tuple[str, str], int]
    spellings: dict[str, Counter[str]]
    hosts: set[str]
    """Hosts below a registered domain."""


def load_register(connection: Connection) -> Register:
    """The register as it was last brought up to date, with what persons said since."""
    rows = _rows(connection)
    register = _base(connection, rows)
    open_names = set()
    for (kind, name), (key, set_by) in rows.items():
        if set_by not in (SEED, LEARNED):
            continue
        if kind == "domain":
            register.learned_domains[name] = key
        elif kind == "name" and key:
            register.learned_names[name] = key
        elif kind == "name":
            open_names.add(name)
    register.open_names = frozenset(open_names)
    return register


def update_register(
    connection: Connection, touched: Collection[tuple[str, str]] | None = None
) -> RegisterChange:
    """Bring `organization` and `organization_name` up to date; which names and domains changed.

    `touched` are accounts (source, key) that are new, changed or gone; None: any may be. Where it
    is empty, and no person said anything new, nothing is looked at.
    """
    # What persons said is little, and often all that has to be read.
    said = sorted(_said(_rows(connection, "set_by IS NULL OR set_by NOT IN ('seed', 'learned')")))
    mark = msgspec.json.encode(said).decode()
    before = _meta(connection, _SAID_MARK)
    news = {*said} ^ {tuple(item) for item in msgspec.json.decode(before or "[]")}
    if touched is not None and not touched and not news:
        return RegisterChange()
    rows = _rows(connection)
    base = _base(connection, rows)
    stated = _read_stated(connection)
    remembered = {
        name: key for (kind, name), (key, by) in rows.items() if kind == "name" and by == LEARNED
    }
    triples = [(name, domain, count) for (name, domain), count in stated.triples.items()]
    register = base.learn(triples, remembered)
    wanted = _wanted(register, stated)
    _keep_old_keys(rows, wanted, register)
    _write_names(connection, rows, wanted)
    _write_organizations(connection, register, stated, wanted)
    if news:
        _set_meta(connection, _SAID_MARK, mark)
        merged = {key for kind, *keys in news if kind == "key" for key in keys}
        news |= {item for item in said if item[2] in merged}
    # Names that are new are no news for any account but those that brought them.
    known = {place for place in wanted if place in rows} | {(kind, name) for kind, name, _ in news}
    moved = {p for p, found in wanted.items() if rows.get(p, ("",))[0] != found[0] or p not in rows}
    moved |= {(kind, name) for kind, name, _ in news}
    _remember_changes(connection, _change(moved & known))
    return _change(moved)


def pending_changes(connection: Connection) -> RegisterChange | None:
    """What changed since this was last asked, and is forgotten now; None: too much to list."""
    told = _meta(connection, _CHANGED)
    if not told:
        return RegisterChange()
    _set_meta(connection, _CHANGED, "")
    if told == EVERYTHING:
        return None
    names, domains = msgspec.json.decode(told)
    return RegisterChange(frozenset(names), frozenset(domains))


def _remember_changes(connection: Connection, changed: RegisterChange) -> None:
    """For whoever keeps affiliations."""
    names, domains = set(changed.names), set(changed.domains)
    if not names and not domains:
        return
    told = _meta(connection, _CHANGED) or "[[],[]]"
    if told != EVERYTHING:
        before, earlier = msgspec.json.decode(told)
        names, domains = names | set(before), domains | set(earlier)
        few = len(names) + len(domains) <= _LISTED
        told = msgspec.json.encode([sorted(names), sorted(domains)]).decode() if few else EVERYTHING
    _set_meta(connection, _CHANGED, told)


def _rows(connection: Connection, where: str = "TRUE") -> _Names:
    sql = f"SELECT kind, name, organization, set_by FROM organization_name WHERE {where}"
    return {(kind, name): (key, by) for kind, name, key, by in all_rows(connection, sql)}


def _said(rows: _Names) -> list[tuple[str, str, str]]:
    """What persons said: (kind, name, key)."""
    return [(k, n, key) for (k, n), (key, by) in rows.items() if by not in (SEED, LEARNED)]


def _base(connection: Connection, rows: _Names) -> Register:
    said: dict[str, dict[str, str]] = {"name": {}, "domain": {}, "key": {}}
    for kind, name, key in _said(rows):
        said[kind][name] = key
    aliases = {n: key for (k, n), (key, by) in rows.items() if k == "key" and by == LEARNED}
    stored = {
        key: Organization(key, row[1], row[2] or "", row[3] or "", row[4] or "")
        for key, row in _stored_organizations(connection).items()
    }
    return Register(said["name"], said["domain"], aliases | said["key"], stored)


def _read_stated(connection: Connection) -> _Stated:
    """What accounts say now, and without a vote what they ever said."""
    stated = _Stated(defaultdict(int), defaultdict(Counter), set())
    rows = execute(
        connection,
        f"""
        SELECT text, host, count(*) AS accounts, count(DISTINCT mailbox) AS mailboxes FROM (
          SELECT {TEXT_OF} AS text, coalesce({HOST_OF}, '') AS host, {_ADDRESS} AS mailbox
          FROM account a WHERE {SPEAKS}
        ) s GROUP BY text, host
        """,
        blanks=_BLANKS,
    )
    for row in rows:
        _state(stated, row.text, row.host, row.accounts, row.mailboxes or row.accounts)
    once = "SELECT DISTINCT organization, domain FROM account_organization"
    for text, host in all_rows(connection, once):
        _state(stated, text, host, 0, 0)
    return stated


def _state(stated: _Stated, text: str, host: str, accounts: int, mailboxes: int) -> None:
    name = normal_form(text) if text else ""
    domain = ""
    if host and is_work_domain(host):
        domain = registrable(host)
        if domain != host:
            stated.hosts.add(host)
    if name or domain:
        stated.triples[name, domain] += mailboxes
    if name:
        stated.spellings[name][text] += accounts


def _wanted(register: Register, stated: _Stated) -> _Names:
    """The rows that should be there for what accounts say, but for those that persons set."""
    wanted: _Names = {}
    for name in stated.spellings:
        if name not in register.said_names:
            by = SEED if name in register.shipped.names else LEARNED
            wanted["name", name] = (register.key_of_name(name) or "", by)
    domains = {domain for _, domain in stated.triples if domain}
    for domain in (*domains, *stated.hosts):
        key = register.key_of_domain(domain) or ""
        # A host has a row of its own where it is another organisation's than its domain.
        if domain not in domains and key == register.key_of_domain(registrable(domain)):
            continue
        if domain not in register.said_domains:
            by = SEED if domain in register.shipped.domains else LEARNED
            wanted["domain", domain] = (key, by)
    return wanted


def _keep_old_keys(rows: _Names, wanted: _Names, register: Register) -> None:
    """A key whose names all went to another organisation is that one's from now on."""
    before: defaultdict[str, list[str]] = defaultdict(list)
    for (kind, name), (key, by) in rows.items():
        if kind == "name" and by == LEARNED and key:
            before[key].append(name)
    used = {key for (kind, _), (key, _) in wanted.items() if kind == "name"}
    for key, names in before.items():
        heirs = Counter(
            wanted["name", name][0] for name in names if wanted.get(("name", name), ("", ""))[0]
        )
        if key not in used and heirs and key not in register.shipped.organizations:
            heir = min(heirs, key=lambda k: (-heirs[k], k))
            if ("key", key) not in rows:
                wanted["key", key] = (heir, LEARNED)
    for (kind, name), (key, by) in rows.items():
        if kind == "key" and by == LEARNED and name not in used:
            wanted["key", name] = (register.current(key), LEARNED)


def _write_names(connection: Connection, rows: _Names, wanted: _Names) -> None:
    """Write what differs and nothing else."""
    for (kind, name), found in wanted.items():
        before = rows.get((kind, name))
        if before is not None and before != found:
            execute(
                connection,
                "UPDATE organization_name SET organization = :key, set_by = :by"
                " WHERE kind = :kind AND name = :name",
                key=found[0],
                by=found[1],
                kind=kind,
                name=name,
            )
    new = [
        (name, kind, *found) for (kind, name), found in wanted.items() if (kind, name) not in rows
    ]
    put(connection, "organization_name", ("name", "kind", "organization", "set_by"), sorted(new))
    left = [
        (name, kind)
        for (kind, name), (_, by) in rows.items()
        if by in (SEED, LEARNED) and (kind, name) not in wanted
    ]
    if left:
        with staged(connection, left_name="name TEXT, kind TEXT, PRIMARY KEY (name, kind)"):
            put(connection, "left_name", ("name", "kind"), left)
            execute(
                connection,
                "DELETE FROM organization_name WHERE set_by IN ('seed', 'learned') AND EXISTS ("
                " SELECT 1 FROM left_name l WHERE l.name = organization_name.name"
                " AND l.kind = organization_name.kind)",
            )


def _write_organizations(
    connection: Connection, register: Register, stated: _Stated, wanted: _Names
) -> None:
    """A row for every organisation that a name or domain leads to, and for whose office it is."""
    titles = _titles(register, stated, wanted)
    used = {key for key, _ in wanted.values()} | {key for _, key in _said_of(register)}
    stored = _stored_organizations(connection)
    wanted_rows = _organization_rows(register, used, titles)
    for row in wanted_rows:
        if row[0] in stored and stored[row[0]] != row:
            execute(
                connection,
                "UPDATE organization SET name = :name, parent = :parent, country = :country,"
                " domain = :domain WHERE key = :key",
                **dict(zip(_ORGANIZATION, row, strict=True)),
            )
    new = [row for row in wanted_rows if row[0] not in stored]
    put(connection, "organization", _ORGANIZATION, new)


def add_organizations(connection: Connection, register: Register, keys: Iterable[str]) -> None:
    """Rows for these organisations, and those whose offices they are, where there are none."""
    stored = _stored_organizations(connection)
    missing = set(keys) - stored.keys()
    if missing:
        rows = _organization_rows(register, missing, {})
        new = [row for row in rows if row[0] not in stored]
        put(connection, "organization", _ORGANIZATION, new)


def drop_unused(connection: Connection) -> None:
    """Take out organisations that nothing leads to any more, as of what the erased wrote."""
    execute(
        connection,
        """
        DELETE FROM organization
        WHERE key NOT IN (SELECT organization FROM organization_name)
          AND key NOT IN (SELECT name FROM organization_name WHERE kind = 'key')
          AND key NOT IN (SELECT organization FROM affiliation)
          AND key NOT IN (SELECT parent FROM organization WHERE parent IS NOT NULL)
        """,
    )


_ORGANIZATION = ("key", "name", "parent", "country", "domain")


def _stored_organizations(connection: Connection) -> dict[str, Row]:
    rows = all_rows(connection, f"SELECT {', '.join(_ORGANIZATION)} FROM organization")
    return {row[0]: tuple(row) for row in rows}


def _organization_rows(
    register: Register, keys: Iterable[str], titles: dict[str, str]
) -> list[Row]:
    needed = set()
    for used in keys:
        key = used
        while key and key not in needed:
            needed.add(key)
            key = register.organizations[key].parent if key in register.organizations else ""
    rows = []
    for key in sorted(needed):
        o = register.organizations.get(key) or Organization(key, key)
        domain = o.domain or (key if "." in key else "")
        name = titles.get(key, o.name)
        parent = register.current(o.parent) or None
        rows.append((key, name, parent, o.country or None, domain or None))
    return rows


def _said_of(register: Register) -> list[tuple[str, str]]:
    said = (register.said_names, register.said_domains, register.merged)
    return [item for names in said for item in names.items()]


def _titles(register: Register, stated: _Stated, wanted: _Names) -> dict[str, str]:
    """Of each organisation that was learned, the spelling that most accounts use."""
    spellings: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for (kind, name), (key, by) in wanted.items():
        office = key in register.organizations and register.organizations[key].parent
        if kind == "name" and by == LEARNED and key and not office:
            spellings[key].update(stated.spellings[name])
    titles = {}
    for key, counts in spellings.items():
        if key not in register.shipped.organizations and counts:
            # Of spellings as frequent as each other a long one tells a reader more.
            titles[key] = min(counts, key=lambda text: (-counts[text], -len(text), text))
    for name, domain in sorted(stated.triples):
        own = register.learned_domains.get(domain) == domain
        if own and name and is_vague(name) and domain not in titles:
            spelled = stated.spellings[name]
            titles[domain] = f"{min(spelled, key=lambda t: (-spelled[t], t))} ({domain})"
    return titles


def _change(moved: Iterable[tuple[str, str]]) -> RegisterChange:
    places = list(moved)
    return RegisterChange(
        frozenset(name for kind, name in places if kind == "name"),
        frozenset(registrable(name) for kind, name in places if kind == "domain"),
    )


def _meta(connection: Connection, name: str) -> str:
    found = execute(connection, "SELECT value FROM meta WHERE name = :name", name=name).scalar()
    return str(found or "")


def _set_meta(connection: Connection, name: str, value: str) -> None:
    execute(
        connection,
        "INSERT INTO meta (name, value) VALUES (:name, :value)"
        " ON CONFLICT (name) DO UPDATE SET value = excluded.value",
        name=name,
        value=value,
    )


__all__ = [
    "HOST_OF",
    "LEARNED",
    "SEED",
    "SPEAKS",
    "TEXT_OF",
    "RegisterChange",
    "add_organizations",
    "drop_unused",
    "load_register",
    "pending_changes",
    "update_register",
]
