"""Cophub identity rule for Agora forums: what profiles say of badges, addresses and machines."""

from pydantic import BaseModel, Field

from cophub import AccountFacts, Clues, FurtherAddress, Identifier, IdentityRule, hookimpl


class Settings(BaseModel):
    numbering: str = Field("badge", description="Whose badges they are, such as badge.clinic.")


def tell(account: AccountFacts, settings: Settings) -> Clues | None:
    """The badge of a profile, and the addresses that Agora has sent a code to."""
    if account.username.endswith("-bot"):
        return Clues(kind="bot", reason="its user name ends with -bot")
    profile = account.extra.get("profile", {})
    addresses = [FurtherAddress(email, verified=True) for email in profile.get("addresses", [])]
    badge = Identifier(settings.numbering, profile.get("badge"), "proof")
    return Clues(identifiers=(badge,), addresses=tuple(addresses))


@hookimpl
def cophub_identity_rules() -> list[IdentityRule]:
    summary = "Badges and addresses of Agora's profiles"
    return [IdentityRule("badges", summary, tell, Settings, connectors=("agora",))]
