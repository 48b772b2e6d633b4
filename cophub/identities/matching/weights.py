"""How much each piece of evidence says, in natural log-odds, and where the lines are drawn."""

from pydantic import BaseModel, ConfigDict, Field


class Weights(BaseModel):
    """The table of weights; every one has a safe default. 1.0 is odds of 2.7, 4.6 of 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: float = Field(4.0, description="Two nodes are joined from this score on")
    ask: float = Field(0.5, description="A pair is worth a question from this score on")
    leave: float = Field(-2.0, description="Below this a known pair keeps two groups apart")
    another: float = Field(
        -0.7, description="Log of the chance that a person has another node in the directory"
    )
    culture: float = Field(
        5.0, ge=1, description="How much more often words of one culture meet than chance says"
    )
    name_near: float = Field(-0.7, description="One slip, a nickname or a joined word")
    name_partial: float = Field(-0.7, description="One name is part of the other, or has initials")
    organization_same: float = Field(3.5, ge=0, description="Most that one organisation can add")
    organization_other: float = Field(-0.6, le=0, description="Two different organisations")
    country_same: float = Field(1.2, ge=0, description="Most that one country can add")
    country_other: float = Field(-1.2, le=0, description="Two different countries")
    city_same: float = Field(1.5, ge=0, description="Most that one city can add")
    identifier_same: float = Field(9.0, ge=0, description="Most that one identifier can add")
    identifier_other: float = Field(-5.0, le=0, description="Two different birth dates or ORCIDs")
    local_same: float = Field(4.0, ge=0, description="Most that one local part can add")
    local_digits: float = Field(-1.5, le=0, description="Local parts that differ in digits alone")
    two_at_work: float = Field(-3.0, le=0, description="Two mailboxes in one work domain")
    one_per_source: float = Field(
        -6.0, le=0, description="Two accounts of a source where nobody else has two"
    )


__all__ = ["Weights"]
