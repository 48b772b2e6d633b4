"""Keys that too many mailboxes bear to be searched by, counted for whoever runs the hub.

They are counted again when the directory has grown or shrunk by a hundredth, as that costs a walk
over all keys.
"""

import msgspec
from sqlalchemy import Connection

from cophub.identities.matching.blocking import CAP
from cophub.identities.store.rows import all_rows, put
from cophub.warehouse.staging import execute

_NAME = "identities.common_keys"
_SHARE = 0.01
_COUNT = f"""
SELECT count(DISTINCT key), count(DISTINCT evidence) FROM identity_key WHERE key IN (
  SELECT key FROM identity_key WHERE (key & 1) = 1
  GROUP BY key HAVING count(*) > {CAP} AND count(DISTINCT anchor) > {CAP}
)
"""


class CommonKeys(msgspec.Struct, frozen=True):
    """What accounts share, and are not compared for."""

    keys: int
    accounts: int
    """That bear one of the keys; most have others, too, by which they are found."""
    size: int
    """Accounts in the directory when this was counted."""

    def __str__(self) -> str:
        many = self.keys != 1
        return (
            f"{self.keys:,} key{'s' if many else ''} of names and addresses"
            f" {'are' if many else 'is'} too common to be searched by ({self.accounts:,} accounts);"
            " organisations or addresses in their sources make rarer ones, and"
            " `cophub people why A B` says which two are apart for it"
        )


def count_common(connection: Connection) -> None:
    """Count them, where the directory is another one than when they were counted last."""
    ((size,),) = all_rows(connection, "SELECT count(*) FROM identity_evidence")
    before = read_common(connection)
    if before is not None and abs(size - before.size) <= _SHARE * before.size:
        return
    ((keys, accounts),) = all_rows(connection, _COUNT)
    execute(connection, "DELETE FROM meta WHERE name = :name", name=_NAME)
    found = msgspec.json.encode(CommonKeys(keys, accounts, size)).decode()
    put(connection, "meta", ("name", "value"), [(_NAME, found)])


def read_common(connection: Connection) -> CommonKeys | None:
    """What was counted last; None where nothing was yet."""
    text = execute(
        connection, "SELECT value FROM meta WHERE name = :name", name=_NAME
    ).scalar_one_or_none()
    try:
        return msgspec.json.decode(text, type=CommonKeys) if text else None
    except msgspec.DecodeError:
        return None


__all__ = ["CommonKeys", "count_common", "read_common"]
