"""The contract of an identity rule: what it knows of one account beyond what that account shows.

A rule is a pure function of one account: it asks no network, no clock, no file and no other
account. So what it says can be kept while the account stays as it is, and people are the same in
whatever order accounts come.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal, get_args

from pydantic import BaseModel

from cophub.pipeline import NoSettings

AccountKind = Literal["person", "role_mailbox", "bot", "service", "device", "shared_login", "room"]
Strength = Literal["proof", "strong", "weak"]
KINDS: tuple[str, ...] = get_args(AccountKind)
STRENGTHS: tuple[str, ...] = get_args(Strength)

_GUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")
_KIND = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
_OWN = ("address", "directory")
_LONGEST = 200
_MOST = 20


@dataclass(frozen=True)
class AccountFacts:
    """What the warehouse holds of one account. Empty text means that it does not say."""

    source: str
    """The source's name in plugins.toml."""
    key: str
    """The vendor's id of the account."""
    connector: str = ""
    """The connector of the source; empty where plugins.toml has no such source any more."""
    name: str = ""
    given_name: str = ""
    family_name: str = ""
    email: str = ""
    email_verified: bool | None = None
    username: str = ""
    kind: str = ""
    """What the vendor says it is: `person`, `bot` and so on."""
    organization: str = ""
    city: str = ""
    country: str = ""
    job_title: str = ""
    department: str = ""
    language: str = ""
    timezone: str = ""
    status: str = ""
    communities: tuple[str, ...] = ()
    """Keys of the communities that it is or was in; `source/space` for a space that serves none."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What else the connector kept: of a spreadsheet, the columns that it was not told of."""


@dataclass(frozen=True)
class Identifier:
    """A value that stands for a person, such as a staff number, wherever an account bears it.

    `kind` names one numbering: rules that mean the same one say the same kind, and their values
    meet. `proof` joins accounts whatever they are called, as an id of a directory does; `strong`
    and `weak` count beside a name. A value that is empty or a placeholder (`n/a`, `0`) is left out.
    """

    kind: str
    value: str | int | None
    strength: Strength = "strong"
    single: bool = True
    """Whether a person has but one of them, so that two different ones speak against it."""

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or not _KIND.fullmatch(self.kind):
            raise ValueError(
                "the kind of an Identifier is lower case letters, digits, - _ and ., such as staff"
            )
        if self.kind in _OWN:
            raise ValueError("Clues have places of their own for addresses and a directory id")
        if self.strength not in STRENGTHS:
            raise ValueError(f"the strength of an Identifier is one of {', '.join(STRENGTHS)}")
        if self.value is not None and not isinstance(self.value, (str, int)):
            raise ValueError("the value of an Identifier is text or a whole number")
        if len(str(self.value)) > _LONGEST:
            raise ValueError(f"the value of an Identifier has {_LONGEST} letters at most")


@dataclass(frozen=True)
class FurtherAddress:
    """A further mail address of the account's owner.

    `verified` means that whoever told it has seen that they read it: then it is proof.
    """

    email: str
    verified: bool = False


@dataclass(frozen=True)
class Clues:
    """What a rule knows of one account; what is left out is not known."""

    identifiers: tuple[Identifier, ...] = ()
    addresses: tuple[FurtherAddress, ...] = ()
    directory: str = ""
    """The person's GUID in the directory of their organisation; proof, as a vendor's word is."""
    kind: AccountKind | Literal[""] = ""
    """What the account is; anything but `person` is counted nowhere as one."""
    reason: str = ""
    """Why it is of that kind, for those who ask: a few words without personal data."""
    organization: str = ""
    """For whom its owner works, where people are told apart."""

    def __post_init__(self) -> None:
        for name, each in (("identifiers", Identifier), ("addresses", FurtherAddress)):
            given = getattr(self, name)
            if not isinstance(given, (tuple, list)) or not all(isinstance(g, each) for g in given):
                raise ValueError(f"the {name} of Clues are a tuple of {each.__name__}")
            if len(given) > _MOST:
                raise ValueError(f"Clues have {_MOST} {name} at most")
        if self.directory and not _GUID.fullmatch(str(self.directory).strip().lower()):
            raise ValueError("the directory of Clues is a GUID; say a number by an Identifier")
        if self.kind and self.kind not in KINDS:
            raise ValueError(f"the kind of Clues is one of {', '.join(KINDS)}")
        if self.kind not in ("", "person") and not str(self.reason).strip():
            raise ValueError("Clues with a kind need a reason: why it is no person")
        for name in ("reason", "organization"):
            if not isinstance(getattr(self, name), str) or len(getattr(self, name)) > _LONGEST:
                raise ValueError(f"the {name} of Clues is text of {_LONGEST} letters at most")


@dataclass(frozen=True)
class IdentityRule:
    """What tells whose accounts are, beyond what cophub looks at; a table of plugins.toml wakes it.

    `tell(account, settings)` says what is known of an account, or None: nothing.
    """

    name: str
    summary: str
    tell: Callable[[AccountFacts, Any], Clues | None]
    settings: type[BaseModel] = NoSettings
    version: int = 1
    """One more whenever `tell` says something else of the same account: then all are asked anew."""
    connectors: tuple[str, ...] = ()
    """Only accounts of these connectors are shown to it; none: all accounts."""


@dataclass(frozen=True)
class RuleInUse:
    """A rule as `[identity_rules.NAME]` of plugins.toml uses it."""

    name: str
    """NAME: what explanations call it."""
    rule: IdentityRule
    settings: BaseModel = field(default_factory=NoSettings)
    sources: tuple[str, ...] = ()
    """Only accounts of these sources are shown to it; none: all that the rule is for."""


@dataclass(frozen=True)
class RulesInUse:
    """The rules that hold, and the connector of each source, by its name."""

    rules: tuple[RuleInUse, ...] = ()
    connectors: Mapping[str, str] = field(default_factory=dict)


__all__ = [
    "KINDS", "STRENGTHS", "AccountFacts", "Clues", "FurtherAddress", "Identifier", "IdentityRule",
    "RuleInUse", "RulesInUse",
]  # fmt: skip
