"""What is wrong with the hub at this moment that somebody is to be told of, one for each cause."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from cophub.error_codes import BACKUP_LATE, CATALOGUE, NO_WORKER, UNFORESEEN
from cophub.http import redact
from cophub.hub import queueing, standing, timed_backups
from cophub.hub.answers import Trouble
from cophub.hub.troubles import troubles
from cophub.identities.privacy import mask_text

if TYPE_CHECKING:
    from cophub.hub import Hub

_ALARMING = ("failed", "held", "late", "killed")
_OF_ITS_OWN = ("failed", "held")
_UNDECIDED = ("running", "killed", "stopped")
"""A run that was not brought to its end does not say that anything is well again."""
_NAMED = 3
WAREHOUSE = "the warehouse"
PLUGINS_TOML = "plugins.toml"


@dataclass(frozen=True)
class Cause:
    """One thing that is wrong, whatever suffers from it."""

    cause: str
    """What it is known by for as long as it lasts: `news: CPH-U`, or `CPH-S01` of the whole hub."""
    code: str
    subject: str
    said: str
    since: datetime


@dataclass(frozen=True)
class Judged:
    """What is wrong, and what cannot be told at the moment."""

    causes: dict[str, Cause]
    undecided: frozenset[str]
    """Subjects of which nobody knows now whether they are well."""


def judge(hub: "Hub", also: Iterable[Cause] = ()) -> Judged:
    """What is wrong by what the warehouse knows, and what else the caller has seen.

    A source that fails has one cause for all its streams, and keeps it while one fault of its
    vendor follows another. What is late, or was killed, is one for all that are.
    """
    now = hub.now()
    sources = standing.sources(hub.config, hub.warehouse, now)
    ran = standing.known_pipelines(hub, now)
    states = {one.source: one.state for one in sources}
    handed = standing.places(hub, now)
    states |= {f"pipeline {one.pipeline}": one.state for one in ran}
    states |= {one.place: one.state for one in handed}
    ill = troubles(sources, ran, handed)
    found = [_cause(one, now) for one in ill if one.state in _ALARMING]
    found += [*_of_queue(hub, now), *_of_backups(hub, now)]
    undecided = (name for name, state in states.items() if state in _UNDECIDED)
    return Judged({one.cause: one for one in (*found, *also)}, frozenset(undecided))


def cause_of_error(subject: str, code: str, said: str, since: datetime) -> Cause:
    """What an error is told as that stopped something other than a run."""
    return Cause(_key(subject, code), code, subject, clean(said), since)


def clean(text: str) -> str:
    """One line without secrets and addresses."""
    return " ".join(mask_text(str(redact(text))).split())


def _cause(trouble: Trouble, now: datetime) -> Cause:
    code = trouble.code if trouble.code in CATALOGUE else UNFORESEEN
    own = trouble.state in _OF_ITS_OWN
    return Cause(
        cause=_key(trouble.subjects[0], code) if own else code,
        code=code,
        subject=_names(trouble.subjects),
        said=clean(trouble.why),
        since=min(trouble.since or now, now),
    )


def _of_queue(hub: "Hub", now: datetime) -> list[Cause]:
    """That something waits for a worker which is not there."""
    queue = queueing.queue_of(hub)
    said = queueing.wrong(queue) if queue and queue.waiting else None
    if queue is None or said is None:
        return []
    since = min(queue.waiting_since or now, now)
    return [Cause(NO_WORKER, NO_WORKER, "the workers", clean(said.said), since)]


def _of_backups(hub: "Hub", now: datetime) -> list[Cause]:
    """That the copy is late which is to be made by itself."""
    found = timed_backups.standing(hub, now)
    if found is None or not found.late:
        return []
    since = min(found.next_at, now)
    said = timed_backups.why_late(found)
    return [Cause(BACKUP_LATE, BACKUP_LATE, "the copies", clean(said), since)]


def _key(subject: str, code: str) -> str:
    """Faults of one letter follow one another: a vendor is away, then slow, then says 500."""
    return f"{subject}: {code.rstrip('0123456789')}"


def _names(subjects: tuple[str, ...]) -> str:
    more = len(subjects) - _NAMED
    named = ", ".join(subjects[:_NAMED])
    return f"{named} and {more} more" if more > 0 else named


__all__ = ["PLUGINS_TOML", "WAREHOUSE", "Cause", "Judged", "cause_of_error", "clean", "judge"]
