# ruff: noqa: E501 - a table reads best with one line for one thing
"""Accounts that are nobody's: role mailboxes, shared logins, rooms, bots and services."""

from collections.abc import Iterator
from random import Random

from cophub.records import UNSET, Account
from cophub.sandbox.population.cultures import some_culture
from cophub.sandbox.population.held import Held
from cophub.sandbox.population.mailboxes import Mailboxes
from cophub.sandbox.population.organizations import Organization, Organizations
from cophub.sandbox.population.places import Country
from cophub.sandbox.population.texts import role
from cophub.sandbox.population.vendors import Desk

KINDS = (
    ("role_mailbox", 0.56),
    ("service", 0.08),
    ("room", 0.11),
    ("bot", 0.09),
    ("shared_login", 0.16),
)
"""What they are: shares of such owners."""
A_BLOCK = 0.85
"""How many of them come with sixteen people."""

_WEIGHTED = [kind for kind, _ in KINDS], [share for _, share in KINDS]
_ROOMS = (
    "Conference Room {n}",
    "Boardroom",
    "Boardroom {c}",
    "Meeting Room {n}",
    "Salle de réunion {n}",
    "Salle {c}",
    "Sala de Juntas {n}",
    "{c} Conference Room",
    "Room {n}B",
    "Polycom {c}",
    "Training Room {n}",
    "Sala de reuniões {n}",
)
_BOTS = (
    "AI Notetaker",
    "Otter.ai",
    "read.ai meeting notes",
    "Fireflies.ai Notetaker",
    "Meeting Recorder",
    "Zoom Bot",
    "Welcome Bot",
    "Survey Bot",
    "Bot {n}",
    "Webinar Bot",
)
_SERVICES = (
    "System Account",
    "SharePoint App",
    "svc-backup",
    "Migration Service",
    "No Reply",
    "Newsletter Service",
    "Workflow Connector",
    "API User",
    "scanner",
    "Postmaster",
)
_SHARED = (
    "{c} District Team",
    "M&E Team {c}",
    "Health Centre {c}",
    "Lab Computer {n}",
    "{a} Laptop {n}",
    "Team {c}",
    "Nurses Station {n}",
    "{a} Interns",
    "Équipe {c}",
    "Students group {n}",
    "Clinic {c}",
    "Equipo {c}",
)


def nobodies(
    block: int, organizations: Organizations, boxes: Mailboxes, desk: Desk, chance: Random
) -> Iterator[Held]:
    """Those that come with one block of people; each has a number of its own below 0."""
    number = int(A_BLOCK) + (chance.random() < A_BLOCK % 1) + (chance.random() < 0.1)
    for place in range(number):
        kind = chance.choices(*_WEIGHTED)[0]
        country = chance.choice(some_culture(chance).places)
        employer = organizations.pick(chance, block * 16, country.code)
        yield from _accounts(-(block * 4 + place + 1), kind, employer, country, boxes, desk, chance)


def _accounts(
    owner: int,
    kind: str,
    employer: Organization,
    country: Country,
    boxes: Mailboxes,
    desk: Desk,
    chance: Random,
) -> Iterator[Held]:
    local, sources, share = _habits(kind, country, chance)
    mailbox = boxes.take(local, employer.domains[0], chance) if local else ""
    title = _title(kind, local, employer, country, chance)
    seen = 0
    for source in sources:
        if chance.random() >= share and seen:
            continue
        seen += 1
        name = title if chance.random() < (0.62 if kind == "role_mailbox" else 0.95) else None
        if not mailbox and not name:
            name = title
        account = Account(key=_key(source, mailbox, desk), name=name, email=mailbox or None)
        if source in ("sharepoint", "yammer", "gotomeeting", "dgroups"):
            account.kind = (
                "service"
                if kind == "service" and source == "sharepoint" and not mailbox
                else "person"
            )
        if source in ("mailchimp", "yammer") and mailbox:
            account.email_verified = True
        if source == "mailchimp":
            account.given_name = name
        if source == "gotomeeting" and not mailbox:
            account.extra = {"guest": True}
        account.organization = employer.spellings[0] if chance.random() < 0.25 else UNSET
        yield Held(owner, source, account, (), kind, False, mailbox, (kind,))


def _key(source: str, mailbox: str, desk: Desk) -> str:
    if mailbox and source in ("gotomeeting", "mail"):
        return mailbox
    number = desk.number()
    if source == "gotomeeting":
        return f"guest:{number:016x}"
    return str(number % 10**13) if source in ("yammer", "dgroups") else f"{number:032x}"


def _habits(kind: str, country: Country, chance: Random) -> tuple[str, tuple[str, ...], float]:
    """Local part of the mailbox (empty: none), vendors in the order tried, share of them it is at."""
    if kind == "role_mailbox":
        return (
            role(country.language, chance),
            ("mailchimp", "dgroups", "gotomeeting", "sharepoint", "mail"),
            0.42,
        )
    if kind == "room":
        return ("room" if chance.random() < 0.4 else ""), ("gotomeeting", "sharepoint"), 0.3
    if kind == "bot":
        return "", (("gotomeeting",) if chance.random() < 0.8 else ("yammer",)), 0.0
    if kind == "service":
        return (
            (
                chance.choice(("noreply", "no-reply", "svc", "postmaster"))
                if chance.random() < 0.6
                else ""
            ),
            ("sharepoint", "mail"),
            0.3,
        )
    return ("team" if chance.random() < 0.4 else ""), ("gotomeeting", "yammer", "mailchimp"), 0.3


def _title(kind: str, local: str, employer: Organization, country: Country, chance: Random) -> str:
    if kind == "role_mailbox":
        words = local.replace(".", " ")
        short = employer.acronym or employer.spellings[0]
        return chance.choice(
            (
                words.title(),
                words,
                employer.spellings[0],
                f"{short} {words.title()}",
                short,
                f"{words.title()} {country.names[0]}",
            )
        )
    table = {"room": _ROOMS, "bot": _BOTS, "service": _SERVICES, "shared_login": _SHARED}[kind]
    return chance.choice(table).format(
        n=chance.randrange(1, 30), c=chance.choice(country.cities), a=employer.acronym or "Project"
    )
