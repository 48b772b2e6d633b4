"""Which spaces serve which community: as plugins.toml says, or else a proposal by title."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase
from logging import Logger

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from cophub import CommunitySpec, ConfigError
from cophub.pipelines.identities.rules import KINDS, Rule, form, place_events, rule_of
from cophub.warehouse.tables import community, community_space, space


@dataclass(frozen=True)
class Space:
    """A space of the warehouse."""

    source: str
    key: str
    title: str | None
    kind: str | None = None


ROOMS = ("meeting_room", "folder")
"""Where meetings are held, and what holds such rooms together."""

Links = dict[tuple[str, str, str], str]
"""(community, source, space) -> set_by."""


def resolve_communities(
    connection: Connection, specs: tuple[CommunitySpec, ...], log: Logger
) -> None:
    """Bring `community` and `community_space` up to date.

    What a person set by hand stays. Raises ConfigError for a space that is written in a form that
    cophub does not know.
    """
    rows = connection.execute(
        select(space.c.source, space.c.key, space.c.title, space.c.kind).order_by(
            space.c.source, space.c.key
        )
    )
    spaces = [Space(*row) for row in rows]
    if specs:
        wanted, links = list(specs), configured(specs, spaces, log)
    else:
        wanted, links = proposed(spaces, _current_proposals(connection))
    rules = [rule for spec in specs for rule in rules_of(spec, spaces)]
    used = place_events(connection, rules, links)
    for rule in rules:
        if rule not in used:
            log.warning(_no_event_fits(rule))
    _write(connection, wanted, links)


def configured(
    specs: Iterable[CommunitySpec], spaces: list[Space], log: Logger | None = None
) -> Links:
    """The spaces that plugins.toml gives to each community."""
    links: Links = {}
    for spec in specs:
        for pattern in spec.spaces:
            found = matching(pattern, spaces, spec.key)
            links |= {(spec.key, s.source, s.key): "config" for s in found}
            if not found and log and not _chooses_events(pattern):
                log.warning(_nothing_matches(spec.key, pattern))
    return links


def rules_of(spec: CommunitySpec, spaces: list[Space]) -> list[Rule]:
    """Those of a community's patterns that choose events, and are not the key of any space."""
    rules = []
    for pattern in spec.spaces:
        source, _, name = pattern.partition(":")
        if _chooses_events(pattern) and not matching(pattern, spaces, spec.key):
            rules.append(rule_of(spec.key, source, name))
    return rules


def _chooses_events(pattern: str) -> bool:
    return form(pattern.partition(":")[2]) in KINDS


def _no_event_fits(rule: Rule) -> str:
    return (
        f'community "{rule.community}": "{rule.source}:{rule.text}" fits no event of the warehouse;'
        " compare the titles with `cophub export event`, or sync the source first"
    )


def _nothing_matches(key: str, pattern: str) -> str:
    return (
        f'community "{key}": "{pattern}" matches no space of the warehouse; compare'
        " `cophub discover SOURCE`, or sync the source first"
    )


def matching(pattern: str, spaces: list[Space], key: str) -> list[Space]:
    """The spaces of a pattern `source:space key`; `*`, `?` and `[...]` as in file names.

    A key that is written out is taken as it stands, whatever signs are in it.
    """
    source, colon, name = pattern.partition(":")
    if not (source and colon and name):
        raise ConfigError(
            f'community "{key}": "{pattern}" is not "source:space"; correct it under'
            f" [communities.{key}] in plugins.toml"
        )
    exact = [s for s in spaces if s.source == source and s.key == name]
    if exact:
        return exact
    rule = form(name)
    if rule in KINDS:
        return []
    if rule:
        raise ConfigError(
            f'community "{key}": "{pattern}" has the unknown form "{rule}="; write "source:space",'
            f" or one of {', '.join(f'{source}:{kind}=...' for kind in KINDS)},"
            f" under [communities.{key}] in plugins.toml"
        )
    return [s for s in spaces if fnmatchcase(s.source, source) and fnmatchcase(s.key, name)]


def proposed(
    spaces: list[Space], current: dict[tuple[str, str], str]
) -> tuple[list[CommunitySpec], Links]:
    """A community for each title; one that was proposed before keeps its key when renamed.

    A meeting room, or a folder of them, proposes nothing: it joins the community that has its
    title, if there is one.
    """
    by_title: dict[str, str] = {}
    titles: dict[str, str] = {}
    links: Links = {}
    # Those that have a key first: a newcomer with the same title joins them.
    for s in sorted(spaces, key=lambda s: (s.kind in ROOMS, (s.source, s.key) not in current)):
        title = (s.title or s.key).strip() or s.key
        normal = normal_title(title)
        key = current.get((s.source, s.key)) or by_title.get(normal)
        if s.kind in ROOMS and by_title.get(normal) is None:
            continue
        if key is None:
            key = _free_key(slug(title) or slug(f"{s.source} {s.key}") or "community", titles)
        by_title.setdefault(normal, key)
        titles.setdefault(key, title)
        links[key, s.source, s.key] = "proposed"
    return [CommunitySpec(key=key, title=title) for key, title in titles.items()], links


def normal_title(title: str) -> str:
    """` M&E  Group ` and `m&e group` are one title."""
    return " ".join(unicodedata.normalize("NFKC", title).casefold().split())


def slug(title: str) -> str:
    """A key that is safe in a file name and a link: `Réseau M&E` -> `reseau-m-e`."""
    folded = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", folded).strip("-")[:60].rstrip("-")


def _free_key(key: str, taken: Iterable[str]) -> str:
    names = set(taken)
    number, free = 2, key
    while free in names:
        free, number = f"{key}-{number}", number + 1
    return free


def _current_proposals(connection: Connection) -> dict[tuple[str, str], str]:
    c = community_space.c
    query = select(c.source, c.space, c.community).where(c.set_by == "proposed")
    return {(row.source, row.space): row.community for row in connection.execute(query)}


def _write(connection: Connection, wanted: list[CommunitySpec], links: Links) -> None:
    """Write what differs; what a person set is left alone."""
    c = community_space.c
    rows = connection.execute(select(c.community, c.source, c.space, c.set_by))
    current: Links = {(row[0], row[1], row[2]): row[3] for row in rows}
    by_hand = {link for link, who in current.items() if who not in ("config", "proposed")}
    stale = [link for link, who in current.items() - links.items() if link not in by_hand]
    new = [link for link, who in links.items() - current.items() if link not in by_hand]
    if stale:
        same = (
            c.community == bindparam("c"),
            c.source == bindparam("s"),
            c.space == bindparam("p"),
        )
        keys = [dict(zip("csp", link, strict=True)) for link in stale]
        connection.execute(delete(community_space).where(*same), keys)
    _write_communities(connection, wanted, {link[0] for link in by_hand})
    if new:
        names = ("community", "source", "space")
        connection.execute(
            insert(community_space),
            [dict(zip(names, link, strict=True)) | {"set_by": links[link]} for link in sorted(new)],
        )


def _write_communities(
    connection: Connection, wanted: list[CommunitySpec], by_hand: set[str]
) -> None:
    names = [column.name for column in community.columns]
    current = {row.key: row._asdict() for row in connection.execute(select(community))}
    rows = {spec.key: {name: getattr(spec, name) for name in names} for spec in wanted}
    gone = current.keys() - rows.keys() - by_hand
    if gone:
        connection.execute(delete(community).where(community.c.key.in_(gone)))
    if new := [row for key, row in rows.items() if key not in current]:
        connection.execute(insert(community), new)
    for key, row in rows.items():
        if key in current and current[key] != row:
            connection.execute(update(community).where(community.c.key == key).values(**row))


__all__ = ["configured", "matching", "normal_title", "proposed", "resolve_communities", "slug"]
