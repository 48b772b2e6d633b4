"""What plugins.toml says about one calendar."""

import zlib
from typing import Annotated, Any, Literal

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from cophub.connectors.settings import Host, Zone, as_list, refuse_half_a_login


def _addresses(value: Any) -> Any:
    """One address or several; `webcal://` is what browsers call an address to subscribe to."""
    several = as_list(value)
    if not isinstance(several, list):
        return several
    return [
        f"https://{one.partition('://')[2]}"
        if isinstance(one, str) and one.lower().startswith(("webcal://", "webcals://"))
        else one
        for one in several
    ]


class Settings(BaseModel):
    """One calendar: where it is, and how its entries become events."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)

    space: str = Field(
        min_length=1, description="The key of the space that its events are in, such as `calls`."
    )
    url: Annotated[list[HttpUrl], BeforeValidator(_addresses)] = Field(
        [],
        repr=False,  # it may be a key
        description="The address of the calendar as ICS (iCal), or a list of addresses."
        " `webcal://` is taken for `https://`.",
    )
    path: str | None = Field(
        None,
        min_length=1,
        description="The calendar on disk: an .ics file, a folder of them (with its subfolders) or"
        " a glob.",
        json_schema_extra={"format": "path"},
    )
    title: str | None = Field(None, description="The space's title; left out, the calendar's own.")
    visibility: Literal["public", "members", "secret"] | None = Field(
        None, description="Who may see the calendar; left out, that is not known."
    )
    timezone: Zone | None = Field(
        None,
        description="The zone of times that name none, or one that nobody knows, and of whole days."
        " Left out, the calendar's own (X-WR-TIMEZONE), else UTC.",
    )
    past_days: int = Field(730, ge=0, le=36500, description="How many days back a first read goes.")
    future_days: int = Field(
        365, ge=1, le=3650, description="How many days ahead recurring events are written out."
    )
    attendees: bool = Field(
        True, description="Whether those who accepted are kept as registered for the event."
    )
    private: bool = Field(
        False, description="Whether entries that are marked private or confidential are read."
    )
    username: str | None = Field(None, description="Login, where the calendar asks for one.")
    password: SecretStr | None = Field(None, description="Its password.")
    base_url: Host | None = Field(
        None,
        description="Scheme and host to ask in place of those of `url`: a proxy or a test server.",
    )

    @model_validator(mode="after")
    def _whole(self) -> "Settings":
        if not self.url and self.path is None:
            raise ValueError("give url (on the web) or path (on disk)")
        refuse_half_a_login(self, "username", "password")
        return self

    def checksum(self) -> int:
        """Of the settings that records depend on: when it changes, all is read again."""
        left_out = {"username", "password", "base_url", "url", "path"}
        return zlib.crc32(self.model_dump_json(exclude=left_out).encode())
