"""Sign-in by Entra ID: who may have which token, and what it is good for."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cophub.sandbox.microsoft import MicrosoftSandbox

LIFETIME = 3_599
"""Seconds that an access token lives, by the sandbox's clock."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What an access token stands for.

    resource: graph, sharepoint or yammer. credential: secret, certificate, or user for a delegated
    token, whose `user` is the id of who signed in. `expires` is by the sandbox's clock.
    """

    token: str
    resource: str
    credential: str
    expires: int
    user: str | None = None


class Entra:
    """Hands out tokens; `grants` holds every token ever given."""

    def __init__(self, sandbox: "MicrosoftSandbox") -> None:
        self.sandbox = sandbox
        self.grants: dict[str, Grant] = {}
        self._serial = 0

    def grant(
        self, resource: str, credential: str = "certificate", user: str | None = None
    ) -> Grant:
        """A new access token for an API."""
        self._serial += 1
        token = f"token-{resource}-{self._serial}"
        made = Grant(token, resource, credential, self.sandbox.timeline.now + LIFETIME, user)
        self.grants[token] = made
        return made
