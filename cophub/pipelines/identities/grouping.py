"""Which accounts belong together, and why: by the organisation's directory, else by address.

Accounts that have the same id in a directory of an organisation (`directory_id` in `extra`, a GUID)
are one person, whatever addresses vendors show. All verified addresses that they bear are that
person's, so an account elsewhere that has one of them joins. An address that two directory ids bear
was passed on from one person to another, and joins nobody. Two ids never come together.

Of all others, those with the same exact address that a vendor has verified are one person. An
account without such an address is a person of its own.
"""

from sqlalchemy import Connection

from cophub.warehouse.staging import execute, fill, settle

ROLE_LOCAL_PARTS = frozenset(
    """
    abuse admin administration administrator administracion billing bounce bounces comms
    communication communications conference contact contacto daemon do-not-reply donotreply
    enquiries enquiry events feedback hello help helpdesk hostmaster hr info information infos
    inquiries inquiry jobs listserv mail mailbox mailer-daemon majordomo marketing media membership
    news newsletter newsletters no-reply nobody noreply no_reply notification notifications office
    postmaster press reception recruitment registration reply root sales secretariat secretary
    service subscribe support team training unsubscribe webmaster
    """.split()  # noqa: SIM905 - a list of words reads best as words
)
"""Local parts of addresses that nobody bears as a name: `info@`, `admin@`. Counted nowhere."""

GROUPING = {
    "role_local_part": "local_part TEXT PRIMARY KEY",
    "wanted": (
        "source TEXT, account TEXT, address TEXT, kind TEXT, directory TEXT, owner TEXT,"
        " cluster TEXT, rule TEXT, explanation TEXT, PRIMARY KEY (source, account)"
    ),
    "shared_address": "address TEXT PRIMARY KEY",
    "directory_kind": "directory TEXT PRIMARY KEY, kind TEXT",
    "address_owner": "address TEXT PRIMARY KEY, directory TEXT",
}
"""The tables that `stage_groups` fills; `wanted` has each account with its group."""

_SEVERAL = "several"


def stage_groups(connection: Connection) -> None:
    """Fill `wanted`: each account with its address, kind, group, and why it is in that group."""
    _stage_accounts(connection)
    _stage_shared_addresses(connection)
    _stage_owners(connection)
    _explain(connection)
    settle(connection, "wanted")


def _stage_accounts(connection: Connection) -> None:
    """Each account with its verified address, kind and directory id.

    Only ASCII letters are lower-cased: the two databases disagree about all others, and vendors
    verify no other addresses.
    """
    fill(connection, "role_local_part", [{"local_part": part} for part in sorted(ROLE_LOCAL_PARTS)])
    execute(
        connection,
        r"""
        INSERT INTO wanted (source, account, address, kind, directory)
        SELECT e.source, e.key, CASE WHEN e.email_verified IS TRUE THEN e.address END,
               CASE WHEN e.kind IN ('bot', 'service', 'role_mailbox') THEN e.kind
                    WHEN r.local_part IS NOT NULL THEN 'role_mailbox'
                    ELSE 'person' END,
               CASE WHEN e.directory LIKE '________-____-____-____-____________'
                     AND coalesce(e.kind, '') NOT IN ('bot', 'service') THEN e.directory END
        FROM (
          SELECT source, key, kind, email_verified,
                 CASE WHEN email LIKE '%_@_%'
                      THEN lower(<trimmed>(email, :blanks) <bytewise>) END AS address,
                 lower(<text in>(extra, '<top>directory_id') <bytewise>) AS directory
          FROM account
        ) e
        LEFT JOIN role_local_part r
          ON r.local_part = substr(e.address, 1, <place of>(e.address, '@') - 1)
        """,
        blanks=" \t\r\n",
    )


def _stage_shared_addresses(connection: Connection) -> None:
    """A mailbox that one vendor knows to be shared is shared wherever it turns up."""
    execute(
        connection,
        "INSERT INTO shared_address SELECT DISTINCT address FROM wanted"
        " WHERE kind = 'role_mailbox' AND address IS NOT NULL",
    )
    execute(
        connection,
        "UPDATE wanted SET kind = 'role_mailbox' WHERE kind = 'person'"
        " AND address IN (SELECT address FROM shared_address)",
    )
    settle(connection, "wanted")


def _stage_owners(connection: Connection) -> None:
    """Whose the addresses are by the directory, and for accounts that have one of them the owner.

    A shared mailbox that a person of the directory shows is not theirs, but the account is.
    """
    execute(
        connection,
        "INSERT INTO directory_kind SELECT directory, min(kind) FROM wanted"
        " WHERE directory IS NOT NULL GROUP BY directory",
    )
    settle(connection, "directory_kind")
    execute(
        connection,
        """
        INSERT INTO address_owner
        SELECT w.address, CASE WHEN min(w.directory <bytewise>) = max(w.directory <bytewise>)
                               THEN min(w.directory <bytewise>) ELSE :several END
        FROM wanted w
        JOIN directory_kind d ON d.directory = w.directory AND d.kind = w.kind
        WHERE w.address IS NOT NULL
        GROUP BY w.address
        """,
        several=_SEVERAL,
    )
    settle(connection, "address_owner")
    execute(
        connection,
        """
        UPDATE wanted
        SET owner = (SELECT o.directory FROM address_owner o WHERE o.address = wanted.address)
        WHERE directory IS NULL AND kind IN ('person', 'role_mailbox')
          AND address IN (SELECT address FROM address_owner)
        """,
    )
    execute(
        connection,
        """
        UPDATE wanted SET kind = 'person'
        WHERE kind = 'role_mailbox'
          AND directory IN (SELECT directory FROM directory_kind WHERE kind = 'person')
        """,
    )


def _explain(connection: Connection) -> None:
    """The group of each account, and why it is in it. Addresses are masked in explanations."""
    masked = "substr(address, 1, 1) || '***' || substr(address, <place of>(address, '@'))"
    execute(
        connection,
        f"""
        UPDATE wanted SET
          cluster = CASE WHEN directory IS NOT NULL THEN 'directory ' || directory
                         WHEN owner <> :several THEN 'directory ' || owner
                         WHEN address IS NOT NULL AND owner IS NULL
                          AND kind IN ('person', 'role_mailbox') THEN 'address ' || address
                         ELSE 'account ' || source || ' ' || account END,
          rule = CASE WHEN kind IN ('bot', 'service', 'role_mailbox') THEN kind
                      WHEN directory IS NOT NULL THEN 'directory_id'
                      WHEN owner = :several THEN 'passed_on_address'
                      WHEN address IS NOT NULL THEN 'verified_address'
                      ELSE 'own_account' END,
          explanation =
            CASE WHEN kind IN ('bot', 'service') THEN 'the vendor says that it is a ' || kind
                 WHEN kind = 'role_mailbox' THEN 'a mailbox of several people or of none'
                 WHEN directory IS NOT NULL
                 THEN 'directory id ' || substr(directory, 1, 8) || '***'
                      || coalesce(', verified address ' || {masked}, '')
                 WHEN owner = :several
                 THEN 'verified address ' || {masked}
                      || ', which several people of the directory had: a person of its own'
                 WHEN owner IS NOT NULL
                 THEN 'verified address ' || {masked}
                      || ', which is that of directory id ' || substr(owner, 1, 8) || '***'
                 WHEN address IS NOT NULL THEN 'verified address ' || {masked}
                 ELSE 'no verified address: a person of its own' END
        """,
        several=_SEVERAL,
    )


__all__ = ["GROUPING", "ROLE_LOCAL_PARTS", "stage_groups"]
