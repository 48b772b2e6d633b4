"""How much each piece of evidence says, in natural log-odds, and where the lines are drawn."""

from pydantic import BaseModel, ConfigDict, Field


class Weights(BaseModel):
    """The table of weights; every one has a safe default. 1.0 is odds of 2.7, 4.6 of 100."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    merge: float = Field(2.75, description="Two nodes are joined from this score on")
    ask: float = Field(0.5, description="A pair is worth a question from this score on")
    leave: float = Field(-2.0, description="A known pair below this keeps two groups apart")
    agreed: float = Field(
        0.4, ge=0, description="All who bear the name of two nodes fit both or neither of them"
    )
    disputed: float = Field(
        -1.3, le=0, description="Some who bear the name of two nodes fit but one of them"
    )
    even: float = Field(-0.5, description="Score at which a yes is as likely as a no")
    margin: float = Field(
        2.0, ge=0, description="So much better must the only fit of an unclear name be"
    )
    questions: float = Field(
        0.035, ge=0, description="Questions worth asking, per account in the directory"
    )
    sure: float = Field(5.0, description="Whoever was joined below this score is asked about")
    joined: float = Field(
        1.0, description="So much surer than its score is a join: nothing spoke against it"
    )
    doubt: float = Field(
        6.0, ge=0, description="So many missed pairs of accounts weigh as much as a wrong one"
    )
    calibrate: bool = Field(
        True, description="Whether answers correct `even` and `joined`, and move `merge`"
    )

    another: float = Field(
        0.2, description="Added to what a name says: who shows one does so again elsewhere"
    )
    prior: float = Field(
        0.5,
        gt=0,
        description="How far word frequencies are believed against the bearers seen",
    )
    others: float = Field(
        0.5,
        ge=0,
        le=1,
        description="Share of the other bearers of a name that are other people",
    )
    name_near: float = Field(-1.1, le=0, description="One slip, a nickname or a joined word")
    near_only: float = Field(
        -1.0, le=0, description="The same where one of them has no mailbox, only the name"
    )
    name_both: float = Field(
        0.7,
        ge=0,
        description="Taken off per doubling or so of the others who bear both spellings",
    )
    name_partial: float = Field(-1.2, le=0, description="A name is part of the other; initials")
    suffix_missing: float = Field(-2.5, le=0, description="One of two equal names is a junior's")
    name_spelled: float = Field(-0.2, le=0, description="The name stands in the mailbox alone")

    organization_same: float = Field(3.5, ge=0, description="Most that one organisation can add")
    organization_kin: float = Field(
        2.0,
        ge=1,
        description="How much likelier people of one name are in one organisation",
    )
    organization_other: float = Field(-0.7, le=0, description="Two different organisations")
    country_same: float = Field(0.4, ge=0, description="Most that one country can add")
    country_other: float = Field(-3.0, le=0, description="Two different countries")
    city_same: float = Field(1.0, ge=0, description="Most that one city can add")
    city_other: float = Field(-1.2, le=0, description="Two different cities")

    communities: float = Field(
        1.0,
        ge=0,
        description="How far communities that go together are trusted, as learned here",
    )

    identifier_same: float = Field(9.0, ge=0, description="Most that one identifier can add")
    identifier_other: float = Field(-6.0, le=0, description="Two birth dates, or two ORCIDs")
    born_slip: float = Field(0.5, description="Two birth dates that differ by one slip")
    phone_other: float = Field(-0.2, le=0, description="Two telephone numbers")
    rule_proof: float = Field(15.0, ge=0, description="One proof that an identity rule knows")
    rule_strong: float = Field(5.0, ge=0, description="Most that a strong identifier of one adds")
    rule_weak: float = Field(1.5, ge=0, description="Most that a weak identifier of one adds")
    rule_other: float = Field(
        -6.0, le=0, description="Two different proofs; a half for strong ones, a tenth for weak"
    )

    local_same: float = Field(
        3.5, ge=0, description="One local part or user name that is more than the name"
    )
    local_alone: float = Field(
        1.0, ge=0, description="One rare local part or user name where names say too little"
    )
    local_of_name: float = Field(0.4, ge=0, description="One local part, made of the name alone")
    digits_same: float = Field(2.0, ge=0, description="The same digits behind another local part")
    digits_other: float = Field(-0.1, le=0, description="One local part with different digits")
    mailbox_slip: float = Field(0.8, ge=0, description="Mailboxes of one domain, one slip apart")
    two_at_work: float = Field(-1.5, le=0, description="Two mailboxes in one work domain")
    numbered: float = Field(
        -9.0,
        le=0,
        description="Two mailboxes in one work domain that differ in a number alone",
    )
    habits: float = Field(
        1.0,
        ge=0,
        description="How far the habits that the directory itself teaches are trusted",
    )


__all__ = ["Weights"]
