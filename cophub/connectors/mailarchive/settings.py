"""What plugins.toml says about one list's archive."""

import zlib
from datetime import UTC, date, datetime
from typing import Literal

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from cophub.connectors.mail.dates import window
from cophub.connectors.mail.message import Rules, tag_key
from cophub.connectors.mail.reading import Bounds
from cophub.connectors.settings import Charset, Host, refuse_half_a_login


class Settings(BaseModel):
    """One list: where its archive is, and how its messages become posts."""

    model_config = ConfigDict(extra="forbid")

    list: str = Field(min_length=1, description="The key of the list's space, such as `mercop`.")
    path: str | None = Field(
        None,
        min_length=1,
        description="The archive on disk: a file, a folder (with its subfolders) or a glob. Read"
        " are mbox, mboxrd, maildir and .eml, also in .gz and .zip.",
        # A relative one starts from the folder of plugins.toml, wherever cophub was started.
        json_schema_extra={"format": "path"},
    )
    url: HttpUrl | None = Field(
        None,
        description="The archive on the web: the index page of a Mailman 2 (pipermail) archive, or"
        " one file of it. Give this or `path`.",
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host to ask in place of those of `url`: a proxy or a test server.",
    )
    username: str | None = Field(None, description="Login of a private archive, an address.")
    password: SecretStr | None = Field(None, description="Password of a private archive.")
    title: str | None = Field(None, description="The list's title; left out, its key is used.")
    visibility: Literal["public", "members", "secret"] | None = Field(
        None,
        description="Who may read the archive; only titles from public ones are published. Left"
        " out, an archive on the web that asks for no login is public.",
    )
    address: str | None = Field(
        None,
        description="The list's own address, so that it is never taken for a sender's. Left out,"
        " the senders named `Name via List` are still recognised.",
    )
    subject_tag: str | None = Field(
        None,
        description="The tag that the list puts into subjects, without brackets; it is taken out"
        " of titles. Left out, a tag like the list's key is.",
    )
    bodies: bool = Field(True, description="Whether the texts of messages are kept.")
    body_limit: int | None = Field(
        None, ge=1, description="Characters of a text that are kept; left out, all of them."
    )
    charset: Charset = Field(
        "windows-1252",
        description="The character set of text that declares none and is not UTF-8.",
    )
    created_on: date | None = Field(
        None,
        description="The day the list was created; messages that claim to be older get the"
        " nearest date that is possible.",
    )
    max_unpacked_mb: int = Field(
        4096, ge=1, description="Megabytes that one .gz or .zip may unpack to; more is refused."
    )

    @model_validator(mode="after")
    def _one_place(self) -> "Settings":
        if (self.path is None) == (self.url is None):
            raise ValueError("give either path (on disk) or url (on the web)")
        refuse_half_a_login(self, "username", "password")
        return self

    def seen_by(self) -> str | None:
        """Who may read the archive, or None where nothing tells."""
        open_to_all = self.url is not None and self.username is None
        return self.visibility or ("public" if open_to_all else None)

    def bounds(self) -> Bounds:
        """What a packed file may unpack to."""
        return Bounds(unpacked=self.max_unpacked_mb << 20)

    def rules(self, now: datetime) -> Rules:
        """What `parse_message` needs to know."""
        day = self.created_on
        created = datetime(day.year, day.month, day.day, tzinfo=UTC) if day else None
        tags = {tag_key(self.subject_tag or self.list)} - {""}
        return Rules(
            space=self.list,
            charset=self.charset,
            tags=frozenset(tags),
            keep_bodies=self.bodies,
            body_limit=self.body_limit,
            own=frozenset({self.address.lower()} if self.address else ()),
            window=window(created, now),
        )

    def checksum(self) -> str:
        """Of the settings that records depend on: when it changes, the archive is read again."""
        names = {"list", "address", "subject_tag", "bodies", "body_limit", "charset", "created_on"}
        return f"{zlib.crc32(self.model_dump_json(include=names).encode()):08x}"
