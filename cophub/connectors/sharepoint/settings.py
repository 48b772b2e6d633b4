"""The settings of a SharePoint source, and which columns of a list become what."""

import re
from typing import Annotated, Literal

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    TypeAdapter,
    field_validator,
    model_validator,
)

from cophub.connectors.mapping.fields import PERSON
from cophub.connectors.settings import Host, as_list

MappedRecord = Literal["membership", "account", "event", "post", "document"]
_PERSON = (*PERSON, "account", "status")
COLUMNS: dict[str, frozenset[str]] = {
    "membership": frozenset([*_PERSON, "role", "joined_at", "left_at", "reason"]),
    "account": frozenset([*_PERSON, "created_at"]),
    "event": frozenset(
        [
            "title", "kind", "starts_at", "ends_at", "cancelled", "organizer", "url",
            "registered_count", "attendee_count",
        ]
    ),
    "post": frozenset(
        ["title", "body", "kind", "account", "posted_at", "edited_at", "url", "language"]
    ),
    "document": frozenset(["title", "url", "media_type", "size_bytes", "account", "version"]),
}  # fmt: skip
"""What columns of a mapped list may be called, by record."""
NEEDED: dict[str, tuple[frozenset[str], str]] = {
    "membership": (frozenset(["email", "account", "username"]), "email or account"),
    "account": (frozenset(["email", "account", "username"]), "email or account"),
    "event": (frozenset(["starts_at"]), "starts_at"),
    "post": (frozenset(["title", "body"]), "title or body"),
    "document": (frozenset(["title", "url"]), "title or url"),
}
_ADDRESS: TypeAdapter[HttpUrl] = TypeAdapter(HttpUrl)
_PAGES = re.compile(
    r"/(?:SitePages|_layouts|Lists|Shared(?: |%20)Documents|Forms)(?:/.*)?$|/[^/]+\.aspx$",
    re.IGNORECASE,
)


def site_address(value: str) -> str:
    """The address of a site: without its pages, query or a slash at the end."""
    url = str(_ADDRESS.validate_python(value.strip()))
    plain = url.partition("?")[0].partition("#")[0].rstrip("/")
    return _PAGES.sub("", plain).rstrip("/")


SiteAddress = Annotated[str, AfterValidator(site_address)]
SiteAddresses = Annotated[list[SiteAddress], BeforeValidator(as_list)]


class ListMapping(BaseModel):
    """What the rows of one list are, and which columns hold what."""

    model_config = ConfigDict(extra="forbid")

    record: MappedRecord = Field(
        description="What a row of the list is: `membership`, `account`, `event`, `post` or "
        "`document`."
    )
    columns: dict[str, str] = Field(
        description='Which column holds what, such as `{ email = "E-mail" }`: columns by the '
        "name that the list shows, or by SharePoint's internal one."
    )
    space: str | None = Field(
        None,
        description="The key of the space that the rows belong to; the site itself, when left out.",
    )
    role: str | None = Field(
        None, description="The role of every member of a membership list without a column for it."
    )

    @model_validator(mode="after")
    def columns_fit_the_record(self) -> "ListMapping":
        """Refuse a column that the record has no field for, and a record without its key."""
        known = COLUMNS[self.record]
        if unknown := sorted(set(self.columns) - known):
            raise ValueError(
                f"the record {self.record} has no {', '.join(unknown)}; its columns are "
                f"{', '.join(sorted(known))}"
            )
        needed, words = NEEDED[self.record]
        if not needed & set(self.columns):
            raise ValueError(f"the record {self.record} needs a column for {words}")
        return self


class Settings(BaseModel):
    """One SharePoint site, or the sites around it, read by an app of Microsoft Entra."""

    model_config = ConfigDict(extra="forbid")

    site_url: SiteAddress = Field(
        description="Address of the site, such as `https://contoso.sharepoint.com/sites/mer`."
    )
    tenant: str = Field(
        min_length=1,
        description="The tenant: its id, or a domain of it such as `contoso.onmicrosoft.com`.",
    )
    client_id: str = Field(
        min_length=1, description="Application (client) id of the app registration."
    )
    certificate: SecretStr | None = Field(
        None,
        json_schema_extra={"format": "path"},
        description="The app's certificate with its private key: path of a PEM or PFX file, or "
        "the PEM text itself. The way to read everything.",
    )
    certificate_password: SecretStr | None = Field(
        None, description="Password of the private key, where it has one."
    )
    client_secret: SecretStr | None = Field(
        None,
        description="The app's secret, instead of a certificate. SharePoint itself refuses it, so "
        "that only what Microsoft Graph shows of a site is read.",
    )
    sites: SiteAddresses = Field([], description="Addresses of more sites.")
    hub: bool = Field(
        False, description="Take every site that is joined to the hub that `site_url` is."
    )
    search: str | None = Field(
        None,
        description="Take every site that this search finds: words, or SharePoint's query "
        'language such as `path:"https://contoso.sharepoint.com/sites/cop-"`.',
    )
    lists: dict[str, ListMapping] = Field(
        default_factory=dict,
        description="Lists whose rows are members, accounts, events, posts or documents, by title.",
    )
    company: str = Field(
        "cophub",
        pattern=r"^[^|/\s]+$",
        description="Who asks, as SharePoint is told in each request.",
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host of a proxy that all requests go to; by default each of "
        "Microsoft's own hosts.",
    )

    @model_validator(mode="after")
    def has_one_credential(self) -> "Settings":
        """Refuse none, and both: it would not be clear what is read."""
        if (self.certificate is None) == (self.client_secret is None):
            raise ValueError("set certificate or client_secret, one of them")
        if self.client_secret is not None and self.hub:
            raise ValueError(
                "the sites of a hub are found by SharePoint itself, which refuses a "
                "client_secret: set certificate, or name the sites in sites"
            )
        return self

    @field_validator("search")
    @classmethod
    def says_something(cls, search: str | None) -> str | None:
        """An empty search finds nothing rather than everything."""
        return search.strip() or None if search else None

    @property
    def by_graph(self) -> bool:
        """Whether sites are read through Microsoft Graph, because there is only a secret."""
        return self.certificate is None
