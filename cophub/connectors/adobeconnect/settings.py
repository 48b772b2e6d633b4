"""The settings of an Adobe Connect source."""

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
)

from cophub.connectors.settings import Host, Words, origin_of


class Settings(BaseModel):
    """One Adobe Connect site."""

    model_config = ConfigDict(extra="forbid")

    base_url: Host = Field(
        description="Scheme and host of the site, such as `https://example.adobeconnect.com`; "
        "`/api/xml` is added."
    )
    login: str = Field(
        min_length=1,
        description="Login of an account that is a host of the rooms, or an administrator.",
    )
    password: SecretStr = Field(
        description="Its password. It is sent once a run, and never stands in an address or a log."
    )
    meetings: Words = Field(
        ["*"],
        min_length=1,
        description="Rooms to take: ids, names, their part of the address (`mercop`), patterns of "
        "names (`MER *`), or of folders and names (`Meetings/Health/*`).",
    )
    groups: Words = Field(
        ["*"],
        description="Groups to take: ids, names or patterns of names; `[]` for none.",
    )

    @property
    def host(self) -> str:
        """Scheme and host, without a slash at the end."""
        return origin_of(self.base_url)
