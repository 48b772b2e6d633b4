# ruff: noqa: E501 - a table reads best with one line for one thing
"""The accounts that one person has at each vendor, with what people tell there.

SharePoint and Yammer know people by the directory of the host, so a name is given in full there;
Yammer gives one account to a person. Mailchimp has an account for each address, and often no name.
At GoTo people type what they like, half of them without an address. A Dgroups group shows short
names. A mailing list shows what the mail program says.
"""

from collections.abc import Iterator
from random import Random

from cophub.records import UNSET, Account
from cophub.sandbox.population.folding import local
from cophub.sandbox.population.held import Held
from cophub.sandbox.population.mailboxes import told
from cophub.sandbox.population.organizations import written
from cophub.sandbox.population.people import Human
from cophub.sandbox.population.writing import Shown, write

JOINS = (
    ("sharepoint", .38), ("yammer", .32), ("mailchimp", .57), ("gotomeeting", .42), ("guest", .26),
    ("dgroups", .43), ("mail", .15),
)  # fmt: skip
"""How likely somebody of middling activity is to have an account."""
ACTIVITY = ((0.45, 0.62), (0.80, 1.0), (1.0, 1.55))
"""(share of people up to, factor on those chances)."""
AGAIN = {
    "sharepoint": 0.06,
    "mailchimp": 0.15,
    "gotomeeting": 0.12,
    "guest": 0.40,
    "dgroups": 0.09,
    "mail": 0.12,
}
"""How likely who has an account there is to have another, by another address or name."""
MOST = 9

_WORK = {
    "sharepoint": 0.76,
    "yammer": 0.88,
    "mailchimp": 0.48,
    "gotomeeting": 0.48,
    "dgroups": 0.42,
    "mail": 0.46,
}
_UNSURE = (
    "freelance",
    "Freelancer",
    "Independent consultant",
    "N/A",
    "n/a",
    "none",
    "Self",
    "Consultant",
    "-",
    "retired",
    "Indépendant",
)
_TYPED = frozenset(("gotomeeting", "mailchimp", "dgroups"))
"""Where people type their address themselves."""
_SPACES = {"guest": "gotomeeting"}


class Desk:
    """Where accounts are opened: no two of one vendor with one key, nor with one address."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._given = 0
        self._used: set[tuple[str, str]] = set()

    def new_block(self) -> None:
        """Addresses are shared by people of one block only."""
        self._used.clear()

    def free(self, source: str, address: str) -> bool:
        """Whether nobody has an account there with the address; then it is taken."""
        if (source, address) in self._used:
            return False
        self._used.add((source, address))
        return True

    def number(self) -> int:
        """Never the same twice, and in no order that tells who belongs together."""
        self._given += 1
        return (self._given * 0x9E3779B97F4A7C15 + self._seed * 0xC2B2AE3D27D4EB4F) % (1 << 64)


def accounts_of(one: Human, desk: Desk, chance: Random) -> list[Held]:
    """All accounts of a person: at least one, at most nine."""
    drawn = chance.random()
    activity = next(factor for upto, factor in ACTIVITY if drawn < upto)
    found: list[Held] = []
    directory = ""
    for vendor, share in JOINS:
        if chance.random() >= share * activity:
            continue
        times = 1 + (chance.random() < AGAIN.get(vendor, 0))
        times += times == 2 and vendor == "guest" and chance.random() < 0.4
        for time in range(times):
            made = _open(one, vendor, desk, chance, directory, again=time > 0)
            if made is not None:
                found.append(made)
                directory = directory or _directory(made.account)
    if not found:
        made = _open(one, "mailchimp", desk, chance, "") or _open(one, "guest", desk, chance, "")
        found = [made] if made else []
    if len(found) > MOST:
        del found[MOST:]
    return found


def _directory(account: Account) -> str:
    extra = account.extra
    return str(extra.get("directory_id", "")) if isinstance(extra, dict) else ""


def _open(
    one: Human, vendor: str, desk: Desk, chance: Random, directory: str, *, again: bool = False
) -> Held | None:
    source = _SPACES.get(vendor, vendor)
    mailbox, habits = "", list[str]()
    called, employer = one.called, one.employer
    early = chance.random() < 0.4  # the account is from before a marriage or a move
    if one.former and early:
        employer = one.former
    if one.born and early:
        called = one.born
        habits.append("maiden_name")
    email = ""
    if vendor != "guest":
        mailbox = _mailbox(one, vendor, chance, early=early, again=again)
        if not mailbox or not desk.free(source, mailbox):
            return None
        email, mailbox = _given(one, mailbox, vendor, chance, habits)
    short = employer.acronym or employer.spellings[0]
    shown = write(called, chance, vendor, employer=short, address=email)
    account = _MAKERS[vendor](one, shown, email, employer.rank, desk, chance)
    if vendor in ("sharepoint", "yammer"):
        _place_in_directory(account, one, mailbox, directory, desk, chance, again=again)
    _tell_employer(account, one, vendor, employer is one.former, chance)
    habits += shown.habits
    if account.email is UNSET or account.email is None:
        mailbox = ""
        if vendor != "guest":
            habits.append("address_hidden")
    kind = "device" if "device" in shown.habits else "person"
    spaces = tuple(f"{source}:{number}" for number in one.communities if chance.random() < 0.8)
    return Held(
        one.number, source, account, spaces, kind, shown.named, mailbox, tuple(habits), one.tie
    )


def _given(
    one: Human, mailbox: str, vendor: str, chance: Random, habits: list[str]
) -> tuple[str, str]:
    """The address as given to the vendor, and the mailbox that it leads to."""
    if mailbox == one.role:
        habits.append("role_mailbox")
    email, habit = told(mailbox, chance, typed=vendor in _TYPED)
    if habit:
        habits.append(habit)
    return email, email if habit == "address_slip" else mailbox


def _mailbox(one: Human, vendor: str, chance: Random, *, early: bool, again: bool) -> str:
    """The mailbox that the person gives there."""
    if vendor == "yammer" and not one.work and chance.random() < 0.7:
        return ""  # the network is for people with an address at work
    if one.favourite and not again and not one.role and vendor not in ("yammer", "sharepoint"):
        return one.favourite
    if one.role and chance.random() < 0.45:
        return one.role
    if one.old_work and early:
        return one.old_work
    private = one.private[-1] if one.private and chance.random() < 0.4 else "".join(one.private[:1])
    if again and one.work and private:
        return private if chance.random() < 0.7 else one.work
    if one.work and (not private or chance.random() < _WORK[vendor]):
        return one.work
    return private


def _guid(number: int) -> str:
    text = f"{number:016x}{number * 0xD6E8FEB86659FD93 % (1 << 64):016x}"
    return f"{text[:8]}-{text[8:12]}-4{text[13:16]}-a{text[17:20]}-{text[20:]}"


def _place_in_directory(
    account: Account,
    one: Human,
    mailbox: str,
    directory: str,
    desk: Desk,
    chance: Random,
    *,
    again: bool,
) -> None:
    """Some accounts carry the id of the host's directory: one for a person, whatever the vendor."""
    known = chance.random() < (0.5 if account.username is not UNSET else 0.35)
    if known and not again and mailbox in (one.work, "".join(one.private[:1])):
        account.extra = {"directory_id": directory or _guid(desk.number())}


def _tell_employer(account: Account, one: Human, vendor: str, past: bool, chance: Random) -> None:
    """Organisation, job title, country and city, as far as the vendor asks and the person tells."""
    organization, title, country, city = _TELLS[vendor]
    employer = one.former if past and one.former else one.employer
    if chance.random() < organization:
        vague = chance.random() < 0.06
        account.organization = (
            chance.choice(_UNSURE) if vague else written(employer, one.country.code, chance)
        )
    if title and one.job_title and chance.random() < title:
        account.job_title = one.job_title
    if country and chance.random() < country:
        names = one.country.names
        account.country = names[0] if chance.random() < 0.6 else chance.choice(names)
        if vendor in ("mailchimp", "mail") or chance.random() < 0.1:
            account.country = one.country.code
    if city and chance.random() < city:
        account.city = one.city


_TELLS = {
    # organisation, job title, country, city
    "sharepoint": (.40, .45, .35, .25), "yammer": (.05, .45, 0, 0), "mailchimp": (.34, .12, .60, .10),
    "gotomeeting": (.45, .30, .40, .25), "guest": (0, 0, 0, 0), "dgroups": (0, 0, 0, 0), "mail": (0, 0, 0, 0),
}  # fmt: skip


def _sharepoint(
    one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random
) -> Account:
    cased = email.title() if chance.random() < 0.02 else email
    guest = rank > 0
    account = Account(
        key=_guid(desk.number()), name=shown.name, email=cased, kind="person",
        email_verified=True if chance.random() < 0.85 else UNSET,
        username=email if not guest else f"{email.replace('@', '_')}#ext#@host.onmicrosoft.example",
    )  # fmt: skip
    if chance.random() < 0.5:
        account.given_name, account.family_name = shown.given, shown.family
    return account


def _yammer(one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random) -> Account:
    return Account(
        key=str(desk.number() % 10**15), name=shown.name, given_name=shown.given,
        family_name=shown.family, email=email, email_verified=True, kind="person", status="active",
    )  # fmt: skip


def _mailchimp(
    one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random
) -> Account:
    return Account(
        key=f"{desk.number():016x}{desk.number():016x}", name=shown.name, given_name=shown.given,
        family_name=shown.family, email=email.lower(),
        email_verified=True if chance.random() < 0.97 else UNSET,
        language=one.country.language if chance.random() < 0.3 else UNSET,
        timezone=one.country.timezone if chance.random() < 0.3 else UNSET,
    )  # fmt: skip


def _gotomeeting(
    one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random
) -> Account:
    account = Account(key=email.lower(), name=shown.name, email=email, kind="person")
    if chance.random() < 0.5:
        account.given_name, account.family_name = shown.given, shown.family
    return account


def _guest(one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random) -> Account:
    return Account(
        key=f"guest:{desk.number():016x}",
        name=shown.name,
        email=None,
        kind="person",
        extra={"guest": True},
    )


def _dgroups(
    one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random
) -> Account:
    hidden, first = chance.random() < 0.10, local(one.called.g)
    account = Account(
        key=str(desk.number() % 10**15),
        name=shown.name,
        email=UNSET if hidden else email,
        kind="person",
    )
    if not hidden:
        account.email_verified = chance.random() < 0.94
    if first and chance.random() < 0.45:
        last = local(one.called.f)
        account.username = chance.choice(
            (first, first + last[:1], first[:1] + last, f"{first}{chance.randrange(1, 999)}")
        )
    if chance.random() < 0.7:
        account.timezone = one.country.timezone
    if chance.random() < 0.4:
        place = chance.choice(("{c}", "{t}", "{t}, {c}", "{t}/{c}"))
        account.extra = {"location": place.format(c=one.country.names[0], t=one.city)}
    return account


def _mail(one: Human, shown: Shown, email: str, rank: int, desk: Desk, chance: Random) -> Account:
    if shown.name and chance.random() < 0.12:  # an archive that hides addresses
        scrambled = email.replace("@", " at ")
        return Account(
            key=f"name:{desk.number():016x}",
            name=shown.name,
            extra={"address_as_archived": scrambled[:4] + "..."},
        )
    return Account(key=email.lower(), name=shown.name or UNSET, email=email, email_verified=True)


_MAKERS = {
    "sharepoint": _sharepoint, "yammer": _yammer, "mailchimp": _mailchimp, "gotomeeting": _gotomeeting,
    "guest": _guest, "dgroups": _dgroups, "mail": _mail,
}  # fmt: skip


def everyone(people: list[Human], desk: Desk, chance: Random) -> Iterator[Held]:
    """The accounts of the people of one block."""
    desk.new_block()
    for one in people:
        yield from accounts_of(one, desk, chance)
