"""What is not well with the hub, worst first, told once for all that share a cause."""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from itertools import groupby

from cophub.error_codes import CATALOGUE
from cophub.hub.answers import PipelineStatus, PlaceStatus, SourceStatus, Trouble

_WORST_FIRST = ("failed", "held", "late", "killed", "stopped", "never ran")
_NO_TIME = datetime.max.replace(tzinfo=UTC)
_ADVICE = {
    "failed": "cophub check, and when all is well: cophub run",
    "held": "look at each: cophub status --all",
    "late": "is `cophub schedule` running? Else: cophub run",
    "killed": "cophub run goes on from the last checkpoints",
    "stopped": "cophub run goes on from the last checkpoints",
    "never ran": "cophub run",
}
_SHARED = ("late", "killed", "stopped", "never ran")
"""States that have one cause outside what is in them: one line tells it for all."""


def troubles(
    sources: Iterable[SourceStatus],
    pipelines: Iterable[PipelineStatus],
    places: Iterable[PlaceStatus] = (),
) -> tuple[Trouble, ...]:
    """What is not well, worst first; sources that are late or never ran stand together."""
    found = [
        Trouble(one.state, (one.source,), one.since, one.why or "", one.advice, one.code)
        for one in sources
        if one.state in _WORST_FIRST
    ]
    others: dict[str, PipelineStatus | PlaceStatus] = {
        **{f"pipeline {one.pipeline}": one for one in pipelines},
        **{one.place: one for one in places},
    }
    found += [
        Trouble(one.state, (subject,), one.since, one.why or "", one.advice, one.code)
        for subject, one in others.items()
        if one.state in _WORST_FIRST and one.state != "never ran"
    ]
    together = [one for one in found if one.state in _SHARED]
    return _ordered([*joined(together), *(one for one in found if one.state not in _SHARED)])


def joined(found: Sequence[Trouble]) -> tuple[Trouble, ...]:
    """The same with one for all that have state and code in common."""
    ordered = sorted(found, key=_kind)  # stable: in each the order of before
    return _ordered([_as_one(list(same)) for _, same in groupby(ordered, _kind)])


def _kind(trouble: Trouble) -> tuple[str, str]:
    return trouble.state, trouble.code or ""


def _ordered(found: Iterable[Trouble]) -> tuple[Trouble, ...]:
    """Worst first, and of those alike the one that lasts longest."""

    def order(one: Trouble) -> tuple[int, datetime]:
        return _WORST_FIRST.index(one.state), one.since or _NO_TIME

    return tuple(sorted(found, key=order))


def _as_one(same: list[Trouble]) -> Trouble:
    if len(same) == 1:
        return same[0]
    first = same[0]
    whys, advices = {one.why for one in same}, {one.advice for one in same}
    known = CATALOGUE.get(first.code or "")
    return Trouble(
        state=first.state,
        subjects=tuple(subject for one in same for subject in one.subjects),
        since=min((one.since for one in same if one.since), default=None),
        why=first.why if len(whys) == 1 or known is None else _small(known.title),
        advice=first.advice if len(advices) == 1 else _ADVICE.get(first.state, first.advice),
        code=first.code,
    )


def _small(title: str) -> str:
    return title[0].lower() + title[1:]


__all__ = ["joined", "troubles"]
