"""The settings of a CommunityCloud source."""

import re

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from cophub.connectors.settings import Host, Words, origin_of

_PATH = re.compile(r"\w[\w.~-]*(/\w[\w.~-]*)*")


class Settings(BaseModel):
    """One site of CommunityCloud, as ECS was called, and the communities on it."""

    model_config = ConfigDict(extra="forbid")

    base_url: Host = Field(
        description="Scheme and host of the site, such as `https://dgroups.org`; the path of each "
        "community and `/__api/` are added."
    )
    key: str = Field(
        min_length=1, description="Name of the API key (`site-id`), issued by the site's operator."
    )
    secret: SecretStr = Field(description="Secret of the API key; it signs and is never sent.")
    communities: Words = Field(
        min_length=1,
        description="Paths of the communities to take, such as `fao/forum`. A community below "
        "another one of the list is its child.",
    )
    subtree: bool = Field(
        False,
        description="Take the communities below these too, as their weekly activity names them.",
    )
    activity_days: int = Field(
        365, ge=7, le=3650, description="How many days of weekly activity to ask for."
    )

    @field_validator("communities")
    @classmethod
    def are_paths(cls, paths: list[str]) -> list[str]:
        """Paths without slashes at their ends, each once, parents first."""
        plain = {path.strip().strip("/") for path in paths}
        for path in plain:
            if not _PATH.fullmatch(path):
                raise ValueError(f"{path!r} is no path of a community, such as fao/forum")
        return sorted(plain)

    @property
    def host(self) -> str:
        """Scheme and host, without a slash at the end."""
        return origin_of(self.base_url)
