"""Whom somebody means: by id, by the beginning of one, by `source:account`, or by address.

An id that became a redirect leads to the person of today, and that is told.
"""

import re
import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, func, select

from cophub.config.messages import did_you_mean
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.identities.links import Account, owners
from cophub.identities.privacy import mask_text
from cophub.warehouse import tables

SHORT = 8
"""Signs of an id that are shown; mostly enough to name a person."""
_PREFIX = re.compile(r"[0-9a-f][0-9a-f-]{3,}")
_TOO_SHORT = re.compile(r"[0-9a-f]{1,3}")
_SHOWN = 5
_person, _link, _account = tables.person, tables.person_account, tables.account


@dataclass(frozen=True)
class Meant:
    """A person, and the one account if an account was named."""

    asked: str
    person: str
    name: str | None
    account: Account | None = None
    redirected_from: str | None = None

    @property
    def label(self) -> str:
        """`4f2a91c0 Amina Diallo`."""
        return f"{self.person[:SHORT]} {self.name or '(no name)'}"


def meant(connection: Connection, asked: str) -> Meant:
    """Whom `asked` names. Raises ConfigError where it is nobody or several, with whom it could be.

    Takes a person's id or the beginning of it (4 signs or more), `source:account`, or an address.
    """
    asked = asked.strip()
    source, colon, key = asked.partition(":")
    if colon and (known := _sources(connection)) and source in known:
        return _of_account(connection, asked, (source, key))
    if "@" in asked:
        return _of_address(connection, asked)
    if _PREFIX.fullmatch(asked.lower()):
        return _of_id(connection, asked.lower())
    if colon:
        raise ConfigError(
            f'"{mask_text(asked)}": there is no source "{mask_text(source)}" with accounts'
            f"{did_you_mean(source, known)}; write source:account",
            code=ASKED,
        )
    by_name = f"`cophub people list {shlex.quote(asked)}` finds people by name"
    if _TOO_SHORT.fullmatch(asked.lower()):
        raise ConfigError(
            f'"{asked}" is too little of an id: write 4 signs or more; {by_name}', code=ASKED
        )
    raise ConfigError(
        f'"{mask_text(asked)}" names nobody: give a person\'s id, source:account or an address;'
        f" {by_name}",
        code=ASKED,
    )


def account_of(
    connection: Connection, person: Meant, theirs: Sequence[Account], text: str
) -> Account:
    """The account of a person that a text names, by address, as `source:account` or by number.

    Numbers count `theirs` from 1. Raises ConfigError where it is none of theirs, or several.
    """
    if text.isdecimal() and 1 <= int(text) <= len(theirs):
        return theirs[int(text) - 1]
    if text.isdecimal():
        raise ConfigError(
            f"{person.label} has accounts 1 to {len(theirs)};"
            f" `cophub people show {person.person[:SHORT]}` numbers them",
            code=ASKED,
        )
    found = meant(connection, text)
    if found.person != person.person:
        raise ConfigError(
            f"{mask_text(text)} is not an account of {person.label} but of {found.label}",
            code=ASKED,
        )
    if found.account is None:
        raise ConfigError(
            f"{mask_text(text)} names several accounts of {person.label}; take their numbers in"
            f" `cophub people show {person.person[:SHORT]}`",
            code=ASKED,
        )
    return found.account


def best_account(connection: Connection, person: str) -> Account:
    """The account that stands for a person: there, verified, with a name, the first by its key."""
    a = _account.c
    found = connection.execute(
        select(a.source, a.key, a.gone_at, a.email_verified, a.name)
        .join(_link, (_link.c.source == a.source) & (_link.c.account == a.key))
        .where(_link.c.person == person)
    ).all()
    if not found:
        raise ConfigError(f"{person[:SHORT]} has no accounts in the warehouse any more", code=ASKED)
    best = min(
        found,
        key=lambda row: (
            row.gone_at is not None, not row.email_verified, not row.name, row.source, row.key
        ),
    )  # fmt: skip
    return best.source, best.key


def current(connection: Connection, person: str) -> str:
    """Who a person is today: follows redirects."""
    seen = {person}
    while True:
        query = select(_person.c.merged_into).where(_person.c.id == person)
        into = connection.scalar(query)
        if into is None or into in seen:
            return person
        seen.add(into)
        person = into


def _sources(connection: Connection) -> set[str]:
    # Two walks over an index; a source may have links to accounts that a renaming left behind.
    return {*connection.scalars(select(_account.c.source).distinct())} | {
        *connection.scalars(select(_link.c.source).distinct())
    }


def _of_account(connection: Connection, asked: str, account: Account) -> Meant:
    person = owners(connection, [account]).get(account)
    if person is not None:
        return _named(connection, asked, person, account)
    there = select(_account.c.key).where(
        _account.c.source == account[0], _account.c.key == account[1]
    )
    if connection.scalar(there) is not None:
        raise ConfigError(
            f"{mask_text(asked)} is not resolved yet; `cophub run identities` does", code=ASKED
        )
    raise ConfigError(
        f"there is no account {mask_text(asked)}; `cophub export person_account` lists all",
        code=ASKED,
    )


def _of_address(connection: Connection, asked: str) -> Meant:
    from cophub.identities.reading.mailboxes import spellings

    query = (
        select(_link.c.person, _account.c.source, _account.c.key)
        .join(_account, (_account.c.source == _link.c.source) & (_account.c.key == _link.c.account))
        .where(func.lower(func.trim(_account.c.email)).in_(spellings(asked)))
        .order_by(_account.c.source, _account.c.key)
    )
    found = connection.execute(query).all()
    people = list(dict.fromkeys(row.person for row in found))
    if not people:
        raise ConfigError(
            f"no account has the address {mask_text(asked)}; is it written right?", code=ASKED
        )
    if len(people) > 1:
        which = [f"{row.source}:{mask_text(row.key)} ({row.person[:SHORT]})" for row in found]
        raise ConfigError(
            f"{mask_text(asked)} is the address of {len(people)} people: {_some(which)};"
            " name one by id or source:account",
            code=ASKED,
        )
    account = (found[0].source, found[0].key) if len(found) == 1 else None
    return _named(connection, asked, people[0], account)


def _of_id(connection: Connection, asked: str) -> Meant:
    query = select(_person.c.id, _person.c.name).where(_person.c.id.startswith(asked))
    found = connection.execute(query.order_by(_person.c.id).limit(200)).all()
    exact = [row for row in found if row.id == asked]
    today = {current(connection, row.id): row for row in exact or found}
    if not today:
        raise ConfigError(
            f'no person\'s id begins with "{asked}"; `cophub people list` shows the ids,'
            f" and `cophub people list {asked}` finds people by name",
            code=ASKED,
        )
    if len(today) > 1:
        which = sorted(_named(connection, asked, person, None).label for person in today)
        raise ConfigError(
            f'"{asked}" is the beginning of {len(today)} ids: {_some(which)};'
            " write a few more signs",
            code=ASKED,
        )
    ((person, row),) = today.items()
    ids = {one.id for one in found}
    old = None if person in ids else row.id
    return _named(connection, asked, person, None, old)


def _named(
    connection: Connection,
    asked: str,
    person: str,
    account: Account | None,
    redirected_from: str | None = None,
) -> Meant:
    name = connection.scalar(select(_person.c.name).where(_person.c.id == person))
    return Meant(asked, person, name, account, redirected_from)


def _some(words: Iterable[str]) -> str:
    words = list(words)
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more


__all__ = ["SHORT", "Meant", "account_of", "best_account", "current", "meant"]
