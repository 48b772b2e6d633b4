"""The register of organisations in memory: by which names and domains each one goes. Pure.

What a person said stands before all else; then what ships with cophub; then what was learned from
accounts that have both an organisation and a work domain. A name that two organisations share, or
that says only of what kind one is, stays open unless a domain or a country tells.
"""

from collections.abc import Iterable, Mapping
from functools import cached_property

from anyascii import anyascii

from cophub.identities.organizations.known import Known, Organization, known
from cophub.identities.organizations.offices import (
    is_vague,
    iso_code,
    office_of_host,
    one_per_country,
    placed,
)
from cophub.identities.reading.mailboxes import registrable

NONE = ""
"""Stands for "no organisation", where that is known."""

_ENOUGH = 8
"""Letters that the first words of a name have where a domain is called by them."""


class Register:
    """Names and work domains -> organisation. Not changed once made; `learn` makes another.

    `names` and `domains` are what persons said (`NONE`: no organisation), `merged` the keys of
    organisations that are others now. Names are normal forms, domains registrable or hosts.
    """

    def __init__(
        self,
        names: Mapping[str, str] | None = None,
        domains: Mapping[str, str] | None = None,
        merged: Mapping[str, str] | None = None,
        organizations: Mapping[str, Organization] | None = None,
        shipped: Known | None = None,
    ) -> None:
        base = shipped or known()
        self.said_names = dict(names or {})
        self.said_domains = dict(domains or {})
        self.merged = dict(merged or {})
        self.shipped = base
        self.organizations = {**base.organizations, **(organizations or {})}
        self.learned_names: dict[str, str] = {}
        self.learned_domains: dict[str, str] = {}
        self.open_names: frozenset[str] = frozenset()
        """Acronyms that were learned to stand for several organisations."""
        self._labels: dict[tuple[str, str, str], str] = {}
        self._found: dict[tuple[str, str], str | None] = {}

    def label(self, organization: str, domain: str, country: str = "") -> str:
        """One label for an organisation (normal form) and a work domain, as one thing.

        Of an office, that of the organisation whose office it is. The key of the organisation where
        either is known; else the name, else the domain; empty where neither says anything, or what
        they say may be this or that.
        """
        asked = (organization, domain, country)
        if (label := self._labels.get(asked)) is None:
            label = self._label(*asked)
            self._labels[asked] = label
        return label

    def _label(self, name: str, domain: str, country: str) -> str:
        if key := self.key_of(name, domain, country):
            return self.head(key)
        if domain and self.key_of_domain(domain) is None:
            return name if name and not self.is_open(name) else domain
        return "" if self.is_open(name) else name

    def key_of(self, name: str, host: str, country: str = "") -> str:
        """The organisation (or its office) of what an account says; empty: not known.

        `host` is a work domain or a host below one, `country` text or a code. A name goes before a
        domain; a domain tells what a shared or vague name means.
        """
        by_name = self.key_of_name(name, country) if name else None
        if by_name:
            return self._office_if_host_tells(by_name, host) if host else by_name
        return (self.key_of_domain(host) if host else None) or ""

    def _office_if_host_tells(self, key: str, host: str) -> str:
        """`who` with a host below `ke.who.int` is its office there."""
        of_host = self.key_of_domain(host)
        parent = self.organizations.get(of_host or "")
        return of_host if of_host and parent and parent.parent == key else key

    def key_of_name(self, name: str, country: str = "") -> str | None:
        """The organisation of a normal form; `NONE`: of none that the name tells, None: unknown."""
        asked = (name, country)
        if asked not in self._found:
            self._found[asked] = self._look_up(name, country)
        return self._found[asked]

    def _look_up(self, name: str, country: str) -> str | None:
        found = self._plain(name)
        if found is None:
            found = self._placed(name, country)
        if not found and (shared := self.shipped.names.get(name, ())) and len(shared) > 1:
            return self._of_shared(shared, iso_code(country) if country else "")
        return found

    def _plain(self, name: str) -> str | None:
        """What the name itself is known for, without a look at places in it."""
        if name in self.said_names:
            return self.current(self.said_names[name])
        shipped = self.shipped.names.get(name)
        if shipped:
            return self.current(shipped[0]) if len(shipped) == 1 else NONE
        if name in self.open_names or is_vague(name):
            return None if one_per_country(name) else NONE
        if name in self.learned_names:
            return self.current(self.learned_names[name])
        joined = self._joined.get(name.replace(" ", ""))
        return self.current(joined) if joined else None

    def _placed(self, name: str, country: str) -> str | None:
        """Offices and ministries: what a place in the name, or beside it, tells."""
        if found := one_per_country(name):
            code = found.country or (iso_code(country) if country else "")
            return self.current(self._office(found.base, code, "")) if code else NONE
        base, code = placed(name)
        if base == name:
            return None
        key = self._plain(base)
        if not key:
            return None
        return self.current(self._office(slug(key), code, key)) if code else key

    def _office(self, base: str, code: str, parent: str) -> str:
        key = f"{slug(base)}-{code}"
        if key not in self.organizations:
            head = self.organizations[parent].name if parent in self.organizations else base
            title = f"{head if parent else base.capitalize()}, {country_name(code)}"
            self.organizations[key] = Organization(key, title, parent, code)
        return key

    def _of_shared(self, keys: tuple[str, ...], country: str) -> str:
        """The one of several that share a name whose mail is of the country; else none."""
        ending = f".{'uk' if country == 'gb' else country}"
        of = [k for k in keys if country and self.organizations[k].domain.endswith(ending)]
        return self.current(of[0]) if len(of) == 1 else NONE

    def key_of_domain(self, host: str) -> str | None:
        """The organisation of a work host; `NONE`: it is nobody's, None: not known."""
        registered = registrable(host) if host else ""
        for domain in dict.fromkeys((host, registered)):
            for domains in (self.said_domains, self.shipped.domains, self.learned_domains):
                if domain in domains:
                    key = self.current(domains[domain])
                    return self._below(key, host, registered) if key and domain != host else key
        return None

    def _below(self, key: str, host: str, registered: str) -> str:
        if not (code := office_of_host(host, registered)):
            return key
        return self.current(self._office(key, code, key))

    def is_open(self, name: str) -> bool:
        """Whether a name may mean several organisations, or tells only a kind of them."""
        if not name or name in self.said_names:
            return False
        shared = len(self.shipped.names.get(name, ())) > 1
        return shared or name in self.open_names or is_vague(name)

    def current(self, key: str) -> str:
        """The organisation that a key stands for now, after merges by hand."""
        seen = set()
        while key in self.merged and key not in seen:
            seen.add(key)
            key = self.merged[key]
        return key

    def head(self, key: str) -> str:
        """The organisation of which this one is an office; else itself."""
        seen = set()
        while key not in seen and (found := self.organizations.get(key)) and found.parent:
            seen.add(key)
            key = self.current(found.parent)
        return key

    def title(self, key: str) -> str:
        """The name for readers."""
        found = self.organizations.get(key)
        return found.name if found else key

    @cached_property
    def _joined(self) -> dict[str, str]:
        """Names without blanks that are of one organisation alone: `fhi360`."""
        found: dict[str, str] = {}
        torn = set()
        every = [(n, keys[0]) for n, keys in self.shipped.names.items() if len(keys) == 1]
        for name, key in (*every, *self.said_names.items(), *self.learned_names.items()):
            joined = name.replace(" ", "")
            if len(joined) >= 5 and found.setdefault(joined, key) != key:
                torn.add(joined)
        return {joined: key for joined, key in found.items() if joined not in torn}

    @cached_property
    def first_words(self) -> dict[str, str]:
        """Two or more first words of learned names, without blanks, that are of one alone."""
        found: dict[str, str] = {}
        torn = set()
        for name, key in self.learned_names.items():
            words = name.split()
            for length in range(2, len(words) + 1):
                joined = "".join(words[:length])
                head = self.head(key) if key else NONE
                if len(joined) >= _ENOUGH and found.setdefault(joined, head) != head:
                    torn.add(joined)
        return {joined: key for joined, key in found.items() if key and joined not in torn}

    def learn(
        self,
        stated: Iterable[tuple[str, str, int]],
        remembered: Mapping[str, str] | None = None,
    ) -> "Register":
        """A register that also knows what accounts tell: the same for any order of `stated`.

        Each is (name in normal form, work domain, number of mailboxes); either text may be empty.
        `remembered` gives the keys that names and domains had before, so that they stay.
        """
        from cophub.identities.organizations.learning import learn

        return learn(self, stated, remembered or {})


def slug(name: str) -> str:
    """A short name for an organisation: `santé publique` -> `sante-publique`."""
    plain = name if name.isascii() else anyascii(name)
    return "-".join("".join(c if c.isalnum() or c in "." else " " for c in plain.lower()).split())


def country_name(code: str) -> str:
    """The English name of a country."""
    from babel.core import Locale

    return str(Locale("en").territories.get(code.upper(), code.upper()))


__all__ = ["NONE", "Organization", "Register", "country_name", "slug"]
