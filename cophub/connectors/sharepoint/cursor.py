"""Where a stream that follows lists got to: per site a change token, per list how far."""

import msgspec
from xxhash import xxh3_64_hexdigest

from cophub.connectors.sharepoint.rows import ListRef, Plan, SiteRef
from cophub.connectors.state import State


class ListState(msgspec.Struct, omit_defaults=True):
    """How far the reading of one list is."""

    title: str = ""
    template: int = 0
    plan: str = ""
    """Fingerprint of what was asked for: when it changes, the list is read anew."""
    done: bool = False
    """Whether the first read is through, so that only changes are asked for."""
    at: int = 0
    """The last id of a first read that goes on."""
    anew: bool = False
    """Whether the list is to be read anew, in one go, ending what is gone."""
    keep: bool = False
    """Whether reading anew ends nothing, because the vendor is not sure what is missing."""
    start: str | None = None
    """Microsoft Graph: where a reading anew begins, when the vendor said so."""
    next: str | None = None
    """Microsoft Graph: the next page of a first read."""
    again: list[int] = []
    """REST: rows that could not be read, which the next run asks for once more."""
    unread: bool = False
    """Microsoft Graph: whether the last read met rows that could not be read."""
    delta: str | None = None
    """Microsoft Graph: the link that gives what changed."""


class SiteState(msgspec.Struct, omit_defaults=True):
    """How far the reading of one site is."""

    token: str | None = None
    """REST: all that happened before it is in the rows of the lists that are done."""
    lists: dict[str, ListState] = {}


class Cursor(State):
    """The cursor of a stream, by key of site and id of list."""

    sites: dict[str, SiteState] = msgspec.field(default_factory=dict)


def fingerprint(plan: Plan, *, by_graph: bool = False) -> str:
    """What a plan asks for, and which way, in short.

    Where one way stopped the other cannot go on: a change token knows nothing of a delta link.
    """
    asked = (plan.fields, plan.people, plan.lookups, plan.files, plan.version)
    return xxh3_64_hexdigest(repr(asked).encode()) + (":graph" if by_graph else "")


def remembered(site: SiteRef, list_id: str, state: ListState) -> ListRef:
    """A list that is no longer there, as it was."""
    return ListRef(
        site=site,
        id=list_id,
        title=state.title,
        template=state.template,
        item_count=0,
        last_modified=None,
        hidden=False,
        root_url="",
        there=False,
    )
