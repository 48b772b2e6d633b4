"""Identity rule `discourse_sign_on`: what the id tells by which an account signs in."""

from typing import Literal
from uuid import UUID

from cophub import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule
from pydantic import BaseModel, ConfigDict, Field


class RuleSettings(BaseModel):
    """One `[identity_rules.NAME]` of plugins.toml."""

    model_config = ConfigDict(extra="forbid")

    kind: str = Field(
        "discourse_sign_on",
        pattern=r"^[a-z][a-z0-9_.-]{0,39}$",
        description="What the ids number, such as `staff`; rules that say the same kind mean the"
        " same numbers.",
    )
    prefix: str = Field("", description="What stands before the number, such as `staff-`.")
    strength: Literal["proof", "strong", "weak"] = Field(
        "proof", description="`proof`: one id is one person; `strong` counts beside the name."
    )


def tell(account: AccountFacts, settings: RuleSettings) -> Clues | None:
    """A GUID is the person's in a directory; an address one that they sign in with; else a number.

    The forum keeps the id that its sign-in gave it, so whoever runs the sign-in answers for it.
    """
    found = account.extra.get("external_id")
    external = found.strip() if isinstance(found, str) else ""
    if not external:
        return None
    if "@" in external:
        return Clues(addresses=(FurtherAddress(external, verified=True),))
    try:
        return Clues(directory=str(UUID(external)))
    except ValueError:
        number = external.removeprefix(settings.prefix)
        return Clues(identifiers=(Identifier(settings.kind, number, settings.strength),))


RULE = IdentityRule(
    name="discourse_sign_on",
    summary="Accounts of a Discourse forum by the ids they sign in with",
    tell=tell,
    settings=RuleSettings,
    connectors=("discourse",),
)
