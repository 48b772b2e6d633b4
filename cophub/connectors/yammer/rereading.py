"""When a thread is read again, and by which calls that costs least.

A thread is read again 1, 2, 4, 8, 16 and 32 days after its last message, as long as that is within
`reread_days`: a reply begins the count anew. What is due follows from the last message and the
times of two runs, so nothing but the hour of the last message is kept.
"""

from collections.abc import Iterable
from math import ceil

from cophub.connectors.yammer.client import MESSAGES_A_PAGE
from cophub.connectors.yammer.cursor import HOUR, Known, Place

AGES = (1, 2, 4, 8, 16, 32, 64, 128, 256)
"""Days after a thread's last message at which it is read again."""
DAY = 86_400


def ages(reread_days: int) -> tuple[int, ...]:
    """The ages in days at which threads are read again under this setting."""
    return tuple(age for age in AGES if age <= reread_days)


def is_due(last: int, after: int, until: int, reread_days: int) -> bool:
    """Whether a thread with its last message in the hour `last` falls due in (after, until]."""
    return any(after < last * HOUR + age * DAY <= until for age in ages(reread_days))


def due(place: Place, until: int, reread_days: int) -> list[int]:
    """The threads of a group that fell due since it was read, newest first."""
    chosen = [
        id
        for id, known in place.threads.items()
        if is_due(known.last, place.at, until, reread_days)
    ]
    return sorted(chosen, reverse=True)


def expire(place: Place, reread_days: int) -> None:
    """Forget threads that will not be read again."""
    oldest = place.at - _longest(reread_days)
    for id in [id for id, known in place.threads.items() if known.last * HOUR <= oldest]:
        del place.threads[id]
        place.horizon = max(place.horizon, id)


def _longest(reread_days: int) -> int:
    return max(ages(reread_days), default=0) * DAY


def calls(size: int) -> int:
    """The calls that read a thread of this size by itself."""
    return max(1, ceil(size / MESSAGES_A_PAGE))


def deepest(place: Place, threads: Iterable[int], new: int) -> tuple[int, int]:
    """How deep to walk the feed so that re-reading `threads` costs least.

    Takes the due threads, newest first, and how many new messages must be walked anyway. Returns
    the message id to walk down to (`place.seen` when no deeper than for the new ones; 0 calls when
    there are none), and the calls of it all.

    A page of the feed shows 20 messages of many threads, where a thread by itself takes a call or
    more: for small threads the feed is the cheaper way, for an old one among many it is not.
    """
    due = list(threads)
    alone = sum(calls(place.threads[id].size) for id in due)
    best_floor, best = place.seen, alone + _pages(new)
    known = sorted(place.threads.items(), reverse=True)
    met, at, rest = new, 0, alone
    for id in due:
        if id <= place.horizon:
            break
        while at < len(known) and known[at][0] >= id:
            met += 0 if known[at][1].hidden else known[at][1].size
            at += 1
        if not place.threads[id].hidden:
            rest -= calls(place.threads[id].size)
        if (cost := rest + _pages(met)) < best:
            best_floor, best = id, cost
    return best_floor, best


def _pages(messages: int) -> int:
    return ceil(messages / MESSAGES_A_PAGE)


def note(place: Place, id: int, known: Known, reread_days: int) -> None:
    """Keep a thread as it was just read, unless it is too old to be read again.

    Its last message is never earlier than it was before: a deletion begins no count anew.
    """
    before = place.threads.pop(id, None)
    if before is not None and before.last > known.last:
        known = Known(known.size, before.last, known.hidden)
    if known.last * HOUR + _longest(reread_days) > place.until:
        place.threads[id] = known
    else:
        place.horizon = max(place.horizon, id)
