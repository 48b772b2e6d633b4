"""Tokens that a vendor renews, in the warehouse: for sources that several machines sync.

A renewed token ends the one before, so machines that kept one each would lock one another out.
"""

import os
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select
from sqlalchemy.dialects.postgresql import insert as insert_postgresql
from sqlalchemy.dialects.sqlite import insert as insert_sqlite

from cophub.error_codes import SEALED
from cophub.errors import ConfigError
from cophub.http import FileTokens
from cophub.http.tokens import KEY_VARIABLE, long_enough, sealed, unsealed
from cophub.warehouse import Warehouse
from cophub.warehouse.operation_tables import token as t


class TableTokens:
    """The tokens of one source, each encrypted with the phrase in COPHUB_KEY.

    Every machine has that phrase; a keyring is of one machine, and so is none for this. Raises
    ConfigError where there is none, and for a token that was kept with another. What this machine
    kept in files is taken over when it is first asked for.
    """

    def __init__(
        self, warehouse: Callable[[], Warehouse], source: str, now: Callable[[], datetime],
        files: Path,
    ) -> None:  # fmt: skip
        self._warehouse, self._source, self._now = warehouse, source, now
        self._files = FileTokens(files)

    def get(self, name: str) -> str | None:
        """The token, or None when none was kept."""
        query = select(t.c.sealed).where(t.c.source == self._source, t.c.name == name)
        with self._warehouse().connect() as connection:
            kept: str | None = connection.scalar(query)
        if kept is None:
            return self._taken_over(name)
        token = unsealed(kept.encode(), shared_phrase())
        if token is None:
            raise ConfigError(
                f"token {name!r} of source {self._source} was kept with another {KEY_VARIABLE} than"
                " this machine has; set the same on every machine, or sign in again:"
                f" cophub sign-in {self._source}",
                code=SEALED,
            )
        return token

    def set(self, name: str, value: str) -> None:
        """Keep the token; it is safe when this returns."""
        row = dict(sealed=sealed(value, shared_phrase()).decode(), saved_at=self._now())
        with self._warehouse().begin() as connection:
            keys = dict(source=self._source, name=name)
            statement = _insert(connection).values(**keys, **row)
            connection.execute(
                statement.on_conflict_do_update(index_elements=["source", "name"], set_=row)
            )

    def names(self) -> list[str]:
        """The tokens that are kept, with those in files of this machine."""
        query = select(t.c.name).where(t.c.source == self._source)
        with self._warehouse().connect() as connection:
            return sorted({*connection.scalars(query), *self._files.names()})

    def kept_at(self, name: str) -> datetime:
        """When a token was kept last."""
        query = select(t.c.saved_at).where(t.c.source == self._source, t.c.name == name)
        with self._warehouse().connect() as connection:
            found: datetime | None = connection.scalar(query)
        return found or self._files.kept_at(name)

    def require_key(self) -> None:
        """Raises ConfigError where a token could not be kept, before anybody makes one."""
        shared_phrase()

    def _taken_over(self, name: str) -> str | None:
        """The token that this machine kept before, from now on for all."""
        token = self._files.get(name)
        if token is not None:
            self.set(name, token)
            # Left there it would be found again, long ended by then, by whoever goes back to files.
            self._files.forget(name)
        return token


def shared_phrase() -> str:
    """The phrase that all machines have. Raises ConfigError."""
    phrase = os.environ.get(KEY_VARIABLE)
    if not phrase:
        raise ConfigError(
            f'with [hub] queue = "workers" sign-ins are kept for all machines, sealed with'
            f" {KEY_VARIABLE}, which is not set here; set it to a long random phrase, the same on"
            f' every machine (export {KEY_VARIABLE}="...")',
            code=SEALED,
        )
    return long_enough(phrase)


def check_phrase(warehouse: Warehouse) -> None:
    """Raises ConfigError where this machine's phrase is none, or not that of the others."""
    phrase = shared_phrase()
    with warehouse.connect() as connection:
        newest = select(t).order_by(t.c.saved_at.desc()).limit(1)
        kept = connection.execute(newest).first()
    if kept is not None and unsealed(kept.sealed.encode(), phrase) is None:
        raise ConfigError(
            f"{KEY_VARIABLE} is not the one that sign-ins were kept with (such as that of source"
            f" {kept.source}); set the same on every machine",
            code=SEALED,
        )


def _insert(connection: Connection) -> Any:
    return (insert_postgresql if connection.dialect.name == "postgresql" else insert_sqlite)(t)


__all__ = ["TableTokens", "check_phrase", "shared_phrase"]
