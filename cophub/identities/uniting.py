"""The decisions by which whole people become one, not only the two accounts that were named.

Whoever says that two people are the same has all their accounts in mind. One decision between two
of these would not do: names that cannot be one person's would then keep the other accounts away.
So each part of a person that hangs together only by being weighed is decided on as well.
"""

from collections.abc import Sequence

from sqlalchemy import Connection

from cophub.identities.decisions import Wish
from cophub.identities.explain import joining
from cophub.identities.links import Account, accounts_of, owners


def unite(
    connection: Connection, accounts: Sequence[Account], note: str | None = None
) -> list[Wish]:
    """What makes one person of the people of these accounts; the first pair is of the first two.

    Accounts of one person alone are only bound to one another.
    """
    first = accounts[0]
    wishes = [Wish(True, first, other, note) for other in accounts[1:] if other != first]
    of = owners(connection, accounts)
    if len({of.get(account) for account in accounts}) > 1:
        for account in dict.fromkeys(accounts):
            if account in of:
                parts = _parts(connection, account, of[account])
                wishes += [Wish(True, account, part, note) for part in parts]
    return list(dict.fromkeys(wishes))


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
