"""The decisions by which whole people become one, not only the two accounts that were named.

Whoever says that two people are the same has all their accounts in mind. One decision between two
of these would not do: names that cannot be one person's would then keep the other accounts away.
So each part of a person that hangs together only by being weighed is decided on as well. What
somebody has said since are two people's is not meant, even if it is still held together.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection

from cophub.identities.decisions import Wish, facts
from cophub.identities.explain import Tie, joining
from cophub.identities.links import Account, accounts_of, owners

Pair = frozenset[Account]


def unite(
    connection: Connection,
    accounts: Sequence[Account],
    note: str | None = None,
    different: Collection[Pair] = (),
) -> list[Wish]:
    """What makes one person of the people of these accounts; the first pair is of the first two.

    Accounts of one person alone are only bound to one another. `different` are pairs about to be
    decided apart.
    """
    first = accounts[0]
    wishes = [Wish(True, first, other, note) for other in accounts[1:] if other != first]
    of = owners(connection, accounts)
    if len({of.get(account) for account in accounts}) > 1:
        cut = said_different(connection) | set(different)
        for account in dict.fromkeys(accounts):
            if account in of:
                parts = _parts(connection, account, of[account], cut)
                wishes += [Wish(True, account, part, note) for part in parts]
    return list(dict.fromkeys(wishes))


def said_different(connection: Connection) -> set[Pair]:
    """The pairs of accounts that somebody said are two people's."""
    return {frozenset(fact.pair) for fact in facts(connection) if not fact.same}


def hanging(account: Account, ties: Iterable[Tie], cut: Collection[Pair]) -> set[Account]:
    """The accounts that ties hold together with one, those between the pairs `cut` left out."""
    beside: dict[Account, list[Account]] = defaultdict(list)
    for tie in ties:
        if frozenset((tie.a, tie.b)) not in cut:
            beside[tie.a].append(tie.b)
            beside[tie.b].append(tie.a)
    found = {account}
    waiting = [account]
    for here in waiting:
        fresh = [other for other in beside[here] if other not in found]
        found.update(fresh)
        waiting += fresh
    return found


def _parts(
    connection: Connection, account: Account, person: str, cut: Collection[Pair]
) -> list[Account]:
    """One account of each mailbox or directory id of a person, but not of this account's own."""
    accounts = accounts_of(connection, [person])
    ties = joining(connection, accounts)
    own = [tie for tie in ties if tie.tie]
    parted = hanging(account, ties, ()) - hanging(account, ties, cut)
    left = set(accounts) - parted - hanging(account, own, ())
    found: list[Account] = []
    while left:
        found.append(min(left))
        left -= hanging(found[-1], own, ())
    return found


__all__ = ["hanging", "said_different", "unite"]
