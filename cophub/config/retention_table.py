"""`[retention]`: how long content is kept, table by table."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, ClassVar

from dateutil.relativedelta import relativedelta
from pydantic import PlainValidator, field_validator

from cophub.config.lengths import parse_length
from cophub.config.tables import Table

_SHORTEST_BRIEFS = timedelta(weeks=8)
_ANY_DAY = datetime(2026, 1, 1, tzinfo=UTC)
_FIGURES = "cannot go: figures of past quarters rest on"
_PEOPLE = "cannot go: who is whom, and figures with it, rests on"
_MARKS = "what vendors say of it else tells what was deleted there"
_COUNTED = "is counted anew from the rest by each run, and holds nothing of its own"


def _length(value: Any) -> relativedelta:
    # What is no text is no length either, and is told so by the same line.
    return parse_length(value if isinstance(value, str) else "")


Kept = Annotated[relativedelta | None, PlainValidator(_length)]


class RetentionTable(Table):
    """What is older loses its content, or goes; what is not named stays."""

    post: Kept = None
    attendance: Kept = None
    membership: Kept = None
    reject: Kept = None
    alert: Kept = None
    brief_sent: Kept = None
    audit: Kept = None

    WHY_NOT: ClassVar[Mapping[str, str]] = {
        "delivery": f"{_FIGURES} who opened and clicked what when",
        "reaction": f"{_FIGURES} who reacted when; {_MARKS}",
        "membership_period": f"{_FIGURES} who was in what when",
        "event": f"{_FIGURES} its title and organiser, which say whose event it is; {_MARKS}",
        "document": f"{_FIGURES} its author and title; {_MARKS}",
        "campaign": f"{_FIGURES} its counts and title; {_MARKS}",
        "space": "cannot go: it has no date, and tells of nobody but by what people wrote of it",
        "metric": f"{_FIGURES} what vendors counted",
        "account": f"{_PEOPLE} names and addresses; forget people one by one",
        "person": f"{_PEOPLE} it; forget people one by one",
        "person_account": f"{_PEOPLE} it; forget people one by one",
        "person_history": f"{_PEOPLE} who was thought to be whom when",
        "identity_decision": f"{_PEOPLE} what people decided",
        "identity_evidence": _COUNTED,
        "identity_key": _COUNTED,
        "identity_edge": _COUNTED,
        "affiliation": f"{_FIGURES} who worked where when",
        "account_organization": f"{_FIGURES} who worked where when",
        "broker": _COUNTED,
        "erasure": "cannot go: it keeps forgotten people out",
        "run": "cannot go: what is due, fresh and to be read next rests on it, and nobody is in it",
        "stream_run": "cannot go: what is fresh and was read whole rests on it; nobody is in it",
        "pipeline_run": "cannot go: what is due and fresh rests on it, and nobody is in it",
        "publication": "cannot go: figures name the version that published them; nobody is in it",
        "token": "cannot go: sign-ins rest on it; it holds the newest alone",
        "backup_made": "cannot go: which copies are cophub's own rests on it; nobody is in it",
    }
    """Tables that somebody may name, and why they cannot be."""

    @field_validator("brief_sent")
    @classmethod
    def _not_twice(cls, kept: relativedelta | None) -> relativedelta | None:
        if kept is not None and _ANY_DAY + kept < _ANY_DAY + _SHORTEST_BRIEFS:
            raise ValueError("is less than 8 weeks: briefs might be mailed twice; make it longer")
        return kept

    @property
    def kept(self) -> dict[str, relativedelta]:
        """How long, for each table that is named."""
        return {name: value for name, value in dict(self).items() if value is not None}
