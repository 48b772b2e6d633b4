"""What rules of plugins know of an account, as part of its evidence.

A rule that fails on an account costs that account only what this rule would have said: the failure
is noted in the evidence, so that it is counted for as long as it lasts.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from traceback import extract_tb
from types import MappingProxyType
from typing import Any

import msgspec
import xxhash

from cophub import identity_rule
from cophub.identities.evidence import Clue, Evidence
from cophub.identities.organizations.normal import normal_form
from cophub.identities.privacy import mask_text
from cophub.identities.reading.account import FIELDS, digest, read_account
from cophub.identities.reading.identifiers import is_placeholder
from cophub.identities.reading.mailboxes import read_address
from cophub.identities.reading.roles import is_role
from cophub.identity_rule import STRENGTHS, AccountFacts, Clues, RuleInUse, RulesInUse

MORE: tuple[str, ...] = ("job_title", "department", "language", "timezone", "status")
"""Columns of `account` that only rules look at; a row for a source with rules ends with these."""

_OWN = len(FIELDS)
_AT = {name: place for place, name in enumerate(FIELDS + MORE)}
_TEXTS = tuple(
    (name, place)
    for name, place in _AT.items()
    if name not in ("email_verified", "communities", "extra")
)
_VERSION = 1
"""Of what is made of clues; one more asks all rules anew."""


@dataclass(frozen=True)
class _Asked:
    """The rules that accounts of one source are shown to."""

    connector: str
    rules: tuple[RuleInUse, ...]
    mark: str


class Reader:
    """Rows of `account` as evidence, with what the rules know; without rules as if there were none.

    A row has the columns of `FIELDS`, and where rules look at its source those of `MORE` too.
    """

    def __init__(self, in_use: RulesInUse | None = None) -> None:
        self._in_use = in_use or RulesInUse()
        self._by_source: dict[str, _Asked | None] = {}
        self.failures: dict[str, str] = {}
        """By rule and kind of error, where in the plugin the last one was, for its author."""

    @property
    def rules(self) -> tuple[RuleInUse, ...]:
        """The rules that hold."""
        return self._in_use.rules

    def mark(self, source: str) -> str:
        """What all that rules say of a source's accounts hangs on; empty where none looks at it."""
        asked = self._asked(source)
        return asked.mark if asked else ""

    def columns(self, source: str) -> tuple[str, ...]:
        """What a row of the source has beyond `FIELDS`."""
        return MORE if self._asked(source) else ()

    def digest(self, row: Sequence[Any]) -> int:
        """A 64-bit signed number of exactly what `read` looks at, rules and versions included."""
        asked = self._asked(row[0])
        if asked is None:
            return digest(row)
        looked_at = (asked.mark, digest(row[:_OWN]), row[_OWN - 1 :])
        text = repr(looked_at).encode("utf-8", "surrogatepass")
        return xxhash.xxh3_64_intdigest(text) - (1 << 63)

    def read(self, row: Sequence[Any]) -> Evidence:
        """The evidence of a row. Never raises, whatever a rule does."""
        asked = self._asked(row[0])
        if asked is None:
            return read_account(row)
        evidence = read_account(row[:_OWN])
        said: list[tuple[str, Clues]] = []
        failed: list[str] = []
        facts = _facts(row, asked.connector)
        for use in asked.rules:
            try:
                if (clues := _told(use, facts)) is not None:
                    said.append((use.name, clues))
            except Exception as error:  # noqa: BLE001 - a stranger's rule may raise anything
                failed.append(f"{use.name} {type(error).__name__}")
                self.failures[failed[-1]] = _where(error)
        return _with_clues(evidence, said, failed) if said or failed else evidence

    def _asked(self, source: str) -> _Asked | None:
        if not self._in_use.rules:
            return None
        if source not in self._by_source:
            self._by_source[source] = self._look_up(source)
        return self._by_source[source]

    def _look_up(self, source: str) -> _Asked | None:
        connector = self._in_use.connectors.get(source, "")
        rules = tuple(
            use
            for use in sorted(self._in_use.rules, key=lambda use: use.name)
            if (not use.sources or source in use.sources)
            and (not use.rule.connectors or connector in use.rule.connectors)
        )
        marks = [
            (use.name, use.rule.name, use.rule.version, use.settings.model_dump_json())
            for use in rules
        ]
        text = repr((_VERSION, connector, marks))
        return _Asked(connector, rules, sha256(text.encode()).hexdigest()[:16]) if rules else None


def _facts(row: Sequence[Any], connector: str) -> AccountFacts:
    extra = row[_AT["extra"]]
    if isinstance(extra, (str, bytes)):
        try:
            extra = msgspec.json.decode(extra)
        except (msgspec.DecodeError, UnicodeError):
            extra = None
    verified, communities = row[_AT["email_verified"]], row[_AT["communities"]]
    return AccountFacts(
        **{name: row[place] or "" for name, place in _TEXTS},
        connector=connector,
        email_verified=None if verified is None else bool(verified),
        communities=tuple(communities.split("\n")) if communities else (),
        extra=MappingProxyType(extra if isinstance(extra, dict) else {}),
    )


def _told(use: RuleInUse, facts: AccountFacts) -> Clues | None:
    clues = use.rule.tell(facts, use.settings)
    if clues is not None and not isinstance(clues, Clues):
        raise TypeError("a rule returns Clues or None")
    return clues if clues != Clues() else None


def _with_clues(e: Evidence, said: Sequence[tuple[str, Clues]], failed: Sequence[str]) -> Evidence:
    """The evidence with all that was said; where rules disagree the first by name is believed."""
    changes: dict[str, Any] = {"failed": tuple(failed), "told": tuple(name for name, _ in said)}
    for name, clues in reversed(said):
        if clues.kind:
            changes |= {"kind": clues.kind, "kind_by": name}
            why = f'{mask_text(" ".join(clues.reason.split()))} (rule "{name}")'
            changes["kind_reason"] = "" if clues.kind == "person" else why
        if place := normal_form(clues.organization) if clues.organization else "":
            changes |= {"organization": place, "placed_by": name}
    best: dict[tuple[str, str], Clue] = {}
    found = [clue for name, clues in said for clue in _identifiers(e, name, clues)]
    for clue in sorted(found, key=lambda c: (STRENGTHS.index(c.strength), c.rule)):
        best.setdefault((clue.kind, clue.value), clue)
    return msgspec.structs.replace(e, clues=tuple(sorted(best.values())), **changes)


def _identifiers(e: Evidence, rule: str, clues: Clues) -> Iterator[Clue]:
    for told in clues.identifiers:
        value = " ".join(str(told.value if told.value is not None else "").split()).casefold()
        if value and not is_placeholder(value):
            yield Clue(told.kind, value, rule, told.strength, told.single)
    for address in clues.addresses:
        read = read_address(address.email)
        if read.mailbox and read.mailbox != e.mailbox and not is_role(read.local):
            strength = "proof" if address.verified else "strong"
            yield Clue("address", read.mailbox, rule, strength, single=False)
    # Where the vendor itself names an id, that one stands.
    if clues.directory and not e.directory:
        yield Clue("directory", clues.directory.strip().lower(), rule, "proof")


def _where(error: Exception) -> str:
    """File and line of the plugin that an error came from; nothing of what it says."""
    frames = [
        frame
        for frame in extract_tb(error.__traceback__)
        if frame.filename not in (__file__, identity_rule.__file__)
    ]
    return f"{Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""


NO_RULES = Reader()

__all__ = ["MORE", "NO_RULES", "Reader"]
