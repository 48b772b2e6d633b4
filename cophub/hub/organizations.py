"""Organisations as people look after them: what there is, what is open, and what somebody says.

What is said is kept at once. Then the pipeline `identities` brings people and affiliations up to
date; where the pipelines are at work already, their next run does it.
"""

import shlex
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection

from cophub.config.messages import did_you_mean
from cophub.error_codes import ASKED
from cophub.errors import ConfigError
from cophub.hub.people import Decide
from cophub.hub.resolving import bring_up_to_date
from cophub.identities.organizations import said
from cophub.identities.organizations.known import Organization
from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.register import Register, slug
from cophub.identities.organizations.said import NameRow, OpenName, OrganizationRow
from cophub.identities.organizations.stored import add_organizations, load_register

if TYPE_CHECKING:
    from cophub.hub import Hub

_SHOWN = 5


@dataclass(frozen=True)
class OrganizationCard:
    """An organisation and everything that leads to it."""

    organization: OrganizationRow
    names: tuple[NameRow, ...]


@dataclass(frozen=True)
class Told:
    """What a command said, and whether affiliations wait for it."""

    line: str
    changed: bool = True
    waits: str | None = None
    """Why affiliations are not up to date yet; None: they are."""


class Organizations:
    """The organisations of one hub."""

    def __init__(self, hub: "Hub") -> None:
        self.hub = hub

    def all(self, search: str | None = None) -> list[OrganizationRow]:
        """All of them, those with most people first; `search` looks into keys, names, domains."""
        with self.hub.warehouse.connect() as connection:
            found = said.organizations(connection)
        if not search:
            return found
        wanted = search.casefold()
        return [
            row
            for row in found
            if any(wanted in text.casefold() for text in (row.key, row.name, *row.domains))
        ]

    def show(self, asked: str) -> OrganizationCard:
        """One of them, by its key, a name or a domain. Raises ConfigError: there is none."""
        with self.hub.warehouse.connect() as connection:
            register = load_register(connection)
            key = self._key(connection, register, asked)
            rows = {row.key: row for row in said.organizations(connection)}
            names = tuple(said.names_of(connection, key))
        known = register.organizations[key]
        empty = OrganizationRow(key, known.name, known.parent or None, None, 0, 0, (), ())
        return OrganizationCard(rows.get(key, empty), names)

    def unresolved(self) -> list[OpenName]:
        """Names that leave accounts without an organisation, best gain first."""
        with self.hub.warehouse.connect() as connection:
            return said.open_names(connection, load_register(connection))

    def merge(self, into: str, other: str, *, by: str | None = None, undo: bool = False) -> Told:
        """Say that `other` is `into`; with `undo`, take that back. Raises ConfigError."""
        with self.hub.warehouse.begin() as connection:
            register = load_register(connection)
            if undo:
                done = said.withdraw(connection, "key", other)
                told = f"{other} is an organisation of its own again"
            else:
                one, two = (self._key(connection, register, asked) for asked in (into, other))
                if one == two:
                    raise ConfigError(
                        f"{into} and {other} are one organisation already: {one}", code=ASKED
                    )
                who = Decide(by=by).who
                said.say(connection, "key", two, one, by=who, now=self.hub.now())
                add_organizations(connection, register, (one, two))
                done, told = True, f"{two} is {one} from now on"
        return self._told(told, done, f"nobody said that {other} is {into}")

    def alias(
        self,
        text: str,
        key: str | None = None,
        *,
        none: bool = False,
        title: str | None = None,
        by: str | None = None,
        undo: bool = False,
    ) -> Told:
        """Say whose a name or domain is, or that it is nobody's (`none`); `undo` takes it back.

        With `title` an organisation that is not known yet is made. Raises ConfigError.
        """
        kind, name = said.kind_and_name(text)
        if not name:
            raise ConfigError(
                f'"{text}" names no organisation; there is nothing to say about it', code=ASKED
            )
        with self.hub.warehouse.begin() as connection:
            if undo:
                done = said.withdraw(connection, kind, name)
                told = f"{name}: what was said is taken back"
            else:
                wanted = "" if none else self._wanted(connection, key or "", title)
                who = Decide(by=by).who
                said.say(connection, kind, name, wanted, by=who, now=self.hub.now())
                done, told = True, f"{name} is {wanted or 'no organisation'} from now on"
        return self._told(told, done, f"nobody said anything about {name}")

    def _wanted(self, connection: Connection, key: str, title: str | None) -> str:
        """The key of an organisation that is there from now on in any case."""
        register = load_register(connection)
        if title is not None:
            _make(connection, register, key, title)
            return key
        found = self._key(connection, register, key, "; --title makes a new one")
        add_organizations(connection, register, (found,))
        return found

    def _told(self, line: str, done: bool, otherwise: str) -> Told:
        if not done:
            return Told(otherwise, False)
        return Told(line, True, bring_up_to_date(self.hub))

    def _key(
        self, connection: Connection, register: Register, asked: str, otherwise: str = ""
    ) -> str:
        """The key that somebody means by a key, a name or a domain; `otherwise` ends the error."""
        if asked in register.organizations:
            return register.current(asked)
        kind, name = said.kind_and_name(asked)
        found = register.key_of(name, "") if kind == "name" else register.key_of_domain(name)
        if found and found in register.organizations:
            return found
        if len(alike := _alike(register, name)) > 1:
            more = f" and {len(alike) - _SHOWN:,} more" if len(alike) > _SHOWN else ""
            raise ConfigError(
                f'"{asked}" may be {", ".join(alike[:_SHOWN])}{more}: name one by its key;'
                f" `cophub organizations list {shlex.quote(asked)}` shows them{otherwise}",
                code=ASKED,
            )
        hint = did_you_mean(asked, alike or register.organizations)
        raise ConfigError(
            f'there is no organisation "{asked}"{hint};'
            f" `cophub organizations list` shows them{otherwise}",
            code=ASKED,
        )


def _alike(register: Register, name: str) -> list[str]:
    """Keys of the organisations whose name begins with a normal form, or is it."""
    found = [
        key
        for key, known in register.organizations.items()
        if normal_form(known.name).startswith(name) or key.startswith(f"{slug(name)}-")
    ]
    return sorted({register.current(key) for key in found}) if name else []


def _make(connection: Connection, register: Register, key: str, title: str) -> None:
    if key in register.organizations:
        raise ConfigError(f"there is an organisation {key} already; leave --title out", code=ASKED)
    if key != slug(key):
        raise ConfigError(
            f'"{key}" is no key: take small letters and dashes, such as {slug(key)}', code=ASKED
        )
    register.organizations[key] = Organization(key, title)
    add_organizations(connection, register, (key,))


__all__ = ["OrganizationCard", "Organizations", "Told"]
