"""Accounts that are one person's by directory id or mailbox alone: what matching works on.

A mailbox is split where full names clash (a couple, father and son, a successor, `info@`), and is
no evidence for its persons from then on. Blank names and single words follow the only name of a
private mailbox; at a shared or split one blank names stay alone.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from cophub.identities.evidence import Clue, Evidence, Name
from cophub.identities.matching.keys import anchor, spelled_name
from cophub.identities.matching.sharing import distinct, split
from cophub.identities.reading.names import COMPATIBLE, compare

Ref = tuple[str, str]
"""An account: its source and key."""

_SHARED_KINDS = frozenset(("role_mailbox", "shared_login"))
_ENTITIES = frozenset(("bot", "service"))
"""Kinds of which one address is one thing, whatever it is called."""


@dataclass(slots=True, eq=False)
class Node:
    """Accounts that one mailbox or directory id holds together, and all that they say."""

    members: tuple[int, ...]
    """Positions in the list of accounts, ordered by (source, key)."""
    key: Ref
    """Source and key of the first member: what ties are broken by."""
    refs: tuple[Ref, ...] = ()
    """Source and key of each member."""
    kind: str = "person"
    names: tuple[Name, ...] = ()
    """Distinct names, the fullest first."""
    spelled: Name | None = None
    """Where no name is full: the one that its mailbox spells out."""
    mailboxes: tuple[str, ...] = ()
    """Its own mailboxes; those that several people use are in `shared`."""
    shared: tuple[str, ...] = ()
    directory: str = ""
    places: tuple[tuple[str, str], ...] = ()
    """(organisation, domain) of each account that has either, to be labelled as one thing."""
    domains: tuple[str, ...] = ()
    """Work domains of its own mailboxes."""
    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    communities: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    clues: tuple[Clue, ...] = ()
    """What rules of plugins know of them, sorted."""
    placed_by: tuple[str, ...] = ()
    """The rules that named organisations of theirs."""
    bearers: int = 1
    """Number of distinct anchors among its accounts: so often it is in each count itself."""
    ties: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)
    """A spanning tree of the members: two positions and why (`mailbox`, `directory_id`)."""


def nodes(accounts: Sequence[Evidence], different: Collection[tuple[Ref, Ref]] = ()) -> list[Node]:
    """The nodes of whole mailboxes and directory ids, ordered by their keys.

    `different` are pairs of accounts that somebody has said are not one person's.
    """
    homes = _homes(accounts)
    made: list[Node] = []
    for members, shared in _groups(accounts, homes):
        not_own = shared | homes.passed_on if shared else homes.passed_on
        apart = _apart(accounts, members, different) if different and len(members) > 1 else None
        for part in apart or (members,):
            node = _node(accounts, part, not_own, len(part) < len(members))
            blank = node.kind == "person" and not (node.names or node.directory)
            if blank and any(box in homes.roles or box in shared for box in node.shared):
                node.kind = "role_mailbox"
            made.append(node)
    made.sort(key=lambda node: node.key)
    return made


@dataclass(slots=True)
class _Homes:
    """Accounts by what holds them together."""

    alone: list[int] = field(default_factory=list)
    entities: dict[tuple[str, str], list[int]] = field(default_factory=dict)
    directories: dict[str, list[int]] = field(default_factory=dict)
    mailboxes: dict[str, list[int]] = field(default_factory=dict)
    """Those of accounts without a directory id."""
    owners: dict[str, set[str]] = field(default_factory=dict)
    """Mailbox to the directory ids that bear it, those that have verified it if there are any."""
    roles: set[str] = field(default_factory=set)
    passed_on: frozenset[str] = frozenset()
    """Mailboxes that belong to nobody: roles, and those that two directory ids bear."""


def _homes(accounts: Sequence[Evidence]) -> _Homes:
    homes = _Homes()
    verified: dict[str, set[str]] = {}
    for position, e in enumerate(accounts):
        if e.mailbox and (e.role or e.kind in _SHARED_KINDS):
            homes.roles.add(e.mailbox)
        if e.directory and e.kind not in _ENTITIES:
            homes.directories.setdefault(e.directory, []).append(position)
            if e.mailbox:
                homes.owners.setdefault(e.mailbox, set()).add(e.directory)
                if e.verified:
                    verified.setdefault(e.mailbox, set()).add(e.directory)
        elif e.kind != "person":
            if e.mailbox and e.kind in _ENTITIES:
                homes.entities.setdefault((e.kind, e.mailbox), []).append(position)
            else:
                homes.alone.append(position)
        elif e.mailbox:
            homes.mailboxes.setdefault(e.mailbox, []).append(position)
        else:
            homes.alone.append(position)
    homes.owners |= verified
    several = {mailbox for mailbox, ids in homes.owners.items() if len(ids) > 1}
    homes.passed_on = frozenset(homes.roles | several)
    return homes


_Group = tuple[list[int], frozenset[str]]
"""Positions, and the mailboxes that are no evidence for them."""
_NONE: frozenset[str] = frozenset()


def _groups(accounts: Sequence[Evidence], homes: _Homes) -> Iterable[_Group]:
    for position in homes.alone:
        yield [position], _NONE
    for members in homes.entities.values():
        yield members, _NONE
    disputed: dict[str, set[str]] = {}
    for mailbox, members in homes.mailboxes.items():
        ids = homes.owners.get(mailbox, ())
        owner = next(iter(ids)) if len(ids) == 1 and mailbox not in homes.roles else ""
        if len(members) == 1 and not owner:
            yield members, _NONE
            continue
        names = [accounts[i].name for i in homes.directories[owner]] if owner else []
        parts = split(
            [(i, accounts[i]) for i in members],
            [name for name in names if name is not None],
            open_to_blank=mailbox not in homes.passed_on,
            owned=bool(owner),
        )
        for part in parts:
            if part.owner:
                homes.directories[owner].extend(part.members)
            else:
                yield part.members, frozenset((mailbox,)) if part.shared else _NONE
        if owner and any(part.owner and part.shared for part in parts):
            disputed.setdefault(owner, set()).add(mailbox)
    for directory, members in homes.directories.items():
        yield members, frozenset(disputed.get(directory, ()))


def _apart(
    accounts: Sequence[Evidence],
    members: list[int],
    different: Collection[tuple[Ref, Ref]],
) -> list[list[int]]:
    """The members in parts that no decision runs through.

    An account that nothing was said of goes with the only part that shows its name; where there
    is none or several, it is alone.
    """
    order = sorted(members, key=lambda i: (accounts[i].source, accounts[i].key))
    refs = {i: (accounts[i].source, accounts[i].key) for i in order}
    ruled = {pair for a, b in different for pair in ((a, b), (b, a))}
    named = {ref for pair in ruled for ref in pair}
    spoken = [i for i in order if refs[i] in named]
    if not any((refs[i], refs[j]) in ruled for i in spoken for j in spoken):
        return [order]
    parts: list[list[int]] = []
    for i in spoken:
        for part in parts:
            if not any(
                (refs[i], refs[j]) in ruled or not _may_share(accounts[i], accounts[j])
                for j in part
            ):
                part.append(i)
                break
        else:
            parts.append([i])
    loose: list[list[int]] = []
    for i in order:
        if refs[i] in named:
            continue
        homes = [part for part in parts if accounts[part[0]].name == accounts[i].name]
        if len(homes) == 1:
            homes[0].append(i)
        else:
            loose.append([i])
    return parts + loose


def _may_share(a: Evidence, b: Evidence) -> bool:
    """Whether the names of two accounts of one mailbox let them stay together."""
    if a.name == b.name or a.name is None or b.name is None:
        return True
    return compare(a.name, b.name).level >= COMPATIBLE


def _node(
    accounts: Sequence[Evidence],
    members: list[int],
    not_own: frozenset[str],
    ruled: bool = False,
) -> Node:
    if len(members) == 1:
        return _single(accounts[members[0]], members[0], not_own, ruled)
    members = sorted(members, key=lambda i: (accounts[i].source, accounts[i].key))
    es = [accounts[i] for i in members]
    first = es[0]
    boxes = _texts({e.mailbox for e in es})
    own = () if ruled else tuple([box for box in boxes if box not in not_own])
    names: tuple[Name, ...] = () if first.name is None else (first.name,)
    if any(e.name is not first.name and e.name != first.name for e in es):
        names = distinct(e.name for e in es)
    spelled = None
    if own and not any(name.full for name in names):
        spelled = next(filter(None, map(spelled_name, es)), None)
    directory = next((e.directory for e in es if e.directory), "")
    why = "directory_id" if directory else "mailbox"
    return Node(
        members=tuple(members),
        key=(first.source, first.key),
        refs=tuple([(e.source, e.key) for e in es]),
        kind="person" if "person" in [e.kind for e in es] else first.kind,
        names=names,
        spelled=spelled,
        mailboxes=own,
        shared=tuple([box for box in boxes if box not in own]),
        directory=directory,
        places=tuple(
            sorted({(e.organization, e.domain) for e in es if e.organization or e.domain})
        ),
        domains=_texts({e.domain for e in es if e.mailbox in own}),
        countries=_texts({e.country for e in es}),
        cities=_texts({e.city for e in es}),
        communities=_texts({name for e in es for name in e.communities}),
        identifiers=_texts({i for e in es for i in e.identifiers}),
        usernames=_texts({e.username for e in es}),
        sources=_texts({e.source for e in es}),
        clues=tuple(sorted({clue for e in es for clue in e.clues})),
        placed_by=_texts({e.placed_by for e in es}),
        bearers=len({anchor(e) for e in es}) if directory else 1,
        ties=_ties(accounts, members, why),
    )


def _single(e: Evidence, position: int, not_own: frozenset[str], ruled: bool) -> Node:
    own = bool(e.mailbox) and e.mailbox not in not_own and not e.role and not ruled
    full = e.name is not None and e.name.full
    key = (e.source, e.key)
    return Node(
        members=(position,),
        key=key,
        refs=(key,),
        kind=e.kind,
        names=() if e.name is None else (e.name,),
        spelled=spelled_name(e) if own and not full else None,
        mailboxes=(e.mailbox,) if own else (),
        shared=() if own or not e.mailbox else (e.mailbox,),
        directory=e.directory if e.kind not in _ENTITIES else "",
        places=((e.organization, e.domain),) if e.organization or e.domain else (),
        domains=(e.domain,) if e.domain and own else (),
        countries=(e.country,) if e.country else (),
        cities=(e.city,) if e.city else (),
        communities=e.communities,
        identifiers=e.identifiers,
        usernames=(e.username,) if e.username else (),
        sources=(e.source,),
        clues=e.clues,
        placed_by=(e.placed_by,) if e.placed_by else (),
    )


def _ties(
    accounts: Sequence[Evidence], members: list[int], why: str
) -> tuple[tuple[int, int, str], ...]:
    """Each member tied to the first one with its mailbox, or by the directory id."""
    if why == "mailbox":
        return tuple((members[0], other, why) for other in members[1:])
    ties: list[tuple[int, int, str]] = []
    rooted = [i for i in members if accounts[i].directory]
    ties.extend((rooted[0], other, why) for other in rooted[1:])
    home = {accounts[i].mailbox: i for i in reversed(rooted)}
    ties.extend(
        (home.get(accounts[i].mailbox, rooted[0]), i, "mailbox")
        for i in members
        if not accounts[i].directory
    )
    return tuple(ties)


def _texts(found: set[str]) -> tuple[str, ...]:
    """The texts that are not empty, in order."""
    found.discard("")
    return tuple(sorted(found)) if len(found) > 1 else tuple(found)


__all__ = ["Node", "Ref", "nodes"]
