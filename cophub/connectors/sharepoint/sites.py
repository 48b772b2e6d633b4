"""The sites of a source, by address, hub or search; and their lists."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cophub import Context, Item
from cophub.connectors.sharepoint.settings import Settings


@dataclass(frozen=True)
class SiteRef:
    """One site that is read."""

    key: str
    """Key of its Space: the site's id, lower-case; for a site below another, its web's id."""
    url: str
    """Address as people know it, without a slash at the end; clients take it as it is."""
    title: str
    site_id: str
    """Id of the site collection, lower-case."""
    web_id: str
    description: str | None = None
    created: datetime | None = None
    token: str | None = None
    """Change token of the site collection before anything of this run was read; REST only."""
    group_id: str | None = None
    """Id of its Microsoft 365 group, where it has one."""

    @property
    def graph_id(self) -> str:
        """What Microsoft Graph calls it: `host,site id,web id`."""
        host = self.url.partition("://")[2].partition("/")[0]
        return f"{host},{self.site_id},{self.web_id}"


@dataclass(frozen=True)
class ListRef:
    """One list or library of a site."""

    site: SiteRef
    id: str
    """Lower-case GUID."""
    title: str
    template: int
    """100 list, 101 library, 106 events, 108 discussions, 119 site pages."""
    item_count: int | None
    """As SharePoint counts, folders included; None where Microsoft Graph is asked."""
    last_modified: datetime | None
    hidden: bool
    root_url: str
    """Path of its root folder on the server, such as `/sites/mer/Shared Documents`."""


def sites_of(ctx: Context[Settings]) -> list[SiteRef]:
    """Every site of the settings, each once; asked for once a run.

    Raises AuthError, NotThere or SourceUnavailable for the first that cannot be read.
    """
    raise NotImplementedError


def lists_of(ctx: Context[Settings], site: SiteRef) -> list[ListRef]:
    """Every list of a site, hidden ones too; asked for once a run."""
    raise NotImplementedError


def sites(ctx: Context[Settings], since: str | None) -> Iterator[Item]:
    """Each site that the settings name, as a space."""
    raise NotImplementedError
