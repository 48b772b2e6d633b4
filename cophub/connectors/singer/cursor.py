"""What a run remembers: the tap's own state, to be given back as it is."""

from typing import Any

import msgspec

from cophub.connectors.state import StateOf


class Cursor(StateOf, omit_defaults=True):
    """The stream's cursor."""

    state: Any = None
    """What the last STATE message said."""
    versions: dict[str, int] = msgspec.field(default_factory=dict)
    """The version of each table that says one, as it was at the end of the last run."""
    is_open: bool = False
    """Whether the run did not come to its end: what it gave is then not the whole of a table."""
