"""Several stays of one person in one event, made one: first join, last leave, minutes, visits."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from cophub.connectors.attendance import Span, covered


@dataclass(frozen=True)
class Stay:
    """One join, and the leave where it was reported; `minutes` where the vendor counted them."""

    joined: datetime | None
    left: datetime | None
    minutes: float | None = None


@dataclass(frozen=True)
class Joined:
    """All stays of one person."""

    joined_at: datetime | None
    left_at: datetime | None
    """None when the last leave was not reported."""
    minutes: float | None
    visits: int
    assumed: bool = False
    """Whether a leave that was not reported was made up."""


def join_stays(stays: Sequence[Stay], start: datetime | None, end: datetime | None) -> Joined:
    """One attendance of all stays, in minutes within the event from `start` to `end`.

    Time on two devices at once counts once. A stay without a leave lasts as long as the vendor
    counted, else until the next join or the event's end.
    """
    spans: list[Span] = []
    loose, known, assumed = 0.0, False, False
    joins = sorted(stay.joined for stay in stays if stay.joined)
    for stay in stays:
        again = next((at for at in joins if stay.joined and at > stay.joined), end)
        span = span_of(stay, start, again)
        if span is not None:
            spans.append(span)
            assumed = assumed or (stay.left is None and not stay.minutes)
        elif stay.minutes is not None:
            loose, known = loose + stay.minutes, True
    minutes = loose + covered(clipped(spans, start, end)) if spans or known else None
    if minutes is not None and start and end:
        minutes = min(minutes, max((end - start).total_seconds(), 0.0) / 60)
    return Joined(
        min((stay.joined for stay in stays if stay.joined), default=None),
        last_leave(stays),
        None if minutes is None else round(minutes, 2),
        len(stays),
        assumed,
    )


def span_of(stay: Stay, start: datetime | None, end: datetime | None) -> Span | None:
    """From when to when a stay lasted; None where too little is known."""
    length = timedelta(minutes=stay.minutes) if stay.minutes else None
    joined, left = stay.joined, stay.left
    if joined is None and left is None:
        return None
    if left is None and joined is not None:
        left = joined + length if length else end
    if joined is None and left is not None:
        joined = left - length if length else start
    if joined is None or left is None:
        return None
    return joined, max(joined, left)


def clipped(spans: Sequence[Span], start: datetime | None, end: datetime | None) -> list[Span]:
    """The spans as far as they are within the event."""
    return [
        (max(joined, start) if start else joined, min(left, end) if end else left)
        for joined, left in spans
    ]


def last_leave(stays: Sequence[Stay]) -> datetime | None:
    """The last leave; None when somebody who joined at or after it was never reported to leave."""
    last = max((stay.left for stay in stays if stay.left), default=None)
    open_ends = [stay.joined for stay in stays if stay.left is None and stay.joined]
    return None if last is None or any(joined >= last for joined in open_ends) else last
