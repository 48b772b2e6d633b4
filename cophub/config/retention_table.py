"""`[retention]`: how long content is kept, table by table."""

from typing import Annotated, Any

from dateutil.relativedelta import relativedelta
from pydantic import PlainValidator

from cophub.config.lengths import parse_length
from cophub.config.tables import Table


def _length(value: Any) -> relativedelta:
    # What is no text is no length either, and is told so by the same line.
    return parse_length(value if isinstance(value, str) else "")


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
