"""Accounts that are one person's by directory id or mailbox alone: what matching works on.

A mailbox is split where full names clash (a couple, father and son, a successor, `info@`). Blank
names follow the only name of a private mailbox, and stay alone at a shared or split one.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field

from cophub.identities.evidence import Evidence, Name
from cophub.identities.reading.names import CLASH, compare

Ref = tuple[str, str]
"""An account: its source and key."""


@dataclass(slots=True, eq=False)
class Node:
    """Accounts that one mailbox or directory id holds together, and all that they say."""

    members: tuple[int, ...]
    """Positions in the list of accounts, ordered by (source, key)."""
    key: Ref
    """Source and key of the first member: what ties are broken by."""
    kind: str = "person"
    names: tuple[Name, ...] = ()
    """Distinct names, the fullest first."""
    mailboxes: tuple[str, ...] = ()
    """Its own mailboxes; one that several people use is in `shared`."""
    shared: tuple[str, ...] = ()
    directory: str = ""
    domains: tuple[str, ...] = ()
    organizations: tuple[str, ...] = ()
    places: tuple[tuple[str, str], ...] = ()
    """(organisation, domain) of each account that has either, to be labelled as one thing."""
    countries: tuple[str, ...] = ()
    cities: tuple[str, ...] = ()
    identifiers: tuple[str, ...] = ()
    usernames: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    ties: tuple[tuple[int, int, str], ...] = field(default=(), repr=False)
    """A spanning tree of the members: two positions and why (`mailbox`, `directory`)."""


def nodes(accounts: Sequence[Evidence], different: Collection[tuple[Ref, Ref]] = ()) -> list[Node]:
    """The nodes of whole mailboxes and directory ids, ordered by their keys.

    `different` are pairs of accounts that somebody has said are not one person's.
    """
    groups: dict[str, list[int]] = {}
    for position, e in enumerate(accounts):
        if e.directory:
            name = "directory " + e.directory
        elif e.mailbox:
            name = f"{e.kind} {e.mailbox}"
        else:
            name = f"account {e.source}\x1f{e.key}"
        groups.setdefault(name, []).append(position)
    made: list[Node] = []
    for members in groups.values():
        made.extend(_split(accounts, members))
    return sorted(made, key=lambda node: node.key)


def _split(accounts: Sequence[Evidence], members: list[int]) -> Iterable[Node]:
    members.sort(key=lambda i: (accounts[i].source, accounts[i].key))
    parts: list[list[int]] = []
    for position in members:
        for part in parts:
            if not _clash(accounts[position], accounts[part[0]]):
                part.append(position)
                break
        else:
            parts.append([position])
    return [_node(accounts, part, len(parts) > 1) for part in parts]


def _clash(a: Evidence, b: Evidence) -> bool:
    if a.name is None or b.name is None:
        return a.role or b.role
    return a.name != b.name and compare(a.name, b.name).level <= CLASH


def _node(accounts: Sequence[Evidence], members: Sequence[int], shared: bool) -> Node:
    es = [accounts[i] for i in members]
    boxes = _distinct(e.mailbox for e in es)
    shared = shared or any(e.role for e in es)
    names = dict.fromkeys(e.name for e in es if e.name is not None)
    return Node(
        members=tuple(members),
        key=(es[0].source, es[0].key),
        kind=es[0].kind,
        names=tuple(sorted(names, key=lambda n: (-len(n.tokens), -len(n.initials), n.tokens))),
        mailboxes=() if shared else boxes,
        shared=boxes if shared else (),
        directory=es[0].directory,
        domains=_distinct(e.domain for e in es),
        organizations=_distinct(e.organization for e in es),
        places=tuple(
            sorted({(e.organization, e.domain) for e in es if e.organization or e.domain})
        ),
        countries=_distinct(e.country for e in es),
        cities=_distinct(e.city for e in es),
        identifiers=_distinct(i for e in es for i in e.identifiers),
        usernames=_distinct(e.username for e in es),
        sources=_distinct(e.source for e in es),
        ties=tuple((members[0], other, "mailbox") for other in members[1:]),
    )


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({text for text in texts if text}))


__all__ = ["Node", "Ref", "nodes"]
