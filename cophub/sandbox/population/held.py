"""One account of the population with the truth about it."""

from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from cophub.records import Account


class Held(NamedTuple):
    """An account and whose it is, which only the population knows."""

    person: int
    """The human being from 0 on; below 0 what is nobody: a role mailbox, a bot, a room."""
    source: str
    account: Account
    memberships: tuple[str, ...] = ()
    """Keys of the spaces of `source` that it is in."""
    kind: str = "person"
    """person, role_mailbox, bot, service, device, shared_login or room."""
    named: bool = False
    """Whether it shows a full name: two words of it, or a word and an initial."""
    mailbox: str = ""
    """The mailbox behind its address, without tags, dots and aliases; empty: no address."""
    habits: tuple[str, ...] = ()
    """In what it is not plain: names of the habits in `cophub.sandbox.population`'s table."""
    tie: str = ""
    """How the person is bound to another: couple, father_and_son, namesakes, siblings, ..."""


def linkable(held: Iterable[Held]) -> set[tuple[str, str]]:
    """(source, key) of the accounts that can be linked to others at all from what they tell.

    That is: the account carries a full name, or a mailbox that another account of the same person
    has as well. The rest nobody could settle.
    """
    everyone = [(one.person, one.mailbox, one.named, one.source, one.account.key) for one in held]
    uses = Counter((person, mailbox) for person, mailbox, *_ in everyone if mailbox)
    return {
        (source, str(key))
        for person, mailbox, named, source, key in everyone
        if named or uses[person, mailbox] > 1
    }
