"""A rule that tells machines from people by how their user names end."""

from pydantic import BaseModel, Field

from cophub import AccountFacts, Clues, IdentityRule, hookimpl


class Settings(BaseModel):
    endings: list[str] = Field(["-bot"], description="How the user names of machines end.")


def tell(account: AccountFacts, settings: Settings) -> Clues | None:
    """A bot, where the name says so; nothing is known of the others."""
    for ending in settings.endings:
        if account.username.endswith(ending):
            return Clues(kind="bot", reason=f"its user name ends with {ending}")
    return None


@hookimpl
def cophub_identity_rules() -> list[IdentityRule]:
    return [IdentityRule("machines", "Machines by their user names", tell, Settings)]
