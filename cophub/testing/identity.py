"""What an identity rule knows of accounts, and who is one person with it; without a hub."""

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from cophub.identity_rule import AccountFacts, Clues, IdentityRule, RuleInUse, RulesInUse


def clues_of(
    rule: IdentityRule, account: AccountFacts, settings: BaseModel | None = None
) -> Clues | None:
    """What a rule knows of an account; raises what the rule raises, and where it is not pure."""
    wanted = settings if settings is not None else rule.settings()
    found, again = rule.tell(account, wanted), rule.tell(account, wanted)
    if found is not None and not isinstance(found, Clues):
        raise TypeError(f"{rule.name} returned {type(found).__name__}; return Clues or None")
    if found != again:
        raise ValueError(f"{rule.name} said two things of one account: {found} and {again}")
    return found


def people_of(
    accounts: Iterable[AccountFacts],
    rule: IdentityRule | None = None,
    settings: BaseModel | None = None,
) -> list[set[str]]:
    """Who is one person, of all these accounts: each a set of `source:key`, in their order.

    An account on which the rule fails is matched without it, as in a hub.
    """
    from cophub.identities.matching.match import match
    from cophub.identities.reading.rules import Reader

    told = list(accounts)
    rules: tuple[RuleInUse, ...] = ()
    if rule is not None:
        wanted = settings if settings is not None else rule.settings()
        rules = (RuleInUse(rule.name, rule, wanted),)
    reader = Reader(RulesInUse(rules, {account.source: account.connector for account in told}))
    evidence = [reader.read(_row(account, reader)) for account in told]
    names = [f"{account.source}:{account.key}" for account in told]
    found = match(evidence).people
    return [{names[place] for place in person} for person in sorted(found)]


def _row(account: AccountFacts, reader: Any) -> tuple[Any, ...]:
    """The account as a row that the hub would read of its warehouse."""
    from cophub.identities.reading.account import FIELDS

    special = {
        "communities": "\n".join(account.communities) or None,
        "email_verified": account.email_verified,
        "extra": dict(account.extra) or None,
    }
    wanted = (*FIELDS, *reader.columns(account.source))
    return tuple(
        special[name] if name in special else getattr(account, name) or None for name in wanted
    )


__all__ = ["clues_of", "people_of"]
