"""What plugins.toml says about one forum."""

from fnmatch import fnmatchcase

from pydantic import BaseModel, ConfigDict, Field, HttpUrl, SecretStr


class Settings(BaseModel):
    """One Discourse forum."""

    model_config = ConfigDict(extra="forbid")

    base_url: HttpUrl = Field(
        description="The address of the forum, such as https://forum.example.org."
    )
    api_key: SecretStr = Field(
        min_length=1, description="A read-only API key (Admin, Advanced, API Keys)."
    )
    api_username: str = Field(
        "system", min_length=1, description="The administrator whom the key speaks for."
    )
    categories: list[str] = Field(
        ["*"],
        min_length=1,
        description="Categories whose posts are taken: ids, slugs (`parent/child`) or patterns.",
    )
    groups: list[str] = Field(
        ["*"],
        min_length=1,
        description="Groups to take, by name or pattern. Discourse's automatic groups, such as"
        " `trust_level_1`, are taken only where they are named in full.",
    )
    emails: bool = Field(
        True,
        description="Whether addresses are read. Discourse notes in its staff log that they were.",
    )
    sign_on: str = Field(
        "",
        description="Whose id of an account is read, one call for each account: `connect` for"
        " DiscourseConnect, or the name of a provider, such as `oidc`. Left out, none.",
    )
    recent_days: int = Field(
        30,
        ge=1,
        description="Posts younger than this are looked at in every run, for edits, deletions, new"
        " likes and who gave them.",
    )
    requests_per_minute: int = Field(
        60, ge=1, description="The forum's pace, `max_admin_api_reqs_per_minute`."
    )

    @property
    def root(self) -> str:
        """The address of the forum, without a slash at the end."""
        return str(self.base_url).rstrip("/")


def named(patterns: list[str], *names: str) -> bool:
    """Whether one of the names is one of the patterns, or fits it; case does not count."""
    return any(fnmatchcase(name.lower(), one.lower()) for one in patterns for name in names)
