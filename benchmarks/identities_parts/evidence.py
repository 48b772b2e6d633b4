"""Reading of a table in memory: the evidence and the register that the warehouse would have."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from cophub.identities.evidence import Evidence
from cophub.identities.organizations.normal import normal_form
from cophub.identities.organizations.register import Register
from cophub.identities.reading.account import FIELDS, read_account
from cophub.identities.reading.mailboxes import is_work_domain, registrable
from identities_parts.tables import communities, is_true, rows


def read_table(table: Path, later: bool | None) -> tuple[list[Evidence], Register]:
    """What matching looks at, and what the accounts tell of organisations; `later` as in `rows`."""
    columns = tuple("account" if name == "key" else name for name in FIELDS)
    evidence: list[Evidence] = []
    stated = _Stated()
    for row in rows(table, columns, later=later):
        told: dict[str, Any] = dict(zip(FIELDS, row, strict=True))
        stated.add(told["organization"], told["email"], told["kind"])
        told["email_verified"] = is_true(told["email_verified"])
        told["communities"] = "\n".join(communities(told["communities"]))
        evidence.append(read_account([*told.values()]))
    return evidence, Register().learn(stated.triples())


class _Stated:
    """Organisations and hosts that accounts show together, as the warehouse counts them."""

    def __init__(self) -> None:
        self._accounts: Counter[tuple[str, str]] = Counter()
        self._mailboxes: dict[tuple[str, str], set[str]] = {}

    def add(self, organization: str | None, email: str | None, kind: str | None) -> None:
        """One account; of a bot nothing is learned."""
        address = (email or "").strip().lower()
        text = (organization or "").strip()
        if kind == "bot" or not (text or "@" in address[1:-1]):
            return
        told = text, address.partition("@")[2]
        self._accounts[told] += 1
        if email is not None:
            self._mailboxes.setdefault(told, set()).add(address)

    def triples(self) -> Iterator[tuple[str, str, int]]:
        """(name in normal form, work domain, mailboxes; accounts where none has an address)."""
        found: Counter[tuple[str, str]] = Counter()
        for (text, host), accounts in self._accounts.items():
            name = normal_form(text) if text else ""
            domain = registrable(host) if host and is_work_domain(host) else ""
            if name or domain:
                found[name, domain] += len(self._mailboxes.get((text, host), ())) or accounts
        for told, number in sorted(found.items()):
            yield (*told, number)


__all__ = ["read_table"]
