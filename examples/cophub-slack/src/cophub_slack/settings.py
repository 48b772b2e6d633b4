"""What plugins.toml says about one Slack workspace."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, HttpUrl, SecretStr


def _host_only(url: HttpUrl) -> HttpUrl:
    if (url.path or "/") != "/" or url.query:
        raise ValueError("give scheme and host only, such as https://slack.com")
    return url


Host = Annotated[HttpUrl, AfterValidator(_host_only)]
"""Scheme, host and port."""
SLACK = HttpUrl("https://slack.com")


class Settings(BaseModel):
    """One Slack workspace, read by an app of your own."""

    model_config = ConfigDict(extra="forbid")

    token: SecretStr = Field(description="Bot User OAuth Token of the app (`xoxb-...`).")
    channels: list[str] = Field(
        ["*"],
        min_length=1,
        description="Channels to take: names (`cop-water`), patterns of names (`cop-*`) or ids.",
    )
    private: bool = Field(
        False,
        description="Whether private channels are taken, too: those that the app was invited to.",
    )
    reread_days: int = Field(
        30,
        ge=1,
        le=80,
        description="For how many days back messages and threads are read again, for late replies,"
        " edits, reactions and deletions. The free plan hides what is older than 90 days.",
    )
    bodies: bool = Field(True, description="Whether the texts of messages are kept.")
    app: Literal["internal", "distributed"] = Field(
        "internal",
        description="`internal` for an app that your organisation made for itself; `distributed`"
        " for one that is sold outside Slack's Marketplace: Slack lets it ask once a minute.",
    )
    base_url: Host = Field(SLACK, description="Scheme and host of Slack; `/api` is added.")
