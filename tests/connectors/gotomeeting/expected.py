"""What a sandbox holds, as the records that cophub should make of it."""

from collections import defaultdict
from datetime import datetime
from typing import Any

from cophub.sandbox.goto import GotoSandbox

Truth = dict[str, Any]
CLOSE = 0.02
"""Minutes are kept to two decimals."""


def at(text: str) -> datetime:
    """An instant of the truth."""
    return datetime.fromisoformat(text)


def event_key(event: Truth) -> str:
    """The key of a held meeting."""
    return f"{event['meeting_id']}:{at(event['start']):%Y%m%dT%H%M%SZ}"


def account(row: Truth, organizer: str) -> str:
    """The account of a row of a report: its address, else its name among the organizer's guests."""
    return row["email"].lower() or f"guest:{organizer}:{' '.join(row['name'].casefold().split())}"


def attendances(event: Truth) -> dict[str, list[Truth]]:
    """The reported rows of a held meeting by account, in the order of their joins."""
    found: dict[str, list[Truth]] = defaultdict(list)
    for person in event["attendees"]:
        for row in person["rows"]:
            if row["reported"]:
                found[account(row, event["organizer"])].append(row)
    return {key: sorted(rows, key=lambda row: at(row["joined"])) for key, rows in found.items()}


def minutes(event: Truth, rows: list[Truth]) -> float:
    """Minutes within the event, for rows whose leave was reported."""
    start, end = at(event["start"]), at(event["end"])
    seconds, until = 0.0, start
    for row in rows:
        begin, stop = max(at(row["joined"]), until), min(at(row["left"]), end)
        seconds += max(0.0, (stop - begin).total_seconds())
        until = max(until, stop)
    return seconds / 60


def events(sandbox: GotoSandbox) -> dict[str, Truth]:
    """The held meetings of a sandbox by the key of their event."""
    return {event_key(event): event for event in sandbox.truth()["events"]}
