"""Shows the published site in a document library, and the quarter table as a list.

Done twice with the same handout nothing is sent; cut off, the next one sends what is missing.
Source: SharePoint REST, `Files/AddUsingPath`, `StartUpload` ... `FinishUpload`, `Folders/
AddUsingPath`, `CreateFieldAsXml`, `/items` with MERGE and If-Match.
"""

from collections.abc import Iterator

from pydantic import BaseModel, ConfigDict, Field, field_validator

from cophub import ConfigError, Context
from cophub.connector import Handout, Sent, Sheet
from cophub.connectors.sharepoint.settings import Settings
from cophub.connectors.sharepoint.sheets import ensure_columns, ensure_list, fill_list
from cophub.connectors.sharepoint.shelf import FORBIDDEN, Rows, Shelf
from cophub.connectors.sharepoint.sites import ListRef, SiteRef, lists_of, site_at
from cophub.connectors.sharepoint.writing import see_that_it_can_write

Ctx = Context[Settings]
LIBRARY = 101


class UploadSettings(BaseModel):
    """Where on the site of `site_url` the published site and the quarter table go."""

    model_config = ConfigDict(extra="forbid")

    library: str = Field(
        "Documents",
        min_length=1,
        description="Title of the document library, or its name in the address.",
    )
    folder: str = Field(
        min_length=1, description="Folder of the library for the site; made where it is missing."
    )
    list: str | None = Field(
        None, min_length=1, description="Title of the list for the quarter table; none for none."
    )

    @field_validator("folder")
    @classmethod
    def is_a_path(cls, folder: str) -> str:
        """A path within the library, without a slash at either end."""
        parts = folder.strip().strip("/").split("/")
        for part in parts:
            bad = next((letter for letter in part if letter in FORBIDDEN), None)
            if bad or part != part.strip() or not part.strip("."):
                raise ValueError(
                    f"{part!r} is no name for a folder: SharePoint takes none of {FORBIDDEN}, no"
                    " empty one, and no space at its ends"
                )
        return "/".join(parts)


def upload(ctx: Ctx, handout: Handout) -> Iterator[Sent]:
    """Send what is new or changed of the site's folder, and of the quarter table.

    Raises ConfigError for a library that is not there, or for a folder that holds files of others
    in the way; AuthError naming the consent that is missing.
    """
    see_that_it_can_write(ctx)
    settings: UploadSettings = handout.settings
    site = site_at(ctx, ctx.settings.site_url)
    shelf = Shelf(ctx, site, library(ctx, site, settings.library), settings.folder)
    files = shelf.fill(handout.folder)
    yield Sent("files", files.sent, files.unchanged, files.removed)
    if settings.list:
        yield _table(ctx, site, shelf, settings.list, handout.sheet)


def library(ctx: Ctx, site: SiteRef, name: str) -> ListRef:
    """The document library with this title or last part of its address. Raises ConfigError."""
    libraries = [of for of in lists_of(ctx, site) if of.template == LIBRARY and not of.hidden]
    wanted = name.strip().casefold()
    for of in libraries:
        if wanted in (of.title.casefold(), of.root_url.rpartition("/")[2].casefold()):
            return of
    titles = ", ".join(sorted(of.title for of in libraries)) or "none"
    raise ConfigError(
        f'{site.url} has no document library "{name}"; there are: {titles}. Set library in'
        f" [pipelines.site.upload.{ctx.source}] of plugins.toml"
    )


def _table(ctx: Ctx, site: SiteRef, shelf: Shelf, title: str, sheet: Sheet) -> Sent:
    of = ensure_list(ctx, site, title)
    names = ensure_columns(ctx, of, sheet)
    known = shelf.manifest.rows
    ours: set[str] = set(known.keys) if known.list_id == of.id else set()
    keys = {str(row[0]) for row in sheet.rows}
    # What is about to be written is ours from now on, whatever happens.
    shelf.manifest.rows = Rows(of.id, sorted(ours | keys))
    shelf.save()
    counts = fill_list(ctx, of, sheet, names, ours)
    shelf.manifest.rows = Rows(of.id, sorted(keys))
    shelf.save()
    return Sent("rows", counts.sent, counts.unchanged, counts.removed)
