"""What each account says about its organisation, kept with since when and until when it said so.

Set-based, in the caller's transaction: a row of `account_organization` is made when an account
first says something, and ended when it says something else or nothing. Rows outlive the saying, so
that a past quarter's organisations stay those of that quarter.
"""

from datetime import datetime

from sqlalchemy import Connection

from cophub.identities.organizations.stored import HOST_OF, SPEAKS, TEXT_OF
from cophub.identities.reading.mailboxes import is_work_domain
from cophub.identities.store.rows import put
from cophub.warehouse.staging import execute, settle, staged

_BLANKS = " \t\r\n"
_TABLES = {
    "host_said": "host TEXT PRIMARY KEY, domain TEXT",
    "says": (
        "source TEXT, account TEXT, organization TEXT, domain TEXT, country TEXT,"
        " created_at <instant>, first_seen_at <instant>, changed_at <instant>,"
        " PRIMARY KEY (source, account)"
    ),
    "saying": (
        "source TEXT, account TEXT, organization TEXT, domain TEXT, country TEXT,"
        " valid_from <instant>, changed_at <instant>, PRIMARY KEY (source, account)"
    ),
    "fell_silent": (
        "source TEXT, account TEXT, valid_from <instant>, at <instant>,"
        " PRIMARY KEY (source, account)"
    ),
    "begins": (
        "source TEXT, account TEXT, organization TEXT, domain TEXT, country TEXT,"
        " created_at <instant>, first_seen_at <instant>, last_to <instant>,"
        " PRIMARY KEY (source, account)"
    ),
}
_SAME_ACCOUNT = "{0}.source = {1}.source AND {0}.account = {1}.account"


def observe(connection: Connection, now: datetime, *, scoped: bool) -> int:
    """Bring `account_organization` up to date; how many rows began or ended.

    With `scoped`, only for the accounts in the staged table `scope_account`.
    """
    with staged(connection, **_TABLES):
        _stage_says(connection, scoped)
        _stage_saying(connection, scoped)
        ended = _end(connection, now)
        _stage_begins(connection)
        return ended + _begin(connection)


def _accounts(scoped: bool) -> str:
    """SQL of all accounts, or of those in scope; from the few to the many, on both databases."""
    if not scoped:
        return "account a"
    # An outer join, since SQLite would turn the order of an inner one round and read all accounts.
    return "scope_account sa LEFT JOIN account a ON a.source = sa.source AND a.key = sa.account"


def _stage_says(connection: Connection, scoped: bool) -> None:
    """What accounts say now; public mail providers and technical hosts say nothing."""
    accounts = _accounts(scoped)
    rows = execute(
        connection,
        f"SELECT DISTINCT {HOST_OF} FROM {accounts} WHERE a.email LIKE '%_@_%'",
        blanks=_BLANKS,
    )
    hosts = [(host, host) for (host,) in rows if is_work_domain(host)]
    put(connection, "host_said", ("host", "domain"), hosts)
    settle(connection, "host_said")
    execute(
        connection,
        f"""
        INSERT INTO says
        SELECT a.source, a.key, {TEXT_OF}, coalesce(h.domain, ''),
               coalesce(<trimmed>(a.country, :blanks), ''),
               a.created_at, a.first_seen_at, a.changed_at
        FROM {accounts}
        LEFT JOIN host_said h ON h.host = {HOST_OF}
        WHERE {SPEAKS} AND ({TEXT_OF} <> '' OR h.domain IS NOT NULL)
        """,
        blanks=_BLANKS,
    )
    settle(connection, "says")


def _stage_saying(connection: Connection, scoped: bool) -> None:
    """The rows that have not ended, with when a run last found the account changed."""
    table = "account_organization o"
    if scoped:
        table = (
            "scope_account sa LEFT JOIN account_organization o"
            " ON o.source = sa.source AND o.account = sa.account"
        )
    execute(
        connection,
        f"""
        INSERT INTO saying
        SELECT o.source, o.account, o.organization, o.domain, o.country, o.valid_from, a.changed_at
        FROM {table}
        JOIN account a ON a.source = o.source AND a.key = o.account
        WHERE o.valid_to IS NULL AND coalesce(o.source, '') <> ''
        """,
    )
    settle(connection, "saying")


def _end(connection: Connection, now: datetime) -> int:
    """End what is no longer said, on the day on which a run found the account changed."""
    execute(
        connection,
        """
        INSERT INTO fell_silent
        SELECT o.source, o.account, o.valid_from,
               CASE WHEN o.changed_at > o.valid_from THEN o.changed_at ELSE :now END
        FROM saying o
        LEFT JOIN says s ON s.source = o.source AND s.account = o.account
        WHERE s.source IS NULL OR s.organization <> o.organization OR s.domain <> o.domain
           OR s.country <> o.country
        """,
        now=now,
    )
    settle(connection, "fell_silent")
    return execute(
        connection,
        """
        UPDATE account_organization SET valid_to = f.at
        FROM fell_silent f
        WHERE f.source = account_organization.source AND f.account = account_organization.account
          AND f.valid_from = account_organization.valid_from
        """,
    ).rowcount


def _stage_begins(connection: Connection) -> None:
    """What is said by accounts of which nothing is kept as said now."""
    execute(
        connection,
        f"""
        INSERT INTO begins
        SELECT s.source, s.account, s.organization, s.domain, s.country, s.created_at,
               s.first_seen_at,
               (SELECT max(CASE WHEN o.valid_to >= s.changed_at THEN o.valid_to
                                ELSE s.changed_at END)
                FROM account_organization o WHERE {_SAME_ACCOUNT.format("o", "s")})
        FROM says s
        WHERE NOT EXISTS (
          SELECT 1 FROM account_organization o
          WHERE {_SAME_ACCOUNT.format("o", "s")} AND o.valid_to IS NULL)
        """,
    )
    settle(connection, "begins")


def _begin(connection: Connection) -> int:
    # An account that says something for the first time may always have said so, as far as anybody
    # knows: since it was made, or joined, or else was first seen.
    return execute(
        connection,
        f"""
        INSERT INTO account_organization
          (source, account, valid_from, organization, domain, country, basis)
        SELECT b.source, b.account,
               CASE WHEN b.last_to IS NOT NULL THEN b.last_to
                    WHEN b.created_at <= b.first_seen_at THEN b.created_at
                    WHEN j.joined_at <= b.first_seen_at THEN j.joined_at
                    ELSE b.first_seen_at END,
               b.organization, b.domain, b.country,
               CASE WHEN b.last_to IS NOT NULL THEN 'changed'
                    WHEN b.created_at <= b.first_seen_at THEN 'created'
                    WHEN j.joined_at <= b.first_seen_at THEN 'joined'
                    ELSE 'first_seen' END
        FROM begins b
        LEFT JOIN (
          SELECT m.source, m.account, min(m.joined_at) AS joined_at
          FROM membership m
          JOIN begins n ON {_SAME_ACCOUNT.format("n", "m")}
          WHERE coalesce(m.joined_at_basis, 'native') <> 'first_seen'
          GROUP BY m.source, m.account
        ) j ON {_SAME_ACCOUNT.format("j", "b")}
        WHERE TRUE
        ON CONFLICT (source, account, valid_from) DO UPDATE
        SET organization = excluded.organization, domain = excluded.domain,
            country = excluded.country, valid_to = NULL
        """,
    ).rowcount


__all__ = ["observe"]
