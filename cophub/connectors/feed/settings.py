"""What plugins.toml says about one site's news."""

import zlib
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from cophub.connectors.settings import Host, Words, Zone, as_list, refuse_half_a_login


class Settings(BaseModel):
    """One site: where its news are, and which space they are in."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    url: Annotated[list[HttpUrl], BeforeValidator(as_list)] = Field(
        min_length=1,
        repr=False,  # it may be a key
        description="The address of a feed, or of a WordPress site; or a list of addresses.",
    )
    space: str = Field(
        min_length=1, description="The key of the space that they are in, such as `leadernet`."
    )
    title: str | None = Field(None, description="The space's title; left out, the feed's own.")
    kind: Literal["auto", "feed", "wordpress"] = Field(
        "auto",
        description="`feed` for RSS and Atom, `wordpress` for the site's whole history by its API;"
        " `auto` looks at what the address gives.",
    )
    visibility: Literal["public", "members", "secret"] | None = Field(
        None,
        description="Who may read the site; only titles from public ones are published. Left out,"
        " a site that asks for no login is public.",
    )
    post_kind: Literal["news", "message", "announcement"] = Field(
        "news", description="What an entry is: news of a site, or a message of a list."
    )
    collections: Words = Field(
        ["posts"],
        description="Of WordPress: what is read, by its name in the API, such as `pages`.",
    )
    comments: bool = Field(True, description="Of WordPress: whether comments are read.")
    bodies: bool = Field(True, description="Whether the texts of posts are kept.")
    timezone: Zone = Field("UTC", description="The zone of dates that name none.")
    username: str | None = Field(None, description="Login, where the site asks for one.")
    password: SecretStr | None = Field(
        None, description="Its password; of WordPress, an application password."
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host to ask in place of those of `url`: a proxy or a test server.",
    )

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        refuse_half_a_login(self, "username", "password")
        return self

    @property
    def zone(self) -> ZoneInfo:
        """The zone of dates that name none."""
        return ZoneInfo(self.timezone)

    def seen_by(self) -> str | None:
        """Who may read the site, or None where nothing tells."""
        return self.visibility or (None if self.username else "public")

    def checksum(self) -> int:
        """Of the settings that records depend on: when it changes, all is read again."""
        left_out = {"username", "password", "base_url", "comments"}
        return zlib.crc32(self.model_dump_json(exclude=left_out).encode())
