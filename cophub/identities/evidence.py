"""What one account says about whose it is, in normal form: what matching looks at and nothing else.

An `Evidence` is made from one row of `account` alone, so that it can be kept and used again while
the row stays as it is. Text in it is folded: lower-case ASCII where the script allows.
"""

import msgspec


class Name(msgspec.Struct, frozen=True, array_like=True):
    """A person's name as a set of words, in whatever order and script it was written."""

    tokens: tuple[str, ...] = ()
    """Folded words in the order written, without titles, degrees and organisations; no initials."""
    initials: tuple[str, ...] = ()
    """Single letters that stand for words, in order: `j` of "J. Smith"."""
    given: tuple[str, ...] = ()
    """Those of the words and initials that are known to be given names; empty: not known."""
    family: tuple[str, ...] = ()
    """Those of the words and initials that are known to be family names; empty: not known."""
    suffix: str = ""
    """`jr`, `sr`, `ii`, `iii`: tells a father from a son; empty: none."""
    script: str = "latin"
    """Script it was written in: `latin`, `cyrillic`, `arabic`, `han`, ...; tokens are Latin."""
    written: str = ""
    """As written, for Han, where different names are read alike; empty for all other scripts."""

    @property
    def full(self) -> bool:
        """Whether it could name one person among many: two words, or a word and an initial."""
        return len(self.tokens) >= 2 or bool(self.tokens and self.initials)


class Clue(msgspec.Struct, frozen=True, array_like=True, order=True):
    """An identifier that a rule of a plugin knows of an account."""

    kind: str
    """What it numbers: `staff`; `address` is a further mailbox, `directory` a directory's id."""
    value: str
    """In normal form."""
    rule: str
    """Who told it, as plugins.toml calls the rule."""
    strength: str = "strong"
    """proof, strong or weak."""
    single: bool = True
    """Whether a person has but one of them."""


class Evidence(msgspec.Struct, frozen=True, array_like=True):
    """One account, normalised. `source` and `key` name it; empty text means "does not say"."""

    source: str
    key: str
    kind: str = "person"
    """person, role_mailbox, bot, service, device, shared_login or room."""
    kind_reason: str = ""
    """Why it is held to be that, in a few words without personal data; empty for a person."""
    name: Name | None = None
    shown: str = ""
    """The name as the account shows it, blanks trimmed."""
    email: str = ""
    """The address as the vendor gives it, lower-case and trimmed; empty unless it has an `@`."""
    mailbox: str = ""
    """The mailbox behind the address: no `+tag`, no dots at Gmail, one domain for its aliases."""
    domain: str = ""
    """Registrable domain of a work mailbox (`who.int`); empty for public mail providers."""
    verified: bool = False
    """Whether the vendor has verified the address."""
    role: bool = False
    """Whether the local part is one that nobody bears as a name: `info@`, `training@`."""
    username: str = ""
    organization: str = ""
    """The organisation as written, in normal form; empty for "freelance", "n/a" and the like."""
    country: str = ""
    """ISO 3166 code, `ch`, where the text names a country; else the folded text."""
    city: str = ""
    directory: str = ""
    """Id of the person in an organisation's own directory (a GUID), else empty."""
    identifiers: tuple[str, ...] = ()
    """What else names a person anywhere: `orcid:...`, `phone:...`, `born:1970-01-31`; sorted."""
    communities: tuple[str, ...] = ()
    """Communities that the account is or was in, sorted: `malaria`, or `list/news` for a space of a
    source that serves none."""
    clues: tuple[Clue, ...] = ()
    """What rules of plugins know of it beside, sorted; one for each kind and value."""
    kind_by: str = ""
    """The rule that told its kind; empty: cophub or the vendor did."""
    placed_by: str = ""
    """The rule that named its organisation; empty: it did so itself."""
    told: tuple[str, ...] = ()
    """The rules that said anything, sorted."""
    failed: tuple[str, ...] = ()
    """The rules that failed on it, each with the kind of error: `staff KeyError`."""
