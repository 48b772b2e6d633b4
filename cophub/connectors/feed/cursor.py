"""What a run remembers of each address."""

import msgspec

from cophub.connectors.state import StateOf
from cophub.connectors.web.fetch import Validators


class FeedState(msgspec.Struct, omit_defaults=True):
    """A feed as it was when it was read."""

    validators: Validators = msgspec.field(default_factory=Validators)
    known: list[int] = []
    """Checksums of the keys of the entries that it held."""
    shared: dict[str, str] = {}
    """Ids that several entries carried, with the link of the one that kept its id as its key."""
    links: dict[str, str] = {}
    """The link of each entry, by a checksum of its id."""


class Walk(msgspec.Struct, omit_defaults=True):
    """How far one collection of a WordPress site was read."""

    after: str = ""
    """Everything that was changed before this was read; empty during the first read."""
    mark: str = ""
    """When the first read that is under way began: `after`, once it has ended."""
    page: int = 0
    """The last page that was read of it."""
    total: int = -1
    """How many items there were; -1 where the site does not say."""
    top: int = 0
    """The highest number of an item."""


class Cursor(StateOf, omit_defaults=True):
    """The stream's cursor."""

    feeds: dict[str, FeedState] = msgspec.field(default_factory=dict)
    walks: dict[str, Walk] = msgspec.field(default_factory=dict)
    """By the site's address, a space and the name of the collection."""
    apis: dict[str, str] = msgspec.field(default_factory=dict)
    """Where the API of each address is that is a WordPress site."""


def read_cursor(text: str | None, settings: int) -> Cursor:
    """The cursor in `text`; a new one where it is none of ours or for other settings.

    Nothing is lost by that: what is read again is stored where it was.
    """
    found = Cursor.kept(text)
    return found if found and found.settings == settings else Cursor(settings)
