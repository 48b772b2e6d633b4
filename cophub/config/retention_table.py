"""`[retention]`: how long content is kept, table by table."""

import re
from typing import Annotated, Any

from dateutil.relativedelta import relativedelta
from pydantic import PlainValidator

from cophub.config.tables import Table

_LENGTH = re.compile(r"(\d{1,4}) (day|week|month|year)s?")
_LONGEST_YEARS = 100


def _length(value: Any) -> relativedelta:
    found = _LENGTH.fullmatch(value) if isinstance(value, str) else None
    if not found or not int(found[1]):
        raise ValueError(
            'must be a length of time in quotes: days, weeks, months or years, such as "5 years"'
        )
    count = int(found[1])
    if found[2] == "year" and count > _LONGEST_YEARS:
        raise ValueError("is longer than a hundred years; leave it out to keep things for good")
    return relativedelta(**{f"{found[2]}s": count})  # type: ignore[arg-type]


Kept = Annotated[relativedelta | None, PlainValidator(_length)]


class RetentionTable(Table):
    """What is older loses its content, or goes; what is not named stays."""

    post: Kept = None
    attendance: Kept = None
    reject: Kept = None
    audit: Kept = None

    @property
    def kept(self) -> dict[str, relativedelta]:
        """How long, for each table that is named."""
        return {name: value for name, value in dict(self).items() if value is not None}
