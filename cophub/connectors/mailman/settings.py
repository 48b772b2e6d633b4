"""What plugins.toml says about one Mailman 3 site: its core, its archive, and which lists."""

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from cophub.connectors.mail.reading import Bounds
from cophub.connectors.settings import Charset, Host, Words, refuse_half_a_login


class Settings(BaseModel):
    """One Mailman 3 site."""

    model_config = ConfigDict(extra="forbid")

    lists: Words = Field(
        ["*"],
        min_length=1,
        description="Lists to take: ids (`cop.example.org`), addresses (`cop@example.org`) or"
        " patterns of either (`cop-*@example.org`).",
    )
    base_url: Host = Field(
        HttpUrl("http://127.0.0.1:8001"),
        description="Scheme, host and port of the REST server of Mailman core; `/3.1` is added.",
    )
    user: str = Field(
        "restadmin",
        min_length=1,
        description="`admin_user` under `[webservice]` in mailman.cfg.",
    )
    password: SecretStr | None = Field(
        None,
        description="`admin_pass` under `[webservice]` in mailman.cfg. Left out, only the archive"
        " is read, and nobody's membership is known.",
    )
    archive_url: HttpUrl | None = Field(
        None,
        description="The address of HyperKitty, such as `https://lists.example.org/archives`. Left"
        " out, no posts are read.",
    )
    archive_user: str | None = Field(
        None, description="Login for private archives: the username or address of a member of them."
    )
    archive_password: SecretStr | None = Field(None, description="Password of that login.")
    votes_days: int = Field(
        90,
        ge=0,
        description="For how many days after its last message a thread is asked for new votes; the"
        " first run asks for those of all.",
    )
    bodies: bool = Field(True, description="Whether the texts of messages are kept.")
    body_limit: int | None = Field(
        None, ge=1, description="Characters of a text that are kept; left out, all of them."
    )
    charset: Charset = Field(
        "windows-1252",
        description="The character set of text that declares none and is not UTF-8.",
    )
    max_unpacked_mb: int = Field(
        4096, ge=1, description="Megabytes that one download may unpack to; more is refused."
    )

    @model_validator(mode="after")
    def _has_something_to_read(self) -> "Settings":
        if self.password is None and self.archive_url is None:
            raise ValueError(
                "give password (of Mailman's REST server), archive_url (of HyperKitty), or both"
            )
        refuse_half_a_login(self, "archive_user", "archive_password")
        return self

    @property
    def archive(self) -> str:
        """The address of HyperKitty, without a slash at the end; "" for none."""
        return str(self.archive_url or "").rstrip("/")

    def bounds(self) -> Bounds:
        """What a download may unpack to."""
        return Bounds(unpacked=self.max_unpacked_mb << 20)
