"""Which events serve a community by a rule of plugins.toml, such as `calls:subject=MERCOP*`.

One meeting account serves many communities, so that the vendor's own space says little about whose
call it was. An event that a rule fits gets a place of its own: the rules' text takes the role that
the key of a space has elsewhere, in `event_place` and in `community_space`.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase, translate
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select

from cophub.warehouse.tables import account, event, event_place, space

KINDS = ("subject", "organizer", "group")
_FORM = re.compile(r"([a-z_]+)=")

Places = dict[tuple[str, str], str]
"""(source, event) -> its place."""


@dataclass(frozen=True)
class Rule:
    """The part of a community's `spaces` that chooses events: `source:kind=pattern`."""

    community: str
    source: str
    kind: str
    pattern: str

    @property
    def text(self) -> str:
        """As it stands behind the source in plugins.toml."""
        return f"{self.kind}={self.pattern}"

    def fits(self, event: "Event") -> bool:
        """Whether the event is meant; in any case of letters, `*`, `?` and `[...]` as in files."""
        fits = re.compile(translate(self.pattern.casefold())).fullmatch
        return any(fits(" ".join(word.casefold().split())) for word in event.words[self.kind])


@dataclass(frozen=True)
class Event:
    """An event, and the words that rules look at."""

    source: str
    key: str
    space: str | None
    words: Mapping[str, tuple[str, ...]]


def form(name: str) -> str | None:
    """The form of a rule in what follows the source, such as `subject`; None: the key of a space"""
    found = _FORM.match(name)
    return found[1] if found else None


def rule_of(community: str, source: str, name: str) -> Rule:
    """The rule `kind=pattern`."""
    kind, _, pattern = name.partition("=")
    return Rule(community, source, kind, " ".join(pattern.split()))


def place_events(
    connection: Connection, rules: list[Rule], links: dict[tuple[str, str, str], str]
) -> set[Rule]:
    """Bring `event_place` up to date and add the places to `links`; returns the rules that fit any.

    An event that rules of two communities fit is counted by both, and by those that its vendor's
    space serves; once by all together.
    """
    serving: dict[tuple[str, str], set[str]] = defaultdict(set)
    for community, source, key in links:
        serving[source, key].add(community)
    places: Places = {}
    used: set[Rule] = set()
    for each in _events(connection, {rule.source for rule in rules}):
        fit = [r for r in rules if fnmatchcase(each.source, r.source) and r.fits(each)]
        if not fit:
            continue
        used.update(fit)
        own = serving.get((each.source, each.space or ""), set())
        parts = [*([each.space] if own and each.space else []), *sorted({r.text for r in fit})]
        place = places[each.source, each.key] = " | ".join(parts)
        for community in own | {rule.community for rule in fit}:
            links[community, each.source, place] = "config"
    _write(connection, places)
    return used


def _events(connection: Connection, patterns: Iterable[str]) -> Iterator[Event]:
    """The events of the sources that rules name."""
    sources = connection.scalars(select(event.c.source).distinct()).all()
    wanted = [s for s in sources if any(fnmatchcase(s, pattern) for pattern in patterns)]
    if not wanted:
        return
    groups = _groups(connection, wanted)
    e, a = event.c, account.c
    rows = connection.execute(
        select(e.source, e.key, e.space, e.title, e.organizer, a.name, a.email)
        .outerjoin(account, (a.source == e.source) & (a.key == e.organizer))
        .where(e.source.in_(wanted), e.gone_at.is_(None))
    )
    for source, key, where, title, organizer, name, email in rows:
        words = {
            "subject": _there(title),
            "organizer": _there(organizer, name, email),
            "group": groups.get((source, where), ()),
        }
        yield Event(source, key, where, words)


def _there(*words: Any) -> tuple[str, ...]:
    return tuple(str(word) for word in words if word)


def _groups(connection: Connection, sources: list[str]) -> dict[tuple[str, str], tuple[str, ...]]:
    """Titles and keys of each space and of those above it."""
    s = space.c
    query = select(s.source, s.key, s.title, s.parent).where(s.source.in_(sources))
    spaces = {(row.source, row.key): row for row in connection.execute(query)}
    found: dict[tuple[str, str], tuple[str, ...]] = {}
    for source, key in spaces:
        words: list[str] = []
        above: str | None = key
        seen: set[str] = set()
        while above and above not in seen and (row := spaces.get((source, above))):
            seen.add(above)
            words += _there(row.key, row.key.partition(":")[2], row.title)
            above = row.parent
        found[source, key] = tuple(words)
    return found


def _write(connection: Connection, places: Places) -> None:
    """Write what differs."""
    p = event_place.c
    current: Places = {(row[0], row[1]): row[2] for row in connection.execute(select(event_place))}
    stale = [pair for pair, place in current.items() if places.get(pair) != place]
    new = [pair for pair, place in places.items() if current.get(pair) != place]
    if stale:
        same = (p.source == bindparam("s"), p.event == bindparam("e"))
        connection.execute(delete(event_place).where(*same), [{"s": s, "e": e} for s, e in stale])
    if new:
        connection.execute(
            insert(event_place),
            [{"source": s, "event": e, "place": places[s, e]} for s, e in sorted(new)],
        )


__all__ = ["KINDS", "Rule", "form", "place_events", "rule_of"]
