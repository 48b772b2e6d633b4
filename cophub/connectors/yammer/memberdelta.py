"""Who came to groups and went, by Graph's delta: where it stands now, and what changed since.

Source: Graph v1.0 `/groups/delta` with `members` and `owners`. One group may be spread over several
pages and repeat; a link lives seven days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import msgspec

from cophub import SourceUnavailable
from cophub.connectors.microsoft.consent import GROUP_MEMBERS
from cophub.connectors.microsoft.graph import GraphPage, graph_pages
from cophub.connectors.yammer.groups import one_of
from cophub.error_codes import NOT_UNDERSTOOD, PAGING

AT_ONCE = 50
"""How many groups the `$filter` of a delta may name."""


class Touched(msgspec.Struct, kw_only=True):
    """A person in a change; `removed` is there for who left."""

    id: str
    type: str | None = msgspec.field(default=None, name="@odata.type")
    removed: dict[str, Any] | None = msgspec.field(default=None, name="@removed")


class GroupChange(msgspec.Struct, kw_only=True):
    """A group on a page of a delta, with some of its changes."""

    id: str
    removed: dict[str, Any] | None = msgspec.field(default=None, name="@removed")
    members: list[Touched] = msgspec.field(default_factory=list, name="members@delta")
    owners: list[Touched] = msgspec.field(default_factory=list, name="owners@delta")


@dataclass
class Change:
    """All changes of one group: directory id to "is in now"; the last word counts."""

    members: dict[str, bool] = field(default_factory=dict)
    owners: dict[str, bool] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.people)

    @property
    def people(self) -> list[str]:
        """Everybody who is named, once."""
        return list(dict.fromkeys([*self.members, *self.owners]))


def latest(client: httpx.Client, ids: Sequence[str]) -> str:
    """A delta link for these groups that tells what changes from now on."""
    params = {
        "$select": "id,members,owners",
        "$filter": one_of(ids),
        "$deltatoken": "latest",
    }
    return _read(client, "groups/delta", params)[1]


def changes(client: httpx.Client, link: str) -> tuple[dict[str, Change], str]:
    """What changed since a delta link, by group, and the link for the next time.

    Raises Expired for a link that Graph forgot.
    """
    return _read(client, link, None)


def _read(
    client: httpx.Client, path: str, params: dict[str, str] | None
) -> tuple[dict[str, Change], str]:
    found: dict[str, Change] = {}
    after = None
    pages: Iterator[GraphPage[GroupChange]] = graph_pages(
        client, path, params, kind=GroupChange, needs=GROUP_MEMBERS
    )
    for page in pages:
        if page.rejects:
            raise SourceUnavailable(
                f"a change of a group's members is not as documented: {page.rejects[0].reason}",
                code=NOT_UNDERSTOOD,
            )
        for group in page.value:
            change = found.setdefault(group.id.lower(), Change())
            _note(change.members, group.members)
            _note(change.owners, group.owners)
        after = page.delta or after
    if after is None:
        raise SourceUnavailable(
            "Microsoft Graph ended a delta without a link for the next run", code=PAGING
        )
    return {guid: change for guid, change in found.items() if len(change)}, after


def _note(now: dict[str, bool], touched: list[Touched]) -> None:
    for one in touched:
        if one.type is None or one.type.lower().endswith("graph.user"):
            now[one.id.lower()] = one.removed is None
