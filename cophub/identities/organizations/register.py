"""The register of organisations in memory: by which names and domains each one goes."""

from collections.abc import Iterable

from cophub.identities.organizations.normal import normal_form


class Register:
    """Names and work domains -> organisation. Not changed once made; `learn` makes another."""

    def __init__(
        self,
        names: dict[str, str | None] | None = None,
        domains: dict[str, str | None] | None = None,
    ) -> None:
        self._names = names or {}
        self._domains = domains or {}

    def label(self, organization: str, domain: str, country: str = "") -> str:
        """One label for an organisation (normal form) and a work domain, as one thing.

        The key of the organisation where either is known; else the name, else the domain; empty:
        neither says anything.
        """
        key = self._names.get(organization) or self._domains.get(domain)
        return key or organization or domain

    def learn(self, stated: Iterable[tuple[str, str, int]]) -> "Register":
        """A register that also knows what (name, domain, number of mailboxes) tell."""
        return self


__all__ = ["Register", "normal_form"]
