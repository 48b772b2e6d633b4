"""The settings of a MailChimp source, and where merge fields go."""

import re

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    SecretStr,
    field_validator,
)

from cophub.connectors.settings import Host, Words, origin_of

DATA_CENTRE = re.compile(r"[^\s-]+-([a-z]+[0-9]*)", re.ASCII)


class MergeFields(BaseModel):
    """Which merge fields of an audience hold what.

    Each is a list of merge tags (`FNAME`) or of names as MailChimp shows them (`First Name`), in
    any case, with `*` for any ending; the first one that an audience has, and that is filled in,
    counts. An address field gives its country or city.
    """

    model_config = ConfigDict(extra="forbid")

    given_name: Words = Field(
        ["FNAME", "First name*", "Given name*", "Prénom*", "Nombre*"],
        description="Merge fields with the given name.",
    )
    family_name: Words = Field(
        ["LNAME", "Last name*", "Surname*", "Family name*", "Nom", "Nom de famille", "Apellido*"],
        description="Merge fields with the family name.",
    )
    name: Words = Field(
        ["Full name*", "Name", "Nom complet"],
        description="Merge fields with the whole name, where an audience does not split it.",
    )
    organization: Words = Field(
        ["ORG", "Organi*", "Company*", "Institution*", "Employer*"],
        description="Merge fields with the organisation that somebody works for.",
    )
    job_title: Words = Field(
        ["JOBTITLE", "Job title*", "Position*", "Fonction*", "Cargo*"],
        description="Merge fields with the job title.",
    )
    country: Words = Field(
        ["Country*", "Pays*", "País*", "ADDRESS"],
        description="Merge fields with the country; where none is filled in, the place MailChimp "
        "knows from opened mails is taken.",
    )
    city: Words = Field(
        ["City*", "Town*", "Ville*", "ADDRESS"], description="Merge fields with the city."
    )


class Settings(BaseModel):
    """One MailChimp account."""

    model_config = ConfigDict(extra="forbid")

    api_key: SecretStr = Field(
        description="API key, from Profile > Extras > API keys; it ends in its data centre, such "
        "as `-us21`."
    )
    audiences: Words = Field(
        ["*"],
        min_length=1,
        description="Audiences to take: ids, names, or patterns of names such as `Newsletter *`.",
    )
    base_url: Host | None = Field(
        None,
        description="Scheme and host of the API; by default the data centre that the key names "
        "(`https://us21.api.mailchimp.com`). `/3.0` is added.",
    )
    merge_fields: MergeFields = Field(
        default_factory=MergeFields,
        description="Which merge fields hold names, organisation, job title and country.",
    )
    former_members: bool = Field(
        True,
        description="Keep the names and addresses of people who unsubscribed, bounced or were "
        "archived. When false, only the fact that a member left is kept.",
    )
    member_activity: bool = Field(
        True,
        description="Take what each person did with each campaign (opened, clicked, bounced, "
        "unsubscribed); when false, only the totals of reports.",
    )
    reports_open_days: int = Field(
        60,
        ge=1,
        le=3650,
        description="For how many days after it was sent a campaign's report is read again: "
        "people open mails for weeks.",
    )

    @field_validator("api_key")
    @classmethod
    def names_its_data_centre(cls, key: SecretStr) -> SecretStr:
        """Refuse a key that was not copied whole, before anything is asked of the vendor."""
        if not DATA_CENTRE.fullmatch(key.get_secret_value()):
            raise ValueError(
                "the key has no data centre at its end, such as -us21; copy it whole from "
                "Profile > Extras > API keys in MailChimp"
            )
        return key

    @property
    def host(self) -> str:
        """Scheme and host of the API, without a slash at the end."""
        if self.base_url is not None:
            return origin_of(self.base_url)
        match = DATA_CENTRE.fullmatch(self.api_key.get_secret_value())
        assert match is not None  # noqa: S101 - the validator above has seen to it
        return f"https://{match[1]}.api.mailchimp.com"
