"""The settings of a GoToMeeting source."""

from datetime import date
from typing import Self

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    HttpUrl,
    SecretStr,
    model_validator,
)

from cophub.connectors.settings import Host, Words, origin_of

LOGIN = "https://authentication.logmeininc.com"
API = "https://api.getgo.com"


class Settings(BaseModel):
    """One GoTo account, or one organizer of it."""

    model_config = ConfigDict(extra="forbid")

    client_id: str = Field(
        min_length=1, description="Client id, from developer.goto.com > OAuth clients."
    )
    client_secret: SecretStr | None = Field(
        None, description="Secret of the same client; left out only for a client that has none."
    )
    refresh_token: SecretStr | None = Field(
        None,
        description="Refresh token of the person whose meetings are read, best an administrator; "
        "not needed after `cophub sign-in SOURCE`. GoTo may hand out a new one at any time: that "
        "is kept encrypted, and this one is only the first.",
    )
    personal_access_token: SecretStr | None = Field(
        None, description="Personal access token of that person, in place of a refresh token."
    )
    redirect_url: HttpUrl = Field(
        HttpUrl("http://localhost:8642/"),
        description="Where a sign-in is answered: a redirect URL of the OAuth client.",
    )
    since: date | None = Field(
        None,
        description="The first day of history, as `2023-01-31`; by default three years before the "
        "first sync.",
    )
    organizers: Words = Field(
        ["*"],
        min_length=1,
        description="Organizers to take: e-mail addresses, keys, names, or patterns of them such "
        "as `*@example.org`.",
    )
    webinars: Words = Field(
        ["*"],
        description="GoTo Webinars to take: keys, titles, or patterns of titles; `[]` for none.",
    )
    recordings: bool = Field(
        True,
        description="Take the links of recordings. GoTo does not tell them for a whole group, so "
        "each of its organizers who had meetings is asked for besides.",
    )
    registrant_details: bool = Field(
        True,
        description="Take organisation, job title, country and city of who registered for a "
        "webinar: a request for each registrant, once. When false, only name and address.",
    )
    reread_hours: int = Field(
        48,
        ge=1,
        le=24 * 31,
        description="For how many hours after it began a meeting is read again: GoTo reports who "
        "attended some hours late.",
    )
    base_url: Host | None = Field(
        None,
        description="One address in place of both of GoTo's hosts, for a proxy or the sandbox.",
    )

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        """Refuse two tokens: which one counts would be a guess."""
        if self.refresh_token and self.personal_access_token:
            raise ValueError(
                "refresh_token and personal_access_token are both given; keep one of them"
            )
        return self

    @property
    def login_host(self) -> str:
        """Scheme and host of the sign-in, without a slash at the end."""
        return self._at(LOGIN)

    @property
    def api_host(self) -> str:
        """Scheme and host of the API, without a slash at the end."""
        return self._at(API)

    def _at(self, usual: str) -> str:
        return origin_of(self.base_url) if self.base_url else usual
