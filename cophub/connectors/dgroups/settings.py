"""The settings of a Dgroups source, which is any site that groups.io runs."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr

from cophub.connectors.settings import Host, Words, origin_of


class Settings(BaseModel):
    """One account on dgroups.io, a partner's domain or groups.io."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr = Field(
        description="API key of an account that is in the groups, from its account settings "
        "(Account > API Keys); shown once when it is made."
    )
    groups: Words = Field(
        ["*"],
        min_length=1,
        description="Groups to take: names such as `km4change` or `mercop+francophone`, ids, or "
        "patterns such as `mercop*`. `*` is every group that the account is in.",
    )
    base_url: Host = Field(
        HttpUrl("https://dgroups.io"),
        description="Scheme and host of the site: dgroups.io, a partner's domain such as "
        "`https://partner.dgroups.io`, or `https://groups.io`. `/api/v1` is added. A domain shows "
        "its own groups only.",
    )
    history: Literal["auto", "archive", "api"] = Field(
        "auto",
        description="How old messages are read first: `api` page by page, 100 a request; `archive` "
        "as one download a group where the account may download archives, with the API for what "
        "that lacks; `auto` takes the archive where it saves requests.",
    )
    past_members: bool = Field(
        True,
        description="Read who left, and when, where the account may see it. When false, who is no "
        "longer listed has left on the day that a run misses them.",
    )
    relist_hours: int = Field(
        20,
        ge=0,
        le=24 * 31,
        description="After how many hours a group's files, and its members although their number "
        "is the same, are listed again: roles, names and folders change without a sign.",
    )
    bodies: bool = Field(True, description="Keep the text of messages.")
    body_limit: int | None = Field(
        None, ge=1, description="Characters of a text that are kept; all when left out."
    )
    reread_days: int = Field(
        14,
        ge=0,
        le=365,
        description="For how many days messages are listed again, once a day, for their likes, "
        "which nothing else tells. 0: never.",
    )
    event_years: int = Field(
        3, ge=0, le=30, description="How many years of past events a first run reads."
    )
    max_unpacked_mb: int = Field(
        4096,
        ge=1,
        description="The most that one downloaded archive may unpack to, in megabytes.",
    )

    @property
    def host(self) -> str:
        """Scheme and host, without a slash at the end."""
        return origin_of(self.base_url)
