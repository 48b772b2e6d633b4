"""The settings of a Yammer (Viva Engage) source."""

from datetime import date
from pathlib import Path
from typing import Annotated, Literal, Self, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    model_validator,
)

from cophub.connectors.settings import Host, Words, as_list

Way = Literal["rest", "graph", "export"]


class Settings(BaseModel):
    """One Yammer network, which is a Microsoft 365 tenant."""

    model_config = ConfigDict(extra="forbid")

    tenant: str = Field(
        min_length=1,
        description="The Microsoft 365 tenant: an id, or a domain as `contoso.onmicrosoft.com`.",
    )
    client_id: str = Field(
        min_length=1, description="Application (client) id of the app registration in Entra."
    )
    groups: Words = Field(
        ["*"],
        min_length=1,
        description="Communities to take: ids, names, or patterns of names such as `Practice *`.",
    )
    ways: Annotated[list[Way], BeforeValidator(as_list)] = Field(
        [],
        min_length=1,
        description="How to read, alone or together: `rest` (recent messages, threads and likes), "
        "`graph` (communities, members and owners), `export` (history, edits and deletions). Left "
        "out: `rest`, `graph` where there is a secret or certificate, `export` where there is a "
        "path.",
    )
    client_secret: SecretStr | None = Field(
        None,
        description="Secret of the app, for `graph` without a person; `rest` and `export` always "
        "act for the person who signed in.",
    )
    certificate: SecretStr | None = Field(
        None,
        json_schema_extra={"format": "path"},
        description="Certificate of the app in place of a secret: the path of a PEM or PFX file "
        "with its private key, or the PEM text itself.",
    )
    certificate_password: SecretStr | None = Field(
        None, description="Password of the certificate's private key, where it has one."
    )
    reread_days: int = Field(
        32,
        ge=0,
        le=366,
        description="For how many days after its last message a thread is read again, at growing "
        "intervals, for edits, deletions, likes and replies that the feed left out; 0 for never.",
    )
    export_path: Path | None = Field(
        None,
        description="ZIP file of a Network Data Export, or a folder of them; without it `export` "
        "asks for the export itself, which takes a verified admin.",
    )
    export_since: date | None = Field(
        None,
        description="The first day to ask an export for, as `2020-01-31`; by default the day the "
        "network was made.",
    )
    company: str = Field(
        "cophub",
        description="Who asks: named in the User-Agent header, as Microsoft wants it of programs.",
    )
    base_url: Host | None = Field(
        None,
        description="One address in place of all of Microsoft's hosts, for a proxy or the sandbox.",
    )

    @model_validator(mode="after")
    def one_credential(self) -> Self:
        """Refuse a secret beside a certificate: which one counts would be a guess."""
        if self.client_secret and self.certificate:
            raise ValueError("client_secret and certificate are both given; keep one of them")
        return self

    @model_validator(mode="after")
    def ways_that_are_possible(self) -> Self:
        """Take the ways that the other settings allow, where none is named."""
        if "ways" not in self.model_fields_set:
            possible = {"rest": True, "graph": self.app_only, "export": bool(self.export_path)}
            self.ways = [way for way in get_args(Way) if possible[way]]
        return self

    @property
    def app_only(self) -> bool:
        """Whether Graph is asked as the app itself; otherwise as the person who signed in."""
        return bool(self.client_secret or self.certificate)
