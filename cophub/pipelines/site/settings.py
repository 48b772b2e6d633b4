"""The settings of pipeline `site`."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BaseModel, Field

Name = Literal["public", "members", "facilitators"]
Language = Literal["en", "fr", "es"]


def _once(names: list[str]) -> list[str]:
    if len(set(names)) < len(names):
        raise ValueError("names one more than once")
    return names


Names = Annotated[list[Name], AfterValidator(_once)]
Languages = Annotated[list[Language], AfterValidator(_once), Field(min_length=1)]


class Settings(BaseModel, extra="forbid"):
    """What the site is called, how far back it goes, and for whom it is made."""

    title: str = Field(
        "Communities of practice",
        description="Title of the overview; unless set, in each language.",
    )
    organization: str = Field("", description="Whose communities they are; stands on every page.")
    quarters: int = Field(12, ge=1, le=20, description="How many quarters a page offers.")
    months: int = Field(24, ge=3, le=60, description="How many months the charts show.")
    audiences: Names = Field(
        [],
        description="A site for each of `public`, `members` and `facilitators`, in a folder of"
        " that name; none: one site in the site folder itself.",
    )
    directory: Names = Field(
        ["public", "members", "facilitators"],
        description="Which of these find the directory of people in their site.",
    )
    public_names_everybody: bool = Field(
        False,
        description="Whether the public site may name everybody where `identities` has"
        ' `listed = "everybody"`; else such a site is not made.',
    )
    languages: Languages = Field(
        ["en"],
        description="English, French and Spanish, as `en`, `fr` and `es`: the site in each, the"
        " first at the top and the others in folders of that name.",
    )
