"""The words that evidence is spoken of in."""

from typing import NamedTuple, Protocol

MERGE, ASK, LEAVE, NEVER = "merge", "ask", "leave", "never"
"""Verdicts on a pair: one person; worth a question; nothing known; cannot be."""


class Reason(NamedTuple):
    """One piece of evidence: its name, its log-odds, and details in plain text."""

    name: str
    weight: float
    detail: str = ""


class Labels(Protocol):
    """Organisation and domain as one thing; see `organizations.register.Register`."""

    def label(self, organization: str, domain: str) -> str: ...


__all__ = ["ASK", "LEAVE", "MERGE", "NEVER", "Labels", "Reason"]
