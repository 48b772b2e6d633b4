"""Who worked for whom and when, from what each account of a person said and when. Pure.

An account says where its owner works from when it was made, or first seen, until it says something
else. Of two accounts that say different things, the one that has given no sign of use since the
other began is over: somebody with an old work mailbox used until March and a new one since April
worked for the one until then. Where both are in use they work for both, and one is the main one.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any, NamedTuple

Instant = Any
"""An instant as the database's driver gives it: sorts as time does."""


class Spell(NamedTuple):
    """What one account said about one organisation, and when."""

    account: tuple[str, str]
    """Its source and key."""
    organization: str
    """Key of the organisation, or of its office."""
    since: Instant
    until: Instant | None
    """When it said something else; None: it still says so."""
    dated: bool
    """Whether `since` is when it began, and not when the hub first looked."""
    stated: bool
    """Whether the account names it, and does not only have an address there."""
    gone: Instant | None = None
    """When the account was no longer at the vendor."""
    first_act: Instant | None = None
    last_act: Instant | None = None


class Affiliation(NamedTuple):
    """A stretch of working for an organisation."""

    organization: str
    since: Instant
    until: Instant | None
    place: int
    """Of those at one time the least is the main one; from 1."""


def affiliations(spells: Sequence[Spell], head: Callable[[str], str]) -> list[Affiliation]:
    """The affiliations of one person, by place and time; the same for any order of `spells`.

    `head` gives the organisation of which a key is an office, or the key itself.
    """
    same = _offices_named(spells, head)
    began = [_begun(spell, same[spell.organization]) for spell in sorted(spells, key=_by_account)]
    ended = _ended([_outlived(spell, began, head) for spell in began])
    stretches: defaultdict[str, list[Spell]] = defaultdict(list)
    for spell in ended:
        if spell.until is None or spell.until > spell.since:
            stretches[spell.organization].append(spell)
    order = _main_first(stretches)
    return [
        Affiliation(key, since, until, place)
        for place, key in enumerate(order, 1)
        for since, until in _united(stretches[key])
    ]


def _by_account(spell: Spell) -> tuple[Any, ...]:
    return (spell.account, spell.since, spell.organization)


def _offices_named(spells: Iterable[Spell], head: Callable[[str], str]) -> dict[str, str]:
    """Who names an organisation here and its one office there works at that office."""
    offices: defaultdict[str, set[str]] = defaultdict(set)
    keys = {spell.organization for spell in spells}
    for key in keys:
        if head(key) != key:
            offices[head(key)].add(key)
    return {key: next(iter(offices[key])) if len(offices[key]) == 1 else key for key in keys}


def _begun(spell: Spell, organization: str) -> Spell:
    """An account that was used before it was first seen began then at the latest."""
    since, dated = spell.since, spell.dated
    if not dated and spell.first_act is not None:
        since, dated = min(since, spell.first_act), True
    return spell._replace(organization=organization, since=since, dated=dated)


def _outlived(spell: Spell, others: Sequence[Spell], head: Callable[[str], str]) -> Spell:
    """Over since another organisation began, if there was no sign of use from then on."""
    if spell.until is not None:
        return spell
    sign = _last_sign(spell)
    later = [
        other.since
        for other in others
        if other.dated
        and other.since > spell.since
        and other.since >= sign
        and other.organization != spell.organization
        # Its head office says less, not something else.
        and head(spell.organization) != other.organization
    ]
    return spell._replace(until=min(later)) if later else spell


def _last_sign(spell: Spell) -> Instant:
    return spell.since if spell.last_act is None else max(spell.since, spell.last_act)


def _ended(spells: Sequence[Spell]) -> list[Spell]:
    """An account that is gone ends only where one that is there says something else.

    Whoever leaves a mailing list has not left their work.
    """
    present = {s.organization for s in spells if s.until is None and s.gone is None}
    return [
        spell._replace(until=max(spell.gone, spell.since))
        if spell.until is None and spell.gone is not None and present - {spell.organization}
        else spell
        for spell in spells
    ]


def _main_first(stretches: dict[str, list[Spell]]) -> list[str]:
    """Present before past; named before known by an address; by most accounts; used last."""
    order = sorted(stretches)
    order.sort(key=lambda key: max(map(_last_sign, stretches[key])), reverse=True)

    def rank(key: str) -> tuple[bool, bool, int]:
        there = [s for s in stretches[key] if s.until is None] or stretches[key]
        past = all(s.until is not None for s in there)
        return (past, not any(s.stated for s in there), -len({s.account for s in there}))

    return sorted(order, key=rank)


def _united(spells: Iterable[Spell]) -> list[tuple[Instant, Instant | None]]:
    """Stretches that touch or overlap are one."""
    found: list[tuple[Instant, Instant | None]] = []
    for spell in sorted(spells, key=lambda s: s.since):
        if found and (found[-1][1] is None or spell.since <= found[-1][1]):
            since, until = found[-1]
            further = None if until is None or spell.until is None else max(until, spell.until)
            found[-1] = (since, further)
        else:
            found.append((spell.since, spell.until))
    return found


__all__ = ["Affiliation", "Spell", "affiliations"]
