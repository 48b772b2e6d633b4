"""The settings of pipeline `brief`: who gets which, and by which mail server."""

import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import AfterValidator, BaseModel, Field, SecretStr

from cophub.pipeline import LaterSettings

Language = Literal["en", "fr", "es"]
_ADDRESS = re.compile(r"[^\s@<>\"',;:()\[\]\\]+@[^\s@<>\"',;:()\[\]\\]+\.[^\s@<>\"',;:()\[\]\\]+")


def _one_address(value: str) -> str:
    if not value.isascii() or not _ADDRESS.fullmatch(value):
        raise ValueError("is not an e-mail address; write it bare, as facilitator@example.org")
    return value


Address = Annotated[str, AfterValidator(_one_address)]


class Smtp(BaseModel, extra="forbid"):
    """A mail server."""

    host: str = Field(min_length=1, description="Name of the mail server.")
    port: int = Field(587, ge=1, le=65535, description="Its port: 587, 465 with `tls`, or 25.")
    starttls: bool = Field(
        True, description="Encrypt after connecting, and refuse a server that cannot."
    )
    tls: bool = Field(False, description="Encrypt from the start, as port 465 does.")
    user: str = Field("", description="Whom to sign in as; empty: without signing in.")
    password: SecretStr | None = Field(None, description="Password of that user.")
    sender: Address = Field(description="Address that the briefs come from.")
    timeout_seconds: float = Field(30, gt=0, le=600, description="How long to wait for the server.")


class Settings(LaterSettings, extra="forbid"):
    """Who gets which brief, where they are written, and what is in them.

    What only mailing needs stops only the mailing.
    """

    later: ClassVar[frozenset[str]] = frozenset({"recipients", "smtp"})

    recipients: dict[str, list[Address]] = Field(
        default_factory=dict,
        description='By community, the addresses that get its brief; `"*"` stands for every '
        "community. One with an empty list is written and mailed to nobody.",
    )
    language: Language = Field(
        "en", description="English, French or Spanish, as `en`, `fr` or `es`: the briefs' language."
    )
    languages: dict[str, Language] = Field(
        default_factory=dict,
        description="The language of a community's brief, or of all briefs to a recipient, by the"
        " key or the address; a recipient's comes before a community's.",
    )
    folder: Path = Field(
        Path("briefs"),
        description="Where `cophub run` writes the briefs of these communities. Only whoever runs "
        "cophub may read what is in it; keep it out of the site.",
        json_schema_extra={"format": "path"},
    )
    smtp: Smtp | None = Field(
        None, description="The mail server that sends the briefs, once a week; none: no mail."
    )
    secret_spaces: bool = Field(
        False,
        description="Whether mails and files also tell about secret spaces and people in them.",
    )
    welcome_days: int = Field(
        30, ge=1, le=365, description="For how many days a newcomer waits for a welcome."
    )
    items: int = Field(5, ge=1, le=100, description="How many items a section shows.")
    newsletter: Literal["public", "members"] = Field(
        "public",
        description="Who reads the newsletter, and so what is proposed for it: `public` takes "
        "only from spaces that say that anybody may see them, `members` also from spaces that only "
        "their members see. Nothing is taken from secret spaces.",
    )
    newsletter_items: int = Field(5, ge=1, le=30, description="How many items it proposes.")

    def language_of(self, community: str, recipient: str | None = None) -> Language:
        """The language of a community's brief for a recipient, or for nobody in particular."""
        wanted = {name.lower(): language for name, language in self.languages.items()}
        theirs = wanted.get(recipient.lower()) if recipient else None
        return theirs or self.languages.get(community) or self.language
