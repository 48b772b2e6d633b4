"""The settings of pipeline `brief`: who gets which, and by which mail server."""

from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from cophub.pipeline import LaterSettings
from cophub.smtp import Address, Smtp

Language = Literal["en", "fr", "es"]


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
