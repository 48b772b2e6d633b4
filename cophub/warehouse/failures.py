"""What a database may answer that its operator can put right, as one line each."""

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError

from cophub.error_codes import CANNOT_OPEN, DAMAGED, DISK_FULL, LOCKED, SERVER_AWAY, SERVER_REFUSED
from cophub.errors import WarehouseError

# Part of the driver's own words -> what to say, and its code; the first that fits is taken.
# `{said}` is the driver's first line.
_SQLITE_ANSWERS = (
    (
        "disk is full",
        "the disk is full; nothing of this was kept: free some room and run again",
        DISK_FULL,
    ),
    ("is locked", "another program holds it locked all the time; end it and run again", LOCKED),
    ("not a database", "the file is not an SQLite database; give another file name", DAMAGED),
    ("malformed", "the file is damaged; put a backup in its place", DAMAGED),
    (
        "unable to open",
        "the file cannot be opened; check that its folder exists and is yours",
        CANNOT_OPEN,
    ),
    (
        "readonly",
        "the file cannot be written; check the rights of the file and its folder",
        CANNOT_OPEN,
    ),
    (
        "disk i/o error",
        "the disk is full or damaged; free some room or check it, then run again",
        DISK_FULL,
    ),
)
_POSTGRES_ANSWERS = (
    (
        "password authentication failed",
        "the user name or password is refused; correct the address",
        SERVER_REFUSED,
    ),
    ("no password supplied", "the server wants a password; put it in the address", SERVER_REFUSED),
    (
        "other objects depend on it",
        "{said}: drop the views that others made upon it (psql shows them), then run again",
        SERVER_REFUSED,
    ),
    ("does not exist", "{said}; create it first, or correct the address", SERVER_REFUSED),
    ("permission denied", "{said}; grant it to the user of the address", SERVER_REFUSED),
    (
        "could not extend file",
        "the server's disk is full; nothing of this was kept: free some room",
        DISK_FULL,
    ),
    (
        "no space left",
        "the server's disk is full; nothing of this was kept: free some room",
        DISK_FULL,
    ),
    ("too many", "the server takes no more connections; end some, or raise its limit", SERVER_AWAY),
    ("lock timeout", "another program holds it locked; end it and run again", LOCKED),
    ("deadlock", "another program holds it locked; end it and run again", LOCKED),
)
_POSTGRES_OTHERWISE = "the server does not answer ({said}); check that it runs and the address"


def named(url: URL) -> str:
    """The database as a person knows it, without the password."""
    if url.get_backend_name() == "sqlite":
        return f'warehouse "{url.database}"'
    return f'warehouse "{url.database}" on {url.host or url.query.get("host", "this machine")}'


@contextmanager
def explained(url: URL) -> Iterator[None]:
    """Turns what an operator can put right into a WarehouseError; anything else passes as it is."""
    try:
        yield
    except DBAPIError as error:
        if answer := _answer(error.orig):
            raise WarehouseError(f"{named(url)}: {answer[0]}", code=answer[1]) from error
        raise
    except Exception as error:
        # The hot path talks to the driver itself, past SQLAlchemy.
        if answer := _answer(error):
            raise WarehouseError(f"{named(url)}: {answer[0]}", code=answer[1]) from error
        raise


def _answer(error: BaseException | None) -> tuple[str, str] | None:
    """What to tell the operator about a driver's error, and its code; None: it is not for them."""
    said = (str(error).strip().splitlines() or [""])[0]
    if isinstance(error, sqlite3.DatabaseError):
        found = (answer for word, *answer in _SQLITE_ANSWERS if word in said.lower())
        return next(((text, code) for text, code in found), None)
    if type(error).__module__.startswith("psycopg"):
        for word, text, code in _POSTGRES_ANSWERS:
            if word in str(error).lower():
                return text.format(said=said), code
        if _is(error, "OperationalError"):
            return _POSTGRES_OTHERWISE.format(said=said), SERVER_AWAY
    return None


def _is(error: BaseException | None, name: str) -> bool:
    """Whether a class of that name is among the error's: psycopg may not be installed."""
    return any(kind.__name__ == name for kind in type(error).__mro__)
