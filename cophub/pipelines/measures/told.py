"""The warehouse as it was known at an instant: temporary views that stand before its tables.

Within the block a table's name means what was known of it by then, so the same SQL that counts what
is published counts what would have been. The tables are not touched. Only whose account was whose
is copied: all else is joined to that, and needs it by account at once.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime

from sqlalchemy import Connection

from cophub.warehouse.columns import instant_text
from cophub.warehouse.staging import settle, staged
from cophub.warehouse.tables import metadata
from cophub.warehouse.views import EVENT_PERSON, FRESHNESS

SEEN = ("space", "event", "attendance", "campaign", "post", "document", "membership")
"""The vendor tables that figures by quarter rest on."""

_SEEN = """
  SELECT {columns}, CASE WHEN t.gone_at > {then} THEN NULL ELSE t.gone_at END AS gone_at
  FROM {real}.{table} t WHERE t.first_seen_at <= {then}
"""

# An end is of another time where the membership went on after the day: whoever was gone by then had
# their last period's, and whoever was there had none. A beginning after the day is of a return.
_MEMBERSHIP = """
  SELECT t.source, t.space, t.account, t.status, t.joined_at_basis, t.first_seen_at, t.changed_at,
         CASE WHEN t.joined_at > {then} AND t.changed_at > {then} THEN NULL ELSE t.joined_at END
           AS joined_at,
         CASE WHEN (t.gone_at > {then} AND t.left_at >= t.gone_at)
                OR (EXISTS (SELECT 1 FROM {real}.membership_period p WHERE {same}
                            AND p.valid_from > {then})
                    AND (t.left_at IS NULL OR EXISTS (
                      SELECT 1 FROM {real}.membership_period p WHERE {same}
                        AND (p.valid_to > {then} OR p.valid_to IS NULL)
                        AND coalesce(p.status, 'active') = 'active')))
              THEN (SELECT max(p.valid_to) FROM {real}.membership_period p WHERE {same}
                    AND p.valid_from <= {then}
                    HAVING sum(CASE WHEN p.valid_to <= {then} THEN 0 ELSE 1 END) = 0)
              ELSE t.left_at END AS left_at,
         CASE WHEN t.gone_at > {then} THEN NULL ELSE t.gone_at END AS gone_at
  FROM {real}.membership t WHERE t.first_seen_at <= {then}
"""
_SAME = "p.source = t.source AND p.space = t.space AND p.account = t.account"

_MEMBERSHIP_PERIOD = """
  SELECT source, space, account, role, status, valid_from,
         CASE WHEN valid_to > {then} THEN NULL ELSE valid_to END AS valid_to
  FROM {real}.membership_period WHERE valid_from <= {then}
"""

# A table: SQLite, which knows no numbers of rows, would begin with the people of a view, and look
# at all events for each.
_PERSON_ACCOUNT_COLUMNS = "source TEXT, account TEXT, person TEXT, PRIMARY KEY (source, account)"
_PERSON_ACCOUNT = """
  INSERT INTO person_account
  SELECT source, account, person FROM {real}.person_history
  WHERE valid_from <= {then} AND (valid_to > {then} OR valid_to IS NULL)
  ON CONFLICT DO NOTHING
"""

# Where somebody works is told of who they are today; whoever had an account of theirs then gets it.
_AFFILIATION = """
  SELECT who.person, w.organization, w.valid_from,
         max(CASE WHEN w.valid_to > {then} THEN NULL ELSE w.valid_to END) AS valid_to,
         min(w.place) AS place
  FROM (SELECT DISTINCT t.person, n.person AS today
        FROM person_account t
        JOIN {real}.person_account n ON n.source = t.source AND n.account = t.account) who
  JOIN {real}.affiliation w ON w.person = who.today
  WHERE w.valid_from <= {then}
  GROUP BY who.person, w.organization, w.valid_from
"""

_VIEWS = {
    "membership": _MEMBERSHIP,
    "membership_period": _MEMBERSHIP_PERIOD,
    "affiliation": _AFFILIATION,
    "erasure": "SELECT * FROM {real}.erasure WHERE erased_at <= {then}",
    "run": "SELECT * FROM {real}.run WHERE started_at <= {then}",
    "stream_run": "SELECT * FROM {real}.stream_run WHERE finished_at <= {then}",
}


@contextmanager
def told_at(connection: Connection, then: datetime) -> Iterator[str]:
    """The tables as known at `then` until the block ends; gives the schema of those of today."""
    real = real_schema(connection)
    words = {"real": real, "then": literal(connection, then), "same": _SAME}
    views = {table: _seen(table) for table in SEEN} | _VIEWS
    texts = {name: sql.format(table=name, **words) for name, sql in views.items()}
    # Made anew over the views above, as those of the warehouse read its tables whatever stands
    # before them.
    for view in (EVENT_PERSON, FRESHNESS):
        texts[view.name] = view.definition(connection.dialect.name)
    with staged(connection, person_account=_PERSON_ACCOUNT_COLUMNS):
        connection.exec_driver_sql(_PERSON_ACCOUNT.format(**words))
        settle(connection, "person_account")
        for name, sql in texts.items():
            connection.exec_driver_sql(f"CREATE TEMPORARY VIEW {name} AS {sql}")
        yield real
        # Not in a `finally`: after a failure the transaction is undone, and the views with it.
        place = "temp" if connection.dialect.name == "sqlite" else "pg_temp"
        for name in reversed(texts):
            connection.exec_driver_sql(f"DROP VIEW {place}.{name}")


def real_schema(connection: Connection) -> str:
    """The schema of the warehouse's own tables, quoted."""
    if connection.dialect.name == "sqlite":
        return "main"
    name = connection.exec_driver_sql("SELECT current_schema()").scalar_one()
    return connection.dialect.identifier_preparer.quote_identifier(str(name))


def literal(connection: Connection, instant: datetime) -> str:
    """An instant as SQL: a view takes no parameters."""
    if connection.dialect.name == "sqlite":
        return f"'{instant_text(instant)}'"
    return f"TIMESTAMPTZ '{instant_text(instant)}+00'"


def _seen(table: str) -> str:
    names = [f't."{c.name}"' for c in metadata.tables[table].columns if c.name != "gone_at"]
    return _SEEN.replace("{columns}", ", ".join(names))
