# ruff: noqa: E501 - a table reads best with one line for one thing
"""Mailboxes: of work by the style of the organisation, private ones as their owners like."""

from random import Random

from cophub.sandbox.population.calling import Called
from cophub.sandbox.population.folding import listed, local
from cophub.sandbox.population.organizations import Organization

_PROVIDERS = (("gmail.com", 64), ("yahoo.com", 14), ("hotmail.com", 8), ("outlook.com", 6), ("icloud.com", 2), ("live.com", 2), ("protonmail.com", 1), ("aol.com", 1), ("ymail.com", 1), ("msn.com", 1))  # fmt: skip
_BY_LANGUAGE = {
    "fr": (("yahoo.fr", 22), ("hotmail.fr", 4), ("orange.fr", 2), ("laposte.net", 1)),
    "es": (("yahoo.es", 8), ("hotmail.es", 3)), "pt": (("yahoo.com.br", 12), ("uol.com.br", 5), ("bol.com.br", 3)),
    "zh": (("163.com", 40), ("qq.com", 35), ("126.com", 12)), "ru": (("mail.ru", 50), ("yandex.ru", 30), ("inbox.ru", 5)),
    "uk": (("ukr.net", 30), ("i.ua", 6)), "de": (("gmx.de", 25), ("web.de", 25)), "it": (("libero.it", 15), ("yahoo.it", 10)),
    "pl": (("wp.pl", 25), ("onet.pl", 10)), "cs": (("seznam.cz", 40),), "ko": (("naver.com", 45), ("hanmail.net", 10)),
    "ja": (("yahoo.co.jp", 25),), "nl": (("ziggo.nl", 5),), "el": (("yahoo.gr", 8),),
}  # fmt: skip
_STYLES = (
    ("{f}.{l}", 15), ("{f}{l}", 17), ("{i}{l}", 8), ("{f}{l}{n}", 13), ("{f}.{l}{n}", 7), ("{f}{n}", 7), ("{l}{f}", 5),
    ("{l}.{f}", 4), ("{f}_{l}", 5), ("{i}.{l}", 3), ("{i}{l}{n}", 6), ("{k}{n}", 3), ("{f}{j}", 2), ("dr.{f}{l}", 1), ("{w}{n}", 4),
)  # fmt: skip
_FANCY = listed(
    "sunshine blessed royalty greenleaf mamabear bluesky realking hopealways eaglewing lionheart pearl sweetie phoenix jambo karibu nomad stargazer peace4all"
)


def _weighted(pairs: tuple[tuple[str, int], ...]) -> tuple[list[str], list[int]]:
    total, ends = 0, []
    for _, weight in pairs:
        ends.append(total := total + weight)
    return [text for text, _ in pairs], ends


_ALL = {"": _weighted(_PROVIDERS)} | {
    key: _weighted(_PROVIDERS + more) for key, more in _BY_LANGUAGE.items()
}
_STYLE_NAMES, _STYLE_ENDS = _weighted(_STYLES)


class Mailboxes:
    """Gives each mailbox once: what is taken gets a number, as at any provider."""

    def __init__(self) -> None:
        self._taken: set[int] = set()

    def work(self, called: Called, organization: Organization, chance: Random) -> str:
        """A mailbox by the organisation's style; one in ten is of another."""
        style = organization.style
        if chance.random() < 0.1:
            style = chance.choice(("{f}.{l}", "{i}{l}", "{f}", "{f}{l}"))
        name = _filled(style, called, chance)
        domain = organization.domains[0]
        if len(organization.domains) > 1 and chance.random() < 0.3:
            domain = organization.domains[1]
        return self._free(name, domain, "", chance)

    def private(self, called: Called, language: str, chance: Random) -> str:
        """A mailbox at a public provider."""
        style = chance.choices(_STYLE_NAMES, cum_weights=_STYLE_ENDS)[0]
        names, ends = _ALL.get(language) or _ALL[""]
        domain = chance.choices(names, cum_weights=ends)[0]
        return self._free(_filled(style, called, chance), domain, "", chance)

    def take(self, name: str, domain: str, chance: Random) -> str:
        """A mailbox that is nobody's name."""
        return self._free(name, domain, "-", chance)

    def _free(self, name: str, domain: str, joint: str, chance: Random) -> str:
        address = f"{name}@{domain}"
        number = 1
        while (key := hash_of(address)) in self._taken:
            number += 1 if number < 4 else chance.randrange(1, 900)
            address = f"{name}{joint}{number}@{domain}"
        self._taken.add(key)
        return address


def hash_of(address: str) -> int:
    """What two addresses of one mailbox have in common; Gmail does not look at dots."""
    name, _, domain = address.partition("@")
    return hash((name.replace(".", "") if domain == "gmail.com" else name, domain))


def _filled(style: str, called: Called, chance: Random) -> str:
    first, last = local(called.g), local(called.f)
    if len(called.family) > 1 and chance.random() < 0.75:
        last = local(called.family[0].spellings[0])
    if called.also and chance.random() < 0.5:
        first = local(called.also)
    if not first or not last:
        first = last = first or last or "user"
        style = {"{f}.{l}": "{f}", "{f}{l}": "{f}", "{f}_{l}": "{f}", "{l}.{f}": "{f}"}.get(
            style, style
        )
    number = str(
        chance.choice(
            (chance.randrange(1, 100), chance.randrange(1960, 2004), chance.randrange(100, 1000))
        )
    )
    return style.format(
        f=first,
        l=last,
        i=first[0],
        j=last[0],
        n=number,
        k=first[:1] + last[:1] + last[-1:],
        w=chance.choice(_FANCY),
    )


def told(mailbox: str, chance: Random, *, typed: bool) -> tuple[str, str]:
    """The address as given to a vendor, and the habit behind it where it is not the plain one.

    A tag after a plus, dots at Gmail, and, where somebody typed it, a slip: then it is another
    mailbox, or none.
    """
    drawn = chance.random()
    if drawn < 0.966:
        return mailbox, ""
    name, _, domain = mailbox.partition("@")
    if domain == "gmail.com" and drawn < 0.985:
        if drawn < 0.975:
            return (
                f"{name}+{chance.choice(('news', 'work', 'cop', 'lists', 'hub'))}@{domain}",
                "plus_tag",
            )
        bare = name.replace(".", "")
        at = chance.randrange(1, len(bare)) if len(bare) > 2 else 1
        dotted = f"{bare[:at]}.{bare[at:]}@{domain}" if "." not in name else f"{bare}@{domain}"
        return dotted, "gmail_dots"
    if typed and drawn > 0.988:
        return slipped(name, domain, chance), "address_slip"
    return mailbox, ""


_WRONG = {"gmail.com": "gmial.com", "yahoo.com": "yaho.com", "hotmail.com": "hotmial.com"}


def slipped(name: str, domain: str, chance: Random) -> str:
    """An address with a slip of the finger in it."""
    if chance.random() < 0.4:
        at = chance.randrange(1, max(2, domain.index(".")))
        return f"{name}@{_WRONG.get(domain) or domain[:at] + domain[at + 1 :]}"
    at = chance.randrange(len(name))
    return (
        f"{name[:at]}{name[at + 1 :] or 'x'}@{domain}"
        if chance.random() < 0.5
        else f"{name[:at]}{name[at]}{name[at:]}@{domain}"
    )
