"""The decisions by which whole people become one, not only the two accounts that were named.

Whoever says that two people are the same has all their accounts in mind. One decision between two
of these would not do: names that cannot be one person's would then keep the other accounts away.
So each part of a person that hangs together only by being weighed is decided on as well.
"""

from collections.abc import Sequence

from sqlalchemy import Connection, select

from cophub.identities.decisions import Account, Wish
from cophub.identities.explain import joining
from cophub.identities.lookup import accounts_of
from cophub.warehouse import tables

_link = tables.person_account


def unite(
    connection: Connection, accounts: Sequence[Account], note: str | None = None
) -> list[Wish]:
    """What makes one person of the people of these accounts; the first pair is of the first two.

    Accounts of one person alone are only bound to one another.
    """
    first = accounts[0]
    wishes = [Wish(True, first, other, note) for other in accounts[1:] if other != first]
    owners = {account: _owner(connection, account) for account in accounts}
    if len(set(owners.values())) > 1:
        for account, person in owners.items():
            if person is not None:
                wishes += [
                    Wish(True, account, part, note) for part in _parts(connection, account, person)
                ]
    return list(dict.fromkeys(wishes))


def _owner(connection: Connection, account: Account) -> str | None:
    source, key = account
    query = select(_link.c.person).where(_link.c.source == source, _link.c.account == key)
    return connection.scalar(query)


def _parts(connection: Connection, account: Account, person: str) -> list[Account]:
    """One account of each mailbox or directory id of a person, but not of this account's own."""
    accounts = accounts_of(connection, [person])
    above = {each: each for each in accounts}

    def top(each: Account) -> Account:
        while above[each] != each:
            each = above[each]
        return each

    for tie in joining(connection, accounts):
        if tie.tie:
            above[top(tie.b)] = top(tie.a)
    own = top(account) if account in above else account
    return sorted({top(each) for each in accounts} - {own})


__all__ = ["unite"]
