"""The settings of an Adobe Connect source."""

from fnmatch import fnmatchcase
from typing import Annotated

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    field_validator,
)


def as_list(value: object) -> object:
    """One word where a list is wanted is a list of one."""
    return [value] if isinstance(value, str) else value


Words = Annotated[list[str], BeforeValidator(as_list)]


class Settings(BaseModel):
    """One Adobe Connect site."""

    model_config = ConfigDict(extra="forbid")

    base_url: HttpUrl = Field(
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

    @field_validator("base_url")
    @classmethod
    def names_a_host_only(cls, url: HttpUrl) -> HttpUrl:
        """Refuse the address of a page or of the API in place of the site's."""
        if (url.path or "/") != "/" or url.query or url.username or url.password:
            raise ValueError(
                "give scheme and host only, such as https://example.adobeconnect.com; /api/xml is"
                " added"
            )
        return url

    @property
    def host(self) -> str:
        """Scheme and host, without a slash at the end."""
        return str(self.base_url).rstrip("/")


def means(wanted: str, key: str, *names: str) -> bool:
    """Whether a word of the settings means what has this key, or one of these names."""
    pattern = wanted.strip().casefold()
    known = [name.strip().casefold() for name in names if name.strip()]
    return wanted.strip() == key or any(
        pattern == name or fnmatchcase(name, pattern) for name in known
    )
