"""Who uses one mailbox: its accounts in parts, each of one person as far as names tell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from rapidfuzz.distance import JaroWinkler

from cophub.identities.evidence import Evidence, Name
from cophub.identities.reading.names import COMPATIBLE, compare, name_fits_local

Placed = tuple[int, Evidence]
"""An account and its position in the list of all."""


_MOST_NAMES = 4
"""So many names of a node are looked at."""
_ALIKE = 0.8
"""Likeness of two words, 0 to 1, from which on they may be one, in one mailbox."""
_TELLING = 4
"""Letters of a word of somebody's name that say whose a mailbox is."""
_MILD = frozenset(("family", "middle", "words"))
"""Clashes that one person's names may show: marriage, more or fewer words."""


@dataclass(slots=True)
class Part:
    """Accounts at one mailbox that are one person's."""

    members: list[int] = field(default_factory=list)
    names: list[Name] = field(default_factory=list)
    owner: bool = False
    """Whether it belongs to the directory id that bears the mailbox."""
    shared: bool = False
    """Whether the mailbox is no evidence for it, because others use it too."""
    verified: bool = False


def split(
    accounts: Sequence[Placed],
    owners: Sequence[Name],
    *,
    open_to_blank: bool,
    owned: bool,
) -> list[Part]:
    """The parts of one mailbox.

    `owners` are the names of the directory id that bears it, if one does (`owned`);
    `open_to_blank` says that it is private, so that who shows no name may follow who does.
    """
    if not owned and open_to_blank and _alike(accounts):
        return [Part([i for i, _ in accounts])]
    parts = [Part(names=list(owners), owner=True, verified=True)] if owned else []
    full, short, blank = _by_name(accounts, open_to_blank)
    unsure: list[tuple[Name, list[Placed]]] = []
    for name, theirs in full:
        homes = [part for part in parts if _one_person(name, part.names, open_to_blank)]
        if len(homes) > 1:
            unsure.append((name, theirs))
            continue
        if not homes:
            homes = [Part()]
            parts.extend(homes)
        _join(homes[0], theirs, name)
    _share(parts, open_to_blank)
    alone: list[Part] = []
    for name, theirs in (*unsure, *short):
        homes = [part for part in parts if _may_be(name, part.names)]
        if not homes and open_to_blank and len(parts) == 1 and not name.full:
            # One word, a nickname or a user name, divides no mailbox of one person.
            homes = parts
        if len(homes) == 1:
            _join(homes[0], theirs, name)
        elif not parts and open_to_blank:
            if not alone:
                alone.append(Part())
            _join(alone[0], theirs, name)
        else:
            alone.extend(Part([i], [name], shared=True) for i, _ in theirs)
    return _place_blank(parts, alone, blank, open_to_blank)


def _place_blank(
    parts: list[Part], alone: list[Part], blank: list[Placed], private: bool
) -> list[Part]:
    """All parts, with the accounts that show no name put where they can only belong."""
    home: Part | None = None
    if private:
        trusted = [part for part in parts if not part.shared]
        if len(trusted) == 1 and (len(trusted[0].names) == 0 or not _strange(trusted[0], blank)):
            home = trusted[0]
        elif len(trusted) == 1:
            home = None
            if blank:
                parts.append(Part([position for position, _ in blank], shared=True))
                blank = []
        elif not parts and len(alone) == 1:
            home = alone[0]
        elif parts and blank:
            home = _spelled(parts, blank[0][1].mailbox)
        elif not alone and blank:
            home = Part()
            parts.append(home)
    for position, _ in blank:
        if home is None:
            alone.append(Part([position], shared=True))
        else:
            home.members.append(position)
    return [part for part in (*parts, *alone) if part.members or part.owner]


def _is_local(name: Name, mailbox: str) -> bool:
    """Whether all that an account shows as its name is the local part of its mailbox."""
    return len(name.tokens) == 1 and not name.initials and mailbox.startswith(name.tokens[0] + "@")


def _alike(accounts: Sequence[Placed]) -> bool:
    """Whether all show the same name or none: the usual mailbox."""
    known = next((e.name for _, e in accounts if e.name is not None), None)
    return all(e.name is None or e.name is known or e.name == known for _, e in accounts)


def _by_name(
    accounts: Sequence[Placed], private: bool
) -> tuple[list[tuple[Name, list[Placed]]], list[tuple[Name, list[Placed]]], list[Placed]]:
    """Accounts by distinct full name and short name, fullest first, and those without a name."""
    names: dict[Name, list[Placed]] = {}
    blank: list[Placed] = []
    for placed in accounts:
        name = placed[1].name
        if name is None or (private and _is_local(name, placed[1].mailbox)):
            blank.append(placed)
        else:
            names.setdefault(name, []).append(placed)
    ordered = sorted(names.items(), key=lambda item: name_order(item[0]))
    return (
        [item for item in ordered if item[0].full],
        [item for item in ordered if not item[0].full],
        blank,
    )


def name_order(name: Name) -> tuple[int, int, tuple[object, ...]]:
    """What names are sorted by: the fullest first."""
    fields = (
        name.tokens,
        name.initials,
        name.given,
        name.family,
        name.suffix,
        name.script,
    )
    return -len(name.tokens), -len(name.initials), fields


def distinct(names: Iterable[Name | None]) -> tuple[Name, ...]:
    """The names that differ in more than the order of their words, the fullest first; not many."""
    found: dict[tuple[frozenset[str], frozenset[str], str], Name] = {}
    for name in sorted((name for name in names if name is not None), key=name_order):
        found.setdefault((frozenset(name.tokens), frozenset(name.initials), name.suffix), name)
    return tuple(found.values())[:_MOST_NAMES]


def _one_person(name: Name, others: list[Name], private: bool) -> bool:
    """Whether a full name goes with all of another's names.

    A private mailbox is one person's unless names say otherwise: another family name (marriage),
    another middle name or a word too much (an organisation, a second surname) do not.
    """
    alike = False
    for other in others:
        likeness = compare(name, other)
        if not private:
            if likeness.clash:
                return False
            alike = alike or likeness.level >= COMPATIBLE
        elif not likeness.clash or (
            likeness.shared and (likeness.why in _MILD or _short_for(name, other))
        ):
            alike = True
        else:
            return False
    return alike


def _short_for(name: Name, other: Name) -> bool:
    """Whether words that differ look like one word: `Ria` and `Maria`, `Mitch` and `Michelle`."""
    mine = [word for word in name.tokens if word not in other.tokens]
    theirs = [word for word in other.tokens if word not in name.tokens]
    return any(
        x in y or y in x or x[:3] == y[:3] or JaroWinkler.similarity(x, y) >= _ALIKE
        for x in mine
        for y in theirs
    )


def _may_be(name: Name, others: list[Name]) -> bool:
    """Whether a short name is part of another's names, or an initial of it."""
    return any(
        not likeness.clash and (bool(likeness.shared) or _short_for(name, other))
        for other in others
        for likeness in (compare(name, other),)
    )


def _join(part: Part, theirs: list[Placed], name: Name) -> None:
    part.members.extend(i for i, _ in theirs)
    part.names.append(name)
    part.verified = part.verified or any(e.verified for _, e in theirs)


def _share(parts: list[Part], private: bool) -> None:
    """A mailbox of several is nobody's, unless the others only claim it and one has verified it."""
    if len(parts) < 2 and private:
        return
    verified = [part for part in parts if part.verified]
    for part in parts:
        part.shared = not (private and len(verified) == 1 and part is verified[0])


def _strange(part: Part, blank: list[Placed]) -> bool:
    """Whether a mailbox at work is called after something else than who shows a name there.

    `pharmacyph@` with one named user is rather a post that several hold than a person's own.
    """
    if not blank or not blank[0][1].domain or part.owner:
        return False
    local = blank[0][1].mailbox.rpartition("@")[0]
    return all(
        name_fits_local(name, local) <= 0 and not _holds_word(local, name) for name in part.names
    )


def _holds_word(local: str, name: Name) -> bool:
    """Whether a word of the name stands in the local part, whatever else does: `lnovaesmaana`."""
    return any(len(word) >= _TELLING and word in local for word in name.tokens)


def _spelled(parts: list[Part], mailbox: str) -> Part | None:
    """The only part whose name the mailbox spells; `amina@` of Amina and John is Amina's."""
    local = mailbox.rpartition("@")[0]
    fitting = [
        part
        for part in parts
        if max((name_fits_local(n, local) for n in part.names), default=0.0) >= 0.9
    ]
    return fitting[0] if len(fitting) == 1 else None


__all__ = ["Part", "Placed", "distinct", "split"]
