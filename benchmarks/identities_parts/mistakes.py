"""What kinds of errors a grouping makes: the strongest tie between what it took for one or for two.

A found person of several true ones needs a cut for each but its largest part, and a true person
who was found as several needs a join for each: these are the errors counted here, each told by the
strongest tie between the part and the rest. Of what was joined that is why it was; of what was
missed, the evidence that was there.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from functools import lru_cache
from itertools import islice
from random import Random
from typing import Literal, NamedTuple

from anyascii import anyascii


class Seen(NamedTuple):
    """What anybody can see of an account; empty text: it does not say."""

    name: str = ""
    email: str = ""
    organization: str = ""
    country: str = ""
    kind: str = "person"
    """What it is in truth: person, role_mailbox, bot, service, device, shared_login or room."""


class Mistake(NamedTuple):
    """A cut or a join that is owed; positions are those of the two accounts with that tie."""

    wrong: Literal["joined", "missed"]
    tie: str
    a: int
    b: int


TIES = (
    "same address",
    "same name and organisation",
    "same full name",
    "several words of a name in common",
    "name of the one fits the address of the other",
    "one word of a name in common",
    "same mailbox name at another domain",
    "same organisation, no name in common",
    "nothing in common",
)
"""Ties between two accounts, the strongest first."""

_WORDS = re.compile(r"[a-z0-9]+")
_EACH = 12
"""Accounts of a part that are looked at: parts of a person are small, unless all went wrong."""


def mistakes(truth: Sequence[Hashable], found: Sequence[Hashable], seen: Callable[[int], Seen],
             *, at_most: int = 20_000) -> Iterator[Mistake]:  # fmt: skip
    """The errors of a grouping; where there are more than `at_most` a sample, always the same."""
    errors = [*_owed("joined", truth, found), *_owed("missed", found, truth)]
    if len(errors) > at_most:
        errors = Random(at_most).sample(errors, at_most)
    for wrong, part, rest in errors:
        rank, a, b = min((_rank(seen(a), seen(b)), a, b) for a in part for b in rest)
        kinds = {seen(a).kind, seen(b).kind} - {"person"}
        other = f" ({', '.join(sorted(kinds)).replace('_', ' ')})" if kinds else ""
        yield Mistake(wrong, TIES[rank] + other, a, b)


def involved(truth: Sequence[Hashable], found: Sequence[Hashable]) -> set[int]:
    """Positions of the accounts of all errors: whatever `seen` may be asked for."""
    errors = [*_owed("joined", truth, found), *_owed("missed", found, truth)]
    return {at for _, part, rest in errors for at in (*part, *rest)}


def tie(a: Seen, b: Seen) -> str:
    """The strongest tie between two accounts, one of `TIES`."""
    return TIES[_rank(a, b)]


Owed = tuple[Literal["joined", "missed"], list[int], list[int]]


def _owed(
    wrong: Literal["joined", "missed"], parts_by: Sequence[Hashable], whole: Sequence[Hashable]
) -> Iterator[Owed]:
    """For each but the largest part of each whole: some accounts of it, and of the other parts."""
    wholes: dict[Hashable, dict[Hashable, list[int]]] = defaultdict(lambda: defaultdict(list))
    for at, (label, name) in enumerate(zip(whole, parts_by, strict=True)):
        wholes[label][name].append(at)
    for parts in wholes.values():
        if len(parts) > 1:
            first, *others = sorted(parts.values(), key=lambda part: (-len(part), part[0]))
            before = [first]
            for part in others:
                rest = (at for earlier in before for at in earlier[:_EACH])
                yield wrong, part[:_EACH], list(islice(rest, 4 * _EACH))
                before.append(part)


def _rank(a: Seen, b: Seen) -> int:
    words, other_words = _words(a.name), _words(b.name)
    shared = len(words & other_words)
    alike = _organization(a) & _organization(b)
    local, other_local = _local(a.email), _local(b.email)
    checks: Iterable[bool] = (
        bool(a.email) and a.email.strip().lower() == b.email.strip().lower(),
        shared > 1 and words == other_words and bool(alike),
        shared > 1 and words == other_words,
        shared > 1,
        _fits(words, other_local) or _fits(other_words, local),
        shared == 1,
        bool(local) and local == other_local,
        bool(alike),
    )
    return next((rank for rank, holds in enumerate(checks) if holds), len(TIES) - 1)


@lru_cache(200_000)
def _words(name: str) -> frozenset[str]:
    return frozenset(word for word in _WORDS.findall(anyascii(name).lower()) if len(word) > 1)


def _organization(seen: Seen) -> set[str]:
    domain = seen.email.rpartition("@")[2].strip().lower()
    return {text for text in (" ".join(sorted(_words(seen.organization))), domain) if text}


def _local(email: str) -> str:
    return email.strip().lower().partition("@")[0].partition("+")[0] if "@" in email else ""


def _fits(words: frozenset[str], local: str) -> bool:
    return any(len(word) > 2 and word in local for word in words)
