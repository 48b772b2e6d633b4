"""Who may read a view or table besides its owner, kept while they are made anew.

PostgreSQL forgets what was granted on a view together with the view, and views are made anew at
upgrades: without this, dashboards would find nothing afterwards.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, bindparam, text

_GIVEN = text("""
SELECT quote_ident(c.relname), a.privilege_type, a.is_grantable,
       CASE WHEN a.grantee = 0 THEN 'PUBLIC' ELSE quote_ident(r.rolname) END
FROM pg_class c
CROSS JOIN LATERAL aclexplode(c.relacl) a
LEFT JOIN pg_roles r ON r.oid = a.grantee
WHERE c.relkind IN ('v', 'r') AND pg_table_is_visible(c.oid) AND c.relname IN :names
  AND a.grantee <> c.relowner AND (a.grantee = 0 OR r.rolname IS NOT NULL)
ORDER BY 1, 4, 2
""").bindparams(bindparam("names", expanding=True))


@contextmanager
def kept_grants(connection: Connection, names: list[str]) -> Iterator[None]:
    """What was granted on these views and tables before is granted after; on PostgreSQL."""
    if connection.dialect.name != "postgresql":
        yield
        return
    given = connection.execute(_GIVEN, {"names": names}).all()
    yield
    for view, privilege, grantable, role in given:
        more = " WITH GRANT OPTION" if grantable else ""
        grant = f"GRANT {privilege} ON {view} TO {role}{more}"
        connection.exec_driver_sql(grant.replace("%", "%%"))  # or it takes % for a parameter


__all__ = ["kept_grants"]
