"""One account for an address that is in several audiences, without a word said twice."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator

from msgspec import UNSET, json

from cophub import Account, Item

FIELDS = (
    "name", "given_name", "family_name", "email", "email_verified", "job_title", "organization",
    "city", "country", "timezone", "language",
)  # fmt: skip


class Described:
    """What a whole read has said of each account so far.

    An address has one account, and each audience its own idea of the name. The first audience to
    fill in a field has said it, and later ones add what is missing: otherwise every whole read
    would write the differing names one over the other. Kept in a temporary SQLite file, because
    accounts may be a million; a page of 1,000 takes some milliseconds.
    """

    def __init__(self) -> None:
        self._said = sqlite3.connect("", isolation_level=None, check_same_thread=False)
        self._said.execute("PRAGMA journal_mode = OFF")
        self._said.execute(
            "CREATE TABLE said (key TEXT, space TEXT, fields INT, PRIMARY KEY (key, space))"
            " WITHOUT ROWID"
        )

    def additions(self, space: str, items: Iterable[Item]) -> Iterator[Item]:
        """The same items; accounts lack what another space has said, or are left out."""
        held = list(items)
        keys = [str(item.key) for item in held if isinstance(item, Account)]
        own, others = self._known(space, keys)
        for item in held:
            if not isinstance(item, Account):
                yield item
                continue
            key, known = str(item.key), others[str(item.key)]
            left = filled(item) & ~known
            own[key] |= left
            if known:
                strip(item, known)
            if left or not known:
                yield item
        self._said.executemany(
            "INSERT OR REPLACE INTO said VALUES (?, ?, ?)",
            [(key, space, fields) for key, fields in own.items()],
        )

    def _known(self, space: str, keys: list[str]) -> tuple[dict[str, int], dict[str, int]]:
        """The fields of each of these accounts that `space` has said, and that others have."""
        own: dict[str, int] = defaultdict(int)
        others: dict[str, int] = defaultdict(int)
        found = self._said.execute(
            "SELECT key, space, fields FROM said WHERE key IN (SELECT value FROM json_each(?))",
            (json.encode(keys).decode(),),
        )
        for key, by, fields in found:
            (own if by == space else others)[key] |= fields
        return own, others

    def close(self) -> None:
        """Forget everything."""
        self._said.close()


def filled(account: Account) -> int:
    """The fields that an account fills in, a bit for each of FIELDS."""
    return sum(1 << n for n, name in enumerate(FIELDS) if getattr(account, name) is not UNSET)


def strip(account: Account, known: int) -> None:
    """Take the known fields out of an account."""
    for n, name in enumerate(FIELDS):
        if known >> n & 1:
            setattr(account, name, UNSET)
